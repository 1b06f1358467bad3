//! `validation` of Entra: audiences, and the callers that are accepted.

use std::collections::HashSet;

use super::{
    Findings, Lint, Spot,
    rules::{AU1, AU2, AU3, AU4, AZ1, AZ2, AZ3, AZ4, AZ5, AZ6, AZ7, AZ8, AZ9},
};
use crate::{
    resource::is_guid,
    settings::{Guid, UnauthenticatedAction},
};

/// The longest list of identities, with a comma between them.
const MAX_IDENTITIES: usize = 500;

/// The applications in `allowedApplications`.
pub(super) struct AllowedApplications {
    /// The app itself.
    pub(super) own: bool,
    /// Any other application.
    pub(super) others: bool,
    /// The application by which VS Code calls MCP servers.
    pub(super) vs_code: bool,
}

/// The client ID of VS Code (App Service docs, "Configure MCP server authorization").
pub(super) const VS_CODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";

impl AllowedApplications {
    /// Returns `None` without such a list, or if an ID in it or that of the app itself is unknown.
    pub(super) fn read(own: Option<&Guid>, policy: &Spot<'_>) -> Option<Self> {
        let list = policy.at("allowedApplications");
        let (own, mut allowed) = (own?, Self { own: false, others: false, vs_code: false });
        for application in list.elements() {
            let application = application.guid()?;
            allowed.own |= application == *own;
            allowed.others |= application != *own;
            allowed.vs_code |= application.as_str() == VS_CODE;
        }
        list.is_list().then_some(allowed)
    }
}

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    if !lint.is_entra_configured {
        if lint.is_api() {
            custom_providers(lint, findings);
        }
        return;
    }
    audiences(lint, &lint.entra.at("validation/allowedAudiences"), findings);
    applications(lint, &lint.policy.at("allowedApplications"), findings);
    let checks = lint.entra.at("validation/jwtClaimChecks");
    let lists = [checks.at("allowedGroups"), checks.at("allowedClientApplications")];
    let [groups, identities] = ["allowedPrincipals/groups", "allowedPrincipals/identities"]
        .map(|name| lint.policy.at(name));
    principals(lint, &groups, &identities, findings);
    let has_principals = groups.is_filled() || identities.is_filled();
    let has_policy = has_principals || lint.policy.at("allowedApplications").is_filled();
    if has_policy && lists.iter().any(Spot::is_filled) {
        findings.add(&AZ7, &checks);
    }
    for list in lists.iter().chain([&groups, &identities]).filter(|list| list.is_empty_list()) {
        let message = format!("the list {} is empty", list.name());
        findings.say(&AZ8, list, message, AZ8.remedy).fix_by_removing();
    }
}

fn audiences(lint: &Lint<'_>, entries: &Spot<'_>, findings: &mut Findings) {
    if lint.is_api() && entries.is_missing() {
        findings.add(&AU1, entries);
    }
    let Some(own) = &lint.client_id else { return };
    let listed: HashSet<Guid> = entries.elements().filter_map(|audience| audience.guid()).collect();
    for audience in entries.elements() {
        let text = audience.final_text().filter(|text| is_of_another(own, text));
        let Some(text) = text else { continue };
        let id = text.strip_prefix("api://").and_then(|id| id.parse::<Guid>().ok());
        if let Some(id) = id.filter(|id| !listed.contains(id)) {
            findings.say(&AU4, &audience, AU4.message, format!("list {id} as well"));
        }
        findings.add(&AU2, &audience);
    }
}

/// Returns `true` for an audience with the client ID of another application. An App ID URI without any ID
/// can be the app's own, and so can the address of the site.
fn is_of_another(own: &Guid, audience: &str) -> bool {
    let mut parts = audience.strip_prefix("api://").unwrap_or(audience).split('/');
    parts.clone().next().is_some_and(is_guid)
        && !parts.any(|part| part.eq_ignore_ascii_case(own.as_str()))
}

/// Custom providers, for which callers cannot have a token of Entra.
fn custom_providers(lint: &Lint<'_>, findings: &mut Findings) {
    let configured: HashSet<&str> = lint.configured.iter().map(String::as_str).collect();
    for custom in lint.providers.at(lint.form.custom_providers()).members() {
        if configured.contains(&*custom.name()) {
            findings.add(&AU3, &custom.at("registration/clientId"));
        }
    }
}

fn applications(lint: &Lint<'_>, entries: &Spot<'_>, findings: &mut Findings) {
    for application in entries.elements() {
        if application.final_text().is_some_and(|text| !is_guid(&text)) {
            findings.add(&AZ1, &application);
        }
    }
    if entries.is_empty_list() {
        findings.add(&AZ3, entries);
    }
    let Some(allowed) = &lint.allowed else { return };
    if lint.does(&UnauthenticatedAction::RedirectToLoginPage) && !allowed.own && allowed.others {
        findings.add(&AZ2, entries);
    }
    let lists_people = lint.policy.at("allowedPrincipals").is_filled();
    if lint.is_api() && allowed.own && !allowed.others && !lists_people {
        findings.add(&AZ9, entries);
    }
}

fn principals(lint: &Lint<'_>, groups: &Spot<'_>, identities: &Spot<'_>, findings: &mut Findings) {
    let others = lint.allowed.as_ref().is_some_and(|allowed| allowed.others);
    let has_principals = groups.is_filled() || identities.is_filled();
    if groups.is_filled() && !identities.is_filled() && others {
        findings.add(&AZ4, groups);
    } else if lint.policy.at("allowedApplications").is_filled() && has_principals {
        findings.add(&AZ6, &lint.policy);
    }
    let commas = identities.elements().count().saturating_sub(1);
    let lengths = identities.elements().filter_map(|own| own.text()).map(|text| text.len());
    if lengths.fold(commas, usize::saturating_add) > MAX_IDENTITIES {
        findings.add(&AZ5, identities);
    }
}
