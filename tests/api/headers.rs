//! Header names, and the places that headers are read from.

use std::collections::{BTreeMap, HashMap};

use easyauth::{
    AccessToken, EasyAuthPrincipal, HeaderSource, IdentityProvider, PrincipalErrorKind,
    ProviderTokens,
    headers::{self, HeaderError, HeaderErrorKind, OriginalUrl},
};

const ID: &str = headers::CLIENT_PRINCIPAL_ID;
const NAME: &str = headers::CLIENT_PRINCIPAL_NAME;

fn user(source: &(impl HeaderSource + ?Sized)) -> Option<EasyAuthPrincipal> {
    EasyAuthPrincipal::from_headers(source).expect("valid headers")
}

#[track_caller]
fn error(source: &(impl HeaderSource + ?Sized)) -> HeaderError {
    let error = EasyAuthPrincipal::from_headers(source).unwrap_err();
    assert_eq!(error.kind(), PrincipalErrorKind::Header);
    let header_error = error.header_error().expect("a header error").clone();
    assert_eq!(error.to_string(), header_error.to_string());
    header_error
}

/// A source of a user's own, which has only the required method.
struct Own<'a, H: ?Sized>(&'a H);

impl<H: HeaderSource + ?Sized> HeaderSource for Own<'_, H> {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.0.header(name, index)
    }
}

#[test]
fn every_source_reads_the_same() {
    #[track_caller]
    fn is_sample(source: &(impl HeaderSource + ?Sized)) {
        let user = user(source).expect("an authenticated user");
        assert_eq!((user.id(), user.name()), (Some("7"), Some("Sample")));
        assert!(user.provider() == &IdentityProvider::GITHUB);
    }
    #[track_caller]
    fn check(source: &(impl HeaderSource + ?Sized)) {
        is_sample(source);
        is_sample(&Own(source));
    }
    const PAIRS: [(&str, &str); 3] = [
        ("x-ms-client-principal-id", "7"),
        ("X-Ms-Client-Principal-Name", "Sample"),
        ("X-MS-CLIENT-PRINCIPAL-IDP", "github"),
    ];
    let owned = PAIRS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    check(&PAIRS);
    check(&PAIRS[..]);
    check(&PAIRS.to_vec());
    check(&owned);
    check(&PAIRS.map(|(name, value)| (name, value.as_bytes())));
    check(&PAIRS.map(|(name, value)| (name, http::HeaderValue::from_static(value))));
    check(&HashMap::from(PAIRS));
    check(&BTreeMap::from(PAIRS));
    check(&HashMap::from(owned.clone()));
    check(&BTreeMap::from(owned.clone()));
    // What an Azure Functions custom handler gets.
    check(&HashMap::from(owned.clone().map(|(name, value)| (name, vec![value]))));
    check(&BTreeMap::from(PAIRS.map(|(name, value)| (name, vec![value]))));
    let map: http::HeaderMap =
        owned.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
    check(&map);
    check(&&map);
}

#[test]
fn rejects_two_values_in_every_source() {
    #[track_caller]
    fn check(source: &(impl HeaderSource + ?Sized)) {
        for error in [error(source), error(&Own(source))] {
            assert_eq!((error.kind(), error.header()), (HeaderErrorKind::Repeated, ID));
        }
    }
    check(&[(ID, "a"), (ID, "a")]);
    check(&[("x-ms-client-principal-id", "a"), ("X-Ms-Client-Principal-Id", "b")]);
    check(&HashMap::from([("x-ms-client-principal-id", "a"), (ID, "b")]));
    check(&BTreeMap::from([("x-ms-client-principal-id", "a"), (ID, "b")]));
    check(&HashMap::from([(ID.to_owned(), vec!["a".to_owned(), "b".to_owned()])]));
    check(&[(ID, ""), (ID, "")]);
    let mut map = http::HeaderMap::new();
    map.append("x-ms-client-principal-id", http::HeaderValue::from_static("a"));
    map.append("x-ms-client-principal-id", http::HeaderValue::from_static("a"));
    check(&map);
}

