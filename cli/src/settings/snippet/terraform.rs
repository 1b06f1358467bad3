//! Terraform: the language (HCL), and a resource of the provider azapi.

use serde_json::{Map, Value};

use super::{Parts, Snippet, indent, is_expression};

/// `azapi_update_resource` merges its body into the settings as they are, so it has only the change.
pub(super) fn azapi(parts: &Parts<'_>) -> Snippet {
    let mut notes = Vec::new();
    let mut properties = Map::new();
    let mut has_expressions = false;
    for edit in &parts.edits {
        match &edit.value {
            None => notes.push(format!(
                "azapi_update_resource cannot remove {}: use --as az-rest for that",
                edit.pointer()
            )),
            Some(value) => {
                has_expressions |= contains_expression(value);
                insert(&mut properties, &edit.path, value.clone());
            }
        }
    }
    if has_expressions {
        let text =
            "some values are expressions of a template, and text here; write them in Terraform";
        notes.push(text.to_owned());
    }
    if properties.is_empty() {
        return Snippet { text: String::new(), notes };
    }
    let variable = if parts.is_slot { "var.slot_id" } else { "var.site_id" };
    notes.extend(parts.site_note(variable));
    let site = parts.site.as_ref().map(|site| quoted(&site.to_string()));
    let parent = site.unwrap_or_else(|| variable.to_owned());
    let mut body = Map::new();
    body.insert("properties".to_owned(), Value::Object(properties));
    let text = format!(
        "resource \"azapi_update_resource\" \"auth_settings\" {{\n  type      = {}\n  parent_id = \
         {parent}\n  name      = {}\n  body = {}\n}}\n",
        quoted(&parts.settings_type()),
        quoted(parts.settings_name()),
        expression(&Value::Object(body), 1),
    );
    Snippet { text, notes }
}

fn insert(members: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            members.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = members.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// Returns `true` if the value has an expression of a template.
pub(super) fn contains_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => is_expression(text),
        Value::Array(elements) => elements.iter().any(contains_expression),
        Value::Object(members) => members.values().any(contains_expression),
        _ => false,
    }
}

/// A value as `terraform fmt` writes it.
pub(super) fn expression(value: &Value, depth: usize) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(elements) if elements.is_empty() => "[]".to_owned(),
        Value::Array(elements) => {
            let depth_inside = depth.saturating_add(1);
            let mut text = "[\n".to_owned();
            for own in elements {
                text.extend([&indent(depth_inside), &*expression(own, depth_inside), ",\n"]);
            }
            text.extend([&indent(depth), "]"]);
            text
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let pairs = members.iter().map(|(name, value)| {
                let key = if is_identifier(name) { name.clone() } else { quoted(name) };
                (key, expression(value, depth.saturating_add(1)))
            });
            let attributes = attributes(&pairs.collect::<Vec<_>>(), depth.saturating_add(1));
            format!("{{\n{attributes}{}}}", indent(depth))
        }
        other => other.to_string(),
    }
}

/// Lines of attributes. The equals signs of neighbors on one line each are aligned.
pub(super) fn attributes(pairs: &[(String, String)], depth: usize) -> String {
    let mut text = String::new();
    let is_single = |pair: &(String, String)| !pair.1.contains('\n');
    for group in pairs.chunk_by(|one, other| is_single(one) && is_single(other)) {
        let width = group.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
        for (key, value) in group {
            text.extend([&indent(depth), &*format!("{key:<width$} = "), value, "\n"]);
        }
    }
    text
}

fn is_identifier(name: &str) -> bool {
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(is_first)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !matches!(name, "true" | "false" | "null" | "for" | "if" | "in")
}

/// A quoted template without interpolation (HCL syntax specification, template literals).
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => quoted.push_str(r"\\"),
            '"' => quoted.push_str(r#"\""#),
            '\n' => quoted.push_str(r"\n"),
            '\r' => quoted.push_str(r"\r"),
            '\t' => quoted.push_str(r"\t"),
            '$' | '%' if letters.peek() == Some(&'{') => quoted.extend([letter, letter]),
            _ if crate::terminal::is_unprintable(letter) => {
                let code = format!("{:04x}", u32::from(letter));
                quoted.extend([r"\u", &code]);
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
