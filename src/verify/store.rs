//! Keys that stay fresh: what is known, and when to ask again.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock},
    task::Waker,
    time::{Duration, SystemTime},
};

use super::{
    Key, KeySet, KeySource, MAX_KEYS, Metadata, MetadataUri, Refresh, RefreshError,
    key_set::sealed::{Found, Sealed},
};

/// How long a key is believed after it was last seen in a document. Entra's document drops live keys
/// and brings them back: of 42 keys in five months of 2024, 34 vanished for up to two days, and 116 of
/// 123 gaps were shorter than a day ("Signing key rollover in the Microsoft identity platform"
/// recommends 24 hours).
pub const KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// How old the last document may get before it should be fetched again, in the background (the same
/// page: every hour).
pub const REFRESH_INTERVAL: Duration = Duration::from_secs(3600);

/// How often at most unknown keys make the store fetch, whatever ids are asked for: anybody can invent
/// ids (the same page: every 5 minutes).
pub const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(300);

/// How long to wait after a failure before the next attempt. It doubles with every further failure, up
/// to [`UNKNOWN_KEY_INTERVAL`].
pub const FIRST_BACKOFF: Duration = Duration::from_secs(5);

/// How long a fetch may take before another one may begin beside it.
pub const REFRESH_LEASE: Duration = Duration::from_secs(60);

/// The keys of one issuer, kept fresh: long-lived, shared by all requests, safe for threads.
///
/// Keys are kept one by one, for [`KEY_LIFETIME`] since each was last seen, and not replaced by the
/// last document: Entra's document drops live keys and brings them back. If a fetch fails, what is
/// known stays known.
///
/// The store does no input or output. [`Verifier::verify_with`](super::Verifier::verify_with) fetches
/// when a token names a key that is not known; for the refresh every hour, call
/// [`refresh_if_due`](Self::refresh_if_due) now and then from a task of your own:
///
/// ```no_run
/// # async fn sleep(_: std::time::Duration) {}
/// use std::{error::Error, time::{Duration, SystemTime}};
/// use easyauth::verify::{FetchKeys, KeyStore};
///
/// async fn keep_fresh(store: &KeyStore, fetcher: &impl FetchKeys) {
///     loop {
///         if let Err(error) = store.refresh_if_due(fetcher, SystemTime::now()).await {
///             let why = error.source().map(ToString::to_string).unwrap_or_default();
///             eprintln!("{error}: {why}"); // the keys that are known go on being used
///         }
///         sleep(Duration::from_secs(60)).await; // of your runtime
///     }
/// }
/// ```
///
/// Verifying never waits for a fetch, but for two cases: the request whose unknown key makes the store
/// fetch, and requests while there are no keys at all. A fetch that hangs holds up no more than those.
pub struct KeyStore {
    uri: MetadataUri,
    keys: RwLock<BTreeMap<Box<str>, Entry>>,
    state: Mutex<State>,
    /// Wakes threads when a refresh ends.
    ended: Condvar,
}

/// A key, and when a document last had it.
#[derive(Clone)]
struct Entry {
    key: Arc<Key>,
    last_seen: SystemTime,
}

#[derive(Default)]
struct State {
    metadata: Option<Arc<Metadata>>,
    last_success: Option<SystemTime>,
    last_attempt: Option<SystemTime>,
    failures: u32,
    last_error: Option<Arc<RefreshError>>,
    /// The refresh that is under way, and since when.
    current: Option<(u64, SystemTime)>,
    /// How many refreshes there were.
    count: u64,
    /// Who waits for the refresh to end, by number.
    waiting: BTreeMap<u64, Waker>,
    waiters: u64,
}

/// Why to fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Due,
    UnknownKey,
}

/// What [`KeyStore::begin`] says.
pub(super) enum Begin<'a> {
    Lead(Refresh<'a>),
    /// Somebody else is at it.
    UnderWay,
    NotDue,
}

impl<'a> Begin<'a> {
    fn lead(self) -> Option<Refresh<'a>> {
        match self {
            Self::Lead(refresh) => Some(refresh),
            Self::UnderWay | Self::NotDue => None,
        }
    }
}

impl KeyStore {
    /// A store for the keys that this metadata document names. It knows none yet.
    #[must_use]
    pub fn new(uri: MetadataUri) -> Self {
        Self { uri, keys: RwLock::default(), state: Mutex::default(), ended: Condvar::new() }
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

    /// Whether no key is known at this time.
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

    /// Begins the refresh that is due every hour; `None` if it is not due, or somebody is at it.
    ///
    /// For those who do their own input and output: fetch what the [`Refresh`] says and give it the
    /// answers. [`refresh_if_due`](Self::refresh_if_due) does that with a fetcher.
    #[must_use]
    pub fn begin_refresh(&self, now: SystemTime) -> Option<Refresh<'_>> {
        self.begin(Cause::Due, now).lead()
    }

