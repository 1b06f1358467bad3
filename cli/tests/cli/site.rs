//! `easyauth settings get`, `apply` and `add-scope --site`, against a fake Azure Resource Manager.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use easyauth::AccessToken;
use easyauth_cli::Environment;
use serde_json::{Value, json};

#[cfg(unix)]
use crate::languages::words_in_shell;
use crate::{
    Outcome,
    arm::{FakeArm, Fault},
    run_at_terminal, shows, token,
};

const STORY: &str = "../examples/authsettings.json";
const SITE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/orders-rg/\
                    providers/Microsoft.Web/sites/orders";
const APP: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/orders-rg/\
                   providers/Microsoft.App/containerApps/orders";
const PARAMETERS: &str = "/properties/identityProviders/azureActiveDirectory/login/loginParameters";
const WITH_ARM: &str = "scope=openid email profile https://management.azure.com/user_impersonation";
const BUSY: &str =
    r#"{"Code":"Conflict","Message":"busy","Details":[{"ErrorEntity":{"ExtendedCode":"59203"}}]}"#;

/// A directory of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("easyauth-site-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn story() -> String {
    fs::read_to_string(STORY).unwrap()
}

/// A token for this audience until 15:00.
fn token_for(audience: &str) -> String {
    token(&format!(r#"{{"aud":"{audience}","exp":1773327600}}"#))
}

fn environment(arm: &FakeArm, audience: &str) -> Environment {
    let mut env = Environment::default();
    env.token = Some(AccessToken::new(token_for(audience)));
    env.arm_origin = Some(arm.origin().parse().unwrap());
    env
}

fn run(arm: &FakeArm, args: &[&str], stdin: &str) -> Outcome {
    let env = environment(arm, "https://management.azure.com");
    run_at_terminal(env, &[&["settings"], args].concat(), stdin)
}

fn add_scope<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["add-scope", "arm", "user_impersonation", "--site", SITE], more].concat()
}

#[track_caller]
fn fails(outcome: &Outcome, status: u8, error: &str) {
    assert_eq!((outcome.err.as_str(), outcome.status), (error, status));
}

#[test]
fn settings_are_read() {
    let arm = FakeArm::start(&story(), []);
    let outcome = run(&arm, &["get", "--site", SITE], "");
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(document, arm.document());
    assert_eq!(arm.log(), [format!("GET {SITE}/config/authsettingsV2?api-version=2025-05-01")]);
}

/// Slots, container apps and national clouds have their own addresses.
#[test]
fn every_kind_of_site_is_read() {
    let arm = FakeArm::start(&story(), []);
    let get = |audience: &str, args: &[&str]| {
        let env = environment(&arm, audience);
        let outcome = run_at_terminal(env, &[&["settings", "get", "--site"], args].concat(), "");
        assert_eq!(outcome.status, 0, "{}", outcome.err);
        arm.log().pop().unwrap()
    };
    let public = "https://management.azure.com";
    let slot = format!("GET {SITE}/slots/staging/config/authsettingsV2?api-version=2025-05-01");
    assert_eq!(get(public, &[SITE, "--slot", "staging"]), slot);
    assert_eq!(get(public, &[&format!("{SITE}/slots/staging")]), slot);
    let app = format!("GET {APP}/authConfigs/current?api-version=2026-07-01");
    assert_eq!(get(public, &[APP]), app);
    let gov = ["--cloud", "us-gov", "--api-version", "2024-11-01"];
    assert_eq!(
        get("https://management.usgovcloudapi.net", &[&[SITE], &gov[..]].concat()),
        format!("GET {SITE}/config/authsettingsV2?api-version=2024-11-01")
    );
    let outcome = run(&arm, &["get", "--site", APP, "--slot", "staging"], "");
    assert!(outcome.err.starts_with("error: --slot: "), "{}", outcome.err);
}

