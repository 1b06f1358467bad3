//! Text that fits a terminal and cannot harm it.

use std::fmt;

use serde::Serialize;

/// How pages are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Whether there are colors.
    pub(crate) color: bool,
    /// The widest line, except for text that users copy.
    pub(crate) width: usize,
}

impl Style {
    /// Longer lines are hard to read.
    const MAX_WIDTH: usize = 100;
    /// Narrower pages have no room beside their labels.
    const MIN_WIDTH: usize = 50;

    /// The style for a terminal with this many columns, or for a file.
    pub(crate) fn new(color: bool, columns: Option<usize>) -> Self {
        let width = columns.unwrap_or(Self::MAX_WIDTH).clamp(Self::MIN_WIDTH, Self::MAX_WIDTH);
        Self { color, width }
    }
}

/// The colors of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    Red,
    Green,
    Bold,
}

/// Prints `text` in a color, if `is_on`.
pub(crate) fn paint(is_on: bool, color: Color, text: impl fmt::Display) -> String {
    let code = match color {
        Color::Red => 31,
        Color::Green => 32,
        Color::Bold => 1,
    };
    if is_on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
}

/// Breaks a string at spaces into lines of `width`. A longer word gets its own line.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { continue };
        let length = line.chars().count().saturating_add(word.chars().count());
        if line.is_empty() {
            line.push_str(word);
        } else if length < width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Writes a label and its value in lines of `width`. A long value continues in its column.
pub(crate) fn row(
    out: &mut impl fmt::Write,
    label: &str,
    label_width: usize,
    value: &str,
    width: usize,
) -> fmt::Result {
    let mut label = printable(label);
    // Two spaces before the label, one after it.
    let width = width.saturating_sub(label_width.saturating_add(3));
    for part in wrap(&printable(value), width) {
        writeln!(out, "  {label:<label_width$} {part}")?;
        label.clear();
    }
    Ok(())
}

/// Shortens a single word that is longer than `width`, and adds its length.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width || text.contains(' ') {
        return text.to_owned();
    }
    let mark = format!("... ({length} characters)");
    let start = text.chars().take(width.saturating_sub(mark.len()));
    start.chain(mark.chars()).collect()
}

/// Escapes control and invisible characters, so that untrusted input cannot break a line, control the
/// terminal or reverse the text around it.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::new();
    for letter in text.chars() {
        if is_unprintable(letter) {
            printable.extend(letter.escape_unicode());
        } else {
            printable.push(letter);
        }
    }
    printable
}

/// A value as a page of JSON. Characters that are not [`printable`] are escaped as JSON does it (RFC 8259
/// section 7): outside of strings there are only line breaks.
pub(crate) fn json_page(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string_pretty(value)?;
    let mut page = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == '\n' || !is_unprintable(letter) {
            page.push(letter);
        } else {
            let escaped = |unit: &u16| format!("\\u{unit:04x}");
            page.extend(letter.encode_utf16(&mut [0; 2]).iter().map(escaped));
        }
    }
    page.push('\n');
    Ok(page)
}

/// Returns `true` for a control character or an invisible one.
pub(crate) fn is_unprintable(letter: char) -> bool {
    letter.is_control() || is_invisible(letter)
}

/// `Default_Ignorable_Code_Point` of Unicode 16 (DerivedCoreProperties.txt), with separators of lines and
/// annotations. Text can be hidden in tags (U+E00xx) and variation selectors.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
