//! `easyauth explain`.

use serde_json::Value;

use crate::{rejected, run, shows};

#[test]
fn codes_are_explained() {
    let page = run(&["explain", "AADSTS50011"], "");
    assert_eq!(
        page.out,
        "\
AADSTS50011
  meaning        the redirect URI of the request is not registered for the application
  who can fix it the developer of this service
  fix            register https://<host>/.auth/login/<provider>/callback as a redirect URI of the
                 platform type Web
  source         Microsoft Entra authentication and authorization error codes
"
    );
    assert_eq!((page.status, page.err.as_str()), (0, ""));
    for code in ["aadsts50011", "50011", " AADSTS50011 "] {
        assert_eq!(run(&["explain", code], "").out, page.out, "{code}");
    }
    for code in ["InvalidAuthenticationTokenAudience", "invalid_grant", "AADSTS9010010"] {
        let outcome = run(&["explain", code], "");
        assert_eq!(outcome.status, 0, "{code}: {}", outcome.err);
        assert!(outcome.out.to_lowercase().starts_with(&code.to_lowercase()), "{}", outcome.out);
    }
}

/// Every code of the table is found by its name.
#[test]
fn every_known_code_is_explained() {
    for error in easyauth::error_codes::KnownError::all() {
        let outcome = run(&["explain", error.name()], "");
        assert_eq!(outcome.out.lines().next(), Some(error.name()));
        assert_eq!(outcome.status, 0);
    }
}

#[test]
fn messages_are_explained() {
    let message = "AADSTS50011: The redirect URI 'https://orders.example/cb' does not match.\r\n\
                   Trace ID: 00000001-0000-4000-8000-000000000001\r\n\
                   Correlation ID: 00000003-0000-4000-8000-000000000003\r\n\
                   Timestamp: 2026-03-12 14:04:32Z";
    let outcome = run(&["explain"], message);
    shows(
        &outcome.out,
        &["correlation ID 00000003-0000-4000-8000-000000000003", "time 2026-03-12 14:04:32Z"],
    );
    assert!(!outcome.out.contains("orders.example"), "{}", outcome.out);
    let json = run(&["explain", "-", "--json"], message).out;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["known"][0]["name"], "AADSTS50011");
    assert_eq!(json["traceId"], "00000001-0000-4000-8000-000000000001");
}

/// Messages as Windows PowerShell and editors save them.
#[test]
fn messages_are_read_in_other_encodings() {
    for message in [&b"\xef\xbb\xbfAADSTS50011"[..], b"AADSTS50011: \xe9"] {
        let outcome = run(&["explain"], message);
        assert_eq!(outcome.out.lines().next(), Some("AADSTS50011"), "{}", outcome.err);
    }
    for utf16 in [&b"\xff\xfeA\0A\0"[..], b"\xfe\xff\0A\0A", b"A\0A\0"] {
        let error = "the input is UTF-16, which PowerShell writes; save it as UTF-8";
        rejected(&["explain"], utf16, error);
    }
}

#[test]
fn unknown_codes_are_answered_with_no() {
    let outcome = run(&["explain", "AADSTS49999"], "");
    assert_eq!((outcome.status, outcome.err.as_str()), (1, ""));
    shows(&outcome.out, &["AADSTS49999", "https://login.microsoftonline.com/error?code=49999"]);
    let error = "no error code found; expected a code such as AADSTS50011 or \
                 InvalidAuthenticationTokenAudience, or a message with one";
    for code in ["nothing", "eyJ0eXAiOiJKV1QifQ.e30.c2ln", ""] {
        rejected(&["explain", code], "", error);
        rejected(&["explain"], code, error);
    }
}
