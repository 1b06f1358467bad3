//! The value of a header in text: what is between it and the name, and where the layout ends it.

use super::{
    is_bearer,
    scan::{is_name_letter, name_of, word_at},
};

const QUOTES: [char; 3] = ['"', '\'', '`'];

/// What ends a value without quotes: tags, and the next argument of a command.
const ENDS: [&str; 5] = ["</", "<br", "/>", " --", " -H "];

/// The value after a name, and the text behind it. `before` is the letter before the name.
pub(super) fn after<'a>(
    name: &str,
    text: &'a str,
    before: Option<char>,
) -> Option<(&'a str, &'a str)> {
    // JSON in a string: `{\"name\":\"value\"}`.
    let text = text.trim_start_matches('\\');
    // `-H 'name: value'`: the quote before the name ends the value.
    let outer = before.filter(|letter| QUOTES.contains(letter) && !text.starts_with(*letter));
    let start = start(text);
    let between = text.strip_suffix(start).unwrap_or_default();
    let sign = between.chars().find(|letter| matches!(letter, '=' | ':' | '|'));
    // `name=, other=value`
    if between.contains([',', ';', '\r', '\n']) && is_pair(start, sign) {
        return None;
    }
    let inner = start.chars().next().filter(|letter| QUOTES.contains(letter) && outer.is_none());
    let value = inner.and_then(|quote| start.strip_prefix(quote)).unwrap_or(start);
    // Messages have the word too. Looking for the end of each takes quadratic time.
    if name == "AUTHORIZATION" && !is_bearer(value.trim_start().as_bytes()) {
        return None;
    }
    let (value, rest) = if let Some(quote) = inner {
        value.split_once(quote)?
    } else {
        let (value, rest) = value.split_at_checked(unquoted_len(value, sign, outer))?;
        (value.trim_end_matches([',', ';', '"', '\'', '|', '\\', '^', '*', ' ', '\t']), rest)
    };
    let value = value.trim_end_matches(['^', '\\']).trim();
    let is_null = inner.is_none() && is_null(value.as_bytes());
    (!value.is_empty() && !is_null).then_some((value, rest))
}

/// Returns `true` for what programs print in place of an absent value.
pub(super) fn is_null(value: &[u8]) -> bool {
    let nulls: [&[u8]; 4] = [b"null", b"undefined", b"None", b"nil"];
    nulls.contains(&value.trim_ascii())
}

/// The text from the value or its quote: behind `": "`, `'] => '`, `=[`, `</td><td>`, a line break, `", "value": "`.
fn start(after_name: &str) -> &str {
    let text = after_name.strip_prefix(QUOTES).unwrap_or(after_name);
    let mut text = text.strip_prefix(']').unwrap_or(text);
    loop {
        let next = text.trim_start_matches(['=', ':', '>', ',', '|', '\\', '*', ' ', '\t']);
        let next = next.strip_prefix("->").unwrap_or(next);
        // Go prints types, PowerShell lists in braces.
        let next = next.strip_prefix("[]string").unwrap_or(next);
        let next = next.trim_start_matches(['{', '[', '^']);
        let next = if next.starts_with(['\r', '\n']) { next.trim_start() } else { next };
        let next = next.strip_prefix("<![CDATA[").unwrap_or(next);
        let next = without_label(without_tag(next));
        if next.len() == text.len() {
            break;
        }
        text = next;
    }
    // `b'value'`: bytes of Python.
    text.strip_prefix('b').filter(|text| text.starts_with(QUOTES)).unwrap_or(text)
}

fn without_tag(text: &str) -> &str {
    let inside = text.strip_prefix('<').unwrap_or_default();
    let end = inside.find(['<', '>']).and_then(|end| inside.get(end..));
    end.and_then(|end| end.strip_prefix('>')).unwrap_or(text)
}

/// Removes `value`, or what Envoy calls it, before a sign, with or without quotes.
fn without_label(text: &str) -> &str {
    let from_label = text.strip_prefix(QUOTES).unwrap_or(text);
    let label = word_at(from_label);
    let rest = from_label.strip_prefix(label).unwrap_or_default();
    let rest = rest.strip_prefix(QUOTES).unwrap_or(rest);
    let is_label = ["value", "rawValue", "val"].iter().any(|own| label.eq_ignore_ascii_case(own))
        && rest.trim_start().starts_with(['=', ':']);
    if is_label { rest } else { text }
}

/// The length of a value without quotes: to the end of the line, a bracket that was opened before it, or the next
/// pair. `sign` is what separates names from values here, `outer` the quote around the whole pair.
fn unquoted_len(text: &str, sign: Option<char>, outer: Option<char>) -> usize {
    let mut open = 0_usize;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        open = match letter {
            '(' | '[' | '{' => open.saturating_add(1),
            ')' | ']' | '}' => match open.checked_sub(1) {
                Some(open) => open,
                None => return at,
            },
            _ => open,
        };
        let is_end = matches!(letter, '\r' | '\n')
            || outer == Some(letter)
            || (letter == '|' && sign == Some('|'))
            || is_escaped_break(rest, sign)
            || ENDS.iter().any(|end| rest.starts_with(end))
            || (is_between_pairs(letter) && !is_between_pairs(before) && is_pair(rest, sign))
            || (!is_name_letter(before) && name_of(word_at(rest)).is_some());
        if is_end {
            return at;
        }
        before = letter;
    }
    text.len()
}

/// `\r\n` in a string, or `\n` where it cannot be a part of `CONTOSO\nina`.
fn is_escaped_break(text: &str, sign: Option<char>) -> bool {
    let is_end = |next: &str| next.is_empty() || next.starts_with(['\\', '"']);
    text.starts_with(r"\r\n")
        || text.strip_prefix(r"\n").is_some_and(|next| is_end(next) || is_pair(next, sign))
}

fn is_between_pairs(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | ',' | ';' | '&' | '|')
}

/// Returns `true` for a word with the sign of the pairs behind it. Times begin with a digit.
fn is_pair(text: &str, sign: Option<char>) -> bool {
    let text = text.trim_start_matches(is_between_pairs).trim_start_matches(QUOTES);
    let rest = text.strip_prefix(word_at(text)).unwrap_or_default();
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && sign.is_some_and(|sign| rest.trim_start_matches(QUOTES).starts_with(sign))
}
