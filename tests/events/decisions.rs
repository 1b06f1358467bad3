//! One event for each decision about a request.

use std::time::SystemTime;

use axum::{
    Extension, Router,
    body::Body,
    extract::FromRef,
    http::{Method, Request},
    routing::{any, get},
};
use easyauth::{
    EasyAuthPrincipal, Platform, Requirement,
    integrations::{
        EasyAuthLayer, Identity, RequireLayer, RequireRole, RequireToken, RequireToolLayer,
        TokenPolicy,
    },
    mcp::ToolPolicy,
    testing::{TestIssuer, TestPrincipal},
    verify::{BearerAuth, KeySet, Keys, Tenant, VerifiedToken, Verifier},
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
    auth: BearerAuth,
    router: Router,
}

impl Service {
    fn new(platform: Platform, change: impl FnOnce(EasyAuthLayer) -> EasyAuthLayer) -> Self {
        let issuer = TestIssuer::new(TENANT).unwrap();
        let tenant = Tenant::single(TENANT).unwrap();
        let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
        let auth = BearerAuth::new(verifier, Keys::fixed(issuer.key_set()));
        let state = AppState { auth: auth.clone() };
        let layer = EasyAuthLayer::new(platform).verify(auth.clone());
        let files = Requirement::scope("Files.Read").or_app_role("Files.Read.All");
        let router = Router::new()
            .route("/open", get(|| async {}))
            .route("/user", get(|| async {}).layer(RequireLayer::authenticated()))
            .route("/admin", get(|| async {}).layer(RequireLayer::any_role(["Admin", "Owner"])))
            .route("/files", get(|| async {}).layer(RequireLayer::permission(files)))
            .route("/tools", any(|| async {}).layer(RequireToolLayer::new(tools())))
            .route("/extract/user", get(|_: EasyAuthPrincipal| async {}))
            .route("/extract/admin", get(|_: RequireRole<Admin>| async {}))
            .route("/extract/files", get(|_: RequireToken<ReadFiles>| async {}))
            .layer(change(layer))
            .with_state(state);
        Self { issuer, auth, router }
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
        events(&self.router, Method::GET, path, headers, "")
    }

    /// The events of a call of this MCP tool.
    fn tool_events(&self, tool: &str, scope: &str) -> Vec<String> {
        events(&self.router, Method::POST, "/tools", &[self.bearer(scope)], &call(tool))
    }
}

/// The events of one request.
fn events(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, String)],
    body: &str,
) -> Vec<String> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    capture(|| drop(runtime.block_on(router.clone().oneshot(request)).unwrap()))
}

fn tools() -> ToolPolicy {
    let send = Requirement::all_scopes(["Mail.Read", "Mail.Send"]).or_app_role("Mail.Send");
    ToolPolicy::new().tool("send", send)
}

/// A call of an MCP tool.
fn call(tool: &str) -> String {
    format!(r#"{{"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
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
const MAY_SEND: &str = "DEBUG request accepted decision=\"accepted\" rule=the scope Mail.Read and the scope \
                        Mail.Send or the application permission Mail.Send";
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
fn calls_of_tools() {
    let service = Service::trusted();
    assert_eq!(service.tool_events("send", "Mail.Read Mail.Send"), [BY_TOKEN, MAY_SEND]);
    let denied = service.tool_events("send", "Mail.Read");
    assert_eq!(denied.len(), 2, "{denied:?}");
    assert!(
        denied[1].starts_with("INFO request rejected decision=\"rejected\" code=\"forbidden\"")
    );
    // No tool, so no rule applies.
    assert_eq!(service.events("/tools", &[]), [ANONYMOUS]);
}

/// The extractor verifies the token.
#[test]
fn tokens_without_a_layer_that_verifies() {
    let service = Service::trusted();
    let router = Router::new()
        .route("/token", get(|_: VerifiedToken| async {}))
        .route("/maybe", get(|_: Option<VerifiedToken>| async {}))
        .route("/files", get(|_: RequireToken<ReadFiles>| async {}))
        .with_state(AppState { auth: service.auth.clone() });
    let token = [service.bearer("Files.Read")];
    let files = "DEBUG request accepted decision=\"accepted\" rule=the scope Files.Read or the application \
                 permission Files.Read.All";
    for (path, expected) in
        [("/token", &[BY_TOKEN][..]), ("/maybe", &[BY_TOKEN]), ("/files", &[BY_TOKEN, files])]
    {
        assert_eq!(events(&router, Method::GET, path, &token, ""), expected, "{path}");
        // Inside a layer that reads headers alone.
        let layer = EasyAuthLayer::new(Platform::trusting_headers());
        let inside = events(&router.clone().layer(layer), Method::GET, path, &token, "");
        assert_eq!(inside, [&[ANONYMOUS], expected].concat(), "{path}");
    }
    assert_eq!(events(&router, Method::GET, "/maybe", &[], ""), Vec::<String>::new());
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

/// The events of one request on actix-web.
#[cfg(feature = "actix-web")]
fn actix_events(
    request: actix_web::test::TestRequest,
    headers: &[(&'static str, String)],
    service: impl FnOnce(&mut actix_web::web::ServiceConfig),
) -> Vec<String> {
    use actix_web::{App, rt::System, test};

    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.insert_header((*name, value.as_str())));
    capture(|| {
        System::new().block_on(async {
            let app = test::init_service(App::new().configure(service)).await;
            test::call_service(&app, request.to_request()).await;
        });
    })
}

/// The key is in the data of the application.
#[cfg(feature = "actix-web")]
#[test]
fn callers_are_named_on_actix_web() {
    use actix_web::{test::TestRequest, web};
    use easyauth::integrations::CallerKey;

    let events = |key: Option<CallerKey>, headers: &[(&'static str, String)]| {
        actix_events(TestRequest::get(), headers, |config| {
            config.app_data(Platform::trusting_headers());
            if let Some(key) = key {
                config.app_data(key);
            }
            config.default_service(web::to(|_: Identity| async { "" }));
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

/// With the same events as the layers of tower.
#[cfg(feature = "actix-web")]
#[test]
fn tokens_and_calls_of_tools_on_actix_web() {
    use actix_web::{middleware::from_fn, test::TestRequest, web};
    use easyauth::integrations::{CallerKey, Optional, require_tool};

    let service = Service::new(Platform::trusting_headers(), |layer| layer.log_callers("key"));
    let events = |request, scope: &str| {
        actix_events(request, &[service.bearer(scope)], |config| {
            config.app_data(service.auth.clone()).app_data(web::Data::new(tools()));
            config.app_data(CallerKey::new("key"));
            config.route("/token", web::get().to(|_: VerifiedToken| async { "" }));
            config.route("/maybe", web::get().to(|_: Optional<VerifiedToken>| async { "" }));
            config
                .route("/extract/files", web::get().to(|_: RequireToken<ReadFiles>| async { "" }));
            let tools = web::resource("/tools").wrap(from_fn(require_tool));
            config.service(tools.to(|| async { "" }));
        })
    };
    let get = |path| events(TestRequest::with_uri(path), "Files.Read");
    let expected = service.events("/extract/files", &[service.bearer("Files.Read")]);
    assert!(expected[0].contains(" caller="), "{expected:?}");
    assert_eq!(get("/token"), expected[..1]);
    assert_eq!(get("/maybe"), expected[..1]);
    assert_eq!(get("/extract/files"), expected);
    for scope in ["Mail.Read Mail.Send", "Mail.Read"] {
        let call = TestRequest::post().uri("/tools").set_payload(call("send"));
        assert_eq!(events(call, scope), service.tool_events("send", scope), "{scope}");
    }
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
