//! Settings documents: recorded answers, Microsoft's samples and documentation, tests of other tools.
//!
//! What the linter says of each is pinned in `tests/data/conformance-settings.tsv`, and was held
//! against the rules one by one.

use std::{fs, path::Path};

use easyauth::settings::{
    ALL_SETTINGS, AuthSettingsV1, AuthSettingsV2, Finding, Form, SettingsErrorKind, Severity,
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

const PINNED: &str = include_str!("../data/conformance-settings.tsv");
const REPORTS: &str = include_str!("../data/conformance-reports.tsv");

/// Documents of a tool's recorded tests that turn Easy Auth on without a provider. That is an error.
const ON_WITHOUT_PROVIDER: [&str; 5] = [
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

/// The JSON without whitespace between its tokens.
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
            assert_eq!(
                rules(&again.lint()),
                rules(&settings.lint()),
                "whitespace changes the findings"
            );
            let form = format!("{:?}", settings.form());
            (settings, form)
        }
        Err(error) if error.kind() == SettingsErrorKind::FirstVersion => {
            let old: AuthSettingsV1 = text.parse().unwrap();
            assert_eq!(compact(old.as_json()), compact(text));
            (old.migrate().settings().clone(), "AuthSettingsV1".to_owned())
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
            let expected = if ON_WITHOUT_PROVIDER.contains(&&*name) { "UN1" } else { "" };
            let of = |finding: &&Finding| finding.rule();
            assert_eq!(errors.iter().map(of).collect::<String>(), expected, "{name}: {errors:#?}");
        }
    }
}

/// Examples of the specification have settings inside and are none; a template is read in place.
#[test]
fn wrappers_are_told_apart() {
    let Some(folder) = super::folder("auth-settings") else { return };
    for (name, text) in files(&folder) {
        if documents(&text) == [&*text] {
            continue;
        }
        match text.parse::<AuthSettingsV2>() {
            Ok(settings) => assert!(!settings.resource_pointer().is_empty(), "{name}"),
            Err(error) => assert_eq!(error.kind(), SettingsErrorKind::OtherDocument, "{name}"),
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

/// Documents in the shape of public reports, as people have them and as tools print them: what each is,
/// and the rules that the linter finds broken in it, pinned in `tests/data/conformance-reports.tsv`.
#[test]
fn documents_of_reports_are_named_and_checked() {
    let Some(folder) = super::folder("reports/settings") else { return };
    let mut found = Vec::new();
    for part in ["", "forms", "v1"] {
        for (name, bytes) in all_files(&folder.join(part)) {
            found.push(format!("{name}\t{}", report(&bytes)));
        }
    }
    assert!(found.len() >= 60, "too few documents");
    let pinned: Vec<_> = REPORTS.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(found == pinned, "found:\n{}", found.join("\n"));
}

/// What a document is, and what is found in it.
fn report(bytes: &[u8]) -> String {
    match AuthSettingsV2::from_slice(bytes) {
        Ok(settings) => {
            let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}');
            assert_eq!(settings.as_json(), text.trim(), "changed by reading");
            let findings = settings.lint();
            check_fixes(&settings, &findings);
            format!("{:?}\t{}", settings.form(), rules(&findings))
        }
        Err(error) if error.kind() == SettingsErrorKind::FirstVersion => {
            let old = AuthSettingsV1::from_slice(bytes).unwrap();
            let migration = old.migrate();
            let (left, view) = (migration.left_behind().join(" "), old.is_view_of_v2());
            format!(
                "AuthSettingsV1 view: {view}, left behind: {left}\t{}",
                rules(&migration.settings().lint())
            )
        }
        Err(error) => format!("{error}\t"),
    }
}

fn all_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.is_file())
        .map(|path| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The names in the table of settings are those of the specification: a test that loops over the table
/// could not find a typing mistake in it.
#[test]
fn names_of_settings_are_those_of_the_specification() {
    let Some(folder) = super::folder("../facts/auth-settings") else { return };
    let schema = fs::read_to_string(folder.join("schema.md")).unwrap();
    let is_letter = |c: char| c.is_ascii_alphanumeric();
    let words: std::collections::HashSet<&str> = schema.split(|c: char| !is_letter(c)).collect();
    for setting in ALL_SETTINGS {
        for name in setting.pointer().split('/').filter(|name| !name.is_empty() && *name != "*") {
            assert!(words.contains(name), "{name} in {setting:?}");
        }
    }
}

/// The schemas of `schemas/` accept every document; of what they use, this checks all.
#[test]
fn schemas_accept_every_document() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut count = 0;
    for part in ["auth-settings", "reports/settings", "reports/settings/forms"] {
        let Some(folder) = super::folder(part) else { return };
        for (name, bytes) in all_files(&folder) {
            let Ok(settings) = AuthSettingsV2::from_slice(&bytes) else { continue };
            let file = match settings.form() {
                Form::AppService => "app-service",
                Form::AppServiceProperties => "app-service-properties",
                Form::ContainerApp => "container-app",
                Form::ContainerAppProperties => "container-app-properties",
                Form::File => "auth-json",
                Form::StaticWebApp => "staticwebapp",
                _ => "staticwebapp-auth",
            };
            let schema = fs::read_to_string(schemas.join(format!("{file}.schema.json"))).unwrap();
            let schema: Value = serde_json::from_str(&schema).unwrap();
            let json = settings.pointer(&settings.resource_pointer()).unwrap();
            let json: Value = serde_json::from_str(json).unwrap();
            let wrong: Vec<_> = settings
                .lint()
                .iter()
                .filter(|finding| ["ST15", "LP1"].contains(&finding.rule()))
                .map(Finding::pointer)
                .collect();
            if let Err(at) = validate(&schema, &json, String::new()) {
                assert!(wrong.iter().any(|wrong| at.starts_with(wrong.as_str())), "{name}: {at}");
            }
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

/// Where a value is not as the schema says.
fn validate(schema: &Value, json: &Value, at: String) -> Result<(), String> {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => json.is_object(),
        "array" => json.is_array(),
        "string" => json.is_string(),
        "boolean" => json.is_boolean(),
        "integer" => json.is_i64(),
        "number" => json.is_number(),
        "null" => json.is_null(),
        other => panic!("{other}"),
    };
    let types = schema.get("type").map_or(&[][..], |types| match types {
        Value::Array(types) => types,
        one => std::slice::from_ref(one),
    });
    let any_of = schema.get("anyOf").and_then(Value::as_array);
    let is_any =
        any_of.is_none_or(|all| all.iter().any(|one| validate(one, json, at.clone()).is_ok()));
    let is_listed =
        schema.get("enum").and_then(Value::as_array).is_none_or(|all| all.contains(json));
    if (!types.is_empty() && !types.iter().any(is)) || !is_any || !is_listed {
        return Err(at);
    }
    for (name, value) in json.as_object().into_iter().flatten() {
        let inner =
            schema.pointer(&format!("/properties/{name}")).or(schema.get("additionalProperties"));
        if let Some(inner) = inner {
            validate(inner, value, format!("{at}/{name}"))?;
        }
    }
    for (index, value) in json.as_array().into_iter().flatten().enumerate() {
        if let Some(items) = schema.get("items") {
            validate(items, value, format!("{at}/{index}"))?;
        }
    }
    Ok(())
}
