//! Protected resource metadata: the path rule, the document, challenges, and every error.

use easyauth::{
    Challenge, ProtectedResource,
    ProtectedResourceErrorKind::{self, *},
    Rejection, Requirement,
};
use http::{Method, Response};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const MCP: &str = "https://mcp.contoso.com/mcp";

fn resource() -> ProtectedResource {
    ProtectedResource::entra(MCP, TENANT, CLIENT).unwrap()
}

/// RFC 9728 section 3.1: the well-known path goes between the host and the path.
#[test]
fn the_document_has_the_well_known_path_in_front_of_the_path_of_the_service() {
    #[track_caller]
    fn check(address: &str, path: &str, uri: &str) {
        let resource = ProtectedResource::entra(address, TENANT, CLIENT).unwrap();
        assert_eq!((resource.metadata_path(), resource.metadata_uri()), (path, uri));
        assert_eq!(resource.resource(), address);
    }
    check(
        MCP,
        "/.well-known/oauth-protected-resource/mcp",
        "https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp",
    );
    check(
        "https://mcp.contoso.com",
        "/.well-known/oauth-protected-resource",
        "https://mcp.contoso.com/.well-known/oauth-protected-resource",
    );
    // The endpoint of the MCP extension of Functions.
    check(
        "https://tools.azurewebsites.net/runtime/webhooks/mcp",
        "/.well-known/oauth-protected-resource/runtime/webhooks/mcp",
        "https://tools.azurewebsites.net/.well-known/oauth-protected-resource/runtime/webhooks/mcp",
    );
    check(
        "https://mcp.contoso.com:8443/Team_1/v1.0/~mcp",
        "/.well-known/oauth-protected-resource/Team_1/v1.0/~mcp",
        "https://mcp.contoso.com:8443/.well-known/oauth-protected-resource/Team_1/v1.0/~mcp",
    );
    // For tests.
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        check(
            &format!("http://{host}:3000/mcp"),
            "/.well-known/oauth-protected-resource/mcp",
            &format!("http://{host}:3000/.well-known/oauth-protected-resource/mcp"),
        );
        check(
            &format!("http://{host}"),
            "/.well-known/oauth-protected-resource",
            &format!("http://{host}/.well-known/oauth-protected-resource"),
        );
    }
}

#[track_caller]
fn fails<T: std::fmt::Debug>(
    result: Result<T, easyauth::ProtectedResourceError>,
    kind: ProtectedResourceErrorKind,
    message: &str,
) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    assert_eq!(format!("{error:?}"), format!("ProtectedResourceError({}: {message})", kind.code()));
}

/// Clients and Entra compare the address byte by byte, so only one form of it is valid.
#[test]
fn only_the_canonical_form_of_an_address_is_accepted() {
    for address in [
        "",
        "mcp.contoso.com/mcp",
        "//mcp.contoso.com/mcp",
        "https:///mcp",
        "https://",
        // Not encrypted, beyond loopback.
        "http://mcp.contoso.com/mcp",
        "http://10.0.0.1/mcp",
        "http://localhost.contoso.com/mcp",
        "http://127.0.0.1.contoso.com/mcp",
        "ftp://mcp.contoso.com/mcp",
        "HTTPS://mcp.contoso.com/mcp",
        // URL parsers change these.
        "https://MCP.contoso.com/mcp",
        "https://mcp.contoso.com:443/mcp",
        "http://localhost:80/mcp",
        "https://mcp.contoso.com:08443/mcp",
        "https://mcp.contoso.com:0/mcp",
        "https://mcp.contoso.com:/mcp",
        "https://mcp.contoso.com:65536/mcp",
        "https://mcp.contoso.com:+1/mcp",
        "https://mcp.contoso.com/a/../mcp",
        "https://mcp.contoso.com/./mcp",
        "https://mcp.contoso.com\\mcp",
        // AADSTS9010010.
        "https://mcp.contoso.com/",
        "https://mcp.contoso.com/mcp/",
        "https://mcp.contoso.com//mcp",
        // MCP specification: no fragment; RFC 9728 section 1.2: no query unless it is needed.
        "https://mcp.contoso.com/mcp?x=1",
        "https://mcp.contoso.com/mcp#tools",
        "https://mcp.contoso.com?x=1",
        "https://user@mcp.contoso.com/mcp",
        "https://user:password@mcp.contoso.com/mcp",
        "https://mcp..contoso.com/mcp",
        "https://-mcp.contoso.com/mcp",
        "https://mcp-.contoso.com/mcp",
        "https://mcp_.contoso.com/mcp",
        "https://[::2]/mcp",
        "https://bücher.example/mcp",
        // Routers read these as patterns, or decode them.
        "https://mcp.contoso.com/{tenant}/mcp",
        "https://mcp.contoso.com/:tenant/mcp",
        "https://mcp.contoso.com/*",
        "https://mcp.contoso.com/%6dcp",
        "https://mcp.contoso.com/m cp",
        "https://mcp.contoso.com/mcp\r\nX: 1",
        "https://mcp.contoso.com/\"",
        " https://mcp.contoso.com/mcp",
    ] {
        let error = ProtectedResource::entra(address, TENANT, CLIENT).unwrap_err();
        assert_eq!(error.kind(), InvalidResource, "{address}");
    }
    fails(
        ProtectedResource::entra("https://mcp.contoso.com/mcp/\n", TENANT, CLIENT),
        InvalidResource,
        "expected an https address in canonical form, such as https://mcp.contoso.com/mcp: found \
         \"https://mcp.contoso.com/mcp/\\u{a}\"",
    );
    let long = ProtectedResource::entra(&"x".repeat(10_000), TENANT, CLIENT).unwrap_err();
    assert!(long.to_string().len() < 400);
}

