//! Every documented member: what is set is read again, and nothing else changes.

use std::{fmt::Write as _, time::Duration};

use easyauth::settings::{
    AuthSettingsV2, CookieConvention, ForwardProxyConvention, Guid, LoginParameters,
    UnauthenticatedAction,
};
use proptest::prelude::*;
use serde_json::Value;

/// Something to set each kind of member to.
#[derive(Debug, Clone)]
struct Values {
    flag: bool,
    text: String,
    texts: Vec<String>,
    guid: Guid,
    guids: Vec<Guid>,
    /// In whole seconds.
    hours: Duration,
    /// In units of 100 nanoseconds.
    time: Duration,
    action: UnauthenticatedAction,
    cookie: CookieConvention,
    proxy: ForwardProxyConvention,
}

fn values() -> impl Strategy<Value = Values> {
    let text = "\\PC{0,12}|[\\x00-\\x7f]{0,12}";
    let guid = || "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
    // As long as .NET's timespans go.
    let seconds = || prop_oneof![0..100_000_u64, 0..922_337_203_685_u64];
    (
        any::<bool>(),
        text,
        prop::collection::vec(text, 0..3),
        guid(),
        prop::collection::vec(guid(), 0..3),
        (seconds(), seconds(), 0..10_000_000_u32),
        0..4_usize,
    )
        .prop_map(|(flag, text, texts, guid, guids, (hours, time, ticks), choice)| Values {
            flag,
            guid: guid.parse().unwrap(),
            guids: guids.iter().map(|guid| guid.parse().unwrap()).collect(),
            hours: Duration::from_secs(hours),
            time: Duration::new(time, ticks * 100),
            action: ["RedirectToLoginPage", "AllowAnonymous", "Return401", &text][choice].into(),
            cookie: ["FixedTime", "IdentityProviderDerived", &text, ""][choice].into(),
            proxy: ["NoProxy", "Standard", "Custom", &text][choice].into(),
            text,
            texts,
        })
}

/// A document with every object in it, and in each of them a member that nobody documents.
fn document(unknown: &str) -> AuthSettingsV2 {
    let mut settings: AuthSettingsV2 = r#"{"properties":{}}"#.parse().unwrap();
    macro_rules! case {
        ($pointer:literal, $kind:ident, [$($read:tt)+], [$($edit:tt)+], $set:ident, $clear:ident) => {
            let parent = $pointer.rsplit_once('/').unwrap().0;
            settings.set(&format!("{parent}/neighbour"), unknown).unwrap();
        };
    }
    every_member!(case);
    settings
}

/// The document with a value at a pointer, by other means than ours.
fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let mut place = &mut document;
    for step in pointer.split('/').skip(1) {
        place = place
            .as_object_mut()
            .unwrap()
            .entry(step)
            .or_insert(Value::Object([].into_iter().collect()));
    }
    *place = value;
    document
}

/// What a kind is set to, and read as.
macro_rules! value {
    ($values:ident, flag) => {
        ($values.flag, $values.flag)
    };
    ($values:ident, text_flag) => {
        ($values.flag, $values.flag)
    };
    ($values:ident, text) => {
        (&$values.text, $values.text.clone())
    };
    ($values:ident, setting) => {
        (&$values.text, $values.text.clone())
    };
    ($values:ident, texts) => {
        (&$values.texts, $values.texts.clone())
    };
    ($values:ident, guid) => {
        (&$values.guid, $values.guid.clone())
    };
    ($values:ident, guids) => {
        ($values.guids.clone(), $values.guids.clone())
    };
    ($values:ident, hours) => {
        ($values.hours, $values.hours)
    };
    ($values:ident, time) => {
        ($values.time, $values.time)
    };
    ($values:ident, login_parameters) => {
        (LoginParameters::from_wire(&$values.texts), LoginParameters::from_wire(&$values.texts))
    };
    ($values:ident, $choice:ident) => {
        ($values.$choice.clone(), $values.$choice.clone())
    };
}

