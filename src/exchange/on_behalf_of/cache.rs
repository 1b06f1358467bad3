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
    /// The latest reading of the clock, and the number of the first exchange that began after the clock was
    /// last set back.
    latest: Option<SystemTime>,
    first: u64,
}

struct Entry {
    token: OnBehalfOfToken,
    number: u64,
    expires_at: SystemTime,
}

/// An exchange that has begun.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    number: u64,
    now: SystemTime,
}

fn outlives(expires_at: SystemTime, now: SystemTime) -> bool {
    now.checked_add(REFRESH_BEFORE_EXPIRY).is_some_and(|soon| soon < expires_at)
}

impl Cache {
    pub(super) fn new(limit: usize) -> Self {
        let (entries, order) = (HashMap::new(), BTreeMap::new());
        Self { limit, entries, order, next: 0, latest: None, first: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&mut self, key: &Key, now: SystemTime) -> Option<OnBehalfOfToken> {
        self.observe(now);
        let entry = self.entries.get(key).filter(|entry| outlives(entry.expires_at, now))?;
        Some(entry.token.clone())
    }

    /// Records that an exchange begins now.
    pub(super) fn begin(&mut self, now: SystemTime) -> Begun {
        self.observe(now);
        Begun { number: self.number(), now }
    }

    /// Forgets all tokens if the clock was set back, because their age is unknown then.
    fn observe(&mut self, now: SystemTime) {
        let is_set_back = |latest| now.checked_add(CLOCK_SKEW).is_some_and(|soon| soon < latest);
        if self.latest.is_some_and(is_set_back) {
            self.entries.clear();
            self.order.clear();
            self.first = self.next;
            self.latest = None;
        }
        self.latest = self.latest.max(Some(now));
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next = number.saturating_add(1);
        number
    }

    /// Stores the token of an exchange. Returns what was evicted, for the caller to drop outside of its lock.
    ///
    /// The answer to a claims challenge replaces every token. Otherwise, an exchange that began before the
    /// one of the stored token does not replace it: the stored one may be such an answer.
    #[must_use]
    pub(super) fn insert(
        &mut self,
        key: Key,
        begun: Begun,
        token: &OnBehalfOfToken,
        is_answer: bool,
    ) -> Vec<OnBehalfOfToken> {
        let Begun { number, now } = begun;
        let Some(expires_at) = token.expires_at().filter(|end| outlives(*end, now)) else {
            return Vec::new();
        };
        if self.limit == 0 || number < self.first {
            return Vec::new();
        }
        let number = if is_answer { self.number() } else { number };
        let is_newer = |entry: &Entry| entry.number > number;
        if self.entries.get(&key).is_some_and(is_newer) {
            return Vec::new();
        }
        let entry = Entry { token: token.clone(), number, expires_at };
        let mut evicted = Vec::new();
        if let Some(old) = self.entries.insert(key, entry) {
            self.order.remove(&old.number);
            evicted.push(old.token);
        }
        self.order.insert(number, key);
        while let Some(first) = self.order.first_entry() {
            let is_over = self.entries.len() > self.limit;
            let is_fresh = |entry: &Entry| outlives(entry.expires_at, now);
            if !is_over && self.entries.get(first.get()).is_some_and(is_fresh) {
                break;
            }
            let key = first.remove();
            evicted.extend(self.entries.remove(&key).map(|entry| entry.token));
        }
        evicted
    }
}
