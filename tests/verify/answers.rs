//! Authorization by a verified token, and the responses if it fails.

use easyauth::{
    AccessToken, Challenge, Requirement, UnverifiedToken,
    access::{Denied, Reason},
    headers::HeaderError,
    resource::{ARM, Cloud, Resource, Scope},
    verify::{Tenant, Verifier, VerifyErrorKind},
};
use serde_json::json;

use crate::support::*;

fn authorize(draft: &Draft, requirement: &Requirement) -> Result<(), Denied> {
    passes(draft).authorize(requirement)
}

/// Rules 19 and 20: scopes of users, application permissions of applications.
#[test]
fn scopes_and_roles() {
    let files = Requirement::scope("Files.Read").or_app_role("Files.Read.All");
    assert_eq!(authorize(&Draft::access(), &files), Ok(()));
    assert_eq!(authorize(&Draft::access_of_app(), &files), Ok(()));
    let ok = |draft: Draft, requirement: &Requirement| authorize(&draft, requirement).is_ok();
    assert!(!ok(Draft::access(), &Requirement::scope("files.read")));
    assert!(!ok(Draft::access(), &Requirement::scope("Files")));
    assert!(!ok(Draft::access_of_app(), &Requirement::scope("Files.Read.All")));
    assert!(ok(Draft::access(), &Requirement::all_scopes(["Files.Write", "Files.Read"])));
    assert!(!ok(Draft::access(), &Requirement::all_scopes(["Files.Write", "Mail.Read"])));

    // The same role says something else in the token of a user.
    let of_user = || Draft::access().with("roles", json!(["Files.Read.All"]));
    let role = Requirement::app_role("Files.Read.All");
    assert!(ok(Draft::access_of_app(), &role) && !ok(of_user(), &role));
    let role = Requirement::user_role("Files.Read.All");
    assert!(ok(of_user(), &role) && !ok(Draft::access_of_app(), &role));
    // `idtyp` decides where it is.
    let app = Draft::access_of_app().with("sub", "other");
    assert!(!ok(app.clone(), &Requirement::app_role("Files.Read.All")));
    assert!(ok(app.with("idtyp", "app"), &Requirement::app_role("Files.Read.All")));

    assert!(ok(Draft::access(), &files.clone().on(API).by_user()));
    assert!(!ok(Draft::access(), &files.clone().on("api://other")));
    assert!(!ok(Draft::access(), &files.by_app()));
}

#[test]
fn a_denial_lists_every_reason() {
    let wanted = Requirement::scope("Mail.Read").on("api://other").by_app();
    let denied = authorize(&Draft::access(), &wanted).unwrap_err();
    assert_eq!(
        denied.to_string(),
        "the token does not meet the requirement: it is for api://my-api, not for api://other; it lacks the \
         scope Mail.Read; it is from a user, not from an application without a user"
    );
    assert_eq!(
        denied.reasons().iter().map(Reason::code).collect::<Vec<_>>(),
        ["wrong-audience", "missing-permission", "wrong-caller"]
    );
    assert_eq!(denied.scopes(), ["Mail.Read"]);
    // No token is for an API whose audiences are unknown.
    let unknown = ARM.in_cloud(Cloud::Singapore);
    let denied = authorize(&Draft::access(), &unknown.into()).unwrap_err();
    assert_eq!(
        denied.to_string(),
        "the token does not meet the requirement: the audiences of Azure Resource Manager (Singapore) are \
         unknown: name its App ID URI instead",
    );
}

