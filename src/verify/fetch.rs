//! Fetching keys when they are needed, whatever the runtime.

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::SystemTime,
};

use super::{
    IdTokenVerifier, KeyStore, Refresh, RefreshError, VerifiedIdToken, VerifiedToken, Verifier,
    VerifyError,
    store::{Begin, Cause},
};
use crate::tokens::{AccessToken, IdToken};

/// Fetches documents for a [`KeyStore`]. With the feature `reqwest` there is
#[cfg_attr(feature = "reqwest", doc = "[`ReqwestFetcher`](crate::integrations::ReqwestFetcher).")]
#[cfg_attr(not(feature = "reqwest"), doc = "`ReqwestFetcher`.")]
///
/// An implementation of your own must keep to these rules, because a key that it brings is believed:
///
/// - GET the address it is given over https, and follow no redirect to another host;
/// - give up after some seconds: whoever asked waits;
/// - read at most [`MAX_DOCUMENT_LEN`](super::MAX_DOCUMENT_LEN) bytes and a little, and fail on any
///   status but 200.
pub trait FetchKeys {
    /// Gets the document at this address, which was checked: https, or, for a store of
    /// [`MetadataUri::insecure_loopback`](super::MetadataUri::insecure_loopback), this machine.
    fn fetch(&self, uri: &str) -> impl Future<Output = Result<Vec<u8>, FetchError>> + Send;
}

/// Fetches documents for a [`KeyStore`], blocking the thread: the rules are those of [`FetchKeys`].
/// With the feature `ureq` there is
#[cfg_attr(feature = "ureq", doc = "[`UreqFetcher`](crate::integrations::UreqFetcher).")]
#[cfg_attr(not(feature = "ureq"), doc = "`UreqFetcher`.")]
pub trait FetchKeysBlocking {
    /// Gets the document at this address.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if that does not work.
    fn fetch(&self, uri: &str) -> Result<Vec<u8>, FetchError>;
}

/// A document could not be fetched.
#[derive(Clone)]
pub struct FetchError(Arc<dyn Error + Send + Sync>);

impl FetchError {
    /// Wraps the error of an HTTP library, or a text.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Transparent: what was wrapped is this error, so its source is this one's.
impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl KeyStore {
    /// Fetches the keys if that is due: an hour after the last time, sooner after a failure. Says
    /// whether it did.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if it did not work. What is known stays known.
    pub async fn refresh_if_due(
        &self,
        fetcher: &impl FetchKeys,
        now: SystemTime,
    ) -> Result<bool, RefreshError> {
        match self.begin_refresh(now) {
            Some(refresh) => refresh.run(fetcher).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// [`refresh_if_due`](Self::refresh_if_due), blocking the thread.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if it did not work. What is known stays known.
    pub fn refresh_if_due_blocking(
        &self,
        fetcher: &impl FetchKeysBlocking,
        now: SystemTime,
    ) -> Result<bool, RefreshError> {
        match self.begin_refresh(now) {
            Some(refresh) => refresh.run_blocking(fetcher).map(|()| true),
            None => Ok(false),
        }
    }

    /// Fetches keys that are not known, if that may be. While there are none at all, waits for whoever
    /// is at it; otherwise nobody waits for the fetch of another.
    async fn fetch_unknown(&self, fetcher: &impl FetchKeys, now: SystemTime) {
        match self.begin(Cause::UnknownKey, now) {
            // What went wrong is kept in `last_error`.
            Begin::Lead(refresh) => drop(refresh.run(fetcher).await),
            Begin::UnderWay if self.is_empty(now) => Wait { store: self, number: None }.await,
            Begin::UnderWay | Begin::NotDue => {}
        }
    }

    fn fetch_unknown_blocking(&self, fetcher: &impl FetchKeysBlocking, now: SystemTime) {
        match self.begin(Cause::UnknownKey, now) {
            Begin::Lead(refresh) => drop(refresh.run_blocking(fetcher)),
            Begin::UnderWay if self.is_empty(now) => self.wait(),
            Begin::UnderWay | Begin::NotDue => {}
        }
    }
}

impl Refresh<'_> {
    async fn run(self, fetcher: &impl FetchKeys) -> Result<(), RefreshError> {
        let metadata = fetcher.fetch(self.metadata_uri().as_str()).await;
        let (refresh, jwks_uri) = self.take_metadata(metadata)?;
        refresh.take_keys(fetcher.fetch(&jwks_uri).await)
    }

    fn run_blocking(self, fetcher: &impl FetchKeysBlocking) -> Result<(), RefreshError> {
        let metadata = fetcher.fetch(self.metadata_uri().as_str());
        let (refresh, jwks_uri) = self.take_metadata(metadata)?;
        refresh.take_keys(fetcher.fetch(&jwks_uri))
    }

    fn take_metadata(
        mut self,
        fetched: Result<Vec<u8>, FetchError>,
    ) -> Result<(Self, String), RefreshError> {
        let body = fetched.map_err(|error| self.failure(RefreshError::Fetch(error)))?;
        let jwks_uri = self.metadata(&body)?;
        Ok((self, jwks_uri))
    }

    fn take_keys(mut self, fetched: Result<Vec<u8>, FetchError>) -> Result<(), RefreshError> {
        let body = fetched.map_err(|error| self.failure(RefreshError::Fetch(error)))?;
        self.finish(&body)
    }
}

/// Waits until the refresh of another ends.
struct Wait<'a> {
    store: &'a KeyStore,
    number: Option<u64>,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let store = self.store;
        if store.poll_wait(&mut self.number, context.waker()) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.store.stop_waiting(number);
        }
    }
}

