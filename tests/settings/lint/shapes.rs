use easyauth::settings::{Finding, Severity};

use super::{
    CONTAINER_APP, FILE, SITE, STATIC_WEB_APP, changed, fires, fires_in, fixes, passes, passes_in,
    says,
};

const ENTRA: &str = "/identityProviders/azureActiveDirectory";

#[test]
fn st15_what_the_service_reads_nevertheless() {
    let enabled = "/identityProviders/google/enabled";
    fixes("ST15", enabled, &[(enabled, "\"True\"")], Some("true"));
    let finding = fires("ST15", enabled, &[(enabled, "\"false\"")]);
    says(&finding, "expected true or false, found a string", "remove the quotes");
    assert_eq!(finding.severity(), Severity::Warning);

    let hours = "/login/tokenStore/tokenRefreshExtensionHours";
    fixes("ST15", hours, &[(hours, "\"72\"")], Some("72"));
    fixes("ST15", hours, &[(hours, "\"72.0\"")], Some("72.0"));
    let finding = fires("ST15", hours, &[(hours, "\"72\"")]);
    says(&finding, "expected a number, found a string", "remove the quotes");
    assert_eq!(finding.severity(), Severity::Warning);
    let finding = fires("ST15", hours, &[(hours, "\"+72\"")]);
    says(&finding, "expected a number, found a string", "write 72, the default");
    assert_eq!(finding.severity(), Severity::Warning);
    // Another rule says more.
    fires("TS4", hours, &[(hours, "\"96\"")]);
    fires("TS4", hours, &[(hours, "\"+96\"")]);
    fires("TS4", hours, &[(hours, "[1]")]);

    let action = "/globalValidation/unauthenticatedClientAction";
    fixes("ST15", action, &[(action, "0")], Some("\"RedirectToLoginPage\""));
    let finding = fires("ST15", action, &[(action, "0")]);
    says(
        &finding,
        "expected a name, found a number, as in the document of the platform's middleware",
        "write RedirectToLoginPage",
    );
    assert_eq!(finding.severity(), Severity::Warning);
    let convention = "/login/cookieExpiration/convention";
    fixes("ST15", convention, &[(convention, "0")], Some("\"FixedTime\""));
}

#[test]
fn st15_values_that_are_not_read() {
    let audiences = format!("{ENTRA}/validation/allowedAudiences");
    let first = format!("{audiences}/0");
    let id = format!("{ENTRA}/validation/jwtClaimChecks/allowedGroups");
    let first_id = format!("{id}/0");
    let customs = "/identityProviders/customOpenIdConnectProviders";
    let custom = format!("{customs}/contoso");
    for (at, set, value, meant) in [
        ("/login/preserveUrlFragmentsForLogins", None, "1", "true or false"),
        ("/login/preserveUrlFragmentsForLogins", None, "\"yes\"", "true or false"),
        ("/clearInboundClaimsMapping", None, "0", "\"true\" or \"false\""),
        ("/clearInboundClaimsMapping", None, "\"no\"", "\"true\" or \"false\""),
        ("/identityProviders/facebook/graphApiVersion", None, "3.3", "a string"),
        (
            "/identityProviders/facebook/registration/appSecretSettingName",
            Some("/identityProviders/facebook/registration"),
            r#"{"appId":"1","appSecretSettingName":5}"#,
            "a string",
        ),
        ("/login/nonce/nonceExpirationInterval", None, "5", "a string"),
        (&audiences, None, "{}", "a list"),
        (&first, Some(&audiences), "[1]", "a string"),
        (&id, None, "true", "a list"),
        (&first_id, Some(&id), "[true]", "a string"),
        ("/httpSettings/forwardProxy/convention", None, "true", "a string"),
        ("/httpSettings/forwardProxy/convention", None, "7", "a string"),
        ("/httpSettings/routes", None, "[]", "an object"),
        (customs, None, "[]", "an object"),
        (&custom, None, "\"contoso\"", "an object"),
        ("/login/tokenStore/fileSystem", None, "\"/home\"", "an object"),
    ] {
        let finding = fires("ST15", at, &[(set.unwrap_or(at), value)]);
        says(&finding, &format!("expected {meant}"), &format!("write {meant}"));
        assert_eq!(finding.severity(), Severity::Error);
        assert!(!finding.is_fixable());
    }
    let location = [("//location", "1")];
    assert_eq!(changed(SITE, &location).lint()[0].pointer(), "/location");
    assert_eq!(changed(SITE, &[("//kind", "{}")]).lint()[0].rule(), "ST15");
}

