//! Key sets (JWKS, RFC 7517 section 5).

use std::{collections::BTreeMap, fmt, sync::Arc, time::SystemTime};

use super::{
    document::{self, DocumentError, DocumentErrorKind},
    error::Unavailable,
    jwk::{Key, Skip},
};
use crate::{
    debug::debug,
    escape::EscapedText,
    json::{JsonError, Reader, members::Value},
    jwt::TokenHeader,
};

/// The maximum number of keys in a document and in a [`KeyStore`](super::KeyStore): the largest cache
/// capacity that Microsoft recommends ("Signing key rollover in the Microsoft identity platform").
pub const MAX_KEYS: usize = 1000;

/// The keys in one document of an issuer.
///
/// A key set is only as trustworthy as the channel it came through: get it from the issuer's `jwks_uri`,
/// over https. A [`KeyStore`](super::KeyStore) does so. It also keeps keys for a while after a document
/// omits them.
///
/// ```
/// use easyauth::verify::KeySet;
///
/// let keys = KeySet::from_jwks(br#"{"keys":[{"kty":"oct","kid":"1","k":"AAAA"}]}"#)?;
/// assert!(keys.is_empty());
/// let reason = keys.skipped()[0].to_string();
/// assert_eq!(reason, "key 0 (1) is not used: its kty is neither RSA nor EC");
/// # Ok::<(), easyauth::verify::DocumentError>(())
/// ```
#[derive(Clone)]
pub struct KeySet {
    keys: BTreeMap<Box<str>, Arc<Key>>,
    skipped: Vec<SkippedKey>,
}

impl KeySet {
    /// Reads a document. Keys that cannot be used are skipped and reported (RFC 7517 section 5).
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if the document is too long, is not a JSON object, or has no list of `keys`.
    pub fn from_jwks(body: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        let document = document::parse(body.as_ref())?;
        let (found, mut skipped) = match document.get("keys") {
            Some(Value::Other(list)) => read(list)?,
            // An empty list, or a list of strings: neither has keys.
            Some(Value::List(strings)) => {
                let skip = Skip::NotAnObject;
                let skipped =
                    strings.enumerate().map(|(index, _)| SkippedKey { index, id: None, skip });
                (BTreeMap::new(), skipped.collect())
            }
            _ => return Err(missing_keys()),
        };
        let mut keys = BTreeMap::new();
        for (id, same_id) in found {
            match one(same_id) {
                Ok(key) => drop(keys.insert(id, Arc::new(key))),
                Err(indices) => skipped.extend(indices.into_iter().map(|index| SkippedKey {
                    index,
                    id: Some(EscapedText(id.clone())),
                    skip: Skip::Conflict,
                })),
            }
        }
        skipped.sort_by_key(SkippedKey::index);
        Ok(Self { keys, skipped })
    }

    /// The keys, sorted by ID.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.keys.values().map(Arc::as_ref)
    }

    /// The key with this ID, compared exactly.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.get(id).map(Arc::as_ref)
    }

    /// The number of keys that can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns `true` if no key can be used.
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

/// Keys by ID, with their indices in the document.
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
                Err((id, skip)) => skipped.push(SkippedKey { index, id, skip }),
            }
            index = index.saturating_add(1);
            Ok(())
        })
        .map_err(|error| match error {
            ListError::TooMany => DocumentErrorKind::TooManyKeys.error(),
            // The document was parsed before, so this is JSON other than a list.
            ListError::Json => missing_keys(),
        })?;
    Ok((found, skipped))
}

fn missing_keys() -> DocumentError {
    DocumentError::member(DocumentErrorKind::MissingMember, "keys")
}

/// Returns the key if all of these are the same one, else their indices. If different keys have one ID,
/// it is unknown which of them is genuine, so none is used.
fn one(keys: Vec<(usize, Key)>) -> Result<Key, Vec<usize>> {
    let indices = keys.iter().map(|(index, _)| *index).collect();
    let mut keys = keys.into_iter().map(|(_, key)| key);
    match keys.next() {
        Some(first) if keys.all(|key| key.is_same(&first)) => Ok(first),
        _ => Err(indices),
    }
}

enum ListError {
    TooMany,
    Json,
}

impl From<JsonError> for ListError {
    fn from(_: JsonError) -> Self {
        Self::Json
    }
}

debug! { KeySet, |own| keys: own.keys().collect::<Vec<_>>(), skipped: own.skipped }

/// A key of a document that is not used. Prints why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedKey {
    index: usize,
    id: Option<EscapedText>,
    skip: Skip,
}

impl SkippedKey {
    /// Its index in the document, counted from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its ID (`kid`), if it has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(|id| &*id.0)
    }
}

impl fmt::Display for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}", self.index)?;
        if let Some(id) = &self.id {
            write!(f, " ({id})")?;
        }
        write!(f, " is not used: {}", self.skip)
    }
}

impl std::error::Error for SkippedKey {}

/// Where a verifier finds keys: a [`KeySet`], or a [`KeyStore`](super::KeyStore).
///
/// Sealed, because a source of keys decides which tokens are trusted.
pub trait KeySource: sealed::Sealed {}

impl KeySource for KeySet {}

pub(super) mod sealed {
    use super::{Arc, Key, SystemTime, TokenHeader, Unavailable};

    #[expect(unnameable_types, reason = "seals the trait")]
    pub trait Sealed {
        fn find(&self, id: &str, now: SystemTime) -> Found;

        /// The key that this header names, if the header is a usual one.
        fn find_usual(&self, _header: &str, _now: SystemTime) -> Option<(TokenHeader, Arc<Key>)> {
            None
        }
    }

    /// The result of a lookup by ID.
    #[derive(Debug)]
    #[expect(unnameable_types, reason = "part of a sealed trait")]
    pub enum Found {
        Key(Arc<Key>),
        Unknown,
        /// Whether this key exists is unknown, because keys could not be fetched.
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

    fn find_usual(&self, header: &str, _: SystemTime) -> Option<(TokenHeader, Arc<Key>)> {
        self.keys.values().find_map(|key| with_usual(key, header))
    }
}

/// A key and a header, if the header is a usual one of the key.
pub(super) fn with_usual(key: &Arc<Key>, header: &str) -> Option<(TokenHeader, Arc<Key>)> {
    Some((key.usual_headers.find(header)?.clone(), Arc::clone(key)))
}
