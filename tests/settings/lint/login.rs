use super::{FILE, fires, fixes, passes, passes_in};

const NONCE: &str = "/login/nonce/validateNonce";
const INTERVAL: &str = "/login/nonce/nonceExpirationInterval";
const CONVENTION: &str = "/login/cookieExpiration/convention";
const TIME: &str = "/login/cookieExpiration/timeToExpiration";
const URLS: &str = "/login/allowedExternalRedirectUrls";

#[test]
fn lo1_the_nonce_is_checked() {
    fixes("LO1", NONCE, &[(NONCE, "false")], Some("true"));
    // As text, which the service takes.
    fires("LO1", NONCE, &[(NONCE, "\"False\"")]);
    passes(&[(NONCE, "")]);
    let finding = fires("LO1", NONCE, &[(NONCE, "false")]);
    assert_eq!(
        finding.to_string(),
        "error LO1 at /properties/login/nonce/validateNonce (line 86, column 26): the nonce of sign-ins is not checked; a \
         stolen answer of the sign-in page can be replayed: this is for debugging only. Remedy: set it \
         to true",
    );
    assert_eq!(
        serde_json::to_value(&finding).unwrap(),
        serde_json::json!({
            "rule": "LO1",
            "severity": "error",
            "pointer": "/properties/login/nonce/validateNonce",
            "line": 86,
            "column": 26,
            "message": "the nonce of sign-ins is not checked",
            "why": "a stolen answer of the sign-in page can be replayed: this is for debugging only",
            "remedy": "set it to true",
            "source": "authSettingsV2 schema, Nonce.validateNonce",
            "fixable": true,
        }),
    );
}

#[test]
fn lo2_times_are_timespans() {
    for bad in [
        "\"+1:00:00\"",
        "\"-1:00:00\"",
        "\":00:00\"",
        "\"001:00:00\"",
        "\"1:2:3:4\"",
        "\"123456789.00:00:00\"",
        "\"00:00:01.5\"",
        "\"00:00:01.\"",
        "\"5\"",
        "\"00:05\"",
        "\"00:05:60\"",
        "\"24:00:00\"",
        "\"PT5M\"",
        "\"00:00:00\"",
    ] {
        fires("LO2", INTERVAL, &[(INTERVAL, bad)]);
        fires("LO2", TIME, &[(TIME, bad)]);
    }
    fires("LO2", INTERVAL, &[(INTERVAL, "\"1.00:00:01\"")]);
    passes(&[(INTERVAL, "\"1.00:00:00\""), (TIME, "\"14.00:00:00\"")]);
}

#[test]
fn lo3_a_fixed_time_is_used() {
    fires("LO3", TIME, &[(CONVENTION, "\"IdentityProviderDerived\"")]);
    passes(&[(CONVENTION, "\"IdentityProviderDerived\""), (TIME, "")]);
}

#[test]
fn lo4_the_convention_of_files_is_not_that_of_documents() {
    fixes(
        "LO4",
        CONVENTION,
        &[(CONVENTION, "\"IdentityDerived\""), (TIME, "")],
        Some("\"IdentityProviderDerived\""),
    );
    passes_in(FILE, &[(CONVENTION, "\"IdentityDerived\"")]);
}

#[test]
fn lo5_redirects_lead_where_they_should() {
    let first = "/login/allowedExternalRedirectUrls/0";
    for bad in [
        r#"["string"]"#,
        r#"["https://*.contoso.example"]"#,
        r#"["http://contoso.example"]"#,
        r#"["http://localhost.contoso.example"]"#,
        r#"["https://contoso.example/?a=b"]"#,
    ] {
        fires("LO5", first, &[(URLS, bad)]);
    }
    passes(&[(
        URLS,
        r#"["https://contoso.example/a", "app://easyauth.callback", "http://localhost:3000"]"#,
    )]);
}

#[test]
fn lo6_fragments_survive() {
    let urls = r#"["https://contoso.example/#/orders"]"#;
    fires("LO6", "/login/preserveUrlFragmentsForLogins", &[(URLS, urls)]);
    passes(&[(URLS, urls), ("/login/preserveUrlFragmentsForLogins", "true")]);
}
