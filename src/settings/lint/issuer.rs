//! `openIdIssuer` of Entra.

use super::{Findings, Lint, Section, Severity, Spot, placeholder::final_text, rule::rules};
use crate::{
    resource::{Cloud, Scope},
    settings::{Service, UnauthenticatedAction},
};

rules! {
    IS1 Warning: "sign-ins work, and yet no token names this issuer: one that a caller brings can be \
        refused with IDX10205",
        "App Service docs, Configure Microsoft Entra sign-in; Azure/azure-docs#12552";
    IS2 Error: "the version 2.0 endpoint takes no resource: a sign-in ends with AADSTS901002",
        "Azure/azure-docs#75135";
    IS3 Warning: "the version 1.0 endpoint passes over the scopes of an API: the access token is not \
        for it",
        "inferred from App Service docs, Work with OAuth tokens";
    IS4 Error: "there is no metadata at this address, so nobody can sign in",
        "inferred; the example in the authSettingsV2 schema, openIdIssuer, is in this order";
    IS5 Warning: "the platform does not check the tenant: accounts of any tenant are let in",
        "App Service docs, Configure Microsoft Entra sign-in";
    IS7 Error: "such an address serves no metadata, so sign-ins fail",
        "Azure AD B2C docs, Set up sign-in for App Service: the metadata is that of a user flow";
    IS6 Warning: "the platform finds no metadata there, or metadata with another issuer",
        "authSettingsV2 schema, openIdIssuer";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// Other hosts of the services that sign in, and that of the German cloud which is closed. `login-us` is an
/// older host for US Government tenants (MSAL, instance discovery metadata).
const SIGN_IN_ALIASES: [&str; 6] = [
    "login-us.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "login.usgovcloudapi.net",
    "login.chinacloudapi.cn",
    "login.microsoftonline.de",
];

/// What stands behind an issuer in the address of its metadata (OpenID Connect Discovery 1.0, section 4).
const METADATA: &str = "/.well-known/openid-configuration";

/// The hosts of version 1.0 issuers. Azure Government has that of the public cloud.
const VERSION_1_HOSTS: [&str; 2] = ["sts.windows.net", "sts.chinacloudapi.cn"];

const FORM: &str =
    "write https://login.microsoftonline.com/<tenant id>/v2.0, with the host of your cloud";

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    if !lint.is_entra_configured {
        return;
    }
    let spot = lint.registration.at("openIdIssuer");
    let Some(text) = final_text(&spot) else { return };
    // The address of the metadata works as well.
    let (text, query) = match text.split_once(METADATA) {
        Some((issuer, query)) => (issuer, query.strip_prefix('?').unwrap_or_default()),
        None => (&*text, ""),
    };
    let issuer = match Issuer::read(text) {
        Ok(issuer) => issuer,
        Err(message) => {
            findings.add(&IS6, &spot, message, FORM);
            return;
        }
    };
    if issuer.lacks_policy(query) {
        let message = "the issuer is one of Azure AD B2C, and names no user flow";
        let remedy = "write https://<name>.b2clogin.com/<tenant>/<user flow>/v2.0/";
        findings.add(&IS7, &spot, message, remedy);
        return;
    }
    if let Some(address) = issuer.in_order() {
        let message = "the version stands in front of the tenant";
        findings.add(&IS4, &spot, message, "write the tenant, then v2.0").fix_by_setting(address);
        return;
    }
    version(lint, &spot, &issuer, findings);
    if issuer.is_of_any_tenant()
        && !names_principals(lint)
        && !lint.context.has_app_setting("WEBSITE_AUTH_AAD_ALLOWED_TENANTS")
    {
        let message = "the issuer stands for many tenants, and nothing here says which are let in";
        let remedy = match lint.service {
            Service::StaticWebApps => "write the tenant's id, or give roles by tenant",
            _ => {
                "write the tenant's id; or list tenants, ten at most, in the app setting \
                 WEBSITE_AUTH_AAD_ALLOWED_TENANTS; or check the tenant in the application"
            }
        };
        findings.add(&IS5, &spot, message, remedy);
    }
}

