//! Providers: custom ones, and incomplete registrations.

use super::{
    Findings, Lint, MAX_NAME, Severity, Spot,
    rules::{ST5, ST6, ST7, ST9, ST11},
};
use crate::{
    escape::Escaped,
    platform::Service,
    provider::is_custom_name,
    settings::{Form, form::has_custom_providers, setting::is_built_in},
};

/// The members of a registration: the ID, its setting in Static Web Apps, and the setting of the secret.
const REGISTRATIONS: [[&str; 3]; 3] = [
    ["clientId", "clientIdSettingName", "clientSecretSettingName"],
    ["appId", "appIdSettingName", "appSecretSettingName"],
    ["consumerKey", "consumerKeySettingName", "consumerSecretSettingName"],
];

/// The addresses of a custom provider, if that of its metadata is missing.
pub(super) const ADDRESSES: [&str; 4] =
    ["authorizationEndpoint", "tokenEndpoint", "issuer", "certificationUri"];

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    for provider in lint.providers.members() {
        if has_custom_providers(&provider.name()) {
            for custom in provider.members() {
                name(lint, &custom, findings);
                if custom.is_filled() && custom.name().len() <= MAX_NAME {
                    addresses(&custom.at("registration"), findings);
                    scopes(&custom.at("login/scopes"), findings);
                    registration(lint.service, &custom, findings);
                }
            }
        } else {
            registration(lint.service, &provider, findings);
        }
    }
    let legacy = lint.providers.at("legacyMicrosoftAccount");
    let has_legacy = legacy.at("registration/clientId").is_filled();
    if lint.service != Service::ContainerApps && has_legacy {
        findings.add(&ST11, &legacy);
    }
}

/// The name of a custom provider.
fn name(lint: &Lint<'_>, provider: &Spot<'_>, findings: &mut Findings) {
    let name = &*provider.name();
    // Azure/static-web-apps#1691 has one with a hyphen, which no page about Static Web Apps forbids.
    let may_have_hyphens = lint.service == Service::StaticWebApps;
    let plain = name.replace('-', if may_have_hyphens { "_" } else { "-" });
    if !is_custom_name(&plain) {
        let message =
            format!("the name {} has characters other than letters, digits and _", Escaped(name));
        findings.say(&ST5, provider, message, ST5.remedy);
    } else if is_built_in(name) {
        let message = format!("{} is the name of a built-in provider", Escaped(name));
        // In 2020, the documentation set up Apple as a provider of this kind.
        let is_file = lint.form == Form::File;
        let severity = if is_file { Severity::Warning } else { Severity::Error };
        findings.say(&ST5, provider, message, "give it another name").severity(severity);
    }
}

fn scopes(scopes: &Spot<'_>, findings: &mut Findings) {
    let mut strings = scopes.elements().map(|scope| scope.text().unwrap_or_default());
    // Some documents have several scopes in one string.
    let has_openid = strings.any(|text| text.split_whitespace().any(|word| word == "openid"));
    let is_open = scopes.elements().any(|scope| scope.text().is_none() || scope.is_placeholder());
    if scopes.is_filled() && !has_openid && !is_open && !findings.is_full(&ST7) {
        let Some(strings) = scopes.strings() else { return };
        let all: Vec<_> =
            std::iter::once("openid").chain(strings.iter().map(AsRef::as_ref)).collect();
        findings.add(&ST7, scopes).fix_by_setting(all);
    }
}

/// The addresses of a custom provider.
fn addresses(registration: &Spot<'_>, findings: &mut Findings) {
    if !registration.is_filled() {
        return;
    }
    let configuration = registration.at("openIdConnectConfiguration");
    let well_known = configuration.at("wellKnownOpenIdConfiguration");
    let has_address = ADDRESSES.iter().any(|name| configuration.at(name).is_filled());
    // Another rule is about such a wrapper.
    let is_wrapped =
        registration.at("properties").exists() || configuration.at("properties").exists();
    if well_known.is_filled() && has_address {
        let message = "the addresses beside wellKnownOpenIdConfiguration are ignored";
        findings.say(&ST6, &configuration, message, "remove them");
    } else if well_known.is_missing() && !has_address && !is_wrapped {
        findings.say(&ST6, &configuration, "no address of the provider is set", ST6.remedy);
    }
}

/// `enabled` says little, because the platform answers `true` for every provider, and an empty registration
/// for most.
fn registration(service: Service, provider: &Spot<'_>, findings: &mut Findings) {
    let registration = provider.at("registration");
    if !registration.is_filled() {
        return;
    }
    // Of a custom provider.
    let credential = registration.at("clientCredential");
    for [id, id_setting, secret] in REGISTRATIONS {
        let has_secret = registration.at(secret).is_filled() || credential.at(secret).is_filled();
        let has_id = registration.at(id).is_filled() || registration.at(id_setting).is_filled();
        if has_secret && !has_id {
            let missing = if service == Service::StaticWebApps { id_setting } else { id };
            // Another rule is about an ID beside the registration.
            if !provider.at(id).exists() {
                let message = "a secret is named, and its ID is missing";
                findings.say(&ST9, &registration.at(missing), message, format!("set {missing}"));
            }
        }
        let enabled = provider.at("enabled");
        if has_secret && has_id && enabled.flag() == Some(false) {
            findings.add(&ST9, &enabled);
        }
    }
}
