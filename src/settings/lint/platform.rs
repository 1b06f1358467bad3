//! `platform`, and sections that are missing or have no effect.

use std::collections::HashSet;

use super::{
    Findings, Lint, Severity, Spot,
    rules::{ST3, ST10, ST12, ST13, ST14},
    unknown_member::nearest,
};
use crate::{
    platform::Service,
    settings::{Form, UnauthenticatedAction, setting::schema},
};

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    // Static Web Apps have none of this.
    if lint.service == Service::StaticWebApps {
        return;
    }
    let platform = lint.sections.at("platform");
    let file = platform.at("configFilePath");
    let is_from_file = lint.service == Service::AppService && file.is_filled();
    if !is_from_file {
        missing_sections(lint, findings);
    }
    // The platform answers all sections, whether they apply or not. Providers show that the document was
    // set up.
    let has_providers = !lint.configured.is_empty();
    if is_from_file && has_providers && lint.form != Form::File {
        findings.add(&ST10, &file);
    }
    let enabled = platform.at("enabled");
    let is_off = match enabled.flag() {
        Some(enabled) => !enabled,
        // Off is the default, except in a settings file, which the platform reads only if it is on.
        None => {
            platform.exists()
                && enabled.is_missing()
                && lint.form != Form::File
                && !platform.members().any(|own| is_meant_as_enabled(lint, &own))
        }
    };
    if is_off && has_providers {
        findings.add(&ST13, &enabled);
    }
    let version = platform.at("runtimeVersion");
    if version.text().is_some_and(|version| is_pinned(&version)) {
        findings.add(&ST14, &version);
    }
    let functions = lint.providers.at("azureStaticWebApps");
    let is_on = functions.at("enabled").flag();
    let is_on = is_on.unwrap_or_else(|| functions.at("registration").is_filled());
    if is_on && lint.does(&UnauthenticatedAction::AllowAnonymous) {
        findings.add(&ST12, &lint.sections.at("globalValidation/unauthenticatedClientAction"));
    }
}

/// Returns `true` for a member that should be `enabled`: another rule is about its name.
fn is_meant_as_enabled(lint: &Lint<'_>, spot: &Spot<'_>) -> bool {
    let name = spot.name();
    let Some(platform) = schema().member("platform") else { return false };
    name.eq_ignore_ascii_case("properties")
        || (platform.member(&name).is_none()
            && nearest(lint.service, platform, &name).is_some_and(|near| near.name == "enabled"))
}

fn missing_sections(lint: &Lint<'_>, findings: &mut Findings) {
    // Other rules report sections that are not objects, and sections in a wrapper, with a wrong name or in a
    // wrong place.
    let sections = &lint.sections;
    let missing = lint.doc.missing_sections();
    let is_wrong = sections.json().is_some_and(|own| !own.is_object() && !own.is_null());
    if missing.is_empty() || is_wrong || sections.at("properties").exists() {
        return;
    }
    let misplaced = misplaced(lint);
    let missing: Vec<_> =
        missing.iter().copied().filter(|name| !misplaced.contains(name)).collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("sections are missing: {}", missing.join(", "));
    let added = findings.say(&ST3, sections, message, ST3.remedy);
    // A resource without an ID is that of a template, whose author relies on the defaults. Sections alone
    // are a whole document that will be sent.
    if lint.form.has_envelope() && !lint.document.at("id").exists() {
        added.severity(Severity::Info);
    }
}

/// The sections that members beside the sections, under similar names or directly inside sections stand for.
fn misplaced(lint: &Lint<'_>) -> HashSet<&'static str> {
    let schema = schema();
    let mut meant = HashSet::new();
    for spot in lint.document.members() {
        meant.extend(schema.member(&spot.name()).map(|own| own.name));
    }
    for spot in lint.sections.members() {
        meant.extend(nearest(lint.service, schema, &spot.name()).map(|own| own.name));
        for inner in spot.members() {
            meant.extend(schema.member(&inner.name()).map(|own| own.name));
        }
    }
    meant
}

/// `1.4.7`: digits and dots. `~1` follows the newest version.
fn is_pinned(version: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    version.contains('.') && version.split('.').all(is_number)
}
