//! This crate with axum: its tower layers, and its extractors.

use axum::{Extension, Router, body::Body, routing::get};
use easyauth::{
    Platform, Requirement,
    integrations::{
        EasyAuthLayer, RequireLayer, RequireRole, RequireToken, RolePolicy, TokenPolicy,
    },
    verify::BearerAuth,
};
use easyauth_benches::Way;
use http::{HeaderMap, Request};
use tower::Service as _;

use super::{PATH, ROLE, SCOPE, now_or_never};

/// Sends a request with these headers. Every service gets a copy of the same request.
pub(crate) fn way(name: &'static str, router: Router, headers: &HeaderMap) -> Way<'static> {
    let mut service = router.into_service();
    let mut request = Request::get(PATH).body(()).unwrap();
    *request.headers_mut() = headers.clone();
    easyauth_benches::way(name, move || {
        let request = request.clone().map(|()| Body::empty());
        let response = now_or_never(service.call(request)).unwrap().unwrap();
        assert_eq!(response.status(), 200, "{name}");
        response
    })
}

pub(crate) fn layers(auth: BearerAuth) -> Router {
    let scope = RequireLayer::permission(Requirement::scope(SCOPE));
    Router::new()
        .route(PATH, get(|| async { "your files" }).layer(scope))
        .layer(EasyAuthLayer::new(Platform::detect(|_| None)).verify(auth))
}

pub(crate) struct Policy;

impl TokenPolicy for Policy {
    fn requirement() -> Requirement {
        Requirement::scope(SCOPE)
    }
}

impl RolePolicy for Policy {
    const ANY_OF: &'static [&'static str] = &[ROLE];
}

pub(crate) fn extractor(auth: BearerAuth) -> Router {
    let files = |_: RequireToken<Policy>| async { "your files" };
    Router::new().route(PATH, get(files)).with_state(auth)
}

pub(crate) fn role_layers() -> Router {
    Router::new()
        .route(PATH, get(|| async { "your files" }).layer(RequireLayer::role(ROLE)))
        .layer(EasyAuthLayer::new(Platform::trusting_headers()))
}

pub(crate) fn role_extractor() -> Router {
    let files = |_: RequireRole<Policy>| async { "your files" };
    Router::new().route(PATH, get(files)).layer(Extension(Platform::trusting_headers()))
}
