//! Members that are unknown, in the wrong place, of another form, or duplicates.

use super::{
    Edit, Findings, Lint, Object, Part, Severity, Spot,
    rules::{ST2, ST4, ST21},
    unknown_member,
};
use crate::{
    escape::Escaped,
    json::document::{Json, last_of_each},
    platform::Service,
    settings::{Form, form::CUSTOM_PROVIDERS, setting::envelope_schema},
};

/// Members of a resource, and of a resource in a template, beside those of the schema.
const ENVELOPE: [&str; 9] = [
    "properties",
    "$schema",
    "apiVersion",
    "dependsOn",
    "scope",
    "scale",
    "condition",
    "comments",
    "copy",
];

/// The members around the sections.
pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let Some(wrapper) = lint.form.wrapper() else { return };
    let is_resource = lint.form.has_envelope();
    let members = lint.document.json().into_iter().flat_map(Json::values);
    for (json, is_repeated) in last_of_each(members) {
        let spot = Spot::of(json);
        // The other members of a staticwebapp.config.json are not about authentication.
        if is_repeated && (is_resource || spot.is_named(wrapper)) {
            repeated(&spot, findings);
        }
        let is_known = ENVELOPE.iter().any(|known| spot.is_named(known))
            || envelope_schema().member(&spot.name()).is_some();
        if is_resource && !is_known {
            unknown_member::beside_the_sections(lint, &spot, findings);
        }
    }
}

pub(super) fn check_member(
    lint: &Lint<'_>,
    object: &Object<'_>,
    part: &Part<'_>,
    findings: &mut Findings,
) {
    if part.is_repeated {
        repeated(&part.spot, findings);
    }
    if object.is_map() {
        return;
    }
    if part.node.is_none() && part.spot.is_named("properties") {
        wrapper(object, &part.spot, findings);
    } else if !of_another_form(lint.form, object, &part.spot, findings) && part.node.is_none() {
        unknown_member::check(lint, object, &part.spot, findings);
    }
}

fn repeated(spot: &Spot<'_>, findings: &mut Findings) {
    let message = format!("{} is a duplicate member", Escaped(&spot.name()));
    findings.say(&ST21, spot, message, ST21.remedy);
}

/// `{"properties": {...}}` inside a section.
fn wrapper(object: &Object<'_>, spot: &Spot<'_>, findings: &mut Findings) {
    /// More than any object has.
    const MOST: usize = 32;
    let members = spot.json().into_iter().flat_map(Json::values);
    let inside: Vec<_> = last_of_each(members).take(MOST.saturating_add(1)).collect();
    let is_new =
        |inner: &Json<'_>| object.spot.json().is_some_and(|own| own.get(&inner.name()).is_none());
    let is_free = spot.json().is_some_and(Json::is_object)
        && inside.len() <= MOST
        && inside.iter().all(|(inner, _)| is_new(inner));
    let mut added = findings.add(&ST2, spot);
    if is_free {
        for (inner, _) in inside {
            let to = object.spot.path().join(inner.name().into_owned());
            added = added.edit(Edit::Move { from: inner.path(), to });
        }
        added.fix_by_removing();
    }
}

/// Adds a finding for a name of another form of the document, and returns `true` then.
fn of_another_form(
    form: Form,
    object: &Object<'_>,
    spot: &Spot<'_>,
    findings: &mut Findings,
) -> bool {
    let is = |name: &str| spot.is_named(name);
    let has = |name: &str| object.schema.member(name).is_some();
    let is_static = form.service() == Service::StaticWebApps;
    let (name, severity) = if CUSTOM_PROVIDERS.iter().any(|name| is(name)) {
        let custom = form.custom_providers();
        if is(custom) || !has(Form::AppService.custom_providers()) {
            return false;
        }
        (custom, Severity::Warning)
    } else if is("gitHub") && has("gitHub") {
        let written = spot.name();
        if !["github", "gitHub"].contains(&&*written) || written == form.provider("gitHub") {
            return false;
        }
        // The schema of Static Web Apps accepts one case only.
        let severity = if is_static { Severity::Warning } else { Severity::Info };
        (form.provider("gitHub"), severity)
    } else if is("loginParameterNames") && has("loginParameterNames") {
        if form != Form::File && !is_static && spot.is_filled() {
            findings.add(&ST4, spot);
        }
        return true;
    } else {
        let others = [
            ("loginParameterNames", "loginParameters"),
            ("secretSettingName", "clientSecretSettingName"),
            ("scope", "scopes"),
        ];
        let other = others.iter().find(|(other, name)| is(other) && has(name));
        let Some((_, name)) = other else { return false };
        (*name, Severity::Warning)
    };
    let is_free = is(name) || object.spot.json().is_some_and(|own| own.get(name).is_none());
    let message = format!("{} is the name of another form or version", Escaped(&spot.name()));
    let added = findings.say(&ST4, spot, message, format!("name it {name}")).severity(severity);
    // A string is not a list under another name either.
    if is_free && (name != "scopes" || spot.strings().is_some()) {
        added.fix_by_renaming(name);
    }
    true
}
