//! Values of the wrong type, and placeholders.

use serde_json::Value;

use super::{
    Findings, Lint, MAX_NAME, Object, Part, Severity, Spot,
    rules::{ST15, ST19, ST20, ST22},
    spot::{is_open, is_placeholder},
};
use crate::{
    json::{Kind as JsonKind, document::Json},
    settings::{
        setting::{Kind, Node, envelope_schema, is_of},
        unknown::{is_expression, is_powershell},
    },
};

/// How many placeholders are looked up in the document.
const MOST_LOOKUPS: usize = 300;

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    if lint.form.has_envelope() {
        for node in &envelope_schema().members {
            value(&lint.document.at(node.name), node, findings);
        }
    }
    object(&lint.sections, findings);
}

pub(super) fn check_member(_: &Lint<'_>, _: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    if let Some(node) = part.node {
        value(&part.spot, node, findings);
    }
}

fn value(spot: &Spot<'_>, node: &Node, findings: &mut Findings) {
    let Some(json) = spot.json().filter(|json| !json.is_null()) else { return };
    if let Some(text) = json.as_str() {
        if text.is_empty() && node.kind != Kind::Object {
            return;
        }
        let is_truncated = is_powershell(&text);
        // Another rule is about placeholders.
        if is_placeholder(&text) && !is_truncated {
            return;
        }
        if is_truncated && !is_of(node.kind, json) {
            return truncated(spot, node.kind, findings);
        }
    }
    match node.kind {
        Kind::Flag => flag(spot, json, findings),
        Kind::TextFlag if spot.flag().is_some() => {}
        Kind::TextFlag => wrong(spot, "\"true\" or \"false\"", findings),
        Kind::Text | Kind::SettingName | Kind::Timespan => text(spot, findings),
        Kind::Guid => guid(spot, findings),
        Kind::Texts => list(spot, text, findings),
        // Another rule is about the elements of this list.
        Kind::Guids if node.name == "allowedApplications" => list(spot, |_, _| (), findings),
        Kind::Guids => list(spot, guid, findings),
        Kind::Hours => hours(spot, json, findings),
        Kind::Choice(names) => choice(spot, json, names, findings),
        // Other rules are about the elements.
        Kind::LoginParameters => {}
        Kind::Object => object(spot, findings),
    }
}

fn object(spot: &Spot<'_>, findings: &mut Findings) {
    let Some(json) = spot.json() else { return };
    if json.is_object() || json.is_null() {
        return;
    }
    match json.as_str() {
        Some(text) if is_powershell(&text) => truncated(spot, Kind::Object, findings),
        Some(text) if is_expression(&text) => {}
        _ => wrong(spot, "an object", findings),
    }
}

/// A value that nests too deep for PowerShell.
fn truncated(spot: &Spot<'_>, kind: Kind, findings: &mut Findings) {
    let message = "ConvertTo-Json of PowerShell has truncated the value";
    let remedy =
        format!("export it again with ConvertTo-Json -Depth 20, to get {}", kind.expected());
    findings.say(&ST15, spot, message, remedy);
}

fn flag(spot: &Spot<'_>, json: Json<'_>, findings: &mut Findings) {
    match spot.flag() {
        None => wrong(spot, "true or false", findings),
        Some(flag) if json.kind() == JsonKind::String => {
            let message = "expected true or false, found a string";
            tolerated(spot, message, "remove the quotes", flag, findings);
        }
        Some(_) => {}
    }
}

fn text(spot: &Spot<'_>, findings: &mut Findings) {
    if !spot.json().is_some_and(|json| matches!(json.kind(), JsonKind::String | JsonKind::Null)) {
        wrong(spot, "a string", findings);
    }
}

fn guid(spot: &Spot<'_>, findings: &mut Findings) {
    if spot.final_text().is_some() && spot.guid().is_none() {
        findings.add(&ST20, spot);
    } else {
        text(spot, findings);
    }
}

