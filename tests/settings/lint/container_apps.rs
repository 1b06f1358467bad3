use easyauth::settings::Severity;

use super::{CONTAINER_APP, fires_in, of_rule, passes, passes_in, says};

const BLOB: &str = "/login/tokenStore/azureBlobStorage";

#[test]
fn st16_container_apps_have_less() {
    for (at, name, value) in [
        ("/platform/configFilePath", "configFilePath", "\"/auth.json\""),
        ("/globalValidation/requireAuthentication", "requireAuthentication", "true"),
        (
            "/identityProviders/legacyMicrosoftAccount",
            "legacyMicrosoftAccount",
            r#"{"enabled":true}"#,
        ),
    ] {
        let finding = fires_in(CONTAINER_APP, "ST16", &[at], &[(at, value)]);
        says(&finding, &format!("Container Apps do not have {name}"), "remove it");
        assert_eq!(finding.severity(), Severity::Warning);
        assert!(finding.is_fixable());
        passes_in(CONTAINER_APP, &[(at, "null")]);
    }
    let directory = "/login/tokenStore/fileSystem";
    passes_in(CONTAINER_APP, &[(directory, "{}")]);
    let store = r#"{"enabled":false,"fileSystem":{"directory":"/home"}}"#;
    fires_in(CONTAINER_APP, "ST16", &[directory], &[("/login/tokenStore", store)]);
}

#[test]
fn st17_a_store_by_identity_needs_its_version() {
    let id = "\"/subscriptions/0/resourceGroups/r/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i\"";
    for (name, value) in [
        ("blobContainerUri", "\"https://orders.blob.core.windows.net/tokens\""),
        ("managedIdentityResourceId", id),
        ("clientId", "\"11112222-bbbb-3333-cccc-4444dddd5555\""),
    ] {
        let at = format!("{BLOB}/{name}");
        let finding = fires_in(CONTAINER_APP, "ST17", &[&at], &[(&at, value)]);
        says(
            &finding,
            "previews since 2024-10-02-preview and 2026-07-01 have a token store by identity",
            "send it with one of these api-versions, or use sasUrlSettingName",
        );
        assert_eq!(finding.severity(), Severity::Info);
        for (version, knows) in [
            ("\"2024-10-02-preview\"", true),
            ("\"2025-02-02-preview\"", true),
            ("\"2026-07-01\"", true),
            ("\"2024-08-02-preview\"", false),
            ("\"2025-01-01\"", false),
            ("\"2026-01-01\"", false),
        ] {
            let changes = [(&*at, value), ("//apiVersion", version)];
            if knows {
                passes_in(CONTAINER_APP, &changes);
            } else {
                let finding = fires_in(CONTAINER_APP, "ST17", &[&at], &changes);
                assert_eq!(finding.severity(), Severity::Warning);
            }
        }
    }
    passes_in(CONTAINER_APP, &[(&format!("{BLOB}/clientId"), "\"\"")]);
}

#[test]
fn st18_keys_come_in_pairs() {
    let (encrypts, signs) = (
        "/encryptionSettings/containerAppAuthEncryptionSecretName",
        "/encryptionSettings/containerAppAuthSigningSecretName",
    );
    for (there, missing) in [(encrypts, signs), (signs, encrypts)] {
        let finding = fires_in(CONTAINER_APP, "ST18", &[missing], &[(there, "\"key\"")]);
        let name = missing.rsplit('/').next().unwrap();
        says(&finding, "one of the two secrets for encryption is missing", &format!("set {name}"));
        assert_eq!(finding.severity(), Severity::Info);
    }
    passes_in(CONTAINER_APP, &[(encrypts, "\"key\""), (signs, "\"other-key\"")]);
    passes_in(CONTAINER_APP, &[(encrypts, "\"\""), (signs, "null")]);
    passes(&[]);
}

/// microsoft/azure-container-apps#865.
#[test]
fn ca1_what_is_on_has_a_provider() {
    let (enabled, providers) = ("/platform/enabled", "/identityProviders");
    let findings = of_rule(CONTAINER_APP, "CA1", &[(enabled, "true"), (providers, "{}")]);
    assert_eq!(findings[0].pointer(), "/properties/identityProviders");
    says(
        &findings[0],
        "authentication is on without a provider",
        "set up a provider, or set enabled to false",
    );
    for (enabled_json, providers_json) in [
        ("false", "{}"),
        // What the service answers.
        ("true", r#"{"customOpenIdConnectProviders":{}}"#),
        ("true", "\"[parameters('providers')]\""),
        ("\"[parameters('on')]\"", "{}"),
    ] {
        let changes = [(enabled, enabled_json), (providers, providers_json)];
        assert_eq!(of_rule(CONTAINER_APP, "CA1", &changes), [], "{providers_json}");
    }
}
