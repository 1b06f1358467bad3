//! Rejections: a status, headers, and a body that reveals nothing about the request.
//!
//! The adapters respond with a [`Rejection`]. In other code, `?` converts the errors that the client causes:
//! see [the list](crate#errors). You choose the response to any other error.
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, ProviderTokens, Rejection};
//!
//! fn hello(request: &http::Request<()>) -> Result<String, Rejection> {
//!     let user = EasyAuthPrincipal::from_headers(request.headers())?;
//!     let user = user.ok_or_else(Rejection::unauthenticated)?;
//!     let tokens = ProviderTokens::from_headers(request.headers(), user.provider())?;
//!     // The access tokens of some providers are opaque.
//!     let token = tokens.access_token().and_then(|token| token.decode_unverified().ok());
//!     let may_read = token.is_some_and(|token| token.has_scope("Files.Read"));
//!     Ok(format!("hello {}, may read: {may_read}", user.name().unwrap_or("you")))
//! }
//!
//! let mut request = http::Request::new(());
//! assert_eq!(hello(&request).unwrap_err().status(), 401);
//!
//! request.headers_mut().insert("x-ms-client-principal", "not base64!".parse()?);
//! let response: http::Response<String> = hello(&request).unwrap_err().to_response();
//! assert_eq!(response.status(), 400);
//! assert_eq!(response.headers()["content-type"], "application/problem+json");
//! # Ok::<(), http::header::InvalidHeaderValue>(())
//! ```

#[cfg(feature = "verify")]
mod bearer;
mod cause;
mod kind;
mod login;
mod marker;
mod navigation;
mod page;
pub(crate) mod response;
mod role;
mod setup;

#[cfg(all(
    any(feature = "axum", feature = "tower", feature = "actix-web"),
    feature = "verify"
))]
pub(crate) use cause::NotConfirmed;
pub use kind::RejectionKind;
pub use login::LoginRedirect;
#[cfg(feature = "tower")]
pub(crate) use marker::{clear_cookie, is_signing_in};
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
pub(crate) use navigation::is_page;
pub(crate) use response::Rejection;
pub use role::MissingRole;
pub use setup::{SetupError, SetupErrorKind};
