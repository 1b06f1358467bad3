//! The programs that users write.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    Caller, EasyAuthPrincipal, IdentityProvider, ProviderTokens,
    resource::{ARM, Cloud, GRAPH},
};

use crate::support::{compact, header, token};

const NOW: Duration = Duration::from_secs(1_773_325_000);

/// The token of a sign-in with default settings is for Microsoft Graph.
const GRAPH_TOKEN: &str = r#"{"aud":"00000003-0000-0000-c000-000000000000",
    "iss":"https://sts.windows.net/00000002-0000-4000-8000-000000000002/",
    "exp":1773329845,"idtyp":"user","scp":"email openid profile"}"#;

/// The same sign-in after the fix.
const ARM_TOKEN: &str = r#"{"aud":"https://management.azure.com",
    "iss":"https://sts.windows.net/00000002-0000-4000-8000-000000000002/",
    "exp":1773329845,"idtyp":"user","scp":"user_impersonation"}"#;

fn request(access_token_payload: &str) -> http::Request<()> {
    let principal = r#"{"auth_typ":"aad","claims":[
        {"typ":"http://schemas.microsoft.com/identity/claims/objectidentifier","val":"O"},
        {"typ":"roles","val":"Admin"},{"typ":"groups","val":"G1"},{"typ":"groups","val":"G2"}],
        "name_typ":"name","role_typ":"http://schemas.microsoft.com/ws/2008/06/identity/claims/role"}"#;
    let token_header = r#"{"typ":"JWT","nonce":"n","alg":"RS256","x5t":"k","kid":"k"}"#;
    http::Request::builder()
        .header("X-MS-CLIENT-PRINCIPAL", header(principal))
        .header("X-MS-CLIENT-PRINCIPAL-ID", "O")
        .header("X-MS-CLIENT-PRINCIPAL-NAME", "sample@example.com")
        .header("X-MS-CLIENT-PRINCIPAL-IDP", "aad")
        .header("X-MS-TOKEN-AAD-ACCESS-TOKEN", compact(token_header, access_token_payload))
        .header("X-MS-TOKEN-AAD-EXPIRES-ON", "2026-03-12T15:37:25.0000000Z")
        .body(())
        .unwrap()
}

/// The main job: who is calling, and does the caller's token open Azure Resource Manager?
fn main_job(
    request: &http::Request<()>,
    outgoing: &mut http::Request<()>,
    now: SystemTime,
) -> Result<String, Box<dyn std::error::Error>> {
    let Some(user) = EasyAuthPrincipal::from_headers(request.headers())? else {
        return Ok("anonymous".to_owned());
    };
    assert_eq!(user.provider().as_str(), "aad");
    assert!(user.provider() == &IdentityProvider::ENTRA);
    assert_eq!((user.id(), user.name()), (Some("O"), Some("sample@example.com")));
    assert_eq!((user.object_id(), user.tenant_id(), user.email()), (Some("O"), None, None));
    assert!(user.is_in_role("Admin"));
    assert_eq!(user.claim("oid"), Some("O"));
    assert_eq!(user.claim_values("groups").count(), 2);
    for claim in user.claims() {
        let _ = (claim.typ(), claim.val());
    }

    let tokens = ProviderTokens::from_headers(request.headers(), user.provider())?;
    if tokens.is_expired_at(now) {
        return Ok("refresh".to_owned());
    }
    let Some(access) = tokens.access_token() else { return Ok("login".to_owned()) };
    let token = access.decode_unverified()?;
    if token.has_audience(ARM) && token.has_scope("user_impersonation") {
        outgoing.headers_mut().insert(http::header::AUTHORIZATION, access.to_bearer()?);
        Ok("sent".to_owned())
    } else {
        let diagnosis = token.diagnose(ARM.scope("user_impersonation"), now);
        assert!(!diagnosis.opens());
        let fix = diagnosis.login_parameters();
        Ok(format!("{diagnosis}\n{:?}", fix.map(|fix| fix.to_wire())))
    }
}

