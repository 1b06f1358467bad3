//! An API on actix-web: callers sign in through the platform, or send a bearer token of Microsoft Entra ID.
//!
//! ```text
//! TENANT_ID=<tenant> CLIENT_ID=<client> cargo run -p easyauth-examples --bin actix-web
//! ```

use std::{env, error::Error};

use actix_web::{App, HttpServer, web};
use easyauth::{
    EasyAuthPrincipal, Platform, Requirement,
    integrations::{Optional, RequireToken, ReqwestFetcher, TokenPolicy},
    verify::BearerAuth,
};

struct ReadFiles;

impl TokenPolicy for ReadFiles {
    fn requirement() -> Requirement {
        Requirement::scope("Files.Read").or_app_role("Files.Read.All")
    }
}

/// Welcomes anonymous requests too. (actix-web's own `Option` would treat malformed headers as absent.)
async fn home(Optional(user): Optional<EasyAuthPrincipal>) -> String {
    let name = user.as_ref().and_then(EasyAuthPrincipal::name);
    name.map_or_else(|| "please sign in".to_owned(), |name| format!("hello {name}"))
}

/// 401 without a valid bearer token, 403 without the permission.
async fn files(caller: RequireToken<ReadFiles>) -> String {
    format!("files for {}", caller.token().client_id().unwrap_or("an unknown client"))
}

fn routes(platform: Platform, auth: BearerAuth) -> impl Fn(&mut web::ServiceConfig) + Clone {
    move |config| {
        config
            .app_data(platform)
            .app_data(auth.clone())
            .route("/", web::get().to(home))
            .route("/files", web::get().to(files));
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let auth = BearerAuth::entra(&env::var("TENANT_ID")?, &env::var("CLIENT_ID")?)?
        .fetch_keys(ReqwestFetcher::new()?);
    actix_web::rt::spawn(auth.clone().keep_fresh(actix_web::rt::time::sleep));
    let routes = routes(Platform::from_env(), auth);
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse::<u16>())?;
    let server = HttpServer::new(move || App::new().configure(routes.clone()));
    Ok(server.bind(("0.0.0.0", port))?.run().await?)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use easyauth::testing::{TestIssuer, TestPrincipal};
    use easyauth_test_support::client;

    use super::*;

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

    #[actix_web::test]
    async fn requests() -> Result<(), Box<dyn Error>> {
        let issuer = TestIssuer::new(TENANT)?;
        let auth = BearerAuth::entra(TENANT, CLIENT_ID)?.fixed_keys(issuer.key_set());
        let routes = routes(Platform::trusting_headers(), auth);
        let server = HttpServer::new(move || App::new().configure(routes.clone())).workers(1);
        let server = server.bind("127.0.0.1:0")?;
        let address = server.addrs()[0];
        let server = actix_web::rt::spawn(server.run());

        let user = TestPrincipal::entra().name("Sample User");
        let bearer = |scope: &str| {
            let token = issuer.access_token(CLIENT_ID, SystemTime::now()).scope(scope).sign();
            vec![("authorization".to_owned(), format!("Bearer {token}"))]
        };
        for (path, headers, status) in [
            ("/", user.pairs(), 200),
            ("/files", vec![], 401),
            ("/files", bearer("Files.Write"), 403),
            ("/files", bearer("Files.Read"), 200),
        ] {
            let get = move || client::get_with(address, path, &headers).status;
            assert_eq!(web::block(get).await?, status, "{path}");
        }
        server.abort();
        Ok(())
    }
}
