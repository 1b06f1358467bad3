//! Protected resource metadata on every adapter: the same document, and the same challenges.

use std::convert::Infallible;

use axum::{Extension, Router, extract::FromRef, routing::get};
use easyauth::{
    EasyAuthPrincipal, Platform, ProtectedResource, Rejection, Requirement,
    integrations::{EasyAuthLayer, Identity, RequireLayer},
    verify::{BearerAuth, VerifiedToken},
};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::{
    actix_service,
    axum_service::serve,
    client::{self, Answer},
    setup::*,
    support::{Draft, TENANT},
};

const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const PATH: &str = "/.well-known/oauth-protected-resource/files";

fn resource() -> ProtectedResource {
    let resource = ProtectedResource::entra("https://api.contoso.com/files", TENANT, CLIENT);
    resource.unwrap().scopes(["Files.Read", "Files.Write"]).unwrap()
}

#[derive(Clone)]
struct State {
    auth: BearerAuth,
}

impl FromRef<State> for BearerAuth {
    fn from_ref(state: &State) -> Self {
        state.auth.clone()
    }
}

/// Extractors alone.
fn axum_extractors() -> Server {
    serve(
        Router::new()
            .route("/me", get(me))
            .route("/token", get(token))
            .route("/files", get(files))
            .route("/admin", get(admin))
            .layer(Extension(resource()))
            .layer(Extension(platform()))
            .route_service(resource().metadata_path(), resource())
            .with_state(State { auth: bearer_auth() }),
    )
}

fn layer() -> EasyAuthLayer {
    EasyAuthLayer::new(platform()).verify(bearer_auth()).protected_resource(resource())
}

/// Rejections of extractors inside the layer.
fn axum_extractors_in_the_layer() -> Server {
    serve(
        Router::new()
            .route("/me", get(me))
            .route("/token", get(token))
            .route("/files", get(files))
            .route("/admin", get(admin))
            .layer(layer())
            .with_state(State { auth: bearer_auth() }),
    )
}

/// Rejections of a layer and of a handler, inside the layer.
fn axum_layers() -> Server {
    async fn user(Extension(user): Extension<EasyAuthPrincipal>) -> String {
        about_user(Some(&user))
    }
    async fn bearer(identity: Identity) -> Result<String, Rejection> {
        let named = |rejection: Rejection| rejection.with_realm("files").unwrap();
        identity.token().ok_or_else(Rejection::no_token).map_err(named)?;
        Ok(about_token(identity.token()))
    }
    serve(
        Router::new()
            .route("/me", get(user).layer(RequireLayer::authenticated()))
            .route("/token", get(bearer))
            .route("/files", get(bearer).layer(RequireLayer::permission(read_files())))
            .route("/admin", get(user).layer(RequireLayer::any_role(["Owner", "Admin"])))
            .layer(layer()),
    )
}

/// Without a router.
fn hyper_layers() -> Server {
    let service = service_fn(|request: Request<Incoming>| async move {
        let path = request.uri().path().to_owned();
        let rule = match path.as_str() {
            "/me" => RequireLayer::authenticated(),
            "/files" => RequireLayer::permission(read_files()),
            "/admin" => RequireLayer::any_role(["Owner", "Admin"]),
            _ => {
                let answer = service_fn(|request: Request<Incoming>| async move {
                    let identity = request.extensions().get::<Identity>().unwrap();
                    Ok::<_, Infallible>(match identity.token() {
                        Some(token) => Response::new(about_token(Some(token))),
                        None => Rejection::no_token().with_realm("files").unwrap().to_response(),
                    })
                });
                let answer = layer().layer(answer).oneshot(request).await?;
                return Ok::<_, Infallible>(collect(answer).await);
            }
        };
        let answer = service_fn(|request: Request<Incoming>| async move {
            let identity = request.extensions().get::<Identity>().unwrap();
            let text = match identity.principal() {
                None => about_token(identity.token()),
                user => about_user(user),
            };
            Ok::<_, Infallible>(Response::new(text))
        });
        Ok(collect(layer().layer(rule.layer(answer)).oneshot(request).await?).await)
    });
    Server::on_tokio(move |listener| async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service);
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    })
}

