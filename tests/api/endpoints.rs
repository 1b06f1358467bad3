//! The platform's own pages.

use easyauth::{
    IdentityProvider,
    endpoints::{EndpointError, EndpointErrorKind, Endpoints, RefreshOutcome, ReturnTo},
    settings::AuthSettingsV2,
};
use http::StatusCode;

#[track_caller]
fn check_error<T: std::fmt::Debug>(result: Result<T, EndpointError>, kind: EndpointErrorKind) {
    assert_eq!(result.expect_err("an error").kind(), kind);
}

#[test]
fn prefixes_of_pages() {
    let pages = |endpoints: &Endpoints| {
        let login = endpoints.login(&IdentityProvider::GOOGLE).unwrap();
        [login.to_string(), endpoints.logout().to_string(), endpoints.refresh(), endpoints.me()]
    };
    let default = ["/.auth/login/google", "/.auth/logout", "/.auth/refresh", "/.auth/me"];
    assert_eq!(pages(&Endpoints::default()), default);
    let own = ["/api/auth/login/google", "/api/auth/logout", "/api/auth/refresh", "/api/auth/me"];
    assert_eq!(pages(&Endpoints::with_prefix("/api/auth").unwrap()), own);
    assert_eq!(pages(&Endpoints::with_prefix("/api/auth/").unwrap()), own);
    for prefix in
        ["", "/", "//", "auth", "//evil.example", "/\\evil.example", "/a?b", "/a#b", "/a b", "/a\t"]
    {
        check_error(Endpoints::with_prefix(prefix), EndpointErrorKind::NotAPath);
    }
}

