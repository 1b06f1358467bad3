//! What layers do in addition to extractors: the headers they remove, and those they add to responses.

use axum::{Extension, Router, middleware::map_request, response::IntoResponse, routing::any};
use easyauth::{
    EasyAuthPrincipal, Platform,
    integrations::{
        EasyAuthLayer, Identity, RequireLayer, RequireRole, RequireToken, keep_original_uri,
    },
    verify::VerifiedToken,
};
use http::HeaderMap;

use crate::{
    axum_service::serve,
    client::{self, Answer},
    setup::*,
    support::{Draft, OTHER_TENANT, at},
};

const PRINCIPAL: &str = "X-MS-CLIENT-PRINCIPAL";
const ID: &str = "X-MS-CLIENT-PRINCIPAL-ID";
const BEARER: &str = "Authorization";

/// Everything that a handler inside the layer sees.
async fn report(identity: Identity, headers: HeaderMap) -> String {
    let mut names: Vec<_> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with(['x', '-']))
        .collect();
    names.sort_unstable();
    format!(
        "{}, {}, admin {}, confirmed {}: {}",
        about_user(identity.principal()),
        about_token(identity.token()),
        identity.is_in_role("Admin"),
        identity.is_confirmed(),
        names.join(" ")
    )
}

/// Sends a request through a layer to a handler that reports.
fn through(layer: EasyAuthLayer, headers: &[(&str, String)]) -> Answer {
    let server = serve(Router::new().route("/", any(report)).layer(layer));
    client::get(server.address, "/", headers)
}

#[track_caller]
fn assert_sees(layer: EasyAuthLayer, headers: &[(&str, String)], expected: &str) {
    let answer = through(layer, headers);
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
}

fn user() -> (&'static str, String) {
    (PRINCIPAL, principal("Sample", "Admin"))
}

fn bearer(draft: &Draft) -> (&'static str, String) {
    (BEARER, format!("Bearer {}", draft.sign()))
}

#[test]
fn headers_are_trusted_on_a_trusted_platform() {
    let sees = "user Sample, no token, admin true, confirmed false: x-ms-client-principal";
    assert_sees(EasyAuthLayer::new(platform()), &[user()], sees);
    assert_sees(EasyAuthLayer::new(Platform::trusting_headers()), &[user()], sees);
    assert_sees(EasyAuthLayer::new(Platform::static_web_apps()), &[user()], sees);
    // Elsewhere anybody writes them. They are not even read.
    let anonymous = "anonymous, no token, admin false, confirmed false: ";
    assert_sees(EasyAuthLayer::new(nowhere()), &[user()], anonymous);
    assert_sees(EasyAuthLayer::new(nowhere()), &[(PRINCIPAL, "not base64!".to_owned())], anonymous);
    let token = "anonymous, token of 00000003-0000-4000-8000-000000000003, admin false, confirmed \
                 false: ";
    let layer = EasyAuthLayer::new(nowhere()).verify(bearer_auth());
    assert_sees(layer, &[user(), bearer(&Draft::access())], token);
}

