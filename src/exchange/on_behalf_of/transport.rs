//! Sending token requests: any HTTP client, async or blocking.

use std::{future::Future, sync::Arc};

use http::{Request, Response};

use crate::transport::TransportError;

/// Sends token requests. The feature `reqwest` provides
#[cfg_attr(
    feature = "reqwest",
    doc = "[`ReqwestTransport`](crate::integrations::ReqwestTransport)."
)]
#[cfg_attr(not(feature = "reqwest"), doc = "`ReqwestTransport`.")]
///
/// The request contains the client credential and the token of the user, so an implementation must follow
/// these rules:
///
/// - Send it to the address of the request, over TLS, and do not follow redirects.
/// - Do not log the body of the request or of the response.
/// - Return every status as a response, not as an error: the body of a 400 says what is wrong.
/// - Give up after a few seconds, because requests wait for it.
/// - Read at most [`MAX_TOKEN_RESPONSE_LEN`](crate::exchange::MAX_TOKEN_RESPONSE_LEN) bytes (slightly more is
///   fine).
/// - Expect that different tasks poll one future: callers who wait for the same token share it.
pub trait Transport {
    /// Sends the request, and returns the response with its status, headers and body.
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, TransportError>> + Send;
}

/// Sends token requests and blocks the thread. The rules are those of [`Transport`]. The feature `ureq`
/// provides
#[cfg_attr(feature = "ureq", doc = "[`UreqTransport`](crate::integrations::UreqTransport).")]
#[cfg_attr(not(feature = "ureq"), doc = "`UreqTransport`.")]
pub trait TransportBlocking {
    /// Sends the request, and returns the response with its status, headers and body.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if no response arrives.
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError>;
}

impl<T: Transport> Transport for Arc<T> {
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, TransportError>> + Send {
        (**self).send(request)
    }
}

impl<T: TransportBlocking> TransportBlocking for Arc<T> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        (**self).send(request)
    }
}

/// A blocking transport as an async one, whose future is ready at its first poll.
#[derive(Clone)]
pub(super) struct Blocking<T>(pub(super) T);

impl<T: TransportBlocking + Sync> Transport for Blocking<T> {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        self.0.send(request)
    }
}
