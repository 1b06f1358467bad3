//! The example program `verify`, as its users run it.
#![cfg(feature = "ureq")]
#![allow(clippy::unwrap_used)]

#[path = "../examples/verify/main.rs"]
#[allow(dead_code, reason = "its main function is for the example")]
mod verify;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PAGE: &str = r#"a good token, with the scope Files.Read
  request            GET /files
  answer             200 OK

the same token, and a request that needs more
  request            PUT /files
  answer             403 Forbidden
  WWW-Authenticate   Bearer error="insufficient_scope", error_description="the token lacks a permission", scope="Files.Write"
  log                the token does not meet the requirement: it lacks the scope Files.Write, or the application permission Files.Write.All

a token of another tenant
  request            GET /files
  answer             401 Unauthorized
  WWW-Authenticate   Bearer error="invalid_token", error_description="the token is from another tenant"
  log                the token is from another tenant: expected b811a652-39e6-4a0c-b563-4279a1dd5012, found 00000002-0000-4000-8000-000000000002

a token that expired ten minutes ago
  request            GET /files
  answer             401 Unauthorized
  WWW-Authenticate   Bearer error="invalid_token", error_description="the token has expired"
  log                the token has expired

a token for another API
  request            GET /files
  answer             401 Unauthorized
  WWW-Authenticate   Bearer error="invalid_token", error_description="the token is for another audience"
  log                the token is for another audience: expected api://00000006-0000-4000-8000-000000000006 or 00000006-0000-4000-8000-000000000006, found api://another-api

a token for Microsoft Graph, with a nonce in its header
  request            GET /files
  answer             401 Unauthorized
  WWW-Authenticate   Bearer error="invalid_token", error_description="the token is for a Microsoft API, which alone can verify it"
  log                the token is for a Microsoft API, which alone can verify it

a forged token: as the good one, and signed by somebody else
  request            GET /files
  answer             401 Unauthorized
  WWW-Authenticate   Bearer error="invalid_token", error_description="the signature of the token is not valid"
  log                the signature of the token is not valid

an ID token in the place of an access token
  request            GET /files
  answer             401 Unauthorized
  WWW-Authenticate   Bearer error="invalid_token", error_description="the token is an ID token, which opens no API"
  log                the token is an ID token, which opens no API

the key store
  known keys         2
"#;

fn run(now: SystemTime) -> String {
    let mut out = Vec::new();
    verify::run(now, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_page() {
    assert_eq!(run(SystemTime::now()), PAGE);
    // New keys and another time make no difference.
    assert_eq!(run(UNIX_EPOCH + Duration::from_secs(2_000_000_000)), PAGE);
}

#[test]
fn no_token_is_printed() {
    // Every JWT begins with `{"` in base64url.
    assert!(!PAGE.contains("eyJ"));
    assert!(PAGE.lines().all(|line| line == line.trim_end()));
}