async fn collect<B>(response: Response<B>) -> Response<String>
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let (parts, body) = response.into_parts();
    let bytes = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    Response::from_parts(parts, String::from_utf8(bytes.to_vec()).unwrap())
}

fn actix() -> Server {
    actix_service::serve(|config| {
        config.app_data(platform()).app_data(bearer_auth());
        config.app_data(resource()).service(resource());
    })
}

fn servers() -> [(&'static str, Server); 5] {
    [
        ("axum extractors", axum_extractors()),
        ("axum extractors in the layer", axum_extractors_in_the_layer()),
        ("axum layers", axum_layers()),
        ("hyper layers", hyper_layers()),
        ("actix extractors", actix()),
    ]
}

fn challenge(answer: &Answer) -> String {
    let metadata = format!("https://api.contoso.com{PATH}");
    let value = answer.header("www-authenticate").unwrap_or_default();
    value.replace(&format!("api://{CLIENT}"), "API").replace(&metadata, "META")
}

#[test]
fn every_adapter_serves_the_document() {
    let preflight = [
        ("Origin", "https://inspector.example".to_owned()),
        ("Access-Control-Request-Method", "GET".to_owned()),
        ("Access-Control-Request-Headers", "mcp-protocol-version".to_owned()),
    ];
    for (name, server) in servers() {
        let answer = client::get(server.address, PATH, &[]);
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.body, resource().to_json(), "{name}");
        for (header, value) in [
            ("content-type", "application/json"),
            ("cache-control", "public, max-age=300"),
            ("access-control-allow-origin", "*"),
        ] {
            assert_eq!(answer.header(header).as_deref(), Some(value), "{name}");
        }
        // A token, good or bad, does not matter here.
        let bad = [("Authorization", "Bearer bad".to_owned())];
        assert_eq!(client::get(server.address, PATH, &bad).status, 200, "{name}");
        let head = client::request(server.address, "HEAD", PATH, &[]);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{name}");
        let options = client::request(server.address, "OPTIONS", PATH, &preflight);
        assert_eq!(options.status, 204, "{name}");
        assert_eq!(options.header("access-control-allow-headers").as_deref(), Some("*"), "{name}");
        let post = client::request(server.address, "POST", PATH, &[]);
        assert_eq!(post.status, 405, "{name}");
        assert_eq!(post.header("allow").as_deref(), Some("GET, HEAD, OPTIONS"), "{name}");
    }
}

/// The path, the headers, the status, and the challenge.
type Case<'a> = (&'a str, &'a [(&'a str, String)], u16, String);

