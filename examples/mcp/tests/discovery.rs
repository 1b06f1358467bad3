//! The whole way on loopback, with the client of the Rust SDK: 401, discovery, sign-in, tools, 403,
//! another sign-in for one more scope, success.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod authorization_server;
mod typescript;

use std::error::Error;

use easyauth::{
    Platform, ProtectedResource,
    exchange::{ClientCredential, OnBehalfOf, TokenEndpoint},
    integrations::ReqwestTransport,
    verify::BearerAuth,
};
use mcp_server::graph::Graph;
use rmcp::{
    RoleClient, ServiceExt as _,
    model::CallToolRequestParams,
    service::RunningService,
    transport::{
        AuthClient, AuthorizationManager, StreamableHttpClientTransport,
        auth::{AuthorizationRequest, OAuthState},
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};

use authorization_server::{AuthorizationServer, CLIENT_ID, MCP_CLIENT, TENANT, USER, query};

const REDIRECT: &str = "http://localhost:33418/callback";

/// The scope, as clients request it.
fn full(name: &str) -> String {
    format!("api://{CLIENT_ID}/{name}")
}

/// Starts the server of this package. Its tokens come from a test issuer.
async fn serve(server: &AuthorizationServer) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/mcp", listener.local_addr().unwrap());
    let resource = ProtectedResource::new(&address, server.issuer())
        .unwrap()
        .app_id_uri(&format!("api://{CLIENT_ID}"))
        .unwrap()
        .scopes(mcp_server::SCOPES)
        .unwrap();
    let auth = BearerAuth::entra(TENANT, CLIENT_ID).unwrap().fixed_keys(server.key_set());
    let endpoint = TokenEndpoint::insecure_loopback(&server.endpoint("token")).unwrap();
    let secret = ClientCredential::secret("secret-of-the-server");
    let on_behalf_of = OnBehalfOf::new(endpoint, CLIENT_ID, secret);
    let graph = Graph::new(on_behalf_of, ReqwestTransport::new().unwrap(), &server.origin());
    let app = mcp_server::app(Platform::detect(|_| None), auth, resource, Some(graph));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// What a browser does: opens the sign-in page, and comes back with a code.
async fn sign_in(state: &mut OAuthState) {
    let page = state.get_authorization_url().await.unwrap();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let response = client.build().unwrap().get(page).send().await.unwrap();
    assert_eq!(response.status(), 302, "{:?}", response.text().await);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(REDIRECT));
    state.handle_callback_url(location).await.unwrap();
}

type Client = RunningService<RoleClient, ()>;

async fn connect(address: &str, manager: AuthorizationManager) -> Client {
    let client = AuthClient::new(reqwest::Client::new(), manager);
    let config = StreamableHttpClientTransportConfig::with_uri(address);
    ().serve(StreamableHttpClientTransport::with_client(client, config)).await.unwrap()
}

async fn call(client: &Client, tool: &'static str) -> Result<String, rmcp::ServiceError> {
    let mut params = CallToolRequestParams::new(tool);
    if tool == "add_note" {
        let arguments = serde_json::json!({"text": "buy milk"});
        params = params.with_arguments(arguments.as_object().unwrap().clone());
    }
    let result = client.call_tool(params).await?;
    Ok(result.content.iter().filter_map(|content| Some(content.as_text()?.text.as_str())).collect())
}