#[test]
fn every_other_mistake_has_its_message() {
    fails(
        ProtectedResource::entra(MCP, "contoso.com", CLIENT),
        InvalidTenantId,
        "expected a tenant ID, which is a GUID: found \"contoso.com\"",
    );
    fails(
        ProtectedResource::entra(MCP, TENANT, "my-app"),
        InvalidClientId,
        "expected a client ID, which is a GUID: found \"my-app\"",
    );
    fails(
        resource().app_id_uri("api://my-api/"),
        InvalidAppIdUri,
        "expected an App ID URI without a slash at the end, such as api://my-api: found \
         \"api://my-api/\"",
    );
    for uri in ["", "my-api", CLIENT, "api://", "api://my api", "api://my-api/.default"] {
        fails(
            resource().app_id_uri(uri),
            InvalidAppIdUri,
            &format!(
                "expected an App ID URI without a slash at the end, such as api://my-api: found \
                 \"{uri}\""
            ),
        );
    }
    for scope in ["", "Tools.Call Tools.List", "Tools\"Call", "api://", "/Tools.Call"] {
        fails(
            resource().scopes([scope]),
            InvalidScope,
            &format!("expected one scope, such as Tools.Call: found \"{scope}\""),
        );
    }
    for scope in ["offline_access", "openid", "profile", "email"] {
        fails(
            resource().scopes(["Tools.Call", scope]),
            OpenIdScope,
            &format!(
                "expected a scope of this API; OpenID Connect scopes are for the client to add: \
                 found \"{scope}\""
            ),
        );
    }
    fails(
        resource().scopes(["https://graph.microsoft.com/User.Read"]),
        ScopeOfAnotherApi,
        "expected a scope of this API; a token is for one API only: found \
         \"https://graph.microsoft.com/User.Read\"",
    );
    for server in [
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/organizations/v2.0",
        "https://login.microsoftonline.com/consumers/v2.0",
        "https://login.microsoftonline.com/Common/v2.0",
        "https://login.partner.microsoftonline.cn/common/v2.0",
        "https://sts.windows.net/common/",
        "http://login.microsoftonline.com/contoso/v2.0",
        "login.microsoftonline.com",
        "https://login.microsoftonline.com/contoso/v2.0?p=b2c",
    ] {
        fails(
            ProtectedResource::new(MCP, server),
            InvalidAuthorizationServer,
            &format!(
                "expected the issuer of one tenant, such as \
                 https://login.microsoftonline.com/<tenant ID>/v2.0: found \"{server}\""
            ),
        );
    }
    let kinds = ProtectedResourceErrorKind::ALL;
    assert_eq!(
        kinds.iter().map(|kind| kind.code()).collect::<std::collections::BTreeSet<_>>().len(),
        kinds.len()
    );
}

