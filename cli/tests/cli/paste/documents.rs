//! Documents in JSON: HTTP archives (HAR) and answers of `/.auth/me`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use super::{access, opens};
use crate::{rejected, run, shows};

/// An entry of an archive: the request, and the status and the content of the answer.
fn entry(url: &str, headers: impl Serialize, status: u16, content: impl Serialize) -> Value {
    json!({
        "request": {"url": url, "headers": headers},
        "response": {"status": status, "content": content},
    })
}

fn archive(entries: &[Value]) -> String {
    json!({"log": {"entries": entries}}).to_string()
}

/// Browsers store the bodies of all answers in a HAR file. Only the extracted parts have the limits of the
/// library.
#[test]
fn large_archives_are_read() {
    let entry = |path: &str, headers: Value, body: &str| {
        entry(&format!("https://orders{path}"), headers, 200, json!({"text": body}))
    };
    let large = "a".repeat(2 * easyauth::MAX_ME_LEN);
    let headers = json!([{"name": "X-MS-TOKEN-AAD-ACCESS-TOKEN", "value": access()}]);
    let script = || entry("/a.js", json!([]), &large);
    opens(&archive(&[script(), entry("/", headers, ""), script()]));
    let me = archive(&[entry("/.auth/me", json!([]), &large)]);
    let error =
        "the response of /.auth/me is too long: expected at most 1048576 bytes, found 2097152";
    rejected(&["inspect"], me, error);
    let limit = 32 * 1024 * 1024;
    let error = format!("the input is longer than {limit} bytes");
    rejected(&["inspect"], "a".repeat(limit + 1), &error);
    if cfg!(feature = "online") {
        let verify = ["verify", "--tenant", "organizations", "--audience", "api://orders"];
        rejected(&verify, "a".repeat(limit + 1), &error);
    }
}

/// One entry that is useless does not hide the others.
#[test]
fn the_last_useful_entry_of_an_archive_is_read() {
    const ME: &str = "https://orders.azurewebsites.net/.auth/me";
    let sessions = json!([{"provider_name": "aad", "user_id": "jo", "user_claims": [], "access_token": access()}])
        .to_string();
    let text = json!({"text": sessions});
    let me = || entry(ME, json!([]), 200, text.clone());
    let authorization = |value: &str| {
        let headers = json!([{"name": "Authorization", "value": value}]);
        entry("https://management.azure.com/subscriptions", headers, 200, json!({}))
    };
    let bearer = || authorization(&format!("Bearer {}", access()));
    let base64 = json!({"text": STANDARD.encode(&sessions), "encoding": "base64"});
    let failed = |status| entry(ME, json!([]), status, json!({"text": ""}));
    for (entries, input) in [
        (vec![me()], "auth-me"),
        (vec![entry(ME, json!([]), 200, base64)], "auth-me"),
        (vec![entry(&format!("{ME}?t=1"), json!([]), 200, text.clone())], "auth-me"),
        (vec![entry(&format!("{ME}#a"), json!([]), 200, text.clone())], "auth-me"),
        (vec![me(), failed(401)], "auth-me"),
        (vec![me(), failed(302)], "auth-me"),
        // A page that answers in place of the platform.
        (vec![me(), entry(ME, json!([]), 200, json!({"text": "<html>"}))], "auth-me"),
        (vec![me(), entry("https://orders/", json!([]), 200, json!({}))], "auth-me"),
        // After signing out.
        (vec![me(), entry(ME, json!([]), 200, json!({"text": "[]"}))], "auth-me"),
        (vec![bearer(), entry(ME, json!([]), 200, json!({"text": "[]"}))], "request-head"),
        (
            vec![
                bearer(),
                entry(ME, json!([]), 200, json!({"text": "{\"clientPrincipal\":null}"})),
            ],
            "request-head",
        ),
        (vec![me(), json!({})], "auth-me"),
        (vec![bearer(), failed(401)], "request-head"),
        (vec![bearer(), authorization("Basic am86cHc=")], "request-head"),
        (vec![me(), authorization("Basic am86cHc=")], "auth-me"),
    ] {
        assert_eq!(opens(&archive(&entries))["input"], input, "{entries:?}");
    }
    let nothing =
        "the archive has neither a request with headers of Easy Auth nor an answer of /.auth/me";
    let empty =
        "the response of /.auth/me is empty: check that the request has the session cookie, and ";
    let me_failed =
        "the response of /.auth/me has neither the format of App Service nor of Static Web Apps";
    for (entries, error) in [
        (vec![], nothing),
        (vec![entry("https://orders/", json!([]), 200, json!({"text": "a"}))], nothing),
        (vec![failed(401)], empty),
        (vec![entry(ME, json!([]), 302, json!({}))], empty),
        (vec![failed(401), entry(ME, json!([]), 200, json!({"text": "{}"}))], me_failed),
    ] {
        let outcome = run(&["inspect"], archive(&entries));
        assert!(outcome.err.starts_with(&format!("error: {error}")), "{}", outcome.err);
    }
    // Without a token, what is sent in its place is reported.
    let outcome = run(&["inspect"], archive(&[authorization("Basic am86cHc=")]));
    shows(&outcome.out, &["no tokens"]);
}

