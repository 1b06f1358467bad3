use easyauth::settings::Severity;

use super::{
    CONTAINER_APP, SITE, STATIC_WEB_APP, fires, fires_in, fixes, of_rule, passes, says, silent,
};

const ISSUER: &str = "/identityProviders/azureActiveDirectory/registration/openIdIssuer";
const PARAMETERS: &str = "/identityProviders/azureActiveDirectory/login/loginParameters";
const VALIDATION: &str = "/identityProviders/azureActiveDirectory/validation";
const ACTION: &str = "/globalValidation/unauthenticatedClientAction";

const STS: &str = "\"https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0\"";
const VERSION_1: &str =
    "\"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012\"";
const COMMON: &str = "\"https://login.microsoftonline.com/common/v2.0\"";
const ARM: &str =
    r#"["scope=openid profile email https://management.azure.com/user_impersonation"]"#;

#[test]
fn is1_the_host_is_of_the_version() {
    let finding = fires("IS1", ISSUER, &[(ISSUER, STS)]);
    assert_eq!(finding.severity(), Severity::Info);
    says(
        &finding,
        "the host is that of version 1.0 issuers, and the end that of version 2.0",
        "write https://login.microsoftonline.com/<tenant id>/v2.0, with the host of your cloud",
    );
    fires("IS1", ISSUER, &[(ISSUER, "\"https://STS.chinacloudapi.cn/contoso.example/v2.0/\"")]);
    // What tokens of version 1.0 name.
    passes(&[(ISSUER, "\"https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/\"")]);
    passes(&[(ISSUER, "\"https://login.windows.net/contoso.example/v2.0\"")]);
    silent("IS1", &[(ISSUER, "\"https://sts.windows.net/<tenant>/v2.0\"")]);
}

#[test]
fn is1_is_worse_where_callers_bring_tokens() {
    for action in ["\"Return401\"", "\"Return403\""] {
        let finding = fires("IS1", ISSUER, &[(ISSUER, STS), (ACTION, action)]);
        assert_eq!(finding.severity(), Severity::Warning);
    }
    let anonymous = (ACTION, "\"AllowAnonymous\"");
    let changes = [(ISSUER, STS), anonymous, ("/globalValidation/requireAuthentication", "")];
    assert_eq!(fires("IS1", ISSUER, &changes).severity(), Severity::Info);
    let policy = format!("{VALIDATION}/defaultAuthorizationPolicy/allowedApplications");
    let own = r#"["11112222-bbbb-3333-cccc-4444dddd5555"]"#;
    let finding = fires("IS1", ISSUER, &[&changes[..], &[(&policy, own)]].concat());
    assert_eq!(finding.severity(), Severity::Info);
    let others =
        r#"["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]"#;
    let finding = fires("IS1", ISSUER, &[&changes[..], &[(&policy, others)]].concat());
    assert_eq!(finding.severity(), Severity::Warning);
}

