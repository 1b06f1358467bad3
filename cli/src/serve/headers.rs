//! Headers that the stand-in reads, and those that it removes: those that only the platform may write, and
//! those for a single connection.

use easyauth::headers;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};

/// The header by which a program chooses a persona.
pub(super) const PERSONA: &str = "X-Stand-In-Persona";

/// The prefixes of identity headers, folded.
const IDENTITY_PREFIXES: [&str; 3] = ["xmstoken", "xmsclientprincipal", "xmsauthtoken"];

/// Returns `true` if the browser says that the request comes from one of these (W3C Fetch Metadata:
/// `Sec-Fetch-Site`). Programs and old browsers say nothing, and are allowed.
pub(super) fn is_fetched_from(headers: &HeaderMap, allowed: &[&str]) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    sites.all(|site| allowed.iter().any(|own| site.as_bytes() == own.as_bytes()))
}

/// Removes the headers that a client could forge, including names that servers and frameworks map to
/// them: CGI turns `X-Ms_Client.Principal` into `HTTP_X_MS_CLIENT_PRINCIPAL` too (RFC 3875 section
/// 4.1.18, CVE-2025-64484). The layers of the library fold names in the same way.
pub(super) fn remove_identity(headers: &mut HeaderMap) {
    let own: Vec<String> = headers::ALL.iter().copied().chain([PERSONA]).map(fold).collect();
    remove(headers, |name| {
        let name = fold(name.as_str());
        IDENTITY_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || own.contains(&name)
    });
}

/// Only the letters and digits of a name, in lower case.
fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|own| own.to_ascii_lowercase()).collect()
}

/// Returns `true` for the start of a web socket (RFC 6455 section 4.1).
pub(super) fn is_web_socket(headers: &HeaderMap) -> bool {
    has_member(headers, &CONNECTION, "upgrade") && has_member(headers, &UPGRADE, "websocket")
}

fn has_member(headers: &HeaderMap, name: &HeaderName, member: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut members = values.flat_map(|value| value.split(','));
    members.any(|own| own.trim_ascii().eq_ignore_ascii_case(member))
}

/// Adds the headers of this connection that start a web socket.
pub(super) fn add_web_socket(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
}

/// Returns `true` for a body that is chunked.
///
/// # Errors
///
/// The body has another coding (RFC 9112 section 6.1). hyper decodes only the chunks.
pub(super) fn is_chunked(headers: &HeaderMap) -> Result<bool, &'static str> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(false),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(true),
        _ => Err("expected the transfer coding chunked alone"),
    }
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
