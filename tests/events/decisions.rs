//! One event for each decision about a request.

use std::time::SystemTime;

use axum::{Extension, Router, body::Body, extract::FromRef, http::Request, routing::get};
use easyauth::{
    EasyAuthPrincipal, Platform, Requirement,
    integrations::{EasyAuthLayer, Identity, RequireLayer, RequireRole, RequireToken, TokenPolicy},
    testing::{TestIssuer, TestPrincipal},
    verify::{BearerAuth, KeySet, Keys, Tenant, Verifier},
};
use tower::ServiceExt as _;

use crate::capture::capture;

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const USER: &str = "00000003-0000-4000-8000-000000000003";

struct Admin;

impl easyauth::integrations::RolePolicy for Admin {
    const ANY_OF: &'static [&'static str] = &["Admin", "Owner"];
}

struct ReadFiles;

impl TokenPolicy for ReadFiles {
    fn requirement() -> Requirement {
        Requirement::scope("Files.Read").or_app_role("Files.Read.All")
    }
}

#[derive(Clone, FromRef)]
struct AppState {
    auth: BearerAuth,
}

struct Service {
    issuer: TestIssuer,
    router: Router,
}

impl Service {
    fn new(platform: Platform, change: impl FnOnce(EasyAuthLayer) -> EasyAuthLayer) -> Self {
        let issuer = TestIssuer::new(TENANT).unwrap();
        let tenant = Tenant::single(TENANT).unwrap();
        let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
        let auth = BearerAuth::new(verifier, Keys::fixed(issuer.key_set()));
        let layer = EasyAuthLayer::new(platform).verify(auth.clone());
        let files = Requirement::scope("Files.Read").or_app_role("Files.Read.All");
        let router = Router::new()
            .route("/open", get(|| async {}))
            .route("/user", get(|| async {}).layer(RequireLayer::authenticated()))
            .route("/admin", get(|| async {}).layer(RequireLayer::any_role(["Admin", "Owner"])))
            .route("/files", get(|| async {}).layer(RequireLayer::permission(files)))
            .route("/extract/user", get(|_: EasyAuthPrincipal| async {}))
            .route("/extract/admin", get(|_: RequireRole<Admin>| async {}))
            .route("/extract/files", get(|_: RequireToken<ReadFiles>| async {}))
            .layer(change(layer))
            .with_state(AppState { auth });
        Self { issuer, router }
    }

    fn trusted() -> Self {
        Self::new(Platform::trusting_headers(), |layer| layer)
    }

    fn bearer(&self, scope: &str) -> (&'static str, String) {
        let token = self.issuer.access_token(CLIENT, SystemTime::now()).object_id(USER);
        ("authorization", format!("Bearer {}", token.scope(scope).sign()))
    }

    /// The events of one request.
    fn events(&self, path: &str, headers: &[(&str, String)]) -> Vec<String> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        capture(|| drop(runtime.block_on(self.router.clone().oneshot(request)).unwrap()))
    }
}

/// The headers of a user with this role.
fn user(role: &str) -> Vec<(&'static str, String)> {
    let headers = TestPrincipal::entra().tenant_id(TENANT).object_id(USER).role(role).headers();
    let names = ["x-ms-client-principal", "x-ms-client-principal-id", "x-ms-client-principal-idp"];
    names.map(|name| (name, headers[name].to_str().unwrap().to_owned())).into()
}

const BY_PLATFORM: &str = "DEBUG caller authenticated decision=\"accepted\" rule=\"authentication\" \
                           by=\"platform\"";
const BY_TOKEN: &str = "DEBUG caller authenticated decision=\"accepted\" rule=\"authentication\" \
                        by=\"bearer token\"";
const ANONYMOUS: &str = "DEBUG request is anonymous decision=\"anonymous\" rule=\"authentication\"";

