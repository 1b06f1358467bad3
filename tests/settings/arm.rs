//! Requests to Azure Resource Manager, and its rejections.

use std::error::Error as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{
    AccessToken,
    arm::{
        APP_SERVICE_API_VERSION, ArmError, ArmErrorKind, ArmRequestError, ArmRequestErrorKind,
        CONTAINER_APPS_API_VERSION, MAX_ARM_ERROR_LEN,
    },
    resource::Cloud,
    settings::{AuthSettingsV2, SiteId},
};
use http::{Method, Request, StatusCode, header};

const PROPERTIES: &str = r#"{"platform":{"enabled":true},"globalValidation":{},"identityProviders":{},"login":{"tokenStore":{"tokenRefreshExtensionHours":72.0}},"httpSettings":{}}"#;

pub(crate) fn access(payload: &str) -> AccessToken {
    let encode = |segment: &str| BASE64_URL_SAFE_NO_PAD.encode(segment);
    AccessToken::new(format!(
        "{}.{}.{}",
        encode(r#"{"typ":"JWT","alg":"RS256"}"#),
        encode(payload),
        encode("not a signature")
    ))
}

fn arm() -> AccessToken {
    access(r#"{"aud":"https://management.azure.com/","scp":"user_impersonation"}"#)
}

fn site() -> SiteId {
    SiteId::app_service("S", "G", "NAME").unwrap()
}

fn container_app() -> SiteId {
    SiteId::container_app("S", "G", "name").unwrap()
}

#[track_caller]
fn document(json: &str) -> AuthSettingsV2 {
    json.parse().expect("a document")
}

/// The envelope of App Service, with unusual spaces.
fn envelope() -> String {
    format!(
        r#"{{ "id":"/x", "name":"authsettingsV2", "type":"Microsoft.Web/sites/config", "properties":{PROPERTIES}}}"#
    )
}

fn container_app_envelope() -> String {
    format!(
        r#"{{"id":"/x","name":"current","type":"Microsoft.App/containerapps/authconfigs","properties":{PROPERTIES}}}"#
    )
}

fn container_app_properties() -> String {
    PROPERTIES.replace(r#""httpSettings""#, r#""encryptionSettings":{},"httpSettings""#)
}

/// An error and its source, as in a log.
fn chain(error: &ArmRequestError) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[track_caller]
fn rejected<T: std::fmt::Debug>(result: Result<T, ArmRequestError>, code: &str, message: &str) {
    let error = result.expect_err("an error");
    assert_eq!((error.kind().code(), chain(&error).as_str()), (code, message));
}

#[track_caller]
fn check_request(request: &Request<Vec<u8>>, method: Method, uri: &str) {
    assert_eq!((request.method(), request.uri().to_string().as_str()), (&method, uri));
    let headers = request.headers();
    assert_eq!(headers[header::ACCEPT], "application/json");
    assert!(headers[header::AUTHORIZATION].is_sensitive());
    let put = method == Method::PUT;
    assert_eq!(headers.contains_key(header::CONTENT_TYPE), put);
    assert_eq!(headers.len(), if put { 3 } else { 2 });
    assert_eq!(request.body().is_empty(), !put);
}

/// The addresses in the guide have the versions that the requests have.
#[test]
fn the_guide_names_both_api_versions() {
    let guide = include_str!("../../src/_guide/settings.md");
    for version in [APP_SERVICE_API_VERSION, CONTAINER_APPS_API_VERSION] {
        assert!(guide.contains(&format!("?api-version={version}")), "{version}");
    }
}

#[test]
fn requests() {
    const APP: &str = "https://management.azure.com/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME";
    const CONTAINER_APP: &str = "https://management.azure.com/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/name";
    let get = |uri: &str, site: &SiteId| {
        check_request(&site.get_auth_settings(&arm()).unwrap(), Method::GET, uri);
        check_request(&site.requests().get(&arm()).unwrap(), Method::GET, uri);
    };
    get(&format!("{APP}/config/authsettingsV2?api-version=2025-05-01"), &site());
    get(
        &format!("{APP}/slots/a/config/authsettingsV2?api-version=2025-05-01"),
        &site().in_slot("a").unwrap(),
    );
    get(&format!("{CONTAINER_APP}/authConfigs/current?api-version=2026-07-01"), &container_app());
    // Percent-encoded where a URI needs it.
    get(
        &format!("{APP}/config/authsettingsV2?api-version=2025-05-01").replace("/G/", "/(%C3%A9)/"),
        &SiteId::app_service("S", "(é)", "NAME").unwrap(),
    );

    check_request(
        &site().requests().list(&arm()).unwrap(),
        Method::GET,
        &format!("{APP}/config/authsettingsV2/list?api-version=2025-05-01"),
    );
    rejected(
        container_app().requests().list(&arm()),
        "no-list",
        "container apps have no /list: use get",
    );

    check_request(
        &site().put_auth_settings(&arm(), &document(&envelope())).unwrap(),
        Method::PUT,
        &format!("{APP}/config/authsettingsV2?api-version=2025-05-01"),
    );
    check_request(
        &container_app().put_auth_settings(&arm(), &document(&container_app_envelope())).unwrap(),
        Method::PUT,
        &format!("{CONTAINER_APP}/authConfigs/current?api-version=2026-07-01"),
    );
}

#[test]
fn bodies() {
    #[track_caller]
    fn check(site: &SiteId, json: &str, body: &str) {
        let put = site.put_auth_settings(&arm(), &document(json)).unwrap();
        assert_eq!(String::from_utf8(put.into_body()).unwrap(), body);
        let put = site.requests().put_partial(&arm(), &document(json)).unwrap();
        assert_eq!(String::from_utf8(put.into_body()).unwrap(), body);
        let own = site.requests().put_body(&document(json)).unwrap();
        assert_eq!(String::from_utf8(own).unwrap(), body);
    }
    check(&site(), &envelope(), &envelope());
    check(&site(), PROPERTIES, &format!(r#"{{"properties":{PROPERTIES}}}"#));
    check(&container_app(), &container_app_envelope(), &container_app_envelope());
    let properties = container_app_properties();
    check(&container_app(), &properties, &format!(r#"{{"properties":{properties}}}"#));
}

#[test]
fn the_token_is_sent_and_not_shown() {
    let access = arm();
    let request = site().put_auth_settings(&access, &document(&envelope())).unwrap();
    let bearer = request.headers()[header::AUTHORIZATION].to_str().unwrap();
    assert_eq!(bearer, format!("Bearer {}", access.expose_secret()));
    let shown = format!("{request:?}");
    for segment in access.expose_secret().split('.') {
        assert!(!shown.contains(segment));
    }
    assert!(shown.contains(r#""authorization": Sensitive"#));
}

#[test]
fn clouds() {
    #[track_caller]
    fn check(cloud: Cloud, host: Option<&str>) {
        let audience = host.unwrap_or("management.azure.com");
        let access = access(&format!(r#"{{"aud":"https://{audience}"}}"#));
        let site = site();
        let request = site.requests().cloud(cloud).get(&access);
        let Some(host) = host else {
            let message =
                format!("the address of Azure Resource Manager is unknown in the cloud {cloud:?}");
            rejected(request, "unknown-cloud", &message);
            return;
        };
        let uri = request.unwrap().uri().clone();
        assert_eq!((uri.scheme_str(), uri.host()), (Some("https"), Some(host)));
        assert_eq!(uri.port(), None);
    }
    let hosts = [
        (Cloud::Public, Some("management.azure.com")),
        (Cloud::UsGov, Some("management.usgovcloudapi.net")),
        (Cloud::UsGovDod, Some("management.usgovcloudapi.net")),
        (Cloud::China, Some("management.chinacloudapi.cn")),
        (Cloud::France, Some("management.sovcloud-api.fr")),
        (Cloud::Germany, Some("management.sovcloud-api.de")),
        (Cloud::Singapore, None),
    ];
    assert!(hosts.iter().map(|(cloud, _)| cloud).eq(Cloud::ALL));
    for (cloud, host) in hosts {
        check(cloud, host);
    }
}

#[test]
fn api_versions() {
    #[track_caller]
    fn check(api_version: &str, valid: bool) {
        let site = site();
        let request = site.requests().api_version(api_version).get(&arm());
        if valid {
            let query = format!("api-version={api_version}");
            assert_eq!(request.unwrap().uri().query(), Some(query.as_str()));
        } else {
            let expected = "expected a date such as 2024-11-01 as the api-version, with or without \
                            -preview, found";
            let found = api_version.replace("１", r"\u{ff11}").replace("\r\n", r"\u{d}\u{a}");
            let message = format!("{expected} {found}");
            rejected(request, "invalid-api-version", message.trim_end());
        }
    }
    check("2024-11-01", true);
    check("2024-10-02-preview", true);
    check("", false);
    check("2024-11-1", false);
    check("2024-11-011", false);
    check("2024/11/01", false);
    check("20241101", false);
    check("2024-11-0a", false);
    check("2024-11-0１", false);
    check("2024-11-01-Preview", false);
    check("2024-11-01-preview-preview", false);
    check("2024-11-01-beta", false);
    check("-preview", false);
    check(" 2024-11-01", false);
    check("2024-11-01&x=y", false);
    check("2024-11-01#", false);
    check("2024-11-01\r\n", false);
}

#[test]
fn tokens_for_other_apis() {
    #[track_caller]
    fn check(cloud: Cloud, payload: &str, message: &str) {
        let message = format!("expected an access token for {message}");
        rejected(site().requests().cloud(cloud).get(&access(payload)), "wrong-audience", &message);
    }
    const ARM: &str = "Azure Resource Manager (https://management.azure.com), found one for";
    check(
        Cloud::Public,
        r#"{"aud":"00000003-0000-0000-c000-000000000000","oid":"O","name":"N"}"#,
        &format!("{ARM} Microsoft Graph (00000003-0000-0000-c000-000000000000)"),
    );
    // The same API in another cloud is another API.
    check(
        Cloud::UsGov,
        r#"{"aud":"https://management.azure.com"}"#,
        "Azure Resource Manager (UsGov) (https://management.usgovcloudapi.net), found one for \
         Azure Resource Manager (https://management.azure.com)",
    );
    let hostile = r#"{"aud":["api://a","b\r\nc"]}"#;
    check(Cloud::Public, hostile, &format!(r"{ARM} api://a and b\u{{d}}\u{{a}}c"));
    check(Cloud::Public, "{}", &format!("{ARM} no API"));
    let many = r#"{"aud":["a","b","c","d","e","f","g","h","i","j"]}"#;
    check(
        Cloud::Public,
        many,
        &format!("{ARM} a and b and c and d and e and f and g and h and others"),
    );
    // Every request checks the token.
    let graph = || access(r#"{"aud":"https://graph.microsoft.com"}"#);
    let wrong = |request: Result<_, ArmRequestError>| {
        request.unwrap_err().kind() == ArmRequestErrorKind::WrongAudience
    };
    assert!(wrong(site().get_auth_settings(&graph())));
    assert!(wrong(site().requests().list(&graph())));
    assert!(wrong(site().put_auth_settings(&graph(), &document(&envelope()))));
    assert!(wrong(site().requests().put_partial(&graph(), &document(&envelope()))));
}

/// Time and permissions are not checked: the service decides them.
#[test]
fn tokens_for_azure_resource_manager() {
    for audience in [
        "https://management.azure.com",
        "https://management.azure.com/",
        "https://management.core.windows.net",
        "https://management.core.windows.net/",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ] {
        let access = access(&format!(r#"{{"aud":"{audience}","exp":1,"nbf":9999999999}}"#));
        assert!(site().get_auth_settings(&access).is_ok(), "{audience}");
    }
}

#[test]
fn tokens_that_cannot_be_read() {
    #[track_caller]
    fn check(token: &str, source: &str) {
        let expected = "expected an access token for Azure Resource Manager";
        let message = format!("{expected}, found one that cannot be read: {source}");
        let request = site().get_auth_settings(&AccessToken::new(token));
        rejected(request, "unreadable-token", &message);
    }
    check("opaque", "the token is opaque: expected a JWT of 3 segments");
    check("e30.a.b.c.d", "the token is encrypted: only the API that it is for can read it");
    check("e30.e3.", "the payload of the token is not base64url at byte 1");
}

#[test]
fn tokens_that_cannot_be_sent() {
    let check = |token: &str, found: &str| {
        let message =
            format!("the access token cannot be sent: expected a bearer token, found {found}");
        let request = site().get_auth_settings(&AccessToken::new(token));
        rejected(request, "not-a-bearer-token", &message);
    };
    check("", "an empty string");
    check("a b", "an invalid character at byte 1");
    check("e30.e30.\r\n", "an invalid character at byte 8");
    check("é", "an invalid character at byte 0");
}

#[test]
fn a_document_that_is_not_whole() {
    let partial = document(r#"{"platform":{"enabled":true},"login":{}}"#);
    let message = "a PUT replaces all settings, so these sections would return to the defaults: \
                   globalValidation, identityProviders, httpSettings";
    rejected(site().put_auth_settings(&arm(), &partial), "incomplete", message);
    rejected(site().requests().put_body(&partial), "incomplete", message);

    let put = site().requests().put_partial(&arm(), &partial).unwrap();
    assert_eq!(put.body(), br#"{"properties":{"platform":{"enabled":true},"login":{}}}"#);
}

/// Without a token, a body has the same errors as the request.
#[test]
fn bodies_that_are_not_sent() {
    #[track_caller]
    fn check(json: &str, code: &str, message: &str) {
        let (site, document) = (site(), document(json));
        rejected(site.requests().put_body(&document), code, message);
        rejected(site.requests().put(&arm(), &document), code, message);
        rejected(site.requests().put_partial(&arm(), &document), code, message);
    }
    let template = "expected the settings of one site, found a deployment template: deploy it";
    let resource = |more: &str| envelope().replacen(r#""id":"/x","#, more, 1);
    check(&resource(""), "template", template);
    check(&resource(r#""apiVersion":"2025-05-01","dependsOn":[],"#), "template", template);
    // A part of a template is a template.
    let part = r#"{"type":"Microsoft.Web/sites/config","properties":{"platform":{}}}"#;
    check(part, "template", template);
    let expression = PROPERTIES.replace(
        r#""login":{"tokenStore":{"tokenRefreshExtensionHours":72.0}}"#,
        r#""login":"[parameters('login')]""#,
    );
    let of_template = resource("").replace(PROPERTIES, &expression);
    check(&of_template, "template", template);
    check(
        &envelope()
            .replace(r#""httpSettings":{}"#, r#""httpSettings":"System.Collections.Hashtable""#),
        "not-objects",
        "expected objects; read the whole document again to replace httpSettings",
    );
    // A PUT with `"properties": null` returns a site to the first version.
    for properties in ["null", "[]", "7", "\"@{platform=}\"", "\"[variables('p')]\""] {
        check(
            &format!(r#"{{"id":"/config/authsettingsV2","properties":{properties}}}"#),
            "not-objects",
            "expected objects; read the whole document again to replace properties",
        );
    }
}

#[test]
fn properties_that_were_removed_are_not_sent() {
    let mut document = document(&envelope());
    assert!(document.remove_pointer("/properties"));
    rejected(
        site().requests().put_partial(&arm(), &document),
        "not-objects",
        "expected objects; read the whole document again to replace properties",
    );
}

#[test]
fn a_document_of_another_service() {
    #[track_caller]
    fn check(site: &SiteId, json: &str, message: &str) {
        let document = document(json);
        rejected(site.put_auth_settings(&arm(), &document), "other-service", message);
        rejected(site.requests().put_partial(&arm(), &document), "other-service", message);
    }
    let to_app = "the document is for another service than the site: expected App Service, found \
                  Container Apps";
    check(&site(), &container_app_envelope(), to_app);
    check(&site(), &container_app_properties(), to_app);
    let to_container_app = "the document is for another service than the site: expected Container Apps, found App Service";
    check(&container_app(), &envelope(), to_container_app);
    check(&container_app(), PROPERTIES, to_container_app);
}

#[test]
fn documents_that_are_kept_elsewhere() {
    #[track_caller]
    fn check(json: &str) {
        let message = "this document is kept with the application, not at Azure Resource Manager";
        for site in [site(), container_app()] {
            let request = site.requests().put_partial(&arm(), &document(json));
            rejected(request, "not-in-arm", message);
        }
    }
    check(r#"{"platform":{"enabled":true},"identityProviders":{"openIdConnectProviders":{}}}"#);
    check(r#"{"auth":{"identityProviders":{}}}"#);
    check(r#"{"rolesSource":"/api/roles","identityProviders":{}}"#);
}

/// What App Service answers to a PUT of `authsettings`, with another name of a site.
const OLDER: &str = r#"{"Code":"BadRequest","Message":"Cannot execute the request for site web because the site is running on auth version v2.","Target":null,"Details":[{"Message":"Cannot execute the request for site web because the site is running on auth version v2."},{"Code":"BadRequest"},{"ErrorEntity":{"ExtendedCode":"04534","MessageTemplate":"Cannot execute the request for site {0} because the site is running on auth version {1}.","Parameters":["web","v2"],"Code":"BadRequest","Message":"Cannot execute the request for site web because the site is running on auth version v2."}}],"Innererror":null}"#;

#[track_caller]
fn answer(status: u16, body: impl AsRef<[u8]>, kind: ArmErrorKind, text: &str) -> ArmError {
    let error = ArmError::parse(StatusCode::from_u16(status).unwrap(), body.as_ref());
    assert_eq!(error.kind(), kind);
    assert_eq!(error.to_string(), format!("Azure Resource Manager answered {text}"));
    assert!(error.source().is_none());
    error
}

/// An answer in the shape of Azure Resource Manager.
fn coded(code: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"about {code}"}}}}"#)
}

#[test]
fn both_shapes_of_answers() {
    let text = "400 Bad Request (BadRequest): the site runs on auth version v2: use authsettingsV2, not \
                authsettings";
    let error = answer(400, OLDER, ArmErrorKind::OlderSettings, text);
    assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    assert_eq!(error.server_code(), Some("BadRequest"));
    assert_eq!(
        error.message(),
        Some(
            "Cannot execute the request for site web because the site is running on auth version v2."
        )
    );
    // The same inside the other shape, and the extended code in other places.
    let inside = format!(r#"{{"error":{OLDER}}}"#);
    assert_eq!(answer(400, inside, ArmErrorKind::OlderSettings, text), error);
    let lower = r#"{"code":"BadRequest","details":[{"extendedCode":"04534"}]}"#;
    answer(400, lower, ArmErrorKind::OlderSettings, text);
    let direct = r#"{"Code":"BadRequest","ErrorEntity":{"ExtendedCode":"04534"}}"#;
    answer(400, direct, ArmErrorKind::OlderSettings, text);
    let with_mark = format!("\u{feff}{OLDER}");
    answer(400, with_mark, ArmErrorKind::OlderSettings, text);

    let error = answer(
        404,
        coded("ResourceNotFound"),
        ArmErrorKind::NotFound,
        "404 Not Found (ResourceNotFound): check the subscription, the resource group, the name \
         and the slot",
    );
    assert_eq!(error.server_code(), Some("ResourceNotFound"));
    assert_eq!(error.message(), Some("about ResourceNotFound"));
}

#[test]
fn kinds_of_answers() {
    answer(
        401,
        coded("InvalidAuthenticationTokenAudience"),
        ArmErrorKind::WrongAudience,
        "401 Unauthorized (InvalidAuthenticationTokenAudience): the token is for another API: \
         diagnose it to learn how to get one for Azure Resource Manager",
    );
    answer(
        401,
        coded("InvalidAuthenticationTokenTenant"),
        ArmErrorKind::WrongTenant,
        "401 Unauthorized (InvalidAuthenticationTokenTenant): the token is from another tenant than \
         that of the subscription: sign in to that one",
    );
    answer(
        401,
        coded("ExpiredAuthenticationToken"),
        ArmErrorKind::ExpiredToken,
        "401 Unauthorized (ExpiredAuthenticationToken): the token has expired: refresh it or sign in \
         again",
    );
    answer(
        401,
        coded("InvalidAuthenticationToken"),
        ArmErrorKind::Unauthenticated,
        "401 Unauthorized (InvalidAuthenticationToken): the token was rejected: sign in again",
    );
    answer(
        403,
        coded("AuthorizationFailed"),
        ArmErrorKind::Forbidden,
        "403 Forbidden (AuthorizationFailed): the caller needs a role on the site that allows this, \
         and no policy may forbid it",
    );
    for code in ["InvalidApiVersionParameter", "NoRegisteredProviderFound"] {
        answer(
            400,
            coded(code),
            ArmErrorKind::UnknownApiVersion,
            &format!(
                "400 Bad Request ({code}): choose another api-version: the message lists the \
                 supported ones"
            ),
        );
    }
    answer(
        409,
        coded("ScopeLocked"),
        ArmErrorKind::Conflict,
        "409 Conflict (ScopeLocked): the state of the site does not allow this: read the message",
    );
    for status in [409, 429] {
        let busy = OLDER.replace("04534", "59203").replace("BadRequest", "Conflict");
        let error = ArmError::parse(StatusCode::from_u16(status).unwrap(), busy.as_bytes());
        assert_eq!(error.kind(), ArmErrorKind::Busy);
        assert_eq!(
            error.to_string().split_once(": ").unwrap().1,
            "another change of the site is in progress: try again later"
        );
    }
    answer(
        429,
        coded("TooManyRequests"),
        ArmErrorKind::Throttled,
        "429 Too Many Requests (TooManyRequests): too many requests: try again after the time in \
         Retry-After",
    );
    answer(
        503,
        "",
        ArmErrorKind::Unavailable,
        "503 Service Unavailable: the service is unavailable: try again later",
    );
    answer(400, coded("Weird"), ArmErrorKind::Other, "400 Bad Request (Weird): read the message");
    // The code says more than the status.
    let error = ArmError::parse(
        StatusCode::FORBIDDEN,
        coded("InvalidAuthenticationTokenAudience").as_bytes(),
    );
    assert_eq!(error.kind(), ArmErrorKind::WrongAudience);
}

#[test]
fn what_can_be_tried_again() {
    #[track_caller]
    fn check(status: u16, kind: ArmErrorKind, retryable: bool) {
        let error = ArmError::parse(StatusCode::from_u16(status).unwrap(), b"");
        assert_eq!((error.kind(), error.is_retryable()), (kind, retryable));
        assert_eq!((error.server_code(), error.message()), (None, None));
    }
    check(400, ArmErrorKind::Other, false);
    check(401, ArmErrorKind::Unauthenticated, false);
    check(403, ArmErrorKind::Forbidden, false);
    check(404, ArmErrorKind::NotFound, false);
    check(408, ArmErrorKind::Unavailable, true);
    check(409, ArmErrorKind::Conflict, false);
    check(412, ArmErrorKind::Other, false);
    check(429, ArmErrorKind::Throttled, true);
    check(500, ArmErrorKind::Unavailable, true);
    check(501, ArmErrorKind::Other, false);
    check(502, ArmErrorKind::Unavailable, true);
    check(503, ArmErrorKind::Unavailable, true);
    check(504, ArmErrorKind::Unavailable, true);
    check(505, ArmErrorKind::Other, false);
    check(200, ArmErrorKind::Other, false);
    let busy = ArmError::parse(StatusCode::CONFLICT, br#"{"ExtendedCode":"59203"}"#);
    assert!(busy.is_retryable());
}

#[test]
fn kinds_have_words_of_their_own() {
    let codes: std::collections::HashSet<_> =
        ArmErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), ArmErrorKind::ALL.len());
    assert_eq!(ArmErrorKind::OlderSettings.code(), "older-settings");
}

#[test]
fn answers_that_say_nothing() {
    let text = "404 Not Found: check the subscription, the resource group, the name and the slot";
    for body in [
        "",
        "null",
        "[]",
        "\"\"",
        "{}",
        "<html>404</html>",
        "{\"error\":",
        r#"{"error":null}"#,
        r#"{"error":"x"}"#,
        r#"{"error":[]}"#,
        r#"{"error":{}}"#,
        r#"{"error":{"code":404,"message":{},"details":{}}}"#,
        r#"{"Code":null,"Message":null,"Details":[null,1,[],{"ErrorEntity":null}]}"#,
    ] {
        let error = answer(404, body, ArmErrorKind::NotFound, text);
        assert_eq!((error.server_code(), error.message()), (None, None));
    }
    answer(404, b"\xff{}", ArmErrorKind::NotFound, text);
    answer(404, "[".repeat(10_000), ArmErrorKind::NotFound, text);
    // Beside an `error` that is a word.
    let error = answer(404, r#"{"error":"x","message":"m"}"#, ArmErrorKind::NotFound, text);
    assert_eq!(error.message(), Some("m"));
}

#[test]
fn limits_of_answers() {
    let body = |length: usize| {
        let code = coded("X");
        format!("{code}{}", " ".repeat(length - code.len()))
    };
    let parse = |body: String| ArmError::parse(StatusCode::BAD_REQUEST, body.as_bytes());
    assert_eq!(parse(body(MAX_ARM_ERROR_LEN)).server_code(), Some("X"));
    assert_eq!(parse(body(MAX_ARM_ERROR_LEN + 1)).server_code(), None);

    let code = |code: &str| parse(coded(code)).server_code().map(str::to_owned);
    assert_eq!(code("A_1z").as_deref(), Some("A_1z"));
    assert_eq!(code(&"x".repeat(64)), Some("x".repeat(64)));
    for text in [&"x".repeat(65), "", "a b", r"a\nb", "a.b.c", r"a\u001b[31m", "é"] {
        assert_eq!(code(text), None, "{text}");
    }
}

/// The ids of the caller are in the message, and nowhere else.
#[test]
fn only_the_message_shows_the_message() {
    let body = r#"{"error":{"code":"AuthorizationFailed","message":"The client 'somebody@example.com' with object id 'O-1' has no\nrole"}}"#;
    let error = ArmError::parse(StatusCode::FORBIDDEN, body.as_bytes());
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains("somebody") && !shown.contains("O-1"));
    assert_eq!(
        format!("{error:?}"),
        "ArmError { kind: Forbidden, status: 403, code: Some(\"AuthorizationFailed\"), message: Message(66 bytes) }"
    );
    assert!(error.message().unwrap().contains("object id 'O-1' has no\nrole"));
}

/// Every type can go anywhere.
#[test]
fn types_can_be_shared() {
    fn check<T: Send + Sync + Unpin + std::fmt::Debug + 'static>() {}
    fn check_error<T: std::error::Error + Send + Sync + Clone + PartialEq + 'static>() {}
    check::<SiteId>();
    check::<easyauth::arm::ArmRequests<'static>>();
    check_error::<ArmError>();
    check_error::<ArmRequestError>();
    check_error::<easyauth::settings::SiteIdError>();
}

#[test]
fn budgets_are_what_the_docs_say() {
    assert_eq!(MAX_ARM_ERROR_LEN, 65_536);
    assert_eq!(easyauth::settings::MAX_SITE_ID_LEN, 3_072);
    assert_eq!(easyauth::settings::MAX_SETTINGS_LEN, 4_194_304);
    assert_eq!(easyauth::settings::MAX_LOGIN_PARAMETERS_LEN, 16_384);
}
