//! The pretend issuer: keys made at start, the documents that publish them, tokens signed with them.

use std::error::Error;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use easyauth::AccessToken;
use serde_json::{Value, json};

/// The id of the key that signs.
pub(crate) const KEY_ID: &str = "this-month";

pub(crate) struct Issuer {
    key: RsaKeyPair,
    /// Published ahead of time, as Entra does.
    next_key: RsaKeyPair,
    /// Not the issuer's at all: somebody else's who would like it to be.
    forger: RsaKeyPair,
}

impl Issuer {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let key = || RsaKeyPair::generate(KeySize::Rsa2048);
        Ok(Self { key: key()?, next_key: key()?, forger: key()? })
    }

    /// What the issuer says about itself (OpenID Connect Discovery 1.0).
    pub(crate) fn metadata(jwks_uri: &str) -> Value {
        json!({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0", "jwks_uri": jwks_uri})
    }

    /// The public parts of its keys (RFC 7517).
    pub(crate) fn key_set(&self) -> Value {
        json!({"keys": [jwk(KEY_ID, &self.key), jwk("next-month", &self.next_key)]})
    }

    pub(crate) fn sign(
        &self,
        header: &Value,
        claims: &Value,
    ) -> Result<AccessToken, Box<dyn Error>> {
        sign(&self.key, header, claims)
    }

    pub(crate) fn forge(
        &self,
        header: &Value,
        claims: &Value,
    ) -> Result<AccessToken, Box<dyn Error>> {
        sign(&self.forger, header, claims)
    }
}

fn jwk(id: &str, key: &RsaKeyPair) -> Value {
    let parts = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    json!({
        "kty": "RSA",
        "use": "sig",
        "kid": id,
        "n": BASE64URL.encode(parts.n),
        "e": BASE64URL.encode(parts.e),
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
    })
}

/// A JWT signed by RS256 (RFC 7515 section 3.1).
fn sign(key: &RsaKeyPair, header: &Value, claims: &Value) -> Result<AccessToken, Box<dyn Error>> {
    let segment = |value: &Value| BASE64URL.encode(value.to_string());
    let message = format!("{}.{}", segment(header), segment(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)?;
    Ok(AccessToken::new(format!("{message}.{}", BASE64URL.encode(signature))))
}