#[test]
fn accepted() {
    let service = Service::trusted();
    assert_eq!(service.events("/open", &[]), [ANONYMOUS]);
    assert_eq!(service.events("/open", &user("Reader")), [BY_PLATFORM]);
    let rule = |rule: &str| format!("DEBUG request accepted decision=\"accepted\" rule={rule}");
    let cases = [
        ("/user", user("Reader"), BY_PLATFORM, rule("an authenticated caller")),
        ("/admin", user("Owner"), BY_PLATFORM, rule("the role Admin or Owner")),
        ("/extract/admin", user("Owner"), BY_PLATFORM, rule("the role Admin or Owner")),
    ];
    for (path, headers, first, second) in cases {
        assert_eq!(service.events(path, &headers), [first.to_owned(), second], "{path}");
    }
    let files = rule("the scope Files.Read or the application permission Files.Read.All");
    for path in ["/files", "/extract/files"] {
        let events = service.events(path, &[service.bearer("Files.Read")]);
        assert_eq!(events, [BY_TOKEN, &files], "{path}");
    }
}

#[test]
fn rejected() {
    let service = Service::trusted();
    let rejected =
        |level: &str, rest: &str| format!("{level} request rejected decision=\"rejected\" {rest}");
    let lacks = "required=\"Files.Read\" reason=the token does not meet the requirement: it lacks the scope \
                 Files.Read, or the application permission Files.Read.All";
    let cases = [
        ("/user", vec![], rejected("INFO", "code=\"unauthenticated\" status=401")),
        ("/extract/user", vec![], rejected("INFO", "code=\"unauthenticated\" status=401")),
        (
            "/admin",
            user("Reader"),
            rejected(
                "INFO",
                "code=\"forbidden\" status=403 reason=the caller has none of the roles Admin, Owner",
            ),
        ),
        (
            "/extract/admin",
            user("Reader"),
            rejected(
                "INFO",
                "code=\"forbidden\" status=403 reason=the caller has none of the roles Admin, Owner",
            ),
        ),
        (
            "/files",
            vec![],
            rejected("INFO", "code=\"no-token\" status=401 required=\"Files.Read\""),
        ),
        (
            "/files",
            vec![service.bearer("Mail.Read")],
            rejected("INFO", &format!("code=\"forbidden\" status=403 {lacks}")),
        ),
        (
            "/extract/files",
            vec![service.bearer("Mail.Read")],
            rejected("INFO", &format!("code=\"forbidden\" status=403 {lacks}")),
        ),
    ];
    for (path, headers, expected) in cases {
        let events = service.events(path, &headers);
        assert_eq!(events.len(), 2, "{path}: {events:?}");
        assert_eq!(events[1], expected, "{path}");
    }
    // The layer itself rejects these, so they have no identity.
    let bad = ("authorization", "Bearer a.b.c".to_owned());
    let events = service.events("/open", &[bad]);
    assert_eq!(events.len(), 1);
    assert!(
        events[0].starts_with("INFO request rejected decision=\"rejected\" code=\"invalid-token\"")
    );
}

/// The service works, but not now.
#[test]
fn without_keys() {
    let tenant = Tenant::single(TENANT).unwrap();
    let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
    let none = Keys::fixed(KeySet::from_jwks(r#"{"keys":[]}"#).unwrap());
    let service = Service::new(Platform::trusting_headers(), |layer| {
        layer.verify(BearerAuth::new(verifier, none))
    });
    let events = service.events("/open", &[service.bearer("Files.Read")]);
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].starts_with(
            "WARN request rejected decision=\"rejected\" code=\"keys-unavailable\" status=503"
        ),
        "{events:?}"
    );
}

/// A mistake in the setup stands out.
#[test]
fn misconfigured() {
    let router =
        Router::<()>::new().route("/", get(|| async {})).layer(RequireLayer::authenticated());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let request = Request::get("/").body(Body::empty()).unwrap();
    let events = capture(|| drop(runtime.block_on(router.oneshot(request)).unwrap()));
    let expected = "ERROR request rejected decision=\"rejected\" code=\"misconfigured\" status=500 \
                    reason=no EasyAuthLayer handled the request before this: add \
                    .layer(EasyAuthLayer::new(platform)) outside of this layer (in axum: after it)";
    assert_eq!(events, [expected]);
}

