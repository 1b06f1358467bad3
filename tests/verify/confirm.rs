//! Confirmation: whether the principal of the headers and a verified token identify the same caller.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    Actor, Caller, EasyAuthPrincipal, Groups, IdToken, IdentityProvider, PrincipalFormat,
    verify::{Authority, ConfirmErrorKind, ConfirmedCaller, VerifiedIdToken, Verifier},
};
use serde_json::{Value, json};

use crate::support::*;

/// The headers of a principal with this object and, if there is one, this `X-MS-CLIENT-PRINCIPAL-ID`.
fn of_object(object: Value, id: Option<&str>) -> EasyAuthPrincipal {
    let mut headers = vec![("X-MS-CLIENT-PRINCIPAL", BASE64_STANDARD.encode(object.to_string()))];
    headers.extend(id.map(|id| ("X-MS-CLIENT-PRINCIPAL-ID", id.to_owned())));
    EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap()
}

fn claims(claims: &[(&str, &str)]) -> Vec<Value> {
    claims.iter().map(|(typ, val)| json!({"typ": typ, "val": val})).collect()
}

/// A principal of a custom provider, whose `-ID` header is undocumented and can have any value.
fn principal(own: &[(&str, &str)], id: Option<&str>) -> EasyAuthPrincipal {
    of_object(json!({"auth_typ": "auth0", "claims": claims(own)}), id)
}

fn id_token(draft: Draft) -> VerifiedIdToken {
    verify_id(&draft.sign()).unwrap()
}

#[track_caller]
fn check(claims: &[(&str, &str)], id: Option<&str>, expected: Result<(), ConfirmErrorKind>) {
    let user = principal(claims, id);
    assert_eq!(
        user.confirm(&id_token(Draft::id())).map(drop).map_err(|error| error.kind()),
        expected
    );
}

const ISSUER: &str = "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";
const V1_ISSUER: &str = "https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/";
const SUBJECT: &str = "subject-at-my-api";

/// Azure AD B2C, in its own domain and with a policy. Its tokens have no `tid`.
const B2C: &str =
    "https://contoso.b2clogin.com/tfp/b811a652-39e6-4a0c-b563-4279a1dd5012/b2c_1_sign_in/v2.0/";
const B2C_SUBJECT: &str = "Not supported currently. Use oid claim.";
/// The user whom forged headers name.
const VICTIM: &str = "00000009-0000-4000-8000-000000000009";

/// An ID token of an issuer other than Entra's workforce tenants.
fn fixed(issuer: &str, draft: Draft) -> VerifiedIdToken {
    let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
    let verifier = Verifier::builder(Authority::issuer(issuer)).audience(APP);
    let token = IdToken::new(draft.with("iss", issuer).sign());
    verifier.build_for_id_tokens().unwrap().verify(&token, &keys, at(NOW)).unwrap()
}

#[test]
fn tenant_and_object_id() {
    let long = [
        ("http://schemas.microsoft.com/identity/claims/tenantid", TENANT),
        ("http://schemas.microsoft.com/identity/claims/objectidentifier", USER),
    ];
    check(&long, None, Ok(()));
    check(&[("tid", TENANT), ("oid", &USER.to_uppercase())], Some(USER), Ok(()));
    check(&[("tid", OTHER_TENANT), ("oid", USER)], None, Err(ConfirmErrorKind::Tenant));
    check(&[("tid", TENANT), ("oid", APP)], None, Err(ConfirmErrorKind::Object));
    // These differ between tokens of one session, and say nothing.
    let more = [("tid", TENANT), ("oid", USER), ("iat", "1"), ("uti", "x"), ("aio", "x")];
    check(&more, None, Ok(()));
}

/// A tenant has different issuers in versions 1.0 and 2.0. The API chooses the version.
#[test]
fn issuers_of_one_tenant() {
    for issuer in [ISSUER, V1_ISSUER] {
        check(&[("tid", TENANT), ("oid", USER), ("iss", issuer)], None, Ok(()));
        check(&[("oid", USER), ("iss", issuer)], None, Ok(()));
    }
    for issuer in [
        "x",
        "https://login.microsoftonline.com/00000002-0000-4000-8000-000000000002/v2.0",
        "https://sts.windows.net.evil.example/b811a652-39e6-4a0c-b563-4279a1dd5012/",
        "https://evil.example/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
        "http://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/",
    ] {
        let own = [("tid", TENANT), ("oid", USER), ("iss", issuer)];
        check(&own, None, Err(ConfirmErrorKind::Issuer));
    }
}

