//! Token requests sent by ureq.

use std::{io::Read as _, time::Duration};

use http::{Request, Response, header::RETRY_AFTER};
use zeroize::Zeroizing;

use super::fetch::{FETCH_TIMEOUT, check_uri, is_on_this_machine};
use crate::{
    exchange::{MAX_TOKEN_RESPONSE_LEN, TransportBlocking},
    transport::TransportError,
};

/// Sends token requests with ureq: for code that blocks its thread. Cheap to clone.
///
/// It uses only https (or this machine), follows no redirects, waits at most [`FETCH_TIMEOUT`], and reads at
/// most [`MAX_TOKEN_RESPONSE_LEN`] bytes.
///
/// ```no_run
/// use std::time::SystemTime;
/// use easyauth::{AccessToken, exchange::OnBehalfOf, integrations::UreqTransport, resource::GRAPH};
///
/// # fn handle(on_behalf_of: OnBehalfOf, bearer: AccessToken)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let http = UreqTransport::new(); // once
/// let scope = GRAPH.scope("User.Read");
/// let token = on_behalf_of.token_blocking(&bearer, scope, &http, SystemTime::now())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct UreqTransport(ureq::Agent);

impl UreqTransport {
    /// Creates a transport with a new agent.
    #[must_use]
    pub fn new() -> Self {
        Self::with_timeout(FETCH_TIMEOUT)
    }

    /// Creates a transport that gives up after this time.
    #[must_use]
    pub fn with_timeout(timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .build();
        Self(config.into())
    }
}

impl Default for UreqTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl TransportBlocking for UreqTransport {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        let (parts, body) = request.into_parts();
        let body = Zeroizing::new(body);
        let uri = parts.uri.to_string();
        check_uri(&uri)?;
        let mut builder = self.0.post(&uri);
        for (name, value) in &parts.headers {
            builder = builder.header(name, value);
        }
        if is_on_this_machine(&uri) {
            builder = builder.config().proxy(None).build();
        }
        let mut received = builder.send(&body[..]).map_err(TransportError::new)?;
        // Sized up front, so that growing it leaves no copy of a token behind.
        let length = received.body().content_length();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let mut body = Vec::with_capacity(length.unwrap_or(16 * 1024).min(MAX_TOKEN_RESPONSE_LEN));
        // Limited here, because ureq's own limit depends on its version.
        let limit = u64::try_from(MAX_TOKEN_RESPONSE_LEN).unwrap_or(u64::MAX);
        let mut reader = received.body_mut().as_reader().take(limit.saturating_add(1));
        reader.read_to_end(&mut body).map_err(TransportError::new)?;
        if body.len() > MAX_TOKEN_RESPONSE_LEN {
            return Err(TransportError::new("the response is over the limit"));
        }
        let mut response = Response::new(body);
        *response.status_mut() = received.status();
        if let Some(seconds) = received.headers().get(RETRY_AFTER) {
            response.headers_mut().insert(RETRY_AFTER, seconds.clone());
        }
        Ok(response)
    }
}
