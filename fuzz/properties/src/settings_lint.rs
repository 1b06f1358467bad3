//! The findings of the linter, and their fixes.

use easyauth::settings::{
    AuthSettingsV2, Finding, Rule, UnauthenticatedAction, custom, entra, global_validation,
    platform, sections,
};

use super::{
    json::Json,
    secrets::CANARY,
    settings_changes::reread,
    settings_model::{Lists, at, member, put, steps},
    share::Share,
};

/// How often all fixes may be applied until none is left. A wrong name hides its members, on each level of a
/// document, and a finding there can hide another one.
const MAX_ROUNDS: usize = 12;

type Check = fn(&AuthSettingsV2, &Json, &mut Share);

pub(crate) fn check(settings: &AuthSettingsV2, root: &Json, share: &mut Share) {
    let checks: [Check; 2] = [check_findings, check_secrets];
    for check in share.of(&checks) {
        check(settings, root, share);
    }
}

pub(crate) fn check_fixes(settings: &AuthSettingsV2, root: &Json, share: &mut Share) {
    let checks: [Check; 2] = [check_each_fix, check_all_fixes];
    for check in share.of(&checks) {
        check(settings, root, share);
    }
}

fn check_findings(settings: &AuthSettingsV2, root: &Json, _: &mut Share) {
    let findings = settings.lint();
    assert_eq!(findings, settings.lint());
    let places: Vec<_> = findings.iter().map(|finding| place(finding.rule())).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{findings:?}");
    for finding in &findings {
        check_finding(settings, root, finding);
    }
}

/// The position of a rule among all rules.
fn place(rule: &str) -> Option<usize> {
    Rule::all().position(|own| own.id() == rule)
}

/// A finding points to a place, prints one line, and is the same as JSON.
fn check_finding(settings: &AuthSettingsV2, root: &Json, finding: &Finding) {
    let pointer = finding.pointer();
    let steps = steps(&pointer);
    assert!(steps.is_some(), "{pointer}");
    let found = steps.as_ref().and_then(|steps| at(root, steps));
    let got = settings.pointer(&pointer).and_then(|json| Json::read(json.as_bytes()));
    assert_eq!(got.as_ref(), found, "{finding}");
    // A missing member has a parent that exists.
    assert!(found.is_some() || steps.is_some_and(|steps| !steps.is_empty()), "{finding}");

    let line = finding.to_string();
    assert!(!line.chars().any(char::is_control), "{line}");
    assert!(
        [finding.message(), finding.why(), finding.remedy()]
            .iter()
            .all(|part| { line.contains(part) && !part.is_empty() })
    );
    let json = serde_json::to_value(finding).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str);
    assert_eq!(text("rule"), Some(finding.rule()));
    assert_eq!(text("severity"), Some(finding.severity().as_str()));
    assert_eq!(text("pointer"), Some(pointer.as_str()));
    assert_eq!(text("message"), Some(finding.message()));
    assert_eq!(text("remedy"), Some(finding.remedy()));
    assert_eq!(json.get("fixable"), Some(&finding.is_fixable().into()));
}

fn check_each_fix(settings: &AuthSettingsV2, root: &Json, share: &mut Share) {
    for finding in share.of(&settings.lint()) {
        check_fix(settings, root, finding);
    }
}

/// A fix removes its finding, and applying it twice changes nothing more.
fn check_fix(settings: &AuthSettingsV2, root: &Json, finding: &Finding) {
    let mut fixed = settings.clone();
    assert_eq!(finding.fix(&mut fixed), finding.is_fixable());
    if !finding.is_fixable() {
        assert_eq!(fixed, *settings);
        return;
    }
    let once = fixed.clone();
    assert!(finding.fix(&mut fixed));
    assert_eq!(fixed, once, "fixed twice: {finding}");
    let mut left = leaves(&reread(&fixed));
    for leaf in leaves(&without(root, finding)) {
        let place = left.iter().position(|own| *own == leaf);
        assert!(place.map(|place| left.swap_remove(place)).is_some(), "{leaf} is lost: {finding}");
    }
    assert!(!fixed.lint().iter().any(|other| is_same(other, finding)), "not fixed: {finding}");
    assert!(opens_nothing(settings, &fixed), "opens more: {finding}");
}

