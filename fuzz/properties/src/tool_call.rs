//! Calls of MCP tools: the input is the body of a request.
//!
//! The model reads the body by the documented rules. Besides, whatever JSON library the server behind the
//! check uses, it must not see another tool: one that takes the first or the last of two members, or that
//! ignores case.

use easyauth::mcp::{ToolCall, ToolCallError, ToolCallErrorKind};

use crate::json::Json;

/// Checks the property for one input.
pub fn check(input: &[u8]) {
    let actual = ToolCall::parse(input);
    let Some(json) = Json::read(input) else {
        return assert!(actual.is_err());
    };
    let tool = actual.as_ref().map(|call| call.as_ref().map(ToolCall::tool));
    let expected = model(&json);
    assert_eq!(
        tool.map_err(ToolCallError::kind),
        expected.as_ref().map(Option::as_deref).map_err(|kind| *kind)
    );

    for server in servers() {
        match (&actual, server(&json)) {
            (Ok(Some(call)), seen) => assert_eq!(seen.as_deref(), Some(call.tool())),
            (Ok(None), seen) => assert_eq!(seen, None),
            // Rejected.
            (Err(_), _) => {}
        }
    }
    // No message repeats the body.
    if let Err(error) = &actual {
        assert!(error.to_string().len() < 100 && format!("{error:?}").len() < 100);
    }
}

/// The documented rules, in the order in which a body breaks them.
fn model(json: &Json) -> Result<Option<String>, ToolCallErrorKind> {
    use ToolCallErrorKind::{AmbiguousMember, InvalidMessage, MissingTool};
    let Ok(members) = json.members() else { return Err(InvalidMessage) };
    let (mut method, mut params) = (None, None);
    for (name, value) in members {
        let is = |wanted: &str| ignoring_case(name, wanted);
        if (is("method") && name != "method") || (is("params") && name != "params") {
            return Err(AmbiguousMember);
        }
        match (name.as_str(), value) {
            ("method", Json::Text(_)) if method.is_some() => return Err(AmbiguousMember),
            ("method", Json::Text(value)) => method = Some(value.as_str()),
            ("method", _) => return Err(InvalidMessage),
            ("params", _) if params.is_some() => return Err(AmbiguousMember),
            ("params", value) => params = Some(value),
            _ => {}
        }
    }
    if method != Some("tools/call") {
        return Ok(None);
    }
    let members = params.and_then(|params| params.members().ok()).unwrap_or_default();
    let mut names = members.iter().filter(|(name, _)| ignoring_case(name, "name"));
    match (names.next(), names.next()) {
        (None, _) => Err(MissingTool),
        (Some((name, Json::Text(tool))), None) if name == "name" => Ok(Some(tool.clone())),
        (Some((name, _)), None) if name == "name" => Err(InvalidMessage),
        _ => Err(AmbiguousMember),
    }
}

/// Which tool a server sees that takes the first or the last member of a name, exactly or ignoring case.
fn servers() -> [fn(&Json) -> Option<String>; 4] {
    [
        |json| tool(json, |json, wanted| find(json, |name| name == wanted, false)),
        |json| tool(json, |json, wanted| find(json, |name| name == wanted, true)),
        |json| tool(json, |json, wanted| find(json, |name| ignoring_case(name, wanted), false)),
        |json| tool(json, |json, wanted| find(json, |name| ignoring_case(name, wanted), true)),
    ]
}

/// As Go's `encoding/json` compares: the long s and the Kelvin sign fold to letters of ASCII.
fn ignoring_case(name: &str, wanted: &str) -> bool {
    name.replace('ſ', "s").replace('\u{212a}', "k").eq_ignore_ascii_case(wanted)
}

type Member = for<'a> fn(&'a Json, &str) -> Option<&'a Json>;

fn tool(json: &Json, member: Member) -> Option<String> {
    let is_call = member(json, "method") == Some(&Json::text("tools/call"));
    match member(member(json, "params")?, "name")? {
        Json::Text(tool) if is_call => Some(tool.clone()),
        _ => None,
    }
}

fn find(json: &Json, is: impl Fn(&str) -> bool, last: bool) -> Option<&Json> {
    let mut found = json.members().unwrap_or_default().iter().filter(|(name, _)| is(name));
    let found = if last { found.next_back() } else { found.next() };
    found.map(|(_, value)| value)
}
