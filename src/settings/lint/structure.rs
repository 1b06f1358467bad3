//! Members that are unknown, in the wrong place, of another form, or there twice.

mod unknown;

use super::{
    Findings, Fix, Section, Severity, Spot,
    rule::rules,
    walk::{Object, Part, last_of_each, walk},
};
use crate::{
    escape::Escaped,
    settings::{
        AuthSettingsV2, Form, Service,
        form::has_custom_providers,
        json::Path,
        views::{Envelope, Properties},
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

pub(super) const SECTION: Section = Section { rules: RULES, check };

fn check(settings: &AuthSettingsV2, findings: &mut Findings) {
    envelope(settings, findings);
    walk(settings, &mut |object, part| {
        if part.is_repeated {
            repeated(&part.spot, findings);
        }
        if object.is_map {
            return;
        }
        if part.shape.is_none() && part.spot.name().eq_ignore_ascii_case("properties") {
            wrapper(object, part, findings);
        } else if !of_another_form(settings.form(), object, part, findings) && part.shape.is_none()
        {
            unknown::member(settings, object, part, findings);
        }
    });
}

fn repeated(spot: &Spot<'_>, findings: &mut Findings) {
    let message = format!("{} is there more than once", Escaped(spot.name()));
    findings.add(&ST21, spot, message, "remove all of them but the one that is meant");
}

/// What is around the sections.
fn envelope(settings: &AuthSettingsV2, findings: &mut Findings) {
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
    let Some(wrapper) = settings.form().wrapper() else { return };
    let is_resource = settings.form().has_envelope();
    for (spot, is_repeated) in last_of_each(&Spot::document(settings)) {
        // What else a staticwebapp.config.json has is nothing of authentication.
        if is_repeated && (is_resource || spot.name().eq_ignore_ascii_case(wrapper)) {
            repeated(&spot, findings);
        }
        let is_known = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(spot.name()))
            || Envelope::SCHEMA.field(spot.name()).is_some();
        if is_resource && !is_known {
            unknown::beside_the_sections(settings, &spot, findings);
        }
    }
}

/// `{"properties": {...}}` inside a section.
fn wrapper(object: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    /// More than any object has.
    const MOST: usize = 32;
    let inside = last_of_each(&part.spot);
    let is_free = inside.len() <= MOST
        && part.spot.json().is_some_and(crate::settings::json::Json::is_object)
        && inside.iter().all(|(inner, _)| !object.spot.at(inner.name()).exists());
    let message = "the members of a section are inside properties";
    let mut added = findings.add(&ST2, &part.spot, message, "take them out of it");
    if is_free {
        for (inner, _) in inside {
            let to = object.spot.path().join(inner.name().to_owned());
            added = added.fix(Fix::Move { from: inner.path().clone(), to });
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
    let is = |name: &str| spot.name().eq_ignore_ascii_case(name);
    let has = |name: &str| object.schema.field(name).is_some();
    let (name, severity) = if has("customOpenIdConnectProviders") {
        let custom = form.custom_providers();
        if has_custom_providers(spot.name()) && !is(custom) {
            (custom, Severity::Warning)
        } else if ["github", "gitHub"].contains(&spot.name())
            && spot.name() != form.provider("gitHub")
        {
            (form.provider("gitHub"), case_matters(form))
        } else {
            return false;
        }
    } else if is("loginParameterNames") && has("loginParameterNames") {
        let is_read = form == Form::File || form.service() == Service::StaticWebApps;
        if !is_read && spot.is_filled() {
            let message = "a custom provider has no loginParameterNames here";
            let cure = "remove it; only a settings file and Static Web Apps have it";
            findings.add(&ST4, spot, message, cure);
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
    let to = spot.path().sibling(name);
    let is_free = to.is_same_but_for_case(spot.path()) || !object.spot.at(name).exists();
    let message = format!("{} is the name of another form or version", Escaped(spot.name()));
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

/// Whether nothing is at a path, and objects alone are on the way to it.
fn is_free(settings: &AuthSettingsV2, path: &Path) -> bool {
    let mut spot = Spot::document(settings);
    for step in path.steps() {
        if spot.json().is_some_and(|json| !json.is_object()) {
            return false;
        }
        spot = spot.at(step);
    }
    !spot.exists()
}

/// A section by its name.
fn is_section(name: &str) -> bool {
    Properties::SCHEMA.field(name).is_some()
}
