//! A site on axum behind Easy Auth: who is calling, what they may do, and what their token opens.
//!
//! Run it behind the stand-in for the platform, and sign in at the address that the stand-in prints:
//!
//! ```text
//! cargo run -p easyauth-examples --bin axum -- --local
//! cargo run -p easyauth-cli -- serve --upstream 127.0.0.1:8080
//! ```

use std::{env, error::Error, net::IpAddr, time::SystemTime};

use axum::{Extension, Router, routing::get};
use easyauth::{
    EasyAuthPrincipal, IdentityProvider, Platform, ProviderTokens,
    endpoints::EndpointError,
    integrations::{RequireRole, RolePolicy},
    rejection::LoginRedirect,
    resource::ARM,
};

struct Admin;

impl RolePolicy for Admin {
    const ANY_OF: &'static [&'static str] = &["Admin"];
}

/// Welcomes anonymous requests too. Malformed identity headers get 400.
async fn home(user: Option<EasyAuthPrincipal>) -> String {
    let name = user.as_ref().and_then(EasyAuthPrincipal::name);
    name.map_or_else(|| "please sign in".to_owned(), |name| format!("hello {name}"))
}

/// Sends browsers to sign in. Programs without a caller get 401, callers without the role 403.
async fn admin(_: RequireRole<Admin>) -> &'static str {
    "only for admins"
}

/// Says whether the caller's token opens Azure Resource Manager, and if not, which setting fixes it.
async fn token(tokens: ProviderTokens) -> String {
    tokens.diagnose(ARM.scope("user_impersonation"), SystemTime::now()).to_string()
}

fn app(platform: Platform) -> Result<Router, EndpointError> {
    Ok(Router::new()
        .route("/", get(home))
        .route("/admin", get(admin))
        .route("/token", get(token))
        .layer(Extension(LoginRedirect::to(&IdentityProvider::ENTRA)?))
        .layer(Extension(platform)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let is_local = env::args().any(|argument| argument == "--local");
    let platform = if is_local { Platform::trusting_headers() } else { Platform::from_env() };
    platform.require_easy_auth()?; // otherwise anyone could write the identity headers
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse::<u16>())?;
    let address = if is_local { [127, 0, 0, 1] } else { [0, 0, 0, 0] };
    let listener = tokio::net::TcpListener::bind((IpAddr::from(address), port)).await?;
    Ok(axum::serve(listener, app(platform)?).await?)
}

#[cfg(test)]
mod tests {
    use easyauth::{
        resource::GRAPH,
        testing::{TestIssuer, TestPrincipal, TestSession},
    };
    use easyauth_test_support::client;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn requests() -> Result<(), Box<dyn Error>> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = app(Platform::trusting_headers())?;
        tokio::spawn(async move { axum::serve(listener, app).await });

        let user = TestPrincipal::entra().name("Sample User");
        let issuer = TestIssuer::new("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
        let token = issuer.access_token(GRAPH, SystemTime::now()).scope("User.Read").sign();
        let session = TestSession::new(user.clone()).access_token(token);
        let cases = [
            ("/", vec![], 200, "please sign in"),
            ("/", user.pairs(), 200, "hello Sample User"),
            ("/admin", vec![], 401, ""),
            ("/admin", user.pairs(), 403, ""),
            ("/admin", user.role("Admin").pairs(), 200, "only for admins"),
            ("/token", session.pairs(), 200, "it is for Microsoft Graph"),
        ];
        for (path, headers, status, body) in cases {
            let answer = client::get_with(address, path, &headers);
            assert_eq!(answer.status, status, "{path} {headers:?}");
            assert!(answer.body.contains(body), "{}", answer.body);
        }
        Ok(())
    }
}