/// The whole story: the difference, the question, the backup, the request, and the command that restores the settings.
#[test]
fn a_scope_is_added_to_a_site() {
    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let before = arm.document();
    let backup = folder.file("backup.json");
    let outcome = run(&arm, &add_scope(&["--backup", &backup]), "y\n");
    assert_eq!(
        outcome.out,
        format!(
            "--- before\n+++ after\n@@ -28,7 +28,10 @@\n       \"enabled\": true,\n       \
             \"isAutoProvisioned\": false,\n       \"login\": {{\n-        \"disableWWWAuthenticate\": false\n\
             +        \"disableWWWAuthenticate\": false,\n+        \"loginParameters\": [\n\
             +          \"{WITH_ARM}\"\n+        ]\n       }},\n       \"registration\": {{\n         \
             \"clientId\": \"11112222-bbbb-3333-cccc-4444dddd5555\",\n"
        )
    );
    assert_eq!(
        outcome.err,
        format!(
            "note: the app registration also needs the permission, and consent to it\n\
             note: after saving, users must sign out and in again\n\
             save this to {SITE}? [y/N] note: saved to {SITE}, and read back\n\
             note: to restore the previous settings: easyauth settings apply --site {SITE} {backup}\n"
        )
    );
    assert_eq!(outcome.status, 0);
    assert_eq!(arm.methods(), "GET GET PUT GET");
    assert_eq!(arm.document().pointer(PARAMETERS), Some(&json!([WITH_ARM])));
    let saved: Value = serde_json::from_str(&fs::read_to_string(&backup).unwrap()).unwrap();
    assert_eq!(saved, before);

    // Once more changes nothing.
    let again = run(&arm, &add_scope(&["--yes"]), "");
    let unchanged = "note: sign-ins already request this scope; the document is unchanged\n";
    let same = "note: the site already has these settings; nothing was saved\n";
    fails(&again, 0, &format!("{unchanged}{same}"));
    assert_eq!(arm.methods(), "GET GET PUT GET GET");

    // Restoring the settings.
    let second = folder.file("second.json");
    let back = ["apply", "--site", SITE, &backup, "--yes", "--backup", &second];
    let outcome = run(&arm, &back, "");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    shows(&outcome.err, &["removed, but the service adds a default again: /addedByTheService"]);
    assert_eq!(arm.document().pointer(PARAMETERS), None);
}

/// The printed command has the options of the change, and a shell understands it.
#[cfg(unix)]
#[test]
fn the_command_leads_back() {
    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let backup = folder.file("it's my backup.json");
    let run = |args: &[&str]| {
        let env = environment(&arm, "https://management.usgovcloudapi.net");
        let outcome = run_at_terminal(env, &[&["settings"], args].concat(), "");
        assert_eq!(outcome.status, 0, "{}", outcome.err);
        outcome
    };
    let options = ["--cloud", "us-gov", "--api-version", "2024-11-01"];
    let all = add_scope(&[&options[..], &["--yes", "--backup", &backup]].concat());
    let outcome = run(&all);
    let (_, command) =
        outcome.err.split_once("to restore the previous settings: easyauth settings ").unwrap();
    let quoted = backup.replace('\'', r"'\''");
    assert_eq!(
        command,
        format!("apply --site {SITE} --cloud us-gov --api-version 2024-11-01 '{quoted}'\n")
    );
    let words = words_in_shell(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    run(&[&words[..], &["--yes", "--backup", &folder.file("b.json")]].concat());
    assert_eq!(arm.document().pointer(PARAMETERS), None);
}

/// The session in README.md: a 401, its diagnosis, the change of the site, and a token that opens the
/// API.
#[test]
fn the_session_in_the_readme_is_real() {
    fn tail(text: &str, count: usize) -> String {
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len() - count..].join("\n")
    }
    let inspect = |file: &str, more: &[&str]| {
        let file = format!("../examples/{file}");
        crate::run(&[&["inspect", &file, "--for", "arm"], more].concat(), "").out
    };
    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let (backup, settings) = (folder.file("before.json"), folder.file("authsettings.json"));
    fs::write(&settings, run(&arm, &["get", "--site", SITE], "").out).unwrap();
    let saved = run(&arm, &add_scope(&["--backup", &backup]), "y\n");
    let notes = saved.err.replace(&backup, "before.json").replace("[y/N] ", "[y/N] y\n");
    let session = format!(
        "$ easyauth settings get --site $SITE > authsettings.json\n\
         $ easyauth inspect examples/request.txt --for arm --settings authsettings.json | tail -n 15\n{}\n\
         $ easyauth settings add-scope --site $SITE arm user_impersonation --backup before.json\n{}{}\
         $ easyauth inspect examples/fixed.txt --for arm | tail -n 1\n{}\n",
        tail(&inspect("request.txt", &["--settings", &settings]), 15),
        saved.out,
        notes,
        tail(&inspect("fixed.txt", &[]), 1),
    );
    let session = format!("$ SITE={SITE}\n{session}");
    let readme = fs::read_to_string("README.md").unwrap();
    let (before, shown) = readme.split_once("```console\n").unwrap();
    let (shown, after) = shown.split_once("```").unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let readme = format!("{before}```console\n{session}```{after}");
        fs::write("README.md", readme).unwrap();
    } else {
        assert_eq!(shown, session, "UPDATE_README=1 writes the session into README.md");
    }
}

