//! JSON documents, and what looks like JSON.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{error_codes::ErrorExplanation, headers};
use serde_json::{Map, Value};

use super::{Content, Header, Input, is_ours, scanned, token};

/// The names of members with an access token: OAuth 2.0, the Azure CLI, Azure PowerShell.
const ACCESS: [&str; 3] = ["access_token", "accessToken", "Token"];

/// What a decoded payload cannot tell.
const NO_HEADER: &str = "this is a decoded payload; without the header of the token it is unknown \
                         whether only its API can verify it";

/// Recognizes input that starts with `{` or `[`.
pub(super) fn recognize(text: &str) -> Result<Input, String> {
    let Ok(value) = serde_json::from_str(text) else { return not_json(text) };
    if let Some(input) = of_value(&value, text) {
        return Ok(input);
    }
    if is_settings(&value) {
        return Err(SETTINGS.to_owned());
    }
    // The library says what is wrong with it.
    Ok(Content::Me(text.as_bytes().to_owned()).into())
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
            return Ok(Content::Token(text).into());
        }
    }
    match scanned(text)? {
        Some(input) => Ok(input),
        None => Ok(Content::Me(text.as_bytes().to_owned()).into()),
    }
}

fn of_value(value: &Value, text: &str) -> Option<Input> {
    let object = value.as_object();
    if let Some(entries) = value.pointer("/log/entries") {
        return of_archive(entries);
    }
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
        let content = Content::Token(token::of_claims(r#"{"alg":"RS256"}"#, text));
        return Some(Input { content, note: Some(NO_HEADER) });
    }
    ErrorExplanation::from_text(text).map(|explanation| Content::Error(explanation).into())
}

/// An HTTP archive (HAR): the headers of the last request that has any from Easy Auth, or the last
/// answer of `/.auth/me`.
fn of_archive(entries: &Value) -> Option<Input> {
    for entry in entries.as_array()?.iter().rev() {
        let address = entry.pointer("/request/url").and_then(Value::as_str).unwrap_or_default();
        let body = entry.pointer("/response/content/text").and_then(Value::as_str);
        if let Some(body) = body.filter(|_| address.ends_with("/.auth/me")) {
            return Some(Content::Me(body.as_bytes().to_owned()).into());
        }
        let headers = headers_of(entry.get("request")?);
        if headers.iter().any(|(name, _)| is_ours(name)) {
            return Some(Content::Headers(headers).into());
        }
    }
    None
}

/// Headers as an object, as a list of names and values, or in the member `headers`.
fn headers_of(value: &Value) -> Vec<Header> {
    match value {
        Value::Object(members) => match headers_member(members) {
            Some(headers) => headers_of(headers),
            None => members.iter().flat_map(|(name, value)| pairs(name, value)).collect(),
        },
        Value::Array(elements) => elements.iter().flat_map(of_element).collect(),
        _ => Vec::new(),
    }
}

/// `{"name": ..., "value": ...}` or `[name, value]`.
fn of_element(element: &Value) -> Vec<Header> {
    let members = [("name", "value"), ("Name", "Value"), ("key", "value"), ("Key", "Value")];
    let named = members
        .iter()
        .find_map(|(name, value)| Some((element.get(*name)?.as_str()?, element.get(*value)?)));
    let listed = || Some((element.get(0)?.as_str()?, element.get(1)?));
    named.or_else(listed).map_or_else(Vec::new, |(name, value)| pairs(name, value))
}

fn headers_member(members: &Map<String, Value>) -> Option<&Value> {
    ["headers", "Headers"].iter().find_map(|name| members.get(*name))
}

/// A header with one value, or with a list of values. Underscores as in CGI variables.
fn pairs(name: &str, value: &Value) -> Vec<Header> {
    let name =
        name.strip_prefix("HTTP_").map_or_else(|| name.to_owned(), |own| own.replace('_', "-"));
    let strings: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(strings) => strings.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    strings.into_iter().map(|text| (name.clone(), text.as_bytes().to_owned())).collect()
}
