//! A whole service with its tests. Users sign in through the platform. `subscriptions` calls Azure Resource
//! Manager with the token that the platform got for them. Programs send bearer tokens. Admins have a page
//! of their own.
//!
//! ```text
//! cargo run -p easyauth-examples --bin service
//! ```

use std::{error::Error, time::SystemTime};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use easyauth::integrations::{EasyAuthLayer, RequireLayer, ReqwestFetcher};
use easyauth::{Platform, ProviderTokens, resource::ARM, verify::BearerAuth};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

type Answer = Result<String, (StatusCode, String)>;

async fn subscriptions(State(arm): State<String>, tokens: ProviderTokens) -> Answer {
    let diagnosis = tokens.diagnose(ARM.scope("user_impersonation"), SystemTime::now());
    let Some(token) = tokens.access_token().filter(|_| diagnosis.opens()) else {
        return Err((StatusCode::FORBIDDEN, diagnosis.to_string())); // says which setting fixes it
    };
    let request = reqwest::Client::new().get(arm).bearer_auth(token.expose_secret());
    let answer = async { request.send().await?.error_for_status()?.text().await };
    answer.await.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))
}

fn app(platform: Platform, auth: BearerAuth, arm: &str) -> Router {
    Router::new()
        .route("/subscriptions", get(subscriptions))
        .route("/files", get(async || "files").layer(RequireLayer::scope("Files.Read")))
        .route("/admin", get(async || "admin").layer(RequireLayer::role("Admin")))
        .layer(EasyAuthLayer::new(platform).verify(auth))
        .with_state(arm.to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let auth = BearerAuth::entra(TENANT, CLIENT_ID)?.fetch_keys(ReqwestFetcher::new()?);
    tokio::spawn(auth.clone().keep_fresh(tokio::time::sleep));
    let arm = "https://management.azure.com/subscriptions?api-version=2022-12-01";
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    Ok(axum::serve(listener, app(Platform::from_env(), auth, arm)).await?)
}

#[tokio::test]
async fn requests() {
    use easyauth::testing::{TestIssuer, TestPrincipal, TestSession};
    let (issuer, now) = (TestIssuer::new(TENANT).unwrap(), SystemTime::now());
    let auth = BearerAuth::entra(TENANT, CLIENT_ID).unwrap().fixed_keys(issuer.key_set());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = app(Platform::trusting_headers(), auth, &format!("{address}/fake-arm"));
    let app = app.route("/fake-arm", get(async || "my subscriptions"));
    tokio::spawn(async { axum::serve(listener, app).await });

    let get = |path: &str| reqwest::Client::new().get(format!("{address}{path}"));
    let token = |api, scope| issuer.access_token(api, now).scope(scope).sign();
    let user = |token| TestSession::new(TestPrincipal::entra()).access_token(token).headers();
    let arm = user(token("https://management.azure.com", "user_impersonation"));
    let graph = user(token("https://graph.microsoft.com", "User.Read"));
    for (request, status, body) in [
        (get("/subscriptions").headers(arm), 200, "my subscriptions"),
        (get("/subscriptions").headers(graph), 403, "it is for Microsoft Graph"),
        (get("/files").bearer_auth(token(CLIENT_ID, "Files.Read")), 200, "files"),
        (get("/files").bearer_auth(token(CLIENT_ID, "Mail.Read")), 403, "forbidden"),
        (get("/admin").headers(TestPrincipal::entra().role("Admin").headers()), 200, "admin"),
        (get("/admin").headers(TestPrincipal::entra().headers()), 403, "forbidden"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert!(answer.text().await.unwrap().contains(body));
    }
}
