//! Providers: custom ones, and those that are half set up.

use super::{Findings, Section, Severity, Spot, rule::rules};
use crate::{
    escape::Escaped,
    provider::is_custom_name,
    settings::{AuthSettingsV2, Form, Service, form::has_custom_providers, views::is_built_in},
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

pub(super) const SECTION: Section = Section { rules: RULES, check };

/// What makes a registration: the id, its setting in Static Web Apps, and the setting of the secret.
const REGISTRATIONS: [[&str; 3]; 3] = [
    ["clientId", "clientIdSettingName", "clientSecretSettingName"],
    ["appId", "appIdSettingName", "appSecretSettingName"],
    ["consumerKey", "consumerKeySettingName", "consumerSecretSettingName"],
];

fn check(settings: &AuthSettingsV2, findings: &mut Findings) {
    let service = settings.form().service();
    let providers = Spot::sections(settings).at("identityProviders");
    for provider in providers.members() {
        if has_custom_providers(provider.name()) {
            for custom in provider.members() {
                self::custom(settings, &custom, findings);
                half_set_up(service, &custom, findings);
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

fn custom(settings: &AuthSettingsV2, provider: &Spot<'_>, findings: &mut Findings) {
    let name = provider.name();
    if !is_custom_name(name) {
        let message = format!("the name {} has more than letters, digits and _", Escaped(name));
        findings.add(&ST5, provider, message, "name it with letters, digits and _ alone");
    } else if is_built_in(name) {
        let message = format!("{} is the name of a built-in provider", Escaped(name));
        // In 2020, a provider of this kind was the documented way to Apple.
        let severity = match settings.form() {
            Form::File => Severity::Warning,
            _ => Severity::Error,
        };
        findings.add(&ST5, provider, message, "give it another name").severity(severity);
    }

    let registration = provider.at("registration");
    let configuration = registration.at("openIdConnectConfiguration");
    let addresses = ["authorizationEndpoint", "tokenEndpoint", "issuer", "certificationUri"]
        .map(|name| configuration.at(name));
    let well_known = configuration.at("wellKnownOpenIdConfiguration");
    let has_address = addresses.iter().any(Spot::is_filled);
    if well_known.is_filled() && has_address {
        let message = "the addresses beside wellKnownOpenIdConfiguration do not count";
        findings.add(&ST6, &configuration, message, "leave them out");
    } else if registration.is_filled()
        && !well_known.is_filled()
        && !has_address
        && ![&registration, &configuration].iter().any(|own| own.at("properties").exists())
    {
        let message = "no address of the provider is set";
        findings.add(&ST6, &configuration, message, "set wellKnownOpenIdConfiguration");
    }

    let scopes = provider.at("login").at("scopes");
    let Some(texts) = scopes.texts().filter(|texts| !texts.is_empty()) else { return };
    // People write several into one text, too.
    let mut words = texts.iter().flat_map(|text| text.split_whitespace());
    if !words.any(|word| word == "openid") && !scopes.elements().iter().any(Spot::is_placeholder) {
        let all: Vec<_> =
            std::iter::once("openid").chain(texts.iter().map(AsRef::as_ref)).collect();
        findings
            .add(&ST7, &scopes, "the scopes are without openid", "add openid")
            .fix_by_setting(all);
    }
}

/// `enabled` says little: the platform answers `true` for providers that were never set up.
fn half_set_up(service: Service, provider: &Spot<'_>, findings: &mut Findings) {
    let registration = provider.at("registration");
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
