//! No fix lets anonymous requests through that the platform rejects today, or turns a protection off.

use easyauth::settings::{
    AuthSettingsV2, UnauthenticatedAction, global_validation, http, login, platform,
};

use super::{SITE, changed, of_rule};

/// Asserts that a fix lets no request through that the platform rejected before.
#[track_caller]
pub(crate) fn opens_nothing(before: &AuthSettingsV2, after: &AuthSettingsV2) {
    let gates = |settings: &AuthSettingsV2| {
        let action = settings.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
        [
            action == Some(UnauthenticatedAction::AllowAnonymous),
            settings.get(global_validation::REQUIRE_AUTHENTICATION) == Some(false),
            settings.get(platform::ENABLED) == Some(false),
            settings.get(platform::CONFIG_FILE_PATH).is_some_and(|path| !path.is_empty()),
            settings.get(http::REQUIRE_HTTPS) == Some(false),
            settings.get(login::VALIDATE_NONCE) == Some(false),
        ]
    };
    let opened =
        gates(before).into_iter().zip(gates(after)).any(|(before, after)| after && !before);
    let paths = |settings: &AuthSettingsV2| {
        let paths = settings.get(global_validation::EXCLUDED_PATHS);
        let urls = settings.get(login::ALLOWED_EXTERNAL_REDIRECT_URLS);
        [paths, urls].into_iter().flatten().flatten().collect::<Vec<_>>()
    };
    let old = paths(before);
    assert!(!opened && paths(after).iter().all(|path| old.contains(path)), "{}", after.as_json());
}

/// Asserts that the rule's first finding in the changed document has a fix, or has not.
#[track_caller]
fn check(is_fixable: bool, rule: &str, changes: &[(&str, &str)]) {
    let findings = of_rule(SITE, rule, changes);
    let finding = findings.first().unwrap_or_else(|| panic!("no {rule} in {changes:?}"));
    assert_eq!(finding.is_fixable(), is_fixable, "{finding}");
    assert!(!finding.remedy().is_empty());
    let before = changed(SITE, changes);
    let mut after = before.clone();
    assert_eq!(finding.fix(&mut after), is_fixable);
    assert_eq!(after != before, is_fixable, "{finding}");
}

const GLOBAL: &str = "/globalValidation";
const PATHS: &str = "/globalValidation/excludedPaths";
const ACTION: &str = "/globalValidation/unauthenticatedClientAction";
const REQUIRE: &str = "/globalValidation/requireAuthentication";
const ENABLED: &str = "/platform/enabled";