/// Returns `true` if the fixed document lets no more through without a sign-in.
fn opens_nothing(before: &AuthSettingsV2, after: &AuthSettingsV2) -> bool {
    let gates = |settings: &AuthSettingsV2| {
        let action = settings.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
        [
            settings.get(platform::ENABLED) == Some(false),
            action == Some(UnauthenticatedAction::AllowAnonymous),
            settings.get(global_validation::REQUIRE_AUTHENTICATION) == Some(false),
            settings.get(platform::CONFIG_FILE_PATH).is_some_and(|path| !path.is_empty()),
        ]
    };
    let paths = |settings: &AuthSettingsV2| {
        settings.get(global_validation::EXCLUDED_PATHS).unwrap_or_default()
    };
    let old = paths(before);
    gates(before).iter().zip(gates(after)).all(|(before, after)| *before || !after)
        && paths(after).iter().all(|path| path.is_empty() || old.contains(path))
}

/// The document without the wrong member.
fn without(root: &Json, finding: &Finding) -> Json {
    let mut root = root.clone();
    if let Some(steps) = steps(&finding.pointer()).filter(|steps| at(&root, steps).is_some()) {
        put(&mut root, &steps, Json::list([]), Lists::Have);
    }
    root
}

/// All strings, numbers and other values that have an effect.
fn leaves(json: &Json) -> Vec<String> {
    match json {
        Json::List(items) => items.iter().flat_map(leaves).collect(),
        Json::Object(members) => {
            let names = members.iter().map(|(name, _)| name.as_str());
            let mut names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
            names.sort();
            names.dedup();
            names.iter().filter_map(|name| member(json, name)).flat_map(leaves).collect()
        }
        Json::Null => Vec::new(),
        leaf => vec![leaf.to_string()],
    }
}

fn is_same(one: &Finding, other: &Finding) -> bool {
    (one.rule(), one.pointer(), one.message()) == (other.rule(), other.pointer(), other.message())
}

/// Applying all fixes ends.
fn check_all_fixes(settings: &AuthSettingsV2, _: &Json, _: &mut Share) {
    let before = settings;
    let mut settings = settings.clone();
    let fixable = |settings: &AuthSettingsV2| -> Vec<Finding> {
        settings.lint().into_iter().filter(Finding::is_fixable).collect()
    };
    let mut left = fixable(&settings);
    for _ in 0..MAX_ROUNDS {
        for finding in &left {
            finding.fix(&mut settings);
        }
        left = fixable(&settings);
        if left.is_empty() {
            break;
        }
    }
    assert!(left.is_empty(), "{left:?}");
    assert!(opens_nothing(before, &settings), "opens more");
    reread(&settings);
}

/// Output never shows a value in a place for a secret or for the name of a setting.
fn check_secrets(settings: &AuthSettingsV2, root: &Json, share: &mut Share) {
    if root.to_string().contains(CANARY) {
        return;
    }
    let marks: [fn(&str) -> String; 3] =
        [|text| format!("{CANARY}{text}"), |text| format!("{text}{CANARY}"), |_| CANARY.to_owned()];
    for mark in share.of(&marks) {
        let text = marked(root, *mark, false).to_string();
        let Ok(settings) = AuthSettingsV2::parse_as(settings.form(), &text) else { continue };
        for printed in printed(&settings) {
            assert!(!printed.contains(CANARY), "{printed}");
        }
    }
}

/// The document with other values for its secrets and names of settings.
fn marked(json: &Json, mark: fn(&str) -> String, is_secret: bool) -> Json {
    match json {
        Json::Text(text) if is_secret => Json::Text(mark(text)),
        Json::List(items) => Json::list(items.iter().map(|item| marked(item, mark, is_secret))),
        Json::Object(members) => Json::object(
            members
                .iter()
                .map(|(name, value)| (name.as_str(), marked(value, mark, has_secret(name)))),
        ),
        json => json.clone(),
    }
}

/// Returns `true` if a member of this name has a secret, or has one in place of the name of a setting.
fn has_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["settingname", "secretname", "secret"].iter().any(|end| name.ends_with(end))
}

/// All output about a document, except the values of getters.
fn printed(settings: &AuthSettingsV2) -> Vec<String> {
    let mut printed = vec![format!("{settings:?} {settings:#?}")];
    for finding in settings.lint() {
        let json = serde_json::to_string(&finding).unwrap_or_default();
        printed.push(format!("{finding} {finding:?} {json}"));
    }
    printed.push(format!("{:?}", settings.get(sections::IDENTITY_PROVIDERS)));
    printed.push(format!("{:?}", settings.get(sections::LOGIN)));
    for name in settings.custom_providers() {
        printed.push(format!("{:?}", settings.get(custom::PROVIDER.of(&name))));
    }
    printed.push(format!("{:?}", settings.read(entra::CLIENT_SECRET_SETTING_NAME).err()));
    printed
}
