//! Browser sessions whose ID token is missing or has expired: `/.auth/refresh` does not renew it
//! (azure-docs#102509).

use std::time::Duration;

use axum::{Router, routing::get};
use easyauth::{
    EasyAuthPrincipal,
    integrations::{Confirmation, EasyAuthLayer, RequireLayer},
    verify::{IdTokenAuth, Keys},
};

use crate::{
    actix_service,
    axum_service::serve,
    client::{self, Answer},
    setup::*,
    support::{Draft, EXPIRES, FOREIGN_KEY, ISSUED, KEYS, OTHER_TENANT, at, id_verifier},
};

const ID_TOKEN: &str = "X-MS-TOKEN-AAD-ID-TOKEN";
const NAVIGATION: [(&str, &str); 3] = [
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
];

/// ID tokens, verified at this time.
fn auth_at(seconds: u64) -> IdTokenAuth {
    IdTokenAuth::new(id_verifier(), Keys::fixed(KEYS.clone())).with_clock(move || at(seconds))
}

/// The same service on layers and on actix-web.
fn services(auth: IdTokenAuth) -> [Server; 2] {
    async fn public(user: Option<EasyAuthPrincipal>) -> String {
        about_user(user.as_ref())
    }
    let router = Router::new()
        .route("/maybe", get(public))
        .route("/me", get(me))
        .route("/rule", get(|| async {}).layer(RequireLayer::authenticated()));
    let layer = EasyAuthLayer::new(nowhere()).confirm_by_id_token(auth.clone()).login(login());
    let actix = actix_service::serve(move |config| {
        config
            .app_data(Confirmation::by_id_token(auth.clone()))
            .app_data(login())
            .route("/rule", actix_web::web::get().to(me));
    });
    [serve(router.layer(layer)), actix]
}

fn session(token: Option<String>) -> Vec<(&'static str, String)> {
    let user = ("X-MS-CLIENT-PRINCIPAL", principal("Sample", "Reader"));
    std::iter::once(user).chain(token.map(|token| (ID_TOKEN, token))).collect()
}

