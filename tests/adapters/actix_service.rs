//! The service on actix-web.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    App, HttpServer,
    dev::{Service as _, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    rt::System,
    web,
};
use easyauth::{
    EasyAuthPrincipal, Platform, Rejection,
    integrations::{Confirmation, Identity, Optional},
    verify::{BearerAuth, ConfirmedCaller, VerifiedToken},
};

use crate::{
    client,
    setup::*,
    support::{Draft, NOW, OTHER_TENANT, USER, at},
};

async fn maybe(Optional(user): Optional<EasyAuthPrincipal>) -> String {
    about_user(user.as_ref())
}

async fn maybe_token(Optional(token): Optional<VerifiedToken>) -> String {
    about_token(token.as_ref())
}

async fn maybe_confirmed(Optional(caller): Optional<ConfirmedCaller>) -> String {
    caller.map_or_else(|| "anonymous".to_owned(), |caller| format!("confirmed {}", caller.id()))
}

pub(crate) fn start(platform: Platform) -> Server {
    serve(move |config| {
        config.app_data(platform).app_data(bearer_auth()).app_data(web::Data::new(login()));
    })
}

/// Puts the cause of a rejection where the tests can read it.
fn tell_cause<B>(mut response: ServiceResponse<B>) -> ServiceResponse<B> {
    let error = response.response().error();
    if let Some(rejection) = error.and_then(|error| error.as_error::<Rejection>()) {
        let value = HeaderValue::try_from(cause(rejection)).unwrap();
        response.headers_mut().insert(HeaderName::from_static(CAUSE), value);
    }
    response
}

/// The service with additional data.
pub(crate) fn serve(data: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) -> Server {
    Server::start(move |listener, stopped| {
        System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .wrap_fn(|request, service| {
                        let answer = service.call(request);
                        async move { answer.await.map(tell_cause) }
                    })
                    .configure(data.clone())
                    .route("/me", web::get().to(me))
                    .route("/maybe", web::get().to(maybe))
                    .route("/tokens", web::get().to(tokens))
                    .route("/admin", web::get().to(admin))
                    .route("/token", web::get().to(token))
                    .route("/maybe-token", web::get().to(maybe_token))
                    .route("/files", web::get().to(files))
                    .route("/confirmed", web::get().to(confirmed))
                    .route("/maybe-confirmed", web::get().to(maybe_confirmed))
                    .service(web::scope("/app").route("/me", web::get().to(me)))
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

/// Application data can be passed directly or in `web::Data`.
#[test]
fn data_directly_or_in_web_data() {
    let good = [("Authorization", format!("Bearer {}", Draft::access().sign()))];
    let html = [("Accept", "text/html".to_owned())];
    let by_itself = serve(|config| {
        config.app_data(bearer_auth()).app_data(login()).app_data(platform());
    });
    let shared = serve(|config| {
        let config = config.app_data(web::Data::new(bearer_auth()));
        config.app_data(web::Data::new(login())).app_data(web::Data::new(platform()));
    });
    for server in [by_itself, shared] {
        assert_eq!(client::get(server.address, "/token", &good).status, 200);
        assert_eq!(client::get(server.address, "/me", &html).status, 302);
    }
    // Without a place to sign in.
    let server = serve(|config| {
        config.app_data(platform());
    });
    assert_eq!(client::get(server.address, "/me", &html).status, 401);
}

/// As `EasyAuthLayer::verify` does, for callers with a principal or with a token.
#[test]
fn an_identity_has_the_verified_token() {
    async fn who(identity: Identity) -> String {
        format!("{}, {}", about_user(identity.principal()), about_token(identity.token()))
    }
    let server = serve(|config| {
        config.app_data(nowhere()).app_data(bearer_auth()).route("/who", web::get().to(who));
    });
    let answer = |token: &str| {
        let headers = [("Authorization", format!("Bearer {token}"))];
        let answer = client::get(server.address, "/who", &headers);
        (answer.status, answer.body)
    };
    let token = answer(&Draft::access().sign());
    assert_eq!(token, (200, format!("anonymous, token of {USER}")));
    assert_eq!(answer(&Draft::access().with("exp", NOW - 3600).sign()).0, 401);
    assert_eq!(answer("two tokens").0, 400);
}

/// In actix-web, an `Option` treats every error as absence, unlike `Optional`.
#[test]
fn an_option_of_actix_is_not_optional() {
    async fn option(user: Option<EasyAuthPrincipal>) -> String {
        about_user(user.as_ref())
    }
    let server = serve(|config| {
        config.app_data(platform()).route("/option", web::get().to(option));
    });
    let malformed = [("X-MS-CLIENT-PRINCIPAL", "%".to_owned())];
    assert_eq!(client::get(server.address, "/option", &malformed).body, "anonymous");
    assert_eq!(client::get(server.address, "/maybe", &malformed).status, 400);
}

/// The headers of a user, and this token.
fn user_with(draft: &Draft) -> [(&'static str, String); 2] {
    [
        ("X-MS-CLIENT-PRINCIPAL", principal("Sample", "Admin")),
        ("Authorization", format!("Bearer {}", draft.sign())),
    ]
}

/// Extractors of tokens compare the callers too, without an ID token.
#[test]
fn headers_and_a_token_of_two_callers_are_rejected_on_actix() {
    let auth = bearer_auth();
    for confirming in [auth.clone(), bearer_auth()] {
        let auth = auth.clone();
        let server = serve(move |config| {
            config.app_data(Confirmation::by_bearer(confirming.clone())).app_data(auth.clone());
        });
        for (token, status) in
            [(Draft::access(), 200), (Draft::access().with("oid", OTHER_TENANT), 400)]
        {
            let headers = user_with(&token);
            for path in ["/me", "/token", "/files", "/maybe-token", "/confirmed"] {
                let answer = client::get(server.address, path, &headers);
                assert_eq!(answer.status, status, "{path}: {}", answer.body);
            }
        }
    }
}

/// One extractor verifies a token once, and by each `BearerAuth`.
#[test]
fn a_token_is_verified_once_on_actix() {
    fn counting() -> (BearerAuth, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let auth = bearer_auth().with_clock(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            at(NOW)
        });
        (auth, count)
    }
    #[track_caller]
    fn verifies(confirming: BearerAuth, auth: BearerAuth, counts: &[&AtomicUsize]) {
        let server = serve(move |config| {
            let confirmation = Confirmation::by_bearer(confirming.clone());
            config.app_data(confirmation).app_data(auth.clone());
        });
        let answer = client::get(server.address, "/token", &user_with(&Draft::access()));
        assert_eq!(answer.status, 200, "{}", answer.body);
        for count in counts {
            assert_eq!(count.load(Ordering::Relaxed), 1);
        }
    }
    let (auth, count) = counting();
    verifies(auth.clone(), auth, &[&count]);
    let ((first, first_count), (second, second_count)) = (counting(), counting());
    verifies(first, second, &[&first_count, &second_count]);
}