#[test]
fn the_document_names_one_tenant_and_scopes_with_their_api() {
    let json = |resource: ProtectedResource| -> serde_json::Value {
        serde_json::from_str(&resource.to_json()).unwrap()
    };
    let server = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    assert_eq!(
        json(resource().scopes(["Tools.Call", "Tools.List", "Tools.Call"]).unwrap()),
        serde_json::json!({
            "resource": MCP,
            "authorization_servers": [server],
            "scopes_supported": [
                format!("api://{CLIENT}/Tools.Call"),
                format!("api://{CLIENT}/Tools.List"),
            ],
            "bearer_methods_supported": ["header"],
        })
    );
    // GUIDs in upper case, as some portals show them.
    assert_eq!(
        ProtectedResource::entra(MCP, &TENANT.to_uppercase(), &CLIENT.to_uppercase()).unwrap(),
        resource()
    );
    let described = resource()
        .app_id_uri(MCP)
        .unwrap()
        .scopes(["Tools.Call", "https://mcp.contoso.com/mcp/Tools.List"])
        .unwrap()
        .name("Contoso \"tools\"")
        .documentation("https://contoso.com/docs");
    assert_eq!(
        json(described),
        serde_json::json!({
            "resource": MCP,
            "authorization_servers": [server],
            "scopes_supported": [
                "https://mcp.contoso.com/mcp/Tools.Call",
                "https://mcp.contoso.com/mcp/Tools.List",
            ],
            "bearer_methods_supported": ["header"],
            "resource_name": "Contoso \"tools\"",
            "resource_documentation": "https://contoso.com/docs",
        })
    );
    // Azure Government.
    let server = format!("https://login.microsoftonline.us/{TENANT}/v2.0");
    let government = ProtectedResource::new(MCP, &server).unwrap();
    let government = government.app_id_uri("api://tools").unwrap().scopes(["Tools.Call"]).unwrap();
    assert_eq!(government.authorization_server(), server);
    assert!(government.scopes_supported().eq(["api://tools/Tools.Call"]));
    // External ID, a server whose issuer ends with a slash, and realms of Keycloak.
    for server in [
        &*format!("https://contoso.ciamlogin.com/{TENANT}/v2.0"),
        "https://contoso.auth0.com/",
        "https://kc.contoso.com/realms/common",
        "https://kc.contoso.com/consumers",
        "https://login.microsoftonline.com/contoso/consumers",
    ] {
        let resource = ProtectedResource::new(MCP, server).unwrap();
        assert_eq!(
            json(resource.scopes(["tools"]).unwrap()),
            serde_json::json!({
                "resource": MCP,
                "authorization_servers": [server],
                "scopes_supported": ["tools"],
                "bearer_methods_supported": ["header"],
            })
        );
    }
}

#[test]
fn the_response_can_be_read_by_any_site() {
    let resource = resource().scopes(["Tools.Call"]).unwrap();
    let header = |response: &Response<String>, name: &str| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let response: Response<String> = resource.respond_to(&Method::GET);
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type").unwrap(), "application/json");
    assert_eq!(header(&response, "access-control-allow-origin").unwrap(), "*");
    assert_eq!(header(&response, "cache-control").unwrap(), "public, max-age=300");
    assert_eq!(response.body(), &resource.to_json());

    let preflight: Response<String> = resource.respond_to(&Method::OPTIONS);
    assert_eq!((preflight.status().as_u16(), preflight.body().as_str()), (204, ""));
    assert_eq!(header(&preflight, "access-control-allow-headers").unwrap(), "*");
    assert_eq!(header(&preflight, "access-control-allow-methods").unwrap(), "GET, HEAD, OPTIONS");

    let post: Response<String> = resource.respond_to(&Method::POST);
    assert_eq!((post.status().as_u16(), post.body().as_str()), (405, ""));
    assert_eq!(header(&post, "allow").unwrap(), "GET, HEAD, OPTIONS");
}

const METADATA: &str =
    "resource_metadata=\"https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp\"";

/// The challenge of a rejection, for a resource with the scopes Tools.Call and Tools.List.
#[track_caller]
fn challenge(rejection: Rejection, expected: &str) {
    let resource = resource().scopes(["Tools.Call", "Tools.List"]).unwrap();
    let rejection = rejection.with_resource(&resource);
    let value = rejection.headers().remove("www-authenticate");
    let value = value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(
        value,
        expected.replace("API", &format!("api://{CLIENT}")).replace("META", METADATA)
    );
    // Twice is once.
    assert_eq!(rejection.clone().with_resource(&resource), rejection);
}

