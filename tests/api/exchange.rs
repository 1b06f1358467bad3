//! Requests for tokens for other APIs, and the responses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    AccessToken, RefreshToken,
    error_codes::KnownError,
    exchange::{
        ClientCredential, MAX_TOKEN_ERROR_LEN, MAX_TOKEN_RESPONSE_LEN, TokenEndpoint, TokenError,
        TokenErrorKind, TokenRequest, TokenRequestErrorKind, TokenResponse,
    },
    resource::{ARM, Cloud, GRAPH},
};
use http::{StatusCode, header};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::support::{chain, compact};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT: &str = "8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c";

fn endpoint() -> TokenEndpoint {
    TokenEndpoint::entra(TENANT).unwrap()
}

fn secret() -> ClientCredential {
    ClientCredential::secret("canary~secret+/&=")
}

fn access(claims: &str) -> AccessToken {
    AccessToken::new(compact(r#"{"typ":"JWT","alg":"RS256"}"#, claims))
}

/// A token for the client, of a user.
fn own() -> AccessToken {
    access(&format!(r#"{{"aud":"{CLIENT}","scp":"access_as_user"}}"#))
}

/// The exchange of a token for one of another API.
fn exchange<'a>(token: &'a AccessToken, credential: &'a ClientCredential) -> TokenRequest<'a> {
    TokenRequest::on_behalf_of(token).client(CLIENT, credential).scope(GRAPH.scope("User.Read"))
}

/// The fields of a form, decoded.
fn fields(body: &[u8]) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            assert!(byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte));
            if byte == b'%' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap().to_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = std::str::from_utf8(body).unwrap().split('&');
    pairs.map(|pair| pair.split_once('=').unwrap()).map(|(k, v)| (decode(k), decode(v))).collect()
}

#[track_caller]
fn check_request(request: TokenRequest<'_>, expected: &[(&str, &str)]) {
    let request = request.build(&endpoint()).expect("a request");
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.uri(), endpoint().uri());
    assert_eq!(request.headers().len(), 2);
    assert_eq!(request.headers()[header::ACCEPT], "application/json");
    assert_eq!(request.headers()[header::CONTENT_TYPE], "application/x-www-form-urlencoded");
    let fields = fields(request.body());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(fields, expected);
}

#[track_caller]
fn check_error(request: &TokenRequest<'_>, code: &str, message: &str) {
    let error = request.build(&endpoint()).expect_err("an error");
    assert_eq!((error.kind().code(), chain(&error).as_str()), (code, message));
}

#[test]
fn every_cloud_has_an_endpoint() {
    #[track_caller]
    fn check(cloud: Cloud, host: &str) {
        assert_eq!(cloud.sign_in_host(), host);
        let endpoint = TokenEndpoint::in_cloud("Contoso.OnMicrosoft.com", cloud).unwrap();
        let address = format!("https://{host}/contoso.onmicrosoft.com/oauth2/v2.0/token");
        assert_eq!(endpoint.to_string(), address);
        assert_eq!(endpoint.uri().host(), Some(host));
    }
    check(Cloud::Public, "login.microsoftonline.com");
    check(Cloud::UsGov, "login.microsoftonline.us");
    check(Cloud::UsGovDod, "login.microsoftonline.us");
    check(Cloud::China, "login.partner.microsoftonline.cn");
    check(Cloud::France, "login.sovcloud-identity.fr");
    check(Cloud::Germany, "login.sovcloud-identity.de");
    check(Cloud::Singapore, "login.sovcloud-identity.sg");
}

#[test]
fn a_tenant_is_a_guid_or_a_domain() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    let upper = TENANT.to_uppercase();
    for tenant in [TENANT, &upper, "contoso.com", "a-b.c1.example", "1.2.com", &longest] {
        assert!(TokenEndpoint::entra(tenant).is_ok(), "{tenant}");
    }
    assert_eq!(TokenEndpoint::entra(&upper), TokenEndpoint::entra(TENANT));
    let too_long = format!("{longest}a");
    let long_label = format!("{label}a.com");
    for tenant in [
        "",
        "common",
        "organizations",
        "consumers",
        "Common",
        "contoso",
        ".",
        ".com",
        "contoso.",
        "a..b",
        "-a.com",
        "a-.com",
        "1.2.3.4",
        "contoso.com/common",
        "contoso.com?",
        "contoso.com#a",
        "contoso.com:443",
        "a@contoso.com",
        " contoso.com",
        "contoso.com\n",
        "münchen.example",
        "b811a652-39e6-4a0c-b563-4279a1dd501",
        &too_long,
        &long_label,
    ] {
        let error = TokenEndpoint::entra(tenant).expect_err(tenant).to_string();
        let expected = "expected the GUID or a domain name of a tenant, found \"";
        assert!(error.starts_with(expected), "{error}");
        assert!(error.len() < 400 && !error.contains('\n'), "{error}");
    }
    let error = TokenEndpoint::entra("common").unwrap_err();
    let message = "expected the GUID or a domain name of a tenant, found \"common\"";
    assert_eq!(error.to_string(), message);
    assert_eq!(format!("{error:?}"), format!("InvalidTokenEndpoint({message})"));
}

