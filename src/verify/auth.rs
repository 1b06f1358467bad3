//! Verification of the tokens of requests: one value for the state of a service.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    IdTokenVerifier, Keys, VerifiedIdToken, VerifiedToken, Verifier, VerifyError, VerifyErrorKind,
    policy::Kind, signed,
};
use crate::{
    headers::HeaderSource,
    rejection::{Challenge, InvalidRealm, Rejection},
    time::Clock,
    tokens::{AccessToken, IdToken},
};

/// Verifies the bearer tokens of requests. Cheap to clone. Create it once and put it into the state of
/// the service, where the adapters look for it.
///
/// ```
/// use easyauth::verify::{BearerAuth, FetchKeys, KeyStore, Keys, MetadataUri, Tenant, Verifier};
/// use easyauth::resource::Cloud;
///
/// # fn set_up(fetcher: impl FetchKeys + Send + Sync + 'static)
/// # -> Result<BearerAuth, Box<dyn std::error::Error>> {
/// let tenant = Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
/// let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &tenant));
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
/// let verifier = Verifier::builder(tenant).application(client_id).build()?;
/// let auth = BearerAuth::new(verifier, Keys::fetched(store, fetcher));
/// # Ok(auth) }
/// ```
///
/// A service with several APIs, tenants or policies has one verifier for each: see [`or`](Self::or).
#[derive(Clone)]
pub struct BearerAuth {
    /// At least one.
    entries: Arc<Vec<Entry>>,
    clock: Clock,
    realm: Option<Arc<str>>,
}

/// A verifier and its keys.
#[derive(Clone)]
struct Entry {
    verifier: Arc<Verifier>,
    keys: Keys,
}

impl BearerAuth {
    /// Combines a verifier and its keys. The clock is the system's.
    #[must_use]
    pub fn new(verifier: Verifier, keys: Keys) -> Self {
        let entry = Entry { verifier: Arc::new(verifier), keys };
        Self { entries: Arc::new(vec![entry]), clock: Clock::system(), realm: None }
    }

    /// Adds another verifier, with its own or the same keys: for several APIs, tenants, or policies of
    /// Azure AD B2C.
    ///
    /// The first verifier whose issuer and audience the token names ([`Verifier::is_meant_by`]) decides
    /// alone. Verifiers are tried in the order in which they were added. The choice is made before any
    /// key is looked up, so a token for none of them never makes a store fetch.
    ///
    /// What a token names is not yet verified at that point. So the response must not reveal which
    /// verifier was chosen. A token for none of them and a token whose signature cannot be verified get
    /// the same response ([`NoVerifier`](super::VerifyErrorKind::NoVerifier)). There is one exception:
    /// if keys cannot be fetched, the status is 503.
    ///
    /// ```
    /// use easyauth::verify::{Authority, BearerAuth, Keys, Tenant, Verifier};
    ///
    /// # fn set_up(entra: Keys, customers: Keys) -> Result<BearerAuth, Box<dyn std::error::Error>> {
    /// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    /// let staff = Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
    /// let staff = Verifier::builder(staff).application(client_id).build()?;
    /// let users = Authority::issuer(
    ///     "https://contoso.b2clogin.com/1c29d1a5-6f4e-4c3f-9f1b-2f6f9a0f6a11/v2.0/",
    /// );
    /// let users = Verifier::builder(users).application(client_id).build()?;
    /// let auth = BearerAuth::new(staff, entra).or(users, customers);
    /// # Ok(auth) }
    /// ```
    #[must_use]
    pub fn or(mut self, verifier: Verifier, keys: Keys) -> Self {
        Arc::make_mut(&mut self.entries).push(Entry { verifier: Arc::new(verifier), keys });
        self
    }

    /// Sets the realm of every challenge: see [`Challenge::with_realm`].
    ///
    /// # Errors
    ///
    /// [`InvalidRealm`] if a header cannot contain the name.
    pub fn with_realm(self, realm: &str) -> Result<Self, InvalidRealm> {
        Challenge::no_token().with_realm(realm)?;
        Ok(Self { realm: Some(realm.into()), ..self })
    }

    /// Uses this clock instead of the system's: for tests.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Verifies the token in `Authorization: Bearer`; `None` if the request has none.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the header is malformed or the token does not verify. A bad token is never treated
    /// as a missing one.
    pub async fn token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<VerifiedToken>, Rejection> {
        let token = AccessToken::from_authorization(headers);
        self.verify(token.map_err(|error| self.named(error.into()))?).await
    }

    /// Verifies the token in `Authorization: Bearer`, which is required.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the token is missing, and as for [`token`](Self::token).
    pub async fn require_token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<VerifiedToken, Rejection> {
        self.token(headers).await?.ok_or_else(|| self.named(Rejection::no_token()))
    }

