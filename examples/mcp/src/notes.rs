//! The tools: notes, which each caller has for themselves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use easyauth::{AccessToken, integrations::Identity, verify::VerifiedToken};
use http::request::Parts;
use rmcp::{
    ErrorData, ServerHandler,
    handler::server::{router::tool::ToolRouter, tool::Extension, wrapper::Parameters},
    model::{ServerCapabilities, ServerConfig},
    schemars, tool, tool_handler, tool_router,
};

use crate::graph::Graph;

/// A caller: the tenant, and the object ID in it. Both are in every access token of Entra.
type Caller = (String, String);

/// The notes of all callers, in memory.
#[derive(Debug, Clone)]
pub struct Notes {
    all: Arc<Mutex<HashMap<Caller, Vec<String>>>>,
    graph: Option<Graph>,
    tool_router: ToolRouter<Self>,
}

/// The arguments of `add_note`.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[allow(clippy::exhaustive_structs, reason = "not a library")]
pub struct NewNote {
    /// The text of the note.
    pub text: String,
}

#[tool_router]
impl Notes {
    #[tool(description = "Says who is calling, and whether an agent acts for them")]
    async fn who_am_i(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let token = token(&parts)?;
        let (_, id) = caller(&token)?;
        Ok(match token.agent().and_then(|agent| agent.client_id()) {
            Some(agent) => format!("{} {id} through the agent {agent}", token.caller().as_str()),
            None => format!("{} {id}", token.caller().as_str()),
        })
    }

    #[tool(description = "Says your name, from Microsoft Graph")]
    async fn my_name(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let failed = |message| ErrorData::internal_error(message, None);
        let graph = self.graph.as_ref().ok_or_else(|| failed("CLIENT_SECRET is missing"))?;
        let bearer = AccessToken::from_authorization(&parts.headers).ok().flatten();
        let bearer = bearer.ok_or_else(|| failed("the request has no token"))?;
        graph.display_name(&bearer).await.map_err(|error| {
            eprintln!("my_name: {error}"); // for the operator; it contains no token
            failed("Microsoft Graph did not answer")
        })
    }

    #[tool(description = "Lists your notes")]
    async fn list_notes(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let caller = caller(&token(&parts)?)?;
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(all.get(&caller).map(|notes| notes.join("\n")).unwrap_or_default())
    }

    #[tool(description = "Adds a note")]
    async fn add_note(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(note): Parameters<NewNote>,
    ) -> Result<String, ErrorData> {
        let caller = caller(&token(&parts)?)?;
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(caller).or_default().push(note.text);
        Ok("added".to_owned())
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Notes {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

impl Notes {
    /// No notes yet. Without `graph`, the tool `my_name` fails.
    #[must_use]
    pub fn new(graph: Option<Graph>) -> Self {
        Self { all: Arc::default(), graph, tool_router: Self::tool_router() }
    }
}

/// The verified token of the request. `EasyAuthLayer` put it there.
fn token(parts: &Parts) -> Result<VerifiedToken, ErrorData> {
    let token = parts.extensions.get::<Identity>().and_then(Identity::token);
    token.cloned().ok_or_else(|| ErrorData::internal_error("EasyAuthLayer is missing", None))
}

fn caller(token: &VerifiedToken) -> Result<Caller, ErrorData> {
    match (token.tenant_id(), token.object_id()) {
        (Some(tenant), Some(id)) => Ok((tenant.to_owned(), id.to_owned())),
        _ => Err(ErrorData::invalid_request("the token does not identify the caller", None)),
    }
}