/// An error and its causes, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn a_client_discovers_signs_in_calls_and_steps_up() {
    let server = AuthorizationServer::start().await;
    let address = serve(&server).await;

    // The client knows only the address of the server and its own client ID.
    let mut state = OAuthState::new(&address, None).await.unwrap();
    let request = AuthorizationRequest::new(REDIRECT)
        .with_preregistered_client(MCP_CLIENT)
        .with_initial_scope_selection();
    state.start_authorization(request.clone()).await.unwrap();
    let page = state.get_authorization_url().await.unwrap();
    // The scope of the rule that the first request did not meet, and the resource.
    assert_eq!(query(&page, "scope").as_deref(), Some(full("Notes.Read").as_str()));
    assert_eq!(query(&page, "resource").as_deref(), Some(address.as_str()));
    sign_in(&mut state).await;

    let client = connect(&address, state.into_authorization_manager().unwrap()).await;
    let tools = client.list_all_tools().await.unwrap();
    let mut names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["add_note", "list_notes", "my_name", "who_am_i"]);
    assert_eq!(call(&client, "who_am_i").await.unwrap(), format!("user {USER}"));
    assert_eq!(call(&client, "list_notes").await.unwrap(), "");
    // From Microsoft Graph, with a token that was exchanged for the caller's.
    assert_eq!(call(&client, "my_name").await.unwrap(), format!("User {USER}"));

    // One tool needs more. The challenge names all scopes of its rule.
    let error = chain(&call(&client, "add_note").await.unwrap_err());
    let scopes = format!("scope=\"{} {}\"", full("Notes.Read"), full("Notes.Write"));
    assert!(error.contains("insufficient_scope") && error.contains(&scopes), "{error}");
    assert!(error.contains("resource_metadata="), "{error}");
    client.cancel().await.unwrap();

    // The client signs in again, from that challenge.
    let challenge = error.split("insufficient scope: ").last().unwrap().to_owned();
    let mut state = OAuthState::new(&address, None).await.unwrap();
    state.start_authorization(request.with_challenge(challenge)).await.unwrap();
    let page = state.get_authorization_url().await.unwrap();
    let both = format!("{} {}", full("Notes.Read"), full("Notes.Write"));
    assert_eq!(query(&page, "scope"), Some(both));
    sign_in(&mut state).await;
    let client = connect(&address, state.into_authorization_manager().unwrap()).await;
    assert_eq!(call(&client, "add_note").await.unwrap(), "added");
    assert_eq!(call(&client, "list_notes").await.unwrap(), "buy milk");
    client.cancel().await.unwrap();
}

/// Sends a body with a token, as a client would that does not keep to the protocol.
async fn post(address: &str, token: Option<String>, body: &str) -> (u16, String, String) {
    let mut request = reqwest::Client::new()
        .post(address)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25")
        .body(body.to_owned());
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), challenge, response.text().await.unwrap())
}

#[tokio::test]
async fn no_body_slips_a_tool_past_the_check() {
    let server = AuthorizationServer::start().await;
    let address = serve(&server).await;
    let reader = || Some(server.token(&["Notes.Read"]));
    let writer = || Some(server.token(&["Notes.Read", "Notes.Write"]));
    let add = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_note","arguments":{"text":"x"}}}"#;
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_notes","arguments":{}}}"#;

    let (status, _, body) = post(&address, writer(), add).await;
    assert!(status == 200 && body.contains("added"), "{status} {body}");
    let (status, _, body) = post(&address, reader(), list).await;
    assert!(status == 200 && body.contains('x'), "{status} {body}");

    assert_eq!(post(&address, None, list).await.0, 401);
    assert_eq!(post(&address, Some("bad".to_owned()), list).await.0, 401);
    assert_eq!(post(&address, Some(server.token(&["Mail.Read"])), list).await.0, 403);
    assert_eq!(post(&address, reader(), add).await.0, 403);
    let delete = add.replace("add_note", "delete_everything");
    assert_eq!(post(&address, writer(), &delete).await.0, 403);
    for (from, to) in [
        (r#""name":"add_note""#, r#""name":"list_notes","name":"add_note""#),
        (r#""name":"add_note""#, r#""name":"add_note","n\u0061me":"list_notes""#),
        (r#""method":"tools/call""#, r#""method":"tools/list","method":"tools/call""#),
        (r#""params":"#, r#""params":{"name":"list_notes"},"params":"#),
    ] {
        let body = add.replace(from, to);
        assert_ne!(body, add);
        assert_eq!(post(&address, reader(), &body).await.0, 400, "{body}");
    }
    assert_eq!(post(&address, reader(), &format!("[{add}]")).await.0, 400);
    assert_eq!(post(&address, reader(), "").await.0, 400);
    let long = format!("{add}{}", " ".repeat(easyauth::mcp::MAX_BODY_LEN));
    assert_eq!(post(&address, reader(), &long).await.0, 400);
}

/// A caller does not see the notes of another, and a tool sees an agent.
#[tokio::test]
async fn tools_know_the_caller() {
    let server = AuthorizationServer::start().await;
    let address = serve(&server).await;
    let call = |tool: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{"text":"secret of one"}}}}}}"#
        )
    };
    let one = server.token(&["Notes.Read", "Notes.Write"]);
    assert_eq!(post(&address, Some(one), &call("add_note")).await.0, 200);
    let other = || server.token_of("00000009-0000-4000-8000-000000000009", &["Notes.Read"]);
    let (status, _, body) = post(&address, Some(other()), &call("list_notes")).await;
    assert!(status == 200 && !body.contains("secret"), "{body}");

    let agent = "aaaaaaaa-1111-2222-3333-444444444444";
    let (_, _, body) = post(&address, Some(server.token_of_agent(agent)), &call("who_am_i")).await;
    assert!(body.contains(&format!("user {USER} through the agent {agent}")), "{body}");
}
