use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, FILE, SITE, STATIC_WEB_APP, fires, fires_in, fixes, of_rule, passes, passes_in,
    says, silent,
};

const ACTION: &str = "/globalValidation/unauthenticatedClientAction";
const PROVIDER: &str = "/globalValidation/redirectToProvider";
const REQUIRED: &str = "/globalValidation/requireAuthentication";
const CLIENT_ID: &str = "/identityProviders/azureActiveDirectory/registration/clientId";
const GOOGLE: &str = "/identityProviders/google/registration/clientId";
const APPLICATIONS: &str = "/identityProviders/azureActiveDirectory/validation/\
    defaultAuthorizationPolicy/allowedApplications";

const NOBODY: (&str, &str) = (CLIENT_ID, "\"\"");

#[test]
fn un1_there_is_a_provider_to_sign_in_with() {
    let changes = [("/identityProviders/azureActiveDirectory/registration", "{}")];
    let finding = fires("UN1", ACTION, &changes);
    assert_eq!(finding.severity(), Severity::Error);
    says(
        &finding,
        "requests are redirected to sign-in, and no provider has an ID",
        "set up a provider",
    );
    // The number of the middleware's own document.
    assert_eq!(of_rule(SITE, "UN1", &[NOBODY, (ACTION, "0")]).len(), 1);
    assert_eq!(of_rule(SITE, "UN1", &[NOBODY, (PROVIDER, "")]).len(), 1);
    assert_eq!(of_rule(CONTAINER_APP, "UN1", &[NOBODY, (REQUIRED, "false")]).len(), 1);
    for other in [
        (ACTION, ""),
        (ACTION, "\"Return401\""),
        (REQUIRED, "false"),
        ("/platform/enabled", "false"),
        ("/platform/enabled", ""),
        ("/platform/configFilePath", "\"auth.json\""),
        (CLIENT_ID, "\"<clientId>\""),
        (GOOGLE, "\"orders\""),
    ] {
        silent("UN1", &[NOBODY, other]);
    }
}

#[test]
fn un2_the_provider_is_named() {
    fixes("UN2", PROVIDER, &[(PROVIDER, "")], Some("\"azureactivedirectory\""));
    let finding = fires("UN2", PROVIDER, &[(PROVIDER, "\"\"")]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "requests are redirected to sign-in, and redirectToProvider is missing",
        "name a provider that is set up",
    );
    let finding = fires_in(FILE, "UN2", &[PROVIDER], &[(PROVIDER, "")]);
    assert!(finding.is_fixable());
    fires_in(CONTAINER_APP, "UN2", &[PROVIDER], &[(PROVIDER, "")]);
    // Which of them is a choice.
    let finding = fires("UN2", PROVIDER, &[(PROVIDER, ""), (GOOGLE, "\"orders\"")]);
    assert!(!finding.is_fixable());
    passes(&[(PROVIDER, ""), (ACTION, "\"Return401\"")]);
    passes(&[(PROVIDER, ""), (ACTION, "")]);
    silent("UN2", &[(PROVIDER, ""), NOBODY]);
    silent("UN2", &[(PROVIDER, ""), NOBODY, ("/platform/enabled", "false")]);
    silent("UN2", &[(PROVIDER, ""), (REQUIRED, "false")]);
}

#[test]
fn un2_not_every_provider_has_a_name() {
    for name in ["legacyMicrosoftAccount", "azureStaticWebApps"] {
        let id = format!("/identityProviders/{name}/registration/clientId");
        let findings = of_rule(SITE, "UN2", &[(PROVIDER, ""), NOBODY, (&id, "\"orders\"")]);
        assert_eq!(findings.len(), 1);
        assert!(!findings[0].is_fixable(), "{name}");
    }
}

#[test]
fn un3_the_provider_is_set_up() {
    for name in ["google", "contoso\\u001b"] {
        let finding = fires("UN3", PROVIDER, &[(PROVIDER, &format!("\"{name}\""))]);
        assert_eq!(finding.severity(), Severity::Error);
        let shown = name.replace("u001b", "u{1b}");
        says(
            &finding,
            &format!("no provider that is set up is called {shown}"),
            "set that provider up, or name one that is set up",
        );
    }
    passes(&[(PROVIDER, "\"AzureActiveDirectory\"")]);
    passes(&[(PROVIDER, "\"google\""), (GOOGLE, "\"orders\"")]);
    silent("UN3", &[(PROVIDER, "\"<provider>\"")]);
    let account = "/identityProviders/legacyMicrosoftAccount/registration/clientId";
    silent("UN3", &[(PROVIDER, "\"MicrosoftAccount\""), (account, "\"orders\"")]);
    fires("UN3", PROVIDER, &[(PROVIDER, "\"MicrosoftAccount\"")]);
    silent("UN3", &[(PROVIDER, "\"google\""), (account, "\"orders\""), ("/identityProviders", "")]);
    // A part of a document, and where another document counts.
    silent("UN3", &[("/identityProviders", "")]);
    let file = ("/platform/configFilePath", "\"auth.json\"");
    silent("UN3", &[(PROVIDER, "\"google\""), file]);
    fires_in(FILE, "UN3", &[PROVIDER], &[(PROVIDER, "\"azureactivedirectory\"")]);
    let findings = of_rule(
        STATIC_WEB_APP,
        "UN3",
        &[("/auth/globalValidation/redirectToProvider", "\"google\"")],
    );
    assert_eq!(findings, []);
}

