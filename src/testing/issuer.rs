//! An issuer of tokens, with keys of its own.

use std::{fmt, time::SystemTime};

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use serde_json::{Value, json};

use super::TestToken;
use crate::{base64, resource::Audience, resource::is_guid, verify::KeySet};

/// The issuer that the keys of Entra name, which sign for every tenant.
const ISSUER_OF_KEYS: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

/// Entra's role in tests: signs tokens for a tenant with keys that were made when the test ran, and
/// publishes the keys.
///
/// Its tokens name Entra's real issuer of the tenant, so a [`Verifier`](crate::verify::Verifier) for
/// that tenant takes them, if it is given this issuer's keys. Nobody else has these keys: two issuers
/// refuse each other's tokens, also for the same tenant.
///
/// Making a key takes a part of a second: share an issuer between tests (`std::sync::LazyLock`).
///
/// ```
/// use std::time::SystemTime;
/// use easyauth::{AccessToken, testing::TestIssuer, verify::{Tenant, Verifier, VerifyErrorKind}};
///
/// const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// let mut issuer = TestIssuer::new(TENANT)?;
/// let verifier = Verifier::builder(Tenant::single(TENANT)?).audience("api://my-api").build()?;
/// let now = SystemTime::now();
///
/// let before = issuer.key_set();
/// issuer.rotate()?;
/// let token = issuer.access_token("api://my-api", now).scope("Files.Read").sign();
/// let token = AccessToken::new(token);
/// let error = verifier.verify(&token, &before, now).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::UnknownKey);
/// assert!(verifier.verify(&token, &issuer.key_set(), now).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TestIssuer {
    tenant: String,
    /// The key that signs.
    current: SigningKey,
    /// Keys that signed before, and are published still.
    old: Vec<SigningKey>,
}

struct SigningKey {
    id: String,
    pair: RsaKeyPair,
}

impl TestIssuer {
    /// An issuer for a tenant of the public cloud, with a key of its own.
    ///
    /// # Errors
    ///
    /// [`TestIssuerError::NotATenantId`] if the tenant's id is no GUID, and
    /// [`TestIssuerError::NoKey`] if no key could be made.
    pub fn new(tenant_id: &str) -> Result<Self, TestIssuerError> {
        if !is_guid(tenant_id) {
            return Err(TestIssuerError::NotATenantId);
        }
        let current = SigningKey::generate()?;
        Ok(Self { tenant: tenant_id.to_ascii_lowercase(), current, old: Vec::new() })
    }

    /// The tenant's id.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.tenant
    }

    /// The id (`kid`) of the key that signs: different for each key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.current.id
    }

    /// A new key signs from now on. The old ones stay published, as long as tokens signed with them may
    /// be under way: see [`drop_old_keys`](Self::drop_old_keys).
    ///
    /// # Errors
    ///
    /// [`TestIssuerError::NoKey`] if no key could be made.
    pub fn rotate(&mut self) -> Result<(), TestIssuerError> {
        self.old.push(std::mem::replace(&mut self.current, SigningKey::generate()?));
        Ok(())
    }

    /// Publishes the key that signs alone: tokens of before the last [`rotate`](Self::rotate) are
    /// worth nothing any more.
    pub fn drop_old_keys(&mut self) {
        self.old.clear();
    }

    /// An access token of a user for this API: version 2.0, as Entra makes it for an API that asks for
    /// that, and version 1.0 for Microsoft's own. A verifier refuses it unless it has a
    /// [scope](TestToken::scope) or a [role](TestToken::role).
    ///
    /// `issued_at` is when it was issued, in whole seconds, and since when it is valid; an hour later
    /// it expires.
    ///
    /// One for Microsoft Graph has a `nonce` in its header, and nobody but Microsoft can verify it.
    pub fn access_token<'a>(
        &self,
        audience: impl Into<Audience<'a>>,
        issued_at: SystemTime,
    ) -> TestToken<'_> {
        TestToken::of_user(self, audience.into(), issued_at)
    }

    /// An access token of an application by itself: as [`access_token`](Self::access_token), and its
    /// permissions are [roles](TestToken::role).
    pub fn access_token_of_app<'a>(
        &self,
        audience: impl Into<Audience<'a>>,
        issued_at: SystemTime,
    ) -> TestToken<'_> {
        TestToken::of_app(self, audience.into(), issued_at)
    }

    /// An ID token (version 2.0) of a user for the application with this client id.
    pub fn id_token(&self, client_id: &str, issued_at: SystemTime) -> TestToken<'_> {
        TestToken::id(self, client_id, issued_at)
    }

    /// The public keys, to verify with.
    #[must_use]
    pub fn key_set(&self) -> KeySet {
        // What is written here can be read, unless the issuer was rotated some hundred times.
        KeySet::from_jwks(self.jwks_json()).unwrap_or_else(|_| KeySet::empty())
    }

    /// The public keys as Entra publishes them (RFC 7517 section 5).
    #[must_use]
    pub fn jwks_json(&self) -> String {
        let keys: Vec<Value> =
            self.old.iter().chain([&self.current]).map(SigningKey::jwk).collect();
        json!({"keys": keys}).to_string()
    }

    /// What the issuer says about itself (OpenID Connect Discovery 1.0 section 3), with the address of
    /// its keys. For [`Metadata::parse`](crate::verify::Metadata::parse), or a server on loopback.
    #[must_use]
    pub fn metadata_json(&self, jwks_uri: &str) -> String {
        json!({
            "issuer": issuer(&self.tenant, "2.0"),
            "jwks_uri": jwks_uri,
            "id_token_signing_alg_values_supported": ["RS256"],
        })
        .to_string()
    }

    /// The signature for a text (RS256), in base64url; an empty one, which nothing takes, if the back
    /// end cannot sign.
    pub(super) fn signature(&self, message: &str) -> String {
        let pair = &self.current.pair;
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        match pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature) {
            Ok(()) => base64::encode_segment(&signature),
            Err(_) => String::new(),
        }
    }
}

/// The issuer of a tenant in the public cloud, as Entra writes it in tokens of this version.
pub(super) fn issuer(tenant: &str, version: &str) -> String {
    match version {
        "1.0" => format!("https://sts.windows.net/{tenant}/"),
        _ => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
    }
}

impl SigningKey {
    fn generate() -> Result<Self, TestIssuerError> {
        // As long as Entra's.
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| TestIssuerError::NoKey)?;
        let hash = digest::digest(&digest::SHA256, pair.public_key().as_ref());
        Ok(Self { id: format!("test-{}", base64::encode_segment(hash.as_ref())), pair })
    }

    fn jwk(&self) -> Value {
        let parts = RsaPublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "n": base64::encode_segment(&parts.n),
            "e": base64::encode_segment(&parts.e),
            "issuer": ISSUER_OF_KEYS,
        })
    }
}

/// Prints the tenant and the ids of the keys.
impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let old: Vec<&str> = self.old.iter().map(|key| key.id.as_str()).collect();
        f.debug_struct("TestIssuer")
            .field("tenant", &self.tenant)
            .field("current", &self.current.id)
            .field("old", &old)
            .finish()
    }
}

/// An issuer that cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TestIssuerError {
    /// The tenant's id is no GUID.
    #[error("the tenant id is not a GUID")]
    NotATenantId,
    /// The back end made no key.
    #[error("no key could be made")]
    NoKey,
}