/// What a kind is written as.
macro_rules! json {
    ($values:ident, flag) => {
        Value::from($values.flag)
    };
    ($values:ident, text_flag) => {
        Value::from($values.flag.to_string())
    };
    ($values:ident, setting) => {
        Value::from($values.text.as_str())
    };
    ($values:ident, text) => {
        Value::from($values.text.as_str())
    };
    ($values:ident, texts) => {
        Value::from($values.texts.clone())
    };
    ($values:ident, login_parameters) => {
        Value::from($values.texts.clone())
    };
    ($values:ident, guid) => {
        Value::from($values.guid.as_str())
    };
    ($values:ident, guids) => {
        $values.guids.iter().map(Guid::as_str).collect::<Value>()
    };
    ($values:ident, hours) => {
        hours(&$values.hours)
    };
    ($values:ident, time) => {
        Value::from(timespan(&$values.time))
    };
    ($values:ident, $choice:ident) => {
        Value::from($values.$choice.as_str())
    };
}

fn hours(time: &Duration) -> Value {
    let seconds = time.as_secs();
    if seconds.is_multiple_of(3600) {
        Value::from(seconds / 3600)
    } else {
        // As serde_json reads it, which is not always the nearest.
        (time.as_secs_f64() / 3600.0).to_string().parse().unwrap()
    }
}

