//! What was read is written back, and a setter changes its own member only.

use easyauth::{
    Service,
    resource::ARM,
    settings::{
        AuthSettingsV2, Form, Guid, LoginParameters, SettingsErrorKind, UnauthenticatedAction,
        custom, entra, envelope, github, global_validation, http, login, platform, sections,
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
    // A Static Web App without the section `auth`.
    let routes = r#"{"routes":[]}"#;
    let settings = AuthSettingsV2::parse_as(Form::StaticWebApp, routes).unwrap();
    assert_eq!(routes.parse().as_ref(), Ok(&settings));
    assert!(AuthSettingsV2::parse_as(Form::AppService, routes).is_err());
    // It has no `auth`.
    let error = AuthSettingsV2::parse_as(Form::StaticWebApp, r#"{"login":{}}"#).unwrap_err();
    assert_eq!(error.kind(), SettingsErrorKind::OtherDocument);
}

#[test]
fn rejects_the_json_that_the_rest_of_the_crate_rejects() {
    #[track_caller]
    fn check(value: &str, position: Option<usize>) {
        let text = format!(r#"{{"login":{value}}}"#);
        let read = text.parse::<AuthSettingsV2>();
        let column = position.map(|position| position + r#"{"login":"#.len() + 1);
        let found = read.as_ref().err().map(|error| error.position().unwrap().column());
        assert_eq!(found, column);
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
    // Half of a surrogate pair is malformed.
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
    assert_eq!(
        format!("{settings:?}"),
        "AuthSettingsV2 { text: JsonText(27 bytes), form: AppService, resource: Path([]), start: Position { line: 1, column: 1 }, missing: [\"platform\", \"globalValidation\", \"identityProviders\", \"httpSettings\"] }"
    );
    let login = settings.get(sections::LOGIN).unwrap();
    assert_eq!(
        (format!("{login:?}"), login.as_json()),
        ("Object(JsonText(2 bytes))".to_owned(), "{}")
    );
    let setting = entra::CLIENT_ID;
    let shown = "Setting(/identityProviders/azureActiveDirectory/registration/clientId)";
    assert_eq!(format!("{setting:?}"), shown);
    let setting = custom::ENABLED.of("a/b");
    let shown = "Setting(/identityProviders/customOpenIdConnectProviders/a~1b/enabled)";
    assert_eq!(format!("{setting:?}"), shown);
}

#[test]
fn absent_null_and_empty_are_not_the_same() {
    let settings = read(r#"{"platform":null,"login":{},"globalValidation":{"excludedPaths":[]}}"#);
    assert_eq!(settings.json(sections::PLATFORM), Some("null"));
    assert_eq!(settings.json(sections::LOGIN), Some("{}"));
    assert_eq!(settings.json(sections::HTTP_SETTINGS), None);
    assert_eq!(settings.json(sections::IDENTITY_PROVIDERS), None);
    assert_eq!(settings.read(platform::ENABLED), Ok(None));
    assert_eq!(settings.get(global_validation::EXCLUDED_PATHS), Some(Vec::new()));
    assert_eq!(settings.read(global_validation::REDIRECT_TO_PROVIDER), Ok(None));
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
    assert_eq!(settings.get(platform::ENABLED), Some(true));
    assert_eq!(settings.get(login::TOKEN_STORE_ENABLED), Some(false));
    let extension = settings.get(login::TOKEN_REFRESH_EXTENSION).unwrap();
    assert_eq!(extension.as_secs(), 261_000);
    let action = settings.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
    assert_eq!(action, Some(UnauthenticatedAction::Return403));
    assert_eq!(settings.get(global_validation::REQUIRE_AUTHENTICATION), None);
    assert_eq!(settings.get(http::REQUIRE_HTTPS), None);
    assert_eq!(settings.get(http::PROXY_CONVENTION).as_deref(), Some("NoProxy"));
    assert_eq!(settings.get(sections::CLEAR_INBOUND_CLAIMS_MAPPING), Some(false));
    let action = |json: &str| {
        let text = format!(r#"{{"globalValidation":{{"unauthenticatedClientAction":{json}}}}}"#);
        read(&text).get(global_validation::UNAUTHENTICATED_CLIENT_ACTION)
    };
    assert_eq!(action("\"return401\""), Some(UnauthenticatedAction::Return401));
    let other = |text: &str| Some(UnauthenticatedAction::Other(text.to_owned()));
    assert_eq!(action("\"RejectWith404\""), other("RejectWith404"));
    assert_eq!(action("4"), Some(UnauthenticatedAction::Return404));
    assert_eq!(action("5"), other("5"));
    assert_eq!(action("1.0"), other("1.0"));
    assert_eq!(action("true"), None);
    assert_eq!(format!("{:?}", action("\"a\\nb\"").unwrap()), r#"Other("a\u{a}b")"#);
}

#[test]
fn the_last_of_several_counts() {
    let mut settings = read(
        r#"{"login":{"x":1},"Platform":{"enabled":false},"platform":{"enabled":true,"\u0065nabled":false}}"#,
    );
    assert_eq!(settings.get(platform::ENABLED), Some(false));
    settings.set(platform::ENABLED, true).unwrap();
    assert_eq!(
        settings.as_json(),
        r#"{"login":{"x":1},"Platform":{"enabled":false},"platform":{"enabled":true,"\u0065nabled":true}}"#,
    );
    assert_eq!(settings.remove(platform::ENABLED), Ok(true));
    assert_eq!(
        settings.as_json(),
        r#"{"login":{"x":1},"Platform":{"enabled":false},"platform":{}}"#,
    );
    assert!(settings.remove_pointer("/platform"));
    assert_eq!(settings.as_json(), r#"{"login":{"x":1}}"#);
}

#[test]
fn lays_out_what_is_new_as_what_is_there() {
    #[track_caller]
    fn check(before: &str, after: &str) {
        let mut settings = read(before);
        let parameters = LoginParameters::builder().scope("openid").scope(ARM.scope("x")).build();
        settings.set(entra::LOGIN_PARAMETERS, parameters.unwrap()).unwrap();
        assert_eq!(settings.as_json(), after);
        // Once more: nothing changes.
        let parameters = settings.get(entra::LOGIN_PARAMETERS).unwrap();
        settings.set(entra::LOGIN_PARAMETERS, parameters).unwrap();
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
    // A value that is replaced, in an object on its own line.
    check(
        "{\n    \"identityProviders\": {\"azureActiveDirectory\": {\"login\": {\"loginParameters\": [ ]}}}\n}",
        "{\n    \"identityProviders\": {\"azureActiveDirectory\": {\"login\": {\"loginParameters\": [\"scope=openid https://management.azure.com/x\"]}}}\n}",
    );
    check(
        "{\n    \"identityProviders\": {\n        \"azureActiveDirectory\": {\n            \"login\": {\n                \"loginParameters\": [\"a=b\"],\n                \"x\": 1\n            }\n        }\n    }\n}",
        "{\n    \"identityProviders\": {\n        \"azureActiveDirectory\": {\n            \"login\": {\n                \"loginParameters\": [\n                    \"scope=openid https://management.azure.com/x\"\n                ],\n                \"x\": 1\n            }\n        }\n    }\n}",
    );
}

#[test]
fn changes_the_seed_in_one_place() {
    let mut settings = read(SITE);
    let parameters =
        LoginParameters::default().with_scope(ARM.scope("user_impersonation")).unwrap();
    settings.set(entra::LOGIN_PARAMETERS, parameters).unwrap();
    let old: Vec<&str> = SITE.trim_end().lines().collect();
    let new: Vec<&str> = settings.as_json().lines().collect();
    let is_added = |line: &&&str| !old.contains(*line);
    let added: Vec<&str> = new.iter().filter(is_added).copied().collect();
    assert_eq!(
        added,
        [
            "          \"disableWWWAuthenticate\": false,",
            "          \"loginParameters\": [",
            "            \"scope=openid email profile https://management.azure.com/user_impersonation\"",
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
        assert_eq!(settings.pointer(pointer), value, "{pointer}");
    }
    settings
        .set_pointer("/login/a~1b/~0/1/c", " 72.0 ")
        .unwrap()
        .set_pointer("/login/n/x/y", "[null]")
        .unwrap();
    assert_eq!(
        settings.as_json(),
        r#"{"login":{"a/b":{"~":[1,{"c":72.0}]},"n":{"x":{"y":[null]}}}}"#,
    );
    assert!(settings.remove_pointer("/login/a~1b/~0/1/c"));
    assert!(!settings.remove_pointer("/login/a~1b/~0/1/c"));
    assert!(!settings.remove_pointer("/login/x"));
    assert!(!settings.remove_pointer(""));
    assert!(!settings.remove_pointer("login"));
    assert_eq!(settings.as_json(), r#"{"login":{"a/b":{"~":[1,{}]},"n":{"x":{"y":[null]}}}}"#);
}

#[test]
fn removes_members_with_their_commas() {
    #[track_caller]
    fn check(before: &str, after: &str) {
        let mut settings = read(before);
        assert!(settings.remove_pointer("/login/x"));
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
fn rejects_changes_by_pointer_that_cannot_be() {
    use SettingsErrorKind::{NotAnObject, NotJson, Pointer, TooDeep};
    #[track_caller]
    fn rejected(pointer: &str, json: &str, kind: SettingsErrorKind, message: &str) {
        let text = r#"{"login":{"a":"b","list":[{}],"n":null}}"#;
        let mut settings = read(text);
        let error = settings.set_pointer(pointer, json).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
        assert_eq!(settings.as_json(), text);
    }
    rejected("", "{}", Pointer, "expected a JSON Pointer to a member");
    rejected("login", "{}", Pointer, "expected a JSON Pointer to a member");
    rejected(
        "/login/x",
        "[1",
        NotJson,
        "expected JSON as the new value, which is malformed at line 1, column 3",
    );
    let a = "expected an object at /login/a (line 1, column 15), found a string: replace it with an object first";
    rejected("/login/a/b", "1", NotAnObject, a);
    let list = "expected an object at /login/list (line 1, column 26), found a list: replace it with an object first";
    rejected("/login/list/x", "1", NotAnObject, list);
    rejected("/login/list/1", "1", NotAnObject, list);
    let deep = format!("{}{}", "[".repeat(126), "]".repeat(126));
    rejected("/login/x", &deep, TooDeep, "the document would nest too deep");
    assert!(read("{\"login\":{}}").set_pointer("/login/x", &deep[1..251]).is_ok());
    assert_eq!(SettingsErrorKind::ALL.len(), 16);
    assert_eq!(NotAnObject.code(), "not-an-object");
}

/// The length of the path is checked first: it once overflowed the stack.
#[test]
fn a_pointer_of_many_segments_is_rejected() {
    for text in ["{}", "{\n  \"login\": {}\n}"] {
        let mut settings = read(text);
        let error = settings.set_pointer(&"/a".repeat(100_000), "1").unwrap_err();
        assert_eq!(error.kind(), SettingsErrorKind::TooDeep);
        assert!(settings.set_pointer(&"/a".repeat(127), "1").is_ok());
        assert!(settings.set_pointer(&"/a".repeat(128), "1").is_err());
    }
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
    // The ID alone does not show such an answer.
    let answer = |properties: &str| {
        format!(r#"{{"id":"/config/authsettingsV2","properties":{properties}}}"#)
    };
    for properties in ["null", "[]", "7", "\"@{platform=}\"", "\"[variables('p')]\""] {
        missing(&answer(properties), &all);
    }
    for platform in [
        "null",
        "[]",
        r#"{"enabled":true}"#,
        r#"{"enabled":"True"}"#,
        r#"{"enabled":"[parameters('on')]"}"#,
        r#"{"enabled":false,"runtimeVersion":"~1"}"#,
        r#"{"configFilePath":"auth.json"}"#,
    ] {
        missing(&answer(&format!(r#"{{"platform":{platform}}}"#)), &all[1..]);
    }
    missing(&answer(r#"{"platform":{}}"#), &[]);
    missing(&answer(r#"{"platform":{"Enabled":"false"}}"#), &[]);
    missing(FILE, &[]);
    missing(STATIC_WEB_APP, &[]);
    // What is set later was not read.
    let mut settings = read(r#"{"properties":{"platform":{}}}"#);
    settings.set(login::PRESERVE_URL_FRAGMENTS, true).unwrap();
    assert_eq!(settings.missing_sections(), &all[1..]);
}

#[test]
fn custom_providers_are_where_the_form_has_them() {
    let mut file = read(FILE);
    assert_eq!(file.get(custom::CLIENT_ID.of("CONTOSO")).as_deref(), Some("orders"));
    file.set(custom::CLIENT_ID.of("fabrikam"), "f").unwrap();
    assert_eq!(file.remove(custom::PROVIDER.of("contoso")), Ok(true));
    assert_eq!(file.custom_providers(), ["fabrikam"]);
    assert!(file.pointer("/identityProviders/openIdConnectProviders/fabrikam").is_some());

    let mut site = read(SITE);
    assert!(site.custom_providers().is_empty());
    site.set(custom::ENABLED.of("contoso"), true).unwrap();
    let pointer = "/properties/identityProviders/customOpenIdConnectProviders/contoso";
    assert_eq!(site.pointer(pointer).map(|json| json.contains("true")), Some(true));
    assert_eq!(site.remove(custom::PROVIDER.of("other")), Ok(false));
    assert_eq!(site.remove(custom::PROVIDER.of("contoso")), Ok(true));
    assert_eq!(site.pointer(pointer), None);
    assert_eq!(
        site.set(custom::ENABLED.of(""), true).unwrap_err().kind(),
        SettingsErrorKind::ProviderName
    );
}

#[test]
fn custom_providers_of_two_forms_are_read_and_set_in_one_place() {
    let mut settings = read(
        r#"{"identityProviders":{"customOpenIdConnectProviders":{"a":{"enabled":true}},"openIdConnectProviders":{"a":{"enabled":false},"b":{}}}}"#,
    );
    for name in ["a", "b", "c"] {
        settings.set(custom::ENABLED.of(name), true).unwrap();
        assert_eq!(settings.get(custom::ENABLED.of(name)), Some(true), "{name}");
    }
    assert_eq!(settings.custom_providers(), ["a", "b", "c"]);
}

/// The name of a provider is one step, whatever is in it; and an array has no members.
#[test]
fn names_of_providers_are_never_ways() {
    let mut settings = read(r#"{"identityProviders":{}}"#);
    settings.set(custom::ENABLED.of("a/b~*"), true).unwrap();
    assert_eq!(settings.custom_providers(), ["a/b~*"]);
    assert_eq!(settings.get(custom::ENABLED.of("a/b~*")), Some(true));
    let list = r#"{"identityProviders":{"customOpenIdConnectProviders":[{"enabled":false}]}}"#;
    let mut settings = read(list);
    assert!(settings.set(custom::ENABLED.of("0"), true).is_err());
    assert!(settings.remove(custom::PROVIDER.of("0")).is_err());
    assert_eq!(settings.as_json(), list);
}

#[test]
fn github_has_the_name_of_its_form() {
    for (text, name) in [("{\"platform\":{}}", "gitHub"), ("{\"rolesSource\":\"/api\"}", "github")]
    {
        let mut settings = read(text);
        settings.set(github::ENABLED, true).unwrap();
        assert!(settings.as_json().contains(name), "{}", settings.as_json());
        assert_eq!(settings.get(github::ENABLED), Some(true));
    }
    let mut settings = read(STATIC_WEB_APP);
    settings.set(github::ENABLED, false).unwrap();
    assert!(!settings.as_json().contains("gitHub"));
}

#[test]
fn a_provider_with_an_id_is_set_up() {
    let configured = |text: &str| read(text).configured_providers();
    assert_eq!(configured(SITE), ["azureactivedirectory"]);
    assert_eq!(configured(FILE), ["contoso"]);
    assert_eq!(configured(STATIC_WEB_APP), ["azureactivedirectory", "github"]);
    assert!(read(SITE).is_entra_configured());
    let provider = |json: &str| {
        let text = format!(r#"{{"identityProviders":{{"azureActiveDirectory":{json}}}}}"#);
        read(&text).is_entra_configured()
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
fn the_envelope_is_read_and_set() {
    let mut settings = read(SITE);
    assert!(settings.get(envelope::ID).unwrap().ends_with("/config/authsettingsV2"));
    assert_eq!(settings.get(envelope::NAME).as_deref(), Some("authsettingsV2"));
    assert_eq!(settings.get(envelope::TYPE).as_deref(), Some("Microsoft.Web/sites/config"));
    assert_eq!(settings.get(envelope::LOCATION).as_deref(), Some("West Europe"));
    assert_eq!(settings.get(envelope::SYSTEM_DATA), None);
    assert!(settings.get(envelope::TAGS).unwrap().as_json().contains("app-insights-resource-id"));
    settings.set(envelope::KIND, "app").unwrap();
    assert_eq!(settings.pointer("/kind"), Some("\"app\""));
    assert_eq!(settings.remove(envelope::KIND), Ok(true));
    assert_eq!(settings.as_json(), SITE.trim_end());
    // Without an envelope there is nothing around the sections.
    let mut bare = read(r#"{"id":"x","platform":{}}"#);
    assert_eq!(bare.get(envelope::ID), None);
    let error = bare.set(envelope::KIND, "app").unwrap_err();
    assert_eq!(error.kind(), SettingsErrorKind::NoSuchSetting);
}

#[test]
fn values_have_lines_and_columns() {
    let settings = read("\n {\"login\":\n  {\"é\": 1, \"x\": 2}}");
    let at = |pointer: &str| settings.position(pointer).map(|at| (at.line(), at.column()));
    assert_eq!(at(""), Some((2, 2)));
    assert_eq!(at("/login"), Some((3, 3)));
    assert_eq!(at("/login/x"), Some((3, 17)));
    assert_eq!(at("/nothing"), None);
}

proptest! {
    /// Whatever is read can be changed by pointers, and means the same otherwise.
    #[test]
    fn a_change_by_pointer_is_that_of_serde_json(
        unknown in super::table::arbitrary_json(),
        new in super::table::arbitrary_json(),
        pretty in any::<bool>(),
        name in "[~/\\\\\"é]{0,4}",
    ) {
        let mut document = serde_json::json!({"login": {"x": unknown}, "platform": {}});
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let mut settings = read(&text);
        prop_assert_eq!(settings.as_json(), &text);
        let step = name.replace('~', "~0").replace('/', "~1");
        for pointer in [format!("/login/x/{step}"), format!("/platform/{step}"), "/login/x".to_owned()] {
            let changed = settings.set_pointer(&pointer, &new.to_string()).is_ok();
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
    let fix = LoginParameters::default().with_scope(ARM.scope("user_impersonation")).unwrap();
    let document = |list: &str| {
        let text =
            r#"{"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":LIST}}}}"#;
        text.replace("LIST", list)
    };
    let mut settings = read(&document(r#"["prompt=login","scope=openid email"]"#));
    settings.add_login_parameters(&fix).unwrap();
    let after = document(
        r#"["prompt=login","scope=openid email profile https://management.azure.com/user_impersonation"]"#,
    );
    assert_eq!(settings.as_json(), after);
    // A second time, nothing is written.
    let spaced = after.replace('[', "[ ");
    let mut settings = read(&spaced);
    settings.add_login_parameters(&fix).unwrap();
    assert_eq!(settings.as_json(), spaced);

    let mut settings = read(r#"{"login":{}}"#);
    settings.add_login_parameters(&fix).unwrap();
    assert_eq!(settings.get(entra::LOGIN_PARAMETERS), Some(fix.clone()));
    assert_eq!(settings.read(entra::LOGIN_PARAMETERS), Ok(Some(fix.clone())));
    let mut settings = read(&document("null"));
    assert_eq!(settings.read(entra::LOGIN_PARAMETERS), Ok(None));
    settings.add_login_parameters(&fix).unwrap();
    assert_eq!(settings.get(entra::LOGIN_PARAMETERS), Some(fix.clone()));

    // A value that cannot be read would be lost.
    for list in [r#"["scope=openid",5]"#, r#"{"a":"b"}"#, r#""scope=openid""#] {
        let mut settings = read(&document(list));
        let error = settings.add_login_parameters(&fix).unwrap_err();
        assert_eq!(error.kind(), SettingsErrorKind::NotUnderstood);
        assert_eq!(settings.as_json(), document(list));
    }
    // Another API is not given up.
    let other = document(r#"["scope=openid User.Read"]"#);
    let mut settings = read(&other);
    let error = settings.add_login_parameters(&fix).unwrap_err();
    assert_eq!(error.kind(), SettingsErrorKind::LoginParameters);
    assert_eq!(
        error.to_string(),
        "the login parameters cannot be added at \
         /identityProviders/azureActiveDirectory/login/loginParameters (line 1, column 74)",
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.starts_with("loginParameters[0]"), "{source}");
    assert_eq!(settings.as_json(), other);
}

#[test]
fn a_registration_has_a_credential_or_none() {
    let has = |members: &str| {
        let text = r#"{"identityProviders":{"azureActiveDirectory":{"registration":{MEMBERS}}}}"#;
        read(&text.replace("MEMBERS", members)).has_entra_credential()
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
    assert_eq!((guid.as_str(), &*guid.to_string()), (&*lower, &*lower));
    assert_eq!(format!("{guid:?}"), format!("Guid({lower:?})"));
    for bad in ["", "d874dd2f20324db1a053f0ec243685aa", "{d874dd2f-2032-4db1-a053-f0ec243685aa}"] {
        assert_eq!(
            bad.parse::<Guid>().unwrap_err().to_string(),
            "expected a GUID: 8-4-4-4-12 hexadecimal digits"
        );
    }
}

#[test]
fn hours_are_written_as_numbers() {
    for (seconds, json) in [(0, "0"), (3600, "1"), (259_200, "72"), (5400, "1.5")] {
        let mut settings = read(r#"{"login":{}}"#);
        let extension = std::time::Duration::from_secs(seconds);
        settings.set(login::TOKEN_REFRESH_EXTENSION, extension).unwrap();
        assert_eq!(settings.pointer("/login/tokenStore/tokenRefreshExtensionHours"), Some(json));
    }
}
