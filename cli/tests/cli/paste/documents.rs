//! Documents in JSON: HTTP archives (HAR) and answers of `/.auth/me`.

use serde_json::{Value, json};

use super::{access, opens};
use crate::rejected;

#[test]
fn answers_of_me_are_found_in_archives() {
    let me = json!([{"provider_name": "aad", "user_id": "jo", "user_claims": [], "access_token": access()}]);
    let entry = json!({
        "request": {"url": "https://orders.azurewebsites.net/.auth/me", "headers": []},
        "response": {"content": {"text": me.to_string()}},
    });
    let report = opens(&json!({"log": {"entries": [entry]}}).to_string());
    assert_eq!(report["input"], "auth-me");
}

/// Browsers store the bodies of all answers in a HAR file. Only the extracted parts have the limits of the
/// library.
#[test]
fn large_archives_are_read() {
    let entry = |path: &str, headers: Value, body: &str| {
        json!({
            "request": {"url": format!("https://orders{path}"), "headers": headers},
            "response": {"content": {"text": body}},
        })
    };
    let archive = |entries: &[Value]| json!({"log": {"entries": entries}}).to_string();
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
