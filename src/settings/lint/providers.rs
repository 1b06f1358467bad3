//! Providers: custom ones, and those that are half set up.

use super::{Findings, Lint, MAX_NAME, Section, Severity, Spot, rule::rules};
use crate::{
    escape::Escaped,
    provider::is_custom_name,
    settings::{Form, Service, form::has_custom_providers, setting::is_built_in},
};

rules! {
    ST5 Error: "the name is part of addresses and of the names of settings: letters, digits and _ are \
        allowed, and the names of the built-in providers are taken",
        "App Service docs, Configure an OpenID Connect provider; MicrosoftDocs/azure-docs#104897";
    ST6 Warning: "a custom provider needs the address of its metadata, or each of its addresses; with the \
        first, the others do not count",
        "App Service docs, Configure an OpenID Connect provider";
    ST7 Warning: "without the scope openid a provider gives no ID token, so nobody is signed in",
        "OpenID Connect Core, 3.1.2.1; App Service docs, Configure an OpenID Connect provider";
    ST9 Warning: "the provider is not offered for sign-ins",
        "inferred from authSettingsV2 schema; terraform-provider-azurerm, auth_settings_v2";
    ST11 Info: "Microsoft Entra has taken the place of this provider",
        "App Service docs, Authentication API versions";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// What makes a registration: the id, its setting in Static Web Apps, and the setting of the secret.
const REGISTRATIONS: [[&str; 3]; 3] = [
    ["clientId", "clientIdSettingName", "clientSecretSettingName"],
    ["appId", "appIdSettingName", "appSecretSettingName"],
    ["consumerKey", "consumerKeySettingName", "consumerSecretSettingName"],
];

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let service = lint.service;
    let providers = &lint.providers;
    for provider in providers.members() {
        if has_custom_providers(&provider.name()) {
            for custom in provider.members() {
                name(lint, &custom, findings);
                if custom.is_filled() && custom.name().len() <= MAX_NAME {
                    self::custom(&custom, findings);
                    half_set_up(service, &custom, findings);
                }
            }
        } else {
            half_set_up(service, &provider, findings);
        }
    }
    let legacy = providers.at("legacyMicrosoftAccount");
    if service != Service::ContainerApps && legacy.at("registration").at("clientId").is_filled() {
        let message = "the older Microsoft account is set up";
        findings.add(&ST11, &legacy, message, "use azureActiveDirectory instead");
    }
}

/// The name of a custom provider.
fn name(lint: &Lint<'_>, provider: &Spot<'_>, findings: &mut Findings) {
    let name = &*provider.name();
    // Azure/static-web-apps#1691 has one with a hyphen; of Static Web Apps no page forbids it.
    let may_have_hyphens = lint.service == Service::StaticWebApps;
    let plain = name.replace('-', if may_have_hyphens { "_" } else { "-" });
    if !is_custom_name(&plain) {
        let message = format!("the name {} has more than letters, digits and _", Escaped(name));
        findings.add(&ST5, provider, message, "name it with letters, digits and _ alone");
    } else if is_built_in(name) {
        let message = format!("{} is the name of a built-in provider", Escaped(name));
        // In 2020, a provider of this kind was the documented way to Apple.
        let severity = match lint.form {
            Form::File => Severity::Warning,
            _ => Severity::Error,
        };
        findings.add(&ST5, provider, message, "give it another name").severity(severity);
    }
}

fn custom(provider: &Spot<'_>, findings: &mut Findings) {
    addresses(&provider.at("registration"), findings);

    let scopes = provider.at("login").at("scopes");
    let mut texts = scopes.elements().map(|scope| scope.text().unwrap_or_default());
    // People write several into one text, too.
    let has_openid = texts.any(|text| text.split_whitespace().any(|word| word == "openid"));
    let is_open = scopes.elements().any(|scope| scope.text().is_none() || scope.is_placeholder());
    if scopes.is_filled() && !has_openid && !is_open && !findings.is_full(&ST7) {
        let Some(texts) = scopes.texts() else { return };
        let all: Vec<_> =
            std::iter::once("openid").chain(texts.iter().map(AsRef::as_ref)).collect();
        findings
            .add(&ST7, &scopes, "the scopes are without openid", "add openid")
            .fix_by_setting(all);
    }
}

/// The addresses of a custom provider.
fn addresses(registration: &Spot<'_>, findings: &mut Findings) {
    if !registration.is_filled() {
        return;
    }
    let configuration = registration.at("openIdConnectConfiguration");
    let well_known = configuration.at("wellKnownOpenIdConfiguration");
    let has_address = ["authorizationEndpoint", "tokenEndpoint", "issuer", "certificationUri"]
        .iter()
        .any(|name| configuration.at(name).is_filled());
    if well_known.is_filled() && has_address {
        let message = "the addresses beside wellKnownOpenIdConfiguration do not count";
        findings.add(&ST6, &configuration, message, "leave them out");
    } else if well_known.is_missing()
        && !has_address
        && ![registration, &configuration].iter().any(|own| own.at("properties").exists())
    {
        let message = "no address of the provider is set";
        findings.add(&ST6, &configuration, message, "set wellKnownOpenIdConfiguration");
    }
}

/// `enabled` says little: the platform answers `true` for providers that were never set up.
fn half_set_up(service: Service, provider: &Spot<'_>, findings: &mut Findings) {
    let registration = provider.at("registration");
    // The platform answers all providers, most with nothing in them.
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
            // Beside the registration it is in the wrong place, which is another rule's.
            if !provider.at(id).exists() {
                let message = "a secret is named, and the id that it belongs to is missing";
                findings.add(&ST9, &registration.at(missing), message, format!("set {missing}"));
            }
        }
        let enabled = provider.at("enabled");
        if has_secret && has_id && enabled.flag() == Some(false) {
            let message = "the provider is set up, and off";
            findings.add(&ST9, &enabled, message, "set it to true, or remove the registration");
        }
    }
}
