//! `X-MS-ORIGINAL-URL`.

use http::Uri;

use super::{HeaderError, HeaderErrorKind, HeaderSource, ORIGINAL_URL, ascii_value};
use crate::debug::debug;
use crate::escape::{Escaped, host_of};

/// The address that the browser requested from Static Web Apps (`X-MS-ORIGINAL-URL`). The platform then
/// rewrites the path, so a sign-in should return to this address (Azure/static-web-apps#580).
///
/// **Only Static Web Apps write this header.** Everywhere else clients can forge it. So read it only if
/// the host is known to be Static Web Apps. Even then, do not use its origin to decide where to send a
/// browser. Pass [`path_and_query`](Self::path_and_query) to
/// [`ReturnTo::path`](crate::endpoints::ReturnTo::path).
///
/// ```
/// use easyauth::headers::OriginalUrl;
///
/// let request = [("x-ms-original-url", "https://shop.contoso.example/orders?page=2")];
/// let url = OriginalUrl::from_headers(&request)?.expect("the header");
/// assert_eq!(url.origin(), "https://shop.contoso.example");
/// assert_eq!((url.path(), url.query()), ("/orders", Some("page=2")));
/// assert_eq!(url.path_and_query(), "/orders?page=2");
/// # Ok::<(), easyauth::headers::HeaderError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OriginalUrl {
    origin: String,
    path_and_query: String,
}

impl OriginalUrl {
    /// Reads the header; `None` if it is absent or empty.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if the header is repeated, longer than [`MAX_HEADER_LEN`](super::MAX_HEADER_LEN),
    /// or not an `http` or `https` URL. URLs with a user name, a fragment or a backslash are rejected,
    /// because the platform does not write them.
    pub fn from_headers(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<Self>, HeaderError> {
        match ascii_value(headers, ORIGINAL_URL)? {
            None | Some("") => Ok(None),
            Some(url) => match Self::parse(url) {
                Some(url) => Ok(Some(url)),
                None => Err(HeaderError::new(ORIGINAL_URL, HeaderErrorKind::InvalidUrl)),
            },
        }
    }

    fn parse(url: &str) -> Option<Self> {
        if url.contains(['#', '\\', ' ']) {
            return None;
        }
        let uri = Uri::try_from(url).ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        if !matches!(scheme, "http" | "https") || host_of(authority.as_str()).is_none() {
            return None;
        }
        let path_and_query = match (uri.path(), uri.query()) {
            (path, None) => path.to_owned(),
            (path, Some(query)) => format!("{path}?{query}"),
        };
        let origin = format!("{scheme}://{}", authority.as_str().to_ascii_lowercase());
        path_and_query.starts_with('/').then_some(Self { origin, path_and_query })
    }

    /// The scheme, the host, and the port if the URL has one: `https://shop.contoso.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path, and the query if the URL has one.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or_default()
    }

    /// The query, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.path_and_query.split_once('?').map(|(_, query)| query)
    }
}

// Without the query, because it can contain a secret.
debug! { OriginalUrl, |own| "OriginalUrl({}{})", Escaped(&own.origin), Escaped(own.path()) }