#[test]
fn addresses_from_settings() {
    let of = |text: &str| Endpoints::of(&text.parse::<AuthSettingsV2>().unwrap());
    assert_eq!(of(r#"{"login":{"routes":{}}}"#), Ok(Endpoints::default()));
    let empty =
        r#"{"httpSettings":{"routes":{"apiPrefix":""}},"login":{"routes":{"logoutEndpoint":""}}}"#;
    assert_eq!(of(empty), Ok(Endpoints::default()));
    let own = of(
        r#"{"httpSettings":{"routes":{"apiPrefix":"/a"}},"login":{"routes":{"logoutEndpoint":"/bye"}}}"#,
    );
    let own = own.unwrap();
    assert_eq!((own.me().as_str(), own.logout().to_string().as_str()), ("/a/me", "/bye"));
    let foreign = r#"{"login":{"routes":{"logoutEndpoint":"//evil.example"}}}"#;
    check_error(of(foreign), EndpointErrorKind::NotAPath);
    let foreign = r#"{"httpSettings":{"routes":{"apiPrefix":"https://evil.example"}}}"#;
    check_error(of(foreign), EndpointErrorKind::NotAPath);
}

#[test]
fn parameters_of_sign_ins() {
    let login = || Endpoints::default().login(&IdentityProvider::ENTRA).unwrap();
    let back = ReturnTo::path("/a?b=c&d=é#f".replace('é', "%C3%A9").as_str()).unwrap();
    assert_eq!(
        login().return_to(&back).to_string(),
        "/.auth/login/aad?post_login_redirect_uri=%2Fa%3Fb%3Dc%26d%3D%25C3%25A9%23f",
    );
    // The last value of a key wins, and values are encoded.
    let address = login()
        .parameter("prompt", "login")
        .parameter("domain_hint", "contoso.example&x=y ü~")
        .parameter("prompt", "consent");
    assert_eq!(
        address.to_string(),
        "/.auth/login/aad?domain_hint=contoso.example%26x%3Dy%20%C3%BC~&prompt=consent",
    );
    let custom = Endpoints::default().login(&IdentityProvider::new("contoso2")).unwrap();
    assert_eq!(custom.to_string(), "/.auth/login/contoso2");
    // With an underscore, as documented (MicrosoftDocs/azure-docs#104897).
    let custom = Endpoints::default().login(&IdentityProvider::new("my_provider")).unwrap();
    assert_eq!(custom.to_string(), "/.auth/login/my_provider");
    for name in ["", "a/b", "..", "a b", "a?b", "é", "my-provider", "a\nb"] {
        let provider = IdentityProvider::new(name);
        check_error(Endpoints::default().login(&provider), EndpointErrorKind::NoSignInPage);
    }
}

/// The name in settings is not the name of the sign-in page (MicrosoftDocs/azure-docs#83082).
#[test]
fn provider_names_of_settings() {
    #[track_caller]
    fn check(name: &str, provider: &IdentityProvider) {
        let own = IdentityProvider::new(name);
        assert_eq!((&own, own.as_str()), (provider, provider.as_str()));
        let login = Endpoints::default().login(&own).unwrap().to_string();
        assert_eq!(login, format!("/.auth/login/{}", provider.as_str()));
    }
    for name in ["azureActiveDirectory", "azureactivedirectory", "AzureActiveDirectory", "aad"] {
        check(name, &IdentityProvider::ENTRA);
    }
    check("gitHub", &IdentityProvider::GITHUB);
    check("legacyMicrosoftAccount", &IdentityProvider::MICROSOFT_ACCOUNT);
    check("AAD", &IdentityProvider::ENTRA);
    check("GitHub", &IdentityProvider::GITHUB);
    check("Google", &IdentityProvider::GOOGLE);
    for name in ["google", "facebook", "twitter", "apple"] {
        check(name, &IdentityProvider::new(name));
    }
    assert_eq!(IdentityProvider::new("contoso").as_str(), "contoso");
    assert_eq!(IdentityProvider::new("Contoso").as_str(), "Contoso");
    assert_eq!(IdentityProvider::new("x").as_str(), "x");
}

#[test]
fn version_page_of_the_middleware() {
    assert_eq!(Endpoints::default().version(), "/.auth/version");
    assert_eq!(Endpoints::with_prefix("/api/auth").unwrap().version(), "/api/auth/version");
}

#[test]
fn return_address_of_sign_outs() {
    let back = ReturnTo::path("/bye").unwrap();
    let address = Endpoints::default().logout().return_to(&back).return_to(&back);
    assert_eq!(address.to_string(), "/.auth/logout?post_logout_redirect_uri=%2Fbye");
}

#[test]
fn return_paths_stay_on_the_site() {
    for path in ["/", "/a", "/a//b", "/a?b=//c", "/a:b@c"] {
        assert_eq!(ReturnTo::path(path).unwrap().as_str(), path);
    }
    // Browsers leave a backslash in a query as it is (WHATWG URL).
    for (path, encoded) in [
        (r"/a?path=C:\temp", "/a?path=C:%5Ctemp"),
        (r"/?\\evil.example", "/?%5C%5Cevil.example"),
        (r"/a#\b", "/a#%5Cb"),
    ] {
        assert_eq!(ReturnTo::path(path).unwrap().as_str(), encoded);
    }
    // Encoded slashes that do not lead to another host.
    for path in ["/a%2f%2fb", "/%41%2f", "/%C3%A9", "/%", "/%2", "/%zz", "/%+f", "/%25", "/%2541"] {
        assert_eq!(ReturnTo::path(path).unwrap().as_str(), path);
    }
    for path in [
        "",
        "a",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b?c",
        "/\t/evil.example",
        "/\n/evil.example",
        " /a",
        "/a b",
        "https://evil.example",
        "javascript:alert(1)",
        "/é",
        "/\u{7f}",
        // Once a proxy has decoded it (microsoft-identity-web#3792, #3940, #4028), however often.
        "/%2fevil.example",
        "/%2F%2Fevil.example",
        "/%2F/evil.example",
        "/%5cevil.example",
        "/%5C%5Cevil.example",
        "/%252fevil.example",
        "/%25252Fevil.example",
        "/%255cevil.example",
        "/%09/evil.example",
        "/%0d%0a%2fevil.example",
        "/%2509%252fevil.example",
        "/%20/evil.example",
        "/%25%32%66evil.example",
        "/%%32%66evil.example",
        // Encoded more often than any legitimate path.
        "/%2525252525252541",
    ] {
        check_error(ReturnTo::path(path), EndpointErrorKind::NotAPath);
    }
}

#[test]
fn external_addresses_must_be_allowed() {
    let allowed = ["https://shop.contoso.example/done?x=y", "app://easyauth.callback"];
    for address in [
        "https://shop.contoso.example/done",
        "https://shop.contoso.example/done?order=7#a",
        "app://easyauth.callback?code=1",
    ] {
        assert_eq!(ReturnTo::external(address, &allowed).unwrap().as_str(), address);
    }
    let address = r"https://shop.contoso.example/done?path=C:\temp";
    let encoded = "https://shop.contoso.example/done?path=C:%5Ctemp";
    assert_eq!(ReturnTo::external(address, &allowed).unwrap().as_str(), encoded);
    for address in [
        "https://shop.contoso.example/",
        "https://shop.contoso.example/done/more",
        "https://shop.contoso.example.evil.example/done",
        "https://shop.contoso.example/done\\evil",
        "https://shop.contoso.example/done?a\nb",
        "http://shop.contoso.example/done",
        "/done",
        "",
    ] {
        check_error(ReturnTo::external(address, &allowed), EndpointErrorKind::NotAllowed);
    }
    // Listed, but not an address.
    check_error(ReturnTo::external("", &[""]), EndpointErrorKind::NotAllowed);
}

#[test]
fn outcomes_of_refreshes() {
    #[track_caller]
    fn check(status: u16, outcome: RefreshOutcome, message: &str) {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(RefreshOutcome::of(status), outcome);
        assert_eq!(outcome.to_string(), message);
        assert_eq!(outcome.is_refreshed(), outcome == RefreshOutcome::Refreshed);
        assert_eq!(outcome.is_retryable(), outcome == RefreshOutcome::Unavailable);
    }
    use RefreshOutcome as Outcome;
    let fresh = "the next request has fresh tokens";
    check(200, Outcome::Refreshed, fresh);
    check(204, Outcome::Refreshed, fresh);
    let unsupported = "the provider has no refresh tokens: sign in again";
    check(400, Outcome::NotSupported, unsupported);
    check(401, Outcome::SignInAgain, "the session cannot be refreshed: sign in again");
    check(
        403,
        Outcome::NoRefreshToken,
        "the refresh token is missing: let sign-ins request offline_access, and set a client credential",
    );
    check(404, Outcome::NoTokenStore, "the token store is off, or the prefix is different");
    let later = "the platform cannot refresh now: try again later";
    for status in [429, 500, 503, 599] {
        check(status, Outcome::Unavailable, later);
    }
    check(302, Outcome::Other(StatusCode::FOUND), "the platform responded with 302 Found");
}

#[test]
fn messages_of_errors() {
    #[track_caller]
    fn check<T: std::fmt::Debug>(result: Result<T, EndpointError>, message: &str) {
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(
            format!("{error:?}"),
            format!("EndpointError({}: {error})", error.kind().code())
        );
    }
    // Configuration is shown, escaped.
    check(
        Endpoints::default().login(&IdentityProvider::new("my-provider")),
        r#"expected a provider with a sign-in page, found "my-provider""#,
    );
    check(
        Endpoints::with_prefix("auth\n"),
        r#"expected a path of this site, such as "/orders", found "auth\u{a}""#,
    );
    check(
        Endpoints::of(&r#"{"login":{"routes":{"logoutEndpoint":"bye"}}}"#.parse().unwrap()),
        r#"expected a path of this site, such as "/orders", found "bye""#,
    );
    // An address to return to can come from a request, so it is not shown.
    check(ReturnTo::path("canary"), r#"expected a path of this site, such as "/orders""#);
    let allowed: [&str; 0] = [];
    check(
        ReturnTo::external("https://canary.example", &allowed),
        "expected an external address that the settings allow",
    );
}
