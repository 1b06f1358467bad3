use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, FILE, STATIC_WEB_APP, changed, fires, fires_in, passes, passes_in, says,
};

const REGISTRATION: &str = "/identityProviders/azureActiveDirectory/registration";
const SECRET: &str = "/identityProviders/azureActiveDirectory/registration/clientSecretSettingName";
const THUMBPRINT: &str =
    "/identityProviders/azureActiveDirectory/registration/clientSecretCertificateThumbprint";
const SAN: &str = "/identityProviders/azureActiveDirectory/registration/clientSecretCertificateSubjectAlternativeName";
const ISSUER: &str =
    "/identityProviders/azureActiveDirectory/registration/clientSecretCertificateIssuer";
const REFERENCE: &str = "/auth/identityProviders/azureActiveDirectory/registration/clientSecretCertificateKeyVaultReference";
const CUSTOM_SECRET: &str = "/identityProviders/openIdConnectProviders/contoso/registration/clientCredential/clientSecretSettingName";

#[test]
fn se1_an_application_proves_itself() {
    let finding = fires("SE1", SECRET, &[(SECRET, "")]);
    says(
        &finding,
        "the application has no credential",
        "set it to the name of the setting that has the client secret",
    );
    assert_eq!(finding.severity(), Severity::Warning);
    fires("SE1", SECRET, &[(SECRET, "null")]);
    fires("SE1", SECRET, &[(SECRET, "\"\"")]);
    // A name of a certificate without its issuer, and the other way round.
    fires("SE1", SECRET, &[(SECRET, ""), (SAN, "\"orders.contoso.example\"")]);
    fires("SE1", SECRET, &[(SECRET, ""), (ISSUER, "\"CN=Contoso\"")]);
    // What only Static Web Apps have does not count.
    fires_in(CONTAINER_APP, "SE1", &[SECRET], &[(SECRET, "")]);
    let secret = format!("/auth{SECRET}");
    fires_in(STATIC_WEB_APP, "SE1", &[&secret], &[(&secret, "")]);

    passes(&[(SECRET, ""), (THUMBPRINT, "\"A909502DD82AE41433E6F83886B00D4277A32A7B\"")]);
    passes(&[(SECRET, ""), (SAN, "\"orders.contoso.example\""), (ISSUER, "\"CN=Contoso\"")]);
    passes_in(
        STATIC_WEB_APP,
        &[
            (&secret, ""),
            (
                REFERENCE,
                "\"@Microsoft.KeyVault(SecretUri=https://contoso.vault.azure.net/certificates/orders/)\"",
            ),
        ],
    );
    // Not set up at all, as the platform answers it.
    passes(&[
        (REGISTRATION, "{}"),
        ("/globalValidation/redirectToProvider", ""),
        ("/globalValidation/unauthenticatedClientAction", "\"Return401\""),
    ]);
}

#[test]
fn se1_is_silent_where_a_secret_is_misplaced() {
    let beside = "/identityProviders/azureActiveDirectory/clientSecretSettingName";
    fires("ST1", beside, &[(SECRET, ""), (beside, "\"ENTRA_SECRET\"")]);
    let value = format!("{REGISTRATION}/clientSecret");
    fires("ST1", &value, &[(SECRET, ""), (&value, "\"x\"")]);
}

