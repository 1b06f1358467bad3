//! A settings document as another reader sees it: names in any case, and of several with one name the
//! last.

use easyauth::settings::Form;

use super::json::Json;

/// How deep a document may nest: `serde_json` refuses the 128th level.
const MAX_DEPTH: usize = 127;

/// Why there is no document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Json,
    NotAnObject,
    FirstVersion,
    NotSettings,
}

/// The document in a text, and its form.
pub(crate) fn read(text: &str) -> Result<(Json, Form), Refusal> {
    let root = Json::read(text.as_bytes()).ok_or(Refusal::Json)?;
    if !matches!(root, Json::Object(_)) {
        return Err(Refusal::NotAnObject);
    }
    let form = form(&root);
    let is_whole = form.is_some_and(|form| missing(form, &root).is_empty());
    if is_first_version(&root) && !is_whole {
        return Err(Refusal::FirstVersion);
    }
    form.map(|form| (root, form)).ok_or(Refusal::NotSettings)
}

pub(crate) fn is_first_version(root: &Json) -> bool {
    let marks = ["unauthenticatedClientAction", "tokenStoreEnabled", "additionalLoginParams"];
    marks.iter().any(|name| has(of_first_version(root), name))
}

/// Where the settings of the first version are.
pub(crate) fn of_first_version(root: &Json) -> &Json {
    member(root, "properties").unwrap_or(root)
}

/// The name of what has the sections.
pub(crate) fn wrapper(form: Form) -> Option<&'static str> {
    match form {
        Form::AppService | Form::ContainerApp => Some("properties"),
        Form::StaticWebApp => Some("auth"),
        _ => None,
    }
}

pub(crate) fn sections(form: Form, root: &Json) -> Option<&Json> {
    wrapper(form).map_or(Some(root), |name| member(root, name))
}

/// The sections that an answer always has and this document has not.
pub(crate) fn missing(form: Form, root: &Json) -> Vec<&'static str> {
    let full = ["platform", "globalValidation", "identityProviders", "login", "httpSettings"];
    let full = match form {
        Form::AppService | Form::AppServiceProperties => &full[..],
        // They have no `httpSettings` unless these are set.
        Form::ContainerApp | Form::ContainerAppProperties => &full[..4],
        _ => return Vec::new(),
    };
    let sections = sections(form, root);
    let is_platform = |name: &String| name.eq_ignore_ascii_case("platform");
    let is_new_app =
        has(root, "id") && sections.is_some_and(|sections| names(sections).all(is_platform));
    let is_missing = |name: &&str| !sections.is_some_and(|sections| has(sections, name));
    if is_new_app { Vec::new() } else { full.iter().copied().filter(is_missing).collect() }
}

fn form(root: &Json) -> Option<Form> {
    if let Some(properties) = member(root, "properties") {
        let text = |name| match member(root, name) {
            Some(Json::Text(text)) => text.to_ascii_lowercase(),
            _ => String::new(),
        };
        let is_named = text("name") == "authsettingsv2"
            || text("type") == "microsoft.app/containerapps/authconfigs"
            || ["/authconfigs/", "/config/authsettingsv2"]
                .iter()
                .any(|end| text("id").contains(end));
        // Other resources have properties too.
        let is_settings = is_named
            || *properties == Json::Null
            || has_section(properties)
            || has(properties, "properties");
        if !is_settings {
            return None;
        }
        let is_container_app = text("type").starts_with("microsoft.app/containerapps")
            || text("id").contains("/microsoft.app/containerapps/")
            || has(properties, "encryptionSettings");
        return Some(if is_container_app { Form::ContainerApp } else { Form::AppService });
    }
    if matches!(member(root, "auth"), Some(Json::Object(_))) {
        return Some(Form::StaticWebApp);
    }
    let providers = member(root, "identityProviders").unwrap_or(&Json::Null);
    if has(root, "rolesSource") || values(providers).any(has_ids_in_settings) {
        return Some(Form::StaticWebAppSection);
    }
    if has(root, "encryptionSettings") {
        return Some(Form::ContainerAppProperties);
    }
    if has(providers, "openIdConnectProviders") {
        return Some(Form::File);
    }
    has_section(root).then_some(Form::AppServiceProperties)
}

/// Whether an object has something that settings have, or nothing at all.
fn has_section(json: &Json) -> bool {
    let own = [
        "platform",
        "globalValidation",
        "identityProviders",
        "login",
        "httpSettings",
        "clearInboundClaimsMapping",
        "encryptionSettings",
        "legacyProperties",
    ];
    let is_empty = matches!(json, Json::Object(members) if members.is_empty());
    is_empty || own.iter().any(|name| has(json, name))
}

/// A provider of Static Web Apps, or an object of custom ones.
fn has_ids_in_settings(provider: &Json) -> bool {
    let ids = ["clientIdSettingName", "appIdSettingName", "consumerKeySettingName"];
    let mut candidates = std::iter::once(provider).chain(values(provider));
    candidates.any(|provider| {
        member(provider, "registration").is_some_and(|own| ids.iter().any(|id| has(own, id)))
    })
}

fn names(json: &Json) -> impl Iterator<Item = &String> {
    json.members().unwrap_or_default().iter().map(|(name, _)| name)
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

/// What is at some steps from a value.
pub(crate) fn at<'a>(json: &'a Json, steps: &[String]) -> Option<&'a Json> {
    steps.iter().try_fold(json, |json, step| match json {
        Json::List(items) => items.get(place(step)?),
        json => member(json, step),
    })
}

/// The place in a list (RFC 6901 section 4).
fn place(step: &str) -> Option<usize> {
    step.parse().ok().filter(|place: &usize| place.to_string() == step)
}

/// What a change may do with lists on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// Go on in the element of that place.
    Have,
    /// Where objects belong, a list has no business.
    HaveNot,
}

/// Whether the pointer leads through nothing but objects, elements that are there, and nulls.
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

/// Puts a value at some steps from another; what has no members on the way becomes an object.
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

/// Removes every member of the last name. Whether there was one.
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

pub(crate) fn is_too_deep(json: &Json) -> bool {
    depth(json) > MAX_DEPTH
}

fn depth(json: &Json) -> usize {
    let deepest = match json {
        Json::List(items) => items.iter().map(depth).max(),
        Json::Object(_) => values(json).map(depth).max(),
        _ => return 0,
    };
    deepest.unwrap_or_default().saturating_add(1)
}
