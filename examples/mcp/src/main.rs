//! Runs the server. The environment has `TENANT_ID`, `CLIENT_ID`, and `MCP_ADDRESS`, the address that
//! clients connect to, such as `https://mcp.contoso.com/mcp`.

use std::{env, error::Error};

use easyauth::{
    Platform, ProtectedResource,
    integrations::ReqwestFetcher,
    resource::Cloud,
    verify::{BearerAuth, KeyStore, Keys, MetadataUri, Tenant, Verifier},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name: &str| env::var(name).map_err(|_| format!("{name} is missing"));
    let (tenant, client_id) = (setting("TENANT_ID")?, setting("CLIENT_ID")?);
    let resource = ProtectedResource::entra(&setting("MCP_ADDRESS")?, &tenant, &client_id)?
        .scopes(mcp_server::SCOPES)?
        .agreeing_with(|name| env::var(name).ok())?;

    let tenant = Tenant::single(&tenant)?;
    let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &tenant));
    let verifier = Verifier::builder(tenant).application(client_id).build()?;
    let auth = BearerAuth::new(verifier, Keys::fetched(store, ReqwestFetcher::new()?));

    // Functions names the port of a custom handler; App Service names `PORT`.
    let port = env::var("FUNCTIONS_CUSTOMHANDLER_PORT").or_else(|_| env::var("PORT"));
    let port: u16 = port.as_deref().unwrap_or("8080").parse()?;
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", port)).await?;
    axum::serve(listener, mcp_server::app(Platform::from_env(), auth, &resource)).await?;
    Ok(())
}
