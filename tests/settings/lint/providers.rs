use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, FILE, SITE, STATIC_WEB_APP, changed, fires, fires_in, passes, passes_in, says,
};

/// Without a configured provider, the platform cannot redirect.
const NO_REDIRECT: (&str, &str) = ("/globalValidation/redirectToProvider", "");
const ANONYMOUS: (&str, &str) =
    ("/globalValidation/unauthenticatedClientAction", "\"AllowAnonymous\"");

const CONTOSO: &str = "/identityProviders/openIdConnectProviders/contoso";
const GOOD: &str = r#"{"registration":{"clientId":"orders","clientCredential":{"clientSecretSettingName":"S"},"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://id.contoso.example/x"}}}"#;

#[test]
fn st5_names_of_custom_providers_are_plain() {
    let customs = "/identityProviders/customOpenIdConnectProviders";
    for bad in ["my-provider", "my provider", "ü", ""] {
        let at = format!("{customs}/{bad}");
        let finding = fires_in(SITE, "ST5", &[&at], &[(&at, GOOD)]);
        assert_eq!(finding.remedy(), "name it with letters, digits and _ alone");
        assert_eq!(finding.severity(), Severity::Error);
    }
    // azure-docs PR#104897.
    passes(&[(&format!("{customs}/my_provider"), GOOD)]);
    let at = format!("{customs}/a\u{1b}b");
    let finding = fires("ST5", &at, &[(&at, GOOD)]);
    assert_eq!(
        finding.message(),
        "the name a\\u{1b}b has characters other than letters, digits and _"
    );
    for taken in ["Apple", "github", "AAD", "microsoftaccount", "azureActiveDirectory"] {
        let at = format!("{customs}/{taken}");
        let finding = fires("ST5", &at, &[(&at, GOOD)]);
        let message = format!("{taken} is the name of a built-in provider");
        says(&finding, &message, "give it another name");
    }
    // In 2020 this was the documented way to Apple.
    let at = "/identityProviders/openIdConnectProviders/apple";
    assert_eq!(fires_in(FILE, "ST5", &[at], &[(at, GOOD)]).severity(), Severity::Warning);
    passes(&[("/identityProviders/customOpenIdConnectProviders/contoso2", GOOD)]);
    // What the documentation says to write in place of a hyphen (MicrosoftDocs/azure-docs#104897).
    passes(&[("/identityProviders/customOpenIdConnectProviders/my_provider", GOOD)]);
    passes(&[("/identityProviders/customOpenIdConnectProviders/openIdConnectProviders", GOOD)]);
}

