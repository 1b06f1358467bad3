//! What other crates bring: each behind the feature of its name, none of them on by default.
//!
//! | feature | what there is |
//! |---|---|
//! | `axum` | `EasyAuthPrincipal`, `ProviderTokens`, `VerifiedToken`, `RequireRole` and `Authorized` are extractors, and so are `Option`s of the first and the third; `Refusal` is a response |
//! | `tower` | `EasyAuthLayer` finds out who is calling, `RequireLayer` keeps out who may not pass; what they found out is an `Identity` in the extensions of the request |
//! | `actix-web` | the same extractors as for axum, with `Optional` in the place of `Option`; `Refusal` is an error of a response |
//! | `azure_core` | `CallerCredential` is a `TokenCredential` for one request |
//! | `reqwest`, `ureq` | `ReqwestFetcher` and `UreqFetcher` fetch keys |
//!
//! What verifies bearer tokens is a `verify::BearerAuth`: axum and actix-web look for it in the state and the
//! data of the application, `EasyAuthLayer` is given it. A `LoginRedirect` in the extensions of the request
//! (axum), in the data of the application (actix-web) or in the layer sends browsers to sign in.

#[cfg(feature = "actix-web")]
mod actix_web;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "azure_core")]
mod azure_core;
#[cfg(any(feature = "reqwest", feature = "ureq"))]
mod fetch;
#[cfg(any(feature = "axum", feature = "actix-web"))]
mod guard;
#[cfg(any(feature = "axum", feature = "tower"))]
mod identity;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "ureq")]
mod ureq;

#[cfg(feature = "actix-web")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "actix-web")))]
pub use actix_web::Optional;
#[cfg(feature = "azure_core")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "azure_core")))]
pub use azure_core::{CallerCredential, CredentialError};
#[cfg(any(feature = "reqwest", feature = "ureq"))]
#[cfg_attr(easyauth_docsrs, doc(cfg(any(feature = "reqwest", feature = "ureq"))))]
pub use fetch::FETCH_TIMEOUT;
#[cfg(all(feature = "verify", any(feature = "axum", feature = "actix-web")))]
#[cfg_attr(
    easyauth_docsrs,
    doc(cfg(all(feature = "verify", any(feature = "axum", feature = "actix-web"))))
)]
pub use guard::{Authorized, Permit};
#[cfg(any(feature = "axum", feature = "actix-web"))]
#[cfg_attr(easyauth_docsrs, doc(cfg(any(feature = "axum", feature = "actix-web"))))]
pub use guard::{RequireRole, Roles};
#[cfg(any(feature = "axum", feature = "tower"))]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "tower")))]
pub use identity::Identity;
#[cfg(feature = "reqwest")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "reqwest")))]
pub use reqwest::ReqwestFetcher;
#[cfg(feature = "tower")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "tower")))]
pub use tower::{EasyAuth, EasyAuthLayer, RefusableBody, Require, RequireLayer};
#[cfg(feature = "ureq")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "ureq")))]
pub use ureq::UreqFetcher;
