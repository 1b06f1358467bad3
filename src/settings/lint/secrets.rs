//! Secrets, which are in settings: the document has their names.

use super::{
    Findings, Lint, Object, Part, Section, Severity, Spot, placeholder::is_placeholder, rule::rules,
};
use crate::{
    resource::is_guid,
    settings::{Service, setting::Kind},
};

rules! {
    SE1 Warning: "the platform asks for an ID token alone: there are no access and no refresh tokens",
        "App Service docs, Configure Microsoft Entra; App Service docs, Work with OAuth tokens";
    SE2 Error: "the platform looks for a setting of that name and finds none, so sign-ins fail; and if it is \
        the secret itself, whoever reads the document has it",
        "App Service docs, Configure Microsoft Entra; Container Apps docs, Manage secrets";
    SE3 Warning: "only one of the two proves who the application is",
        "terraform-provider-azurerm, auth_settings_v2 (the two conflict there)";
    SE4 Info: "the application proves itself by a managed identity, which is a preview for workforce tenants",
        "App Service docs, Configure Microsoft Entra; Azure-Samples/appservice-builtinauth-bicep";
}

pub(super) const SECTION: Section = Section { rules: RULES, check: entra, see: Some(see) };

const SECRET: &str = "clientSecretSettingName";
const THUMBPRINT: &str = "clientSecretCertificateThumbprint";

fn see(lint: &Lint<'_>, _: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    if part.node.is_some_and(|node| node.kind == Kind::SettingName) {
        setting_name(lint.service, &part.spot, findings);
    }
}

fn entra(lint: &Lint<'_>, findings: &mut Findings) {
    let service = lint.service;
    let registration = &lint.registration;
    let secret = registration.at(SECRET);
    let thumbprint = registration.at(THUMBPRINT);

    if lint.is_entra_configured && !lint.has_credential && !is_misplaced(lint) {
        let remedy = "set it to the name of the setting that has the client secret";
        findings.add(&SE1, &secret, "the application has nothing to prove itself with", remedy);
    }
    if secret.is_filled() && thumbprint.is_filled() {
        let message = "there are both a client secret and a certificate";
        findings.add(&SE3, &thumbprint, message, "leave out one of them");
    }
    let identity = service.managed_identity_setting();
    if secret.text().is_some_and(|name| name == identity) {
        let message = "a managed identity stands for the client secret";
        let remedy = "let the setting hold the client id of the identity, and stay with its slot";
        findings.add(&SE4, &secret, message, remedy);
    }
}

/// Whether a secret is there in a wrong place or under a wrong name, of which other rules speak.
fn is_misplaced(lint: &Lint<'_>) -> bool {
    let registration = &lint.registration;
    lint.entra.at(SECRET).exists()
        || ["clientSecret", "secretSettingName", "properties"]
            .iter()
            .any(|name| registration.at(name).exists())
}

/// What stands where the name of a setting is meant. It is never shown.
fn setting_name(service: Service, spot: &Spot<'_>, findings: &mut Findings) {
    /// Longer names have separators; the default names have 40 characters.
    const LONG: usize = 40;
    let Some(text) = spot.text().filter(|text| !text.is_empty() && !is_placeholder(text)) else {
        return;
    };
    let is_container_app = service == Service::ContainerApps;
    let separator = if is_container_app { b'-' } else { b'_' };
    let message = if is_guid(&text) {
        "an id stands where the name of a setting is meant"
    } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == separator) {
        "what stands where the name of a setting is meant has characters that no name has"
    } else if text.len() > LONG && !text.bytes().any(|byte| byte == separator) {
        "what stands where the name of a setting is meant is long and has no separator, as secrets are"
    } else if is_container_app && text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let remedy = "name the secret in lower case";
        let message = "the name of a secret has capital letters";
        findings.add(&SE2, spot, message, remedy).severity(Severity::Warning);
        return;
    } else {
        return;
    };
    let remedy = if is_container_app {
        "put the value in a secret of the container app, and its name here; a value that was here is \
         known to others: replace it"
    } else {
        "put the value in an application setting, and its name here; a value that was here is known to \
         others: replace it"
    };
    findings.add(&SE2, spot, message, remedy);
}