/// The version of the endpoint, and what only the other one takes.
fn version(lint: &Lint<'_>, spot: &Spot<'_>, issuer: &Issuer<'_>, findings: &mut Findings) {
    let parameters = lint.entra.at("login").at("loginParameters");
    if !issuer.is_version_2() {
        if issuer.is_entra() && parameters.elements().any(|own| asks_for_api(&own)) {
            let message = "the issuer is of version 1.0, and a scope of an API is asked for";
            findings.add(&IS3, spot, message, "end the issuer with /v2.0");
        }
        return;
    }
    for parameter in parameters.elements() {
        if final_text(&parameter).is_some_and(|text| text.starts_with("resource=")) {
            findings.add(
                &IS2,
                &parameter,
                "a resource is asked for, and the issuer is of version 2.0",
                "ask for scope=openid and a scope of that API instead",
            );
        }
    }
    if issuer.is_at(&VERSION_1_HOSTS) {
        let severity = if is_called(lint) { Severity::Warning } else { Severity::Info };
        findings
            .add(
                &IS1,
                spot,
                "the host is that of version 1.0 issuers, and the end that of version 2.0",
                FORM,
            )
            .severity(severity);
    }
}

fn asks_for_api(parameter: &Spot<'_>) -> bool {
    let Some(text) = final_text(parameter) else { return false };
    let scopes = text.strip_prefix("scope=").unwrap_or_default();
    scopes.split(' ').filter_map(|scope| Scope::parse(scope).ok()).any(|scope| !scope.is_openid())
}

/// Whether the document shows that callers bring tokens.
fn is_called(lint: &Lint<'_>) -> bool {
    let refuses = matches!(
        lint.action,
        Some(
            UnauthenticatedAction::Return401
                | UnauthenticatedAction::Return403
                | UnauthenticatedAction::Return404
        )
    );
    refuses || lint.allowed.as_ref().is_some_and(|allowed| allowed.others)
}

/// Whether users or groups are named, whose ids are those of one tenant.
fn names_principals(lint: &Lint<'_>) -> bool {
    let validation = lint.entra.at("validation");
    let principals = validation.at("defaultAuthorizationPolicy").at("allowedPrincipals");
    principals.at("groups").is_filled()
        || principals.at("identities").is_filled()
        || validation.at("jwtClaimChecks").at("allowedGroups").is_filled()
}

/// An issuer by its parts.
struct Issuer<'a> {
    host: &'a str,
    /// Those that are not empty.
    segments: Vec<&'a str>,
}

impl<'a> Issuer<'a> {
    /// Or what keeps it from being one.
    fn read(text: &'a str) -> Result<Self, &'static str> {
        let (host, path) = text
            .split_once("://")
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
            .map(|(_, rest)| rest.split_once('/').unwrap_or((rest, "")))
            .ok_or("the issuer is no https address")?;
        if text.contains(['?', '#']) {
            return Err("the issuer has a query or a fragment");
        }
        Ok(Self { host, segments: path.split('/').filter(|own| !own.is_empty()).collect() })
    }

    fn is_at(&self, hosts: &[&str]) -> bool {
        hosts.iter().any(|own| self.host.eq_ignore_ascii_case(own))
    }

    fn is_entra(&self) -> bool {
        Cloud::ALL.iter().any(|cloud| self.is_at(&[cloud.sign_in_host()]))
            || self.is_at(&SIGN_IN_ALIASES)
            || self.is_at(&VERSION_1_HOSTS)
    }

    fn is_version_2(&self) -> bool {
        self.segments.last().is_some_and(|last| is_version(last))
    }

    /// Whether it is one of Azure AD B2C without a user flow: a segment between tenant and version, or
    /// `p=` in the query of the metadata address.
    fn lacks_policy(&self, query: &str) -> bool {
        let is_b2c = self.host.to_ascii_lowercase().ends_with(".b2clogin.com");
        let has_policy = query.split('&').any(|pair| pair.starts_with("p=") && pair.len() > 2);
        let segments = self.segments.iter().filter(|own| !is_version(own));
        is_b2c && !has_policy && segments.count() < 2
    }

    fn is_of_any_tenant(&self) -> bool {
        let is_any = |own: &&str| ["common", "organizations"].contains(&&*own.to_ascii_lowercase());
        self.is_entra() && self.segments.first().is_some_and(is_any)
    }

    /// The address in its order, if version and tenant are swapped.
    fn in_order(&self) -> Option<String> {
        match *self.segments {
            [version, tenant] if self.is_entra() && is_version(version) && !is_version(tenant) => {
                Some(format!("https://{}/{tenant}/{version}", self.host))
            }
            _ => None,
        }
    }
}

fn is_version(segment: &str) -> bool {
    segment.eq_ignore_ascii_case("v2.0")
}
