//! The headers of Easy Auth: their names, and the collections they can be read from.
//!
//! A [`HeaderSource`] is anything that holds request headers: [`http::HeaderMap`], slices and maps of
//! pairs, maps from a name to a list of values, and the [`Invocation`](crate::functions::Invocation) of
//! an Azure Functions custom handler. Names are case-insensitive (RFC 9110 section 5.1), because each
//! framework spells them differently.
//!
//! The platform writes each of its headers once. A second value was added by someone else, so it is an
//! [error](HeaderErrorKind::Repeated), never ignored.
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, headers};
//!
//! let request = [("x-ms-client-principal-id", "00000003-0000-4000-8000-000000000003")];
//! let user = EasyAuthPrincipal::from_headers(&request)?.expect("somebody is signed in");
//! assert_eq!(user.id(), Some("00000003-0000-4000-8000-000000000003"));
//!
//! let twice = [(headers::CLIENT_PRINCIPAL_ID, "one"), (headers::CLIENT_PRINCIPAL_ID, "two")];
//! assert!(EasyAuthPrincipal::from_headers(&twice).is_err());
//! # Ok::<(), easyauth::PrincipalError>(())
//! ```

mod original_url;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt,
};

pub use original_url::OriginalUrl;

use crate::escape::Escaped;

/// The longest header value that is read, in bytes.
///
/// `Http.sys`, in front of App Service on Windows, can be configured to accept up to 65,534 bytes for
/// one header (`MaxFieldLength`, Microsoft Learn: "Http.sys registry settings for Windows"). The
/// complete set of Easy Auth headers of a captured request has about 6,300 bytes.
pub const MAX_HEADER_LEN: usize = 64 * 1024;