#[test]
fn headers_that_were_not_accepted_are_removed() {
    let text = |name: &'static str| (name, "opaque".to_owned());
    let all = [
        (ID, "00000003-0000-4000-8000-000000000003".to_owned()),
        ("X-MS-CLIENT-PRINCIPAL-NAME", "Sample".to_owned()),
        ("X-MS-CLIENT-PRINCIPAL-IDP", "aad".to_owned()),
        text("X-MS-TOKEN-AAD-ACCESS-TOKEN"),
        // Of another provider than the caller's.
        text("X-MS-TOKEN-GOOGLE-ACCESS-TOKEN"),
        text("X-MS-TOKEN-AADX-ACCESS-TOKEN"),
        // Names that some servers take for those of the platform.
        text("X_MS_CLIENT_PRINCIPAL"),
        text("X-MS_CLIENT-PRINCIPAL-ID"),
        text("x_ms_token_aad_access_token"),
        // CVE-2025-64484, httpwg/http-core#843: any byte but letters and digits.
        text("X.MS.CLIENT.PRINCIPAL"),
        text("X-MS-CLIENT~PRINCIPAL"),
        text("x!ms#client$principal%id"),
        text("xmsclientprincipalname"),
        text("-X-MS-TOKEN-AAD-ID-TOKEN"),
        text("X-MS-AUTH-TOKEN"),
        text("X_MS_AUTH_TOKEN"),
        // Names that the platform does not write.
        text("X-MS-CLIENT-PRINCIPAL-ROLES"),
        // Not identity headers.
        text("X-MS-ORIGINAL-URL"),
        text("X-MS-REQUEST-ID"),
        text("X-ZUMO-AUTH"),
        // The platform's health check.
        text("X-MS-AUTH-INTERNAL-TOKEN"),
    ];
    let with_user: Vec<_> = all.iter().cloned().chain([user()]).collect();
    assert_sees(
        EasyAuthLayer::new(platform()),
        &with_user,
        "user Sample, no token, admin true, confirmed false: x-ms-auth-internal-token \
         x-ms-client-principal \
         x-ms-client-principal-id x-ms-client-principal-idp x-ms-client-principal-name \
         x-ms-original-url x-ms-request-id x-ms-token-aad-access-token x-zumo-auth",
    );
    assert_sees(
        EasyAuthLayer::new(nowhere()),
        &with_user,
        "anonymous, no token, admin false, confirmed false: x-ms-auth-internal-token x-ms-original-url \
         x-ms-request-id x-zumo-auth",
    );
    // The request is anonymous, so the platform did not send these tokens.
    assert_sees(
        EasyAuthLayer::new(platform()),
        &all[3..],
        "anonymous, no token, admin false, confirmed false: x-ms-auth-internal-token x-ms-original-url \
         x-ms-request-id x-zumo-auth",
    );
    // A platform that sends no principal, only names: nothing says whose tokens these are.
    let names_only = [all[0].clone(), all[3].clone(), all[6].clone()];
    assert_sees(
        EasyAuthLayer::new(platform()),
        &names_only,
        "user without a name, no token, admin false, confirmed false: x-ms-client-principal-id \
         x-ms-token-aad-access-token",
    );
}

