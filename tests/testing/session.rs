//! Sessions: the headers of the token store, and `/.auth/me`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    ExpiresOn, IdentityProvider, PrincipalFormat, ProviderTokens, Session,
    testing::{TestPrincipal, TestSession},
};
use proptest::prelude::*;

use super::USER;

fn entra() -> TestSession {
    let principal = TestPrincipal::entra().name("Sample User").email("sample@example.com");
    TestSession::new(principal.object_id(USER).role("Admin"))
        .access_token("sample-access")
        .id_token("sample-id")
        .refresh_token("sample-refresh")
        .expires_on(UNIX_EPOCH + Duration::from_nanos(1_623_166_558_963_824_600))
}

#[track_caller]
fn token_headers(session: &TestSession, expected: &[(&str, &str)]) {
    let pairs = session.pairs();
    let tokens: Vec<(&str, &str)> = pairs
        .iter()
        .filter(|(name, _)| name.starts_with("X-MS-TOKEN-"))
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(tokens, expected);
}

#[test]
fn token_headers_of_providers() {
    token_headers(
        &entra(),
        &[
            ("X-MS-TOKEN-AAD-ACCESS-TOKEN", "sample-access"),
            ("X-MS-TOKEN-AAD-ID-TOKEN", "sample-id"),
            ("X-MS-TOKEN-AAD-REFRESH-TOKEN", "sample-refresh"),
            ("X-MS-TOKEN-AAD-EXPIRES-ON", "2021-06-08T15:35:58.9638246Z"),
        ],
    );
    token_headers(
        &TestSession::new(TestPrincipal::of(IdentityProvider::TWITTER))
            .access_token("sample")
            .access_token_secret("secret"),
        &[
            ("X-MS-TOKEN-TWITTER-ACCESS-TOKEN", "sample"),
            ("X-MS-TOKEN-TWITTER-ACCESS-TOKEN-SECRET", "secret"),
        ],
    );
    token_headers(
        &TestSession::new(TestPrincipal::of(IdentityProvider::MICROSOFT_ACCOUNT))
            .authentication_token("sample"),
        &[("X-MS-TOKEN-MICROSOFTACCOUNT-AUTHENTICATION-TOKEN", "sample")],
    );
    // A custom OpenID Connect provider, by the name that the settings give it.
    token_headers(
        &TestSession::new(TestPrincipal::of(IdentityProvider::new("contoso"))).id_token("sample"),
        &[("X-MS-TOKEN-CONTOSO-ID-TOKEN", "sample")],
    );
    // Token store off.
    token_headers(&TestSession::new(TestPrincipal::entra()), &[]);
    // Static Web Apps have no token store.
    let visitor = TestPrincipal::static_web_apps(IdentityProvider::ENTRA);
    token_headers(&TestSession::new(visitor).access_token("sample"), &[]);
    // Said twice, the last counts.
    token_headers(
        &TestSession::new(TestPrincipal::entra()).id_token("first").id_token("second"),
        &[("X-MS-TOKEN-AAD-ID-TOKEN", "second")],
    );
}

#[test]
fn tokens_are_read_back() {
    let headers = entra().headers();
    let tokens = ProviderTokens::from_headers(&headers, &IdentityProvider::ENTRA).unwrap();
    assert_eq!(tokens.access_token().unwrap().expose_secret(), "sample-access");
    assert_eq!(tokens.id_token().unwrap().expose_secret(), "sample-id");
    assert_eq!(tokens.refresh_token().unwrap().expose_secret(), "sample-refresh");
    let expires_on = UNIX_EPOCH + Duration::from_nanos(1_623_166_558_963_824_600);
    assert_eq!(tokens.expires_on().map(ExpiresOn::at), Some(expires_on));
}

#[test]
fn provider_names_that_headers_cannot_contain() {
    let odd = TestPrincipal::of(IdentityProvider::new("my provider")).name("Sample User");
    let names: Vec<_> = TestSession::new(odd)
        .access_token("sample")
        .headers()
        .keys()
        .map(|name| name.as_str().to_owned())
        .collect();
    assert!(names.contains(&"x-ms-client-principal".to_owned()));
    assert!(names.iter().all(|name| !name.starts_with("x-ms-token-")), "{names:?}");
}

