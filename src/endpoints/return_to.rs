//! Where a browser goes after a sign-in or a sign-out.

use std::fmt;

use super::EndpointError;
use crate::escape::Escaped;

/// Where a browser goes after a sign-in or a sign-out: a path of the site, or an address outside that
/// the settings allow. Anything else is what phishing wants, so it cannot be made.
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

/// Prints no query and no fragment: they can hold a key (`?code=` of Azure Functions).
impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReturnTo").field(&Escaped(without_query(&self.0))).finish()
    }
}

impl ReturnTo {
    /// A path of this site, with or without a query and a fragment.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotAPath`] if a browser would take it for another site (`//host`, `/\host`), also
    /// after a proxy has decoded it (`/%2fhost`, `/%255chost`); or if it has a character that no address
    /// has.
    pub fn path(path: &str) -> Result<Self, EndpointError> {
        local(path).map(|path| Self(path.to_owned()))
    }

    /// An address outside of this site, which is one of `allowedExternalRedirectUrls`. As the platform
    /// does, this looks at what is in front of the query; and at all of that.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotAllowed`] if it is none of them, or has a character that no address has.
    pub fn external(address: &str, allowed: &[impl AsRef<str>]) -> Result<Self, EndpointError> {
        let is_allowed =
            allowed.iter().any(|own| without_query(own.as_ref()) == without_query(address));
        if is_allowed && address.contains(':') && address.bytes().all(is_plain) {
            Ok(Self(address.to_owned()))
        } else {
            Err(EndpointError::NotAllowed)
        }
    }

    /// The path or the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A path that no browser takes for another site (WHATWG URL: a backslash is a slash, and tabs and line
/// breaks are removed).
pub(super) fn local(path: &str) -> Result<&str, EndpointError> {
    let rest = path.strip_prefix('/').ok_or(EndpointError::NotAPath)?;
    if leads_to_a_host(rest.as_bytes()) || !path.bytes().all(is_plain) {
        return Err(EndpointError::NotAPath);
    }
    Ok(path)
}

/// Whether what follows the first slash begins with another one, however often it is encoded. Some
/// proxies decode a path on its way (microsoft-identity-web#3792, #3940). Encoded control characters
/// are skipped, as browsers skip them once decoded (microsoft-identity-web#4028).
fn leads_to_a_host(mut rest: &[u8]) -> bool {
    loop {
        let Some((byte, after)) = decode_fully(rest) else { return false };
        match byte {
            b'/' | b'\\' => return true,
            0..=b' ' | 0x7f => rest = after,
            _ => return false,
        }
    }
}

/// The first byte after all decoding, and what follows it: `%252f` is a slash.
fn decode_fully(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (first, mut rest) = bytes.split_first()?;
    if *first != b'%' {
        return Some((*first, rest));
    }
    while let Some(after) = rest.strip_prefix(b"25") {
        rest = after;
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match rest {
        [high, low, after @ ..] => {
            let byte = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
            Some((byte, after))
        }
        _ => None,
    }
}

/// A printable character of ASCII, but for the backslash.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'\\'
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}
