use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, SITE, changed, fires, fires_in, fixes, of_rule, passes, passes_in, silent,
};

const ENABLED: &str = "/login/tokenStore/enabled";
const HOURS: &str = "/login/tokenStore/tokenRefreshExtensionHours";
const PARAMETERS: &str = "/identityProviders/azureActiveDirectory/login/loginParameters";
const ARM: &str =
    r#"["scope=openid profile email https://management.azure.com/user_impersonation"]"#;

#[test]
fn ts1_tokens_are_kept_if_they_are_asked_for() {
    fixes("TS1", ENABLED, &[(ENABLED, "false"), (PARAMETERS, ARM)], Some("true"));
    fixes("TS1", ENABLED, &[(ENABLED, ""), (PARAMETERS, ARM)], Some("true"));
    passes(&[(PARAMETERS, ARM)]);
    passes(&[(ENABLED, "false"), (PARAMETERS, r#"["scope=openid profile email"]"#)]);
}

#[test]
fn ts1_does_not_replace_what_is_in_the_way() {
    // It is unknown, not off.
    for in_the_way in ["\"on\"", "[]", "7", "\"[parameters('store')]\""] {
        silent("TS1", &[("/login/tokenStore", in_the_way), (PARAMETERS, ARM)]);
    }
    silent("TS1", &[(ENABLED, "\"[parameters('store')]\""), (PARAMETERS, ARM)]);
    let changes = [("/login/tokenStore", "null"), (PARAMETERS, ARM)];
    let findings = of_rule(SITE, "TS1", &changes);
    assert!(!findings[0].is_fixable());
    let mut settings = changed(SITE, &changes);
    assert!(!findings[0].fix(&mut settings));
    assert_eq!(settings, changed(SITE, &changes));
}

#[test]
fn ts2_a_container_app_needs_a_container() {
    let blob = "/login/tokenStore/azureBlobStorage";
    fires_in(CONTAINER_APP, "TS2", &[blob], &[(blob, "{}")]);
    passes_in(CONTAINER_APP, &[(blob, "{}"), (ENABLED, "false")]);
    // A site keeps them in its own file system.
    passes(&[(blob, "{}")]);
}

#[test]
fn ts3_tokens_have_one_place() {
    let (directory, sas) = (
        "/login/tokenStore/fileSystem/directory",
        "/login/tokenStore/azureBlobStorage/sasUrlSettingName",
    );
    fires("TS3", directory, &[(directory, "\"/home/tokens\""), (sas, "\"TOKEN_STORE_SAS\"")]);
    passes(&[(directory, "\"/home/tokens\"")]);
}

#[test]
fn ts4_sessions_end() {
    for (hours, severity) in [
        ("72.5", Severity::Info),
        ("0", Severity::Info),
        ("-1", Severity::Warning),
        ("\"three days\"", Severity::Warning),
    ] {
        assert_eq!(fires("TS4", HOURS, &[(HOURS, hours)]).severity(), severity);
    }
    passes(&[(HOURS, "72")]);
    passes(&[(HOURS, "0.5")]);
}
