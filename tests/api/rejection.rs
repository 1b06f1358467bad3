//! Responses to requests that are rejected.

use std::{cell::Cell, error::Error as _};

use easyauth::{
    EasyAuthPrincipal, HeaderSource, IdentityProvider, ProviderTokens, Rejection,
    endpoints::{EndpointErrorKind, Endpoints, ReturnTo},
    headers::{HeaderError, HeaderErrorKind},
    rejection::{LoginRedirect, RejectionKind, SetupError, SetupErrorKind},
};
use http::{HeaderMap, Method, Uri};
use proptest::prelude::*;

/// A rejection in one line: status, kind, message, challenge, and source for the log.
fn summary(rejection: &Rejection) -> String {
    let headers = rejection.headers();
    let challenge = headers.get("www-authenticate").map_or("-", |value| value.to_str().unwrap());
    let source = rejection.source().map_or_else(|| "-".to_owned(), ToString::to_string);
    format!(
        "{} {} / {rejection} / {challenge} / {source}",
        rejection.status().as_u16(),
        rejection.kind().code()
    )
}

#[track_caller]
fn check(rejection: &Rejection, expected: &str) {
    assert_eq!(summary(rejection), expected);
}

fn header_error(headers: &[(&str, &str)]) -> HeaderError {
    ProviderTokens::from_headers(headers, &IdentityProvider::ENTRA).unwrap_err()
}

#[test]
fn response_of_each_error() {
    check(
        &Rejection::unauthenticated(),
        "401 unauthenticated / the caller is not authenticated / Bearer / -",
    );
    check(&Rejection::no_token(), "401 no-token / the bearer token is missing / Bearer / -");
    let none: [(&str, &str); 0] = [];
    check(&Rejection::forbidden(&none), "403 forbidden / the caller lacks a permission / - / -");
    let error = EasyAuthPrincipal::parse("%").unwrap_err();
    check(
        &error.into(),
        "400 malformed-identity / the identity headers are malformed / - / the client principal is \
         not base64 at byte 0",
    );
    let error = header_error(&[("x-ms-token-aad-expires-on", "soon")]);
    assert_eq!(error.kind(), HeaderErrorKind::InvalidTime);
    check(
        &error.into(),
        "400 malformed-identity / the identity headers are malformed / - / header \
         X-MS-TOKEN-AAD-EXPIRES-ON: expected an ISO 8601 time or a number of seconds",
    );
    let headers = [("authorization", "Bearer")];
    let error = easyauth::AccessToken::from_authorization(&headers).unwrap_err();
    check(
        &error.into(),
        "400 malformed-authorization / the Authorization header is malformed / Bearer \
         error=\"invalid_request\", error_description=\"the request does not have exactly one \
         well-formed bearer token\" / header Authorization: expected exactly one token after the \
         scheme",
    );
}

#[test]
fn forbidden_callers_with_a_token_get_a_challenge() {
    let challenge = "403 forbidden / the caller lacks a permission / Bearer \
                     error=\"insufficient_scope\", error_description=\"the token does not meet the requirement\" / -";
    let plain = "403 forbidden / the caller lacks a permission / - / -";
    for (authorization, expected) in [
        ("Bearer abc", challenge),
        ("bearer abc", challenge),
        (" BEARER abc", challenge),
        ("Bearer", plain),
        ("Bearerabc", plain),
        ("Basic dXNlcjpwYXNz", plain),
        ("", plain),
    ] {
        check(&Rejection::forbidden(&[("Authorization", authorization)]), expected);
    }
}

#[test]
fn kinds_have_stable_statuses_and_codes() {
    let all: Vec<String> = RejectionKind::ALL
        .iter()
        .map(|kind| format!("{} {} {}", kind.status().as_u16(), kind.code(), kind.detail()))
        .collect();
    assert_eq!(
        all,
        [
            "401 unauthenticated the caller is not authenticated",
            "401 sign-in-incomplete the sign-in did not complete",
            "400 malformed-identity the identity headers are malformed",
            "401 no-token the bearer token is missing",
            "400 malformed-authorization the Authorization header is malformed",
            "400 malformed-tool-call the request is not one readable JSON-RPC message",
            "401 invalid-token the token is not valid",
            "503 keys-unavailable tokens cannot be verified for now",
            "401 not-confirmed no token confirms the identity headers",
            "400 mismatch the identity headers and the token identify different callers",
            "403 forbidden the caller lacks a permission",
            "500 misconfigured the service is not set up correctly",
        ],
    );
}