/// Microsoft Entra External ID has a host for each tenant.
#[test]
fn an_authority_names_host_and_tenant() {
    #[track_caller]
    fn check(authority: &str, host: &str, tenant: &str) {
        let endpoint = TokenEndpoint::of_authority(authority).expect(authority);
        assert_eq!(endpoint.to_string(), format!("https://{host}/{tenant}/oauth2/v2.0/token"));
    }
    let host = "contoso.ciamlogin.com";
    for end in ["", "/", "/v2.0", "/v2.0/", "/oauth2/v2.0/token"] {
        check(&format!("https://{host}/{TENANT}{end}"), host, TENANT);
    }
    check("HTTPS://Contoso.CiamLogin.com/Contoso.OnMicrosoft.com", host, "contoso.onmicrosoft.com");
    check("https://contoso.ciamlogin.com", host, "contoso.onmicrosoft.com");
    check("https://contoso.ciamlogin.com/", host, "contoso.onmicrosoft.com");
    // A custom URL domain, and the workforce.
    check(&format!("https://login.contoso.example/{TENANT}"), "login.contoso.example", TENANT);
    check(
        &format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
        "login.microsoftonline.com",
        TENANT,
    );
    for authority in [
        "",
        "contoso.ciamlogin.com",
        "http://contoso.ciamlogin.com/contoso.onmicrosoft.com",
        "https://",
        "https:///contoso.onmicrosoft.com",
        "https://contoso.ciamlogin.com:8443/contoso.onmicrosoft.com",
        "https://user:canary@contoso.ciamlogin.com/contoso.onmicrosoft.com",
        "https://127.0.0.1/contoso.onmicrosoft.com",
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com",
        "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_susi",
        "https://contoso.ciamlogin.com/contoso.onmicrosoft.com?code=canary",
        "https://contoso.ciamlogin.com/contoso.onmicrosoft.com#canary",
        "https://contoso.ciamlogin.com/a b",
    ] {
        let error = TokenEndpoint::of_authority(authority).expect_err(authority).to_string();
        assert!(
            error
                .starts_with("expected https://<host>/<GUID or domain name of a tenant>, found \"")
        );
    }
    let error = TokenEndpoint::of_authority("https://h.example/t.example?code=canary").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

/// Users mistake a sign-in host for the domain of a tenant.
#[test]
fn sign_in_hosts_are_rejected_as_tenants() {
    for host in [
        "contoso.ciamlogin.com",
        "CONTOSO.CIAMLOGIN.COM",
        "contoso.b2clogin.com",
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "login-us.microsoftonline.com",
        "sts.windows.net",
    ] {
        let error = TokenEndpoint::entra(host).expect_err(host);
        assert_eq!(
            error.to_string(),
            format!(
                "expected the GUID or a domain name of a tenant, found the sign-in host \"{host}\": use \
                 TokenEndpoint::of_authority(\"https://{host}/<tenant>\")"
            ),
        );
    }
}

#[test]
fn a_token_is_exchanged_on_behalf_of_its_user() {
    let (token, credential) = (own(), secret());
    let request = TokenRequest::on_behalf_of(&token)
        .client(CLIENT, &credential)
        .scope(ARM.scope("user_impersonation"))
        .scopes(["offline_access", "offline_access"]);
    check_request(
        request,
        &[
            ("client_id", CLIENT),
            ("client_secret", "canary~secret+/&="),
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", token.expose_secret()),
            ("requested_token_use", "on_behalf_of"),
            ("scope", "https://management.azure.com/user_impersonation offline_access"),
        ],
    );
}

#[test]
fn a_refresh_token_is_redeemed() {
    let token = RefreshToken::new("0.AX%+ é");
    let credential = ClientCredential::assertion("a.b.c");
    let request = TokenRequest::refresh(&token)
        .client(CLIENT, &credential)
        .scopes(["User.Read", "https://graph.microsoft.com/Mail.Read"]);
    check_request(
        request,
        &[
            ("client_id", CLIENT),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", "a.b.c"),
            ("grant_type", "refresh_token"),
            ("refresh_token", "0.AX%+ é"),
            ("scope", "User.Read https://graph.microsoft.com/Mail.Read"),
        ],
    );
}

#[test]
fn a_form_is_encoded() {
    let (token, credential) = (RefreshToken::new("a b&c=d"), ClientCredential::secret("é~"));
    let request = TokenRequest::refresh(&token).client(CLIENT, &credential).scope("api://a/b");
    let request = request.build(&endpoint()).unwrap();
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        format!(
            "client_id={CLIENT}&client_secret=%C3%A9~&grant_type=refresh_token&\
             refresh_token=a%20b%26c%3Dd&scope=api%3A%2F%2Fa%2Fb"
        ),
    );
}