#[test]
fn a_missing_token_names_the_scopes_of_the_rule_that_was_not_met() {
    let read = Requirement::scope("Files.Read").or_app_role("Files.Read.All");
    challenge(Rejection::no_token_for(&read), "Bearer scope=\"API/Files.Read\", META");
    let both = Requirement::all_scopes(["Files.Read", "Mail.Read"]);
    challenge(
        Rejection::no_token_for(&both),
        "Bearer scope=\"API/Files.Read API/Mail.Read\", META",
    );
    // A rule without scopes, and no rule: all scopes of the resource.
    let all = "Bearer scope=\"API/Tools.Call API/Tools.List\", META";
    challenge(Rejection::no_token_for(&Requirement::app_role("Files.Read.All")), all);
    challenge(Rejection::no_token(), all);
    challenge(Rejection::unauthenticated(), all);
    // Without a resource, names alone.
    let plain = Rejection::no_token_for(&both).headers().remove("www-authenticate").unwrap();
    assert_eq!(plain, "Bearer scope=\"Files.Read Mail.Read\"");
    // A rule that no header can express.
    let odd = Requirement::scope("Files\"Read");
    challenge(Rejection::no_token_for(&odd), all);
}

#[test]
fn other_challenges_get_the_metadata_and_no_scopes_that_would_not_help() {
    let mut headers = http::HeaderMap::new();
    // No bearer token: another token would not help.
    challenge(Rejection::forbidden(&headers), "");
    headers.insert("authorization", "Bearer x".parse().unwrap());
    challenge(
        Rejection::forbidden(&headers),
        "Bearer error=\"insufficient_scope\", error_description=\"the token does not meet the requirement\", \
         META",
    );
    headers.append("authorization", "Bearer y".parse().unwrap());
    let error = easyauth::AccessToken::from_authorization(&headers).unwrap_err();
    challenge(
        error.into(),
        "Bearer error=\"invalid_request\", error_description=\"the request does not have exactly \
         one well-formed bearer token\", META",
    );
    let named = Rejection::no_token().with_realm("files").unwrap();
    challenge(named, "Bearer realm=\"files\", scope=\"API/Tools.Call API/Tools.List\", META");
    // A resource without scopes.
    let value = Challenge::no_token().with_resource(&resource()).www_authenticate().unwrap();
    assert_eq!(value, format!("Bearer {METADATA}"));
}

#[cfg(all(feature = "verify", feature = "testing"))]
mod verified {
    use std::time::SystemTime;

    use easyauth::{
        AccessToken,
        testing::TestIssuer,
        verify::{Tenant, Verifier},
    };

    use super::*;

    /// A 403 names all scopes of the rule in one challenge; `scp` has the names alone.
    #[test]
    fn a_denied_token_gets_all_scopes_in_one_challenge() {
        let issuer = TestIssuer::new(TENANT).unwrap();
        let now = SystemTime::now();
        let verifier =
            Verifier::builder(Tenant::single(TENANT).unwrap()).application(CLIENT).build().unwrap();
        let token = issuer.access_token(CLIENT, now).scope("Files.Read").sign();
        let token = verifier.verify(&AccessToken::new(token), &issuer.key_set(), now).unwrap();
        assert!(token.authorize(&Requirement::scope("Files.Read")).is_ok());
        let denied =
            token.authorize(&Requirement::all_scopes(["Files.Read", "Mail.Send"])).unwrap_err();
        challenge(
            denied.into(),
            "Bearer error=\"insufficient_scope\", error_description=\"the token does not meet the \
             requirement\", scope=\"API/Files.Read API/Mail.Send\", META",
        );
        let later = now + std::time::Duration::from_secs(100_000);
        let expired = issuer.access_token(CLIENT, now).scope("Files.Read").sign();
        let error = verifier.verify(&AccessToken::new(expired), &issuer.key_set(), later);
        challenge(
            error.unwrap_err().into(),
            "Bearer error=\"invalid_token\", error_description=\"the token has expired\", \
             scope=\"API/Tools.Call API/Tools.List\", META",
        );
        // A claims challenge is about something else.
        let able = issuer.access_token(CLIENT, now).scope("Files.Read").claim("xms_cc", ["CP1"]);
        let able = AccessToken::new(able.sign());
        let able = verifier.verify(&able, &issuer.key_set(), now).unwrap();
        let resource = resource().scopes(["Tools.Call"]).unwrap();
        let value = able.claims_challenge("{}").with_resource(&resource).www_authenticate();
        let value = value.unwrap().to_str().unwrap().to_owned();
        assert!(value.ends_with(&format!("claims=\"e30=\", {METADATA}")), "{value}");
        assert!(!value.contains("scope"), "{value}");
    }
}