/// `--as` with `--site` reads the settings, prints the change, and saves nothing.
#[test]
fn the_change_of_a_site_is_printed_for_a_tool() {
    let arm = FakeArm::start(&story(), []);
    let outcome = run(&arm, &add_scope(&["--as", "terraform-azapi", "--slot", "staging"]), "");
    assert_eq!((outcome.status, arm.methods().as_str()), (0, "GET"), "{}", outcome.err);
    shows(
        &outcome.out,
        &[
            "\"Microsoft.Web/sites/slots/config@2025-05-01\"",
            &format!("parent_id = \"{SITE}/slots/staging\""),
            &format!("\"{WITH_ARM}\","),
        ],
    );
    let version = ["--as", "az-rest", "--api-version", "2024-11-01"];
    let outcome = run(&arm, &add_scope(&version), "");
    shows(&outcome.out, &[&format!("{SITE}/config/authsettingsV2?api-version=2024-11-01")]);
    for option in ["--yes", "--dry-run"] {
        let outcome = run(&arm, &add_scope(&["--as", "bicep", option]), "");
        fails(&outcome, 2, &format!("error: --as and {option} cannot be combined\n"));
    }
    assert_eq!(arm.document(), serde_json::from_str::<Value>(&story()).unwrap());
}

/// The scope is one of the cloud: `--cloud`, else that of the document.
#[test]
fn a_scope_of_a_national_cloud_is_added() {
    const IN_GOV: &str =
        "scope=openid email profile https://management.core.usgovcloudapi.net/user_impersonation";
    let check = |document: &str, audience: &str, more: &[&str]| {
        let (arm, folder) = (FakeArm::start(document, []), Folder::new());
        let backup = folder.file("b.json");
        let args = [&["settings"], &add_scope(more)[..], &["--yes", "--backup", &backup]].concat();
        let outcome = run_at_terminal(environment(&arm, audience), &args, "");
        assert_eq!(outcome.status, 0, "{}", outcome.err);
        assert_eq!(arm.document().pointer(PARAMETERS), Some(&json!([IN_GOV])));
    };
    let gov = "https://management.usgovcloudapi.net";
    check(&story(), gov, &["--cloud", "us-gov"]);
    // A site in the public cloud can have users of another.
    let of_gov = story().replace("sts.windows.net", "login.microsoftonline.us");
    check(&of_gov, "https://management.azure.com", &[]);

    // The snippet is for the site, which was read in the public cloud.
    let arm = FakeArm::start(&of_gov, []);
    let outcome = run(&arm, &add_scope(&["--as", "az-rest"]), "");
    shows(&outcome.out, &[&format!("--url 'https://management.azure.com{SITE}"), IN_GOV]);
}

