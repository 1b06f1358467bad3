//! Texts that are not settings documents: what they are, and how to get the document.

use easyauth::settings::{
    AuthSettingsV1, AuthSettingsV2, Form, MAX_SETTINGS_LEN, SettingsErrorKind, login,
};

use SettingsErrorKind::{
    FirstVersion, NotAnObject, NotJson, NotUtf8, OtherDocument, Several, TooLong,
};

const HOW: &str = "`az rest --method get --url <resource ID of the site>/config/authsettingsV2?api-version=2025-05-01` prints the document";

#[track_caller]
fn rejected(bytes: &[u8], kind: SettingsErrorKind, message: &str) {
    let error = AuthSettingsV2::from_slice(bytes).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    // By way of serde it is the same, but for what serde_json rejects itself.
    let by_serde = serde_json::from_slice::<AuthSettingsV2>(bytes).unwrap_err();
    let is_json = !matches!(kind, NotJson | NotUtf8);
    assert!(!is_json || by_serde.to_string().starts_with(message), "{by_serde}");
}

#[test]
fn what_is_not_json_says_where() {
    rejected(b"", NotJson, "the settings are not JSON: the input is empty");
    rejected(b" \n", NotJson, "the settings are not JSON: the input is empty");
    rejected(b"{\"login\" {}}", NotJson, "the settings are not JSON at line 1, column 10");
    rejected(b"{}\n x", NotJson, "the settings are not JSON at line 2, column 2");
    rejected(b"{\"\xff\":1}", NotUtf8, "the settings are not UTF-8 at line 1, column 3");
    rejected(
        b"{\n  \"login\": {},\n}",
        NotJson,
        "the settings are not JSON at line 3, column 1: JSON has no comma after the last member or element: remove it",
    );
    for (text, place) in [
        ("// mine\n{}", "line 1, column 1"),
        ("{\n  /* mine */ \"login\": {} }", "line 2, column 3"),
    ] {
        let message =
            format!("the settings are not JSON at {place}: JSON has no comments: remove them");
        rejected(text.as_bytes(), NotJson, &message);
    }
}

#[test]
fn other_languages_are_named() {
    let at = "the settings are not JSON at line 1, column 1";
    let bicep = "this is Bicep: `az bicep build` makes a template of it, which is read";
    for text in [
        "resource auth 'Microsoft.Web/sites/config@2022-03-01' = {\n}",
        "param x string",
        "@description('x')\nparam y string",
    ] {
        rejected(text.as_bytes(), NotJson, &format!("{at}: {bicep}"));
    }
    for text in ["platform:\n  enabled: true\n", "# exported\nplatform:\n  enabled: true\n"] {
        rejected(text.as_bytes(), NotJson, &format!("{at}: this is YAML: settings are JSON"));
    }
    // Lists before the first name are skipped. YAML needs a name before the colon.
    let list = "the settings are not JSON at line 1, column 2: this is YAML: settings are JSON";
    rejected(b"---\n- a\nlogin: x\n", NotJson, list);
    for text in [":", ": x", "a b: c", "http://x", "name:x"] {
        rejected(text.as_bytes(), NotJson, at);
    }
    let terraform = "this is Terraform: expected the JSON that Azure Resource Manager answers";
    rejected(
        b"resource \"azurerm_linux_web_app\" \"x\" {\n}",
        NotJson,
        &format!("{at}: {terraform}"),
    );
    let html = "this is HTML or XML: was the request redirected to a sign-in page?";
    rejected(b"<!DOCTYPE html>", NotJson, &format!("{at}: {html}"));
}

#[test]
fn utf16_is_named() {
    let message = "the settings are not UTF-8: this is UTF-16, as `Out-File` and `>` of Windows \
                   PowerShell write it: save it as UTF-8 (`Out-File -Encoding utf8`)";
    let text: Vec<u16> = "{\"login\":{\"é\":1}}".encode_utf16().collect();
    let little: Vec<u8> = text.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = text.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for (mark, bytes) in [(&b"\xff\xfe"[..], &little), (&b"\xfe\xff"[..], &big)] {
        rejected(&[mark, bytes].concat(), NotUtf8, message);
        rejected(bytes, NotUtf8, message);
    }
    // Without any character outside of ASCII it is UTF-8 with zeros.
    let plain: Vec<u8> = "{}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    rejected(&plain, NotUtf8, message);
}

