//! No event has a token, a claim or a header value, whatever a request contains.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, http::Request, routing::get};
use easyauth::{
    EasyAuthPrincipal, Platform, ProviderTokens, Requirement,
    integrations::{EasyAuthLayer, Identity, RequireLayer},
    testing::{TestIssuer, TestPrincipal},
    verify::{BearerAuth, Keys, Tenant, Verifier},
};
use proptest::prelude::*;
use tower::ServiceExt as _;

use crate::capture::capture;

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

/// In every value of a claim and of a header.
const MARK: &str = "CANARY";

struct Service {
    issuer: TestIssuer,
    router: Router,
}

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let issuer = TestIssuer::new(TENANT).unwrap();
    let tenant = Tenant::single(TENANT).unwrap();
    let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
    let auth = BearerAuth::new(verifier, Keys::fixed(issuer.key_set()));
    let permission = |requirement| get(|| async {}).layer(RequireLayer::permission(requirement));
    let router = Router::new()
        .route("/open", get(|_: Identity| async {}))
        .route("/user", get(|_: EasyAuthPrincipal| async {}))
        .route("/tokens", get(|_: ProviderTokens| async {}))
        .route("/role", get(|| async {}).layer(RequireLayer::role("Admin")))
        .route("/scope", permission(Requirement::scope("Files.Read")))
        .route("/app", permission(Requirement::app_role("Files.Read.All").by_app()))
        .route("/audience", permission(Requirement::scope("a").on("api://other")))
        .layer(
            EasyAuthLayer::new(Platform::trusting_headers())
                .verify(auth.clone())
                .confirm_by_bearer(auth)
                .log_callers("key"),
        );
    Service { issuer, router }
});

#[derive(Debug, Clone)]
enum Token {
    None,
    /// Signed, with this scope, and a lifetime that may be over.
    Signed {
        scope: String,
        is_expired: bool,
        audience: &'static str,
    },
    /// Any characters.
    Text(String),
}

fn token() -> impl Strategy<Value = Token> {
    prop_oneof![
        1 => Just(Token::None),
        3 => ("[A-Za-z.]{0,12}", any::<bool>(), prop::sample::select(vec![CLIENT, "api://CANARY-audience"]))
            .prop_map(|(text, is_expired, audience)| Token::Signed {
                scope: format!("{MARK}{text}"),
                is_expired,
                audience,
            }),
        1 => "[!-~]{0,40}".prop_map(|text| Token::Text(format!("{text}{MARK}{text}"))),
    ]
}

fn principal() -> impl Strategy<Value = Option<String>> {
    let real = "[a-z]{0,9}".prop_map(|text| {
        let principal = TestPrincipal::entra()
            .tenant_id(TENANT)
            .object_id(format!("{MARK}-{text}"))
            .name(format!("{MARK} {text}"))
            .role(format!("{MARK}{text}"));
        principal.headers()["x-ms-client-principal"].to_str().unwrap().to_owned()
    });
    prop_oneof![
        1 => Just(None),
        2 => real.prop_map(Some),
        1 => "[!-~]{0,40}".prop_map(|text| Some(format!("{text}{MARK}"))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn events_show_nothing(token in token(), principal in principal(), id in "[!-~]{0,20}") {
        let service = &*SERVICE;
        let signed = match &token {
            Token::None => None,
            Token::Text(text) => Some(text.clone()),
            Token::Signed { scope, is_expired, audience } => {
                let age = if *is_expired { 90_000 } else { 0 };
                let at = SystemTime::now() - Duration::from_secs(age);
                let token = service.issuer.access_token(*audience, at);
                let token = token.object_id(format!("{MARK}-oid")).scope(scope).role(MARK);
                Some(token.claim("name", MARK).claim("sub", MARK).sign())
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let events = capture(|| {
            for path in ["/open", "/user", "/tokens", "/role", "/scope", "/app", "/audience"] {
                let mut request = Request::get(path)
                    .header("x-ms-client-principal-id", format!("{id}{MARK}"))
                    .header("x-ms-token-aad-access-token", format!("{MARK} {id}"));
                if let Some(token) = &signed {
                    request = request.header("authorization", format!("Bearer {token}"));
                }
                if let Some(principal) = &principal {
                    request = request.header("x-ms-client-principal", principal);
                }
                let request = request.body(Body::empty()).unwrap();
                drop(runtime.block_on(service.router.clone().oneshot(request)).unwrap());
            }
        });
        prop_assert!(events.len() >= 7, "{:?}", events);
        for event in &events {
            // The audience is the exception: it says which API a token is for.
            let event = event.replace("api://CANARY-audience", "");
            prop_assert!(!event.contains(MARK), "{event}");
            for segment in signed.iter().flat_map(|token| token.split('.')) {
                prop_assert!(segment.len() < 8 || !event.contains(segment), "{event}");
            }
        }
    }
}
