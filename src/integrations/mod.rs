//! What other crates bring: each behind the feature of its name, none of them on by default.

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
