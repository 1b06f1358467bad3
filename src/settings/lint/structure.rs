//! Members that are unknown, in the wrong place, of another form, or there twice.

mod unknown;

use super::{Edit, Findings, Lint, Object, Part, Section, Severity, Spot, rule::rules};
use crate::json::document::{Json, last_of_each};
use crate::{
    escape::Escaped,
    settings::{
        Form, Service,
        form::CUSTOM_PROVIDERS,
        setting::{envelope_schema, schema},
    },
};

rules! {
    ST1 Error: "the platform answers 200 and does nothing with what it does not know",
        "authSettingsV2 schema; Azure/azure-rest-api-specs#18888";
    ST2 Error: "this is the form of the descriptions of 2020, which the service never had: it answers 200 \
        and does nothing with what is inside",
        "Azure/azure-rest-api-specs#18888; Azure/azure-sdk-for-js#18978";
    ST4 Warning: "each form of the document has names of its own, and does nothing with those of another",
        "App Service docs, File-based configuration; Static Web Apps docs, Custom authentication; \
        hashicorp/terraform-provider-azurerm#25821";
    ST21 Warning: "the platform reads names without regard to case, and the last of one name counts",
        "inferred from the platform's reader, Json.NET";
}

pub(super) const SECTION: Section = Section { rules: RULES, check: envelope, see: Some(see) };

fn see(lint: &Lint<'_>, object: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    if part.is_repeated {
        repeated(&part.spot, findings);
    }
    if object.is_map() {
        return;
    }
    if part.node.is_none() && part.spot.is_named("properties") {
        wrapper(object, part, findings);
    } else if !of_another_form(lint.form, object, part, findings) && part.node.is_none() {
        unknown::member(lint, object, part, findings);
    }
}

fn repeated(spot: &Spot<'_>, findings: &mut Findings) {
    let message = format!("{} is there more than once", Escaped(&spot.name()));
    findings.add(&ST21, spot, message, "remove all of them but the one that is meant");
}

/// What is around the sections.
fn envelope(lint: &Lint<'_>, findings: &mut Findings) {
    /// Of a resource, and of a resource in a template.
    const KNOWN: [&str; 14] = [
        "id",
        "name",
        "type",
        "tags",
        "systemData",
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
    let Some(wrapper) = lint.form.wrapper() else { return };
    let is_resource = lint.form.has_envelope();
    let members = lint.document.json().into_iter().flat_map(Json::values);
    for (json, is_repeated) in last_of_each(members) {
        let spot = lint.document.member(json);
        // What else a staticwebapp.config.json has is nothing of authentication.
        if is_repeated && (is_resource || spot.is_named(wrapper)) {
            repeated(&spot, findings);
        }
        let is_known = KNOWN.iter().any(|known| spot.is_named(known))
            || envelope_schema().member(&spot.name()).is_some();
        if is_resource && !is_known {
            unknown::beside_the_sections(lint, &spot, findings);
        }
    }
}

/// `{"properties": {...}}` inside a section.
fn wrapper(object: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    /// More than any object has.
    const MOST: usize = 32;
    let inside = part.spot.json().filter(|json| json.is_object());
    let members = inside.into_iter().flat_map(Json::values);
    let inside: Vec<_> = last_of_each(members).take(MOST.saturating_add(1)).collect();
    let is_free = part.spot.json().is_some_and(Json::is_object)
        && inside.len() <= MOST
        && inside.iter().all(|(inner, _)| {
            object.spot.json().is_some_and(|own| own.get(&inner.name()).is_none())
        });
    let message = "the members of a section are inside properties";
    let mut added = findings.add(&ST2, &part.spot, message, "take them out of it");
    if is_free {
        for (inner, _) in inside {
            let to = object.spot.path().join(inner.name().into_owned());
            added = added.edit(Edit::Move { from: part.spot.member(inner).path(), to });
        }
        added.fix_by_removing();
    }
}

/// Whether the name is that of another form of the document.
fn of_another_form(
    form: Form,
    object: &Object<'_>,
    part: &Part<'_>,
    findings: &mut Findings,
) -> bool {
    let spot = &part.spot;
    let is = |name: &str| spot.is_named(name);
    let has = |name: &str| object.schema.member(name).is_some();
    let (name, severity) = if CUSTOM_PROVIDERS.iter().any(|name| is(name)) {
        let custom = form.custom_providers();
        if is(custom) || !has(Form::AppService.custom_providers()) {
            return false;
        }
        (custom, Severity::Warning)
    } else if is("gitHub") && has("gitHub") {
        let written = spot.name();
        if ["github", "gitHub"].contains(&&*written) && written != form.provider("gitHub") {
            (form.provider("gitHub"), case_matters(form))
        } else {
            return false;
        }
    } else if is("loginParameterNames") && has("loginParameterNames") {
        let is_read = form == Form::File || form.service() == Service::StaticWebApps;
        if !is_read && spot.is_filled() {
            let message = "a custom provider has no loginParameterNames here";
            let remedy = "remove it; only a settings file and Static Web Apps have it";
            findings.add(&ST4, spot, message, remedy);
        }
        return true;
    } else if is("loginParameterNames") && has("loginParameters") {
        ("loginParameters", Severity::Warning)
    } else if is("secretSettingName") && has("clientSecretSettingName") {
        ("clientSecretSettingName", Severity::Warning)
    } else if is("scope") && has("scopes") {
        ("scopes", Severity::Warning)
    } else {
        return false;
    };
    let is_free = is(name) || object.spot.json().is_some_and(|own| own.get(name).is_none());
    let message = format!("{} is the name of another form or version", Escaped(&spot.name()));
    let added = findings.add(&ST4, spot, message, format!("name it {name}")).severity(severity);
    // A text is no list under another name either.
    if is_free && (name != "scopes" || spot.texts().is_some()) {
        added.fix_by_renaming(name);
    }
    true
}

/// The schema of Static Web Apps takes one case only; the other services take any.
fn case_matters(form: Form) -> Severity {
    if form.service() == Service::StaticWebApps { Severity::Warning } else { Severity::Info }
}

/// A section by its name.
fn is_section(name: &str) -> bool {
    schema().member(name).is_some()
}
