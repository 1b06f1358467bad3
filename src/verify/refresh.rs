//! A refresh of a key store by code that does its own input and output.

use std::{error::Error, fmt, sync::Arc};

use super::{DocumentError, KeySet, KeyStore, Metadata, MetadataUri, SkippedKey, flight::Flight};
use crate::{debug::debug, kinds::kinds, transport::TransportError};

/// A refresh in flight: two documents to fetch, one after the other.
///
/// Dropping it before its end abandons it. That is not a failure and causes no backoff: the next call of
/// [`KeyStore::begin_refresh`] begins another one.
///
/// ```
/// use std::time::SystemTime;
/// use easyauth::verify::{KeyStore, RefreshError};
///
/// fn refresh(store: &KeyStore, get: impl Fn(&str) -> Vec<u8>) -> Result<(), RefreshError> {
///     let Some(mut refresh) = store.begin_refresh(SystemTime::now()) else { return Ok(()) };
///     let jwks_uri = refresh.metadata(&get(refresh.metadata_uri().as_str()))?;
///     refresh.finish(&get(&jwks_uri))
/// }
/// ```
#[must_use]
pub struct Refresh<'a> {
    store: &'a KeyStore,
    /// `None` once it has ended.
    flight: Option<Arc<Flight>>,
    metadata: Option<Metadata>,
}

impl<'a> Refresh<'a> {
    pub(super) fn new(store: &'a KeyStore, flight: Arc<Flight>) -> Self {
        Self { store, flight: Some(flight), metadata: None }
    }

    /// The address of the metadata, which must be fetched first.
    #[must_use]
    pub fn metadata_uri(&self) -> &'a MetadataUri {
        self.store.metadata_uri()
    }

    /// Parses the metadata document. Returns the address of the keys.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if the document cannot be used. That ends the refresh.
    pub fn metadata(&mut self, body: &[u8]) -> Result<String, RefreshError> {
        let metadata =
            parse_metadata(body, self.store.metadata_uri()).map_err(|error| self.failure(error))?;
        let jwks_uri = metadata.jwks_uri().to_owned();
        self.metadata = Some(metadata);
        Ok(jwks_uri)
    }

    /// Parses the key set, and ends the refresh.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if the key set cannot be used, has no usable key, or was passed before the
    /// metadata. The store keeps the keys it has.
    pub fn finish(mut self, body: &[u8]) -> Result<(), RefreshError> {
        let result = parse_keys(body).and_then(|keys| {
            let metadata =
                self.metadata.take().ok_or_else(|| RefreshErrorKind::NoMetadata.error())?;
            Ok(Documents { metadata, keys })
        });
        match result {
            Ok(documents) => {
                self.end(Ok(documents));
                Ok(())
            }
            Err(error) => Err(self.failure(error)),
        }
    }

    /// Ends the refresh as a failure: a document could not be fetched.
    pub fn fail(mut self, error: TransportError) {
        let _ = self.failure(error.into());
    }

    /// Ends the refresh as a failure, and returns its error.
    fn failure(&mut self, error: RefreshError) -> RefreshError {
        self.end(Err(error.clone()));
        error
    }

    fn end(&mut self, fetched: Result<Documents, RefreshError>) {
        if let Some(flight) = self.flight.take() {
            self.store.end(&flight, fetched);
        }
    }
}

impl Drop for Refresh<'_> {
    fn drop(&mut self) {
        self.end(Err(RefreshErrorKind::Abandoned.error()));
    }
}

debug! { Refresh<'_>, |own| uri: *own.store.metadata_uri(), .. }

/// The result of a fetch.
pub(super) struct Documents {
    pub(super) metadata: Metadata,
    pub(super) keys: KeySet,
}

pub(super) fn parse_metadata(body: &[u8], uri: &MetadataUri) -> Result<Metadata, RefreshError> {
    Metadata::parse(body, uri)
        .map_err(|error| RefreshError::document(RefreshErrorKind::Metadata, error))
}

pub(super) fn parse_keys(body: &[u8]) -> Result<KeySet, RefreshError> {
    let keys = KeySet::from_jwks(body)
        .map_err(|error| RefreshError::document(RefreshErrorKind::KeySet, error))?;
    if keys.is_empty() { Err(RefreshError::no_keys(&keys)) } else { Ok(keys) }
}

/// Keys could not be refreshed. The store keeps the keys it has. The [source](Error::source) says why a
/// document could not be fetched or used, or why the first of its keys is not used.
#[derive(Debug, Clone)]
pub struct RefreshError {
    kind: RefreshErrorKind,
    source: Option<Source>,
}

#[derive(Debug, Clone)]
enum Source {
    Fetch(TransportError),
    Document(DocumentError),
    Key(SkippedKey),
}

kinds! {
    /// Why keys could not be refreshed.
    pub enum RefreshErrorKind of RefreshError { source };
    fn message;

    /// A document could not be fetched.
    Fetch = "fetch", "the keys could not be fetched";
    /// The metadata cannot be used.
    Metadata = "metadata", "the metadata cannot be used";
    /// The key set cannot be used.
    KeySet = "key-set", "the key set cannot be used";
    /// The key set has no key that can be used. The source says why the first one is not used.
    NoKeys = "no-keys", "the key set has no key that can be used";
    /// A request or the background refresh stopped waiting. The fetch may still be in flight: see
    /// [`KeyStore::with_lease`](super::KeyStore::with_lease).
    TimedOut = "timed-out", "the keys were not fetched in time";
    /// The fetcher panicked. The panic hook of the program has its message.
    Panicked = "panicked", "the fetcher of the keys panicked";
    /// The refresh was dropped before its end.
    Abandoned = "abandoned", "the refresh was dropped before its end";
    /// The key set was passed before the metadata.
    NoMetadata = "no-metadata", "the key set was passed before the metadata";
}

impl RefreshError {
    fn document(kind: RefreshErrorKind, error: DocumentError) -> Self {
        Self { kind, source: Some(Source::Document(error)) }
    }

    fn no_keys(keys: &KeySet) -> Self {
        let source = keys.skipped().first().cloned().map(Source::Key);
        Self { kind: RefreshErrorKind::NoKeys, source }
    }
}

impl From<TransportError> for RefreshError {
    fn from(error: TransportError) -> Self {
        Self { kind: RefreshErrorKind::Fetch, source: Some(Source::Fetch(error)) }
    }
}

impl fmt::Display for RefreshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.message())
    }
}

impl Error for RefreshError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.source.as_ref()? {
            Source::Fetch(error) => Some(error),
            Source::Document(error) => Some(error),
            Source::Key(error) => Some(error),
        }
    }
}
