//! Shared code of the key fetchers.

use crate::verify::{FetchError, is_fetchable};

/// The time limit for a document. Key servers respond within a second, and a request may be waiting.
pub const FETCH_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Rejects every address that is neither `https` nor on this machine, whatever the caller passes.
pub(super) fn check_uri(uri: &str) -> Result<(), FetchError> {
    if is_fetchable(uri) {
        Ok(())
    } else {
        Err(FetchError::new("the address is neither https nor on this machine"))
    }
}

/// Returns `true` if a checked address is on this machine, where TLS is not required. No proxy is used
/// for it, because a proxy would connect to its own machine (as in Go's `http.ProxyFromEnvironment`).
pub(super) fn is_on_this_machine(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

pub(super) fn too_long() -> FetchError {
    FetchError::new("the document is over the limit")
}
