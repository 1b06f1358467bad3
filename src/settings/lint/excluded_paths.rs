//! `globalValidation.excludedPaths`.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
};

use super::{Findings, Lint, Rule, Section, Spot, placeholder::final_text, rule::rules};

rules! {
    EX1 Warning: "it is saved, and probably matches no request: a sign-in is needed there as elsewhere",
        "a recorded answer of the service; what matches is inferred";
    EX2 Warning: "a * stands for the rest of a path, as in /a/b/*, and nothing else has a meaning: it \
        probably matches no request",
        "Azure/azure-docs#86514, Azure/azure-docs#106668";
    EX3 Warning: "nobody needs to sign in there, whatever the other settings say",
        "inferred from authSettingsV2 schema, GlobalValidation.excludedPaths";
    EX4 Info: "the case may matter: a request in another one may need a sign-in",
        "inferred; KelvinTegelaar/CIPP lists one path in two cases";
    EX6 Warning: "the platform answers there itself, before paths are looked at",
        "inferred from authSettingsV2 schema, HttpSettingsRoutes.apiPrefix";
}

/// How many paths are looked at. Nobody lists as many.
const MAX_PATHS: usize = 1000;

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    let sections = &lint.sections;
    let prefix = sections.at("httpSettings").at("routes").at("apiPrefix");
    let prefix = final_text(&prefix).unwrap_or(Cow::Borrowed("/.auth"));
    let entries = sections.at("globalValidation").at("excludedPaths");
    let texts: Vec<_> =
        entries.elements().take(MAX_PATHS).filter_map(|spot| final_text(&spot)).collect();
    let cases = Cases::of(texts.iter().map(|path| &**path));
    for spot in entries.elements().take(MAX_PATHS) {
        let Some(path) = final_text(&spot) else { continue };
        let (spot, path) = (&spot, &*path);
        if !path.starts_with('/') && path != "*" {
            no_path(spot, path, findings);
        } else if let Some((rule, message, remedy)) = in_pattern(path) {
            findings.add(rule, spot, message, remedy);
        } else if is_under(path, &prefix) {
            let message = "this is a path of the platform's own";
            findings.add(&EX6, spot, message, "remove it");
        } else if cases.is_alone(path) {
            let message = "the path has capital letters, and is listed in this case alone";
            findings.add(&EX4, spot, message, "list it in small letters as well");
        }
    }
}

fn no_path(spot: &Spot<'_>, path: &str, findings: &mut Findings) {
    if path.contains("://") {
        let message = "this is an address, not a path";
        findings.add(&EX1, spot, message, "leave out scheme and host");
        return;
    }
    let added =
        findings.add(&EX1, spot, "the path does not begin with a slash", "begin it with one");
    let slashed = format!("/{}", path.trim().trim_start_matches('/'));
    if in_pattern(&slashed).is_none() {
        added.fix_by_setting(slashed);
    }
}

/// What is wrong with a path that begins with a slash, if it is.
fn in_pattern(path: &str) -> Option<(&'static Rule, &'static str, &'static str)> {
    let fixed = path.strip_suffix("/*").unwrap_or(path);
    if path == "/*" || path == "*" {
        Some((&EX3, "the whole application is excluded", "exclude what is to be public alone"))
    } else if path == "/" {
        let message = "the start page is excluded, if not the whole application";
        Some((&EX3, message, "exclude what is to be public alone"))
    } else if fixed.contains('*') {
        let message = "a * stands elsewhere than alone behind the last slash";
        Some((&EX2, message, "write each path, or the folder and /*"))
    } else if fixed.contains(['^', '\\', '|', '[', ']', '?']) || fixed.ends_with('$') {
        let message = "this looks like a regular expression, or has a query";
        Some((&EX2, message, "write each path, or the folder and /*"))
    } else {
        None
    }
}

/// Whether a path is the prefix of the platform's own pages, or below it.
fn is_under(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/').to_ascii_lowercase();
    let path = path.to_ascii_lowercase();
    let rest = path.strip_prefix(&prefix);
    !prefix.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Paths by what they are in small letters: `None` if there is more than one way of writing.
struct Cases<'a>(HashMap<String, Option<&'a str>>);

impl<'a> Cases<'a> {
    fn of(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut cases = HashMap::new();
        for path in paths {
            match cases.entry(path.to_ascii_lowercase()) {
                Entry::Vacant(entry) => {
                    entry.insert(Some(path));
                }
                Entry::Occupied(mut entry) => {
                    if *entry.get() != Some(path) {
                        entry.insert(None);
                    }
                }
            }
        }
        Self(cases)
    }

    /// Whether a path has capital letters, and is there in no other case.
    fn is_alone(&self, path: &str) -> bool {
        let lower = path.to_ascii_lowercase();
        lower != path && self.0.get(&lower).is_some_and(Option::is_some)
    }
}
