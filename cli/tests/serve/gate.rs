//! Anonymous requests, and metadata for MCP clients.

use easyauth_cli::serve::Unauthenticated;

use super::*;

/// What a browser sends to show a page.
const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

#[tokio::test]
async fn anonymous_requests_get_the_answer_of_the_setting() {
    for (action, program, browser) in [
        (Unauthenticated::AllowAnonymous, 200, 200),
        (Unauthenticated::RedirectToLoginPage, 401, 302),
        (Unauthenticated::Return401, 401, 401),
        (Unauthenticated::Return403, 403, 403),
        (Unauthenticated::Return404, 404, 404),
    ] {
        let world = world_with(|stand_in| stand_in.unauthenticated = action).await;
        assert_eq!(world.get("/orders", &[]).await.status, program, "{action:?}");
        let answer = world.get("/orders?page=2&a=%2F", &[PAGE]).await;
        assert_eq!(answer.status, browser, "{action:?}");
        let login = (browser == 302)
            .then_some("/.auth/login/aad?post_login_redirect_uri=%2Forders%3Fpage%3D2%26a%3D%252F");
        assert_eq!(answer.header("location"), login);
        // The scopes of the metadata are not set, so the 401 is bare.
        assert_eq!(answer.header("www-authenticate"), None);
        // Users, clients and the stand-in's own pages are not affected.
        for (path, header) in [
            ("/orders", ("x-stand-in-persona", "arm")),
            ("/orders", ("x-stand-in-persona", "app")),
            ("/.auth/login/aad", PAGE),
            ("/.auth/me", PAGE),
            ("/.stand-in/keys", PAGE),
        ] {
            assert_eq!(world.get(path, &[header]).await.status, 200, "{action:?} {path}");
        }
    }
}

#[tokio::test]
async fn a_redirect_returns_to_where_it_began() {
    let redirecting = Unauthenticated::RedirectToLoginPage;
    let world = world_with(|stand_in| stand_in.unauthenticated = redirecting).await;
    let answer = world.get("/orders?page=2&a=%2F", &[PAGE]).await;
    let page = world.get(answer.header("location").unwrap(), &[]).await;
    let target = r#"name="post_login_redirect_uri" value="/orders?page=2&amp;a=%2F""#;
    assert!(page.text().contains(target), "{}", page.text());
    // To the provider of the first persona that can sign in.
    let file = r#"{"personas": [{"id": "app", "title": "App", "kind": "app"},
                                {"id": "google", "title": "Google", "provider": "google"}]}"#;
    let google = world_with(|stand_in| {
        stand_in.unauthenticated = redirecting;
        stand_in.personas = Persona::parse_file(file).unwrap();
    });
    let answer = google.await.get("/", &[PAGE]).await;
    let login = Some("/.auth/login/google?post_login_redirect_uri=%2F");
    assert_eq!(answer.header("location"), login);
    // After the sign-in, a browser would take this path for another site.
    for path in ["//x", "/%2Ffoo", "/%5Cfoo"] {
        let answer = world.get(path, &[PAGE]).await;
        assert_eq!(answer.header("location"), Some("/.auth/login/aad"), "{path}");
    }
    // A form that was sent too late must not end at the sign-in page.
    let answer = world.send(Method::POST, "/orders", &[PAGE], Bytes::new()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

pub(super) const METADATA: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn without_scopes_the_service_publishes_its_metadata() {
    for action in [Unauthenticated::AllowAnonymous, Unauthenticated::Return401] {
        let world = world_with(|stand_in| stand_in.unauthenticated = action).await;
        for path in [METADATA.to_owned(), format!("{METADATA}/mcp")] {
            let answer = world.get(&path, &[]).await;
            let expected = if action == Unauthenticated::AllowAnonymous { 200 } else { 401 };
            assert_eq!(answer.status, expected, "{path}");
        }
        let signed_in = world.get(METADATA, &[("x-stand-in-persona", "arm")]).await;
        assert!(signed_in.user().is_some());
    }
}

#[tokio::test]
async fn with_scopes_the_platform_publishes_the_metadata() {
    let world = world_with(|stand_in| {
        stand_in.unauthenticated = Unauthenticated::Return401;
        stand_in.metadata_scopes =
            vec!["Tools.Call".to_owned(), "api://stand-in/Tools.List".to_owned()];
    })
    .await;
    let address = world.stand_in.address();
    let port = address.port();
    for (path, host, resource) in [
        (METADATA.to_owned(), address.to_string(), format!("http://{address}")),
        (format!("{METADATA}/mcp"), address.to_string(), format!("http://{address}/mcp")),
        // Clients compare the address with the one that they use.
        (
            format!("{METADATA}/mcp"),
            format!("localhost:{port}"),
            format!("http://localhost:{port}/mcp"),
        ),
        // Only https can have other names.
        (format!("{METADATA}/mcp"), format!("a.localhost:{port}"), format!("http://{address}/mcp")),
    ] {
        let answer = world.get(&path, &[("host", &host)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {host}");
        let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let expected = serde_json::json!({
            "resource": resource,
            "authorization_servers": [format!("https://login.microsoftonline.com/{TENANT}/v2.0")],
            "scopes_supported": ["api://stand-in/Tools.Call", "api://stand-in/Tools.List"],
            "bearer_methods_supported": ["header"],
        });
        assert_eq!(document, expected);
    }
    // A client that has no token finds the document.
    for (path, metadata) in [
        ("/mcp", format!("http://{address}{METADATA}/mcp")),
        ("/", format!("http://{address}{METADATA}")),
        ("/a/../b", format!("http://{address}{METADATA}")),
    ] {
        let answer = world.get(path, &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let challenge = format!(
            "Bearer scope=\"api://stand-in/Tools.Call api://stand-in/Tools.List\", \
             resource_metadata=\"{metadata}\""
        );
        assert_eq!(answer.header("www-authenticate"), Some(&*challenge), "{path}");
    }
    // Names that only begin like it belong to the service.
    let answer = world.get(&format!("{METADATA}s"), &[("x-stand-in-persona", "arm")]).await;
    assert!(answer.user().is_some());
    let answer = world.send(Method::POST, METADATA, &[], Bytes::new()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn invalid_scopes_are_rejected() {
    let upstream = upstream().await;
    for scope in ["", "a b", "openid", "https://management.azure.com/user_impersonation"] {
        let stand_in =
            StandIn { metadata_scopes: vec![scope.to_owned()], ..StandIn::new(upstream.address) };
        let Err(error) = stand_in.start().await else { panic!("expected an error: {scope:?}") };
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().starts_with("--metadata-scopes: "), "{error}");
    }
}
