//! The app registration, as Microsoft Graph returns it.

use super::{Findings, Lint, Section, authorization::VS_CODE, rule::rules};
use crate::settings::{Service, UnauthenticatedAction};

rules! {
    RG1 Error: "users sign in with one application, and its secret and permissions are those of another",
        "Microsoft Graph, application resource type, appId";
    RG2 Warning: "a version 1.0 token for the App ID URI is answered 401",
        "App Service docs, Configure Microsoft Entra sign-in";
    RG3 Warning: "callers get version 1.0 tokens, whose issuer is not that of the document: they can be \
        refused with IDX10205",
        "Microsoft Graph, apiApplication resource type; Azure/azure-docs#12552";
    RG4 Warning: "without it each user of VS Code has to consent, which tenants often forbid",
        "App Service docs, Configure MCP server authorization";
    RG5 Error: "a sign-in ends with AADSTS50011",
        "App Service docs, Configure Microsoft Entra sign-in; Microsoft Entra error codes";
    RG6 Error: "a sign-in ends with AADSTS700054",
        "App Service docs, Configure Microsoft Entra sign-in; Microsoft Entra error codes";
    RG7 Error: "a sign-in ends with AADSTS7000222", "Microsoft Entra error codes";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let Some(registration) = lint.context.registered() else { return };
    if !lint.is_entra_configured {
        return;
    }
    let client_id = lint.registration.at("clientId");
    if let (Some(own), Some(theirs)) = (&lint.client_id, &registration.app_id)
        && own != theirs
    {
        let message = format!("the client ID is not that of the app registration, {theirs}");
        findings.add(&RG1, &client_id, message, "give the app registration of this client ID");
        return;
    }
    let is_api = lint.action == Some(UnauthenticatedAction::Return401);
    let audiences = lint.entra.at("validation").at("allowedAudiences");
    let version = registration.token_version;
    for uri in registration.identifier_uris.iter().filter(|_| is_api && version < 2) {
        let is_listed = |text: &str| text.trim_end_matches('/') == uri.trim_end_matches('/');
        let mut listed = audiences.elements().filter_map(|own| own.text());
        if !audiences.is_unknown() && !listed.any(|text| is_listed(&text)) {
            let message = format!("the App ID URI {} is not listed", crate::escape::Escaped(uri));
            findings.add(&RG2, &audiences, message, "list it");
        }
    }
    let issuer = lint.registration.at("openIdIssuer");
    let is_version_2 =
        issuer.text().is_some_and(|own| own.trim_end_matches('/').ends_with("/v2.0"));
    if is_api && version < 2 && is_version_2 && !registration.identifier_uris.is_empty() {
        let message = "the issuer is of version 2.0, and requestedAccessTokenVersion is not 2";
        findings.add(&RG3, &issuer, message, "set requestedAccessTokenVersion to 2");
    }
    if lint.allowed.as_ref().is_some_and(|allowed| allowed.vs_code)
        && !registration.pre_authorized.iter().any(|id| id.as_str() == VS_CODE)
    {
        let message = "VS Code is allowed here, and not preauthorized in the app registration";
        findings.add(&RG4, &client_id, message, "preauthorize it");
    }
    if lint.service != Service::StaticWebApps {
        callback(lint, findings);
    }
    let asks_for_id_token = lint.parameters.as_ref().and_then(|own| own.get("response_type"));
    let asks_for_id_token = asks_for_id_token.is_some_and(|own| own.contains("id_token"));
    if !registration.issues_id_tokens && (asks_for_id_token || !lint.has_credential) {
        let message = "the sign-in requests an ID token, and enableIdTokenIssuance is off";
        findings.add(&RG6, &client_id, message, "turn on ID tokens in the app registration");
    }
    let secret = lint.registration.at("clientSecretSettingName");
    let is_managed_identity =
        secret.text().is_some_and(|name| name == lint.service.managed_identity_setting());
    if secret.is_filled()
        && !is_managed_identity
        && registration.has_expired_secrets(lint.context.now())
    {
        let message = "every client secret of the app registration has expired";
        findings.add(&RG7, &secret, message, "add a secret, and put it into the setting");
    }
}

fn callback(lint: &Lint<'_>, findings: &mut Findings) {
    let Some(registration) = lint.context.registered() else { return };
    let prefix = lint.sections.at("httpSettings").at("routes").at("apiPrefix");
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
        let message = "the app registration has no redirect URI for the callback of Easy Auth";
        let host = lint.context.host_name().unwrap_or("<host>");
        let remedy = format!(
            "add https://{}{}",
            crate::escape::Escaped(host),
            crate::escape::Escaped(&path)
        );
        findings.add(&RG5, &lint.registration.at("clientId"), message, remedy);
    }
}
