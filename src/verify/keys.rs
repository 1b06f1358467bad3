//! Keys combined with the fetcher that loads them.

use std::{
    fmt,
    future::{Future, Ready, poll_fn, ready},
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    FIRST_BACKOFF, FetchKeys, FetchKeysBlocking, IdTokenVerifier, Key, KeySet, KeySource, KeyStore,
    MetadataUri, REFRESH_LEASE, RefreshError, RefreshErrorKind, VerifiedIdToken, VerifiedToken,
    Verifier, VerifyError,
    fetch::Blocking,
    flight::{Ended, Fetched, Flight, Sleep},
    key_set::sealed::{Found, Sealed},
    refresh::{Documents, parse_keys, parse_metadata},
    schedule::Cause,
    store::Begin,
};
use crate::{
    block_on::block_on,
    jwt::TokenHeader,
    shared_future::BoxFuture,
    tokens::{AccessToken, IdToken},
    transport::TransportError,
};

/// The time between two checks of [`Keys::keep_fresh`] whether a refresh is due.
pub const KEEP_FRESH_INTERVAL: Duration = Duration::from_secs(60);

/// Keys that several verifiers share: a fixed key set, or a store and its fetcher. Cheap to clone.
///
/// A fetch belongs to the store, not to the request that first needed it. Every request that waits for
/// the fetch also drives it. If a client hangs up, another request or the background refresh continues
/// the same fetch. See [`KeyStore`] for the rules.
///
/// [`keep_fresh`](Self::keep_fresh) fetches keys before requests need them, and every hour. Without it, known
/// keys are not fetched again until they lapse, all together, after a day.
///
/// No request waits for the fetch of an async fetcher longer than [`REFRESH_LEASE`](super::REFRESH_LEASE),
/// even if the fetcher hangs. By default a thread measures that time, at most one for each fetch.
/// [`with_sleep`](Self::with_sleep) uses the timer of the runtime instead. On targets without threads,
/// set a sleep, or use a fetcher with its own time limit.
///
/// A blocking fetcher blocks its thread until it returns. [`REFRESH_LEASE`](super::REFRESH_LEASE) limits only
/// the wait of the other requests. Set the time limit of its client, such as
#[cfg_attr(
    feature = "ureq",
    doc = "[`UreqFetcher::with_timeout`](crate::integrations::UreqFetcher::with_timeout)."
)]
#[cfg_attr(not(feature = "ureq"), doc = "`UreqFetcher::with_timeout`.")]
#[derive(Clone)]
pub struct Keys {
    source: Arc<Source>,
    sleep: Option<Sleep>,
}

#[expect(clippy::large_enum_variant, reason = "there is one for each issuer")]
enum Source {
    Fixed(KeySet),
    Fetched(KeyStore, Arc<dyn DynFetchKeys>),
}

impl Keys {
    /// Keys that are fetched when a token needs them, and then cached.
    #[must_use]
    pub fn fetched(store: KeyStore, fetcher: impl FetchKeys + Send + Sync + 'static) -> Self {
        Self { source: Arc::new(Source::Fetched(store, Arc::new(fetcher))), sleep: None }
    }

    /// Like [`fetched`](Self::fetched), for a fetcher that blocks its thread. Use the blocking methods with
    /// such keys, for instance [`Verifier::verify_fetching_blocking`]. The async ones block the thread that
    /// polls them.
    #[must_use]
    pub fn fetched_blocking(
        store: KeyStore,
        fetcher: impl FetchKeysBlocking + Send + Sync + 'static,
    ) -> Self {
        Self::fetched(store, Blocking(fetcher))
    }

