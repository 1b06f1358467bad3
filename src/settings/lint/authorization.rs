//! `validation` of Entra: audiences, and who is let in.

use std::collections::HashSet;

use super::{Findings, Lint, Section, Spot, placeholder::final_text, rule::rules};
use crate::json::document::Json;
use crate::{
    resource::is_guid,
    settings::{Guid, UnauthenticatedAction},
};

rules! {
    AU1 Warning: "the client id is an audience in any case, but a token for the App ID URI, api:// and \
        the client id, is answered 401",
        "App Service docs, Configure Microsoft Entra sign-in";
    AU2 Info: "tokens for another app registration are let in: mostly its id was copied along",
        "inferred from App Service docs, Configure Microsoft Entra sign-in";
    AU3 Info: "such a provider has no list of audiences: a token for anything but the client id is \
        answered 401",
        "App Service docs, Configure an OpenID Connect provider; authSettingsV2 schema";
    AZ1 Error: "the platform compares it with the appid or azp of tokens, which are GUIDs: nobody is let \
        in by it",
        "App Service docs, Configure Microsoft Entra sign-in";
    AZ2 Warning: "the tokens of a sign-in are those of the app itself: users probably get a 403",
        "inferred; the portal lists the app itself";
    AZ3 Info: "the evidence is contradictory: by the documentation only a list with entries is checked, \
        the service answers empty ones by itself and samples of Microsoft's deploy them, but two \
        projects report a bare 403 for callers with bearer tokens until they were listed",
        "App Service docs, Configure Microsoft Entra sign-in; \
        pnp/Microsoft365-Analytics-Insights#264, PubSec-Info-Assistant#142";
    AZ4 Warning: "the token that an application gets for itself never has groups: it is answered 403",
        "Microsoft Q&A 5934295";
    AZ5 Warning: "the platform takes no more than 500 characters",
        "App Service docs, Configure Microsoft Entra sign-in";
    AZ6 Info: "a caller has to be in both: one of the applications, and one of the groups or identities",
        "App Service docs, Configure Microsoft Entra sign-in";
    AZ7 Warning: "they are two generations of one check, and a caller has to pass both, if both count",
        "inferred from the authSettingsV2 schema";
    AZ8 Warning: "an empty check is a check that nobody passes: sign-ins in a browser end with 403",
        "hashicorp/terraform-provider-azurerm#20820, #20913, #21021, fixed by #21091";
    AZ9 Info: "every other application that brings a valid token gets a 403 without a body",
        "Microsoft Q&A 5529304; App Service docs, Configure Microsoft Entra sign-in";
    AU4 Warning: "version 2.0 tokens carry the client ID as their audience, not the App ID URI: they are \
        answered 401",
        "KelvinTegelaar/CIPP#368; Microsoft identity platform docs, Access token claims reference";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// How long the identities may be, with a comma between them.
const MAX_IDENTITIES: usize = 500;

/// Whom `allowedApplications` accepts.
pub(super) struct AllowedApplications {
    /// The app itself.
    pub(super) own: bool,
    /// Any other application.
    pub(super) others: bool,
    /// The application that VS Code calls MCP servers with.
    pub(super) vs_code: bool,
}

/// The client ID of VS Code (App Service docs, "Configure MCP server authorization").
pub(super) const VS_CODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";

impl AllowedApplications {
    /// Nothing without such a list, or if an ID of it or that of the app itself is not known.
    pub(super) fn read(own: Option<&Guid>, entra: &Spot<'_>) -> Option<Self> {
        let policy = entra.at("validation").at("defaultAuthorizationPolicy");
        let list = policy.at("allowedApplications");
        list.json().filter(|own| own.elements().is_some())?;
        let mut allowed = Self { own: false, others: false, vs_code: false };
        for application in list.elements() {
            let is_own = application.guid()? == *own?;
            allowed.own |= is_own;
            allowed.others |= !is_own;
            allowed.vs_code |= application.text()?.eq_ignore_ascii_case(VS_CODE);
        }
        own.map(|_| allowed)
    }
}

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let is_api = lint.action == Some(UnauthenticatedAction::Return401);
    if !lint.is_entra_configured {
        if is_api {
            custom_providers(lint, findings);
        }
        return;
    }
    let validation = lint.entra.at("validation");
    audiences(lint, is_api, &validation.at("allowedAudiences"), findings);
    let policy = validation.at("defaultAuthorizationPolicy");
    applications(lint, is_api, &policy.at("allowedApplications"), findings);
    principals(lint, &policy, findings);
    let checks = validation.at("jwtClaimChecks");
    two_generations(&checks, &policy, findings);
    let principals = policy.at("allowedPrincipals");
    for list in [
        checks.at("allowedGroups"),
        checks.at("allowedClientApplications"),
        principals.at("groups"),
        principals.at("identities"),
    ] {
        if is_empty_list(&list) {
            let message = format!("the list {} is empty", list.name());
            findings.add(&AZ8, &list, message, "remove it").fix_by_removing();
        }
    }
}

fn is_empty_list(list: &Spot<'_>) -> bool {
    list.json().and_then(Json::elements).is_some_and(|mut all| all.next().is_none())
}

