//! Text that fits a terminal and does no harm there.

/// Breaks a text at spaces into lines of `width`; a longer word has a line of its own.
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

/// Cuts a single word that is longer than `width`, and says how long it was.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width || text.contains(' ') {
        return text.to_owned();
    }
    let mark = format!("... ({length} characters)");
    let start = text.chars().take(width.saturating_sub(mark.len()));
    start.chain(mark.chars()).collect()
}

/// Text from a peer, so that it can neither break a line, nor steer a terminal, nor turn around what
/// stands beside it.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::new();
    for letter in text.chars() {
        if letter.is_control() || is_invisible(letter) {
            printable.extend(letter.escape_unicode());
        } else {
            printable.push(letter);
        }
    }
    printable
}

fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}
