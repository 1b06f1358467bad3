//! Integrations with other crates, one feature each, all off by default.
//!
//! | feature | what it provides |
//! |---|---|
//! | `axum` | `EasyAuthPrincipal`, `ConfirmedCaller`, `ProviderTokens`, `VerifiedToken`, `Identity`, `RequireRole` and `RequireToken` are extractors, and so are `Option`s of the first two and of `VerifiedToken`; `Rejection` is a response |
//! | `tower` | `EasyAuthLayer` authenticates the caller, `RequireLayer` rejects requests that fail a requirement; the extensions of the request contain an `Identity` |
//! | `actix-web` | the same extractors as for axum, with `Optional` instead of `Option`; `Rejection` implements `ResponseError`; `require_tool` checks calls of MCP tools |
//! | `azure_core` | `CallerCredential` and `OnBehalfOfCredential` are `TokenCredential`s for one request |
//! | `reqwest`, `ureq` | `ReqwestFetcher` and `UreqFetcher` fetch keys; `ReqwestTransport` and `UreqTransport` send token requests |
//!
//! # Trust
//!
//! Layers and extractors follow one rule. They trust identity headers on a [`Platform`](crate::Platform)
//! that overwrites them, or if a verified token confirms them. On any other platform they do not read
//! identity headers, and requests are anonymous.
//!
//! The status is 500 if neither a platform nor a confirmation is configured. It is also 500 if a caller
//! is required and nothing can authenticate one. The source of the [`Rejection`](crate::Rejection) names the
//! missing call ([`SetupError`](crate::rejection::SetupError)).
//!
//! | | a trusted platform | confirmation | bearer tokens | sign-in | [resource](crate::ProtectedResource) |
//! |---|---|---|---|---|---|
//! | tower, axum | `EasyAuthLayer::new(platform)` | `.confirm_by_bearer(auth)`, `.confirm_by_id_token(auth)` | `.verify(auth)` | `.login(login)` | `.protected_resource(resource)` |
//! | axum, extractors alone | `Extension(platform)` | | `BearerAuth` in the state | `Extension(login)`; with nested routers `keep_original_uri` | `Extension(resource)` |
//! | actix-web | `.app_data(platform)` | `.app_data(confirmation)` | `.app_data(auth)` | `.app_data(login)` | `.app_data(resource)` |
//!
//! Layers remove identity headers that they did not accept. Extractors cannot. With extractors alone,
//! and in actix-web, the request still has those headers, so take the caller from an extractor.
#![cfg_attr(
    not(all(feature = "axum", feature = "tower", feature = "actix-web", feature = "verify")),
    allow(dead_code, reason = "each adapter uses a part of it")
)]

#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
mod accepted;
#[cfg(all(feature = "actix-web", feature = "verify"))]
mod actix_tools;
#[cfg(feature = "actix-web")]
mod actix_web;
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
mod authentication;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "azure_core")]
mod azure_core;
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
mod decision;
#[cfg(any(feature = "reqwest", feature = "ureq"))]
mod fetch;
#[cfg(any(feature = "axum", feature = "actix-web"))]
mod guard;
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
mod identity;
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
mod metadata;
#[cfg(all(feature = "azure_core", feature = "verify"))]
mod on_behalf_of;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
mod target;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "ureq")]
mod ureq;
#[cfg(feature = "ureq")]
mod ureq_transport;

#[cfg(all(feature = "actix-web", feature = "verify"))]
pub use actix_tools::require_tool;
#[cfg(feature = "actix-web")]
pub use actix_web::Optional;
// For these two, rustdoc would also name the features that the module needs.
#[cfg(all(feature = "actix-web", feature = "tracing", feature = "verify"))]
#[cfg_attr(
    easyauth_docsrs,
    doc(cfg(all(feature = "actix-web", feature = "tracing", feature = "verify")))
)]
pub use authentication::CallerKey;
#[cfg(all(feature = "actix-web", feature = "verify"))]
#[cfg_attr(easyauth_docsrs, doc(cfg(all(feature = "actix-web", feature = "verify"))))]
pub use authentication::Confirmation;
#[cfg(feature = "axum")]
pub use axum::keep_original_uri;
#[cfg(feature = "azure_core")]
pub use azure_core::{CallerCredential, CredentialError, CredentialErrorKind};
#[cfg(any(feature = "reqwest", feature = "ureq"))]
pub use fetch::FETCH_TIMEOUT;
#[cfg(any(feature = "axum", feature = "actix-web"))]
pub use guard::{RequireRole, RolePolicy};
#[cfg(all(feature = "verify", any(feature = "axum", feature = "actix-web")))]
pub use guard::{RequireToken, TokenPolicy};
#[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
pub use identity::Identity;
#[cfg(all(feature = "azure_core", feature = "verify"))]
pub use on_behalf_of::OnBehalfOfCredential;
#[cfg(feature = "reqwest")]
pub use reqwest::ReqwestFetcher;
#[cfg(feature = "reqwest")]
pub use reqwest_transport::ReqwestTransport;
#[cfg(all(feature = "tower", feature = "verify"))]
pub use tower::RequireToolLayer;
#[cfg(feature = "tower")]
pub use tower::{EasyAuthLayer, GuardedService, RejectionBody, RequireLayer};
#[cfg(feature = "ureq")]
pub use ureq::UreqFetcher;
#[cfg(feature = "ureq")]
pub use ureq_transport::UreqTransport;
