//! Servers of the Model Context Protocol.

use easyauth::settings::{Context, Finding};

use super::{CONTAINER_APP, Changes, SITE, changed, says};

const VS_CODE: &str = "aebc6443-996d-45c2-90f0-388ff96faa56";
const OWN: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const APPLICATIONS: &str = "/identityProviders/azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedApplications";
const ACTION: &str = "/globalValidation/unauthenticatedClientAction";

fn found(document: &str, context: &Context, changes: Changes<'_>) -> Vec<Finding> {
    let findings = changed(document, changes).lint_with(context);
    findings.into_iter().filter(|finding| finding.rule().starts_with("MC")).collect()
}

#[track_caller]
fn fires(rule: &str, at: &str, context: &Context, changes: Changes<'_>) -> Finding {
    let findings = found(SITE, context, changes);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!((finding.rule(), finding.pointer()), (rule, format!("/properties{at}")));
    finding.clone()
}

fn metadata(scopes: &str) -> Context {
    let list = format!(
        r#"[{{"name":"WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES","value":"{scopes}"}},{{"name":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET","slotSetting":true}}]"#
    );
    Context::default().app_settings(&list).unwrap()
}

fn clients(ids: &[&str]) -> String {
    serde_json::to_string(ids).unwrap()
}

const QUALIFIED: &str = "api://11112222-bbbb-3333-cccc-4444dddd5555/Tools.Call";

#[test]
fn mc1_scopes_are_qualified() {
    let changes: Changes<'_> = &[(ACTION, "\"Return401\"")];
    let at = "/identityProviders/azureActiveDirectory/registration/clientId";
    let finding = fires("MC1", at, &metadata("Tools.Call"), changes);
    says(
        &finding,
        "the app setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES has a scope without its API",
        "write api://<client ID>/<scope>",
    );
    fires("MC1", at, &metadata(&format!("{QUALIFIED},Tools.List")), changes);
    for scopes in [
        QUALIFIED,
        "https://contoso.com/mcp/Tools.Call",
        "11112222-bbbb-3333-cccc-4444dddd5555/Tools.Call",
        // OpenID Connect scopes belong to no API.
        "openid profile,email offline_access",
    ] {
        assert_eq!(found(SITE, &metadata(scopes), changes), [], "{scopes}");
    }
}

#[test]
fn mc2_clients_need_a_401() {
    let both = clients(&[OWN, VS_CODE]);
    let finding = fires("MC2", ACTION, &Context::default(), &[(APPLICATIONS, &both)]);
    let message = "MCP clients call, and anonymous requests are redirected to sign-in";
    says(&finding, message, "set it to Return401");
    for action in ["\"Return401\"", "\"Return404\"", "\"AllowAnonymous\""] {
        assert_eq!(
            found(SITE, &Context::default(), &[(APPLICATIONS, &both), (ACTION, action)]),
            []
        );
    }
    // Without a sign of MCP nothing is said.
    assert_eq!(found(SITE, &Context::default(), &[]), []);
}

#[test]
fn mc3_vs_code_is_among_the_applications() {
    let own = clients(&[OWN]);
    let finding = fires(
        "MC3",
        APPLICATIONS,
        &metadata(QUALIFIED),
        &[(ACTION, "\"Return401\""), (APPLICATIONS, &own)],
    );
    let message = "MCP metadata is served, and VS Code is not among the applications";
    says(&finding, message, &format!("add {VS_CODE}"));
    let both = clients(&[OWN, VS_CODE]);
    let changes: Changes<'_> = &[(ACTION, "\"Return401\""), (APPLICATIONS, &both)];
    assert_eq!(found(SITE, &metadata(QUALIFIED), changes), []);
}

#[test]
fn mc4_the_metadata_is_served() {
    let both = clients(&[OWN, VS_CODE]);
    let none = Context::default().app_settings("[]").unwrap();
    let changes: Changes<'_> = &[(ACTION, "\"Return401\""), (APPLICATIONS, &both)];
    let finding = fires("MC4", APPLICATIONS, &none, changes);
    let message = "MCP clients are allowed, and nothing here serves their metadata";
    says(&finding, message, "set the app setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES");
    // Nothing is known of the site.
    assert_eq!(found(SITE, &Context::default(), changes), []);
    let findings = found(CONTAINER_APP, &Context::default(), changes);
    assert_eq!(findings[0].remedy(), "serve it in the application, because this platform does not");
}