#[test]
fn paths_are_not_excluded() {
    check(false, "EX1", &[(PATHS, r#"["admin/*"]"#)]);
    check(false, "ST15", &[(PATHS, "\"/health\"")]);
    check(false, "ST15", &[(PATHS, r#"{"value":["/health"],"Count":1}"#)]);
    let misspelt = "/globalValidation/excludePaths";
    check(false, "ST1", &[(misspelt, r#"["/health"]"#)]);
    check(false, "ST1", &[(misspelt, "\"/health\"")]);
    check(false, "ST1", &[(misspelt, "\"[parameters('paths')]\"")]);
    check(true, "ST1", &[(misspelt, "[]")]);
    check(true, "ST1", &[(misspelt, r#"[null,""]"#)]);
    // Wherever they come from.
    let inside = "/globalValidation/properties";
    check(false, "ST2", &[(inside, r#"{"ExcludedPaths":["/health"]}"#)]);
    check(true, "ST2", &[(inside, r#"{"excludedPaths":[]}"#)]);
    let section = r#"{"excludedPaths":["/health"]}"#;
    check(false, "ST1", &[(GLOBAL, ""), ("/identityProviders/globalValidation", section)]);
    check(false, "ST1", &[(GLOBAL, ""), ("//globalValidation", section)]);
    check(false, "ST1", &[(GLOBAL, ""), ("/GlobalValidations", section)]);
    check(false, "ST1", &[("/excludedPaths", r#"["/health"]"#)]);
    check(true, "ST1", &[(GLOBAL, ""), ("//globalValidation", r#"{"excludedPaths":null}"#)]);
    // Other lists.
    let audiences = "/identityProviders/azureActiveDirectory/validation/allowedAudiences";
    check(true, "ST15", &[(audiences, "\"api://contoso\"")]);
}

#[test]
fn users_are_not_redirected_elsewhere() {
    let urls = "/login/allowedExternalRedirectUrls";
    check(false, "ST15", &[(urls, "\"https://contoso.example\"")]);
    check(false, "ST15", &[(urls, r#"{"value":["https://contoso.example"],"Count":1}"#)]);
    let misspelt = "/login/allowedExternalRedirectUrl";
    check(false, "ST1", &[(misspelt, r#"["https://contoso.example"]"#)]);
    check(true, "ST1", &[(misspelt, "[]")]);
}

#[test]
fn protections_are_not_turned_off() {
    for (at, misspelt) in [
        ("/httpSettings/requireHttps", "/httpSettings/requireHttp"),
        ("/login/nonce/validateNonce", "/login/nonce/validateNonces"),
    ] {
        check(false, "ST1", &[(at, ""), (misspelt, "false")]);
        check(false, "ST1", &[(at, ""), (misspelt, "\"False\"")]);
        check(true, "ST1", &[(at, ""), (misspelt, "true")]);
        // The service reads the string, so nothing changes.
        check(true, "ST15", &[(at, "\"true\"")]);
    }
    check(false, "ST2", &[("/httpSettings", r#"{"properties":{"requireHttps":false}}"#)]);
}

#[test]
fn anonymous_requests_are_not_allowed() {
    let misspelt = "/globalValidation/unauthenticatedClientActon";
    for (action, is_fixable) in [
        ("\"AllowAnonymous\"", false),
        ("\"allowanonymous\"", false),
        ("\"Anonymous\"", false),
        ("\"[parameters('action')]\"", false),
        ("1", false),
        ("true", false),
        ("\"RedirectToLoginPage\"", true),
        ("\"Return401\"", true),
        ("\"return404\"", true),
        ("2", true),
        ("\"\"", true),
    ] {
        check(is_fixable, "ST1", &[(ACTION, ""), (misspelt, action)]);
    }
    // The place of the number in the list is inferred.
    check(false, "ST15", &[(ACTION, "1")]);
    check(true, "ST15", &[(ACTION, "0")]);
    check(true, "UN6", &[(ACTION, "\"RejectWith403\"")]);
    let inside = "/globalValidation/properties";
    let open = r#"{"unauthenticatedClientAction":"AllowAnonymous"}"#;
    check(false, "ST2", &[(ACTION, ""), (inside, open)]);
    check(true, "ST2", &[(ACTION, ""), (inside, &open.replace("AllowAnonymous", "Return403"))]);
}

#[test]
fn authentication_is_not_turned_off() {
    for (at, misspelt) in
        [(REQUIRE, "/globalValidation/requireAuthenticaton"), (ENABLED, "/platform/enabeld")]
    {
        check(false, "ST1", &[(at, ""), (misspelt, "false")]);
        check(false, "ST1", &[(at, ""), (misspelt, "\"False\"")]);
        check(false, "ST1", &[(at, ""), (misspelt, "\"[parameters('on')]\"")]);
        check(true, "ST1", &[(at, ""), (misspelt, "true")]);
    }
    // The service reads the string, so nothing changes.
    check(true, "ST15", &[(ENABLED, "\"true\"")]);
    let anonymous = (ACTION, "\"AllowAnonymous\"");
    check(true, "ST15", &[anonymous, (REQUIRE, "\"False\"")]);
    // A settings file replaces the document.
    check(false, "ST1", &[("/platform/configFilPath", "\"auth.json\"")]);
    check(true, "ST1", &[("/platform/configFilPath", "\"\"")]);
}
