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
