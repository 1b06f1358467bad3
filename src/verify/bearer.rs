//! Verification of the bearer tokens of requests: one value for the state of a service.

use std::{
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    BlockingBearerAuth, FetchKeys, FetchKeysBlocking, KeySet, KeyStore, Keys, MetadataUri, Tenant,
    VerifiedToken, Verifier, VerifierBuildError, VerifyError, VerifyErrorKind, keys::keep_fresh,
    signed,
};
use crate::{
    challenge::{Challenge, InvalidRealm},
    endpoints::AuthEnvironment,
    resource::Cloud,
    time::Clock,
    tokens::AccessToken,
};

/// Verifies the bearer tokens of requests. Cheap to clone. Create it once and put it into the state of
/// the service, where the adapters look for it.
///
/// ```
/// use easyauth::verify::{BearerAuth, FetchKeys};
///
/// # async fn sleep(_: std::time::Duration) {}
/// # fn spawn(_: impl Future<Output = ()> + Send) {}
/// # fn set_up(fetcher: impl FetchKeys + Send + Sync + 'static)
/// # -> Result<BearerAuth, Box<dyn std::error::Error>> {
/// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3"; // of your API
/// let auth = BearerAuth::entra(tenant, client_id)?.fetch_keys(fetcher); // ReqwestFetcher::new()?
/// spawn(auth.clone().keep_fresh(sleep)); // tokio::spawn(auth.clone().keep_fresh(tokio::time::sleep))
/// # Ok(auth) }
/// ```
///
/// The constructors:
///
/// | for | call |
/// |---|---|
/// | one API and one tenant of Entra | [`entra`](Self::entra) |
/// | what the settings of the site say | [`from_env`](Self::from_env) |
/// | anything else: other issuers, other rules | [`new`](Self::new) |
/// | several APIs, tenants or policies | [`or`](Self::or) |
#[derive(Debug, Clone)]
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

/// A [`BearerAuth`] that still needs its keys.
#[derive(Debug, Clone)]
#[must_use]
pub struct BearerAuthBuilder {
    verifier: Verifier,
    uri: MetadataUri,
}

impl BearerAuthBuilder {
    /// Builds the verifier of one application in one tenant. Every audience is accepted besides its
    /// client ID.
    fn new(
        cloud: Cloud,
        tenant: Tenant,
        client_id: &str,
        audiences: &[String],
    ) -> Result<Self, VerifierBuildError> {
        let uri = MetadataUri::entra(cloud, &tenant);
        let verifier = Verifier::builder(tenant).cloud(cloud).application(client_id);
        let verifier = audiences
            .iter()
            .fold(verifier, |verifier, audience| verifier.audience(audience.as_str()));
        Ok(Self { verifier: verifier.build()?, uri })
    }

    /// Sets the fetcher of the keys. Keys are fetched when a token needs them, and cached.
    #[must_use]
    pub fn fetch_keys(self, fetcher: impl FetchKeys + Send + Sync + 'static) -> BearerAuth {
        let keys = Keys::fetched(KeyStore::new(self.uri), fetcher);
        BearerAuth::new(self.verifier, keys)
    }

    /// Sets a fetcher that blocks its thread: for services without an async runtime.
    #[must_use]
    pub fn fetch_keys_blocking(
        self,
        fetcher: impl FetchKeysBlocking + Send + Sync + 'static,
    ) -> BlockingBearerAuth {
        let keys = Keys::fetched_blocking(KeyStore::new(self.uri), fetcher);
        BlockingBearerAuth::new(BearerAuth::new(self.verifier, keys))
    }

    /// Sets keys that never change: for tests.
    #[must_use]
    pub fn fixed_keys(self, keys: KeySet) -> BearerAuth {
        BearerAuth::new(self.verifier, Keys::fixed(keys))
    }
}

impl BearerAuth {
    /// For an API of yours in one tenant of the public cloud: accepts the tokens of both versions that
    /// Entra issues for its client ID.
    ///
    /// # Errors
    ///
    /// [`VerifierBuildError`] if the tenant ID or the client ID is not a GUID.
    pub fn entra(tenant: &str, client_id: &str) -> Result<BearerAuthBuilder, VerifierBuildError> {
        BearerAuthBuilder::new(Cloud::Public, Tenant::single(tenant)?, client_id, &[])
    }

    /// For the API of this site: tenant, cloud, client ID and audiences come from the
    /// [`AuthEnvironment`].
    ///
    /// ```
    /// use easyauth::{endpoints::AuthEnvironment, verify::BearerAuth};
    ///
    /// # let variable = |name: &str| match name {
    /// #     "WEBSITE_AUTH_CLIENT_ID" => Some("6e74172b-be56-4843-9ff4-e66a39bb12e3".to_owned()),
    /// #     "WEBSITE_AUTH_OPENID_ISSUER" =>
    /// #         Some("https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0".to_owned()),
    /// #     _ => None,
    /// # };
    /// let environment = AuthEnvironment::read(variable); // AuthEnvironment::from_env()
    /// let auth = BearerAuth::from_env(&environment)?; // .fetch_keys(ReqwestFetcher::new()?)
    /// # Ok::<(), easyauth::verify::VerifierBuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`VerifierBuildError`] if a setting is missing or invalid, or if the site accepts every tenant.
    pub fn from_env(
        environment: &AuthEnvironment,
    ) -> Result<BearerAuthBuilder, VerifierBuildError> {
        let error = VerifierBuildError::environment;
        let client_id = environment.require_client_id().map_err(error)?;
        let (cloud, tenants) = environment.require_tenants().map_err(error)?;
        BearerAuthBuilder::new(cloud, Tenant::any_of(tenants)?, client_id, environment.audiences())
    }

