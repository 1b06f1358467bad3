//! Input of a peer cannot flood a log, break its lines, or put a secret from an address into it: the `Debug` and
//! `Display` forms of every type that keeps such input.

use std::fmt::{Debug, Display};

use easyauth::{
    AccessToken, EasyAuthPrincipal, IdentityProvider, ProviderTokens, Service, Session,
    UnverifiedToken,
    endpoints::{Endpoints, ReturnTo},
    error_codes::ErrorExplanation,
    exchange::{ClientCredential, TokenEndpoint, TokenRequest, TokenResponse},
    functions::{Invocation, RolesRequest, ToolInvocation},
    headers::OriginalUrl,
    mcp::ToolCall,
    resource::Scope,
    settings::{
        AuthSettingsV1, AuthSettingsV2, EntraApp, LoginParameters, SiteId, UnauthenticatedAction,
    },
};
use http::StatusCode;
use proptest::prelude::*;

use super::{compact, json};

/// The longest form that may be printed of one value: 64 names of 256 characters, each up to ten bytes long when
/// it is escaped, and the names of fields. No input here is shorter than this, and most are the 60 kB that a header
/// can have.
const MAX_PRINTED: usize = 64 * 2600;

/// The length limit of a form that contains a few strings of a peer.
const MAX_SHORT: usize = 16 * 1024;

const CLIENT: &str = "8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c";

#[track_caller]
fn short(value: &impl Debug) {
    check(&format!("{value:?}"), MAX_SHORT);
}

#[track_caller]
fn shown(value: &(impl Debug + Display)) {
    short(value);
    check(&value.to_string(), MAX_SHORT);
}

#[track_caller]
fn check(printed: &str, most: usize) {
    assert!(!printed.is_empty());
    assert!(printed.len() <= most, "{} bytes: {:.200}...", printed.len(), printed);
    let is_plain = |character: char| matches!(character, ' '..='~' | '\n');
    let odd = printed.chars().find(|character| !is_plain(*character));
    assert_eq!(odd, None, "{printed}");
    assert!(!printed.contains("CANARY"), "{printed}");
}

