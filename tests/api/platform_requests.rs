//! Requests of the platform, and to it: health checks, and client-directed sign-in.

#[cfg(feature = "verify")]
use easyauth::endpoints::HealthCheck;
use easyauth::{
    AccessToken, AccessTokenSecret, IdToken, RefreshToken,
    endpoints::{ClientSession, ClientSignIn, Endpoints},
};

#[cfg(feature = "verify")]
const HEADER: &str = "x-ms-auth-internal-token";

/// `printf %s 'a key of the platform' | openssl dgst -sha256 -binary | base64`
#[cfg(feature = "verify")]
const HASH: &str = "zo/NP8TGmIrAHO3iUx2aG6ez5uE0qU7kHiv2VmvYLz4=";

#[cfg(feature = "verify")]
#[test]
fn a_health_check_proves_that_it_is_of_the_platform() {
    let check = HealthCheck::with_key("a key of the platform").unwrap();
    assert!(check.is_from_platform(&[(HEADER, HASH)]));
    assert!(check.is_from_platform(&[("X-MS-Auth-Internal-Token", HASH)]));
    assert!(check.is_from_platform(&[("other", "x"), (HEADER, HASH)]));
    assert!(!check.is_from_platform(&http::HeaderMap::new()));
    assert!(!check.is_from_platform(&[(HEADER, "")]));
    // The key itself, in any form.
    assert!(!check.is_from_platform(&[(HEADER, "a key of the platform")]));
    assert!(!check.is_from_platform(&[(HEADER, HASH.trim_end_matches('='))]));
    assert!(!check.is_from_platform(&[(HEADER, HASH.to_lowercase().as_str())]));
    assert!(!check.is_from_platform(&[(HEADER, &HASH[1..])]));
    assert!(!check.is_from_platform(&[(HEADER, format!("{HASH}=").as_str())]));
    // Which one would a proxy mean?
    assert!(!check.is_from_platform(&[(HEADER, HASH), (HEADER, HASH)]));
    assert!(!check.is_from_platform(&[(HEADER, "x"), (HEADER, HASH)]));
    // The key of another site.
    let other = HealthCheck::with_key("another key").unwrap();
    assert!(!other.is_from_platform(&[(HEADER, HASH)]));
    // One byte at each place.
    for index in 0..HASH.len() {
        let mut wrong = HASH.to_owned().into_bytes();
        wrong[index] ^= 1;
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(!check.is_from_platform(&[(HEADER, wrong.as_str())]), "{wrong}");
    }
    assert_eq!(format!("{check:?}"), "HealthCheck { .. }");
}

/// Everyone knows the hash of an empty key.
#[cfg(feature = "verify")]
#[test]
fn a_health_check_needs_a_key() {
    let error = HealthCheck::with_key("").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a key in WEBSITE_AUTH_ENCRYPTION_KEY, found none: App Service and Functions set it \
         while Easy Auth is on"
    );
    assert_eq!(format!("{error:?}"), format!("MissingEncryptionKey({error})"));
    assert_eq!(HealthCheck::from_env().unwrap_err(), error);
    let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let check = HealthCheck::with_key(" ").unwrap();
    assert!(!check.is_from_platform(&[(HEADER, empty)]));
}

#[track_caller]
fn sends(sign_in: &ClientSignIn<'_>, provider: &str, body: &str) {
    let request = sign_in.build("https://app.contoso.com", &Endpoints::default()).unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), format!("https://app.contoso.com/.auth/login/{provider}").as_str());
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(std::str::from_utf8(request.body()).unwrap(), body);
    let debug = format!("{sign_in:?}");
    assert!(!debug.contains("-secret"), "{debug}");
}