    /// Combines a verifier and its keys. The clock is the system's.
    #[must_use]
    pub fn new(verifier: Verifier, keys: Keys) -> Self {
        let entry = Entry { verifier: Arc::new(verifier), keys };
        Self { entries: Arc::new(vec![entry]), clock: Clock::system(), realm: None }
    }

    /// Adds another verifier, with its own or the same keys: for several APIs, tenants, or policies of
    /// Azure AD B2C.
    ///
    /// The first verifier whose issuer and audience the token names ([`Verifier::is_responsible_for`])
    /// decides alone. Verifiers are tried in the order in which they were added. The choice is made
    /// before any key is looked up, so a token for none of them never makes a store fetch.
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

    /// Sets the realm of challenges about bearer tokens: the token is missing, does not verify, or lacks a
    /// required permission. See [`Challenge::with_realm`].
    ///
    /// Rejections for a missing caller or role have no realm, because identity headers can also meet those
    /// rules. In your handlers, call [`Rejection::with_realm`](crate::Rejection::with_realm).
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

    /// Lets each verifier that was added so far [remember](Verifier::remember) up to this many accepted
    /// tokens. Off by default. Read there what it costs.
    #[must_use]
    pub fn remember(mut self, tokens: usize) -> Self {
        for entry in Arc::make_mut(&mut self.entries) {
            entry.verifier = Arc::new(Verifier::clone(&entry.verifier).remember(tokens));
        }
        self
    }

    /// The keys of each verifier, in the order in which they were added. Their stores tell
    /// [when keys were last fetched](KeyStore::last_success) and
    /// [why a fetch failed](KeyStore::last_error).
    pub fn keys(&self) -> impl Iterator<Item = &Keys> {
        self.entries.iter().map(|entry| &entry.keys)
    }

    /// Returns `true` if every verifier has keys: for the readiness check of the service. Until then,
    /// requests with tokens wait for the first fetch, and get 503 if it fails.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let now = self.clock.now();
        self.keys().all(|keys| keys.is_ready(now))
    }

    /// Keeps the keys of all verifiers fresh, as long as the future is polled: see [`Keys::keep_fresh`]. Spawn
    /// it on any runtime. `sleep` is the sleep of the runtime, such as `tokio::time::sleep`.
    ///
    /// ```no_run
    /// # use easyauth::verify::BearerAuth;
    /// # fn start(auth: &BearerAuth) {
    /// tokio::spawn(auth.clone().keep_fresh(tokio::time::sleep));
    /// # }
    /// ```
    pub async fn keep_fresh<F: Future<Output = ()>>(self, sleep: impl Fn(Duration) -> F) {
        let keys = self.keys().cloned().collect();
        keep_fresh(keys, move || self.clock.now(), sleep).await;
    }

    /// Verifies a token. Fetches keys if the token's key is unknown. Code that has the headers of a
    /// request calls [`require_token`](Self::require_token) instead.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks.
    pub async fn verify(&self, token: &AccessToken) -> Result<VerifiedToken, VerifyError> {
        self.verify_text(token.expose_secret()).await
    }

    /// Like [`verify`](Self::verify), for a token that is borrowed from a header.
    pub(crate) async fn verify_text(&self, text: &str) -> Result<VerifiedToken, VerifyError> {
        let now = self.clock.now();
        match self.entries.as_slice() {
            [only] => only.verify(text, now).await,
            several => {
                let entry = choose(several, text)?;
                entry.verify(text, now).await.map_err(VerifyError::of_several)
            }
        }
    }

    /// The version 2.0 issuer and the client ID, if this is for one API in one tenant of Entra.
    pub(crate) fn api(&self) -> Option<(String, &str)> {
        match self.entries.as_slice() {
            [only] => only.verifier.api(),
            _ => None,
        }
    }

    /// The audiences and issuers of all verifiers, for a message.
    pub(crate) fn expectation(&self) -> String {
        expectation(&self.entries)
    }

    /// Returns `true` if the other one has the same verifiers and keys: one is a clone of the other.
    #[cfg(feature = "actix-web")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries)
    }

    /// The realm of challenges, which was checked.
    pub(crate) fn realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }
}

impl Entry {
    async fn verify(&self, text: &str, now: SystemTime) -> Result<VerifiedToken, VerifyError> {
        self.verifier.verify_text_fetching(&self.keys, text, now).await
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("").field(&self.verifier).field(&self.keys).finish()
    }
}

fn expectation(entries: &[Entry]) -> String {
    let expected: Vec<String> = entries.iter().map(|entry| entry.verifier.expectation()).collect();
    expected.join(" or ")
}

/// Chooses the first verifier that the token is for. Checks only what is the same for all of them.
fn choose<'a>(entries: &'a [Entry], text: &str) -> Result<&'a Entry, VerifyError> {
    let token = match entries.iter().find_map(|entry| entry.verifier.recall(text)) {
        Some(token) => token,
        None => signed::claimed(text)?,
    };
    entries.iter().find(|entry| entry.verifier.is_responsible_for(&token)).ok_or_else(|| {
        let audiences: Vec<&str> = token.audiences().collect();
        let audience =
            if audiences.is_empty() { "no audience".to_owned() } else { audiences.join(" and ") };
        let actual = format!("{audience} from {}", token.issuer().unwrap_or("no issuer"));
        let kind = VerifyErrorKind::NoVerifier;
        VerifyError::identifiers(kind, expectation(entries), actual)
    })
}