#[test]
fn complete_responses() {
    let rejection = Rejection::no_token().with_realm("orders").unwrap();
    let response = rejection.to_response::<String>();
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.body(),
        r#"{"code":"no-token","detail":"the bearer token is missing","status":401,"title":"Unauthorized","type":"about:blank"}"#,
    );
    let mut headers: Vec<_> = response.headers().iter().collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    let headers: Vec<_> = headers
        .into_iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    assert_eq!(
        headers,
        [
            "cache-control: no-store",
            "content-type: application/problem+json",
            "vary: Accept, Authorization, Cookie",
            "www-authenticate: Bearer realm=\"orders\"",
        ],
    );
    assert_eq!(response.extensions().get::<Rejection>(), Some(&rejection));
    assert!(Rejection::no_token().with_realm("a \"b\"").is_err());
    // Without a challenge, the realm has no effect.
    let none: [(&str, &str); 0] = [];
    let forbidden = Rejection::forbidden(&none);
    assert_eq!(forbidden.clone().with_realm("a \"b\"").unwrap(), forbidden);
}

fn entra() -> LoginRedirect {
    LoginRedirect::to(&IdentityProvider::ENTRA).unwrap()
}

/// Where an unauthenticated request is redirected to; `None` for a response with 401.
fn location(
    login: &LoginRedirect,
    method: &Method,
    target: &str,
    headers: &[(&'static str, &'static str)],
) -> Option<String> {
    let map: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<Vec<(http::HeaderName, http::HeaderValue)>>()
        .into_iter()
        .collect();
    let uri: Uri = target.parse().unwrap();
    let rejection = Rejection::unauthenticated().or_login(login, method, &uri, &map);
    let location =
        rejection.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    match location {
        Some(_) => {
            assert_eq!((rejection.status().as_u16(), rejection.body()), (302, String::new()));
            assert_eq!(rejection.headers().get("www-authenticate"), None);
            assert_eq!(rejection.headers().get("content-type"), None);
        }
        None => assert_eq!(rejection, Rejection::unauthenticated()),
    }
    location
}

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

#[test]
fn navigations_are_redirected_to_sign_in() {
    let goes = |method: Method, headers: &[(&'static str, &'static str)]| {
        location(&entra(), &method, "/", headers).is_some()
    };
    let get = |headers: &[(&'static str, &'static str)]| goes(Method::GET, headers);
    // The headers of browsers for a page.
    assert!(get(&[HTML]));
    assert!(get(&[HTML, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]));
    assert!(get(&[("accept", "TEXT/HTML")]));
    assert!(get(&[("accept", "application/json, text/html;q=0.1")]));
    assert!(get(&[("accept", "text/html;level=1;q=0.05")]));
    assert!(get(&[("accept", "application/json"), HTML]));
    assert!(goes(Method::HEAD, &[HTML]));
    // A redirect would lose the body of a form.
    assert!(!goes(Method::POST, &[HTML]));
    assert!(!goes(Method::OPTIONS, &[HTML]));
    // Scripts.
    assert!(!get(&[HTML, ("sec-fetch-mode", "cors")]));
    assert!(!get(&[HTML, ("x-requested-with", "xmlhttprequest")]));
    // Android's WebView names its application.
    assert!(get(&[HTML, ("x-requested-with", "com.android.browser")]));
    assert!(!get(&[HTML, ("x-requested-with", "fetch")]));
    assert!(!get(&[("accept", "text/html, */*; q=0.01"), ("x-requested-with", "com.x")]));
    for header in ["hx-request", "x-pjax", "turbo-frame", "x-up-version", "x-inertia"] {
        assert!(!get(&[HTML, (header, "true")]), "{header}");
    }
    // Sign-in pages forbid framing (a Teams tab).
    for frame in ["iframe", "frame", "embed", "object", "fencedframe", "IFRAME", "empty"] {
        let navigation = ("sec-fetch-mode", "navigate");
        assert!(!get(&[HTML, navigation, ("sec-fetch-dest", frame)]), "{frame}");
    }
    // Loaded ahead of time.
    assert!(!get(&[HTML, ("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch;prerender")]));
    assert!(!get(&[HTML, ("purpose", "prefetch")]));
    // Programs.
    assert!(!get(&[]));
    assert!(!get(&[("accept", "*/*")]));
    assert!(!get(&[("accept", "text/*")]));
    assert!(!get(&[("accept", "application/json")]));
    assert!(!get(&[HTML, ("authorization", "Bearer abc")]));
    // Not acceptable (RFC 9110 section 12.4.2).
    for zero in ["text/html;q=0", "text/html; q=0.0", "text/html;Q=0.000", "text/html; q = 0"] {
        assert!(!get(&[("accept", zero)]), "{zero}");
    }
    // Acceptable in another media range.
    assert!(get(&[("accept", "text/html;q=0, text/html;level=1")]));
}