#[test]
fn st15_what_is_right() {
    passes(&[
        ("/clearInboundClaimsMapping", "false"),
        ("/login/preserveUrlFragmentsForLogins", "null"),
        ("/login/nonce", "null"),
        ("/login/tokenStore/tokenRefreshExtensionHours", "72"),
        ("/identityProviders/google", "null"),
        ("/globalValidation/excludedPaths", "null"),
        (&format!("{ENTRA}/validation/allowedAudiences"), "[null]"),
        ("/login/routes", "{\"logoutEndpoint\":\"\"}"),
        ("/login/preserveUrlFragmentsForLogins", "\"\""),
    ]);
    passes(&[(&format!("{ENTRA}/validation/jwtClaimChecks/allowedGroups"), "[null, \"\"]")]);
    passes_in(STATIC_WEB_APP, &[("//location", "1"), ("//kind", "1")]);
}

#[test]
fn st19_nothing_is_left_to_be_filled_in() {
    let scopes = "/identityProviders/google/login/scopes";
    let first = "/identityProviders/google/login/scopes/0";
    for bad in [
        "<scope>",
        "https://login.microsoftonline.com/<TENANT_ID>/v2.0",
        "a <b c.d-e|f:g/h> i",
        "<> <a>",
        "YOUR_SCOPE",
        "your-scope",
        "api://your-api/x",
        "https://api.your-domain.example",
        "a=your_b",
        "a your_b",
        "urn:Your-b",
        "me@your-domain.example",
        "your your-b",
        "${SCOPE}",
        "x-${a.b}-y",
        "{{ scope }}",
        "[parameters('scope')]",
        " [variables('a')[0]] ",
        "[concat('a', 'b')]",
        "[reference(resourceId('x')).y]",
    ] {
        let text = serde_json::to_string(&[bad]).unwrap();
        let finding = fires("ST19", first, &[(scopes, &text)]);
        says(&finding, "this is a placeholder of a template", "replace it with the real value");
        assert_eq!(finding.severity(), Severity::Error);
    }
    for good in [
        "1 < 2 > 0",
        "a<b",
        "<1>",
        "<>",
        "<a",
        "<a,b>",
        "a -> b",
        "$scope",
        "${scope",
        "}${",
        "{\"a\":{\"b\":1}}",
        "}} {{",
        "[a]",
        "[\"a\"]",
        "[('a')]",
        "[[parameters('a')]",
        "[a-b(c)]",
        "parameters('a')",
        "[parameters('a')",
        "your",
        "yours",
        "tell-your-friends",
        "get_your_scope",
        "/your-orders",
        "xyour-b",
    ] {
        let text = serde_json::to_string(&[good]).unwrap();
        passes(&[(scopes, &text)]);
    }
    let name =
        |length: usize| serde_json::to_string(&[format!("<{}>", "a".repeat(length))]).unwrap();
    fires("ST19", first, &[(scopes, &name(64))]);
    passes(&[(scopes, &name(65))]);
    let claims = r#"["claims={\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}","scope=openid profile email"]"#;
    passes(&[(&format!("{ENTRA}/login/loginParameters"), claims)]);
}