    /// Begins the refresh that an unknown key asks for; `None` if the last attempt is too recent, or
    /// somebody is at it.
    #[must_use]
    pub fn begin_refresh_for_unknown_key(&self, now: SystemTime) -> Option<Refresh<'_>> {
        self.begin(Cause::UnknownKey, now).lead()
    }

    pub(super) fn begin(&self, cause: Cause, now: SystemTime) -> Begin<'_> {
        let is_empty = self.is_empty(now);
        let mut state = self.state();
        if state.current.is_some_and(|(_, start)| between(start, now) < REFRESH_LEASE) {
            return Begin::UnderWay;
        }
        if !state.may_begin(cause, is_empty, now) {
            return Begin::NotDue;
        }
        state.count = state.count.saturating_add(1);
        state.current = Some((state.count, now));
        state.last_attempt = Some(now);
        Begin::Lead(Refresh::new(self, state.count, now))
    }

    /// Waits until the refresh that is under way ends, on this thread, but not for ever.
    pub(super) fn wait(&self) {
        let state = self.state();
        let count = state.count;
        let is_under_way =
            |state: &mut State| state.current.is_some_and(|(number, _)| number == count);
        drop(self.ended.wait_timeout_while(state, REFRESH_LEASE, is_under_way));
    }

    /// Whether a refresh is under way; if so, `waker` is woken when it ends. `number` is the waiter's,
    /// given at the first call.
    pub(super) fn poll_wait(&self, number: &mut Option<u64>, waker: &Waker) -> bool {
        let mut state = self.state();
        if state.current.is_none() {
            return false;
        }
        let number = *number.get_or_insert_with(|| {
            state.waiters = state.waiters.saturating_add(1);
            state.waiters
        });
        state.waiting.insert(number, waker.clone());
        true
    }

    pub(super) fn stop_waiting(&self, number: u64) {
        self.state().waiting.remove(&number);
    }

    /// Ends the refresh of this number.
    pub(super) fn end(&self, number: u64, outcome: Outcome) {
        let mut state = self.state();
        match outcome {
            Outcome::Success { metadata, keys, at } => {
                // While the state is locked, so that no other refresh takes over keys meanwhile.
                self.merge(keys, at);
                state.metadata = Some(metadata);
                state.last_success = Some(at);
                state.failures = 0;
                state.last_error = None;
            }
            Outcome::Failure(error) => {
                state.failures = state.failures.saturating_add(1);
                state.last_error = Some(error);
            }
        }
        // A refresh whose time was over may end after another one began.
        if state.current.is_some_and(|(current, _)| current == number) {
            state.current = None;
        }
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.ended.notify_all();
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// Takes over what a document has; what it has not stays until its time is over.
    fn merge(&self, set: KeySet, seen: SystemTime) {
        let mut keys = self.read().clone();
        keys.retain(|_, entry| entry.is_alive(seen));
        for (id, key) in set.into_keys() {
            keys.insert(id, Entry { key, last_seen: seen });
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

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<Box<str>, Entry>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_alive(&self, now: SystemTime) -> bool {
        between(self.last_seen, now) < KEY_LIFETIME
    }
}

impl State {
    fn may_begin(&self, cause: Cause, is_empty: bool, now: SystemTime) -> bool {
        let since = |time: Option<SystemTime>| time.map(|time| between(time, now));
        let has_rested = since(self.last_attempt).is_none_or(|since| since >= self.backoff());
        let is_wanted = match cause {
            // Without any key there is nothing to protect, and nobody to serve.
            _ if is_empty => true,
            Cause::Due => since(self.last_success).is_none_or(|age| age >= REFRESH_INTERVAL),
            Cause::UnknownKey => {
                since(self.last_attempt).is_none_or(|since| since >= UNKNOWN_KEY_INTERVAL)
            }
        };
        has_rested && is_wanted
    }

    fn backoff(&self) -> Duration {
        match self.failures.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => 2_u32
                .checked_pow(doublings)
                .and_then(|factor| FIRST_BACKOFF.checked_mul(factor))
                .map_or(UNKNOWN_KEY_INTERVAL, |backoff| backoff.min(UNKNOWN_KEY_INTERVAL)),
        }
    }
}

/// How far two points in time are apart. Clocks of threads differ a little, and can be set back.
fn between(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}

impl KeySource for KeyStore {}

impl Sealed for KeyStore {
    fn find(&self, id: &str, now: SystemTime) -> Found {
        let keys = self.read();
        match keys.get(id).filter(|entry| entry.is_alive(now)) {
            Some(entry) => Found::Key(Arc::clone(&entry.key)),
            None if keys.values().any(|entry| entry.is_alive(now)) => Found::Unknown,
            None => Found::NoKeys,
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

/// How a refresh ended.
pub(super) enum Outcome {
    Success { metadata: Arc<Metadata>, keys: KeySet, at: SystemTime },
    Failure(Arc<RefreshError>),
}