macro_rules! headers {
    ($($(#[$doc:meta])+ $constant:ident = $name:literal;)+) => {
        $($(#[$doc])+ pub const $constant: &str = $name;)+

        /// Every header name of Easy Auth in this module, as the platform spells it.
        pub const ALL: &[&str] = &[$($constant),+];
    };
}

headers! {
    /// The caller: base64 of a JSON object. See [`EasyAuthPrincipal`](crate::EasyAuthPrincipal). "For
    /// claims mapping to work, you must enable the token store" (App Service docs, "Work with user
    /// identities"). No source says what the header contains without the token store.
    CLIENT_PRINCIPAL = "X-MS-CLIENT-PRINCIPAL";
    /// The caller's identifier at the identity provider: the object ID for Entra, `sub` for Google, the
    /// user ID on Static Web Apps.
    CLIENT_PRINCIPAL_ID = "X-MS-CLIENT-PRINCIPAL-ID";
    /// A display name: an email address, a user principal name. Absent for service principals, empty for
    /// GitHub on Container Apps.
    CLIENT_PRINCIPAL_NAME = "X-MS-CLIENT-PRINCIPAL-NAME";
    /// The identity provider, for instance `aad`. On a Function that is linked to a Static Web App:
    /// `azureStaticWebApps`.
    CLIENT_PRINCIPAL_IDP = "X-MS-CLIENT-PRINCIPAL-IDP";
    /// The ID token of Microsoft Entra.
    AAD_ID_TOKEN = "X-MS-TOKEN-AAD-ID-TOKEN";
    /// The access token of Microsoft Entra: for Microsoft Graph unless the sign-in requested another
    /// API.
    AAD_ACCESS_TOKEN = "X-MS-TOKEN-AAD-ACCESS-TOKEN";
    /// When the access token of Microsoft Entra expires.
    AAD_EXPIRES_ON = "X-MS-TOKEN-AAD-EXPIRES-ON";
    /// The refresh token of Microsoft Entra, if the sign-in requested `offline_access`.
    AAD_REFRESH_TOKEN = "X-MS-TOKEN-AAD-REFRESH-TOKEN";
    /// The access token of Facebook.
    FACEBOOK_ACCESS_TOKEN = "X-MS-TOKEN-FACEBOOK-ACCESS-TOKEN";
    /// When the access token of Facebook expires.
    FACEBOOK_EXPIRES_ON = "X-MS-TOKEN-FACEBOOK-EXPIRES-ON";
    /// The ID token of Google.
    GOOGLE_ID_TOKEN = "X-MS-TOKEN-GOOGLE-ID-TOKEN";
    /// The access token of Google.
    GOOGLE_ACCESS_TOKEN = "X-MS-TOKEN-GOOGLE-ACCESS-TOKEN";
    /// When the access token of Google expires.
    GOOGLE_EXPIRES_ON = "X-MS-TOKEN-GOOGLE-EXPIRES-ON";
    /// The refresh token of Google.
    GOOGLE_REFRESH_TOKEN = "X-MS-TOKEN-GOOGLE-REFRESH-TOKEN";
    /// The access token of Twitter.
    TWITTER_ACCESS_TOKEN = "X-MS-TOKEN-TWITTER-ACCESS-TOKEN";
    /// The secret that goes with the access token of Twitter.
    TWITTER_ACCESS_TOKEN_SECRET = "X-MS-TOKEN-TWITTER-ACCESS-TOKEN-SECRET";
    /// The access token of a Microsoft account (older documentation only).
    MICROSOFTACCOUNT_ACCESS_TOKEN = "X-MS-TOKEN-MICROSOFTACCOUNT-ACCESS-TOKEN";
    /// When the access token of a Microsoft account expires (older documentation only).
    MICROSOFTACCOUNT_EXPIRES_ON = "X-MS-TOKEN-MICROSOFTACCOUNT-EXPIRES-ON";
    /// The authentication token of a Microsoft account (older documentation only).
    MICROSOFTACCOUNT_AUTHENTICATION_TOKEN = "X-MS-TOKEN-MICROSOFTACCOUNT-AUTHENTICATION-TOKEN";
    /// The refresh token of a Microsoft account (older documentation only).
    MICROSOFTACCOUNT_REFRESH_TOKEN = "X-MS-TOKEN-MICROSOFTACCOUNT-REFRESH-TOKEN";
    /// The access token of GitHub (not documented; seen in several applications).
    GITHUB_ACCESS_TOKEN = "X-MS-TOKEN-GITHUB-ACCESS-TOKEN";
    /// When the access token of GitHub expires (not documented; seen in one application).
    GITHUB_EXPIRES_ON = "X-MS-TOKEN-GITHUB-EXPIRES-ON";
    /// The session token that a client sends after a client-directed sign-in. The platform reads it but
    /// does not inject it.
    ZUMO_AUTH = "X-ZUMO-AUTH";
    /// App Service, to the path of the health check: proof that the platform sent the request. See
    /// [`HealthCheck`](crate::endpoints::HealthCheck).
    AUTH_INTERNAL_TOKEN = "X-MS-AUTH-INTERNAL-TOKEN";
    /// Static Web Apps: the address that the browser requested. See [`OriginalUrl`].
    ORIGINAL_URL = "X-MS-ORIGINAL-URL";
    /// Static Web Apps, to a linked Function: `Bearer` and a token. The platform signs it with keys that
    /// it does not publish.
    AUTH_TOKEN = "X-MS-AUTH-TOKEN";
}

/// The prefix of the headers with provider tokens: `X-MS-TOKEN-<provider>-<kind>`.
pub const TOKEN_PREFIX: &str = "X-MS-TOKEN-";

/// Request headers, in any collection.
///
/// Implemented for [`http::HeaderMap`], and for slices, arrays and vectors of `(name, value)`. Also for
/// [`HashMap`] and [`BTreeMap`] from a name to one value or a list of values.
pub trait HeaderSource {
    /// The value number `index`, counted from 0, of the header `name`. Names are case-insensitive. If a
    /// map holds several spellings of one name, the values of all of them count.
    fn header(&self, name: &str, index: usize) -> Option<&[u8]>;
}

impl<T: HeaderSource + ?Sized> HeaderSource for &T {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        (**self).header(name, index)
    }
}

impl HeaderSource for http::HeaderMap {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.get_all(name).iter().nth(index).map(http::HeaderValue::as_bytes)
    }
}

impl<K: AsRef<str>, V: HeaderValues> HeaderSource for [(K, V)] {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        nth_value(self.iter().map(|(key, value)| (key, value)), name, index)
    }
}

impl<K: AsRef<str>, V: HeaderValues, const N: usize> HeaderSource for [(K, V); N] {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.as_slice().header(name, index)
    }
}

impl<K: AsRef<str>, V: HeaderValues> HeaderSource for Vec<(K, V)> {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.as_slice().header(name, index)
    }
}

impl<K: AsRef<str>, V: HeaderValues, S> HeaderSource for HashMap<K, V, S> {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        nth_value(self.iter(), name, index)
    }
}

impl<K: AsRef<str>, V: HeaderValues> HeaderSource for BTreeMap<K, V> {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        nth_value(self.iter(), name, index)
    }
}

fn nth_value<'a, K: AsRef<str> + 'a, V: HeaderValues + 'a>(
    pairs: impl Iterator<Item = (&'a K, &'a V)>,
    name: &str,
    index: usize,
) -> Option<&'a [u8]> {
    pairs
        .filter(|(key, _)| key.as_ref().eq_ignore_ascii_case(name))
        .flat_map(|(_, values)| (0..).map_while(|number| values.value(number)))
        .nth(index)
}