/// `api://<client ID>` and the client ID are one API, in whichever way the requirement names it.
#[test]
fn both_versions_of_a_token_are_for_one_api() {
    const URI: &str = "api://00000006-0000-4000-8000-000000000006";
    const BY_URI: Resource = Resource::new("Orders", &[URI]);
    const BY_ID: Resource = Resource::new("Orders", &["api://orders"]).with_app_id(APP);
    const OTHER: Resource = Resource::new("Other", &["api://orders", API]);
    let verifier = Verifier::builder(Tenant::single(TENANT).unwrap()).application(APP);
    let verifier = verifier.build().unwrap();
    let check = |wanted: Requirement, is_met: bool| {
        for audience in [APP, URI, &APP.to_ascii_uppercase()] {
            let draft = Draft::access().with("aud", audience);
            let token = verify_with(&verifier, &draft.sign()).unwrap();
            assert_eq!(token.authorize(&wanted).is_ok(), is_met, "{audience} {wanted:?}");
            let diagnosis = UnverifiedToken::decode(&draft.sign()).unwrap();
            let opens = diagnosis.diagnose(wanted.clone(), at(NOW)).opens();
            assert!(opens == is_met, "{audience} {wanted:?}");
        }
    };
    let scope = |text: &str| Requirement::from(Scope::parse(text).unwrap());
    check(Requirement::scope("Files.Read").on(URI), true);
    check(Requirement::scope("Files.Read").on(APP), true);
    check(scope(&format!("{URI}/Files.Read")), true);
    check(BY_URI.scope("Files.Read").into(), true);
    check(BY_ID.scope("Files.Read").into(), true);
    check(OTHER.scope("Files.Read").into(), false);
    check(BY_URI.scope("Other").into(), false);
}

/// The status and the header.
fn answer(challenge: &Challenge) -> (u16, Option<String>) {
    let header = challenge.www_authenticate();
    let header = header.map(|header| header.to_str().unwrap().to_owned());
    (challenge.status().as_u16(), header)
}

#[test]
fn challenges_without_a_token() {
    assert_eq!(answer(&Challenge::no_token()), (401, Some("Bearer".to_owned())));
    assert_eq!(Challenge::no_token().error_code(), None);
    let named = Challenge::no_token().with_realm("orders at home").unwrap();
    assert_eq!(answer(&named), (401, Some("Bearer realm=\"orders at home\"".to_owned())));
    assert_eq!(
        Challenge::no_token().with_realm("a\nb").unwrap_err().to_string(),
        "expected a realm of printable ASCII without quote and backslash, found \"a\\u{a}b\"",
    );
    for realm in ["a\"b", "a\\b", "a\nb", "é", "a\u{7f}"] {
        assert!(Challenge::no_token().with_realm(realm).is_err(), "{realm:?}");
    }
    let malformed: HeaderError =
        AccessToken::from_authorization(&[("Authorization", "Bearer a b")]).unwrap_err();
    let expected = "Bearer error=\"invalid_request\", error_description=\"the request does not have \
                    exactly one well-formed bearer token\"";
    assert_eq!(answer(&malformed.challenge()), (400, Some(expected.to_owned())));
}

