//! Provider tokens: the headers, the secrets, the times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    AccessToken, DecodeErrorKind, EXPIRY_SKEW, ExpiresOn, IdToken, IdentityProvider,
    ProviderTokens, RefreshToken, Renewal,
    headers::{HeaderError, HeaderErrorKind},
};

use crate::support::compact;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[track_caller]
fn read(headers: &[(&str, &str)], provider: &IdentityProvider) -> ProviderTokens {
    ProviderTokens::from_headers(headers, provider).expect("valid headers")
}

#[track_caller]
fn rejected(
    headers: &[(&str, &str)],
    provider: &IdentityProvider,
    kind: HeaderErrorKind,
) -> HeaderError {
    let error = ProviderTokens::from_headers(headers, provider).expect_err("an error");
    assert_eq!(error.kind(), kind);
    error
}

#[test]
fn every_kind_of_every_provider() {
    for provider in
        ["aad", "facebook", "google", "twitter", "microsoftaccount", "github", "apple", "Auth0-x"]
    {
        let name = |kind: &str| format!("X-MS-TOKEN-{}-{kind}", provider.to_uppercase());
        let headers = [
            (name("ID-TOKEN"), "id"),
            (name("ACCESS-TOKEN"), "access"),
            (name("ACCESS-TOKEN-SECRET"), "secret"),
            (name("AUTHENTICATION-TOKEN"), "authentication"),
            (name("REFRESH-TOKEN"), "refresh"),
            (name("EXPIRES-ON"), "2030-01-01T00:00:00Z"),
        ];
        let tokens =
            ProviderTokens::from_headers(&headers, &IdentityProvider::new(provider)).unwrap();
        assert_eq!(tokens.id_token().map(IdToken::expose_secret), Some("id"));
        assert_eq!(tokens.access_token().map(AccessToken::expose_secret), Some("access"));
        assert_eq!(tokens.access_token_secret().unwrap().expose_secret(), "secret");
        assert_eq!(tokens.authentication_token().unwrap().expose_secret(), "authentication");
        assert_eq!(tokens.refresh_token().map(RefreshToken::expose_secret), Some("refresh"));
        assert_eq!(tokens.expires_on().map(ExpiresOn::at), Some(at(1_893_456_000)));
        for (index, header) in headers.iter().enumerate() {
            let alone = ProviderTokens::from_headers(
                std::slice::from_ref(header),
                &IdentityProvider::new(provider),
            )
            .unwrap();
            assert_eq!(alone.is_empty(), index == 5, "{}", header.0);
        }
        let other =
            ProviderTokens::from_headers(&headers, &IdentityProvider::new("other")).unwrap();
        assert!(other.is_empty() && other.expires_on().is_none());
    }
}

#[test]
fn an_unknown_provider_is_looked_for() {
    let unknown = &IdentityProvider::UNKNOWN;
    assert!(read(&[], unknown).is_empty());
    let google = ("X-MS-TOKEN-GOOGLE-ACCESS-TOKEN", "g");
    let access = read(&[google], unknown).into_access_token().unwrap();
    assert_eq!(access.expose_secret(), "g");
    let error = rejected(
        &[google, ("X-MS-TOKEN-TWITTER-ACCESS-TOKEN", "t")],
        unknown,
        HeaderErrorKind::Ambiguous,
    );
    let message = "header X-MS-TOKEN-twitter: found token headers of another identity provider too";
    assert_eq!(error.to_string(), message);
}

