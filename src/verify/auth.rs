//! All that verifies the tokens of requests, in one value for the state of a service.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::SystemTime};

use super::{
    FetchError, FetchKeys, IdTokenVerifier, KeySet, KeyStore, VerifiedIdToken, VerifiedToken,
    Verifier, VerifyError, VerifyErrorKind, policy::Kind, signed,
};
use crate::{
    AccessToken, HeaderSource, IdToken, Refusal,
    clock::Clock,
    refusal::{Challenge, InvalidRealm},
};

/// Keys that several verifiers share: a key set, or a store and whoever fetches for it. Cheap to
/// clone.
#[derive(Clone)]
pub struct Keys(Arc<Source>);

enum Source {
    Fixed(KeySet),
    Fetched(KeyStore, Erased),
}

impl Keys {
    /// Keys that are fetched when they are needed, and kept.
    #[must_use]
    pub fn fetched(store: KeyStore, fetcher: impl FetchKeys + Send + Sync + 'static) -> Self {
        Self(Arc::new(Source::Fetched(store, Erased(Box::new(fetcher)))))
    }

    /// Keys that never change: for tests, and for issuers without a document.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        Self(Arc::new(Source::Fixed(keys)))
    }

    /// The store, if the keys are fetched: to see [why a fetch failed](KeyStore::last_error), and to
    /// fetch ahead of time.
    #[must_use]
    pub fn store(&self) -> Option<&KeyStore> {
        match &*self.0 {
            Source::Fixed(_) => None,
            Source::Fetched(store, _) => Some(store),
        }
    }

    /// Fetches the keys if that is due, so that no request has to wait for it: call it now and then,
    /// every minute for instance. Says whether it did.
    ///
    /// # Errors
    ///
    /// [`RefreshError`](super::RefreshError) if it did not work. What is known stays known.
    pub async fn refresh_if_due(&self, now: SystemTime) -> Result<bool, super::RefreshError> {
        match &*self.0 {
            Source::Fixed(_) => Ok(false),
            Source::Fetched(store, fetcher) => store.refresh_if_due(fetcher, now).await,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Source::Fixed(keys) => f.debug_tuple("Keys").field(keys).finish(),
            Source::Fetched(store, _) => f.debug_tuple("Keys").field(store).finish(),
        }
    }
}

/// Any fetcher, so that the types of services do not have to name theirs.
struct Erased(Box<dyn DynFetchKeys>);

trait DynFetchKeys: Send + Sync {
    fn fetch<'a>(&'a self, uri: &'a str) -> Fetch<'a>;
}

type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, FetchError>> + Send + 'a>>;

impl<T: FetchKeys + Send + Sync> DynFetchKeys for T {
    fn fetch<'a>(&'a self, uri: &'a str) -> Fetch<'a> {
        Box::pin(FetchKeys::fetch(self, uri))
    }
}

impl FetchKeys for Erased {
    async fn fetch(&self, uri: &str) -> Result<Vec<u8>, FetchError> {
        self.0.fetch(uri).await
    }
}

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
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
/// let verifier = Verifier::builder(tenant).application(client_id).build()?;
/// let auth = BearerAuth::new(verifier, Keys::fetched(store, fetcher));
/// # Ok(auth) }
/// ```
///
/// A service with several APIs, tenants or policies has a verifier for each: see [`or`](Self::or).
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
    /// Takes a verifier and its keys. The time is the system's.
    #[must_use]
    pub fn new(verifier: Verifier, keys: Keys) -> Self {
        let entry = Entry { verifier: Arc::new(verifier), keys };
        Self { entries: Arc::new(vec![entry]), clock: Clock::system(), realm: None }
    }

    /// Adds another verifier, with keys of its own or the same: for several APIs, tenants, or policies
    /// of Azure AD B2C.
    ///
    /// Each token goes to the first verifier, in the order in which they were added, whose issuer and
    /// audience it names ([`Verifier::is_meant_by`]), and that one alone decides. This is found out
    /// before a key is looked up, so a token that none is for never makes a store fetch. What a token
    /// names is not known to be true yet. Therefore the answer to a token that none is for, and to one
    /// that fails before or at its signature, is the same
    /// ([`NoVerifier`](super::VerifyErrorKind::NoVerifier)). The one exception are keys that cannot be
    /// fetched: that is a 503.
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
        match &*self.keys.0 {
            Source::Fixed(keys) => self.verifier.verify(token, keys, now),
            Source::Fetched(store, fetcher) => {
                self.verifier.verify_with(store, fetcher, token, now).await
            }
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("").field(&self.verifier).field(&self.keys).finish()
    }
}

/// The first of several that the token is for. Checks nothing that differs between them.
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
        match &*self.keys.0 {
            Source::Fixed(keys) => self.verifier.verify(token, keys, now),
            Source::Fetched(store, fetcher) => {
                self.verifier.verify_with(store, fetcher, token, now).await
            }
        }
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
