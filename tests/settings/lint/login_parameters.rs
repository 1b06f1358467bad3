use easyauth::settings::{Finding, Severity};

use super::{
    FILE, SITE, STATIC_WEB_APP, changed, fires, fires_in, of_rule, passes, passes_in, says, silent,
};

const AT: &str = "/identityProviders/azureActiveDirectory/login/loginParameters";
const FIRST: &str = "/identityProviders/azureActiveDirectory/login/loginParameters/0";
const SECOND: &str = "/identityProviders/azureActiveDirectory/login/loginParameters/1";
const SCOPE: &str = r#""scope=openid profile email""#;

/// The rule fires at the first element, alone.
#[track_caller]
fn first(rule: &str, list: &str) -> Finding {
    fires(rule, FIRST, &[(AT, list)])
}

/// Beside a good `scope`.
#[track_caller]
fn second(rule: &str, entry: &str) -> Finding {
    fires(rule, SECOND, &[(AT, &format!("[{SCOPE},{entry}]"))])
}

/// The finding's fix leaves this list.
#[track_caller]
fn leaves(finding: &Finding, list: &str, after: &str) {
    let mut settings = changed(SITE, &[(AT, list)]);
    assert!(finding.fix(&mut settings));
    let value: serde_json::Value =
        serde_json::from_str(settings.pointer(&format!("/properties{AT}")).unwrap()).unwrap();
    assert_eq!(value.to_string(), after);
}

