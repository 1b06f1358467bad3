//! Fetchers, and fetching with blocking ones.

use std::{
    error::Error,
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::SystemTime,
};

use super::{
    IdTokenVerifier, KeySource, KeyStore, MetadataUri, RefreshError, VerifiedIdToken,
    VerifiedToken, Verifier, VerifyError,
    flight::{Ended, Fetched},
    key_set::sealed::{Found, Sealed},
    refresh::{Documents, parse_keys, parse_metadata},
    schedule::Cause,
    store::Begin,
};
use crate::tokens::{AccessToken, IdToken};

/// Fetches documents for a [`KeyStore`]. The feature `reqwest` provides
#[cfg_attr(feature = "reqwest", doc = "[`ReqwestFetcher`](crate::integrations::ReqwestFetcher).")]
#[cfg_attr(not(feature = "reqwest"), doc = "`ReqwestFetcher`.")]
///
/// The fetched keys are trusted, so an implementation must follow these rules:
///
/// - GET the given address over https, and do not follow redirects to another host.
/// - Give up after a few seconds, because requests wait for it.
/// - Expect that different tasks poll one future, and that it is not polled for some time. The fetch
///   belongs to the store and continues when a request or the background refresh waits for it.
/// - Read at most [`MAX_DOCUMENT_LEN`](super::MAX_DOCUMENT_LEN) bytes (slightly more is fine), and
///   return an error for any status other than 200.
pub trait FetchKeys {
    /// Fetches the document at this address. The address was checked: it is https, or for a store of
    /// [`MetadataUri::insecure_loopback`](super::MetadataUri::insecure_loopback), this machine.
    fn fetch(&self, uri: &str) -> impl Future<Output = Result<Vec<u8>, FetchError>> + Send;
}

/// Fetches documents for a [`KeyStore`] and blocks the thread. The rules are those of [`FetchKeys`]. The
/// feature `ureq` provides
#[cfg_attr(feature = "ureq", doc = "[`UreqFetcher`](crate::integrations::UreqFetcher).")]
#[cfg_attr(not(feature = "ureq"), doc = "`UreqFetcher`.")]
pub trait FetchKeysBlocking {
    /// Fetches the document at this address.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the document cannot be fetched.
    fn fetch(&self, uri: &str) -> Result<Vec<u8>, FetchError>;
}

/// A document could not be fetched.
#[derive(Clone)]
pub struct FetchError(Arc<dyn Error + Send + Sync>);

impl FetchError {
    /// Wraps the error of an HTTP library, or a string.
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

/// Transparent: this error stands for the wrapped one, and has its source.
impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl KeyStore {
    /// Fetches the keys if that is due, and blocks the thread. A refresh is due an hour after the last
    /// one, and sooner after a failure. If another fetch is in flight, waits for that one. Returns
    /// `true` if keys were fetched.
    ///
    /// # Errors
    ///
    /// [`RefreshError`] if the fetch failed. The store keeps the keys it has.
    pub fn refresh_if_due_blocking(
        &self,
        fetcher: &impl FetchKeysBlocking,
        now: SystemTime,
    ) -> Result<bool, RefreshError> {
        match self.fetch_blocking(Cause::Due, fetcher, now) {
            Some(ended) => ended.map(|()| true).map_err(|error| (*error).clone()),
            None => Ok(false),
        }
    }

    /// Fetches, or waits for the fetch in flight. Returns `None` if a fetch is not due.
    fn fetch_blocking(
        &self,
        cause: Cause,
        fetcher: &impl FetchKeysBlocking,
        now: SystemTime,
    ) -> Option<Ended> {
        match self.begin(cause, now, || None) {
            Begin::Lead(flight) => {
                // A panic counts as a failed fetch, so that it does not take down the request that leads
                // the fetch.
                let get = || documents(fetcher, self.metadata_uri());
                let result = catch_unwind(AssertUnwindSafe(get));
                self.end(&flight, result.unwrap_or(Err(RefreshError::Panicked)));
                flight.ended()
            }
            Begin::UnderWay(flight) => {
                if flight.wait_blocking().is_none() {
                    self.end(&flight, Err(RefreshError::TimedOut));
                }
                self.settle();
                flight.ended()
            }
            Begin::NotDue => None,
        }
    }
}

/// Fetches both documents.
fn documents(fetcher: &impl FetchKeysBlocking, uri: &MetadataUri) -> Fetched {
    let body = fetcher.fetch(uri.as_str()).map_err(RefreshError::Fetch)?;
    let metadata = parse_metadata(&body, uri)?;
    let body = fetcher.fetch(metadata.jwks_uri()).map_err(RefreshError::Fetch)?;
    let keys = parse_keys(&body)?;
    Ok(Documents { metadata, keys })
}

/// A store after a fetch. It distinguishes a key that does not exist from one that could not be fetched.
pub(super) struct AfterFetch<'a> {
    store: &'a KeyStore,
    /// The outcome of the fetch, if there was one.
    ended: Option<Ended>,
}

impl<'a> AfterFetch<'a> {
    pub(super) fn new(store: &'a KeyStore, ended: Option<Ended>) -> Self {
        Self { store, ended }
    }
}

impl KeySource for AfterFetch<'_> {}

impl Sealed for AfterFetch<'_> {
    fn find(&self, id: &str, now: SystemTime) -> Found {
        // The clock may have been set back while this request waited. Then keys have an earlier time
        // than the request.
        let now = self.store.latest().map_or(now, |latest| latest.min(now));
        match (self.store.key(id, now), &self.ended) {
            (Some(key), _) => Found::Key(key),
            (None, Some(Ok(()))) => Found::Unknown,
            (None, Some(Err(error))) => {
                Found::Unavailable(self.store.unavailable_because(Arc::clone(error)))
            }
            (None, None) => self.store.find(id, now),
        }
    }
}

impl Verifier {
    /// Like [`verify_fetching`](Self::verify_fetching), for a fetcher that blocks the thread. Verifies a
    /// token with the keys of a store, and fetches them if the token's key is unknown.
    ///
    /// # Errors
    ///
    /// As for [`verify_fetching`](Self::verify_fetching).
    pub fn verify_fetching_blocking(
        &self,
        store: &KeyStore,
        fetcher: &impl FetchKeysBlocking,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        match self.verify(token, store, now) {
            Err(error) if error.is_retryable() => {
                let ended = store.fetch_blocking(Cause::UnknownKey, fetcher, now);
                self.verify(token, &AfterFetch::new(store, ended), now)
            }
            result => result,
        }
    }
}

impl IdTokenVerifier {
    /// Verifies an ID token like [`Verifier::verify_fetching_blocking`].
    ///
    /// # Errors
    ///
    /// As for [`Verifier::verify_fetching`].
    pub fn verify_fetching_blocking(
        &self,
        store: &KeyStore,
        fetcher: &impl FetchKeysBlocking,
        token: &IdToken,
        now: SystemTime,
    ) -> Result<VerifiedIdToken, VerifyError> {
        match self.verify(token, store, now) {
            Err(error) if error.is_retryable() => {
                let ended = store.fetch_blocking(Cause::UnknownKey, fetcher, now);
                self.verify(token, &AfterFetch::new(store, ended), now)
            }
            result => result,
        }
    }
}
