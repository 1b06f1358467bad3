//! The sections of a document, with the names that the tools expect.

use std::collections::HashMap;

use easyauth::settings::{ALL_SETTINGS, AuthSettingsV2};
use serde_json::{Map, Value};

use super::document::sections_pointer;
use crate::Failure;

/// The sections as JSON, without the envelope, which has the names and times of the resource. Names are
/// spelled as in [`ALL_SETTINGS`]: the service finds them in any case, and the tools do not. Of names in
/// several cases, only the last is kept, as the service does.
pub(super) fn sections(settings: &AuthSettingsV2) -> Result<Value, Failure> {
    let rows = ALL_SETTINGS.iter().filter(|row| !row.is_in_envelope());
    let paths: Vec<String> = rows.map(|row| row.pointer()).collect();
    let paths: Vec<&str> = paths.iter().filter_map(|path| path.strip_prefix('/')).collect();
    let pointer = sections_pointer(settings);
    let sections = serde_json::from_str(settings.pointer(&pointer).unwrap_or("{}"))?;
    Ok(spelled(settings, &pointer, sections, &paths))
}

/// Spells the names in the value at a pointer, from which the paths lead to settings.
fn spelled(settings: &AuthSettingsV2, pointer: &str, value: Value, paths: &[&str]) -> Value {
    let Value::Object(members) = value else { return value };
    let mut object = Map::new();
    let mut spellings = HashMap::new();
    for (written, mut value) in members {
        let steps = paths.iter().map(|path| path.split_once('/').unwrap_or((path, "")));
        // The name of a custom provider is free.
        let is_it = |own: &str| own == "*" || own.eq_ignore_ascii_case(&written);
        let (names, rest): (Vec<&str>, Vec<&str>) = steps.filter(|(own, _)| is_it(own)).unzip();
        let pointer = format!("{pointer}{}", step(&written));
        let key = written.to_ascii_lowercase();
        let name = names.first().filter(|own| **own != "*").map_or(written, ToString::to_string);
        let name = spellings.entry(key).or_insert(name).clone();
        // A map does not know the order of duplicates.
        let last = settings.pointer(&pointer).filter(|_| object.contains_key(&name));
        if let Some(last) = last.and_then(|json| serde_json::from_str(json).ok()) {
            value = last;
        }
        object.insert(name, spelled(settings, &pointer, value, &rest));
    }
    Value::Object(object)
}

/// A name as a step of a JSON Pointer (RFC 6901).
pub(super) fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
