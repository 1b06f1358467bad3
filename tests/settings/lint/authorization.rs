use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, FILE, SITE, fires, fires_in, fixes, of_rule, passes, passes_in, says, silent,
};

const CLIENT_ID: &str = "/identityProviders/azureActiveDirectory/registration/clientId";
const AUDIENCES: &str = "/identityProviders/azureActiveDirectory/validation/allowedAudiences";
const CHECKS: &str = "/identityProviders/azureActiveDirectory/validation/jwtClaimChecks";
const POLICY: &str =
    "/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy";
const APPLICATIONS: &str = "/identityProviders/azureActiveDirectory/validation/\
    defaultAuthorizationPolicy/allowedApplications";
const GROUPS: &str = "/identityProviders/azureActiveDirectory/validation/\
    defaultAuthorizationPolicy/allowedPrincipals/groups";
const IDENTITIES: &str = "/identityProviders/azureActiveDirectory/validation/\
    defaultAuthorizationPolicy/allowedPrincipals/identities";
const ACTION: &str = "/globalValidation/unauthenticatedClientAction";

const API: (&str, &str) = (ACTION, "\"Return401\"");
const OWN: &str = r#"["11112222-BBBB-3333-cccc-4444dddd5555"]"#;
const OTHER: &str = r#"["22223333-cccc-4444-dddd-5555eeee6666"]"#;
const BOTH: &str =
    r#"["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]"#;
const SOME: &str = r#"["33334444-dddd-5555-eeee-6666ffff7777"]"#;

#[test]
fn au1_an_api_has_an_audience() {
    for none in ["", "[]", "null"] {
        let finding = fires("AU1", AUDIENCES, &[API, (AUDIENCES, none)]);
        assert_eq!(finding.severity(), Severity::Warning);
        says(
            &finding,
            "callers without a token get 401, as from an API, and no audience is listed",
            "list the App ID URI of the registration",
        );
    }
    fires_in(CONTAINER_APP, "AU1", &[AUDIENCES], &[API, (AUDIENCES, "")]);
    passes(&[API]);
    passes(&[(AUDIENCES, "")]);
    passes_in(FILE, &[(ACTION, "2"), (ACTION, "\"Return403\"")]);
}

