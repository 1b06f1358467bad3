//! Where a browser goes after a sign-in or a sign-out.

use super::EndpointError;

/// Where a browser goes after a sign-in or a sign-out: a path of the site, or an address outside that
/// the settings allow. Anything else is what phishing wants, so it cannot be made.
///
/// ```
/// use easyauth::endpoints::ReturnTo;
///
/// assert!(ReturnTo::path("/orders?page=2").is_ok());
/// assert!(ReturnTo::path("//evil.example").is_err());
/// assert!(ReturnTo::path("https://evil.example").is_err());
///
/// let allowed = ["https://shop.contoso.example/done"];
/// assert!(ReturnTo::external("https://shop.contoso.example/done?order=7", &allowed).is_ok());
/// assert!(ReturnTo::external("https://shop.contoso.example/other", &allowed).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// A path of this site, with or without a query and a fragment.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotAPath`] if a browser would take it for another site (`//host`, `/\host`), or
    /// if it has a character that no address has.
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
/// breaks are passed over).
pub(super) fn local(path: &str) -> Result<&str, EndpointError> {
    let is_local = path.starts_with('/') && !path.starts_with("//") && path.bytes().all(is_plain);
    if is_local { Ok(path) } else { Err(EndpointError::NotAPath) }
}

/// A printable character of ASCII, but for the backslash.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'\\'
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}