#[test]
fn near_documents_are_named() {
    let other = |json: &str, what: &str| {
        let message = format!("this is not an authSettingsV2 document: {what}");
        rejected(json.as_bytes(), OtherDocument, &message);
    };
    other(r#"{"a":1}"#, HOW);
    other(r#"{"auth":1}"#, HOW);
    other(r#"{"type":"Microsoft.Web/sites","properties":{"hostNames":[]}}"#, HOW);
    other(r#"{"properties":[]}"#, HOW);
    let config_web = format!("siteAuthSettingsV2 of config/web is ignored by the service; {HOW}");
    other(r#"{"properties":{"siteAuthSettingsV2":{"platform":{}}}}"#, &config_web);
    let provider =
        format!("this is one provider, as `az webapp auth microsoft show` prints it; {HOW}");
    other(r#"{"enabled":true,"registration":{"clientId":"x"}}"#, &provider);
    let state = format!("this is Terraform state; {HOW}");
    other(r#"{"terraform_version":"1.9.0","resources":[]}"#, &state);
    other(
        r#"{"StatusCode":200,"Content":"{}"}"#,
        "this is the output of Invoke-AzRestMethod: the document is the string in its Content, as \
         `(Invoke-AzRestMethod ...).Content` prints it",
    );
    let error = format!("this is an error that Azure Resource Manager answered; {HOW}");
    other(r#"{"error":{"code":"x"}}"#, &error);
    other(r#"{"Code":"BadRequest","Message":"x"}"#, &error);
    // One of the two members alone says nothing.
    for half in [
        r#"{"StatusCode":200}"#,
        r#"{"Content":"{}"}"#,
        r#"{"Code":"x"}"#,
        r#"{"Message":"x"}"#,
        r#"{"$schema":"x"}"#,
        r#"{"parameters":{}}"#,
    ] {
        other(half, HOW);
    }
    other(
        r#"{"value":[{"properties":{}}]}"#,
        "this is a list of documents: give one element of its `value`",
    );
}

#[test]
fn what_is_no_object_is_rejected() {
    for text in ["\"login\"", "1", "null", "true"] {
        rejected(text.as_bytes(), NotAnObject, "expected an object");
    }
    let list = "expected an object: this is a list of documents: give one of its elements";
    rejected(b"[]", NotAnObject, list);
    let modules = "expected an object: this is a list of configurations: give the \
                   `properties` of its element authsettingsV2";
    rejected(br#"[{"name":"authsettingsV2","properties":{}}]"#, NotAnObject, modules);
}

#[test]
fn the_first_version_is_named() {
    let message = "these are settings of the first version (authsettings), not authSettingsV2: read \
                   config/authsettingsV2 of the site, after `az webapp auth config-version upgrade` if \
                   it has not moved yet; or migrate them";
    for member in ["unauthenticatedClientAction", "tokenStoreEnabled", "additionalLoginParams"] {
        let flat = format!(r#"{{"{member}":null}}"#);
        rejected(flat.as_bytes(), FirstVersion, message);
        rejected(format!(r#"{{"properties":{flat}}}"#).as_bytes(), FirstVersion, message);
    }
}

/// The first version is flat. A section that is an object shows the second version, whatever is beside it.
#[test]
fn sections_decide_between_the_versions() {
    #[track_caller]
    fn is_second(text: &str) {
        assert!(text.parse::<AuthSettingsV2>().is_ok(), "{text}");
        assert_eq!(text.parse::<AuthSettingsV1>().unwrap_err().kind(), OtherDocument);
    }
    #[track_caller]
    fn is_first(text: &str) {
        assert_eq!(text.parse::<AuthSettingsV2>().unwrap_err().kind(), FirstVersion);
        assert!(text.parse::<AuthSettingsV1>().is_ok());
    }
    for flat in [
        r#""unauthenticatedClientAction":"RedirectToLoginPage""#,
        r#""tokenStoreEnabled":true"#,
        r#""additionalLoginParams":[]"#,
    ] {
        for sections in [
            r#""platform":{},"globalValidation":{},"identityProviders":{},"login":{}"#,
            r#""platform":{},"globalValidation":{},"identityProviders":{}"#,
            r#""login":{}"#,
            r#""legacyProperties":{}"#,
        ] {
            is_second(&format!("{{{sections},{flat}}}"));
            is_second(&format!(r#"{{"properties":{{{flat},{sections}}}}}"#));
        }
        is_second(&format!(r#"{{"auth":{{"identityProviders":{{}}}},{flat}}}"#));
        is_first(&format!("{{{flat}}}"));
        is_first(&format!(r#"{{"login":null,{flat}}}"#));
        let with = |identity: &str| format!(r#"{{{identity},"properties":{{{flat}}}}}"#);
        let site = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/N/config";
        is_first(&with(&format!(r#""id":"{site}/authsettings""#)));
        is_first(&with(r#""name":"authsettings","type":"Microsoft.Web/sites/config""#));
        is_second(&with(&format!(r#""id":"{site}/authsettingsV2""#)));
        is_second(&with(&format!(r#""id":"{site}/authsettingsV2/list""#)));
        is_second(&with(r#""name":"authSettingsV2""#));
        let app = "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/N";
        is_second(&with(&format!(r#""id":"{app}/authConfigs/current""#)));
        is_second(&with(r#""type":"Microsoft.App/containerApps/authConfigs""#));
    }
}

/// A fix never makes a document that is not read again.
#[test]
fn a_fixed_document_is_read() {
    for text in [
        r#"{"properties":{"properties":{"platform":{"enabled":true},"tokenStoreEnabled":true}}}"#,
        r#"{"platform":{"properties":{"tokenStoreEnabled":true}},"login":{}}"#,
    ] {
        let mut settings: AuthSettingsV2 = text.parse().unwrap();
        let finding = settings.lint().into_iter().find(|finding| finding.rule() == "ST2").unwrap();
        assert!(finding.fix(&mut settings));
        assert!(settings.as_json().parse::<AuthSettingsV2>().is_ok(), "{}", settings.as_json());
    }
}

/// Without sections, the ID or the name says what the document is.
#[test]
fn the_id_or_the_name_is_enough() {
    let site = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/orders";
    let form = |text: &str| text.parse::<AuthSettingsV2>().ok().map(|settings| settings.form());
    let by_id = format!(r#"{{"id":"{site}/config/authsettingsV2","properties":{{"x":1}}}}"#);
    assert_eq!(form(&by_id), Some(Form::AppService));
    assert_eq!(form(r#"{"name":"authsettingsV2","properties":{"x":1}}"#), Some(Form::AppService));
    assert_eq!(form(&format!(r#"{{"id":"{site}","properties":{{"x":1}}}}"#)), None);
    assert_eq!(form(r#"{"name":"web","properties":{"x":1}}"#), None);
    // Members of a container app, but the ID or the type of a site.
    let sections = r#"{"platform":{},"encryptionSettings":{}}"#;
    let by_id = format!(r#"{{"id":"{site}/config/authsettingsV2","properties":{sections}}}"#);
    assert_eq!(form(&by_id), Some(Form::AppService));
    let by_type = format!(r#"{{"type":"Microsoft.Web/sites/config","properties":{sections}}}"#);
    assert_eq!(form(&by_type), Some(Form::AppService));
    assert_eq!(form(&format!(r#"{{"properties":{sections}}}"#)), Some(Form::ContainerApp));
}

#[test]
fn long_documents_are_rejected() {
    let fill = " ".repeat(MAX_SETTINGS_LEN - 1);
    let error = format!("{{}}{fill}").parse::<AuthSettingsV2>().unwrap_err();
    assert_eq!(error.kind(), TooLong);
    assert_eq!(
        error.to_string(),
        "the settings are too long: expected at most 4194304 bytes, found 4194305",
    );
    assert!(format!("{{{}}}", &fill[1..]).parse::<AuthSettingsV2>().is_ok());
}

#[test]
fn kinds_have_codes() {
    let codes: Vec<_> = SettingsErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    let expected = [
        "too-long",
        "not-utf8",
        "not-json",
        "not-an-object",
        "first-version",
        "several",
        "other-document",
        "pointer",
        "expression",
        "not-understood",
        "no-such-setting",
        "too-deep",
        "login-parameters",
        "provider-name",
        "provider",
        "setting-name",
    ];
    assert_eq!(codes, expected);
}

#[track_caller]
fn form(text: &str, form: Form) {
    assert_eq!(text.parse::<AuthSettingsV2>().unwrap().form(), form, "{text}");
}

/// An ID decides before a type, and both before marks.
#[test]
fn id_and_type_decide_first() {
    let site =
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/N/config/authsettingsV2";
    form(
        &format!(r#"{{"id":"{site}","properties":{{"encryptionSettings":{{}}}}}}"#),
        Form::AppService,
    );
    let typed = r#"{"type":"Microsoft.Web/sites/config","name":"x/authsettingsV2","properties":{"encryptionSettings":{}}}"#;
    form(typed, Form::AppService);
}

#[test]
fn marks_tell_container_apps_and_static_web_apps() {
    let provider = |name: &str| {
        format!(
            r#"{{"identityProviders":{{"google":{{"registration":{{"clientId":"x","clientSecretSettingName":"{name}"}}}}}}}}"#
        )
    };
    form(&provider("google-secret"), Form::ContainerAppProperties);
    form(&provider("GOOGLE_SECRET"), Form::AppServiceProperties);
    // A secret that was pasted: no name of a secret.
    form(&provider("Abc-def~ghi"), Form::AppServiceProperties);
    form(&provider("11112222-bbbb-3333-cccc-4444dddd5555"), Form::AppServiceProperties);
    let blob = r#"{"login":{"tokenStore":{"azureBlobStorage":{"blobContainerUri":"https://x"}}}}"#;
    form(blob, Form::ContainerAppProperties);
    form(&format!(r#"{{"properties":{blob}}}"#), Form::ContainerApp);
    form(r#"{"routes":[],"platform":{"apiRuntime":"node:20"}}"#, Form::StaticWebApp);
    form(r#"{"navigationFallback":{},"identityProviders":{}}"#, Form::StaticWebApp);
    // The section `login` of another service alone.
    let section = r#"{"routes":{"logoutEndpoint":"/out"},"tokenStore":{"enabled":true}}"#;
    rejected(
        section.as_bytes(),
        OtherDocument,
        &format!("this is not an authSettingsV2 document: {HOW}"),
    );
}

const TEMPLATE: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "resources": [
    { "type": "Microsoft.Web/sites", "name": "x", "properties": {} },
    {
      "type": "Microsoft.Web/sites/config",
      "apiVersion": "2022-03-01",
      "name": "[format('{0}/{1}', parameters('name'), 'authsettingsV2')]",
      "properties": {
        "platform": { "enabled": true },
        "login": { "tokenStore": { "enabled": "[parameters('store')]" } }
      }
    }
  ]
}"#;

#[test]
fn a_template_is_edited_in_place() {
    let mut doc: AuthSettingsV2 = TEMPLATE.parse().unwrap();
    assert_eq!((doc.form(), doc.resource_pointer().as_str()), (Form::AppService, "/resources/1"));
    assert_eq!(doc.as_json(), TEMPLATE);
    let finding = doc.lint().into_iter().find(|finding| finding.rule() == "ST22").unwrap();
    assert_eq!(finding.pointer(), "/resources/1/properties/login/tokenStore/enabled");
    assert_eq!(finding.position().line(), 11);
    assert_eq!(finding.message(), "unknown: decided by the template");
    assert!(doc.set(login::TOKEN_STORE_ENABLED, true).is_err());
    doc.set(login::PRESERVE_URL_FRAGMENTS, true).unwrap();
    let expected = TEMPLATE.replace(
        "\"[parameters('store')]\" } }",
        "\"[parameters('store')]\" }, \"preserveUrlFragmentsForLogins\": true }",
    );
    assert_eq!(doc.as_json(), expected);
}

/// Compiled Bicep has resources by symbolic names, and modules as nested templates.
#[test]
fn resources_are_found_where_templates_have_them() {
    let config = r#"{"type":"Microsoft.App/containerApps/authConfigs","name":"current","properties":"[parameters('x')]"}"#;
    let schema = r#""$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#""#;
    for (resources, pointer) in [
        (format!(r#"{{"auth":{config}}}"#), "/resources/auth"),
        (
            format!(r#"[{{"type":"Microsoft.Web/sites","resources":[{config}]}}]"#),
            "/resources/0/resources/0",
        ),
        (
            format!(
                r#"{{"m":{{"type":"Microsoft.Resources/deployments","properties":{{"template":{{"resources":[{config}]}}}}}}}}"#
            ),
            "/resources/m/properties/template/resources/0",
        ),
    ] {
        let text = format!(r#"{{{schema},"resources":{resources}}}"#);
        let mut doc: AuthSettingsV2 = text.parse().unwrap();
        assert_eq!((doc.form(), doc.resource_pointer().as_str()), (Form::ContainerApp, pointer));
        // A value that is not an object is not changed.
        assert!(doc.set(login::PRESERVE_URL_FRAGMENTS, true).is_err());
        assert_eq!(doc.as_json(), text);
    }
    let several = format!(r#"{{{schema},"resources":[{config},{config}]}}"#);
    rejected(
        several.as_bytes(),
        Several,
        "the template has several authSettingsV2 resources: choose one by its pointer, or give it \
         alone: /resources/0, /resources/1",
    );
    let second = AuthSettingsV2::in_template("/resources/1", &several).unwrap();
    assert_eq!(second.resource_pointer(), "/resources/1");
    assert!(AuthSettingsV2::in_template("/resources/2", &several).is_err());
    rejected(
        format!(r#"{{{schema},"resources":[{{}}]}}"#).as_bytes(),
        OtherDocument,
        "this is not an authSettingsV2 document: this is a deployment template without settings of \
         Easy Auth",
    );
}
