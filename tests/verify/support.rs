//! Tokens that tests sign, and what verifies them.

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
use easyauth::{
    AccessToken, IdToken,
    verify::{
        IdTokenVerifier, KeySet, Tenant, VerifiedIdToken, VerifiedToken, Verifier, VerifyError,
        VerifyErrorKind,
    },
};
use serde_json::{Map, Value, json};

pub(crate) const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
pub(crate) const OTHER_TENANT: &str = "00000002-0000-4000-8000-000000000002";
pub(crate) const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
pub(crate) const CLIENT: &str = "00000005-0000-4000-8000-000000000005";
pub(crate) const APP: &str = "00000006-0000-4000-8000-000000000006";
pub(crate) const USER: &str = "00000003-0000-4000-8000-000000000003";
pub(crate) const API: &str = "api://my-api";

/// When tokens are verified, in seconds since 1970: ten minutes after they were issued.
pub(crate) const NOW: u64 = ISSUED + 600;
pub(crate) const ISSUED: u64 = 1_773_325_000;
pub(crate) const EXPIRES: u64 = ISSUED + 3600;

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The key that signs, in the key set as `organizations-key`.
pub(crate) static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| {
    let text = include_str!("../data/signing-key.pkcs8.txt").replace('\n', "");
    RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(text).unwrap()).unwrap()
});

/// A key that nobody knows.
pub(crate) static FOREIGN_KEY: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

pub(crate) static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

pub(crate) static P384: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());

pub(crate) static KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::from_jwks(include_bytes!("../data/entra.jwks.json")).unwrap());

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The public part of an RSA key as a JWK without anything else.
pub(crate) fn rsa_jwk(key: &RsaKeyPair) -> Map<String, Value> {
    let parts = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let jwk = json!({"kty": "RSA", "n": base64url(parts.n), "e": base64url(parts.e)});
    jwk.as_object().unwrap().clone()
}

/// The public part of a key on a curve.
pub(crate) fn ec_jwk(key: &EcdsaKeyPair, curve: &str) -> Map<String, Value> {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    let jwk = json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)});
    jwk.as_object().unwrap().clone()
}

/// A key set with this key and these members besides.
pub(crate) fn key_set(mut jwk: Map<String, Value>, members: Value) -> KeySet {
    jwk.extend(members.as_object().unwrap().clone());
    KeySet::from_jwks(json!({"keys": [jwk]}).to_string()).unwrap()
}

/// Signs `header.payload` with the key of the key set, by the algorithm of that name.
pub(crate) fn sign_by(key: &RsaKeyPair, algorithm: &str, message: &str) -> Vec<u8> {
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

/// A token before it is signed: what it says can be changed, member by member.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) header: Value,
    pub(crate) payload: Value,
}

impl Draft {
    /// An access token of version 2.0 of a user.
    pub(crate) fn access() -> Self {
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

    /// The same in version 1.0.
    pub(crate) fn access_v1() -> Self {
        Self::access()
            .without("azp")
            .without("azpacr")
            .with("appid", CLIENT)
            .with("ver", "1.0")
            .with("iss", format!("https://sts.windows.net/{TENANT}/"))
            .with_header("x5t", "organizations-key")
    }

    /// An access token of an application by itself.
    pub(crate) fn access_of_app() -> Self {
        Self::access().without("scp").with("roles", json!(["Files.Read.All"])).with("sub", USER)
    }

    /// An ID token.
    pub(crate) fn id() -> Self {
        Self::access()
            .without("scp")
            .without("azp")
            .without("azpacr")
            .with("aud", APP)
            .with("nonce", "nonce-1")
            .with("name", "Sample User")
            .with("roles", json!(["Admin"]))
    }

    pub(crate) fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.payload[claim] = value.into();
        self
    }

    pub(crate) fn without(mut self, claim: &str) -> Self {
        self.payload.as_object_mut().unwrap().remove(claim).unwrap();
        self
    }

    pub(crate) fn with_header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.header.as_object_mut().unwrap().remove(name).unwrap();
        self
    }

    pub(crate) fn sign(&self) -> String {
        sign_text(self.header.to_string(), self.payload.to_string())
    }

    pub(crate) fn sign_with(&self, key: &RsaKeyPair) -> String {
        let message = message(self.header.to_string(), self.payload.to_string());
        let algorithm = self.header["alg"].as_str().unwrap_or_default();
        format!("{message}.{}", base64url(sign_by(key, algorithm, &message)))
    }

    /// Signed by a key on a curve.
    pub(crate) fn sign_on_curve(&self, key: &EcdsaKeyPair) -> String {
        let message = message(self.header.to_string(), self.payload.to_string());
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", base64url(signature))
    }
}

fn message(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    format!("{}.{}", base64url(header), base64url(payload))
}

/// Signs a header and a payload as they are written.
pub(crate) fn sign_text(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let message = message(header, payload);
    format!("{message}.{}", base64url(sign_by(&KEY, "RS256", &message)))
}

pub(crate) fn verifier() -> Verifier {
    Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API).build().unwrap()
}

pub(crate) fn id_verifier() -> IdTokenVerifier {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap());
    builder.audience(APP).build_for_id_tokens().unwrap()
}

pub(crate) fn verify_with(verifier: &Verifier, token: &str) -> Result<VerifiedToken, VerifyError> {
    verifier.verify(&AccessToken::new(token), &*KEYS, at(NOW))
}

pub(crate) fn verify(token: &str) -> Result<VerifiedToken, VerifyError> {
    verify_with(&verifier(), token)
}

pub(crate) fn verify_id(token: &str) -> Result<VerifiedIdToken, VerifyError> {
    id_verifier().verify(&IdToken::new(token), &*KEYS, at(NOW))
}

/// What `draft` signed becomes.
#[track_caller]
pub(crate) fn passes(draft: &Draft) -> VerifiedToken {
    verify(&draft.sign()).expect("verified")
}

/// `draft` signed is refused by this rule.
#[track_caller]
pub(crate) fn fails(draft: &Draft, kind: VerifyErrorKind) -> VerifyError {
    refused(&draft.sign(), kind)
}

#[track_caller]
pub(crate) fn refused(token: &str, kind: VerifyErrorKind) -> VerifyError {
    let error = verify(token).expect_err("refused");
    assert_eq!(error.kind(), kind, "{error}");
    error
}
