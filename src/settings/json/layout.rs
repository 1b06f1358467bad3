//! How new text is laid out: as its surroundings are.

use std::ops::Range;

use serde::Serialize;
use serde_json::{Serializer, Value, ser::PrettyFormatter};

use super::Json;

/// How deep one level is indented where the text does not show it.
const UNIT: &str = "  ";

/// How a value at some place in a text is written.
#[derive(Clone)]
pub(super) struct Layout {
    lines: Option<Lines>,
    /// Whether there is a space behind a colon.
    spaced: bool,
}

/// For a text of more than one line.
#[derive(Clone)]
struct Lines {
    newline: &'static str,
    /// The white space in front of the line that the value begins on.
    indent: String,
    /// What one level adds.
    unit: String,
}

impl Layout {
    /// For a value that takes the place of `value`, which is in `parent`.
    pub(super) fn of_value(text: &str, parent: Json<'_>, value: Json<'_>) -> Self {
        let spaced = is_spaced(text, parent);
        let gap = gap(text, parent).unwrap_or_default();
        let lines = gap.contains('\n').then(|| {
            let outer = line_indent(text, parent.range().start);
            let unit = last_line(gap).strip_prefix(outer).unwrap_or(UNIT).to_owned();
            let indent = line_indent(text, value.range().start).to_owned();
            Lines { newline: newline(gap), indent, unit }
        });
        Self { lines, spaced }
    }

    /// For the members of `object`, which is in `parent`.
    pub(super) fn inside(text: &str, parent: Json<'_>, object: Json<'_>) -> Self {
        if gap(text, object).is_some() {
            return Self::of_value(text, object, object);
        }
        Self::of_value(text, parent, object)
    }

    /// How to add a member to `object`: where to put which text. For an object with members this is
    /// behind the last of them, laid out as the first is.
    pub(super) fn member_added(
        &self,
        object: Json<'_>,
        name: &str,
        value: impl Fn(&Self) -> String,
    ) -> (Range<usize>, String) {
        let deeper = self.deeper();
        let Some(last) = object.members().last() else {
            return (object.range(), self.object(name, value));
        };
        let end = last.value.range().end;
        let space = match (&deeper.lines, self.spaced) {
            (Some(lines), _) => format!("{}{}", lines.newline, lines.indent),
            (None, true) => " ".to_owned(),
            (None, false) => String::new(),
        };
        (end..end, format!(",{space}{}{}{}", quoted(name), self.colon(), value(&deeper)))
    }

    /// An object of one member.
    pub(super) fn object(&self, name: &str, value: impl Fn(&Self) -> String) -> String {
        let deeper = self.deeper();
        let value = value(&deeper);
        let (name, colon) = (quoted(name), self.colon());
        match (&self.lines, &deeper.lines) {
            (Some(outer), Some(inner)) => {
                let Lines { newline, indent, .. } = inner;
                format!("{{{newline}{indent}{name}{colon}{value}{newline}{}}}", outer.indent)
            }
            _ => format!("{{{name}{colon}{value}}}"),
        }
    }

    pub(super) fn value(&self, value: &Value) -> String {
        let Some(lines) = &self.lines else { return value.to_string() };
        let mut text = Vec::new();
        let formatter = PrettyFormatter::with_indent(lines.unit.as_bytes());
        // Writing a `Value` to memory cannot fail, nor is what comes out anything but UTF-8.
        let _ = value.serialize(&mut Serializer::with_formatter(&mut text, formatter));
        let text = String::from_utf8(text).unwrap_or_else(|_| value.to_string());
        // No string has a raw newline in it.
        text.replace('\n', &format!("{}{}", lines.newline, lines.indent))
    }

    fn deeper(&self) -> Self {
        let lines = self
            .lines
            .clone()
            .map(|lines| Lines { indent: format!("{}{}", lines.indent, lines.unit), ..lines });
        Self { lines, ..*self }
    }

    fn colon(&self) -> &'static str {
        if self.spaced { ": " } else { ":" }
    }
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

/// The white space between the brace of an object and its first member; `None` without a member.
fn gap<'t>(text: &'t str, object: Json<'_>) -> Option<&'t str> {
    let inside = text.get(object.range())?.strip_prefix('{')?;
    let gap = inside.get(..inside.find(|c: char| !c.is_ascii_whitespace())?)?;
    inside.get(gap.len()..)?.starts_with('"').then_some(gap)
}

/// Whether there is a space in front of the value of an object's first member.
fn is_spaced(text: &str, object: Json<'_>) -> bool {
    let first = object.members().next();
    let start = first.map(|member| member.value.range().start);
    start.and_then(|start| text.get(..start)).is_some_and(|before| before.ends_with(' '))
}

/// The white space at the beginning of the line that `offset` is on.
fn line_indent(text: &str, offset: usize) -> &str {
    let line = last_line(text.get(..offset).unwrap_or_default());
    let end = line.find(|c: char| !c.is_ascii_whitespace()).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

fn last_line(text: &str) -> &str {
    text.rsplit_once('\n').map_or(text, |(_, line)| line)
}

fn newline(gap: &str) -> &'static str {
    if gap.contains("\r\n") { "\r\n" } else { "\n" }
}
