//! Unknown is not off: what a template or a tool writes instead of a value is never overwritten, never
//! treated as absent, and never sent.

use easyauth::arm::ArmRequestErrorKind;
use easyauth::settings::{
    AuthSettingsV2, LoginParameters, SetFrom, Setting, SettingsErrorKind, SiteId, entra, login,
    platform,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::arm::access;

const SITE: &str = include_str!("../data/settings/site.json");

#[track_caller]
fn rejected<T: SetFrom<V>, V>(text: &str, setting: Setting<'_, T>, value: V, message: &str) {
    let mut doc: AuthSettingsV2 = text.parse().unwrap();
    let error = doc.set(setting, value).map(drop).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(doc.remove(setting).unwrap_err().to_string(), message);
    assert_eq!(doc.as_json(), text, "changed");
}

#[test]
fn a_section_that_is_not_an_object_is_not_replaced() {
    for (section, found) in [
        (r#""[parameters('login')]""#, "an expression of a template"),
        ("null", "null"),
        (
            r#""@{routes=; tokenStore=}""#,
            "what ConvertTo-Json leaves of an object without a larger -Depth",
        ),
        (
            r#""System.Collections.Hashtable""#,
            "what ConvertTo-Json leaves of an object without a larger -Depth",
        ),
        ("[]", "a list"),
        ("1", "a number"),
    ] {
        let text = format!(r#"{{"properties":{{"login":{section}}}}}"#);
        let message = format!(
            "expected an object at /properties/login (line 1, column 24), found {found}: replace it \
             with an object first"
        );
        rejected(&text, login::TOKEN_STORE_ENABLED, true, &message);
        let doc: AuthSettingsV2 = text.parse().unwrap();
        assert_eq!(doc.get(login::TOKEN_STORE_ENABLED), None);
        assert_eq!(doc.read(login::TOKEN_STORE_ENABLED).is_err(), section != "null");
    }
}

#[test]
fn an_expression_is_not_replaced() {
    for expression in ["[parameters('x')]", "${var.x}", "$(x)", "#{x}#", "{{x}}", "[ns.f('x').y]"] {
        let text = format!(r#"{{"platform":{{"enabled":"{expression}"}}}}"#);
        let message = "a template decides the value at /platform/enabled (line 1, column 24), \
                       found an expression of a template: change the template";
        rejected(&text, platform::ENABLED, true, message);
    }
    // These are plain strings.
    for text in ["[[x]", "[https://myApp.azure.com]", "<your-issuer>", "[]", "a[0]"] {
        let text = format!(r#"{{"platform":{{"runtimeVersion":"{text}"}}}}"#);
        let mut doc: AuthSettingsV2 = text.parse().unwrap();
        doc.set(platform::RUNTIME_VERSION, "~1").unwrap();
    }
}

/// A second scope beside an expression ends in AADSTS9000411.
#[test]
fn nothing_is_added_beside_an_expression() {
    let more = LoginParameters::default().with_scope("api://orders/Read").unwrap();
    let entra = "/properties/identityProviders/azureActiveDirectory/login/loginParameters/1";
    let text = r#"{"properties":{"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":["prompt=login","[format('scope={0}', x)]"]}}}}}"#;
    let mut doc: AuthSettingsV2 = text.parse().unwrap();
    let error = doc.add_login_parameters(&more).unwrap_err();
    assert_eq!((error.kind(), error.pointer()), (SettingsErrorKind::Expression, entra));
    assert_eq!(doc.as_json(), text);
    let truncated = r#"{"properties":{"identityProviders":"@{azureActiveDirectory=; facebook=}"}}"#;
    let mut doc: AuthSettingsV2 = truncated.parse().unwrap();
    let error = doc.add_login_parameters(&more).unwrap_err();
    assert_eq!(error.pointer(), "/properties/identityProviders");
    assert_eq!(doc.as_json(), truncated);
}

#[test]
fn sections_that_are_not_objects_are_not_sent() {
    let access = access(r#"{"aud":"https://management.azure.com/"}"#);
    let site: SiteId =
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME".parse().unwrap();
    for broken in ["null", r#""[parameters('login')]""#, r#""@{routes=}""#] {
        let mut doc: AuthSettingsV2 = SITE.parse().unwrap();
        doc.set_pointer("/properties/login", broken).unwrap();
        doc.set_pointer("/properties/platform", "\"System.Collections.Hashtable\"").unwrap();
        let message = "expected objects; read the whole document again to replace platform, login";
        let error = site.put_auth_settings(&access, &doc).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.kind().code()), (message, "not-objects"));
        assert!(site.requests().put_partial(&access, &doc).is_err());
    }
}

#[test]
fn a_template_is_not_sent() {
    let access = access(r#"{"aud":"https://management.azure.com/"}"#);
    let site: SiteId =
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME".parse().unwrap();
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [serde_json::from_str::<Value>(SITE).unwrap()],
    });
    let doc: AuthSettingsV2 = template.to_string().parse().unwrap();
    let error = site.put_auth_settings(&access, &doc).unwrap_err();
    assert_eq!(error.kind(), ArmRequestErrorKind::Template);
}

/// Values of any type, for any place.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("[parameters('x')]")),
        Just(json!("@{a=}")),
        Just(json!("System.Object[]")),
        Just(json!(null)),
        Just(json!(1)),
        Just(json!("${var.x}")),
        Just(json!([])),
        Just(json!(["[variables('y')]", 1])),
        Just(json!({})),
    ]
}

/// The values that a template decides, with their places.
fn expressions(json: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match json {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| expressions(item, &format!("{at}/{i}"), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, own)| expressions(own, &format!("{at}/{name}"), found));
        }
        Value::String(text) if text.contains("('") || text.contains("${") => {
            found.push((at.rsplit('/').next().unwrap_or_default().to_owned(), text.clone()));
        }
        _ => {}
    }
}

