//! What the fetchers of keys have in common.

use crate::verify::{FetchError, is_fetchable};

/// How long a document may take: key servers answer within a second, and a request may be waiting.
pub const FETCH_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Refuses every address that is neither `https` nor on this machine, whoever calls.
pub(super) fn check_uri(uri: &str) -> Result<(), FetchError> {
    if is_fetchable(uri) {
        Ok(())
    } else {
        Err(FetchError::new("the address is neither https nor on this machine"))
    }
}

/// Whether an address that was checked is on this machine: only such a one may do without TLS. No proxy
/// is asked for it, which would look on its own machine (as in Go's `http.ProxyFromEnvironment`).
pub(super) fn is_on_this_machine(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

pub(super) fn too_long() -> FetchError {
    FetchError::new("the document is over the limit")
}
