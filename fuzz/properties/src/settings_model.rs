//! The model of a settings document: names are case-insensitive, and of several members with one name the last
//! counts.

use easyauth::settings::{AuthSettingsV2, Form};

use super::json::Json;

/// The deepest nesting of a document: `serde_json` rejects the 128th level.
pub(crate) const MAX_DEPTH: usize = 127;

/// The sections of every form.
pub(crate) const SECTIONS: [&str; 7] = [
    "platform",
    "globalValidation",
    "identityProviders",
    "login",
    "httpSettings",
    "encryptionSettings",
    "legacyProperties",
];

pub(crate) fn is_first_version(root: &Json) -> bool {
    let marks = ["unauthenticatedClientAction", "tokenStoreEnabled", "additionalLoginParams"];
    let flat = of_first_version(root);
    let is_section = |name: &&str| matches!(member(flat, name), Some(Json::Object(_)));
    let text = |name: &str| match member(root, name) {
        Some(Json::Text(text)) => text.to_ascii_lowercase(),
        _ => String::new(),
    };
    marks.iter().any(|name| has(flat, name))
        && !SECTIONS.iter().chain(&["auth"]).any(is_section)
        && !text("id").contains("/config/authsettingsv2")
        && !text("id").contains("/authconfigs/")
        && text("name") != "authsettingsv2"
        && text("type") != "microsoft.app/containerapps/authconfigs"
}

/// The place of the settings of the first version.
pub(crate) fn of_first_version(root: &Json) -> &Json {
    member(root, "properties").unwrap_or(root)
}

/// The name of the object that has the sections.
pub(crate) fn wrapper(form: Form) -> Option<&'static str> {
    match form {
        Form::AppService | Form::ContainerApp => Some("properties"),
        Form::StaticWebApp => Some("auth"),
        _ => None,
    }
}

/// Returns `true` for a resource in a template, and for one alone: it has no ID.
pub(crate) fn is_in_template(settings: &AuthSettingsV2, root: &Json) -> bool {
    let is_resource = wrapper(settings.form()) == Some("properties")
        && (has(root, "type") || has(root, "apiVersion"));
    !settings.resource_pointer().is_empty() || (is_resource && !has(root, "id"))
}

/// The path to the object that has the sections.
pub(crate) fn sections_path(settings: &AuthSettingsV2) -> Vec<String> {
    let resource = steps(&settings.resource_pointer()).unwrap_or_default();
    resource.into_iter().chain(wrapper(settings.form()).map(str::to_owned)).collect()
}

/// The sections that a response always has and this document lacks.
pub(crate) fn missing(form: Form, root: &Json) -> Vec<&'static str> {
    let full = ["platform", "globalValidation", "identityProviders", "login", "httpSettings"];
    let full = match form {
        Form::AppService | Form::AppServiceProperties => &full[..],
        // They have `httpSettings` only if these are set.
        Form::ContainerApp | Form::ContainerAppProperties => &full[..4],
        _ => return Vec::new(),
    };
    let sections = wrapper(form).map_or(Some(root), |name| member(root, name));
    let is_new_app = has(root, "id") && sections.is_some_and(is_of_new_app);
    let is_missing = |name: &&str| !sections.is_some_and(|sections| has(sections, name));
    if is_new_app { Vec::new() } else { full.iter().copied().filter(is_missing).collect() }
}

/// An object with nothing but a platform that is off.
fn is_of_new_app(sections: &Json) -> bool {
    let is_off = |(name, value): &(String, Json)| {
        let is_false = match value {
            Json::Bool(flag) => !flag,
            Json::Text(text) => text.eq_ignore_ascii_case("false"),
            _ => false,
        };
        name.eq_ignore_ascii_case("enabled") && is_false
    };
    sections.members().is_ok_and(|members| {
        members.iter().all(|(name, value)| {
            let is_off = value.members().is_ok_and(|members| members.iter().all(is_off));
            name.eq_ignore_ascii_case("platform") && is_off
        })
    })
}

fn values(json: &Json) -> impl Iterator<Item = &Json> {
    json.members().unwrap_or_default().iter().map(|(_, value)| value)
}

fn has(json: &Json, name: &str) -> bool {
    member(json, name).is_some()
}

pub(crate) fn member<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    let mut members = json.members().unwrap_or_default().iter().rev();
    members.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The steps of a JSON Pointer (RFC 6901).