    async fn verify(&self, token: Option<AccessToken>) -> Result<Option<VerifiedToken>, Rejection> {
        let Some(token) = token else { return Ok(None) };
        let result = match self.entries.as_slice() {
            [only] => only.verify(&token, self.clock.now()).await,
            several => match choose(several, &token) {
                Ok(entry) => {
                    let result = entry.verify(&token, self.clock.now()).await;
                    result.map_err(VerifyError::of_several)
                }
                Err(error) => Err(error),
            },
        };
        result.map(Some).map_err(|error| self.named(error.into()))
    }

    /// The rejection with the realm, which was checked before.
    pub(crate) fn named(&self, rejection: Rejection) -> Rejection {
        match &self.realm {
            Some(realm) => rejection.clone().with_realm(realm).unwrap_or(rejection),
            None => rejection,
        }
    }
}

impl fmt::Debug for BearerAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerAuth")
            .field("entries", &self.entries)
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

impl Entry {
    async fn verify(
        &self,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verifier.verify_fetching(&self.keys, token, now).await
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("").field(&self.verifier).field(&self.keys).finish()
    }
}

/// Chooses the first verifier that the token is for. Checks only what is the same for all of them.
fn choose<'a>(entries: &'a [Entry], token: &AccessToken) -> Result<&'a Entry, VerifyError> {
    let token = signed::claimed(token.expose_secret(), Kind::Access.types())?;
    entries.iter().find(|entry| entry.verifier.is_meant_by(&token)).ok_or_else(|| {
        let expected: Vec<String> =
            entries.iter().map(|entry| entry.verifier.expectation()).collect();
        let audiences: Vec<&str> = token.audiences().collect();
        let audience =
            if audiences.is_empty() { "no audience".to_owned() } else { audiences.join(" and ") };
        let actual = format!("{audience} from {}", token.issuer().unwrap_or("no issuer"));
        let kind = VerifyErrorKind::NoVerifier;
        VerifyError::identifiers(kind, expected.join(" or "), actual)
    })
}

/// The longest session lifetime: the session of the platform lasts 8 hours, and `/.auth/refresh` renews
/// it for 72 hours after its end (Microsoft Learn: "Work with OAuth tokens in Azure App Service
/// authentication", `tokenRefreshExtensionHours`).
pub const MAX_SESSION_LIFETIME: Duration = Duration::from_secs((8 + 72) * 3600);

/// Verifies the ID tokens that the platform injects, to confirm the caller. Cheap to clone.
#[derive(Clone)]
pub struct IdTokenAuth {
    verifier: Arc<IdTokenVerifier>,
    keys: Keys,
    clock: Clock,
    session_lifetime: Option<Duration>,
}

impl IdTokenAuth {
    /// Combines a verifier and its keys, which may be those of a [`BearerAuth`]. The clock is the
    /// system's.
    #[must_use]
    pub fn new(verifier: IdTokenVerifier, keys: Keys) -> Self {
        Self { verifier: Arc::new(verifier), keys, clock: Clock::system(), session_lifetime: None }
    }

    /// Accepts an ID token up to this age, counted from `iat`, instead of until its `exp`. This applies
    /// only when the token confirms the caller of a browser session. [`verify`](Self::verify) still
    /// rejects an expired token.
    ///
    /// The session of the platform lasts 8 hours. Its ID token expires after about one hour, and
    /// `/.auth/refresh` does not renew it (azure-docs#102509, microsoft-identity-web#2880). By default,
    /// the session is anonymous from then on, and browsers are sent to sign in, which is usually silent.
    /// With a longer lifetime, a user who was disabled or lost a role stays confirmed for that long.
    ///
    /// # Errors
    ///
    /// [`SessionLifetimeTooLong`] if the lifetime is over [`MAX_SESSION_LIFETIME`].
    pub fn with_session_lifetime(self, lifetime: Duration) -> Result<Self, SessionLifetimeTooLong> {
        if lifetime > MAX_SESSION_LIFETIME {
            return Err(SessionLifetimeTooLong(lifetime));
        }
        Ok(Self { session_lifetime: Some(lifetime), ..self })
    }

    /// Uses this clock instead of the system's: for tests.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Verifies an ID token.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks.
    pub async fn verify(&self, token: &IdToken) -> Result<VerifiedIdToken, VerifyError> {
        let now = self.clock.now();
        self.verifier.verify_fetching(&self.keys, token, now).await
    }

    /// Verifies the ID token of a browser session: by its age if there is a session lifetime.
    #[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
    pub(crate) async fn verify_session(
        &self,
        token: &IdToken,
    ) -> Result<VerifiedIdToken, VerifyError> {
        let now = self.clock.now();
        match self.session_lifetime {
            Some(age) => self.verifier.verify_session_fetching(&self.keys, token, age, now).await,
            None => self.verifier.verify_fetching(&self.keys, token, now).await,
        }
    }
}

/// The session lifetime is over [`MAX_SESSION_LIFETIME`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a session lifetime of at most 80 hours, found {} seconds", .0.as_secs())]
pub struct SessionLifetimeTooLong(Duration);

impl fmt::Debug for IdTokenAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenAuth")
            .field("verifier", &self.verifier)
            .field("keys", &self.keys)
            .field("session_lifetime", &self.session_lifetime)
            .finish_non_exhaustive()
    }
}
