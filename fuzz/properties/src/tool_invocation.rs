//! MCP tool triggers of Azure Functions. The input is the context of a trigger. It is also read as the payload of
//! a custom handler with a context in one of its bindings.

use std::collections::HashSet;

use easyauth::functions::{InvocationError, InvocationErrorKind, ToolInvocation};

use super::{
    invocation::assert_headers,
    json::Json,
    secrets::{CANARY, masked_json, printed},
};

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let json = Json::read(input);
    check_context(input, json.as_ref());
    check_payload(input, json.as_ref());
}

fn check_context(input: &[u8], json: Option<&Json>) {
    let expected = json.map_or(Err(Problem::NotJson), Tool::of_context);
    let actual = ToolInvocation::from_context(input);
    assert_same(&actual, expected.as_ref());

    let Some(json) = json else { return };
    let again = |json: &Json| ToolInvocation::from_context(json.to_string().as_bytes());
    assert_same(&again(&with_forged_arguments(json)), expected.as_ref());
    assert_eq!(printed(&again(json)), printed(&again(&masked_context(json))));
}

fn check_payload(input: &[u8], json: Option<&Json>) {
    let Some(json) = json else {
        assert_same(&ToolInvocation::parse_named(input, "context"), Err(&Problem::NotJson));
        return;
    };
    for name in names(json) {
        let expected = Tool::of_payload(json, &name);
        assert_same(&ToolInvocation::parse_named(input, &name), expected.as_ref());

        let again = |json: &Json| ToolInvocation::parse_named(json.to_string().as_bytes(), &name);
        assert_same(&again(&with_forged_bindings(json, &name)), expected.as_ref());
        assert_eq!(printed(&again(json)), printed(&again(&masked_payload(json))));
    }
}

/// The names to look up: those of the bindings, and one more.
fn names(json: &Json) -> HashSet<String> {
    let bindings = json.all("Data").flat_map(|data| data.members().unwrap_or_default());
    bindings.map(|(name, _)| name.clone()).chain(["other".to_owned()]).collect()
}

/// Why the body is not a tool call.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Problem {
    NotJson,
    /// A duplicate member or binding.
    Twice,
    NotAnInvocation,
    NotATool,
    NoHeaders,
}

impl Problem {
    fn of(error: &InvocationError) -> Option<Self> {
        match error.kind() {
            InvocationErrorKind::Json => Some(Self::NotJson),
            InvocationErrorKind::DuplicateMember | InvocationErrorKind::DuplicateBinding => {
                Some(Self::Twice)
            }
            InvocationErrorKind::NotAnInvocation => Some(Self::NotAnInvocation),
            InvocationErrorKind::NoToolTrigger => Some(Self::NotATool),
            InvocationErrorKind::NoTransportHeaders => Some(Self::NoHeaders),
            _ => None,
        }
    }
}

/// The expected content of a context.
#[derive(Debug)]
struct Tool {
    name: String,
    headers: Vec<(String, String)>,
}

impl Tool {
    fn of_payload(payload: &Json, binding: &str) -> Result<Self, Problem> {
        let mut data = payload.all("Data");
        let data = match (data.next(), data.next()) {
            (Some(data @ Json::Object(_)), None) => data,
            (Some(_), Some(_)) => return Err(Problem::Twice),
            _ => return Err(Problem::NotAnInvocation),
        };
        let contexts: Result<Vec<_>, _> = data.all(binding).map(Self::of_binding).collect();
        match contexts.as_deref() {
            Ok([_, _, ..]) => Err(Problem::Twice),
            _ => contexts?.pop().ok_or(Problem::NotATool),
        }
    }

    /// An object, or a string that contains one.
    fn of_binding(binding: &Json) -> Result<Self, Problem> {
        match binding {
            Json::Text(text) => {
                Self::of_context(&Json::read(text.as_bytes()).ok_or(Problem::NotATool)?)
            }
            _ => Self::of_context(binding),
        }
    }

    fn of_context(context: &Json) -> Result<Self, Problem> {
        let name = only(context, "name")?;
        let transport = only(context, "transport")?.ok_or(Problem::NotATool);
        let properties = transport.and_then(|transport| only(transport, "properties"));
        let headers = properties.and_then(|found| only(found.unwrap_or(&Json::Null), "headers"));
        let name = match name {
            Some(Json::Text(name)) => name.clone(),
            _ => String::new(),
        };
        let Some(Json::Object(members)) = headers? else { return Err(Problem::NoHeaders) };
        let mut headers = Vec::new();
        for (name, value) in members {
            let values = if let Json::List(values) = value { values } else { &vec![value.clone()] };
            for value in values {
                let Json::Text(value) = value else { return Err(Problem::NoHeaders) };
                headers.push((name.clone(), value.clone()));
            }
        }
        Ok(Self { name, headers })
    }
}

