//! Tokens that tests sign, and the keys that they sign with.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
        RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Map, Value, json};

/// The tenant of the tokens.
pub const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// Another tenant.
pub const OTHER_TENANT: &str = "00000002-0000-4000-8000-000000000002";
/// The tenant of personal Microsoft accounts.
pub const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// The client that the tokens were issued to.
pub const CLIENT: &str = "00000005-0000-4000-8000-000000000005";
/// The client ID of the application that signs users in.
pub const APP: &str = "00000006-0000-4000-8000-000000000006";
/// The object ID of the user.
pub const USER: &str = "00000003-0000-4000-8000-000000000003";
/// The audience of the access tokens.
pub const API: &str = "api://my-api";

/// When tokens are verified, in seconds since 1970: ten minutes after they were issued.
pub const NOW: u64 = ISSUED + 600;
/// When tokens are issued, in seconds since 1970.
pub const ISSUED: u64 = 1_773_325_000;
/// When tokens expire, in seconds since 1970.
pub const EXPIRES: u64 = ISSUED + 3600;

/// Returns the time that is this many seconds after 1970.
pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The metadata document of [`TENANT`].
pub const METADATA: &[u8] = include_bytes!("../../data/entra.metadata.json");

/// A key set with [`KEY`] as `organizations-key`.
pub const JWKS: &[u8] = include_bytes!("../../data/entra.jwks.json");

/// [`Draft::access_v1`], signed by [`KEY`].
pub const SIGNED: &str = include_str!("../../data/signed-token.txt");

/// The key that signs.
pub static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| {
    let text = include_str!("../../data/signing-key.pkcs8.txt").replace('\n', "");
    RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(text).unwrap()).unwrap()
});

/// A key that is in no key set.
pub static FOREIGN_KEY: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// A key on the curve P-256.
pub static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

/// A key on the curve P-384.
pub static P384: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());

/// Encodes a segment of a token.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns the public part of an RSA key as a JWK without other members.
pub fn rsa_jwk(key: &RsaKeyPair) -> Map<String, Value> {
    let parts = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let jwk = json!({"kty": "RSA", "n": base64url(parts.n), "e": base64url(parts.e)});
    jwk.as_object().unwrap().clone()
}

/// Returns the public part of an EC key as a JWK.
pub fn ec_jwk(key: &EcdsaKeyPair, curve: &str) -> Map<String, Value> {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    let jwk = json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)});
    jwk.as_object().unwrap().clone()
}

/// Signs `header.payload` with the algorithm of this name; RS256 if the name is unknown.
pub fn sign_by(key: &RsaKeyPair, algorithm: &str, message: &str) -> Vec<u8> {
    let encoding: &dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
        "RS384" => &RSA_PKCS1_SHA384,
        "RS512" => &RSA_PKCS1_SHA512,
        "PS256" => &RSA_PSS_SHA256,
        "PS384" => &RSA_PSS_SHA384,
        "PS512" => &RSA_PSS_SHA512,
        _ => &RSA_PKCS1_SHA256,
    };
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    signature
}

/// A token before it is signed. Each member of it can be changed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The header.
    pub header: Value,
    /// The claims.
    pub payload: Value,
}

impl Draft {
    /// An access token of a user, in version 2.0.
    pub fn access() -> Self {
        Self {
            header: json!({"typ": "JWT", "alg": "RS256", "kid": "organizations-key"}),
            payload: json!({
                "aud": API, "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
                "iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES, "azp": CLIENT, "azpacr": "1",
                "oid": USER, "scp": "Files.Read Files.Write", "sub": "subject-at-my-api",
                "tid": TENANT, "uti": "token-1", "ver": "2.0",
            }),
        }
    }

    /// An access token of a user, in version 1.0.
    pub fn access_v1() -> Self {
        Self::access()
            .without("azp")
            .without("azpacr")
            .with("appid", CLIENT)
            .with("ver", "1.0")
            .with("iss", format!("https://sts.windows.net/{TENANT}/"))
            .with_header("x5t", "organizations-key")
    }

    /// An app-only access token.
    pub fn access_of_app() -> Self {
        Self::access().without("scp").with("roles", json!(["Files.Read.All"])).with("sub", USER)
    }

    /// An ID token.
    pub fn id() -> Self {
        Self::access()
            .without("scp")
            .without("azp")
            .without("azpacr")
            .with("aud", APP)
            .with("nonce", "nonce-1")
            .with("name", "Sample User")
            .with("roles", json!(["Admin"]))
    }

    /// Sets a claim.
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.payload[claim] = value.into();
        self
    }

    /// Removes a claim that is present.
    pub fn without(mut self, claim: &str) -> Self {
        self.payload.as_object_mut().unwrap().remove(claim).unwrap();
        self
    }

    /// Sets a member of the header.
    pub fn with_header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// Removes a member of the header that is present.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.as_object_mut().unwrap().remove(name).unwrap();
        self
    }

    /// Signs with [`KEY`] and RS256.
    pub fn sign(&self) -> String {
        sign_text(header_text(&self.header), self.payload.to_string())
    }

    /// Signs with an RSA key and the algorithm of the header.
    pub fn sign_with(&self, key: &RsaKeyPair) -> String {
        let message = message(header_text(&self.header), self.payload.to_string());
        let algorithm = self.header["alg"].as_str().unwrap_or_default();
        format!("{message}.{}", base64url(sign_by(key, algorithm, &message)))
    }

    /// Signs with an EC key.
    pub fn sign_on_curve(&self, key: &EcdsaKeyPair) -> String {
        let message = message(header_text(&self.header), self.payload.to_string());
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", base64url(signature))
    }
}

/// In the order of Entra. Members that Entra does not write are at the end.
fn header_text(header: &Value) -> String {
    let order = ["typ", "nonce", "alg", "x5t", "kid"];
    let place = |name: &str| order.iter().position(|own| *own == name).unwrap_or(order.len());
    let mut members: Vec<_> = header.as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| place(name));
    let members = members.into_iter().map(|(name, value)| format!("{}:{value}", json!(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn message(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    format!("{}.{}", base64url(header), base64url(payload))
}

/// Signs this header and this payload, byte for byte, with [`KEY`] and RS256.
pub fn sign_text(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let message = message(header, payload);
    format!("{message}.{}", base64url(sign_by(&KEY, "RS256", &message)))
}
