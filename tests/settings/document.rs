//! What was read is written back, and a setter changes its own member only.

use std::borrow::Cow;

use easyauth::{
    resource::ARM,
    settings::{
        AuthSettingsV2, EditError, Form, Guid, LoginParameters, LoginParametersError,
        MAX_SETTINGS_LEN, Service, SettingsError, UnauthenticatedAction,
    },
};
use proptest::prelude::*;
use serde_json::Value;

const SITE: &str = include_str!("../data/settings/site.json");
const CONTAINER_APP: &str = include_str!("../data/settings/container-app.json");
const FILE: &str = include_str!("../data/settings/auth.json");
const STATIC_WEB_APP: &str = include_str!("../data/settings/staticwebapp.config.json");

#[track_caller]
fn read(text: &str) -> AuthSettingsV2 {
    text.parse().unwrap()
}

#[test]
fn knows_its_form() {
    #[track_caller]
    fn form(text: &str, form: Form, service: Service) {
        assert_eq!(read(text).form(), form);
        assert_eq!(form.service(), service);
    }
    form(SITE, Form::AppService, Service::AppService);
    form(r#"{"properties":{}}"#, Form::AppService, Service::AppService);
    // What `az webapp auth config-version revert` sends.
    form(r#"{"properties":null}"#, Form::AppService, Service::AppService);
    form(r#"{"Properties":{"Platform":{}}}"#, Form::AppService, Service::AppService);
    // Whatever is in it, it says what it is.
    for mark in [r#""name":"authsettingsV2""#, r#""id":"/x/config/authsettingsV2""#] {
        let text = format!(r#"{{{mark},"properties":{{"new":1}}}}"#);
        form(&text, Form::AppService, Service::AppService);
    }
    form("{}", Form::AppServiceProperties, Service::AppService);
    for section in [
        "platform",
        "globalValidation",
        "identityProviders",
        "login",
        "httpSettings",
        "clearInboundClaimsMapping",
        "legacyProperties",
    ] {
        let text = format!(r#"{{"{section}":{{}}}}"#);
        form(&text, Form::AppServiceProperties, Service::AppService);
    }
    let form_of_middleware = r#"{"platform":{"enabled":true},"globalValidation":{"unauthenticatedClientAction":0},"legacyProperties":{"configVersion":"v2"}}"#;
    form(form_of_middleware, Form::AppServiceProperties, Service::AppService);

    form(CONTAINER_APP, Form::ContainerApp, Service::ContainerApps);
    let by_type = r#"{"type":"Microsoft.App/containerapps/authconfigs","properties":{}}"#;
    form(by_type, Form::ContainerApp, Service::ContainerApps);
    let by_id = r#"{"id":"/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/N/authConfigs/current","properties":{}}"#;
    form(by_id, Form::ContainerApp, Service::ContainerApps);
    let of_nothing_known = r#"{"id":"/x/authConfigs/current","type":"Microsoft.App/containerApps/authConfigs","properties":{"new":1}}"#;
    form(of_nothing_known, Form::ContainerApp, Service::ContainerApps);
    let by_section = r#"{"properties":{"encryptionSettings":{}}}"#;
    form(by_section, Form::ContainerApp, Service::ContainerApps);
    form(
        r#"{"platform":{},"encryptionSettings":{}}"#,
        Form::ContainerAppProperties,
        Service::ContainerApps,
    );

    form(FILE, Form::File, Service::AppService);
    form(STATIC_WEB_APP, Form::StaticWebApp, Service::StaticWebApps);
    form(r#"{"rolesSource":"/api/roles"}"#, Form::StaticWebAppSection, Service::StaticWebApps);
    for setting in ["clientIdSettingName", "appIdSettingName", "consumerKeySettingName"] {
        let provider = format!(r#"{{"registration":{{"{setting}":"ID"}}}}"#);
        let built_in = format!(r#"{{"identityProviders":{{"x":{provider}}}}}"#);
        form(&built_in, Form::StaticWebAppSection, Service::StaticWebApps);
        let custom = format!(
            r#"{{"identityProviders":{{"customOpenIdConnectProviders":{{"x":{provider}}}}}}}"#
        );
        form(&custom, Form::StaticWebAppSection, Service::StaticWebApps);
    }
}

#[test]
fn can_be_told_its_form() {
    let settings = AuthSettingsV2::parse_as(Form::File, r#"{"login":{}}"#).unwrap();
    assert_eq!(settings.form(), Form::File);
    let settings = AuthSettingsV2::parse_as(Form::ContainerApp, r#"{"properties":{}}"#).unwrap();
    assert_eq!(settings.form(), Form::ContainerApp);
    // It has no `auth`.
    let error = AuthSettingsV2::parse_as(Form::StaticWebApp, r#"{"login":{}}"#).unwrap_err();
    assert_eq!(error, SettingsError::NotSettings);
}

#[test]
fn refuses_what_is_no_settings_document() {
    #[track_caller]
    fn refused(bytes: &[u8], error: SettingsError, message: &str) {
        assert_eq!(AuthSettingsV2::from_slice(bytes).unwrap_err(), error);
        assert_eq!(error.to_string(), message);
        // By way of serde it is the same, but for what serde_json refuses itself.
        let by_serde = serde_json::from_slice::<AuthSettingsV2>(bytes).unwrap_err();
        let is_json = !matches!(error, SettingsError::Json { .. } | SettingsError::Utf8 { .. });
        assert_eq!(by_serde.to_string().starts_with(message), is_json, "{by_serde}");
    }
    let json = |position| SettingsError::Json { position };
    refused(b"", json(0), "the settings are not JSON at byte 0");
    refused(b"{\"login\":{},}", json(12), "the settings are not JSON at byte 12");
    refused(b"{} x", json(3), "the settings are not JSON at byte 3");
    let utf8 = SettingsError::Utf8 { position: 2 };
    refused(b"{\"\xff\":1}", utf8, "the settings are not UTF-8 at byte 2");
    for text in ["[]", "\"login\"", "1", "null", "true"] {
        refused(text.as_bytes(), SettingsError::NotAnObject, "the settings are not a JSON object");
    }
    let not_settings = "the document has none of the sections of authSettingsV2";
    refused(b"{\"a\":1}", SettingsError::NotSettings, not_settings);
    // A deployment template has the settings somewhere inside.
    refused(b"{\"resources\":[{}]}", SettingsError::NotSettings, not_settings);
    refused(b"{\"auth\":1}", SettingsError::NotSettings, not_settings);
    // Other resources have properties as well.
    let site = br#"{"type":"Microsoft.Web/sites","properties":{"hostNames":[]}}"#;
    refused(site, SettingsError::NotSettings, not_settings);
    refused(br#"{"properties":[]}"#, SettingsError::NotSettings, not_settings);
    let first = "these are settings of the first version (authsettings), not authSettingsV2";
    for member in ["unauthenticatedClientAction", "tokenStoreEnabled", "additionalLoginParams"] {
        let flat = format!(r#"{{"{member}":null}}"#);
        refused(flat.as_bytes(), SettingsError::FirstVersion, first);
        let enveloped = format!(r#"{{"properties":{flat}}}"#);
        refused(enveloped.as_bytes(), SettingsError::FirstVersion, first);
    }
    let fill = " ".repeat(MAX_SETTINGS_LEN - 1);
    let length = MAX_SETTINGS_LEN + 1;
    let long = SettingsError::TooLong { length };
    let message = "the settings are 4194305 bytes long, over the limit of 4194304";
    assert_eq!(long.to_string(), message);
    assert_eq!(format!("{{}}{fill}").parse::<AuthSettingsV2>().unwrap_err(), long);
    assert!(format!("{{{}}}", &fill[1..]).parse::<AuthSettingsV2>().is_ok());
}

#[test]
fn refuses_the_json_that_the_rest_of_the_crate_refuses() {
    #[track_caller]
    fn check(value: &str, position: Option<usize>) {
        let text = format!(r#"{{"login":{value}}}"#);
        let read = text.parse::<AuthSettingsV2>();
        let position = position.map(|position| position + r#"{"login":"#.len());
        assert_eq!(read.err(), position.map(|position| SettingsError::Json { position }));
        let by_serde = serde_json::from_str::<AuthSettingsV2>(&text);
        assert_eq!(by_serde.is_err(), position.is_some());
        if let Ok(settings) = by_serde {
            assert_eq!(settings.as_json(), text);
        }
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(126), None);
    check(&nested(127), Some(127));
    check(&format!("[{}]", vec!["{}"; 1000].join(",")), None);
    // Half of a surrogate pair is no text.
    check(r#""\ud83d\ude00""#, None);
    check(r#""\uD83D\uDE00""#, None);
    check(r#""\ud83d""#, Some(1));
    check(r#""\ude00""#, Some(1));
    check(r#""\ud83d\u0041""#, Some(1));
    check(r#""\ud83d\n\ude00""#, Some(1));
    check(r#""\ud7ff\ue000\\ud800""#, None);
    check("1e999", None);
    check("-0.0e-1", None);
    check("01", Some(1));
    check(r#""\x""#, Some(1));
    check(r#"{"a":1,"a":2}"#, None);
}

#[test]
fn writes_what_it_read() {
    for text in [SITE, CONTAINER_APP, FILE, STATIC_WEB_APP] {
        let settings = read(text);
        assert_eq!(settings.as_json(), text.trim_end());
        assert_eq!(serde_json::to_string(&settings).unwrap(), text.trim_end());
        assert_eq!(serde_json::to_vec(&settings).unwrap(), text.trim_end().as_bytes());
        // Inside of something else as well.
        let list: Vec<AuthSettingsV2> = serde_json::from_str(&format!("[{text},{text}]")).unwrap();
        assert_eq!(list, [settings.clone(), settings.clone()]);
        assert_eq!(serde_json::to_string(&list[..1]).unwrap(), format!("[{}]", text.trim_end()));
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&settings).unwrap(), value);
        let of_value: AuthSettingsV2 = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(of_value.as_json()).unwrap(), value);
    }
    let odd = r#"{"login":{},"x":[72.0,72,7.2e1,-0,null,{},[],"a\/bA"],"x":1e999,"Login":{ }}"#;
    assert_eq!(read(odd).as_json(), odd);
    assert_eq!(read(odd), read(odd));
    assert_ne!(read(odd), read(SITE));
    let marked = AuthSettingsV2::from_slice(b"\xef\xbb\xbf {\"login\" : {}}\r\n").unwrap();
    assert_eq!(marked.as_json(), "{\"login\" : {}}");
}

#[test]
fn debug_says_form_and_length() {
    let settings = read(r#"{"properties":{"login":{}}}"#);
    assert_eq!(format!("{settings:?}"), "AuthSettingsV2(AppService, 27 bytes)");
    assert_eq!(format!("{:?}", settings.login()), "Login(present)");
    assert_eq!(format!("{:?}", settings.identity_providers()), "IdentityProviders(absent)");
    let mut settings = settings;
    assert_eq!(format!("{:?}", settings.login_mut()), "LoginMut");
    assert_eq!(format!("{:?}", settings.identity_providers_mut()), "IdentityProvidersMut");
}

#[test]
fn absent_null_and_empty_are_not_the_same() {
    let settings = read(r#"{"platform":null,"login":{},"globalValidation":{"excludedPaths":[]}}"#);
    assert_eq!(settings.platform().as_json(), Some("null"));
    assert_eq!(settings.login().as_json(), Some("{}"));
    assert_eq!(settings.http_settings().as_json(), None);
    assert_eq!(settings.identity_providers().as_json(), None);
    assert_eq!(settings.platform().enabled(), None);
    assert_eq!(settings.global_validation().excluded_paths(), Some(Vec::new()));
    assert_eq!(settings.global_validation().redirect_to_provider(), None);
}

/// Texts are borrowed where they stand as they are.
#[test]
fn copies_what_has_escapes_only() {
    let settings = read(r#"{"platform":{"runtimeVersion":"~1","configFilePath":"a\/b"}}"#);
    let version = settings.platform().runtime_version();
    assert!(matches!(version, Some(Cow::Borrowed("~1"))));
    let path = settings.platform().config_file_path();
    assert!(matches!(path, Some(Cow::Owned(path)) if path == "a/b"));
}

#[test]
fn reads_what_the_service_tolerates() {
    let settings = read(
        r#"{"PLATFORM":{"Enabled":"True"},
            "login":{"tokenStore":{"enabled":"FALSE","tokenRefreshExtensionHours":"72.5"}},
            "globalValidation":{"unauthenticatedClientAction":3,"requireAuthentication":1},
            "httpSettings":{"forwardProxy":{"convention":0},"requireHttps":"yes"},
            "clearInboundClaimsMapping":false}"#,
    );
    assert_eq!(settings.platform().enabled(), Some(true));
    assert_eq!(settings.login().token_store().enabled(), Some(false));
    let extension = settings.login().token_store().token_refresh_extension().unwrap();
    assert_eq!(extension.as_secs(), 261_000);
    let validation = settings.global_validation();
    assert_eq!(validation.unauthenticated_client_action(), Some(UnauthenticatedAction::Return403));
    assert_eq!(validation.require_authentication(), None);
    assert_eq!(settings.http_settings().require_https(), None);
    let convention = settings.http_settings().forward_proxy().convention().unwrap();
    assert_eq!((convention.as_str(), convention.to_string().as_str()), ("NoProxy", "NoProxy"));
    assert_eq!(settings.properties().clear_inbound_claims_mapping(), Some(false));
    let action = |json: &str| {
        let text = format!(r#"{{"globalValidation":{{"unauthenticatedClientAction":{json}}}}}"#);
        read(&text).global_validation().unauthenticated_client_action()
    };
    assert_eq!(action("\"return401\""), Some(UnauthenticatedAction::Return401));
    let other = |text: &str| Some(UnauthenticatedAction::Other(text.to_owned()));
    assert_eq!(action("\"RejectWith404\""), other("RejectWith404"));
    assert_eq!(action("\"Return404\""), Some(UnauthenticatedAction::Return404));
    assert_eq!(action("5"), other("5"));
    assert_eq!(action("1.0"), other("1.0"));
    assert_eq!(action("true"), None);
    assert_eq!(action("\"a\\nb\"").unwrap().to_string(), "a\\u{a}b");
}

#[test]
fn the_last_of_several_counts() {
    let mut settings = read(
        r#"{"login":{"x":1},"Platform":{"enabled":false},"platform":{"enabled":true,"\u0065nabled":false}}"#,
    );
    assert_eq!(settings.platform().enabled(), Some(false));
    settings.platform_mut().set_enabled(true);
    assert_eq!(
        settings.as_json(),
        r#"{"login":{"x":1},"Platform":{"enabled":false},"platform":{"enabled":true,"\u0065nabled":true}}"#,
    );
    settings.platform_mut().clear_enabled();
    assert_eq!(
        settings.as_json(),
        r#"{"login":{"x":1},"Platform":{"enabled":false},"platform":{}}"#,
    );
    assert!(settings.remove("/platform"));
    assert_eq!(settings.as_json(), r#"{"login":{"x":1}}"#);
}

#[test]
fn lays_out_what_is_new_as_what_is_there() {
    #[track_caller]
    fn check(before: &str, after: &str) {
        let mut settings = read(before);
        let parameters = LoginParameters::builder().scope("openid").scope(ARM.scope("x")).build();
        settings.entra_mut().set_login_parameters(parameters.unwrap());
        assert_eq!(settings.as_json(), after);
        // Once more: nothing changes.
        let parameters = settings.entra().login_parameters().unwrap();
        settings.entra_mut().set_login_parameters(parameters);
        assert_eq!(settings.as_json(), after);
    }
    check(
        r#"{"platform":{}}"#,
        r#"{"platform":{},"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":["scope=openid https://management.azure.com/x"]}}}}"#,
    );
    // As Python writes it.
    check(
        r#"{"platform": {}}"#,
        r#"{"platform": {}, "identityProviders": {"azureActiveDirectory": {"login": {"loginParameters": ["scope=openid https://management.azure.com/x"]}}}}"#,
    );
    check(
        "{\n  \"properties\": {\n    \"identityProviders\": {\n      \"azureActiveDirectory\": {\n        \"login\": {}\n      }\n    }\n  }\n}",
        "{\n  \"properties\": {\n    \"identityProviders\": {\n      \"azureActiveDirectory\": {\n        \"login\": {\n          \"loginParameters\": [\n            \"scope=openid https://management.azure.com/x\"\n          ]\n        }\n      }\n    }\n  }\n}",
    );
    check(
        "{\r\n\t\"properties\": {\r\n\t\t\"login\": 1\r\n\t}\r\n}",
        "{\r\n\t\"properties\": {\r\n\t\t\"login\": 1,\r\n\t\t\"identityProviders\": {\r\n\t\t\t\"azureActiveDirectory\": {\r\n\t\t\t\t\"login\": {\r\n\t\t\t\t\t\"loginParameters\": [\r\n\t\t\t\t\t\t\"scope=openid https://management.azure.com/x\"\r\n\t\t\t\t\t]\r\n\t\t\t\t}\r\n\t\t\t}\r\n\t\t}\r\n\t}\r\n}",
    );
    // A value that is replaced, in an object on a line of its own.
    check(
        "{\n    \"identityProviders\": {\"azureActiveDirectory\": {\"login\": {\"loginParameters\": [ ]}}}\n}",
        "{\n    \"identityProviders\": {\"azureActiveDirectory\": {\"login\": {\"loginParameters\": [\"scope=openid https://management.azure.com/x\"]}}}\n}",
    );
    check(
        "{\n    \"identityProviders\": {\n        \"azureActiveDirectory\": {\n            \"login\": {\n                \"loginParameters\": [\"a=b\"],\n                \"x\": 1\n            }\n        }\n    }\n}",
        "{\n    \"identityProviders\": {\n        \"azureActiveDirectory\": {\n            \"login\": {\n                \"loginParameters\": [\n                    \"scope=openid https://management.azure.com/x\"\n                ],\n                \"x\": 1\n            }\n        }\n    }\n}",
    );
    // What is in the way and cannot have members.
    check(
        r#"{"identityProviders":null}"#,
        r#"{"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":["scope=openid https://management.azure.com/x"]}}}}"#,
    );
    check(
        r#"{"identityProviders":{"azureActiveDirectory":"on","x":1}}"#,
        r#"{"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":["scope=openid https://management.azure.com/x"]}},"x":1}}"#,
    );
}

#[test]
fn changes_the_seed_in_one_place() {
    let mut settings = read(SITE);
    let parameters =
        LoginParameters::default().with_scope(ARM.scope("user_impersonation")).unwrap();
    settings.entra_mut().set_login_parameters(parameters);
    let old: Vec<&str> = SITE.trim_end().lines().collect();
    let new: Vec<&str> = settings.as_json().lines().collect();
    let is_added = |line: &&&str| !old.contains(*line);
    let added: Vec<&str> = new.iter().filter(is_added).copied().collect();
    assert_eq!(
        added,
        [
            "          \"disableWWWAuthenticate\": false,",
            "          \"loginParameters\": [",
            "            \"scope=openid profile email https://management.azure.com/user_impersonation\"",
            "          ]",
        ],
    );
    assert_eq!(new.len(), old.len() + 3);
}

#[test]
fn reaches_everything_by_pointers() {
    let mut settings = read(r#"{"login":{"a/b":{"~":[1,{"c":2}]},"n":null}}"#);
    for (pointer, value) in [
        ("", Some(r#"{"login":{"a/b":{"~":[1,{"c":2}]},"n":null}}"#)),
        ("/login/a~1b/~0/1/c", Some("2")),
        ("/LOGIN/A~1B/~0/0", Some("1")),
        ("/login/a~1b/~0/2", None),
        ("/login/a~1b/~0/01", None),
        ("/login/a~1b/~0/-", None),
        ("/login/a~1b/~0/", None),
        ("/login/n", Some("null")),
        ("/login/n/x", None),
        ("login", None),
        ("/login/a~2b", None),
        ("/login/a~", None),
        ("/", None),
    ] {
        assert_eq!(settings.get(pointer), value, "{pointer}");
    }
    settings.set("/login/a~1b/~0/1/c", " 72.0 ").unwrap().set("/login/n/x/y", "[null]").unwrap();
    assert_eq!(
        settings.as_json(),
        r#"{"login":{"a/b":{"~":[1,{"c":72.0}]},"n":{"x":{"y":[null]}}}}"#,
    );
    assert!(settings.remove("/login/a~1b/~0/1/c"));
    assert!(!settings.remove("/login/a~1b/~0/1/c"));
    assert!(!settings.remove("/login/x"));
    assert!(!settings.remove(""));
    assert!(!settings.remove("login"));
    assert_eq!(settings.as_json(), r#"{"login":{"a/b":{"~":[1,{}]},"n":{"x":{"y":[null]}}}}"#);
}

#[test]
fn removes_members_with_their_commas() {
    #[track_caller]
    fn check(before: &str, after: &str) {
        let mut settings = read(before);
        assert!(settings.remove("/login/x"));
        assert_eq!(settings.as_json(), after);
    }
    check(r#"{"login":{"x":1}}"#, r#"{"login":{}}"#);
    check(r#"{"login":{ "x" : 1 }}"#, r#"{"login":{}}"#);
    check(r#"{"login":{"x":1,"y":2}}"#, r#"{"login":{"y":2}}"#);
    check("{\"login\":{\n  \"x\":1 ,\n  \"y\":2\n}}", "{\"login\":{\n  \"y\":2\n}}");
    check(r#"{"login":{"y":2,"x":1}}"#, r#"{"login":{"y":2}}"#);
    check("{\"login\":{\n  \"y\":2,\n  \"x\":1\n}}", "{\"login\":{\n  \"y\":2\n}}");
    check(r#"{"login":{"y":",","x":1,"z":"}"}}"#, r#"{"login":{"y":",","z":"}"}}"#);
    check(r#"{"login":{"X":1,"y":2,"x":3}}"#, r#"{"login":{"y":2}}"#);
}

#[test]
fn refuses_changes_that_cannot_be() {
    #[track_caller]
    fn refused(pointer: &str, json: &str, error: EditError, message: &str) {
        let text = r#"{"login":{"a":"b","list":[{}],"n":null}}"#;
        let mut settings = read(text);
        assert_eq!(settings.set(pointer, json).unwrap_err(), error);
        assert_eq!(error.to_string(), message);
        assert_eq!(settings.as_json(), text);
    }
    let pointer = "this is not a JSON Pointer to a member";
    refused("", "{}", EditError::Pointer, pointer);
    refused("login", "{}", EditError::Pointer, pointer);
    let json = EditError::Json { position: 2 };
    refused("/login/x", "[1", json, "the new value is not JSON at byte 2");
    let object = "something on the way to the member is not an object";
    refused("/login/a/b", "1", EditError::NotAnObject, object);
    refused("/login/list/x", "1", EditError::NotAnObject, object);
    refused("/login/list/1", "1", EditError::NotAnObject, object);
    let deep = format!("{}{}", "[".repeat(126), "]".repeat(126));
    refused("/login/x", &deep, EditError::TooDeep, "the document would nest too deep");
    assert!(read("{\"login\":{}}").set("/login/x", &deep[1..251]).is_ok());
}

#[test]
fn tells_which_sections_a_put_would_reset() {
    #[track_caller]
    fn missing(text: &str, sections: &[&str]) {
        assert_eq!(read(text).missing_sections(), sections);
    }
    missing(SITE, &[]);
    missing(CONTAINER_APP, &[]);
    let all = ["platform", "globalValidation", "identityProviders", "login", "httpSettings"];
    missing(r#"{"properties":{}}"#, &all);
    missing(r#"{"properties":null}"#, &all);
    missing("{}", &all);
    missing(
        r#"{"platform":{},"login":null}"#,
        &["globalValidation", "identityProviders", "httpSettings"],
    );
    missing(r#"{"properties":{"encryptionSettings":{}}}"#, &all[..4]);
    missing(r#"{"platform":{},"encryptionSettings":{}}"#, &all[1..4]);
    // The answer for an app that never had authentication.
    missing(r#"{"id":"/x","properties":{"platform":{"enabled":false}}}"#, &[]);
    missing(r#"{"id":"/x","properties":{}}"#, &[]);
    missing(
        r#"{"id":"/x","properties":{"login":{}}}"#,
        &["platform", "globalValidation", "identityProviders", "httpSettings"],
    );
    missing(FILE, &[]);
    missing(STATIC_WEB_APP, &[]);
    // What is set later was not read.
    let mut settings = read(r#"{"properties":{"platform":{}}}"#);
    settings.login_mut().set_preserve_url_fragments(true);
    assert_eq!(settings.missing_sections(), &all[1..]);
}

#[test]
fn custom_providers_are_where_the_form_has_them() {
    let mut file = read(FILE);
    let custom = file.identity_providers().custom("CONTOSO");
    assert_eq!(custom.registration().client_id().as_deref(), Some("orders"));
    let mut providers = file.identity_providers_mut();
    providers.custom_mut("fabrikam").registration_mut().set_client_id("f");
    providers.remove_custom("contoso");
    let names: Vec<_> = file.identity_providers().all_custom().map(|(name, _)| name).collect();
    assert_eq!(names, ["fabrikam"]);
    assert!(file.get("/identityProviders/openIdConnectProviders/fabrikam").is_some());

    let mut site = read(SITE);
    assert_eq!(site.identity_providers().all_custom().count(), 0);
    site.identity_providers_mut().custom_mut("contoso").set_enabled(true);
    let pointer = "/properties/identityProviders/customOpenIdConnectProviders/contoso";
    assert_eq!(site.get(pointer).map(|json| json.contains("true")), Some(true));
    site.identity_providers_mut().remove_custom("other").remove_custom("contoso");
    assert_eq!(site.get(pointer), None);
}

#[test]
fn custom_providers_of_two_forms_are_read_and_set_in_one_place() {
    let mut settings = read(
        r#"{"identityProviders":{"customOpenIdConnectProviders":{"a":{"enabled":true}},"openIdConnectProviders":{"a":{"enabled":false},"b":{}}}}"#,
    );
    settings.identity_providers_mut().custom_mut("a").set_enabled(true);
    settings.identity_providers_mut().custom_mut("b").set_enabled(true);
    settings.identity_providers_mut().custom_mut("c").set_enabled(true);
    for name in ["a", "b", "c"] {
        assert_eq!(settings.identity_providers().custom(name).enabled(), Some(true), "{name}");
    }
    let names: Vec<_> = settings.identity_providers().all_custom().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    settings.identity_providers_mut().remove_custom("a");
    assert_eq!(settings.identity_providers().custom("a").as_json(), None);
}

/// A number is the name of a member where a setter says so, and the place in an array in a pointer.
#[test]
fn names_can_be_numbers() {
    let mut settings =
        read(r#"{"identityProviders":{"customOpenIdConnectProviders":[{"enabled":false}]}}"#);
    settings.identity_providers_mut().custom_mut("0").set_enabled(true);
    assert_eq!(
        settings.as_json(),
        r#"{"identityProviders":{"customOpenIdConnectProviders":{"0":{"enabled":true}}}}"#,
    );
    assert_eq!(settings.identity_providers().custom("0").enabled(), Some(true));
    let mut settings =
        read(r#"{"identityProviders":{"customOpenIdConnectProviders":[{"enabled":false}]}}"#);
    settings.identity_providers_mut().remove_custom("0");
    assert_eq!(
        settings.get("/identityProviders/customOpenIdConnectProviders/0/enabled"),
        Some("false")
    );
    let mut settings = read(r#"{"properties":{},"tags":["a"]}"#);
    settings.envelope_mut().unwrap().clear_tag("0").set_tag("0", "b");
    assert_eq!(settings.as_json(), r#"{"properties":{},"tags":{"0":"b"}}"#);
}

#[test]
fn git_hub_has_the_name_of_its_form() {
    for (text, name) in [("{\"platform\":{}}", "gitHub"), ("{\"rolesSource\":\"/api\"}", "github")]
    {
        let mut settings = read(text);
        settings.identity_providers_mut().git_hub_mut().set_enabled(true);
        assert!(settings.as_json().contains(name), "{}", settings.as_json());
        assert_eq!(settings.identity_providers().git_hub().enabled(), Some(true));
    }
    let mut settings = read(STATIC_WEB_APP);
    settings.identity_providers_mut().git_hub_mut().set_enabled(false);
    assert!(!settings.as_json().contains("gitHub"));
}

#[test]
fn a_provider_with_an_id_is_set_up() {
    let configured = |text: &str| read(text).identity_providers().configured();
    assert_eq!(configured(SITE), ["azureactivedirectory"]);
    assert_eq!(configured(FILE), ["contoso"]);
    assert_eq!(configured(STATIC_WEB_APP), ["azureactivedirectory", "github"]);
    assert!(read(SITE).entra().is_configured());
    let provider = |json: &str| {
        let text = format!(r#"{{"identityProviders":{{"azureActiveDirectory":{json}}}}}"#);
        read(&text).entra().is_configured()
    };
    assert!(provider(r#"{"registration":{"clientId":"x"}}"#));
    assert!(!provider(r#"{"registration":{"clientId":""}}"#));
    assert!(!provider(r#"{"registration":{"clientId":null}}"#));
    assert!(!provider(r#"{"enabled":false,"registration":{"clientId":"x"}}"#));
    assert!(!provider(r#"{"enabled":true,"registration":{}}"#));
    assert!(!provider("{}"));
    for id in [
        "appId",
        "consumerKey",
        "appIdSettingName",
        "consumerKeySettingName",
        "clientIdSettingName",
    ] {
        assert!(provider(&format!(r#"{{"registration":{{"{id}":"x"}}}}"#)), "{id}");
    }
}

#[test]
fn the_envelope_has_tags() {
    let mut settings = read(SITE);
    let envelope = settings.envelope();
    assert!(envelope.id().unwrap().ends_with("/config/authsettingsV2"));
    assert_eq!(envelope.name().as_deref(), Some("authsettingsV2"));
    assert_eq!(envelope.resource_type().as_deref(), Some("Microsoft.Web/sites/config"));
    assert_eq!(envelope.location().as_deref(), Some("West Europe"));
    assert_eq!(envelope.system_data(), None);
    let tags: Vec<_> = envelope.tags().collect();
    let (name, value) = tags.first().unwrap();
    assert_eq!((tags.len(), &**name), (1, "hidden-link: /app-insights-resource-id"));
    assert!(value.ends_with("/components/orders"));
    settings.envelope_mut().unwrap().set_tag("team/a", "orders");
    assert_eq!(settings.envelope().tag("team/a").as_deref(), Some("orders"));
    assert_eq!(settings.get("/tags/team~1a"), Some("\"orders\""));
    settings.envelope_mut().unwrap().clear_tag("team/a");
    assert_eq!(settings.as_json(), SITE.trim_end());
    // Without an envelope there is nothing around the sections.
    let mut bare = read(r#"{"id":"x","platform":{}}"#);
    assert_eq!(bare.envelope().id(), None);
    assert!(bare.envelope_mut().is_none());
    let with_data = read(r#"{"systemData":{"a":1},"properties":{}}"#);
    assert_eq!(with_data.envelope().system_data(), Some("{\"a\":1}"));
}

proptest! {
    /// Whatever is read can be changed by pointers, and means the same otherwise.
    #[test]
    fn a_change_by_pointer_is_that_of_serde_json(
        unknown in super::views::arbitrary_json(),
        new in super::views::arbitrary_json(),
        pretty in any::<bool>(),
        name in "[~/\\\\\"é]{0,4}",
    ) {
        let mut document = serde_json::json!({"login": {"x": unknown}, "platform": {}});
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let mut settings = read(&text);
        prop_assert_eq!(settings.as_json(), &text);
        let step = name.replace('~', "~0").replace('/', "~1");
        for pointer in [format!("/login/x/{step}"), format!("/platform/{step}"), "/login/x".to_owned()] {
            let changed = settings.set(&pointer, &new.to_string()).is_ok();
            let (parent, _) = pointer.rsplit_once('/').unwrap();
            let parent = document.pointer_mut(parent);
            match parent {
                Some(Value::Object(members)) if changed => {
                    let own = if pointer == "/login/x" { "x" } else { &name };
                    members.insert(own.to_owned(), new.clone());
                }
                Some(parent) if changed && parent.is_null() => *parent = serde_json::json!({ name.clone(): new }),
                _ => prop_assert!(!changed || document.pointer(&pointer).is_some()),
            }
            let now: Value = serde_json::from_str(settings.as_json()).unwrap();
            prop_assert_eq!(&now, &document);
        }
    }
}

#[test]
fn login_parameters_are_added_to_what_is_there() {
    let cure = LoginParameters::default().with_scope(ARM.scope("user_impersonation")).unwrap();
    let document = |list: &str| {
        let text =
            r#"{"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":LIST}}}}"#;
        text.replace("LIST", list)
    };
    let mut settings = read(&document(r#"["prompt=login","scope=openid email"]"#));
    settings.entra_mut().add_login_parameters(&cure).unwrap();
    let after = document(
        r#"["prompt=login","scope=openid email profile https://management.azure.com/user_impersonation"]"#,
    );
    assert_eq!(settings.as_json(), after);
    // Once more, and nothing is written.
    let spaced = after.replace('[', "[ ");
    let mut settings = read(&spaced);
    settings.entra_mut().add_login_parameters(&cure).unwrap();
    assert_eq!(settings.as_json(), spaced);

    let mut settings = read(r#"{"login":{}}"#);
    settings.entra_mut().add_login_parameters(&cure).unwrap();
    assert_eq!(settings.entra().login_parameters(), Some(cure.clone()));
    assert_eq!(settings.entra().read_login_parameters(), Ok(cure.clone()));
    let mut settings = read(&document("null"));
    assert_eq!(settings.entra().read_login_parameters(), Ok(LoginParameters::default()));
    settings.entra_mut().add_login_parameters(&cure).unwrap();
    assert_eq!(settings.entra().login_parameters(), Some(cure.clone()));

    // What is there and cannot be read would be lost.
    for list in [r#"["scope=openid",5]"#, r#"{"a":"b"}"#, r#""scope=openid""#] {
        let mut settings = read(&document(list));
        let error = settings.entra_mut().add_login_parameters(&cure).unwrap_err();
        assert_eq!(error, LoginParametersError::NotTexts);
        assert_eq!(error.to_string(), "loginParameters of the document is no list of texts");
        assert_eq!((error.entry(), error.aadsts()), (None, None));
        assert_eq!(settings.as_json(), document(list));
    }
    // Nor is another API given up.
    let other = document(r#"["scope=openid User.Read"]"#);
    let mut settings = read(&other);
    let error = settings.entra_mut().add_login_parameters(&cure).unwrap_err();
    assert_eq!(error, LoginParametersError::TwoResources { entry: 0 });
    assert_eq!(settings.as_json(), other);
}

#[test]
fn a_registration_has_a_credential_or_none() {
    let has = |members: &str| {
        let text = r#"{"identityProviders":{"azureActiveDirectory":{"registration":{MEMBERS}}}}"#;
        read(&text.replace("MEMBERS", members)).entra().registration().has_credential()
    };
    for one in [
        r#""clientSecretSettingName":"A""#,
        r#""clientSecretCertificateThumbprint":"A""#,
        r#""clientSecretCertificateKeyVaultReference":"A""#,
        r#""clientSecretCertificateSubjectAlternativeName":"A","clientSecretCertificateIssuer":"B""#,
    ] {
        assert!(has(one), "{one}");
        assert!(!has(&one.replace("\"A\"", "\"\"")), "{one}");
        assert!(!has(&one.replace("\"A\"", "null")), "{one}");
    }
    assert!(!has(r#""clientSecretCertificateSubjectAlternativeName":"A""#));
    assert!(!has(r#""clientSecretCertificateIssuer":"A""#));
    assert!(!has(r#""clientId":"A""#));
}

#[test]
fn guids_are_compared_and_printed_in_lower_case() {
    let text = "D874DD2F-2032-4DB1-A053-F0EC243685AA";
    let guid: Guid = text.parse().unwrap();
    let lower = text.to_ascii_lowercase();
    assert_eq!(guid, lower.parse().unwrap());
    assert_eq!((guid.as_str(), guid.as_ref(), &*guid.to_string()), (&*lower, &*lower, &*lower));
    assert_eq!(format!("{guid:?}"), format!("Guid({lower})"));
    for bad in ["", "d874dd2f20324db1a053f0ec243685aa", "{d874dd2f-2032-4db1-a053-f0ec243685aa}"] {
        assert_eq!(bad.parse::<Guid>().unwrap_err().to_string(), "this is not a GUID");
    }
}

#[test]
fn hours_are_written_as_numbers() {
    for (seconds, json) in [(0, "0"), (3600, "1"), (259_200, "72"), (5400, "1.5")] {
        let mut settings = read(r#"{"login":{}}"#);
        let extension = std::time::Duration::from_secs(seconds);
        settings.login_mut().token_store_mut().set_token_refresh_extension(extension);
        assert_eq!(settings.get("/login/tokenStore/tokenRefreshExtensionHours"), Some(json));
    }
}