#[test]
fn every_adapter_names_the_document_in_its_challenges() {
    let bearer = |draft: Draft| [("Authorization", format!("Bearer {}", draft.sign()))];
    let other_scope = bearer(Draft::access().with("scp", "Mail.Read"));
    let other_audience = bearer(Draft::access().with("aud", "api://another-api"));
    let user = [
        ("X-MS-CLIENT-PRINCIPAL", principal("Sample", "User")),
        ("Authorization", format!("Bearer {}", Draft::access().sign())),
    ];
    let malformed = [("Authorization", "Bearer".to_owned())];
    let no_headers = [];
    let denied = r#"error="insufficient_scope", error_description="the token does not meet the requirement""#;
    let invalid_request = r#"error="invalid_request", error_description="the request does not have exactly one well-formed bearer token""#;
    let cases: [Case<'_>; 7] = [
        ("/me", &no_headers, 401, r#"Bearer scope="API/Files.Read API/Files.Write", META"#.into()),
        (
            "/token",
            &no_headers,
            401,
            r#"Bearer realm="files", scope="API/Files.Read API/Files.Write", META"#.into(),
        ),
        // The scopes of the rule.
        ("/files", &no_headers, 401, r#"Bearer realm="files", scope="API/Files.Read", META"#.into()),
        (
            "/files",
            &other_scope,
            403,
            format!(r#"Bearer realm="files", {denied}, scope="API/Files.Read", META"#),
        ),
        // Scopes are not roles.
        ("/admin", &user, 403, format!("Bearer {denied}, META")),
        (
            "/files",
            &other_audience,
            401,
            r#"Bearer realm="files", error="invalid_token", error_description="the token is for another audience", scope="API/Files.Read API/Files.Write", META"#.into(),
        ),
        ("/token", &malformed, 400, format!(r#"Bearer realm="files", {invalid_request}, META"#)),
    ];
    for (name, server) in servers() {
        for (path, headers, status, expected) in &cases {
            let answer = client::get(server.address, path, headers);
            let expected = expected.replace("META", "resource_metadata=\"META\"");
            assert_eq!(
                (answer.status, challenge(&answer)),
                (*status, expected),
                "{name} {path} {}",
                answer.body
            );
        }
        // Who passes gets no challenge.
        let good = bearer(Draft::access());
        let answer = client::get(server.address, "/files", &good);
        assert_eq!((answer.status, challenge(&answer)), (200, String::new()), "{name}");
    }
}

/// Without the layer, a handler names the resource in the rejections that it makes.
#[test]
fn a_handler_names_the_resource_in_its_own_rejections() {
    async fn own(token: VerifiedToken) -> Result<String, Rejection> {
        let denied = |denied| Rejection::from(denied).with_resource(&resource());
        token.authorize(&Requirement::scope("Mail.Send")).map_err(denied)?;
        Ok(about_token(Some(&token)))
    }
    let router = || Router::new().route("/own", get(own)).with_state(bearer_auth());
    let headers = [("Authorization", format!("Bearer {}", Draft::access().sign()))];
    let denied = r#"error="insufficient_scope", error_description="the token does not meet the requirement""#;
    for (name, server) in [
        ("axum extractors", serve(router().layer(Extension(resource())))),
        ("axum extractors in the layer", serve(router().layer(layer()))),
        (
            "actix extractors",
            actix_service::serve(|config| {
                config.app_data(bearer_auth()).app_data(resource());
                config.route("/own", actix_web::web::get().to(own));
            }),
        ),
    ] {
        let answer = client::get(server.address, "/own", &headers);
        let expected =
            format!(r#"Bearer {denied}, scope="API/Mail.Send", resource_metadata="META""#);
        assert_eq!((answer.status, challenge(&answer)), (403, expected), "{name}");
    }
}

/// Responses of handlers are not changed, and a browser that is redirected to sign-in gets no challenge.
#[test]
fn only_rejections_are_changed() {
    async fn teapot() -> (http::StatusCode, [(&'static str, &'static str); 1]) {
        (http::StatusCode::UNAUTHORIZED, [("www-authenticate", "Basic")])
    }
    let server = serve(
        Router::new()
            .route("/own", get(teapot))
            .route("/me", get(me))
            .layer(layer().login(login())),
    );
    let own = client::get(server.address, "/own", &[]);
    assert_eq!((own.status, challenge(&own)), (401, "Basic".to_owned()));
    let browser = [("Accept", "text/html".to_owned())];
    let page = client::get(server.address, "/me", &browser);
    assert_eq!((page.status, challenge(&page)), (302, String::new()));
}

/// The resource in a document must be the address that the client asked for (RFC 9728 section 3.3), so the one
/// nearest to the handler counts.
#[test]
fn the_inner_resource_counts() {
    fn other() -> ProtectedResource {
        let other = ProtectedResource::entra("https://api.contoso.com/other", TENANT, CLIENT);
        other.unwrap().scopes(["Other.Read"]).unwrap()
    }
    async fn own() -> Rejection {
        Rejection::no_token().with_resource(&resource())
    }
    #[track_caller]
    fn names(router: Router, path: &str, expected: &str) {
        let answer = client::get(serve(router).address, path, &[]);
        assert_eq!(challenge(&answer), expected);
    }
    let router = || Router::new().route("/me", get(me)).route("/own", get(own));
    let with = |resource| EasyAuthLayer::new(platform()).protected_resource(resource);
    let inner = r#"Bearer scope="API/Files.Read API/Files.Write", resource_metadata="META""#;
    names(router().layer(with(resource())).layer(with(other())), "/me", inner);
    names(router().layer(with(resource())).layer(Extension(other())), "/me", inner);
    names(router().layer(Extension(resource())).layer(with(other())), "/me", inner);
    names(router().layer(EasyAuthLayer::new(platform())).layer(with(resource())), "/me", inner);
    // A rejection of a layer.
    let required = router().layer(RequireLayer::authenticated());
    names(required.layer(with(resource())).layer(with(other())), "/me", inner);
    // The handler itself names one.
    names(router().layer(with(other())), "/own", inner);
    names(router().layer(with(other())).layer(with(other())), "/own", inner);
}

/// A layer around a nested router does not see the path, so the document is a route.
#[test]
fn a_nested_layer_needs_the_route() {
    let nested = Router::new().route("/me", get(me)).layer(layer());
    let app = Router::new().nest("/files", nested);
    let server = serve(app.clone());
    assert_eq!(client::get(server.address, PATH, &[]).status, 404);
    let server = serve(app.route_service(resource().metadata_path(), resource()));
    assert_eq!(client::get(server.address, PATH, &[]).body, resource().to_json());
    assert_eq!(client::get(server.address, "/files/me", &[]).status, 401);
}

/// Only the exact path is the document.
#[test]
fn other_paths_reach_the_service() {
    let server = serve(Router::new().fallback(get(async || "inner")).layer(layer()));
    for path in [
        "/",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/files/",
    ] {
        let answer = client::get(server.address, path, &[]);
        assert_eq!((answer.status, answer.body.as_str()), (200, "inner"), "{path}");
    }
    let answer = client::get(server.address, &format!("{PATH}?version=1"), &[]);
    assert_eq!(answer.body, resource().to_json());
    // A layer without a resource serves no document.
    let layer = EasyAuthLayer::new(platform()).verify(bearer_auth());
    let server = serve(Router::new().fallback(get(async || "inner")).layer(layer));
    assert_eq!(client::get(server.address, PATH, &[]).body, "inner");
}

/// An MCP server, as a user of this crate writes it.
#[test]
fn an_mcp_server_behind_the_layer() {
    fn app(
        mcp: Router,
        platform: Platform,
        auth: BearerAuth,
    ) -> Result<Router, easyauth::ProtectedResourceError> {
        let resource = ProtectedResource::entra("https://mcp.contoso.com/mcp", TENANT, CLIENT)?
            .scopes(["Tools.Call"])?;
        let layer = EasyAuthLayer::new(platform).verify(auth);
        Ok(Router::new()
            .nest_service("/mcp", mcp)
            .layer(RequireLayer::permission(Requirement::scope("Tools.Call")))
            .layer(layer.protected_resource(resource)))
    }
    let mcp = Router::new().route("/", get(async || "tools"));
    let server = serve(app(mcp, nowhere(), bearer_auth()).unwrap());
    let document = client::get(server.address, "/.well-known/oauth-protected-resource/mcp", &[]);
    assert_eq!(document.status, 200);
    let answer = client::get(server.address, "/mcp", &[]);
    assert_eq!(
        (answer.status, challenge(&answer).as_str()),
        (
            401,
            "Bearer realm=\"files\", scope=\"API/Tools.Call\", resource_metadata=\"https://\
             mcp.contoso.com/.well-known/oauth-protected-resource/mcp\""
        )
    );
    let token = |scope: &str| {
        [("Authorization", format!("Bearer {}", Draft::access().with("scp", scope).sign()))]
    };
    assert_eq!(client::get(server.address, "/mcp", &token("Files.Read")).status, 403);
    assert_eq!(client::get(server.address, "/mcp", &token("Tools.Call")).body, "tools");
}
