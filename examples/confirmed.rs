//! A service on axum and tower that clients can also reach without the platform, such as on Container Apps.
//! Identity headers alone prove nothing there. A caller is accepted only if a verified token confirms the
//! headers: the bearer token of an API client, or the ID token that the platform injects for a browser.
//!
//! ```text
//! TENANT_ID=<tenant> CLIENT_ID=<client> cargo run -p easyauth-examples --bin confirmed
//! ```

use std::{env, error::Error, time::SystemTime};

use axum::{Router, routing::get};
use easyauth::{
    Platform,
    integrations::{EasyAuthLayer, Identity, RequireLayer, ReqwestFetcher},
    resource::Cloud,
    verify::{
        BearerAuth, ConfirmedCaller, IdTokenAuth, KeyStore, Keys, MetadataUri, Tenant, Verifier,
        VerifierBuildError,
    },
};

/// The caller comes from the token alone.
async fn orders(caller: ConfirmedCaller) -> String {
    format!("orders of {}", caller.object_id().unwrap_or(caller.id()))
}

/// No caller is required here, so anonymous requests pass.
async fn home(identity: Identity) -> &'static str {
    if identity.is_confirmed() { "welcome back" } else { "welcome" }
}

fn app(tenant: &str, client_id: &str, keys: Keys) -> Result<Router, VerifierBuildError> {
    let builder = Verifier::builder(Tenant::single(tenant)?).application(client_id);
    let bearer = BearerAuth::new(builder.clone().build()?, keys.clone());
    let id_token = IdTokenAuth::new(builder.build_for_id_tokens()?, keys);
    let layer = EasyAuthLayer::new(Platform::from_env());
    Ok(Router::new()
        .route("/orders", get(orders))
        .layer(RequireLayer::authenticated())
        .route("/", get(home))
        .layer(layer.confirm_by_bearer(bearer).confirm_by_id_token(id_token)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (tenant, client_id) = (env::var("TENANT_ID")?, env::var("CLIENT_ID")?);
    let metadata = MetadataUri::entra(Cloud::Public, &Tenant::single(&tenant)?);
    let keys = Keys::fetched(KeyStore::new(metadata), ReqwestFetcher::new()?);
    tokio::spawn(keys.clone().keep_fresh(SystemTime::now, tokio::time::sleep)); // for both kinds of token
    let app = app(&tenant, &client_id, keys)?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", port)).await?;
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use easyauth::testing::{TestIssuer, TestPrincipal, TestSession};
    use easyauth_test_support::client;

    use super::*;

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    const USER: &str = "00000003-0000-4000-8000-000000000003";

    #[tokio::test(flavor = "multi_thread")]
    async fn requests() -> Result<(), Box<dyn Error>> {
        let issuer = TestIssuer::new(TENANT)?;
        let app = app(TENANT, CLIENT_ID, Keys::fixed(issuer.key_set()))?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, app).await });

        let user = TestPrincipal::entra().tenant_id(TENANT).object_id(USER);
        let id_token = issuer.id_token(CLIENT_ID, SystemTime::now()).object_id(USER).sign();
        let forged = user.pairs();
        let confirmed = TestSession::new(user).id_token(id_token).pairs();
        for (path, headers, status, body) in [
            ("/", &forged, 200, "welcome"),
            ("/orders", &forged, 401, ""),
            ("/", &confirmed, 200, "welcome back"),
            ("/orders", &confirmed, 200, &format!("orders of {USER}")),
        ] {
            let answer = client::get_with(address, path, headers);
            assert_eq!(answer.status, status, "{path} {headers:?}");
            assert!(status != 200 || answer.body == body, "{}", answer.body);
        }
        Ok(())
    }
}
