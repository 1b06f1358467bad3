//! Container Apps and Static Web Apps, where they differ from App Service.

use std::collections::HashSet;

use super::{
    Findings, Lint, Severity, Spot,
    providers::ADDRESSES,
    rules::{CA1, ST16, ST17, ST18, SW1, SW2, SW3, SW4, SW5},
};
use crate::{
    json::document::Json,
    platform::Service,
    settings::{Form, form::has_custom_providers},
};

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    match lint.service {
        Service::ContainerApps => container_apps(lint, findings),
        Service::StaticWebApps => static_web_apps(lint, findings),
        _ => {}
    }
}

fn container_apps(lint: &Lint<'_>, findings: &mut Findings) {
    let is_on = lint.sections.at("platform/enabled").flag() == Some(true);
    if is_on && lint.providers.is_missing() {
        findings.add(&CA1, &lint.providers);
    }

    let blob = lint.sections.at("login/tokenStore/azureBlobStorage");
    let by_identity =
        ["blobContainerUri", "managedIdentityResourceId", "clientId"].map(|name| blob.at(name));
    let version = lint.document.at("apiVersion").text().filter(|_| lint.form.has_envelope());
    let severity = match version.as_deref() {
        Some(version) if has_identities(version) => None,
        Some(_) => Some(Severity::Warning),
        // The request has it.
        None => Some(Severity::Info),
    };
    let identity = by_identity.iter().find(|own| own.is_filled());
    if let (Some(severity), Some(spot)) = (severity, identity) {
        findings.add(&ST17, spot).severity(severity);
    }

    let keys = ["containerAppAuthEncryptionSecretName", "containerAppAuthSigningSecretName"]
        .map(|name| lint.sections.at("encryptionSettings").at(name));
    if let [Some(missing), None] | [None, Some(missing)] =
        keys.each_ref().map(|key| (!key.is_filled()).then_some(key))
    {
        findings.say(&ST18, missing, ST18.message, format!("set {}", missing.name()));
    }
}

/// A member that only other services have.
pub(super) fn foreign(spot: &Spot<'_>, findings: &mut Findings) {
    if spot.is_filled() {
        let message = format!("Container Apps do not have {}", spot.name());
        findings.say(&ST16, spot, message, ST16.remedy).fix_by_removing();
    }
}

/// Returns `true` if the api-version has a token store by identity. Dates compare as text does.
fn has_identities(version: &str) -> bool {
    let is_preview = version.ends_with("-preview");
    version >= if is_preview { "2024-10-02-preview" } else { "2026-07-01" }
}

/// The providers that a static web app has without any settings (Static Web Apps docs, "Authenticate and
/// authorize"), by their names in addresses.
const MANAGED: [&str; 2] = ["aad", "github"];

fn static_web_apps(lint: &Lint<'_>, findings: &mut Findings) {
    let containers = lint.providers.members().filter(|own| has_custom_providers(&own.name()));
    for provider in containers.flat_map(|container| container.members()) {
        addresses(&provider.at("registration/openIdConnectConfiguration"), findings);
    }
    let entra = lint.sections.at("azureActiveDirectory");
    if entra.exists() && !lint.providers.exists() {
        findings.add(&SW4, &entra);
    }
    if lint.form == Form::StaticWebApp {
        let routes = lint.document.at("routes");
        blocked_routes(lint, &routes, findings);
        closed_routes(&routes, findings);
    }
}

/// The addresses of a custom provider.
fn addresses(configuration: &Spot<'_>, findings: &mut Findings) {
    let well_known = configuration.at("wellKnownOpenIdConfiguration");
    if let Some(address) = well_known.final_text() {
        let host = address.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split(['/', '?']).next().unwrap_or_default().to_ascii_lowercase();
        if host.ends_with(".onmicrosoft.com") {
            findings.add(&SW2, &well_known);
        }
    }
    let has = |name: &&&'static str| configuration.at(name).is_filled();
    if well_known.is_missing() && ADDRESSES.iter().any(|name| has(&name)) {
        for name in ADDRESSES.iter().filter(|name| !has(name)) {
            let message = format!("the address {name} is missing");
            let remedy = format!("set {name}, or only wellKnownOpenIdConfiguration");
            findings.say(&SW1, &configuration.at(name), message, remedy);
        }
    }
}

/// Routes that answer for the sign-in pages of providers.
fn blocked_routes(lint: &Lint<'_>, routes: &Spot<'_>, findings: &mut Findings) {
    let in_addresses = |name: &String| match name.as_str() {
        "azureactivedirectory" => "aad".to_owned(),
        name => name.to_ascii_lowercase(),
    };
    let is_managed = lint.configured.is_empty();
    let ours: HashSet<String> = if is_managed {
        MANAGED.map(str::to_owned).into()
    } else {
        lint.configured.iter().map(in_addresses).collect()
    };
    let blocked = routes.elements().filter_map(|route| Some((blocked_provider(&route)?, route)));
    let blocked: Vec<_> = blocked.filter(|(name, _)| ours.contains(name)).collect();
    let names: HashSet<&String> = blocked.iter().map(|(name, _)| name).collect();
    let (message, severity) = if names.len() == ours.len() {
        ("every provider's sign-in page is blocked", Severity::Error)
    } else if is_managed {
        // Blocking some of the managed providers is intended.
        return;
    } else {
        ("the sign-in page of a provider that is set up is blocked", Severity::Warning)
    };
    for (_, route) in &blocked {
        findings.say(&SW3, route, message, SW3.remedy).severity(severity);
    }
}

/// The provider, by its name in addresses, whose sign-in page the route answers with 404.
fn blocked_provider(route: &Spot<'_>) -> Option<String> {
    let path = route.at("route").text()?;
    let name = path.strip_prefix("/.auth/login/")?.trim_end_matches('*');
    let methods = route.at("methods");
    let is_get = |own: Spot<'_>| own.text().is_some_and(|own| own.eq_ignore_ascii_case("GET"));
    let is_sign_in = !methods.is_filled() || methods.elements().any(is_get);
    (is_sign_in && status(route) == Some(404)).then(|| name.to_ascii_lowercase())
}

fn status(route: &Spot<'_>) -> Option<u16> {
    route.at("statusCode").json().and_then(Json::as_number)?.parse().ok()
}

/// A route for all paths that requires authentication, before any open route.
fn closed_routes(routes: &Spot<'_>, findings: &mut Findings) {
    let is_open = |route: &Spot<'_>| {
        let roles = route.at("allowedRoles");
        !roles.is_filled()
            || roles.elements().any(|role| role.text().is_some_and(|own| own == "anonymous"))
    };
    let is_all = |route: &Spot<'_>| {
        let is_path = route.at("route").text().is_some_and(|path| path == "/*");
        is_path && !route.at("methods").is_filled()
    };
    let answers = |route: &Spot<'_>| status(route).is_none_or(|status| status < 400);
    let first = routes.elements().find(|own| is_all(own) || (is_open(own) && answers(own)));
    if let Some(route) = first.filter(|route| is_all(route) && !is_open(route)) {
        findings.add(&SW5, &route);
    }
}
