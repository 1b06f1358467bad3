//! oauth-resource-server, with keys that it got at its start.

use std::sync::Arc;

use axum::{Router, routing::get};
use oauth_resource_server::{KeyNaming, OAuthConfig, OAuthValidator, axum::AuthLayer};

use super::{PATH, SCOPE};
use crate::support::{API, ISSUER};

pub(crate) fn router(jwks: &str) -> Router {
    let config = OAuthConfig {
        enabled: true,
        issuer: ISSUER.to_owned(),
        audience: API.to_owned(),
        resource: "https://orders.example/".to_owned(),
        required_scope: Some(SCOPE.to_owned()),
        ..OAuthConfig::default()
    };
    let config = config.resolve(KeyNaming::Dotted("oauth")).unwrap().unwrap();
    let validator = OAuthValidator::builder(&config).initial_jwks(jwks).build().unwrap();
    let layer = AuthLayer::builder().oauth(Arc::new(validator)).build().unwrap();
    Router::new().route(PATH, get(|| async { "your files" })).route_layer(layer)
}
