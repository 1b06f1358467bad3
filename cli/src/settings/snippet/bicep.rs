//! Bicep: the whole resource, because a deployment replaces all settings.

use easyauth::{Service, settings::SiteId};
use serde_json::{Map, Value};

use super::{Parts, Snippet, indent, is_expression};

/// The resource, with its parents as existing ones.
pub(super) fn resource(parts: &Parts<'_>) -> Snippet {
    let version = parts.api_version;
    let mut notes = Vec::new();
    let mut text = String::new();
    let parent_type = match parts.service {
        Service::ContainerApps => "Microsoft.App/containerApps",
        _ => "Microsoft.Web/sites",
    };
    let site = parts.site.as_ref();
    let mut parents = vec![("site", parent_type, "", site.map(SiteId::name))];
    if parts.is_slot {
        let name = site.and_then(SiteId::slot);
        parents.push(("slot", "Microsoft.Web/sites/slots", "  parent: site\n", name));
    }
    for (symbol, ..) in parents.iter().filter(|(.., name)| name.is_none()) {
        let description = "@description('The name of the ";
        text.extend([description, symbol, ".')\nparam ", symbol, "Name string\n\n"]);
    }
    for (symbol, kind, parent, name) in &parents {
        let name = name.map_or_else(|| format!("{symbol}Name"), quoted);
        let start = format!("resource {symbol} '{kind}@{version}' existing = {{\n{parent}");
        text.extend([&*start, "  name: ", &name, "\n}\n\n"]);
    }
    let parent = if parts.is_slot { "slot" } else { "site" };
    let (kind, name) = (parts.settings_type(), parts.settings_name());
    let start = format!(
        "resource authSettings '{kind}' = {{\n  parent: {parent}\n  name: '{name}'\n  properties: "
    );
    text.push_str(&start);
    let mut writer = Writer { text, expressions: Vec::new() };
    writer.value(&parts.sections, 1, "");
    writer.text.push_str("\n}\n");
    if !writer.expressions.is_empty() {
        notes.push(format!(
            "these values are expressions of a template, and text here; write them in Bicep: {}",
            writer.expressions.join(", ")
        ));
    }
    Snippet { text: writer.text, notes }
}

struct Writer {
    text: String,
    /// Where the document has expressions of a template.
    expressions: Vec<String>,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize, pointer: &str) {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(flag) => self.text.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => self.text.push_str(&of_number(&number.to_string())),
            Value::String(text) => {
                if is_expression(text) {
                    self.expressions.push(pointer.to_owned());
                }
                self.text.push_str(&quoted(text));
            }
            Value::Array(elements) => self.list(elements, depth, pointer),
            Value::Object(members) => self.object(members, depth, pointer),
        }
    }

    fn list(&mut self, elements: &[Value], depth: usize, pointer: &str) {
        if elements.is_empty() {
            self.text.push_str("[]");
            return;
        }
        self.text.push_str("[\n");
        for (index, element) in elements.iter().enumerate() {
            self.text.push_str(&indent(depth.saturating_add(1)));
            self.value(element, depth.saturating_add(1), &format!("{pointer}/{index}"));
            self.text.push('\n');
        }
        self.text.push_str(&indent(depth));
        self.text.push(']');
    }

    fn object(&mut self, members: &Map<String, Value>, depth: usize, pointer: &str) {
        if members.is_empty() {
            self.text.push_str("{}");
            return;
        }
        self.text.push_str("{\n");
        for (name, value) in members {
            let key = if is_identifier(name) { name.clone() } else { quoted(name) };
            self.text.extend([&indent(depth.saturating_add(1)), &*key, ": "]);
            self.value(value, depth.saturating_add(1), &format!("{pointer}/{name}"));
            self.text.push('\n');
        }
        self.text.push_str(&indent(depth));
        self.text.push('}');
    }
}

/// Bicep has only integers of 64 bits. The service writes whole numbers as `72.0`.
fn of_number(number: &str) -> String {
    let whole = number.strip_suffix(".0").unwrap_or(number);
    match whole.parse::<i64>() {
        Ok(_) => whole.to_owned(),
        Err(_) => format!("json('{number}')"),
    }
}

fn is_identifier(name: &str) -> bool {
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(is_first)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(name, "true" | "false" | "null")
}

/// A string literal ("Data types in Bicep", strings).
fn quoted(text: &str) -> String {
    let mut quoted = "'".to_owned();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => quoted.push_str(r"\\"),
            '\'' => quoted.push_str(r"\'"),
            '\n' => quoted.push_str(r"\n"),
            '\r' => quoted.push_str(r"\r"),
            '\t' => quoted.push_str(r"\t"),
            '$' if letters.peek() == Some(&'{') => quoted.push_str(r"\$"),
            _ if crate::terminal::is_unprintable(letter) => {
                // Rust and Bicep escape the same way: \u{1b}.
                quoted.extend(letter.escape_unicode());
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('\'');
    quoted
}
