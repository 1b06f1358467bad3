//! Tokens in text. No output shows them, wherever they were pasted.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};

/// The shortest token that is found among other letters.
pub(crate) const MIN_TOKEN_LEN: usize = 20;

/// The letters of JWTs, of base64 and of opaque tokens.
pub(crate) fn is_token_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~' | '+' | '/' | '=')
}

/// What is shown instead of a token.
pub(crate) fn placeholder(token: &str) -> String {
    format!("(a token of {} bytes)", token.len())
}

/// Replaces all JWTs in this text.
pub(crate) fn masked(text: &str) -> String {
    let (mut masked, mut rest) = (String::new(), text);
    while let Some((before, token, after)) = split_at_jwt(rest) {
        masked.extend([before, &placeholder(token)]);
        rest = after;
    }
    masked + rest
}

/// Returns `true` if the text contains a JWT, or its start.
pub(crate) fn has_jwt(text: &str) -> bool {
    split_at_jwt(text).is_some()
}

/// The text before the first JWT, the JWT, and the text after it.
fn split_at_jwt(text: &str) -> Option<(&str, &str, &str)> {
    let mut starts = text.match_indices("eyJ").map(|(at, _)| text.split_at(at));
    let (before, from_token) = starts.find(|(_, from)| is_start_of_json(from))?;
    let end = from_token.find(|letter| !is_token_letter(letter)).unwrap_or(from_token.len());
    let (token, after) = from_token.split_at(end);
    Some((before, token, after))
}

/// The letters that are decoded to tell a JWT from a name such as `SurveyJobs`: fewer than the shortest
/// header has.
const START_LEN: usize = 16;

/// Returns `true` for the base64url form of an object. The names of its first members are ASCII.
fn is_start_of_json(text: &str) -> bool {
    let start = text.get(..START_LEN).and_then(|start| BASE64URL.decode(start).ok());
    start.is_some_and(|json| json.is_ascii())
}
