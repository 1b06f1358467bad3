//! `easyauth settings`.

use std::fs;

use easyauth::{
    resource::ARM,
    settings::{AuthSettingsV2, LoginParameters, Severity},
};
use serde_json::{Value, json};

use crate::{Outcome, shows};

const STORY: &str = "../examples/authsettings.json";
const CONTAINER_APP: &str = "../tests/data/settings/container-app.json";
const FILE: &str = "../tests/data/settings/auth.json";
const STATIC_WEB_APP: &str = "../tests/data/settings/staticwebapp.config.json";
const SITE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/orders-rg/\
                    providers/Microsoft.Web/sites/orders";

const EXPLAINED: &str = "\
an app of App Service: what happens to requests

Easy Auth
  - Easy Auth is on.

A visitor who is not signed in
  - A browser is redirected (302) to the sign-in page of Microsoft Entra.
  - A program may get 401 instead, because the platform treats browsers differently.
  - These paths need no sign-in: /health and public/*.
  - Of these, public/* probably matches no request: it does not start with a slash.

A user who signed in with a browser
  - Users can sign in with Microsoft Entra (/.auth/login/aad).
  - Requests carry X-MS-CLIENT-PRINCIPAL (the claims), and -ID, -NAME and -IDP (the user).
  - X-MS-TOKEN-AAD-ID-TOKEN, -ACCESS-TOKEN and -EXPIRES-ON are sent. The access token usually
    expires after about an hour. The headers carry the expired token until it is renewed.
  - The access token is for Microsoft Graph, because the sign-in names no other API. Azure Resource
    Manager and all other APIs answer it with 401. `easyauth settings add-scope` requests a token
    for another API.
  - No refresh token is sent, because the sign-in does not request offline_access. /.auth/refresh
    answers 403: only a new sign-in renews the access token.
  - The session lasts 8 hours.

A caller with a bearer token
  - The audience of the token must be 11112222-bbbb-3333-cccc-4444dddd5555 (the client ID) or
    api://11112222-bbbb-3333-cccc-4444dddd5555.
  - Its issuer must be the one of https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0.
    Version 1.0 tokens come from https://sts.windows.net/, version 2.0 tokens from the sign-in
    address that ends with /v2.0. The app registration of the API decides the version.
  - Any other token is answered 401. A request without a token, and perhaps one with an expired
    token, is redirected (302) to a sign-in page.
  - The list of applications is empty, and the evidence on that is contradictory. According to the
    documentation, an empty list is not checked, and the service itself writes such lists. Two
    projects report 403 for callers until they were listed (pnp/Microsoft365-Analytics-Insights#264,
    PubSec-Info-Assistant#142).
  - The platform does not check scopes and app roles: the application must. X-MS-CLIENT-PRINCIPAL is
    sent, X-MS-TOKEN-* may be missing, and app-only tokens have no -NAME.

What the document does not tell
  - Whether the application settings that it names exist, and whether their values are still valid.
  - Whether the app registrations have the permissions, the redirect URIs and the consent that a
    sign-in needs.
  - Whether requests can reach the application another way. The platform's headers can be trusted
    only if every request comes through the platform.
  - Whether application settings WEBSITE_AUTH_* change any of this, such as the allowed tenants.
";

const DIFF: &str = r#"--- ../examples/authsettings.json
+++ ../examples/authsettings.json
@@ -29,7 +29,10 @@
           "clientSecretSettingName": "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"
         },
         "login": {
-          "disableWWWAuthenticate": false
+          "disableWWWAuthenticate": false,
+          "loginParameters": [
+            "scope=openid email profile https://management.azure.com/user_impersonation"
+          ]
         },
         "validation": {
           "jwtClaimChecks": {},
"#;

const AFTER: &str = "note: the app registration also needs the permission, and consent to it
note: after saving, users must sign out and in again
";

fn run_with(token: Option<&str>, args: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    crate::run_with(token, &[&["settings"], args].concat(), stdin)
}

fn run(args: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    run_with(None, args, stdin)
}

#[track_caller]
fn rejected(args: &[&str], stdin: impl AsRef<[u8]>, error: &str) {
    crate::rejected(&[&["settings"], args].concat(), stdin, error);
}

fn token(audience: &str) -> String {
    crate::token(&format!(r#"{{"aud":"{audience}"}}"#))
}

/// Bare properties with everything of Entra that a token needs, some of it changed.
fn entra(change: impl FnOnce(&mut Value)) -> String {
    let mut document = json!({
        "platform": {"enabled": true},
        "globalValidation": {
            "unauthenticatedClientAction": "Return401",
            "redirectToProvider": "azureactivedirectory",
        },
        "identityProviders": {"azureActiveDirectory": {
            "registration": {
                "openIdIssuer": "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
                "clientId": "11112222-bbbb-3333-cccc-4444dddd5555",
                "clientSecretSettingName": "ENTRA_SECRET",
            },
            "login": {},
            "validation": {"defaultAuthorizationPolicy": {}},
        }},
        "login": {"tokenStore": {"enabled": true}},
        "httpSettings": {},
    });
    change(&mut document);
    document.to_string()
}

fn asking(parameters: Value) -> String {
    entra(|document| {
        document["identityProviders"]["azureActiveDirectory"]["login"]["loginParameters"] =
            parameters;
    })
}

#[test]
fn the_story_is_explained() {
    let outcome = run(&["explain", STORY], "");
    assert_eq!((outcome.out.as_str(), outcome.err.as_str()), (EXPLAINED, ""));
    assert_eq!(outcome.status, 0);
}

#[test]
fn pages_fit_a_terminal() {
    for file in [STORY, CONTAINER_APP, FILE, STATIC_WEB_APP] {
        let out = run(&["explain", file], "").out;
        assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
        assert!(out.lines().all(|line| line == line.trim_end()), "{out}");
    }
}

#[test]
fn the_story_is_linted() {
    let outcome = run(&["lint", STORY], "");
    let block = r#"warning[EX1]: the path does not begin with a slash
  --> ../examples/authsettings.json:20:9
   |
20 |         "public/*"
   |         ^^^^^^^^^^
   |
   = at: /properties/globalValidation/excludedPaths/1
   = why: it is saved, and probably matches no request
   = remedy: begin it with a slash
   = source: a recorded answer of the service; what matches is inferred
   = more: easyauth settings rule EX1
"#;
    assert!(outcome.out.contains(block), "{}", outcome.out);
    assert!(
        outcome.out.ends_with(" in the settings of an app of App Service\n"),
        "{}",
        outcome.out
    );
    assert_eq!((outcome.status, outcome.err.as_str()), (1, ""));
}

#[test]
fn findings_come_as_json() {
    for file in [STORY, CONTAINER_APP, FILE, STATIC_WEB_APP] {
        let own = AuthSettingsV2::from_slice(&fs::read(file).unwrap()).unwrap().lint();
        let outcome = run(&["lint", "--json", file], "");
        let page: Value = serde_json::from_str(&outcome.out).unwrap();
        assert_eq!(page["files"].as_array().unwrap().len(), 1);
        let page = &page["files"][0];
        assert_eq!(page["file"], file);
        assert_eq!(page["findings"], serde_json::to_value(&own).unwrap());
        for (name, severity) in [
            ("errors", Severity::Error),
            ("warnings", Severity::Warning),
            ("infos", Severity::Info),
        ] {
            let count = own.iter().filter(|finding| finding.severity() == severity).count();
            assert_eq!(page[name], count, "{name} of {file}");
        }
    }
    let page: Value =
        serde_json::from_str(&run(&["lint", STATIC_WEB_APP, "--json"], "").out).unwrap();
    assert_eq!(page["files"][0]["form"], "static-web-app");
}

#[test]
fn the_status_says_whether_there_are_warnings_or_errors() {
    let broken = r#"{"platform":{"enabled":true},"login":{"nonce":{"validateNonce":false}}}"#;
    let documents = [broken.to_owned(), "{}".to_owned(), entra(|_| {}), asking(json!(["scope"]))];
    for document in documents {
        let findings = document.parse::<AuthSettingsV2>().unwrap().lint();
        let worst = match findings.iter().map(easyauth::settings::Finding::severity).max() {
            None | Some(Severity::Info) => 0,
            Some(_) => 1,
        };
        assert_eq!(run(&["lint", "-"], &document).status, worst, "{document}");
        assert_eq!(run(&["lint", "-", "--json"], &document).status, worst, "{document}");
    }
    assert_eq!(run(&["lint", "-"], broken).status, 1);
    assert_eq!(run(&["lint"], broken).status, 1);
}

#[test]
fn safe_remedies_are_applied() {
    let fixed = fs::read_to_string(STORY).unwrap();
    let before = fixed.replace("\"validateNonce\": true", "\"validateNonce\": false");
    let note = "note: fixed: LO1 at /properties/login/nonce/validateNonce";
    let outcome = run(&["lint", "--fix", "-"], &before);
    assert_eq!(outcome.out, fixed);
    // A remedy that opens a path is left to people.
    let left = "note: left: warning EX1 at /properties/globalValidation/excludedPaths/1";
    shows(&outcome.err, &[note, left]);
    // A file is changed in place, and shown with --diff.
    let file = std::env::temp_dir().join(format!("easyauth-fix-{}.json", std::process::id()));
    fs::write(&file, &before).unwrap();
    let path = file.to_str().unwrap();
    let diff = run(&["lint", "--fix", "--diff", path], "");
    assert!(diff.out.starts_with(&format!("--- {path}\n+++ {path}\n@@ ")), "{}", diff.out);
    assert_eq!(patched(&before, &diff.out), fixed);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    let in_place = run(&["lint", "--fix", path], "");
    assert_eq!((in_place.out.as_str(), in_place.status), ("", outcome.status));
    assert_eq!(in_place.err, outcome.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), fixed);
    fs::remove_file(&file).unwrap();
    // No remedy is left.
    let again = run(&["lint", "--fix", "-"], &outcome.out);
    assert_eq!(again.out, outcome.out);
    assert!(!again.err.contains("fixed:"), "{}", again.err);
}

#[test]
fn the_diff_is_the_one_member() {
    let outcome = run(&["add-scope", "arm", "user_impersonation", STORY, "--diff"], "");
    assert_eq!((outcome.out.as_str(), outcome.err.as_str()), (DIFF, AFTER));
    assert_eq!(outcome.status, 0);
}

/// `git apply -p0` takes paths as `patch -p0` does: relative ones.
#[test]
fn the_diff_is_a_patch() {
    let folder = std::env::temp_dir().join(format!("easyauth-patch-{}", std::process::id()));
    fs::create_dir_all(folder.join("sites")).unwrap();
    let story = fs::read_to_string(STORY).unwrap();
    let before = story.replace("\"validateNonce\": true", "\"validateNonce\": false");
    fs::write(folder.join("sites/web.json"), before).unwrap();
    let file = folder.join("sites/web.json");
    for path in ["sites/web.json", "./sites/web.json", file.to_str().unwrap()] {
        let diff = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"))
            .args(["settings", "lint", "--fix", "--diff", path])
            .current_dir(&folder)
            .output()
            .unwrap();
        fs::write(folder.join("diff"), &diff.stdout).unwrap();
        let git = std::process::Command::new("git")
            .args(["apply", "--check", "-p0", "diff"])
            .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(git.status.success(), "{path}: {git:?}");
        assert!(diff.stdout.starts_with(b"--- "), "{path}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_diff_yields_the_document() {
    let before = fs::read_to_string(STORY).unwrap();
    let mut library: AuthSettingsV2 = before.parse().unwrap();
    let remedy = LoginParameters::default().with_scope(ARM.scope("user_impersonation")).unwrap();
    library.set(easyauth::settings::entra::LOGIN_PARAMETERS, remedy).unwrap();

    let after = run(&["add-scope", "arm", "user_impersonation", STORY], "").out;
    assert_eq!(after, format!("{}\n", library.as_json()));
    assert_eq!(patched(&before, DIFF), after);
}

/// Applies a unified diff of one hunk.
fn patched(before: &str, diff: &str) -> String {
    let (head, hunk) = diff.split_once(" @@\n").unwrap();
    let start = head.rsplit_once("@@ -").unwrap().1.split_once(',').unwrap().0;
    let mut old = before.lines();
    let mut new: Vec<&str> = old.by_ref().take(start.parse::<usize>().unwrap() - 1).collect();
    for line in hunk.lines() {
        let (mark, text) = line.split_at(1);
        if mark != "+" {
            assert_eq!(old.next(), Some(text));
        }
        if mark != "-" {
            new.push(text);
        }
    }
    new.extend(old);
    new.join("\n") + "\n"
}

#[test]
fn existing_parameters_are_kept() {
    let cases: [(Value, &[&str], Value); 9] = [
        (
            json!([]),
            &["arm", "user_impersonation"],
            json!(["scope=openid email profile https://management.azure.com/user_impersonation"]),
        ),
        (
            json!(["prompt=login", "scope=openid offline_access"]),
            &["api://orders", "Orders.Read"],
            json!(["prompt=login", "scope=openid offline_access api://orders/Orders.Read"]),
        ),
        (
            json!(["scope=openid User.Read"]),
            &["graph", "Mail.Read"],
            json!(["scope=openid User.Read https://graph.microsoft.com/Mail.Read"]),
        ),
        (
            json!(["scope=openid User.Read"]),
            &["graph", "offline_access"],
            json!(["scope=openid User.Read offline_access"]),
        ),
        (
            json!(["scope=openid User.Read offline_access"]),
            &["key-vault", "user_impersonation", "--replace"],
            json!(["scope=openid offline_access https://vault.azure.net/user_impersonation"]),
        ),
        // Scopes of the same API stay.
        (
            json!(["scope=openid User.Read"]),
            &["graph", "Mail.Read", "--replace"],
            json!(["scope=openid User.Read https://graph.microsoft.com/Mail.Read"]),
        ),
        (
            json!(["scope=openid User.Read"]),
            &["graph", ".default", "--replace"],
            json!(["scope=openid https://graph.microsoft.com/.default"]),
        ),
        (
            json!(["domain_hint=contoso.com"]),
            &["graph", ".default", "--replace"],
            json!([
                "domain_hint=contoso.com",
                "scope=openid email profile https://graph.microsoft.com/.default"
            ]),
        ),
        (
            json!(null),
            &["797f4846-ba00-4fd7-ba43-dac1f8f63013", "user_impersonation"],
            json!(["scope=openid email profile https://management.azure.com/user_impersonation"]),
        ),
    ];
    for (before, wish, after) in cases {
        let before = asking(before);
        let mut args = vec!["add-scope"];
        args.extend(wish);
        let outcome = run(&args, &before);
        assert_eq!(outcome.status, 0, "{}", outcome.err);
        let document: Value = serde_json::from_str(&outcome.out).unwrap();
        let entra = &document["identityProviders"]["azureActiveDirectory"];
        assert_eq!(entra["login"]["loginParameters"], after);
        // Once more changes nothing.
        let again = run(&args, &outcome.out);
        assert_eq!(again.out, outcome.out);
        shows(&again.err, &["sign-ins already request this scope"]);
    }
}

/// The API is that of `--cloud`, else of the cloud in which users sign in.
#[test]
fn scopes_are_those_of_the_cloud() {
    #[track_caller]
    fn check(host: &str, wish: &[&str], expected: &str) {
        let outcome = add(host, wish);
        assert_eq!((outcome.status, outcome.err.as_str()), (0, AFTER));
        let document: Value = serde_json::from_str(&outcome.out).unwrap();
        let entra = &document["identityProviders"]["azureActiveDirectory"];
        let expected = json!([format!("scope=openid email profile {expected}")]);
        assert_eq!(entra["login"]["loginParameters"], expected);
    }
    fn add(host: &str, wish: &[&str]) -> Outcome {
        let document = entra(|document| {
            document["identityProviders"]["azureActiveDirectory"]["registration"]["openIdIssuer"] =
                json!(format!("https://{host}/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"));
        });
        run(&[&["add-scope"], wish].concat(), document)
    }
    const PUBLIC: &str = "login.microsoftonline.com";
    const GOV: &str = "login.microsoftonline.us";
    let arm = ["arm", "user_impersonation"];
    let with = |cloud: &'static str| [&arm[..], &["--cloud", cloud]].concat();
    let in_gov = "https://management.core.usgovcloudapi.net/user_impersonation";
    check(GOV, &arm, in_gov);
    check(PUBLIC, &with("us-gov"), in_gov);
    check("sts.windows.net", &with("us-gov"), in_gov);
    check(GOV, &with("public"), "https://management.azure.com/user_impersonation");
    check(
        "login.partner.microsoftonline.cn",
        &arm,
        "https://management.chinacloudapi.cn/user_impersonation",
    );
    check(GOV, &["graph", "User.Read"], "https://graph.microsoft.us/User.Read");
    check(
        GOV,
        &["graph", "User.Read", "--cloud", "us-gov-dod"],
        "https://dod-graph.microsoft.us/User.Read",
    );
    // An API that has the same identifier in every cloud, and identifiers that name one.
    let databricks = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/user_impersonation";
    check(GOV, &["databricks", "user_impersonation"], databricks);
    let uri = ["https://management.usgovcloudapi.net", "user_impersonation"];
    check(PUBLIC, &uri, in_gov);
    check(GOV, &["api://orders", "Orders.Read"], "api://orders/Orders.Read");
    check(GOV, &["https://atlas.azure.us", "Read"], "https://atlas.azure.us/Read");

    let error = "error: Azure Maps is not known in the cloud us-gov; give its URI there as API\n";
    let outcome = add(GOV, &["maps", "user_impersonation"]);
    assert_eq!((outcome.err.as_str(), outcome.status), (error, 2));
}

#[test]
fn text_around_the_document_is_kept() {
    let document = "\u{feff}\r\n  {\"platform\":{}}\r\n\r\n";
    let outcome = run(&["add-scope", "arm", "user_impersonation", "-"], document);
    assert!(
        outcome.out.starts_with("\u{feff}\r\n  {\"platform\":{},\"identity"),
        "{}",
        outcome.out
    );
    assert!(outcome.out.ends_with("}\r\n\r\n"), "{}", outcome.out);
    let diff = run(&["add-scope", "arm", "user_impersonation", "-", "--diff"], document).out;
    assert!(diff.starts_with("--- before\n+++ after\n@@ "), "{diff}");
}

#[test]
fn notes_say_what_else_is_needed() {
    let add = |document: &str| run(&["add-scope", "arm", "user_impersonation", "-"], document).err;
    shows(
        &add(r#"{"platform":{"enabled":true}}"#),
        &[
            "Microsoft Entra is not configured here",
            "the token store is off: set login.tokenStore.enabled to true",
            "the document lacks globalValidation, identityProviders, login, httpSettings",
            "users must sign out and in again",
        ],
    );
    let no_secret = entra(|document| {
        document["identityProviders"]["azureActiveDirectory"]["registration"]["clientSecretSettingName"] =
            json!("");
    });
    shows(&add(&no_secret), &["the registration has no secret and no certificate"]);
    shows(&add(&asking(json!(["login-hint=a"]))), &["`login_hint` is probably meant"]);
    let outcome = run(&["add-scope", "arm", "user_impersonation", STATIC_WEB_APP], "");
    shows(&outcome.err, &["Static Web Apps pass no token to the application"]);
}

/// Notes about settings with which the scope has no effect, although everything of Entra is there.
#[test]
fn notes_say_why_a_scope_has_no_effect() {
    #[track_caller]
    fn check(document: &str, more: &[&str], note: &str) {
        let all = ["add-scope", "arm", "user_impersonation", "-"];
        let outcome = run(&[&all[..], more].concat(), document);
        assert_eq!((outcome.err, outcome.status), (format!("note: {note}\n{AFTER}"), 0));
    }
    let v1 = entra(|document| {
        document["identityProviders"]["azureActiveDirectory"]["registration"]["openIdIssuer"] =
            json!("https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/");
    });
    let ignored = "IS3: the issuer is of version 1.0, and a scope of an API is requested; the version \
                   1.0 endpoint ignores the scopes of an API: the access token is not for it. Remedy: \
                   end the issuer with /v2.0";
    check(&v1, &[], ignored);
    check(
        &entra(|document| document["platform"]["configFilePath"] = json!("auth.json")),
        &[],
        "ST10: a settings file is named, and providers are set up here; the settings file is read \
         instead: the settings here have no effect. Remedy: set them up in the file, or remove \
         configFilePath",
    );
    check(
        &entra(|document| document["platform"]["enabled"] = json!(false)),
        &[],
        "ST13: providers are set up, and the platform is off; authentication is off: every request \
         reaches the application, and identity headers can be forged. Remedy: set it to true",
    );
    let container_app = entra(|document| {
        document.as_object_mut().unwrap().remove("httpSettings");
        document["login"]["tokenStore"]["enabled"] = json!(false);
    });
    let no_place = "TS2: the token store is on, and has no blob container; a container app keeps no \
                    tokens without a blob container. Remedy: set sasUrlSettingName to the secret with \
                    the address of a container, whose signature allows to read, write and delete";
    let options = ["--token-store", "--form", "container-app-properties"];
    check(&container_app, &options, no_place);
    check(
        &asking(json!(["response_type=id_token"])),
        &[],
        "no access token is requested, because `response_type` lacks `code`",
    );
    // Another note is about the parameter already.
    check(
        &asking(json!(["resource=https://management.azure.com"])),
        &[],
        "loginParameters[0]: `resource` is for the version 1.0 endpoint, and a v2.0 issuer rejects it \
         (AADSTS901002)",
    );

    // The notes stand beside a scope that was added before.
    let unchanged = "note: sign-ins already request this scope";
    let all = ["add-scope", "arm", "user_impersonation", "-"];
    let again = run(&all, run(&all, &v1).out);
    assert_eq!(again.err, format!("{unchanged}; the document is unchanged\nnote: {ignored}\n"));
    let all = [&all[..], &options[1..]].concat();
    let before = run(&all, &container_app).out;
    let again = run(&[&all[..], &["--token-store"]].concat(), before);
    assert_eq!(again.err, format!("{unchanged}\nnote: {no_place}\n"));
    let off = "the token store is off: set login.tokenStore.enabled to true, or no token reaches the \
               application";
    let no_secret =
        "the registration has no secret and no certificate, so there is no access token";
    let no_openid =
        "loginParameters[0]: `scope` has no `openid`, which a sign-in needs to get an ID token";
    let scope = "https://management.azure.com/user_impersonation";
    for (document, note) in [
        (entra(|document| document["login"]["tokenStore"]["enabled"] = json!(false)), off),
        (
            entra(|document| {
                let entra = &mut document["identityProviders"]["azureActiveDirectory"];
                entra["registration"]["clientSecretSettingName"] = json!("");
            }),
            no_secret,
        ),
        (asking(json!([format!("scope=profile email {scope}")])), no_openid),
    ] {
        let add = ["add-scope", "arm", "user_impersonation", "-"];
        let again = run(&add, run(&add, document).out);
        assert_eq!(again.err, format!("{unchanged}; the document is unchanged\nnote: {note}\n"));
    }
    // No note without a reason.
    let good = asking(json!(["response_type=code id_token"]));
    assert_eq!(run(&["add-scope", "arm", "user_impersonation", "-"], &good).err, AFTER);
}

#[test]
fn scopes_that_cannot_be_added_are_rejected() {
    let add = ["add-scope", "arm", "user_impersonation", "-"];
    rejected(
        &add,
        asking(json!(["scope=openid User.Read"])),
        "loginParameters[0]: the scopes are of more than one API, and a token is for one (AADSTS28000); --replace removes \
         the scopes of the other API",
    );
    rejected(
        &["add-scope", "arm", ".default", "-"],
        asking(json!(["scope=openid https://management.azure.com/user_impersonation"])),
        "loginParameters[0]: `.default` cannot be combined with other scopes of its API (AADSTS70011); --replace removes \
         the other scopes",
    );
    for (parameters, found) in [
        (json!("scope=openid"), "a string"),
        (json!(["scope=openid", 1]), "a list"),
        (json!({"scope": "openid"}), "an object"),
    ] {
        let error = format!(
            "expected a list of strings, key=value at \
             /identityProviders/azureActiveDirectory/login/loginParameters (line 1, column 199), found {found}"
        );
        rejected(&add, asking(parameters), &error);
    }
}

#[test]
fn the_request_is_printed_without_the_token() {
    let token = token("https://management.azure.com/");
    let outcome = run_with(Some(&token), &["request", STORY, "--site", SITE], "");
    let body = fs::read_to_string(STORY).unwrap();
    let page = format!(
        "PUT https://management.azure.com{SITE}/config/authsettingsV2?api-version=2025-05-01
accept: application/json
authorization: (the token)
content-type: application/json

{body}"
    );
    assert_eq!((outcome.out.as_str(), outcome.err.as_str(), outcome.status), (&*page, "", 0));
}

#[test]
fn the_request_goes_to_the_cloud_and_version_that_are_asked_for() {
    let token = token("https://management.usgovcloudapi.net");
    let slot = format!("{SITE}/slots/staging");
    let args = ["request", STORY, "--site", &slot, "--cloud=us-gov", "--api-version", "2024-11-01"];
    // The document is of the site, not of the slot.
    let args = [&args[..], &["--force"]].concat();
    let out = run_with(Some(&token), &args, "").out;
    let line = format!(
        "PUT https://management.usgovcloudapi.net{slot}/config/authsettingsV2?api-version=2024-11-01"
    );
    assert_eq!(out.lines().next(), Some(&*line));
}

#[test]
fn requests_that_would_fail_are_rejected() {
    let how_to = "to get one, run `az account get-access-token --resource \
                  https://management.azure.com --query accessToken -o tsv`";
    rejected(
        &["request", STORY, "--site", SITE],
        "",
        &format!(
            "AZURE_ACCESS_TOKEN is not set; expected a token for Azure Resource Manager; {how_to}"
        ),
    );
    let arm = token("https://management.azure.com");
    let graph = token("00000003-0000-0000-c000-000000000000");
    let cases: [(&str, &[&str], &str); 6] = [
        (&graph, &[STORY], "found one for Microsoft Graph"),
        (&graph, &[STORY], how_to),
        ("EwBopaque", &[STORY], how_to),
        (
            &arm,
            &[CONTAINER_APP],
            "the document is for another service than the site: expected App Service",
        ),
        (&arm, &[STATIC_WEB_APP], "kept with the application, not at Azure"),
        (
            &arm,
            &[STORY, "--api-version", "newest"],
            "--api-version: expected a date such as 2024-11-01",
        ),
    ];
    for (token, args, error) in cases {
        let mut args = args.to_vec();
        args.extend(["--site", SITE]);
        args.insert(0, "request");
        let outcome = run_with(Some(token), &args, "");
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""));
        shows(&outcome.err, &[error]);
        assert!(!outcome.err.contains(token), "{}", outcome.err);
    }
    let part = r#"{"platform":{"enabled":true},"login":{}}"#;
    let outcome = run_with(Some(&arm), &["request", "-", "--site", SITE], part);
    let error = "error: a PUT replaces all settings, so these sections would return to the \
                 defaults: globalValidation, identityProviders, httpSettings; read the whole document \
                 first, and change that\n";
    assert_eq!((outcome.err.as_str(), outcome.status), (error, 2));
    let resource = fs::read_to_string(STORY).unwrap().replacen("\"id\"", "\"comments\"", 1);
    let outcome = run_with(Some(&arm), &["request", "-", "--site", SITE], resource);
    let error =
        "error: expected the settings of one site, found a deployment template: deploy it\n";
    assert_eq!((outcome.err.as_str(), outcome.status), (error, 2));
}

#[test]
fn visitors_are_explained() {
    let acts = |action: &str| {
        entra(|document| {
            document["globalValidation"]["unauthenticatedClientAction"] = json!(action);
        })
    };
    let global = |value: Value| {
        entra(|document| {
            let global = document["globalValidation"].as_object_mut().unwrap();
            global.extend(value.as_object().unwrap().clone());
        })
    };
    let cases: [(String, &[&str]); 10] = [
        (
            acts("Return401"),
            &["The answer is 401, with WWW-Authenticate, and no", "This applies to all paths."],
        ),
        (acts("Return403"), &["The answer is 403, and no sign-in page."]),
        (
            acts("AllowAnonymous"),
            &["reaches the application without the platform's headers", "verify tokens in the"],
        ),
        (acts("Return404"), &["The answer is 404, and no sign-in page."]),
        (acts("Return418"), &["is unknown: Return418 is not one of its five actions"]),
        (acts("RedirectToLoginPage"), &["(302) to the sign-in page of Microsoft Entra"]),
        (
            global(json!({"requireAuthentication": false})),
            &["reaches the", "The document also says Return401, which probably has no effect"],
        ),
        (
            global(
                json!({"requireAuthentication": true, "unauthenticatedClientAction": "AllowAnonymous"}),
            ),
            &[
                "both requires authentication and allows anonymous requests.",
                "Anonymous requests then reach the application.",
            ],
        ),
        (
            global(json!({"unauthenticatedClientAction": 0, "redirectToProvider": "google"})),
            &["sign-in page of google, but no provider of that name is configured"],
        ),
        (
            global(json!({"unauthenticatedClientAction": 0, "redirectToProvider": ""})),
            &["does not say of which provider; configured is Microsoft Entra.", "azure-docs#90689"],
        ),
    ];
    for (document, excerpts) in cases {
        shows(&run(&["explain", "-"], document).out, excerpts);
    }
}

#[test]
fn the_tokens_of_users_are_explained() {
    let store_off = entra(|document| document["login"]["tokenStore"]["enabled"] = json!(false));
    let cases: [(String, &[&str]); 8] = [
        (store_off, &["No X-MS-TOKEN-* header is sent, because the token store is off."]),
        (
            asking(json!([
                "scope=openid offline_access https://management.azure.com/user_impersonation"
            ])),
            &[
                "is for Azure Resource Manager, with user_impersonation, and opens no other API",
                "X-MS-TOKEN-AAD-REFRESH-TOKEN is sent, and /.auth/refresh renews the access token until 72 \
                 hours after the end of the session.",
            ],
        ),
        (asking(json!(["scope=openid api://orders/Orders.Read"])), &["is for api://orders, with"]),
        (
            asking(json!(["resource=https://vault.azure.net"])),
            &["is for Azure Key Vault, as `resource`"],
        ),
        (
            asking(json!(["response_type=id_token"])),
            &["no access token: `response_type` requests none"],
        ),
        (asking(json!("scope=openid")), &["Which tokens are sent (loginParameters) is unknown"]),
        (
            asking(json!(["scope=openid User.Read https://vault.azure.net/.default"])),
            &["Signing in will probably fail", "(AADSTS28000)"],
        ),
        (
            entra(|document| {
                document["login"]["cookieExpiration"] = json!({"timeToExpiration": "soon"});
            }),
            &["How long the session lasts is unknown: timeToExpiration is not hh:mm:ss."],
        ),
    ];
    for (document, excerpts) in cases {
        shows(&run(&["explain", "-"], document).out, excerpts);
    }
}

/// What a template decides is unknown, never off, and nothing is added beside it.
#[test]
fn values_decided_by_a_template_are_unknown() {
    let template = r#"{"type":"Microsoft.Web/sites/config","apiVersion":"2022-03-01","name":"x/authsettingsV2","properties":{"platform":{"enabled":"[parameters('on')]"},"globalValidation":"[parameters('global')]","identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"[parameters('id')]","clientSecretSettingName":"S"},"login":{"loginParameters":["[format('scope={0}', 'x')]"]}}},"login":{"tokenStore":{"enabled":"[parameters('store')]"}}}}"#;
    let page = run(&["explain", "-"], template).out;
    shows(
        &page,
        &[
            "Whether Easy Auth is on is unknown: the template decides it",
            "What happens to the request is unknown",
            "Whether X-MS-TOKEN-* headers are sent (the token store) is unknown",
        ],
    );
    assert!(!page.contains(" off"), "{page}");
    let error = "expected a list of strings, key=value at \
                 /properties/identityProviders/azureActiveDirectory/login/loginParameters/0 (line 1, \
                 column 344), found an expression of a template\n";
    let outcome = run(&["add-scope", "arm", "user_impersonation", "-"], template);
    assert!(outcome.err.starts_with(&format!("error: {error}")), "{}", outcome.err);
    assert_eq!((outcome.out.as_str(), outcome.status), ("", 2));
    let truncated = r#"{"properties":{"identityProviders":"@{azureActiveDirectory=}"}}"#;
    let outcome = run(&["add-scope", "arm", "user_impersonation", "-"], truncated);
    assert_eq!((outcome.out.as_str(), outcome.status), ("", 2));
    // Nothing is changed, whatever the fixes.
    let fixed = run(&["lint", "-", "--fix"], template);
    assert_eq!(fixed.out, template);
}

/// Who serves the metadata of an MCP server, and what passes without a policy.
#[test]
fn mcp_servers_and_open_sites_are_explained() {
    let registration = r#"{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555","openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"}}"#;
    let document = |action: &str, more: &str| {
        format!(
            r#"{{"platform":{{"enabled":true}},"globalValidation":{{"unauthenticatedClientAction":"{action}"}},"identityProviders":{{"azureActiveDirectory":{registration}}},"login":{{}}{more}}}"#
        )
    };
    let page = |action: &str, more: &str| run(&["explain", "-"], document(action, more)).out;
    let app_service =
        "if the application setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES names the scopes";
    shows(&page("Return401", ""), &[app_service]);
    let own = "Here the application must serve it";
    shows(&page("Return401", r#","encryptionSettings":{}"#), &[own, "azure-container-apps#1736"]);
    let open = page("AllowAnonymous", "");
    assert!(!open.contains("MCP"), "{open}");
    shows(
        &open,
        &[
            "A request without a token, or with an invalid one, reaches the application",
            "A valid token of an application that is not allowed is answered 403",
        ],
    );
}

/// A settings file and the properties of an answer can look alike.
#[test]
fn the_form_can_be_given() {
    let file = r#"{"platform":{"enabled":true},"globalValidation":{"unauthenticatedClientAction":"RejectWith401"},"identityProviders":{},"login":{},"httpSettings":{}}"#;
    let given = |form: &str| run(&["lint", "-", "--form", form], file);
    assert_eq!(given("file").status, 0);
    assert_eq!(given("app-service-properties").status, 1);
    let outcome = given("bicep");
    assert_eq!(
        (outcome.err.as_str(), outcome.status),
        (
            "error: --form: expected one of app-service, app-service-properties, container-app, \
             container-app-properties, file, static-web-app, static-web-app-section\n",
            2
        )
    );
}

#[test]
fn callers_are_explained() {
    let policy = |value: Value| {
        entra(|document| {
            document["identityProviders"]["azureActiveDirectory"]["validation"]["defaultAuthorizationPolicy"] =
                value;
        })
    };
    let issuer = |value: &str| {
        entra(|document| {
            document["identityProviders"]["azureActiveDirectory"]["registration"]["openIdIssuer"] =
                json!(value);
        })
    };
    let cases: [(String, &[&str]); 6] = [
        (
            policy(json!({})),
            &[
                "must be 11112222-bbbb-3333-cccc-4444dddd5555 (the client ID).",
                "api://11112222-bbbb-3333-cccc-4444dddd5555 is not listed",
                "Any application with such a token is allowed.",
                "Any other token is answered 401, and so is a request without a token.",
            ],
        ),
        (
            policy(
                json!({"allowedApplications": ["22223333-cccc-4444-dddd-5555eeee6666", "orders"]}),
            ),
            &["must be 22223333-cccc-4444-dddd-5555eeee6666 or orders. Any other is answered 403."],
        ),
        (policy(json!({"allowedApplications": []})), &["the evidence on that is contradictory"]),
        (
            policy(json!({"allowedApplications": "all"})),
            &["Which applications are allowed is unknown"],
        ),
        (
            policy(json!({"allowedPrincipals": {"groups": ["a", "b"], "identities": ["c"]}})),
            &[
                "in one of the groups (2 listed) or one of the identities (1 listed); any other is answered 403",
            ],
        ),
        (
            issuer("https://login.microsoftonline.com/common/v2.0"),
            &["Tokens of many tenants are accepted", "WEBSITE_AUTH_AAD_ALLOWED_TENANTS"],
        ),
    ];
    for (document, excerpts) in cases {
        shows(&run(&["explain", "-"], document).out, excerpts);
    }
}

/// The first route that matches a request wins.
#[test]
fn routes_are_explained_in_their_order() {
    #[track_caller]
    fn check(routes: &Value, visitor: &str, user: &str) {
        let document = json!({"routes": routes, "auth": {"rolesSource": "/api/GetRoles"}});
        let out = run(&["explain", "-"], document.to_string()).out;
        shows(&out, &[&format!("A visitor who is not signed in - {visitor}"), user]);
    }
    let all = json!({"route": "/*", "allowedRoles": ["authenticated"]});
    let public = json!({"route": "/public/*", "allowedRoles": ["anonymous"]});
    let both = "Users can sign in with Microsoft Entra (/.auth/login/aad) or GitHub \
                (/.auth/login/github): a static web app that configures no provider has this by default.";
    let (closed, answer) = (
        "/* is for authenticated. - No other path is open, because /* covers all of them.",
        " - A visitor without the role is answered 401.",
    );
    check(
        &json!([public, {"route": "/login", "rewrite": "/.auth/login/github"}, all]),
        &format!("/public/* needs no sign-in. - /login needs no sign-in. - {closed}{answer}"),
        both,
    );
    check(&json!([all, public]), &format!("{closed}{answer}"), both);
    check(
        &json!([{"route": "/*", "methods": ["POST"], "allowedRoles": ["authenticated"]}, public]),
        &format!("/* (POST) is for authenticated. - All other paths need no sign-in.{answer}"),
        both,
    );
    check(
        &json!([{"route": "/*"}, {"route": "/admin", "allowedRoles": ["admin"]}]),
        "No path needs a sign-in: /* is open, and routes after it have no effect.",
        both,
    );
    check(&json!([public]), "No path needs a sign-in: no route requires a role.", both);
    // Azure/static-web-apps#1240.
    let blocked = |name: &str| json!({"route": format!("/.auth/login/{name}"), "statusCode": 404});
    check(
        &json!([blocked("aad"), blocked("github*"), all]),
        &format!("{closed}{answer}"),
        "No user can sign in: routes block the sign-in page of every provider.",
    );
    check(
        &json!([blocked("github"), all]),
        &format!("{closed}{answer}"),
        "Users can sign in with Microsoft Entra (/.auth/login/aad): a static web app that \
         configures no provider has this by default.",
    );
}

#[test]
fn other_services_are_explained() {
    let no_blob = fs::read_to_string(CONTAINER_APP).unwrap().replace("token-store-sas", "");
    shows(
        &run(&["explain", "-"], no_blob).out,
        &["a container app keeps tokens in blob storage only", "azure-container-apps#1393"],
    );
    let required = r#"{"type":"Microsoft.App/containerApps/authConfigs","properties":{
        "globalValidation":{"requireAuthentication":false,"unauthenticatedClientAction":"Return401"}}}"#;
    shows(
        &run(&["explain", "-"], required).out,
        &["The answer is 401", "requireAuthentication is not a setting of Container Apps"],
    );
    let routes = json!({
        "auth": {"identityProviders": {"github": {"registration": {"clientIdSettingName": "ID"}}}},
        "routes": [
            {"route": "/admin/*", "allowedRoles": ["administrator"]},
            {"route": "/orders", "methods": ["POST", "PUT"], "allowedRoles": ["authenticated"]},
            {"route": "/open", "allowedRoles": ["anonymous"]},
        ],
        "responseOverrides": {"401": {"redirect": "/.auth/login/github"}},
    });
    let out = run(&["explain", "-"], routes.to_string()).out;
    shows(
        &out,
        &[
            "- /admin/* is for administrator. - /orders (POST or PUT) is for authenticated. - All other",
            "A visitor without the role is redirected to /.auth/login/github.",
            "Users can sign in with GitHub (/.auth/login/github).",
            "static web apps keep no tokens",
        ],
    );
    assert!(!out.contains("/open"), "{out}");
    shows(&run(&["explain", FILE], "").out, &["X-MS-TOKEN-CONTOSO-*", "azure-docs#72019"]);
    let elsewhere = r#"{"platform":{"enabled":true,"configFilePath":"auth.json"}}"#;
    let out = run(&["explain", "-"], elsewhere).out;
    shows(&out, &["read from a file of the application, auth.json", "explain that file"]);
    assert!(!out.contains("visitor"), "{out}");
    let off = r#"{"id":"/x","properties":{"platform":{"enabled":false}}}"#;
    shows(&run(&["explain", "-"], off).out, &["Easy Auth is off", "applies once it is on"]);
}

#[test]
fn wrong_command_lines_are_rejected() {
    let too_many = "too many arguments; --help lists them";
    let cases: [(&[&str], &str); 16] = [
        (&["check", STORY], "unknown command; --help lists them"),
        (&["lint", STORY, "--diff"], "--fix is missing"),
        (&["lint", STORY, "--json=yes"], "--json takes no value"),
        (&["lint", STORY, "--fix", "--diff", "--json"], "--diff and --json cannot be combined"),
        (&["lint", STORY, "--json", "--format", "sarif"], "--json and --format cannot be combined"),
        (&["lint", STORY, "--format", "xml"], "--format: expected human, json, sarif, github"),
        (
            &["lint", STORY, "--deny", "XX1"],
            "--deny: unknown rule; `easyauth settings rule` lists all",
        ),
        (
            &["lint", STORY, "--deny", "EX1", "--allow", "ex1"],
            "rule EX1 is both denied and allowed",
        ),
        (&["explain", STORY, STORY], too_many),
        (&["add-scope"], "API and SCOPE are missing"),
        (&["add-scope", "arm"], "SCOPE is missing"),
        (
            &["add-scope", "arm", "https://management.azure.com/user_impersonation", STORY],
            "SCOPE: expected the bare name of one scope, such as User.Read",
        ),
        (&["request", STORY], "--site is missing"),
        (&["request", STORY, "--site"], "--site needs a value"),
        (&["request", STORY, "--site", SITE, "--site", SITE], "--site is given twice"),
        (
            &["request", STORY, "--site", SITE, "--cloud", "moon"],
            "--cloud: expected one of public, us-gov, us-gov-dod, china, france, germany, singapore",
        ),
    ];
    for (args, error) in cases {
        rejected(args, "", error);
    }
    rejected(
        &["request", STORY, "--site", "orders"],
        "",
        "--site: expected a resource ID such as \
         /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME",
    );
    let outcome = run(&["add-scope", "moon", "Read", STORY], "");
    let error = "error: API: unknown API; expected a URI, a client ID or one of\n";
    assert!(outcome.err.starts_with(error), "{}", outcome.err);
    shows(&outcome.err, &["key-vault"]);
}

#[test]
fn several_documents_are_linted_at_once() {
    let both = run(&["lint", STORY, CONTAINER_APP], "");
    let (story, app) = (run(&["lint", STORY], "").out, run(&["lint", CONTAINER_APP], "").out);
    assert_eq!(both.out, format!("{STORY}\n\n{story}\n{CONTAINER_APP}\n\n{app}"));
    assert_eq!(both.status, 1);
    let outcome = run(&["lint", STORY, "no/such/file"], "");
    assert!(outcome.err.starts_with("error: file 2 of 2: cannot open FILE: "), "{}", outcome.err);
    assert_eq!((outcome.out.as_str(), outcome.status), ("", 2));
}

#[test]
fn the_first_version_is_migrated() {
    let old = "../tests/data/settings/authsettings-v1.json";
    let outcome = run(&["migrate", old], "");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    let library: easyauth::settings::AuthSettingsV1 =
        fs::read_to_string(old).unwrap().parse().unwrap();
    let migration = library.migrate();
    assert_eq!(outcome.out, format!("{}\n", migration.settings().as_json()));
    for name in migration.left_behind() {
        shows(&outcome.err, &[&format!("note: not migrated: {name}")]);
    }
    let v1 = r#"{"properties":{"enabled":true,"clientId":"11112222-bbbb-3333-cccc-4444dddd5555",
        "clientSecret":"Qx~8Canary.7hT_secret","tokenStoreEnabled":true}}"#;
    let outcome = run(&["migrate"], v1);
    shows(&outcome.err, &["not migrated: clientSecret", "put each secret into an app setting"]);
    let number = r#"{"clientId":"x","defaultProvider":0,"tokenStoreEnabled":true}"#;
    let other = "note: not migrated: defaultProvider\nnote: put each secret into an app setting, and its \
                 name into the document; the second version has no place for other values, or \
                 writes them in another way\n";
    assert_eq!(run(&["migrate"], number).err, other);
    // The document is whole, so it can be sent.
    let arm = token("https://management.azure.com");
    let request = run_with(Some(&arm), &["request", "-", "--site", SITE], &outcome.out);
    assert_eq!((request.err.as_str(), request.status), ("", 0));
    shows(&request.out, &["PUT https://management.azure.com", r#""httpSettings":{}"#]);
    assert!(!format!("{}{}", outcome.out, outcome.err).contains("Canary"));
    rejected(
        &["migrate", "-"],
        r#"{"properties":{"enabled":true,"configVersion":"v2","tokenStoreEnabled":true}}"#,
        "the site already uses the second version, and this is only a view of it (configVersion is \
         v2); read config/authsettingsV2 of the site instead",
    );
}

#[test]
fn explanations_come_as_json() {
    let json: Value = serde_json::from_str(&run(&["explain", "--json", STORY], "").out).unwrap();
    assert_eq!(json["form"], "app-service");
    let chapters = json["chapters"].as_array().unwrap();
    assert_eq!(chapters.len(), 5);
    let page = run(&["explain", STORY], "").out;
    for chapter in chapters {
        shows(&page, &[chapter["title"].as_str().unwrap()]);
        for sentence in chapter["sentences"].as_array().unwrap() {
            shows(&page, &[sentence.as_str().unwrap()]);
        }
    }
}

#[test]
fn other_documents_are_rejected() {
    let template = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","resources":[{"type":"Microsoft.Web/sites/config"}]}"#;
    let v1 =
        r#"{"properties":{"enabled":true,"tokenStoreEnabled":false,"additionalLoginParams":null}}"#;
    let cases: [(&str, &str); 8] = [
        ("", "the settings are not JSON: the input is empty"),
        ("{\"platform\":", "the settings are not JSON at line 1, column 13"),
        ("[{}]", "expected an object: this is a list of documents: give one of its elements"),
        (
            template,
            "this is not an authSettingsV2 document: this is a deployment template without settings of \
             Easy Auth",
        ),
        (
            v1,
            "these are settings of the first version (authsettings), not authSettingsV2: read \
             config/authsettingsV2 of the site, after `az webapp auth config-version upgrade` if it has \
             not moved yet; or migrate them",
        ),
        (
            r#"{"error":{"code":"AuthorizationFailed"}}"#,
            "this is not an authSettingsV2 document: this is an error that Azure Resource Manager \
             answered; `az rest --method get --url <resource ID of the \
             site>/config/authsettingsV2?api-version=2025-05-01` prints the document",
        ),
        (
            r#"{"value":[]}"#,
            "this is not an authSettingsV2 document: this is a list of documents: give one element of its \
             `value`",
        ),
        (
            r#"{"hosts":[]}"#,
            "this is not an authSettingsV2 document: `az rest --method get --url <resource ID of the \
             site>/config/authsettingsV2?api-version=2025-05-01` prints the document",
        ),
    ];
    for (document, error) in cases {
        rejected(&["lint", "-"], document, error);
        rejected(&["explain", "-"], document, error);
        rejected(&["add-scope", "arm", "user_impersonation", "-"], document, error);
        rejected(&["request", "-", "--site", SITE], document, error);
    }
    let error = "the settings are not UTF-8: this is UTF-16, as `Out-File` and `>` of Windows PowerShell \
                 write it: save it as UTF-8 (`Out-File -Encoding utf8`)";
    rejected(&["lint", "-"], b"\xff\xfe{\0}\0", error);
    let outcome = run(&["lint", "no/such/file"], "");
    assert!(outcome.err.starts_with("error: cannot open FILE: "), "{}", outcome.err);
    assert_eq!(outcome.status, 2);
}

/// Puts a secret in every place where the name of a setting is meant.
fn with_secrets(value: &mut Value, secret: &str, count: &mut usize) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name.ends_with("SettingName") || name.ends_with("SecretName") {
                    *value = json!(secret);
                    *count += 1;
                } else {
                    with_secrets(value, secret, count);
                }
            }
        }
        Value::Array(elements) => {
            for element in elements {
                with_secrets(element, secret, count);
            }
        }
        _ => {}
    }
}

#[test]
fn secrets_used_as_names_are_not_shown() {
    const SECRET: &str = "Qx~8Canary.7hT_secret";
    let client =
        json!({"clientId": "id", "clientIdSettingName": "", "clientSecretSettingName": ""});
    let all = json!({"identityProviders": {
        "azureActiveDirectory": {"registration": client},
        "facebook": {"registration": {"appId": "id", "appIdSettingName": "", "appSecretSettingName": ""}},
        "gitHub": {"registration": client},
        "google": {"registration": client},
        "apple": {"registration": client},
        "legacyMicrosoftAccount": {"registration": client},
        "twitter": {"registration": {"consumerKeySettingName": "", "consumerSecretSettingName": ""}},
        "customOpenIdConnectProviders": {"contoso": {"registration": {
            "clientIdSettingName": "", "clientCredential": {"clientSecretSettingName": ""},
        }}},
    }, "login": {"tokenStore": {"enabled": true, "azureBlobStorage": {"sasUrlSettingName": ""}}},
       "encryptionSettings": {"containerAppAuthEncryptionSecretName": "",
                              "containerAppAuthSigningSecretName": ""}});
    let with = |members: Value, wrapper: &str| {
        let mut document = members;
        document[wrapper] = all.clone();
        document.to_string()
    };
    let mut documents = vec![
        with(json!({}), "properties"),
        with(json!({"type": "Microsoft.App/containerapps/authconfigs"}), "properties"),
        with(json!({}), "auth"),
        all.to_string(),
    ];
    for file in [STORY, CONTAINER_APP, FILE, STATIC_WEB_APP] {
        documents.push(fs::read_to_string(file).unwrap());
    }
    for document in documents {
        let mut value: Value = serde_json::from_str(&document).unwrap();
        let mut count = 0;
        with_secrets(&mut value, SECRET, &mut count);
        assert!(count > 0, "{document}");
        let document = value.to_string();
        let cut = document.trim_end_matches('}');
        let not_shown = |outcome: &Outcome| {
            assert!(!outcome.err.contains("Canary"), "{}", outcome.err);
        };
        for args in [&["lint", "-"][..], &["lint", "-", "--json"], &["explain", "-"]] {
            for input in [&*document, cut] {
                let outcome = run(args, input);
                not_shown(&outcome);
                assert!(!outcome.out.contains("Canary"), "{}", outcome.out);
            }
        }
        not_shown(&run(&["lint", "-", "--fix"], &document));
        not_shown(&run(&["add-scope", "arm", "user_impersonation", "-"], &document));
        not_shown(&run(&["request", "-", "--site", SITE], &document));
        let arm = token("https://management.azure.com");
        not_shown(&run_with(Some(&arm), &["request", "-", "--site", SITE], &document));
    }
}

#[test]
fn secrets_pasted_as_arguments_are_not_repeated() {
    let secret = "Qx~8Canary.7hT_secret";
    let option = format!("--{secret}");
    let site = ["request", STORY, "--site", secret];
    for args in [
        &[secret][..],
        &["lint", secret],
        &["lint", STORY, secret],
        &["lint", STORY, &option],
        &["add-scope", secret, "Read", STORY],
        &["add-scope", "arm", &format!("{secret}/x y"), STORY],
        &["add-scope", "arm", "Read", secret],
        &["explain", "--form", secret, STORY],
        &["request", "--cloud", secret, "--site", SITE, STORY],
        &site,
    ] {
        let outcome = run(args, "");
        assert_eq!(outcome.status, 2);
        assert!(!outcome.err.contains("Canary") && outcome.out.is_empty(), "{}", outcome.err);
    }
}

#[test]
fn documents_cannot_control_the_terminal() {
    let document = entra(|document| {
        document["globalValidation"]["excludedPaths"] = json!(["/a\u{1b}[31m\nb", "/\u{202e}c"]);
        document["identityProviders"]["azureActiveDirectory"]["regis\u{1b}tration"] = json!({});
    });
    for command in ["lint", "explain"] {
        let out = run(&[command, "-"], &document).out;
        assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out}");
    }
    shows(&run(&["explain", "-"], &document).out, &["/a\\u{1b}[31m\\u{a}b"]);
}
