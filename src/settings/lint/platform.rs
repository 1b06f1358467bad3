//! `platform`, and sections that are missing or do not count.

use std::collections::HashSet;

use super::{Findings, Lint, Section, Severity, Spot, places::nearest, rule::rules};
use crate::settings::{Form, Service, UnauthenticatedAction, setting::schema};

rules! {
    ST3 Warning: "a PUT replaces everything: a section that is left out goes back to the platform's defaults",
        "recorded answers of the service";
    ST10 Warning: "the settings file is read instead: what is set here does nothing",
        "App Service docs, File-based configuration";
    ST12 Warning: "the Functions behind a static web app answer requests that did not come through it",
        "Azure/bicep#8407";
    ST13 Warning: "authentication is off: every request goes through, and headers that it sends are \
        believed",
        "authSettingsV2 schema, AuthPlatform.enabled; bridgecrewio/checkov, CKV_AZURE_56";
    ST14 Warning: "this version gets no corrections, and once it is gone the newest runs without a word",
        "App Service docs, Authentication runtime versions";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let form = lint.form;
    // Static Web Apps have none of this.
    if form.service() == Service::StaticWebApps {
        return;
    }
    let sections = &lint.sections;
    let platform = sections.at("platform");
    let file = platform.at("configFilePath");
    let is_from_file = form.service() == Service::AppService && file.is_filled();
    if !is_from_file {
        missing_sections(lint, findings);
    }

    let has_providers = !lint.configured.is_empty();
    // The platform answers all sections, whether they count or not: a provider is what somebody set.
    if is_from_file && has_providers && form != Form::File {
        let message = "a settings file is named, and providers are set up here";
        let remedy = "set them up in the file, or remove configFilePath";
        findings.add(&ST10, &file, message, remedy);
    }

    let enabled = platform.at("enabled");
    let is_off = match enabled.flag() {
        Some(enabled) => !enabled,
        // Off is the default, but for a settings file, which is read because it is on.
        None => {
            platform.exists()
                && enabled.is_missing()
                && form != Form::File
                && !platform.members().any(|own| is_meant_to_switch(form, &own))
        }
    };
    if is_off && has_providers {
        let message = "providers are set up, and the platform is off";
        findings.add(&ST13, &enabled, message, "set it to true");
    }

    let version = platform.at("runtimeVersion");
    if version.text().is_some_and(|version| is_pinned(&version)) {
        findings.add(&ST14, &version, "the version is pinned", "write ~1, the newest");
    }

    let functions = sections.at("identityProviders").at("azureStaticWebApps");
    let is_on = match functions.at("enabled").flag() {
        Some(enabled) => enabled,
        None => functions.at("registration").is_filled(),
    };
    let action = sections.at("globalValidation").at("unauthenticatedClientAction");
    let is_open = lint.action == Some(UnauthenticatedAction::AllowAnonymous);
    if is_on && is_open {
        let message = "azureStaticWebApps is on, and requests of nobody go through";
        findings.add(&ST12, &action, message, "write Return401, or RedirectToLoginPage");
    }
}

/// Whether it was to say whether the platform is on, as another rule tells.
fn is_meant_to_switch(form: Form, spot: &Spot<'_>) -> bool {
    let name = spot.name();
    let Some(platform) = schema().member("platform") else { return false };
    name.eq_ignore_ascii_case("properties")
        || (platform.member(&name).is_none()
            && nearest(form, platform, &name).is_some_and(|near| near.name == "enabled"))
}

fn missing_sections(lint: &Lint<'_>, findings: &mut Findings) {
    let sections = &lint.sections;
    // What is in a wrapper is not missing, and what is there under a wrong name or in a wrong place
    // neither: other rules speak of these.
    if lint.doc.missing_sections().is_empty()
        || sections.is_unknown()
        || sections.at("properties").exists()
    {
        return;
    }
    let misplaced = misplaced(lint);
    let missing = lint.doc.missing_sections().iter().copied();
    let missing: Vec<_> = missing.filter(|name| !misplaced.contains(name)).collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("sections are missing: {}", missing.join(", "));
    let remedy = "read the settings, change them, and send them as a whole";
    let added = findings.add(&ST3, sections, message, remedy);
    // A resource without an id is that of a template, whose author leaves to the platform what is left
    // out; sections alone are a whole that is about to be sent.
    let is_template = lint.form.has_envelope() && !lint.document.at("id").exists();
    if is_template {
        added.severity(Severity::Info);
    }
}

/// Sections that were meant by members beside the sections, under nearly their names, and by members
/// directly inside of them.
fn misplaced(lint: &Lint<'_>) -> HashSet<&'static str> {
    let schema = schema();
    let mut meant = HashSet::new();
    for spot in lint.document.members() {
        meant.extend(schema.member(&spot.name()).map(|own| own.name));
    }
    for spot in lint.sections.members() {
        meant.extend(nearest(lint.form, schema, &spot.name()).map(|own| own.name));
        for inner in spot.members() {
            meant.extend(schema.member(&inner.name()).map(|own| own.name));
        }
    }
    meant
}

/// `1.4.7`: digits and dots, where `~1` follows the newest.
fn is_pinned(version: &str) -> bool {
    version.contains('.')
        && version
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
