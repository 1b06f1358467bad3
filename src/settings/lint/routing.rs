//! `httpSettings`, and `globalValidation.excludedPaths`.

use std::{borrow::Cow, collections::HashMap};

use super::{
    Findings, Lint, Spot,
    rules::{EX1, EX2, EX3, EX4, EX6, HT1, HT3, HT4, HT5, Rule},
};
use crate::settings::values::{CUSTOM_PROXY, NO_PROXY, PROXY_CONVENTIONS, choice};

/// How many paths are checked. Real documents have far fewer.
const MAX_PATHS: usize = 1000;

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let http = lint.sections.at("httpSettings");
    proxy(&http, findings);
    let prefix = http.at("routes/apiPrefix");
    if prefix.final_text().is_some_and(|prefix| !prefix.starts_with('/') || prefix == "/") {
        findings.add(&HT5, &prefix);
    }
    let prefix = prefix.final_text().unwrap_or(Cow::Borrowed("/.auth"));
    excluded_paths(&lint.sections.at("globalValidation/excludedPaths"), &prefix, findings);
}

fn proxy(http: &Spot<'_>, findings: &mut Findings) {
    let proxy = http.at("forwardProxy");
    let convention = proxy.at("convention");
    let trusted = convention.json().and_then(|json| choice(json, PROXY_CONVENTIONS));
    let require_https = http.at("requireHttps");
    let has_proxy = trusted.as_ref().is_some_and(|own| own != NO_PROXY);
    if require_https.flag() == Some(false) && !has_proxy && !convention.is_unknown() {
        findings.add(&HT1, &require_https);
    }
    let headers = [proxy.at("customHostHeaderName"), proxy.at("customProtoHeaderName")];
    if trusted.as_deref() == Some(CUSTOM_PROXY) {
        if !headers.iter().any(Spot::is_filled) {
            findings.add(&HT3, &convention);
        }
    } else if !convention.is_unknown() {
        for header in headers.iter().filter(|header| header.is_filled()) {
            findings.add(&HT4, header);
        }
    }
}

fn excluded_paths(entries: &Spot<'_>, prefix: &str, findings: &mut Findings) {
    let paths =
        || entries.elements().take(MAX_PATHS).filter_map(|spot| Some((spot, spot.final_text()?)));
    // The paths in lower case; `None` for one that is listed in several cases.
    let mut cases = HashMap::<String, Option<Cow<'_, str>>>::new();
    for (_, path) in paths() {
        let own = cases.entry(path.to_ascii_lowercase()).or_insert_with(|| Some(path.clone()));
        if own.as_ref() != Some(&path) {
            *own = None;
        }
    }
    for (spot, path) in paths() {
        let lower = path.to_ascii_lowercase();
        if !path.starts_with('/') && path != "*" {
            if path.contains("://") {
                let message = "this is an address, not a path";
                findings.say(&EX1, &spot, message, "remove scheme and host");
            } else {
                findings.add(&EX1, &spot);
            }
        } else if let Some((rule, message)) = pattern(&path) {
            findings.say(rule, &spot, message, rule.remedy);
        } else if is_under(&lower, prefix) {
            findings.add(&EX6, &spot);
        } else if lower != *path && cases.get(&lower).is_some_and(Option::is_some) {
            findings.add(&EX4, &spot);
        }
    }
}

/// The mistake in a path that begins with a slash.
fn pattern(path: &str) -> Option<(&'static Rule, &'static str)> {
    let fixed = path.strip_suffix("/*").unwrap_or(path);
    if path == "/*" || path == "*" {
        Some((&EX3, "the whole application is excluded"))
    } else if path == "/" {
        Some((&EX3, "the start page is excluded, if not the whole application"))
    } else if fixed.contains('*') {
        Some((&EX2, "a * is not the last segment"))
    } else if fixed.contains(['^', '\\', '|', '[', ']', '?']) || fixed.ends_with('$') {
        Some((&EX2, "this looks like a regular expression, or has a query"))
    } else {
        None
    }
}

/// Returns `true` for a path, in lower case, that is the prefix of the platform's own pages or below it.
fn is_under(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/').to_ascii_lowercase();
    let rest = path.strip_prefix(&prefix);
    !prefix.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