    /// Keys that never change: for tests, and for issuers without a metadata document.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        Self { source: Arc::new(Source::Fixed(keys)), sleep: None }
    }

    /// Measures how long requests wait with the sleep of a runtime, for instance `tokio::time::sleep`,
    /// instead of a thread. Set it before the first use: each clone has its own.
    #[must_use]
    pub fn with_sleep<F>(self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { sleep: Some(Arc::new(move |duration| Box::pin(sleep(duration)))), ..self }
    }

    /// The store, if the keys are fetched. It tells [why a fetch failed](KeyStore::last_error).
    #[must_use]
    pub fn store(&self) -> Option<&KeyStore> {
        match &*self.source {
            Source::Fixed(_) => None,
            Source::Fetched(store, _) => Some(store),
        }
    }

    /// Returns `true` if there are keys at this time: for the readiness check of the service.
    #[must_use]
    pub fn is_ready(&self, now: SystemTime) -> bool {
        self.store().is_none_or(|store| !store.is_empty(now))
    }

    /// Keeps the keys fresh, as long as the future is polled: spawn it on any runtime, once for all verifiers
    /// that share these keys. It fetches keys before requests need them, and again when a refresh is due.
    /// `now` reads the clock, and `sleep` is the sleep of the runtime.
    ///
    /// If a fetch fails, the store keeps its keys, and the next attempt follows after a backoff. See
    /// [`KeyStore::last_error`]. With fixed keys, the future ends at once.
    ///
    /// ```no_run
    /// # use easyauth::verify::Keys;
    /// use std::time::SystemTime;
    ///
    /// # fn start(keys: &Keys) {
    /// tokio::spawn(keys.clone().keep_fresh(SystemTime::now, tokio::time::sleep));
    /// # }
    /// ```
    pub async fn keep_fresh<F: Future<Output = ()>>(
        self,
        now: impl Fn() -> SystemTime,
        sleep: impl Fn(Duration) -> F,
    ) {
        keep_fresh(vec![self], now, sleep).await;
    }

    /// Like [`keep_fresh`](Self::keep_fresh), with a sleep that blocks, such as [`std::thread::sleep`]. Run it in
    /// a thread. With fixed keys, it returns at once.
    pub fn keep_fresh_blocking(self, now: impl Fn() -> SystemTime, sleep: impl Fn(Duration)) {
        block_on(self.keep_fresh(now, blocking(sleep)));
    }

    /// Fetches the keys if that is due. If a fetch is in flight, waits for that one and drives it.
    /// Returns `true` if keys were fetched. [`keep_fresh`](Self::keep_fresh) calls it every minute.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if the fetch failed. The store keeps the keys it has.
    pub async fn refresh_if_due(&self, now: SystemTime) -> Result<bool, RefreshError> {
        match self.fetch(Cause::Due, now).await {
            Some(ended) => ended.map(|()| true).map_err(|error| (*error).clone()),
            None => Ok(false),
        }
    }

    /// Like [`refresh_if_due`](Self::refresh_if_due), and blocks the thread.
    ///
    /// # Errors
    ///
    /// As for [`refresh_if_due`](Self::refresh_if_due).
    pub fn refresh_if_due_blocking(&self, now: SystemTime) -> Result<bool, RefreshError> {
        block_on(self.refresh_if_due(now))
    }

    /// Fetches, or waits for the fetch that is in flight. Returns `None` if a fetch is not due.
    async fn fetch(&self, cause: Cause, now: SystemTime) -> Option<Ended> {
        let Source::Fetched(store, fetcher) = &*self.source else { return None };
        let fetch = || -> BoxFuture<Fetched> {
            Box::pin(documents(Arc::clone(fetcher), store.metadata_uri().clone()))
        };
        // A short lease is for requests, which can respond with 503.
        let lease = if cause == Cause::Due { REFRESH_LEASE } else { store.lease() };
        match store.begin(cause, now, || Some(fetch())) {
            Begin::Lead(flight) | Begin::UnderWay(flight) => {
                Some(self.wait(store, &flight, lease, fetch).await)
            }
            Begin::NotDue => None,
        }
    }

    async fn wait(
        &self,
        store: &KeyStore,
        flight: &Arc<Flight>,
        lease: Duration,
        fetch: impl Fn() -> BoxFuture<Fetched>,
    ) -> Ended {
        let mut waiter = flight.join(lease, self.sleep.as_ref());
        loop {
            let Some(fetched) = poll_fn(|context| waiter.poll(context)).await else {
                break store.settle();
            };
            if fetched.is_ok() || !flight.restart(&fetch) {
                break store.end(flight, fetched);
            }
        }
        // A fetch that others still wait for has not ended.
        flight.ended().unwrap_or_else(|| Err(Arc::new(RefreshErrorKind::TimedOut.error())))
    }

    /// Verifies a token. If its key is missing, fetches keys and verifies it a second time.
    async fn verify<T>(
        &self,
        now: SystemTime,
        verify: impl Fn(&Lookup<'_>) -> Result<T, VerifyError>,
    ) -> Result<T, VerifyError> {
        match (verify(&Lookup::Before(&self.source)), self.store()) {
            (Err(error), Some(store)) if error.is_retryable() => {
                let ended = self.fetch(Cause::UnknownKey, now).await;
                verify(&Lookup::After(AfterFetch { store, ended }))
            }
            (result, _) => result,
        }
    }
}