fn list(spot: &Spot<'_>, element: fn(&Spot<'_>, &mut Findings), findings: &mut Findings) {
    let Some(json) = spot.json() else { return };
    if !spot.is_list() {
        return not_a_list(spot, json, findings);
    }
    for own in spot.elements() {
        element(&own, findings);
    }
}

/// PowerShell writes a list of one element as that element, and PowerShell 5 some lists as an object with
/// the list in it.
fn not_a_list(spot: &Spot<'_>, json: Json<'_>, findings: &mut Findings) {
    let inner = json.get("value").filter(|own| own.elements().is_some());
    if let Some(inner) = inner.filter(|_| json.get("Count").is_some()) {
        let message = "expected a list, found an object that Windows PowerShell writes instead";
        let added = findings.say(&ST15, spot, message, "write the list that is in its value");
        if let Ok(list) = serde_json::from_str::<Value>(inner.as_written()) {
            added.fix_by_setting(list);
        }
    } else if let Some(text) = json.as_str().filter(|text| !text.starts_with('[')) {
        let message =
            "expected a list, found a string (PowerShell writes a list of one element so)";
        let added = findings.say(&ST15, spot, message, "write it as a list");
        added.fix_by_setting(vec![&*text]);
    } else {
        wrong(spot, "a list", findings);
    }
}

fn hours(spot: &Spot<'_>, json: Json<'_>, findings: &mut Findings) {
    let Some(text) = json.as_str().filter(|_| spot.hours().is_some()) else { return };
    let message = "expected a number, found a string";
    // The digits as they are: 72.0 as well as 72.
    match serde_json::from_str::<Value>(&text) {
        Ok(number) => tolerated(spot, message, "remove the quotes", number, findings),
        Err(_) if findings.has_place(spot) => {}
        Err(_) => {
            let added = findings.say(&ST15, spot, message, "write 72, the default");
            added.severity(Severity::Warning);
        }
    }
}

fn choice(spot: &Spot<'_>, json: Json<'_>, names: &[&'static str], findings: &mut Findings) {
    let Some(number) = json.as_number() else { return text(spot, findings) };
    let message =
        "expected a name, found a number, as in the document of the platform's middleware";
    match number.parse().ok().and_then(|at: usize| names.get(at)) {
        Some(name) => tolerated(spot, message, &format!("write {name}"), *name, findings),
        None => wrong(spot, "a string", findings),
    }
}

/// A value that the service reads nevertheless. Another finding at its place says more.
fn tolerated(
    spot: &Spot<'_>,
    message: &str,
    remedy: &str,
    value: impl Into<Value>,
    findings: &mut Findings,
) {
    if !findings.has_place(spot) {
        let added = findings.say(&ST15, spot, message, remedy);
        added.severity(Severity::Warning).fix_by_setting(value);
    }
}

fn wrong(spot: &Spot<'_>, expected: &str, findings: &mut Findings) {
    let message = format!("expected {expected}");
    findings.say(&ST15, spot, message, format!("write {expected}"));
}

/// Placeholders at any depth, which a deployment or a person replaces.
pub(super) fn placeholders(lint: &Lint<'_>, findings: &mut Findings) {
    let Some(root) = lint.sections.json() else { return };
    let is_template = lint.doc.is_template();
    let mut lookups = MOST_LOOKUPS;
    for json in root.all() {
        let Some(text) = json.as_str() else { continue };
        let is_expression = is_expression(&text);
        if !is_expression && !is_open(&text) {
            continue;
        }
        let rule = if is_expression && is_template { &ST22 } else { &ST19 };
        let spot = Spot::of(json);
        if findings.is_full(rule) || lookups == 0 || findings.has_place(&spot) {
            continue;
        }
        lookups = lookups.saturating_sub(1);
        // The pointers of all values under a long name would repeat it.
        if spot.path().steps().iter().all(|step| step.len() <= MAX_NAME) {
            findings.add(rule, &spot);
        }
    }
}
