//! The settings of the first version, and the way on.

use easyauth::settings::{
    AuthSettingsV1, AuthSettingsV2, Form, SettingsErrorKind, SiteId, entra, global_validation,
};
use serde_json::{Value, json};

const V1: &str = include_str!("../data/settings/authsettings-v1.json");

/// All sections, which take the defaults of the service.
const EMPTY: &str = r#"{"properties":{"platform":{},"globalValidation":{},"identityProviders":{},"login":{},"httpSettings":{}}}"#;

#[test]
fn reads_both_forms() {
    let enveloped: AuthSettingsV1 = V1.parse().unwrap();
    assert_eq!(enveloped.as_json(), V1.trim_end());
    assert_eq!(AuthSettingsV1::from_slice(V1.as_bytes()).unwrap(), enveloped);
    let document: Value = serde_json::from_str(V1).unwrap();
    let bare: AuthSettingsV1 = document["properties"].to_string().parse().unwrap();
    assert_eq!(
        bare.migrate().settings().get(entra::LOGIN_PARAMETERS),
        enveloped.migrate().settings().get(entra::LOGIN_PARAMETERS)
    );
    let migrated = |old: &AuthSettingsV1| serde_json::to_value(old.migrate().settings()).unwrap();
    assert_eq!(migrated(&bare), migrated(&enveloped));
    assert_ne!(bare, enveloped);
    // It can have secrets in it.
    assert_eq!(
        format!("{bare:?}"),
        format!("AuthSettingsV1(JsonText({} bytes))", bare.as_json().len())
    );
}

#[test]
fn rejects_other_documents() {
    for text in [r#"{"properties":{"platform":{}}}"#, "{}", r#"{"enabled":true}"#] {
        let error = text.parse::<AuthSettingsV1>().unwrap_err();
        assert_eq!(error.kind(), SettingsErrorKind::OtherDocument);
    }
    let kind = |bytes: &[u8]| AuthSettingsV1::from_slice(bytes).unwrap_err().kind();
    assert_eq!(kind(b"[]"), SettingsErrorKind::NotAnObject);
    assert_eq!(kind(b"{"), SettingsErrorKind::NotJson);
    assert_eq!(kind(b"\xff"), SettingsErrorKind::NotUtf8);
}

#[test]
fn login_parameters_are_the_same_texts() {
    let v1: AuthSettingsV1 = V1.parse().unwrap();
    let parameters = v1.migrate().settings().get(entra::LOGIN_PARAMETERS).unwrap();
    assert_eq!(
        parameters.to_wire(),
        ["response_type=code id_token", "resource=https://management.azure.com"],
    );
    // On the version 2.0 endpoint, a scope says what `resource` said.
    assert_eq!(
        parameters.migrated_to_v2().unwrap().to_wire(),
        [
            "response_type=code id_token",
            "scope=openid email profile https://management.azure.com/.default",
        ],
    );
    let none: AuthSettingsV1 = r#"{"additionalLoginParams":null}"#.parse().unwrap();
    assert_eq!(none.migrate().settings().get(entra::LOGIN_PARAMETERS), None);
}

