//! The key store: cached keys, and the rules for refreshing them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, SystemTime},
};

use super::{
    Key, KeySet, KeySource, MAX_KEYS, Metadata, MetadataUri, Refresh, RefreshError,
    RefreshErrorKind,
    error::Unavailable,
    flight::{Fetched, Flight},
    key_set::{
        sealed::{Found, Sealed},
        with_usual,
    },
    refresh::Documents,
    schedule::{Cause, Schedule},
};
use crate::{debug::debug, events, jwt::TokenHeader, shared_future::BoxFuture};

/// How long a key stays trusted after a document last contained it.
///
/// Entra's document drops live keys and brings them back. Of 42 keys in five months of 2024, 34 vanished
/// for up to two days; 116 of 123 gaps were shorter than a day. Microsoft recommends 24 hours ("Signing
/// key rollover in the Microsoft identity platform").
pub const KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The age at which the keys are refreshed in the background (the same page: every hour).
pub const REFRESH_INTERVAL: Duration = Duration::from_secs(3600);

/// The minimum time between fetches that unknown keys cause. Anyone can invent key IDs, so the number of
/// different IDs does not matter (the same page: every 5 minutes). Abandoned fetches count. A failed one
/// is repeated after the backoff.
pub const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(300);

/// The pause after a failed fetch. It doubles with every further failure, up to
/// [`UNKNOWN_KEY_INTERVAL`].
pub const FIRST_BACKOFF: Duration = Duration::from_secs(5);

/// The longest time that a request waits for a fetch. A fetch without waiters can be replaced after this
/// time. See [`KeyStore::with_lease`].
pub const REFRESH_LEASE: Duration = Duration::from_secs(60);

/// The keys of one issuer, kept fresh. Long-lived, thread-safe, shared by all requests.
///
/// Keys are kept one by one, for [`KEY_LIFETIME`] after a document last contained each. A new document
/// does not replace the others, because Entra's document drops live keys and brings them back. If a
/// fetch fails, the store keeps its keys.
///
/// The store does no input or output. There are two ways to fetch for it:
///
/// - [`Keys`](super::Keys) combines a store and a fetcher. Services use this.
/// - [`begin_refresh`](Self::begin_refresh) is for code that does its own input and output.
///
/// # Who fetches, and who waits
///
/// - Requests whose key is known never wait.
/// - A token that names an unknown key makes the store fetch, at most once in [`UNKNOWN_KEY_INTERVAL`].
///   If that fails, it is due again after [`FIRST_BACKOFF`], which doubles with each further failure.
///   Requests that need a key while a fetch is in flight wait for it, for [`REFRESH_LEASE`] at most.
/// - If the fetch succeeds without that key, the token is rejected
///   ([`UnknownKey`](super::VerifyErrorKind::UnknownKey), 401).
/// - If the fetch fails, or the last one failed and the next is not due, the key may exist
///   ([`KeysUnavailable`](super::VerifyErrorKind::KeysUnavailable), 503).
/// - The refresh every [`REFRESH_INTERVAL`] has a separate timer. Requests neither reset nor delay it.
///   After a failure it is due again after [`FIRST_BACKOFF`], which doubles with each further failure.
///   After an abandoned fetch it is due at once, unless a backoff is running.
/// - While the store has no keys, only the backoff limits fetches.
///
/// Intervals are measured by adding up the clock's steps forward. The store reads the clock when a key is
/// missing, and when it is asked for a refresh: [`Keys::keep_fresh`](super::Keys::keep_fresh) does that
/// every minute. So a clock that is set back delays no refresh and extends no key by more than a few
/// minutes.
pub struct KeyStore {
    uri: MetadataUri,
    lease: Duration,
    keys: RwLock<BTreeMap<Box<str>, Entry>>,
    state: Mutex<State>,
}

/// A key, and the time when a document last contained it.
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
    /// The fetch in flight.
    current: Option<Arc<Flight>>,
}

/// The outcome of [`KeyStore::begin`].
pub(super) enum Begin {
    /// The caller has begun this fetch.
    Lead(Arc<Flight>),
    /// This fetch is in flight.
    UnderWay(Arc<Flight>),
    NotDue,
}

