//! The service on actix-web.

use actix_web::{App, HttpServer, rt::System, web};
use easyauth::{EasyAuthPrincipal, integrations::Optional, verify::VerifiedToken};

use crate::{client, setup::*, support::Draft};

async fn maybe(Optional(user): Optional<EasyAuthPrincipal>) -> String {
    about_user(user.as_ref())
}

async fn maybe_token(Optional(token): Optional<VerifiedToken>) -> String {
    about_token(token.as_ref())
}

pub(crate) fn start() -> Server {
    serve(|config| {
        config.app_data(bearer_auth()).app_data(web::Data::new(login()));
    })
}

/// The service, with this among its data.
pub(crate) fn serve(data: fn(&mut web::ServiceConfig)) -> Server {
    Server::start(move |listener, stopped| {
        System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .configure(data)
                    .route("/me", web::get().to(me))
                    .route("/maybe", web::get().to(maybe))
                    .route("/tokens", web::get().to(tokens))
                    .route("/admin", web::get().to(admin))
                    .route("/token", web::get().to(token))
                    .route("/maybe-token", web::get().to(maybe_token))
                    .route("/files", web::get().to(files))
            })
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
            let handle = server.handle();
            let running = actix_web::rt::spawn(server);
            let _ = stopped.await;
            handle.stop(false).await;
            running.await.unwrap().unwrap();
        });
    })
}

#[test]
fn what_is_not_set_up_lets_nobody_in() {
    let good = [("Authorization", format!("Bearer {}", Draft::access().sign()))];
    let status = |server: &Server, path| client::get(server.address, path, &good).status;
    let server = serve(|_| {});
    for path in ["/token", "/maybe-token", "/files"] {
        let answer = client::get(server.address, path, &good);
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.body.contains(r#""code":"misconfigured""#), "{}", answer.body);
    }
    // Nobody said where to sign in.
    let html = [("Accept", "text/html".to_owned())];
    assert_eq!(client::get(server.address, "/me", &html).status, 401);
    // Both ways of putting something into the data do.
    let by_itself = serve(|config| {
        config.app_data(bearer_auth()).app_data(login());
    });
    let shared = serve(|config| {
        config.app_data(web::Data::new(bearer_auth()));
    });
    assert_eq!((status(&by_itself, "/token"), status(&shared, "/token")), (200, 200));
    assert_eq!(client::get(by_itself.address, "/me", &html).status, 302);
}

/// In actix-web, an `Option` takes any error for absence. That is why there is `Optional`.
#[test]
fn an_option_of_actix_is_not_optional() {
    async fn option(user: Option<EasyAuthPrincipal>) -> String {
        about_user(user.as_ref())
    }
    let server = serve(|config| {
        config.route("/option", web::get().to(option));
    });
    let malformed = [("X-MS-CLIENT-PRINCIPAL", "%".to_owned())];
    assert_eq!(client::get(server.address, "/option", &malformed).body, "nobody");
    assert_eq!(client::get(server.address, "/maybe", &malformed).status, 400);
}
