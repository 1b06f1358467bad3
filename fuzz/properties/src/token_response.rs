//! Responses of the token endpoint. The input is the status in the first line, and the body in the rest.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    IdToken, RefreshToken,
    exchange::{MAX_TOKEN_ERROR_LEN, MAX_TOKEN_RESPONSE_LEN, TokenErrorKind, TokenResponse},
};
use http::StatusCode;
use serde_json::Value;

use super::{
    json::{Json, Refused},
    secrets::{CANARY, masked_json, printed},
};

const EXPIRED: &str = "not within its valid time range";

/// The members of a token that a message may repeat, and those that change the answer.
const SHOWN: [&str; 3] = ["token_type", "expires_in", "scope"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let status = parts.next().and_then(|status| StatusCode::from_bytes(status).ok());
    let (Some(status), Some(body)) = (status, parts.next()) else { return };
    if status.is_success() {
        check_token(status, body);
    } else {
        check_rejection(status, body);
    }
}

fn check_token(status: StatusCode, body: &[u8]) {
    let result = TokenResponse::parse(status, body);
    let json = Json::read(body);
    let expected = json.as_ref().map_or(Err(Refused), Token::read);
    assert_eq!(result.is_ok(), expected.is_ok(), "{result:?}");
    if let (Ok(answer), Ok(expected)) = (&result, expected) {
        expected.assert_same(answer);
        check_longest(status, body);
    }
    if let Err(error) = &result {
        assert_eq!(error.kind(), TokenErrorKind::InvalidResponse);
        let details = (error.server_code(), error.aadsts(), error.claims(), error.description());
        assert_eq!(details, (None, None, None, None));
    }
    if let Some(json) = json {
        let printed =
            |json: &Json| printed(&TokenResponse::parse(status, json.to_string().as_bytes()));
        assert_eq!(printed(&json), printed(&masked_json(&json, &SHOWN)));
    }
}

/// The body may be padded with whitespace, up to the limit.
fn check_longest(status: StatusCode, body: &[u8]) {
    let mut body = body.to_vec();
    body.resize(MAX_TOKEN_RESPONSE_LEN, b' ');
    assert!(TokenResponse::parse(status, &body).is_ok());
    body.push(b' ');
    assert!(TokenResponse::parse(status, &body).is_err());
}

/// RFC 6749 section 5.1.
struct Token {
    access: String,
    refresh: Option<String>,
    id: Option<String>,
    expires_in: Option<Duration>,
    scopes: Vec<String>,
}

impl Token {
    fn read(body: &Json) -> Result<Self, Refused> {
        body.members()?;
        let token = |name| Ok(body.nullable_text(name)?.filter(|token| !token.is_empty()));
        let is_bearer = match body.once("token_type")? {
            Some(Json::Text(text)) => text.eq_ignore_ascii_case("Bearer"),
            _ => false,
        };
        if !is_bearer {
            return Err(Refused);
        }
        let scopes = match body.once("scope")? {
            None => Vec::new(),
            Some(Json::Text(text)) => text.split_ascii_whitespace().map(str::to_owned).collect(),
            Some(_) => return Err(Refused),
        };
        Ok(Self {
            access: token("access_token")?.ok_or(Refused)?,
            refresh: token("refresh_token")?,
            id: token("id_token")?,
            expires_in: seconds(body.once("expires_in")?)?,
            scopes,
        })
    }

    fn assert_same(&self, answer: &TokenResponse) {
        assert_eq!(answer.access_token().expose_secret(), self.access);
        assert_eq!(
            answer.refresh_token().map(RefreshToken::expose_secret),
            self.refresh.as_deref()
        );
        assert_eq!(answer.id_token().map(IdToken::expose_secret), self.id.as_deref());
        assert_eq!(answer.expires_in(), self.expires_in);
        let expected: Option<SystemTime> =
            self.expires_in.and_then(|expires_in| UNIX_EPOCH.checked_add(expires_in));
        assert_eq!(answer.expires_at(UNIX_EPOCH), expected);
        assert_eq!(answer.scopes().collect::<Vec<_>>(), self.scopes);
    }
}

/// An integer, or a string with one. Null is absent.
fn seconds(value: Option<&Json>) -> Result<Option<Duration>, Refused> {
    let text = match value {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Number(text) | Json::Text(text)) => text,
        Some(_) => return Err(Refused),
    };
    let is_whole = text.chars().all(|digit| digit.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| is_whole).ok_or(Refused)?;
    Ok(Some(Duration::from_secs(seconds)))
}

/// RFC 6749 section 5.2.
fn check_rejection(status: StatusCode, body: &[u8]) {
    let result = TokenResponse::parse(status, body);
    assert!(result.is_err(), "accepted {result:?}");
    let shown = printed(&result);
    assert!(shown.chars().all(|next| matches!(next, ' '..='~')), "{shown}");
    let Err(error) = result else { return };
    assert_eq!(error.status(), status);
    let read = if body.len() > MAX_TOKEN_ERROR_LEN { &[] } else { body };
    let json: Value = serde_json::from_slice(read).unwrap_or_default();
    let text = |name| json.get(name).and_then(Value::as_str);
    assert_eq!(error.server_code(), text("error").filter(|error| is_code(error)));
    assert_eq!(error.description(), text("error_description"));
    assert_eq!(error.claims(), text("claims").filter(|claims| !claims.is_empty()));
    let is_unavailable = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
    assert!(error.is_retryable() || !is_unavailable, "{error:?}");
    assert!(!(error.is_retryable() && error.needs_user()), "{error:?}");

    if let Some(json) = Json::read(read) {
        let shown =
            |json: &Json| printed(&TokenResponse::parse(status, json.to_string().as_bytes()));
        let without = shown(&without_texts(&json));
        assert!(!without.contains(CANARY), "{without}");
        assert_eq!(shown(&json), without);
    }
}

fn is_code(text: &str) -> bool {
    let is_of_word = |next: char| next.is_ascii_alphanumeric() || next == '_' || next == '-';
    (1..=64).contains(&text.len()) && text.chars().all(is_of_word)
}

/// The same body with other strings, except the codes, which a message may repeat.
fn without_texts(body: &Json) -> Json {
    let Json::Object(members) = body else { return body.clone() };
    Json::object(members.iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("error", Json::Text(error)) if is_code(error) => value.clone(),
            ("suberror" | "error_codes", _) => value.clone(),
            ("error_description", Json::Text(text)) => {
                // This alone identifies an expired assertion.
                let expired = if text.contains(EXPIRED) { EXPIRED } else { "" };
                match text.split_once(':') {
                    Some((head, _)) if head.starts_with("AADSTS") => {
                        Json::text(format!("{head}: {CANARY}{expired}"))
                    }
                    _ => Json::text(format!("{CANARY}{expired}")),
                }
            }
            ("claims", Json::Text(claims)) if claims.is_empty() => value.clone(),
            // A code has no space.
            (_, Json::Text(_)) => Json::text(format!("{CANARY} {CANARY}")),
            _ => value.clone(),
        };
        (name.as_str(), value)
    }))
}