#[test]
fn migrates() {
    let migration = V1.parse::<AuthSettingsV1>().unwrap().migrate();
    assert_eq!(migration.left_behind(), ["googleClientSecret"]);
    let settings: AuthSettingsV2 = migration.settings().clone();
    assert_eq!(*migration.settings(), settings);
    assert_eq!(settings.form(), Form::AppService);
    assert_eq!(settings.missing_sections(), [""; 0]);
    assert_eq!(
        serde_json::to_value(&settings).unwrap(),
        json!({"properties": {
            "platform": {"enabled": true},
            "globalValidation": {
                "unauthenticatedClientAction": "RedirectToLoginPage",
                "requireAuthentication": true,
                "redirectToProvider": "azureactivedirectory",
            },
            "identityProviders": {
                "azureActiveDirectory": {
                    "registration": {
                        "clientId": "11112222-bbbb-3333-cccc-4444dddd5555",
                        "openIdIssuer":
                            "https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/",
                        "clientSecretSettingName": "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET",
                    },
                    "login": {"loginParameters": [
                        "response_type=code id_token",
                        "resource=https://management.azure.com",
                    ]},
                    "validation": {
                        "allowedAudiences": ["https://orders.azurewebsites.net"],
                        "jwtClaimChecks": {"allowedClientApplications": [
                            "66667777-cccc-4444-dddd-5555eeee6666",
                        ]},
                    },
                    "isAutoProvisioned": false,
                },
                "google": {
                    "registration": {"clientId": "orders.apps.example"},
                    "login": {"scopes": ["openid"]},
                },
            },
            "login": {"tokenStore": {"enabled": true, "tokenRefreshExtensionHours": 48.0}},
            "httpSettings": {"routes": {"apiPrefix": "/api/auth"}},
        }}),
    );
    // Numbers stay as they are written.
    assert!(settings.as_json().contains("48.0"));
}