pub(crate) fn steps(pointer: &str) -> Option<Vec<String>> {
    let mut steps = pointer.split('/');
    if steps.next() != Some("") {
        return None;
    }
    steps
        .map(|step| {
            let mut parts = step.split('~');
            let mut text = parts.next()?.to_owned();
            for part in parts {
                text.push(if part.starts_with('0') { '~' } else { '/' });
                text.push_str(part.strip_prefix(['0', '1'])?);
            }
            Some(text)
        })
        .collect()
}

/// The value at some steps from another.
pub(crate) fn at<'a>(json: &'a Json, steps: &[String]) -> Option<&'a Json> {
    steps.iter().try_fold(json, |json, step| match json {
        Json::List(items) => items.get(place(step)?),
        json => member(json, step),
    })
}

/// The index in a list (RFC 6901 section 4).
fn place(step: &str) -> Option<usize> {
    step.parse().ok().filter(|place: &usize| place.to_string() == step)
}

/// What a change does at a list on its path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// Continues in the element at that index.
    Have,
    /// Fails: an object is expected.
    HaveNot,
}

/// Returns `true` if the pointer leads only through objects, present elements, and nulls.
pub(crate) fn is_open(json: &Json, steps: &[String]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    match json {
        Json::Null => true,
        Json::Object(_) => member(json, step).is_none_or(|json| is_open(json, rest)),
        Json::List(items) => {
            place(step).and_then(|place| items.get(place)).is_some_and(|json| is_open(json, rest))
        }
        _ => false,
    }
}

/// Puts a value at some steps from another. Values without members on the path become objects.
pub(crate) fn put(json: &mut Json, steps: &[String], value: Json, lists: Lists) {
    let Some((step, rest)) = steps.split_first() else { return *json = value };
    if lists == Lists::Have
        && let Json::List(items) = &mut *json
        && let Some(item) = place(step).and_then(|place| items.get_mut(place))
    {
        return put(item, rest, value, lists);
    }
    if !matches!(json, Json::Object(_)) {
        *json = Json::Object(Vec::new());
    }
    let Json::Object(members) = json else { return };
    let is_it = |(name, _): &(String, Json)| name.eq_ignore_ascii_case(step);
    if !members.iter().any(is_it) {
        members.push((step.clone(), Json::Null));
    }
    if let Some((_, json)) = members.iter_mut().rfind(|member| is_it(member)) {
        put(json, rest, value, lists);
    }
}

/// Removes every member of the last name. Returns `true` if there was one.
pub(crate) fn take(json: &mut Json, steps: &[String], lists: Lists) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    match json {
        Json::Object(members) => {
            let is_it = |(name, _): &(String, Json)| name.eq_ignore_ascii_case(step);
            if rest.is_empty() {
                let before = members.len();
                members.retain(|member| !is_it(member));
                return members.len() < before;
            }
            let found = members.iter_mut().rfind(|member| is_it(member));
            found.is_some_and(|(_, json)| take(json, rest, lists))
        }
        Json::List(items) if lists == Lists::Have => {
            let item = place(step).and_then(|place| items.get_mut(place));
            item.is_some_and(|json| take(json, rest, lists))
        }
        _ => false,
    }
}

/// Returns `true` if everything on the path, from some step on, is an object or absent.
pub(crate) fn has_objects_alone(json: &Json, steps: &[String], from: usize) -> bool {
    let mut json = json;
    for (place, step) in steps.iter().enumerate() {
        if place >= from.saturating_sub(1) && !matches!(json, Json::Object(_)) {
            // The path to a resource in a template leads through lists.
            return place < from && matches!(json, Json::List(_));
        }
        let Some(inner) = at(json, std::slice::from_ref(step)) else { return true };
        json = inner;
    }
    true
}

/// Returns `true` if a value could be an expression, or a list with one.
pub(crate) fn has_expression(json: &Json) -> bool {
    match json {
        Json::Text(text) => ["[", "${", "$(", "#{", "{{"].iter().any(|mark| text.contains(mark)),
        Json::List(items) => items.iter().any(has_expression),
        _ => false,
    }
}

pub(crate) fn depth(json: &Json) -> usize {
    let deepest = match json {
        Json::List(items) => items.iter().map(depth).max(),
        Json::Object(_) => values(json).map(depth).max(),
        _ => return 0,
    };
    deepest.unwrap_or_default().saturating_add(1)
}
