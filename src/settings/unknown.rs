//! Values that a template decides, and values that a tool has truncated.

use std::borrow::Cow;

use crate::json::Kind;
use crate::json::document::Json;

/// Returns `true` if a string is or contains an expression that a deployment evaluates.
///
/// ARM and compiled Bicep: `[parameters('clientId')]` (two brackets begin a plain string).
/// Terraform and Bicep: `${var.client_id}`. Pipelines: `$(clientId)`, `#{clientId}#`, `{{clientId}}`.
pub(super) fn is_expression(text: &str) -> bool {
    // Most strings have none of these.
    if !text.bytes().any(|byte| matches!(byte, b'[' | b'$' | b'{')) {
        return false;
    }
    is_arm_expression(text)
        || is_between(text, "${", "}")
        || is_between(text, "{{", "}}")
        || is_between(text, "#{", "}#")
        || is_between(text, "$(", ")")
}

fn is_arm_expression(text: &str) -> bool {
    let inside = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let function = inside.and_then(|inside| inside.split_once('(')).map(|(function, _)| function);
    function.is_some_and(|function| {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b' ');
        !function.trim().is_empty() && function.bytes().all(is_name)
    })
}

fn is_between(text: &str, open: &str, close: &str) -> bool {
    text.split_once(open).is_some_and(|(_, rest)| rest.contains(close))
}

/// Returns `true` for what PowerShell's `ConvertTo-Json` leaves of objects and lists that nest deeper than
/// `-Depth`: `@{enabled=True}`, `System.Collections.Hashtable`, `System.Object[]`.
pub(super) fn is_powershell(text: &str) -> bool {
    (text.starts_with("@{") && text.ends_with('}'))
        || text.starts_with("System.Collections.")
        || text.starts_with("System.Object")
        || text.starts_with("System.Management.Automation.")
}

/// The string of an expression.
pub(super) fn expression(json: Json<'_>) -> Option<Cow<'_, str>> {
    json.as_str().filter(|text| is_expression(text))
}

/// Describes a value for messages, without showing it.
pub(super) fn describe(json: Json<'_>) -> &'static str {
    match json.kind() {
        Kind::Object => "an object",
        Kind::Array => "a list",
        Kind::Bool => "true or false",
        Kind::Number => "a number",
        Kind::Null => "null",
        Kind::String => match json.as_str() {
            Some(text) if is_expression(&text) => "an expression of a template",
            Some(text) if is_powershell(&text) => {
                "what ConvertTo-Json leaves of an object without a larger -Depth"
            }
            _ => "a string",
        },
    }
}
