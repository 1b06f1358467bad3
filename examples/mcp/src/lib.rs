//! An MCP server behind Easy Auth, over Streamable HTTP.
//!
//! - Clients find out where to get a token: a 401 response names the metadata document (RFC 9728).
//! - Every request needs a token with the scope `Notes.Read`; a tool can need more ([`policy`]).
//! - A tool knows the caller: each one has notes of their own ([`notes`]).
//! - A tool can call another API as the caller ([`graph`]).
//!
//! How to deploy it: `README.md`.

#![allow(clippy::print_stderr, reason = "the log of the program")]

pub mod graph;
pub mod notes;

use std::sync::Arc;

use axum::Router;
use easyauth::{
    Platform, ProtectedResource, Requirement,
    integrations::{EasyAuthLayer, RequireLayer, RequireToolLayer},
    mcp::ToolPolicy,
    verify::BearerAuth,
};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};

use graph::Graph;
use notes::Notes;

/// The scopes that the app registration exposes.
pub const SCOPES: [&str; 2] = ["Notes.Read", "Notes.Write"];

/// What each tool needs. A tool that is missing here cannot be called.
#[must_use]
pub fn policy() -> ToolPolicy {
    ToolPolicy::new()
        .tool("who_am_i", Requirement::scope("Notes.Read"))
        .tool("my_name", Requirement::scope("Notes.Read"))
        .tool("list_notes", Requirement::scope("Notes.Read"))
        .tool("add_note", Requirement::all_scopes(SCOPES))
}

/// The whole service. The last layer is the outermost one.
pub fn app(
    platform: Platform,
    auth: BearerAuth,
    resource: ProtectedResource,
    graph: Option<Graph>,
) -> Router {
    let notes = Notes::new(graph);
    let mcp = StreamableHttpService::new(
        move || Ok(notes.clone()),
        Arc::new(LocalSessionManager::default()),
        // Without sessions, so that any instance can answer any request.
        StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_allowed_hosts(hosts(&resource)),
    );
    Router::new()
        .route_service("/mcp", mcp)
        .layer(RequireToolLayer::new(policy()))
        .layer(RequireLayer::permission(Requirement::scope("Notes.Read")))
        .layer(EasyAuthLayer::new(platform).verify(auth).protected_resource(resource))
}

/// The host names in `Host` that the server accepts: its own, and loopback, where the host of Azure
/// Functions calls a custom handler.
fn hosts(resource: &ProtectedResource) -> Vec<String> {
    let address = resource.resource();
    let (_, rest) = address.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    vec![host.to_owned(), "localhost".to_owned(), "127.0.0.1".to_owned()]
}