#[test]
fn un3_matters_less_where_nothing_is_redirected() {
    for other in [(ACTION, "\"Return401\""), (ACTION, "")] {
        let finding = fires("UN3", PROVIDER, &[(PROVIDER, "\"google\""), other]);
        assert_eq!(finding.severity(), Severity::Warning);
        let finding = fires("UN3", PROVIDER, &[(PROVIDER, "\"aad\""), other]);
        assert_eq!(finding.severity(), Severity::Warning);
    }
}

#[test]
fn un3_the_alias_is_no_name() {
    fixes("UN3", PROVIDER, &[(PROVIDER, "\"AAD\"")], Some("\"azureactivedirectory\""));
    let finding = fires("UN3", PROVIDER, &[(PROVIDER, "\"aad\"")]);
    assert_eq!(finding.severity(), Severity::Error);
    says(&finding, "aad is the name of Entra in addresses, not here", "write azureactivedirectory");
    let findings = of_rule(SITE, "UN3", &[(PROVIDER, "\"aad\""), NOBODY, (GOOGLE, "\"orders\"")]);
    assert!(!findings[0].is_fixable());
}

#[test]
fn un4_authentication_is_required_or_not() {
    let anonymous = (ACTION, "\"AllowAnonymous\"");
    let finding = fires("UN4", REQUIRED, &[anonymous]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "authentication is required, and the action is AllowAnonymous",
        "set it to false, or choose another action",
    );
    let workflow = ("//kind", "\"functionapp,WorkflowApp\"");
    assert_eq!(fires("UN4", REQUIRED, &[anonymous, workflow]).severity(), Severity::Info);
    passes(&[anonymous, (REQUIRED, "false")]);
    passes(&[anonymous, (REQUIRED, "")]);
    // Container Apps have no such setting.
    assert_eq!(of_rule(CONTAINER_APP, "UN4", &[anonymous, (REQUIRED, "true")]), []);
}

#[test]
fn un5_an_action_needs_authentication_to_be_required() {
    for action in ["RedirectToLoginPage", "Return401", "Return403"] {
        let action = format!("\"{action}\"");
        let finding = fires("UN5", REQUIRED, &[(REQUIRED, "false"), (ACTION, &action)]);
        assert_eq!(finding.severity(), Severity::Warning);
        assert_eq!(
            finding.to_string(),
            "warning UN5 at /properties/globalValidation/requireAuthentication (line 15, column 32): authentication is not required, and the action rejects anonymous requests; anonymous requests reach the application: the action has no effect. Remedy: set it to true, or set the action to AllowAnonymous",
        );
    }
    passes(&[(REQUIRED, "false"), (ACTION, "")]);
    assert_eq!(of_rule(CONTAINER_APP, "UN5", &[(REQUIRED, "false")]), []);
}

#[test]
fn un6_the_action_is_one_of_five() {
    for (older, modern) in [
        ("RejectWith401", "Return401"),
        ("rejectwith403", "Return403"),
        ("RejectWith404", "Return404"),
    ] {
        let changes = [(ACTION, &*format!("\"{older}\""))];
        fixes("UN6", ACTION, &changes, Some(&format!("\"{modern}\"")));
        let finding = fires("UN6", ACTION, &changes);
        assert_eq!(finding.severity(), Severity::Error);
        says(&finding, "this is an older name of an action", &format!("write {modern}"));
    }
    let remedy = "write RedirectToLoginPage, AllowAnonymous, Return401, Return403 or Return404";
    // In a settings file these are the right names.
    for action in ["\"RejectWith401\"", "\"RejectWith404\""] {
        passes_in(FILE, &[(ACTION, action)]);
    }
    // Azure/azure-rest-api-specs#20576.
    passes(&[(ACTION, "\"Return404\"")]);
    let finding = fires("UN6", ACTION, &[(ACTION, "\"Redirect\"")]);
    assert_eq!(finding.severity(), Severity::Error);
    says(&finding, "this is not one of the five actions", remedy);
    assert_eq!(of_rule(SITE, "UN6", &[(ACTION, "5")]).len(), 1);
    passes(&[(ACTION, "\"return403\"")]);
    passes(&[(ACTION, "\"\"")]);
    for other in ["3", "4", "true", "\"<action>\""] {
        silent("UN6", &[(ACTION, other)]);
    }
}

#[test]
fn un7_an_api_answers_401() {
    let both = r#"["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]"#;
    let finding = fires("UN7", ACTION, &[(APPLICATIONS, both)]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "other applications call, and requests are redirected to sign-in",
        "set it to Return401, unless most visitors are people",
    );
    passes(&[(APPLICATIONS, both), (ACTION, "\"Return401\"")]);
    passes(&[(APPLICATIONS, r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#)]);
    // Another rule is about a list without the app itself.
    silent("UN7", &[(APPLICATIONS, r#"["22223333-cccc-4444-dddd-5555eeee6666"]"#)]);
    silent("UN7", &[(APPLICATIONS, both), (CLIENT_ID, "\"<clientId>\"")]);
}
