//! One refresh of a key store: two documents, fetched by whoever does the input and output.

use std::{fmt, sync::Arc};

use super::{DocumentError, FetchError, KeySet, KeyStore, Metadata, MetadataUri, flight::Flight};

/// A refresh under way: two documents to fetch, one after the other.
///
/// If it is dropped before its end, it was abandoned. That is no failure and causes no backoff: the
/// next call of [`KeyStore::begin_refresh`] begins another one.
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

    /// Where the metadata is, which is fetched first.
    #[must_use]
    pub fn metadata_uri(&self) -> &'a MetadataUri {
        self.store.metadata_uri()
    }

    /// Takes the metadata document. Returns the address of the keys.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if it cannot be used. That ends the refresh.
    pub fn metadata(&mut self, body: &[u8]) -> Result<String, RefreshError> {
        let metadata =
            parse_metadata(body, self.store.metadata_uri()).map_err(|error| self.failure(error))?;
        let jwks_uri = metadata.jwks_uri().to_owned();
        self.metadata = Some(metadata);
        Ok(jwks_uri)
    }

    /// Takes the key set, and ends the refresh.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if it cannot be used, has no key that can be used, or no metadata came before
    /// it. The store keeps the keys it has.
    pub fn finish(mut self, body: &[u8]) -> Result<(), RefreshError> {
        let result = parse_keys(body).and_then(|keys| {
            let metadata = self.metadata.take().ok_or(RefreshError::NoMetadata)?;
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
    pub fn fail(mut self, error: FetchError) {
        let _ = self.failure(RefreshError::Fetch(error));
    }

    /// Ends the refresh as a failure, and returns why.
    pub(super) fn failure(&mut self, error: RefreshError) -> RefreshError {
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
        self.end(Err(RefreshError::Abandoned));
    }
}

impl fmt::Debug for Refresh<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").field("uri", self.store.metadata_uri()).finish_non_exhaustive()
    }
}

/// What a fetch brings.
pub(super) struct Documents {
    pub(super) metadata: Metadata,
    pub(super) keys: KeySet,
}

pub(super) fn parse_metadata(body: &[u8], uri: &MetadataUri) -> Result<Metadata, RefreshError> {
    Metadata::parse(body, uri).map_err(RefreshError::Metadata)
}

pub(super) fn parse_keys(body: &[u8]) -> Result<KeySet, RefreshError> {
    let keys = KeySet::from_jwks(body).map_err(RefreshError::KeySet)?;
    if keys.is_empty() { Err(RefreshError::NoKeys) } else { Ok(keys) }
}

/// Why keys could not be refreshed. The store keeps the keys it has.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// A document could not be fetched.
    #[error("the keys could not be fetched")]
    Fetch(#[source] FetchError),
    /// The metadata cannot be used.
    #[error("the metadata cannot be used")]
    Metadata(#[source] DocumentError),
    /// The key set cannot be used.
    #[error("the key set cannot be used")]
    KeySet(#[source] DocumentError),
    /// The key set has no key that can be used.
    #[error("the key set has no key that can be used")]
    NoKeys,
    /// The fetch took longer than [its lease](super::REFRESH_LEASE) while somebody waited for it.
    #[error("the keys were not fetched in time")]
    TimedOut,
    /// The fetcher panicked. What it said is where the panic hook of the program writes.
    #[error("the fetcher of the keys panicked")]
    Panicked,
    /// The refresh was dropped before its end.
    #[error("the refresh was abandoned before its end")]
    Abandoned,
    /// The key set came before the metadata.
    #[error("the key set came before the metadata")]
    NoMetadata,
}
