//! Settings documents: recorded answers, Microsoft's samples and documentation, tests of other tools.
//!
//! What the linter says of each is pinned in `tests/data/conformance-settings.tsv`, and was held
//! against the rules one by one.

use std::{fs, path::Path};

use easyauth::settings::{AuthSettingsV1, AuthSettingsV2, Finding, SettingsError, Severity};
use serde::Deserialize;
use serde_json::value::RawValue;

const PINNED: &str = include_str!("../data/conformance-settings.tsv");

/// Recorded tests of a tool with Easy Auth on and nobody to sign in with: an error it is.
const NOBODY_TO_SIGN_IN_WITH: [&str; 5] = [
    "cli_authv2runtimeversionupdated.json",
    "wire_put_excluded_paths_request.json",
    "wire_put_excluded_paths_response_c_no_slash.json",
    "wire_put_string_bool_request.json",
    "wire_v1_list_after_v2_enabled.json",
];

/// A deployment template, with settings among its resources.
#[derive(Deserialize)]
struct Template<'a> {
    #[serde(borrow)]
    resources: Vec<&'a RawValue>,
}

/// An example of the REST API's specification: a request and its answer.
#[derive(Deserialize)]
struct Example<'a> {
    #[serde(borrow)]
    parameters: Parameters<'a>,
    responses: Responses<'a>,
}

#[derive(Deserialize)]
struct Parameters<'a> {
    #[serde(borrow, rename = "authConfigEnvelope")]
    envelope: &'a RawValue,
}

#[derive(Deserialize)]
struct Responses<'a> {
    #[serde(borrow, rename = "200")]
    ok: Answer<'a>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
}

/// The settings documents in a file: itself, or those inside of it.
fn documents(text: &str) -> Vec<&str> {
    if let Ok(template) = serde_json::from_str::<Template<'_>>(text) {
        let is_settings = |resource: &&RawValue| resource.get().contains("\"authsettingsV2\"");
        return template.resources.into_iter().filter(is_settings).map(RawValue::get).collect();
    }
    if let Ok(example) = serde_json::from_str::<Example<'_>>(text) {
        return vec![example.parameters.envelope.get(), example.responses.ok.body.get()];
    }
    vec![text]
}

/// The JSON without white space between its parts.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |character: &char| {
        let is_quote = *character == '"' && !escaped;
        escaped = in_string && *character == '\\' && !escaped;
        in_string ^= is_quote;
        in_string || !character.is_ascii_whitespace()
    };
    json.trim_start_matches('\u{feff}').chars().filter(keep).collect()
}

/// The document in this version, and what it is; moved on if it is of the first.
fn read(text: &str) -> (AuthSettingsV2, String) {
    match text.parse::<AuthSettingsV2>() {
        Ok(settings) => {
            assert_eq!(compact(settings.as_json()), compact(text));
            assert_eq!(compact(&serde_json::to_string(&settings).unwrap()), compact(text));
            let again: AuthSettingsV2 = compact(text).parse().unwrap();
            assert_eq!(again.as_json(), compact(text), "byte by byte");
            assert_eq!(rules(&again.lint()), rules(&settings.lint()), "white space plays a part");
            let form = format!("{:?}", settings.form());
            (settings, form)
        }
        Err(SettingsError::FirstVersion) => {
            let old: AuthSettingsV1 = text.parse().unwrap();
            assert_eq!(compact(old.as_json()), compact(text));
            (old.migrate().into_settings(), "AuthSettingsV1".to_owned())
        }
        Err(error) => panic!("{error}"),
    }
}

fn rules(findings: &[Finding]) -> String {
    let of = |finding: &Finding| finding.rule().to_owned();
    findings.iter().map(of).collect::<Vec<_>>().join(" ")
}

/// The text with something real where a sample leaves it open.
fn filled_in(text: &str) -> String {
    let mut parts = text.split('<');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('>').expect("a placeholder");
        filled.push_str(match name {
            "openIdIssuer" => {
                "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"
            }
            "delegatedPermission1" | "delegatedPermission2" => "User.Read",
            name if name.to_ascii_lowercase().contains("secret") || name.contains('_') => "setting",
            _ => "11112222-bbbb-3333-cccc-4444dddd5555",
        });
        filled.push_str(rest);
    }
    filled
}

#[test]
fn every_document_is_read_and_written_back() {
    let Some(folder) = super::folder("auth-settings") else { return };
    let mut found = Vec::new();
    for (name, text) in files(&folder) {
        for document in documents(&text) {
            let (settings, form) = read(document);
            let findings = settings.lint();
            found.push(format!("{name}\t{form}\t{}", rules(&findings)));
            check_fixes(&settings, &findings);
        }
    }
    let pinned: Vec<_> = PINNED.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(found == pinned, "found:\n{}", found.join("\n"));
}

#[test]
fn what_works_for_others_has_no_error() {
    let Some(folder) = super::folder("auth-settings") else { return };
    for (name, text) in files(&folder) {
        for document in documents(&filled_in(&text)) {
            let findings = read(document).0.lint();
            let errors: Vec<_> =
                findings.iter().filter(|finding| finding.severity() == Severity::Error).collect();
            let expected = if NOBODY_TO_SIGN_IN_WITH.contains(&&*name) { "UN1" } else { "" };
            let of = |finding: &&Finding| finding.rule();
            assert_eq!(errors.iter().map(of).collect::<String>(), expected, "{name}: {errors:#?}");
        }
    }
}

/// A file that has settings inside is none itself.
#[test]
fn wrappers_are_no_settings() {
    let Some(folder) = super::folder("auth-settings") else { return };
    for (_, text) in files(&folder) {
        if documents(&text) != [&*text] {
            assert_eq!(text.parse::<AuthSettingsV2>().unwrap_err(), SettingsError::NotSettings);
        }
    }
}

fn check_fixes(settings: &AuthSettingsV2, findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| finding.is_fixable()) {
        let mut fixed = settings.clone();
        assert!(finding.fix(&mut fixed));
        let once = fixed.clone();
        assert!(finding.fix(&mut fixed));
        assert_eq!(fixed, once);
        assert!(!fixed.lint().contains(finding), "{finding}");
    }
}

/// The documents with their names, in the order of these.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(files.len() >= 25, "too few documents");
    files.sort();
    files
}
