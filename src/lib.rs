//! For services behind Azure App Service Authentication ("Easy Auth") on App Service, Functions, Container
//! Apps and Static Web Apps: who is calling, with which token, and what that token opens.
//!
//! The platform signs users in and passes their identity to your code in request headers. This crate reads
//! those headers, and decodes and verifies the Microsoft Entra tokens in them. It answers "does this token
//! open that API?", and if not, says how to fix it, step by step. This program needs the crate `http`, too
//! (`cargo add easyauth http`):
//!
//! ```
//! use std::time::SystemTime;
//! use easyauth::{EasyAuthPrincipal, ProviderTokens, resource::ARM};
//!
//! fn handle(headers: &http::HeaderMap) -> Result<String, Box<dyn std::error::Error>> {
//!     let Some(user) = EasyAuthPrincipal::from_headers(headers)? else {
//!         return Ok("please sign in".to_owned());
//!     };
//!     if !user.is_in_role("Reader") {
//!         return Ok("you need the role Reader".to_owned());
//!     }
//!     let tokens = ProviderTokens::from_headers(headers, user.provider())?;
//!     let diagnosis = tokens.diagnose(ARM.scope("user_impersonation"), SystemTime::now());
//!     Ok(diagnosis.to_string()) // says whether the token opens Azure Resource Manager, and if not, the fix
//! }
//! # assert_eq!(handle(&http::HeaderMap::new()).unwrap(), "please sign in");
//! ```
//!
//! # Where to look
//!
//! | for | look at |
//! |---|---|
#![cfg_attr(
    all(feature = "axum", feature = "testing", feature = "tower", feature = "verify"),
    doc = "| the guide: production, extractors and layers, audiences, settings, testing | [`_guide`] |"
)]
//! | the caller, claims and roles | [`EasyAuthPrincipal`], [`ClaimType`] |
//! | tokens of the caller | [`ProviderTokens`], [`AccessToken`], [`Renewal`] |
//! | the content of a token | [`UnverifiedToken`] |
#![cfg_attr(feature = "verify", doc = "| verified tokens, keys | [`verify`] |")]
#![cfg_attr(
    feature = "verify",
    doc = "| whether a token confirms the headers | [`EasyAuthPrincipal::confirm`] |"
)]
//! | a service that clients discover, such as an MCP server | [`ProtectedResource`] |
//! | which MCP tool a request calls, and what the tool requires | [`mcp`] |
//! | whether an agent acts, and which one | [`Actor`], [`Agent`] |
//! | APIs, audiences and scopes | [`resource`] |
//! | what a token opens, why not, and the fix | [`Requirement`], [`Diagnosis`] |
//! | how to answer a request that is rejected | [`Rejection`], [`Challenge`] |
//! | the settings of the site, and how to change them | [`settings`] |
//! | sign-in, sign-out, refresh; health checks of the platform | [`endpoints`] |
//! | tokens for further APIs: on behalf of the caller, by a refresh token | [`exchange`] |
//! | what an error code means, and who can fix it | [`error_codes`] |
//! | Azure Functions with a custom handler | [`functions`] |
//! | a session as the browser sees it (`/.auth/me`) | [`Session`] |
//! | axum, tower, actix-web, the Azure SDK, fetchers of keys: each behind a feature | [`integrations`] |
#![cfg_attr(feature = "testing", doc = "| headers and tokens for tests | [`testing`] |")]
//! | headers of any framework | [`HeaderSource`], [`headers`] |
//! | whether identity headers can be trusted | [`Platform`] |
//!
//! # Errors
//!
//! Each step has its own error type. An error about a request says what is wrong and where, never what was
//! sent. An error about your configuration shows the value. If the client is the cause, the error becomes a
//! [`Rejection`] by `?`, which has the status and the headers of the response:
//!
//! | error | status |
//! |---|---|
//! | [`PrincipalError`], [`headers::HeaderError`]: headers that the platform does not send | 400 |
//! | [`mcp::ToolCallError`]: a malformed request to an MCP server | 400 |
#![cfg_attr(
    feature = "verify",
    doc = "| [`verify::ConfirmError`]: headers of one caller, and a token of another | 400 |"
)]
#![cfg_attr(
    feature = "verify",
    doc = "| [`verify::VerifyError`]: a token that does not verify | 401, or 503 without keys |"
)]
#![cfg_attr(
    feature = "verify",
    doc = "| [`access::Denied`]: a token without the permission | 403 |"
)]
//!
//! Other errors have no conversion, because the client may not be the cause. Choose the status yourself.
//! [`DecodeError`]: genuine tokens of some providers are opaque. [`MeError`], [`functions::InvocationError`] and
//! [`functions::RolesRequestError`]: the platform sent the input.
#![cfg_attr(easyauth_docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

// Its pages show adapters and test tokens, so it exists only with their features.
#[cfg(all(
    any(doc, doctest),
    feature = "axum",
    feature = "testing",
    feature = "tower",
    feature = "verify"
))]
pub mod _guide;
pub mod access;
pub mod arm;
mod base64;
#[cfg(feature = "verify")]
mod block_on;
mod challenge;
mod debug;
#[cfg(feature = "verify")]
mod digest;
pub mod endpoints;
pub mod error_codes;
mod escape;
mod events;
pub mod exchange;
pub mod functions;
pub mod headers;
pub mod integrations;
mod issuer;
mod json;
mod jwt;
mod kinds;
mod login_parameters;
pub mod mcp;
mod platform;
mod principal;
mod protected_resource;
mod provider;
pub mod rejection;
pub mod resource;
pub mod settings;
#[cfg(feature = "verify")]
mod shared_future;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod tokens;
mod tool_call;
#[cfg(feature = "verify")]
mod transport;
#[cfg(feature = "verify")]
pub mod verify;

pub use access::{diagnosis::Diagnosis, requirement::Requirement};
pub use challenge::{Challenge, InvalidRealm};
pub use headers::source::HeaderSource;
pub use jwt::{
    Actor, Agent, AgentMode, Caller, ClaimsError, DecodeError, DecodeErrorKind, Groups,
    MAX_TOKEN_LEN, Segment, Token, TokenHeader, Unverified, UnverifiedToken,
};
pub use platform::{NoEasyAuth, Platform, Service};
pub use principal::{
    Claim, ClaimType, Claims, EasyAuthPrincipal, PrincipalError, PrincipalErrorKind,
    PrincipalFormat,
    me::{MAX_ME_LEN, MeError, MeErrorKind, Session},
};
pub use protected_resource::{
    ProtectedResource, ProtectedResourceError, ProtectedResourceErrorKind,
};
pub use provider::IdentityProvider;
pub use rejection::response::Rejection;
pub use tokens::{
    AccessToken, AccessTokenSecret, AuthenticationToken, EXPIRY_SKEW, ExpiresOn, IdToken,
    InvalidBearerToken, ProviderTokens, RefreshToken, Renewal,
};

#[cfg(feature = "verify")]
pub use transport::TransportError;

// README.md shows the adapters, so it compiles only with all of them.
#[cfg(all(
    doctest,
    feature = "actix-web",
    feature = "axum",
    feature = "azure_core",
    feature = "reqwest",
    feature = "testing",
    feature = "tower",
    feature = "verify"
))]
#[doc = include_str!("../README.md")]
struct Readme;
