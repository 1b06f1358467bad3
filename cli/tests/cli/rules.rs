//! The pages of the rules: each example has exactly the mistake that its rule is about.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use easyauth::settings::{AuthSettingsV2, Context, Finding, Rule};
use serde_json::{Value, json};

use crate::{run, shows};

const PAGES: &str = "docs/rules";

/// RFC 7396.
fn merged(mut base: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    if !base.is_object() {
        base = json!({});
    }
    let members = base.as_object_mut().unwrap();
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            let own = members.remove(name).unwrap_or_default();
            members.insert(name.clone(), merged(own, value));
        }
    }
    base
}

fn document(name: &str, patch: &Value) -> Value {
    let text = fs::read_to_string(format!("../tests/data/settings/{name}")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    match document.get("properties") {
        Some(properties) => {
            let properties = merged(properties.clone(), patch);
            document["properties"] = properties;
            document
        }
        None => merged(document, patch),
    }
}

/// An app registration that fits the site.
fn registration() -> Value {
    let own = "11112222-bbbb-3333-cccc-4444dddd5555";
    json!({
        "appId": own,
        "identifierUris": [format!("api://{own}")],
        "api": {"requestedAccessTokenVersion": 2, "preAuthorizedApplications": []},
        "web": {
            "redirectUris": ["https://orders.azurewebsites.net/.auth/login/aad/callback"],
            "implicitGrantSettings": {"enableIdTokenIssuance": true},
        },
        "passwordCredentials": [{"endDateTime": "2030-01-01T00:00:00Z"}],
    })
}

/// An excerpt, put into a document without findings, and its findings.
fn lint(example: &Value, excerpt: &Value) -> (AuthSettingsV2, Vec<Finding>) {
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000); // 2027
    let site = || document("site.json", &example["settings"]);
    let context = Context::default();
    let with_app_settings = |list: &Value| {
        // The secret of the site, so that no other rule has a finding.
        let mut all = list.as_array().unwrap().clone();
        let secret = "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET";
        if !all.iter().any(|own| own["name"].as_str().unwrap().ends_with("SECRET")) {
            all.push(json!({"name": secret, "value": "", "slotSetting": true}));
        }
        Context::default().app_settings(&Value::Array(all).to_string()).unwrap()
    };
    let (document, context) = match example["of"].as_str().unwrap() {
        "site" if example["settings"].is_array() => {
            (document("site.json", excerpt), with_app_settings(&example["settings"]))
        }
        "site" => (document("site.json", excerpt), context),
        "container-app" => (document("container-app.json", excerpt), context),
        "file" => (document("auth.json", excerpt), context),
        "static-web-app" => (document("staticwebapp.config.json", excerpt), context),
        "document" => (merged(json!({}), excerpt), context),
        "app-settings" => (site(), with_app_settings(excerpt)),
        "registration" => {
            let whole = merged(registration(), excerpt).to_string();
            (site(), context.registration(&whole).unwrap().at(now))
        }
        other => panic!("{other}"),
    };
    // The order of members is that of the rules' own tests.
    let settings: AuthSettingsV2 = document.to_string().parse().unwrap();
    let findings = settings.lint_with(&context);
    (settings, findings)
}

fn examples() -> Vec<Value> {
    serde_json::from_str(&run(&["settings", "rule", "--json"], "").out).unwrap()
}