/// Loggers put the headers deep into documents.
#[test]
fn headers_are_found_anywhere_in_json() {
    let headers = json!({"host": "orders", "x-ms-client-principal-id": "7", "x-ms-token-aad-access-token": access()});
    let lists =
        json!({"X-MS-TOKEN-AAD-ACCESS-TOKEN": [access()], "X-MS-CLIENT-PRINCIPAL-ID": ["7"]});
    let pairs = json!([
        {"name": "Host", "value": "orders"},
        {"name": "x-ms-client-principal-id", "value": "7"},
        {"name": "x-ms-token-aad-access-token", "value": access()},
    ]);
    let flat = json!([
        "Host",
        "orders",
        "x-ms-client-principal-id",
        "7",
        "x-ms-token-aad-access-token",
        access()
    ]);
    for document in [
        // One entry of an archive, as Firefox copies it.
        json!({"request": {"headers": pairs}, "response": {"headers": []}}),
        // pino and bunyan.
        json!({"level": 30, "req": {"method": "GET", "headers": headers}}),
        // Azure Functions: a custom handler.
        json!({"Data": {"req": {"Headers": lists}}, "Metadata": {}}),
        json!({"rawHeaders": flat}),
        // Application Insights.
        json!({"customDimensions": headers.to_string()}),
        json!([{"message": "request", "customDimensions": {"headers": headers.to_string()}}]),
        json!({"customDimensions": json!({"headers": headers.to_string()}).to_string()}),
        // Envoy, AWS, OpenTelemetry.
        json!({"request": {"headers": [
            {"key": "x-ms-client-principal-id", "rawValue": "7"},
            {"key": "x-ms-token-aad-access-token", "rawValue": access()},
        ]}}),
        json!({"fields": [
            {"key": "x-ms-client-principal-id", "val": "7"},
            {"key": "x-ms-token-aad-access-token", "val": access()},
        ]}),
        json!({"multiValueHeaders": lists}),
        json!({
            "http.request.header.x-ms-client-principal-id": ["7"],
            "http.request.header.x-ms-token-aad-access-token": [access()],
        }),
        // The names alone, as in CORS.
        json!({"allowed": ["x-ms-client-principal-id", "x-ms-client-principal-idp"], "req": lists}),
        json!({"env": {"HTTP_X_MS_CLIENT_PRINCIPAL_ID": 7, "HTTP_X_MS_TOKEN_AAD_ACCESS_TOKEN": access()}}),
        // A request in a string.
        json!({"msg": format!(
            "GET / HTTP/1.1\r\nX-MS-CLIENT-PRINCIPAL-ID: 7\r\nX-MS-TOKEN-AAD-ACCESS-TOKEN: {}\r\n\r\n",
            access(),
        )}),
    ] {
        for text in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
            let report = opens(&text);
            assert_eq!(report["accounts"][0]["principal"]["id"], "7", "{text}");
        }
        // Lines of a log.
        let lines = format!("{}\n{document}\n", json!({"level": 30, "msg": "GET\r\n"}));
        assert_eq!(opens(&lines)["accounts"][0]["principal"]["id"], "7", "{lines}");
    }
}