#[test]
fn responses_are_marked_for_caches() {
    async fn plain() {}
    async fn cached() -> impl IntoResponse {
        [("cache-control", "public, max-age=60"), ("vary", "Accept-Encoding")]
    }
    let router = Router::new().route("/", any(plain)).route("/cached", any(cached));
    let server = serve(router.layer(EasyAuthLayer::new(platform())));
    let marks = |path, headers: &[(&str, String)]| {
        let answer = client::get(server.address, path, headers);
        (answer.header("cache-control"), answer.header("vary"))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(marks("/", &[]), (None, text("Authorization, Cookie")));
    assert_eq!(marks("/", &[user()]), (text("private"), text("Authorization, Cookie")));
    // What the handler says stays.
    assert_eq!(
        marks("/cached", &[user()]),
        (text("public, max-age=60"), text("Accept-Encoding, Authorization, Cookie")),
    );
}

#[test]
fn a_verified_token_is_authenticated_without_a_principal() {
    let router = |rule: RequireLayer| {
        let router = Router::new().route("/", any(report)).layer(rule);
        serve(router.layer(EasyAuthLayer::new(nowhere()).verify(bearer_auth())))
    };
    let admin = Draft::access().with("roles", serde_json::json!(["Admin"]));
    let cases = [
        (RequireLayer::authenticated(), Draft::access(), 200),
        (RequireLayer::role("Admin"), Draft::access(), 403),
        (RequireLayer::role("Admin"), admin.clone(), 200),
        (RequireLayer::any_role(["Owner", "Admin"]), admin.clone(), 200),
        (RequireLayer::any_role(["Owner"]), admin.clone(), 403),
        (RequireLayer::any_role::<String>([]), admin, 403),
    ];
    for (rule, draft, status) in cases {
        let server = router(rule.clone());
        let answer = client::get(server.address, "/", &[bearer(&draft)]);
        assert_eq!(answer.status, status, "{rule:?}");
    }
}

#[test]
fn extractors_use_the_result_of_the_layer() {
    async fn maybe(user: Option<EasyAuthPrincipal>) -> String {
        about_user(user.as_ref())
    }
    // A token was verified by the layer, and the state has another verifier, which refuses it.
    async fn token(token: VerifiedToken) -> String {
        about_token(Some(&token))
    }
    let refuses_all = bearer_auth().with_clock(|| at(0));
    let router = Router::new()
        .route("/maybe", any(maybe))
        .route("/token", any(token))
        .with_state(refuses_all);
    let layer = EasyAuthLayer::new(nowhere()).verify(bearer_auth());
    let server = serve(router.clone().layer(layer));
    let headers = [user(), bearer(&Draft::access())];
    assert_eq!(client::get(server.address, "/maybe", &headers).body, "anonymous");
    assert_eq!(client::get(server.address, "/token", &headers).status, 200);
    let server = serve(router.layer(Extension(platform())));
    assert_eq!(client::get(server.address, "/maybe", &headers).body, "user Sample");
    assert_eq!(client::get(server.address, "/token", &headers).status, 401);
}

/// The layer reads the headers, and an extractor verifies the token.
#[test]
fn a_token_of_another_caller_is_rejected_wherever_it_is_verified() {
    async fn token(token: VerifiedToken) -> String {
        about_token(Some(&token))
    }
    let router = Router::new().route("/token", any(token)).with_state(bearer_auth());
    let server = serve(router.layer(EasyAuthLayer::new(platform())));
    let status =
        |draft: Draft| client::get(server.address, "/token", &[user(), bearer(&draft)]).status;
    assert_eq!(status(Draft::access()), 200);
    assert_eq!(status(Draft::access().with("oid", OTHER_TENANT)), 400);
}

/// A layer inside a nested router sees the address without its prefix, unless an outer layer stored it.
#[test]
fn a_layer_inside_a_nested_router_gets_the_original_address() {
    async fn me(_: EasyAuthPrincipal) {}
    let layer = EasyAuthLayer::new(platform()).login(login());
    let inner = || Router::new().route("/me", any(me)).layer(layer.clone());
    let html = [("Accept", "text/html".to_owned())];
    let location = |router: Router| {
        let server = serve(router);
        client::get(server.address, "/app/me?x=1", &html).header("location").unwrap()
    };
    let whole = "/.auth/login/aad?post_login_redirect_uri=%2Fapp%2Fme%3Fx%3D1";
    let router = Router::new().nest("/app", inner()).layer(map_request(keep_original_uri));
    assert_eq!(location(router), whole);
    // An outer layer remembers it as well.
    assert_eq!(location(Router::new().nest("/app", inner()).layer(layer.clone())), whole);
}

#[test]
fn debug_output_has_no_claim_value() {
    async fn role(identity: Identity, guard: RequireRole<Admin>) -> String {
        let text = format!("{identity:?} {guard:?}");
        assert_eq!(guard.principal().name(), Some("canary"));
        text
    }
    async fn permit(guard: RequireToken<ReadFiles>) -> String {
        let text = format!("{guard:?}");
        assert!(guard.token().has_scope("Files.Read"));
        text
    }
    let router = Router::new().route("/role", any(role)).route("/permit", any(permit));
    let layer = EasyAuthLayer::new(Platform::trusting_headers()).verify(bearer_auth());
    let server = serve(router.with_state(bearer_auth()).layer(layer));
    let headers = [
        (PRINCIPAL, principal("canary", "Admin")),
        bearer(&Draft::access().with("name", "canary")),
    ];
    for (path, parts) in [
        ("/role", &["Identity { principal: Some(", "token: Some(", "RequireRole(EasyAuth"][..]),
        ("/permit", &["RequireToken(Token"]),
    ] {
        let text = client::get(server.address, path, &headers).body;
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("canary"), "{text}");
    }
}
