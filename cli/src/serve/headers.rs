//! Headers that end at the stand-in: those that only the platform may write, and those that are for one
//! connection.

use easyauth::headers;
use http::{
    HeaderMap, HeaderName,
    header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};

/// By which a program says who it wants to be.
pub(crate) const PERSONA: &str = "X-Stand-In-Persona";

/// What every header begins with that says who somebody is.
const IDENTITY_PREFIXES: [&str; 2] = ["x-ms-token-", "x-ms-client-principal"];

/// Takes away what a client must not tell the service itself. What is folded into such a name is taken
/// away too: CGI and its heirs write `X-Ms_Client.Principal` as `HTTP_X_MS_CLIENT_PRINCIPAL` as well (RFC
/// 3875 section 4.1.18).
pub(crate) fn remove_identity(headers: &mut HeaderMap) {
    let own: Vec<String> = headers::ALL.iter().copied().chain([PERSONA]).map(fold).collect();
    remove(headers, |name| {
        let name = fold(name.as_str());
        IDENTITY_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || own.contains(&name)
    });
}

/// A name with everything but letters and digits as a hyphen.
fn fold(name: &str) -> String {
    let fold =
        |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.bytes().map(fold).map(char::from).collect()
}

/// Takes away what is for this connection alone (RFC 9110 section 7.6.1): what `Connection` names, and
/// what is known to be. Trailers are not passed on either, as section 6.5.1 permits.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim_ascii().parse().ok())
        .collect();
    if headers.contains_key(TRANSFER_ENCODING) {
        // RFC 9112 section 6.3: the length is not true then.
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