#[test]
fn au2_audiences_are_of_the_app() {
    let first = format!("{AUDIENCES}/0");
    for other in [
        "22223333-cccc-4444-dddd-5555eeee6666",
        "api://22223333-cccc-4444-dddd-5555eeee6666/orders",
    ] {
        let finding = fires("AU2", &first, &[(AUDIENCES, &format!("[\"{other}\"]"))]);
        assert_eq!(finding.severity(), Severity::Info);
        says(
            &finding,
            "the audience is the ID of another app registration",
            "remove it, unless this is intended",
        );
    }
    passes(&[(
        AUDIENCES,
        r#"[
            "11112222-bbbb-3333-cccc-4444dddd5555",
            "api://11112222-BBBB-3333-cccc-4444dddd5555/orders",
            "api://b811a652-39e6-4a0c-b563-4279a1dd5012/11112222-bbbb-3333-cccc-4444dddd5555",
            "api://contoso.example/22223333-cccc-4444-dddd-5555eeee6666",
            "https://orders.contoso.example"
        ]"#,
    )]);
    // Whose id is not known.
    silent("AU2", &[(CLIENT_ID, "\"<clientId>\"")]);
    silent("AU2", &[(AUDIENCES, r#"["22223333-cccc-4444-dddd-5555eeee6666/<scope>"]"#)]);
}

#[test]
fn au3_a_custom_provider_has_no_audiences() {
    let client = "/identityProviders/openIdConnectProviders/contoso/registration/clientId";
    let finding = fires_in(FILE, "AU3", &[client], &[API]);
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "callers without a token get 401, as from an API, and their provider is a custom one",
        "have callers get tokens for the client ID",
    );
    let off = ("/identityProviders/openIdConnectProviders/contoso/enabled", "false");
    assert_eq!(of_rule(FILE, "AU3", &[API, off]), []);
    passes_in(FILE, &[]);
    // Callers can have tokens of Entra here.
    let custom = "/identityProviders/customOpenIdConnectProviders/contoso/registration/clientId";
    silent("AU3", &[API, (custom, "\"orders\"")]);
    let off = ("/identityProviders/azureActiveDirectory/enabled", "false");
    assert_eq!(of_rule(SITE, "AU3", &[API, (custom, "\"orders\""), off]).len(), 1);
}

#[test]
fn az1_applications_are_client_ids() {
    let first = format!("{APPLICATIONS}/0");
    for bad in [
        "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/a",
        "orders",
        "api://22223333-cccc-4444-dddd-5555eeee6666",
    ] {
        let finding = fires("AZ1", &first, &[(APPLICATIONS, &format!("[\"{bad}\"]"))]);
        assert_eq!(finding.severity(), Severity::Error);
        says(
            &finding,
            "this is not a client ID",
            "write the application (client) ID of the caller's app registration",
        );
    }
    passes(&[(APPLICATIONS, OWN)]);
    silent("AZ1", &[(APPLICATIONS, r#"["<clientId>", "[parameters('clientId')]", 5]"#)]);
}

#[test]
fn az2_the_app_itself_is_accepted() {
    let finding = fires("AZ2", APPLICATIONS, &[(APPLICATIONS, OTHER)]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "users are sent to sign in, and the app itself is not among the applications",
        "add its own client ID",
    );
    passes(&[(APPLICATIONS, OTHER), API]);
    passes(&[(APPLICATIONS, OWN)]);
    silent("AZ2", &[(APPLICATIONS, OTHER), (CLIENT_ID, "\"<clientId>\"")]);
    silent("AZ2", &[(APPLICATIONS, r#"["<clientId>"]"#)]);
}

#[test]
fn az3_an_empty_list_is_not_clear() {
    let finding = fires("AZ3", APPLICATIONS, &[(APPLICATIONS, "[]")]);
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "the list of applications is empty",
        "if callers get a 403 without a body, list their client IDs, and that of the app itself",
    );
    passes(&[(APPLICATIONS, "null")]);
    // As the service answers for providers that were never set up.
    silent("AZ3", &[(APPLICATIONS, "[]"), (CLIENT_ID, "\"\"")]);
}

#[test]
fn az4_applications_have_no_groups() {
    let finding = fires("AZ4", GROUPS, &[(APPLICATIONS, BOTH), (GROUPS, SOME), API]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "only groups are accepted, and an application other than the app itself is listed",
        "list the object ID of its service principal in identities, if it calls without a user",
    );
    passes(&[(APPLICATIONS, BOTH), API]);
    passes(&[(GROUPS, SOME), API]);
}

#[test]
fn az5_identities_are_few() {
    let identities = |count: usize| {
        let ids: Vec<_> =
            (0..count).map(|n| format!("\"33334444-dddd-5555-eeee-6666ffff{n:04}\"")).collect();
        format!("[{}]", ids.join(","))
    };
    let finding = fires("AZ5", IDENTITIES, &[(IDENTITIES, &identities(14))]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "the identities are longer than 500 characters",
        "put the users into a group, and list that",
    );
    passes(&[(IDENTITIES, &identities(13))]);
    // The commas count: 500, and 501.
    silent("AZ5", &[(IDENTITIES, &format!("[\"{}\",\"a\"]", "a".repeat(498)))]);
    let changes = [(IDENTITIES, &*format!("[\"{}\",\"a\"]", "a".repeat(499)))];
    assert_eq!(of_rule(SITE, "AZ5", &changes).len(), 1);
}

#[test]
fn az6_both_lists_count() {
    for (applications, list) in [(OWN, GROUPS), (OWN, IDENTITIES), (BOTH, IDENTITIES)] {
        let finding = fires("AZ6", POLICY, &[(APPLICATIONS, applications), (list, SOME), API]);
        assert_eq!(finding.severity(), Severity::Info);
        says(
            &finding,
            "applications are listed, and users or groups as well",
            "remove one of them, unless this is intended",
        );
    }
    // The object id of an application can be among the identities.
    let changes = [(APPLICATIONS, BOTH), (GROUPS, SOME), (IDENTITIES, SOME), API];
    fires("AZ6", POLICY, &changes);
    passes(&[(GROUPS, SOME), (IDENTITIES, SOME)]);
}

#[test]
fn az7_one_generation_checks() {
    let (groups, clients) =
        (format!("{CHECKS}/allowedGroups"), format!("{CHECKS}/allowedClientApplications"));
    for list in [GROUPS, IDENTITIES] {
        for (check, ids) in [(&groups, SOME), (&clients, OWN)] {
            let finding = fires("AZ7", CHECKS, &[(list, SOME), (check, ids)]);
            assert_eq!(finding.severity(), Severity::Warning);
            assert_eq!(
                finding.to_string(),
                "warning AZ7 at /properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks (line 31, column 29): jwtClaimChecks and defaultAuthorizationPolicy are both set; they are two generations of one check, and a caller must pass both, if both apply. Remedy: move the older checks into defaultAuthorizationPolicy",
            );
        }
    }
    fires("AZ7", CHECKS, &[(APPLICATIONS, OWN), (&clients, OWN)]);
    passes(&[(&groups, SOME), (&clients, OWN)]);
    silent("AZ7", &[(&groups, "[]"), (GROUPS, SOME)]);
}

/// hashicorp/terraform-provider-azurerm#20820: no caller passes an empty check.
#[test]
fn az8_checks_are_not_empty() {
    let (groups, clients) =
        (format!("{CHECKS}/allowedGroups"), format!("{CHECKS}/allowedClientApplications"));
    for list in [&groups, &clients, GROUPS, IDENTITIES] {
        fixes("AZ8", list, &[(list, "[]")], None);
        let name = list.rsplit('/').next().unwrap();
        let finding = fires("AZ8", list, &[(list, "[]")]);
        assert_eq!(finding.severity(), Severity::Warning);
        says(&finding, &format!("the list {name} is empty"), "remove it");
        silent("AZ8", &[(list, SOME)]);
    }
    silent("AZ8", &[(APPLICATIONS, "[]")]);
}

/// Microsoft Q&A 5529304.
#[test]
fn az9_an_api_has_callers() {
    let api = (ACTION, "\"Return401\"");
    let finding = fires("AZ9", APPLICATIONS, &[api, (APPLICATIONS, OWN)]);
    assert_eq!(finding.severity(), Severity::Info);
    silent("AZ9", &[(APPLICATIONS, OWN)]);
    silent("AZ9", &[api, (APPLICATIONS, SOME)]);
}

/// KelvinTelegaar/CIPP#368.
#[test]
fn au4_an_app_id_uri_comes_with_its_client_id() {
    let audiences = "/identityProviders/azureActiveDirectory/validation/allowedAudiences";
    let other = "66667777-cccc-4444-dddd-5555eeee6666";
    let list = format!(r#"["api://{other}"]"#);
    let findings = of_rule(SITE, "AU4", &[(audiences, &list)]);
    assert_eq!(findings[0].pointer(), format!("/properties{audiences}/0"));
    says(
        &findings[0],
        "the audience is the App ID URI of another app registration, and its client ID is not listed",
        &format!("list {other} as well"),
    );
    let both = format!(r#"["api://{other}","{other}"]"#);
    silent("AU4", &[(audiences, &both)]);
    silent("AU4", &[(audiences, r#"["api://11112222-bbbb-3333-cccc-4444dddd5555"]"#)]);
}
