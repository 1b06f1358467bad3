//! The table of settings: each constant reads what it sets, at its documented place, and changes nothing
//! else.

use std::{fmt::Debug, time::Duration};

use easyauth::{
    Service,
    settings::{
        ALL_SETTINGS, AuthSettingsV2, Guid, LoginParameters, SetFrom, Setting, SettingsErrorKind,
        UnauthenticatedAction, apple, custom, encryption, entra, envelope, facebook, github,
        global_validation, google, http, login, microsoft_account, platform, sections,
        static_web_apps, twitter,
    },
};
use proptest::prelude::*;
use serde_json::Value;

const SITE: &str = r#"{"name":"authsettingsV2","type":"Microsoft.Web/sites/config","properties":{"x":{"y":[1]}},"z":72.0}"#;
const CONTAINER_APP: &str =
    r#"{"type":"Microsoft.App/containerApps/authConfigs","properties":{"x":{"y":[1]}},"z":72.0}"#;
const STATIC_WEB_APP: &str = r#"{"auth":{"x":{"y":[1]}},"routes":[],"z":72.0}"#;

fn guid() -> Guid {
    "11112222-bbbb-3333-cccc-4444dddd5555".parse().unwrap()
}

/// Sets, reads and removes one setting.
#[track_caller]
fn check<T, V>(document: &str, setting: Setting<'_, T>, value: V, pointer: &str, json: &str)
where
    T: SetFrom<V> + PartialEq + Debug,
    V: Clone,
{
    let mut doc: AuthSettingsV2 = document.parse().unwrap();
    let (before, present) = (doc.clone(), doc.pointer(pointer).is_some());
    assert!(present || doc.get(setting).is_none());
    doc.set(setting, value.clone()).unwrap();
    assert_eq!(doc.pointer(pointer), Some(json), "{setting:?}");
    assert_eq!(doc.json(setting), Some(json));
    assert_eq!(doc.read(setting), Ok(Some(T::set_from(value.clone()))), "{setting:?}");
    // No other member is changed or hidden.
    let (mut now, mut was): (Value, Value) = (
        serde_json::from_str(doc.as_json()).unwrap(),
        serde_json::from_str(before.as_json()).unwrap(),
    );
    prune(&mut now, pointer);
    prune(&mut was, pointer);
    assert_eq!(now, was, "{setting:?}");
    // `null` is absent; and what is of another type is not.
    doc.set_pointer(pointer, "null").unwrap();
    assert_eq!(doc.read(setting), Ok(None));
    doc.set_pointer(pointer, r#"{"odd":1}"#).unwrap();
    let unknown = doc.read(setting).unwrap_err();
    assert_eq!((unknown.pointer(), unknown.kind()), (pointer, SettingsErrorKind::NotUnderstood));
    assert_eq!(doc.get(setting), None);
    // An expression is neither read nor replaced nor removed.
    doc.set_pointer(pointer, r#""[parameters('x')]""#).unwrap();
    let text = doc.as_json().to_owned();
    let unknown = doc.read(setting).unwrap_err();
    assert_eq!(unknown.kind(), SettingsErrorKind::Expression, "{setting:?}");
    assert_eq!(doc.set(setting, value).unwrap_err().pointer(), pointer);
    assert_eq!(doc.remove(setting).unwrap_err().pointer(), pointer);
    assert_eq!(doc.as_json(), text);
    doc.set_pointer(pointer, "1").unwrap();
    assert_eq!(doc.remove(setting), Ok(true));
    assert_eq!(doc.remove(setting), Ok(false));
    assert_eq!(doc.pointer(pointer), None);
}

/// Removes a member, and the objects that are empty then.
fn prune(json: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = json.pointer_mut(parent) {
        members.remove(name);
        if members.is_empty() {
            prune(json, parent);
        }
    }
}

#[test]
#[rustfmt::skip]
#[allow(clippy::too_many_lines, reason = "one line a setting")]
fn every_setting_is_set_read_and_removed_at_its_place() {
    check(SITE, sections::CLEAR_INBOUND_CLAIMS_MAPPING, false, "/properties/clearInboundClaimsMapping", r#""false""#);
    check(STATIC_WEB_APP, sections::ROLES_SOURCE, "a\"b", "/auth/rolesSource", r#""a\"b""#);
    check(SITE, sections::CONFIG_VERSION, "a\"b", "/properties/legacyProperties/configVersion", r#""a\"b""#);
    check(SITE, sections::LEGACY_VERSION, "a\"b", "/properties/legacyProperties/legacyVersion", r#""a\"b""#);
    check(SITE, platform::ENABLED, true, "/properties/platform/enabled", "true");
    check(SITE, platform::RUNTIME_VERSION, "a\"b", "/properties/platform/runtimeVersion", r#""a\"b""#);
    check(SITE, platform::CONFIG_FILE_PATH, "a\"b", "/properties/platform/configFilePath", r#""a\"b""#);
    check(SITE, global_validation::REQUIRE_AUTHENTICATION, true, "/properties/globalValidation/requireAuthentication", "true");
    check(SITE, global_validation::UNAUTHENTICATED_CLIENT_ACTION, UnauthenticatedAction::Return404, "/properties/globalValidation/unauthenticatedClientAction", r#""Return404""#);
    check(SITE, global_validation::REDIRECT_TO_PROVIDER, "a\"b", "/properties/globalValidation/redirectToProvider", r#""a\"b""#);
    check(SITE, global_validation::EXCLUDED_PATHS, ["a", "b"], "/properties/globalValidation/excludedPaths", r#"["a","b"]"#);
    check(SITE, entra::ENABLED, true, "/properties/identityProviders/azureActiveDirectory/enabled", "true");
    check(SITE, entra::OPEN_ID_ISSUER, "a\"b", "/properties/identityProviders/azureActiveDirectory/registration/openIdIssuer", r#""a\"b""#);
    check(SITE, entra::CLIENT_ID, guid(), "/properties/identityProviders/azureActiveDirectory/registration/clientId", r#""11112222-bbbb-3333-cccc-4444dddd5555""#);
    check(STATIC_WEB_APP, entra::CLIENT_ID_SETTING_NAME, "A_B", "/auth/identityProviders/azureActiveDirectory/registration/clientIdSettingName", r#""A_B""#);
    check(SITE, entra::CLIENT_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/azureActiveDirectory/registration/clientSecretSettingName", r#""A_B""#);
    check(SITE, entra::CERTIFICATE_THUMBPRINT, "a\"b", "/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateThumbprint", r#""a\"b""#);
    check(SITE, entra::CERTIFICATE_SUBJECT_ALTERNATIVE_NAME, "a\"b", "/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateSubjectAlternativeName", r#""a\"b""#);
    check(SITE, entra::CERTIFICATE_ISSUER, "a\"b", "/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateIssuer", r#""a\"b""#);
    check(STATIC_WEB_APP, entra::CERTIFICATE_KEY_VAULT_REFERENCE, "a\"b", "/auth/identityProviders/azureActiveDirectory/registration/clientSecretCertificateKeyVaultReference", r#""a\"b""#);
    check(SITE, entra::LOGIN_PARAMETERS, LoginParameters::from_wire(["prompt=login"]), "/properties/identityProviders/azureActiveDirectory/login/loginParameters", r#"["prompt=login"]"#);
    check(SITE, entra::DISABLE_WWW_AUTHENTICATE, true, "/properties/identityProviders/azureActiveDirectory/login/disableWWWAuthenticate", "true");
    check(SITE, entra::ALLOWED_AUDIENCES, ["a", "b"], "/properties/identityProviders/azureActiveDirectory/validation/allowedAudiences", r#"["a","b"]"#);
    check(SITE, entra::ALLOWED_APPLICATIONS, [guid()], "/properties/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedApplications", r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#);
    check(SITE, entra::GROUPS, [guid()], "/properties/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedPrincipals/groups", r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#);
    check(SITE, entra::IDENTITIES, [guid()], "/properties/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedPrincipals/identities", r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#);
    check(SITE, entra::CLAIM_CHECKS_GROUPS, [guid()], "/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks/allowedGroups", r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#);
    check(SITE, entra::CLAIM_CHECKS_APPLICATIONS, [guid()], "/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks/allowedClientApplications", r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#);
    check(SITE, entra::IS_AUTO_PROVISIONED, true, "/properties/identityProviders/azureActiveDirectory/isAutoProvisioned", "true");
    check(STATIC_WEB_APP, entra::USER_DETAILS_CLAIM, "a\"b", "/auth/identityProviders/azureActiveDirectory/userDetailsClaim", r#""a\"b""#);
    check(SITE, facebook::ENABLED, true, "/properties/identityProviders/facebook/enabled", "true");
    check(SITE, facebook::GRAPH_API_VERSION, "a\"b", "/properties/identityProviders/facebook/graphApiVersion", r#""a\"b""#);
    check(SITE, facebook::APP_ID, "a\"b", "/properties/identityProviders/facebook/registration/appId", r#""a\"b""#);
    check(STATIC_WEB_APP, facebook::APP_ID_SETTING_NAME, "A_B", "/auth/identityProviders/facebook/registration/appIdSettingName", r#""A_B""#);
    check(SITE, facebook::APP_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/facebook/registration/appSecretSettingName", r#""A_B""#);
    check(SITE, facebook::SCOPES, ["a", "b"], "/properties/identityProviders/facebook/login/scopes", r#"["a","b"]"#);
    check(STATIC_WEB_APP, facebook::USER_DETAILS_CLAIM, "a\"b", "/auth/identityProviders/facebook/userDetailsClaim", r#""a\"b""#);
    check(SITE, github::ENABLED, true, "/properties/identityProviders/gitHub/enabled", "true");
    check(SITE, github::CLIENT_ID, "a\"b", "/properties/identityProviders/gitHub/registration/clientId", r#""a\"b""#);
    check(STATIC_WEB_APP, github::CLIENT_ID_SETTING_NAME, "A_B", "/auth/identityProviders/github/registration/clientIdSettingName", r#""A_B""#);
    check(SITE, github::CLIENT_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/gitHub/registration/clientSecretSettingName", r#""A_B""#);
    check(SITE, github::SCOPES, ["a", "b"], "/properties/identityProviders/gitHub/login/scopes", r#"["a","b"]"#);
    check(STATIC_WEB_APP, github::USER_DETAILS_CLAIM, "a\"b", "/auth/identityProviders/github/userDetailsClaim", r#""a\"b""#);
    check(SITE, google::ENABLED, true, "/properties/identityProviders/google/enabled", "true");
    check(SITE, google::CLIENT_ID, "a\"b", "/properties/identityProviders/google/registration/clientId", r#""a\"b""#);
    check(STATIC_WEB_APP, google::CLIENT_ID_SETTING_NAME, "A_B", "/auth/identityProviders/google/registration/clientIdSettingName", r#""A_B""#);
    check(SITE, google::CLIENT_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/google/registration/clientSecretSettingName", r#""A_B""#);
    check(SITE, google::SCOPES, ["a", "b"], "/properties/identityProviders/google/login/scopes", r#"["a","b"]"#);
    check(SITE, google::ALLOWED_AUDIENCES, ["a", "b"], "/properties/identityProviders/google/validation/allowedAudiences", r#"["a","b"]"#);
    check(STATIC_WEB_APP, google::USER_DETAILS_CLAIM, "a\"b", "/auth/identityProviders/google/userDetailsClaim", r#""a\"b""#);
    check(SITE, twitter::ENABLED, true, "/properties/identityProviders/twitter/enabled", "true");
    check(SITE, twitter::CONSUMER_KEY, "a\"b", "/properties/identityProviders/twitter/registration/consumerKey", r#""a\"b""#);
    check(STATIC_WEB_APP, twitter::CONSUMER_KEY_SETTING_NAME, "A_B", "/auth/identityProviders/twitter/registration/consumerKeySettingName", r#""A_B""#);
    check(SITE, twitter::CONSUMER_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/twitter/registration/consumerSecretSettingName", r#""A_B""#);
    check(STATIC_WEB_APP, twitter::USER_DETAILS_CLAIM, "a\"b", "/auth/identityProviders/twitter/userDetailsClaim", r#""a\"b""#);
    check(SITE, microsoft_account::ENABLED, true, "/properties/identityProviders/legacyMicrosoftAccount/enabled", "true");
    check(SITE, microsoft_account::CLIENT_ID, "a\"b", "/properties/identityProviders/legacyMicrosoftAccount/registration/clientId", r#""a\"b""#);
    check(SITE, microsoft_account::CLIENT_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/legacyMicrosoftAccount/registration/clientSecretSettingName", r#""A_B""#);
    check(SITE, microsoft_account::SCOPES, ["a", "b"], "/properties/identityProviders/legacyMicrosoftAccount/login/scopes", r#"["a","b"]"#);
    check(SITE, microsoft_account::ALLOWED_AUDIENCES, ["a", "b"], "/properties/identityProviders/legacyMicrosoftAccount/validation/allowedAudiences", r#"["a","b"]"#);
    check(SITE, apple::ENABLED, true, "/properties/identityProviders/apple/enabled", "true");
    check(SITE, apple::CLIENT_ID, "a\"b", "/properties/identityProviders/apple/registration/clientId", r#""a\"b""#);
    check(STATIC_WEB_APP, apple::CLIENT_ID_SETTING_NAME, "A_B", "/auth/identityProviders/apple/registration/clientIdSettingName", r#""A_B""#);
    check(SITE, apple::CLIENT_SECRET_SETTING_NAME, "A_B", "/properties/identityProviders/apple/registration/clientSecretSettingName", r#""A_B""#);
    check(SITE, apple::SCOPES, ["a", "b"], "/properties/identityProviders/apple/login/scopes", r#"["a","b"]"#);
    check(STATIC_WEB_APP, apple::USER_DETAILS_CLAIM, "a\"b", "/auth/identityProviders/apple/userDetailsClaim", r#""a\"b""#);
    check(SITE, static_web_apps::ENABLED, true, "/properties/identityProviders/azureStaticWebApps/enabled", "true");
    check(SITE, static_web_apps::CLIENT_ID, "a\"b", "/properties/identityProviders/azureStaticWebApps/registration/clientId", r#""a\"b""#);
    check(SITE, custom::ENABLED.of("contoso"), true, "/properties/identityProviders/customOpenIdConnectProviders/contoso/enabled", "true");
    check(SITE, custom::CLIENT_ID.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientId", r#""a\"b""#);
    check(STATIC_WEB_APP, custom::CLIENT_ID_SETTING_NAME.of("contoso"), "A_B", "/auth/identityProviders/customOpenIdConnectProviders/contoso/registration/clientIdSettingName", r#""A_B""#);
    check(SITE, custom::CLIENT_CREDENTIAL_METHOD.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientCredential/method", r#""a\"b""#);
    check(SITE, custom::CLIENT_SECRET_SETTING_NAME.of("contoso"), "A_B", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientCredential/clientSecretSettingName", r#""A_B""#);
    check(SITE, custom::WELL_KNOWN_CONFIGURATION.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/wellKnownOpenIdConfiguration", r#""a\"b""#);
    check(SITE, custom::AUTHORIZATION_ENDPOINT.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/authorizationEndpoint", r#""a\"b""#);
    check(SITE, custom::TOKEN_ENDPOINT.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/tokenEndpoint", r#""a\"b""#);
    check(SITE, custom::ISSUER.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/issuer", r#""a\"b""#);
    check(SITE, custom::CERTIFICATION_URI.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/certificationUri", r#""a\"b""#);
    check(SITE, custom::NAME_CLAIM_TYPE.of("contoso"), "a\"b", "/properties/identityProviders/customOpenIdConnectProviders/contoso/login/nameClaimType", r#""a\"b""#);
    check(SITE, custom::SCOPES.of("contoso"), ["a", "b"], "/properties/identityProviders/customOpenIdConnectProviders/contoso/login/scopes", r#"["a","b"]"#);
    check(SITE, custom::LOGIN_PARAMETER_NAMES.of("contoso"), ["a", "b"], "/properties/identityProviders/customOpenIdConnectProviders/contoso/login/loginParameterNames", r#"["a","b"]"#);
    check(STATIC_WEB_APP, custom::USER_DETAILS_CLAIM.of("contoso"), "a\"b", "/auth/identityProviders/customOpenIdConnectProviders/contoso/userDetailsClaim", r#""a\"b""#);
    check(SITE, login::LOGOUT_ENDPOINT, "a\"b", "/properties/login/routes/logoutEndpoint", r#""a\"b""#);
    check(SITE, login::TOKEN_STORE_ENABLED, true, "/properties/login/tokenStore/enabled", "true");
    check(SITE, login::TOKEN_REFRESH_EXTENSION, Duration::from_secs(259_200), "/properties/login/tokenStore/tokenRefreshExtensionHours", "72");
    check(SITE, login::TOKEN_STORE_DIRECTORY, "a\"b", "/properties/login/tokenStore/fileSystem/directory", r#""a\"b""#);
    check(SITE, login::TOKEN_STORE_SAS_URL_SETTING_NAME, "A_B", "/properties/login/tokenStore/azureBlobStorage/sasUrlSettingName", r#""A_B""#);
    check(CONTAINER_APP, login::TOKEN_STORE_CONTAINER_URI, "a\"b", "/properties/login/tokenStore/azureBlobStorage/blobContainerUri", r#""a\"b""#);
    check(CONTAINER_APP, login::TOKEN_STORE_CLIENT_ID, guid(), "/properties/login/tokenStore/azureBlobStorage/clientId", r#""11112222-bbbb-3333-cccc-4444dddd5555""#);
    check(CONTAINER_APP, login::TOKEN_STORE_MANAGED_IDENTITY, "a\"b", "/properties/login/tokenStore/azureBlobStorage/managedIdentityResourceId", r#""a\"b""#);
    check(SITE, login::PRESERVE_URL_FRAGMENTS, true, "/properties/login/preserveUrlFragmentsForLogins", "true");
    check(SITE, login::ALLOWED_EXTERNAL_REDIRECT_URLS, ["a", "b"], "/properties/login/allowedExternalRedirectUrls", r#"["a","b"]"#);
    check(SITE, login::COOKIE_CONVENTION, "IdentityProviderDerived", "/properties/login/cookieExpiration/convention", r#""IdentityProviderDerived""#);
    check(SITE, login::COOKIE_EXPIRATION, Duration::from_secs(90_061), "/properties/login/cookieExpiration/timeToExpiration", r#""1.01:01:01""#);
    check(SITE, login::VALIDATE_NONCE, true, "/properties/login/nonce/validateNonce", "true");
    check(SITE, login::NONCE_EXPIRATION, Duration::from_secs(90_061), "/properties/login/nonce/nonceExpirationInterval", r#""1.01:01:01""#);
    check(SITE, http::REQUIRE_HTTPS, true, "/properties/httpSettings/requireHttps", "true");
    check(SITE, http::API_PREFIX, "a\"b", "/properties/httpSettings/routes/apiPrefix", r#""a\"b""#);
    check(SITE, http::PROXY_CONVENTION, "Standard", "/properties/httpSettings/forwardProxy/convention", r#""Standard""#);
    check(SITE, http::PROXY_HOST_HEADER, "a\"b", "/properties/httpSettings/forwardProxy/customHostHeaderName", r#""a\"b""#);
    check(SITE, http::PROXY_PROTO_HEADER, "a\"b", "/properties/httpSettings/forwardProxy/customProtoHeaderName", r#""a\"b""#);
    check(CONTAINER_APP, encryption::ENCRYPTION_SECRET_NAME, "A_B", "/properties/encryptionSettings/containerAppAuthEncryptionSecretName", r#""A_B""#);
    check(CONTAINER_APP, encryption::SIGNING_SECRET_NAME, "A_B", "/properties/encryptionSettings/containerAppAuthSigningSecretName", r#""A_B""#);
    check(SITE, envelope::ID, "a\"b", "/id", r#""a\"b""#);
    check(SITE, envelope::NAME, "a\"b", "/name", r#""a\"b""#);
    check(SITE, envelope::TYPE, "a\"b", "/type", r#""a\"b""#);
    check(SITE, envelope::KIND, "a\"b", "/kind", r#""a\"b""#);
    check(SITE, envelope::LOCATION, "a\"b", "/location", r#""a\"b""#);
}

/// What loops over the table cannot find a wrong path: the conformance tests compare the names with those
/// of the specification.
#[test]
fn the_table_has_each_setting_once() {
    let mut pointers: Vec<_> =
        ALL_SETTINGS.iter().map(|own| (own.is_in_envelope(), own.pointer())).collect();
    let all = pointers.len();
    pointers.sort();
    pointers.dedup();
    assert_eq!((pointers.len(), all), (116, 116));
    for setting in ALL_SETTINGS {
        let services = [Service::AppService, Service::ContainerApps, Service::StaticWebApps];
        assert!(services.iter().any(|service| setting.is_in(*service)), "{setting:?}");
        let doc = setting.doc();
        assert!(doc.ends_with('.') && !doc.contains("  "), "{setting:?}: {doc}");
        assert!(setting.pointer().starts_with('/') && !setting.pointer().ends_with('/'));
    }
}

/// A setting of another service is not set: the service would drop it without a word.
#[test]
fn settings_of_other_services_are_rejected() {
    let mut app: AuthSettingsV2 = CONTAINER_APP.parse().unwrap();
    let error = app.set(platform::CONFIG_FILE_PATH, "auth.json").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the service of this document does not have the setting at /properties/platform/configFilePath",
    );
    assert_eq!(error.kind().code(), "no-such-setting");
    assert_eq!(app.as_json(), CONTAINER_APP);
    let mut site: AuthSettingsV2 = SITE.parse().unwrap();
    assert!(site.set(encryption::SIGNING_SECRET_NAME, "key").is_err());
    assert!(site.set(entra::CLIENT_ID_SETTING_NAME, "ID").is_err());
}

proptest! {
    /// Any text survives.
    #[test]
    fn any_text_is_set_and_read(text in "\\PC{0,12}|[\\x00-\\x7f]{0,12}", unknown in arbitrary_json()) {
        let mut doc: AuthSettingsV2 = serde_json::from_value(serde_json::json!({"login": {}, "x": unknown})).unwrap();
        doc.set(global_validation::EXCLUDED_PATHS, [&text]).unwrap();
        let read = doc.get(global_validation::EXCLUDED_PATHS);
        let is_expression = doc.read(global_validation::EXCLUDED_PATHS).is_err();
        prop_assert!(is_expression || read == Some(vec![text]));
        let now: Value = serde_json::from_str(doc.as_json()).unwrap();
        prop_assert_eq!(&now["x"], &unknown);
    }
}

pub(crate) fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // With few digits, which serde_json reads exactly.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,8}", inner), 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// The pointers of all settings of App Service, and of the objects on the way to them.
pub(crate) fn pointers() -> Vec<String> {
    let settings = ALL_SETTINGS.iter().filter(|own| own.is_in(Service::AppService));
    let settings = settings.filter(|own| !own.is_in_envelope());
    let all = settings.map(|own| format!("/properties{}", own.pointer().replace('*', "contoso")));
    let mut all: Vec<_> = all.collect();
    let parents: Vec<_> =
        all.iter().filter_map(|own| own.rsplit_once('/')).map(|(own, _)| own.to_owned()).collect();
    all.extend(parents);
    all.retain(|pointer| pointer != "/properties");
    all.sort();
    all.dedup();
    all
}
