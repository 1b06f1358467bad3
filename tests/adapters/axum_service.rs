//! The service on axum: by extractors, and by layers.

use axum::{
    Extension, Router,
    extract::FromRef,
    middleware::{map_request, map_response},
    response::Response,
    routing::get,
};
use easyauth::{
    EasyAuthPrincipal, Platform, ProviderTokens, Rejection,
    integrations::{EasyAuthLayer, Identity, RequireLayer, keep_original_uri},
    verify::{BearerAuth, VerifiedToken},
};

use crate::setup::*;

#[derive(Clone)]
struct State {
    auth: BearerAuth,
}

impl FromRef<State> for BearerAuth {
    fn from_ref(state: &State) -> Self {
        state.auth.clone()
    }
}

pub(crate) fn serve(router: Router) -> Server {
    let router = router.layer(map_response(async |response: Response| tell_cause(response)));
    Server::on_tokio(|listener| async move { axum::serve(listener, router).await.unwrap() })
}

pub(crate) fn extractors(platform: Platform) -> Server {
    async fn maybe(user: Option<EasyAuthPrincipal>) -> String {
        about_user(user.as_ref())
    }
    async fn maybe_token(token: Option<VerifiedToken>) -> String {
        about_token(token.as_ref())
    }
    serve(
        Router::new()
            .route("/me", get(me))
            .route("/maybe", get(maybe))
            .route("/tokens", get(tokens))
            .route("/admin", get(admin))
            .route("/token", get(token))
            .route("/maybe-token", get(maybe_token))
            .route("/files", get(files))
            .nest("/app", Router::new().route("/me", get(me)))
            .layer(map_request(keep_original_uri))
            .layer(Extension(login()))
            .layer(Extension(platform))
            .with_state(State { auth: bearer_auth() }),
    )
}

pub(crate) fn layers(platform: Platform) -> Server {
    async fn me(Extension(user): Extension<EasyAuthPrincipal>) -> String {
        about_user(Some(&user))
    }
    async fn maybe(identity: Identity) -> String {
        about_user(identity.principal())
    }
    async fn tokens(tokens: ProviderTokens) -> String {
        about_tokens(&tokens)
    }
    async fn token(identity: Identity) -> Result<String, Rejection> {
        let token = identity.token().ok_or_else(Rejection::no_token);
        let named = |rejection: Rejection| rejection.with_realm("files").unwrap();
        Ok(about_token(Some(token.map_err(named)?)))
    }
    async fn maybe_token(identity: Identity) -> String {
        about_token(identity.token())
    }
    serve(
        Router::new()
            .route("/me", get(me).layer(RequireLayer::authenticated()))
            .route("/maybe", get(maybe))
            .route("/tokens", get(tokens))
            .route("/admin", get(me).layer(RequireLayer::any_role(["Owner", "Admin"])))
            .route("/token", get(token))
            .route("/maybe-token", get(maybe_token))
            .route("/files", get(maybe_token).layer(RequireLayer::permission(read_files())))
            .nest("/app", Router::new().route("/me", get(me).layer(RequireLayer::authenticated())))
            .layer(EasyAuthLayer::new(platform).verify(bearer_auth()).login(login())),
    )
}
