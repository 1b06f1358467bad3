//! What Static Web Apps do differently.

use easyauth::settings::{AuthSettingsV2, Finding, Severity};

use super::says;

fn of_rule(document: &str, rule: &str) -> Vec<Finding> {
    let findings = document.parse::<AuthSettingsV2>().unwrap().lint();
    findings.into_iter().filter(|finding| finding.rule() == rule).collect()
}

fn custom(configuration: &str) -> String {
    format!(
        r#"{{"auth":{{"identityProviders":{{"customOpenIdConnectProviders":{{"idp":{{"registration":{{"clientIdSettingName":"ID","clientCredential":{{"clientSecretSettingName":"S"}},"openIdConnectConfiguration":{configuration}}},"login":{{"nameClaimType":"name","scopes":["openid"]}}}}}}}}}}}}"#
    )
}

/// Azure/static-web-apps#1510.
#[test]
fn sw1_each_address_without_metadata() {
    let document = custom(
        r#"{"issuer":"https://idp","authorizationEndpoint":"https://idp/a","tokenEndpoint":"https://idp/t"}"#,
    );
    let findings = of_rule(&document, "SW1");
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.pointer().ends_with("/openIdConnectConfiguration/certificationUri"));
    says(
        finding,
        "the address certificationUri is missing",
        "set certificationUri, or only wellKnownOpenIdConfiguration",
    );
    let whole = custom(
        r#"{"issuer":"https://idp","authorizationEndpoint":"https://idp/a","tokenEndpoint":"https://idp/t","certificationUri":"https://idp/k"}"#,
    );
    assert_eq!(of_rule(&whole, "SW1"), []);
    assert_eq!(of_rule(&custom(r#"{"wellKnownOpenIdConfiguration":"https://idp"}"#), "SW1"), []);
}

/// Azure/static-web-apps#1714.
#[test]
fn sw2_a_tenants_domain_serves_no_metadata() {
    let at = |host: &str| {
        custom(&format!(
            r#"{{"wellKnownOpenIdConfiguration":"https://{host}/x/v2.0/.well-known/openid-configuration?appid=a"}}"#
        ))
    };
    assert_eq!(of_rule(&at("contoso.onmicrosoft.com"), "SW2").len(), 1);
    for host in ["contoso.ciamlogin.com", "login.microsoftonline.com", "onmicrosoft.com.example"] {
        assert_eq!(of_rule(&at(host), "SW2"), [], "{host}");
    }
}

/// Azure/static-web-apps#1240.
#[test]
fn sw3_blocked_sign_in_pages() {
    let blocked = |names: &[&str], auth: &str| {
        let routes: Vec<_> = names
            .iter()
            .map(|name| format!(r#"{{"route":"/.auth/login/{name}","statusCode":404}}"#))
            .collect();
        let document = format!(r#"{{"routes":[{}],"auth":{auth}}}"#, routes.join(","));
        of_rule(&document, "SW3").iter().map(Finding::severity).collect::<Vec<_>>()
    };
    let managed = r#"{"rolesSource":"/api/GetRoles"}"#;
    assert_eq!(blocked(&["aad", "github"], managed), [Severity::Error; 2]);
    // One of the two is left, and others are none of this site's.
    assert_eq!(blocked(&["github"], managed), []);
    assert_eq!(blocked(&["twitter"], managed), []);
    let entra = r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"clientIdSettingName":"ID","openIdIssuer":"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0","clientSecretSettingName":"S"}}}}"#;
    assert_eq!(blocked(&["aad"], entra), [Severity::Error]);
    assert_eq!(blocked(&["github"], entra), []);
    // Several routes for one provider.
    let twice = ["github", "github*"];
    assert_eq!(blocked(&twice, managed), []);
    assert_eq!(blocked(&["aad", "github", "github*"], managed), [Severity::Error; 3]);
    let both = entra.replacen(
        r#"{"azure"#,
        r#"{"github":{"registration":{"clientIdSettingName":"ID","clientSecretSettingName":"S"}},"azure"#,
        1,
    );
    assert_eq!(blocked(&twice, &both), [Severity::Warning; 2]);
    assert_eq!(blocked(&["aad", "github*"], &both), [Severity::Error; 2]);
    // A sign-in is a GET.
    let of_method = |method: &str| {
        let document = format!(
            r#"{{"routes":[{{"route":"/.auth/login/aad","methods":["{method}"],"statusCode":404}}],"auth":{entra}}}"#
        );
        of_rule(&document, "SW3").len()
    };
    assert_eq!((of_method("POST"), of_method("GET")), (0, 1));
}

/// Azure/static-web-apps#836.
#[test]
fn sw5_the_first_route_that_matches_wins() {
    #[track_caller]
    fn check(routes: &str, places: &[&str]) {
        let findings = of_rule(&format!(r#"{{"routes":[{routes}]}}"#), "SW5");
        let found: Vec<_> = findings.iter().map(Finding::pointer).collect();
        assert_eq!(found, places, "{routes}");
    }
    let all = r#"{"route":"/*","allowedRoles":["authenticated"]}"#;
    let public = r#"{"route":"/public/*","allowedRoles":["anonymous"]}"#;
    check(all, &["/routes/0"]);
    check(&format!("{all},{public}"), &["/routes/0"]);
    check(&format!("{public},{all}"), &[]);
    check(&format!(r#"{{"route":"/login","rewrite":"/.auth/login/github"}},{all}"#), &[]);
    // A route that answers an error opens nothing.
    check(&format!(r#"{{"route":"/.auth/login/aad","statusCode":404}},{all}"#), &["/routes/1"]);
    check(&format!(r#"{{"route":"/old","redirect":"/new","statusCode":301}},{all}"#), &[]);
    // Other methods reach later routes.
    let of_post = r#"{"route":"/*","methods":["POST"],"allowedRoles":["authenticated"]}"#;
    check(of_post, &[]);
    check(&format!("{of_post},{all}"), &["/routes/1"]);
    check(r#"{"route":"/*","methods":[],"allowedRoles":["authenticated"]}"#, &["/routes/0"]);
}

/// Azure/static-web-apps#413.
#[test]
fn sw4_providers_outside_of_identity_providers() {
    let registration = r#"{"registration":{"clientIdSettingName":"ID"}}"#;
    let outside = format!(r#"{{"auth":{{"azureActiveDirectory":{registration}}}}}"#);
    assert_eq!(of_rule(&outside, "SW4").len(), 1);
    let inside =
        format!(r#"{{"auth":{{"identityProviders":{{"azureActiveDirectory":{registration}}}}}}}"#);
    assert_eq!(of_rule(&inside, "SW4"), []);
}

/// What no static web app has is removed, never moved into `validation`, which it has not either.
#[test]
fn st1_members_of_other_services() {
    let document = r#"{"auth":{"identityProviders":{"azureActiveDirectory":{"registration":{"clientIdSettingName":"ID"},"login":{"allowedClientApplications":["aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb"]}}}}}"#;
    let findings = of_rule(document, "ST1");
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        finding,
        "Static Web Apps does not have allowedClientApplications",
        "remove it; another service has it",
    );
    assert!(!finding.is_fixable());
}
