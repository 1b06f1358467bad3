//! The app registration, as Microsoft Graph returns it.

use std::time::{Duration, UNIX_EPOCH};

use easyauth::settings::{Context, Finding};
use serde_json::{Value, json};

use super::{Changes, SITE, changed, says};

const REGISTRATION: &str = "/identityProviders/azureActiveDirectory/registration";
const OWN: &str = "11112222-bbbb-3333-cccc-4444dddd5555";

/// What fits the site.
fn good() -> Value {
    json!({
        "appId": OWN,
        "identifierUris": [format!("api://{OWN}")],
        "api": {"requestedAccessTokenVersion": 2, "preAuthorizedApplications": []},
        "web": {
            "redirectUris": ["https://orders.azurewebsites.net/.auth/login/aad/callback"],
            "implicitGrantSettings": {"enableIdTokenIssuance": true},
        },
        "passwordCredentials": [{"endDateTime": "2030-01-01T00:00:00Z"}],
    })
}

fn found(registration: &Value, changes: Changes<'_>) -> Vec<Finding> {
    let context = Context::default().registration(&registration.to_string()).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000); // 2027
    let findings = changed(SITE, changes).lint_with(&context.at(now));
    findings.into_iter().filter(|finding| finding.rule().starts_with("RG")).collect()
}

#[track_caller]
fn fires(rule: &str, at: &str, pointer: &str, value: Value, changes: Changes<'_>) -> Finding {
    let mut registration = good();
    *registration.pointer_mut(pointer).unwrap() = value;
    let findings = found(&registration, changes);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!((finding.rule(), finding.pointer()), (rule, format!("/properties{at}")));
    finding.clone()
}

const API: Changes<'_> = &[("/globalValidation/unauthenticatedClientAction", "\"Return401\"")];

#[test]
fn a_registration_that_fits_has_no_findings() {
    assert_eq!(found(&good(), &[]), []);
    assert_eq!(found(&good(), API), []);
}

#[test]
fn rg1_the_client_id_is_that_of_the_registration() {
    let other = "66667777-cccc-4444-dddd-5555eeee6666";
    let at = format!("{REGISTRATION}/clientId");
    let finding = fires("RG1", &at, "/appId", json!(other), &[]);
    says(
        &finding,
        &format!("the client ID is not that of the app registration, {other}"),
        "give the app registration of this client ID",
    );
}

#[test]
fn rg2_and_rg3_version_1_tokens() {
    let mut registration = good();
    registration["api"]["requestedAccessTokenVersion"] = Value::Null;
    registration["identifierUris"] = json!(["api://other"]);
    let rules: Vec<_> = found(&registration, API).iter().map(Finding::rule).collect();
    assert_eq!(rules, ["RG2", "RG3"]);
    // No caller sends a token.
    assert_eq!(found(&registration, &[]), []);
}

#[test]
fn rg4_vs_code_is_preauthorized() {
    let vs_code = "aebc6443-996d-45c2-90f0-388ff96faa56";
    let list = format!(r#"["{OWN}","{vs_code}"]"#);
    let policy = "/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy";
    let applications = format!("{policy}/allowedApplications");
    let changes = &[(applications.as_str(), list.as_str())];
    let at = format!("{REGISTRATION}/clientId");
    fires("RG4", &at, "/api/preAuthorizedApplications", json!([]), changes);
    let mut registration = good();
    registration["api"]["preAuthorizedApplications"] = json!([{"appId": vs_code}]);
    assert_eq!(found(&registration, changes), []);
}

#[test]
fn rg5_the_callback_is_a_redirect_uri() {
    let at = format!("{REGISTRATION}/clientId");
    let finding = fires("RG5", &at, "/web/redirectUris", json!(["https://x/callback"]), &[]);
    says(
        &finding,
        "the app registration has no redirect URI for the callback of Easy Auth",
        "add https://<host>/.auth/login/aad/callback",
    );
    let context = |host: &str| {
        let context = Context::default().registration(&good().to_string()).unwrap();
        changed(SITE, &[]).lint_with(&context.host(host))
    };
    assert_eq!(context("orders.azurewebsites.net"), []);
    assert_eq!(context("orders.contoso.com").len(), 1);
    let prefix: Changes<'_> = &[("/httpSettings/routes/apiPrefix", "\"/login\"")];
    assert_eq!(found(&good(), prefix).len(), 1);
    assert_eq!(found(&good(), &[("/httpSettings/routes/apiPrefix", "\"[parameters('p')]\"")]), []);
}

#[test]
fn rg6_id_tokens_are_issued() {
    let hybrid = format!("{}/loginParameters", "/identityProviders/azureActiveDirectory/login");
    let changes = &[(hybrid.as_str(), r#"["response_type=code id_token"]"#)];
    let at = format!("{REGISTRATION}/clientId");
    let pointer = "/web/implicitGrantSettings/enableIdTokenIssuance";
    fires("RG6", &at, pointer, json!(false), changes);
    let mut registration = good();
    registration["web"]["implicitGrantSettings"]["enableIdTokenIssuance"] = json!(false);
    assert_eq!(found(&registration, &[]), []);
}

#[test]
fn rg7_a_secret_is_left() {
    let at = format!("{REGISTRATION}/clientSecretSettingName");
    let over = json!([{"endDateTime": "2026-01-01T00:00:00Z"}]);
    let finding = fires("RG7", &at, "/passwordCredentials", over, &[]);
    says(
        &finding,
        "every client secret of the app registration has expired",
        "add a secret, and put it into the setting",
    );
    let mut registration = good();
    registration["passwordCredentials"] =
        json!([{"endDateTime": "2026-01-01T00:00:00Z"}, {"endDateTime": "2030-01-01T00:00:00Z"}]);
    assert_eq!(found(&registration, &[]), []);
    registration["passwordCredentials"] = json!([]);
    assert_eq!(found(&registration, &[]), []);
}
