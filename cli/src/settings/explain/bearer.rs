//! Callers that send a bearer token.

use easyauth::Service;
use easyauth::settings::{
    AuthSettingsV2, Setting, UnauthenticatedAction as Action, entra, sections,
};
use serde_json::Value;

use super::{Chapter, all_of, providers, shown, visitor::action};

/// The most that a list shows.
const MAX_LISTED: usize = 10;

/// Names that mean several tenants.
const MANY_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];

pub(super) fn chapter(settings: &AuthSettingsV2) -> Chapter {
    let mut sentences = Vec::new();
    if settings.is_entra_configured() {
        audiences(settings, &mut sentences);
        issuer(settings, &mut sentences);
        sentences.push(otherwise(settings).to_owned());
        applications(settings, &mut sentences);
        principals(settings, &mut sentences);
        sentences.extend(mcp(settings).map(str::to_owned));
        sentences.push(
            "The platform does not check scopes and app roles: the application must. \
             X-MS-CLIENT-PRINCIPAL is sent, X-MS-TOKEN-* may be missing, and app-only tokens have \
             no -NAME."
                .to_owned(),
        );
    } else if super::is_unknown(settings, sections::IDENTITY_PROVIDERS) {
        sentences.push(super::unknown_is("Which tokens are accepted"));
    } else {
        sentences.push(
            "No token of Microsoft Entra is accepted: the provider is not configured, or off."
                .to_owned(),
        );
    }
    let customs = !settings.custom_providers().is_empty();
    if customs {
        sentences.push(
            "According to the documentation, tokens of a custom provider are accepted for its client \
             ID only; according to one report (azure-docs#72019), not at all."
                .to_owned(),
        );
    } else if !settings.is_entra_configured() && !providers::set_up(settings).is_empty() {
        sentences.push("No other configured provider is known to accept bearer tokens.".to_owned());
    }
    Chapter { title: "A caller with a bearer token", sentences }
}

fn audiences(settings: &AuthSettingsV2, sentences: &mut Vec<String>) {
    let own = settings.get(entra::CLIENT_ID);
    let mut passing: Vec<String> = own.iter().map(|id| format!("{id} (the client ID)")).collect();
    let listed = listed(settings, entra::ALLOWED_AUDIENCES).unwrap_or_default();
    if super::is_unknown(settings, entra::ALLOWED_AUDIENCES) && listed.is_empty() {
        sentences.push(super::unknown_is("Which audiences are accepted besides the client ID"));
        return;
    }
    passing.extend(shortened(&listed));
    sentences.push(match passing.as_slice() {
        [] => {
            "Which audiences are accepted is unknown: the client ID is not a GUID, and no audience \
               is listed."
                .to_owned()
        }
        passing => format!("The audience of the token must be {}.", all_of(passing, "or")),
    });
    if let (Some(own), []) = (own, listed.as_slice()) {
        sentences.push(format!(
            "api://{own} is not listed. Tokens for it are accepted only if their audience is the \
             client ID, as in version 2.0."
        ));
    }
}

fn issuer(settings: &AuthSettingsV2, sentences: &mut Vec<String>) {
    if super::is_unknown(settings, entra::OPEN_ID_ISSUER) {
        sentences.push(super::unknown_is("Which issuers are accepted"));
        return;
    }
    let Some(issuer) = settings.get(entra::OPEN_ID_ISSUER).filter(|issuer| !issuer.is_empty())
    else {
        sentences
            .push("Which issuers are accepted is unknown: the document names none.".to_owned());
        return;
    };
    let tenant = issuer.split('/').nth(3).unwrap_or_default();
    if MANY_TENANTS.iter().any(|many| tenant.eq_ignore_ascii_case(many)) {
        sentences.push(format!(
            "Tokens of many tenants are accepted, because the issuer is {}. Easy Auth does not check \
             the tenant: the application must, or its setting WEBSITE_AUTH_AAD_ALLOWED_TENANTS.",
            shown(&issuer),
        ));
        return;
    }
    // External ID and B2C have their own hosts, and issue version 2.0 only.
    let host = issuer.split('/').nth(2).unwrap_or_default().to_ascii_lowercase();
    if host.ends_with(".ciamlogin.com") || host.ends_with(".b2clogin.com") {
        sentences.push(format!("Its issuer must be the one of {}.", shown(&issuer)));
        return;
    }
    sentences.push(format!(
        "Its issuer must be the one of {}. Version 1.0 tokens come from https://sts.windows.net/, \
         version 2.0 tokens from the sign-in address that ends with /v2.0. The app registration of \
         the API decides the version.",
        shown(&issuer),
    ));
}

