//! Token requests sent by reqwest.

use std::time::Duration;

use http::{Request, Response, header::RETRY_AFTER};

use super::fetch::{FETCH_TIMEOUT, check_uri, is_on_this_machine};
use crate::{
    exchange::{MAX_TOKEN_RESPONSE_LEN, Transport},
    transport::TransportError,
};

/// Sends token requests with reqwest: for async code on Tokio. Cheap to clone.
///
/// It uses only https (or this machine), follows no redirects, waits at most [`FETCH_TIMEOUT`], and reads at
/// most [`MAX_TOKEN_RESPONSE_LEN`] bytes. It keeps connections open for the next exchange.
///
/// ```no_run
/// use std::time::SystemTime;
/// use easyauth::{
///     AccessToken, exchange::OnBehalfOf, integrations::ReqwestTransport, resource::GRAPH,
/// };
///
/// # async fn handle(on_behalf_of: OnBehalfOf, bearer: AccessToken)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let http = ReqwestTransport::new()?; // once
/// let scope = GRAPH.scope("User.Read");
/// let token = on_behalf_of.token(&bearer, scope, &http, SystemTime::now()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// For this machine, without a proxy.
    direct: reqwest::Client,
}

impl ReqwestTransport {
    /// Creates a transport with a new client.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if TLS cannot be set up.
    pub fn new() -> Result<Self, TransportError> {
        Self::with_timeout(FETCH_TIMEOUT)
    }

    /// Creates a transport that gives up after this time.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if TLS cannot be set up.
    pub fn with_timeout(timeout: Duration) -> Result<Self, TransportError> {
        let builder = || {
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout)
        };
        Ok(Self {
            client: builder().build().map_err(TransportError::new)?,
            // No TLS is used here, so the system's certificates need not be read.
            direct: builder().no_proxy().tls_certs_only([]).build().map_err(TransportError::new)?,
        })
    }
}

impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        let uri = request.uri().to_string();
        check_uri(&uri)?;
        let client = if is_on_this_machine(&uri) { &self.direct } else { &self.client };
        let request = reqwest::Request::try_from(request).map_err(TransportError::new)?;
        let mut received = client.execute(request).await.map_err(TransportError::new)?;
        // Sized up front, so that growing it leaves no copy of a token behind.
        let length = received.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = Vec::with_capacity(length.unwrap_or(16 * 1024).min(MAX_TOKEN_RESPONSE_LEN));
        while let Some(chunk) = received.chunk().await.map_err(TransportError::new)? {
            if body.len().saturating_add(chunk.len()) > MAX_TOKEN_RESPONSE_LEN {
                return Err(TransportError::new("the response is over the limit"));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = received.status();
        if let Some(seconds) = received.headers().get(RETRY_AFTER) {
            response.headers_mut().insert(RETRY_AFTER, seconds.clone());
        }
        Ok(response)
    }
}