#[test]
fn rejects_invalid_tokens() {
    let aad = &IdentityProvider::ENTRA;
    assert!(read(&[("X-MS-TOKEN-AAD-ACCESS-TOKEN", "")], aad).is_empty());
    assert!(read(&[("X-MS-TOKEN-AAD-EXPIRES-ON", " ")], aad).expires_on().is_none());
    #[track_caller]
    fn invalid_byte(name: &str, value: &str, position: usize) {
        let kind = HeaderErrorKind::InvalidByte;
        let error = rejected(&[(name, value)], &IdentityProvider::ENTRA, kind);
        assert!(error.to_string().ends_with(&format!(" at byte {position}")), "{error}");
    }
    invalid_byte("X-MS-TOKEN-AAD-ACCESS-TOKEN", "a, b", 1);
    invalid_byte("X-MS-TOKEN-AAD-ID-TOKEN", "ab c", 2);
    invalid_byte("X-MS-TOKEN-AAD-REFRESH-TOKEN", "é", 0);
    let error =
        rejected(&[("x-ms-token-aad-expires-on", "soon")], aad, HeaderErrorKind::InvalidTime);
    assert_eq!(error.header(), "X-MS-TOKEN-AAD-EXPIRES-ON");
    let message =
        "header X-MS-TOKEN-AAD-EXPIRES-ON: expected an ISO 8601 time or a number of seconds";
    assert_eq!(error.to_string(), message);
    invalid_byte("X-MS-TOKEN-AAD-EXPIRES-ON", "é", 0);
}

#[test]
fn times() {
    #[track_caller]
    fn check(text: &str, expected: Duration) {
        assert_eq!(ExpiresOn::parse(text).map(ExpiresOn::at), Some(UNIX_EPOCH + expected));
    }
    let seconds = Duration::from_secs;
    check("2021-06-08T15:35:58.9638246Z", Duration::new(1_623_166_558, 963_824_600));
    check("2020-05-10T17:05:01.0000000Z", seconds(1_589_130_301));
    check("2018-09-25T18:35:54Z", seconds(1_537_900_554));
    check("2018-09-25t18:35:54.5z", Duration::new(1_537_900_554, 500_000_000));
    check("2018-09-25T20:35:54+02:00", seconds(1_537_900_554));
    check("2018-09-25T18:35:54.123+00:00", Duration::new(1_537_900_554, 123_000_000));
    check("2018-09-25T13:05:54.123456789012-05:30", Duration::new(1_537_900_554, 123_456_789));
    check("2018-09-26T18:34:54+23:59", seconds(1_537_900_554));
    check("1537900554", seconds(1_537_900_554));
    check("0", seconds(0));
    check("1970-01-01T00:00:00Z", seconds(0));
    check("1970-01-01T01:00:00+01:00", seconds(0));
    check("2000-02-29T23:59:59Z", seconds(951_868_799));
    check("2024-02-29T00:00:00Z", seconds(1_709_164_800));
    check("2024-03-01T00:00:00Z", seconds(1_709_251_200));
    check("2100-03-01T00:00:00Z", seconds(4_107_542_400));
    check("2016-12-31T23:59:60Z", seconds(1_483_228_800)); // a leap second
    check("9999-12-31T23:59:59.9999999Z", Duration::new(253_402_300_799, 999_999_900));
    check("253402300799", seconds(253_402_300_799));
    for month in 1..=12 {
        let text = format!("2023-{month:02}-28T12:00:00Z");
        let expected = humantime::parse_rfc3339(&text).unwrap();
        assert_eq!(ExpiresOn::parse(&text).map(ExpiresOn::at), Some(expected));
    }
}

