//! `/.auth/me`.

use std::time::{Duration, UNIX_EPOCH};

use easyauth::{ExpiresOn, IdentityProvider, MAX_ME_LEN, MeErrorKind, PrincipalFormat, Session};

use crate::support::chain;

#[track_caller]
fn sessions(body: &str) -> Vec<Session> {
    Session::parse_me(body.as_bytes()).expect("a response")
}

#[track_caller]
fn rejected(body: impl AsRef<[u8]>, kind: MeErrorKind, message: &str) {
    let error = Session::parse_me(body.as_ref()).unwrap_err();
    assert_eq!((error.kind(), chain(&error).as_str()), (kind, message));
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
    // An opaque token may be right, but a token of GitHub never is.
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
fn sessions_without_a_user_are_empty() {
    assert!(sessions("[]").is_empty());
    assert!(sessions(" [ ] \n").is_empty());
    assert!(sessions(r#"{"clientPrincipal":null}"#).is_empty());
    let anonymous = r#"{"clientPrincipal":{"identityProvider":"x","userRoles":["anonymous"]}}"#;
    assert!(sessions(anonymous).is_empty());
}

#[test]
fn null_and_empty_tokens_are_absent() {
    let sessions = sessions(
        r#"[{"provider_name":"aad","access_token":null,"id_token":"","expires_on":null,
        "user_id":null,"user_claims":null},{"provider_name":"aad","expires_on":""},
        {"provider_name":"aad","expires_on":1623166558}]"#,
    );
    assert!(sessions[0].tokens().is_empty() && sessions[0].tokens().expires_on().is_none());
    assert!(sessions[1].tokens().expires_on().is_none());
    assert!(sessions[2].tokens().expires_on().is_some());
}

/// An HTTP client that follows redirects gets the sign-in page.
#[test]
fn an_html_page_has_its_own_kind() {
    let message = "the response of /.auth/me is an HTML page: check that the request has the session cookie, was \
                   not redirected to a sign-in, and that Easy Auth is on";
    for page in ["<!DOCTYPE html>", " \r\n<html><body>[]</body></html>", "<"] {
        rejected(page, MeErrorKind::Html, message);
    }
}

/// microsoft/azure-container-apps#1389.
#[test]
fn an_empty_response_has_its_own_kind() {
    let message = "the response of /.auth/me is empty: check that the request has the session cookie, and that the \
                   token store is on";
    for body in ["", " \r\n\t"] {
        rejected(body, MeErrorKind::Empty, message);
    }
}

/// An account takes far more memory than its JSON form.
#[test]
fn the_number_of_accounts_is_limited() {
    let list = |count: usize| format!("[{}]", vec![r#"{"provider_name":"aad"}"#; count].join(","));
    assert_eq!(sessions(&list(100)).len(), 100);
    let message = "the response of /.auth/me has more than 100 sessions";
    rejected(list(101), MeErrorKind::TooManySessions, message);
}

#[test]
fn rejects_other_documents() {
    let format =
        "the response of /.auth/me has neither the format of App Service nor of Static Web Apps";
    rejected("{}", MeErrorKind::UnknownFormat, format);
    rejected("null", MeErrorKind::UnknownFormat, format);
    rejected("[1]", MeErrorKind::UnknownFormat, format);
    let not_json =
        |position| format!("the response of /.auth/me is not valid JSON at byte {position}");
    rejected("not found", MeErrorKind::Json, &not_json(0));
    rejected("[{]", MeErrorKind::Json, &not_json(2));
    rejected("[] x", MeErrorKind::Json, &not_json(3));
    rejected("true x", MeErrorKind::Json, &not_json(5));
    rejected(b"[\"\xff\"]", MeErrorKind::Json, &not_json(2));
    let big = " ".repeat(MAX_ME_LEN + 1);
    rejected(
        big,
        MeErrorKind::TooLong,
        "the response of /.auth/me is too long: expected at most 1048576 bytes, found 1048577",
    );
    rejected(
        r#"[{"provider_name":"aad","expires_on":"soon"}]"#,
        MeErrorKind::InvalidTime,
        "expected expires_on to be an ISO 8601 time or a number of seconds",
    );
    assert!(Session::parse_me(format!("[]{}", " ".repeat(MAX_ME_LEN - 2)).as_bytes()).is_ok());
}

#[test]
fn rejects_invalid_sessions() {
    let provider = "a session does not name its identity provider";
    rejected("[{}]", MeErrorKind::MissingProvider, provider);
    rejected(r#"[{"provider_name":" "}]"#, MeErrorKind::MissingProvider, provider);
    let wrong_type = |member: &str| {
        format!("the response of /.auth/me has a member of the wrong JSON type: {member}")
    };
    for member in ["user_id", "access_token", "refresh_token", "expires_on"] {
        let body = format!(r#"[{{"provider_name":"aad","{member}":{{}}}}]"#);
        rejected(body, MeErrorKind::InvalidMember, &wrong_type(member));
    }
    rejected(r#"[{"provider_name":{}}]"#, MeErrorKind::InvalidMember, &wrong_type("provider_name"));
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
        rejected(
            format!(r#"[{{"{member}":{value},"{member}":{value},"provider_name":"aad"}}]"#),
            MeErrorKind::DuplicateMember,
            &format!("the response of /.auth/me has a duplicate member: {member}"),
        );
    }
    rejected(
        r#"{"clientPrincipal":null,"clientPrincipal":null}"#,
        MeErrorKind::DuplicateMember,
        "the response of /.auth/me has a duplicate member: clientPrincipal",
    );
}

/// Errors of a principal are the source, and the message does not repeat them.
#[test]
fn rejects_invalid_principals() {
    #[track_caller]
    fn check(body: &str, source: &str) {
        let message = "a principal in the response of /.auth/me is invalid: the client principal";
        rejected(body, MeErrorKind::Principal, &format!("{message} {source}"));
    }
    check(r#"{"clientPrincipal":1}"#, "is not a JSON object");
    check(
        r#"[{"provider_name":"aad","user_claims":{}}]"#,
        "has a member of the wrong JSON type: user_claims",
    );
    check(
        r#"[{"provider_name":"aad","user_claims":[{"typ":"a","typ":"a"}]}]"#,
        "has a duplicate member: typ",
    );
}
