//! Key sets (JWKS, RFC 7517 section 5).

use std::{collections::BTreeMap, fmt, sync::Arc, time::SystemTime};

use super::{
    document::{self, DocumentError},
    error::Unavailable,
    jwk::{Key, SkipReason},
};
use crate::{
    escape::Escaped,
    json::{JsonError, Reader, members::Value},
    jwt::MemberName,
};

/// How many keys a document may have, and how many a [`KeyStore`](super::KeyStore) keeps: the largest
/// of the capacities that Microsoft recommends for a cache ("Signing key rollover in the Microsoft
/// identity platform").
pub const MAX_KEYS: usize = 1000;

/// The keys that an issuer publishes, as one document has them.
///
/// A document is worth what the way is on which it came: take it from the issuer's `jwks_uri`, over
/// https. A [`KeyStore`](super::KeyStore) does so, and keeps keys that a document drops for a while.
///
/// ```
/// use easyauth::verify::{KeySet, SkipReason};
///
/// let keys = KeySet::from_jwks(br#"{"keys":[{"kty":"oct","kid":"1","k":"AAAA"}]}"#)?;
/// assert!(keys.is_empty());
/// assert_eq!(keys.skipped()[0].reason(), SkipReason::UnknownType);
/// # Ok::<(), easyauth::verify::DocumentError>(())
/// ```
#[derive(Clone)]
pub struct KeySet {
    keys: BTreeMap<Box<str>, Arc<Key>>,
    skipped: Vec<SkippedKey>,
}

impl KeySet {
    /// Reads a document key by key: what cannot be used is left out and reported, what can be used
    /// stays (RFC 7517 section 5).
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if the document is too long, is no JSON object, or has no list of `keys`.
    pub fn from_jwks(body: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        let document = document::parse(body.as_ref())?;
        let (found, mut skipped) = match document.get("keys") {
            Some(Value::Other(list)) => read(list)?,
            // An empty list, or one of texts, of which none is a key.
            Some(Value::List(texts)) => {
                let skipped = texts.enumerate().map(|(index, _)| SkippedKey {
                    index,
                    id: None,
                    reason: SkipReason::NotAnObject,
                });
                (BTreeMap::new(), skipped.collect())
            }
            _ => return Err(DocumentError::Missing("keys")),
        };
        let mut keys = BTreeMap::new();
        for (id, same_id) in found {
            match one(same_id) {
                Ok(key) => drop(keys.insert(id, Arc::new(key))),
                Err(indices) => skipped.extend(indices.into_iter().map(|index| SkippedKey {
                    index,
                    id: Some(MemberName::new(&id)),
                    reason: SkipReason::Conflict,
                })),
            }
        }
        skipped.sort_by_key(SkippedKey::index);
        Ok(Self { keys, skipped })
    }

    /// The keys, by their ids.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.keys.values().map(Arc::as_ref)
    }

    /// The key with this id, compared exactly.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.get(id).map(Arc::as_ref)
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that are not used, in the order of the document.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    #[cfg(feature = "testing")]
    pub(crate) const fn empty() -> Self {
        Self { keys: BTreeMap::new(), skipped: Vec::new() }
    }

    pub(super) fn into_keys(self) -> impl Iterator<Item = (Box<str>, Arc<Key>)> {
        self.keys.into_iter()
    }
}

/// Keys by their ids, with their places in the document.
type Found = BTreeMap<Box<str>, Vec<(usize, Key)>>;

/// Reads the list key by key.
fn read(list: &str) -> Result<(Found, Vec<SkippedKey>), DocumentError> {
    let (mut found, mut skipped) = (Found::new(), Vec::new());
    let mut index = 0_usize;
    Reader::new(list)
        .array(|json| -> Result<(), ListError> {
            if index >= MAX_KEYS {
                return Err(ListError::TooMany);
            }
            match Key::parse(json.skip()?) {
                Ok(key) => found.entry(key.id().into()).or_default().push((index, key)),
                Err((id, reason)) => skipped.push(SkippedKey { index, id, reason }),
            }
            index = index.saturating_add(1);
            Ok(())
        })
        .map_err(|error| match error {
            ListError::TooMany => DocumentError::TooManyKeys,
            // It is JSON, because it was read before; so it is no list.
            ListError::Json => DocumentError::Missing("keys"),
        })?;
    Ok((found, skipped))
}

/// The one key that these are; else their places. One id for different keys says that one of them is
/// not what it seems, so neither is used.
fn one(keys: Vec<(usize, Key)>) -> Result<Key, Vec<usize>> {
    let indices = keys.iter().map(|(index, _)| *index).collect();
    let mut keys = keys.into_iter().map(|(_, key)| key);
    match keys.next() {
        Some(first) if keys.all(|key| key.is_same(&first)) => Ok(first),
        _ => Err(indices),
    }
}

/// What can be wrong with `keys`.
enum ListError {
    TooMany,
    Json,
}

impl From<JsonError> for ListError {
    fn from(_: JsonError) -> Self {
        Self::Json
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&Key> = self.keys().collect();
        f.debug_struct("KeySet").field("keys", &keys).field("skipped", &self.skipped).finish()
    }
}

/// A key of a document that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedKey {
    index: usize,
    id: Option<MemberName>,
    reason: SkipReason,
}

impl SkippedKey {
    /// Its place in the document, counted from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its id (`kid`), if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(MemberName::as_str)
    }

    /// The rule that it breaks.
    #[must_use]
    pub fn reason(&self) -> SkipReason {
        self.reason
    }
}

impl fmt::Display for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}", self.index)?;
        if let Some(id) = self.id() {
            write!(f, " ({})", Escaped(id))?;
        }
        write!(f, " is not used: {}", self.reason)
    }
}

/// Where a verifier finds keys: a [`KeySet`], or a [`KeyStore`](super::KeyStore).
///
/// Sealed: a source of keys decides whose tokens are believed.
pub trait KeySource: sealed::Sealed {}

impl KeySource for KeySet {}

pub(super) mod sealed {
    use super::{Arc, Key, SystemTime, Unavailable};

    #[expect(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {
        fn find(&self, id: &str, now: SystemTime) -> Found;
    }

    /// What there is for an id.
    #[derive(Debug)]
    #[expect(unnameable_types, reason = "nobody else needs it")]
    pub enum Found {
        Key(Arc<Key>),
        Unknown,
        /// Nothing is known about this key, because keys could not be fetched.
        Unavailable(Unavailable),
    }
}

impl sealed::Sealed for KeySet {
    fn find(&self, id: &str, _: SystemTime) -> sealed::Found {
        match self.keys.get(id) {
            Some(key) => sealed::Found::Key(Arc::clone(key)),
            None if self.is_empty() => sealed::Found::Unavailable(Unavailable::default()),
            None => sealed::Found::Unknown,
        }
    }
}
