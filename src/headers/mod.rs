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
//! let user = EasyAuthPrincipal::from_headers(&request)?.expect("an authenticated user");
//! assert_eq!(user.id(), Some("00000003-0000-4000-8000-000000000003"));
//!
//! let twice = [(headers::CLIENT_PRINCIPAL_ID, "one"), (headers::CLIENT_PRINCIPAL_ID, "two")];
//! assert!(EasyAuthPrincipal::from_headers(&twice).is_err());
//! # Ok::<(), easyauth::PrincipalError>(())
//! ```

mod error;
mod original_url;
pub(crate) mod source;

pub use error::{HeaderError, HeaderErrorKind};
pub use original_url::OriginalUrl;
pub use source::HeaderValues;
pub(crate) use source::{HeaderSource, ascii_bytes, ascii_value, utf8_value};

/// The longest header value that is read, in bytes.
///
/// `Http.sys`, in front of App Service on Windows, can be configured to accept up to 65,534 bytes for
/// one header (`MaxFieldLength`, Microsoft Learn: "Http.sys registry settings for Windows"). The
/// complete set of Easy Auth headers of a captured request has about 6,300 bytes.
pub const MAX_HEADER_LEN: usize = 64 * 1024;

macro_rules! headers {
    ($($($(#[$doc:meta])+ $constant:ident =)? $name:literal;)+) => {
        $($($(#[$doc])+ pub const $constant: &str = $name;)?)+

        /// Every header name of Easy Auth, as the platform spells it: those in this module, and those of the
        /// tokens of built-in providers, which [`ProviderTokens`](crate::ProviderTokens) reads.
        pub const ALL: &[&str] = &[$($name),+];
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
    // Tokens of the built-in providers, and when their access tokens expire.
    "X-MS-TOKEN-AAD-ID-TOKEN";
    "X-MS-TOKEN-AAD-ACCESS-TOKEN";
    "X-MS-TOKEN-AAD-EXPIRES-ON";
    "X-MS-TOKEN-AAD-REFRESH-TOKEN";
    "X-MS-TOKEN-FACEBOOK-ACCESS-TOKEN";
    "X-MS-TOKEN-FACEBOOK-EXPIRES-ON";
    "X-MS-TOKEN-GOOGLE-ID-TOKEN";
    "X-MS-TOKEN-GOOGLE-ACCESS-TOKEN";
    "X-MS-TOKEN-GOOGLE-EXPIRES-ON";
    "X-MS-TOKEN-GOOGLE-REFRESH-TOKEN";
    "X-MS-TOKEN-TWITTER-ACCESS-TOKEN";
    "X-MS-TOKEN-TWITTER-ACCESS-TOKEN-SECRET";
    // Those of a Microsoft account are only in older documentation.
    "X-MS-TOKEN-MICROSOFTACCOUNT-ACCESS-TOKEN";
    "X-MS-TOKEN-MICROSOFTACCOUNT-EXPIRES-ON";
    "X-MS-TOKEN-MICROSOFTACCOUNT-AUTHENTICATION-TOKEN";
    "X-MS-TOKEN-MICROSOFTACCOUNT-REFRESH-TOKEN";
    // Those of GitHub are not documented; they were seen in several applications.
    "X-MS-TOKEN-GITHUB-ACCESS-TOKEN";
    "X-MS-TOKEN-GITHUB-EXPIRES-ON";
    /// The session token that a client sends after a client-directed sign-in. The platform reads it but
    /// does not inject it.
    ZUMO_AUTH = "X-ZUMO-AUTH";
    /// App Service, to the path of the health check: proof that the platform sent the request.
    #[cfg_attr(feature = "verify", doc = "See [`HealthCheck`](crate::endpoints::HealthCheck).")]
    AUTH_INTERNAL_TOKEN = "X-MS-AUTH-INTERNAL-TOKEN";
    /// Static Web Apps: the address that the browser requested. See [`OriginalUrl`].
    ORIGINAL_URL = "X-MS-ORIGINAL-URL";
    /// Static Web Apps, to a linked Function: `Bearer` and a token. The platform signs it with keys that
    /// it does not publish.
    AUTH_TOKEN = "X-MS-AUTH-TOKEN";
}

/// The prefix of the headers with provider tokens: `X-MS-TOKEN-<provider>-<kind>`.
pub const TOKEN_PREFIX: &str = "X-MS-TOKEN-";