#[test]
fn callers_are_named_by_a_keyed_hash_if_asked_for() {
    let caller = |key: &'static str, object_id: &str| {
        let service = Service::new(Platform::trusting_headers(), |layer| layer.log_callers(key));
        let headers = TestPrincipal::entra().tenant_id(TENANT).object_id(object_id).headers();
        let value = headers["x-ms-client-principal"].to_str().unwrap().to_owned();
        let events = service.events("/open", &[("x-ms-client-principal", value)]);
        let (_, caller) = events[0].split_once(" caller=").expect("a caller");
        caller.trim_matches('"').to_owned()
    };
    let other = "00000004-0000-4000-8000-000000000004";
    let hash = caller("key", USER);
    // The first 16 bytes of HMAC-SHA256 with the key `key`, over TENANT, `/` and USER, by another program.
    assert_eq!(hash, "8df75b4ceda5fdba451142b8d932c18e");
    assert_eq!(caller("key", USER), hash);
    assert_ne!(caller("key", other), hash);
    assert_ne!(caller("another key", USER), hash);

    // A token of the same user has the same hash.
    let service = Service::new(Platform::trusting_headers(), |layer| layer.log_callers("key"));
    let events = service.events("/open", &[service.bearer("Files.Read")]);
    assert_eq!(events[0], format!("{BY_TOKEN} caller=\"{hash}\""));
    assert_eq!(service.events("/open", &[]), [ANONYMOUS]);
    let debug =
        format!("{:?}", EasyAuthLayer::new(Platform::trusting_headers()).log_callers("CANARY"));
    assert!(debug.contains("CallerKey(6 bytes)") && !debug.contains("CANARY"), "{debug}");
}

/// The key is in the data of the application.
#[cfg(feature = "actix-web")]
#[test]
fn callers_are_named_on_actix_web() {
    use actix_web::{App, test, web};
    use easyauth::integrations::CallerKey;

    let events = |key: Option<CallerKey>, headers: &[(&'static str, String)]| {
        let mut request = test::TestRequest::get();
        for (name, value) in headers {
            request = request.insert_header((*name, value.as_str()));
        }
        let data = move |config: &mut web::ServiceConfig| {
            config.app_data(Platform::trusting_headers());
            if let Some(key) = key {
                config.app_data(key);
            }
        };
        capture(|| {
            actix_web::rt::System::new().block_on(async {
                let handler = web::to(|_: Identity| async { "" });
                let app = App::new().configure(data).default_service(handler);
                let app = test::init_service(app).await;
                test::call_service(&app, request.to_request()).await;
            });
        })
    };
    let service = Service::new(Platform::trusting_headers(), |layer| layer.log_callers("key"));
    let expected = service.events("/open", &user("Reader"));
    assert!(expected[0].contains(" caller="), "{expected:?}");
    assert_eq!(events(Some(CallerKey::new("key")), &user("Reader")), expected);
    assert_eq!(events(None, &user("Reader")), [BY_PLATFORM]);
    assert_eq!(events(Some(CallerKey::new("key")), &[]), [ANONYMOUS]);
    assert_eq!(format!("{:?}", CallerKey::new("CANARY")), "CallerKey(6 bytes)");
}

/// A handler can take the hash for its own events.
#[test]
fn handlers_can_name_the_caller() {
    async fn handler(identity: Identity) -> String {
        identity.caller_hash(b"key").unwrap_or_default()
    }
    let router =
        Router::<()>::new().route("/", get(handler)).layer(Extension(Platform::trusting_headers()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let body = |headers: &[(&str, String)]| {
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = runtime.block_on(router.clone().oneshot(request)).unwrap();
        let bytes = runtime.block_on(axum::body::to_bytes(response.into_body(), 100)).unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    assert_eq!(body(&user("Reader")), "8df75b4ceda5fdba451142b8d932c18e");
    assert_eq!(body(&[]), "");
}
