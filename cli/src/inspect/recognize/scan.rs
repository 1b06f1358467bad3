//! Finds headers of Easy Auth anywhere in the input: in the developer tools of browsers, "copy as cURL", "copy as
//! fetch", "copy as PowerShell", tables, dictionaries, environments and logs.

use easyauth::headers;

use super::{Header, header, is_bearer, is_ours};

/// Returns the headers of Easy Auth in the input. A header with the same value twice counts once.
pub(super) fn find(text: &str) -> Result<Vec<Header>, String> {
    let mut found: Vec<Header> = Vec::new();
    let mut rest = text;
    let mut before = None;
    while let Some(start) = rest.find(is_name_letter) {
        let (skipped, from_name) = rest.split_at(start);
        before = skipped.chars().next_back().or(before);
        let end = from_name.find(|letter| !is_name_letter(letter)).unwrap_or(from_name.len());
        let (word, after) = from_name.split_at(end);
        rest = after;
        if let Some(name) = name_of(word)
            && let Some((value, after)) = token_value(&name, after).or_else(|| value(after, before))
            // Messages have the word too.
            && (name != "AUTHORIZATION" || is_bearer(value.as_bytes()))
        {
            if value.ends_with("...") || value.ends_with('…') || after.starts_with('…') {
                return Err(format!(
                    "the value of {name} was shortened by the tool that printed it; in PowerShell, use \
                     `$Request.Headers | ConvertTo-Json`"
                ));
            }
            rest = after;
            let pair = (name, value.as_bytes().to_owned());
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
        before = word.chars().next_back();
    }
    Ok(found)
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

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// The name of a header of Easy Auth, also as CGI and WSGI write it (RFC 3875 section 4.1.18).
fn name_of(word: &str) -> Option<String> {
    let name = word.to_ascii_uppercase().replace('_', "-");
    let name = name.strip_prefix("HTTP-").unwrap_or(&name);
    is_ours(name).then(|| name.to_owned())
}

/// The shortest token that is found among other letters.
const MIN_TOKEN_LEN: usize = 20;

/// The token on the line after the name of a header that has one, whatever is around it: quotes, brackets,
/// other headers, tags.
fn token_value<'a>(name: &str, after: &'a str) -> Option<(&'a str, &'a str)> {
    let has_token = name == headers::CLIENT_PRINCIPAL.to_ascii_uppercase()
        || (name.starts_with(&headers::TOKEN_PREFIX.to_ascii_uppercase())
            && !name.ends_with("EXPIRES-ON"));
    let line = after.get(..after.find(['\r', '\n']).unwrap_or(after.len()))?;
    let start = match name {
        "AUTHORIZATION" => line.to_ascii_lowercase().find("bearer ")?,
        _ if has_token => 0,
        _ => return None,
    };
    let mut rest = after.get(start..)?;
    let mut left = line.len().saturating_sub(start);
    while left > 0 {
        // `name=token`
        let skipped = rest.len().saturating_sub(rest.trim_start_matches('=').len());
        rest = rest.get(skipped..)?;
        left = left.saturating_sub(skipped);
        let end = rest.find(|letter| !is_token_letter(letter)).unwrap_or(rest.len()).min(left);
        if end >= MIN_TOKEN_LEN {
            let value = if name == "AUTHORIZATION" {
                let until = after.len().checked_sub(rest.len())?.checked_add(end)?;
                after.get(start..until)?
            } else {
                rest.get(..end)?
            };
            return Some((value, rest.get(end..)?));
        }
        let next = end.checked_add(rest.get(end..)?.chars().next().map_or(1, char::len_utf8))?;
        rest = rest.get(next..).unwrap_or_default();
        left = left.saturating_sub(next);
    }
    None
}

/// The letters of JWTs, of base64 and of opaque tokens.
pub(super) fn is_token_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~' | '+' | '/' | '=')
}

/// The value after a name, and the text behind it. `before` is the letter before the name.
fn value(after: &str, before: Option<char>) -> Option<(&str, &str)> {
    let quotes = ['"', '\'', '`'];
    // `-H 'name: value'`: the quote before the name ends the value.
    let outer = before.filter(|letter| quotes.contains(letter) && !after.starts_with(*letter));
    // `"name": "value"`, `'name' => 'value'`, `"name"="value"`, `name   value`, name and value on two
    // lines.
    let after = after.strip_prefix(quotes).unwrap_or(after).trim_start_matches([' ', '\t']);
    let start = after.trim_start_matches(['=', ':', '>', ',', '|', ' ', '\t']);
    let start = if start.starts_with(['\r', '\n']) { start.trim_start() } else { start };
    // PowerShell prints lists in braces, JSON in brackets.
    let start = start.trim_start_matches(['{', '[', '^', ' ']);
    let inner = start.chars().next().filter(|letter| quotes.contains(letter) && outer.is_none());
    let (value, rest) = match inner.or(outer) {
        Some(quote) => {
            let start = if inner.is_some() { start.strip_prefix(quote)? } else { start };
            start.split_once(quote)?
        }
        None => start.split_at(start.find(['\r', '\n']).unwrap_or(start.len())),
    };
    let value = value
        .trim_end_matches('^')
        .trim()
        .trim_end_matches([',', ';', '}', ']', '"', '\'', '|', ' ']);
    (!value.is_empty()).then_some((value, rest))
}