/// The token store is turned on in the same change.
#[test]
fn the_token_store_is_turned_on() {
    let folder = Folder::new();
    let mut off: Value = serde_json::from_str(&story()).unwrap();
    off["properties"]["login"]["tokenStore"]["enabled"] = json!(false);
    let arm = FakeArm::start(&off.to_string(), []);
    let backup = folder.file("b.json");
    let outcome = run(&arm, &add_scope(&["--token-store", "--yes", "--backup", &backup]), "");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    assert!(!outcome.err.contains("the token store is off"), "{}", outcome.err);
    assert_eq!(arm.document()["properties"]["login"]["tokenStore"]["enabled"], true);
    assert_eq!(arm.document().pointer(PARAMETERS), Some(&json!([WITH_ARM])));
}

#[test]
fn nothing_is_saved_without_a_yes() {
    let folder = Folder::new();
    let backup = folder.file("backup.json");
    for answer in ["n\n", "\n", "", "yesterday\n", "no y\n"] {
        let arm = FakeArm::start(&story(), []);
        let outcome = run(&arm, &add_scope(&["--backup", &backup]), answer);
        assert!(outcome.err.ends_with("[y/N] note: nothing was saved\n"), "{}", outcome.err);
        assert_eq!((outcome.status, arm.methods().as_str()), (1, "GET"), "{answer}");
        assert!(folder.is_empty());
    }
    let arm = FakeArm::start(&story(), []);
    let env = environment(&arm, "https://management.azure.com");
    let args = [&["settings"], &add_scope(&["--backup", &backup])[..]].concat();
    let outcome = crate::run_in(env, &args, "y\n");
    shows(&outcome.err, &["cannot ask, because standard input is not a terminal"]);
    assert_eq!((outcome.status, arm.methods().as_str()), (2, "GET"));
    let arm = FakeArm::start(&story(), []);
    let outcome = run(&arm, &["apply", "--site", SITE, "-"], &story());
    fails(
        &outcome,
        2,
        "error: the document and the answer cannot both come from standard input; give a FILE, or \
         --yes\n",
    );
    assert_eq!(arm.methods(), "");
}

#[test]
fn a_dry_run_prints_the_request() {
    let arm = FakeArm::start(&story(), []);
    let outcome = run(&arm, &add_scope(&["--dry-run"]), "");
    assert_eq!((outcome.status, arm.methods().as_str()), (0, "GET"));
    shows(
        &outcome.out,
        &[
            &format!("+ \"{WITH_ARM}\""),
            &format!(
                "PUT https://management.azure.com{SITE}/config/authsettingsV2?api-version=2025-05-01"
            ),
            "authorization: (the token)",
        ],
    );
    assert_eq!(arm.document(), serde_json::from_str::<Value>(&story()).unwrap());
}

/// A change by another client between the question and the answer is not overwritten.
#[test]
fn concurrent_changes_are_not_overwritten() {
    let folder = Folder::new();
    let mut other: Value = serde_json::from_str(&story()).unwrap();
    other["properties"]["platform"]["enabled"] = json!(false);
    let arm =
        FakeArm::start(&story(), [Fault::None, Fault::ChangedBefore(other.clone()), Fault::None]);
    let outcome = run(&arm, &add_scope(&["--yes", "--backup", &folder.file("b.json")]), "");
    let error = "error: the settings changed in the meantime, so nothing was saved; run the command \
                 again\n";
    assert!(outcome.err.ends_with(error), "{}", outcome.err);
    assert_eq!((outcome.status, arm.methods().as_str()), (1, "GET GET"));
    assert_eq!(arm.document(), other);
}