/// .NET writes `+` as `\u002B`, PHP `/` as `\/`.
#[test]
fn strings_in_json_are_read_without_escapes() {
    let name = "CONTOSO\\jo \"Jo\" ~~~???";
    let principal = STANDARD.encode(format!(
        r#"{{"auth_typ":"aad","claims":[{{"typ":"name","val":{}}}],"name_typ":"name"}}"#,
        json!(name)
    ));
    assert!(principal.contains('+') && principal.contains('/'), "{principal}");
    let headers = json!({"X-MS-CLIENT-PRINCIPAL-NAME": name, "X-MS-CLIENT-PRINCIPAL": principal});
    let escaped = headers.to_string().replace('+', "\\u002B").replace('/', "\\/");
    let has_name = |input: &str| {
        let outcome = run(&["inspect", "--json"], input);
        let report: Value = serde_json::from_str(&outcome.out).expect(&outcome.err);
        assert_eq!(report["accounts"][0]["principal"]["name"], name, "{input}");
    };
    for document in [
        json!({"req": {"data": headers}}),
        json!({"msg": headers.to_string()}),
        json!({"msg": escaped}),
        json!([json!({"msg": json!({"msg": escaped}).to_string()}).to_string()]),
    ] {
        has_name(&document.to_string());
    }
    let principal = principal.replace('/', "\\/");
    has_name(&format!(
        "INFO {{\"X-MS-CLIENT-PRINCIPAL\":\"{}\"}}",
        principal.replace('+', "\\u002B")
    ));
    has_name(&format!(
        "INFO {{\"X-MS-CLIENT-PRINCIPAL\":\"{}\"}}",
        principal.replace('+', "\\u002b")
    ));
}

/// Documents can be deep in lists and in strings of each other.
#[test]
fn deep_documents_are_read() {
    let mut text = json!({"X-MS-CLIENT-PRINCIPAL-ID": "7"}).to_string();
    for _ in 0..12 {
        text = format!("{}{}{}", "[".repeat(120), json!(text), "]".repeat(120));
        let outcome = run(&["inspect", "--json"], &text);
        let report: Value = serde_json::from_str(&outcome.out).expect(&outcome.err);
        assert_eq!(report["accounts"][0]["principal"]["id"], "7");
    }
}

#[test]
fn other_json_is_named() {
    let unknown = "expected the headers of a request, an answer of /.auth/me, or one token";
    let not_ours = "none of the headers is from Easy Auth; expected X-MS-CLIENT-PRINCIPAL, X-MS-TOKEN-* or Authorization";
    let me = "the response of /.auth/me";
    for (document, error) in [
        (json!({"headers": {"Host": "orders"}}), not_ours),
        (json!({"Headers": {"Host": ["orders"]}}), not_ours),
        (json!({"request": {"headers": [{"name": "Host", "value": "orders"}]}}), not_ours),
        (json!([["Host", "orders"]]), not_ours),
        (json!({"rawHeaders": ["Host", "orders"]}), unknown),
        (json!({"a": 1}), unknown),
        (json!({}), unknown),
        (json!({"cookie": "AppServiceAuthSession=Canary"}), "this is a session cookie, "),
        (json!({"provider_name": "aad"}), me),
        (json!({"clientPrincipal": 1}), "a principal in the response of /.auth/me is invalid: "),
        (json!([1]), me),
    ] {
        let outcome = run(&["inspect"], document.to_string());
        assert!(outcome.err.starts_with(&format!("error: {error}")), "{document} {}", outcome.err);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""));
    }
}
