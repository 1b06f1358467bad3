//! Keys fetched by ureq.

use std::{io::Read as _, time::Duration};

use super::fetch::{FETCH_TIMEOUT, check_status, check_uri, is_on_this_machine, too_long};
use crate::{
    transport::TransportError,
    verify::{FetchKeysBlocking, MAX_DOCUMENT_LEN, REFRESH_LEASE},
};

/// Fetches keys with ureq: for code that blocks its thread.
///
/// It uses only https (or this machine), follows no redirects, waits at most [`FETCH_TIMEOUT`], and
/// reads at most [`MAX_DOCUMENT_LEN`] bytes.
///
/// ```no_run
/// use easyauth::{AccessToken, integrations::UreqFetcher, verify::BearerAuth};
///
/// # fn check(bearer: AccessToken) -> Result<(), Box<dyn std::error::Error>> {
/// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3"; // of your API
/// let auth = BearerAuth::entra(tenant, client_id)?.fetch_keys_blocking(UreqFetcher::new());
///
/// let token = auth.verify(&bearer)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct UreqFetcher {
    agent: ureq::Agent,
    timeout: Duration,
}

impl UreqFetcher {
    /// Creates a fetcher with a new agent.
    #[must_use]
    pub fn new() -> Self {
        Self::with_timeout(FETCH_TIMEOUT)
    }

    /// Creates a fetcher that gives up after this time, or after [`REFRESH_LEASE`] if that is shorter.
    /// After [`REFRESH_LEASE`], requests stop waiting.
    #[must_use]
    pub fn with_timeout(timeout: Duration) -> Self {
        // The next fetch is an hour away, and an idle connection may be dead by then.
        let config = ureq::Agent::config_builder().max_idle_connections(0).build();
        Self { agent: config.into(), timeout: timeout.min(REFRESH_LEASE) }
    }

    /// Uses your agent: for a proxy, or for private certificate authorities. The time limit and the rules about
    /// redirects are those of this fetcher, whatever the configuration of the agent.
    #[must_use]
    pub fn with_agent(agent: ureq::Agent) -> Self {
        Self { agent, timeout: FETCH_TIMEOUT }
    }
}

impl Default for UreqFetcher {
    fn default() -> Self {
        Self::new()
    }
}

impl FetchKeysBlocking for UreqFetcher {
    fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        check_uri(uri)?;
        let config = self.agent.get(uri).config();
        let mut config =
            config.max_redirects(0).http_status_as_error(false).timeout_global(Some(self.timeout));
        if is_on_this_machine(uri) {
            config = config.proxy(None);
        }
        let mut response = config.build().call().map_err(TransportError::new)?;
        check_status(response.status())?;
        // Limited here, because ureq's own limit depends on its version.
        let limit = u64::try_from(MAX_DOCUMENT_LEN).unwrap_or(u64::MAX);
        let mut reader = response.body_mut().as_reader().take(limit.saturating_add(1));
        let mut body = Vec::new();
        reader.read_to_end(&mut body).map_err(TransportError::new)?;
        if body.len() > MAX_DOCUMENT_LEN { Err(too_long()) } else { Ok(body) }
    }
}