#[test]
fn an_existing_file_is_not_overwritten_by_the_backup() {
    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let backup = folder.file("backup.json");
    fs::write(&backup, "mine").unwrap();
    let outcome = run(&arm, &add_scope(&["--yes", "--backup", &backup]), "");
    shows(&outcome.err, &["error: cannot write the backup, so nothing was saved: "]);
    assert_eq!((outcome.status, arm.methods().as_str()), (2, "GET"));
    assert_eq!(fs::read_to_string(&backup).unwrap(), "mine");
}

/// A value that the service does not keep is reported.
#[test]
fn lost_values_are_reported() {
    let folder = Folder::new();
    let arm = FakeArm::start(&story(), [Fault::None, Fault::None, Fault::Ignored]);
    let outcome = run(&arm, &add_scope(&["--yes", "--backup", &folder.file("b.json")]), "");
    let note = format!(
        "note: saved to {SITE}, but the service answers other values at \
         /identityProviders/azureActiveDirectory/login/loginParameters"
    );
    shows(&outcome.err, &[&note, "to restore the previous settings"]);
    assert_eq!(outcome.status, 3);
}

/// The service answers `72` as `72.0`, `"true"` as `true`, and `false` as `"false"` in one place.
#[test]
fn values_in_another_spelling_are_the_same() {
    fn apply(before: &Value, after: &Value, more: &[&str]) -> (Outcome, String) {
        let (arm, folder) = (FakeArm::start(&before.to_string(), []), Folder::new());
        let (file, backup) = (folder.file("new.json"), folder.file("b.json"));
        fs::write(&file, after.to_string()).unwrap();
        let all = ["apply", "--site", SITE, &file, "--backup", &backup];
        (run(&arm, &[&all[..], more].concat(), ""), arm.methods())
    }
    fn with(change: impl FnOnce(&mut Value)) -> Value {
        let mut document: Value = serde_json::from_str(&story()).unwrap();
        change(&mut document["properties"]);
        document
    }
    #[track_caller]
    fn same(after: &Value) {
        let (outcome, methods) = apply(&with(|_| ()), after, &["--dry-run"]);
        fails(&outcome, 0, "note: the site already has these settings; nothing was saved\n");
        assert_eq!((outcome.out.as_str(), methods.as_str()), ("", "GET"));
    }
    #[track_caller]
    fn saved(after: &Value) {
        let (outcome, methods) = apply(&with(|_| ()), after, &["--yes"]);
        assert!(
            outcome.err.starts_with(&format!("note: saved to {SITE}, and read back\n")),
            "{}",
            outcome.err
        );
        assert_eq!((outcome.status, methods.as_str()), (0, "GET GET PUT GET"));
    }
    let hours =
        |hours: Value| with(|own| own["login"]["tokenStore"]["tokenRefreshExtensionHours"] = hours);
    same(&hours(json!(72)));
    same(&with(|own| own["platform"]["enabled"] = json!("true")));
    same(&with(|own| own["clearInboundClaimsMapping"] = json!(false)));
    saved(&hours(json!(24)));
    saved(&hours(json!(24.5)));
    saved(&with(|own| own["clearInboundClaimsMapping"] = json!(true)));
    saved(&with(|own| own["platform"] = json!({"enabled": "false", "runtimeVersion": "~1"})));
    // Names of members have any case.
    let text = story().replace("\"properties\"", "\"Properties\"");
    let text = text.replace("\"tokenStore\"", "\"TokenStore\"");
    same(&serde_json::from_str(&text).unwrap());

    // The difference shows the change alone.
    let both = with(|own| {
        own["login"]["tokenStore"] = json!({
            "enabled": false, "tokenRefreshExtensionHours": 72, "fileSystem": {}, "azureBlobStorage": {}
        });
    });
    let (outcome, _) = apply(&with(|_| ()), &both, &["--dry-run"]);
    let (diff, _) = outcome.out.split_once("PUT ").unwrap();
    let changed = diff.lines().skip(2).filter(|line| line.starts_with(['+', '-']));
    assert_eq!(
        changed.collect::<Vec<_>>(),
        ["-      \"enabled\": true,", "+      \"enabled\": false,"]
    );

    // Nor is another spelling a change by another client.
    let (before, folder) = (with(|_| ()), Folder::new());
    let faults = [Fault::None, Fault::ChangedBefore(hours(json!(72)))];
    let arm = FakeArm::start(&before.to_string(), faults);
    let outcome = run(&arm, &add_scope(&["--yes", "--backup", &folder.file("b.json")]), "");
    assert_eq!((outcome.status, arm.methods().as_str()), (0, "GET GET PUT GET"));
}

