//! The rules that both key fetchers follow.

use crate::{
    transport::TransportError,
    verify::{MAX_DOCUMENT_LEN, is_fetchable},
};

/// The time limit for a document. Key servers respond within a second, and a request may be waiting.
pub const FETCH_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Rejects every address that is neither `https` nor on this machine, whatever the caller passes.
pub(super) fn check_uri(uri: &str) -> Result<(), TransportError> {
    if is_fetchable(uri) {
        Ok(())
    } else {
        Err(TransportError::new("expected an https address, or an http address of this machine"))
    }
}

/// Returns `true` if a checked address is on this machine, where TLS is not required. No proxy is used
/// for it, because a proxy would connect to its own machine (as in Go's `http.ProxyFromEnvironment`).
pub(super) fn is_on_this_machine(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
}

/// Rejects every status other than 200, redirects included.
pub(super) fn check_status(status: http::StatusCode) -> Result<(), TransportError> {
    if status == http::StatusCode::OK {
        Ok(())
    } else {
        Err(TransportError::new(format!("expected status 200, found {status}")))
    }
}

pub(super) fn too_long() -> TransportError {
    TransportError::new(format!("the document is longer than {MAX_DOCUMENT_LEN} bytes"))
}
