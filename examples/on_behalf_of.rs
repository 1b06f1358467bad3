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
        let scope = GRAPH.scope("User.Read");
        let token = on_behalf_of.token(bearer, &scope, transport, SystemTime::now()).await?;
        let mut response =
            http.get(address).header(AUTHORIZATION, token.to_bearer()?).send().await?;
        if let Some(claims) = ClaimsChallenge::from_headers(response.headers()) {
            let now = SystemTime::now();
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

/// The service beside a token endpoint and an API on this machine.
#[cfg(test)]
mod tests {
    use axum::{
        body::Bytes,
        http::{HeaderValue, header::CONTENT_TYPE},
        routing::post,
    };
    use easyauth::testing::TestIssuer;
    use easyauth_test_support::client;

    use super::*;

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    /// `{"access_token":{}}`.
    const CLAIMS: &str =
        "Bearer error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";

    /// Exchanges tokens, but wants more claims from users whose token has a `uti`.
    async fn exchange(body: Bytes) -> (StatusCode, [(http::HeaderName, &'static str); 1], String) {
        let form = String::from_utf8_lossy(&body);
        let assertion = form.split("&assertion=").nth(1).and_then(|rest| rest.split('&').next());
        let token = AccessToken::new(assertion.unwrap_or_default()).decode_unverified().unwrap();
        let json = [(CONTENT_TYPE, "application/json")];
        if token.claim("uti") == Some("second-factor") {
            let error = r#"{"error":"interaction_required","claims":"{\"access_token\":{}}"}"#;
            return (StatusCode::BAD_REQUEST, json, error.to_owned());
        }
        let kind = if form.contains("&claims=") { "new" } else { "old" };
        let body =
            format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"{kind}"}}"#);
        (StatusCode::OK, json, body)
    }

    /// Graph: says who is calling, and accepts only tokens with more claims.
    async fn graph(headers: HeaderMap) -> Result<&'static str, (StatusCode, HeaderMap)> {
        if headers[AUTHORIZATION] == "Bearer new" {
            return Ok("sample user");
        }
        let challenge =
            HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_static(CLAIMS))]);
        Err((StatusCode::UNAUTHORIZED, challenge))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn requests() -> Result<(), Box<dyn Error>> {
        let upstream = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let at = upstream.local_addr()?;
        let router = Router::new().route("/token", post(exchange)).route("/me", get(graph));
        tokio::spawn(async move { axum::serve(upstream, router).await });

        let (issuer, now) = (TestIssuer::new(TENANT)?, SystemTime::now());
        let auth = BearerAuth::entra(TENANT, CLIENT_ID)?.fixed_keys(issuer.key_set());
        let endpoint = TokenEndpoint::insecure_loopback(&format!("http://{at}/token"))?;
        let secret = ClientCredential::secret("secret");
        let graph = Graph {
            on_behalf_of: OnBehalfOf::new(endpoint, CLIENT_ID, secret),
            transport: ReqwestTransport::new()?,
            http: reqwest::Client::builder().no_proxy().build()?,
            address: format!("http://{at}/me"),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, app(auth, graph)).await });

        let token = |scope: &str, id: &str| {
            let token = issuer.access_token(CLIENT_ID, now).scope(scope).claim("uti", id);
            let token = token.claim("xms_cc", ["cp1"]).sign();
            vec![("authorization", format!("Bearer {token}"))]
        };
        let cases = [
            (vec![], 401, ""),
            (token("other", "a"), 403, ""),
            // Graph challenges the first token, and takes the second one.
            (token("access_as_user", "a"), 200, "sample user"),
            (token("access_as_user", "second-factor"), 401, ""),
        ];
        for (headers, status, body) in cases {
            let answer = client::get(address, "/me", &headers);
            assert_eq!(answer.status, status);
            assert!(answer.body.contains(body), "{}", answer.body);
            if body.is_empty() {
                assert!(answer.header("www-authenticate").is_some());
            }
        }
        Ok(())
    }
}
