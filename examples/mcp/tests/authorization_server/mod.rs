//! An authorization server on loopback instead of Entra: one tenant, one user who consents to
//! everything, tokens of the test issuer.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use axum::{
    Json, Router,
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use easyauth::{UnverifiedToken, testing::TestIssuer, verify::KeySet};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
pub(crate) const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
pub(crate) const USER: &str = "00000003-0000-4000-8000-000000000003";
/// VS Code.
pub(crate) const MCP_CLIENT: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";

/// What a token for Microsoft Graph begins with. Such tokens are opaque.
const GRAPH_TOKEN: &str = "graph-token-of-";

const BLUEPRINT: &str = "30cf4c22-9985-4ef7-8756-91cc888176bd";

#[derive(Clone)]
pub(crate) struct AuthorizationServer(Arc<Inner>);

struct Inner {
    issuer: String,
    keys: TestIssuer,
}

impl AuthorizationServer {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/{TENANT}/v2.0", listener.local_addr().unwrap());
        let server = Self(Arc::new(Inner { issuer, keys: TestIssuer::new(TENANT).unwrap() }));
        let path = |rest: &str| format!("/{TENANT}/{rest}");
        // The addresses of Entra.
        let app = Router::new()
            .route(&path("v2.0/.well-known/openid-configuration"), get(metadata))
            .route(&path("oauth2/v2.0/authorize"), get(authorize))
            .route(&path("oauth2/v2.0/token"), post(token))
            .route("/v1.0/me", get(graph_me))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        server
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    pub(crate) fn key_set(&self) -> KeySet {
        self.0.keys.key_set()
    }

    /// An access token of the user.
    pub(crate) fn token(&self, scopes: &[&str]) -> String {
        self.token_of(USER, scopes)
    }

    pub(crate) fn token_of(&self, user: &str, scopes: &[&str]) -> String {
        let token = self.0.keys.access_token(CLIENT_ID, SystemTime::now()).object_id(user);
        scopes.iter().fold(token, |token, scope| token.scope(*scope)).sign()
    }

    pub(crate) fn token_of_agent(&self, agent: &str) -> String {
        let token = self.0.keys.access_token(CLIENT_ID, SystemTime::now()).scope("Notes.Read");
        token.agent(agent, BLUEPRINT).sign()
    }

    /// The address of Microsoft Graph, which this server simulates too.
    pub(crate) fn origin(&self) -> String {
        self.0.issuer.split_once(&format!("/{TENANT}")).unwrap().0.to_owned()
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        self.0.issuer.replace("/v2.0", &format!("/oauth2/v2.0/{name}"))
    }
}

async fn metadata(State(server): State<AuthorizationServer>) -> Json<Value> {
    Json(json!({
        "issuer": server.issuer(),
        "authorization_endpoint": server.endpoint("authorize"),
        "token_endpoint": server.endpoint("token"),
        "response_types_supported": ["code"],
        "jwks_uri": server.issuer().replace("/v2.0", "/discovery/v2.0/keys"),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}

/// Refuses what Entra refuses, and puts the scopes into the code.
async fn authorize(RawQuery(query): RawQuery) -> Response {
    let parameters = parse(&query.unwrap_or_default());
    let get = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, scopes) = (format!("api://{CLIENT_ID}/"), get("scope"));
    let error = if get("client_id") != MCP_CLIENT {
        "AADSTS700016"
    } else if !scopes.split(' ').all(|scope| scope.starts_with(&prefix)) {
        // A bare name is a scope of Microsoft Graph.
        "AADSTS650053"
    } else if !get("resource").starts_with("http://127.0.0.1:")
        || !get("resource").ends_with("/mcp")
    {
        "AADSTS9010010"
    } else if get("code_challenge_method") != "S256" {
        "AADSTS9002325"
    } else {
        let code = scopes.replace(&prefix, "").replace(' ', "~");
        let (redirect, state) = (get("redirect_uri"), get("state"));
        let location = format!("{redirect}?code={code}&state={state}");
        return (StatusCode::FOUND, [("location", location)]).into_response();
    };
    Redirect::to(error).into_response()
}

async fn token(State(server): State<AuthorizationServer>, body: String) -> Json<Value> {
    let parameters = parse(&body);
    if parameters["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        assert_eq!(parameters["client_id"], CLIENT_ID);
        assert_eq!(parameters["client_secret"], "secret-of-the-server");
        assert_eq!(parameters["requested_token_use"], "on_behalf_of");
        assert_eq!(parameters["scope"], "https://graph.microsoft.com/User.Read");
        let caller = UnverifiedToken::decode(&parameters["assertion"]).unwrap();
        let token = format!("{GRAPH_TOKEN}{}", caller.object_id().unwrap());
        return Json(json!({
            "access_token": token, "token_type": "Bearer", "expires_in": 3599, "scope": "User.Read",
        }));
    }
    assert_eq!(parameters["grant_type"], "authorization_code");
    let scopes: Vec<&str> = parameters["code"].split('~').collect();
    Json(json!({
        "access_token": server.token(&scopes),
        "token_type": "Bearer",
        "expires_in": 3599,
    }))
}

/// Answers who the user of the token is. The token of a client for the MCP server is refused.
async fn graph_me(headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let token = headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let user = token.strip_prefix(GRAPH_TOKEN).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(Json(json!({"displayName": format!("User {user}")})))
}

/// A parameter in the query of an address.
pub(crate) fn query(address: &str, name: &str) -> Option<String> {
    parse(address.split_once('?')?.1).remove(name)
}

fn parse(form: &str) -> HashMap<String, String> {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}
