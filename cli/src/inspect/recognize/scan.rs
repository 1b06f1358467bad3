//! Finds headers of Easy Auth anywhere in the input: in the developer tools of browsers, "copy as cURL", "copy as
//! fetch", "copy as PowerShell", tables, dictionaries, environments and logs.

use std::collections::HashSet;

use easyauth::headers;

use super::{Header, header, is_bearer, is_ours, value};
use crate::secret::{MIN_TOKEN_LEN, is_token_letter};

/// Returns the headers of Easy Auth in the input. A header with the same value twice counts once.
pub(super) fn find(text: &str) -> Result<Vec<Header>, String> {
    let mut found: Vec<Header> = Vec::new();
    let mut rest = text;
    let mut before = None;
    while let Some(start) = rest.find(is_name_letter) {
        let (skipped, from_name) = rest.split_at(start);
        before = skipped.chars().next_back().or(before);
        // `\r\n` in a string.
        let escaped = from_name.strip_prefix(['r', 'n']).filter(|_| before == Some('\\'));
        let from_name = escaped.unwrap_or(from_name);
        let word = word_at(from_name);
        let after = from_name.strip_prefix(word).unwrap_or_default();
        rest = after;
        if let Some(name) = name_of(word).filter(|_| !skipped.ends_with("</"))
            && let Some((value, after)) = value_after(&name, after, before)
            // `Bearer` alone is not a value.
            && (name != "AUTHORIZATION" || is_bearer(value.as_bytes()))
        {
            check_whole(&name, value, after)?;
            rest = after;
            found.push((name, value.as_bytes().to_owned()));
        }
        before = word.chars().next_back().or(before);
    }
    remove_repeated(&mut found);
    Ok(found)
}

pub(super) fn remove_repeated(headers: &mut Vec<Header>) {
    let mut seen = HashSet::new();
    headers.retain(|header| seen.insert(header.clone()));
}

/// Returns an error for a value that the tool changed which printed it. `after` is the text behind it.
pub(super) fn check_whole(name: &str, value: &str, after: &str) -> Result<(), String> {
    if value.ends_with("...") || value.ends_with('…') || after.starts_with('…') {
        return Err(format!(
            "the value of {name} was shortened by the tool that printed it; in PowerShell, use \
             `$Request.Headers | ConvertTo-Json`"
        ));
    }
    Ok(())
}

/// A token that follows, but not that of another name if this one has no value.
fn value_after<'a>(name: &str, text: &'a str, before: Option<char>) -> Option<(&'a str, &'a str)> {
    let value = value::after(name, text, before);
    let can_have_token = value.is_some() || name == "AUTHORIZATION";
    can_have_token.then(|| token_value(name, text)).flatten().or(value)
}

/// Returns `true` if a line is a header, from Easy Auth or not.
pub(super) fn has_headers(text: &str) -> bool {
    text.lines().any(|line| header(line.as_bytes()).is_some())
}

/// Removes the same indentation and bullets from all lines, if every line has some.
pub(super) fn without_bullets(text: &str) -> Option<String> {
    let marks = [' ', '\t', '-', '*', '•', '>'];
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek()?;
    let is_marked = |line: &str| line.starts_with([' ', '\t', '•']) || line.starts_with("- ");
    lines.all(is_marked).then(|| {
        let bare = text.lines().map(|line| line.trim_start_matches(marks));
        bare.collect::<Vec<_>>().join("\n")
    })
}

pub(super) fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// The letters of a name at the start of the text.
pub(super) fn word_at(text: &str) -> &str {
    text.split(|letter| !is_name_letter(letter)).next().unwrap_or_default()
}

/// The name of a header of Easy Auth, also as CGI and WSGI write it (RFC 3875 section 4.1.18).
pub(super) fn name_of(word: &str) -> Option<String> {
    let name = word.to_ascii_uppercase().replace('_', "-");
    let name = name.strip_prefix("HTTP-").unwrap_or(&name);
    is_ours(name).then(|| name.to_owned())
}

/// The longest distance from the name of a header to its token, in characters: room for markup, quotes
/// and `Bearer`. Without a limit, a line with many names takes quadratic time.
const MAX_TOKEN_DISTANCE: usize = 256;

/// The token on the line after the name of a header that has one, whatever is around it: quotes, brackets,
/// other headers, tags.
fn token_value<'a>(name: &str, after: &'a str) -> Option<(&'a str, &'a str)> {
    let is_authorization = name == "AUTHORIZATION";
    let has_token = is_authorization
        || name == headers::CLIENT_PRINCIPAL.to_ascii_uppercase()
        || (name.starts_with(&headers::TOKEN_PREFIX.to_ascii_uppercase())
            && !name.ends_with("EXPIRES-ON"));
    if !has_token {
        return None;
    }
    // The token starts here, and can be longer.
    let limit = after.char_indices().nth(MAX_TOKEN_DISTANCE).map_or(after.len(), |(at, _)| at);
    let near = after.get(..limit)?.split(['\r', '\n']).next()?;
    let start = if is_authorization { near.to_ascii_lowercase().find("bearer ")? } else { 0 };
    // The scheme of another header.
    let is_other = |word: &str| value::is_null(word.as_bytes()) || word == "Basic";
    if near.get(..start)?.split(|letter| !is_name_letter(letter)).any(is_other) {
        return None;
    }
    let mut at = start;
    while at < near.len() {
        let rest = after.get(at..)?;
        let len = rest.find(|letter| !is_token_letter(letter)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(len)?;
        // `name=token`
        let sign = word.trim_end_matches('=').rfind('=');
        let token =
            word.get(sign.map_or(0, |sign| sign.saturating_add(1))..)?.trim_start_matches('=');
        // The name of the next header has the letters of tokens.
        if name_of(word_at(word.trim_start_matches('='))).is_some() {
            return None;
        }
        let end = at.checked_add(len)?;
        if token.len() >= MIN_TOKEN_LEN {
            let start = if is_authorization { start } else { end.checked_sub(token.len())? };
            return Some((after.get(start..end)?, behind));
        }
        at = end.checked_add(behind.chars().next().map_or(1, char::len_utf8))?;
    }
    None
}