#[test]
fn is2_version_2_takes_no_resource() {
    let first = format!("{PARAMETERS}/0");
    let resource = r#"["resource=https://management.azure.com"]"#;
    let finding = fires("IS2", &first, &[(PARAMETERS, resource)]);
    assert_eq!(finding.severity(), Severity::Error);
    says(
        &finding,
        "a resource is requested, and the issuer is of version 2.0",
        "request scope=openid and a scope of that API instead",
    );
    let second = format!("{PARAMETERS}/1");
    let slash = "\"https://login.microsoftonline.us/contoso.example/v2.0/\"";
    fires("IS2", &second, &[(ISSUER, slash), (PARAMETERS, r#"["prompt=login","resource=a"]"#)]);
    silent("IS2", &[(ISSUER, VERSION_1), (PARAMETERS, resource)]);
    silent("IS2", &[(PARAMETERS, r#"["resources=a"]"#)]);
    silent("IS2", &[(PARAMETERS, r#"["resource=<uri>"]"#)]);
}

#[test]
fn is3_version_1_takes_no_scope_of_an_api() {
    let finding = fires("IS3", ISSUER, &[(ISSUER, VERSION_1), (PARAMETERS, ARM)]);
    assert_eq!(finding.severity(), Severity::Warning);
    says(
        &finding,
        "the issuer is of version 1.0, and a scope of an API is requested",
        "end the issuer with /v2.0",
    );
    for issuer in [
        "\"https://sts.windows.net/contoso.example/\"",
        "\"https://login.partner.microsoftonline.cn/contoso.example/\"",
        // An older host of US Government tenants.
        "\"https://login-us.microsoftonline.com/contoso.example/\"",
    ] {
        fires("IS3", ISSUER, &[(ISSUER, issuer), (PARAMETERS, ARM)]);
    }
    passes(&[(PARAMETERS, ARM)]);
    passes(&[
        (ISSUER, VERSION_1),
        (PARAMETERS, r#"["scope=openid profile email offline_access"]"#),
    ]);
    silent("IS3", &[(ISSUER, VERSION_1), (PARAMETERS, r#"["scope=openid api://{id}/a"]"#)]);
    silent("IS3", &[(ISSUER, VERSION_1), (PARAMETERS, r#"["domain_hint=api://a/b"]"#)]);
    // Nothing is known of other issuers.
    passes(&[(ISSUER, "\"https://id.contoso.example/\""), (PARAMETERS, ARM)]);
}

#[test]
fn is4_the_tenant_stands_in_front() {
    let swapped = "\"https://login.microsoftonline.com/v2.0/contoso.example/\"";
    fixes(
        "IS4",
        ISSUER,
        &[(ISSUER, swapped)],
        Some("\"https://login.microsoftonline.com/contoso.example/v2.0\""),
    );
    let finding = fires("IS4", ISSUER, &[(ISSUER, swapped)]);
    assert_eq!(finding.severity(), Severity::Error);
    says(&finding, "the version is before the tenant", "write the tenant, then v2.0");
    fires("IS4", ISSUER, &[(ISSUER, "\"https://login.microsoftonline.com/V2.0/common\"")]);
    for other in [
        "\"https://id.contoso.example/v2.0/contoso\"",
        "\"https://login.microsoftonline.com/v2.0/v2.0\"",
        "\"https://login.microsoftonline.com/v2.0\"",
        "\"https://login.microsoftonline.com/v2.0/contoso.example/b\"",
    ] {
        passes(&[(ISSUER, other)]);
    }
}

#[test]
fn is5_tenants_are_named() {
    let finding = fires("IS5", ISSUER, &[(ISSUER, COMMON)]);
    assert_eq!(finding.severity(), Severity::Warning);
    assert_eq!(
        finding.to_string(),
        "warning IS5 at /properties/identityProviders/azureActiveDirectory/registration/openIdIssuer (line 23, column 27): the issuer accepts many tenants, and nothing here restricts them; the platform does not check the tenant: accounts of any tenant are accepted. Remedy: write the tenant ID; or list tenants, ten at most, in the app setting WEBSITE_AUTH_AAD_ALLOWED_TENANTS; or check the tenant in the application",
    );
    fires("IS5", ISSUER, &[(ISSUER, "\"https://login.microsoftonline.us/Organizations/v2.0\"")]);
    fires_in(CONTAINER_APP, "IS5", &[ISSUER], &[(ISSUER, COMMON)]);
    passes(&[(ISSUER, "\"https://id.contoso.example/common/v2.0\"")]);
    passes(&[(ISSUER, "\"https://login.microsoftonline.com/consumers/v2.0\"")]);
    for list in [
        "defaultAuthorizationPolicy/allowedPrincipals/groups",
        "defaultAuthorizationPolicy/allowedPrincipals/identities",
        "jwtClaimChecks/allowedGroups",
    ] {
        let list = format!("{VALIDATION}/{list}");
        passes(&[(ISSUER, COMMON), (&list, r#"["33334444-dddd-5555-eeee-6666ffff7777"]"#)]);
        assert_eq!(of_rule(SITE, "IS5", &[(ISSUER, COMMON), (&list, "[]")]).len(), 1);
    }
}

/// The address of the metadata works, with or without a query.
#[test]
fn is6_metadata_addresses_work() {
    let metadata = "/v2.0/.well-known/openid-configuration";
    for host in [
        "login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012",
        "contoso.b2clogin.com/t/B2C_1_x",
    ] {
        passes(&[(ISSUER, &format!("\"https://{host}{metadata}\""))]);
    }
    let query = format!(
        "\"https://contoso.b2clogin.com/contoso.onmicrosoft.com{metadata}?p=B2C_1_signin\""
    );
    passes(&[(ISSUER, &query)]);
    fires("IS6", ISSUER, &[(ISSUER, "\"https://login.microsoftonline.com/t/v2.0?p=x\"")]);
}

#[test]
fn is7_b2c_issuers_name_a_user_flow() {
    let finding = fires("IS7", ISSUER, &[(ISSUER, "\"https://contoso.b2clogin.com/t/v2.0/\"")]);
    says(
        &finding,
        "the issuer is one of Azure AD B2C, without a user flow",
        "write https://<name>.b2clogin.com/<tenant>/<user flow>/v2.0/",
    );
    let empty = "\"https://contoso.b2clogin.com/t/v2.0/.well-known/openid-configuration?p=\"";
    fires("IS7", ISSUER, &[(ISSUER, empty)]);
    passes(&[(ISSUER, "\"https://contoso.b2clogin.com/t/B2C_1_signin/v2.0/\"")]);
    passes(&[(ISSUER, "\"https://contoso.ciamlogin.com/t/v2.0\"")]);
}

#[test]
fn is5_static_web_apps_have_roles() {
    let issuer = format!("/auth{ISSUER}");
    let finding = fires_in(STATIC_WEB_APP, "IS5", &[&issuer], &[(&issuer, COMMON)]);
    says(
        &finding,
        "the issuer accepts many tenants, and nothing here restricts them",
        "write the tenant ID, or assign roles by tenant",
    );
}

#[test]
fn is6_the_issuer_is_an_address() {
    let remedy =
        "write https://login.microsoftonline.com/<tenant id>/v2.0, with the host of your cloud";
    for bad in [
        "\"http://login.microsoftonline.com/contoso.example/v2.0\"",
        "\"b811a652-39e6-4a0c-b563-4279a1dd5012\"",
        "\" https://login.microsoftonline.com/common/v2.0\"",
    ] {
        let finding = fires("IS6", ISSUER, &[(ISSUER, bad)]);
        assert_eq!(finding.severity(), Severity::Warning);
        says(&finding, "the issuer is not an https address", remedy);
    }
    for end in ["?a=b", "#a"] {
        let bad = format!("\"https://login.microsoftonline.com/contoso.example/v2.0{end}\"");
        let finding = fires("IS6", ISSUER, &[(ISSUER, &bad)]);
        says(&finding, "the issuer has a query or a fragment", remedy);
    }
    passes(&[(ISSUER, "\"HTTPS://login.microsoftonline.com/contoso.example/v2.0\"")]);
    passes(&[(ISSUER, "\"\"")]);
    for placeholder in [
        "<issuer>",
        "{issuer}",
        "${issuer}",
        "[concat('http://', parameters('host'))]",
        "YOUR_ISSUER",
        "YOUR-ISSUER",
        "http://login.microsoftonline.com/TENANT_ID",
    ] {
        silent("IS6", &[(ISSUER, &format!("\"{placeholder}\""))]);
    }
    for almost in ["http://a>b<c", "http://a}b{c", "[a", "a]"] {
        assert_eq!(of_rule(SITE, "IS6", &[(ISSUER, &format!("\"{almost}\""))]).len(), 1);
    }
}

#[test]
fn an_issuer_counts_if_entra_is_set_up() {
    let off = ("/identityProviders/azureActiveDirectory/enabled", "false");
    silent("IS6", &[(ISSUER, "\"contoso\""), off]);
}