/// Verifies, and once more if a key was missing and could have been fetched meanwhile.
async fn with_keys<T>(
    store: &KeyStore,
    fetcher: &impl FetchKeys,
    now: SystemTime,
    verify: impl Fn() -> Result<T, VerifyError>,
) -> Result<T, VerifyError> {
    match verify() {
        Err(error) if error.is_retryable() => {
            store.fetch_unknown(fetcher, now).await;
            verify()
        }
        result => result,
    }
}

fn with_keys_blocking<T>(
    store: &KeyStore,
    fetcher: &impl FetchKeysBlocking,
    now: SystemTime,
    verify: impl Fn() -> Result<T, VerifyError>,
) -> Result<T, VerifyError> {
    match verify() {
        Err(error) if error.is_retryable() => {
            store.fetch_unknown_blocking(fetcher, now);
            verify()
        }
        result => result,
    }
}

impl Verifier {
    /// Verifies a token with the keys of a store, and fetches them if the token's key is not known:
    /// at most once in [`UNKNOWN_KEY_INTERVAL`](super::UNKNOWN_KEY_INTERVAL) for all requests together.
    /// For any async runtime.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says which rule the token breaks. Why keys could not be fetched is in
    /// [`KeyStore::last_error`].
    pub async fn verify_with(
        &self,
        store: &KeyStore,
        fetcher: &impl FetchKeys,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        with_keys(store, fetcher, now, || self.verify(token, store, now)).await
    }

    /// [`verify_with`](Self::verify_with), blocking the thread.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says which rule the token breaks.
    pub fn verify_with_blocking(
        &self,
        store: &KeyStore,
        fetcher: &impl FetchKeysBlocking,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        with_keys_blocking(store, fetcher, now, || self.verify(token, store, now))
    }
}

impl IdTokenVerifier {
    /// Verifies a token with the keys of a store, and fetches them if the token's key is not known: see
    /// [`Verifier::verify_with`].
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says which rule the token breaks.
    pub async fn verify_with(
        &self,
        store: &KeyStore,
        fetcher: &impl FetchKeys,
        token: &IdToken,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        with_keys(store, fetcher, now, || self.verify(token, store, now)).await
    }

    /// [`verify_with`](Self::verify_with), blocking the thread.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] says which rule the token breaks.
    pub fn verify_with_blocking(
        &self,
        store: &KeyStore,
        fetcher: &impl FetchKeysBlocking,
        token: &IdToken,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        with_keys_blocking(store, fetcher, now, || self.verify(token, store, now))
    }
}
