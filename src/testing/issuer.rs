//! Somebody who signs tokens as Microsoft Entra does.

use std::{fmt, time::SystemTime};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use serde_json::{Value, json};

use super::{TENANT_ID, TestToken};
use crate::{
    base64,
    verify::{BearerAuth, IdTokenAuth, KeySet, Keys, Tenant, Verifier},
};

/// What the documents of all tenants have in the place of a tenant.
const ANY_TENANT: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

/// Signs tokens like those of a tenant of Microsoft Entra, with a key that it made for itself and that
/// nobody else knows or trusts.
pub struct TestIssuer {
    tenant: String,
    /// The last one signs.
    keys: Vec<Key>,
    made: usize,
}

struct Key {
    id: String,
    pair: RsaKeyPair,
}

impl Key {
    fn new(number: usize) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a new key");
        Self { id: format!("test-key-{number}"), pair }
    }

    /// The public part (RFC 7517 section 4).
    fn jwk(&self) -> Value {
        let parts = RsaPublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "n": base64::encode_segment(parts.n),
            "e": base64::encode_segment(parts.e),
            "issuer": ANY_TENANT,
        })
    }
}

impl TestIssuer {
    /// The issuer of [`TENANT_ID`]. Makes an RSA key of 2048 bits, which takes a while: share it among
    /// tests.
    #[must_use]
    pub fn new() -> Self {
        Self::of_tenant(TENANT_ID)
    }

    /// The issuer of another tenant.
    #[must_use]
    pub fn of_tenant(tenant: impl Into<String>) -> Self {
        Self { tenant: tenant.into(), keys: vec![Key::new(1)], made: 1 }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Signs with a new key from now on, and goes on publishing the old ones.
    pub fn rotate(&mut self) {
        self.made += 1;
        self.keys.push(Key::new(self.made));
    }

    /// Publishes only the key that signs.
    pub fn retire_old_keys(&mut self) {
        self.keys.drain(..self.keys.len() - 1);
    }

    /// Begins an access token of version 2.0 of a user, issued at `now` for an hour. It needs at least
    /// an [audience](TestToken::audience), and a scope or a role.
    pub fn access_token(&self, now: SystemTime) -> TestToken<'_> {
        TestToken::access(self, now)
    }

    /// The same in version 1.0.
    pub fn access_token_v1(&self, now: SystemTime) -> TestToken<'_> {
        TestToken::access_v1(self, now)
    }

    /// Begins an access token of an application that acts by itself.
    pub fn app_token(&self, now: SystemTime) -> TestToken<'_> {
        TestToken::app(self, now)
    }

    /// Begins an ID token of a user. Its audience is the client id of the application.
    pub fn id_token(&self, now: SystemTime) -> TestToken<'_> {
        TestToken::id(self, now)
    }

    /// The public parts of the keys as a JSON Web Key Set (RFC 7517 section 5).
    #[must_use]
    pub fn jwks(&self) -> String {
        let keys: Vec<Value> = self.keys.iter().map(Key::jwk).collect();
        json!({"keys": keys}).to_string()
    }

    /// The keys, as a verifier takes them.
    #[must_use]
    pub fn key_set(&self) -> KeySet {
        KeySet::from_jwks(self.jwks()).expect("a key set")
    }

    /// What an issuer says about itself (OpenID Connect Discovery 1.0 section 3), with the keys at this
    /// address: for a server on loopback and
    /// [`MetadataUri::insecure_loopback`](crate::verify::MetadataUri::insecure_loopback).
    #[must_use]
    pub fn metadata(&self, jwks_uri: &str) -> String {
        json!({"issuer": ANY_TENANT, "jwks_uri": jwks_uri}).to_string()
    }

    /// A verifier of this tenant's access tokens for this API.
    #[must_use]
    pub fn verifier(&self, audience: &str) -> Verifier {
        let tenant = Tenant::single(&self.tenant).expect("the tenant is a GUID");
        Verifier::builder(tenant).audience(audience).build().expect("an audience of your own")
    }

    /// What verifies the bearer tokens of requests, for this API.
    #[must_use]
    pub fn bearer_auth(&self, audience: &str) -> BearerAuth {
        BearerAuth::new(self.verifier(audience), Keys::fixed(self.key_set()))
    }

    /// What verifies the ID tokens that the platform injects, for the application with this client id.
    #[must_use]
    pub fn id_token_auth(&self, client_id: &str) -> IdTokenAuth {
        let tenant = Tenant::single(&self.tenant).expect("the tenant is a GUID");
        let builder = Verifier::builder(tenant).audience(client_id);
        let verifier = builder.build_for_id_tokens().expect("an audience of your own");
        IdTokenAuth::new(verifier, Keys::fixed(self.key_set()))
    }

    fn key(&self) -> &Key {
        self.keys.last().expect("there is always a key")
    }

    /// The id of the key that signs.
    pub(super) fn key_id(&self) -> &str {
        &self.key().id
    }

    /// Signs by RS256 (RFC 7518 section 3.3), and gives the signature in base64url.
    pub(super) fn sign(&self, message: &str) -> String {
        let key = &self.key().pair;
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("a signature");
        base64::encode_segment(signature)
    }
}

/// Prints no key.
impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