/// 60 kB with control characters, and an arbitrary string.
fn text() -> impl Strategy<Value = String> {
    "(?s).{0,8}".prop_map(|odd| {
        let unit = format!("a\r\n\u{1b}[31m\u{0}é\u{202e}{odd}");
        unit.repeat(60_000 / unit.len() + 1)
    })
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn of_tokens_and_their_errors(text in text()) {
        let long = json(&text);
        let token = compact(&format!(r#"{{"aud":{long},"scp":"a"}}"#), "c2ln");
        let access = AccessToken::new(token.clone());
        let secret = ClientCredential::secret("CANARY");
        let request = TokenRequest::on_behalf_of(&access).client(CLIENT, &secret).scope("User.Read");
        let endpoint = TokenEndpoint::entra("contoso.example").unwrap();
        shown(&request.build(&endpoint).unwrap_err());
        let site: SiteId = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/n".parse().unwrap();
        shown(&site.get_auth_settings(&access).unwrap_err());
        // Names of claims, many and long.
        let members = (0..3000).map(|number| format!(r#""{number}":1"#)).collect::<Vec<_>>().join(",");
        let token = compact(&format!("{{{members},{long}:1}}"), "");
        check(&format!("{:?}", UnverifiedToken::decode(&token).unwrap()), MAX_PRINTED);
        let twice = compact(&format!("{{{long}:1,{long}:2}}"), "");
        shown(&UnverifiedToken::decode(&twice).unwrap_err());
        // The address of a tenant, pasted with its query.
        shown(&TokenEndpoint::entra(&format!("{text}?code=CANARY")).unwrap_err());
        shown(&TokenEndpoint::of_authority(&format!("https://{text}?code=CANARY")).unwrap_err());
        short(&endpoint);
    }

    #[test]
    fn of_answers(text in text()) {
        let long = json(&text);
        let body = format!(r#"{{"token_type":"Bearer","access_token":"CANARY","scope":{long}}}"#);
        check(
            &format!("{:?}", TokenResponse::parse(StatusCode::OK, body.as_bytes()).unwrap()),
            MAX_PRINTED,
        );
        let body = format!(r#"{{"error":{long},"error_description":"CANARY","claims":"CANARY"}}"#);
        shown(&TokenResponse::parse(StatusCode::BAD_REQUEST, body.as_bytes()).unwrap_err());
        let body = format!(r#"{{"error":{{"code":{long},"message":"CANARY"}}}}"#);
        shown(&easyauth::arm::ArmError::parse(StatusCode::BAD_REQUEST, body.as_bytes()));
        shown(&ErrorExplanation::from_text(&format!("AADSTS50011: CANARY {text}")).unwrap());
        let body = format!(r#"[{{"provider_name":{long},"user_id":"CANARY","access_token":"CANARY"}}]"#);
        short(&Session::parse_me(body.as_bytes()).unwrap());
    }

    #[test]
    fn of_headers_and_payloads(text in text()) {
        let long = json(&text);
        let name = text.replace('\n', "");
        let provider = IdentityProvider::new(&name);
        short(&provider);
        let header = format!("X-MS-TOKEN-{}-ACCESS-TOKEN", name.to_ascii_uppercase());
        let twice = [(header.as_str(), "CANARY"), (header.as_str(), "CANARY")];
        shown(&ProviderTokens::from_headers(&twice, &provider).unwrap_err());
        let url = format!("https://h/{}?code=CANARY", "a".repeat(60_000));
        short(&OriginalUrl::from_headers(&[("X-MS-ORIGINAL-URL", url.as_str())]).unwrap());

        let names = (0..3000).map(|number| format!(r#""{number}":"CANARY""#)).collect::<Vec<_>>().join(",");
        let headers = format!(r#"{{{long}:"CANARY",{names}}}"#);
        let method = "M".repeat(60_000);
        let payload = format!(
            r#"{{"Data":{{{long}:{{"Url":"https://h/?code=CANARY","Method":"{method}","Headers":{headers}}}}}}}"#
        );
        check(&format!("{:?}", Invocation::parse(payload.as_bytes()).unwrap()), MAX_PRINTED);
        let context = format!(r#"{{"name":{long},"transport":{{"properties":{{"headers":{headers}}}}}}}"#);
        check(&format!("{:?}", ToolInvocation::from_context(context.as_bytes()).unwrap()), MAX_PRINTED);

        let call = format!(r#"{{"method":"tools/call","params":{{"name":{long},"arguments":"CANARY"}}}}"#);
        short(&ToolCall::parse(call.as_bytes()).unwrap());

        let claims = vec![format!(r#"{{"typ":{long},"val":"CANARY"}}"#); 2].join(",");
        let many = vec![r#"{"typ":"a","val":"CANARY"}"#; 3000].join(",");
        let body = format!(r#"{{"identityProvider":{long},"claims":[{claims},{many}],"accessToken":"CANARY"}}"#);
        check(&format!("{:?}", RolesRequest::parse(body.as_bytes()).unwrap()), MAX_PRINTED);
        let principal = base64::Engine::encode(
            &base64::prelude::BASE64_STANDARD,
            format!(r#"{{"auth_typ":"aad","claims":[{many}]}}"#),
        );
        check(&format!("{:?}", EasyAuthPrincipal::parse(&principal)), MAX_PRINTED);
    }

    #[test]
    fn of_addresses_and_settings(text in text()) {
        let long = json(&text);
        let back = ReturnTo::path(&format!("/{}?code=CANARY", "a".repeat(60_000))).unwrap();
        let endpoints = Endpoints::default();
        short(&endpoints.login(&IdentityProvider::ENTRA).unwrap().return_to(&back).parameter("x", "CANARY"));
        short(&endpoints.logout().return_to(&back));
        let long_path = format!("/{}", "a".repeat(60_000));
        short(&Endpoints::with_prefix(&long_path).unwrap());

        short(&UnauthenticatedAction::Other(text.clone()));
        let scope = format!("api://{}/b", "a".repeat(60_000));
        short(&Scope::parse(&scope).unwrap());
        let document = format!(
            r#"{{"properties":{{"platform":{{"enabled":true}},"globalValidation":{{"unauthenticatedClientAction":{long},
            "redirectToProvider":{long}}},"identityProviders":{{"azureActiveDirectory":{{"registration":{{"clientId":"a",
            "openIdIssuer":{long}}}}},"customOpenIdConnectProviders":{{{long}:{{}}}}}}}}}}"#
        );
        let settings: AuthSettingsV2 = document.parse().unwrap();
        short(&settings);
        for finding in settings.lint() {
            shown(&finding);
        }
        let old = format!(r#"{{"enabled":true,"tokenStoreEnabled":true,"clientSecret":"CANARY","issuer":{long}}}"#);
        let old: AuthSettingsV1 = old.parse().unwrap();
        short(&old);
        short(&old.migrate());
    }
}

/// Developers sometimes pass the secret itself instead of the name of its setting.
#[test]
fn of_builders_with_a_secret_instead_of_a_name() {
    let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012".parse().unwrap();
    let app = EntraApp::new(&tenant, CLIENT.parse().unwrap()).secret_setting("CANARY~secret");
    short(&app);
    let builder = AuthSettingsV2::builder(Service::AppService).entra(app).provider(
        &IdentityProvider::GOOGLE,
        "id",
        "CANARY~secret",
    );
    short(&builder);
    let parameters = LoginParameters::builder().scopes(["openid"]).build().unwrap();
    short(&parameters);
}
