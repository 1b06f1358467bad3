//! `validation` of Entra: audiences, and who is let in.

use std::collections::HashSet;

use super::{Findings, Section, Spot, placeholder::final_text, rule::rules};
use crate::{
    resource::is_guid,
    settings::{AuthSettingsV2, Guid, UnauthenticatedAction},
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
}

pub(super) const SECTION: Section = Section { rules: RULES, check };

/// How long the identities may be, with a comma between them.
const MAX_IDENTITIES: usize = 500;

/// Whom `allowedApplications` lets in.
pub(super) struct AllowedApplications {
    /// The app itself.
    pub(super) own: bool,
    /// Any other application.
    pub(super) others: bool,
}

/// Nothing without such a list, or if an id of it or that of the app itself is not known.
pub(super) fn allowed_applications(settings: &AuthSettingsV2) -> Option<AllowedApplications> {
    let entra = settings.entra();
    let own = entra.registration().client_id()?;
    let listed = entra.validation().default_authorization_policy().allowed_applications()?;
    Some(AllowedApplications {
        own: listed.contains(&own),
        others: listed.iter().any(|id| *id != own),
    })
}

fn check(settings: &AuthSettingsV2, findings: &mut Findings) {
    let action = settings.global_validation().unauthenticated_client_action();
    let is_api = action == Some(UnauthenticatedAction::Return401);
    if !settings.entra().is_configured() {
        if is_api {
            custom_providers(settings, findings);
        }
        return;
    }
    let validation = Spot::entra(settings).at("validation");
    audiences(settings, is_api, &validation.at("allowedAudiences"), findings);
    let policy = validation.at("defaultAuthorizationPolicy");
    let signs_in = action == Some(UnauthenticatedAction::RedirectToLoginPage);
    applications(settings, signs_in, &policy.at("allowedApplications"), findings);
    principals(settings, &policy, findings);
    two_generations(&validation.at("jwtClaimChecks"), &policy, findings);
}

fn audiences(settings: &AuthSettingsV2, is_api: bool, list: &Spot<'_>, findings: &mut Findings) {
    if is_api && !list.is_filled() {
        findings.add(
            &AU1,
            list,
            "callers without a token are answered 401, as by an API, and no audience is listed",
            "list the App ID URI of the registration",
        );
    }
    let Some(own) = settings.entra().registration().client_id() else { return };
    for audience in list.elements() {
        if final_text(&audience).is_some_and(|text| is_of_another(&own, &text)) {
            let message = "the audience is the id of another app registration";
            findings.add(&AU2, &audience, message, "remove it, unless that is meant");
        }
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
fn custom_providers(settings: &AuthSettingsV2, findings: &mut Findings) {
    let configured: HashSet<String> =
        settings.identity_providers().configured().into_iter().collect();
    let providers = Spot::sections(settings).at("identityProviders");
    for custom in providers.at(settings.form().custom_providers()).members() {
        if configured.contains(custom.name()) {
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

fn applications(
    settings: &AuthSettingsV2,
    signs_in: bool,
    list: &Spot<'_>,
    findings: &mut Findings,
) {
    let elements = list.elements();
    for application in &elements {
        if final_text(application).is_some_and(|text| !is_guid(&text)) {
            findings.add(
                &AZ1,
                application,
                "this is no client id",
                "write the application (client) id of the caller's app registration",
            );
        }
    }
    if list.texts().is_some_and(|texts| texts.is_empty()) {
        findings.add(
            &AZ3,
            list,
            "the list of applications is empty",
            "if callers get a 403 without a body, list their client ids, and that of the app itself",
        );
    }
    if signs_in
        && allowed_applications(settings).is_some_and(|allowed| !allowed.own && allowed.others)
    {
        let message = "users are sent to sign in, and the app itself is not among the applications";
        findings.add(&AZ2, list, message, "add its own client id");
    }
}

fn principals(settings: &AuthSettingsV2, policy: &Spot<'_>, findings: &mut Findings) {
    let applications = policy.at("allowedApplications");
    let principals = policy.at("allowedPrincipals");
    let (groups, identities) = (principals.at("groups"), principals.at("identities"));
    let others = allowed_applications(settings).is_some_and(|allowed| allowed.others);
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
    let listed = identities.elements();
    let commas = listed.len().saturating_sub(1);
    let lengths = listed.iter().filter_map(Spot::text).map(|text| text.len());
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
