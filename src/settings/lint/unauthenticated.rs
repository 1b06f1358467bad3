//! `globalValidation`: what happens to requests of nobody.

use super::{Findings, Lint, Section, Severity, Spot, placeholder::final_text, rule::rules};
use crate::{
    escape::Escaped,
    settings::{Form, Service, UnauthenticatedAction as Action, edit::custom_providers},
};

rules! {
    UN1 Error: "nobody can sign in, so nobody gets to the application",
        "terraform-provider-azurerm, auth_settings_v2 (needs a provider)";
    UN2 Warning: "without a name there can be no page to redirect to, and requests are answered 401",
        "Azure/azure-docs#90689; authSettingsV2 schema, GlobalValidation.redirectToProvider";
    UN3 Error: "any name can be saved, but with that of no provider nobody gets to a sign-in page",
        "terraform-provider-azurerm, auth_settings_v2, default_provider";
    UN4 Warning: "requests of nobody go through: authentication is not required after all",
        "inferred; used on purpose for Standard logic apps (Microsoft Community Hub)";
    UN5 Warning: "requests of nobody go through: the action has no effect",
        "inferred from authSettingsV2 schema, GlobalValidation.requireAuthentication";
    UN6 Error: "Azure Resource Manager stores it as RedirectToLoginPage",
        "authSettingsV2 schema, UnauthenticatedClientActionV2; Azure/azure-cli#21618";
    UN7 Warning: "a caller whose token is missing or over gets a 302 to a page for people, not a 401",
        "inferred; samples of Microsoft's answer 401 for APIs";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    // Static Web Apps have no such section. And a settings file counts instead of the document that
    // names it.
    let sections = &lint.sections;
    let platform = sections.at("platform");
    if lint.service == Service::StaticWebApps || platform.at("configFilePath").is_filled() {
        return;
    }
    let global = sections.at("globalValidation");
    let spot = global.at("unauthenticatedClientAction");
    let action = lint.action.as_ref();
    if let Some(Action::Other(text)) = action {
        unknown_action(lint.form, &spot, text, findings);
    }
    // Container Apps always require it.
    let required = match lint.service {
        Service::ContainerApps => None,
        _ => global.at("requireAuthentication").flag(),
    };
    contradictions(lint, &global, required, action, findings);

    let redirects = action == Some(&Action::RedirectToLoginPage) && required != Some(false);
    let providers = &lint.configured;
    if redirects
        && providers.is_empty()
        && !lint.are_providers_unknown
        && platform.at("enabled").flag() == Some(true)
    {
        let message = "requests are redirected to sign in, and no provider has an id";
        findings.add(&UN1, &spot, message, "set up a provider");
        return;
    }
    redirect(lint, redirects, providers, findings);
    // MCP clients have a rule of their own.
    if redirects && lint.allowed.as_ref().is_some_and(|own| own.own && own.others && !own.vs_code) {
        let message = "other applications call, and requests are redirected to sign in";
        findings.add(&UN7, &spot, message, "set it to Return401, unless most visitors are people");
    }
}

fn unknown_action(form: Form, spot: &Spot<'_>, text: &str, findings: &mut Findings) {
    // Other than a text it is a number.
    if spot.text().is_some() && final_text(spot).is_none() {
        return;
    }
    let remedy = "write RedirectToLoginPage, AllowAnonymous, Return401, Return403 or Return404";
    let lower = text.to_ascii_lowercase();
    let modern = match &*lower {
        // The names of settings files.
        "rejectwith401" | "rejectwith403" | "rejectwith404" if form == Form::File => return,
        "rejectwith401" => Action::Return401,
        "rejectwith403" => Action::Return403,
        "rejectwith404" => Action::Return404,
        _ => {
            findings.add(&UN6, spot, "this is none of the five actions", remedy);
            return;
        }
    };
    findings
        .add(&UN6, spot, "this is an older name of an action", format!("write {modern}"))
        .fix_by_setting(modern.as_str());
}

fn contradictions(
    lint: &Lint<'_>,
    global: &Spot<'_>,
    required: Option<bool>,
    action: Option<&Action>,
    findings: &mut Findings,
) {
    let required_spot = global.at("requireAuthentication");
    match (required, action) {
        (Some(true), Some(Action::AllowAnonymous)) => {
            let kind = lint.document.at("kind").text().unwrap_or_default().to_ascii_lowercase();
            let severity =
                if kind.contains("workflowapp") { Severity::Info } else { Severity::Warning };
            let message = "authentication is required, and the action is AllowAnonymous";
            findings
                .add(&UN4, &required_spot, message, "set it to false, or choose another action")
                .severity(severity);
        }
        (
            Some(false),
            Some(
                Action::RedirectToLoginPage
                | Action::Return401
                | Action::Return403
                | Action::Return404,
            ),
        ) => {
            let message =
                "authentication is not required, and an action keeps requests of nobody out";
            findings.add(
                &UN5,
                &required_spot,
                message,
                "set it to true, or allow anonymous requests",
            );
        }
        _ => {}
    }
}

/// The provider to redirect to.
fn redirect(lint: &Lint<'_>, redirects: bool, providers: &[String], findings: &mut Findings) {
    let sections = &lint.sections;
    let spot = sections.at("globalValidation").at("redirectToProvider");
    if !spot.is_filled() {
        if redirects && !providers.is_empty() && !spot.is_unknown() {
            let message =
                "requests are redirected to sign in, and nothing says with which provider";
            let added = findings.add(&UN2, &spot, message, "name one that is set up");
            if let [only] = providers
                && has_name(lint, only)
            {
                added.fix_by_setting(only.as_str());
            }
        }
        return;
    }
    let Some(name) = final_text(&spot) else { return };
    let has = |name: &str| providers.iter().any(|own| own.eq_ignore_ascii_case(name));
    // Without their section the document is a part: the providers are elsewhere.
    if has(&name)
        || (name.eq_ignore_ascii_case("microsoftaccount") && has("legacymicrosoftaccount"))
        || !sections.at("identityProviders").exists()
        || lint.are_providers_unknown
    {
        return;
    }
    let severity = if redirects { Severity::Error } else { Severity::Warning };
    if name.eq_ignore_ascii_case("aad") && has(ENTRA) {
        let message = "aad stands for Entra in addresses, not here";
        findings
            .add(&UN3, &spot, message, "write azureactivedirectory")
            .severity(severity)
            .fix_by_setting(ENTRA);
    } else {
        let message = format!("no provider that is set up is called {}", Escaped(&name));
        let remedy = "set that provider up, or name one that is";
        findings.add(&UN3, &spot, message, remedy).severity(severity);
    }
}

const ENTRA: &str = "azureactivedirectory";

/// Whether it is known how to name a provider here. Of the older Microsoft account and of Static Web
/// Apps no source says it.
fn has_name(lint: &Lint<'_>, provider: &str) -> bool {
    let built_in = [ENTRA, "apple", "facebook", "github", "google", "twitter"].contains(&provider);
    built_in || custom_providers(lint.providers.json()).any(|own| own.name() == provider)
}
