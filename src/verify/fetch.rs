//! Fetchers: what a key store gets its documents from.

use std::future::{Future, ready};

use crate::transport::TransportError;

/// Fetches documents for a [`KeyStore`](super::KeyStore). The feature `reqwest` provides
#[cfg_attr(feature = "reqwest", doc = "[`ReqwestFetcher`](crate::integrations::ReqwestFetcher).")]
#[cfg_attr(not(feature = "reqwest"), doc = "`ReqwestFetcher`.")]
///
/// The fetched keys are trusted, so an implementation must follow these rules:
///
/// - GET the given address over https, and do not follow redirects to another host.
/// - Give up after a few seconds, because requests wait for it.
/// - Expect that different tasks poll one future, and that it is not polled for some time. The fetch
///   belongs to the store and continues when a request or the background refresh waits for it. If it
///   then fails, for instance because its time limit has ended, the store restarts it, once.
/// - Read at most [`MAX_DOCUMENT_LEN`](super::MAX_DOCUMENT_LEN) bytes (slightly more is fine), and
///   return an error for any status other than 200.
pub trait FetchKeys {
    /// Fetches the document at this address. The address was checked: it is https, or for a store of
    /// [`MetadataUri::insecure_loopback`](super::MetadataUri::insecure_loopback), this machine.
    fn fetch(&self, uri: &str) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send;
}

/// Fetches documents for a [`KeyStore`](super::KeyStore) and blocks the thread. The feature `ureq` provides
#[cfg_attr(feature = "ureq", doc = "[`UreqFetcher`](crate::integrations::UreqFetcher).")]
#[cfg_attr(not(feature = "ureq"), doc = "`UreqFetcher`.")]
///
/// The rules are those of [`FetchKeys`]. Set the time limit of the HTTP client: nothing else ends the wait of
/// the thread that calls this.
pub trait FetchKeysBlocking {
    /// Fetches the document at this address.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if the document cannot be fetched.
    fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError>;
}

/// Uses a blocking fetcher as an async one. Its futures are ready when they are created.
pub(super) struct Blocking<F>(pub(super) F);

impl<F: FetchKeysBlocking + Send + Sync> FetchKeys for Blocking<F> {
    fn fetch(&self, uri: &str) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send {
        ready(self.0.fetch(uri))
    }
}