/// Keeps all these keys fresh: see [`Keys::keep_fresh`].
pub(super) async fn keep_fresh<F: Future<Output = ()>>(
    keys: Vec<Keys>,
    now: impl Fn() -> SystemTime,
    sleep: impl Fn(Duration) -> F,
) {
    while keys.iter().any(|keys| keys.store().is_some()) {
        let mut pause = KEEP_FRESH_INTERVAL;
        for keys in &keys {
            // The store keeps the error. Its backoff decides when the next fetch may begin.
            if keys.refresh_if_due(now()).await.is_err() {
                pause = FIRST_BACKOFF;
            }
        }
        let pause = sleep(pause); // not in one expression, so that `sleep` need not be `Sync`
        pause.await;
    }
}

/// A sleep that blocks, as one that is awaited.
pub(super) fn blocking(sleep: impl Fn(Duration)) -> impl Fn(Duration) -> Ready<()> {
    move |pause| {
        sleep(pause);
        ready(())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.source {
            Source::Fixed(keys) => f.debug_tuple("Keys").field(keys).finish(),
            Source::Fetched(store, _) => f.debug_tuple("Keys").field(store).finish(),
        }
    }
}

/// Any fetcher, so that the types of a service need not name their fetcher.
trait DynFetchKeys: Send + Sync {
    fn fetch<'a>(&'a self, uri: &'a str) -> Fetch<'a>;
}

type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, TransportError>> + Send + 'a>>;

impl<T: FetchKeys + Send + Sync> DynFetchKeys for T {
    fn fetch<'a>(&'a self, uri: &'a str) -> Fetch<'a> {
        Box::pin(FetchKeys::fetch(self, uri))
    }
}

/// Fetches both documents. It holds no reference to the store, because the store holds this future.
async fn documents(fetcher: Arc<dyn DynFetchKeys>, uri: MetadataUri) -> Fetched {
    let body = fetcher.fetch(uri.as_str()).await?;
    let metadata = parse_metadata(&body, &uri)?;
    let body = fetcher.fetch(metadata.jwks_uri()).await?;
    let keys = parse_keys(&body)?;
    Ok(Documents { metadata, keys })
}

/// Where keys are looked up before and after a fetch.
enum Lookup<'a> {
    Before(&'a Source),
    After(AfterFetch<'a>),
}

impl KeySource for Lookup<'_> {}

impl Sealed for Lookup<'_> {
    fn find(&self, id: &str, now: SystemTime) -> Found {
        match self {
            Self::Before(Source::Fixed(keys)) => keys.find(id, now),
            Self::Before(Source::Fetched(store, _)) => store.find(id, now),
            Self::After(after) => after.find(id, now),
        }
    }

    fn find_usual(&self, header: &str, now: SystemTime) -> Option<(TokenHeader, Arc<Key>)> {
        match self {
            Self::Before(Source::Fixed(keys)) => keys.find_usual(header, now),
            Self::Before(Source::Fetched(store, _)) => store.find_usual(header, now),
            Self::After(_) => None,
        }
    }
}

