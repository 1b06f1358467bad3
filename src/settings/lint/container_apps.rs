//! What Container Apps do differently.

use super::{Findings, Lint, Section, Severity, Spot, rule::rules};
use crate::settings::Service;

rules! {
    ST16 Warning: "Container Apps do not have it: the service drops it without a word",
        "authConfigs schema; microsoft/azure-container-apps#479";
    ST17 Warning: "the service drops it without a word where the api-version does not know it, and then \
        there is no place for tokens",
        "authConfigs schema by api-version; microsoft/azure-container-apps#479";
    CA1 Error: "the service answers 400 to such a document",
        "microsoft/azure-container-apps#865";
    ST18 Info: "a key that encrypts and a key that signs are needed together",
        "inferred from authConfigs schema, EncryptionSettings";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    if lint.service != Service::ContainerApps {
        return;
    }
    let sections = &lint.sections;
    let store = sections.at("login").at("tokenStore");
    let enabled = sections.at("platform").at("enabled");
    if enabled.flag() == Some(true) && lint.providers.is_missing() {
        let message = "authentication is on, and there is no provider";
        findings.add(&CA1, &lint.providers, message, "set up a provider, or set enabled to false");
    }

    let blob = store.at("azureBlobStorage");
    let by_identity =
        ["blobContainerUri", "managedIdentityResourceId", "clientId"].map(|name| blob.at(name));
    let version = lint.document.at("apiVersion");
    let version = version.text().filter(|_| lint.form.has_envelope());
    let severity = match version.as_deref() {
        Some(version) if knows_identities(version) => None,
        Some(_) => Some(Severity::Warning),
        // The request has it, which is not seen here.
        None => Some(Severity::Info),
    };
    if let (Some(severity), Some(spot)) = (severity, by_identity.iter().find(|own| own.is_filled()))
    {
        let message =
            "previews since 2024-10-02-preview and 2026-07-01 have a token store by identity";
        let remedy = "send it with one of these api-versions, or use sasUrlSettingName";
        findings.add(&ST17, spot, message, remedy).severity(severity);
    }

    let encryption = sections.at("encryptionSettings");
    let keys = ["containerAppAuthEncryptionSecretName", "containerAppAuthSigningSecretName"]
        .map(|name| encryption.at(name));
    if let [Some(missing), None] | [None, Some(missing)] =
        keys.each_ref().map(|key| (!key.is_filled()).then_some(key))
    {
        let message = "one of the two secrets for encryption is missing";
        findings.add(&ST18, missing, message, format!("set {}", missing.name()));
    }
}

/// A member that another service has.
pub(super) fn foreign(spot: &Spot<'_>, findings: &mut Findings) {
    if spot.is_filled() {
        let message = format!("Container Apps do not have {}", spot.name());
        findings.add(&ST16, spot, message, "remove it").fix_by_removing();
    }
}

/// Dates compare as text does.
fn knows_identities(version: &str) -> bool {
    let is_preview = version.ends_with("-preview");
    version >= if is_preview { "2024-10-02-preview" } else { "2026-07-01" }
}
