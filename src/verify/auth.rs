//! All that verifies the tokens of requests, in one value for the state of a service.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{IdTokenVerifier, Keys, VerifiedIdToken, VerifiedToken, Verifier, VerifyError};
use crate::{
    AccessToken, HeaderSource, IdToken, Refusal,
    clock::Clock,
    refusal::{Challenge, InvalidRealm},
};

/// Verifies the bearer tokens of requests. Cheap to clone: made once, for the state of a service, where
/// the adapters look for it.
///
/// ```
/// use easyauth::verify::{BearerAuth, FetchKeys, KeyStore, Keys, MetadataUri, Tenant, Verifier};
/// use easyauth::resource::Cloud;
///
/// # fn set_up(fetcher: impl FetchKeys + Send + Sync + 'static)
/// # -> Result<BearerAuth, Box<dyn std::error::Error>> {
/// let tenant = Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
/// let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &tenant));
/// let verifier = Verifier::builder(tenant).audience("api://my-api").build()?;
/// let auth = BearerAuth::new(verifier, Keys::fetched(store, fetcher));
/// # Ok(auth) }
/// ```
#[derive(Clone)]
pub struct BearerAuth {
    verifier: Arc<Verifier>,
    keys: Keys,
    clock: Clock,
    realm: Option<Arc<str>>,
}

impl BearerAuth {
    /// Takes a verifier and its keys. The time is the system's.
    #[must_use]
    pub fn new(verifier: Verifier, keys: Keys) -> Self {
        Self { verifier: Arc::new(verifier), keys, clock: Clock::system(), realm: None }
    }

    /// Names what is protected in every challenge: see [`Challenge::with_realm`].
    ///
    /// # Errors
    ///
    /// [`InvalidRealm`] if the name cannot stand in a header.
    pub fn with_realm(self, realm: &str) -> Result<Self, InvalidRealm> {
        Challenge::no_token().with_realm(realm)?;
        Ok(Self { realm: Some(realm.into()), ..self })
    }

    /// Takes the time from elsewhere: for tests.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Verifies the token in `Authorization: Bearer`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if the header is malformed or the token does not verify: a bad token is not the same
    /// as none.
    pub async fn token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<VerifiedToken>, Refusal> {
        let token = AccessToken::from_authorization(headers);
        self.verify(token.map_err(|error| self.named(error.into()))?).await
    }

    /// Verifies the token in `Authorization: Bearer`, which has to be there.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it is not, or as of [`token`](Self::token).
    pub async fn require_token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<VerifiedToken, Refusal> {
        self.token(headers).await?.ok_or_else(|| self.named(Refusal::no_token()))
    }

    async fn verify(&self, token: Option<AccessToken>) -> Result<Option<VerifiedToken>, Refusal> {
        let Some(token) = token else { return Ok(None) };
        let now = self.clock.now();
        let result = self.verifier.verify_fetching(&self.keys, &token, now).await;
        result.map(Some).map_err(|error| self.named(error.into()))
    }

    /// The refusal with the realm, which was checked before.
    pub(crate) fn named(&self, refusal: Refusal) -> Refusal {
        match &self.realm {
            Some(realm) => refusal.clone().with_realm(realm).unwrap_or(refusal),
            None => refusal,
        }
    }
}

impl fmt::Debug for BearerAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuth")
            .field("verifier", &self.verifier)
            .field("keys", &self.keys)
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

/// Verifies the ID tokens that the platform injects, to confirm who is calling. Cheap to clone.
#[derive(Clone)]
pub struct IdTokenAuth {
    verifier: Arc<IdTokenVerifier>,
    keys: Keys,
    clock: Clock,
}

impl IdTokenAuth {
    /// Takes a verifier and its keys, which may be those of a [`BearerAuth`]. The time is the
    /// system's.
    #[must_use]
    pub fn new(verifier: IdTokenVerifier, keys: Keys) -> Self {
        Self { verifier: Arc::new(verifier), keys, clock: Clock::system() }
    }

    /// Takes the time from elsewhere: for tests.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Verifies an ID token.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says which rule the token breaks.
    pub async fn verify(&self, token: &IdToken) -> Result<VerifiedIdToken, VerifyError> {
        let now = self.clock.now();
        self.verifier.verify_fetching(&self.keys, token, now).await
    }
}

impl fmt::Debug for IdTokenAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenAuth")
            .field("verifier", &self.verifier)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}