impl KeyStore {
    /// Creates an empty store for the keys that this metadata document names.
    #[must_use]
    pub fn new(uri: MetadataUri) -> Self {
        Self { uri, lease: REFRESH_LEASE, keys: RwLock::default(), state: Mutex::default() }
    }

    /// Shortens the time that requests wait for a fetch. The default and the maximum is
    /// [`REFRESH_LEASE`], which the background refresh waits in any case. Give the fetcher a shorter time
    /// limit, so that requests learn why it failed.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease.min(REFRESH_LEASE);
        self
    }

    pub(super) fn lease(&self) -> Duration {
        self.lease
    }

    /// The address of the metadata.
    #[must_use]
    pub fn metadata_uri(&self) -> &MetadataUri {
        &self.uri
    }

    /// The last fetched metadata.
    #[must_use]
    pub fn metadata(&self) -> Option<Arc<Metadata>> {
        self.state().metadata.clone()
    }

    /// The number of keys that are valid at this time.
    #[must_use]
    pub fn len(&self, now: SystemTime) -> usize {
        self.read().values().filter(|entry| entry.is_alive(now)).count()
    }

    /// Returns `true` if the store has no valid key at this time.
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

    /// Begins the hourly refresh. Returns `None` if it is not due or a fetch is in flight.
    ///
    /// For code that does its own input and output: fetch the documents that the [`Refresh`] names, and
    /// pass it the responses.
    #[must_use]
    pub fn begin_refresh(&self, now: SystemTime) -> Option<Refresh<'_>> {
        self.lead(Cause::Due, now)
    }

    /// Begins the refresh that an unknown key needs. Returns `None` if the last one is too recent, or a
    /// fetch is in flight. Then respond with the error of [`Verifier::verify`](super::Verifier::verify):
    /// 401 if the key is known not to exist, else 503.
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

    /// Begins a fetch, or returns the one in flight. The waiters drive a fetch that has a future from
    /// `fetch`. Its leader drives any other fetch.
    pub(super) fn begin(
        &self,
        cause: Cause,
        now: SystemTime,
        fetch: impl FnOnce() -> Option<BoxFuture<Fetched>>,
    ) -> Begin {
        self.observe(now);
        let mut state = self.state();
        // Inside the lock, because a fetch that ends in the meantime may bring the first keys.
        let cause = self.cause(cause, now);
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
        let flight = Arc::new(Flight::new(cause, start, fetch()));
        state.schedule.begin(cause);
        let old = state.current.replace(Arc::clone(&flight));
        drop(state);
        if let Some(old) = old {
            old.end(Err(Arc::new(RefreshErrorKind::Abandoned.error())));
        }
        Begin::Lead(flight)
    }

    /// Ends a fetch. A fetch that was replaced may still deliver its keys.
    pub(super) fn end(&self, flight: &Arc<Flight>, fetched: Fetched) {
        let mut state = self.state();
        let is_current = state.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, flight));
        if is_current {
            state.current = None;
        }
        let (ended, failure) = match fetched {
            Ok(Documents { metadata, keys }) => {
                // The clock may have been set back since.
                let at = state.schedule.reading(flight.start()).unwrap_or(SystemTime::UNIX_EPOCH);
                // Inside the lock, so that no other fetch merges keys at the same time.
                self.merge(keys, at);
                state.metadata = Some(Arc::new(metadata));
                state.last_success = state.last_success.max(Some(at));
                if state.schedule.succeed(flight.cause(), flight.start()) {
                    state.last_error = None;
                }
                (Ok(()), None)
            }
            Err(error) => {
                let error = Arc::new(error);
                let failure = if is_current { state.fail(flight, &error) } else { None };
                (Err(error), failure)
            }
        };
        drop(state);
        let is_refreshed = ended.is_ok();
        flight.end(ended);
        if is_refreshed {
            events::keys_refreshed(self.uri.as_str());
        }
        report(failure);
    }

    /// Takes a reading of the clock, and records a fetch that its timer ended.
    fn observe(&self, now: SystemTime) {
        let mut state = self.state();
        if let Some(back) = state.schedule.observe(now) {
            self.set_back(back, now);
            state.last_success = state.last_success.map(|time| earlier(time, back).min(now));
        }
        let failure = state.settle();
        drop(state);
        report(failure);
    }

    /// The last reading of the clock.
    pub(super) fn latest(&self) -> Option<SystemTime> {
        self.state().schedule.latest()
    }

    /// Records a fetch that its timer ended.
    pub(super) fn settle(&self) {
        let failure = self.state().settle();
        report(failure);
    }

    /// Why a key is missing after a fetch that failed.
    pub(super) fn unavailable(&self, error: Arc<RefreshError>, now: SystemTime) -> Unavailable {
        let state = self.state();
        Unavailable::new(
            Some(error),
            state.schedule.retry_after(self.cause(Cause::UnknownKey, now)),
        )
    }

    /// Why a key is missing.
    fn missing(&self, now: SystemTime) -> Found {
        let state = self.state();
        let cause = self.cause(Cause::UnknownKey, now);
        if state.schedule.is_settled() && cause == Cause::UnknownKey {
            return Found::Unknown;
        }
        let retry_after = state.schedule.retry_after(cause);
        Found::Unavailable(Unavailable::new(state.last_error.clone(), retry_after))
    }

    fn cause(&self, cause: Cause, now: SystemTime) -> Cause {
        if self.is_empty(now) { Cause::NoKeys } else { cause }
    }

    /// The key with this ID, if it is still valid.
    pub(super) fn key(&self, id: &str, now: SystemTime) -> Option<Arc<Key>> {
        let keys = self.read();
        keys.get(id).filter(|entry| entry.is_alive(now)).map(|entry| Arc::clone(&entry.key))
    }

    /// Adds the keys of a document. Other keys stay until they expire.
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
        // Dropped after the lock is released.
        drop(old);
    }

    /// Sets the keys back with the clock, so that they keep their age. None was seen after this time.
    fn set_back(&self, back: Duration, now: SystemTime) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for entry in keys.values_mut() {
            entry.last_seen = earlier(entry.last_seen, back).min(now);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Box<str>, Entry>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the fetch in flight: its future and the waker that the future holds refer to each other.
impl Drop for KeyStore {
    fn drop(&mut self) {
        let current = self.state().current.take();
        if let Some(flight) = current {
            flight.end(Err(Arc::new(RefreshErrorKind::Abandoned.error())));
        }
    }
}

impl Entry {
    /// A key seen after `now` counts as just seen: another clock was ahead, or this one was set back.
    fn is_alive(&self, now: SystemTime) -> bool {
        now.duration_since(self.last_seen).unwrap_or_default() < KEY_LIFETIME
    }
}

/// A time that cannot be represented is long ago.
fn earlier(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_sub(by).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Emits the event of a failure. A sink can be slow or read the store, so no lock is held here.
fn report(failure: Option<Arc<RefreshError>>) {
    if let Some(error) = failure {
        events::keys_not_refreshed(&*error);
    }
}

impl State {
    /// Records a fetch that its timer ended. Returns the failure to [`report`].
    #[must_use]
    fn settle(&mut self) -> Option<Arc<RefreshError>> {
        let error = self.current.as_ref()?.ended()?.err()?;
        let flight = self.current.take()?;
        self.fail(&flight, &error)
    }

    /// Records a failed fetch. Returns the failure to [`report`]; `None` for an abandoned fetch.
    #[must_use]
    fn fail(&mut self, flight: &Flight, error: &Arc<RefreshError>) -> Option<Arc<RefreshError>> {
        // A client that hangs up says nothing about the source of the keys.
        if error.kind() == RefreshErrorKind::Abandoned {
            return None;
        }
        self.schedule.fail(flight.cause(), flight.has_paused());
        self.last_error = Some(Arc::clone(error));
        Some(Arc::clone(error))
    }
}

impl KeySource for KeyStore {}

impl Sealed for KeyStore {
    fn find(&self, id: &str, now: SystemTime) -> Found {
        self.key(id, now).map_or_else(|| self.missing(now), Found::Key)
    }

    fn find_usual(&self, header: &str, now: SystemTime) -> Option<(TokenHeader, Arc<Key>)> {
        let keys = self.read();
        let mut alive = keys.values().filter(|entry| entry.is_alive(now));
        alive.find_map(|entry| with_usual(&entry.key, header))
    }
}

debug! { KeyStore, |own| uri: own.uri, keys: own.read().len(), .. }
