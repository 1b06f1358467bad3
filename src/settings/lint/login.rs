//! `login`: the token store, nonce, cookies and redirects.

use std::time::Duration;

use super::{
    Findings, Lint, Severity, Spot,
    rules::{LO1, LO2, LO3, LO4, LO5, LO6, TS1, TS2, TS3, TS4},
};
use crate::{
    login_parameters::LoginParameters,
    platform::Service,
    settings::{Form, values::DERIVED_COOKIE},
};

/// The default, above which the documentation warns.
const USUAL_EXTENSION: Duration = Duration::from_secs(72 * 60 * 60);

/// The longest lifetime of a nonce without a finding. The default is five minutes.
const LONG_NONCE: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let login = lint.sections.at("login");
    // Static Web Apps have no token store.
    if lint.service != Service::StaticWebApps {
        token_store(lint, &login.at("tokenStore"), findings);
    }
    nonce(&login.at("nonce"), findings);
    cookie(lint.form, &login.at("cookieExpiration"), findings);
    let redirects = login.at("allowedExternalRedirectUrls");
    for url in redirects.elements() {
        redirect_url(&url, findings);
    }
    // The only trace that a single-page application leaves in the document.
    let has_hash_route =
        redirects.strings().unwrap_or_default().iter().any(|url| url.contains('#'));
    let fragments = login.at("preserveUrlFragmentsForLogins");
    if fragments.flag() == Some(false) && has_hash_route {
        findings.add(&LO6, &fragments);
    }
}

fn token_store(lint: &Lint<'_>, store: &Spot<'_>, findings: &mut Findings) {
    let (enabled, blob) = (store.at("enabled"), store.at("azureBlobStorage"));
    let is_container_app = lint.service == Service::ContainerApps;
    let mut scopes = lint.parameters.iter().flat_map(LoginParameters::scopes);
    let needs_tokens = scopes.any(|scope| !scope.is_openid() || scope.as_str() == "offline_access");
    if enabled.flag() != Some(true) && !enabled.is_unknown() && needs_tokens {
        let added = findings.add(&TS1, &enabled);
        // A container app also needs a place for them.
        if !is_container_app {
            added.fix_by_setting(true);
        }
    }

    let has_sas_url = blob.at("sasUrlSettingName").is_filled();
    let has_container = has_sas_url || blob.at("blobContainerUri").is_filled();
    if is_container_app && enabled.flag() == Some(true) && !blob.is_unknown() && !has_container {
        findings.add(&TS2, &blob);
    }
    let directory = store.at("fileSystem/directory");
    // In Container Apps, another rule is about the directory.
    if !is_container_app && directory.is_filled() && has_sas_url {
        findings.add(&TS3, &directory);
    }

    let extension = store.at("tokenRefreshExtensionHours");
    match extension.hours() {
        Some(Duration::ZERO) => {
            let message = "a session cannot be refreshed after its token expires";
            findings.say(&TS4, &extension, message, TS4.remedy);
        }
        Some(time) if time > USUAL_EXTENSION => {
            let message = "a session can be refreshed more than three days after its token expires";
            findings.say(&TS4, &extension, message, TS4.remedy);
        }
        None if extension.is_filled() && !extension.is_placeholder() => {
            let message = "this is not a number of hours";
            let added = findings.say(&TS4, &extension, message, "write 72, the default");
            added.severity(Severity::Warning);
        }
        _ => {}
    }
}

fn nonce(nonce: &Spot<'_>, findings: &mut Findings) {
    let validate = nonce.at("validateNonce");
    if validate.flag() == Some(false) {
        findings.add(&LO1, &validate).fix_by_setting(true);
    }
    let interval = nonce.at("nonceExpirationInterval");
    timespan(&interval, findings);
    if interval.time().is_some_and(|time| time > LONG_NONCE) {
        let message = "a nonce is valid for more than a day";
        findings.say(&LO2, &interval, message, "five minutes, \"00:05:00\", are the default");
    }
}

fn cookie(form: Form, cookie: &Spot<'_>, findings: &mut Findings) {
    let time = cookie.at("timeToExpiration");
    timespan(&time, findings);
    let convention = cookie.at("convention");
    let Some(text) = convention.text() else { return };
    if text.eq_ignore_ascii_case(DERIVED_COOKIE) && time.is_filled() {
        findings.add(&LO3, &time);
    }
    if text.eq_ignore_ascii_case("IdentityDerived") && form != Form::File {
        findings.add(&LO4, &convention).fix_by_setting(DERIVED_COOKIE);
    }
}

fn timespan(spot: &Spot<'_>, findings: &mut Findings) {
    let message = match (spot.text(), spot.time()) {
        _ if spot.is_placeholder() => return,
        (Some(_), None) => "this is not a timespan",
        (_, Some(Duration::ZERO)) => "the time is zero",
        _ => return,
    };
    findings.say(&LO2, spot, message, LO2.remedy);
}

fn redirect_url(spot: &Spot<'_>, findings: &mut Findings) {
    let Some(url) = spot.final_text() else { return };
    let lower = url.to_ascii_lowercase();
    let host = lower
        .split_once("://")
        .map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| {
        host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    });
    let (message, remedy) = if lower == "string" {
        ("this is a placeholder of a template", "remove it")
    } else if url.contains('*') {
        ("no source shows that a * is a wildcard here", LO5.remedy)
    } else if lower.starts_with("http://") && !is_local {
        ("the address is not encrypted", "write https")
    } else if url.contains('?') {
        ("the query of the address is ignored", "remove it")
    } else {
        return;
    };
    findings.say(&LO5, spot, message, remedy);
}
