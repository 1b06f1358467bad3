use easyauth::settings::{Finding, Severity};

use super::{
    CONTAINER_APP, FILE, SITE, STATIC_WEB_APP, changed, fires, fires_in, fixes, found, passes,
    passes_in, says,
};

const ENTRA: &str = "/identityProviders/azureActiveDirectory";

#[test]
fn st2_sections_have_their_members_themselves() {
    let at = "/platform/properties";
    let wrapped = [(
        "/platform",
        r#"{"kind":"x","id":"y","name":"z","type":"w","properties":{"enabled":true}}"#,
    )];
    let finding = fires("ST2", at, &wrapped);
    says(&finding, "the members of a section are inside properties", "take them out of it");
    assert_eq!(finding.severity(), Severity::Error);
    let mut settings = changed(SITE, &wrapped);
    assert!(finding.fix(&mut settings));
    assert_eq!(settings.get(easyauth::settings::platform::ENABLED), Some(true));
    assert_eq!(settings.pointer("/properties/platform/properties"), None);
    // What is inside is not looked at, and not lost.
    let taken = [("/platform", r#"{"enabled":true,"properties":{"Enabled":false,"unknown":1}}"#)];
    assert!(!fires("ST2", at, &taken).is_fixable());
    let nested = [("/platform", r#"{"enabled":true,"properties":{"properties":{"a":1}}}"#)];
    assert!(!fires("ST2", at, &nested).is_fixable());
    for no_object in ["1", "[]", "null"] {
        assert!(!fires("ST2", at, &[(at, no_object)]).is_fixable());
    }
    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|index| format!("\"m{index}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(fires("ST2", at, &[(at, &members(32))]).is_fixable());
    assert!(!fires("ST2", at, &[(at, &members(33))]).is_fixable());
    // The name of a custom provider.
    let custom = "/identityProviders/customOpenIdConnectProviders/properties";
    passes(&[(custom, "{}")]);
}

#[test]
fn st4_custom_providers_have_two_names() {
    let (arm, file) = (
        "/identityProviders/customOpenIdConnectProviders",
        "/identityProviders/openIdConnectProviders",
    );
    fixes("ST4", file, &[(file, "{}")], None);
    let finding = fires("ST4", file, &[(file, "{}")]);
    says(
        &finding,
        "openIdConnectProviders is the name of another form or version",
        "name it customOpenIdConnectProviders",
    );
    assert_eq!(finding.severity(), Severity::Warning);
    assert!(!fires("ST4", file, &[(file, "{}"), (arm, "{}")]).is_fixable());
    fires_in(CONTAINER_APP, "ST4", &[file], &[(file, "{}")]);
    fires_in(FILE, "ST4", &[arm], &[(arm, "{}")]);
    // What is inside is looked at all the same.
    let inside = format!("{file}/contoso/unknown");
    let findings = changed(SITE, &[(&inside, "1")]).lint();
    let rules: Vec<_> = findings.iter().map(Finding::rule).collect();
    assert_eq!(rules, ["ST1", "ST4"]);
    passes(&[(arm, "{}")]);
}

#[test]
fn st4_github_has_two_cases() {
    let (upper, lower) = ("/identityProviders/gitHub", "/identityProviders/github");
    let changes = [(upper, ""), (lower, r#"{"enabled":true}"#)];
    let finding = fires("ST4", lower, &changes);
    says(&finding, "github is the name of another form or version", "name it gitHub");
    assert_eq!(finding.severity(), Severity::Info);
    let mut settings = changed(SITE, &changes);
    assert!(finding.fix(&mut settings));
    assert!(
        settings.as_json().contains("\"gitHub\": {\"enabled\":true}"),
        "{}",
        settings.as_json()
    );
    assert!(!settings.as_json().contains("\"github\""));

    let (upper, lower) = ("/auth/identityProviders/gitHub", "/auth/identityProviders/github");
    let finding = fires_in(STATIC_WEB_APP, "ST4", &[upper], &[(lower, ""), (upper, "{}")]);
    says(&finding, "gitHub is the name of another form or version", "name it github");
    assert_eq!(finding.severity(), Severity::Warning);
    passes(&[("/identityProviders/gitHub", ""), ("/identityProviders/GITHUB", "{}")]);
}

#[test]
fn st4_names_of_2020_and_of_files() {
    let contoso = "/identityProviders/openIdConnectProviders/contoso";
    let secret = format!("{contoso}/registration/clientCredential");
    let old = format!("{secret}/secretSettingName");
    let finding = fires_in(FILE, "ST4", &[&old], &[(&secret, r#"{"secretSettingName":"SECRET"}"#)]);
    assert_eq!(finding.remedy(), "name it clientSecretSettingName");
    assert!(finding.is_fixable());
    let (scope, scopes) = (format!("{contoso}/login/scope"), format!("{contoso}/login/scopes"));
    let list = fires_in(FILE, "ST4", &[&scope], &[(&scopes, ""), (&scope, r#"["openid"]"#)]);
    assert_eq!(list.remedy(), "name it scopes");
    assert!(list.is_fixable());
    assert!(
        !fires_in(FILE, "ST4", &[&scope], &[(&scopes, ""), (&scope, "\"openid\"")]).is_fixable()
    );
    assert!(!fires_in(FILE, "ST4", &[&scope], &[(&scope, "[]")]).is_fixable());

    let custom =
        "/identityProviders/customOpenIdConnectProviders/contoso/login/loginParameterNames";
    for document in [SITE, CONTAINER_APP] {
        let finding = fires_in(document, "ST4", &[custom], &[(custom, r#"["ui_locales=de"]"#)]);
        says(
            &finding,
            "a custom provider has no loginParameterNames here",
            "remove it; only a settings file and Static Web Apps have it",
        );
        assert_eq!(finding.severity(), Severity::Warning);
        assert!(!finding.is_fixable());
        passes_in(document, &[(custom, "[]")]);
    }
    passes_in(STATIC_WEB_APP, &[(&format!("/auth{custom}"), r#"["ui_locales=de"]"#)]);
    let entra = format!("{ENTRA}/login/loginParameterNames");
    let finding = fires("ST4", &entra, &[(&entra, r#"["scope=openid profile email"]"#)]);
    assert_eq!(finding.remedy(), "name it loginParameters");
    assert!(finding.is_fixable());
    passes_in(STATIC_WEB_APP, &[]);
}

/// Fixes that were found together and want the same place.
#[test]
fn a_fix_that_comes_second_loses_nothing() {
    let both = [("/httpSettings", r#"{"route":{},"properties":{"routes":{"apiPrefix":"/x"}}}"#)];
    let mut settings = changed(SITE, &both);
    let findings = settings.lint();
    let rules: Vec<_> = findings.iter().map(|own| (own.rule(), own.is_fixable())).collect();
    assert_eq!(rules, [("ST1", true), ("ST2", true)]);
    for finding in findings {
        finding.fix(&mut settings);
    }
    assert_eq!(settings.pointer("/properties/httpSettings/routes"), Some("{}"));
    let second = "/properties/httpSettings/properties/routes/apiPrefix";
    assert_eq!(settings.pointer(second), Some("\"/x\""));
}

/// Texts and lists where an object belongs are worth a look.
#[test]
fn a_fix_does_not_take_what_is_in_its_way() {
    let at = format!("{ENTRA}/loginParameters");
    let parameters = r#"["scope=openid profile email"]"#;
    let login = format!("{ENTRA}/login");
    for (in_the_way, is_fixable) in [("\"x\"", false), ("[1]", false), ("null", false)] {
        let settings = changed(SITE, &[(&login, in_the_way), (&at, parameters)]);
        let findings = settings.lint();
        let finding = findings.iter().find(|own| own.rule() == "LP17").unwrap();
        assert_eq!(finding.is_fixable(), is_fixable, "{in_the_way}");
    }
}

#[test]
fn st21_names_are_there_once() {
    let at = "/platform/Enabled";
    let finding = fires("ST21", at, &[("/platform", r#"{"enabled":false,"Enabled":true}"#)]);
    says(&finding, "Enabled is a duplicate member", "keep only the right one");
    assert_eq!(finding.severity(), Severity::Warning);
    assert!(!finding.is_fixable());
    // The last counts, so the others are not looked at; and it is one finding.
    fires(
        "ST21",
        "/platform/ENABLED",
        &[("/platform", r#"{"enabled":1,"Enabled":[],"ENABLED":true}"#)],
    );
    passes(&[("/platform", r#"{"enabled":true,"runtimeVersion":"~1"}"#)]);
    let custom = "/identityProviders/customOpenIdConnectProviders";
    fires("ST21", &format!("{custom}/CONTOSO"), &[(custom, r#"{"contoso":{},"CONTOSO":{}}"#)]);
    let twice = r#"{"id":"/x","ID":"/x","properties":{"platform":{}}}"#.parse().unwrap();
    assert_eq!(found(&twice), [("ST21", "/ID".to_owned())]);
    let twice = r#"{"routes":1,"Routes":2,"auth":{},"AUTH":{}}"#.parse().unwrap();
    assert_eq!(found(&twice), [("ST21", "/AUTH".to_owned())]);
}