#[test]
fn examples_have_exactly_the_mistake() {
    let mut failures = Vec::new();
    for rule in examples() {
        let (id, example) = (rule["rule"].as_str().unwrap(), &rule["example"]);
        let found = |excerpt: &str| -> BTreeSet<&'static str> {
            lint(example, &example[excerpt]).1.iter().map(Finding::rule).collect()
        };
        let also =
            example["alsoFoundBy"].as_array().unwrap().iter().map(|own| own.as_str().unwrap());
        let expected: BTreeSet<&str> = also.chain([id]).collect();
        let (wrong, right) = (found("wrong"), found("right"));
        // Where other rules find the wrong excerpt too, they can find the right one.
        if wrong != expected || right.contains(id) || !right.is_subset(&expected) {
            failures.push(format!("{id}: wrong {wrong:?}, right {right:?}"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// What the platform lets through without a sign-in.
fn open(settings: &AuthSettingsV2) -> BTreeSet<String> {
    use easyauth::settings::{UnauthenticatedAction, global_validation, platform};
    let action = settings.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
    let file = settings.get(platform::CONFIG_FILE_PATH).filter(|path| !path.is_empty());
    let everything = [
        ("off", settings.get(platform::ENABLED) == Some(false)),
        ("anonymous", action == Some(UnauthenticatedAction::AllowAnonymous)),
        ("optional", settings.get(global_validation::REQUIRE_AUTHENTICATION) == Some(false)),
        ("decided by a file", file.is_some()),
    ];
    let everything = everything.into_iter().filter(|(_, is_so)| *is_so);
    let paths = settings.get(global_validation::EXCLUDED_PATHS).unwrap_or_default();
    everything.map(|(name, _)| name.to_owned()).chain(paths).collect()
}

#[test]
fn no_fix_opens_more_than_the_platform_does_today() {
    let mut count = 0;
    for rule in examples() {
        let example = &rule["example"];
        for excerpt in ["wrong", "right"] {
            let (before, findings) = lint(example, &example[excerpt]);
            for finding in findings {
                let mut after = before.clone();
                count += usize::from(finding.fix(&mut after));
                assert!(open(&after).is_subset(&open(&before)), "{finding}");
            }
        }
    }
    assert!(count > 10, "only {count} fixes");
}

#[test]
fn every_rule_has_an_example() {
    for rule in Rule::all() {
        let page = run(&["settings", "rule", rule.id()], "").out;
        shows(&page, &["symptom", "wrong, in ", "right, in "]);
        let last = page.lines().find(|line| line.contains("https://docs.rs/")).unwrap();
        assert!(last.ends_with(&format!("/rules/{}/index.html", rule.id())), "{last}");
    }
}

#[test]
fn one_rule_as_a_page() {
    assert_eq!(
        run(&["settings", "rule", "lp3"], "").out,
        r#"LP3 (error)
  symptom  a sign-in ends with AADSTS9000411
  why      both are sent, and a sign-in ends with AADSTS9000411
  source   MicrosoftDocs/azure-docs#81536
  page     https://docs.rs/easyauth-cli/latest/easyauth_cli/rules/LP3/index.html

wrong, in the settings of an app of App Service:
  {
    "identityProviders": {
      "azureActiveDirectory": {
        "login": {
          "loginParameters": [
            "prompt=login",
            "prompt=consent"
          ]
        }
      }
    }
  }

right, in the settings of an app of App Service:
  {
    "identityProviders": {
      "azureActiveDirectory": {
        "login": {
          "loginParameters": [
            "prompt=login"
          ]
        }
      }
    }
  }
"#
    );
}

/// `UPDATE_RULES=1` writes the pages.
#[test]
fn the_pages_are_up_to_date() {
    let rules = Rule::all().map(|rule| {
        let page = run(&["settings", "rule", rule.id(), "--markdown"], "").out;
        (format!("{}.md", rule.id()), page)
    });
    let list = ("README.md".to_owned(), run(&["settings", "rule", "--markdown"], "").out);
    let pages: Vec<(String, String)> = rules.chain([list]).collect();
    if std::env::var_os("UPDATE_RULES").is_some() {
        fs::create_dir_all(PAGES).unwrap();
        for (name, page) in &pages {
            fs::write(Path::new(PAGES).join(name), page).unwrap();
        }
    }
    for (name, page) in &pages {
        let file = fs::read_to_string(Path::new(PAGES).join(name)).unwrap_or_default();
        assert_eq!(&file, page, "{name}: UPDATE_RULES=1 writes the pages");
    }
    assert_eq!(fs::read_dir(PAGES).unwrap().count(), pages.len());
}

/// The documentation has a module for each rule.
#[test]
fn the_documentation_has_every_page() {
    let source = fs::read_to_string("src/rules.rs").unwrap();
    let (_, list) = source.split_once("pages! {").unwrap();
    let listed: Vec<&str> = list.trim_end_matches(['}', '\n']).split_whitespace().collect();
    assert_eq!(listed, Rule::all().map(Rule::id).collect::<Vec<_>>());
}
