//! Keys fetched by reqwest.

use std::time::Duration;

use super::fetch::{FETCH_TIMEOUT, check_status, check_uri, is_on_this_machine, too_long};
use crate::{
    transport::TransportError,
    verify::{FetchKeys, MAX_DOCUMENT_LEN, REFRESH_LEASE},
};

/// Fetches keys with reqwest: for async code on Tokio.
///
/// It uses only https (or this machine), follows no redirects, waits at most [`FETCH_TIMEOUT`], and
/// reads at most [`MAX_DOCUMENT_LEN`] bytes.
///
/// ```no_run
/// use easyauth::{AccessToken, integrations::ReqwestFetcher, verify::BearerAuth};
///
/// # async fn check(bearer: AccessToken) -> Result<(), Box<dyn std::error::Error>> {
/// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3"; // of your API
/// let auth = BearerAuth::entra(tenant, client_id)?.fetch_keys(ReqwestFetcher::new()?);
///
/// let token = auth.verify(&bearer).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ReqwestFetcher {
    client: reqwest::Client,
    /// For this machine, without a proxy.
    direct: reqwest::Client,
    timeout: Duration,
}

impl ReqwestFetcher {
    /// Creates a fetcher with a new client.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if TLS cannot be set up.
    pub fn new() -> Result<Self, TransportError> {
        Self::with_timeout(FETCH_TIMEOUT)
    }

    /// Creates a fetcher that gives up after this time, or after [`REFRESH_LEASE`] if that is shorter.
    /// After [`REFRESH_LEASE`], requests stop waiting.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if TLS cannot be set up.
    pub fn with_timeout(timeout: Duration) -> Result<Self, TransportError> {
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // The next fetch is an hour away, and an idle connection may be dead by then.
                .pool_max_idle_per_host(0)
        };
        Ok(Self {
            client: builder().build().map_err(TransportError::new)?,
            // No TLS is used here, so the system's certificates need not be read.
            direct: builder().no_proxy().tls_certs_only([]).build().map_err(TransportError::new)?,
            timeout: timeout.min(REFRESH_LEASE),
        })
    }

    /// Uses your client: for a proxy, or for private certificate authorities. The client must not follow
    /// redirects (`reqwest::redirect::Policy::none()`); a fetch that was redirected fails.
    #[must_use]
    pub fn with_client(client: reqwest::Client) -> Self {
        Self { direct: client.clone(), client, timeout: FETCH_TIMEOUT }
    }
}

impl FetchKeys for ReqwestFetcher {
    async fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        check_uri(uri)?;
        let client = if is_on_this_machine(uri) { &self.direct } else { &self.client };
        let request = client.get(uri).timeout(self.timeout).build().map_err(TransportError::new)?;
        let request_url = request.url().clone();
        let mut response = client.execute(request).await.map_err(TransportError::new)?;
        check_status(response.status())?;
        if response.url().as_str() != request_url.as_str() {
            return Err(TransportError::new("the client followed a redirect"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(TransportError::new)? {
            if body.len().saturating_add(chunk.len()) > MAX_DOCUMENT_LEN {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
