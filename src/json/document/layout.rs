//! The layout of new text, which follows the text around it.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Serializer, Value, ser::PrettyFormatter};

use super::{Json, Step};

/// The indent of one level, if the text does not show it.
const UNIT: &str = "  ";

/// The capacity for a usual new value: a list of a few strings, and objects around it.
const USUAL_LEN: usize = 256;

/// The new value of a member.
#[derive(Clone, Copy)]
pub(crate) enum New<'v> {
    Value(&'v Value),
    /// JSON that is written as it is.
    Text(&'v str),
}

/// The layout of a value in a JSON document.
pub(crate) struct Layout<'t> {
    lines: Option<Lines<'t>>,
    /// A space follows each colon.
    spaced: bool,
}

/// The layout of a document of several lines.
struct Lines<'t> {
    newline: &'static str,
    /// The indent of the line with the place.
    indent: &'t str,
    /// The indent that one level adds.
    unit: &'t str,
}

impl<'t> Layout<'t> {
    /// The layout of a value that replaces `value`, a member or element of `parent`.
    pub(crate) fn of_value(text: &'t str, parent: Json<'t>, value: Json<'t>) -> Self {
        let gap = gap(text, parent).unwrap_or_default();
        let lines = gap.contains('\n').then(|| {
            let outer = line_indent(text, parent.range().start);
            Lines {
                newline: if gap.contains("\r\n") { "\r\n" } else { "\n" },
                indent: line_indent(text, value.range().start),
                unit: last_line(gap).strip_prefix(outer).unwrap_or(UNIT),
            }
        });
        Self { lines, spaced: is_spaced(text, parent) }
    }

    /// The layout of the members of `object`, a member or element of `parent`.
    pub(crate) fn inside(text: &'t str, parent: Json<'t>, object: Json<'t>) -> Self {
        let shown_by = if gap(text, object).is_some() { object } else { parent };
        Self::of_value(text, shown_by, object)
    }

    /// Writes a value, inside objects of these names.
    pub(crate) fn value(&self, names: &[Step], new: New<'_>) -> String {
        let mut out = String::with_capacity(USUAL_LEN);
        self.write(&mut out, 0, names, new);
        out
    }

    /// Writes a member after another one, with the comma between them.
    pub(crate) fn next_member(&self, name: &str, names: &[Step], new: New<'_>) -> String {
        let mut out = String::with_capacity(USUAL_LEN);
        out.push(',');
        if self.lines.is_none() && self.spaced {
            out.push(' ');
        }
        self.write_member(&mut out, 1, name, names, new);
        out
    }

    fn write(&self, out: &mut String, depth: usize, names: &[Step], new: New<'_>) {
        match (names.split_first(), new) {
            (Some((name, rest)), _) => {
                out.push('{');
                self.write_member(out, depth.saturating_add(1), name, rest, new);
                self.write_line(out, depth);
                out.push('}');
            }
            (None, New::Text(text)) => out.push_str(text),
            (None, New::Value(value)) => self.write_value(out, depth, value),
        }
    }

    fn write_member(
        &self,
        out: &mut String,
        depth: usize,
        name: &str,
        rest: &[Step],
        new: New<'_>,
    ) {
        self.write_line(out, depth);
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{}", Value::from(name));
        out.push_str(if self.spaced { ": " } else { ":" });
        self.write(out, depth, rest, new);
    }

    fn write_value(&self, out: &mut String, depth: usize, value: &Value) {
        let Some(lines) = &self.lines else {
            let _ = write!(out, "{value}");
            return;
        };
        let mut text = Vec::new();
        let formatter = PrettyFormatter::with_indent(lines.unit.as_bytes());
        // Writing a `Value` to memory cannot fail, and the result is UTF-8.
        let _ = value.serialize(&mut Serializer::with_formatter(&mut text, formatter));
        let text = String::from_utf8(text).unwrap_or_else(|_| value.to_string());
        // JSON strings have no raw newlines.
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.write_line(out, depth);
            }
            out.push_str(line);
        }
    }

    /// Starts a new line, if the text has lines.
    fn write_line(&self, out: &mut String, depth: usize) {
        let Some(lines) = &self.lines else { return };
        out.push_str(lines.newline);
        out.push_str(lines.indent);
        out.extend(std::iter::repeat_n(lines.unit, depth));
    }
}

/// The whitespace between the brace of an object and its first member; `None` without a member.
fn gap<'t>(text: &'t str, object: Json<'_>) -> Option<&'t str> {
    let inside = text.get(object.range())?.strip_prefix('{')?;
    let gap = inside.get(..inside.find(|c: char| !c.is_ascii_whitespace())?)?;
    inside.get(gap.len()..)?.starts_with('"').then_some(gap)
}

/// Returns `true` if a space precedes the value of an object's first member.
fn is_spaced(text: &str, object: Json<'_>) -> bool {
    let start = object.values().next().map(|value| value.range().start);
    start.and_then(|start| text.get(..start)).is_some_and(|before| before.ends_with(' '))
}

/// The indent of the line with `offset`.
fn line_indent(text: &str, offset: usize) -> &str {
    let line = last_line(text.get(..offset).unwrap_or_default());
    let end = line.find(|c: char| !c.is_ascii_whitespace()).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

fn last_line(text: &str) -> &str {
    text.rsplit_once('\n').map_or(text, |(_, line)| line)
}
