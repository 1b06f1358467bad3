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
    /// The latest reading of the clock.
    latest: Option<SystemTime>,
    /// The number of the first exchange that began after the clock was last set back.
    first_valid: u64,
}

struct Entry {
    token: OnBehalfOfToken,
    number: u64,
}

impl Entry {
    fn outlives(&self, now: SystemTime) -> bool {
        self.token.expires_at().is_some_and(|end| outlives(end, now))
    }
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
        Self { limit, entries, order, next: 0, latest: None, first_valid: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&mut self, key: &Key, now: SystemTime) -> Option<OnBehalfOfToken> {
        self.observe(now);
        let entry = self.entries.get(key).filter(|entry| entry.outlives(now))?;
        Some(entry.token.clone())
    }

    /// Records that an exchange begins now.
    pub(super) fn begin(&mut self, now: SystemTime) -> Begun {
        self.observe(now);
        Begun { number: self.number(), now }
    }

    /// Sets the tokens back with the clock, so that they keep their age. That of an exchange in flight is
    /// unknown, so its token is not stored.
    fn observe(&mut self, now: SystemTime) {
        let back = self.latest.and_then(|latest| latest.duration_since(now).ok());
        if let Some(back) = back.filter(|back| *back > CLOCK_SKEW) {
            for entry in self.entries.values_mut() {
                let end = &mut entry.token.expires_at;
                *end = end.and_then(|end| end.checked_sub(back));
            }
            self.first_valid = self.next;
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
        if self.limit == 0 || number < self.first_valid {
            return Vec::new();
        }
        let number = if is_answer { self.number() } else { number };
        let entry = Entry { token: token.clone(), number };
        let is_newer = |stored: &Entry| stored.number > number;
        if !entry.outlives(now) || self.entries.get(&key).is_some_and(is_newer) {
            return Vec::new();
        }
        let mut evicted = Vec::new();
        if let Some(old) = self.entries.insert(key, entry) {
            self.order.remove(&old.number);
            evicted.push(old.token);
        }
        self.order.insert(number, key);
        while let Some(first) = self.order.first_entry() {
            let is_over = self.entries.len() > self.limit;
            if !is_over && self.entries.get(first.get()).is_some_and(|entry| entry.outlives(now)) {
                break;
            }
            let key = first.remove();
            evicted.extend(self.entries.remove(&key).map(|entry| entry.token));
        }
        evicted
    }
}