#[test]
fn st6_a_custom_provider_has_one_kind_of_address() {
    let at = format!("{CONTOSO}/registration/openIdConnectConfiguration");
    for name in ["authorizationEndpoint", "tokenEndpoint", "issuer", "certificationUri"] {
        let address = format!("{at}/{name}");
        let value = "\"https://id.contoso.example/y\"";
        let finding = fires_in(FILE, "ST6", &[&at], &[(&address, value)]);
        let message = "the addresses beside wellKnownOpenIdConfiguration are ignored";
        says(&finding, message, "remove them");
        assert_eq!(finding.severity(), Severity::Warning);
        let well_known = format!("{at}/wellKnownOpenIdConfiguration");
        passes_in(FILE, &[(&address, value), (&well_known, "")]);
    }
    for nothing in ["", "{}", "null", r#"{"issuer":""}"#] {
        let finding = fires_in(FILE, "ST6", &[&at], &[(&at, nothing)]);
        says(&finding, "no address of the provider is set", "set wellKnownOpenIdConfiguration");
    }
    // Nothing is set up.
    passes_in(FILE, &[(&format!("{CONTOSO}/registration"), "{}"), NO_REDIRECT, ANONYMOUS]);
    passes_in(FILE, &[(CONTOSO, "null"), NO_REDIRECT, ANONYMOUS]);
    // The wrapper is another rule's.
    let wrapped = r#"{"properties":{"issuer":"https://id.contoso.example"}}"#;
    fires_in(FILE, "ST2", &[&format!("{at}/properties")], &[(&at, wrapped)]);
    let registration = format!("{CONTOSO}/registration");
    fires_in(
        FILE,
        "ST2",
        &[&format!("{registration}/properties")],
        &[(&registration, r#"{"properties":{"clientId":"orders"}}"#), NO_REDIRECT, ANONYMOUS],
    );
}

/// Azure/static-web-apps#1691.
#[test]
fn st5_static_web_apps_have_hyphens() {
    let provider = "/auth/identityProviders/customOpenIdConnectProviders/my-idp";
    let json = r#"{"registration":{"clientIdSettingName":"ID","clientCredential":{"clientSecretSettingName":"S"},"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://idp"}}}"#;
    passes_in(STATIC_WEB_APP, &[(provider, json)]);
    let odd = "/auth/identityProviders/customOpenIdConnectProviders/my.idp";
    fires_in(STATIC_WEB_APP, "ST5", &[odd], &[(odd, json)]);
}

#[test]
fn st7_scopes_have_openid() {
    let at = format!("{CONTOSO}/login/scopes");
    let finding = fires_in(FILE, "ST7", &[&at], &[(&at, r#"["profile", "email"]"#)]);
    says(&finding, "the scopes do not include openid", "add openid");
    assert_eq!(finding.severity(), Severity::Warning);
    let mut settings = changed(FILE, &[(&at, r#"["profile", "email"]"#)]);
    assert!(finding.fix(&mut settings));
    let scopes = settings.get(easyauth::settings::custom::SCOPES.of("contoso")).unwrap();
    assert_eq!(scopes, ["openid", "profile", "email"]);
    for good in [r#"["profile openid"]"#, "[]", "null"] {
        passes_in(FILE, &[(&at, good)]);
    }
    passes_in(FILE, &[(&at, "")]);
    fires_in(FILE, "ST19", &[&format!("{at}/0")], &[(&at, r#"["<scope>"]"#)]);
}

#[test]
fn st9_providers_are_set_up_as_a_whole() {
    for (provider, id, secret) in [
        ("facebook", "appId", "appSecretSettingName"),
        ("google", "clientId", "clientSecretSettingName"),
        ("twitter", "consumerKey", "consumerSecretSettingName"),
    ] {
        let own = format!("/identityProviders/{provider}");
        let secret = format!("{own}/registration/{secret}");
        let at = format!("{own}/registration/{id}");
        let finding = fires("ST9", &at, &[(&secret, "\"SECRET\"")]);
        let message = "a secret is named, and its ID is missing";
        says(&finding, message, &format!("set {id}"));
        assert_eq!(finding.severity(), Severity::Warning);

        let enabled = format!("{own}/enabled");
        let whole = [(&*secret, "\"SECRET\""), (&*at, "\"1\""), (&*enabled, "false")];
        let finding = fires("ST9", &enabled, &whole);
        let message = "the provider is set up, and off";
        says(&finding, message, "set it to true, or remove the registration");
        passes(&[(&secret, "\"SECRET\""), (&at, "\"1\"")]);
        passes(&[(&at, "\"1\""), (&enabled, "false")]);
        // The server's default, of a provider that was never set up, and the reset of Terraform.
        passes(&[(&enabled, "true")]);
        passes(&[(&enabled, "false")]);
        // In the wrong place, which is another rule's.
        let beside = format!("{own}/{id}");
        fires("ST1", &beside, &[(&secret, "\"SECRET\""), (&beside, "\"1\"")]);
    }
    let id = format!("{CONTOSO}/registration/clientId");
    fires_in(FILE, "ST9", &[&id], &[(&id, ""), NO_REDIRECT, ANONYMOUS]);
    let github = "/auth/identityProviders/github/registration/clientIdSettingName";
    let finding = fires_in(STATIC_WEB_APP, "ST9", &[github], &[(github, "")]);
    assert_eq!(finding.remedy(), "set clientIdSettingName");
}

#[test]
fn st11_there_is_a_newer_microsoft_account() {
    let own = "/identityProviders/legacyMicrosoftAccount";
    let id = format!("{own}/registration/clientId");
    let finding = fires("ST11", own, &[(&id, "\"000000004C12AE6F\"")]);
    says(&finding, "the older Microsoft account is set up", "use azureActiveDirectory instead");
    assert_eq!(finding.severity(), Severity::Info);
    passes(&[(&id, "\"\"")]);
    fires_in(CONTAINER_APP, "ST16", &[own], &[(&id, "\"000000004C12AE6F\"")]);
}
