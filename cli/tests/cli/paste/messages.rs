//! Error messages, which are explained, and inputs that cannot be used, which are named.

use serde_json::{Value, json};

use super::{access, principal};
use crate::{rejected, run, token};

/// Error messages are explained, as `easyauth explain` does.
#[test]
fn error_messages_are_explained() {
    let cases = [
        ("AADSTS50011", "AADSTS50011"),
        (
            "(AuthorizationFailed) The client does not have authorization to perform action 'write'.",
            "AuthorizationFailed",
        ),
        ("AADSTS50011: The redirect URI 'https://orders/' does not match.", "AADSTS50011"),
        (
            "Sorry, but we're having trouble signing you in.\n\nAADSTS65001: The user has not",
            "AADSTS65001",
        ),
        (
            r#"{"error":"invalid_grant","error_description":"AADSTS50013: Assertion"}"#,
            "AADSTS50013",
        ),
        (
            r#"{"error":{"code":"InvalidAuthenticationTokenAudience","message":"The access token"}}"#,
            "InvalidAuthenticationTokenAudience",
        ),
        (
            r#"{"error":{"code":"AuthorizationFailed","message":"The client"}}"#,
            "AuthorizationFailed",
        ),
        ("IDX10223: Lifetime validation failed. The token is expired.", "IDX10223"),
        (
            "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer realm=\"\", error=\"invalid_token\"\n",
            "invalid_token",
        ),
    ];
    for (input, code) in cases {
        let outcome = run(&["inspect"], input);
        assert_eq!(outcome.out.lines().next(), Some(code), "{}{}", outcome.out, outcome.err);
        assert_eq!(outcome.status, 0);
        assert_eq!(outcome.out, run(&["explain"], input).out);
        let report: Value = serde_json::from_str(&run(&["inspect", "--json"], input).out).unwrap();
        assert_eq!(
            (&report["input"], &report["explanation"]["known"][0]["name"]),
            (&json!("error"), &json!(code))
        );
        // An error opens nothing.
        assert_eq!(run(&["inspect", "--for", "arm", "--check"], input).status, 1);
    }
}

#[test]
fn unusable_inputs_are_named() {
    let instead = "copy the headers of a request, an answer of /.auth/me, or one token";
    for (input, found) in [
        (
            "<html><body>Sign in</body></html>",
            "an HTML page without an error code; copy the text of the page with its AADSTS code, or",
        ),
        (
            "AppServiceAuthSession=Canary1/Canary2==; Path=/",
            "a session cookie, which only the platform can read; open /.auth/me in the same browser and",
        ),
        ("-----BEGIN CERTIFICATE-----\nCanary\n", "a key or certificate;"),
        (
            "<samlp:Response>Canary</samlp:Response>",
            "a SAML response, which Easy Auth does not use;",
        ),
    ] {
        rejected(&["inspect"], input, &format!("this is {found} {instead}"));
    }
    rejected(
        &["inspect"],
        "\nToken     : System.Security.SecureString\nExpiresOn : 3/12/2026\n",
        "this is a SecureString, which PowerShell prints without the token; use \
         `(Get-AzAccessToken).Token | ConvertFrom-SecureString -AsPlainText`",
    );
    for settings in ["../examples/authsettings.json", "../tests/data/settings/auth.json"] {
        rejected(
            &["inspect", settings],
            "",
            "these are settings, not a request; `easyauth settings lint` checks them, and --settings \
             FILE joins them to a request",
        );
    }
    for request in [format!("X-MS-CLIENT-PRINCIPAL: {}", principal()), access()] {
        rejected(
            &["settings", "lint"],
            request,
            "this is a request or a token, not settings; `easyauth inspect` reads it",
        );
    }
    // Which of two tokens is meant is unknown.
    let (one, other) = (access(), token("{}"));
    for two in [
        format!("a {one} and {other}"),
        format!("{one} {other}"),
        format!("{one}\n{other}\n"),
        format!("  {one}\n  {other}\n"),
        format!("Token : {one}\n        {other}\n"),
    ] {
        let error = "expected the headers of a request, an answer of /.auth/me, or one token";
        rejected(&["inspect"], two, error);
    }
    for mark in ["...", "…"] {
        rejected(
            &["inspect"],
            format!("Name    Value\nX-MS-CLIENT-PRINCIPAL    {{eyJhdXRoX3R5cCI6ImFhZ{mark}}}\n"),
            "the value of X-MS-CLIENT-PRINCIPAL was shortened by the tool that printed it; in \
             PowerShell, use `$Request.Headers | ConvertTo-Json`",
        );
    }
    // HttpLogging of ASP.NET Core, pino.
    for request in [
        "info: Microsoft.AspNetCore.HttpLogging.HttpLoggingMiddleware[1]\n      Request:\n      \
         Protocol: HTTP/1.1\n      Host: orders\n      X-MS-CLIENT-PRINCIPAL: [Redacted]\n",
        "Host: orders\nX-MS-CLIENT-PRINCIPAL: [Redacted]\n",
        "INFO {\"x-ms-client-principal\":\"[Redacted]\"}",
        r#"{"x-ms-client-principal":"[Redacted]"}"#,
        r#"{"req":{"headers":{"x-ms-client-principal":["[redacted]"]}}}"#,
    ] {
        rejected(
            &["inspect"],
            request,
            "the value of X-MS-CLIENT-PRINCIPAL was redacted by the tool that printed it; in ASP.NET \
             Core, add the name to HttpLoggingOptions.RequestHeaders",
        );
    }
    // Two values of one header stay an error.
    rejected(
        &["inspect"],
        "header X-MS-CLIENT-PRINCIPAL-NAME: jo\nheader X-MS-CLIENT-PRINCIPAL-NAME: di\n",
        "header X-MS-CLIENT-PRINCIPAL-NAME: expected one value, found more",
    );
}
