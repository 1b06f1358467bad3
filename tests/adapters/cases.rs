//! The table of cases.

use std::net::SocketAddr;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    client::{self, Answer},
    setup::{principal, principal_json},
    support::{Draft, EXPIRES, FOREIGN_KEY, NOW, OTHER_TENANT, USER},
};

const OTHER_USER: &str = "00000009-0000-4000-8000-000000000009";
const MAX: usize = easyauth::headers::MAX_HEADER_LEN;

/// The expected response.
enum Expected {
    Passes(String),
    /// Status, the code of the problem, and the challenge.
    Refused(u16, &'static str, Option<&'static str>),
    /// To this address.
    Login(&'static str),
}

use Expected::{Login, Passes, Refused};

struct Case {
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    expected: Expected,
}

fn case(path: &'static str, headers: &[(&'static str, &str)], expected: Expected) -> Case {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Case { path, headers, expected }
}

fn passes(body: &str) -> Expected {
    Passes(body.to_owned())
}

fn table() -> Vec<Case> {
    const PRINCIPAL: &str = "X-MS-CLIENT-PRINCIPAL";
    const ACCESS: &str = "X-MS-TOKEN-AAD-ACCESS-TOKEN";
    const BEARER: &str = "Authorization";
    const ACCEPT: &str = "Accept";
    const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    let user = principal("José Sample", "Reader");
    let admin = principal("José Sample", "Admin");
    let other = principal_json("Other Sample", "Admin").replace(USER, OTHER_USER);
    let other = BASE64_STANDARD.encode(other);
    let of_github = BASE64_STANDARD.encode(r#"{"auth_typ":"github","claims":[]}"#);
    let anonymous = BASE64_STANDARD.encode(r#"{"identityProvider":"x","userRoles":["anonymous"]}"#);
    let bearer = |draft: Draft| format!("Bearer {}", draft.sign());
    let good = bearer(Draft::access());
    // The name fills the JSON up to what makes the longest header that is read, in base64.
    let longest_name = "x".repeat(MAX / 4 * 3 - principal_json("", "Reader").len());
    let longest = principal(&longest_name, "Reader");
    assert_eq!(longest.len(), MAX);
    let too_long = format!("{longest}=");

    vec![
        // Good.
        case("/me", &[(PRINCIPAL, &user)], passes("user José Sample")),
        case("/maybe", &[(PRINCIPAL, &user)], passes("user José Sample")),
        case("/admin", &[(PRINCIPAL, &admin)], passes("user José Sample")),
        case(
            "/tokens",
            &[(PRINCIPAL, &user), (ACCESS, "opaque-token")],
            passes("an access token of 12 bytes"),
        ),
        case("/tokens", &[(PRINCIPAL, &user)], passes("an access token of 0 bytes")),
        case("/token", &[(BEARER, &good)], Passes(format!("token of {USER}"))),
        case("/maybe-token", &[(BEARER, &good)], Passes(format!("token of {USER}"))),
        case("/maybe-token", &[], passes("no token")),
        case("/files", &[(BEARER, &good)], Passes(format!("token of {USER}"))),
        case(
            "/files",
            &[(BEARER, &bearer(Draft::access_of_app()))],
            Passes(format!("token of {USER}")),
        ),
        // The API client of a service behind Easy Auth: the platform made the principal of the token.
        case("/admin", &[(PRINCIPAL, &admin), (BEARER, &good)], passes("user José Sample")),
        // The session of one caller with the token of another, which the platform does not send.
        case("/token", &[(PRINCIPAL, &other), (BEARER, &good)], Refused(400, "mismatch", None)),
        case(
            "/maybe-token",
            &[(PRINCIPAL, &other), (BEARER, &good)],
            Refused(400, "mismatch", None),
        ),
        case("/files", &[(PRINCIPAL, &other), (BEARER, &good)], Refused(400, "mismatch", None)),
        // A user of another provider, whose ID is not that of the token; without an ID there is nothing to compare.
        case(
            "/files",
            &[(PRINCIPAL, &of_github), ("X-MS-CLIENT-PRINCIPAL-ID", "583231"), (BEARER, &good)],
            Refused(400, "mismatch", None),
        ),
        case(
            "/files",
            &[(PRINCIPAL, &of_github), (BEARER, &good)],
            Passes(format!("token of {USER}")),
        ),
        // Absent.
        case("/maybe", &[], passes("anonymous")),
        case("/me", &[], Refused(401, "unauthenticated", Some("Bearer"))),
        case("/tokens", &[], Refused(401, "unauthenticated", Some("Bearer"))),
        case("/admin", &[], Refused(401, "unauthenticated", Some("Bearer"))),
        case("/token", &[], Refused(401, "no-token", Some(r#"Bearer realm="files""#))),
        case(
            "/files",
            &[],
            Refused(401, "no-token", Some(r#"Bearer realm="files", scope="Files.Read""#)),
        ),
        // A header with another scheme contains no bearer token.
        case(
            "/token",
            &[(BEARER, "Basic dXNlcjpwYXNz")],
            Refused(401, "no-token", Some(r#"Bearer realm="files""#)),
        ),
        // A visitor of a Static Web App who is not signed in.
        case("/maybe", &[(PRINCIPAL, &anonymous)], passes("anonymous")),
        // Malformed.
        case("/me", &[(PRINCIPAL, "not base64!")], Refused(400, "malformed-identity", None)),
        case("/maybe", &[(PRINCIPAL, "not base64!")], Refused(400, "malformed-identity", None)),
        case("/admin", &[(PRINCIPAL, "e30=")], Refused(400, "malformed-identity", None)),
        case(
            "/tokens",
            &[(PRINCIPAL, &user), ("X-MS-TOKEN-AAD-EXPIRES-ON", "soon")],
            Refused(400, "malformed-identity", None),
        ),
        case(
            "/token",
            &[(BEARER, "Bearer two tokens")],
            Refused(
                400,
                "malformed-authorization",
                Some(
                    r#"Bearer realm="files", error="invalid_request", error_description="the request does not have exactly one well-formed bearer token""#,
                ),
            ),
        ),
        case(
            "/maybe-token",
            &[(BEARER, "Bearer no-jwt")],
            Refused(
                401,
                "invalid-token",
                Some(
                    r#"Bearer realm="files", error="invalid_token", error_description="the token is malformed""#,
                ),
            ),
        ),
        // Two headers, of which the platform wrote one at most.
        case(
            "/maybe",
            &[(PRINCIPAL, &user), (PRINCIPAL, &admin)],
            Refused(400, "malformed-identity", None),
        ),
        case(
            "/me",
            &[(PRINCIPAL, &user), ("x-ms-client-principal", &user)],
            Refused(400, "malformed-identity", None),
        ),
        case(
            "/token",
            &[(BEARER, &good), (BEARER, &good)],
            Refused(
                400,
                "malformed-authorization",
                Some(
                    r#"Bearer realm="files", error="invalid_request", error_description="the request does not have exactly one well-formed bearer token""#,
                ),
            ),
        ),
        // Wrong role: with a bearer token, a better token may do.
        case("/admin", &[(PRINCIPAL, &user)], Refused(403, "forbidden", None)),
        case(
            "/admin",
            &[(PRINCIPAL, &user), (BEARER, &good)],
            Refused(
                403,
                "forbidden",
                Some(
                    r#"Bearer error="insufficient_scope", error_description="the token does not meet the requirement""#,
                ),
            ),
        ),
        case(
            "/files",
            &[(BEARER, &bearer(Draft::access().with("scp", "Mail.Read")))],
            Refused(
                403,
                "forbidden",
                Some(
                    r#"Bearer realm="files", error="insufficient_scope", error_description="the token does not meet the requirement", scope="Files.Read""#,
                ),
            ),
        ),
        // Expired.
        case(
            "/token",
            &[(
                BEARER,
                &bearer(
                    Draft::access()
                        .with("exp", NOW - 3600)
                        .with("iat", NOW - 7200)
                        .with("nbf", NOW - 7200),
                ),
            )],
            Refused(
                401,
                "invalid-token",
                Some(
                    r#"Bearer realm="files", error="invalid_token", error_description="the token has expired""#,
                ),
            ),
        ),
        // Wrong audience.
        case(
            "/files",
            &[(BEARER, &bearer(Draft::access().with("aud", "api://another-api")))],
            Refused(
                401,
                "invalid-token",
                Some(
                    r#"Bearer realm="files", error="invalid_token", error_description="the token is for another audience""#,
                ),
            ),
        ),
        // Another tenant, and a signature by another key.
        case(
            "/token",
            &[(
                BEARER,
                &bearer(
                    Draft::access().with("tid", OTHER_TENANT).with(
                        "iss",
                        format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"),
                    ),
                ),
            )],
            Refused(
                401,
                "invalid-token",
                Some(
                    r#"Bearer realm="files", error="invalid_token", error_description="the token is from another tenant""#,
                ),
            ),
        ),
        case(
            "/token",
            &[(BEARER, &format!("Bearer {}", Draft::access().sign_with(&FOREIGN_KEY)))],
            Refused(
                401,
                "invalid-token",
                Some(
                    r#"Bearer realm="files", error="invalid_token", error_description="the signature of the token is not valid""#,
                ),
            ),
        ),
        // The longest header that is read, and one byte more.
        case("/me", &[(PRINCIPAL, &longest)], Passes(format!("user {longest_name}"))),
        case("/me", &[(PRINCIPAL, &too_long)], Refused(400, "malformed-identity", None)),
        case("/maybe", &[(PRINCIPAL, &too_long)], Refused(400, "malformed-identity", None)),
        // Browsers are sent to sign in, and back.
        case(
            "/me?page=2&x=%2F",
            &[(ACCEPT, HTML)],
            Login("/.auth/login/aad?post_login_redirect_uri=%2Fme%3Fpage%3D2%26x%3D%252F"),
        ),
        case(
            "/admin",
            &[(ACCEPT, HTML), ("Sec-Fetch-Mode", "navigate")],
            Login("/.auth/login/aad?post_login_redirect_uri=%2Fadmin"),
        ),
        // Programs and scripts are not.
        case(
            "/me",
            &[(ACCEPT, "application/json")],
            Refused(401, "unauthenticated", Some("Bearer")),
        ),
        case(
            "/me",
            &[(ACCEPT, HTML), ("Sec-Fetch-Mode", "cors")],
            Refused(401, "unauthenticated", Some("Bearer")),
        ),
        case(
            "/me",
            &[(ACCEPT, HTML), ("X-Requested-With", "XMLHttpRequest")],
            Refused(401, "unauthenticated", Some("Bearer")),
        ),
        // A nested router, a scope: the browser comes back to the whole address.
        case(
            "/app/me?page=2",
            &[(ACCEPT, HTML)],
            Login("/.auth/login/aad?post_login_redirect_uri=%2Fapp%2Fme%3Fpage%3D2"),
        ),
        case("/app/me", &[(PRINCIPAL, &user)], passes("user José Sample")),
        // A Teams tab is a frame, and sign-in pages forbid framing.
        case(
            "/me",
            &[(ACCEPT, HTML), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")],
            Refused(401, "unauthenticated", Some("Bearer")),
        ),
        case(
            "/me",
            &[(ACCEPT, HTML), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")],
            Login("/.auth/login/aad?post_login_redirect_uri=%2Fme"),
        ),
        // htmx over plain HTTP, where browsers send no `Sec-Fetch-Mode`.
        case(
            "/me",
            &[(ACCEPT, HTML), ("HX-Request", "true")],
            Refused(401, "unauthenticated", Some("Bearer")),
        ),
        // jQuery and its like.
        case(
            "/me",
            &[(ACCEPT, "text/html, */*; q=0.01"), ("X-Requested-With", "fetch")],
            Refused(401, "unauthenticated", Some("Bearer")),
        ),
        // `X-MS-ORIGINAL-URL` is for Static Web Apps alone.
        case(
            "/me",
            &[(ACCEPT, HTML), ("X-MS-ORIGINAL-URL", "https://files.example/original")],
            Login("/.auth/login/aad?post_login_redirect_uri=%2Fme"),
        ),
        // Signing in again does not help who is signed in.
        case("/admin", &[(ACCEPT, HTML), (PRINCIPAL, &user)], Refused(403, "forbidden", None)),
        case("/me", &[(ACCEPT, HTML), (PRINCIPAL, "%")], Refused(400, "malformed-identity", None)),
        // A token for an hour more.
        case(
            "/token",
            &[(BEARER, &bearer(Draft::access().with("exp", EXPIRES + 3600)))],
            Passes(format!("token of {USER}")),
        ),
    ]
}

/// Sends every request of the table to the service.
#[track_caller]
pub(crate) fn check(adapter: &str, address: SocketAddr) {
    for (number, case) in table().into_iter().enumerate() {
        let answer = client::get(address, case.path, &case.headers);
        let name = format!("{adapter}: case {number}, {} {}", case.path, answer.status);
        match case.expected {
            Passes(body) => {
                assert_eq!(answer.status, 200, "{name}: {}", answer.body);
                assert_eq!(answer.body, body, "{name}");
                assert_eq!(answer.header("www-authenticate"), None, "{name}");
            }
            Refused(status, code, challenge) => {
                assert_eq!(answer.status, status, "{name}: {}", answer.body);
                assert_eq!(answer.header("www-authenticate").as_deref(), challenge, "{name}");
                assert_problem(&answer, code);
                assert_kept_by_nobody(&answer);
            }
            Login(location) => {
                assert_eq!(answer.status, 302, "{name}: {}", answer.body);
                assert_eq!(answer.header("location").as_deref(), Some(location), "{name}");
                assert_eq!(answer.body, "", "{name}");
                assert_eq!(answer.header("www-authenticate"), None, "{name}");
                assert_kept_by_nobody(&answer);
            }
        }
    }
}

/// Asserts that the body contains only the broken rule.
#[track_caller]
fn assert_problem(answer: &Answer, code: &str) {
    let kinds = easyauth::rejection::RejectionKind::ALL;
    let kind = kinds.iter().find(|kind| kind.code() == code).unwrap();
    let title = match answer.status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        500 => "Internal Server Error",
        _ => "Service Unavailable",
    };
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"));
    assert_eq!(
        serde_json::from_str::<Value>(&answer.body).unwrap(),
        json!({
            "type": "about:blank", "title": title, "status": answer.status,
            "code": code, "detail": kind.detail(),
        }),
    );
}

#[track_caller]
fn assert_kept_by_nobody(answer: &Answer) {
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(answer.header("vary").as_deref(), Some("Accept, Authorization, Cookie"));
}