#[test]
fn the_graph_token_does_not_open_arm() {
    let outcome =
        main_job(&request(GRAPH_TOKEN), &mut http::Request::new(()), UNIX_EPOCH + NOW).unwrap();
    assert_eq!(
        outcome,
        "this token does not open Azure Resource Manager: it is for Microsoft Graph \
         (00000003-0000-0000-c000-000000000000), not for Azure Resource Manager; it lacks the scope \
         user_impersonation; its header has a nonce, so only Microsoft Graph, or the Microsoft API \
         that it was issued for, can verify it. To fix it, add the delegated \
         permission user_impersonation of Azure Resource Manager to the app registration, and consent \
         to it; then set identityProviders.azureActiveDirectory.login.loginParameters of the site's \
         authSettingsV2 to [\"scope=openid email profile \
         https://management.azure.com/user_impersonation\"]; then sign out and in again\n\
         Some([\"scope=openid email profile https://management.azure.com/user_impersonation\"])"
    );
}

#[test]
fn the_arm_token_opens_it() {
    let mut outgoing = http::Request::new(());
    let outcome = main_job(&request(ARM_TOKEN), &mut outgoing, UNIX_EPOCH + NOW).unwrap();
    assert_eq!(outcome, "sent");
    let bearer = outgoing.headers().get(http::header::AUTHORIZATION).unwrap();
    assert!(bearer.is_sensitive() && bearer.as_bytes().starts_with(b"Bearer ey"));
}

#[test]
fn other_outcomes() {
    let run = |request: &http::Request<()>, now| {
        main_job(request, &mut http::Request::new(()), now).unwrap()
    };
    assert_eq!(run(&http::Request::new(()), UNIX_EPOCH + NOW), "anonymous");
    let tomorrow = UNIX_EPOCH + NOW + Duration::from_secs(86_400);
    assert_eq!(run(&request(ARM_TOKEN), tomorrow), "refresh");
    let mut without_token = request(ARM_TOKEN);
    without_token.headers_mut().remove("X-MS-TOKEN-AAD-ACCESS-TOKEN");
    assert_eq!(run(&without_token, UNIX_EPOCH + NOW), "login");
}

/// All predicates of a token.
#[test]
fn predicates() {
    let token = token(
        r#"{"aud":["https://management.usgovcloudapi.net/","api://my-api"],"iss":"I","sub":"S",
        "tid":"T","oid":"O","azp":"C","ver":"2.0","exp":1773329845,"idtyp":"user",
        "scp":"user_impersonation Files.Read","roles":["Admin"],"groups":["G"],"shift":"night"}"#,
    );
    assert!(!token.has_audience(ARM) && !token.has_audience(GRAPH));
    assert!(token.has_audience("api://my-api"));
    assert!(token.has_audience(ARM.in_cloud(Cloud::UsGov)));
    assert!(token.has_scope("user_impersonation") && !token.has_scope("user"));
    assert!(token.has_any_scope(["x", "Files.Read"]) && !token.has_any_scope(["x"]));
    assert!(token.has_all_scopes(["Files.Read", "user_impersonation"]));
    assert!(!token.has_all_scopes(["Files.Read", "x"]) && !token.has_all_scopes([""; 0]));
    assert!(token.has_app_role("Admin") && !token.has_app_role("admin"));
    assert_eq!(token.caller(), Caller::User);
    assert_eq!((token.client_id(), token.tenant_id()), (Some("C"), Some("T")));
    assert_eq!((token.object_id(), token.subject()), (Some("O"), Some("S")));
    assert_eq!((token.issuer(), token.version()), (Some("I"), Some("2.0")));
    let end = UNIX_EPOCH + Duration::from_secs(1_773_329_845);
    assert_eq!(token.expires_at(), Some(end));
    assert!(token.is_expired_at(end) && !token.is_expired_at(end - Duration::from_secs(1)));
    assert_eq!(token.groups().contains("G"), Some(true));
    assert_eq!(token.audiences().count(), 2);
    assert!(token.scopes().eq(["user_impersonation", "Files.Read"]));

    #[derive(serde::Deserialize)]
    struct Custom {
        shift: String,
    }
    assert_eq!(token.claims_as::<Custom>().unwrap().shift, "night");
}