const GUID: &str = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

/// Anything that can be a secret.
const TEXT: &str = "(?s).{1,20}";

/// Scopes of one API, those of OpenID Connect, and strings that may not be a scope.
fn scope() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "api://orders/[A-Za-z_~é-]{1,4}",
        2 => select(vec!["openid", "email", "profile", "offline_access"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn credential(is_secret: bool, text: &str) -> ClientCredential {
    if is_secret { ClientCredential::secret(text) } else { ClientCredential::assertion(text) }
}

/// Another string of the same length.
fn masked(text: &str) -> String {
    "x".repeat(text.len())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// RFC 6749 appendix B: decoding a form gives the values that were encoded.
    #[test]
    fn forms_decode_to_their_fields(
        client in GUID,
        is_secret in any::<bool>(),
        secret in TEXT,
        claim in TEXT,
        refresh_token in TEXT,
        scopes in vec(scope(), 0..4),
    ) {
        let claims = serde_json::json!({"aud": &client, "scp": "a", "name": claim});
        let (token, refresh) = (access(&claims.to_string()), RefreshToken::new(&refresh_token));
        let credential = credential(is_secret, &secret);
        let mut scope = vec!["api://orders/read"];
        for text in &scopes {
            if !scope.contains(&text.as_str()) {
                scope.push(text);
            }
        }
        let mut client_fields = vec![("client_id", client.as_str())];
        if is_secret {
            client_fields.push(("client_secret", &secret));
        } else {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            client_fields.extend([("client_assertion_type", kind), ("client_assertion", &secret)]);
        }
        let exchange = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", token.expose_secret()),
            ("requested_token_use", "on_behalf_of"),
        ];
        let renewal = [("grant_type", "refresh_token"), ("refresh_token", &refresh_token)];
        for (request, grant) in [
            (TokenRequest::on_behalf_of(&token), &exchange[..]),
            (TokenRequest::refresh(&refresh), &renewal[..]),
        ] {
            let request = request.client(&client, &credential).scope(scope[0]).scopes(&scopes);
            match request.build(&endpoint()) {
                Ok(_) => {
                    let scope = scope.join(" ");
                    check_request(request, &[&client_fields[..], grant, &[("scope", &scope)]].concat());
                }
                Err(error) => prop_assert!(matches!(
                    error.kind(),
                    TokenRequestErrorKind::InvalidScope
                        | TokenRequestErrorKind::TwoApis
                        | TokenRequestErrorKind::DefaultMixed
                )),
            }
        }
    }

    /// Any secret is accepted, and so are scopes of one API.
    #[test]
    fn requests_with_scopes_of_one_api_are_built(secret in TEXT, scopes in vec("api://orders/[A-Za-z_-]{1,4}", 1..4)) {
        let (token, credential) = (RefreshToken::new(&secret), ClientCredential::secret(&secret));
        let request = TokenRequest::refresh(&token).client(CLIENT, &credential).scopes(scopes);
        prop_assert!(request.build(&endpoint()).is_ok());
    }

    #[test]
    fn debug_output_does_not_depend_on_secrets(
        is_secret in any::<bool>(),
        secret in any::<String>(),
        token in any::<String>(),
        is_exchange in any::<bool>(),
    ) {
        let printed = |secret: &str, token: &str| {
            let credential = credential(is_secret, secret);
            let (access, refresh) = (AccessToken::new(token), RefreshToken::new(token));
            let request = if is_exchange {
                TokenRequest::on_behalf_of(&access)
            } else {
                TokenRequest::refresh(&refresh)
            };
            let request = request.client(CLIENT, &credential).scope("api://orders/read");
            format!("{request:?} {request:#?} {credential:?}")
        };
        prop_assert_eq!(printed(&secret, &token), printed(&masked(&secret), &masked(&token)));
    }
}

#[test]
fn requests_need_a_valid_client() {
    let (token, credential) = (RefreshToken::new("r"), secret());
    let request = || TokenRequest::refresh(&token).scope("User.Read");
    check_error(&request(), "no-client", "the request names no client: call TokenRequest::client");
    for id in ["", "orders", "api://8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c"] {
        let message = format!("expected a GUID as the client ID, found {id:?}");
        check_error(&request().client(id, &credential), "invalid-client-id", &message);
    }
    for empty in [ClientCredential::secret(""), ClientCredential::assertion("")] {
        let request = request().client(CLIENT, &empty);
        check_error(
            &request,
            "empty-credential",
            "the client credential is empty: check that the app setting with it exists",
        );
    }
    let empty = RefreshToken::new("");
    let request = TokenRequest::refresh(&empty).client(CLIENT, &credential).scope("User.Read");
    check_error(&request, "empty-refresh-token", "the refresh token is empty");
}

#[test]
fn scopes_must_belong_to_one_api() {
    let (token, credential) = (RefreshToken::new("r"), secret());
    let request = |scopes: &[&str]| {
        TokenRequest::refresh(&token).client(CLIENT, &credential).scopes(scopes.iter().copied())
    };
    let arm = "https://management.azure.com/user_impersonation";
    for scopes in [
        &["User.Read", "Mail.Read"][..],
        &["openid", "User.Read"],
        &["797f4846-ba00-4fd7-ba43-dac1f8f63013/.default"],
        &[arm, "https://management.core.windows.net//user_impersonation"],
        &["api://orders/Read", "api://orders/Write", "offline_access"],
        &["api://orders/.default", "api://orders/.default", "openid"],
    ] {
        assert!(request(scopes).build(&endpoint()).is_ok(), "{scopes:?}");
    }
    for scopes in [&[][..], &["openid"], &["offline_access", "profile"]] {
        check_error(&request(scopes), "no-scope", "the request has no scope of an API");
    }
    let check_two = |scopes: &[&str], apis: &str| {
        let message = format!(
            "expected scopes of one API, found scopes of {apis}: make one request for each API"
        );
        check_error(&request(scopes), "two-apis", &message);
    };
    check_two(
        &["User.Read", arm, "Mail.Read"],
        "Microsoft Graph (https://graph.microsoft.com) and Azure Resource Manager \
         (https://management.azure.com)",
    );
    check_two(&["api://orders/Read", "api://bills/Read"], "api://orders and api://bills");
    check_two(
        &[arm, "https://management.usgovcloudapi.net/user_impersonation"],
        "Azure Resource Manager (https://management.azure.com) and Azure Resource Manager (UsGov) \
         (https://management.usgovcloudapi.net)",
    );
    let many: Vec<String> = (0..20).map(|api| format!("api://{api}/a")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let first = (0..8).map(|api| format!("api://{api}")).collect::<Vec<_>>().join(" and ");
    check_two(&many, &format!("{first} and others"));
    let mixed = "the scopes combine .default with other scopes of its API";
    let scopes = ["User.Read", "https://graph.microsoft.com/.default"];
    check_error(&request(&scopes), "default-mixed", mixed);
    check_error(
        &request(&["openid", "openid", "openid profile"]),
        "invalid-scope",
        "scope number 2 is invalid: expected one scope, found \"openid profile\", whose byte 6 is not \
         allowed in a scope",
    );
}

#[test]
fn only_tokens_for_the_own_api_are_exchanged() {
    let credential = secret();
    fn own_or_orders<'a>(token: &'a AccessToken, by: &'a ClientCredential) -> TokenRequest<'a> {
        exchange(token, by).own_audience("https://orders.contoso.example")
    }
    for audience in [
        CLIENT,
        &CLIENT.to_uppercase(),
        &format!("api://{CLIENT}"),
        "https://orders.contoso.example",
        "https://orders.contoso.example/",
    ] {
        let token = access(&format!(r#"{{"aud":"{audience}","scp":"a"}}"#));
        assert!(own_or_orders(&token, &credential).build(&endpoint()).is_ok(), "{audience}");
    }
    let found = |named: &str| {
        format!("expected an access token for the client {CLIENT}, found one for {named}")
    };
    let check = |audience: &str, named: &str| {
        let token = access(&format!(r#"{{"aud":"{audience}","scp":"a"}}"#));
        check_error(&own_or_orders(&token, &credential), "wrong-audience", &found(named));
    };
    let graph = "00000003-0000-0000-c000-000000000000";
    check(graph, &format!("Microsoft Graph ({graph})"));
    let arm = "https://management.azure.com/";
    check(arm, &format!("Azure Resource Manager ({arm})"));
    check("api://orders", "api://orders");
    check(
        "api://api://8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c",
        "api://api://8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c",
    );
    let token = access(r#"{"scp":"a"}"#);
    check_error(&own_or_orders(&token, &credential), "wrong-audience", &found("no API"));
    let token = access(r#"{"aud":"a\r\nb","scp":"a"}"#);
    let escaped = found(r"a\u{d}\u{a}b");
    check_error(&own_or_orders(&token, &credential), "wrong-audience", &escaped);
}

/// Entra compares exactly (AADSTS500131), and a difference in case is easily overlooked.
#[test]
fn an_own_audience_in_another_case_is_named() {
    let (credential, token) = (secret(), access(r#"{"aud":"api://mycompany/orders","scp":"a"}"#));
    let own = |audience| exchange(&token, &credential).own_audience(audience);
    check_error(
        &own("api://myCompany/orders"),
        "audience-case",
        "expected an access token for api://myCompany/orders, found one for api://mycompany/orders: the \
         two differ in case, and Microsoft Entra compares exactly",
    );
    assert!(own("api://mycompany/orders").build(&endpoint()).is_ok());
}

#[test]
fn other_tokens_cannot_be_exchanged() {
    let credential = secret();
    // `X-MS-AUTH-TOKEN` of Static Web Apps: Entra would respond with AADSTS50013.
    let swa = r#"{"iss":"https://orders.azurestaticapps.net/.auth","aud":"https://orders.azurewebsites.net"}"#;
    let swa = access(swa);
    let message = "Static Web Apps issued the access token (azurestaticapps.net/.auth), and Microsoft \
                   Entra exchanges only tokens that it issued";
    let request = exchange(&swa, &credential).own_audience("https://orders.azurewebsites.net");
    check_error(&request, "static-web-apps-token", message);
    let id = access(&format!(r#"{{"aud":"{CLIENT}","nonce":"n"}}"#));
    let message = "expected an access token, found an ID token, which cannot be exchanged";
    check_error(&exchange(&id, &credential), "id-token", message);
    let message = "expected an access token of a user, found one of an application";
    let by_subject = r#""oid":"o","sub":"o","azp":"c","iss":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0""#;
    for claims in [r#""idtyp":"app","roles":["a"]"#, by_subject] {
        let app = access(&format!(r#"{{"aud":"{CLIENT}",{claims}}}"#));
        check_error(&exchange(&app, &credential), "no-user", message);
    }
    let unreadable = "the access token cannot be read, so it is not one for your own API: ";
    let opaque = AccessToken::new("EwBcanary");
    check_error(
        &exchange(&opaque, &credential),
        "unreadable-token",
        &format!("{unreadable}the token is opaque: expected a JWT of 3 segments"),
    );
    let encrypted = AccessToken::new("e30.a.b.c.d");
    let message =
        format!("{unreadable}the token is encrypted: only the API that it is for can read it");
    check_error(&exchange(&encrypted, &credential), "unreadable-token", &message);
}

#[test]
fn debug_and_errors_hide_secrets() {
    let credential = secret();
    assert_eq!(format!("{credential:?}"), "ClientCredential(secret, 17 bytes)");
    let assertion = ClientCredential::assertion("canary.canary.canary");
    assert_eq!(format!("{assertion:?}"), "ClientCredential(assertion, 20 bytes)");
    let token = access(r#"{"aud":"a","scp":"canary"}"#);
    for request in [
        TokenRequest::on_behalf_of(&token).client(CLIENT, &credential).scope("api://a/b"),
        TokenRequest::refresh(&RefreshToken::new("canary")).client(CLIENT, &assertion),
    ] {
        let debug = format!("{request:?}");
        assert!(!debug.contains("canary") && !debug.contains("eyJ"), "{debug}");
        let error = request.build(&endpoint()).unwrap_err();
        let text = format!("{} {error:?}", chain(&error));
        assert!(text.contains("TokenRequestError("), "{text}");
        assert!(!text.contains("canary") && !text.contains("eyJ"), "{text}");
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn responses_have_tokens() {
    let body = br#"{"token_type":"bEARER","scope":"https://graph.microsoft.com/User.Read  a","expires_in":3599,
        "ext_expires_in":3599,"access_token":"canary-a","refresh_token":"canary\u002dr","id_token":"canary-i"}"#;
    let response = TokenResponse::parse(StatusCode::OK, body).unwrap();
    assert_eq!(response.access_token().expose_secret(), "canary-a");
    assert_eq!(response.refresh_token().unwrap().expose_secret(), "canary-r");
    assert_eq!(response.id_token().unwrap().expose_secret(), "canary-i");
    assert_eq!(response.expires_in(), Some(Duration::from_secs(3599)));
    assert_eq!(response.expires_at(at(1)), Some(at(3600)));
    assert!(response.scopes().eq(["https://graph.microsoft.com/User.Read", "a"]));
    assert!(!format!("{response:?}").contains("canary"));
    assert_eq!(response.into_access_token().expose_secret(), "canary-a");

    let body = br#"{"token_type":"Bearer","access_token":"a","refresh_token":null,"id_token":"",
        "expires_in":null}"#;
    let response = TokenResponse::parse(StatusCode::CREATED, body).unwrap();
    assert!(response.refresh_token().is_none() && response.id_token().is_none());
    assert_eq!((response.expires_in(), response.expires_at(at(1))), (None, None));
    assert_eq!(response.scopes().next(), None);
}

#[test]
fn lifetimes_are_numbers_or_strings() {
    let parse = |value: &str| {
        let body = format!(r#"{{"token_type":"Bearer","access_token":"a","expires_in":{value}}}"#);
        TokenResponse::parse(StatusCode::OK, body.as_bytes())
    };
    for (value, expected) in [("0", 0), ("3599", 3599), (r#""3599""#, 3599)] {
        let response = parse(value).unwrap();
        assert_eq!(response.expires_in(), Some(Duration::from_secs(expected)), "{value}");
    }
    let endless = parse("18446744073709551615").unwrap();
    assert_eq!(endless.expires_at(at(1)), None);
    for value in ["-1", "1.5", "1e3", r#""""#, r#"" 1""#, r#""+1""#, "[]", "true"] {
        let error = parse(value).expect_err(value);
        check_invalid(&error, "the member expires_in has the wrong JSON type or is out of range");
    }
    let error = parse("18446744073709551616").unwrap_err();
    check_invalid(&error, "the member expires_in has the wrong JSON type or is out of range");
}

#[track_caller]
fn check_invalid(error: &TokenError, source: &str) {
    assert_eq!(error.kind(), TokenErrorKind::InvalidResponse);
    let message =
        "the token endpoint responded with 200 OK: expected a token response of the type Bearer";
    assert_eq!(chain(error), format!("{message}: {source}"));
    assert!(!error.is_retryable() && !error.needs_user());
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn invalid_responses() {
    #[track_caller]
    fn check(body: impl AsRef<[u8]>, source: &str) {
        check_invalid(&TokenResponse::parse(StatusCode::OK, body.as_ref()).unwrap_err(), source);
    }
    check("", "the body is not JSON at byte 0");
    check("<html>canary", "the body is not JSON at byte 0");
    check(b"{\"a\":\"\xff\"}", "the body is not JSON at byte 6");
    check("{} x", "the body is not JSON at byte 3");
    check("[]", "the body is not a JSON object");
    check("{}", "the body has no member token_type");
    check(r#"{"token_type":"Bearer"}"#, "the body has no member access_token");
    check(r#"{"token_type":"Bearer","access_token":""}"#, "the body has no member access_token");
    check(r#"{"token_type":"Bearer","access_token":null}"#, "the body has no member access_token");
    check(r#"{"access_token":"canary"}"#, "the body has no member token_type");
    let type_of = "the token is not of the type Bearer";
    check(r#"{"token_type":"pop","access_token":"canary"}"#, type_of);
    let wrong =
        |member: &str| format!("the member {member} has the wrong JSON type or is out of range");
    check(r#"{"token_type":null}"#, &wrong("token_type"));
    check(r#"{"token_type":"Bearer","scope":[]}"#, &wrong("scope"));
    for member in ["access_token", "refresh_token", "id_token"] {
        check(format!(r#"{{"{member}":1}}"#), &wrong(member));
    }
    for (member, value) in [
        ("access_token", r#""canary""#),
        ("refresh_token", r#""canary""#),
        ("id_token", "null"),
        ("token_type", r#""Bearer""#),
        ("expires_in", "1"),
        ("scope", r#""a""#),
    ] {
        let body = format!(r#"{{"{member}":{value},"{member}":{value}}}"#);
        check(body, &format!("the body has a duplicate member {member}"));
    }
    let short = r#"{"token_type":"Bearer","access_token":"a"}"#;
    let longest = format!("{short}{}", " ".repeat(MAX_TOKEN_RESPONSE_LEN - short.len()));
    assert!(TokenResponse::parse(StatusCode::OK, longest.as_bytes()).is_ok());
    check(
        format!("{longest} "),
        "expected a body of at most 1048576 bytes, found one of 1048577 bytes",
    );
}

#[track_caller]
fn error(status: u16, body: impl AsRef<[u8]>) -> TokenError {
    let status = StatusCode::from_u16(status).unwrap();
    TokenResponse::parse(status, body.as_ref()).expect_err("an error")
}

#[test]
fn rejections_have_kinds() {
    use TokenErrorKind as Kind;
    #[track_caller]
    fn check(status: u16, body: &str, kind: Kind) {
        let error = error(status, body);
        assert_eq!(error.kind(), kind);
        assert_eq!(error.is_retryable(), kind == Kind::Unavailable);
        let of_user = [Kind::InvalidGrant, Kind::ConsentRequired, Kind::InteractionRequired];
        assert_eq!(error.needs_user(), of_user.contains(&kind));
        assert_eq!(error.status().as_u16(), status);
    }
    let code = |code: &str| format!(r#"{{"error":"{code}"}}"#);
    check(400, &code("invalid_grant"), Kind::InvalidGrant);
    check(400, &code("interaction_required"), Kind::InteractionRequired);
    check(400, &code("login_required"), Kind::InteractionRequired);
    check(400, &code("consent_required"), Kind::ConsentRequired);
    check(401, &code("invalid_client"), Kind::InvalidClient);
    check(400, &code("unauthorized_client"), Kind::UnauthorizedClient);
    check(400, &code("invalid_scope"), Kind::InvalidScope);
    check(400, &code("invalid_resource"), Kind::InvalidScope);
    check(400, &code("temporarily_unavailable"), Kind::Unavailable);
    check(400, &code("server_error"), Kind::Unavailable);
    check(400, &code("invalid_request"), Kind::Other);
    check(400, &code("Invalid_Grant"), Kind::Other);
    check(302, "", Kind::Other);
    check(400, "<html>", Kind::Other);
    for status in [408, 429, 500, 503, 599] {
        check(status, &code("invalid_grant"), Kind::Unavailable);
        check(status, "", Kind::Unavailable);
    }
    let with = |more: &str| format!(r#"{{"error":"invalid_grant",{more}}}"#);
    check(400, &with(r#""suberror":"consent_required""#), Kind::ConsentRequired);
    check(400, &with(r#""suberror":"bad_token""#), Kind::InvalidGrant);
    check(400, &with(r#""error_codes":[65001]"#), Kind::ConsentRequired);
    check(400, &with(r#""error_codes":[50013]"#), Kind::WrongAssertion);
    check(400, &with(r#""error_codes":[1,500131]"#), Kind::WrongAssertion);
    check(400, &with(r#""error_description":"AADSTS50013: a""#), Kind::WrongAssertion);
    check(400, &with(r#""error_codes":[500133]"#), Kind::InvalidGrant);
    check(400, r#"{"error":"invalid_client","error_codes":[50013]}"#, Kind::InvalidClient);
}

/// The server uses `invalid_request` and `invalid_grant` for many errors. The number tells them apart.
#[test]
fn the_number_of_entra_decides_the_kind() {
    use TokenErrorKind as Kind;
    #[track_caller]
    fn check(error: &str, members: &str, kind: Kind, aadsts: u32) {
        let found = self::error(400, format!(r#"{{"error":"{error}",{members}}}"#));
        assert_eq!((found.kind(), found.aadsts()), (kind, Some(aadsts)));
        assert_eq!(found.known().and_then(KnownError::aadsts), Some(aadsts));
    }
    // An ID token as assertion (microsoft/azure-spring-boot#333, #943).
    check("invalid_request", r#""error_codes":[240002]"#, Kind::WrongAssertion, 240_002);
    check("invalid_request", r#""error_codes":[50027]"#, Kind::WrongAssertion, 50027);
    check("invalid_client", r#""error_codes":[50027]"#, Kind::InvalidClient, 50027);
    // No federated credential matches (Azure AD Workload Identity, troubleshooting).
    check("invalid_request", r#""error_codes":[70021]"#, Kind::InvalidClient, 70021);
    check("invalid_grant", r#""error_codes":[700213]"#, Kind::InvalidClient, 700_213);
    // An expired assertion (Azure-Samples/active-directory-dotnet-webapi-onbehalfof#25).
    let expired =
        r#""error_description":"AADSTS50013: Assertion is not within its valid time range.""#;
    check("invalid_grant", expired, Kind::InvalidGrant, 50013);
    let malformed =
        r#""error_description":"AADSTS50013: Assertion contains an invalid signature.""#;
    check("invalid_grant", malformed, Kind::WrongAssertion, 50013);
    // The umbrella code comes first, and is the least specific.
    check("invalid_grant", r#""error_codes":[70002,500133]"#, Kind::InvalidGrant, 500_133);
    check("invalid_grant", r#""error_codes":[70002,50013,500131]"#, Kind::WrongAssertion, 500_131);
    check("invalid_client", r#""error_codes":[70002]"#, Kind::InvalidClient, 70002);
    // A bare scope went to Microsoft Graph (MicrosoftDocs/azure-docs#37280).
    check("invalid_client", r#""error_codes":[650053]"#, Kind::InvalidScope, 650_053);
    check("interaction_required", r#""error_codes":[65001]"#, Kind::ConsentRequired, 65001);
    check("invalid_request", r#""error_codes":[90033]"#, Kind::Unavailable, 90033);
    // Conditional Access and multifactor authentication.
    for (number, text) in [(53003, "53003"), (50076, "50076"), (50079, "50079")] {
        let members = format!(r#""error_codes":[{text}],"claims":"{{\"access_token\":{{}}}}""#);
        check("invalid_grant", &members, Kind::InteractionRequired, number);
        let members = format!(r#""error_codes":[{text}]"#);
        check("invalid_grant", &members, Kind::InteractionRequired, number);
    }
}

/// An endpoint that is not available can send any code. The advice is to try again.
#[test]
fn a_known_number_explains_nothing_while_the_endpoint_is_unavailable() {
    let advice = |body: &str| {
        let message = error(503, body).to_string();
        message.split_once(": ").expect("advice").1.to_owned()
    };
    let known = r#"{"error":"invalid_grant","error_codes":[65001]}"#;
    assert_eq!(advice(known), advice(""));
    assert!(error(400, known).to_string().contains("consent"));
}

#[test]
fn a_claims_challenge_means_interaction_for_any_number() {
    let body = r#"{"error":"invalid_grant","error_codes":[1],"claims":"{}"}"#;
    let rejection = error(400, body);
    assert_eq!(
        (rejection.kind(), rejection.claims()),
        (TokenErrorKind::InteractionRequired, Some("{}"))
    );
    // An empty challenge counts as missing.
    let rejection = error(400, r#"{"error":"invalid_grant","claims":""}"#);
    assert_eq!((rejection.kind(), rejection.claims()), (TokenErrorKind::InvalidGrant, None));
    // Consent comes first: a sign-in with these claims does not provide it.
    let rejection = error(400, r#"{"error":"invalid_grant","error_codes":[65001],"claims":"{}"}"#);
    assert_eq!(rejection.kind(), TokenErrorKind::ConsentRequired);
}

#[test]
fn rejections_have_the_number_of_entra() {
    #[track_caller]
    fn check(members: &str, expected: Option<u32>) {
        assert_eq!(error(400, format!("{{{members}}}")).aadsts(), expected);
    }
    check(r#""error_codes":[70011,1]"#, Some(70011));
    check(r#""error_codes":[70011],"error_description":"AADSTS1: a""#, Some(70011));
    check(r#""error_codes":[],"error_description":"AADSTS7000215: a""#, Some(7_000_215));
    check(r#""error_codes":["70011",-1,4294967296,1.5,null]"#, None);
    check(r#""error_codes":70011"#, None);
    check(r#""error_description":"AADSTS""#, None);
    check(r#""error_description":"AADSTS: a""#, None);
    check(r#""error_description":"AADSTS+1: a""#, None);
    check(r#""error_description":"AADSTS99999999999: a""#, None);
    check(r#""error_description":" AADSTS1: a""#, None);
    check(r#""error_description":1"#, None);
}

#[test]
fn messages_of_rejections_hide_descriptions_and_claims() {
    let body = r#"{"error":"interaction_required","error_description":"AADSTS50079: canary\r\nTrace ID: 1",
        "error_codes":[50079],"suberror":"basic_action","trace_id":"canary",
        "claims":"{\"access_token\":{\"polids\":{\"values\":[\"canary\"]}}}"}"#;
    let rejection = error(400, body);
    assert_eq!(rejection.server_code(), Some("interaction_required"));
    assert_eq!(rejection.claims(), Some(r#"{"access_token":{"polids":{"values":["canary"]}}}"#));
    assert_eq!(rejection.description(), Some("AADSTS50079: canary\r\nTrace ID: 1"));
    assert_eq!(
        chain(&rejection),
        "the token endpoint responded with 400 Bad Request (interaction_required, AADSTS50079): the user must \
         register for multifactor authentication, by policy or location: sign in interactively, with the claims \
         challenge of the response if it has one",
    );
    assert_eq!(
        format!("{rejection:?}"),
        "TokenError { kind: InteractionRequired, status: 400, server_code: \
         Some(\"interaction_required\"), aadsts: Some(50079), invalid: None, .. }",
    );
    // Strings that are not a code are not shown either.
    let longest = "x".repeat(64);
    assert_eq!(
        error(400, format!(r#"{{"error":"{longest}"}}"#)).server_code(),
        Some(longest.as_str())
    );
    for code in ["", "canary canary", "a\\nb", "é", &format!("{longest}x")] {
        let rejection = error(400, format!(r#"{{"error":"{code}"}}"#));
        assert_eq!(rejection.server_code(), None);
        let message = "the token endpoint responded with 400 Bad Request: read the description";
        assert_eq!(rejection.to_string(), message);
    }
}

#[test]
fn only_the_status_of_long_rejections_counts() {
    let short = r#"{"error":"invalid_grant"}"#;
    let longest = format!("{short}{}", " ".repeat(MAX_TOKEN_ERROR_LEN - short.len()));
    assert_eq!(error(400, &longest).kind(), TokenErrorKind::InvalidGrant);
    assert_eq!(error(400, format!("{longest} ")).kind(), TokenErrorKind::Other);
}

#[test]
fn every_kind_has_advice() {
    let lines: Vec<String> = TokenErrorKind::ALL
        .iter()
        .map(|kind| format!("{}: {}", kind.code(), kind.advice()))
        .collect();
    assert_eq!(
        lines,
        [
            "invalid-grant: the token that was sent is no longer valid: have the user sign in again",
            "wrong-assertion: the token that was sent cannot be exchanged: send a fresh access token for your \
             own API",
            "consent-required: the user or an administrator must consent to the scopes",
            "interaction-required: the user must sign in again, with the claims challenge if there is \
             one",
            "invalid-client: check the client ID and its credential, which may have expired",
            "unauthorized-client: the client is not allowed to do this: check the app registration and the \
             tenant",
            "invalid-scope: check the scopes: one of them, or its API, is unknown in this tenant",
            "unavailable: the service is unavailable: try again later",
            "invalid-response: expected a token response of the type Bearer",
            "other: read the description",
        ],
    );
    let numbered = error(400, r#"{"error_codes":[1]}"#);
    let message =
        "the token endpoint responded with 400 Bad Request (AADSTS1): read the description";
    assert_eq!(numbered.to_string(), message);
}