/// App Service serves its own document if the setting is there.
#[test]
fn the_document_of_the_platform_must_have_the_same_scopes() {
    let resource = resource().scopes(["Tools.Call", "Tools.List"]).unwrap();
    let check = |setting: Option<&str>| {
        resource.clone().agreeing_with(|name| {
            assert_eq!(name, "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES");
            setting.map(|setting| setting.replace("API", &format!("api://{CLIENT}")))
        })
    };
    for same in [
        None,
        Some(""),
        Some(" "),
        Some("API/Tools.Call,API/Tools.List"),
        Some(" API/Tools.List , API/Tools.Call, API/Tools.List,"),
    ] {
        assert_eq!(check(same).as_ref(), Ok(&resource), "{same:?}");
    }
    for other in [
        "API/Tools.Call",
        "API/Tools.Call,API/Tools.List,API/Tools.Delete",
        "Tools.Call,Tools.List",
        "API/Tools.Call API/Tools.List",
    ] {
        assert_eq!(check(Some(other)).unwrap_err().kind(), PlatformDisagrees, "{other}");
    }
    fails(
        check(Some("user_impersonation ")),
        PlatformDisagrees,
        "expected the app setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES to have the scopes of this \
         resource; change it, or remove it so that this service serves the document: found \
         \"user_impersonation\"",
    );
}

#[test]
fn its_debug_form_is_escaped_and_bounded() {
    let many: Vec<String> = (0..1000).map(|index| format!("Scope{index}")).collect();
    let text = format!("{:?}", resource().scopes(many).unwrap().name("\u{1b}[31m".repeat(1000)));
    assert!(text.starts_with("ProtectedResource { resource: \"https://mcp.contoso.com/mcp\""));
    assert!(text.len() < 20_000 && text.is_ascii(), "{}", text.len());
}

/// A verifier of one API knows the tenant, the cloud and the client ID.
#[cfg(feature = "verify")]
#[test]
fn of_a_verifier() {
    use easyauth::{
        resource::Cloud,
        verify::{Authority, BearerAuth, KeySet, Keys, Tenant, Verifier, VerifierBuilder},
    };
    let keys = || Keys::fixed(KeySet::from_jwks(br#"{"keys":[]}"#).unwrap());
    let auth = |verifier: VerifierBuilder| BearerAuth::new(verifier.build().unwrap(), keys());
    let single = || Verifier::builder(Tenant::single(TENANT).unwrap()).application(CLIENT);

    assert_eq!(auth(single()).protected_resource(MCP), Ok(resource()));
    // With an App ID URI, which the scopes do not begin with unless it is set.
    let other = auth(single().audience("api://notes")).protected_resource(MCP).unwrap();
    assert_eq!(other.full_scope("Read"), format!("api://{CLIENT}/Read"));
    let government = auth(single().cloud(Cloud::UsGov)).protected_resource(MCP).unwrap();
    let issuer = format!("https://login.microsoftonline.us/{TENANT}/v2.0");
    assert_eq!(government.authorization_server(), issuer);
    let site = BearerAuth::entra(TENANT, CLIENT).unwrap();
    let site = site.fixed_keys(KeySet::from_jwks(br#"{"keys":[]}"#).unwrap());
    assert_eq!(site.protected_resource(MCP), Ok(resource()));
    fails(
        site.protected_resource("http://mcp.contoso.com"),
        InvalidResource,
        "expected an https address in canonical form, such as https://mcp.contoso.com/mcp: found \
         \"http://mcp.contoso.com\"",
    );

    let mine = format!("api://{CLIENT} or {CLIENT}");
    let another = "00000006-0000-4000-8000-000000000006";
    let several = Tenant::any_of([TENANT, another]).unwrap();
    let issuer = Authority::issuer("https://accounts.example");
    for (auth, found) in [
        (auth(Verifier::builder(several).application(CLIENT)), format!("{mine} from ")),
        (
            auth(Verifier::builder(Tenant::any_organization()).application(CLIENT)),
            format!("{mine} from "),
        ),
        (auth(single().application(another)), format!("{mine} or api://{another}")),
        (auth(Verifier::builder(issuer).audience(CLIENT)), format!("{CLIENT} from ")),
        (
            auth(Verifier::builder(Tenant::single(TENANT).unwrap()).audience("api://notes")),
            "api://notes from ".to_owned(),
        ),
        (auth(single()).or(single().build().unwrap(), keys()), format!("{mine} from ")),
    ] {
        let error = auth.protected_resource(MCP).unwrap_err();
        assert_eq!(error.kind(), NotOneApi);
        let message = format!(
            "expected to verify the tokens of one tenant for one client ID; for others use \
             ProtectedResource::new: found \"{found}"
        );
        assert!(error.to_string().starts_with(&message), "{error}");
    }
}
