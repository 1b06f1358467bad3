//! The linter: each rule with a document that breaks it alone, and one that almost does.

mod app_settings;
mod authorization;
mod container_apps;
mod excluded_paths;
mod fixes;
mod http;
mod issuer;
mod login;
mod login_parameters;
mod mcp;
mod platform;
mod providers;
mod registration;
mod secrets;
mod shapes;
mod static_web_apps;
mod structure;
mod token_store;
mod unauthenticated;
mod unknown;

use easyauth::settings::{AuthSettingsV2, Finding, Rule};

/// Documents without any finding.
pub(crate) const SITE: &str = include_str!("../../data/settings/site.json");
pub(crate) const CONTAINER_APP: &str = include_str!("../../data/settings/container-app.json");
pub(crate) const FILE: &str = include_str!("../../data/settings/auth.json");
pub(crate) const STATIC_WEB_APP: &str =
    include_str!("../../data/settings/staticwebapp.config.json");

/// Changes to a document: JSON Pointers, below `/properties` if that is where its sections are, and the
/// JSON to be there; nothing to remove it.
pub(crate) type Changes<'c> = &'c [(&'c str, &'c str)];

#[track_caller]
pub(crate) fn changed(document: &str, changes: Changes<'_>) -> AuthSettingsV2 {
    let mut settings: AuthSettingsV2 = document.parse().unwrap();
    let wrapper = if settings.pointer("/properties").is_some() { "/properties" } else { "" };
    for (pointer, json) in changes {
        let pointer = match pointer.strip_prefix("//") {
            Some(whole) => format!("/{whole}"),
            None => format!("{wrapper}{pointer}"),
        };
        if json.is_empty() {
            assert!(settings.remove_pointer(&pointer), "{pointer}");
        } else {
            settings.set_pointer(&pointer, json).unwrap();
        }
    }
    settings
}

/// Asserts that the changed document has findings of this rule alone, at these places, and that a fix,
/// if there is one, ends them and does nothing when it is done again. Returns the first.
#[track_caller]
pub(crate) fn fires_in(document: &str, rule: &str, at: &[&str], changes: Changes<'_>) -> Finding {
    let settings = changed(document, changes);
    let findings = settings.lint();
    let found: Vec<_> = findings.iter().map(|own| (own.rule(), own.pointer())).collect();
    let wrapper = if settings.pointer("/properties").is_some() { "/properties" } else { "" };
    let expected: Vec<_> = at.iter().map(|at| (rule, format!("{wrapper}{at}"))).collect();
    assert_eq!(found, expected, "{findings:#?}");
    for finding in findings.iter().filter(|finding| finding.is_fixable()) {
        let mut fixed = settings.clone();
        assert!(finding.fix(&mut fixed));
        let once = fixed.clone();
        assert!(finding.fix(&mut fixed));
        assert_eq!(fixed, once, "fixed twice");
        let after = fixed.lint();
        assert!(!after.contains(finding), "{after:#?}");
        fixes::opens_nothing(&settings, &fixed);
    }
    findings.into_iter().next().unwrap()
}

/// [`fires_in`] the site's document, at one place.
#[track_caller]
pub(crate) fn fires(rule: &str, at: &str, changes: Changes<'_>) -> Finding {
    fires_in(SITE, rule, &[at], changes)
}

/// Asserts that the changed document has no finding at all.
#[track_caller]
pub(crate) fn passes_in(document: &str, changes: Changes<'_>) {
    let findings = changed(document, changes).lint();
    assert!(findings.is_empty(), "{findings:#?}");
}

/// [`passes_in`] the site's document.
#[track_caller]
pub(crate) fn passes(changes: Changes<'_>) {
    passes_in(SITE, changes);
}

/// Asserts that the first finding's fix sets its place to this JSON; nothing if it is removed.
#[track_caller]
pub(crate) fn fixes(rule: &str, at: &str, changes: Changes<'_>, json: Option<&str>) {
    let finding = fires(rule, at, changes);
    let mut settings = changed(SITE, changes);
    assert!(finding.fix(&mut settings), "{finding:?}");
    let value = settings.pointer(&finding.pointer()).map(str::split_whitespace);
    assert_eq!(value.map(Iterator::collect::<String>).as_deref(), json);
}

/// The findings of a rule in the changed document, whatever others there are.
#[track_caller]
pub(crate) fn of_rule(document: &str, rule: &str, changes: Changes<'_>) -> Vec<Finding> {
    let findings = changed(document, changes).lint();
    findings.into_iter().filter(|finding| finding.rule() == rule).collect()
}

/// Asserts that the rule has nothing to say about the changed document of the site, in which another
/// rule may have.
#[track_caller]
pub(crate) fn silent(rule: &str, changes: Changes<'_>) {
    assert_eq!(of_rule(SITE, rule, changes), []);
}

/// Asserts what a finding says: what is wrong, and the remedy.
#[track_caller]
pub(crate) fn says(finding: &Finding, message: &str, remedy: &str) {
    assert_eq!((finding.message(), finding.remedy()), (message, remedy));
}

/// The rules that speak of a whole document, and where.
pub(crate) fn found(settings: &AuthSettingsV2) -> Vec<(&'static str, String)> {
    settings.lint().iter().map(|finding| (finding.rule(), finding.pointer())).collect()
}

#[test]
fn good_documents_have_no_findings() {
    for document in [SITE, CONTAINER_APP, FILE, STATIC_WEB_APP] {
        passes_in(document, &[]);
    }
}

#[test]
fn rules_have_names_of_their_own() {
    let mut names: Vec<_> = Rule::all().map(Rule::id).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    for rule in Rule::all() {
        let plain = |text: &str| !text.is_empty() && !text.ends_with('.') && !text.contains("  ");
        assert!(plain(rule.why()) && plain(rule.source()), "{}", rule.id());
    }
}