#[test]
fn each_provider_gets_its_own_tokens() {
    let access = AccessToken::new("access-secret");
    let id = IdToken::new("id-secret");
    let refresh = RefreshToken::new("refresh-secret");
    sends(&ClientSignIn::entra(&access), "aad", r#"{"access_token":"access-secret"}"#);
    sends(
        &ClientSignIn::entra(&access).keep_tokens(&id, None),
        "aad",
        r#"{"access_token":"access-secret","id_token":"id-secret"}"#,
    );
    sends(
        &ClientSignIn::entra(&access).keep_tokens(&id, Some(&refresh)),
        "aad",
        r#"{"access_token":"access-secret","id_token":"id-secret","refresh_token":"refresh-secret"}"#,
    );
    sends(&ClientSignIn::google(&id), "google", r#"{"id_token":"id-secret"}"#);
    sends(&ClientSignIn::facebook(&access), "facebook", r#"{"access_token":"access-secret"}"#);
    // Others have no such members.
    sends(
        &ClientSignIn::facebook(&access).keep_tokens(&id, Some(&refresh)),
        "facebook",
        r#"{"access_token":"access-secret"}"#,
    );
    let secret = AccessTokenSecret::new("a \"secret\"\n");
    sends(
        &ClientSignIn::twitter(&access, &secret),
        "twitter",
        r#"{"access_token":"access-secret","access_token_secret":"a \"secret\"\n"}"#,
    );
    let other = Endpoints::with_prefix("/api/auth").unwrap();
    let request = ClientSignIn::google(&id).build("https://app.contoso.com/", &other).unwrap();
    assert_eq!(request.uri(), "https://app.contoso.com/api/auth/login/google");
}

#[test]
fn tokens_go_to_an_https_origin_only() {
    let id = IdToken::new("id-secret");
    let build = |site: &str| ClientSignIn::google(&id).build(site, &Endpoints::default());
    for site in ["https://app.contoso.com:8443", "http://localhost:5000", "http://[::1]:80/"] {
        let uri = format!("{}/.auth/login/google", site.trim_end_matches('/'));
        assert_eq!(build(site).unwrap().uri(), uri.as_str());
    }
    for site in [
        "",
        "app.contoso.com",
        "/",
        "http://app.contoso.com",
        "http://localhost.contoso.com",
        "ftp://app.contoso.com",
        "https://app.contoso.com/path",
        "https://app.contoso.com?query",
        "https://app.contoso.com#fragment",
        "https://user@app.contoso.com",
        "https://user:password@app.contoso.com",
        "https://",
        // `http` reads the host of these as `[::1]`.
        "http://[::1].evil.example",
        "http://[::1]evil.example",
        "https://[::1].evil.example",
        "http://localhost@evil.example",
        "http://127.0.0.1.evil.example",
        "https://app.contoso.com:99999",
        "https://app.contoso.com:",
        // Another host to a rule that compares names.
        "https://app.contoso.com.",
    ] {
        let error = build(site).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("expected an https origin, such as https://app.contoso.com, found \"{site}\"")
        );
        assert_eq!(format!("{error:?}"), format!("InvalidSite({error})"));
    }
    assert!(build(&"\u{1b}".repeat(10_000)).unwrap_err().to_string().len() < 4000);
}

#[test]
fn the_session_is_read_strictly_and_kept_secret() {
    let session = |body: &str| ClientSession::parse(body.as_bytes());
    let good = r#"{"authenticationToken":"secret.of.session","user":{"userId":"sid:1f"},"x":[1]}"#;
    let parsed = session(good).unwrap();
    assert_eq!(parsed.user_id(), "sid:1f");
    let header = parsed.to_zumo_auth().unwrap();
    assert_eq!(header, "secret.of.session");
    assert!(header.is_sensitive());
    assert_eq!(format!("{parsed:?}"), "ClientSession(17 bytes)");
    for bad in [
        "",
        "{}",
        "[]",
        "null",
        "not JSON",
        r#"{"authenticationToken":"x"}"#,
        r#"{"user":{"userId":"sid:1"}}"#,
        r#"{"authenticationToken":"","user":{"userId":"sid:1"}}"#,
        r#"{"authenticationToken":1,"user":{"userId":"sid:1"}}"#,
        r#"{"authenticationToken":"x","user":{}}"#,
        r#"{"authenticationToken":"x","user":"sid:1"}"#,
        r#"{"authenticationToken":"x","user":{"userId":1}}"#,
        r#"{"authenticationToken":"x","authenticationToken":"y","user":{"userId":"sid:1"}}"#,
        r#"{"authenticationToken":"x","user":{"userId":"sid:1"},"user":{"userId":"sid:2"}}"#,
        r#"{"authenticationToken":"x","user":{"userId":"sid:1","userId":"sid:2"}}"#,
        r#"{"authenticationToken":"x","user":{"userId":"sid:1"}}{}"#,
    ] {
        let error = session(bad).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected an authenticationToken and a user with a userId in the response",
            "{bad}"
        );
    }
    let broken = r#"{"authenticationToken":"x\ny","user":{"userId":"sid:1"}}"#;
    assert!(session(broken).unwrap().to_zumo_auth().is_err());
    let long = |length: usize| format!("{good}{}", " ".repeat(length - good.len()));
    assert!(session(&long(easyauth::MAX_TOKEN_LEN)).is_ok());
    assert!(session(&long(easyauth::MAX_TOKEN_LEN + 1)).is_err());
}
