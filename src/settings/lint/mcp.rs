//! Servers of the Model Context Protocol (MCP) behind Easy Auth.

use super::{Findings, Lint, Section, rule::rules};
use crate::settings::{Service, UnauthenticatedAction};

rules! {
    MC1 Warning: "scopes without an API are those of Microsoft Graph: clients end with AADSTS650053",
        "entra-docs, Secure an MCP server with Microsoft Entra ID; App Service docs, Configure MCP server \
        authorization";
    MC2 Warning: "an MCP client finds the sign-in service by a 401, and cannot follow a redirect to a page \
        for people",
        "MCP specification 2026-07-28, Authorization; inferred for Easy Auth";
    MC3 Warning: "only the listed applications may call, so VS Code is answered 403",
        "App Service docs, Configure MCP server authorization";
    MC4 Info: "without protected resource metadata (RFC 9728), MCP clients do not find the sign-in service",
        "App Service docs, Configure MCP server authorization; microsoft/azure-container-apps#1736";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// The app setting that makes App Service serve protected resource metadata, with these scopes.
const METADATA: &str = "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES";

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let scopes = lint.context.app_setting(METADATA);
    let serves_metadata = lint.context.has_app_setting(METADATA);
    let allows_vs_code = lint.allowed.as_ref().is_some_and(|allowed| allowed.vs_code);
    if !serves_metadata && !allows_vs_code {
        return;
    }
    let global = lint.sections.at("globalValidation");
    let action = global.at("unauthenticatedClientAction");
    if lint.action == Some(UnauthenticatedAction::RedirectToLoginPage) {
        let message = "MCP clients call, and anonymous requests are redirected to sign-in";
        findings.add(&MC2, &action, message, "set it to Return401");
    }
    let bare = |scopes: &str| {
        let mut scopes = scopes.split([',', ' ']).filter(|scope| !scope.is_empty());
        scopes.any(|scope| !scope.contains("://"))
    };
    if scopes.is_some_and(bare) {
        let message = format!("the app setting {METADATA} has a scope without its API");
        let remedy = "write api://<client ID>/<scope>";
        findings.add(&MC1, &lint.registration.at("clientId"), message, remedy);
    }
    let policy = lint.entra.at("validation").at("defaultAuthorizationPolicy");
    let entries = policy.at("allowedApplications");
    if serves_metadata && entries.is_filled() && lint.allowed.is_some() && !allows_vs_code {
        let message = "MCP metadata is served, and VS Code is not among the applications";
        let remedy = format!("add {}", super::authorization::VS_CODE);
        findings.add(&MC3, &entries, message, remedy);
    }
    if !serves_metadata
        && (lint.context.knows_app_settings() || lint.service != Service::AppService)
    {
        let message = "MCP clients are allowed, and nothing here serves their metadata";
        let remedy = match lint.service {
            Service::AppService => "set the app setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES",
            _ => "serve it in the application: here the platform does not",
        };
        findings.add(&MC4, &entries, message, remedy);
    }
}
