//! `/.auth/me`.

use std::time::{Duration, UNIX_EPOCH};

use easyauth::{
    ExpiresOn, IdentityProvider, MAX_ME_LEN, MeError, PrincipalError, PrincipalFormat, Session,
};

#[track_caller]
fn sessions(body: &str) -> Vec<Session> {
    Session::parse_me(body.as_bytes()).expect("an answer")
}

#[track_caller]
fn refused(body: impl AsRef<[u8]>, error: MeError, message: &str) {
    assert_eq!(Session::parse_me(body.as_ref()).unwrap_err(), error);
    assert_eq!(error.to_string(), message);
}

#[test]
fn app_service() {
    let sessions = sessions(
        r#"[{"access_token":"a.b.c","expires_on":"2021-06-08T15:35:58.9638246Z","id_token":"d\/e",
        "provider_name":"aad","refresh_token":"r","authentication_token":"t",
        "access_token_secret":"s","unknown":{"x":[1]},"user_claims":[
        {"typ":"http:\/\/schemas.microsoft.com\/identity\/claims\/tenantid","val":"T"},
        {"typ":"roles","val":"Admin"},{"typ":"name","val":"Jos\u00e9"},{"typ":"x","val":null}],
        "user_id":"sample@example.com"},{"provider_name":"custom","user_claims":[]}]"#,
    );
    let [aad, custom] = &sessions[..] else { panic!("two sessions") };
    let user = aad.principal();
    assert_eq!(
        (user.provider(), user.format()),
        (&IdentityProvider::ENTRA, PrincipalFormat::AppService)
    );
    assert_eq!((user.tenant_id(), user.name()), (Some("T"), Some("José")));
    assert!(user.is_in_role("Admin"));
    assert_eq!(user.claims().len(), 3);
    assert_eq!(aad.user_id(), Some("sample@example.com"));
    let tokens = aad.tokens();
    assert_eq!(tokens.access_token().unwrap().expose_secret(), "a.b.c");
    assert_eq!(tokens.id_token().unwrap().expose_secret(), "d/e");
    assert_eq!(tokens.refresh_token().unwrap().expose_secret(), "r");
    assert_eq!(tokens.authentication_token().unwrap().expose_secret(), "t");
    assert_eq!(tokens.access_token_secret().unwrap().expose_secret(), "s");
    let expected = UNIX_EPOCH + Duration::new(1_623_166_558, 963_824_600);
    assert_eq!(tokens.expires_on().map(ExpiresOn::at), Some(expected));
    assert_eq!(custom.principal().provider().as_str(), "custom");
    assert!(custom.tokens().is_empty() && custom.user_id().is_none());
    let kept = sessions.into_iter().next().unwrap().into_tokens();
    assert_eq!(kept.access_token().unwrap().expose_secret(), "a.b.c");
}

#[test]
fn static_web_apps() {
    let sessions = sessions(
        r#"{"clientPrincipal":{"identityProvider":"github","userId":"7","userDetails":"sample",
        "userRoles":["anonymous","authenticated"],"claims":[{"typ":"name","val":"Sample"}]}}"#,
    );
    let user = sessions[0].principal();
    assert_eq!(
        (user.provider(), user.format()),
        (&IdentityProvider::GITHUB, PrincipalFormat::StaticWebApps)
    );
    assert_eq!(
        (user.id(), user.name(), user.claim("name")),
        (Some("7"), Some("sample"), Some("Sample"))
    );
    assert_eq!(sessions[0].user_id(), Some("7"));
    assert!(sessions[0].tokens().is_empty());
}