#[test]
fn browsers_return_to_the_requested_page() {
    let to = |target: &str| location(&entra(), &Method::GET, target, &[HTML]);
    let back = |path: &str| Some(format!("/.auth/login/aad?post_login_redirect_uri={path}"));
    assert_eq!(to("/"), back("%2F"));
    assert_eq!(to("/orders?page=2&q=a%20b"), back("%2Forders%3Fpage%3D2%26q%3Da%2520b"));
    assert_eq!(to("https://contoso.example/orders"), back("%2Forders"));
    assert_eq!(to(r"/orders?path=C:\temp"), back("%2Forders%3Fpath%3DC%3A%255Ctemp"));
    // Another host to a browser, directly or after a proxy has decoded it.
    for elsewhere in [
        "//evil.example/orders",
        "/%2fevil.example",
        "/%2F%2Fevil.example",
        "/%5cevil.example",
        "/%252fevil.example",
        "/%09/evil.example",
    ] {
        assert_eq!(to(elsewhere), None, "{elsewhere}");
    }
    let google = Endpoints::with_prefix("/auth").unwrap().login(&IdentityProvider::GOOGLE).unwrap();
    let login = LoginRedirect::from(google.parameter("access_type", "offline"));
    assert_eq!(
        location(&login, &Method::GET, "/", &[HTML]).as_deref(),
        Some("/auth/login/google?access_type=offline&post_login_redirect_uri=%2F"),
    );
    let unknown = LoginRedirect::to(&IdentityProvider::UNKNOWN);
    assert_eq!(unknown.unwrap_err().kind(), EndpointErrorKind::NoSignInPage);
}

#[test]
fn only_unauthenticated_callers_are_redirected() {
    let headers = [HTML];
    let uri = Uri::from_static("/");
    let none: [(&str, &str); 0] = [];
    let malformed = Rejection::from(EasyAuthPrincipal::parse("%").unwrap_err());
    for rejection in [Rejection::forbidden(&none), Rejection::no_token(), malformed] {
        let answer = rejection.clone().or_login(&entra(), &Method::GET, &uri, &headers);
        assert_eq!(answer, rejection);
    }
}

/// `Debug` is bounded, and shows no query, because it can contain a key.
#[test]
fn debug_output_is_bounded_and_has_no_query() {
    let uri = Uri::from_static("/api/x?code=FUNCTION-KEY");
    let rejection = Rejection::unauthenticated().or_login(&entra(), &Method::GET, &uri, &[HTML]);
    assert!(rejection.headers()["location"].to_str().unwrap().contains("FUNCTION-KEY"));
    assert_eq!(
        format!("{rejection:?}"),
        "Rejection { kind: Unauthenticated, status: 302, challenge: Some(Challenge { status: 401, \
         www_authenticate: Some(\"Bearer\"), .. }), location: Some(\"/.auth/login/aad\"), cause: None }",
    );
    // A page with a link.
    let marker = rejection.headers()["set-cookie"].to_str().unwrap().to_owned();
    let marker = marker.split(';').next().unwrap().to_owned();
    let back = [HTML, ("cookie", marker.as_str())];
    let page = Rejection::unauthenticated().or_login(&entra(), &Method::GET, &uri, &back);
    assert_eq!(page.kind(), RejectionKind::SignInIncomplete);
    assert!(page.body().contains("FUNCTION-KEY"), "the link leads back");
    assert!(!format!("{page:?}").contains("FUNCTION-KEY"));
    assert_eq!(
        page.source().unwrap().downcast_ref::<SetupError>().unwrap().kind().code(),
        "missing-identity"
    );
    // The name of a header can be long and contain control characters.
    let name = format!("x-ms-token-{}-expires-on", "y\u{1b}".repeat(30_000));
    let provider = IdentityProvider::new(&"y\u{1b}".repeat(30_000));
    let error = ProviderTokens::from_headers(&[(name.as_str(), "soon")], &provider).unwrap_err();
    let text = format!("{:?}", Rejection::from(error));
    assert!(text.len() < 2_000 && !text.contains('\u{1b}'), "{}", text.len());
    // The parts of a rejection.
    let back = ReturnTo::path("/x?code=FUNCTION-KEY#FUNCTION-KEY").unwrap();
    assert_eq!(format!("{back:?}"), "ReturnTo(\"/x\")");
    let login = Endpoints::default().login(&IdentityProvider::ENTRA).unwrap().return_to(&back);
    assert_eq!(format!("{login:?}"), "LoginAddress(\"/.auth/login/aad\")");
    let logout = Endpoints::default().logout().return_to(&back);
    assert_eq!(format!("{logout:?}"), "LogoutAddress(\"/.auth/logout\")");
    let long = Rejection::no_token().with_realm(&"r".repeat(60_000)).unwrap();
    assert!(format!("{long:?}").len() < 1_000);
}

