//! Keys that stay fresh: which are known, and who may fetch more.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, SystemTime},
};

use super::{
    Key, KeySet, KeySource, MAX_KEYS, Metadata, MetadataUri, Refresh, RefreshError,
    error::Unavailable,
    flight::{BoxFuture, Ended, Fetched, Flight},
    key_set::sealed::{Found, Sealed},
    refresh::Documents,
    schedule::{Cause, Schedule},
};

/// How long a key is believed after it was last seen in a document. Entra's document drops live keys
/// and brings them back: of 42 keys in five months of 2024, 34 vanished for up to two days, and 116 of
/// 123 gaps were shorter than a day ("Signing key rollover in the Microsoft identity platform"
/// recommends 24 hours).
pub const KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How old the last document may get before it should be fetched again, in the background (the same
/// page: every hour).
pub const REFRESH_INTERVAL: Duration = Duration::from_secs(3600);

/// How often at most unknown keys make the store fetch, whatever IDs tokens name: anyone can invent IDs
/// (the same page: every 5 minutes). Fetches that fail or are abandoned count.
pub const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(300);

/// How long to wait after a failure before the next attempt. It doubles with every further failure, up
/// to [`UNKNOWN_KEY_INTERVAL`].
pub const FIRST_BACKOFF: Duration = Duration::from_secs(5);

/// How long a request waits for a fetch at most, and how long a fetch that nobody waits for may take
/// before another one may replace it. See [`KeyStore::with_lease`].
pub const REFRESH_LEASE: Duration = Duration::from_secs(60);

/// The keys of one issuer, kept fresh: long-lived, shared by all requests, safe for threads.
///
/// Keys are kept one by one, for [`KEY_LIFETIME`] since each was last seen, and not replaced by the
/// last document: Entra's document drops live keys and brings them back. If a fetch fails, the store
/// keeps the keys it has.
///
/// The store does no input or output. There are three ways to fetch for it:
///
/// - [`Keys`](super::Keys) joins a store and an async fetcher. Services use this.
/// - [`Verifier::verify_fetching_blocking`](super::Verifier::verify_fetching_blocking) and
///   [`refresh_if_due_blocking`](Self::refresh_if_due_blocking) take a fetcher that blocks its thread.
/// - [`begin_refresh`](Self::begin_refresh) is for those who do their own input and output.
///
/// # Who fetches, and who waits
///
/// - Requests whose key is known never wait.
/// - A token that names an unknown key makes the store fetch, at most once in
///   [`UNKNOWN_KEY_INTERVAL`]. Requests that need a key while a fetch is under way wait for it, for
///   [`REFRESH_LEASE`] at most.
/// - If the fetch succeeds and has no such key, the token is rejected
///   ([`UnknownKey`](super::VerifyErrorKind::UnknownKey), 401). If the fetch failed, or the last one
///   did and the next is not due, nothing is known about the key
///   ([`KeysUnavailable`](super::VerifyErrorKind::KeysUnavailable), 503).
/// - The refresh of every [`REFRESH_INTERVAL`] has a timer of its own. Requests neither reset nor delay
///   it. After a failure, and after a fetch that was abandoned, it is due sooner: after
///   [`FIRST_BACKOFF`], which doubles.
/// - While the store has no key at all, the backoff alone decides.
///
/// Intervals are sums of the clock's steps forward, so a clock that is set back delays nothing and
/// keeps no key for longer.
pub struct KeyStore {
    uri: MetadataUri,
    lease: Duration,
    keys: RwLock<BTreeMap<Box<str>, Entry>>,
    state: Mutex<State>,
}

/// A key, and when a document last had it.
#[derive(Clone)]
struct Entry {
    key: Arc<Key>,
    last_seen: SystemTime,
}

#[derive(Default)]
struct State {
    schedule: Schedule,
    metadata: Option<Arc<Metadata>>,
    last_success: Option<SystemTime>,
    last_error: Option<Arc<RefreshError>>,
    /// The fetch that is under way.
    current: Option<Arc<Flight>>,
}

/// What [`KeyStore::begin`] says.
pub(super) enum Begin {
    /// The caller has begun this fetch.
    Lead(Arc<Flight>),
    /// This fetch is under way.
    UnderWay(Arc<Flight>),
    NotDue,
}

impl KeyStore {
    /// A store for the keys that this metadata document names. It knows none yet.
    #[must_use]
    pub fn new(uri: MetadataUri) -> Self {
        Self { uri, lease: REFRESH_LEASE, keys: RwLock::default(), state: Mutex::default() }
    }

    /// Shortens the time that requests wait for a fetch: [`REFRESH_LEASE`] unless set, and at most.
    /// Give the fetcher a shorter limit, so that requests hear why it failed.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease.min(REFRESH_LEASE);
        self
    }

    /// The address of the metadata.
    #[must_use]
    pub fn metadata_uri(&self) -> &MetadataUri {
        &self.uri
    }

    /// The metadata as it was last fetched.
    #[must_use]
    pub fn metadata(&self) -> Option<Arc<Metadata>> {
        self.state().metadata.clone()
    }

    /// How many keys are known at this time.
    #[must_use]
    pub fn len(&self, now: SystemTime) -> usize {
        self.read().values().filter(|entry| entry.is_alive(now)).count()
    }

    /// Returns `true` if no key is known at this time.
    #[must_use]
    pub fn is_empty(&self, now: SystemTime) -> bool {
        !self.read().values().any(|entry| entry.is_alive(now))
    }

    /// When the keys were last fetched.
    #[must_use]
    pub fn last_success(&self) -> Option<SystemTime> {
        self.state().last_success
    }

    /// Why the last fetch failed; `None` if it did not.
    #[must_use]
    pub fn last_error(&self) -> Option<Arc<RefreshError>> {
        self.state().last_error.clone()
    }

    /// Begins the refresh that is due every hour. Returns `None` if it is not due, or a fetch is under
    /// way.
    ///
    /// For those who do their own input and output: fetch what the [`Refresh`] names and give it the
    /// answers.
    #[must_use]
    pub fn begin_refresh(&self, now: SystemTime) -> Option<Refresh<'_>> {
        self.lead(Cause::Due, now)
    }

    /// Begins the refresh that an unknown key asks for. Returns `None` if the last one is too recent,
    /// or a fetch is under way: answer with the error of
    /// [`Verifier::verify`](super::Verifier::verify), which is 401 if the key is known not to exist,
    /// else 503.
    #[must_use]
    pub fn begin_refresh_for_unknown_key(&self, now: SystemTime) -> Option<Refresh<'_>> {
        self.lead(Cause::UnknownKey, now)
    }

    fn lead(&self, cause: Cause, now: SystemTime) -> Option<Refresh<'_>> {
        match self.begin(cause, now, || None) {
            Begin::Lead(flight) => Some(Refresh::new(self, flight)),
            Begin::UnderWay(_) | Begin::NotDue => None,
        }
    }

    /// Begins a fetch, or finds the one that is under way. A fetch that came from `fetch` is driven by
    /// its waiters, any other one by who leads it.
    pub(super) fn begin(
        &self,
        cause: Cause,
        now: SystemTime,
        fetch: impl FnOnce() -> Option<BoxFuture<Fetched>>,
    ) -> Begin {
        let mut state = self.state();
        // While the state is locked: a fetch that ends meanwhile may bring the first keys.
        let cause = if self.is_empty(now) { Cause::NoKeys } else { cause };
        if state.schedule.observe(now) {
            self.clamp(now);
            state.last_success = state.last_success.map(|time| time.min(now));
        }
        state.settle();
        let is_allowed = state.schedule.may_begin(cause);
        let start = state.schedule.now();
        if let Some(flight) = &state.current {
            let is_fresh = start.saturating_sub(flight.start()) < self.lease;
            if is_fresh || flight.has_waiters() || (flight.is_shared() && !is_allowed) {
                return Begin::UnderWay(Arc::clone(flight));
            }
        }
        if !is_allowed {
            return Begin::NotDue;
        }
        let flight = Arc::new(Flight::new(cause, start, now, self.lease, fetch()));
        state.schedule.begin(cause);
        let old = state.current.replace(Arc::clone(&flight));
        drop(state);
        if let Some(old) = old {
            old.end(Err(Arc::new(RefreshError::Abandoned)));
        }
        Begin::Lead(flight)
    }

    /// Ends a fetch. One that was replaced may still deliver.
    pub(super) fn end(&self, flight: &Arc<Flight>, fetched: Fetched) {
        let mut state = self.state();
        let is_current = state.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, flight));
        if is_current {
            state.current = None;
        }
        let ended = match fetched {
            Ok(Documents { metadata, keys }) => {
                let latest = state.schedule.latest();
                // Not after the last reading of the clock, which may have been set back since.
                let at = latest.map_or(flight.at(), |latest| latest.min(flight.at()));
                // While the state is locked, so that no other fetch takes over keys meanwhile.
                self.merge(keys, at);
                state.metadata = Some(Arc::new(metadata));
                state.last_success = state.last_success.max(Some(at));
                state.last_error = None;
                let is_last = state.current.is_none();
                state.schedule.succeed(flight.cause(), flight.start(), is_last);
                Ok(())
            }
            Err(error) => {
                let error = Arc::new(error);
                if is_current {
                    state.fail(flight, &error);
                }
                Err(error)
            }
        };
        drop(state);
        flight.end(ended);
    }

    /// The last reading of the clock.
    pub(super) fn latest(&self) -> Option<SystemTime> {
        self.state().schedule.latest()
    }

    /// Takes note of a fetch that its timer ended.
    pub(super) fn settle(&self) {
        self.state().settle();
    }

    /// Why a key is missing, if the last fetch did not succeed.
    pub(super) fn unavailable(&self) -> Option<Unavailable> {
        let state = self.state();
        (!state.schedule.is_settled()).then(|| state.unavailable(state.last_error.clone()))
    }

    /// Why a key is missing after a fetch that failed.
    pub(super) fn unavailable_because(&self, error: Arc<RefreshError>) -> Unavailable {
        self.state().unavailable(Some(error))
    }

    /// The key with this ID, if it is alive.
    pub(super) fn key(&self, id: &str, now: SystemTime) -> Option<Arc<Key>> {
        let keys = self.read();
        keys.get(id).filter(|entry| entry.is_alive(now)).map(|entry| Arc::clone(&entry.key))
    }

    /// Takes over the keys of a document. Other keys stay until their time is over.
    fn merge(&self, set: KeySet, seen: SystemTime) {
        let mut keys = self.read().clone();
        keys.retain(|_, entry| entry.is_alive(seen));
        for (id, key) in set.into_keys() {
            // A fetch that was replaced may deliver after the one that replaced it.
            if keys.get(&id).is_none_or(|known| known.last_seen <= seen) {
                keys.insert(id, Entry { key, last_seen: seen });
            }
        }
        if let Some(excess) = keys.len().checked_sub(MAX_KEYS) {
            let mut by_age: Vec<(SystemTime, Box<str>)> =
                keys.iter().map(|(id, entry)| (entry.last_seen, id.clone())).collect();
            by_age.sort_unstable();
            for (_, id) in by_age.into_iter().take(excess) {
                keys.remove(&id);
            }
        }
        let old = {
            let mut current = self.keys.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, keys)
        };
        // Not before the lock is free again.
        drop(old);
    }

    /// The clock was set back: no key was seen after this time.
    fn clamp(&self, now: SystemTime) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for entry in keys.values_mut() {
            entry.last_seen = entry.last_seen.min(now);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Box<str>, Entry>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The future of a fetch that is under way and the waker it keeps refer to each other.
impl Drop for KeyStore {
    fn drop(&mut self) {
        let current = self.state().current.take();
        if let Some(flight) = current {
            flight.end(Err(Arc::new(RefreshError::Abandoned)));
        }
    }
}

impl Entry {
    /// A key that was seen after `now` was seen by a clock that is ahead, or was set back since.
    fn is_alive(&self, now: SystemTime) -> bool {
        now.duration_since(self.last_seen).unwrap_or_default() < KEY_LIFETIME
    }
}

impl State {
    fn settle(&mut self) {
        let ended: Option<Ended> = self.current.as_ref().and_then(|flight| flight.ended());
        if let Some(Err(error)) = ended
            && let Some(flight) = self.current.take()
        {
            self.fail(&flight, &error);
        }
    }

    fn fail(&mut self, flight: &Flight, error: &Arc<RefreshError>) {
        // That a client hung up says nothing about the source of the keys.
        if !matches!(**error, RefreshError::Abandoned) {
            self.schedule.fail(flight.cause());
            self.last_error = Some(Arc::clone(error));
        }
    }

    fn unavailable(&self, cause: Option<Arc<RefreshError>>) -> Unavailable {
        Unavailable::new(cause, self.schedule.retry_after())
    }
}

impl KeySource for KeyStore {}

impl Sealed for KeyStore {
    fn find(&self, id: &str, now: SystemTime) -> Found {
        match self.key(id, now) {
            Some(key) => Found::Key(key),
            None => match self.unavailable() {
                Some(unavailable) => Found::Unavailable(unavailable),
                None if self.is_empty(now) => Found::Unavailable(self.state().unavailable(None)),
                None => Found::Unknown,
            },
        }
    }
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("uri", &self.uri)
            .field("keys", &self.read().len())
            .finish_non_exhaustive()
    }
}
