//! The formats of `easyauth settings lint`, its rules, and what clap generates.

use std::{fs, path::PathBuf, process::Command};

use easyauth::settings::Rule;
use serde_json::{Value, json};

use crate::{rejected, run, shows};

const STORY: &str = "../examples/authsettings.json";
const CONTAINER_APP: &str = "../tests/data/settings/container-app.json";
const STATIC_WEB_APP: &str = "../tests/data/settings/staticwebapp.config.json";
/// Rule EX1 at line 1, column 52, after a letter of two UTF-16 units.
const DOCUMENT: &str =
    r#"{"tags":"𝄞","globalValidation":{"excludedPaths":["public/*"]},"login":{}}"#;

fn lint(args: &[&str], stdin: &str) -> crate::Outcome {
    run(&[&["settings", "lint"], args].concat(), stdin)
}

#[test]
fn sarif_has_rules_results_and_places() {
    let outcome = lint(&["--format", "sarif", STORY, STATIC_WEB_APP], "");
    assert_eq!((outcome.status, outcome.err.as_str()), (1, ""));
    let log: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Rule::all().count());
    let json: Value =
        serde_json::from_str(&lint(&["--json", STORY, STATIC_WEB_APP], "").out).unwrap();
    let findings: Vec<(&Value, &Value)> = json["files"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|file| {
            file["findings"].as_array().unwrap().iter().map(|finding| (&file["file"], finding))
        })
        .collect();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());
    assert!(!results.is_empty());
    for (result, (file, finding)) in results.iter().zip(findings) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], finding["rule"]);
        assert_eq!(rules[index]["id"], finding["rule"]);
        let level = match finding["severity"].as_str().unwrap() {
            "info" => "note",
            other => other,
        };
        assert_eq!(result["level"], level);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(&place["artifactLocation"]["uri"], file);
        assert_eq!(place["region"]["startLine"], finding["line"]);
        assert_eq!(place["region"]["startColumn"], finding["column"]);
        let pointer = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
        assert_eq!(pointer, &finding["pointer"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
}

/// `serde_sarif` has types made from the schema of SARIF 2.1.0: required members, enumerations, and no other
/// members, which would be lost.
#[test]
fn sarif_is_valid() {
    let folder = Folder::new("valid");
    let empty = folder.file("empty.json");
    fs::write(&empty, r#"{"platform":{"enabled":true}}"#).unwrap();
    for files in [&[STORY, STATIC_WEB_APP][..], &[&empty], &[CONTAINER_APP]] {
        let out = lint(&[&["--format", "sarif"], files].concat(), "").out;
        let log: Value = serde_json::from_str(&out).unwrap();
        let typed: serde_sarif::sarif::Sarif = serde_json::from_str(&out).unwrap();
        assert_eq!(serde_json::to_value(typed).unwrap(), log);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let positive = |name: &str| region[name].as_u64().is_some_and(|number| number > 0);
            assert!(positive("startLine") && positive("startColumn"), "{region}");
        }
    }
    let log: Value = serde_json::from_str(&lint(&["--format", "sarif", STORY], "").out).unwrap();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        let page =
            format!("https://docs.rs/easyauth-cli/latest/easyauth_cli/rules/{id}/index.html");
        assert_eq!(rule["helpUri"], page);
    }
}

