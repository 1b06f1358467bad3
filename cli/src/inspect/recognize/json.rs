//! JSON documents, and what looks like JSON.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{Session, error_codes::ErrorExplanation, headers};
use serde_json::{Map, Value};

use super::{
    Content, Header, Input, NOT_OURS, has_only_other_schemes, is_ours, nested, of_found, scanned,
    token, unknown,
};

/// The names of members with an access token: OAuth 2.0, the Azure CLI, Azure PowerShell.
const ACCESS: [&str; 3] = ["access_token", "accessToken", "Token"];

/// What a decoded payload cannot tell.
const NO_HEADER: &str = "this is a decoded payload; without the header of the token it is unknown \
                         whether only its API can verify it";

/// Recognizes input that starts with `{` or `[`.
pub(super) fn recognize(text: &str) -> Result<Input, String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return not_json(text) };
    if let Some(entries) = value.pointer("/log/entries").and_then(Value::as_array) {
        return of_archive(entries);
    }
    if let Some(input) = of_value(&value, text) {
        return Ok(input);
    }
    if is_settings(&value) {
        return Err(SETTINGS.to_owned());
    }
    if let Some(input) = of_found(nested::find(&value)?) {
        return Ok(input);
    }
    if has_headers(&value) {
        return Err(NOT_OURS.to_owned());
    }
    let has = |name: &str| value.get(name).is_some();
    if value.is_array() || has("provider_name") || has("clientPrincipal") {
        // The library says what is wrong with it.
        return Ok(Content::Me(text.as_bytes().to_owned()).into());
    }
    Err(unknown(text))
}

const SETTINGS: &str = "these are settings, not a request; `easyauth settings lint` checks them, and \
                        --settings FILE joins them to a request";

/// Returns `true` for authSettingsV2 in any form.
fn is_settings(value: &Value) -> bool {
    [
        "/properties/identityProviders",
        "/properties/platform",
        "/identityProviders",
        "/globalValidation",
    ]
    .iter()
    .chain(["/auth/identityProviders", "/navigationFallback"].iter())
    .any(|pointer| value.pointer(pointer).is_some_and(Value::is_object))
}

/// A decoded token as jwt.ms shows it, a dictionary of another language, or a broken document.
fn not_json(text: &str) -> Result<Input, String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(Value::Object(header))) = values.next()
        && header.contains_key("alg")
    {
        let rest = text.get(values.byte_offset()..).unwrap_or_default();
        let rest = rest.trim_start_matches(|letter: char| letter == '.' || letter.is_whitespace());
        let claims = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next();
        if let Some(Ok(Value::Object(claims))) = claims {
            let (header, claims) = (Value::Object(header), Value::Object(claims));
            let text = token::of_claims(&header.to_string(), &claims.to_string());
            return Ok(Content::Decoded(text).into());
        }
    }
    // Lines of a log, one document each.
    let lines = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let found = match lines.collect::<Result<Value, _>>() {
        Ok(lines) => of_found(nested::find(&lines)?),
        Err(_) => scanned(text)?,
    };
    Ok(found.unwrap_or_else(|| Content::Me(text.as_bytes().to_owned()).into()))
}