/// Every kind of error: its code, its message, its response.
#[test]
fn challenges_of_errors() {
    let messages = [
        ("too-long", "the token is too long"),
        ("encrypted", "the token is encrypted"),
        ("malformed", "the token is malformed"),
        ("duplicate-member", "the token has a duplicate member"),
        ("unsupported-header", "the header of the token has a member that is not supported"),
        ("wrong-type", "expected typ JWT; tokens of RFC 9068 (at+jwt) are not supported"),
        ("algorithm-not-allowed", "the algorithm of the token is not accepted"),
        ("protected", "the token is for a Microsoft API, which alone can verify it"),
        ("missing-key-id", "the token has no key ID (kid)"),
        ("unknown-key", "the key that signed the token is unknown"),
        ("keys-unavailable", "the keys to verify the token are not available"),
        ("wrong-key-algorithm", "the key that signed the token is for another algorithm"),
        ("no-verifier", "no verifier accepts the token"),
        ("invalid-signature", "the signature of the token is not valid"),
        ("missing-claim", "the token lacks a claim"),
        ("invalid-claim", "a claim of the token has the wrong type or is out of range"),
        ("wrong-key-issuer", "the key that signed the token belongs to another issuer"),
        ("wrong-key-cloud", "the key that signed the token belongs to another cloud"),
        ("wrong-issuer", "the token is from another issuer"),
        ("wrong-tenant", "the token is from another tenant"),
        ("wrong-audience", "the token is for another audience"),
        ("untrusted-audience", "the ID token is also for an audience that is not trusted"),
        ("expired", "the token has expired"),
        ("not-yet-valid", "the token is not valid yet"),
        ("issued-in-future", "the token was issued in the future"),
        ("invalid-lifetime", "the token expires before it becomes valid"),
        ("lifetime-too-long", "the token lives longer than allowed"),
        ("no-permissions", "the token has neither scopes nor roles"),
        ("client-not-allowed", "the client of the token is not allowed"),
        ("bound-to-key", "the token is bound to a key, so it is not a bearer token"),
        ("id-token", "the token is an ID token, which opens no API"),
        ("access-token", "the token is an access token, not an ID token"),
        ("wrong-nonce", "the nonce of the token does not match the sign-in"),
    ];
    let kinds = VerifyErrorKind::ALL.iter().map(|kind| (kind.code(), kind.to_string()));
    assert!(kinds.eq(messages.iter().map(|(code, text)| (*code, (*text).to_owned()))));

    let error = rejected("", VerifyErrorKind::Malformed);
    let expected = "Bearer error=\"invalid_token\", error_description=\"the token is malformed\"";
    assert_eq!(answer(&error.challenge()), (401, Some(expected.to_owned())));
    assert_eq!(error.challenge().error_code(), Some("invalid_token"));
    let named = error.challenge().with_realm("r").unwrap();
    assert!(answer(&named).1.unwrap().starts_with("Bearer realm=\"r\", error="));
    // Nothing that the client could mend: no challenge.
    let no_keys = easyauth::verify::KeySet::from_jwks(r#"{"keys":[]}"#).unwrap();
    let token = AccessToken::new(Draft::access().sign());
    let error = verifier().verify(&token, &no_keys, at(NOW)).unwrap_err();
    assert_eq!(answer(&error.challenge()), (503, None));
    assert_eq!(answer(&error.challenge().with_realm("r").unwrap()), (503, None));
    assert_eq!(error.challenge().error_code(), None);
}

#[test]
fn messages_of_errors() {
    let text = |draft: Draft, kind| {
        let error = fails(&draft, kind);
        let source = std::error::Error::source(&error).map(ToString::to_string);
        (error.to_string(), source)
    };
    let (message, source) =
        text(Draft::access().with("aud", "api://x\n"), VerifyErrorKind::WrongAudience);
    assert_eq!(
        message,
        r"the token is for another audience: expected api://my-api, found api://x\u{a}"
    );
    assert_eq!(source, None);
    let (message, _) = text(Draft::access().with("aud", json!([])), VerifyErrorKind::WrongAudience);
    assert_eq!(message, "the token is for another audience: expected api://my-api, found none");
    let (message, _) = text(Draft::access().without("exp"), VerifyErrorKind::MissingClaim);
    assert_eq!(message, "the token lacks a claim: exp");
    let (message, source) = text(Draft::access().with("exp", "x"), VerifyErrorKind::InvalidClaim);
    assert_eq!(
        message,
        "the payload of the token has a claim of the wrong JSON type or out of range: exp"
    );
    assert_eq!(source, None);
    for (token, kind, message) in [
        (
            "a.b.c.d.e",
            VerifyErrorKind::Encrypted,
            "the token is encrypted: only the API that it is for can read it",
        ),
        (
            &"a".repeat(easyauth::MAX_TOKEN_LEN + 1),
            VerifyErrorKind::TooLong,
            "the token is too long: expected at most 256000 bytes, found 256001",
        ),
    ] {
        let error = rejected(token, kind);
        assert_eq!(error.to_string(), message);
        assert!(std::error::Error::source(&error).is_none());
    }
    let (message, _) =
        text(Draft::access().with_header("crit", 1), VerifyErrorKind::UnsupportedHeader);
    assert_eq!(message, "the header of the token has a member that is not supported: crit");
    let error = rejected("a.b", VerifyErrorKind::Malformed);
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the token is opaque: expected a JWT of 3 segments"
    );
    // What is cut in the message is whole for a program.
    let long = format!("api://{}", "x".repeat(300));
    let error = fails(&Draft::access().with("aud", long.as_str()), VerifyErrorKind::WrongAudience);
    assert_eq!(error.actual(), Some(long.as_str()));
    assert!(error.to_string().ends_with("x...") && !format!("{error:?}").contains(&long));
    assert!(format!("{error:?}").contains("expected: \"api://my-api\", actual: \"api://xxx"));
    assert_eq!((error.member_name(), error.is_retryable()), (None, false));
    let error = fails(&Draft::access().without("exp"), VerifyErrorKind::MissingClaim);
    assert_eq!((error.expected(), error.actual()), (None, None));
}

