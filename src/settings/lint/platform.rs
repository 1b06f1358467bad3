//! `platform`, and sections that are missing or do not count.

use std::collections::HashSet;

use super::{Findings, Section, Severity, Spot, places::nearest, rule::rules};
use crate::settings::{
    AuthSettingsV2, Form, Service, UnauthenticatedAction,
    views::{Platform, Properties},
};

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

pub(super) const SECTION: Section = Section { rules: RULES, check };

fn check(settings: &AuthSettingsV2, findings: &mut Findings) {
    let form = settings.form();
    // Static Web Apps have none of this.
    if form.service() == Service::StaticWebApps {
        return;
    }
    let sections = Spot::sections(settings);
    let platform = sections.at("platform");
    let file = platform.at("configFilePath");
    let is_from_file = form.service() == Service::AppService && file.is_filled();
    if !is_from_file {
        missing_sections(settings, findings);
    }

    let has_providers = !settings.identity_providers().configured().is_empty();
    // The platform answers all sections, whether they count or not: a provider is what somebody set.
    if is_from_file && has_providers && form != Form::File {
        let message = "a settings file is named, and providers are set up here";
        let cure = "set them up in the file, or remove configFilePath";
        findings.add(&ST10, &file, message, cure);
    }

    let enabled = platform.at("enabled");
    let is_off = match enabled.flag() {
        Some(enabled) => !enabled,
        // Off is the default, but for a settings file, which is read because it is on.
        None => {
            platform.exists()
                && !enabled.is_filled()
                && form != Form::File
                && !platform.members().iter().any(|own| is_meant_to_switch(form, own))
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
    let is_open = action.json().and_then(UnauthenticatedAction::read)
        == Some(UnauthenticatedAction::AllowAnonymous);
    if is_on && is_open {
        let message = "azureStaticWebApps is on, and requests of nobody go through";
        findings.add(&ST12, &action, message, "write Return401, or RedirectToLoginPage");
    }
}

/// Whether it was to say whether the platform is on, as another rule tells.
fn is_meant_to_switch(form: Form, spot: &Spot<'_>) -> bool {
    let near = || nearest(form, &Platform::SCHEMA, spot.name());
    spot.name().eq_ignore_ascii_case("properties")
        || (Platform::SCHEMA.field(spot.name()).is_none()
            && near().is_some_and(|near| near.name == "enabled"))
}

fn missing_sections(settings: &AuthSettingsV2, findings: &mut Findings) {
    let sections = Spot::sections(settings);
    // What is in a wrapper is not missing, and what is there under a wrong name or in a wrong place
    // neither: other rules speak of these.
    if settings.missing_sections().is_empty() || sections.at("properties").exists() {
        return;
    }
    let misplaced = misplaced(settings, &sections);
    let missing = settings.missing_sections().iter().copied();
    let missing: Vec<_> = missing.filter(|name| !misplaced.contains(name)).collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("sections are missing: {}", missing.join(", "));
    let cure = "read the settings, change them, and send them as a whole";
    let added = findings.add(&ST3, &sections, message, cure);
    // A resource without an id is that of a template, whose author leaves to the platform what is left
    // out; sections alone are a whole that is about to be sent.
    let is_template = settings.form().has_envelope() && !Spot::document(settings).at("id").exists();
    if is_template {
        added.severity(Severity::Info);
    }
}

/// Sections that were meant by members beside the sections, under nearly their names, and by members
/// directly inside of them.
fn misplaced(settings: &AuthSettingsV2, sections: &Spot<'_>) -> HashSet<&'static str> {
    let schema = &Properties::SCHEMA;
    let mut meant = HashSet::new();
    for spot in Spot::document(settings).members() {
        meant.extend(schema.field(spot.name()).map(|own| own.name));
    }
    for spot in sections.members() {
        meant.extend(nearest(settings.form(), schema, spot.name()).map(|own| own.name));
        for inner in spot.members() {
            meant.extend(schema.field(inner.name()).map(|own| own.name));
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
