//! The programs that users write, as they write them.

use easyauth::{
    AccessToken,
    resource::{ARM, GRAPH},
    settings::{AuthSettingsV2, LoginParameters, SiteId, entra, envelope},
};
use serde_json::Value;

use super::arm::access;

const SITE: &str = include_str!("../data/settings/site.json");

#[test]
fn settings() -> Result<(), Box<dyn std::error::Error>> {
    let body = SITE.as_bytes().to_vec();
    let access = access(r#"{"aud":"https://management.azure.com/","scp":"user_impersonation"}"#);

    let params = LoginParameters::builder()
        .scopes(["openid", "email", "profile"])
        .scope(ARM.scope("user_impersonation"))
        .build()?;
    assert_eq!(
        params.to_wire(),
        ["scope=openid email profile https://management.azure.com/user_impersonation"]
    );
    let mut doc = AuthSettingsV2::from_slice(&body)?; // ARM envelope, bare properties, ...
    let client = doc.get(entra::CLIENT_ID); // Option<Guid>; each documented setting is one typed constant
    assert!(client.is_some());
    doc.set(entra::LOGIN_PARAMETERS, params)?; // Err where the parent is not an object: nothing is overwritten
    for finding in doc.lint() {
        println!("{finding}");
        let _ = (finding.rule(), finding.severity(), finding.pointer(), finding.position());
        let _ = (finding.why(), finding.remedy());
    }
    let body = serde_json::to_vec(&doc)?;
    let site: SiteId =
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME".parse()?;
    let get = site.get_auth_settings(&access)?; // http::Request<Vec<u8>>, sensitive Authorization
    let put = site.put_auth_settings(&access, &doc)?;

    assert_eq!((get.method().as_str(), put.method().as_str()), ("GET", "PUT"));
    assert_eq!(put.body(), &body);
    assert!(put.headers()["authorization"].is_sensitive());
    let mut expected: Value = serde_json::from_str(SITE)?;
    expected["properties"]["identityProviders"]["azureActiveDirectory"]["login"]["loginParameters"] =
        serde_json::json!(doc.get(entra::LOGIN_PARAMETERS).unwrap().to_wire());
    assert_eq!(serde_json::from_slice::<Value>(&body)?, expected);
    Ok(())
}

/// A document read and written back unchanged is the same JSON value, number forms included.
#[test]
fn nothing_is_lost() -> Result<(), Box<dyn std::error::Error>> {
    let doc: AuthSettingsV2 = serde_json::from_str(SITE)?;
    assert_eq!(serde_json::to_string(&doc)?, SITE.trim_end());
    Ok(())
}

/// From a token that opens the wrong door to the request that fixes it: one member changes.
#[test]
fn from_diagnosis_to_fix() -> Result<(), Box<dyn std::error::Error>> {
    let token = |aud: &str| access(&format!(r#"{{"aud":"{aud}","scp":"email","exp":4102444800}}"#));
    let user: AccessToken = token(GRAPH.app_id().unwrap());
    let now = std::time::UNIX_EPOCH;
    let diagnosis = user.diagnose(ARM.scope("user_impersonation"), now);
    assert!(!diagnosis.opens());

    let mut settings = AuthSettingsV2::from_slice(SITE.as_bytes())?;
    settings.add_login_parameters(&diagnosis.login_parameters().unwrap())?;
    let site: SiteId = settings.get(envelope::ID).unwrap().parse()?;
    let put = site.put_auth_settings(&token("https://management.azure.com"), &settings)?;
    assert_eq!(
        put.uri(),
        "https://management.azure.com/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/\
         resourceGroups/orders-rg/providers/Microsoft.Web/sites/orders/config/authsettingsV2\
         ?api-version=2025-05-01",
    );
    let before: Vec<&str> = SITE.trim_end().lines().collect();
    let sent = String::from_utf8(put.into_body())?;
    let mut after: Vec<&str> = sent.lines().collect();
    let at = before.iter().position(|line| line.contains("disableWWWAuthenticate")).unwrap();
    let added: Vec<&str> = after.drain(at..at + 4).collect();
    assert_eq!(
        added.concat().split_whitespace().collect::<String>(),
        "\"disableWWWAuthenticate\":false,\"loginParameters\":[\
         \"scope=openidemailprofilehttps://management.azure.com/user_impersonation\"]",
    );
    after.insert(at, before[at]);
    assert_eq!(after, before);
    Ok(())
}
