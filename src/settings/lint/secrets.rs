//! Secrets, which settings hold: the document has their names. And the site's app settings.

use super::{
    Findings, Lint, Object, Part, Severity, Spot,
    rules::{AP1, AP2, SE1, SE2, SE3, SE4},
};
use crate::{
    escape::Escaped,
    platform::Service,
    resource::is_guid,
    settings::{form::managed_identity_setting, setting::Kind},
};

const SECRET: &str = "clientSecretSettingName";

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let secret = lint.registration.at(SECRET);
    let thumbprint = lint.registration.at("clientSecretCertificateThumbprint");
    // Other rules are about a secret in a wrong place or under a wrong name.
    let is_misplaced = lint.entra.at(SECRET).exists()
        || ["clientSecret", "secretSettingName", "properties"]
            .iter()
            .any(|name| lint.registration.at(name).exists());
    if lint.is_entra_configured && !lint.has_credential && !is_misplaced {
        findings.add(&SE1, &secret);
    }
    if secret.is_filled() && thumbprint.is_filled() {
        findings.add(&SE3, &thumbprint);
    }
    if secret.text().is_some_and(|name| name == managed_identity_setting(lint.service)) {
        findings.add(&SE4, &secret);
    }
}

/// A value that should be the name of a setting. No message shows it, because it can be a secret.
pub(super) fn check_member(
    lint: &Lint<'_>,
    _: &Object<'_>,
    part: &Part<'_>,
    findings: &mut Findings,
) {
    let is_name = part.node.is_some_and(|node| node.kind == Kind::SettingName);
    let Some(name) = part.spot.final_text().filter(|_| is_name) else { return };
    setting_name(lint.service, &part.spot, &name, findings);
    app_setting(lint, &part.spot, &name, findings);
}

fn setting_name(service: Service, spot: &Spot<'_>, name: &str, findings: &mut Findings) {
    /// Longer names have separators; the default names have 40 characters.
    const LONG: usize = 40;
    let is_container_app = service == Service::ContainerApps;
    let separator = if is_container_app { b'-' } else { b'_' };
    let message = if is_guid(name) {
        "expected the name of a setting, found an ID"
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == separator) {
        "expected the name of a setting, found characters that no name has"
    } else if name.len() > LONG && !name.bytes().any(|byte| byte == separator) {
        "expected the name of a setting, found a long text without separators, as secrets are"
    } else if is_container_app && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let message = "the name of a secret has capital letters";
        let added = findings.say(&SE2, spot, message, "write the name of the secret in lower case");
        added.severity(Severity::Warning);
        return;
    } else {
        return;
    };
    let remedy = if is_container_app {
        "put the value into a secret of the container app, and its name here; replace a secret that was \
         here, because others have read it"
    } else {
        "put the value into an application setting, and its name here; replace a secret that was here, \
         because others have read it"
    };
    findings.say(&SE2, spot, message, remedy);
}

fn app_setting(lint: &Lint<'_>, spot: &Spot<'_>, name: &str, findings: &mut Findings) {
    // Container Apps have secrets, and Static Web Apps have no slots.
    let is_known = lint.context.knows_app_settings() && lint.service != Service::ContainerApps;
    if !is_known || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return;
    }
    if !lint.context.has_app_setting(name) {
        // It can be the secret itself, so no message shows it.
        findings.add(&AP1, spot);
    } else if lint.context.is_sticky(name) == Some(false) {
        let message = format!("the app setting {} is not bound to its slot", Escaped(name));
        findings.say(&AP2, spot, message, AP2.remedy);
    }
}