fn otherwise(settings: &AuthSettingsV2) -> &'static str {
    let Some(action) = action(settings) else {
        return "The answer to any other token, or to none, is unknown: the template decides it.";
    };
    match action {
        Action::AllowAnonymous => {
            "A request without a token, or with an invalid one, reaches the application like a \
             visitor's: verify tokens in the application. A valid token of an application that is not \
             allowed is answered 403 (pnp/Microsoft365-Analytics-Insights#264)."
        }
        Action::RedirectToLoginPage => {
            "Any other token is answered 401. A request without a token, and perhaps one with an \
             expired token, is redirected (302) to a sign-in page."
        }
        Action::Return403 => "Any other token is answered 401, and a request without a token 403.",
        Action::Return404 => "Any other token is answered 401, and a request without a token 404.",
        _ => "Any other token is answered 401, and so is a request without a token.",
    }
}

fn applications(settings: &AuthSettingsV2, sentences: &mut Vec<String>) {
    sentences.push(match listed(settings, entra::ALLOWED_APPLICATIONS).as_deref() {
        Some([]) => {
            "The list of applications is empty, and the evidence on that is contradictory. \
                     According to the documentation, an empty list is not checked, and the service \
                     itself writes such lists. Two projects report 403 for callers until they were \
                     listed (pnp/Microsoft365-Analytics-Insights#264, PubSec-Info-Assistant#142)."
                .to_owned()
        }
        Some(ids) => format!(
            "The calling application (azp or appid) must be {}. Any other is answered 403.",
            all_of(&shortened(ids), "or"),
        ),
        None if super::is_unknown(settings, entra::ALLOWED_APPLICATIONS) => {
            super::unknown_is("Which applications are allowed")
        }
        None => "Any application with such a token is allowed.".to_owned(),
    });
    let older = listed(settings, entra::CLAIM_CHECKS_APPLICATIONS);
    if let Some(ids @ [_, ..]) = older.as_deref() {
        let ids = all_of(&shortened(ids), "or");
        sentences.push(format!("The older jwtClaimChecks allow the applications {ids}."));
    }
}

fn principals(settings: &AuthSettingsV2, sentences: &mut Vec<String>) {
    let count = |setting| listed(settings, setting).unwrap_or_default().len();
    let of = |count: usize, what: &str| (count > 0).then(|| format!("{what} ({count} listed)"));
    let kinds: Vec<String> = [
        of(count(entra::GROUPS), "in one of the groups"),
        of(count(entra::IDENTITIES), "one of the identities"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !kinds.is_empty() {
        sentences.push(format!(
            "The user or service principal must be {}; any other is answered 403. App-only tokens \
             name no groups.",
            all_of(&kinds, "or"),
        ));
    }
    let older = count(entra::CLAIM_CHECKS_GROUPS);
    if older > 0 {
        sentences.push(format!("The older jwtClaimChecks allow {older} groups."));
    }
}

/// The client ID of VS Code (App Service docs, "Configure MCP server authorization").
const VS_CODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";

/// Who tells MCP clients where to sign in (RFC 9728).
fn mcp(settings: &AuthSettingsV2) -> Option<&'static str> {
    let is_api = matches!(action(settings), Some(Action::Return401));
    let allowed = listed(settings, entra::ALLOWED_APPLICATIONS).unwrap_or_default();
    if !is_api && !allowed.iter().any(|id| id.eq_ignore_ascii_case(VS_CODE)) {
        return None;
    }
    Some(match settings.form().service() {
        Service::AppService => {
            "MCP clients look for protected resource metadata. The platform serves it if the \
             application setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES names the scopes."
        }
        _ => {
            "MCP clients look for protected resource metadata. Here the application must serve it, \
             at a path that needs no sign-in (microsoft/azure-container-apps#1736)."
        }
    })
}

/// Returns the strings of a list, even if they are not valid values. Returns `None` if the setting is not a
/// list of strings.
fn listed<T>(settings: &AuthSettingsV2, setting: Setting<'_, T>) -> Option<Vec<String>> {
    let list = serde_json::from_str(settings.json(setting)?).ok()?;
    let Value::Array(elements) = list else { return None };
    elements.iter().map(|element| element.as_str().map(str::to_owned)).collect()
}

fn shortened(list: &[String]) -> Vec<String> {
    let mut some: Vec<String> = list.iter().take(MAX_LISTED).map(|text| shown(text)).collect();
    if list.len() > MAX_LISTED {
        some.push(format!("one of {} more", list.len().saturating_sub(MAX_LISTED)));
    }
    some
}