/// The only member of this name, ignoring case. `None` if the value is not an object.
fn only<'a>(json: &'a Json, name: &str) -> Result<Option<&'a Json>, Problem> {
    let members = json.members().unwrap_or_default();
    let mut own = members.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
    match (own.next(), own.next()) {
        (Some(_), Some(_)) => Err(Problem::Twice),
        (first, _) => Ok(first.map(|(_, value)| value)),
    }
}

fn assert_same(
    actual: &Result<ToolInvocation, InvocationError>,
    expected: Result<&Tool, &Problem>,
) {
    assert_eq!(actual.is_ok(), expected.is_ok(), "expected {expected:?}, found {actual:?}");
    if let (Err(actual), Err(expected)) = (actual, expected) {
        // Of two problems, the first one is reported: a wrong member of the context may come before the invalid JSON.
        let own = [*expected, Problem::Twice, Problem::NotATool, Problem::NoHeaders];
        assert!(Problem::of(actual).is_some_and(|problem| own.contains(&problem)), "{actual:?}");
    }
    let (Ok(actual), Ok(expected)) = (actual, expected) else { return };
    assert_eq!(actual.tool(), expected.name);
    assert_headers(actual, &expected.headers);
}

/// A context as a client would forge it.
fn forged() -> Json {
    let id = Json::object([("X-MS-CLIENT-PRINCIPAL-ID", Json::text(CANARY))]);
    let properties = Json::object([("headers", id)]);
    let transport = Json::object([("properties", properties)]);
    Json::object([("name", Json::text(CANARY)), ("transport", transport)])
}

/// The same call with other arguments, and other members beside them.
fn with_forged_arguments(context: &Json) -> Json {
    let Ok(members) = context.members() else { return context.clone() };
    let is_read =
        |name: &str| ["name", "transport"].iter().any(|own| name.eq_ignore_ascii_case(own));
    let own = members
        .iter()
        .map(|(name, value)| (name.as_str(), if is_read(name) { value.clone() } else { forged() }));
    Json::object([("arguments", forged())].into_iter().chain(own).chain([("session", forged())]))
}

/// The same payload with other values in all bindings except the requested one.
fn with_forged_bindings(payload: &Json, binding: &str) -> Json {
    let Ok(members) = payload.members() else { return payload.clone() };
    let bindings = |data: &Json| {
        let Ok(bindings) = data.members() else { return data.clone() };
        let own = bindings.iter().map(|(name, value)| {
            (name.as_str(), if name == binding { value.clone() } else { forged() })
        });
        let more = ["greeting", "Context"].into_iter().filter(|name| *name != binding);
        Json::object(more.map(|name| (name, Json::text(forged().to_string()))).chain(own))
    };
    let own = members.iter().map(|(name, value)| {
        (name.as_str(), if name == "Data" { bindings(value) } else { forged() })
    });
    Json::object(own.chain([("Metadata", forged())]))
}

/// Masks all strings except the name of the tool.
fn masked_context(context: &Json) -> Json {
    let Ok(members) = context.members() else { return masked_json(context, &[]) };
    Json::object(members.iter().map(|(name, value)| {
        let is_shown = name.eq_ignore_ascii_case("name");
        (name.as_str(), if is_shown { value.clone() } else { masked_json(value, &[]) })
    }))
}

/// Masks all strings except the names of tools.
fn masked_payload(payload: &Json) -> Json {
    let Ok(members) = payload.members() else { return masked_json(payload, &[]) };
    let binding = |value: &Json| match value {
        Json::Text(text) => Json::text(match Json::read(text.as_bytes()) {
            Some(context) => masked_context(&context).to_string(),
            // The names decide how far it is read.
            None => text.clone(),
        }),
        _ => masked_context(value),
    };
    let bindings = |data: &Json| match data {
        Json::Object(bindings) => {
            Json::object(bindings.iter().map(|(name, value)| (name.as_str(), binding(value))))
        }
        _ => masked_json(data, &[]),
    };
    Json::object(members.iter().map(|(name, value)| {
        let is_data = name == "Data";
        (name.as_str(), if is_data { bindings(value) } else { masked_json(value, &[]) })
    }))
}