fn navigate(server: &Server, path: &str, session: &[(&'static str, String)]) -> Answer {
    let mut headers = session.to_vec();
    headers.extend(NAVIGATION.map(|(name, value)| (name, value.to_owned())));
    client::get(server.address, path, &headers)
}

/// Asserts that an unconfirmed session is anonymous and not rejected.
#[track_caller]
fn check_unconfirmed(server: &Server, session: &[(&'static str, String)], cause: &str, page: &str) {
    let public = navigate(server, "/maybe", session);
    assert_eq!((public.status, public.body.as_str()), (200, "anonymous"));
    for path in ["/me", "/rule"] {
        let protected = navigate(server, path, session);
        assert_eq!(protected.status, 302, "{}", protected.body);
        let location = format!("/.auth/login/aad?post_login_redirect_uri=%2F{}", &path[1..]);
        assert_eq!(protected.header("location"), Some(location));

        let api = client::get(server.address, path, session);
        assert_eq!(api.status, 401);
        assert!(api.body.contains(r#""code":"not-confirmed""#), "{}", api.body);
        assert_eq!(api.header("www-authenticate").as_deref(), Some("Bearer"));
        assert_eq!(api.header(CAUSE).as_deref(), Some(cause));

        // Signed in again, and nothing changed: the page says what is missing.
        let marker = protected.header("set-cookie").unwrap();
        let mut back = session.to_vec();
        back.push(("Cookie", marker));
        let answer = navigate(server, path, &back);
        assert_eq!(answer.status, 401);
        assert!(
            answer.body.contains(&format!("<p>What is missing: {page}.</p>")),
            "{}",
            answer.body
        );
        assert_eq!(answer.header(CAUSE).as_deref(), Some(cause));
    }
}

#[test]
fn an_expired_id_token_leaves_public_pages_public() {
    for server in &services(auth_at(EXPIRES + 301)) {
        check_unconfirmed(
            server,
            &session(Some(Draft::id().sign())),
            "the token has expired",
            "an ID token that has not expired",
        );
    }
}

#[test]
fn without_the_token_store_there_is_no_id_token() {
    for server in &services(auth_at(ISSUED)) {
        check_unconfirmed(
            server,
            &session(None),
            "the identity headers came without an ID token: enable the token store \
             (login.tokenStore.enabled)",
            "the ID token that confirms who you are",
        );
    }
}

#[test]
fn an_invalid_id_token_is_rejected() {
    for server in &services(auth_at(EXPIRES + 301)) {
        let rejections = [
            (Draft::id().sign_with(&FOREIGN_KEY), 401),
            (Draft::id().with("aud", OTHER_TENANT).sign(), 401),
            ("opaque".to_owned(), 401),
        ];
        for (token, status) in rejections {
            for path in ["/maybe", "/me"] {
                assert_eq!(navigate(server, path, &session(Some(token.clone()))).status, status);
            }
        }
    }
    for server in &services(auth_at(ISSUED)) {
        let other = session(Some(Draft::id().with("oid", OTHER_TENANT).sign()));
        assert_eq!(navigate(server, "/maybe", &other).status, 400);
    }
}

/// Browsers have no bearer token, and sign-in does not provide one.
#[test]
fn a_missing_bearer_token_causes_no_redirect_to_sign_in() {
    let layer = EasyAuthLayer::new(nowhere()).confirm_by_bearer(bearer_auth()).login(login());
    let server = serve(Router::new().route("/me", get(me)).layer(layer));
    let answer = navigate(&server, "/me", &session(None));
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header(CAUSE).as_deref(),
        Some(
            "the identity headers came without a bearer token: send the access token of the same \
             caller, or for browsers add EasyAuthLayer::confirm_by_id_token (actix-web: \
             Confirmation::or_by_id_token)"
        ),
    );
    assert_eq!(navigate(&server, "/me", &[]).status, 401);
}

/// The session lasts 8 hours, its ID token one hour.
#[test]
fn a_session_lifetime_confirms_for_longer() {
    const HOUR: u64 = 3600;
    let status_with = |lifetime, now, token: String| {
        let auth = auth_at(now).with_session_lifetime(Duration::from_secs(lifetime)).unwrap();
        let [layers, actix] = services(auth);
        let status = client::get(layers.address, "/me", &session(Some(token.clone()))).status;
        assert_eq!(client::get(actix.address, "/me", &session(Some(token))).status, status);
        status
    };
    let status = |now, token| status_with(8 * HOUR, now, token);
    let token = || Draft::id().sign();
    assert_eq!(status(ISSUED + 60, token()), 200);
    assert_eq!(status(EXPIRES + 301, token()), 200);
    assert_eq!(status(ISSUED + 8 * HOUR + 299, token()), 200);
    assert_eq!(status(ISSUED + 8 * HOUR + 300, token()), 401);
    // A lifetime that is shorter than that of the token ends it earlier.
    assert_eq!(status_with(600, ISSUED + 899, token()), 200);
    assert_eq!(status_with(600, ISSUED + 900, token()), 401);
    // Nothing else is waived.
    for draft in [
        Draft::id().without("iat"),
        Draft::id().without("exp"),
        Draft::id().with("nbf", EXPIRES + 602),
        Draft::id().with("iat", EXPIRES + 602),
        Draft::id().with("exp", ISSUED),
    ] {
        assert_eq!(status(EXPIRES + 301, draft.sign()), 401);
    }
    assert_eq!(status(EXPIRES + 301, Draft::id().sign_with(&FOREIGN_KEY)), 401);
    assert_eq!(status(EXPIRES + 301, Draft::id().with("oid", OTHER_TENANT).sign()), 400);
    // Off by default.
    let [server, _] = services(auth_at(EXPIRES + 301));
    assert_eq!(client::get(server.address, "/me", &session(Some(token()))).status, 401);
}

/// The age counts only for confirmation.
#[test]
fn verify_rejects_an_expired_id_token() {
    let auth = auth_at(EXPIRES + 301).with_session_lifetime(Duration::from_secs(8 * 3600)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let token = easyauth::IdToken::new(Draft::id().sign());
    let error = runtime.block_on(auth.verify(&token)).unwrap_err();
    assert_eq!(error.to_string(), "the token has expired");
}

#[test]
fn a_session_lifetime_has_a_limit() {
    use easyauth::verify::MAX_SESSION_LIFETIME;
    assert_eq!(MAX_SESSION_LIFETIME, Duration::from_secs(80 * 3600));
    assert!(auth_at(ISSUED).with_session_lifetime(MAX_SESSION_LIFETIME).is_ok());
    let over = MAX_SESSION_LIFETIME + Duration::from_secs(1);
    let error = auth_at(ISSUED).with_session_lifetime(over).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a session lifetime of at most 80 hours, found 288001 seconds",
    );
}