fn timespan(time: &Duration) -> String {
    let seconds = time.as_secs();
    let mut text = String::new();
    if seconds >= 86_400 {
        write!(text, "{}.", seconds / 86_400).unwrap();
    }
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    write!(text, "{hours:02}:{minutes:02}:{:02}", seconds % 60).unwrap();
    if time.subsec_nanos() > 0 {
        write!(text, ".{:07}", time.subsec_nanos() / 100).unwrap();
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn setters_and_getters_agree_and_touch_nothing_else(values in values(), unknown in arbitrary_json()) {
        let unknown = unknown.to_string();
        for before in [document(&unknown), r#"{"properties":{}}"#.parse().unwrap()] {
            macro_rules! case {
                ($pointer:literal, $kind:ident, [$($read:tt)+], [$($edit:tt)+], $set:ident, $clear:ident) => {{
                    let mut settings = before.clone();
                    let (value, expected) = value!(values, $kind);
                    settings.$($edit)+.$set(value);
                    let read = settings.$($read)+();
                    prop_assert!(
                        read.as_ref().is_some_and(|read| same(read, &expected)),
                        "{}: {read:?} and not {expected:?}", $pointer,
                    );
                    let whole = with(serde_json::from_str(before.as_json()).unwrap(), $pointer, json!(values, $kind));
                    prop_assert_eq!(serde_json::to_value(&settings).unwrap(), whole);
                    settings.$($edit)+.$clear();
                    prop_assert!(settings.$($read)+().is_none(), "{}", $pointer);
                    if before.get($pointer.rsplit_once('/').unwrap().0).is_some() {
                        prop_assert_eq!(settings.as_json(), before.as_json());
                    }
                }};
            }
            every_member!(case);
        }
    }
}

/// Compares what is read, borrowed or not, with what was set.
fn same<R: PartialEq<E> + ?Sized, E: ?Sized>(read: &R, expected: &E) -> bool {
    read == expected
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

/// Every member: its place, its kind, and what reads, sets and clears it.
macro_rules! every_member {
    ($case:ident) => {
        $case!("/properties/clearInboundClaimsMapping", text_flag, [properties().clear_inbound_claims_mapping], [properties_mut()], set_clear_inbound_claims_mapping, clear_clear_inbound_claims_mapping);
        $case!("/properties/rolesSource", text, [properties().roles_source], [properties_mut()], set_roles_source, clear_roles_source);
        $case!("/properties/platform/enabled", flag, [properties().platform().enabled], [properties_mut().platform_mut()], set_enabled, clear_enabled);
        $case!("/properties/platform/runtimeVersion", text, [properties().platform().runtime_version], [properties_mut().platform_mut()], set_runtime_version, clear_runtime_version);
        $case!("/properties/platform/configFilePath", text, [properties().platform().config_file_path], [properties_mut().platform_mut()], set_config_file_path, clear_config_file_path);
        $case!("/properties/globalValidation/requireAuthentication", flag, [properties().global_validation().require_authentication], [properties_mut().global_validation_mut()], set_require_authentication, clear_require_authentication);
        $case!("/properties/globalValidation/unauthenticatedClientAction", action, [properties().global_validation().unauthenticated_client_action], [properties_mut().global_validation_mut()], set_unauthenticated_client_action, clear_unauthenticated_client_action);
        $case!("/properties/globalValidation/redirectToProvider", text, [properties().global_validation().redirect_to_provider], [properties_mut().global_validation_mut()], set_redirect_to_provider, clear_redirect_to_provider);
        $case!("/properties/globalValidation/excludedPaths", texts, [properties().global_validation().excluded_paths], [properties_mut().global_validation_mut()], set_excluded_paths, clear_excluded_paths);
        $case!("/properties/identityProviders/azureActiveDirectory/enabled", flag, [properties().identity_providers().azure_active_directory().enabled], [properties_mut().identity_providers_mut().azure_active_directory_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/azureActiveDirectory/isAutoProvisioned", flag, [properties().identity_providers().azure_active_directory().is_auto_provisioned], [properties_mut().identity_providers_mut().azure_active_directory_mut()], set_is_auto_provisioned, clear_is_auto_provisioned);
        $case!("/properties/identityProviders/azureActiveDirectory/userDetailsClaim", text, [properties().identity_providers().azure_active_directory().user_details_claim], [properties_mut().identity_providers_mut().azure_active_directory_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/openIdIssuer", text, [properties().identity_providers().azure_active_directory().registration().open_id_issuer], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_open_id_issuer, clear_open_id_issuer);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientId", guid, [properties().identity_providers().azure_active_directory().registration().client_id], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientIdSettingName", setting, [properties().identity_providers().azure_active_directory().registration().client_id_setting_name], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_client_id_setting_name, clear_client_id_setting_name);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientSecretSettingName", setting, [properties().identity_providers().azure_active_directory().registration().client_secret_setting_name], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_client_secret_setting_name, clear_client_secret_setting_name);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateThumbprint", text, [properties().identity_providers().azure_active_directory().registration().certificate_thumbprint], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_certificate_thumbprint, clear_certificate_thumbprint);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateSubjectAlternativeName", text, [properties().identity_providers().azure_active_directory().registration().certificate_subject_alternative_name], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_certificate_subject_alternative_name, clear_certificate_subject_alternative_name);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateIssuer", text, [properties().identity_providers().azure_active_directory().registration().certificate_issuer], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_certificate_issuer, clear_certificate_issuer);
        $case!("/properties/identityProviders/azureActiveDirectory/registration/clientSecretCertificateKeyVaultReference", text, [properties().identity_providers().azure_active_directory().registration().certificate_key_vault_reference], [properties_mut().identity_providers_mut().azure_active_directory_mut().registration_mut()], set_certificate_key_vault_reference, clear_certificate_key_vault_reference);
        $case!("/properties/identityProviders/azureActiveDirectory/login/loginParameters", login_parameters, [properties().identity_providers().azure_active_directory().login().login_parameters], [properties_mut().identity_providers_mut().azure_active_directory_mut().login_mut()], set_login_parameters, clear_login_parameters);
        $case!("/properties/identityProviders/azureActiveDirectory/login/disableWWWAuthenticate", flag, [properties().identity_providers().azure_active_directory().login().disable_www_authenticate], [properties_mut().identity_providers_mut().azure_active_directory_mut().login_mut()], set_disable_www_authenticate, clear_disable_www_authenticate);
        $case!("/properties/identityProviders/azureActiveDirectory/validation/allowedAudiences", texts, [properties().identity_providers().azure_active_directory().validation().allowed_audiences], [properties_mut().identity_providers_mut().azure_active_directory_mut().validation_mut()], set_allowed_audiences, clear_allowed_audiences);
        $case!("/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks/allowedGroups", guids, [properties().identity_providers().azure_active_directory().validation().jwt_claim_checks().allowed_groups], [properties_mut().identity_providers_mut().azure_active_directory_mut().validation_mut().jwt_claim_checks_mut()], set_allowed_groups, clear_allowed_groups);
        $case!("/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks/allowedClientApplications", guids, [properties().identity_providers().azure_active_directory().validation().jwt_claim_checks().allowed_client_applications], [properties_mut().identity_providers_mut().azure_active_directory_mut().validation_mut().jwt_claim_checks_mut()], set_allowed_client_applications, clear_allowed_client_applications);
        $case!("/properties/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedApplications", guids, [properties().identity_providers().azure_active_directory().validation().default_authorization_policy().allowed_applications], [properties_mut().identity_providers_mut().azure_active_directory_mut().validation_mut().default_authorization_policy_mut()], set_allowed_applications, clear_allowed_applications);
        $case!("/properties/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedPrincipals/groups", guids, [properties().identity_providers().azure_active_directory().validation().default_authorization_policy().allowed_principals().groups], [properties_mut().identity_providers_mut().azure_active_directory_mut().validation_mut().default_authorization_policy_mut().allowed_principals_mut()], set_groups, clear_groups);
        $case!("/properties/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedPrincipals/identities", guids, [properties().identity_providers().azure_active_directory().validation().default_authorization_policy().allowed_principals().identities], [properties_mut().identity_providers_mut().azure_active_directory_mut().validation_mut().default_authorization_policy_mut().allowed_principals_mut()], set_identities, clear_identities);
        $case!("/properties/identityProviders/facebook/enabled", flag, [properties().identity_providers().facebook().enabled], [properties_mut().identity_providers_mut().facebook_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/facebook/graphApiVersion", text, [properties().identity_providers().facebook().graph_api_version], [properties_mut().identity_providers_mut().facebook_mut()], set_graph_api_version, clear_graph_api_version);
        $case!("/properties/identityProviders/facebook/userDetailsClaim", text, [properties().identity_providers().facebook().user_details_claim], [properties_mut().identity_providers_mut().facebook_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/facebook/registration/appId", text, [properties().identity_providers().facebook().registration().app_id], [properties_mut().identity_providers_mut().facebook_mut().registration_mut()], set_app_id, clear_app_id);
        $case!("/properties/identityProviders/facebook/registration/appIdSettingName", setting, [properties().identity_providers().facebook().registration().app_id_setting_name], [properties_mut().identity_providers_mut().facebook_mut().registration_mut()], set_app_id_setting_name, clear_app_id_setting_name);
        $case!("/properties/identityProviders/facebook/registration/appSecretSettingName", setting, [properties().identity_providers().facebook().registration().app_secret_setting_name], [properties_mut().identity_providers_mut().facebook_mut().registration_mut()], set_app_secret_setting_name, clear_app_secret_setting_name);
        $case!("/properties/identityProviders/facebook/login/scopes", texts, [properties().identity_providers().facebook().login().scopes], [properties_mut().identity_providers_mut().facebook_mut().login_mut()], set_scopes, clear_scopes);
        $case!("/properties/identityProviders/gitHub/enabled", flag, [properties().identity_providers().git_hub().enabled], [properties_mut().identity_providers_mut().git_hub_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/gitHub/userDetailsClaim", text, [properties().identity_providers().git_hub().user_details_claim], [properties_mut().identity_providers_mut().git_hub_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/gitHub/registration/clientId", text, [properties().identity_providers().git_hub().registration().client_id], [properties_mut().identity_providers_mut().git_hub_mut().registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/gitHub/registration/clientIdSettingName", setting, [properties().identity_providers().git_hub().registration().client_id_setting_name], [properties_mut().identity_providers_mut().git_hub_mut().registration_mut()], set_client_id_setting_name, clear_client_id_setting_name);
        $case!("/properties/identityProviders/gitHub/registration/clientSecretSettingName", setting, [properties().identity_providers().git_hub().registration().client_secret_setting_name], [properties_mut().identity_providers_mut().git_hub_mut().registration_mut()], set_client_secret_setting_name, clear_client_secret_setting_name);
        $case!("/properties/identityProviders/gitHub/login/scopes", texts, [properties().identity_providers().git_hub().login().scopes], [properties_mut().identity_providers_mut().git_hub_mut().login_mut()], set_scopes, clear_scopes);
        $case!("/properties/identityProviders/google/enabled", flag, [properties().identity_providers().google().enabled], [properties_mut().identity_providers_mut().google_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/google/userDetailsClaim", text, [properties().identity_providers().google().user_details_claim], [properties_mut().identity_providers_mut().google_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/google/registration/clientId", text, [properties().identity_providers().google().registration().client_id], [properties_mut().identity_providers_mut().google_mut().registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/google/registration/clientIdSettingName", setting, [properties().identity_providers().google().registration().client_id_setting_name], [properties_mut().identity_providers_mut().google_mut().registration_mut()], set_client_id_setting_name, clear_client_id_setting_name);
        $case!("/properties/identityProviders/google/registration/clientSecretSettingName", setting, [properties().identity_providers().google().registration().client_secret_setting_name], [properties_mut().identity_providers_mut().google_mut().registration_mut()], set_client_secret_setting_name, clear_client_secret_setting_name);
        $case!("/properties/identityProviders/google/login/scopes", texts, [properties().identity_providers().google().login().scopes], [properties_mut().identity_providers_mut().google_mut().login_mut()], set_scopes, clear_scopes);
        $case!("/properties/identityProviders/google/validation/allowedAudiences", texts, [properties().identity_providers().google().validation().allowed_audiences], [properties_mut().identity_providers_mut().google_mut().validation_mut()], set_allowed_audiences, clear_allowed_audiences);
        $case!("/properties/identityProviders/twitter/enabled", flag, [properties().identity_providers().twitter().enabled], [properties_mut().identity_providers_mut().twitter_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/twitter/userDetailsClaim", text, [properties().identity_providers().twitter().user_details_claim], [properties_mut().identity_providers_mut().twitter_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/twitter/registration/consumerKey", text, [properties().identity_providers().twitter().registration().consumer_key], [properties_mut().identity_providers_mut().twitter_mut().registration_mut()], set_consumer_key, clear_consumer_key);
        $case!("/properties/identityProviders/twitter/registration/consumerKeySettingName", setting, [properties().identity_providers().twitter().registration().consumer_key_setting_name], [properties_mut().identity_providers_mut().twitter_mut().registration_mut()], set_consumer_key_setting_name, clear_consumer_key_setting_name);
        $case!("/properties/identityProviders/twitter/registration/consumerSecretSettingName", setting, [properties().identity_providers().twitter().registration().consumer_secret_setting_name], [properties_mut().identity_providers_mut().twitter_mut().registration_mut()], set_consumer_secret_setting_name, clear_consumer_secret_setting_name);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/enabled", flag, [properties().identity_providers().legacy_microsoft_account().enabled], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/userDetailsClaim", text, [properties().identity_providers().legacy_microsoft_account().user_details_claim], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/registration/clientId", text, [properties().identity_providers().legacy_microsoft_account().registration().client_id], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut().registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/registration/clientIdSettingName", setting, [properties().identity_providers().legacy_microsoft_account().registration().client_id_setting_name], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut().registration_mut()], set_client_id_setting_name, clear_client_id_setting_name);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/registration/clientSecretSettingName", setting, [properties().identity_providers().legacy_microsoft_account().registration().client_secret_setting_name], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut().registration_mut()], set_client_secret_setting_name, clear_client_secret_setting_name);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/login/scopes", texts, [properties().identity_providers().legacy_microsoft_account().login().scopes], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut().login_mut()], set_scopes, clear_scopes);
        $case!("/properties/identityProviders/legacyMicrosoftAccount/validation/allowedAudiences", texts, [properties().identity_providers().legacy_microsoft_account().validation().allowed_audiences], [properties_mut().identity_providers_mut().legacy_microsoft_account_mut().validation_mut()], set_allowed_audiences, clear_allowed_audiences);
        $case!("/properties/identityProviders/apple/enabled", flag, [properties().identity_providers().apple().enabled], [properties_mut().identity_providers_mut().apple_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/apple/userDetailsClaim", text, [properties().identity_providers().apple().user_details_claim], [properties_mut().identity_providers_mut().apple_mut()], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/apple/registration/clientId", text, [properties().identity_providers().apple().registration().client_id], [properties_mut().identity_providers_mut().apple_mut().registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/apple/registration/clientIdSettingName", setting, [properties().identity_providers().apple().registration().client_id_setting_name], [properties_mut().identity_providers_mut().apple_mut().registration_mut()], set_client_id_setting_name, clear_client_id_setting_name);
        $case!("/properties/identityProviders/apple/registration/clientSecretSettingName", setting, [properties().identity_providers().apple().registration().client_secret_setting_name], [properties_mut().identity_providers_mut().apple_mut().registration_mut()], set_client_secret_setting_name, clear_client_secret_setting_name);
        $case!("/properties/identityProviders/apple/login/scopes", texts, [properties().identity_providers().apple().login().scopes], [properties_mut().identity_providers_mut().apple_mut().login_mut()], set_scopes, clear_scopes);
        $case!("/properties/identityProviders/azureStaticWebApps/enabled", flag, [properties().identity_providers().azure_static_web_apps().enabled], [properties_mut().identity_providers_mut().azure_static_web_apps_mut()], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/azureStaticWebApps/registration/clientId", text, [properties().identity_providers().azure_static_web_apps().registration().client_id], [properties_mut().identity_providers_mut().azure_static_web_apps_mut().registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/enabled", flag, [properties().identity_providers().custom("contoso").enabled], [properties_mut().identity_providers_mut().custom_mut("contoso")], set_enabled, clear_enabled);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/userDetailsClaim", text, [properties().identity_providers().custom("contoso").user_details_claim], [properties_mut().identity_providers_mut().custom_mut("contoso")], set_user_details_claim, clear_user_details_claim);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientId", text, [properties().identity_providers().custom("contoso").registration().client_id], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut()], set_client_id, clear_client_id);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientIdSettingName", setting, [properties().identity_providers().custom("contoso").registration().client_id_setting_name], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut()], set_client_id_setting_name, clear_client_id_setting_name);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientCredential/method", text, [properties().identity_providers().custom("contoso").registration().client_credential().method], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().client_credential_mut()], set_method, clear_method);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/clientCredential/clientSecretSettingName", setting, [properties().identity_providers().custom("contoso").registration().client_credential().client_secret_setting_name], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().client_credential_mut()], set_client_secret_setting_name, clear_client_secret_setting_name);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/authorizationEndpoint", text, [properties().identity_providers().custom("contoso").registration().open_id_connect_configuration().authorization_endpoint], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().open_id_connect_configuration_mut()], set_authorization_endpoint, clear_authorization_endpoint);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/tokenEndpoint", text, [properties().identity_providers().custom("contoso").registration().open_id_connect_configuration().token_endpoint], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().open_id_connect_configuration_mut()], set_token_endpoint, clear_token_endpoint);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/issuer", text, [properties().identity_providers().custom("contoso").registration().open_id_connect_configuration().issuer], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().open_id_connect_configuration_mut()], set_issuer, clear_issuer);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/certificationUri", text, [properties().identity_providers().custom("contoso").registration().open_id_connect_configuration().certification_uri], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().open_id_connect_configuration_mut()], set_certification_uri, clear_certification_uri);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/registration/openIdConnectConfiguration/wellKnownOpenIdConfiguration", text, [properties().identity_providers().custom("contoso").registration().open_id_connect_configuration().well_known_open_id_configuration], [properties_mut().identity_providers_mut().custom_mut("contoso").registration_mut().open_id_connect_configuration_mut()], set_well_known_open_id_configuration, clear_well_known_open_id_configuration);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/login/nameClaimType", text, [properties().identity_providers().custom("contoso").login().name_claim_type], [properties_mut().identity_providers_mut().custom_mut("contoso").login_mut()], set_name_claim_type, clear_name_claim_type);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/login/scopes", texts, [properties().identity_providers().custom("contoso").login().scopes], [properties_mut().identity_providers_mut().custom_mut("contoso").login_mut()], set_scopes, clear_scopes);
        $case!("/properties/identityProviders/customOpenIdConnectProviders/contoso/login/loginParameterNames", texts, [properties().identity_providers().custom("contoso").login().login_parameter_names], [properties_mut().identity_providers_mut().custom_mut("contoso").login_mut()], set_login_parameter_names, clear_login_parameter_names);
        $case!("/properties/login/preserveUrlFragmentsForLogins", flag, [properties().login().preserve_url_fragments], [properties_mut().login_mut()], set_preserve_url_fragments, clear_preserve_url_fragments);
        $case!("/properties/login/allowedExternalRedirectUrls", texts, [properties().login().allowed_external_redirect_urls], [properties_mut().login_mut()], set_allowed_external_redirect_urls, clear_allowed_external_redirect_urls);
        $case!("/properties/login/routes/logoutEndpoint", text, [properties().login().routes().logout_endpoint], [properties_mut().login_mut().routes_mut()], set_logout_endpoint, clear_logout_endpoint);
        $case!("/properties/login/tokenStore/enabled", flag, [properties().login().token_store().enabled], [properties_mut().login_mut().token_store_mut()], set_enabled, clear_enabled);
        $case!("/properties/login/tokenStore/tokenRefreshExtensionHours", hours, [properties().login().token_store().token_refresh_extension], [properties_mut().login_mut().token_store_mut()], set_token_refresh_extension, clear_token_refresh_extension);
        $case!("/properties/login/tokenStore/fileSystem/directory", text, [properties().login().token_store().file_system().directory], [properties_mut().login_mut().token_store_mut().file_system_mut()], set_directory, clear_directory);
        $case!("/properties/login/tokenStore/azureBlobStorage/sasUrlSettingName", setting, [properties().login().token_store().azure_blob_storage().sas_url_setting_name], [properties_mut().login_mut().token_store_mut().azure_blob_storage_mut()], set_sas_url_setting_name, clear_sas_url_setting_name);
        $case!("/properties/login/tokenStore/azureBlobStorage/blobContainerUri", text, [properties().login().token_store().azure_blob_storage().blob_container_uri], [properties_mut().login_mut().token_store_mut().azure_blob_storage_mut()], set_blob_container_uri, clear_blob_container_uri);
        $case!("/properties/login/tokenStore/azureBlobStorage/clientId", guid, [properties().login().token_store().azure_blob_storage().client_id], [properties_mut().login_mut().token_store_mut().azure_blob_storage_mut()], set_client_id, clear_client_id);
        $case!("/properties/login/tokenStore/azureBlobStorage/managedIdentityResourceId", text, [properties().login().token_store().azure_blob_storage().managed_identity_resource_id], [properties_mut().login_mut().token_store_mut().azure_blob_storage_mut()], set_managed_identity_resource_id, clear_managed_identity_resource_id);
        $case!("/properties/login/cookieExpiration/convention", cookie, [properties().login().cookie_expiration().convention], [properties_mut().login_mut().cookie_expiration_mut()], set_convention, clear_convention);
        $case!("/properties/login/cookieExpiration/timeToExpiration", time, [properties().login().cookie_expiration().time_to_expiration], [properties_mut().login_mut().cookie_expiration_mut()], set_time_to_expiration, clear_time_to_expiration);
        $case!("/properties/login/nonce/validateNonce", flag, [properties().login().nonce().validate_nonce], [properties_mut().login_mut().nonce_mut()], set_validate_nonce, clear_validate_nonce);
        $case!("/properties/login/nonce/nonceExpirationInterval", time, [properties().login().nonce().nonce_expiration_interval], [properties_mut().login_mut().nonce_mut()], set_nonce_expiration_interval, clear_nonce_expiration_interval);
        $case!("/properties/httpSettings/requireHttps", flag, [properties().http_settings().require_https], [properties_mut().http_settings_mut()], set_require_https, clear_require_https);
        $case!("/properties/httpSettings/routes/apiPrefix", text, [properties().http_settings().routes().api_prefix], [properties_mut().http_settings_mut().routes_mut()], set_api_prefix, clear_api_prefix);
        $case!("/properties/httpSettings/forwardProxy/convention", proxy, [properties().http_settings().forward_proxy().convention], [properties_mut().http_settings_mut().forward_proxy_mut()], set_convention, clear_convention);
        $case!("/properties/httpSettings/forwardProxy/customHostHeaderName", text, [properties().http_settings().forward_proxy().custom_host_header_name], [properties_mut().http_settings_mut().forward_proxy_mut()], set_custom_host_header_name, clear_custom_host_header_name);
        $case!("/properties/httpSettings/forwardProxy/customProtoHeaderName", text, [properties().http_settings().forward_proxy().custom_proto_header_name], [properties_mut().http_settings_mut().forward_proxy_mut()], set_custom_proto_header_name, clear_custom_proto_header_name);
        $case!("/properties/encryptionSettings/containerAppAuthEncryptionSecretName", setting, [properties().encryption_settings().encryption_secret_name], [properties_mut().encryption_settings_mut()], set_encryption_secret_name, clear_encryption_secret_name);
        $case!("/properties/encryptionSettings/containerAppAuthSigningSecretName", setting, [properties().encryption_settings().signing_secret_name], [properties_mut().encryption_settings_mut()], set_signing_secret_name, clear_signing_secret_name);
        $case!("/properties/legacyProperties/configVersion", text, [properties().legacy_properties().config_version], [properties_mut().legacy_properties_mut()], set_config_version, clear_config_version);
        $case!("/properties/legacyProperties/legacyVersion", text, [properties().legacy_properties().legacy_version], [properties_mut().legacy_properties_mut()], set_legacy_version, clear_legacy_version);
        $case!("/kind", text, [envelope().kind], [envelope_mut().unwrap()], set_kind, clear_kind);
        $case!("/location", text, [envelope().location], [envelope_mut().unwrap()], set_location, clear_location);
    };
}
use every_member;