#[test]
fn the_fix_depends_on_the_provider() {
    let fixes = |provider: &str| {
        let body = format!(r#"[{{"provider_name":"{provider}","access_token":"opaque"}}]"#);
        let wanted = easyauth::resource::ARM;
        sessions(&body)[0].tokens().diagnose(wanted, UNIX_EPOCH).fixes().len()
    };
    // What is opaque may be right; that of GitHub never is.
    assert_eq!((fixes("aad"), fixes("github")), (0, 4));
}

#[test]
fn debug_shows_no_values() {
    let body = r#"[{"provider_name":"aad","user_id":"sample@example.com","id_token":"abc"}]"#;
    let debug = format!("{:?}", sessions(body));
    assert!(debug.starts_with("[Session { principal: EasyAuthPrincipal {"), "{debug}");
    assert!(debug.contains("IdToken(3 bytes)") && !debug.contains("sample"), "{debug}");
}

#[test]
fn nobody_is_signed_in() {
    assert!(sessions("[]").is_empty());
    assert!(sessions(" [ ] \n").is_empty());
    assert!(sessions(r#"{"clientPrincipal":null}"#).is_empty());
    let anonymous = r#"{"clientPrincipal":{"identityProvider":"x","userRoles":["anonymous"]}}"#;
    assert!(sessions(anonymous).is_empty());
}

#[test]
fn null_and_empty_are_no_token() {
    let sessions = sessions(
        r#"[{"provider_name":"aad","access_token":null,"id_token":"","expires_on":null,
        "user_id":null,"user_claims":null},{"provider_name":"aad","expires_on":""},
        {"provider_name":"aad","expires_on":1623166558}]"#,
    );
    assert!(sessions[0].tokens().is_empty() && sessions[0].tokens().expires_on().is_none());
    assert!(sessions[1].tokens().expires_on().is_none());
    assert!(sessions[2].tokens().expires_on().is_some());
}

/// An HTTP client that follows redirects gets to the sign-in page.
#[test]
fn a_page_of_html_is_named() {
    let message = "the answer of /.auth/me looks like an HTML page: check whether the request was redirected to a \
                   sign-in page for want of the cookie of the session, and whether Easy Auth is on";
    for page in ["<!DOCTYPE html>", " \r\n<html><body>[]</body></html>", "<"] {
        refused(page, MeError::Html, message);
    }
}

/// microsoft/azure-container-apps#1389.
#[test]
fn an_empty_answer_is_named() {
    let message = "the answer of /.auth/me is empty: check that the request has the cookie of the session, and that \
                   the token store is on";
    for body in ["", " \r\n\t"] {
        refused(body, MeError::Empty, message);
    }
}

/// Each takes far more memory than its JSON form.
#[test]
fn a_session_has_few_accounts() {
    let list = |count: usize| format!("[{}]", vec![r#"{"provider_name":"aad"}"#; count].join(","));
    assert_eq!(sessions(&list(100)).len(), 100);
    let message = "the answer of /.auth/me has more than 100 sessions";
    refused(list(101), MeError::TooManySessions, message);
}

#[test]
fn refuses_what_is_no_answer() {
    let format =
        "the answer of /.auth/me has neither the format of App Service nor of Static Web Apps";
    refused("{}", MeError::UnknownShape, format);
    refused("null", MeError::UnknownShape, format);
    refused("[1]", MeError::UnknownShape, format);
    let json = |position| MeError::Json { position };
    let not_json = |position| format!("the answer of /.auth/me is not JSON at byte {position}");
    refused("not found", json(0), &not_json(0));
    refused("[{]", json(2), &not_json(2));
    refused("[] x", json(3), &not_json(3));
    refused("true x", json(5), &not_json(5));
    refused(b"[\"\xff\"]", json(2), &not_json(2));
    let big = " ".repeat(MAX_ME_LEN + 1);
    refused(
        big,
        MeError::TooLong { length: MAX_ME_LEN + 1 },
        "the answer of /.auth/me is 1048577 bytes long, over the limit of 1048576",
    );
    refused(
        r#"[{"provider_name":"aad","expires_on":"soon"}]"#,
        MeError::NotATime,
        "the answer of /.auth/me has an expires_on that is no ISO 8601 time",
    );
    assert!(Session::parse_me(format!("[]{}", " ".repeat(MAX_ME_LEN - 2)).as_bytes()).is_ok());
}

#[test]
fn refuses_what_is_no_session() {
    #[track_caller]
    fn check(body: &str, error: PrincipalError, message: &str) {
        refused(
            body,
            MeError::Principal(error),
            &format!("the answer of /.auth/me cannot be read: the client principal {message}"),
        );
    }
    let provider = "does not name its identity provider";
    check("[{}]", PrincipalError::MissingProvider, provider);
    check(r#"[{"provider_name":" "}]"#, PrincipalError::MissingProvider, provider);
    check(r#"{"clientPrincipal":1}"#, PrincipalError::NotAnObject, "is not a JSON object");
    for member in ["provider_name", "user_id", "access_token", "refresh_token", "user_claims"] {
        check(
            &format!(r#"[{{"provider_name":"aad","{member}":{{}}}}]"#)
                .replace(r#""provider_name":"aad","provider_name""#, r#""provider_name""#),
            PrincipalError::InvalidMember { member },
            &format!("has a member {member} of the wrong JSON type"),
        );
    }
    for (member, value) in [
        ("provider_name", r#""aad""#),
        ("user_id", r#""x""#),
        ("id_token", r#""x""#),
        ("access_token", "null"),
        ("refresh_token", r#""""#),
        ("access_token_secret", r#""x""#),
        ("expires_on", "1"),
        ("user_claims", "[]"),
    ] {
        check(
            &format!(r#"[{{"{member}":{value},"{member}":{value},"provider_name":"aad"}}]"#),
            PrincipalError::DuplicateMember { member },
            &format!("has the member {member} twice"),
        );
    }
    check(
        r#"{"clientPrincipal":null,"clientPrincipal":null}"#,
        PrincipalError::DuplicateMember { member: "clientPrincipal" },
        "has the member clientPrincipal twice",
    );
}