fn audiences(lint: &Lint<'_>, is_api: bool, entries: &Spot<'_>, findings: &mut Findings) {
    if is_api && entries.is_missing() {
        findings.add(
            &AU1,
            entries,
            "callers without a token are answered 401, as by an API, and no audience is listed",
            "list the App ID URI of the registration",
        );
    }
    let Some(own) = &lint.client_id else { return };
    let listed: HashSet<Guid> = entries.elements().filter_map(|audience| audience.guid()).collect();
    for audience in entries.elements() {
        let Some(text) = final_text(&audience).filter(|text| is_of_another(own, text)) else {
            continue;
        };
        let id = text.strip_prefix("api://").and_then(|id| id.parse::<Guid>().ok());
        if let Some(id) = id.filter(|id| !listed.contains(id)) {
            let message = "the audience is the App ID URI of another app registration, and its client \
                           ID is not listed";
            findings.add(&AU4, &audience, message, format!("list {id} as well"));
        }
        let message = "the audience is the id of another app registration";
        findings.add(&AU2, &audience, message, "remove it, unless that is meant");
    }
}

/// Whether an audience has the client id of another application. An App ID URI without any id can be
/// the own one, and so can the address of the site.
fn is_of_another(own: &Guid, audience: &str) -> bool {
    let mut parts = audience.strip_prefix("api://").unwrap_or(audience).split('/');
    parts.clone().next().is_some_and(is_guid)
        && !parts.any(|part| part.eq_ignore_ascii_case(own.as_str()))
}

/// Custom providers, where no caller can have a token of Entra.
fn custom_providers(lint: &Lint<'_>, findings: &mut Findings) {
    let configured: HashSet<&str> = lint.configured.iter().map(String::as_str).collect();
    for custom in lint.providers.at(lint.form.custom_providers()).members() {
        if configured.contains(&*custom.name()) {
            findings.add(
                &AU3,
                &custom.at("registration").at("clientId"),
                "callers without a token are answered 401, as by an API, and their provider is a \
                 custom one",
                "have callers get tokens for the client id",
            );
        }
    }
}

fn applications(lint: &Lint<'_>, is_api: bool, entries: &Spot<'_>, findings: &mut Findings) {
    for application in entries.elements() {
        if final_text(&application).is_some_and(|text| !is_guid(&text)) {
            findings.add(
                &AZ1,
                &application,
                "this is no client id",
                "write the application (client) id of the caller's app registration",
            );
        }
    }
    if is_empty_list(entries) {
        findings.add(
            &AZ3,
            entries,
            "the list of applications is empty",
            "if callers get a 403 without a body, list their client ids, and that of the app itself",
        );
    }
    let Some(allowed) = &lint.allowed else { return };
    let signs_in = lint.action == Some(UnauthenticatedAction::RedirectToLoginPage);
    if signs_in && !allowed.own && allowed.others {
        let message = "users are sent to sign in, and the app itself is not among the applications";
        findings.add(&AZ2, entries, message, "add its own client id");
    }
    let policy = lint.entra.at("validation").at("defaultAuthorizationPolicy");
    let lists_people = policy.at("allowedPrincipals").is_filled();
    if is_api && allowed.own && !allowed.others && !lists_people {
        let message = "anonymous requests are answered 401, as by an API, and only the app itself is \
                       among the applications";
        findings.add(
            &AZ9,
            entries,
            message,
            "list the client IDs of the callers, if there are others",
        );
    }
}

fn principals(lint: &Lint<'_>, policy: &Spot<'_>, findings: &mut Findings) {
    let applications = policy.at("allowedApplications");
    let principals = policy.at("allowedPrincipals");
    let (groups, identities) = (principals.at("groups"), principals.at("identities"));
    let others = lint.allowed.as_ref().is_some_and(|allowed| allowed.others);
    if groups.is_filled() && !identities.is_filled() && others {
        findings.add(
            &AZ4,
            &groups,
            "only groups are let in, and an application other than the app itself is listed",
            "list the object id of its service principal in identities, if it calls for itself",
        );
    } else if applications.is_filled() && (groups.is_filled() || identities.is_filled()) {
        let message = "applications are listed, and users or groups as well";
        findings.add(&AZ6, policy, message, "leave out one of them, unless that is meant");
    }
    let commas = identities.elements().count().saturating_sub(1);
    let lengths = identities.elements().filter_map(|own| own.text()).map(|text| text.len());
    if lengths.fold(commas, usize::saturating_add) > MAX_IDENTITIES {
        let message = "the identities are too many";
        findings.add(&AZ5, &identities, message, "put the users into a group, and list that");
    }
}

fn two_generations(checks: &Spot<'_>, policy: &Spot<'_>, findings: &mut Findings) {
    let principals = policy.at("allowedPrincipals");
    let has_policy = policy.at("allowedApplications").is_filled()
        || principals.at("groups").is_filled()
        || principals.at("identities").is_filled();
    let has_checks = checks.at("allowedGroups").is_filled()
        || checks.at("allowedClientApplications").is_filled();
    if has_policy && has_checks {
        findings.add(
            &AZ7,
            checks,
            "jwtClaimChecks and defaultAuthorizationPolicy are both set",
            "move the older checks into defaultAuthorizationPolicy",
        );
    }
}
