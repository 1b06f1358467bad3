//! tower-oauth2-resource-server, with fixed keys. The handler checks the scope, because the layer does not.

use axum::{Extension, Router, http::StatusCode, routing::get};
use tower_oauth2_resource_server::{
    server::OAuth2ResourceServer, tenant::TenantConfiguration, validation::ClaimsValidationSpec,
};

use super::{PATH, SCOPE, now_or_never};
use crate::support::{API, ISSUER, Typed};

pub(crate) fn router(jwks: &str) -> Router {
    let rules = ClaimsValidationSpec::recommended(ISSUER, &vec![API.to_owned()]);
    let tenant = TenantConfiguration::static_builder(jwks).claims_validation(rules);
    let server = OAuth2ResourceServer::<Typed>::builder().add_tenant(tenant.build().unwrap());
    let server = now_or_never(server.build()).unwrap().unwrap();
    Router::new().route(PATH, get(files)).layer(server.into_layer())
}

async fn files(Extension(claims): Extension<Typed>) -> Result<&'static str, StatusCode> {
    let scopes = claims.scp.as_deref().unwrap_or_default();
    if scopes.split(' ').any(|scope| scope == SCOPE) {
        Ok("your files")
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}