#[test]
fn challenges_of_denials() {
    let challenge = |requirement: Requirement| {
        answer(&authorize(&Draft::access(), &requirement).unwrap_err().challenge())
    };
    let start = "Bearer error=\"insufficient_scope\", error_description=\"the token does not meet the requirement\"";
    let mail = Requirement::any_scope(["Mail.Read", "Mail.ReadWrite"]).or_app_role("Mail.Read.All");
    let expected = format!("{start}, scope=\"Mail.Read Mail.ReadWrite\"");
    assert_eq!(challenge(mail), (403, Some(expected)));
    assert_eq!(challenge(Requirement::app_role("x")), (403, Some(start.to_owned())));
    assert_eq!(challenge(Requirement::scope("a\"b")), (403, Some(start.to_owned())));
    // All scopes that are needed, also those that the token has.
    let both = Requirement::all_scopes(["Files.Read", "Mail.Read"]);
    let expected = (403, Some(format!("{start}, scope=\"Files.Read Mail.Read\"")));
    assert_eq!(challenge(both.clone()), expected);
    assert_eq!(challenge(both.not_by_agent()), expected);
    // The token has the scope, so clients would request it in vain (RFC 6750 section 3.1).
    let files = || Requirement::scope("Files.Read");
    for wanted in
        [files().not_by_agent(), files().by_agent(), files().by_app(), files().on("api://other")]
    {
        assert_eq!(challenge(wanted), (403, None));
    }
    assert_eq!(challenge(Requirement::audience("api://other")), (403, None));
}

/// Rule 25: only a client that understands it gets a claims challenge.
#[test]
fn claims_challenges() {
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    for capabilities in [json!(["cp1"]), json!(["xyz", "CP1"]), json!("cp1")] {
        let token = passes(&Draft::access().with("xms_cc", capabilities));
        assert!(token.supports_claims_challenge());
        let expected = "Bearer authorization_uri=\"https://login.microsoftonline.com/common/oauth2/\
                        authorize\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJl\
                        c3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19\"";
        assert_eq!(answer(&token.claims_challenge(claims)), (401, Some(expected.to_owned())));
    }
    for capabilities in [json!(["cp2"]), json!([]), json!("cp1 cp2"), json!(1)] {
        let token = passes(&Draft::access().with("xms_cc", capabilities));
        assert!(!token.supports_claims_challenge());
        assert_eq!(answer(&token.claims_challenge(claims)), (403, None));
    }
    assert!(!passes(&Draft::access()).supports_claims_challenge());
}

/// The sign-in address is that of the cloud that issued the token (Microsoft Learn: "Claims challenges,
/// claims requests, and client capabilities").
#[test]
fn claims_challenges_name_the_sign_in_of_the_cloud() {
    let with_cp1 = |draft: Draft| passes(&draft.with("xms_cc", json!(["cp1"])));
    for draft in [Draft::access(), Draft::access_v1()] {
        let challenge = answer(&with_cp1(draft).claims_challenge("{}")).1.unwrap();
        let start = "Bearer authorization_uri=\"https://login.microsoftonline.com/common/oauth2/\
                     authorize\", error=\"insufficient_claims\", claims=\"";
        assert!(challenge.starts_with(start), "{challenge}");
        // Clients split at `, ` (@azure/core-client), and each parameter is there once.
        let names: Vec<&str> = challenge["Bearer ".len()..]
            .split(", ")
            .map(|parameter| parameter.split_once('=').unwrap().0)
            .collect();
        assert_eq!(names, ["authorization_uri", "error", "claims"]);
    }
}