#[test]
fn se2_a_name_is_not_a_secret() {
    let other = "/identityProviders/facebook/registration/appSecretSettingName";
    let id = ("/identityProviders/facebook/registration/appId", "\"123\"");
    let long = format!("\"{}\"", "a".repeat(41));
    let characters = "expected the name of a setting, found characters that no name has";
    let remedy = "put the value into an application setting, and its name here; replace a secret that was here, because others have read it";
    for (bad, message) in [
        ("\"abc~8Q.canary\"", characters),
        ("\"MICROSOFT-SECRET\"", characters),
        ("\"MICROSOFT SECRET\"", characters),
        ("\"0b1f6471-1bf0-4dda-aec3-cb9272f09590\"", "expected the name of a setting, found an ID"),
        (
            &long,
            "expected the name of a setting, found a long text without separators, as secrets are",
        ),
    ] {
        let finding = fires("SE2", SECRET, &[(SECRET, bad)]);
        says(&finding, message, remedy);
        assert_eq!(finding.severity(), Severity::Error);
        fires("SE2", other, &[(other, bad), id]);
        fires_in(FILE, "SE2", &[CUSTOM_SECRET], &[(CUSTOM_SECRET, bad)]);
        let own = format!("/auth{SECRET}");
        fires_in(STATIC_WEB_APP, "SE2", &[&own], &[(&own, bad)]);
    }
    passes(&[(SECRET, &format!("\"{}\"", "a".repeat(40)))]);
    passes(&[(SECRET, &format!("\"{}_{}\"", "a".repeat(40), "b".repeat(40)))]);
}

#[test]
fn se2_container_apps_have_names_of_their_own() {
    let finding = fires_in(CONTAINER_APP, "SE2", &[SECRET], &[(SECRET, "\"MICROSOFT_SECRET\"")]);
    assert_eq!(finding.severity(), Severity::Error);
    says(
        &finding,
        "expected the name of a setting, found characters that no name has",
        "put the value into a secret of the container app, and its name here; replace a secret that was here, because others have read it",
    );
    let finding = fires_in(CONTAINER_APP, "SE2", &[SECRET], &[(SECRET, "\"microsoftSecret\"")]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "the name of a secret has capital letters",
        "write the name of the secret in lower case",
    );
    let sas = "/login/tokenStore/azureBlobStorage/sasUrlSettingName";
    fires_in(CONTAINER_APP, "SE2", &[sas], &[(sas, "\"https://orders.example/?sig=canary\"")]);
    passes_in(
        CONTAINER_APP,
        &[(SECRET, "\"a-secret-with-a-long-name-that-has-more-than-forty-characters\"")],
    );
}

#[test]
fn se2_never_shows_the_value() {
    let canary = "canary8Q~secret";
    for document in [super::SITE, CONTAINER_APP] {
        let value = format!("\"{canary}\"");
        let settings = changed(
            document,
            &[
                (SECRET, &value),
                (THUMBPRINT, &value),
                ("/login/tokenStore/azureBlobStorage/sasUrlSettingName", &value),
                ("/identityProviders/facebook/registration/appSecretSettingName", &value),
                ("/identityProviders/facebook/registration/appSecret", &value),
                ("/identityProviders/facebook/appSecretSettingName", &value),
                ("/identityProviders/google/registration/clientSecretSettingNam", &value),
                (
                    "/identityProviders/github/registration/clientSecretSettingName",
                    &format!("[{value}]"),
                ),
            ],
        );
        let findings = settings.lint();
        assert!(findings.len() > 7, "{findings:#?}");
        for finding in findings {
            let all = format!("{finding} {finding:?} {}", serde_json::to_string(&finding).unwrap());
            assert!(!all.contains("canary"), "{all}");
        }
    }
}

#[test]
fn se3_a_secret_or_a_certificate() {
    let both = [(THUMBPRINT, "\"A909502DD82AE41433E6F83886B00D4277A32A7B\"")];
    let finding = fires("SE3", THUMBPRINT, &both);
    says(&finding, "there are both a client secret and a certificate", "remove one of them");
    assert_eq!(finding.severity(), Severity::Warning);
    passes(&[(THUMBPRINT, "\"\"")]);
}

#[test]
fn se4_a_managed_identity_is_no_secret() {
    let finding = fires("SE4", SECRET, &[(SECRET, "\"OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID\"")]);
    says(
        &finding,
        "a managed identity replaces the client secret",
        "let the setting hold the client ID of the identity, and bind it to its slot",
    );
    assert_eq!(finding.severity(), Severity::Info);
    let name = "\"override-use-mi-fic-assertion-client-id\"";
    fires_in(CONTAINER_APP, "SE4", &[SECRET], &[(SECRET, name)]);
    passes(&[(SECRET, "\"USE_MI_FIC_ASSERTION_CLIENTID\"")]);
}