#[test]
fn rejects_invalid_times() {
    for text in [
        "",
        "soon",
        "2021-06-08",
        "2021-06-08T15:35:58", // without a time zone
        "2021-06-08 15:35:58Z",
        "2021-06-08T15:35Z",
        "2021-06-08T15:35:58.Z",
        "2021-06-08T15:35:58.1x2Z",
        "2021-6-08T15:35:58Z",
        "21-06-08T15:35:58Z",
        "2021-13-08T15:35:58Z",
        "2021-00-08T15:35:58Z",
        "2021-04-31T15:35:58Z",
        "2021-02-29T15:35:58Z",
        "2100-02-29T15:35:58Z",
        "2021-06-00T15:35:58Z",
        "2021-06-32T15:35:58Z",
        "2021-06-08T24:00:00Z",
        "2021-06-08T15:60:00Z",
        "2021-06-08T15:35:61Z",
        "2021-06-08T15:35:58+24:00",
        "2021-06-08T15:35:58+01:60",
        "2021-06-08T15:35:58+0100",
        "2021-06-08T15:35:58+01:00Z",
        "2021-06-08T15:35:58-",
        "2021-06-08-01T15:35:58Z",
        "2021-06-08T15:35:58:00Z",
        "+021-06-08T15:35:58Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:30:00+01:00",
        "-1",
        "1.5",
        "253402300800",
        "9999-12-31T23:59:60Z",
        "99999999999999999999999999",
    ] {
        assert_eq!(ExpiresOn::parse(text), None, "{text}");
    }
}

