//! Middleware as a careful service would write it without a crate for authentication.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{StatusCode, header::AUTHORIZATION};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;

use super::{PATH, ROLE, SCOPE};
use crate::support::{API, ISSUER, Typed};

/// Keys by ID, and the rules for all tokens.
struct Verifier {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl Verifier {
    fn verify(&self, token: &str) -> Option<Typed> {
        let id = decode_header(token).ok()?.kid?;
        Some(decode::<Typed>(token, self.keys.get(&id)?, &self.validation).ok()?.claims)
    }
}

pub(crate) fn bearer(jwks: &str) -> Router {
    let set: JwkSet = serde_json::from_str(jwks).unwrap();
    let keys = set
        .keys
        .iter()
        .map(|key| (key.common.key_id.clone().unwrap(), DecodingKey::from_jwk(key).unwrap()));
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_nbf = true;
    validation.set_audience(&[API]);
    validation.set_issuer(&[ISSUER]);
    let verifier = Arc::new(Verifier { keys: keys.collect(), validation });
    Router::new()
        .route(PATH, get(|| async { "your files" }))
        .layer(from_fn_with_state(verifier, check_token))
}

async fn check_token(
    State(verifier): State<Arc<Verifier>>,
    mut request: Request,
    next: Next,
) -> Response {
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    let Some(claims) = token.and_then(|token| verifier.verify(token)) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let scopes = claims.scp.as_deref().unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == SCOPE) {
        return StatusCode::FORBIDDEN.into_response();
    }
    request.extensions_mut().insert(Arc::new(claims));
    next.run(request).await
}

pub(crate) fn headers() -> Router {
    Router::new().route(PATH, get(|| async { "your files" })).layer(from_fn(check_role))
}

/// The JSON in `X-MS-CLIENT-PRINCIPAL`.
#[derive(Deserialize)]
struct Principal {
    role_typ: String,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    typ: String,
    val: String,
}

impl Principal {
    fn read(request: &Request) -> Option<Self> {
        let json = BASE64_STANDARD.decode(request.headers().get("x-ms-client-principal")?).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn is_in_role(&self, role: &str) -> bool {
        let is_role = |typ: &str| typ == self.role_typ || typ == "roles" || typ == "role";
        self.claims.iter().any(|claim| is_role(&claim.typ) && claim.val == role)
    }
}

async fn check_role(mut request: Request, next: Next) -> Response {
    let Some(principal) = Principal::read(&request) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if !principal.is_in_role(ROLE) {
        return StatusCode::FORBIDDEN.into_response();
    }
    request.extensions_mut().insert(Arc::new(principal));
    next.run(request).await
}
