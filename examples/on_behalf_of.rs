//! A service that calls Microsoft Graph as its caller (on-behalf-of). The client sends a token for this
//! service; the service exchanges it for one for Graph.
//!
//! ```text
//! export TENANT_ID=<tenant> CLIENT_ID=<client> CLIENT_SECRET=<secret>
//! cargo run -p easyauth-examples --bin on-behalf-of
//! ```

use std::{env, error::Error, time::SystemTime};

use axum::{Extension, Router, extract::State, http::HeaderMap, routing::get};
use easyauth::{
    AccessToken,
    exchange::{ClaimsChallenge, ClientCredential, OnBehalfOf, OnBehalfOfError, TokenEndpoint},
    integrations::{EasyAuthLayer, Identity, RequireLayer, ReqwestFetcher, ReqwestTransport},
    resource::GRAPH,
    verify::BearerAuth,
};
use http::{
    StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};

#[derive(Clone)]
struct Graph {
    on_behalf_of: OnBehalfOf,
    transport: ReqwestTransport,
    http: reqwest::Client,
    address: String,
}

impl Graph {
    /// Calls Graph as the user. If Graph wants more claims in the token, exchanges and tries once more.
    async fn me(&self, bearer: &AccessToken) -> Result<String, Box<dyn Error + Send + Sync>> {
        let Self { on_behalf_of, transport, http, address } = self;
        let (scope, now) = (GRAPH.scope("User.Read"), SystemTime::now());
        let token = on_behalf_of.token(bearer, &scope, transport, now).await?;
        let mut response =
            http.get(address).header(AUTHORIZATION, token.to_bearer()?).send().await?;
        if let Some(claims) = ClaimsChallenge::from_headers(response.headers()) {
            let token =
                on_behalf_of.token_with_claims(bearer, &scope, &claims, transport, now).await?;
            response = http.get(address).header(AUTHORIZATION, token.to_bearer()?).send().await?;
        }
        Ok(response.error_for_status()?.text().await?)
    }
}

/// The layers verified the token and its scope.
async fn me(
    State(graph): State<Graph>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
) -> Result<String, (StatusCode, HeaderMap)> {
    let bearer = AccessToken::from_authorization(&headers).ok().flatten();
    let bearer = bearer.ok_or((StatusCode::BAD_REQUEST, HeaderMap::new()))?;
    graph.me(&bearer).await.map_err(|error| {
        eprintln!("{error:?}"); // has no token and no claim
        let error = error.downcast_ref::<OnBehalfOfError>();
        // What the user must do goes back to the client: a second factor, for instance.
        match error.and_then(|error| error.challenge(identity.token()?)) {
            Some(challenge) => {
                let header = challenge.www_authenticate().map(|value| (WWW_AUTHENTICATE, value));
                (challenge.status(), header.into_iter().collect())
            }
            None => (StatusCode::BAD_GATEWAY, HeaderMap::new()),
        }
    })
}

fn app(auth: BearerAuth, graph: Graph) -> Router {
    Router::new()
        .route("/me", get(me).layer(RequireLayer::scope("access_as_user")))
        .layer(EasyAuthLayer::from_env().verify(auth))
        .with_state(graph)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (tenant, client_id) = (env::var("TENANT_ID")?, env::var("CLIENT_ID")?);
    let auth = BearerAuth::entra(&tenant, &client_id)?.fetch_keys(ReqwestFetcher::new()?);
    let secret = ClientCredential::secret(env::var("CLIENT_SECRET")?);
    let graph = Graph {
        on_behalf_of: OnBehalfOf::new(TokenEndpoint::entra(&tenant)?, client_id, secret),
        transport: ReqwestTransport::new()?,
        http: reqwest::Client::new(),
        address: "https://graph.microsoft.com/v1.0/me".to_owned(),
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 8080)).await?;
    Ok(axum::serve(listener, app(auth, graph)).await?)
}

#[cfg(test)]
#[path = "on_behalf_of_test.rs"]
mod tests;
