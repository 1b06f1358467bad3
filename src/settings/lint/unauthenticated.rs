//! `globalValidation`: what happens to anonymous requests.

use super::{
    Findings, Lint, Severity, Spot,
    rules::{UN1, UN2, UN3, UN4, UN5, UN6, UN7},
};
use crate::{
    escape::Escaped,
    platform::Service,
    settings::{
        Form,
        UnauthenticatedAction::{self as Action, Return401, Return403, Return404},
        edit::custom_providers,
    },
};

const ENTRA: &str = "azureactivedirectory";

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    // Static Web Apps have no such section, and a settings file replaces the document that names it.
    let platform = lint.sections.at("platform");
    if lint.service == Service::StaticWebApps || platform.at("configFilePath").is_filled() {
        return;
    }
    let global = lint.sections.at("globalValidation");
    let spot = global.at("unauthenticatedClientAction");
    if let Some(Action::Other(text)) = &lint.action {
        unknown_action(lint.form, &spot, text, findings);
    }
    // Container Apps always require it.
    let required = match lint.service {
        Service::ContainerApps => None,
        _ => global.at("requireAuthentication").flag(),
    };
    contradictions(lint, &global, required, findings);

    let redirects = lint.does(&Action::RedirectToLoginPage) && required != Some(false);
    let is_on = platform.at("enabled").flag() == Some(true);
    if redirects && is_on && lint.configured.is_empty() && !lint.are_providers_unknown {
        findings.add(&UN1, &spot);
        return;
    }
    redirect(lint, redirects, &global.at("redirectToProvider"), findings);
    // Another rule is about MCP clients.
    if redirects && lint.allowed.as_ref().is_some_and(|own| own.own && own.others && !own.vs_code) {
        findings.add(&UN7, &spot);
    }
}

fn unknown_action(form: Form, spot: &Spot<'_>, text: &str, findings: &mut Findings) {
    // A number is not a placeholder.
    if spot.text().is_some() && spot.final_text().is_none() {
        return;
    }
    let modern = match &*text.to_ascii_lowercase() {
        // The names of settings files.
        "rejectwith401" | "rejectwith403" | "rejectwith404" if form == Form::File => return,
        "rejectwith401" => Return401,
        "rejectwith403" => Return403,
        "rejectwith404" => Return404,
        _ => {
            findings.add(&UN6, spot);
            return;
        }
    };
    let remedy = format!("write {}", modern.as_str());
    let added = findings.say(&UN6, spot, "this is an older name of an action", remedy);
    added.fix_by_setting(modern.as_str());
}

fn contradictions(
    lint: &Lint<'_>,
    global: &Spot<'_>,
    required: Option<bool>,
    findings: &mut Findings,
) {
    let spot = global.at("requireAuthentication");
    match (required, &lint.action) {
        (Some(true), Some(Action::AllowAnonymous)) => {
            let kind = lint.document.at("kind").text().unwrap_or_default().to_ascii_lowercase();
            let is_usual = kind.contains("workflowapp");
            let severity = if is_usual { Severity::Info } else { Severity::Warning };
            findings.add(&UN4, &spot).severity(severity);
        }
        (Some(false), Some(Action::RedirectToLoginPage | Return401 | Return403 | Return404)) => {
            findings.add(&UN5, &spot);
        }
        _ => {}
    }
}

/// The provider to redirect to.
fn redirect(lint: &Lint<'_>, redirects: bool, spot: &Spot<'_>, findings: &mut Findings) {
    let providers = &lint.configured;
    if !spot.is_filled() {
        if redirects && !providers.is_empty() && !spot.is_unknown() {
            let added = findings.add(&UN2, spot);
            if let [only] = &**providers
                && has_name(lint, only)
            {
                added.fix_by_setting(only.as_str());
            }
        }
        return;
    }
    let Some(name) = spot.final_text() else { return };
    let has = |name: &str| providers.iter().any(|own| own.eq_ignore_ascii_case(name));
    // Without their section the document is a part, and the providers are elsewhere.
    if has(&name)
        || (name.eq_ignore_ascii_case("microsoftaccount") && has("legacymicrosoftaccount"))
        || !lint.providers.exists()
        || lint.are_providers_unknown
    {
        return;
    }
    let severity = if redirects { Severity::Error } else { Severity::Warning };
    if name.eq_ignore_ascii_case("aad") && has(ENTRA) {
        let message = "aad is the name of Entra in addresses, not here";
        let added = findings.say(&UN3, spot, message, "write azureactivedirectory");
        added.severity(severity).fix_by_setting(ENTRA);
    } else {
        let message = format!("no provider that is set up is called {}", Escaped(&name));
        findings.say(&UN3, spot, message, UN3.remedy).severity(severity);
    }
}

/// Returns `true` if the name of a provider here is known. For the older Microsoft account and for Static
/// Web Apps, no source has it.
fn has_name(lint: &Lint<'_>, provider: &str) -> bool {
    let built_in = [ENTRA, "apple", "facebook", "github", "google", "twitter"].contains(&provider);
    built_in || custom_providers(lint.providers.json()).any(|own| own.name() == provider)
}
