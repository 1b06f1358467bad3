//! Browsers in sign-in: redirect loops, the way back, and CORS preflights.

use std::convert::Infallible;

use axum::{
    Router,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use easyauth::{
    Platform,
    integrations::{EasyAuthLayer, RequireLayer},
};
use http::{Method, Request};

use crate::{
    axum_service::serve,
    client::{self, Answer},
    services,
    setup::*,
};

const HTML: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn owned(headers: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// The marker cookie of the response, as a browser sends it back.
fn marker(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    assert!(pair.starts_with("easyauth-signing-in="), "{pair}");
    pair.to_owned()
}

/// A sidecar accepts the cookie and sends no principal (azure-container-apps#1815).
#[test]
fn a_sign_in_without_identity_ends_in_a_page() {
    for (name, server) in services(platform()) {
        let send = |path, headers: &[(&'static str, &str)]| {
            client::get(server.address, path, &owned(headers))
        };
        let path = "/me?a=1&b=%22%3Cscript%3E'x";
        let first = send(path, &[HTML]);
        assert_eq!(first.status, 302, "{name}");
        let marker = marker(&first);

        let cookies = format!("session=1; {marker};x=y");
        let back = send(path, &[HTML, ("Cookie", &cookies)]);
        assert_eq!(back.status, 401, "{name}: {}", back.body);
        assert_eq!(back.header("location"), None);
        assert_eq!(back.header("set-cookie"), None);
        assert_eq!(back.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(back.header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(back.header("www-authenticate").as_deref(), Some("Bearer"));
        assert_eq!(
            back.header("content-security-policy").as_deref(),
            Some("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        );
        assert_eq!(back.header("referrer-policy").as_deref(), Some("no-referrer"));
        assert_eq!(back.header("x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(
            back.header(CAUSE).as_deref(),
            Some(
                "the browser was already sent to sign in, and the request has no identity headers: check that \
                 authentication is on and its sidecar healthy, and that the browser accepts its cookie"
            ),
        );
        // Readable, says what is missing, and has a way on.
        assert!(back.body.contains("<h1>Sign-in did not complete</h1>"), "{}", back.body);
        assert!(
            back.body.contains("<p>What is missing: the identity headers of the platform.</p>")
        );
        let link = "<a href=\"/.auth/login/aad?post_login_redirect_uri=%2Fme%3Fa%3D1%26b%3D\
                    %2522%253Cscript%253E%27x\">Sign in again</a>";
        assert!(back.body.contains(link), "{}", back.body);
        assert!(!back.body.contains("<script"));

        // Another tab on another page is on its own way.
        assert_eq!(send("/admin", &[HTML, ("Cookie", &cookies)]).status, 302, "{name}");
        // A script gets what scripts get.
        let script = send(path, &[("Accept", "application/json"), ("Cookie", &cookies)]);
        assert!(script.body.contains(r#""code":"unauthenticated""#), "{}", script.body);
        // Signed in at last.
        let user = principal("Sample", "Reader");
        let authenticated =
            send(path, &[HTML, ("Cookie", &cookies), ("X-MS-CLIENT-PRINCIPAL", &user)]);
        assert_eq!(authenticated.status, 200, "{name}");
        // Who signs out after that, within the life of the marker, is not locked out where a layer is.
        let cleared = "easyauth-signing-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
        let expected = name.contains("layers").then_some(cleared);
        assert_eq!(authenticated.header("set-cookie").as_deref(), expected, "{name}");
        // No marker, nothing to clear; and no identity, no clearing.
        let user = principal("Sample", "Reader");
        let plain = send("/maybe", &[("X-MS-CLIENT-PRINCIPAL", &user)]);
        assert_eq!((plain.status, plain.header("set-cookie")), (200, None), "{name}");
        let anonymous = send("/maybe", &[("Cookie", &cookies)]);
        assert_eq!((anonymous.status, anonymous.header("set-cookie")), (200, None), "{name}");
    }
}

/// Loads these addresses in turn, as the tabs of one browser do, and returns the statuses. Each response may
/// change the cookies of the next request.
fn tabs(server: &Server, cookie: Option<&str>, paths: &[String], rounds: usize) -> Vec<u16> {
    let mut cookie = cookie.map(str::to_owned);
    let load = |path: &String| {
        let mut headers = owned(&[HTML]);
        headers.extend(cookie.iter().map(|cookie| ("Cookie", cookie.clone())));
        let answer = client::get(server.address, path, &headers);
        if answer.status == 302 {
            cookie = Some(marker(&answer));
        }
        answer.status
    };
    let rounds = std::iter::repeat_n(paths, rounds).flatten();
    rounds.map(load).collect()
}

/// A browser restores its tabs, and the sidecar sends no principal for any of them
/// (azure-container-apps#1815).
#[test]
fn tabs_that_sign_in_at_once_all_end_in_a_page() {
    for (name, server) in services(platform()) {
        for (count, redirected) in [(1, 1), (2, 2), (3, 3), (8, 8), (9, 8), (20, 8)] {
            let paths: Vec<String> = (0..count).map(|tab| format!("/me?tab={tab}")).collect();
            let mut expected = vec![302; redirected];
            expected.resize(3 * count, 401);
            assert_eq!(tabs(&server, None, &paths, 3), expected, "{name}: {count} tabs");
        }
    }
}

/// A forged cookie changes only what its own browser sees, and the cookie does not grow.
#[test]
fn a_marker_that_no_service_set() {
    const HASH: &str = "0123456789abcdef";
    let many = |count: usize| vec![HASH; count].join(".");
    for (name, server) in services(platform()) {
        let next = |value: &str| {
            let cookie = format!("easyauth-signing-in={value}");
            let answer = client::get(server.address, "/me", &owned(&[HTML, ("Cookie", &cookie)]));
            (answer.status == 302).then(|| marker(&answer))
        };
        let own = marker(&client::get(server.address, "/me", &owned(&[HTML])));
        let (_, own_hash) = own.split_once('=').unwrap();
        // Anything but 16 digits of a hexadecimal number in lower case.
        for invalid in [
            "",
            ".",
            "1",
            "0123456789abcde",
            "0123456789abcdef0",
            "0123456789ABCDEF",
            "0123456789abcdeg",
            "+123456789abcdef",
            "0123456789abcdef,0123456789abcdef",
            "\"0123456789abcdef\"",
            &"x".repeat(4000),
            &".".repeat(4000),
        ] {
            assert_eq!(next(invalid).as_ref(), Some(&own), "{name}: {invalid}");
        }
        let after = |hashes: &str| Some(format!("easyauth-signing-in={hashes}.{own_hash}"));
        assert_eq!(next(&format!("x.{HASH}.y")), after(HASH), "{name}");
        assert_eq!(next(&many(7)), after(&many(7)), "{name}");
        for full in [8, 9, 200] {
            assert_eq!(next(&many(full)), None, "{name}: {full}");
        }
        // Two cookies of this name count as one.
        assert_eq!(next(&format!("{}; easyauth-signing-in={HASH}", many(7))), None, "{name}");
    }
}

/// Static Web Apps rewrite the path (static-web-apps#580).
#[test]
fn static_web_apps_browsers_return_to_the_requested_page() {
    const ORIGINAL: &str = "X-MS-ORIGINAL-URL";
    let asked = (ORIGINAL, "https://shop.example/orders?page=2");
    let location = |server: &Server, headers: &[(&'static str, &str)]| {
        let mut all = owned(headers);
        all.extend(owned(&[HTML]));
        let answer = client::get(server.address, "/me", &all);
        assert_eq!(answer.status, 302, "{}", answer.body);
        answer.header("location").unwrap()
    };
    let to = |path: &str| format!("/.auth/login/aad?post_login_redirect_uri={path}");
    for (name, server) in services(Platform::static_web_apps()) {
        assert_eq!(location(&server, &[asked]), to("%2Forders%3Fpage%3D2"), "{name}");
        assert_eq!(location(&server, &[(ORIGINAL, "https://shop.example")]), to("%2F"), "{name}");
        // Not an address of this site, or not one address.
        let bad = [
            "https://shop.example//evil.example",
            "https://shop.example/%2fevil.example",
            "not an address",
            "",
        ];
        for bad in bad {
            assert_eq!(location(&server, &[(ORIGINAL, bad)]), to("%2Fme"), "{name}: {bad}");
        }
        assert_eq!(location(&server, &[asked, asked]), to("%2Fme"), "{name}");
    }
    // Not declared: a linked Function, whose visitors are recognized by their shape.
    let anonymous = r#"{"identityProvider":"aad","userRoles":["anonymous"]}"#;
    let anonymous = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, anonymous);
    for (name, server) in services(platform()) {
        let shape = ("X-MS-CLIENT-PRINCIPAL", anonymous.as_str());
        assert_eq!(location(&server, &[asked, shape]), to("%2Forders%3Fpage%3D2"), "{name}");
        assert_eq!(location(&server, &[asked]), to("%2Fme"), "{name}");
        // Or by the name of the provider.
        let named = |value| ("X-MS-CLIENT-PRINCIPAL-IDP", value);
        let linked = named("azureStaticWebApps");
        assert_eq!(location(&server, &[asked, linked]), to("%2Forders%3Fpage%3D2"), "{name}");
        assert_eq!(location(&server, &[asked, named("aad")]), to("%2Fme"), "{name}");
    }
}

/// A CORS layer: it answers preflights and forwards all other requests.
async fn cors(request: axum::extract::Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key("access-control-request-method");
    if is_preflight {
        return ([("access-control-allow-origin", "https://app.example")], ()).into_response();
    }
    next.run(request).await
}

#[test]
fn a_cors_layer_outside_answers_preflights() {
    let inside = || {
        Router::new()
            .route("/", get(|| async {}).options(|| async {}))
            .layer(RequireLayer::authenticated())
            .layer(EasyAuthLayer::new(platform()))
    };
    let preflight = owned(&[
        ("Origin", "https://app.example"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization"),
    ]);
    let server = serve(inside().layer(from_fn(cors)));
    let answer = client::request(server.address, "OPTIONS", "/", &preflight);
    assert_eq!(answer.status, 200);
    let origin = answer.header("access-control-allow-origin");
    assert_eq!(origin.as_deref(), Some("https://app.example"));
    // Requests other than preflights are checked.
    assert_eq!(client::request(server.address, "OPTIONS", "/", &[]).status, 401);
    assert_eq!(client::get(server.address, "/", &preflight).status, 401);
    // In the wrong order the rule rejects the preflight, which has neither cookies nor tokens.
    let wrong = Router::new().route("/", get(|| async {})).layer(from_fn(cors));
    let wrong = wrong.layer(RequireLayer::authenticated()).layer(EasyAuthLayer::new(platform()));
    assert_eq!(client::request(serve(wrong).address, "OPTIONS", "/", &preflight).status, 401);
}

/// Only browsers are redirected. gRPC and other methods are not, with or without the marker.
#[test]
fn the_marker_is_read_from_every_cookie_header() {
    use tower::{Layer as _, ServiceExt as _, service_fn};
    let service = service_fn(|_: Request<String>| async {
        Ok::<_, Infallible>(http::Response::new(
            http_body_util::Full::<axum::body::Bytes>::default(),
        ))
    });
    let layer = EasyAuthLayer::new(platform()).login(login());
    let service = layer.layer(RequireLayer::authenticated().layer(service));
    let send = |cookies: &[&str]| {
        let mut request = Request::get("/x").header("accept", "text/html");
        for cookie in cookies {
            request = request.header("cookie", *cookie);
        }
        let request = request.body(String::new()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(service.clone().oneshot(request)).unwrap();
        let cookie = response.headers().get("set-cookie");
        let pair =
            cookie.and_then(|cookie| cookie.to_str().ok()?.split(';').next().map(str::to_owned));
        (response.status().as_u16(), pair)
    };
    let (status, Some(marker)) = send(&[]) else { panic!("a marker") };
    assert_eq!(status, 302);
    // With HTTP/2, each cookie may have a separate header.
    assert_eq!(send(&["a=1", "b=2", &marker]).0, 401);
    assert_eq!(send(&[&format!("a={marker}")]).0, 302);
    assert_eq!(send(&["easyauth-signing-in=0000000000000000"]).0, 302);
}
