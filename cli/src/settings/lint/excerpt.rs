//! The line of a document that a finding is about, without secrets.

use std::ops::Range;

use easyauth::settings::Finding;

/// The longest line that is shown, in bytes. Of a longer one, such as a document of megabytes without line
/// breaks, only the place is shown.
const MAX_LINE_LEN: usize = 64 * 1024;

/// A document whose secrets are covered, and where its lines start.
pub(super) struct Lines {
    text: String,
    starts: Vec<usize>,
}

/// A line, and the value in it.
pub(super) struct Excerpt<'a> {
    pub(super) line: &'a str,
    pub(super) span: Range<usize>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let text = covered(text);
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = breaks.map(|(at, _)| at.saturating_add(1));
        Self { starts: [0].into_iter().chain(starts).collect(), text }
    }

    /// The line of a finding; `None` if it is too long.
    pub(super) fn excerpt(&self, finding: &Finding) -> Option<Excerpt<'_>> {
        let position = finding.position();
        let start = *self.starts.get(position.line().checked_sub(1)?)?;
        let line = self.text.get(start..)?.lines().next()?;
        if line.len() > MAX_LINE_LEN {
            return None;
        }
        // Columns count characters. A byte order mark is not part of the line.
        let line = line.trim_start_matches('\u{feff}');
        let at = line.char_indices().nth(position.column().checked_sub(1)?)?.0;
        let span = at..at.saturating_add(length_of_value(line.get(at..)?));
        Some(Excerpt { line, span })
    }
}

/// The length of the value at the start of a line. Of an object or a list, only the bracket.
fn length_of_value(text: &str) -> usize {
    match text.chars().next() {
        Some('"') => string_len(text),
        Some('{' | '[') => 1,
        _ => text
            .find(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ']' | '}'))
            .unwrap_or(text.len())
            .max(1),
    }
}

/// The length of the JSON string at the start, with its quotes.
fn string_len(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

/// Replaces each string that can be a secret by stars, one for each character, so that columns stay right. Covers names
/// of settings (users put the secret itself there), values whose name says so, and everything like a token.
fn covered(text: &str) -> String {
    let mut covered = String::with_capacity(text.len());
    let mut rest = text;
    let mut name = String::new();
    while let Some(start) = rest.find('"') {
        let (before, from) = rest.split_at(start);
        covered.push_str(before);
        let (string, after) = from.split_at(string_len(from));
        let inner = string.trim_matches('"');
        let is_name = after.trim_start().starts_with(':');
        if is_name {
            name = inner.to_ascii_lowercase();
        }
        if looks_secret(inner) || (!is_name && names_secret(&name)) {
            covered.push('"');
            covered.push_str(&"*".repeat(string.chars().count().saturating_sub(2)));
            covered.push('"');
        } else {
            covered.push_str(string);
        }
        rest = after;
    }
    covered.push_str(rest);
    covered
}

/// Returns `true` if the value of a member with this name can be a secret.
fn names_secret(name: &str) -> bool {
    ["secret", "settingname", "password", "token", "key", "sas"]
        .iter()
        .any(|word| name.contains(word))
}

/// Returns `true` for strings that are long, mixed, and have neither spaces nor the marks of a path or an
/// address, as tokens and secrets are. A GUID is not one.
fn looks_secret(text: &str) -> bool {
    const SHORTEST: usize = 20;
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    let is_guid = text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    text.len() >= SHORTEST
        && is_mixed
        && !is_guid
        && !text.contains([' ', ':'])
        && !text.starts_with('/')
}
