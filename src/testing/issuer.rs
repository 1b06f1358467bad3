//! An issuer of test tokens, with its own keys.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{TestToken, key::SigningKey};
use crate::{
    base64,
    debug::debug,
    resource::Audience,
    verify::{KeySet, Tenant, VerifierBuildError},
};

/// Plays the role of Entra in tests: signs tokens for a tenant with its own keys, and publishes the
/// keys.
///
/// Its tokens name Entra's real issuer of the tenant. So a [`Verifier`](crate::verify::Verifier) for
/// that tenant accepts them if it gets this issuer's keys. Verifiers with the keys of one issuer reject
/// the tokens of another, even for the same tenant.
///
/// With the back end `aws_lc_rs`, each key is created when the test runs and is not shared. Creating a
/// key takes a fraction of a second, so share an issuer between tests (`std::sync::LazyLock`). With only
/// `rust_crypto`, the keys come in order from a pool that is published with this crate. After the
/// sixth key the pool starts again, but every key has a different ID.
///
/// ```
/// use std::time::SystemTime;
/// use easyauth::{AccessToken, testing::TestIssuer, verify::{Tenant, Verifier, VerifyErrorKind}};
///
/// const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
/// let mut issuer = TestIssuer::new(TENANT)?;
/// let verifier = Verifier::builder(Tenant::single(TENANT)?).application(CLIENT_ID).build()?;
/// let now = SystemTime::now();
///
/// let before = issuer.key_set();
/// issuer.rotate()?;
/// let token = issuer.access_token(CLIENT_ID, now).scope("Files.Read").sign();
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
    /// Earlier keys, which are still published.
    old: Vec<SigningKey>,
}

impl TestIssuer {
    /// Creates an issuer for a tenant of the public cloud, with its own key.
    ///
    /// # Errors
    ///
    /// [`TestIssuerError`] if the tenant ID is not a GUID, or if no key could be created.
    pub fn new(tenant_id: &str) -> Result<Self, TestIssuerError> {
        Tenant::single(tenant_id).map_err(|error| TestIssuerError(Some(error)))?;
        let current = SigningKey::new().ok_or(TestIssuerError(None))?;
        Ok(Self { tenant: tenant_id.to_ascii_lowercase(), current, old: Vec::new() })
    }

    /// The tenant ID.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.tenant
    }

    /// The ID (`kid`) of the key that signs: different for each key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.current.id()
    }

    /// Starts to sign with a new key. The old keys stay published while their tokens may still be in
    /// use: see [`drop_old_keys`](Self::drop_old_keys).
    ///
    /// # Errors
    ///
    /// [`TestIssuerError`] if no key could be created.
    pub fn rotate(&mut self) -> Result<(), TestIssuerError> {
        let next = SigningKey::new().ok_or(TestIssuerError(None))?;
        self.old.push(std::mem::replace(&mut self.current, next));
        Ok(())
    }

    /// Publishes only the key that signs. Tokens from before the last [`rotate`](Self::rotate) no longer
    /// verify.
    pub fn drop_old_keys(&mut self) {
        self.old.clear();
    }

    /// An access token of a user for this API. A verifier rejects it unless it has a
    /// [scope](TestToken::scope) or a [role](TestToken::role).
    ///
    /// - For a client ID: version 2.0, as Entra issues it for an API that requests this version.
    /// - For an App ID URI (`api://my-api`): version 1.0, because version 2.0 tokens never name one.
    /// - For Microsoft's own APIs: version 1.0.
    ///
    /// `issued_at` is the time of issue, in whole seconds. The token is valid from then on, for an hour.
    ///
    /// A token for Microsoft Graph has a `nonce` in its header, so only Microsoft can verify it.
    pub fn access_token<'a>(
        &self,
        audience: impl Into<Audience<'a>>,
        issued_at: SystemTime,
    ) -> TestToken<'_> {
        TestToken::of_user(self, audience.into(), issued_at)
    }

    /// An access token of an application, without a user: like [`access_token`](Self::access_token), but
    /// its permissions are [roles](TestToken::role).
    pub fn access_token_of_app<'a>(
        &self,
        audience: impl Into<Audience<'a>>,
        issued_at: SystemTime,
    ) -> TestToken<'_> {
        TestToken::of_app(self, audience.into(), issued_at)
    }

    /// An ID token (version 2.0) of a user for the application with this client ID.
    pub fn id_token(&self, client_id: &str, issued_at: SystemTime) -> TestToken<'_> {
        TestToken::id(self, client_id, issued_at)
    }

    /// The public keys, for a verifier.
    #[must_use]
    pub fn key_set(&self) -> KeySet {
        // This parses, unless the issuer was rotated several hundred times.
        KeySet::from_jwks(self.jwks_json()).unwrap_or_else(|_| KeySet::empty())
    }

    /// The public keys as Entra publishes them (RFC 7517 section 5).
    #[must_use]
    pub fn jwks_json(&self) -> String {
        let keys: Vec<Value> =
            self.old.iter().chain([&self.current]).map(SigningKey::jwk).collect();
        json!({"keys": keys}).to_string()
    }

    /// The metadata of the issuer (OpenID Connect Discovery 1.0 section 3), with the address of its
    /// keys. For [`Metadata::parse`](crate::verify::Metadata::parse), or a server on loopback.
    #[must_use]
    pub fn metadata_json(&self, jwks_uri: &str) -> String {
        json!({
            "issuer": issuer(&self.tenant, "2.0"),
            "jwks_uri": jwks_uri,
            "id_token_signing_alg_values_supported": ["RS256"],
        })
        .to_string()
    }

    /// The signature of a string (RS256), in base64url. Empty if the back end cannot sign; verifiers
    /// reject that.
    pub(super) fn signature(&self, message: &str) -> String {
        let signature = self.current.sign(message.as_bytes());
        signature.map(|bytes| base64::encode_segment(&bytes)).unwrap_or_default()
    }
}

/// The issuer of a tenant in the public cloud, as Entra writes it in tokens of this version.
pub(super) fn issuer(tenant: &str, version: &str) -> String {
    match version {
        "1.0" => format!("https://sts.windows.net/{tenant}/"),
        _ => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
    }
}

debug! {
    TestIssuer, |own|
    tenant: own.tenant,
    current: own.current.id(),
    old: own.old.iter().map(SigningKey::id).collect::<Vec<_>>()
}

/// An issuer that cannot be created. If its tenant ID is not a GUID, the [source](std::error::Error::source)
/// says so. Without a source, the back end could not create a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message(.0.is_some()))]
pub struct TestIssuerError(#[source] Option<VerifierBuildError>);

fn message(is_about_tenant: bool) -> &'static str {
    if is_about_tenant {
        "the test issuer has an invalid tenant ID"
    } else {
        "the back end could not create a key"
    }
}