/// The values of one header name in a map or a slice: one value, or a list.
pub trait HeaderValues {
    /// The value number `index`, counted from 0.
    fn value(&self, index: usize) -> Option<&[u8]>;
}

macro_rules! header_values {
    ($($one:ty => $bytes:expr;)+) => {$(
        impl HeaderValues for $one {
            fn value(&self, index: usize) -> Option<&[u8]> {
                let bytes: fn(&Self) -> &[u8] = $bytes;
                (index == 0).then(|| bytes(self))
            }
        }

        impl HeaderValues for Vec<$one> {
            fn value(&self, index: usize) -> Option<&[u8]> {
                self.get(index)?.value(0)
            }
        }
    )+};
}

header_values! {
    String => |value| value.as_bytes();
    &str => |value| value.as_bytes();
    &[u8] => |value| value;
    http::HeaderValue => |value| value.as_bytes();
}

/// A header that cannot be read. Contains the name of the header, never its value.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderError {
    header: Cow<'static, str>,
    kind: HeaderErrorKind,
}

impl HeaderError {
    pub(crate) fn new(header: impl Into<Cow<'static, str>>, kind: HeaderErrorKind) -> Self {
        Self { header: header.into(), kind }
    }

    /// The name of the header.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> HeaderErrorKind {
        self.kind
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "header {} {}", Escaped(&self.header), self.kind)
    }
}

/// Prints the `Display` form, because the name of a header can come from a peer.
impl fmt::Debug for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderError({self})")
    }
}

impl std::error::Error for HeaderError {}

/// What is wrong with a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderErrorKind {
    /// The header is repeated. The platform sends it once.
    #[error("has more than one value")]
    Repeated,
    /// The value has a byte that is not printable ASCII or, in a name or an identifier of a person, a
    /// control character.
    #[error("has a byte at position {position} that does not belong there")]
    InvalidByte {
        /// The offset of the byte in the value, without the surrounding whitespace.
        position: usize,
    },
    /// The value is longer than [`MAX_HEADER_LEN`].
    #[error("is {length} bytes long, over the limit of {MAX_HEADER_LEN}")]
    TooLong {
        /// The length of the value in bytes.
        length: usize,
    },
    /// The value should be a point in time and is not.
    #[error("is not an ISO 8601 time or a number of seconds")]
    NotATime,
    /// The value should be a URL and is not.
    #[error("is not an http or https URL")]
    NotAUrl,
    /// `Authorization: Bearer` is not followed by exactly one token.
    #[error("does not have exactly one token after its scheme")]
    NotOneToken,
    /// The request has headers of two identity providers, and nothing tells which one is right.
    #[error("came with the headers of another identity provider")]
    Ambiguous,
}

/// The only value of `name`, without the surrounding whitespace.
fn single<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &str,
) -> Result<Option<&'a [u8]>, HeaderErrorKind> {
    let Some(value) = headers.header(name, 0) else {
        return Ok(None);
    };
    if headers.header(name, 1).is_some() {
        return Err(HeaderErrorKind::Repeated);
    }
    let value = value.trim_ascii();
    if value.len() > MAX_HEADER_LEN {
        return Err(HeaderErrorKind::TooLong { length: value.len() });
    }
    Ok(Some(value))
}

/// The only value of a machine-written header: printable ASCII.
pub(crate) fn ascii_value<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &str,
) -> Result<Option<&'a str>, HeaderErrorKind> {
    let Some(value) = single(headers, name)? else {
        return Ok(None);
    };
    if let Some(position) = value.iter().position(|byte| !matches!(byte, b' '..=b'~')) {
        return Err(HeaderErrorKind::InvalidByte { position });
    }
    Ok(std::str::from_utf8(value).ok())
}

/// The only value of a header with a person's name: UTF-8, else ISO 8859-1, because no source says which
/// encoding the platform sends. An empty value counts as absent: GitHub on Container Apps sends one.
pub(crate) fn utf8_value<H: HeaderSource + ?Sized>(
    headers: &H,
    name: &'static str,
) -> Result<Option<String>, HeaderError> {
    let value = match single(headers, name) {
        Ok(None | Some([])) => return Ok(None),
        Ok(Some(value)) => value,
        Err(kind) => return Err(HeaderError::new(name, kind)),
    };
    if let Some(position) = value.iter().position(u8::is_ascii_control) {
        return Err(HeaderError::new(name, HeaderErrorKind::InvalidByte { position }));
    }
    Ok(Some(match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }))
}