fn all_expressions(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    expressions(&serde_json::from_str(text).unwrap(), "", &mut found);
    found.sort();
    found
}

proptest! {
    /// For any values in any places: a change changes its member alone or nothing, and a fix keeps unknown
    /// values.
    #[test]
    fn changes_and_fixes_keep_what_is_unknown(
        changes in prop::collection::vec((0..super::table::pointers().len(), odd()), 1..4),
        pick in 0..super::table::pointers().len(),
    ) {
        let pointers = super::table::pointers();
        let mut doc: AuthSettingsV2 = SITE.parse().unwrap();
        for (at, odd) in &changes {
            // Another value may prevent it.
            let _ = doc.set_pointer(&pointers[*at], &odd.to_string());
        }
        let before = doc.as_json().to_owned();
        for finding in doc.lint().iter().filter(|finding| finding.is_fixable()) {
            let mut fixed = doc.clone();
            finding.fix(&mut fixed);
            prop_assert_eq!(all_expressions(fixed.as_json()), all_expressions(&before), "{}", finding);
        }
        let mut changed = doc.clone();
        let result = changed.set(login::TOKEN_STORE_ENABLED, true).map(drop);
        let store = "/properties/login/tokenStore/enabled";
        if result.is_err() {
            prop_assert_eq!(changed.as_json(), &before);
        } else {
            prop_assert_eq!(all_expressions(changed.as_json()), all_expressions(&before));
            prop_assert_eq!(changed.pointer(store), Some("true"));
            if pointers[pick] != store {
                let own = doc.pointer(&pointers[pick]);
                prop_assert!(own.is_none() || changed.pointer(&pointers[pick]).is_some());
            }
        }
        let more = LoginParameters::default().with_scope("api://orders/Read").unwrap();
        let mut added = doc.clone();
        if added.add_login_parameters(&more).is_err() {
            prop_assert_eq!(added.as_json(), &before);
        } else {
            prop_assert_eq!(all_expressions(added.as_json()), all_expressions(&before));
            prop_assert!(added.get(entra::LOGIN_PARAMETERS).is_some());
        }
    }
}
