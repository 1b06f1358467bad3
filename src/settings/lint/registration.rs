//! The app registration, as Microsoft Graph returns it; and servers of the Model Context Protocol (MCP).

use super::{
    Findings, Lint,
    authorization::VS_CODE,
    context::Registration,
    rules::{MC1, MC2, MC3, MC4, RG1, RG2, RG3, RG4, RG5, RG6, RG7},
};
use crate::{
    escape::Escaped,
    platform::Service,
    resource::Scope,
    settings::{UnauthenticatedAction, form::managed_identity_setting},
};

/// The app setting that makes App Service serve protected resource metadata, with these scopes.
const METADATA: &str = "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES";

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    mcp(lint, findings);
    if let Some(registration) = lint.context.registered().filter(|_| lint.is_entra_configured) {
        registered(lint, registration, findings);
    }
}

fn allows_vs_code(lint: &Lint<'_>) -> bool {
    lint.allowed.as_ref().is_some_and(|allowed| allowed.vs_code)
}

fn mcp(lint: &Lint<'_>, findings: &mut Findings) {
    let serves_metadata = lint.context.has_app_setting(METADATA);
    if !serves_metadata && !allows_vs_code(lint) {
        return;
    }
    if lint.does(&UnauthenticatedAction::RedirectToLoginPage) {
        let action = lint.sections.at("globalValidation/unauthenticatedClientAction");
        findings.add(&MC2, &action);
    }
    let is_bare = |scope: &str| {
        Scope::parse(scope).is_ok_and(|scope| !scope.is_openid() && scope.api().is_none())
    };
    let scopes = lint.context.app_setting(METADATA).unwrap_or_default();
    if scopes.split([',', ' ']).any(is_bare) {
        let message = format!("the app setting {METADATA} has a scope without its API");
        findings.say(&MC1, &lint.registration.at("clientId"), message, MC1.remedy);
    }
    let entries = lint.policy.at("allowedApplications");
    let is_list_known = entries.is_filled() && lint.allowed.is_some();
    if serves_metadata && is_list_known && !allows_vs_code(lint) {
        findings.say(&MC3, &entries, MC3.message, format!("add {VS_CODE}"));
    }
    let is_app_service = lint.service == Service::AppService;
    if !serves_metadata && (lint.context.knows_app_settings() || !is_app_service) {
        let remedy = if is_app_service {
            "set the app setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES"
        } else {
            "serve it in the application, because this platform does not"
        };
        findings.say(&MC4, &entries, MC4.message, remedy);
    }
}

fn registered(lint: &Lint<'_>, registration: &Registration, findings: &mut Findings) {
    let client_id = lint.registration.at("clientId");
    if let (Some(own), Some(theirs)) = (&lint.client_id, &registration.app_id)
        && own != theirs
    {
        let message = format!("the client ID is not that of the app registration, {theirs}");
        findings.say(&RG1, &client_id, message, RG1.remedy);
        return;
    }
    if lint.is_api() && registration.token_version < 2 {
        version_1_tokens(lint, registration, findings);
    }
    let is_preauthorized = registration.pre_authorized.iter().any(|id| id.as_str() == VS_CODE);
    if allows_vs_code(lint) && !is_preauthorized {
        findings.add(&RG4, &client_id);
    }
    if lint.service != Service::StaticWebApps {
        callback(lint, registration, findings);
    }
    let response = lint.parameters.as_ref().and_then(|own| own.get("response_type"));
    let requests_id_token = response.is_some_and(|own| own.contains("id_token"));
    if !registration.issues_id_tokens && (requests_id_token || !lint.has_credential) {
        findings.add(&RG6, &client_id);
    }
    let secret = lint.registration.at("clientSecretSettingName");
    let is_secret = secret.is_filled()
        && secret.text().is_none_or(|name| name != managed_identity_setting(lint.service));
    if is_secret && registration.has_expired_secrets(lint.context.now()) {
        findings.add(&RG7, &secret);
    }
}

fn version_1_tokens(lint: &Lint<'_>, registration: &Registration, findings: &mut Findings) {
    let audiences = lint.entra.at("validation/allowedAudiences");
    for uri in &registration.identifier_uris {
        let is_listed = |text: &str| text.trim_end_matches('/') == uri.trim_end_matches('/');
        let mut listed = audiences.elements().filter_map(|own| own.text());
        if !audiences.is_unknown() && !listed.any(|text| is_listed(&text)) {
            let message = format!("the App ID URI {} is not listed", Escaped(uri));
            findings.say(&RG2, &audiences, message, RG2.remedy);
        }
    }
    if lint.has_v2_issuer() && !registration.identifier_uris.is_empty() {
        findings.add(&RG3, &lint.registration.at("openIdIssuer"));
    }
}

fn callback(lint: &Lint<'_>, registration: &Registration, findings: &mut Findings) {
    let prefix = lint.sections.at("httpSettings/routes/apiPrefix");
    if prefix.is_unknown() {
        return;
    }
    let prefix = prefix.text().filter(|own| !own.is_empty()).unwrap_or("/.auth".into());
    let path = format!("{}/login/aad/callback", prefix.trim_end_matches('/'));
    let is_callback = |uri: &String| match lint.context.host_name() {
        Some(host) => uri.eq_ignore_ascii_case(&format!("https://{host}{path}")),
        None => uri.to_ascii_lowercase().ends_with(&path.to_ascii_lowercase()),
    };
    if !registration.redirect_uris.iter().any(is_callback) {
        let host = lint.context.host_name().unwrap_or("<host>");
        let remedy = format!("add https://{}{}", Escaped(host), Escaped(&path));
        findings.say(&RG5, &lint.registration.at("clientId"), RG5.message, remedy);
    }
}