#[test]
fn every_identity_and_token_header_is_read_once() {
    for name in [
        headers::CLIENT_PRINCIPAL,
        headers::CLIENT_PRINCIPAL_ID,
        headers::CLIENT_PRINCIPAL_NAME,
        headers::CLIENT_PRINCIPAL_IDP,
    ] {
        let error = error(&[(name, "x"), (name, "x")]);
        assert_eq!(error.to_string(), format!("header {name}: expected one value, found more"));
    }
    for name in headers::ALL.iter().filter(|name| name.starts_with(headers::TOKEN_PREFIX)) {
        let error =
            ProviderTokens::from_headers(&[(*name, "x"), (*name, "x")], &IdentityProvider::UNKNOWN)
                .unwrap_err();
        assert_eq!(error.to_string(), format!("header {name}: expected one value, found more"));
    }
    let error = AccessToken::from_authorization(&[
        ("authorization", "Bearer x"),
        ("Authorization", "Bearer x"),
    ]);
    assert_eq!(
        error.unwrap_err().to_string(),
        "header Authorization: expected one value, found more"
    );
}

#[test]
fn the_table_has_each_name_once() {
    let mut names: Vec<String> =
        headers::ALL.iter().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), headers::ALL.len());
    for name in &names {
        assert!(name.starts_with("x-ms-") || name == "x-zumo-auth");
        assert!(name.parse::<http::HeaderName>().is_ok());
    }
}

#[test]
fn an_empty_list_of_values_is_absent() {
    assert_eq!(user(&HashMap::from([(ID.to_owned(), Vec::<String>::new())])), None);
    assert_eq!(user(&[("", ""); 0]), None);
    assert_eq!(user(&http::HeaderMap::new()), None);
}

#[test]
fn a_name_can_have_any_letter() {
    #[track_caller]
    fn check(value: &[u8], expected: Option<&str>) {
        assert_eq!(user(&[(NAME, value)]).as_ref().and_then(EasyAuthPrincipal::name), expected);
        assert_eq!(user(&[(ID, value)]).as_ref().and_then(EasyAuthPrincipal::id), expected);
    }
    check("José Sample".as_bytes(), Some("José Sample")); // UTF-8
    check(b"Jos\xe9 Sample", Some("José Sample")); // ISO 8859-1
    check("佐藤".as_bytes(), Some("佐藤"));
    check(b"O\x92Brien", Some("O\u{92}Brien")); // Windows-1252: accepted, but unreadable
    check(b"  Sample\t", Some("Sample"));
    check(b"", None); // GitHub on Container Apps
    check(b"   ", None);
}

#[track_caller]
fn invalid_byte(error: &HeaderError, position: usize) {
    assert_eq!(error.kind(), HeaderErrorKind::InvalidByte);
    assert!(error.to_string().ends_with(&format!(" at byte {position}")), "{error}");
}

#[test]
fn control_characters_are_rejected() {
    for name in [ID, NAME] {
        let error = error(&[(name, "a\nb")]);
        assert_eq!(error.kind(), HeaderErrorKind::InvalidByte);
        let message = format!("header {name}: found a byte that the header cannot have at byte 1");
        assert_eq!(error.to_string(), message);
    }
    invalid_byte(&error(&[(NAME, " \x7f")]), 0);
}

#[test]
fn machine_written_headers_are_ascii() {
    invalid_byte(&error(&[(headers::CLIENT_PRINCIPAL_IDP, "aad\u{e9}")]), 3);
    invalid_byte(&error(&[(headers::CLIENT_PRINCIPAL, "é")]), 0);
    invalid_byte(&error(&[(headers::CLIENT_PRINCIPAL, "a\u{7f}")]), 1);
    invalid_byte(&error(&[(headers::CLIENT_PRINCIPAL, "a\tb")]), 1);
}

