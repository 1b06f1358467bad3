//! One refresh of a key store: two documents, fetched by whoever does the input and output.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{DocumentError, FetchError, KeySet, KeyStore, Metadata, MetadataUri, store::Outcome};

/// A refresh under way: two documents to fetch, one after the other. Dropped before its end, it has
/// failed, so nobody waits for one that was given up.
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
    number: Option<u64>,
    start: SystemTime,
    metadata: Option<Arc<Metadata>>,
}

impl<'a> Refresh<'a> {
    pub(super) fn new(store: &'a KeyStore, number: u64, start: SystemTime) -> Self {
        Self { store, number: Some(number), start, metadata: None }
    }

    /// Where the metadata is, which is fetched first.
    #[must_use]
    pub fn metadata_uri(&self) -> &'a MetadataUri {
        self.store.metadata_uri()
    }

    /// Takes the metadata document, and says where the keys are.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if it cannot be used. That ends the refresh.
    pub fn metadata(&mut self, body: &[u8]) -> Result<String, RefreshError> {
        let metadata = Metadata::parse(body, self.store.metadata_uri())
            .map_err(|error| self.failure(RefreshError::Metadata(error)))?;
        let jwks_uri = metadata.jwks_uri().to_owned();
        self.metadata = Some(Arc::new(metadata));
        Ok(jwks_uri)
    }

    /// Takes the key set, and ends the refresh.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if it cannot be used, has no key that can be used, or no metadata came before
    /// it. The store goes on with what it knows.
    pub fn finish(mut self, body: &[u8]) -> Result<(), RefreshError> {
        let result = KeySet::from_jwks(body).map_err(RefreshError::KeySet).and_then(|keys| {
            let metadata = self.metadata.take().ok_or(RefreshError::NoMetadata)?;
            if keys.is_empty() { Err(RefreshError::NoKeys) } else { Ok((metadata, keys)) }
        });
        match result {
            Ok((metadata, keys)) => {
                self.end(Outcome::Success { metadata, keys, at: self.start });
                Ok(())
            }
            Err(error) => Err(self.failure(error)),
        }
    }

    /// Ends the refresh as a failure: a document could not be fetched.
    pub fn fail(mut self, error: FetchError) {
        let _ = self.failure(RefreshError::Fetch(error));
    }

    /// Ends the refresh as a failure, and hands back why.
    pub(super) fn failure(&mut self, error: RefreshError) -> RefreshError {
        self.end(Outcome::Failure(Arc::new(error.clone())));
        error
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(number) = self.number.take() {
            self.store.end(number, outcome);
        }
    }
}

impl Drop for Refresh<'_> {
    fn drop(&mut self) {
        self.end(Outcome::Failure(Arc::new(RefreshError::Abandoned)));
    }
}

impl fmt::Debug for Refresh<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").field("uri", self.store.metadata_uri()).finish_non_exhaustive()
    }
}

/// Why keys could not be refreshed. What is known stays known.
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
    /// The refresh was given up before its end.
    #[error("the refresh was given up before its end")]
    Abandoned,
    /// The key set came before the metadata.
    #[error("the key set came before the metadata")]
    NoMetadata,
}
