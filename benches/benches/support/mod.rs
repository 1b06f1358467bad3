//! What the benchmarks of verification share: an issuer like Entra, its token, and the lower bound.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot begin")]
#![allow(dead_code, reason = "each benchmark uses a part")]

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    rand::{self, SystemRandom},
    rsa::KeySize,
    signature::{
        KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::resource::GRAPH;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "00000002-0000-4000-8000-000000000002";
pub(crate) const ISSUER: &str = "https://sts.windows.net/00000002-0000-4000-8000-000000000002/";
pub(crate) const USER: &str = "00000003-0000-4000-8000-000000000003";
pub(crate) const API: &str = "00000006-0000-4000-8000-000000000006";
/// About as many keys as Entra publishes.
pub(crate) const USUAL_KEYS: usize = 8;

/// The claims that a service usually reads. `jwt-simple` keeps the registered claims for itself, so they
/// are optional here.
#[derive(Clone, Deserialize)]
#[allow(dead_code, reason = "peers pay for reading them")]
pub(crate) struct Typed {
    aud: Option<String>,
    iss: Option<String>,
    exp: Option<u64>,
    nbf: Option<u64>,
    iat: Option<u64>,
    appid: Option<String>,
    azp: Option<String>,
    idtyp: Option<String>,
    name: Option<String>,
    pub(crate) oid: String,
    pub(crate) scp: Option<String>,
    sub: Option<String>,
    tid: String,
    upn: Option<String>,
    ver: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    wids: Vec<String>,
}

/// An issuer with one key.
pub(crate) struct Issuer {
    key: RsaKeyPair,
    pub(crate) public: RsaPublicKeyComponents<Vec<u8>>,
    pub(crate) key_id: String,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
        Self { key, public, key_id: random_id() }
    }

    /// Signs a user's token for [`API`], valid now: the peers read the clock of the machine.
    pub(crate) fn token(&self, now: SystemTime) -> String {
        let seconds = now.duration_since(UNIX_EPOCH).unwrap().as_secs();
        let id = self.key_id.as_str();
        // In the order of Entra.
        let header = format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{id}","kid":"{id}"}}"#);
        let payload = include_str!("../../../tests/data/graph-token-payload.json")
            .replace(GRAPH.app_id().unwrap(), API)
            .replace("1773324272", &seconds.saturating_sub(600).to_string())
            .replace("1773329845", &seconds.saturating_add(5400).to_string());
        let segment = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
        let message = format!("{}.{}", segment(&header), segment(&payload));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// The keys of a key set like Entra's: this key, and others with random moduli of the right length.
    pub(crate) fn keys(&self, count: usize) -> Vec<Value> {
        let jwk = |id: &str, modulus: &[u8]| {
            json!({
                "kty": "RSA", "use": "sig", "kid": id, "x5t": id,
                "n": BASE64_URL_SAFE_NO_PAD.encode(modulus),
                "e": BASE64_URL_SAFE_NO_PAD.encode(&self.public.e),
                "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
                "cloud_instance_name": "microsoftonline.com",
            })
        };
        let mut keys: Vec<Value> = std::iter::repeat_with(|| {
            let mut modulus = [0; 256];
            rand::fill(&mut modulus).unwrap();
            *modulus.first_mut().unwrap() |= 0x80;
            *modulus.last_mut().unwrap() |= 1;
            jwk(&random_id(), &modulus)
        })
        .take(count.saturating_sub(1))
        .collect();
        keys.insert(keys.len() / 2, jwk(&self.key_id, &self.public.n));
        keys
    }

    /// The lower bound: the check of the signature of this token alone, by aws-lc-rs with a parsed key.
    pub(crate) fn bare_check(&self, token: &str) -> impl Fn() + Sync + use<> {
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (message, signature) =
            (message.to_owned(), BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap());
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public_key()).unwrap();
        move || key.verify_sig(message.as_bytes(), &signature).unwrap()
    }
}

/// A key set (JWKS).
pub(crate) fn document(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

/// A key ID as Entra makes them: a SHA-1 thumbprint.
fn random_id() -> String {
    let mut thumbprint = [0; 20];
    rand::fill(&mut thumbprint).unwrap();
    BASE64_URL_SAFE_NO_PAD.encode(thumbprint)
}
