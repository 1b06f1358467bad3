//! The tokens that were received, by a hash of what they were requested with.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime},
};

use super::{Key, OnBehalfOfToken};

/// How long before its expiry a token is exchanged anew, so that it does not expire on the way to the
/// API: the value of Microsoft's authentication libraries (MSAL, `AccessTokenExpirationBuffer`).
pub const REFRESH_BEFORE_EXPIRY: Duration = Duration::from_secs(300);

/// The number of tokens that a cache holds by default. Access tokens of Entra have 1.5 to 4 KB, so a full
/// cache takes about 40 MB. See [`OnBehalfOf::with_max_tokens`](super::OnBehalfOf::with_max_tokens).
pub const MAX_CACHED_TOKENS: usize = 10_000;

/// How far one reading of the clock may lag behind another without the clock having been set back:
/// requests read the clock, and then wait.
const CLOCK_SKEW: Duration = Duration::from_secs(120);

pub(super) struct Cache {
    limit: usize,
    entries: HashMap<Key, Entry>,
    /// The entries by the number of their exchange. Entra gives tokens similar lifetimes, so the oldest
    /// entries are also those that expire first.
    order: BTreeMap<u64, Key>,
    next: u64,
}

struct Entry {
    token: OnBehalfOfToken,
    number: u64,
    received: SystemTime,
    expires_at: SystemTime,
}

impl Entry {
    /// Returns `true` until shortly before the token expires. Returns `false` if the clock was set back,
    /// because the age of the token is unknown then.
    fn is_fresh(&self, now: SystemTime) -> bool {
        let is_past = now.checked_add(CLOCK_SKEW).is_none_or(|latest| self.received <= latest);
        is_past && outlives(self.expires_at, now)
    }
}

fn outlives(expires_at: SystemTime, now: SystemTime) -> bool {
    now.checked_add(REFRESH_BEFORE_EXPIRY).is_some_and(|soon| soon < expires_at)
}

impl Cache {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, entries: HashMap::new(), order: BTreeMap::new(), next: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &Key, now: SystemTime) -> Option<OnBehalfOfToken> {
        self.entries.get(key).filter(|entry| entry.is_fresh(now)).map(|entry| entry.token.clone())
    }

    /// The number of an exchange that begins now.
    pub(super) fn begin(&mut self) -> u64 {
        let number = self.next;
        self.next = number.saturating_add(1);
        number
    }

    /// Stores the token of an exchange that began at `now`. Returns what was evicted, for the caller to
    /// drop outside of its lock.
    ///
    /// An exchange that began before the one of the stored token does not replace it: the stored one may
    /// be the answer to a claims challenge.
    #[must_use]
    pub(super) fn insert(
        &mut self,
        key: Key,
        number: u64,
        token: &OnBehalfOfToken,
        now: SystemTime,
    ) -> Vec<OnBehalfOfToken> {
        let Some(expires_at) = token.expires_at().filter(|end| outlives(*end, now)) else {
            return Vec::new();
        };
        let is_newer = |entry: &Entry| entry.number > number;
        if self.limit == 0 || self.entries.get(&key).is_some_and(is_newer) {
            return Vec::new();
        }
        let entry = Entry { token: token.clone(), number, received: now, expires_at };
        let mut evicted = Vec::new();
        if let Some(old) = self.entries.insert(key, entry) {
            self.order.remove(&old.number);
            evicted.push(old.token);
        }
        self.order.insert(number, key);
        while let Some(first) = self.order.first_entry() {
            let is_over = self.entries.len() > self.limit;
            let is_fresh = self.entries.get(first.get()).is_some_and(|entry| entry.is_fresh(now));
            if is_fresh && !is_over {
                break;
            }
            let key = first.remove();
            evicted.extend(self.entries.remove(&key).map(|entry| entry.token));
        }
        evicted
    }
}