/// In the second version the path alone switches the file on ("File-based configuration").
#[test]
fn the_path_of_a_settings_file_moves_only_if_the_file_counts() {
    #[track_caller]
    fn check(flag: &str, moves: bool) {
        let document = format!(r#"{{"tokenStoreEnabled":true,{flag}"authFilePath":"auth.json"}}"#);
        let migration = document.parse::<AuthSettingsV1>().unwrap().migrate();
        let settings: Value = serde_json::from_str(migration.settings().as_json()).unwrap();
        let path = settings["properties"]["platform"].get("configFilePath");
        assert_eq!(path, moves.then(|| json!("auth.json")).as_ref(), "{flag}");
        assert_eq!(migration.left_behind().contains(&"authFilePath".to_owned()), !moves, "{flag}");
    }
    check(r#""isAuthFromFile":"True","#, true);
    check(r#""isAuthFromFile":"true","#, true);
    check(r#""isAuthFromFile":true,"#, true);
    check(r#""isAuthFromFile":"False","#, false);
    check(r#""isAuthFromFile":false,"#, false);
    check(r#""isAuthFromFile":null,"#, false);
    check(r#""isAuthFromFile":"[parameters('fromFile')]","#, false);
    check("", false);
}

#[test]
fn every_value_has_a_place_or_is_left_behind() {
    let text = |name: &str| format!(r#"{{"tokenStoreEnabled":null,"{name}":"canary"}}"#);
    for name in [
        "enabled",
        "runtimeVersion",
        "unauthenticatedClientAction",
        "clientId",
        "issuer",
        "clientSecretSettingName",
        "clientSecretCertificateThumbprint",
        "additionalLoginParams",
        "allowedAudiences",
        "isAadAutoProvisioned",
        "facebookAppId",
        "facebookAppSecretSettingName",
        "facebookOAuthScopes",
        "gitHubClientId",
        "gitHubClientSecretSettingName",
        "gitHubOAuthScopes",
        "googleClientId",
        "googleClientSecretSettingName",
        "googleOAuthScopes",
        "microsoftAccountClientId",
        "microsoftAccountClientSecretSettingName",
        "microsoftAccountOAuthScopes",
        "twitterConsumerKey",
        "twitterConsumerSecretSettingName",
        "tokenStoreEnabled",
        "tokenRefreshExtensionHours",
        "allowedExternalRedirectUrls",
        "httpApiPrefixPath",
        "defaultProvider",
    ] {
        let migration = text(name).parse::<AuthSettingsV1>().unwrap().migrate();
        assert!(migration.settings().as_json().contains("\"canary\""), "{name}");
        assert!(migration.left_behind().is_empty(), "{name}");
    }
    for name in [
        "clientSecret",
        "facebookAppSecret",
        "gitHubClientSecret",
        "googleClientSecret",
        "microsoftAccountClientSecret",
        "twitterConsumerSecret",
        "validateIssuer",
        "somethingNew",
        "authFilePath",
    ] {
        let migration = text(name).parse::<AuthSettingsV1>().unwrap().migrate();
        assert_eq!(migration.settings().as_json(), EMPTY, "{name}");
        assert_eq!(migration.left_behind(), [name]);
    }
}

#[test]
fn what_has_a_form_of_its_own() {
    #[track_caller]
    fn check(v1: &str, changes: &Value) {
        let migration = v1.parse::<AuthSettingsV1>().unwrap().migrate();
        let mut expected: Value = serde_json::from_str(EMPTY).unwrap();
        for (section, own) in changes.as_object().unwrap() {
            expected["properties"][section] = own.clone();
        }
        assert_eq!(serde_json::to_value(migration.settings()).unwrap(), expected);
        assert!(migration.left_behind().is_empty());
    }
    check(
        r#"{"unauthenticatedClientAction":"AllowAnonymous","defaultProvider":"MicrosoftAccount"}"#,
        &json!({"globalValidation": {
            "unauthenticatedClientAction": "AllowAnonymous",
            "requireAuthentication": false,
            "redirectToProvider": "legacymicrosoftaccount",
        }}),
    );
    check(
        r#"{"tokenStoreEnabled":null,"aadClaimsAuthorization":"{\"allowed_groups\":[\"g\"]}"}"#,
        &json!({"identityProviders": {"azureActiveDirectory": {"validation": {
            "jwtClaimChecks": {"allowedGroups": ["g"]},
        }}}}),
    );
}

/// The site has no document of the second version that could be read first.
#[test]
fn the_document_is_whole() {
    let plain: AuthSettingsV1 = r#"{"enabled":true,"tokenStoreEnabled":false}"#.parse().unwrap();
    for old in [plain, V1.parse().unwrap()] {
        let written: AuthSettingsV2 = old.migrate().settings().as_json().parse().unwrap();
        assert_eq!(written.missing_sections(), [""; 0]);
        let site = SiteId::app_service("S", "G", "N").unwrap();
        assert!(site.requests().put_body(&written).is_ok());
    }
}

/// The first version needs a name only for several providers, the second always.
#[test]
fn the_only_provider_is_the_one_to_redirect_to() {
    #[track_caller]
    fn check(members: &str, provider: Option<&str>, left_behind: &[&str]) {
        let text = format!(r#"{{"tokenStoreEnabled":true,{members}}}"#);
        let migration = text.parse::<AuthSettingsV1>().unwrap().migrate();
        let own = migration.settings().get(global_validation::REDIRECT_TO_PROVIDER);
        assert_eq!(own.as_deref(), provider, "{members}");
        assert_eq!(migration.left_behind(), left_behind, "{members}");
    }
    let redirect =
        |more: &str| format!(r#""unauthenticatedClientAction":"RedirectToLoginPage",{more}"#);
    let entra = r#""clientId":"11112222-bbbb-3333-cccc-4444dddd5555""#;
    let none = r#""defaultProvider":null"#;
    check(&redirect(&format!("{entra},{none}")), Some("azureactivedirectory"), &[]);
    check(&redirect(entra), Some("azureactivedirectory"), &[]);
    check(&redirect(r#""gitHubClientId":"x""#), Some("github"), &[]);
    check(&redirect(r#""twitterConsumerKey":"x""#), Some("twitter"), &[]);
    // The action that the service fills in.
    check(entra, Some("azureactivedirectory"), &[]);
    check(&format!(r#"{entra},"unauthenticatedClientAction":"AllowAnonymous""#), None, &[]);
    check(&redirect(&format!(r#"{entra},"googleClientId":"x""#)), None, &[]);
    check(&redirect(r#""googleClientId":"""#), None, &[]);
    // No source has its name in the second version.
    check(&redirect(r#""microsoftAccountClientId":"x""#), None, &[]);
    // A name that is given stays, in any case.
    check(&redirect(&format!(r#"{entra},"defaultProvider":"Google""#)), Some("google"), &[]);
    let older = redirect(r#""defaultProvider":"microsoftaccount""#);
    check(&older, Some("legacymicrosoftaccount"), &[]);
    // An expression is kept as it is.
    for own in ["${var.DefaultProvider}", "[parameters('DefaultProvider')]", "$(DefaultProvider)"] {
        let text = format!("{{{}}}", redirect(&format!(r#""defaultProvider":"{own}""#)));
        let migration = text.parse::<AuthSettingsV1>().unwrap().migrate();
        let json = migration.settings().json(global_validation::REDIRECT_TO_PROVIDER);
        assert_eq!(json, Some(&*format!("\"{own}\"")));
        assert_eq!(migration.left_behind(), [""; 0]);
    }
    // Which provider has the number is unknown.
    for odd in ["0", "true", "[]", "{}"] {
        let odd = redirect(&format!(r#"{entra},"defaultProvider":{odd}"#));
        check(&odd, None, &["defaultProvider"]);
    }
    let settings = redirect(&format!(
        r#"{entra},"issuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0","clientSecretSettingName":"S","tokenStoreEnabled":true,"enabled":true"#
    ));
    let old: AuthSettingsV1 = format!("{{{settings}}}").parse().unwrap();
    assert_eq!(old.migrate().settings().lint(), []);
}

/// No caller passes an empty check.
#[test]
fn empty_claim_checks_are_not_created() {
    let text = r#"{"tokenStoreEnabled":null,"aadClaimsAuthorization":"{\"allowed_groups\":null,\"allowed_client_applications\":[]}"}"#;
    let migration = text.parse::<AuthSettingsV1>().unwrap().migrate();
    assert_eq!(migration.settings().as_json(), EMPTY);
    assert!(migration.left_behind().is_empty());
}

#[test]
fn claim_checks_that_cannot_be_read_are_left_behind() {
    for checks in
        [r#""{""#, r#""[]""#, r#""{\"allowed_users\":[1]}""#, r#""{\"allowed_groups\":1}""#, "{}"]
    {
        let text = format!(r#"{{"tokenStoreEnabled":null,"aadClaimsAuthorization":{checks}}}"#);
        let migration = text.parse::<AuthSettingsV1>().unwrap().migrate();
        assert_eq!(migration.left_behind(), ["aadClaimsAuthorization"], "{checks}");
    }
}

#[test]
fn a_view_of_the_second_version_says_so() {
    let is_view = |version: &str| {
        let text =
            format!(r#"{{"properties":{{"tokenStoreEnabled":true,"configVersion":{version}}}}}"#);
        text.parse::<AuthSettingsV1>().unwrap().is_view_of_v2()
    };
    assert!(is_view("\"v2\""));
    assert!(!is_view("\"v1\""));
    assert!(!is_view("null"));
}

/// The second version puts them deeper.
#[test]
fn what_would_nest_too_deep_is_left_behind() {
    let deep = format!("{}{}", "[".repeat(124), "]".repeat(124));
    let migration = |text: &str| text.parse::<AuthSettingsV1>().unwrap().migrate();
    let flat = migration(&format!(r#"{{"additionalLoginParams":null,"clientId":{deep}}}"#));
    assert_eq!(flat.left_behind(), ["clientId"]);
    assert_eq!(flat.settings().as_json(), EMPTY);
    let checks = serde_json::json!({
        "additionalLoginParams": null,
        "aadClaimsAuthorization": format!(r#"{{"allowed_groups":{deep}}}"#),
    });
    assert_eq!(migration(&checks.to_string()).left_behind(), ["aadClaimsAuthorization"]);
}
