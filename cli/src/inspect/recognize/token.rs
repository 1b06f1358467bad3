//! One token, as it was pasted.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL,
};
use easyauth::{error_codes::ErrorExplanation, headers};
use serde_json::Value;

use super::{Content, Input, scan};
use crate::{query::decoded, secret::is_token_letter};

/// The platform pads, other tools may not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Longer than every error code, and shorter than every token.
const MAX_CODE_LEN: usize = 64;

/// The names of parameters that have a token.
const PARAMETERS: [&str; 3] = ["access_token=", "id_token=", "token="];

/// Reads a token with or without quotes, `Bearer`, the name of a parameter, URL encoding or line breaks.
/// Also reads the value of `X-MS-CLIENT-PRINCIPAL`.
pub(super) fn recognize(text: &str) -> Option<Input> {
    // A cookie or an address beside headers can have `token=`.
    if !matches!(scan::find(text), Ok(headers) if headers.is_empty()) {
        return None;
    }
    let around = ['"', '\'', '`', ',', ';', '(', ')', '<', '>'];
    let bare = |text: &str| {
        text.trim_matches(|letter: char| letter.is_whitespace() || around.contains(&letter))
            .to_owned()
    };
    let mut text = bare(text);
    if let Some(value) = parameter(&text) {
        text = bare(value);
    }
    if text.contains('%') {
        text = decoded(&text);
    }
    let scheme = text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("Bearer "));
    if scheme.is_some() {
        text = bare(text.get(7..)?);
    }
    if text.contains(char::is_whitespace) {
        text = unwrapped(&text)?;
    }
    // A colon would make it a header.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') {
        return None;
    }
    if is_principal(&text) {
        let name = headers::CLIENT_PRINCIPAL.to_owned();
        return Some(Content::Headers(vec![(name, text.into_bytes())]).into());
    }
    if text.starts_with("ey") && text.matches('.').count() == 1 {
        let note = Some("the token has no signature; its claims are read all the same");
        return Some(Input { content: Content::Token(format!("{text}.")), note });
    }
    // An error code alone.
    let explanation = ErrorExplanation::from_text(&text).filter(|_| text.len() < MAX_CODE_LEN);
    Some(explanation.map_or_else(|| Content::Token(text), Content::Error).into())
}

/// Finds the only JWT in other text: `Get-AzAccessToken`, YAML and tables of the Azure CLI, assignments.
/// Lists of PowerShell break it into indented lines.
pub(super) fn find(text: &str) -> Option<String> {
    let mut found: Option<String> = None;
    let mut rest = text;
    while let Some(start) = rest.find(is_token_letter) {
        let from = rest.get(start..)?;
        let end = from.find(|letter| !is_token_letter(letter)).unwrap_or(from.len());
        let (word, after) = from.split_at_checked(end)?;
        // `name=token`
        let word = word.get(
            word.rfind('=')
                .filter(|at| word.get(*at..) != Some("="))
                .map_or(0, |at| at.saturating_add(1))..,
        )?;
        rest = after;
        if !word.starts_with("eyJ") {
            continue;
        }
        let mut token = word.to_owned();
        let mut dots = dots_in(word);
        while let Some((line, after)) = continuation(rest) {
            if is_another_token(dots, line) {
                break;
            }
            token.push_str(line);
            dots = dots.saturating_add(dots_in(line));
            rest = after;
        }
        let is_jwt = (1..=4).contains(&dots);
        match &found {
            _ if !is_jwt => {}
            None => found = Some(token),
            Some(own) if *own == token => {}
            // Which one is meant is unknown.
            Some(_) => return None,
        }
    }
    found
}

/// The next line, if it is indented and only a part of a token.
fn continuation(rest: &str) -> Option<(&str, &str)> {
    let line = rest.strip_prefix('\r').unwrap_or(rest).strip_prefix('\n')?;
    let start = line.find(|letter| letter != ' ').filter(|start| *start > 0)?;
    let line = line.get(start..)?;
    let end = line.find(|letter| !is_token_letter(letter)).unwrap_or(line.len());
    let (part, after) = line.split_at_checked(end)?;
    let ends = after.is_empty() || after.starts_with(['\r', '\n']);
    (ends && !part.is_empty()).then_some((part, after))
}

/// The length of the signatures of Microsoft Entra, in bytes: RS256 with keys of 2048 bits.
const SIGNATURE_LEN: usize = 256;

/// A token with these claims. Its signature is a placeholder, because a missing or short one is a finding.
pub(super) fn of_claims(header: &str, claims: &str) -> String {
    let placeholder = "not a signature, ".bytes().cycle().take(SIGNATURE_LEN);
    let signature = BASE64URL.encode(placeholder.collect::<Vec<_>>());
    format!("{}.{}.{signature}", BASE64URL.encode(header), BASE64URL.encode(claims))
}

/// The value of the first parameter with a token in a query, a form or the fragment of an address.
fn parameter(text: &str) -> Option<&str> {
    let is_start = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && letter != '_')
    };
    let (name, at) = PARAMETERS
        .iter()
        .flat_map(|name| text.match_indices(name).map(move |(at, _)| (name, at)))
        .find(|(_, at)| is_start(*at))?;
    let value = text.get(at.checked_add(name.len())?..)?;
    value.split(|letter: char| letter == '&' || letter.is_whitespace()).next()
}

/// Joins the lines of a JWT that was wrapped. `None` for two tokens.
fn unwrapped(text: &str) -> Option<String> {
    let mut joined = String::new();
    let mut dots = 0_usize;
    for word in text.split_whitespace() {
        if is_another_token(dots, word) {
            return None;
        }
        joined.push_str(word);
        dots = dots.saturating_add(dots_in(word));
    }
    let is_letter =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=');
    let is_jwt = joined.starts_with("ey") && joined.contains('.') && joined.bytes().all(is_letter);
    is_jwt.then_some(joined)
}

fn dots_in(text: &str) -> usize {
    text.matches('.').count()
}

/// Returns `true` if `text` starts another JWT after a complete one, which has two dots.
fn is_another_token(dots_before: usize, text: &str) -> bool {
    dots_before >= 2 && text.starts_with("eyJ")
}

fn is_principal(text: &str) -> bool {
    let Ok(bytes) = BASE64.decode(text) else { return false };
    let Ok(Value::Object(members)) = serde_json::from_slice(&bytes) else { return false };
    ["auth_typ", "claims", "identityProvider", "userRoles"]
        .iter()
        .any(|name| members.contains_key(*name))
}
