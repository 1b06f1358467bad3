//! The site's app settings.

use easyauth::settings::{AuthSettingsV2, Context, Finding, SettingsErrorKind};

use super::{SITE, says};

const NAME: &str = "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET";
const AT: &str =
    "/properties/identityProviders/azureActiveDirectory/registration/clientSecretSettingName";

fn lint(context: &Context) -> Vec<Finding> {
    SITE.parse::<AuthSettingsV2>().unwrap().lint_with(context)
}

fn of_cli(name: &str, is_sticky: bool) -> Context {
    let list = format!(r#"[{{"name":"{name}","value":"secret","slotSetting":{is_sticky}}}]"#);
    Context::default().app_settings(&list).unwrap()
}

#[test]
fn ap1_names_that_the_site_has() {
    assert_eq!(lint(&of_cli(NAME, true)), []);
    assert_eq!(lint(&of_cli(&NAME.to_lowercase(), true)), []);
    let findings = lint(&of_cli("OTHER", true));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!((finding.rule(), finding.pointer().as_str()), ("AP1", AT));
    says(
        finding,
        "the site has no app setting of this name",
        "add the app setting, or correct the name",
    );
    // As Azure Resource Manager answers.
    let arm = |name: &str| format!(r#"{{"properties":{{"{name}":"secret"}}}}"#);
    assert_eq!(lint(&Context::default().app_settings(&arm(NAME)).unwrap()), []);
    assert_eq!(lint(&Context::default().app_settings(&arm("OTHER")).unwrap()).len(), 1);
}

#[test]
fn ap2_secrets_stay_with_their_slot() {
    let findings = lint(&of_cli(NAME, false));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!((finding.rule(), finding.pointer().as_str()), ("AP2", AT));
    says(
        finding,
        &format!("the app setting {NAME} is not bound to its slot"),
        "make it a deployment slot setting",
    );
    let settings = format!(r#"{{"properties":{{"{NAME}":"secret"}}}}"#);
    let context = || Context::default().app_settings(&settings).unwrap();
    let bound = format!(r#"{{"properties":{{"appSettingNames":["{NAME}"]}}}}"#);
    assert_eq!(lint(&context().slot_settings(&bound).unwrap()), []);
    let free = r#"{"properties":{"appSettingNames":[]}}"#;
    assert_eq!(lint(&context().slot_settings(free).unwrap()).len(), 1);
}

/// Values of app settings are secrets.
#[test]
fn no_value_is_kept_or_printed() {
    let context = of_cli("A", true);
    assert!(!format!("{context:?}").contains("secret"));
    let kind = |json: &str| Context::default().app_settings(json).unwrap_err().kind();
    assert_eq!(kind("{}"), SettingsErrorKind::OtherDocument);
    assert_eq!(kind("[{}]"), SettingsErrorKind::OtherDocument);
    assert_eq!(kind("["), SettingsErrorKind::NotJson);
    assert!(Context::default().slot_settings("{}").is_err());
    assert!(Context::default().registration("{}").is_err());
}

/// The setting that lists tenants.
#[test]
fn is5_tenants_in_an_app_setting() {
    let issuer = "/properties/identityProviders/azureActiveDirectory/registration/openIdIssuer";
    let mut doc: AuthSettingsV2 = SITE.parse().unwrap();
    doc.set_pointer(issuer, "\"https://login.microsoftonline.com/common/v2.0\"").unwrap();
    assert_eq!(doc.lint().len(), 1);
    let list = format!(
        r#"[{{"name":"{NAME}","slotSetting":true}},{{"name":"WEBSITE_AUTH_AAD_ALLOWED_TENANTS","value":"t"}}]"#
    );
    assert_eq!(doc.lint_with(&Context::default().app_settings(&list).unwrap()), []);
}
