use easyauth::settings::{AuthSettingsV2, Finding, Form, Severity};

use super::{CONTAINER_APP, FILE, STATIC_WEB_APP, fires, fires_in, passes, passes_in, says};

const FILE_PATH: &str = "/platform/configFilePath";
const ENABLED: &str = "/platform/enabled";
const REGISTRATION: &str = "/identityProviders/azureActiveDirectory/registration";
const PROVIDER: &str = "/globalValidation/redirectToProvider";

fn lint(text: &str) -> Vec<Finding> {
    let findings = text.parse::<AuthSettingsV2>().unwrap().lint();
    findings.into_iter().filter(|finding| finding.rule().starts_with("ST")).collect()
}

/// The only structural finding of a document.
#[track_caller]
fn only(text: &str, rule: &str, pointer: &str) -> Finding {
    let findings = lint(text);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let finding = findings.into_iter().next().unwrap();
    assert_eq!((finding.rule(), &*finding.pointer()), (rule, pointer));
    finding
}

#[test]
fn st3_a_document_is_whole() {
    let answer = r#"{"id":"/x","properties":{"platform":{},"identityProviders":{},"login":{}}}"#;
    let finding = only(answer, "ST3", "/properties");
    says(
        &finding,
        "sections are missing: globalValidation, httpSettings",
        "read the settings, change them, and send them as a whole",
    );
    assert_eq!(finding.severity(), Severity::Warning);
    let template = r#"{"properties":{"platform":{},"identityProviders":{},"login":{}}}"#;
    assert_eq!(only(template, "ST3", "/properties").severity(), Severity::Info);
    assert_eq!(only(r#"{"platform":{}}"#, "ST3", "").severity(), Severity::Warning);
    let container_app = r#"{"encryptionSettings":{},"platform":{},"identityProviders":{}}"#;
    let finding = only(container_app, "ST3", "");
    assert_eq!(finding.message(), "sections are missing: globalValidation, login");
    // An app that never had authentication.
    assert_eq!(lint(r#"{"id":"/x","properties":{"platform":{"enabled":false}}}"#), []);
    let on = r#"{"id":"/x","properties":{"platform":{"enabled":true,"runtimeVersion":"~1"}}}"#;
    only(on, "ST3", "/properties");
    only(r#"{"id":"/x","properties":null}"#, "ST3", "/properties");
    // Another rule is about the value.
    let answer = |properties: &str| {
        format!(r#"{{"id":"/config/authsettingsV2","properties":{properties}}}"#)
    };
    for properties in ["[]", "7", "\"@{platform=}\""] {
        only(&answer(properties), "ST15", "/properties");
    }
    only(&answer("\"[variables('p')]\""), "ST19", "/properties");
    // A settings file takes the place of all of them.
    assert_eq!(lint(r#"{"platform":{"enabled":true,"configFilePath":"auth.json"}}"#), []);
    let file = AuthSettingsV2::parse_as(Form::File, r#"{"platform":{}}"#).unwrap();
    assert_eq!(file.lint(), []);
    assert_eq!(lint(r#"{"auth":{"identityProviders":{}}}"#), []);
}

#[test]
fn st3_is_silent_where_a_section_is_misplaced() {
    let misplaced = r#"{"platform":{},"globalValidation":{},"identityProviders":{"login":{}},"httpSettings":{}}"#;
    only(misplaced, "ST1", "/identityProviders/login");
    let misspelt = r#"{"platform":{},"globalValidation":{},"identityProviders":{},"login":{},"httpSetings":{}}"#;
    only(misspelt, "ST1", "/httpSetings");
    let beside = r#"{"id":"/x","login":{},"properties":{"platform":{},"globalValidation":{},"identityProviders":{},"httpSettings":{}}}"#;
    only(beside, "ST1", "/login");
    let wrapped =
        r#"{"id":"/x","properties":{"properties":{"platform":{},"globalValidation":{}}}}"#;
    only(wrapped, "ST2", "/properties/properties");
    // Another one is missing as well.
    let findings = lint(r#"{"platform":{},"identityProviders":{"login":{}},"httpSettings":{}}"#);
    let missing = findings.iter().find(|finding| finding.rule() == "ST3").unwrap();
    assert_eq!(missing.message(), "sections are missing: globalValidation");
}

#[test]
fn st10_a_settings_file_wins() {
    let path = "\"/home/site/wwwroot/auth.json\"";
    let finding = fires("ST10", FILE_PATH, &[(FILE_PATH, path)]);
    says(
        &finding,
        "a settings file is named, and providers are set up here",
        "set them up in the file, or remove configFilePath",
    );
    assert_eq!(finding.severity(), Severity::Warning);
    passes(&[(FILE_PATH, "\"\"")]);
    // What the platform answers for such an app: every section, with nothing in it.
    passes(&[(FILE_PATH, path), (REGISTRATION, "{}"), (PROVIDER, "")]);
    fires_in(CONTAINER_APP, "ST16", &[FILE_PATH], &[(FILE_PATH, path)]);
    passes_in(FILE, &[(FILE_PATH, path)]);
}

#[test]
fn st12_functions_behind_a_static_web_app_are_closed() {
    let own = "/identityProviders/azureStaticWebApps";
    let action = "/globalValidation/unauthenticatedClientAction";
    let open = (action, "\"AllowAnonymous\"");
    // Another rule is about required authentication with AllowAnonymous.
    let any = ("/globalValidation/requireAuthentication", "");
    for on in [r#"{"enabled":true}"#, r#"{"registration":{"clientId":"orders"}}"#] {
        let finding = fires("ST12", action, &[(own, on), open, any]);
        says(
            &finding,
            "azureStaticWebApps is on, and anonymous requests are allowed",
            "write Return401, or RedirectToLoginPage",
        );
        assert_eq!(finding.severity(), Severity::Warning);
        passes(&[(own, on), any]);
    }
    for off in [r#"{"enabled":false,"registration":{"clientId":"orders"}}"#, "{}"] {
        passes(&[(own, off), open, any]);
    }
}

#[test]
fn st13_what_is_set_up_is_on() {
    for off in ["false", "", "null"] {
        let finding = fires("ST13", ENABLED, &[(ENABLED, off)]);
        let message = "providers are set up, and the platform is off";
        says(&finding, message, "set it to true");
        assert_eq!(finding.severity(), Severity::Warning);
        passes(&[(ENABLED, off), (REGISTRATION, "{}"), (PROVIDER, "")]);
    }
    fires_in(FILE, "ST13", &[ENABLED], &[(ENABLED, "false")]);
    fires_in(CONTAINER_APP, "ST13", &[ENABLED], &[(ENABLED, "false")]);
    passes_in(FILE, &[(ENABLED, "")]);
    // Other rules tell what was meant.
    fires("ST1", "/platform/enable", &[(ENABLED, ""), ("/platform/enable", "true")]);
    fires("ST2", "/platform/properties", &[("/platform", r#"{"properties":{"enabled":true}}"#)]);
    // One finding for a missing section, and one for a value that is not a flag.
    passes(&[("/platform", "")]);
    fires("ST19", ENABLED, &[(ENABLED, "\"<enabled>\"")]);
    passes_in(STATIC_WEB_APP, &[]);
}

#[test]
fn st14_the_newest_version_runs() {
    let at = "/platform/runtimeVersion";
    for pinned in ["\"1.4.7\"", "\"1.0\""] {
        let finding = fires("ST14", at, &[(at, pinned)]);
        says(&finding, "the version is pinned", "write ~1, the newest");
        assert_eq!(finding.severity(), Severity::Warning);
    }
    for good in ["\"~1\"", "\"~2\"", "\"\"", "\"1\"", "\"1.\"", "\"v1.0\""] {
        passes(&[(at, good)]);
    }
}
