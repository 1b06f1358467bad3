//! Headers that the stand-in removes: those that only the platform may write, and those for a single
//! connection.

use easyauth::headers;
use http::{
    HeaderMap, HeaderName,
    header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};

/// The header by which a program chooses a persona.
pub(super) const PERSONA: &str = "X-Stand-In-Persona";

/// The prefixes of all identity headers.
const IDENTITY_PREFIXES: [&str; 2] = ["x-ms-token-", "x-ms-client-principal"];

/// Removes the headers that a client could forge, including names that servers fold into them: CGI and
/// its successors turn `X-Ms_Client.Principal` into `HTTP_X_MS_CLIENT_PRINCIPAL` too (RFC 3875 section
/// 4.1.18).
pub(super) fn remove_identity(headers: &mut HeaderMap) {
    let own: Vec<String> = headers::ALL.iter().copied().chain([PERSONA]).map(fold).collect();
    remove(headers, |name| {
        let name = fold(name.as_str());
        IDENTITY_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || own.contains(&name)
    });
}

/// Replaces everything in a name except letters and digits with a hyphen.
fn fold(name: &str) -> String {
    let fold =
        |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.bytes().map(fold).map(char::from).collect()
}

/// Removes the headers for this connection (RFC 9110 section 7.6.1): those that `Connection` names, and
/// the known ones. Trailers are dropped too, as section 6.5.1 permits.
pub(super) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim_ascii().parse().ok())
        .collect();
    if headers.contains_key(TRANSFER_ENCODING) {
        // RFC 9112 section 6.3: Transfer-Encoding overrides Content-Length.
        headers.remove(CONTENT_LENGTH);
    }
    let known = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
    remove(headers, |name| {
        named.contains(name)
            || known.contains(name)
            || matches!(name.as_str(), "keep-alive" | "proxy-connection")
    });
}

fn remove(headers: &mut HeaderMap, is_meant: impl Fn(&HeaderName) -> bool) {
    let names: Vec<HeaderName> = headers.keys().filter(|name| is_meant(name)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}