/// Of names in several cases, the service takes the last.
#[test]
fn the_last_of_duplicates_is_compared_and_confirmed() {
    #[track_caller]
    fn check(old: &str, new: &str, changed: &[&str], err: &str) {
        let with = |own: &str| story().replacen("\"enabled\": true", own, 1);
        let (arm, folder) = (FakeArm::start(&with(old), []), Folder::new());
        let (file, backup) = (folder.file("new.json"), folder.file("b.json"));
        fs::write(&file, with(new)).unwrap();
        let all = ["apply", "--site", SITE, &file, "--yes", "--backup", &backup];
        let outcome = run(&arm, &all, "");
        let lines = outcome.out.lines().skip(2).filter(|line| line.starts_with(['+', '-']));
        assert_eq!(lines.collect::<Vec<_>>(), changed);
        assert!(outcome.err.starts_with(err), "{}", outcome.err);
        assert_eq!(outcome.status, 0);
    }
    let saved = format!("note: saved to {SITE}, and read back\n");
    let same = "note: the site already has these settings; nothing was saved\n";
    let (on, off) = (r#""enabled": true"#, r#""enabled": false"#);
    let turned_off = ["-    \"enabled\": true,", "+    \"enabled\": false,"];
    check(on, r#""enabled": true, "Enabled": false"#, &turned_off, &saved);
    check(on, r#""Enabled": true, "enabled": false"#, &turned_off, &saved);
    check(on, r#""enabled": false, "Enabled": true"#, &[], same);
    check(on, r#""Enabled": false, "enabled": true"#, &[], same);
    check(off, r#""enabled": true, "Enabled": false"#, &[], same);
    // Unknown members as well.
    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let file = folder.file("new.json");
    let unknown = r#""enabled": true, "x": {"A": 1}, "X": {"a": 2, "A": 3}"#;
    fs::write(&file, story().replacen(on, unknown, 1)).unwrap();
    let outcome = run(&arm, &["apply", "--site", SITE, &file, "--dry-run"], "");
    let (diff, _) = outcome.out.split_once("PUT ").unwrap();
    let lines = diff.lines().skip(2).filter(|line| line.starts_with(['+', '-']));
    let added = ["+    \"X\": {", "+      \"A\": 3", "+    },"];
    assert_eq!(lines.collect::<Vec<_>>(), added);
}

#[test]
fn answers_of_the_service_are_explained() {
    let throttled = r#"{"error":{"code":"TooManyRequests","message":"slow down"}}"#;
    let conflict =
        r#"{"error":{"code":"ScopeLocked","message":"The scope \u001b[31m is locked."}}"#;
    let cases: [(Vec<Fault>, &str, &str); 8] = [
        (
            vec![Fault::Answer(
                401,
                "",
                r#"{"error":{"code":"InvalidAuthenticationTokenTenant"}}"#,
            )],
            "GET",
            "error: Azure Resource Manager answered 401 Unauthorized (InvalidAuthenticationTokenTenant): ",
        ),
        (
            vec![Fault::Answer(403, "", r#"{"error":{"code":"AuthorizationFailed"}}"#)],
            "GET",
            "error: Azure Resource Manager answered 403 Forbidden (AuthorizationFailed): ",
        ),
        (
            vec![Fault::None, Fault::None, Fault::Answer(409, "", conflict)],
            "GET GET PUT",
            "error: Azure Resource Manager answered 409 Conflict (ScopeLocked): ",
        ),
        (
            vec![Fault::Answer(429, "retry-after: 3600\r\n", throttled)],
            "GET",
            "error: Azure Resource Manager answered 429 Too Many Requests (TooManyRequests): ",
        ),
        (
            vec![Fault::Answer(503, "retry-after: 0\r\n", "<html>"); 4],
            "GET GET GET GET",
            "error: Azure Resource Manager answered 503 Service Unavailable: ",
        ),
        (
            vec![Fault::Truncated],
            "GET",
            "error: cannot read the answer of Azure Resource Manager: ",
        ),
        (
            vec![Fault::Answer(200, "", "<html>")],
            "GET",
            "error: cannot read the answer of Azure Resource Manager: ",
        ),
        // A redirect would send the token elsewhere.
        (
            vec![Fault::Answer(307, "location: http://127.0.0.1:9/\r\n", "")],
            "GET",
            "error: Azure Resource Manager answered 307 Temporary Redirect: ",
        ),
    ];
    for (faults, methods, error) in cases {
        let (arm, folder) = (FakeArm::start(&story(), faults), Folder::new());
        let outcome = run(&arm, &add_scope(&["--yes", "--backup", &folder.file("b.json")]), "");
        assert!(outcome.err.contains(error), "{}", outcome.err);
        assert!(!outcome.err.contains('\u{1b}'), "{}", outcome.err);
        assert_eq!((outcome.status, arm.methods().as_str()), (3, methods), "{error}");
        assert_eq!(arm.document(), serde_json::from_str::<Value>(&story()).unwrap());
    }
    let arm = FakeArm::start(&story(), [Fault::Answer(429, "retry-after: 3600\r\n", throttled)]);
    let outcome = run(&arm, &["get", "--site", SITE], "");
    shows(&outcome.err, &["(Retry-After: 3600 s)", "Azure's message: slow down"]);
}

/// Throttling and short failures delay a change, and do not lose it.
#[test]
fn retryable_answers_are_retried() {
    let retry = "retry-after: 0\r\n";
    let folder = Folder::new();
    let faults = [
        Fault::Answer(429, retry, "{}"),
        Fault::None,
        Fault::Answer(502, retry, ""),
        Fault::None,
        Fault::Answer(409, retry, BUSY),
        Fault::None,
    ];
    let arm = FakeArm::start(&story(), faults);
    let outcome = run(&arm, &add_scope(&["--yes", "--backup", &folder.file("b.json")]), "");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    assert_eq!(arm.methods(), "GET GET GET GET PUT PUT GET");
    assert_eq!(arm.document().pointer(PARAMETERS), Some(&json!([WITH_ARM])));
}

#[test]
fn unusable_tokens_are_not_sent() {
    let arm = FakeArm::start(&story(), []);
    let graph = environment(&arm, "https://graph.microsoft.com");
    let outcome = run_at_terminal(graph, &["settings", "get", "--site", SITE], "");
    shows(&outcome.err, &["found one for Microsoft Graph", "to get one, run `az"]);
    let mut expired = environment(&arm, "https://management.azure.com");
    let old = token(r#"{"aud":"https://management.azure.com","exp":1773320000}"#);
    expired.token = Some(AccessToken::new(old));
    let outcome = run_at_terminal(expired, &["settings", "get", "--site", SITE], "");
    fails(&outcome, 2, "error: the token for Azure Resource Manager has expired\n");
    let mut none = environment(&arm, "");
    none.token = None;
    let outcome = run_at_terminal(none, &["settings", "get", "--site", SITE], "");
    fails(
        &outcome,
        2,
        "error: no token: AZURE_ACCESS_TOKEN is not set, and the Azure CLI (az) is not on the path\n",
    );
    assert_eq!(arm.methods(), "");
}

/// A document that was read from another site is applied only by force.
#[test]
fn a_document_of_another_site_is_rejected() {
    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let other = SITE.replace("orders-rg", "other-rg");
    let error =
        "error: the id in the document names another site than --site; --force accepts it\n";
    let outcome = run(&arm, &["apply", "--site", &other, STORY, "--yes"], "");
    fails(&outcome, 2, error);
    assert_eq!(arm.methods(), "");
    let slot = ["apply", "--site", SITE, "--slot", "staging", STORY, "--yes"];
    fails(&run(&arm, &slot, ""), 2, error);
    // Names in an ID have any case.
    let id = SITE.replace("/subscriptions/", "/Subscriptions/");
    let file = folder.file("id.json");
    fs::write(&file, story().replace(SITE, &id)).unwrap();
    fails(&run(&arm, &["apply", "--site", &other, &file, "--yes"], ""), 2, error);
    let same = ["apply", "--site", &SITE.replace("orders", "ORDERS"), &file, "--yes"];
    fails(
        &run(&arm, &same, ""),
        0,
        "note: the site already has these settings; nothing was saved\n",
    );
    let mut changed: Value = serde_json::from_str(&story()).unwrap();
    changed["properties"]["platform"]["enabled"] = json!(false);
    let file = folder.file("changed.json");
    fs::write(&file, changed.to_string()).unwrap();
    let backup = folder.file("b.json");
    let force = ["apply", "--site", &other, &file, "--yes", "--force", "--backup", &backup];
    let outcome = run(&arm, &force, "");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    assert_eq!(arm.document()["properties"]["platform"]["enabled"], false);

    // The same holds for the printed request, and for an expired token.
    let env = || environment(&arm, "https://management.azure.com");
    let request = ["settings", "request", "--site", &other, STORY];
    fails(&run_at_terminal(env(), &request, ""), 2, error);
    let force = [&request[..], &["--force"]].concat();
    assert_eq!(run_at_terminal(env(), &force, "").status, 0);
    let expired = || {
        let mut env = env();
        env.token = Some(AccessToken::new(token(
            r#"{"aud":"https://management.azure.com","exp":1773320000}"#,
        )));
        env
    };
    let request = ["settings", "request", "--site", SITE, STORY];
    let error = "error: the token for Azure Resource Manager has expired; --force accepts it\n";
    fails(&run_at_terminal(expired(), &request, ""), 2, error);
    let force = [&request[..], &["--force"]].concat();
    assert_eq!(run_at_terminal(expired(), &force, "").status, 0);
}

#[cfg(unix)]
#[test]
fn the_azure_cli_gives_the_token() {
    use std::os::unix::fs::PermissionsExt as _;

    fn script(path: &Path, text: &str) {
        fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    }

    let (arm, folder) = (FakeArm::start(&story(), []), Folder::new());
    let az = PathBuf::from(folder.file("az"));
    let token = token_for("https://management.azure.com");
    let get = || {
        let mut env = Environment::default();
        env.arm_origin = Some(arm.origin().parse().unwrap());
        env.az = Some(az.clone());
        run_at_terminal(env, &["settings", "get", "--site", SITE], "")
    };
    let log = folder.file("log");
    script(&az, &format!("echo \"$@\" > {log}\necho '{{\"accessToken\": \"{token}\"}}'"));
    let outcome = get();
    assert_eq!((outcome.status, arm.methods().as_str()), (0, "GET"), "{}", outcome.err);
    assert_eq!(
        fs::read_to_string(&log).unwrap(),
        "account get-access-token --output json --resource https://management.azure.com \
         --subscription 0b1f6471-1bf0-4dda-aec3-cb9272f09590\n"
    );
    let cases = [
        (
            "echo warning >&2; printf 'Please run \\033[1maz login\\n' >&2; exit 1",
            "failed: Please run \\u{1b}[1maz login",
        ),
        ("echo '{}'", "printed no accessToken"),
        ("echo token", "printed no accessToken"),
    ];
    for (text, error) in cases {
        script(&az, text);
        fails(&get(), 3, &format!("error: `az account get-access-token` {error}\n"));
    }
}