/// Entra gives a user a different subject for each application. For one application, subjects must be equal.
#[test]
fn subjects_of_one_application() {
    let own = |more: &[(&'static str, &'static str)]| {
        [&[("tid", TENANT), ("oid", USER), ("sub", "another subject")], more].concat()
    };
    check(&own(&[]), None, Ok(()));
    check(&own(&[("aud", API)]), None, Ok(()));
    check(&own(&[("aud", APP), ("azp", CLIENT)]), None, Ok(()));
    check(&own(&[("aud", APP)]), None, Err(ConfirmErrorKind::Subject));
    check(&[("tid", TENANT), ("oid", USER), ("sub", SUBJECT), ("aud", APP)], None, Ok(()));
    // The bearer token that the principal was made from.
    let token = passes(&Draft::access());
    let bearer = own(&[("aud", API), ("azp", CLIENT)]);
    assert_eq!(
        principal(&bearer, None).confirm(&token).unwrap_err().kind(),
        ConfirmErrorKind::Subject
    );
}

/// ID tokens have `tid` and `oid` only if the sign-in asked for the scope `profile`.
#[test]
fn the_tenant_in_the_issuer() {
    let token = id_token(Draft::id().without("tid").without("oid"));
    let confirm = |tenant| {
        let own = [("iss", ISSUER), ("sub", SUBJECT), ("tid", tenant)];
        principal(&own, None).confirm(&token).map(drop).map_err(|error| error.kind())
    };
    assert_eq!(confirm(TENANT), Ok(()));
    assert_eq!(confirm(OTHER_TENANT), Err(ConfirmErrorKind::Tenant));
}

/// Users of the principal read this header first.
#[test]
fn the_id_header() {
    let claims = [("tid", TENANT), ("oid", USER)];
    check(&claims, Some(&USER.to_uppercase()), Ok(()));
    check(&claims, Some(SUBJECT), Ok(()));
    check(&claims, Some(APP), Err(ConfirmErrorKind::Header));
}

#[test]
fn issuer_and_subject() {
    check(&[("iss", ISSUER), ("sub", SUBJECT)], None, Ok(()));
    check(&[("iss", ISSUER), ("sub", "Subject-at-my-api")], None, Err(ConfirmErrorKind::Subject));
    check(&[("iss", "x"), ("sub", SUBJECT)], None, Err(ConfirmErrorKind::Issuer));
    // Half of each is not enough.
    check(&[("tid", TENANT), ("iss", ISSUER)], None, Err(ConfirmErrorKind::NotComparable));
    check(&[("oid", USER), ("sub", SUBJECT)], None, Err(ConfirmErrorKind::NotComparable));
    check(&[("tid", TENANT), ("sub", SUBJECT)], None, Err(ConfirmErrorKind::NotComparable));
    check(&[("tid", ""), ("oid", USER)], None, Err(ConfirmErrorKind::Tenant));
    check(&[], Some(USER), Err(ConfirmErrorKind::NotComparable));

    let user = principal(&[("tid", TENANT), ("oid", USER)], None);
    let token = id_token(Draft::id().without("oid"));
    assert_eq!(user.confirm(&token).unwrap_err().kind(), ConfirmErrorKind::NotComparable);
    let user = principal(&[("iss", ISSUER), ("sub", SUBJECT), ("oid", USER)], None);
    assert!(user.confirm(&token).is_ok());
    let without_subject = id_token(Draft::id().without("oid").without("sub"));
    assert_eq!(user.confirm(&without_subject).unwrap_err().kind(), ConfirmErrorKind::NotComparable);
    // Two empty strings are not one caller.
    let user = principal(&[("iss", ISSUER), ("sub", "")], None);
    let token = id_token(Draft::id().without("oid").with("sub", ""));
    assert_eq!(user.confirm(&token).unwrap_err().kind(), ConfirmErrorKind::NotComparable);
}

#[test]
fn headers_without_a_principal_object_are_not_comparable() {
    let headers = [("X-MS-CLIENT-PRINCIPAL-ID", USER), ("X-MS-CLIENT-PRINCIPAL-IDP", "aad")];
    let user = EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap();
    assert_eq!(
        user.confirm(&id_token(Draft::id())).unwrap_err().kind(),
        ConfirmErrorKind::NotComparable
    );
}

