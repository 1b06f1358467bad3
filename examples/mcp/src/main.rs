//! Runs the server. The environment has `TENANT_ID`, `CLIENT_ID`, and `MCP_ADDRESS`, the address that
//! clients connect to, such as `https://mcp.contoso.com/mcp`. With `CLIENT_SECRET` it can call Microsoft Graph.

use std::{env, error::Error};

use easyauth::{
    Platform,
    exchange::{ClientCredential, OnBehalfOf, TokenEndpoint},
    integrations::{ReqwestFetcher, ReqwestTransport},
    verify::BearerAuth,
};
use mcp_server::graph::Graph;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name: &str| env::var(name).map_err(|_| format!("{name} is missing"));
    let (tenant, client_id) = (setting("TENANT_ID")?, setting("CLIENT_ID")?);
    let graph = match setting("CLIENT_SECRET") {
        Ok(secret) => {
            let secret = ClientCredential::secret(secret);
            let on_behalf_of = OnBehalfOf::new(TokenEndpoint::entra(&tenant)?, &client_id, secret);
            let transport = ReqwestTransport::new()?;
            Some(Graph::new(on_behalf_of, transport, "https://graph.microsoft.com"))
        }
        Err(_) => None,
    };

    let auth = BearerAuth::entra(&tenant, &client_id)?.fetch_keys(ReqwestFetcher::new()?);
    tokio::spawn(auth.clone().keep_fresh(tokio::time::sleep));
    let resource = auth
        .protected_resource(&setting("MCP_ADDRESS")?)?
        .scopes(mcp_server::SCOPES)?
        .agreeing_with(|name| env::var(name).ok())?;

    // Functions names the port of a custom handler; App Service names `PORT`.
    let port = env::var("FUNCTIONS_CUSTOMHANDLER_PORT").or_else(|_| env::var("PORT"));
    let port: u16 = port.as_deref().unwrap_or("8080").parse()?;
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", port)).await?;
    let app = mcp_server::app(Platform::from_env(), auth, resource, graph);
    axum::serve(listener, app).await?;
    Ok(())
}
