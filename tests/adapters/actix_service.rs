//! The service on actix-web.

use actix_web::{App, HttpServer, rt::System, web};
use easyauth::{
    EasyAuthPrincipal, ProviderTokens,
    integrations::{Authorized, Optional, RequireRole},
    verify::VerifiedToken,
};

use crate::setup::*;

async fn me(user: EasyAuthPrincipal) -> String {
    about_user(Some(&user))
}

async fn maybe(Optional(user): Optional<EasyAuthPrincipal>) -> String {
    about_user(user.as_ref())
}

async fn tokens(tokens: ProviderTokens) -> String {
    about_tokens(&tokens)
}

async fn admin(guard: RequireRole<Admin>) -> String {
    about_user(Some(guard.principal()))
}

async fn token(token: VerifiedToken) -> String {
    about_token(Some(&token))
}

async fn maybe_token(Optional(token): Optional<VerifiedToken>) -> String {
    about_token(token.as_ref())
}

async fn files(guard: Authorized<ReadFiles>) -> String {
    about_token(Some(guard.token()))
}

pub(crate) fn start() -> Server {
    Server::start(|listener, stopped| {
        System::new().block_on(async move {
            let server = HttpServer::new(|| {
                App::new()
                    .app_data(bearer_auth())
                    .app_data(web::Data::new(login()))
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