/// A store after a fetch. It distinguishes a key that does not exist from one that could not be fetched.
struct AfterFetch<'a> {
    store: &'a KeyStore,
    /// The outcome of the fetch, if there was one.
    ended: Option<Ended>,
}

impl KeySource for AfterFetch<'_> {}

impl Sealed for AfterFetch<'_> {
    fn find(&self, id: &str, now: SystemTime) -> Found {
        // The clock may have been set back while this request waited. Then keys have an earlier time
        // than the request.
        let now = self.store.latest().map_or(now, |latest| latest.min(now));
        match (self.store.key(id, now), &self.ended) {
            (Some(key), _) => Found::Key(key),
            // Empty if the clock was set ahead during the fetch.
            (None, Some(Ok(()))) if !self.store.is_empty(now) => Found::Unknown,
            (None, Some(Err(error))) => {
                Found::Unavailable(self.store.unavailable(Arc::clone(error), now))
            }
            (None, _) => self.store.find(id, now),
        }
    }
}

impl Verifier {
    /// Verifies a token. Fetches keys if the token's key is unknown, at most once in
    /// [`UNKNOWN_KEY_INTERVAL`](super::UNKNOWN_KEY_INTERVAL) for all requests together, or after a backoff
    /// if that fetch failed.
    ///
    /// If a fetch is in flight, waits for it, for [`REFRESH_LEASE`] at most. Works
    /// with any async runtime. The future may be dropped at any time.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks. If keys could not be fetched, the kind is
    /// [`KeysUnavailable`](super::VerifyErrorKind::KeysUnavailable). Then the source says why, and
    /// [`retry_after`](VerifyError::retry_after) says when to try again.
    pub async fn verify_fetching(
        &self,
        keys: &Keys,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        self.verify_text_fetching(keys, token.expose_secret(), now).await
    }

    pub(super) async fn verify_text_fetching(
        &self,
        keys: &Keys,
        text: &str,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        keys.verify(now, |keys| self.verify_text(text, keys, now)).await
    }

    /// Like [`verify_fetching`](Self::verify_fetching), and blocks the thread. For keys with a fetcher that
    /// blocks ([`Keys::fetched_blocking`]): the thread that fetches waits as long as that takes.
    ///
    /// # Errors
    ///
    /// As for [`verify_fetching`](Self::verify_fetching).
    pub fn verify_fetching_blocking(
        &self,
        keys: &Keys,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        block_on(self.verify_fetching(keys, token, now))
    }
}

impl IdTokenVerifier {
    /// Verifies an ID token like [`Verifier::verify_fetching`].
    ///
    /// # Errors
    ///
    /// As for [`Verifier::verify_fetching`].
    pub async fn verify_fetching(
        &self,
        keys: &Keys,
        token: &IdToken,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        keys.verify(now, |keys| self.verify(token, keys, now)).await
    }

    /// Verifies an ID token like [`Verifier::verify_fetching_blocking`].
    ///
    /// # Errors
    ///
    /// As for [`Verifier::verify_fetching`].
    pub fn verify_fetching_blocking(
        &self,
        keys: &Keys,
        token: &IdToken,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        block_on(self.verify_fetching(keys, token, now))
    }

    /// Verifies the ID token of a browser session by its age: see
    /// [`verify_session`](Self::verify_session).
    #[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
    pub(super) async fn verify_session_fetching(
        &self,
        keys: &Keys,
        token: &IdToken,
        max_age: Duration,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        keys.verify(now, |keys| self.verify_session(token, max_age, keys, now)).await
    }
}
