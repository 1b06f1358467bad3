//! What a template leaves to be filled in.

use std::borrow::Cow;

use super::Spot;

/// The text at a place, if there is one and nothing in it is to be replaced: about a placeholder only
/// the rule of placeholders can speak.
pub(super) fn final_text<'a>(spot: &Spot<'a>) -> Option<Cow<'a, str>> {
    spot.text().filter(|text| !text.is_empty() && !is_placeholder(text))
}

impl Spot<'_> {
    /// Whether it is a text that somebody was to replace.
    pub(super) fn is_placeholder(&self) -> bool {
        self.text().is_some_and(|text| is_placeholder(&text))
    }
}

pub(super) fn is_placeholder(text: &str) -> bool {
    has_word_in(text, '<', '>')
        || has_word_in(text, '{', '}')
        || is_between(text, "${", "}")
        || is_between(text, "{{", "}}")
        || is_expression(text)
        || is_yours(text)
}

/// `<tenant>`, `https://login.microsoftonline.com/{tenant-id}/v2.0`. JSON in a text has quotes.
fn has_word_in(text: &str, open: char, close: char) -> bool {
    const LONGEST: usize = 64;
    text.split(open).skip(1).any(|rest| {
        let name = rest.split(close).next().unwrap_or_default();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b" _-.|:/".contains(&byte);
        name.len() < rest.len()
            && name.len() <= LONGEST
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(is_word)
    })
}

fn is_between(text: &str, open: &str, close: &str) -> bool {
    text.split_once(open).is_some_and(|(_, rest)| rest.contains(close))
}

/// An expression of a deployment template: `[parameters('clientId')]`. Two brackets are a text that
/// begins with one.
fn is_expression(text: &str) -> bool {
    let inside = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let function = inside.and_then(|inside| inside.split_once('(')).map(|(function, _)| function);
    function.is_some_and(|function| {
        !function.is_empty() && function.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// `YOUR_CLIENT_ID`, `api://your-api`, `https://login.microsoftonline.com/TENANT_ID/v2.0`. A path of the site can be `/your-orders`.
fn is_yours(text: &str) -> bool {
    const WORD: &str = "your";
    if text.starts_with('/') {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("/tenant_id") {
        return true;
    }
    lower.match_indices(WORD).any(|(at, _)| {
        let before = lower.get(..at).unwrap_or_default();
        let after = lower.get(at..).and_then(|word| word.strip_prefix(WORD)).unwrap_or_default();
        after.starts_with(['_', '-'])
            && (before.is_empty() || before.ends_with(['/', '=', ' ', ':', '.', '@']))
    })
}
