//! Microsoft Graph on behalf of the caller. The token that a client sent is for this server only, so it is
//! exchanged, never passed on.

use std::{error::Error, time::SystemTime};

use easyauth::{
    AccessToken, exchange::OnBehalfOf, integrations::ReqwestTransport, resource::GRAPH,
};

/// Microsoft Graph, as the caller.
#[derive(Debug, Clone)]
pub struct Graph {
    on_behalf_of: OnBehalfOf,
    transport: ReqwestTransport,
    client: reqwest::Client,
    address: String,
}

/// The members of a user that are read.
#[derive(serde::Deserialize)]
struct User {
    #[serde(rename = "displayName")]
    display_name: String,
}

impl Graph {
    /// `address` is `https://graph.microsoft.com`, or a stand-in on loopback.
    #[must_use]
    pub fn new(on_behalf_of: OnBehalfOf, transport: ReqwestTransport, address: &str) -> Self {
        let client = reqwest::Client::new();
        Self { on_behalf_of, transport, client, address: address.to_owned() }
    }

    /// The display name of the caller.
    ///
    /// # Errors
    ///
    /// The exchange or the call failed.
    pub async fn display_name(
        &self,
        bearer: &AccessToken,
    ) -> Result<String, Box<dyn Error + Send + Sync>> {
        let scope = GRAPH.scope("User.Read");
        let now = SystemTime::now();
        let token = self.on_behalf_of.token(bearer, scope, &self.transport, now).await?;
        let request = self
            .client
            .get(format!("{}/v1.0/me?$select=displayName", self.address))
            .header(http::header::AUTHORIZATION, token.to_bearer()?);
        let body = request.send().await?.error_for_status()?.bytes().await?;
        Ok(serde_json::from_slice::<User>(&body)?.display_name)
    }
}
