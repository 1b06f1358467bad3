//! Azure Functions custom handlers. The input is the payload of an invocation. It is also read as a response: the
//! name of the output in the first line, `name: value` lines of headers, an empty line, and the body.

use std::collections::{BTreeMap, HashSet};

use easyauth::{
    EasyAuthPrincipal, HeaderSource,
    functions::{Invocation, InvocationError, InvocationResponse},
};
use http::{Method, StatusCode, Uri};

use super::{
    json::{Json, Refused},
    secrets::{masked_json, printed},
};

/// The members that a message may repeat. Names of bindings and headers are not secret.
const SHOWN: [&str; 1] = ["Method"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    check_payload(input);
    if let Ok(text) = std::str::from_utf8(input) {
        check_answer(text);
    }
}

fn check_payload(input: &[u8]) {
    let json = Json::read(input);
    let expected = json.as_ref().map_or(Err(Refused), |json| Request::read(json, None));
    assert_same(&Invocation::parse(input), expected);

    let Some(json) = json else { return };
    for name in names(&json) {
        let invocation = Invocation::parse_named(input, &name);
        assert_same(&invocation, Request::read(&json, Some(&name)));
    }
    let parse = |json: &Json| Invocation::parse(json.to_string().as_bytes());
    let (invocation, masked) = (parse(&json), parse(&masked_json(&json, &SHOWN)));
    // Other letters can make an address invalid.
    if invocation.is_ok() == masked.is_ok() {
        assert_eq!(printed(&invocation), printed(&masked));
    }
}

/// The names to look up: those of the bindings, and one more.
fn names(json: &Json) -> HashSet<String> {
    let bindings = json.all("Data").flat_map(|data| data.members().unwrap_or_default());
    bindings.map(|(name, _)| name.clone()).chain(["other".to_owned()]).collect()
}

/// The request of an HTTP trigger.
struct Request {
    binding: String,
    uri: Uri,
    method: Method,
    headers: Vec<(String, String)>,
}

impl Request {
    /// The request in the binding of this name, or in the only binding that has an object of headers.
    fn read(payload: &Json, wanted: Option<&str>) -> Result<Self, Refused> {
        let bindings = payload.once("Data")?.ok_or(Refused)?.members()?;
        let mut seen = HashSet::new();
        if !bindings.iter().all(|(name, _)| seen.insert(name)) {
            return Err(Refused);
        }
        let is_object = |headers: &Json| headers.members().is_ok();
        let mut requests = bindings.iter().filter(|(name, binding)| {
            wanted.is_none_or(|wanted| wanted == name) && binding.all("Headers").any(is_object)
        });
        match (requests.next(), requests.next()) {
            (Some((name, request)), None) => Self::of_binding(name, request),
            _ => Err(Refused),
        }
    }

    fn of_binding(binding: &str, request: &Json) -> Result<Self, Refused> {
        let text = |name| match request.once(name)? {
            Some(Json::Text(text)) => Ok(text.clone()),
            _ => Err(Refused),
        };
        let mut headers = Vec::new();
        for (name, value) in request.once("Headers")?.ok_or(Refused)?.members()? {
            let values = if let Json::List(values) = value { values } else { &vec![value.clone()] };
            for value in values {
                let Json::Text(value) = value else { return Err(Refused) };
                headers.push((name.clone(), value.clone()));
            }
        }
        let uri = encoded(&text("Url")?).parse().map_err(|_| Refused)?;
        let method = text("Method")?.parse().map_err(|_| Refused)?;
        Ok(Self { binding: binding.to_owned(), uri, method, headers })
    }
}

/// The address without characters that no address may have (RFC 3986 section 2).
fn encoded(url: &str) -> String {
    let may_be_there =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let encode = |byte: u8| {
        if may_be_there(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    url.bytes().map(encode).collect()
}

fn assert_same(actual: &Result<Invocation, InvocationError>, expected: Result<Request, Refused>) {
    assert_eq!(actual.is_ok(), expected.is_ok(), "{actual:?}");
    let (Ok(actual), Ok(expected)) = (actual, expected) else { return };
    let parts = (actual.binding(), actual.uri(), actual.method());
    assert_eq!(parts, (&*expected.binding, &expected.uri, &expected.method));
    assert_headers(actual, &expected.headers);
}

/// The headers are those that were sent. Names are case-insensitive.
pub(crate) fn assert_headers(actual: &impl HeaderSource, expected: &[(String, String)]) {
    for name in expected.iter().map(|(name, _)| name.as_str()).chain(["Host"]) {
        let values = expected.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let values: Vec<&[u8]> = values.map(|(_, value)| value.as_bytes()).collect();
        let read = |name: &str| -> Vec<&[u8]> {
            (0..).map_while(|index| actual.header(name, index)).collect()
        };
        assert_eq!(read(name), values);
        assert_eq!(read(&name.to_ascii_uppercase()), values);
    }
    let of_pairs = EasyAuthPrincipal::from_headers(expected);
    assert_eq!(EasyAuthPrincipal::from_headers(actual), of_pairs);
}

fn check_answer(text: &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (output, lines) = head.split_once('\n').unwrap_or((head, ""));
    let headers: Vec<(&str, &str)> =
        lines.lines().filter_map(|line| line.split_once(": ")).collect();
    // Any status works.
    let status = u16::try_from(text.len() % 900).ok().and_then(|number| number.checked_add(100));
    let status = status.and_then(|number| StatusCode::from_u16(number).ok()).unwrap_or_default();

    let mut answer = InvocationResponse::new(status).body(body);
    let mut last = BTreeMap::new();
    for (name, value) in headers {
        // An invalid header is rejected, and never written.
        let is_name = http::HeaderName::try_from(name).is_ok();
        let is_value = value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        let added = answer.clone().header(name, value);
        assert_eq!(added.is_ok(), is_name && is_value);
        if let Ok(added) = added {
            answer = added;
            last.insert(name.to_ascii_lowercase(), value);
        }
    }
    let headers = last.iter().map(|(name, value)| (name.as_str(), Json::text(*value)));
    let expected = Json::object([
        ("body", Json::text(body)),
        ("headers", Json::object(headers)),
        ("statusCode", Json::text(status.as_str())),
    ]);
    let (outputs, returned) = if output == "$return" {
        (Json::object([]), expected)
    } else {
        (Json::object([(output, expected)]), Json::Null)
    };
    let payload =
        Json::object([("Logs", Json::list([])), ("Outputs", outputs), ("ReturnValue", returned)]);
    assert_eq!(Json::read(answer.to_json(output).as_bytes()), Some(payload));
    assert_eq!(format!("{answer:?}"), format!("InvocationResponse({status})"));
}