/// Asserts that every value of the caller comes from the token.
#[track_caller]
fn is_of_the_token(caller: &ConfirmedCaller) {
    assert_eq!((caller.id(), caller.name()), (USER, Some("Sample User")));
    assert_eq!((caller.object_id(), caller.tenant_id()), (Some(USER), Some(TENANT)));
    assert_eq!((caller.subject(), caller.issuer()), (Some(SUBJECT), ISSUER));
    assert_eq!((caller.email(), caller.groups()), (None, Groups::Absent));
    assert!(caller.roles().eq(["Admin"]) && caller.is_in_role("Admin"));

    let user = caller.to_principal();
    assert_eq!(
        (user.format(), user.provider()),
        (PrincipalFormat::Token, &IdentityProvider::ENTRA)
    );
    assert_eq!((user.id(), user.name()), (Some(USER), Some("Sample User")));
    assert_eq!((user.object_id(), user.tenant_id()), (Some(USER), Some(TENANT)));
    assert_eq!((user.subject(), user.email()), (Some(SUBJECT), None));
    assert_eq!((user.front_end(), user.is_anonymous()), (None, false));
    assert_eq!((user.name_claim_type(), user.role_claim_type()), (None, None));
    assert!(user.roles().eq(["Admin"]));
    assert_eq!(user, caller.to_principal());
}

/// A caller bypasses the platform and sends forged headers with their own valid token.
#[test]
fn forged_headers_with_a_valid_token() {
    let token = id_token(Draft::id());
    let own = [("tid", TENANT), ("oid", USER)];
    // The format of Static Web Apps, with the victim's user ID, name and roles.
    let forged = json!({"identityProvider": "github", "userId": VICTIM, "userDetails": "victim",
        "userRoles": ["authenticated", "Owner"], "claims": claims(&own)});
    let user = of_object(forged, None);
    assert_eq!((user.id(), user.name()), (Some(VICTIM), Some("victim")));
    is_of_the_token(&user.confirm(&token).unwrap());
    // Every other claim of the victim, another provider, the victim's name.
    let forged = json!({"auth_typ": "google", "name_typ": "nick", "role_typ": "kind", "claims":
        claims(&[own[0], own[1], ("sub", "victim"), ("nick", "victim"), ("email", "victim"),
            ("kind", "Owner"), ("roles", "Owner"), ("groups", "owners"), ("idtyp", "app")])});
    let headers = [
        ("X-MS-CLIENT-PRINCIPAL", BASE64_STANDARD.encode(forged.to_string())),
        ("X-MS-CLIENT-PRINCIPAL-NAME", "victim".to_owned()),
    ];
    let user = EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap();
    assert_eq!((user.subject(), user.name()), (Some("victim"), Some("victim")));
    is_of_the_token(&user.confirm(&token).unwrap());
    // Without a tenant: the issuer and the subject are her own, the object ID is the victim's.
    let forged = [("iss", ISSUER), ("sub", SUBJECT), ("oid", VICTIM)];
    assert_eq!(
        principal(&forged, None).confirm(&token).unwrap_err().kind(),
        ConfirmErrorKind::Object
    );
}