/// A challenge has each parameter once (RFC 9110 section 11.2).
#[test]
fn the_last_realm_wins() {
    let rejection = Rejection::no_token().with_realm("one").unwrap().with_realm("two").unwrap();
    assert_eq!(rejection.headers()["www-authenticate"], "Bearer realm=\"two\"");
}

/// Counts the lookups of headers.
struct Counting {
    accepts: usize,
    lookups: Cell<usize>,
}

impl HeaderSource for Counting {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.lookups.set(self.lookups.get() + 1);
        let is_there = name.eq_ignore_ascii_case("accept") && index < self.accepts;
        is_there.then_some(&b""[..])
    }
}

/// Thousands of headers cause no additional work.
#[test]
fn lookups_for_a_redirect_are_bounded() {
    let lookups = |accepts| {
        let headers = Counting { accepts, lookups: Cell::new(0) };
        let rejection = Rejection::unauthenticated();
        let uri = Uri::from_static("/");
        assert_eq!(rejection.or_login(&entra(), &Method::GET, &uri, &headers).status(), 401);
        headers.lookups.get()
    };
    assert_eq!(lookups(100), lookups(100_000));
    assert!(lookups(100_000) < 50, "{}", lookups(100_000));
}

#[test]
fn setup_errors_have_stable_codes() {
    let all: Vec<String> =
        SetupErrorKind::ALL.iter().map(|kind| format!("{} {kind}", kind.code())).collect();
    assert_eq!(
        all,
        [
            "missing-platform nothing says whether identity headers can be trusted",
            "missing-layer no EasyAuthLayer handled the request before this",
            "missing-verifier nothing verifies bearer tokens",
            "missing-policy nothing says what each tool requires",
            "missing-rule the policy has no rule for the called tool",
            "ambiguous-data app_data has a type both directly and in web::Data; use one form",
            "missing-confirmation nothing confirms callers",
            "untrusted-platform identity headers are not trusted, and no token confirms them",
            "missing-id-token the identity headers came without an ID token",
            "missing-bearer the identity headers came without a bearer token",
            "missing-identity the browser was already sent to sign in, and the request has no identity headers",
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// For any requested address, a browser returns to a path of this site, or is not redirected (WHATWG
    /// URL: two slashes, or a slash and a backslash, begin a host).
    #[test]
    fn sign_in_redirects_stay_on_the_site(target in "/?(%25|%2f|%5C|%09|[/\\\\@:?#%. a-z\t]){0,8}") {
        let Ok(uri) = target.parse::<Uri>() else { return Ok(()) };
        let rejection = Rejection::unauthenticated().or_login(&entra(), &Method::GET, &uri, &[HTML]);
        if let Some(location) = rejection.headers().get("location") {
            let start = "/.auth/login/aad?post_login_redirect_uri=%2F";
            let rest = location.to_str().unwrap().strip_prefix(start);
            let rest = rest.expect("a path").to_ascii_lowercase();
            prop_assert!(!rest.starts_with("%2f") && !rest.starts_with("%5c"), "{}", rest);
            prop_assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-._~".contains(&byte)));
            // Also after everything is decoded: each `%25` is a percent sign.
            let mut decoded = rest;
            while decoded.contains("%25") {
                decoded = decoded.replace("%25", "%");
            }
            prop_assert!(!decoded.starts_with("%2f") && !decoded.starts_with("%5c"), "{}", decoded);
        }
    }
}
