//! `openIdIssuer` of Entra.

use super::{
    Findings, Lint, Severity, Spot,
    rules::{IS1, IS2, IS3, IS4, IS5, IS6, IS7},
};
use crate::{
    issuer::{SignIn, customer_domain},
    platform::Service,
    resource::Scope,
    settings::UnauthenticatedAction::{Return401, Return403, Return404},
};

/// The path from an issuer to its metadata (OpenID Connect Discovery 1.0, section 4).
const METADATA: &str = "/.well-known/openid-configuration";

/// The sign-in host of the former German cloud, which is closed.
const CLOSED: &str = "login.microsoftonline.de";

const FORM: &str =
    "write https://login.microsoftonline.com/<tenant id>/v2.0, with the host of your cloud";

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    if !lint.is_entra_configured {
        return;
    }
    let spot = lint.registration.at("openIdIssuer");
    let Some(text) = spot.final_text() else { return };
    // The address of the metadata works as well.
    let (text, query) = match text.split_once(METADATA) {
        Some((issuer, query)) => (issuer, query.strip_prefix('?').unwrap_or_default()),
        None => (&*text, ""),
    };
    let issuer = match Issuer::read(text) {
        Ok(issuer) => issuer,
        Err(message) => {
            findings.say(&IS6, &spot, message, FORM);
            return;
        }
    };
    if issuer.lacks_policy(query) {
        findings.add(&IS7, &spot);
        return;
    }
    if let Some(address) = issuer.in_order() {
        findings.add(&IS4, &spot).fix_by_setting(address);
        return;
    }
    version(lint, &spot, &issuer, findings);
    // The IDs of users and groups are those of one tenant.
    let names_principals = ["allowedPrincipals/groups", "allowedPrincipals/identities"]
        .map(|name| lint.policy.at(name))
        .iter()
        .chain(&[lint.entra.at("validation/jwtClaimChecks/allowedGroups")])
        .any(Spot::is_filled);
    if issuer.is_of_any_tenant()
        && !names_principals
        && !lint.context.has_app_setting("WEBSITE_AUTH_AAD_ALLOWED_TENANTS")
    {
        let remedy = match lint.service {
            Service::StaticWebApps => "write the tenant ID, or assign roles by tenant",
            _ => {
                "write the tenant ID; or list tenants, ten at most, in the app setting \
                 WEBSITE_AUTH_AAD_ALLOWED_TENANTS; or check the tenant in the application"
            }
        };
        findings.say(&IS5, &spot, IS5.message, remedy);
    }
}

/// The version of the endpoint, and parameters that only the other version has.
fn version(lint: &Lint<'_>, spot: &Spot<'_>, issuer: &Issuer<'_>, findings: &mut Findings) {
    let parameters = lint.entra.at("login/loginParameters");
    if !issuer.is_version_2() {
        if issuer.is_entra() && parameters.elements().any(|own| requests_api(&own)) {
            findings.add(&IS3, spot);
        }
        return;
    }
    for parameter in parameters.elements() {
        if parameter.final_text().is_some_and(|text| text.starts_with("resource=")) {
            findings.add(&IS2, &parameter);
        }
    }
    if SignIn::is_v1_host(&issuer.host) {
        let is_called = matches!(lint.action, Some(Return401 | Return403 | Return404))
            || lint.allowed.as_ref().is_some_and(|allowed| allowed.others);
        let severity = if is_called { Severity::Warning } else { Severity::Info };
        findings.say(&IS1, spot, IS1.message, FORM).severity(severity);
    }
}

fn requests_api(parameter: &Spot<'_>) -> bool {
    let Some(text) = parameter.final_text() else { return false };
    let scopes = text.strip_prefix("scope=").unwrap_or_default();
    scopes.split(' ').filter_map(|scope| Scope::parse(scope).ok()).any(|scope| !scope.is_openid())
}

/// The parts of an issuer.
struct Issuer<'a> {
    /// In lower case.
    host: String,
    /// The segments that are not empty.
    segments: Vec<&'a str>,
}

impl<'a> Issuer<'a> {
    fn read(text: &'a str) -> Result<Self, &'static str> {
        let (host, path) = text
            .split_once("://")
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
            .map(|(_, rest)| rest.split_once('/').unwrap_or((rest, "")))
            .ok_or("the issuer is not an https address")?;
        if text.contains(['?', '#']) {
            return Err("the issuer has a query or a fragment");
        }
        let segments = path.split('/').filter(|own| !own.is_empty()).collect();
        Ok(Self { host: host.to_ascii_lowercase(), segments })
    }

    fn is_entra(&self) -> bool {
        SignIn::at(&self.host).is_some() || self.host == CLOSED
    }

    fn is_version_2(&self) -> bool {
        self.segments.last().is_some_and(|last| is_version(last))
    }

    /// Returns `true` for an issuer of Azure AD B2C without a user flow, which is a segment between tenant
    /// and version, or `p=` in the query of the metadata address.
    fn lacks_policy(&self, query: &str) -> bool {
        let is_b2c =
            customer_domain(&self.host).is_some_and(|domain| domain.starts_with("b2clogin."));
        let has_policy = query.split('&').any(|pair| pair.starts_with("p=") && pair.len() > 2);
        let segments = self.segments.iter().filter(|own| !is_version(own));
        is_b2c && !has_policy && segments.count() < 2
    }

    fn is_of_any_tenant(&self) -> bool {
        let is_any = |own: &&str| ["common", "organizations"].contains(&&*own.to_ascii_lowercase());
        self.is_entra() && self.segments.first().is_some_and(is_any)
    }

    /// The address in the right order, if version and tenant are swapped.
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
