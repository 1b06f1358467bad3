use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, FILE, SITE, STATIC_WEB_APP, changed, fires, fires_in, found, passes, passes_in,
    says, silent,
};

const ENTRA: &str = "/identityProviders/azureActiveDirectory";

/// The member of the site's document is moved, or renamed, from one place to another.
#[track_caller]
fn moves(from: &str, to: &str, value: &str) {
    let changes = [(from, value)];
    let finding = fires("ST1", from, &changes);
    assert_eq!(finding.severity(), Severity::Error);
    let mut settings = changed(SITE, &changes);
    assert!(finding.fix(&mut settings), "{finding:?}");
    let place = |at: &str| format!("/properties{at}");
    assert_eq!(settings.pointer(&place(from)), None);
    let moved: String = settings.pointer(&place(to)).unwrap().split_whitespace().collect();
    assert_eq!(moved, value);
}

#[test]
fn st1_sections_are_beside_each_other() {
    for section in ["login", "httpSettings", "globalValidation", "platform"] {
        let at = format!("/identityProviders/{section}");
        let finding = fires("ST1", &at, &[(&at, "{}")]);
        let message = format!("{section} is in the wrong place");
        says(&finding, &message, &format!("move it to /properties/{section}"));
        assert_eq!(finding.severity(), Severity::Error);
        assert!(!finding.is_fixable(), "there is one already");
    }
    let moved = [("/login", ""), ("/identityProviders/login", r#"{"nonce":{}}"#)];
    let finding = fires("ST1", "/identityProviders/login", &moved);
    let mut settings = changed(SITE, &moved);
    assert!(finding.fix(&mut settings));
    assert!(settings.pointer("/properties/login/nonce").is_some());
    assert_eq!(settings.pointer("/properties/identityProviders/login"), None);
    // Nothing is moved into a value that is not an object.
    let at = "/nonceExpirationInterval";
    let no_object = [(at, "\"00:05:00\""), ("/login/nonce", "null")];
    let finding = fires("ST1", at, &no_object);
    assert!(!finding.is_fixable());
}

#[test]
fn st1_members_are_moved_to_their_place() {
    let issuer = format!("{ENTRA}/registration/openIdIssuer");
    let beside = format!("{ENTRA}/issuer");
    let login = "\"https://login.microsoftonline.com/x/v2.0\"";
    let inside = format!("{ENTRA}/registration/issuer");
    for at in [&beside, &inside] {
        let changes = [(&**at, login), (&*issuer, "")];
        let finding = fires("ST1", at, &changes);
        let remedy = format!("move it to /properties{issuer}");
        says(&finding, "issuer is in the wrong place", &remedy);
        let mut settings = changed(SITE, &changes);
        assert!(finding.fix(&mut settings));
        assert_eq!(settings.pointer(&format!("/properties{issuer}")), Some(login));
    }
    assert!(!fires("ST1", &beside, &[(&beside, login)]).is_fixable());

    // From above, however deep.
    let graph = "/identityProviders/graphApiVersion";
    moves(graph, "/identityProviders/facebook/graphApiVersion", "\"v3.3\"");
    moves("/azureStaticWebApps", "/identityProviders/azureStaticWebApps", "{}");
    moves("/logoutEndpoint", "/login/routes/logoutEndpoint", "\"/out\"");
    // From below and from aside.
    let groups = format!("{ENTRA}/validation/allowedPrincipals/groups");
    let list = r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#;
    moves(
        &format!("{ENTRA}/registration/groups"),
        &format!("{ENTRA}/validation/defaultAuthorizationPolicy/allowedPrincipals/groups"),
        list,
    );
    let unknown =
        fires("ST1", &format!("{ENTRA}/validation/allowedPrincipals"), &[(&groups, list)]);
    assert!(!unknown.is_fixable(), "the right place has one");
    moves("/httpSettings/routes/logoutEndpoint", "/login/routes/logoutEndpoint", "\"/out\"");
    moves("/httpSettings/allowedExternalRedirectUrls", "/login/allowedExternalRedirectUrls", "[]");
}

#[test]
fn st1_custom_providers_are_known() {
    let contoso = "/identityProviders/openIdConnectProviders/contoso";
    let well_known =
        format!("{contoso}/registration/openIdConnectConfiguration/wellKnownOpenIdConfiguration");
    let at = format!("{contoso}/registration/openIdConnectConfiguration/nameClaimType");
    let finding = fires_in(FILE, "ST1", &[&at], &[(&at, "\"name\"")]);
    says(
        &finding,
        "nameClaimType is in the wrong place",
        &format!("move it to {contoso}/login/nameClaimType"),
    );
    let method = format!("{contoso}/registration/method");
    let finding = fires_in(FILE, "ST1", &[&method], &[(&method, "\"ClientSecretPost\"")]);
    assert_eq!(
        finding.remedy(),
        format!("move it to {contoso}/registration/clientCredential/method"),
    );
    // What all providers have says nothing about one.
    let at = format!("{contoso}/login/appId");
    let finding = fires_in(FILE, "ST1", &[&at], &[(&at, "\"1\"")]);
    assert_eq!(finding.severity(), Severity::Warning);
    passes_in(FILE, &[(&well_known, "\"https://id.contoso.example/x\"")]);
    // A very long name is not followed, so that no pointer repeats it.
    let long = format!("/identityProviders/customOpenIdConnectProviders/{}", "a".repeat(257));
    passes(&[(&long, r#"{"unknown":1}"#)]);
    let short = format!("/identityProviders/customOpenIdConnectProviders/{}", "a".repeat(256));
    fires("ST1", &format!("{short}/unknown"), &[(&short, r#"{"unknown":1}"#)]);
}

#[test]
fn st1_names_are_spelt_right() {
    for (at, wrong, right, value) in [
        ("/platform", "runtimeVerson", "runtimeVersion", "\"~1\""),
        ("/platform", "config-file-path", "configFilePath", "\"\""),
        ("/globalValidation", "excludePaths", "excludedPaths", "[]"),
        ("/globalValidation", "excluded_paths", "excludedPaths", "[]"),
        (ENTRA, "isAutoProvisionned", "isAutoProvisioned", "true"),
    ] {
        let from = format!("{at}/{wrong}");
        let changes: Vec<_> = match right {
            "runtimeVersion" => vec![("/platform/runtimeVersion", ""), (&*from, value)],
            _ => vec![(&*from, value)],
        };
        let finding = fires("ST1", &from, &changes);
        says(&finding, &format!("{wrong} is not known here"), &format!("name it {right}"));
        assert_eq!(finding.severity(), Severity::Error);
        assert!(finding.is_fixable());
    }
    // There is one already.
    let finding = fires("ST1", "/platform/runtimeVerson", &[("/platform/runtimeVerson", "1")]);
    assert!(!finding.is_fixable());
    // Three letters are too far, and two of a short name as well.
    for far in ["/platform/runtimeVer", "/login/nance1", "/login/routers2"] {
        let finding = fires("ST1", far, &[(far, "1")]);
        assert_eq!(finding.severity(), Severity::Warning, "{far}");
    }
    assert_eq!(fires("ST1", "/login/nonse", &[("/login/nonse", "1")]).remedy(), "name it nonce");
}

#[test]
fn st1_a_value_stands_for_the_name_of_its_setting() {
    let at = format!("{ENTRA}/registration/clientSecret");
    let finding = fires("ST1", &at, &[(&at, "\"x\"")]);
    says(
        &finding,
        "clientSecret is not known here",
        "put the value into a setting, and its name into clientSecretSettingName",
    );
    assert_eq!(finding.severity(), Severity::Error);
    let own = "/auth/identityProviders/github/registration";
    let at = format!("{own}/clientId");
    let finding = fires_in(STATIC_WEB_APP, "ST1", &[&at], &[(&at, "\"x\"")]);
    assert_eq!(
        finding.remedy(),
        "put the value into a setting, and its name into clientIdSettingName",
    );
}

#[test]
fn st1_what_nobody_knows_is_kept() {
    for at in ["/platform/quantum", "/unknown", "/identityProviders/myspace", "/login/enabled"] {
        let finding = fires("ST1", at, &[(at, r#"{"registration":{"clientSecret":1}}"#)]);
        let name = at.rsplit('/').next().unwrap();
        says(
            &finding,
            &format!("{name} is not known here"),
            "check its name; it is kept, because Azure may have added it",
        );
        assert_eq!(finding.severity(), Severity::Warning);
        assert!(!finding.is_fixable());
    }
    // A name that is longer than any is not compared.
    for (separators, severity) in [(50, Severity::Error), (51, Severity::Warning)] {
        let at = format!("/platform/runtime{}Version", "_".repeat(separators));
        assert_eq!(fires("ST1", &at, &[(&at, "1")]).severity(), severity);
    }
    // Such names come with a wrapper, and nothing else does.
    fires("ST1", "/platform/name", &[("/platform/name", "1")]);
    let escaped = fires("ST1", "/platform/a\u{1b}", &[("/platform/a\u{1b}", "1")]);
    assert_eq!(escaped.message(), r"a\u{1b} is not known here");
    // Another rule's, at any place.
    silent("ST1", &[(&format!("{ENTRA}/loginParameters"), "[]"), ("/login/loginParameters", "[]")]);
    // Any case is read.
    passes(&[("/Platform", r#"{"ENABLED":true}"#)]);
    passes(&[("/legacyProperties", r#"{"configVersion":"v2"}"#)]);
}

#[test]
fn st1_services_differ() {
    let claim = format!("{ENTRA}/userDetailsClaim");
    let finding = fires("ST1", &claim, &[(&claim, "\"name\"")]);
    let remedy = "remove it; another service has it";
    says(&finding, "App Service does not have userDetailsClaim", remedy);
    assert_eq!(finding.severity(), Severity::Warning);
    let finding = fires_in(CONTAINER_APP, "ST16", &[&claim], &[(&claim, "\"name\"")]);
    says(&finding, "Container Apps do not have userDetailsClaim", "remove it");
    for at in ["/auth/platform", "/auth/login", "/auth/httpSettings"] {
        let finding = fires_in(STATIC_WEB_APP, "ST1", &[at], &[(at, "{}")]);
        let name = at.rsplit('/').next().unwrap();
        says(&finding, &format!("Static Web Apps does not have {name}"), remedy);
    }
    let blob = "/login/tokenStore/azureBlobStorage/blobContainerUri";
    fires("ST1", blob, &[(blob, "\"https://orders.blob.core.windows.net/tokens\"")]);
    // The documents of early 2021.
    let early = "/auth/apple";
    let finding = fires_in(STATIC_WEB_APP, "ST1", &[early], &[(early, "{}")]);
    assert_eq!(finding.remedy(), "move it to /auth/identityProviders/apple");
}

#[test]
fn st1_around_the_sections() {
    for known in ["kind", "systemData", "apiVersion", "dependsOn", "$schema", "scale", "Comments"] {
        passes(&[(&format!("//{known}"), "null")]);
    }
    let settings = changed(SITE, &[("//etag", "\"1\"")]);
    let finding = &settings.lint()[0];
    assert_eq!((finding.rule(), &*finding.pointer()), ("ST1", "/etag"));
    says(
        finding,
        "etag is not known here",
        "check its name; it is kept, because Azure may have added it",
    );
    assert_eq!(finding.severity(), Severity::Warning);
    // A section.
    let mut settings =
        changed(SITE, &[("/httpSettings", ""), ("//httpSettings", "{\"routes\":{}}")]);
    let finding = &settings.lint()[0];
    assert_eq!((finding.rule(), finding.severity()), ("ST1", Severity::Error));
    says(finding, "httpSettings is in the wrong place", "move it to /properties/httpSettings");
    assert!(finding.fix(&mut settings));
    assert_eq!(found(&settings), []);
    // What else Static Web Apps have, and a schema at the top.
    passes_in(STATIC_WEB_APP, &[("//whatever", "{}"), ("//login", "{}")]);
    passes_in(FILE, &[("/$schema", "\"https://contoso.example/schema\"")]);
    fires_in(FILE, "ST1", &["/$schemas"], &[("/$schemas", "1")]);
    fires("ST1", "/platform/$schema", &[("/platform/$schema", "1")]);
}

/// The first version's name of the issuer is that of Entra where Entra is meant, and nowhere else.
#[test]
fn st1_an_issuer_of_another_provider_is_not_that_of_entra() {
    for at in [
        "/identityProviders/google/registration/issuer",
        "/identityProviders/google/issuer",
        "/identityProviders/issuer",
        "/issuer",
    ] {
        let finding = fires("ST1", at, &[(at, "\"https://id.contoso.example\"")]);
        assert!(!finding.remedy().contains("openIdIssuer"), "{at}: {}", finding.remedy());
    }
    let own = format!("{ENTRA}/issuer");
    let finding = fires("ST1", &own, &[(&own, "\"https://id.contoso.example\"")]);
    assert!(finding.remedy().ends_with("/azureActiveDirectory/registration/openIdIssuer"));
}
