// README.md shows every adapter, so it compiles only with all of them.
#![cfg_attr(
    all(
        feature = "actix-web",
        feature = "axum",
        feature = "azure_core",
        feature = "testing",
        feature = "tower",
        feature = "verify"
    ),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(
        feature = "actix-web",
        feature = "axum",
        feature = "azure_core",
        feature = "testing",
        feature = "tower",
        feature = "verify"
    )),
    doc = "Who is calling, with which token, and what it opens."
)]
//!
//! # Where to look
//!
//! | for | look at |
//! |---|---|
//! | the caller, claims and roles | [`EasyAuthPrincipal`], [`ClaimType`] |
//! | tokens that came along | [`ProviderTokens`], [`AccessToken`], [`Renewal`] |
//! | what is in a token | [`UnverifiedToken`] |
#![cfg_attr(feature = "verify", doc = "| verified tokens, keys | [`verify`] |")]
//! | what to answer to a request that may not pass | [`Rejection`], [`Challenge`] |
#![cfg_attr(
    feature = "verify",
    doc = "| whether the headers tell the truth | [`EasyAuthPrincipal::confirm`] |"
)]
//! | APIs, audiences and scopes | [`resource`] |
//! | what a token opens, why not, and the fix | [`Requirement`], [`Diagnosis`] |
//! | the settings of the site, and the way from a diagnosis to a request that fixes | [`settings`] |
//! | the platform's own pages: sign-in, sign-out, refresh | [`endpoints`] |
//! | tokens for further APIs: on behalf of the caller, by a refresh token | [`exchange`] |
//! | what an error of a sign-in, a token endpoint or an API means, and who can fix it | [`error_codes`] |
//! | Azure Functions with a custom handler | [`functions`] |
//! | a session as the browser sees it (`/.auth/me`) | [`Session`] |
//! | axum, tower, actix-web, the Azure SDK, fetchers of keys, each behind a feature | [`integrations`] |
#![cfg_attr(feature = "testing", doc = "| what the platform would send, for tests | [`testing`] |")]
//! | headers of any framework | [`HeaderSource`], [`headers`] |
//! | whether headers can be believed | [`Platform`] |
//!
//! # Errors
//!
//! Each step has an error of its own: [`PrincipalError`], [`headers::HeaderError`], [`DecodeError`],
#![cfg_attr(feature = "verify", doc = "[`verify::VerifyError`], [`access::Denied`],")]
//! [`MeError`]. They say what is wrong and where, never what was there, and each can be matched on. Those
//! about requests become a [`Rejection`] by `?`, which knows the status and the headers to answer with: 400
//! for what the platform does not send, 401 and 403 for tokens.
#![cfg_attr(easyauth_docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod access;
mod base64;
mod challenge;
#[cfg(any(feature = "azure_core", feature = "verify"))]
mod clock;
pub mod endpoints;
pub mod error_codes;
mod escape;
pub mod exchange;
pub mod functions;
mod groups;
pub mod headers;
mod host;
pub mod integrations;
mod issuer;
mod json;
mod jwt;
mod kinds;
mod login_parameters;
mod platform;
mod principal;
mod provider;
pub mod rejection;
pub mod resource;
pub mod settings;
#[cfg(feature = "testing")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
mod time;
mod tokens;
#[cfg(feature = "verify")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
pub mod verify;

pub use access::{Diagnosis, Requirement};
pub use groups::Groups;
pub use headers::HeaderSource;
pub use jwt::{
    Caller, ClaimsError, DecodeError, MAX_TOKEN_LEN, MemberName, Segment, Token, TokenHeader,
    Unverified, UnverifiedToken,
};
pub use platform::{NoEasyAuth, Platform, Service};
pub use principal::{
    Claim, ClaimType, Claims, EasyAuthPrincipal, PrincipalError, PrincipalFormat,
    me::{MAX_ME_LEN, MeError, Session},
};
pub use provider::IdentityProvider;
pub use rejection::{Challenge, Rejection};
pub use tokens::{
    AccessToken, AccessTokenSecret, AuthenticationToken, EXPIRY_SKEW, ExpiresOn, IdToken,
    InvalidBearerToken, ProviderTokens, RefreshToken, Renewal,
};