#[test]
fn the_longest_header_is_64_kib() {
    let longest = "x".repeat(headers::MAX_HEADER_LEN);
    assert_eq!(user(&[(ID, longest.as_str())]).unwrap().id(), Some(longest.as_str()));
    let length = headers::MAX_HEADER_LEN + 1;
    for name in [ID, headers::CLIENT_PRINCIPAL, headers::CLIENT_PRINCIPAL_IDP] {
        let error = error(&[(name, "x".repeat(length))]);
        assert_eq!(error.kind(), HeaderErrorKind::TooLong);
        let message = format!(
            "header {name}: the value is too long: expected at most 65536 bytes, found 65537"
        );
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn an_error_cannot_break_a_line() {
    let provider = IdentityProvider::new("a\r\nb");
    let name = "X-MS-TOKEN-A\r\nB-ID-TOKEN";
    let error = ProviderTokens::from_headers(&[(name, "x"), (name, "x")], &provider).unwrap_err();
    let message = r"header X-MS-TOKEN-A\u{d}\u{a}B-ID-TOKEN: expected one value, found more";
    assert_eq!(error.to_string(), message);
}

/// The address that a browser requested from Static Web Apps (Azure/static-web-apps#580).
#[test]
fn the_original_url_is_read_in_parts() {
    #[track_caller]
    fn check(value: &str, origin: &str, path_and_query: &str) {
        let url = OriginalUrl::from_headers(&[("X-MS-Original-URL", value)]).unwrap().unwrap();
        assert_eq!((url.origin(), url.path_and_query()), (origin, path_and_query));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        assert_eq!(format!("{}{query}", url.path()), path_and_query);
    }
    check(
        "https://h.azurestaticapps.net/api/x?a=b&c=%2F",
        "https://h.azurestaticapps.net",
        "/api/x?a=b&c=%2F",
    );
    check("http://localhost:4280", "http://localhost:4280", "/");
    check("http://[::1]:4280/x", "http://[::1]:4280", "/x");
    check("https://H.Example/?", "https://h.example", "/?");
    check(
        "https://h/a?mail=a@b.example&u=https://x//y",
        "https://h",
        "/a?mail=a@b.example&u=https://x//y",
    );
    check("https://h//evil.example", "https://h", "//evil.example");
    let absent: [(&str, &str); 0] = [];
    assert_eq!(OriginalUrl::from_headers(&absent).unwrap(), None);
    assert_eq!(OriginalUrl::from_headers(&[("x-ms-original-url", "")]).unwrap(), None);
}

#[test]
fn rejects_invalid_original_urls() {
    let message = "header X-MS-ORIGINAL-URL: expected an http or https URL";
    for value in [
        "/api/x",
        "h.example/api",
        "ftp://h/x",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://canary:canary@h/x",
        "https://h/x#canary",
        "https://h\\evil.example/x",
        "https://h/a b",
        "https://h:99999/x",
        // `http` accepts these as addresses.
        "https://h:+80/x",
        "https://:80/x",
        "https://[::1].evil.example:80/x",
        "https://h..evil.example/x",
        "*",
    ] {
        let error = OriginalUrl::from_headers(&[("x-ms-original-url", value)]).expect_err(value);
        assert_eq!(
            (error.to_string().as_str(), error.kind()),
            (message, HeaderErrorKind::InvalidUrl)
        );
    }
    let long = format!("https://h/{}", "a".repeat(headers::MAX_HEADER_LEN));
    let error = OriginalUrl::from_headers(&[("x-ms-original-url", long.as_str())]).unwrap_err();
    assert_eq!(error.kind(), HeaderErrorKind::TooLong);
    let twice = [("x-ms-original-url", "https://h/"), ("X-MS-ORIGINAL-URL", "https://h/")];
    assert_eq!(OriginalUrl::from_headers(&twice).unwrap_err().kind(), HeaderErrorKind::Repeated);
    let query = [("x-ms-original-url", "https://h/api?code=canary")];
    let url = OriginalUrl::from_headers(&query).unwrap().unwrap();
    assert_eq!(format!("{url:?}"), "OriginalUrl(https://h/api)");
}

/// The names of settings, and those of custom providers with an underscore (MicrosoftDocs/azure-docs#83082, #104897).
#[test]
fn token_headers_have_the_platforms_name_of_the_provider() {
    #[track_caller]
    fn check(provider: &str, header: &str) {
        let request = [(header, "secret")];
        let tokens =
            ProviderTokens::from_headers(&request, &IdentityProvider::new(provider)).unwrap();
        assert_eq!(
            tokens.access_token().map(AccessToken::expose_secret),
            Some("secret"),
            "{provider}"
        );
    }
    check("azureActiveDirectory", "X-MS-TOKEN-AAD-ACCESS-TOKEN");
    check("gitHub", "X-MS-TOKEN-GITHUB-ACCESS-TOKEN");
    check("my_provider", "X-MS-TOKEN-MY_PROVIDER-ACCESS-TOKEN");
}
