//! `easyauth inspect --settings` merges the fix into the settings as they are, and ends in one command.

use std::fs;

use serde_json::{Value, json};

#[cfg(unix)]
use crate::languages::words_in_shell;
use crate::{rejected, run, shows};

const STORY: &str = "../examples/authsettings.json";
const SITE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/\
                    orders-rg/providers/Microsoft.Web/sites/orders";

/// The settings of the story with these parameters, token store and secret.
fn settings(parameters: &Value, store: bool, secret: &str) -> Value {
    let mut document: Value = serde_json::from_str(&fs::read_to_string(STORY).unwrap()).unwrap();
    let properties = &mut document["properties"];
    let entra = &mut properties["identityProviders"]["azureActiveDirectory"];
    entra["login"]["loginParameters"] = parameters.clone();
    entra["registration"]["clientSecretSettingName"] = json!(secret);
    properties["login"]["tokenStore"]["enabled"] = json!(store);
    document
}

fn inspect(settings: &Value, args: &[&str]) -> crate::Outcome {
    let all = ["inspect", "../examples/request.txt", "--for", "arm", "--settings", "-"];
    run(&[&all, args].concat(), settings.to_string())
}

#[test]
fn the_fix_ends_in_one_command() {
    let args = ["inspect", "../examples/request.txt", "--for", "arm", "--settings", STORY];
    let page = run(&args, "").out;
    let command = if cfg!(feature = "online") {
        format!("easyauth settings add-scope --site {SITE} arm user_impersonation")
    } else {
        format!("easyauth settings add-scope arm user_impersonation {STORY} --write")
    };
    assert!(page.ends_with(&format!("\nthis changes the settings:\n  {command}\n")), "{page}");
    // The command is one that the tool accepts.
    let parsed = easyauth_cli::command().try_get_matches_from(command.split(' '));
    assert!(parsed.is_ok(), "{:?}", parsed.err());
}

#[test]
fn existing_parameters_are_merged() {
    let arm = "https://management.azure.com/user_impersonation";
    let cases: [(Value, &[&str], &str); 3] = [
        (
            json!(["prompt=login", "scope=openid offline_access"]),
            &["prompt=login", &format!("scope=openid offline_access {arm}")],
            "",
        ),
        (json!([]), &[&format!("scope=openid email profile {arm}")], ""),
        (
            json!(["scope=openid profile email User.Read"]),
            &[&format!("scope=openid profile email {arm}")],
            " --replace",
        ),
    ];
    for (before, after, option) in cases {
        let document = settings(&before, true, "SECRET");
        let json: Value = serde_json::from_str(&inspect(&document, &["--json"]).out).unwrap();
        let joined = &json["accounts"][0]["settings"];
        assert_eq!(joined["loginParameters"], json!(after));
        assert_eq!(joined["current"], before);
        let command = joined["command"].as_str().unwrap();
        assert!(
            command.ends_with(&format!(" arm user_impersonation{option}"))
                || cfg!(not(feature = "online"))
        );
        // The command has the same result.
        let mut args = vec!["settings", "add-scope", "arm", "user_impersonation"];
        args.extend((!option.is_empty()).then_some("--replace"));
        let written: Value = serde_json::from_str(&run(&args, document.to_string()).out).unwrap();
        let entra = &written["properties"]["identityProviders"]["azureActiveDirectory"];
        assert_eq!(entra["login"]["loginParameters"], json!(after));
    }
}