/// What else is known of the site.
#[test]
fn files_of_the_site_are_read() {
    const SITE: &str = "../tests/data/settings/site.json";
    let folder = Folder::new("site-files");
    let write = |name: &str, text: &str| {
        let file = folder.file(name);
        fs::write(&file, text).unwrap();
        file
    };
    let rules = |args: &[&str]| {
        let outcome = lint(&[&["--json", SITE], args].concat(), "");
        let page: Value = serde_json::from_str(&outcome.out).unwrap();
        let findings = page["files"][0]["findings"].as_array().unwrap().clone();
        findings.iter().map(|own| own["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(rules(&[]).is_empty());
    let none = write("none.json", "[]");
    assert_eq!(rules(&["--app-settings", &none]), ["AP1"]);
    let name = "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET";
    let free = write("free.json", &format!(r#"{{"properties":{{"{name}":"Canary"}}}}"#));
    let slots = write("slots.json", r#"{"properties":{"appSettingNames":[]}}"#);
    assert_eq!(rules(&["--app-settings", &free, "--slot-settings", &slots]), ["AP2"]);
    let registration = write(
        "registration.json",
        r#"{"appId":"11112222-bbbb-3333-cccc-4444dddd5555","web":{"redirectUris":["https://orders.azurewebsites.net/.auth/login/aad/callback"]}}"#,
    );
    assert!(rules(&["--registration", &registration]).is_empty());
    let host = ["--registration", &registration, "--host", "orders.contoso.com"];
    assert_eq!(rules(&host), ["RG5"]);
    for (option, error) in
        [("--app-settings", "cannot open FILE: "), ("--registration", "cannot open FILE: ")]
    {
        let outcome = lint(&[SITE, option, "no/such/file"], "");
        let start = format!("error: {option}: {error}");
        assert!(outcome.err.starts_with(&start), "{}", outcome.err);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""));
    }
    let outcome = lint(&[SITE, "--app-settings", &registration], "");
    assert!(outcome.err.starts_with("error: --app-settings: "), "{}", outcome.err);
    assert_eq!(
        lint(&[SITE, "--slot-settings", &slots], "").err,
        "error: --app-settings is missing\n"
    );
}

/// The line of a finding shows no secret, and every page fits the terminal.
#[test]
fn excerpts_cover_secrets_and_fit() {
    let secret = "aB3~Canary-8Q-Secret_9xYz";
    let one_line = format!(
        r#"{{"platform":{{"enabled":true}},"identityProviders":{{"azureActiveDirectory":{{"registration":{{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555","clientSecretSettingName":"{secret}","openIdIssuer":"x"}}}}}},"login":{{"unknown":"{secret}","nonce":{{"validateNonce":false}}}},"globalValidation":{{}},"httpSettings":{{}}}}"#
    );
    let value: Value = serde_json::from_str(&one_line).unwrap();
    for document in [one_line, serde_json::to_string_pretty(&value).unwrap()] {
        for columns in [None, Some(20), Some(60), Some(250)] {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut world = easyauth_cli::World {
                now: crate::at(crate::NOW),
                env: easyauth_cli::Environment::default(),
                is_stdin_terminal: false,
                color: false,
                columns,
                stdin: &mut document.as_bytes(),
                stdout: &mut out,
                stderr: &mut err,
            };
            let args = ["settings", "lint", "-"].map(Into::into);
            assert_eq!(easyauth_cli::run(args, &mut world), 1);
            let out = String::from_utf8(out).unwrap();
            assert!(out.contains("error[SE2]") && out.contains("error[LO1]"), "{out}");
            assert!(!out.contains("Canary"), "{out}");
            let most = columns.unwrap_or(100).clamp(50, 100);
            // JSON pointers and addresses are not broken.
            let is_prose = |line: &&str| !line.contains(" = at: /") && !line.contains("https://");
            let prose = out.lines().filter(is_prose);
            let longest = prose.map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= most + 2, "{longest} of {most}: {out}");
        }
    }
}

/// Stars cover a secret letter by letter, so that the value after it stays marked.
#[test]
fn a_covered_secret_keeps_its_width() {
    #[track_caller]
    fn check(secret: &str, width: usize) {
        let document = format!(
            "{{\"identityProviders\":{{\"facebook\":{{\"registration\":{{\n\
             \"appSecretSettingName\":\"{secret}\"}}}}}},\"login\":{{\"nonce\":{{\"validateNonce\":false}}}},\n\
             \"httpSettings\":{{\"requireHttps\":false}}}}"
        );
        let out = lint(&["-"], &document).out;
        let mut lines = out.lines().skip_while(|line| !line.contains("error[LO1]"));
        let (line, marks) = (lines.nth(3).unwrap(), lines.next().unwrap());
        assert!(line.contains(&format!("\"{}\"", "*".repeat(width))), "{out}");
        let before = line.split_once("false").unwrap().0.chars().count();
        assert_eq!(marks.split_once("^^^^^").unwrap().0.chars().count(), before, "{out}");
        let mut lines = out.lines().skip_while(|line| !line.contains("[HT1]"));
        assert!(lines.nth(3).unwrap().contains("\"requireHttps\":false"), "{out}");
    }
    check("Geheim-Canary", 13);
    check("Schlüssel-ÄÖÜ-€", 15);
    check(r#"quoted-\""#, 9);
}

/// A document of megabytes on one line stays fast: only the place is shown.
#[test]
fn a_long_line_is_not_shown() {
    let paths = vec![r#""public""#; 20_000].join(",");
    let document =
        format!(r#"{{"globalValidation":{{"excludedPaths":[{paths}]}},"platform":{{}}}}"#);
    let out = lint(&["-"], &document).out;
    assert!(out.contains("\n--> -:1:39\n"), "{out}");
    assert!(out.len() < 100_000, "{}", out.len());
}

#[test]
fn sarif_counts_characters_and_encodes_paths() {
    let folder = Folder::new("sarif");
    let file = folder.file("a b%ü.json");
    fs::write(&file, DOCUMENT).unwrap();
    let log: Value = serde_json::from_str(&lint(&["--format", "sarif", &file], "").out).unwrap();
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    let result = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["ruleId"] == "EX1")
        .unwrap();
    let place = &result["locations"][0]["physicalLocation"];
    let column = DOCUMENT.split_once("\"public").unwrap().0.chars().count() + 1;
    assert_eq!(place["region"], json!({"startLine": 1, "startColumn": column}));
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.ends_with("/a%20b%25%C3%BC.json"), "{uri}");
}

#[test]
fn github_shows_annotations() {
    let outcome = lint(&["--format", "github", STORY], "");
    let line = "::warning file=../examples/authsettings.json,line=20,col=9,title=EX1::the path does \
                not begin with a slash: it is saved, and probably matches no request%0ARemedy: begin it \
                with a slash";
    assert!(outcome.out.lines().any(|own| own == line), "{}", outcome.out);
    let count = lint(&["--json", STORY], "").out.matches("\"rule\"").count();
    assert_eq!(outcome.out.lines().count(), count);
    let folder = Folder::new("github");
    let file = folder.file("a,b:c%.json");
    fs::write(&file, DOCUMENT).unwrap();
    let outcome = lint(&["--format", "github", &file], "");
    assert!(outcome.out.contains("/a%2Cb%3Ac%25.json,line=1,"), "{}", outcome.out);
}

#[test]
fn rules_are_denied_and_allowed() {
    let count = |args: &[&str], severity: &str| {
        let outcome = lint(&[args, &["--json", STORY]].concat(), "");
        let page: Value = serde_json::from_str(&outcome.out).unwrap();
        (page["files"][0][severity].as_u64().unwrap(), outcome.status)
    };
    let (warnings, status) = count(&[], "warnings");
    assert_eq!((count(&[], "errors").0, status), (0, 1));
    assert_eq!(count(&["--deny", "EX1"], "errors"), (1, 1));
    assert_eq!(count(&["--deny", "ex1"], "warnings").0, warnings - 1);
    let (left, _) = count(&["--allow", "EX1"], "warnings");
    assert_eq!(left, warnings - 1);
    // Everything allowed: nothing is found, and nothing is fixed.
    let all: Vec<&str> = Rule::all().flat_map(|rule| ["--allow", rule.id()]).collect();
    assert_eq!(count(&all, "warnings"), (0, 0));
    let story = fs::read_to_string(STORY).unwrap();
    let outcome = lint(&[&all[..], &["--fix"]].concat(), &story);
    assert_eq!((outcome.out, outcome.err.as_str(), outcome.status), (story, "", 0));
    // A denied note is an error.
    let info = |more: &[&str]| lint(&[more, &["-"]].concat(), r#"{"platform":{}}"#);
    let page: Value = serde_json::from_str(&info(&["--json"]).out).unwrap();
    let note = page["files"][0]["findings"].as_array().unwrap().iter();
    let note = note.clone().find(|finding| finding["severity"] == "info");
    if let Some(rule) = note.map(|finding| finding["rule"].as_str().unwrap()) {
        assert_eq!(info(&["--deny", rule]).status, 1);
    }
}

#[test]
fn a_repository_has_a_configuration_file() {
    let folder = Folder::new("config");
    fs::create_dir_all(folder.0.join("repository/.git")).unwrap();
    fs::create_dir_all(folder.0.join("repository/sites/web")).unwrap();
    let story = fs::canonicalize(STORY).unwrap();
    let story = story.to_str().unwrap();
    let run_in = |path: &str, args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_easyauth"))
            .args(["settings", "lint", "--json", story])
            .args(args)
            .current_dir(folder.0.join(path))
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        (String::from_utf8(output.stdout).unwrap().contains("\"EX1\""), err)
    };
    // A file above the repository does not count.
    fs::write(folder.0.join(".easyauth.json"), r#"{"allow": ["EX1"]}"#).unwrap();
    assert_eq!(run_in("repository/sites/web", &[]), (true, String::new()));
    fs::write(folder.0.join("repository/.easyauth.json"), r#"{"allow": ["EX1"]}"#).unwrap();
    assert_eq!(run_in("repository/sites/web", &[]), (false, String::new()));
    assert_eq!(run_in("repository", &["--deny", "EX1"]), (true, String::new()));
    let other = folder.file("other.json");
    fs::write(&other, "{}").unwrap();
    assert_eq!(run_in("repository", &["--config", &other]), (true, String::new()));

    let expected = "expected {\"deny\": [RULES], \"allow\": [RULES]}\n";
    for (text, error) in [
        ("", "invalid at line 1, column 0: "),
        (r#"{"allow": "Canary"}"#, "invalid at line 1, column 18: "),
        (r#"{"Canary": []}"#, "invalid at line 1, column 9: "),
    ] {
        fs::write(&other, text).unwrap();
        let error = format!("error: the configuration file is {error}{expected}");
        assert_eq!(run_in("repository", &["--config", &other]).1, error, "{text}");
    }
    fs::write(&other, r#"{"deny": ["Canary"]}"#).unwrap();
    let error = "error: the configuration file is invalid: unknown rule; `easyauth settings rule` \
                 lists all\n";
    assert_eq!(run_in("repository", &["--config", &other]).1, error);
}

#[test]
fn every_rule_is_explained() {
    for rule in Rule::all() {
        let page = run(&["settings", "rule", rule.id()], "").out;
        let first = format!("{} ({})", rule.id(), rule.severity().as_str());
        assert_eq!(page.lines().next(), Some(&*first));
        shows(&page, &[rule.why(), rule.source()]);
    }
    let list = run(&["settings", "rule"], "").out;
    assert_eq!(list.lines().count(), Rule::all().count());
    assert!(list.lines().all(|line| line.chars().count() <= 100), "{list}");
    let json: Value = serde_json::from_str(&run(&["settings", "rule", "--json"], "").out).unwrap();
    assert_eq!(json.as_array().unwrap().len(), Rule::all().count());
    let one: Value =
        serde_json::from_str(&run(&["settings", "rule", "ex1", "--json"], "").out).unwrap();
    assert!(json.as_array().unwrap().contains(&one));
    let error = "RULE: unknown rule; `easyauth settings rule` lists all";
    rejected(&["settings", "rule", "Canary"], "", error);
}

/// A run over many documents stays a single process.
#[test]
fn many_documents_are_linted_at_once() {
    let files = vec![STORY; 200];
    let outcome = lint(&[&["--json"], &files[..]].concat(), "");
    let page: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(page["files"].as_array().unwrap().len(), 200);
}

#[cfg(feature = "manual")]
#[test]
fn shells_and_manuals_know_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell], "");
        assert_eq!((script.status, script.err.as_str()), (0, ""));
        for name in ["inspect", "add-scope", "--upstream"] {
            if name == "--upstream" && cfg!(not(feature = "serve")) {
                continue;
            }
            assert!(script.out.contains(name.trim_start_matches('-')), "{shell} lacks {name}");
        }
    }
    let page = run(&["man", "settings", "add-scope"], "").out;
    assert!(page.contains("easyauth\\-settings\\-add\\-scope"), "{page}");
    assert!(run(&["man"], "").out.contains("inspect"));
    rejected(&["man", "Canary"], "", "unknown command; --help lists them");
    rejected(&["completions", "Canary"], "", "SHELL: expected bash, elvish, fish, powershell, zsh");
}

/// Shells on Windows, and configurations of hooks, pass patterns on.
#[test]
fn patterns_stand_for_files() {
    let folder = Folder::new("patterns");
    fs::create_dir_all(folder.0.join("prod/eu")).unwrap();
    for name in ["b.json", "a.json", "a.txt", "prod/eu/c.json", "[a].json"] {
        fs::write(folder.0.join(name), DOCUMENT).unwrap();
    }
    let named = |patterns: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(|name| folder.file(name)).collect();
        let args: Vec<&str> =
            std::iter::once("--json").chain(patterns.iter().map(String::as_str)).collect();
        let json: Value = serde_json::from_str(&lint(&args, "").out).unwrap();
        let start = format!("{}/", folder.file("").trim_end_matches(['/', '\\']));
        let files: Vec<String> = match json["files"].as_array() {
            Some(files) => files.iter().map(|file| file["file"].as_str().unwrap().into()).collect(),
            None => vec![json["file"].as_str().unwrap().into()],
        };
        files.iter().map(|file| file.replace(&start, "")).collect::<Vec<_>>()
    };
    assert_eq!(named(&["?.json"]), ["a.json", "b.json"]);
    assert_eq!(named(&["**/*.json"]), ["[a].json", "a.json", "b.json", "prod/eu/c.json"]);
    // In the order of the arguments. A name without wildcards is not changed.
    assert_eq!(named(&["prod/*/*", "b.json", "a.*"]).len(), 4);
    assert_eq!(named(&["[ab].json", "a.txt"]), ["a.json", "b.json", "a.txt"]);
    // A file of exactly this name comes first.
    assert_eq!(named(&["[a].json", "a.json"]), ["[a].json", "a.json"]);
    let none = "no file matches the pattern of FILE; expected at least one";
    rejected(&["settings", "lint", &folder.file("*.yaml")], "", none);
    // The pattern matches only a folder.
    rejected(&["settings", "lint", &folder.file("pro?")], "", none);
    let wrong =
        "expected a file or a pattern: recursive wildcards must form a single path component";
    rejected(&["settings", "lint", &folder.file("a**.json")], "", wrong);
}

/// A directory of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("easyauth-lint-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