#[test]
fn me_of_app_service() {
    assert_eq!(
        entra().me_json(),
        [
            r#"[{"access_token":"sample-access","expires_on":"2021-06-08T15:35:58.9638246Z","#,
            r#""id_token":"sample-id","provider_name":"aad","refresh_token":"sample-refresh","#,
            r#""user_claims":[{"typ":"name","val":"Sample User"},"#,
            r#"{"typ":"http:\/\/schemas.xmlsoap.org\/ws\/2005\/05\/identity\/claims\/emailaddress","val":"sample@example.com"},"#,
            r#"{"typ":"http:\/\/schemas.microsoft.com\/identity\/claims\/objectidentifier","val":"00000003-0000-4000-8000-000000000003"},"#,
            r#"{"typ":"roles","val":"Admin"}],"user_id":"sample@example.com"}]"#,
        ]
        .concat(),
    );
    let sessions = Session::parse_me(entra().me_json().as_bytes()).unwrap();
    let [session] = &sessions[..] else { panic!("{} sessions", sessions.len()) };
    assert_eq!(session.user_id(), Some("sample@example.com"));
    assert_eq!(session.principal().object_id(), Some(USER));
    assert!(session.principal().is_in_role("Admin"));
    assert_eq!(session.tokens().refresh_token().unwrap().expose_secret(), "sample-refresh");
}

#[test]
fn me_of_static_web_apps() {
    let visitor = TestPrincipal::static_web_apps(IdentityProvider::GITHUB).subject("1024");
    let session = TestSession::new(visitor.name("sample").role("editor").claim("lang", "en"));
    assert_eq!(
        session.me_json(),
        [
            r#"{"clientPrincipal":{"identityProvider":"github","userId":"1024","userDetails":"sample","#,
            r#""userRoles":["anonymous","authenticated","editor"],"claims":["#,
            r#"{"typ":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier","val":"1024"},"#,
            r#"{"typ":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name","val":"sample"},"#,
            r#"{"typ":"lang","val":"en"}]}}"#,
        ]
        .concat(),
    );
    let sessions = Session::parse_me(session.me_json().as_bytes()).unwrap();
    assert_eq!(sessions[0].principal().format(), PrincipalFormat::StaticWebApps);
    assert_eq!(sessions[0].principal().claim("lang"), Some("en"));
}

#[test]
fn refresh_tokens() {
    assert!(entra().has_refresh_token());
    assert!(!TestSession::new(TestPrincipal::entra()).access_token("sample").has_refresh_token());
}

#[test]
fn debug_shows_the_kinds_of_tokens() {
    let debug = format!("{:?}", entra());
    assert!(debug.contains("tokens: [Access, Id, Refresh]"), "{debug}");
    assert!(!debug.contains("sample"), "{debug}");
    let headers = format!("{:?}", entra().headers());
    assert!(!headers.contains("sample"), "{headers}");
}

#[track_caller]
fn expires_on(seconds: u64, expected: &str) {
    let session = TestSession::new(TestPrincipal::entra());
    let time = UNIX_EPOCH + Duration::from_secs(seconds);
    token_headers(&session.expires_on(time), &[("X-MS-TOKEN-AAD-EXPIRES-ON", expected)]);
}

#[test]
fn times() {
    expires_on(0, "1970-01-01T00:00:00.0000000Z");
    expires_on(951_782_399, "2000-02-28T23:59:59.0000000Z");
    expires_on(951_782_400, "2000-02-29T00:00:00.0000000Z");
    expires_on(951_868_800, "2000-03-01T00:00:00.0000000Z");
    expires_on(1_704_067_199, "2023-12-31T23:59:59.0000000Z");
    expires_on(4_107_542_400, "2100-03-01T00:00:00.0000000Z"); // 2100 is not a leap year
    expires_on(253_402_300_799, "9999-12-31T23:59:59.0000000Z");
    // A time that the format cannot express is omitted.
    let session = || TestSession::new(TestPrincipal::entra());
    token_headers(&session().expires_on(UNIX_EPOCH + Duration::from_secs(253_402_300_800)), &[]);
    token_headers(&session().expires_on(UNIX_EPOCH - Duration::from_secs(1)), &[]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn times_are_read_back(seconds in 0_u64..=253_402_300_799, hundreds in 0_u32..10_000_000) {
        let time: SystemTime = UNIX_EPOCH + Duration::new(seconds, hundreds * 100);
        let session = TestSession::new(TestPrincipal::entra()).expires_on(time);
        let tokens = ProviderTokens::from_headers(&session.headers(), &IdentityProvider::ENTRA);
        prop_assert_eq!(tokens.unwrap().expires_on().map(ExpiresOn::at), Some(time));
    }
}
