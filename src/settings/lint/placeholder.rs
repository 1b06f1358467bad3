//! What a template leaves to be filled in.

use std::borrow::Cow;

use super::Spot;
use crate::settings::unknown::is_expression;

/// The text at a place, if there is one and nothing in it is to be replaced: about a placeholder only
/// the rule of placeholders can speak.
pub(super) fn final_text<'a>(spot: &Spot<'a>) -> Option<Cow<'a, str>> {
    spot.text().filter(|text| !text.is_empty() && !is_placeholder(text))
}

impl Spot<'_> {
    /// Whether it is a text that somebody, or a deployment, is to replace.
    pub(super) fn is_placeholder(&self) -> bool {
        self.text().is_some_and(|text| is_placeholder(&text))
    }
}

pub(super) fn is_placeholder(text: &str) -> bool {
    is_expression(text) || is_open(text)
}

/// Whether a person was to replace it.
pub(super) fn is_open(text: &str) -> bool {
    has_word_in(text, '<', '>') || has_word_in(text, '{', '}') || is_yours(text)
}

/// `<tenant>`, `https://login.microsoftonline.com/{tenant-id}/v2.0`. JSON in a text has quotes.
fn has_word_in(text: &str, open: char, close: char) -> bool {
    const LONGEST: usize = 64;
    if !text.contains(open) {
        return false;
    }
    text.split(open).skip(1).any(|rest| {
        let name = rest.split(close).next().unwrap_or_default();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b" _-.|:/".contains(&byte);
        name.len() < rest.len()
            && name.len() <= LONGEST
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(is_word)
    })
}

/// `YOUR_CLIENT_ID`, `api://your-api`, `https://login.microsoftonline.com/TENANT_ID/v2.0`. A path of the
/// site can be `/your-orders`.
fn is_yours(text: &str) -> bool {
    const WORD: &[u8; 4] = b"your";
    let bytes = text.as_bytes();
    // Most texts have none of the letters.
    if !bytes.iter().any(|byte| matches!(byte | 0x20, b'y')) && !text.contains('_') {
        return false;
    }
    if bytes.first() == Some(&b'/') {
        return false;
    }
    let is_word = |(at, word): (usize, &[u8])| {
        word.eq_ignore_ascii_case(WORD)
            && matches!(bytes.get(at.saturating_add(WORD.len())), Some(b'_' | b'-'))
            && at.checked_sub(1).is_none_or(|before| {
                bytes.get(before).is_some_and(|before| b"/= :.@".contains(before))
            })
    };
    bytes.windows(WORD.len()).enumerate().any(is_word)
        || bytes.windows(10).any(|word| word.eq_ignore_ascii_case(b"/tenant_id"))
}