#[test]
fn expired_tokens_and_their_renewal() {
    #[track_caller]
    fn check(headers: &[(&str, &str)], now: SystemTime, expected: Option<Renewal>) {
        let tokens = read(headers, &IdentityProvider::ENTRA);
        assert_eq!(tokens.renewal_at(now), expected);
        assert_eq!(tokens.is_expired_at(now), expected.is_some());
    }
    const END: u64 = 1_893_456_000;
    let skew = EXPIRY_SKEW.as_secs();
    let access = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", "opaque");
    let refresh = ("X-MS-TOKEN-AAD-REFRESH-TOKEN", "r");
    let end = ("X-MS-TOKEN-AAD-EXPIRES-ON", "2030-01-01T00:00:00Z");
    check(&[access, end], at(END - skew - 1), None);
    check(&[access, end], at(END - skew), Some(Renewal::SignIn));
    check(&[access, end, refresh], at(END - skew - 1), None);
    check(&[access, end, refresh], at(END), Some(Renewal::Refresh));
    check(&[access, refresh], at(END), None); // GitHub's never expire
    check(&[], at(END), None);
    // Without the header, the token's claim counts.
    let jwt = compact("{}", format!(r#"{{"exp":{END}}}"#));
    let jwt = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", jwt.as_str());
    check(&[jwt], at(END - skew - 1), None);
    check(&[jwt], at(END - skew), Some(Renewal::SignIn));
    let later = ("X-MS-TOKEN-AAD-EXPIRES-ON", "2031-01-01T00:00:00Z");
    check(&[jwt, later], at(END), None); // the header wins
}

#[test]
fn the_bearer_token_of_the_client() {
    let client = ("Authorization", "Bearer own");
    let store = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", "stored");
    let both =
        |headers: &[(&str, &str)]| read(headers, &IdentityProvider::ENTRA).or_bearer(headers);
    let access = |headers: &[(&str, &str)]| {
        both(headers).unwrap().access_token().map(|token| token.expose_secret().to_owned())
    };
    assert_eq!(access(&[client]).as_deref(), Some("own"));
    assert_eq!(access(&[client, store]).as_deref(), Some("stored"));
    assert_eq!(access(&[]), None);
    assert!(both(&[("Authorization", "Bearer ")]).is_err());
    // With a token in the store, the header of the client is not read.
    assert!(both(&[store, ("Authorization", "Bearer ")]).is_ok());

    let expired = format!("Bearer {}", compact("{}", r#"{"exp":1}"#));
    let headers = [("Authorization", expired.as_str())];
    assert_eq!(both(&headers).unwrap().renewal_at(at(2)), Some(Renewal::AskClient));
    // The platform's time is about the platform's token. The client's token has another one.
    let fresh = format!("Bearer {}", compact("{}", r#"{"exp":1893456000}"#));
    let stale = ("X-MS-TOKEN-AAD-EXPIRES-ON", "2021-06-08T15:35:58Z");
    let tokens = both(&[("Authorization", fresh.as_str()), stale]).unwrap();
    assert_eq!((tokens.expires_on(), tokens.renewal_at(at(1_700_000_000))), (None, None));
    let later = ("X-MS-TOKEN-AAD-EXPIRES-ON", "2031-01-01T00:00:00Z");
    let tokens = both(&[headers[0], later]).unwrap();
    assert!(tokens.is_expired_at(at(2)));
    assert!(both(&[later]).unwrap().expires_on().is_some(), "no token of the client");
}

#[test]
fn authorization() {
    #[track_caller]
    fn check(value: &str, expected: Option<&str>) {
        let token = AccessToken::from_authorization(&[("authorization", value)]).unwrap();
        assert_eq!(token.as_ref().map(AccessToken::expose_secret), expected);
    }
    check("Bearer abc", Some("abc"));
    check("bearer  a-._~+/b==", Some("a-._~+/b=="));
    check("BEARER 123|abc", Some("123|abc")); // Facebook
    check("Basic dXNlcjpwYXNz", None);
    check("Bearerabc", None);
    assert!(AccessToken::from_authorization(&[("x", "y")]).unwrap().is_none());

    for value in
        ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b", "Bearer \"a\""]
    {
        let error = AccessToken::from_authorization(&[("Authorization", value)]).unwrap_err();
        assert_eq!(error.kind(), HeaderErrorKind::InvalidBearer, "{value}");
        let message = "header Authorization: expected exactly one token after the scheme";
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn bearer_headers() {
    let value = AccessToken::new("abc").to_bearer().unwrap();
    assert!(value.is_sensitive());
    assert_eq!(
        (value.as_bytes(), format!("{value:?}").as_str()),
        (&b"Bearer abc"[..], "Sensitive")
    );
    for (token, position) in
        [("a b", 1), ("a\r\nX: y", 1), ("é", 0), ("=", 0), ("a=b", 1), ("a\0", 1)]
    {
        let error = AccessToken::new(token).to_bearer().unwrap_err();
        let message =
            format!("expected a bearer token, found an invalid character at byte {position}");
        assert_eq!(error.to_string(), message, "{token:?}");
    }
    let error = AccessToken::new("").to_bearer().unwrap_err();
    assert_eq!(error.to_string(), "expected a bearer token, found an empty string");
}

#[test]
fn secrets_print_their_length() {
    assert_eq!(format!("{:?}", AccessToken::new("12345678")), "AccessToken(8 bytes)");
    assert_eq!(format!("{:?}", IdToken::new("1")), "IdToken(1 bytes)");
    let tokens = read(
        &[("X-MS-TOKEN-AAD-REFRESH-TOKEN", "abc"), ("X-MS-TOKEN-AAD-EXPIRES-ON", "0")],
        &IdentityProvider::ENTRA,
    );
    let debug = format!("{tokens:?}");
    assert!(debug.starts_with(
        "ProviderTokens { id: None, access: None, refresh: Some(RefreshToken(3 bytes))"
    ));
    assert!(debug.contains("expires_on: Some(ExpiresOn(SystemTime"));
}

#[test]
fn tokens_need_not_be_jwts() {
    #[track_caller]
    fn check(token: &str, kind: DecodeErrorKind) {
        assert_eq!(AccessToken::new(token).decode_unverified().unwrap_err().kind(), kind);
        assert_eq!(IdToken::new(token).decode_unverified().unwrap_err().kind(), kind);
    }
    check("EwBIA8l6BAAU", DecodeErrorKind::Opaque); // a personal Microsoft account
    check("ya29.a0AfB_by", DecodeErrorKind::Opaque); // Google
    check("gho_16C7e42F292c6912E7", DecodeErrorKind::Opaque); // GitHub
    check("a.b.c.d", DecodeErrorKind::Opaque);
    check("", DecodeErrorKind::Opaque);
    check("e30.x.y.z.t", DecodeErrorKind::Encrypted);
    assert!(IdToken::new(compact("{}", "{}")).decode_unverified().is_ok());
}
