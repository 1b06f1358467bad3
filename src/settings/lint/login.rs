//! `login`: nonce, cookies and redirects.

use std::time::Duration;

use super::{Findings, Lint, Section, Spot, placeholder::final_text, rule::rules};
use crate::settings::{CookieConvention, Form};

rules! {
    LO1 Error: "a stolen answer of the sign-in page can be replayed: this is for debugging only",
        "authSettingsV2 schema, Nonce.validateNonce";
    LO2 Warning: "the platform reads .NET timespans, and falls back or fails on anything else",
        "the form of the defaults that the service answers (00:05:00, 08:00:00)";
    LO3 Warning: "the time is not used: the provider's token decides how long a session lasts",
        "inferred from authSettingsV2 schema, CookieExpirationConvention";
    LO4 Error: "Azure Resource Manager does not know this word, which only the page about settings files has",
        "authSettingsV2 schema, CookieExpirationConvention; App Service docs, File-based configuration";
    LO5 Warning: "a sign-in or a sign-out can lead there, and requests from there are trusted",
        "App Service docs, Customize sign-in; Azure/azure-functions-host#1602";
    LO6 Info: "what stands behind # in the address is lost when a visitor signs in: a single-page \
        application with such routes opens at its start",
        "inferred from authSettingsV2 schema, Login.preserveUrlFragmentsForLogins";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// The longest time that a nonce is good for without a remark; the default is five minutes.
const LONG_NONCE: Duration = Duration::from_secs(24 * 60 * 60);

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let login = lint.sections.at("login");
    nonce(&login.at("nonce"), findings);
    cookie(lint.form, &login.at("cookieExpiration"), findings);
    for url in login.at("allowedExternalRedirectUrls").elements() {
        redirect_url(&url, findings);
    }
    let fragments = login.at("preserveUrlFragmentsForLogins");
    if fragments.flag() == Some(false) && has_hash_route(&login) {
        findings.add(
            &LO6,
            &fragments,
            "the part of an address behind # does not survive a sign-in",
            "set it to true if the application has such routes",
        );
    }
}

fn nonce(nonce: &Spot<'_>, findings: &mut Findings) {
    let validate = nonce.at("validateNonce");
    if validate.flag() == Some(false) {
        findings
            .add(&LO1, &validate, "the nonce of sign-ins is not checked", "set it to true")
            .fix_by_setting(true);
    }
    let interval = nonce.at("nonceExpirationInterval");
    timespan(&interval, findings);
    if interval.time().is_some_and(|time| time > LONG_NONCE) {
        let message = "a nonce is good for more than a day";
        findings.add(&LO2, &interval, message, "five minutes, \"00:05:00\", are the default");
    }
}

fn cookie(form: Form, cookie: &Spot<'_>, findings: &mut Findings) {
    let time = cookie.at("timeToExpiration");
    timespan(&time, findings);
    let convention = cookie.at("convention");
    let Some(text) = convention.text() else { return };
    if CookieConvention::from(&*text) == CookieConvention::IdentityProviderDerived
        && time.is_filled()
    {
        findings.add(
            &LO3,
            &time,
            "a time is set, and the convention is IdentityProviderDerived",
            "leave out the time, or set the convention to FixedTime",
        );
    }
    if text.eq_ignore_ascii_case("IdentityDerived") && form != Form::File {
        findings
            .add(
                &LO4,
                &convention,
                "the convention is IdentityDerived",
                "write IdentityProviderDerived",
            )
            .fix_by_setting(CookieConvention::IdentityProviderDerived.as_str());
    }
}

fn timespan(spot: &Spot<'_>, findings: &mut Findings) {
    if spot.is_placeholder() {
        return;
    }
    let message = match (spot.text(), spot.time()) {
        (Some(_), None) => "this is no timespan",
        (_, Some(Duration::ZERO)) => "the time is zero",
        _ => return,
    };
    findings.add(&LO2, spot, message, "write [d.]hh:mm:ss");
}

fn redirect_url(spot: &Spot<'_>, findings: &mut Findings) {
    let Some(url) = final_text(spot) else { return };
    let lower = url.to_ascii_lowercase();
    let host = lower
        .split_once("://")
        .map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| {
        host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    });
    let (message, remedy) = if lower == "string" {
        ("this is the placeholder of a template", "remove it")
    } else if url.contains('*') {
        ("no source shows that a * stands for anything here", "write each address")
    } else if lower.starts_with("http://") && !is_local {
        ("the address is not encrypted", "write https")
    } else if url.contains('?') {
        ("the query of the address is ignored", "leave it out")
    } else {
        return;
    };
    findings.add(&LO5, spot, message, remedy);
}

/// Whether an address of a single-page application is among those that a sign-in may lead to: the only
/// trace that such an application leaves in the document.
fn has_hash_route(login: &Spot<'_>) -> bool {
    let urls = login.at("allowedExternalRedirectUrls").texts().unwrap_or_default();
    urls.iter().any(|url| url.contains('#'))
}