#[test]
fn good_parameters() {
    passes(&[(AT, "null")]);
    passes(&[(AT, "[]")]);
    passes(&[(AT, &format!("[{SCOPE}]"))]);
    passes(&[(AT, r#"["prompt=select_account","response_type=code id_token","ui_locales=de"]"#)]);
    passes(&[(
        AT,
        r#"["scope=openid profile email offline_access https://management.azure.com/user_impersonation"]"#,
    )]);
}

#[test]
fn lp1_a_list_of_texts() {
    let finding = fires("LP1", AT, &[(AT, r#"{"allowImplicitFlow":true}"#)]);
    says(&finding, "this is not a list", "write a list of strings, key=value each");
    fires("LP1", AT, &[(AT, r#""scope=openid""#)]);
    let finding = fires("LP1", SECOND, &[(AT, &format!("[{SCOPE},7]"))]);
    says(&finding, "this element is not a string", "write key=value in quotes");
}

#[test]
fn lp2_keys_and_values() {
    let finding = second("LP2", r#""prompt""#);
    says(&finding, "expected key=value", "write key=value");
    let finding = second("LP2", r#""=login""#);
    says(&finding, "expected key=value", "write key=value");
}

#[test]
fn lp3_each_key_once() {
    let list = r#"["prompt=login","prompt=consent"]"#;
    let finding = fires("LP3", SECOND, &[(AT, list)]);
    says(
        &finding,
        "Entra accepts a parameter once (AADSTS9000411): `prompt`",
        "write it once; scopes go into one scope",
    );
    // It is unknown which of them is right.
    assert!(!finding.is_fixable());
    let list = r#"["prompt=login","prompt=login"]"#;
    leaves(&fires("LP3", SECOND, &[(AT, list)]), list, r#"["prompt=login"]"#);
    passes(&[(AT, r#"["prompt=login","Prompt=login"]"#.replace("Prompt", "ui_locales").as_str())]);
}

#[test]
fn lp4_a_scope_has_openid() {
    let list = r#"["scope=profile email"]"#;
    let finding = first("LP4", list);
    says(
        &finding,
        "`scope` has no `openid`, which a sign-in needs to get an ID token",
        "put openid first",
    );
    leaves(&finding, list, r#"["scope=openid profile email"]"#);
    passes(&[(AT, r#"["scope=profile email openid"]"#)]);
}

#[test]
fn lp5_a_scope_has_what_the_platform_asks_for() {
    let finding = first("LP5", r#"["scope=openid email"]"#);
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "`scope` replaces the platform's own scopes, and omits: `profile`",
        "add it, unless it is not needed",
    );
    assert!(!finding.is_fixable());
    let both = of_rule(SITE, "LP5", &[(AT, r#"["scope=openid"]"#)]);
    assert_eq!(both.len(), 2);
    silent("LP5", &[(AT, r#"["prompt=login"]"#)]);
}

#[test]
fn lp6_one_api() {
    let remedy = "request the scopes of one API; the refresh token gives tokens for the others";
    let finding =
        first("LP6", r#"["scope=openid profile email User.Read https://vault.azure.net/x"]"#);
    says(
        &finding,
        "the scopes are of more than one API, and a token is for one (AADSTS28000)",
        remedy,
    );
    let v1 = "/identityProviders/azureActiveDirectory/registration/openIdIssuer";
    let issuer = "\"https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/\"";
    let list = r#"["scope=openid profile email https://vault.azure.net/x","resource=https://graph.microsoft.com"]"#;
    let findings = of_rule(SITE, "LP6", &[(v1, issuer), (AT, list)]);
    assert_eq!(findings.len(), 1);
    says(&findings[0], "`resource` is not the API of the scopes, and a token is for one", remedy);
    // The same API by its two addresses.
    passes(&[(
        AT,
        r#"["scope=openid profile email https://management.azure.com/a https://management.core.windows.net//b"]"#,
    )]);
}

#[test]
fn lp8_resource_is_of_version_1() {
    let v1 = "/identityProviders/azureActiveDirectory/registration/openIdIssuer";
    let issuer = "\"https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/\"";
    let list = r#"["resource=https://management.azure.com"]"#;
    let finding = fires("LP8", FIRST, &[(v1, issuer), (AT, list)]);
    says(
        &finding,
        "`resource` is for the version 1.0 endpoint, and a v2.0 issuer rejects it (AADSTS901002)",
        "use an issuer that ends with /v2.0, and request a scope",
    );
    // With a version 2.0 issuer it is an error, of another rule.
    silent("LP8", &[(AT, list)]);
    let old = r#"["scope=openid profile email https://graph.windows.net/User.Read"]"#;
    let finding = first("LP8", old);
    says(
        &finding,
        "Azure AD Graph (graph.windows.net) is retired: use scopes of Microsoft Graph",
        "request scopes of Microsoft Graph",
    );
}

#[test]
fn lp9_scopes_as_they_are() {
    let remedy = "write it unencoded, with single spaces between scopes";
    for (list, message) in [
        (
            r#"["scope=openid profile email https%3A%2F%2Fvault.azure.net%2Fx"]"#,
            "`scope` looks encoded, and the platform encodes it again",
        ),
        (
            r#"["scope=openid+profile email https://vault.azure.net/x"]"#,
            "`scope` looks encoded, and the platform encodes it again",
        ),
        (
            r#"["scope=openid profile, email https://vault.azure.net/x"]"#,
            "`scope` has a `,` or `;`, but only spaces separate scopes",
        ),
    ] {
        let findings = of_rule(SITE, "LP9", &[(AT, list)]);
        assert_eq!(findings.len(), 1, "{list}");
        says(&findings[0], message, remedy);
        leaves(&findings[0], list, r#"["scope=openid profile email https://vault.azure.net/x"]"#);
    }
    // The scopes between the separators are not missing.
    for list in [
        r#"["scope=openid%20profile%20email%20https%3A%2F%2Fvault.azure.net%2Fx"]"#,
        r#"["scope=openid+profile+email+https://vault.azure.net/x"]"#,
        r#"["scope=openid,profile,email,https://vault.azure.net/x"]"#,
    ] {
        let finding = fires("LP9", FIRST, &[(AT, list)]);
        leaves(&finding, list, r#"["scope=openid profile email https://vault.azure.net/x"]"#);
    }
    // Undone, it would name two APIs.
    let findings = of_rule(
        SITE,
        "LP9",
        &[(AT, r#"["scope=openid profile email User.Read,https://vault.azure.net/x"]"#)],
    );
    assert!(!findings[0].is_fixable());
    // Other parameters may well be encoded.
    silent("LP9", &[(AT, r#"["claims=%7B%7D"]"#)]);
}

#[test]
fn lp10_a_refresh_token_is_got_with_a_credential() {
    let secret = "/identityProviders/azureActiveDirectory/registration/clientSecretSettingName";
    let certificate =
        "/identityProviders/azureActiveDirectory/registration/clientSecretCertificateThumbprint";
    let list = r#"["scope=openid profile email offline_access"]"#;
    let findings = of_rule(SITE, "LP10", &[(secret, ""), (AT, list)]);
    assert_eq!(findings.len(), 1);
    says(
        &findings[0],
        "offline_access is requested, and the application has no credential",
        "set clientSecretSettingName, or a certificate",
    );
    silent("LP10", &[(secret, ""), (certificate, "\"AB12\""), (AT, list)]);
    silent("LP10", &[(secret, ""), (AT, r#"["scope=openid profile email"]"#)]);
    silent("LP10", &[(AT, list)]);
    let secret =
        "/auth/identityProviders/azureActiveDirectory/registration/clientSecretSettingName";
    assert_eq!(of_rule(STATIC_WEB_APP, "LP10", &[(secret, "")]), []);
}

#[test]
fn lp11_keys_that_entra_has() {
    let list = r#"["reponse_type=code id_token"]"#;
    let finding = first("LP11", list);
    says(
        &finding,
        "Entra documents no such parameter: `reponse_type`; `response_type` is probably meant",
        "use that key",
    );
    leaves(&finding, list, r#"["response_type=code id_token"]"#);
    // What is meant is there already.
    let list = r#"["response_type=code","reponse_type=code"]"#;
    assert!(!fires("LP11", SECOND, &[(AT, list)]).is_fixable());
    let finding = first("LP11", r#"["paramName1=value1"]"#);
    says(&finding, "Entra documents no such parameter: `paramName1`", "check the key");
}

#[test]
fn lp12_what_the_platform_sets() {
    let list = r#"["scope=openid profile email","redirect_uri=https://contoso.example"]"#;
    let finding = fires("LP12", SECOND, &[(AT, list)]);
    says(&finding, "the platform sets this parameter itself: `redirect_uri`", "remove it");
    leaves(&finding, list, r#"["scope=openid profile email"]"#);
    for key in ["client_id", "state", "nonce", "code_challenge"] {
        second("LP12", &format!("\"{key}=x\""));
    }
}

#[test]
fn lp13_one_prompt() {
    let finding = first("LP13", r#"["prompt=login consent"]"#);
    says(&finding, "expected one value of `prompt` (AADSTS90023)", "choose one of the values");
}

#[test]
fn lp14_an_id_token_needs_openid() {
    let list = r#"["response_type=code id_token","scope=profile email"]"#;
    let findings = of_rule(SITE, "LP14", &[(AT, list)]);
    assert_eq!(findings.len(), 1);
    says(
        &findings[0],
        "`response_type` requests an ID token, and `scope` has no `openid` (AADSTS70005)",
        "add openid to scope",
    );
    silent("LP14", &[(AT, r#"["response_type=code id_token"]"#)]);
    silent("LP14", &[(AT, r#"["response_type=code","scope=profile email"]"#)]);
}

#[test]
fn lp15_all_permissions_or_some() {
    let list = r#"["scope=openid profile email https://vault.azure.net/.default https://vault.azure.net/x"]"#;
    let finding = first("LP15", list);
    says(
        &finding,
        "`.default` cannot be combined with other scopes of its API (AADSTS70011)",
        "keep .default, or the single scopes",
    );
    passes(&[(AT, r#"["scope=openid profile email https://vault.azure.net/.default"]"#)]);
}

#[test]
fn lp16_a_hint_restricts_no_one() {
    let finding = second("LP16", r#""domain_hint=contoso.example""#);
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "`domain_hint` does not restrict who can sign in",
        "check the tenant where it matters",
    );
}

#[test]
fn lp17_where_they_are_read() {
    let list = format!("[{SCOPE}]");
    let entra = "/identityProviders/azureActiveDirectory";
    for part in ["", "/registration", "/validation"] {
        let wrong = format!("{entra}{part}/loginParameters");
        let finding = fires("LP17", &wrong, &[(&wrong, &list)]);
        says(&finding, "loginParameters of Entra are not in its login", "move them into login");
        let mut settings = changed(SITE, &[(&wrong, &list)]);
        assert!(finding.fix(&mut settings));
        assert_eq!(settings.pointer(&format!("/properties{AT}")), Some(list.as_str()));
        assert_eq!(settings.pointer(&format!("/properties{wrong}")), None);
        // There is a list already, and it is unknown which of them is right.
        assert!(!fires("LP17", &wrong, &[(&wrong, &list), (AT, &list)]).is_fixable());
    }
    for wrong in [
        "/identityProviders/google/login/loginParameters",
        "/identityProviders/facebook/loginParameters",
        "/identityProviders/gitHub/registration/loginParameters",
        "/identityProviders/loginParameters",
        "/login/loginParameters",
        "/loginParameters",
    ] {
        let finding = fires("LP17", wrong, &[(wrong, &list)]);
        says(
            &finding,
            "loginParameters belong in login of Entra",
            "move them there if they are for Entra; other providers have scopes",
        );
        assert!(!finding.is_fixable());
    }
}

#[test]
fn lp18_terraform_loses_some() {
    let finding = second("LP18", r#""claims={}=""#.replace("{}", "a").as_str());
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "the value has a `=`, and the Terraform provider azurerm loses such a parameter: `claims`",
        "nothing, unless Terraform manages these settings",
    );
}

#[test]
fn lp19_addresses_that_break() {
    let remedy = "remove or correct it";
    let finding = second("LP19", r#""ui_locales=""#);
    says(&finding, "expected a value: `ui_locales`", remedy);
    let finding = second("LP19", r#""ui_locales=de&x""#);
    says(
        &finding,
        "the value has a character that breaks an address: `ui_locales`, byte 2",
        remedy,
    );
    let findings = of_rule(SITE, "LP19", &[(AT, r#"["a b=c"]"#)]);
    says(&findings[0], "expected letters, digits, -, . and _ in the key: byte 1", remedy);
    let long = format!(r#"["ui_locales={}"]"#, "x".repeat(16 * 1024));
    let finding = fires("LP19", AT, &[(AT, &long)]);
    says(&finding, "the login parameters are longer than 16384 bytes (AADSTS90015)", remedy);
    let most = vec!["\"\""; 100].join(",");
    assert_eq!(of_rule(SITE, "LP2", &[(AT, &format!("[{most}]"))]).len(), 100);
    let many = vec!["\"\""; 101].join(",");
    let finding = fires("LP19", AT, &[(AT, &format!("[{many}]"))]);
    says(
        &finding,
        "there are more parameters than a sign-in page has",
        "keep only the necessary ones",
    );
}

#[test]
fn lp20_scopes_that_are_scopes() {
    let remedy = "name scopes with single spaces between them";
    let findings = of_rule(SITE, "LP20", &[(AT, r#"["scope="]"#)]);
    says(&findings[0], "expected a scope (AADSTS28003)", remedy);
    let finding = first("LP20", r#"["scope=openid profile email api://"]"#);
    says(&finding, "a scope is malformed (AADSTS70011): number 4", remedy);
}

#[test]
fn what_is_still_to_be_filled_in_is_none_of_these_rules() {
    for list in
        [r#"["scope=<permission1> <permission2>"]"#, r#"["<key>"]"#, r#"["resource=${resource}"]"#]
    {
        let rules = changed(SITE, &[(AT, list)]).lint();
        let rules: Vec<_> = rules.iter().map(Finding::rule).collect();
        assert!(!rules.iter().any(|rule| rule.starts_with("LP")), "{rules:?}");
    }
}

#[test]
fn every_form_has_them() {
    let list = r#"["scope=profile email"]"#;
    fires_in(STATIC_WEB_APP, "LP4", &[&format!("/auth{FIRST}")], &[(&format!("/auth{AT}"), list)]);
    assert_eq!(of_rule(FILE, "LP4", &[(AT, list)]).len(), 1);
    passes_in(STATIC_WEB_APP, &[(&format!("/auth{AT}"), &format!("[{SCOPE}]"))]);
}

/// A remedy never leaves a document that cannot be read again.
#[test]
fn lp17_moves_nothing_too_deep() {
    let wrong = "/identityProviders/azureActiveDirectory/loginParameters";
    for (depth, fixable) in [(122, true), (123, false)] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let findings = of_rule(SITE, "LP17", &[(wrong, &deep)]);
        assert_eq!(findings[0].is_fixable(), fixable, "{depth}");
    }
}