/// Like the platform, a principal from a token has one claim for each element of a list.
#[test]
fn claims_of_a_token_as_a_principal() {
    let token = id_token(
        Draft::id()
            .with("amr", json!(["pwd", "mfa"]))
            .with("acct", 0)
            .with("xms_edov", true)
            .with("mixed", json!(["a", 1, null, {"b": [2]}, false]))
            .with("address", json!({"city": "Oslo"}))
            .with("none", Value::Null)
            .with("empty", json!([])),
    );
    let user = principal(&[("tid", TENANT), ("oid", USER)], None);
    let user = user.confirm(&token).unwrap().to_principal();
    let values = |name| user.claim_values(name).collect::<Vec<_>>();
    assert_eq!(values("amr"), ["pwd", "mfa"]);
    assert_eq!(values("http://schemas.microsoft.com/claims/authnmethodsreferences"), values("amr"));
    assert_eq!((values("acct"), values("xms_edov")), (vec!["0"], vec!["true"]));
    assert_eq!(values("mixed"), ["a", "1", r#"{"b":[2]}"#, "false"]);
    assert_eq!(values("address"), [r#"{"city":"Oslo"}"#]);
    assert_eq!((values("none").len(), values("empty").len()), (0, 0));
    assert_eq!(user.claim("aud"), Some(APP));
}

/// In a token each claim has one name. Other names of the claim in the table are other claims there, with
/// values that the issuer chooses freely.
#[test]
fn other_names_of_a_claim_in_a_token() {
    let long = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    let token = id_token(
        Draft::id()
            .with("nameid", "victim")
            .with(long, VICTIM)
            .with("role", "Owner")
            .with("groups:src1", "x"),
    );
    let user = principal(&[("tid", TENANT), ("oid", USER)], None);
    let caller = user.confirm(&token).unwrap();
    is_of_the_token(&caller);
    let user = caller.to_principal();
    assert_eq!((user.claim(long), user.claim("nameid")), (Some(USER), Some(SUBJECT)));
    assert_eq!((user.claim("role"), user.groups()), (Some("Admin"), Groups::Absent));
    // What has no short name in the token is still found.
    let token = id_token(Draft::id().without("roles").with("role", "Owner"));
    let user = principal(&[("tid", TENANT), ("oid", USER)], None);
    let user = user.confirm(&token).unwrap().to_principal();
    assert_eq!((user.claim("role"), user.roles().count()), (Some("Owner"), 0));
}

/// Groups follow the rules for tokens.
#[test]
fn groups_of_the_token() {
    #[track_caller]
    fn check(draft: Draft, expected: &Groups<'_>) {
        let token = id_token(draft);
        let user = principal(&[("tid", TENANT), ("oid", USER), ("groups", "G9")], None);
        let caller = user.confirm(&token).unwrap();
        assert_eq!(&caller.groups(), expected);
        assert_eq!(
            (token.groups(), caller.to_principal().groups()),
            (caller.groups(), caller.groups())
        );
    }
    check(Draft::id(), &Groups::Absent);
    check(Draft::id().with("groups", json!(["G1", "G2"])), &Groups::Listed(vec!["G1", "G2"]));
    check(Draft::id().with("groups", json!([])), &Groups::Listed(vec![]));
    check(Draft::id().with("groups", json!([1])), &Groups::Absent);
    check(Draft::id().with("hasgroups", true), &Groups::Overage);
    check(Draft::id().with("_claim_names", json!({"groups": "src1"})), &Groups::Overage);
    check(Draft::id().with("_claim_names", json!({"x": "groups"})), &Groups::Absent);
}

/// An access token from the client confirms too: that of a user, and that of an application.
#[test]
fn an_access_token() {
    let user = principal(&[("tid", TENANT), ("oid", USER)], Some(USER));
    let token = passes(&Draft::access());
    let caller = user.confirm(&token).unwrap();
    assert_eq!((caller.caller(), caller.id()), (Caller::User, USER));
    assert_eq!(caller.to_principal().claim("scp"), Some("Files.Read Files.Write"));
    assert_eq!(Some(caller.subject_key()), token.subject_key().as_ref());
    let v1 = user.confirm(&passes(&Draft::access_v1())).unwrap();
    assert_eq!((v1.subject_key(), v1.issuer()), (caller.subject_key(), V1_ISSUER));

    // Who signed in at a page is a user.
    let id = user.confirm(&id_token(Draft::id())).unwrap();
    assert_eq!((id.caller(), id.to_principal().caller()), (Caller::User, Caller::User));

    let app = user.confirm(&passes(&Draft::access_of_app())).unwrap();
    assert_eq!((app.caller(), app.to_principal().caller()), (Caller::App, Caller::App));
    assert!(app.is_in_role("Files.Read.All"));
    assert_ne!(app, caller);
    assert_eq!(app.subject_key(), caller.subject_key());
}

/// Whether an agent acts is what the token says, not what its claims look like as text.
#[test]
fn the_actor_of_the_token() {
    let user = principal(&[("tid", TENANT), ("oid", USER)], Some(USER));
    for (facets, actor) in [
        (json!("11"), Actor::Agent),
        (json!(["3", "11"]), Actor::Agent),
        (json!("3 9"), Actor::NotAgent),
        (json!(11), Actor::Unknown),
        (json!([11]), Actor::Unknown),
    ] {
        let token = passes(&Draft::access().with("xms_act_fct", facets));
        let confirmed = user.confirm(&token).unwrap().to_principal();
        assert_eq!((token.actor(), confirmed.actor()), (actor, actor));
    }
}

/// Legacy B2C gives all its users one subject (passport-azure-ad#253). They must stay different callers.
#[test]
fn the_subject_of_all_b2c_users() {
    let b2c = |subject: &str| {
        fixed(B2C, Draft::id().without("tid").with("sub", subject).with("emails", json!(["b@c"])))
    };
    let token = b2c(B2C_SUBJECT);
    let own = [("iss", B2C), ("sub", B2C_SUBJECT), ("oid", USER)];
    let caller = principal(&own, Some(B2C_SUBJECT)).confirm(&token).unwrap();
    assert_eq!((caller.id(), caller.subject()), (USER, None));
    assert_eq!((caller.issuer(), caller.email()), (B2C, Some("b@c")));
    assert_eq!(caller.to_principal().id(), Some(USER));
    assert_eq!(caller.to_principal().provider(), &IdentityProvider::ENTRA);
    let other = [("iss", B2C), ("sub", B2C_SUBJECT), ("oid", VICTIM)];
    assert_eq!(
        principal(&other, None).confirm(&token).unwrap_err().kind(),
        ConfirmErrorKind::Object
    );

    // Without an object ID, nothing tells two users apart.
    for subject in [
        B2C_SUBJECT,
        "NOT SUPPORTED CURRENTLY. USE OID CLAIM.",
        " Not supported currently. Use oid claim ",
    ] {
        let user = principal(&[("iss", B2C), ("sub", subject)], None);
        assert_eq!(
            user.confirm(&b2c(subject)).unwrap_err().kind(),
            ConfirmErrorKind::NotComparable
        );
        let without = fixed(B2C, Draft::id().without("tid").without("oid").with("sub", subject));
        assert_eq!(user.confirm(&without).unwrap_err().kind(), ConfirmErrorKind::NotComparable);
        assert_eq!(without.subject_key(), None);
    }
    // Custom policies give each user its own.
    let without = fixed(B2C, Draft::id().without("tid").without("oid"));
    let user = principal(&[("iss", B2C), ("sub", SUBJECT)], None);
    assert_eq!(user.confirm(&without).unwrap().id(), SUBJECT);
}

/// The provider of a principal that is built from a token.
#[test]
fn providers_by_the_issuer() {
    #[track_caller]
    fn check(issuer: &str, expected: &IdentityProvider) {
        let user = principal(&[("iss", issuer), ("sub", SUBJECT)], None);
        let token = fixed(issuer, Draft::id());
        let user = user.confirm(&token).unwrap().to_principal();
        assert_eq!(user.provider(), expected, "{issuer}");
    }
    let entra = &IdentityProvider::ENTRA;
    check(ISSUER, entra);
    check(V1_ISSUER, entra);
    check("https://login.microsoftonline.us/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0", entra);
    check("https://contoso.ciamlogin.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0", entra);
    check(B2C, entra);
    let unknown = &IdentityProvider::UNKNOWN;
    check("https://accounts.google.com", unknown);
    check("accounts.google.com", unknown);
    check("https://login.microsoftonline.com.evil.example/x/v2.0", unknown);
    check("https://evilciamlogin.com/x/v2.0", unknown);
    check("https://login.example/login.microsoftonline.com/v2.0", unknown);
}

#[test]
fn debug_shows_no_value() {
    let user = principal(&[("tid", TENANT), ("oid", USER)], None);
    let caller = user.confirm(&id_token(Draft::id())).unwrap();
    let debug = format!("{caller:?}");
    assert!(debug.starts_with("ConfirmedCaller { key: SubjectKey(#"), "{debug}");
    assert!(debug.contains("claims: [Claim(aud), "), "{debug}");
    for value in [TENANT, USER, "Admin", "Sample", SUBJECT] {
        assert!(!debug.contains(value), "{debug}");
    }
}

#[test]
fn messages() {
    #[track_caller]
    fn check(claims: &[(&'static str, &'static str)], id: Option<&str>, code: &str, message: &str) {
        let error = principal(claims, id).confirm(&id_token(Draft::id())).unwrap_err();
        assert_eq!((error.kind().code(), error.to_string().as_str()), (code, message));
    }
    let tenant = "the principal and the token have different tenants";
    check(&[("tid", OTHER_TENANT), ("oid", USER)], None, "tenant", tenant);
    let object = "the principal and the token have different object IDs";
    check(&[("tid", TENANT), ("oid", APP)], None, "object", object);
    let issuer = "the principal and the token have different issuers";
    check(&[("iss", "x"), ("sub", SUBJECT)], None, "issuer", issuer);
    let subject = "the principal and the token have different subjects";
    check(&[("iss", ISSUER), ("sub", "x")], None, "subject", subject);
    let header = "X-MS-CLIENT-PRINCIPAL-ID is neither the object ID nor the subject of the token";
    check(&[("tid", TENANT), ("oid", USER)], Some(APP), "header", header);
    let lacking = "the principal or the token lacks the claims to compare them";
    check(&[], Some(USER), "not-comparable", lacking);
    assert_eq!(ConfirmErrorKind::ALL.len(), 6); // one case each
}