#[test]
fn st19_speaks_alone() {
    let secret = format!("{ENTRA}/registration/clientSecretSettingName");
    let id = format!("{ENTRA}/registration/clientId");
    for (at, value) in [
        (&*secret, "\"<secret>\""),
        (&*id, "\"<clientId>\""),
        ("/platform/runtimeVersion", "\"${VERSION}\""),
        ("/login/preserveUrlFragmentsForLogins", "\"<true|false>\""),
        ("/login/tokenStore/fileSystem", "\"<fileSystem>\""),
        ("/globalValidation/excludedPaths", "\"<paths>\""),
    ] {
        fires("ST19", at, &[(at, value)]);
    }
    let groups = format!("{ENTRA}/validation/jwtClaimChecks/allowedGroups");
    fires("ST19", &format!("{groups}/0"), &[(&groups, "[\"<group>\"]")]);
    fires_in(CONTAINER_APP, "ST19", &[&secret], &[(&secret, "\"<secret>\"")]);
    let directory = "/login/tokenStore/fileSystem/directory";
    fires_in(FILE, "ST19", &[directory], &[(directory, "\"<directory>\"")]);
    for at in [
        "/login/tokenStore/tokenRefreshExtensionHours",
        "/login/nonce/nonceExpirationInterval",
        "/httpSettings/routes/apiPrefix",
        "/globalValidation/unauthenticatedClientAction",
        "/identityProviders/azureActiveDirectory/registration/openIdIssuer",
    ] {
        for open in ["\"<double>\"", "\"{double}\"", "\"https://x.example/TENANT_ID\""] {
            fires("ST19", at, &[(at, open)]);
        }
    }
    // Not around the sections, nor in names.
    passes(&[("//tags", r#"{"<a>":"<b>"}"#)]);
    passes_in(STATIC_WEB_APP, &[("//routes", r#"[{"route":"<a>"}]"#)]);
    // Also in unknown members, but not behind a name that is longer than any known one.
    let at = "/login/unknown";
    let rules = |value: &str| {
        let findings = changed(SITE, &[(at, value)]).lint();
        findings.iter().map(Finding::rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(r#"{"a":[{"b":"<c>"}]}"#), ["ST1", "ST19"]);
    let long = |length: usize| format!("{{\"{}\":\"<c>\"}}", "a".repeat(length));
    assert_eq!(rules(&long(256)), ["ST1", "ST19"]);
    assert_eq!(rules(&long(257)), ["ST1"]);
    // At any depth.
    let deep = |depth: usize| format!("{}\"<c>\"{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(rules(&deep(100)), ["ST1", "ST19"]);
}

#[test]
fn st19_of_a_hostile_document_are_not_all_kept() {
    let many = format!("[{}]", vec!["\"<a>\""; 2000].join(","));
    let scopes = "/identityProviders/google/login/scopes";
    assert_eq!(changed(SITE, &[(scopes, &many)]).lint().len(), 100);
}

#[test]
fn st20_ids_are_guids() {
    let id = format!("{ENTRA}/registration/clientId");
    let finding = fires("ST20", &id, &[(&id, "\"api://11112222-bbbb-3333-cccc-4444dddd5555\"")]);
    says(&finding, "this is not a GUID", "write the ID as 8-4-4-4-12 hexadecimal digits");
    assert_eq!(finding.severity(), Severity::Warning);
    for list in [
        "jwtClaimChecks/allowedGroups",
        "jwtClaimChecks/allowedClientApplications",
        "defaultAuthorizationPolicy/allowedPrincipals/groups",
        "defaultAuthorizationPolicy/allowedPrincipals/identities",
    ] {
        let list = format!("{ENTRA}/validation/{list}");
        let value = r#"["11112222-bbbb-3333-cccc-4444dddd5555","Administrators"]"#;
        fires("ST20", &format!("{list}/1"), &[(&list, value)]);
        passes(&[(&list, r#"["11112222-BBBB-3333-CCCC-4444dddd5555"]"#)]);
    }
    // Another rule looks at these.
    let applications = format!("{ENTRA}/validation/defaultAuthorizationPolicy/allowedApplications");
    let findings = changed(SITE, &[(&applications, r#"["orders", 1]"#)]).lint();
    assert!(!findings.iter().any(|own| ["ST15", "ST20"].contains(&own.rule())), "{findings:#?}");
    // The ids of other providers have other forms.
    passes(&[("/identityProviders/google/registration/clientId", "\"orders\"")]);
}

/// What PowerShell's `ConvertTo-Json` makes of objects and lists.
#[test]
fn st15_names_what_powershell_has_written() {
    for (at, cut, kind) in [
        ("/login/tokenStore", "\"@{enabled=True}\"", "an object"),
        ("/httpSettings/routes", "\"System.Collections.Hashtable\"", "an object"),
        ("/globalValidation/excludedPaths", "\"System.Object[]\"", "a list of strings"),
    ] {
        let finding = fires("ST15", at, &[(at, cut)]);
        says(
            &finding,
            "ConvertTo-Json of PowerShell has truncated the value",
            &format!("export it again with ConvertTo-Json -Depth 20, to get {kind}"),
        );
        assert!(!finding.is_fixable());
    }
    // A list of one element, which PowerShell writes as that element.
    let audiences = "/identityProviders/azureActiveDirectory/validation/allowedAudiences";
    let list = Some("[\"api://contoso\"]");
    fixes("ST15", audiences, &[(audiences, "\"api://contoso\"")], list);
    // Some lists in Windows PowerShell.
    let odd = r#"{"value":["api://contoso"],"Count":1}"#;
    fixes("ST15", audiences, &[(audiences, odd)], list);
    // The Azure CLI splits a list that is given as text.
    assert!(!fires("ST15", audiences, &[(audiences, "\"[https://x]\"")]).is_fixable());
}

/// A deployed document has no expressions: they are saved as they are.
#[test]
fn st22_a_template_decides() {
    let enabled = "/login/tokenStore/enabled";
    let expression = "\"[parameters('store')]\"";
    fires("ST19", enabled, &[(enabled, expression)]);
    let template = SITE.replacen("\"id\"", "\"comments\"", 1);
    let finding = fires_in(&template, "ST22", &[enabled], &[(enabled, expression)]);
    says(&finding, "unknown: decided by the template", "nothing, if the template is right");
    assert!(!finding.is_fixable());
    // A placeholder for a person is not an expression.
    fires_in(&template, "ST19", &[enabled], &[(enabled, "\"<true|false>\"")]);
}
