//! The tokens that a verifier remembers: accepted ones, so that their signatures need not be checked again.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockWriteGuard},
};

use zeroize::Zeroizing;

use super::{Key, VerifiedToken};
use crate::digest::is_equal;

/// The largest number of tokens that a [`Verifier`](super::Verifier::remember) remembers. With tokens of 2 KB,
/// they take about half a gigabyte.
pub const MAX_REMEMBERED: usize = 65_536;

/// The end of a token, by which it is looked up: 12 bytes of its signature, which the holder of a token cannot
/// choose.
type Tail = [u8; 16];

/// Accepted tokens, up to a number. Nothing here decides whether a token is accepted: the verifier checks
/// every rule but the signature again.
#[derive(Clone)]
pub(super) struct Remembered(Option<Arc<Memory>>);

struct Memory {
    capacity: usize,
    tokens: RwLock<Tokens>,
}

#[derive(Default)]
struct Tokens {
    by_tail: HashMap<Tail, Arc<Accepted>>,
    /// The same tails, the oldest first.
    by_age: VecDeque<Tail>,
}

/// A token that was accepted, and the key that signed it.
pub(super) struct Accepted {
    /// Overwritten when it is dropped.
    text: Zeroizing<String>,
    pub(super) token: VerifiedToken,
    pub(super) key: Arc<Key>,
}

impl Remembered {
    pub(super) const fn nothing() -> Self {
        Self(None)
    }

    pub(super) fn up_to(tokens: usize) -> Self {
        let capacity = tokens.min(MAX_REMEMBERED);
        let memory = || Arc::new(Memory { capacity, tokens: RwLock::default() });
        Self((capacity > 0).then(memory))
    }

    /// The token with exactly this text.
    pub(super) fn recall(&self, text: &str) -> Option<Arc<Accepted>> {
        let memory = self.0.as_deref()?;
        let tail: &Tail = text.as_bytes().last_chunk()?;
        let known = {
            let tokens = memory.tokens.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tokens.by_tail.get(tail)?)
        };
        is_equal(known.text.as_bytes(), text.as_bytes()).then_some(known)
    }

    /// Remembers a token that met every rule. Forgets the oldest if there are too many.
    pub(super) fn keep(&self, text: &str, token: &VerifiedToken, key: Arc<Key>) {
        let Some(memory) = self.0.as_deref() else { return };
        let Some(tail) = text.as_bytes().last_chunk().copied() else { return };
        let text = Zeroizing::new(text.to_owned());
        let accepted = Arc::new(Accepted { text, token: token.clone(), key });
        // Dropped after the lock is released.
        let (_replaced, _oldest) = memory.write().insert(tail, accepted, memory.capacity);
    }

    pub(super) fn clear(&self) {
        let Some(memory) = self.0.as_deref() else { return };
        // Dropped after the lock is released.
        let _forgotten = std::mem::take(&mut *memory.write());
    }
}

impl Memory {
    fn write(&self) -> RwLockWriteGuard<'_, Tokens> {
        self.tokens.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    /// Returns the tokens that had to go: the one with the same tail, and the oldest.
    fn insert(
        &mut self,
        tail: Tail,
        accepted: Arc<Accepted>,
        capacity: usize,
    ) -> (Option<Arc<Accepted>>, Option<Arc<Accepted>>) {
        let replaced = self.by_tail.insert(tail, accepted);
        if replaced.is_none() {
            self.by_age.push_back(tail);
        }
        let is_over = self.by_age.len() > capacity;
        let oldest = if is_over { self.by_age.pop_front() } else { None };
        (replaced, oldest.and_then(|oldest| self.by_tail.remove(&oldest)))
    }
}

/// Prints how many tokens are remembered at most.
impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let capacity = self.0.as_ref().map_or(0, |memory| memory.capacity);
        write!(f, "Remembered({capacity})")
    }
}
