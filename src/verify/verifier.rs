//! Verifiers: the only way to a verified token.

use std::time::{Duration, SystemTime};

use super::{
    Authority, KeySource, VerifierBuilder, VerifyError,
    policy::{Expiry, Kind, Opened, Policy},
    remembered::Remembered,
};
use crate::{
    jwt::{Token, UnverifiedToken, Verified, VerifiedId},
    tokens::{AccessToken, IdToken},
};

/// Verifies access tokens: the only way to a [`VerifiedToken`].
///
/// It checks, in this order, and verifies the signature before it reads any claim:
///
/// 1. the length, the three segments, strict base64url, and a JSON object without duplicate members;
/// 2. the header: no extension, no other kind of token, an accepted algorithm, a known key;
/// 3. the signature;
/// 4. the claims: the key belongs to this issuer and cloud; the issuer, the tenant, the audience and the
///    times; it is a bearer token and an access token; it has some permission; the client.
///
/// Settings that the builder does not change have strict defaults.
/// [`VerifyErrorKind`](super::VerifyErrorKind) lists the rules.
///
/// ```no_run
/// use std::time::SystemTime;
/// use easyauth::{AccessToken, Requirement, verify::{KeySet, Tenant, Verifier}};
///
/// # fn answer(request: http::Request<()>, jwks: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::builder(Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?)
///     .application("6e74172b-be56-4843-9ff4-e66a39bb12e3") // the client ID of your API
///     .build()?;
/// let keys = KeySet::from_jwks(jwks)?;
///
/// let Some(bearer) = AccessToken::from_authorization(request.headers())? else {
///     return Ok(()); // answer 401
/// };
/// let token = verifier.verify(&bearer, &keys, SystemTime::now())?;
/// token.authorize(&Requirement::scope("Files.Read").or_app_role("Files.Read.All"))?;
/// # Ok(())
/// # }
/// ```
///
/// One verifier is for one cloud. The keys must come from the metadata document of that cloud, as for
/// [`MetadataUri::entra`](super::MetadataUri::entra). Version 1.0 tokens of Azure Government name the
/// same issuer as those of the public cloud. A key is rejected only if it names another tenant, another
/// service or, where the names of clouds are known, another cloud.
#[derive(Debug, Clone)]
pub struct Verifier {
    policy: Policy,
    remembered: Remembered,
}

/// An access token that a [`Verifier`] has verified.
///
/// It has all methods of [`Token`], and [`authorize`](Self::authorize). To diagnose it, use
/// [`AccessToken::diagnose`]. Only a verifier can create one: it has neither a constructor nor a conversion
/// nor `Deserialize`.
///
/// ```compile_fail
/// let forged: easyauth::verify::VerifiedToken = serde_json::from_str("{}").unwrap();
/// ```
pub type VerifiedToken = Token<Verified>;

