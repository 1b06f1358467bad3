//! Fetchers, and fetching with those that block the thread.

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

/// Fetches documents for a [`KeyStore`]. With the feature `reqwest` there is
#[cfg_attr(feature = "reqwest", doc = "[`ReqwestFetcher`](crate::integrations::ReqwestFetcher).")]
#[cfg_attr(not(feature = "reqwest"), doc = "`ReqwestFetcher`.")]
///
/// An implementation must keep to these rules, because the keys that it brings are trusted:
///
/// - GET the address it is given over https, and follow no redirect to another host;
/// - give up after some seconds: requests wait for it;
/// - expect that different tasks poll one future, and that nobody polls it for a while: the fetch
///   belongs to the store, and goes on when a request or the refresh in the background waits for it;
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
    /// Fetches the keys if that is due, blocking the thread: an hour after the last time, sooner after
    /// a failure. While another fetch is under way, waits for that one. Returns `true` if keys were
    /// fetched.
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

    /// Fetches, or waits for the fetch that is under way. Returns `None` if a fetch is not due.
    fn fetch_blocking(
        &self,
        cause: Cause,
        fetcher: &impl FetchKeysBlocking,
        now: SystemTime,
    ) -> Option<Ended> {
        match self.begin(cause, now, || None) {
            Begin::Lead(flight) => {
                // A panic is a failure of the fetch, and the request that leads it is not to blame.
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

/// Gets both documents.
fn documents(fetcher: &impl FetchKeysBlocking, uri: &MetadataUri) -> Fetched {
    let body = fetcher.fetch(uri.as_str()).map_err(RefreshError::Fetch)?;
    let metadata = parse_metadata(&body, uri)?;
    let body = fetcher.fetch(metadata.jwks_uri()).map_err(RefreshError::Fetch)?;
    let keys = parse_keys(&body)?;
    Ok(Documents { metadata, keys })
}

/// A store after a fetch: it tells a key that does not exist from one that could not be fetched.
pub(super) struct AfterFetch<'a> {
    store: &'a KeyStore,
    /// How the fetch ended, if there was one.
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
        // The clock may have been set back while this request waited, so that keys were seen by another
        // time than the request's.
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
    /// [`verify_fetching`](Self::verify_fetching) for a fetcher that blocks the thread: verifies a token
    /// with the keys of a store, and fetches them if the token's key is not known.
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
    /// [`Verifier::verify_fetching_blocking`] for ID tokens.
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
