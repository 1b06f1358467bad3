//! What Static Web Apps do differently: addresses of custom providers, and routes.

use super::{Findings, Lint, Section, Severity, Spot, placeholder::final_text, rule::rules};
use crate::settings::{Form, Service, form::has_custom_providers};

rules! {
    SW1 Error: "Static Web Apps needs each address of a provider where the address of its metadata is not \
        given: sign-ins fail",
        "Azure/static-web-apps#1510; Static Web Apps docs, Custom authentication";
    SW2 Error: "the host serves no metadata, and Static Web Apps then answers 500 to every request, not \
        only to sign-ins",
        "Azure/static-web-apps#1714";
    SW3 Warning: "the route blocks the sign-in page of a provider: with it, nobody signs in",
        "Azure/static-web-apps#1240; Static Web Apps docs, Block an authentication provider";
    SW4 Warning: "Static Web Apps reads providers in identityProviders alone",
        "Azure/static-web-apps#413; Static Web Apps docs, Custom authentication";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// The addresses of a provider, where that of its metadata is not given.
const ADDRESSES: [&str; 4] =
    ["authorizationEndpoint", "tokenEndpoint", "issuer", "certificationUri"];

/// The providers that a static web app has without any settings (Static Web Apps docs, "Authenticate and
/// authorize"), by their names in addresses.
const MANAGED: [&str; 2] = ["aad", "github"];

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    if lint.service != Service::StaticWebApps {
        return;
    }
    for container in lint.providers.members().filter(|own| has_custom_providers(&own.name())) {
        for provider in container.members() {
            custom(&provider, findings);
        }
    }
    let entra = lint.sections.at("azureActiveDirectory");
    if entra.exists() && !lint.providers.exists() {
        let message = "a provider is outside of identityProviders";
        findings.add(&SW4, &entra, message, "move it into identityProviders");
    }
    if lint.form == Form::StaticWebApp {
        routes(lint, findings);
    }
}

fn custom(provider: &Spot<'_>, findings: &mut Findings) {
    let configuration = provider.at("registration").at("openIdConnectConfiguration");
    let well_known = configuration.at("wellKnownOpenIdConfiguration");
    if let Some(address) = final_text(&well_known) {
        let host = address.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split(['/', '?']).next().unwrap_or_default().to_ascii_lowercase();
        if host.ends_with(".onmicrosoft.com") {
            let message =
                "the metadata address has the domain of a tenant, which is not a sign-in host";
            let remedy = "write https://login.microsoftonline.com/<tenant>/v2.0/.well-known/\
                        openid-configuration, or the host of External ID (ciamlogin.com)";
            findings.add(&SW2, &well_known, message, remedy);
        }
    }
    let has = |name: &'static str| configuration.at(name).is_filled();
    if well_known.is_missing() && ADDRESSES.iter().any(|name| has(name)) {
        for name in ADDRESSES.iter().filter(|name| !has(name)) {
            let message = format!("the address {name} is missing");
            let remedy = format!("set {name}, or wellKnownOpenIdConfiguration in place of all");
            findings.add(&SW1, &configuration.at(name), message, remedy);
        }
    }
}

/// Routes that answer for the sign-in pages of providers.
fn routes(lint: &Lint<'_>, findings: &mut Findings) {
    let routes = lint.document.at("routes");
    let is_ours = |name: &str| {
        let runtime = |own: &String| match own.as_str() {
            "azureactivedirectory" => name.eq_ignore_ascii_case("aad"),
            own => name.eq_ignore_ascii_case(own),
        };
        let is_managed = lint.configured.is_empty() && MANAGED.contains(&name);
        is_managed || lint.configured.iter().any(runtime)
    };
    let blocked = |route: &Spot<'_>| -> Option<String> {
        let path = route.at("route").text()?;
        let name = path.strip_prefix("/.auth/login/")?.trim_end_matches('*').to_owned();
        let is_404 = route.at("statusCode").json()?.as_number()? == "404";
        is_404.then_some(name).filter(|name| is_ours(name))
    };
    let all: Vec<_> = routes.elements().filter(|route| blocked(route).is_some()).take(32).collect();
    let names = match lint.configured.len() {
        0 => MANAGED.len(),
        configured => configured,
    };
    let is_none_left = all.len() >= names;
    for route in &all {
        // Whoever blocks some of the managed providers means to.
        if lint.configured.is_empty() && !is_none_left {
            continue;
        }
        let message = if is_none_left {
            "every provider's sign-in page is blocked"
        } else {
            "the sign-in page of a provider that is set up is blocked"
        };
        let severity = if is_none_left { Severity::Error } else { Severity::Warning };
        let remedy = "remove the route, or set up another provider";
        findings.add(&SW3, route, message, remedy).severity(severity);
    }
}
