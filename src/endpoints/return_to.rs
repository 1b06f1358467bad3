//! Where a browser goes after a sign-in or a sign-out.

use super::{EndpointError, EndpointErrorKind};
use crate::{
    debug::debug,
    escape::{Escaped, percent_decoded},
};

/// Where a browser goes after a sign-in or a sign-out: a path of the site, or an external address that
/// the settings allow. All other addresses are rejected, because they could be used for phishing.
///
/// ```
/// use easyauth::endpoints::ReturnTo;
///
/// assert!(ReturnTo::path("/orders?page=2").is_ok());
/// assert!(ReturnTo::path("//evil.example").is_err());
/// assert!(ReturnTo::path("/%2fevil.example").is_err());
/// assert!(ReturnTo::path("https://evil.example").is_err());
///
/// let allowed = ["https://shop.contoso.example/done"];
/// assert!(ReturnTo::external("https://shop.contoso.example/done?order=7", &allowed).is_ok());
/// assert!(ReturnTo::external("https://shop.contoso.example/other", &allowed).is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

// Without the query and the fragment: they can contain a key (`?code=` of Azure Functions).
debug! { ReturnTo, |own| "ReturnTo({:?})", Escaped(without_query(&own.0)) }

impl ReturnTo {
    /// A path of this site, with or without a query and a fragment.
    ///
    /// # Errors
    ///
    /// [`EndpointErrorKind::NotAPath`] if a browser would treat it as another site (`//host`, `/\host`),
    /// even after a proxy has decoded it (`/%2fhost`, `/%255chost`). Also if it contains a character
    /// that is not allowed in an address.
    pub fn path(path: &str) -> Result<Self, EndpointError> {
        local(path).map(Self::encoded)
    }

    /// An external address that is in `allowedExternalRedirectUrls`. Like the platform, this compares
    /// only the part before the query. That part must match completely.
    ///
    /// # Errors
    ///
    /// [`EndpointErrorKind::NotAllowed`] if it is not in the list, or contains a character that is not
    /// allowed in an address.
    pub fn external(address: &str, allowed: &[impl AsRef<str>]) -> Result<Self, EndpointError> {
        let is_allowed =
            allowed.iter().any(|own| without_query(own.as_ref()) == without_query(address));
        if is_allowed && address.contains(':') && is_plain(address) {
            Ok(Self::encoded(address))
        } else {
            Err(EndpointErrorKind::NotAllowed.error())
        }
    }

    /// Encodes the backslashes of a query or a fragment. Browsers leave them there (WHATWG URL), but an address
    /// has none (RFC 3986), so the platform may read them in another way.
    fn encoded(address: &str) -> Self {
        Self(address.replace('\\', "%5C"))
    }

    /// The path or the address. A backslash in its query is encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A path that no browser treats as another site (WHATWG URL: browsers treat a backslash as a slash, and
/// remove tabs and line breaks).
pub(super) fn local(path: &str) -> Result<&str, EndpointError> {
    let rest = path.strip_prefix('/').ok_or_else(|| EndpointErrorKind::NotAPath.error())?;
    if leads_to_a_host(rest.as_bytes()) || !is_plain(path) {
        return Err(EndpointErrorKind::NotAPath.error());
    }
    Ok(path)
}

/// How many times a path is decoded to see where it leads. No legitimate address is encoded more often.
const MAX_DECODINGS: usize = 4;

/// Returns `true` if the part after the first slash begins with another slash, even after repeated
/// decoding. Some proxies decode a path on its way (microsoft-identity-web#3792, #3940). Control
/// characters are skipped, as browsers skip them (microsoft-identity-web#4028).
fn leads_to_a_host(rest: &[u8]) -> bool {
    let mut rest = rest.to_vec();
    for _ in 0..=MAX_DECODINGS {
        match rest.iter().find(|byte| !matches!(byte, 0..=b' ' | 0x7f)) {
            Some(b'/' | b'\\') => return true,
            Some(b'%') => {
                let decoded = percent_decoded(&rest);
                if decoded == rest {
                    return false;
                }
                rest = decoded;
            }
            _ => return false,
        }
    }
    true
}

/// Returns `true` for printable ASCII characters, without a backslash before the query.
fn is_plain(address: &str) -> bool {
    address.bytes().all(|byte| byte.is_ascii_graphic()) && !without_query(address).contains('\\')
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}
