//! Calls of MCP tools: which tool a body calls, and what the tool requires.

use easyauth::mcp::{
    MAX_BODY_LEN, ToolCall,
    ToolCallErrorKind::{self, *},
};

#[track_caller]
fn calls(body: &str, tool: &str) {
    assert_eq!(ToolCall::parse(body.as_bytes()).unwrap().unwrap().tool(), tool, "{body}");
}

#[track_caller]
fn calls_nothing(body: &str) {
    assert_eq!(ToolCall::parse(body.as_bytes()), Ok(None), "{body}");
}

#[track_caller]
fn fails(body: &str, kind: ToolCallErrorKind) {
    assert_eq!(ToolCall::parse(body.as_bytes()).unwrap_err().kind(), kind, "{body}");
}

#[test]
fn a_call_names_its_tool() {
    calls(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"send","arguments":{}}}"#,
        "send",
    );
    // The members in any order, and with escapes.
    calls(r#"{"params":{"arguments":{},"name":"send"},"method":"tools/call","id":1}"#, "send");
    calls(r#" {"m\u0065thod":"tools\/call","params":{"n\u0061me":"s\u0065nd"}} "#, "send");
    calls(r#"{"method":"tools/call","params":{"name":"Send Mail!"}}"#, "Send Mail!");
    calls(r#"{"method":"tools/call","params":{"name":""}}"#, "");
    // Names elsewhere are not the tool.
    calls(
        r#"{"method":"tools/call","name":"a","params":{"name":"send","arguments":{"name":"b","method":"c"},"_meta":{"name":"d"}}}"#,
        "send",
    );
    // A notification, which a server may act on.
    calls(r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"send"}}"#, "send");
    // Members that do not matter may be there twice.
    calls(r#"{"id":1,"id":2,"method":"tools/call","params":{"name":"send","x":1,"x":2}}"#, "send");
}

#[test]
fn other_messages_call_no_tool() {
    calls_nothing(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#);
    calls_nothing(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    calls_nothing(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    // A response of the client.
    calls_nothing(r#"{"jsonrpc":"2.0","id":1,"result":{"name":"send"}}"#);
    calls_nothing("{}");
    // Parameters of other methods are read by other rules.
    calls_nothing(r#"{"method":"prompts/get","params":{"name":"a","name":"b"}}"#);
    calls_nothing(r#"{"method":"x","params":[]}"#);
    // Methods are compared exactly.
    calls_nothing(r#"{"method":"Tools/Call","params":{"name":"send"}}"#);
    calls_nothing(r#"{"method":"tools/call ","params":{"name":"send"}}"#);
}

#[test]
fn nothing_slips_past_by_a_second_member() {
    for body in [
        r#"{"method":"tools/list","method":"tools/call","params":{"name":"send"}}"#,
        r#"{"method":"tools/call","method":"tools/list","params":{"name":"send"}}"#,
        r#"{"method":"tools/call","method":"tools/call","params":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list"},"params":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list","name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"send","name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list","arguments":{},"name":"send"}}"#,
        // With escapes.
        r#"{"method":"tools/list","\u006dethod":"tools/call","params":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list","nam\u0065":"send"}}"#,
        // Of another type.
        r#"{"method":"tools/call","params":{"name":"list","name":null}}"#,
        r#"{"method":"tools/call","params":{"name":["list"],"name":"send"}}"#,
        r#"{"method":"tools/call","params":[],"params":{"name":"send"}}"#,
        // For libraries that ignore case.
        r#"{"Method":"tools/call","params":{"name":"send"}}"#,
        r#"{"method":"tools/list","METHOD":"tools/call","params":{"name":"send"}}"#,
        r#"{"method":"tools/call","Params":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list"},"pArams":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list","Name":"send"}}"#,
        r#"{"method":"tools/call","params":{"Name":"send"}}"#,
        // Go's encoding/json reads the long s as an s (CVE-2026-27896).
        r#"{"method":"tools/call","params":{"name":"list"},"paramſ":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":"list"},"PARAMſ":{"name":"send"}}"#,
        r#"{"method":"tools/call","paramſ":{"name":"send"}}"#,
    ] {
        fails(body, AmbiguousMember);
    }
}

#[test]
fn a_body_is_one_message() {
    for body in
        ["", " ", "{", "{}x", "{}{}", "\u{feff}{}", "{'method':1}", r#"{"method":"\ud800"}"#]
    {
        fails(body, InvalidJson);
    }
    assert_eq!(ToolCall::parse(b"{\"method\":\"\xff\"}").unwrap_err().kind(), InvalidJson);
    for body in [
        "null",
        "1",
        r#""tools/call""#,
        "[]",
        // Batches were removed from the protocol.
        r#"[{"method":"tools/call","params":{"name":"send"}}]"#,
        r#"{"method":1}"#,
        r#"{"method":null}"#,
        r#"{"method":["tools/call"],"params":{"name":"send"}}"#,
        r#"{"method":"tools/call","params":{"name":1}}"#,
        r#"{"method":"tools/call","params":{"name":null}}"#,
        r#"{"method":"tools/call","params":{"name":["send"]}}"#,
    ] {
        fails(body, InvalidMessage);
    }
    for body in [
        r#"{"method":"tools/call"}"#,
        r#"{"method":"tools/call","params":{}}"#,
        r#"{"method":"tools/call","params":null}"#,
        r#"{"method":"tools/call","params":["send"]}"#,
        r#"{"method":"tools/call","params":{"tool":"send"},"name":"send"}"#,
    ] {
        fails(body, MissingTool);
    }
    let longest = format!("{{}}{}", " ".repeat(MAX_BODY_LEN - 2));
    calls_nothing(&longest);
    fails(&format!("{longest} "), TooLong);
    fails(&"[".repeat(1_000_000), InvalidJson);
}

#[test]
fn errors_show_nothing_of_the_body() {
    let too_long = " ".repeat(MAX_BODY_LEN + 1);
    let bodies = [
        &too_long,
        "{",
        "[]",
        r#"{"method":"tools/call","method":"tools/list"}"#,
        r#"{"method":"tools/call"}"#,
    ];
    // The last two are of requests: see the tests of the adapters.
    let messages = bodies.iter().zip(ToolCallErrorKind::ALL).map(|(body, kind)| {
        let error = ToolCall::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), *kind);
        (kind.code(), error.to_string())
    });
    assert_eq!(
        messages.collect::<Vec<_>>(),
        [
            ("too-long", "the body is longer than 4 MiB"),
            ("invalid-json", "the body is not JSON in UTF-8"),
            ("invalid-message", "the body is not one JSON-RPC message"),
            ("ambiguous-member", "method, params or name is a duplicate member or differs in case"),
            ("missing-tool", "the call does not name a tool"),
        ]
        .map(|(code, message)| (code, message.to_owned()))
    );
    let name = "\u{1b}".repeat(10_000);
    let body = serde_json::json!({"method": "tools/call", "params": {"name": name}}).to_string();
    let text = format!("{:?}", ToolCall::parse(body.as_bytes()).unwrap());
    assert!(text.is_ascii() && text.len() < 2000, "{text}");
    let body = r#"{"method":"tools/call","params":{"name":"a\n"}}"#;
    let call = ToolCall::parse(body.as_bytes()).unwrap().unwrap();
    assert_eq!(format!("{call:?}"), r#"ToolCall { tool: "a\u{a}" }"#);
}

#[cfg(all(feature = "verify", feature = "testing"))]
mod policy {
    use std::{error::Error as _, time::SystemTime};

    use easyauth::{
        AccessToken, Rejection, Requirement,
        mcp::ToolPolicy,
        testing::TestIssuer,
        verify::{Tenant, VerifiedToken, Verifier},
    };

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

    fn token(scopes: &[&str]) -> VerifiedToken {
        let issuer = TestIssuer::new(TENANT).unwrap();
        let now = SystemTime::now();
        let tenant = Tenant::single(TENANT).unwrap();
        let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
        let draft = scopes
            .iter()
            .fold(issuer.access_token(CLIENT, now), |draft, scope| draft.scope(*scope));
        verifier.verify(&AccessToken::new(draft.sign()), &issuer.key_set(), now).unwrap()
    }

    fn call(tool: &str) -> Vec<u8> {
        format!(r#"{{"method":"tools/call","params":{{"name":"{tool}"}}}}"#).into_bytes()
    }

    #[track_caller]
    fn rejects(result: Result<(), Rejection>, status: u16, code: &str, challenge: &str) {
        let rejection = result.unwrap_err();
        let value = rejection.headers().remove("www-authenticate");
        let value = value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(
            (rejection.status().as_u16(), rejection.kind().code(), value.as_str()),
            (status, code, challenge)
        );
    }

    #[test]
    fn each_tool_has_its_rule_and_others_are_rejected() {
        let policy = ToolPolicy::new()
            .tool("list", Requirement::scope("Nothing"))
            .tool("list", Requirement::scope("Mail.Read"))
            .tool("send", Requirement::all_scopes(["Mail.Read", "Mail.Send"]));
        let reader = token(&["Mail.Read"]);
        let sender = token(&["Mail.Read", "Mail.Send"]);
        assert_eq!(policy.check(&call("list"), Some(&reader)), Ok(()));
        assert_eq!(policy.check(&call("send"), Some(&sender)), Ok(()));
        let description = "error=\"insufficient_scope\", error_description=\"the token does not meet the requirement\"";
        rejects(
            policy.check(&call("send"), Some(&reader)),
            403,
            "forbidden",
            &format!("Bearer {description}, scope=\"Mail.Read Mail.Send\""),
        );
        rejects(policy.check(&call("list"), None), 401, "no-token", "Bearer scope=\"Mail.Read\"");
        // Without a rule, and with a name that only resembles one.
        for tool in ["delete", "Send", "send ", ""] {
            let denied = policy.check(&call(tool), Some(&sender));
            // The name is the client's, and is not shown.
            let source = denied.as_ref().unwrap_err().source().unwrap().to_string();
            let message = "the policy has no rule for the called tool: add one with ToolPolicy::tool or ToolPolicy::other_tools";
            assert_eq!(source, message);
            rejects(denied, 403, "forbidden", "");
            rejects(policy.check(&call(tool), None), 401, "no-token", "Bearer");
        }
        assert!(ToolPolicy::new().check(&call("list"), Some(&sender)).is_err());
        // One rule for all others.
        let policy = policy.other_tools(Requirement::scope("Tools.Call"));
        let caller = token(&["Tools.Call"]);
        assert_eq!(policy.check(&call("delete"), Some(&caller)), Ok(()));
        assert!(policy.check(&call("list"), Some(&caller)).is_err());
    }

    #[test]
    fn messages_that_call_no_tool_pass_and_malformed_ones_do_not() {
        let policy = ToolPolicy::new();
        assert_eq!(policy.check(br#"{"method":"tools/list"}"#, None), Ok(()));
        let twice = br#"{"method":"tools/call","params":{"name":"a","name":"b"}}"#;
        let result = policy.check(twice, None);
        let source = result.as_ref().unwrap_err().source().unwrap().to_string();
        assert_eq!(source, "method, params or name is a duplicate member or differs in case");
        rejects(result, 400, "malformed-tool-call", "");
    }
}