impl Verifier {
    /// Begins a verifier for tokens of this authority: a [`Tenant`](super::Tenant) of Entra, or the
    /// [`Authority`] of a fixed issuer.
    pub fn builder(authority: impl Into<Authority>) -> VerifierBuilder {
        VerifierBuilder::new(authority.into())
    }

    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, remembered: Remembered::nothing() }
    }

    /// Remembers up to this many accepted tokens, at most [`MAX_REMEMBERED`](super::MAX_REMEMBERED), so that
    /// a token that comes again costs a comparison instead of a signature check. Off by default, and with 0.
    ///
    /// The answer is always the one that a verifier without a memory gives. The structure and the signature
    /// of a token never change, so they are not checked again: the whole token is compared with the
    /// remembered one, in constant time. All rules about times, claims and keys apply to each call. If the
    /// key of a remembered token is no longer valid, or was replaced, all tokens are forgotten. A rejected
    /// token is not remembered. If the memory is full, the oldest token is forgotten.
    ///
    /// What it costs: the memory of the process contains tokens that clients sent earlier, not only those
    /// of the requests in progress. A dump of that memory reveals tokens that are still valid. Forgotten
    /// tokens are overwritten. Revocation is not affected, because a signature check does not notice a
    /// revoked token either. One token takes about three times its length: 8 KB for one of Entra with
    /// 40 claims, and at most 1 MB for one of [`MAX_TOKEN_LEN`](crate::MAX_TOKEN_LEN).
    ///
    /// Clones share the memory.
    #[must_use]
    pub fn remember(self, tokens: usize) -> Self {
        Self { remembered: Remembered::up_to(tokens), ..self }
    }

    /// Returns `true` if the token names an issuer and an audience of this verifier. Use it to choose
    /// among several verifiers before keys are looked up, as [`BearerAuth::or`](super::BearerAuth::or)
    /// does. It proves nothing, because anyone can create such a token.
    #[must_use]
    pub fn is_responsible_for(&self, token: &UnverifiedToken) -> bool {
        self.policy.is_responsible_for(token, Kind::Access)
    }

    /// The issuers and audiences that [`is_responsible_for`](Self::is_responsible_for) accepts, for a message.
    pub(super) fn expectation(&self) -> String {
        self.policy.expectation()
    }

    /// The version 2.0 issuer and the client ID, if this is for one API in one tenant of Entra.
    pub(super) fn api(&self) -> Option<(String, &str)> {
        self.policy.api()
    }

    /// Verifies a token at this time, with the keys that are already known.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks. If it [is
    /// retryable](VerifyError::is_retryable), newer keys may help:
    /// [`verify_fetching`](Self::verify_fetching) fetches them.
    pub fn verify(
        &self,
        token: &AccessToken,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verify_text(token.expose_secret(), keys, now)
    }

    /// Like [`verify`](Self::verify), for a token that is borrowed from a header.
    pub(super) fn verify_text(
        &self,
        text: &str,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        if let Some(known) = self.remembered.recall(text) {
            let key = self.policy.find_key(known.token.header(), keys, now);
            if key.is_ok_and(|(_, key)| key.is_same(&known.key)) {
                let token = known.token.clone();
                self.policy.check(&token, &known.key, Kind::Access, Expiry::Claim, now)?;
                self.policy.check_access(&token)?;
                return Ok(token);
            }
            self.remembered.clear();
        }
        let Opened { token, key } =
            self.policy.open(text, Kind::Access, Expiry::Claim, keys, now)?;
        self.policy.check_access(&token)?;
        self.remembered.keep(text, &token, key);
        Ok(token)
    }

    /// The claims of a remembered token, to choose the verifier.
    pub(super) fn recall(&self, text: &str) -> Option<UnverifiedToken> {
        self.remembered.recall(text).map(|known| known.token.as_unverified())
    }
}

/// Verifies ID tokens, which tell an application who signed in. An ID token opens no API, so a
/// [`VerifiedIdToken`] has no `authorize`. Use it for [`confirm`](crate::EasyAuthPrincipal::confirm).
///
/// ```
/// use easyauth::verify::{Tenant, Verifier};
///
/// let verifier = Verifier::builder(Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?)
///     .application("6e74172b-be56-4843-9ff4-e66a39bb12e3") // the client ID of the application
///     .build_for_id_tokens()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct IdTokenVerifier(pub(super) Policy);

/// An ID token that an [`IdTokenVerifier`] has verified.
///
/// ```compile_fail
/// # fn check(token: easyauth::verify::VerifiedIdToken) {
/// token.authorize(&easyauth::Requirement::scope("Files.Read")); // an ID token opens no API
/// # }
/// ```
pub type VerifiedIdToken = Token<VerifiedId>;

impl IdTokenVerifier {
    pub(super) fn new(policy: Policy) -> Self {
        Self(policy)
    }

    /// Verifies an ID token without checking its nonce. For ID tokens that the platform injects: the
    /// platform created and checked the nonce.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks.
    pub fn verify(
        &self,
        token: &IdToken,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        self.check(token, None, Expiry::Claim, keys, now)
    }

    /// Verifies the ID token of a browser session, only to confirm the caller in the headers of that
    /// session. It checks the age of the token, counted from `iat`, instead of its expiry. The reason:
    /// the platform keeps the ID token of the sign-in as long as the session lasts (azure-docs#102509).
    /// All other rules apply.
    #[cfg_attr(
        not(any(feature = "axum", feature = "tower", feature = "actix-web")),
        allow(dead_code, reason = "adapters confirm sessions")
    )]
    pub(crate) fn verify_session(
        &self,
        token: &IdToken,
        max_age: Duration,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        self.check(token, None, Expiry::Age(max_age), keys, now)
    }

    /// Verifies an ID token and its nonce: for your own sign-in code (OpenID Connect Core section
    /// 3.1.3.7).
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks.
    pub fn verify_nonce(
        &self,
        token: &IdToken,
        nonce: &str,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        self.check(token, Some(nonce), Expiry::Claim, keys, now)
    }

    fn check(
        &self,
        token: &IdToken,
        nonce: Option<&str>,
        expiry: Expiry,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        let Opened { token, .. } =
            self.0.open(token.expose_secret(), Kind::Id, expiry, keys, now)?;
        Policy::check_id(&token, nonce)?;
        Ok(token)
    }
}