fn of_value(value: &Value, text: &str) -> Option<Input> {
    let object = value.as_object();
    let headers = headers_of(value);
    if headers.iter().any(|(name, _)| is_ours(name)) {
        return Some(Content::Headers(headers).into());
    }
    let object = object?;
    if object.contains_key("provider_name") || object.contains_key("clientPrincipal") {
        return None;
    }
    if object.contains_key("auth_typ") || object.contains_key("userRoles") {
        let value = BASE64_STANDARD.encode(text).into_bytes();
        let name = headers::CLIENT_PRINCIPAL.to_owned();
        return Some(Content::Headers(vec![(name, value)]).into());
    }
    let member = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let access = ACCESS.iter().find_map(|name| member(name));
    let (id, refresh) = (member("id_token"), member("refresh_token"));
    if access.is_some() || id.is_some() || refresh.is_some() {
        return Some(Content::Tokens { access, id, refresh }.into());
    }
    if object.contains_key("aud") || object.contains_key("iss") {
        let content = Content::Decoded(token::of_claims(r#"{"alg":"RS256"}"#, text));
        return Some(Input { content, note: Some(NO_HEADER) });
    }
    ErrorExplanation::from_text(text).map(|explanation| Content::Error(explanation).into())
}

/// An HTTP archive (HAR): the headers of the last request that has any from Easy Auth, or the last answer of
/// `/.auth/me` with sessions. What is of less use, such as `Authorization: Basic`, counts only without these.
fn of_archive(entries: &[Value]) -> Result<Input, String> {
    let mut fallback = None;
    for entry in entries.iter().rev() {
        let content = match answer_of_me(entry) {
            Some((200, body)) if Session::parse_me(&body).is_ok_and(|all| !all.is_empty()) => {
                return Ok(Content::Me(body).into());
            }
            Some((_, body)) => Content::Me(body),
            None => {
                let headers = entry.get("request").map(headers_of).unwrap_or_default();
                if !headers.iter().any(|(name, _)| is_ours(name)) {
                    continue;
                }
                if !has_only_other_schemes(&headers) {
                    return Ok(Content::Headers(headers).into());
                }
                Content::Headers(headers)
            }
        };
        fallback.get_or_insert(content);
    }
    let nothing =
        "the archive has neither a request with headers of Easy Auth nor an answer of /.auth/me";
    fallback.map(Input::from).ok_or_else(|| nothing.to_owned())
}

/// The status and the body of an answer of `/.auth/me`.
fn answer_of_me(entry: &Value) -> Option<(u64, Vec<u8>)> {
    let address = entry.pointer("/request/url")?.as_str()?;
    address.split(['?', '#']).next()?.ends_with("/.auth/me").then_some(())?;
    let content = |name: &str| entry.pointer("/response/content")?.get(name)?.as_str();
    let text = content("text").unwrap_or_default();
    let decoded = content("encoding").and_then(|_| BASE64_STANDARD.decode(text).ok());
    let status = entry.pointer("/response/status").and_then(Value::as_u64).unwrap_or_default();
    Some((status, decoded.unwrap_or_else(|| text.as_bytes().to_owned())))
}

/// Returns `true` for headers, from Easy Auth or not: a list of pairs, or the member `headers` of an object or of its
/// member `request`.
fn has_headers(value: &Value) -> bool {
    let members = [Some(value), value.get("request")].into_iter().flatten();
    (value.is_array() && !headers_of(value).is_empty())
        || members.filter_map(Value::as_object).any(|members| headers_member(members).is_some())
}

/// Headers as an object, as a list of names and values, or in the member `headers`.
fn headers_of(value: &Value) -> Vec<Header> {
    match value {
        Value::Object(members) => match headers_member(members) {
            Some(headers) => headers_of(headers),
            None => members.iter().flat_map(|(name, value)| pairs(name, value)).collect(),
        },
        Value::Array(elements) => elements.iter().flat_map(headers_of_element).collect(),
        _ => Vec::new(),
    }
}

/// `{"name": ..., "value": ...}`
pub(super) fn of_element(element: &Value) -> Option<(&str, &Value)> {
    const NAMES: [&str; 4] = ["name", "Name", "key", "Key"];
    // Envoy has raw values.
    const VALUES: [&str; 4] = ["value", "Value", "rawValue", "val"];
    let member = |names: [&str; 4]| names.iter().find_map(|name| element.get(*name));
    Some((member(NAMES)?.as_str()?, member(VALUES)?))
}

/// `{"name": ..., "value": ...}` or `[name, value]`
fn headers_of_element(element: &Value) -> Vec<Header> {
    let listed = || Some((element.get(0)?.as_str()?, element.get(1)?));
    let pair = of_element(element).or_else(listed);
    pair.map_or_else(Vec::new, |(name, value)| pairs(name, value))
}

fn headers_member(members: &Map<String, Value>) -> Option<&Value> {
    ["headers", "Headers"].iter().find_map(|name| members.get(*name))
}

/// A header with one value, or with a list of values. Underscores as in CGI variables.
fn pairs(name: &str, value: &Value) -> Vec<Header> {
    let name =
        name.strip_prefix("HTTP_").map_or_else(|| name.to_owned(), |own| own.replace('_', "-"));
    let values = values(value).into_iter();
    values.map(|value| (name.clone(), value.into_bytes())).collect()
}

/// One value, or a list of values.
pub(super) fn values(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(elements) => elements.iter().flat_map(values).collect(),
        _ => Vec::new(),
    }
}