/// The parameters that are shown are those that the printed commands leave in the file.
#[cfg(unix)]
#[test]
fn the_commands_do_what_is_shown() {
    #[track_caller]
    fn check(before: &Value, args: &[&str], expected: &[&str]) {
        let mut document = settings(before, true, "SECRET");
        // Without an ID, the commands change the file.
        document.as_object_mut().unwrap().remove("id");
        let folder = std::env::temp_dir().join(format!("easyauth-joined-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("my settings.json");
        fs::write(&file, document.to_string()).unwrap();
        let all = ["inspect", "../examples/request.txt", "--json", "--settings"];
        let page = run(&[&all[..], &[file.to_str().unwrap()], args].concat(), "").out;
        let report: Value = serde_json::from_str(&page).unwrap();
        let joined = &report["accounts"][0]["settings"];
        assert_eq!(joined["loginParameters"], json!(expected));
        for command in joined["command"].as_str().unwrap().split(" && ") {
            let words = words_in_shell(command.strip_prefix("easyauth ").unwrap());
            let outcome = run(&words.iter().map(String::as_str).collect::<Vec<_>>(), "");
            assert_eq!(outcome.status, 0, "{}", outcome.err);
        }
        let written: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let entra = &written["properties"]["identityProviders"]["azureActiveDirectory"];
        assert_eq!(entra["login"]["loginParameters"], json!(expected));
        fs::remove_dir_all(&folder).unwrap();
    }
    const GRAPH: &str = "https://graph.microsoft.com";
    let two = ["--for", "graph", "--scope", "User.Read", "--scope", "Mail.Read"];
    let arm = json!(["scope=openid https://management.azure.com/user_impersonation"]);
    let both = format!("scope=openid {GRAPH}/User.Read {GRAPH}/Mail.Read");
    check(&arm, &two, &[&both]);
    check(
        &json!(["scope=openid User.Read"]),
        &two,
        &[&format!("scope=openid User.Read {GRAPH}/Mail.Read")],
    );
    check(&json!([]), &two, &[&both.replace("openid", "openid email profile")]);
}

/// The API is that of the cloud in which users sign in, and the command names that cloud.
#[test]
fn the_command_is_for_the_cloud_of_the_settings() {
    #[track_caller]
    fn check(api: &str, expected: &str, with_id: bool) {
        check_in("login.microsoftonline.us", api, expected, with_id);
    }
    #[track_caller]
    fn check_in(sign_in: &str, api: &str, expected: &str, with_id: bool) {
        let text = settings(&json!([]), true, "SECRET").to_string();
        let mut document: Value =
            serde_json::from_str(&text.replace("sts.windows.net", sign_in)).unwrap();
        if !with_id {
            document.as_object_mut().unwrap().remove("id");
        }
        let args = ["inspect", "../examples/request.txt", "--for", api, "--settings", "-"];
        let page = run(&args, document.to_string()).out;
        let command = page.lines().last().unwrap().trim_start();
        let own = match (cfg!(feature = "online"), with_id) {
            (true, true) => format!("--site {SITE} {expected}"),
            (true, false) => format!("--site \"$SITE\" {expected}"),
            (false, _) => format!("{expected} FILE --write"),
        };
        assert_eq!(command, format!("easyauth settings add-scope {own}"));
    }
    check("arm", "--cloud us-gov arm user_impersonation", true);
    check("arm", "--cloud us-gov arm user_impersonation", false);
    check("databricks", "--cloud us-gov databricks .default", true);
    check("api://orders", "--cloud us-gov api://orders .default", true);
    // An API of another cloud. The option is the cloud of the site.
    let china = "https://management.chinacloudapi.cn";
    let command = format!("{china} user_impersonation");
    for with_id in [true, false] {
        check(china, &format!("--cloud us-gov {command}"), with_id);
        check_in("sts.windows.net", china, &command, with_id);
        // Where users sign in does not tell.
        check_in("idp.example", china, "--cloud china arm user_impersonation", with_id);
    }

    let gov = settings(&json!([]), true, "SECRET").to_string();
    let gov = gov.replace("sts.windows.net", "login.microsoftonline.us");
    let args = |api| ["inspect", "../examples/request.txt", "--for", api, "--settings", "-"];
    let page = run(&args("arm"), &gov).out;
    shows(
        &page,
        &[
            "not for Azure Resource Manager (UsGov)",
            "https://management.core.usgovcloudapi.net/user_impersonation\"]",
        ],
    );
    let error = "Azure Maps is not known in the cloud us-gov; give its URI there as API";
    rejected(&args("maps"), &gov, error);
}

#[test]
fn steps_fit_the_settings() {
    let off = inspect(&settings(&json!([]), false, ""), &[]);
    shows(
        &off.out,
        &[
            "1. enable the token store",
            "2. give the Entra provider a client credential",
            "3. add the delegated permission",
            "4. set this",
            "5. sign out and in again",
            " --token-store",
        ],
    );
    // A container app needs more than the flag.
    let mut app = settings(&json!([]), false, "SECRET");
    app["type"] = json!("Microsoft.App/containerapps/authconfigs");
    app.as_object_mut().unwrap().remove("id");
    let app = inspect(&app, &[]).out;
    let note = "note: the command leaves the token store off: a container app also needs a blob container \
                for it (login.tokenStore.azureBlobStorage)";
    shows(&app, &[note, "1. enable the token store"]);
    assert!(!app.contains("--token-store"), "{app}");
    let asked = json!(["scope=openid https://management.azure.com/user_impersonation"]);
    let already = inspect(&settings(&asked, true, "SECRET"), &[]);
    shows(
        &already.out,
        &["note: the settings already request this scope", "2. sign out and in again"],
    );
    assert!(!already.out.contains("this changes the settings"), "{}", already.out);
    let v1 = json!(["resource=https://vault.azure.net"]);
    let rejected = inspect(&settings(&v1, true, "SECRET"), &[]);
    shows(&rejected.out, &["note: the settings cannot take this scope: "]);
    // A good token needs nothing.
    let all = ["inspect", "../examples/fixed.txt", "--for", "arm", "--settings", STORY];
    assert!(run(&all, "").out.ends_with("\nthis token opens Azure Resource Manager\n"));
}

#[test]
fn unusable_settings_are_named() {
    let args = ["inspect", "../examples/request.txt", "--for", "arm", "--settings", "-"];
    rejected(&args, "{", "--settings: the settings are not JSON at line 1, column 2");
    let text = settings(&json!("scope=openid"), true, "SECRET").to_string();
    let outcome = run(&args, text);
    let error = "error: --settings: expected a list of strings, key=value at /properties/";
    assert!(outcome.err.starts_with(error), "{}", outcome.err);
    rejected(
        &["inspect", "--for", "arm", "--settings", "-"],
        "",
        "FILE and --settings cannot both be standard input",
    );
    rejected(&["inspect", "a", "--settings", "b"], "", "--for is missing");
}

/// `--write` changes the file, and nothing else is printed.
#[test]
fn the_change_is_written() {
    let folder = std::env::temp_dir().join(format!("easyauth-write-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("authsettings.json");
    fs::copy(STORY, &file).unwrap();
    let path = file.to_str().unwrap();
    let all = ["settings", "add-scope", "arm", "user_impersonation", path];
    let printed = run(&all, "");
    let written = run(&[&all[..], &["--write"]].concat(), "");
    assert_eq!((written.out.as_str(), written.err, written.status), ("", printed.err, 0));
    assert_eq!(fs::read_to_string(&file).unwrap(), printed.out);
    fs::remove_dir_all(&folder).unwrap();
    rejected(
        &["settings", "add-scope", "arm", "a", "--write"],
        "{\"platform\":{}}",
        "--write needs a FILE",
    );
}

/// Quotes do not keep a shell from passing a name that begins with a hyphen as an option.
#[test]
fn a_name_with_a_hyphen_is_no_option() {
    let folder = std::env::temp_dir().join(format!("easyauth-hyphen-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::copy("../examples/request.txt", folder.join("request.txt")).unwrap();
    let mut document = settings(&json!([]), true, "SECRET");
    document.as_object_mut().unwrap().remove("id");
    for (name, word) in [("-a.json", "./-a.json"), ("-a b.json", "'./-a b.json'")] {
        fs::write(folder.join(name), document.to_string()).unwrap();
        let mut easyauth = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"));
        easyauth.current_dir(&folder).args(["inspect", "request.txt", "--for", "arm"]);
        let output = easyauth.arg(format!("--settings={name}")).output().unwrap();
        let command = format!("easyauth settings add-scope arm user_impersonation {word} --write");
        shows(&String::from_utf8(output.stdout).unwrap(), &[&command]);
    }
    fs::remove_dir_all(&folder).unwrap();
}
