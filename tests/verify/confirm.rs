//! The principal of the headers and a verified token: the same caller, or not.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    EasyAuthPrincipal,
    verify::{Mismatch, VerifiedIdToken},
};
use serde_json::{Value, json};

use crate::support::*;

/// A principal with these claims and, if there is one, this `X-MS-CLIENT-PRINCIPAL-ID`.
fn principal(claims: &[(&str, &str)], id: Option<&str>) -> EasyAuthPrincipal {
    let claims: Vec<Value> =
        claims.iter().map(|(typ, val)| json!({"typ": typ, "val": val})).collect();
    let object = json!({"auth_typ": "aad", "claims": claims}).to_string();
    let mut headers = vec![("X-MS-CLIENT-PRINCIPAL", BASE64_STANDARD.encode(object))];
    headers.extend(id.map(|id| ("X-MS-CLIENT-PRINCIPAL-ID", id.to_owned())));
    EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap()
}

fn id_token(draft: Draft) -> VerifiedIdToken {
    verify_id(&draft.sign()).unwrap()
}

#[track_caller]
fn check(claims: &[(&str, &str)], id: Option<&str>, expected: Result<(), Mismatch>) {
    let user = principal(claims, id);
    assert_eq!(user.confirm(&id_token(Draft::id())).map(drop), expected);
}

const ISSUER: &str = "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";

#[test]
fn tenant_and_object_id() {
    let long = [
        ("http://schemas.microsoft.com/identity/claims/tenantid", TENANT),
        ("http://schemas.microsoft.com/identity/claims/objectidentifier", USER),
    ];
    check(&long, None, Ok(()));
    check(&[("tid", TENANT), ("oid", &USER.to_uppercase())], Some(USER), Ok(()));
    check(&[("tid", OTHER_TENANT), ("oid", USER)], None, Err(Mismatch::Tenant));
    check(&[("tid", TENANT), ("oid", APP)], None, Err(Mismatch::Object));
    // These differ between tokens of one session, and say nothing.
    let more = [("tid", TENANT), ("oid", USER), ("iat", "1"), ("uti", "x"), ("aio", "x")];
    check(&more, None, Ok(()));
    check(&[("tid", TENANT), ("oid", USER), ("iss", "x"), ("sub", "x")], None, Ok(()));
}

/// Whoever reads another value than the first gets nobody else.
#[test]
fn a_second_value_is_somebody_else() {
    check(&[("tid", TENANT), ("oid", USER), ("oid", APP)], None, Err(Mismatch::Object));
    check(&[("tid", TENANT), ("tid", OTHER_TENANT), ("oid", USER)], None, Err(Mismatch::Tenant));
    let long = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    check(&[("tid", TENANT), ("oid", USER), (long, APP)], None, Err(Mismatch::Object));
}

/// The header beside the object is part of what users of the principal read first.
#[test]
fn the_id_header() {
    let claims = [("tid", TENANT), ("oid", USER)];
    check(&claims, Some(&USER.to_uppercase()), Ok(()));
    check(&claims, Some("subject-at-my-api"), Ok(()));
    check(&claims, Some(APP), Err(Mismatch::Header));
}

#[test]
fn issuer_and_subject() {
    check(&[("iss", ISSUER), ("sub", "subject-at-my-api")], None, Ok(()));
    check(&[("iss", ISSUER), ("sub", "Subject-at-my-api")], None, Err(Mismatch::Subject));
    check(&[("iss", "x"), ("sub", "subject-at-my-api")], None, Err(Mismatch::Issuer));
    // Half of each is not enough.
    check(&[("tid", TENANT), ("iss", ISSUER)], None, Err(Mismatch::Unknown));
    check(&[("oid", USER), ("sub", "subject-at-my-api")], None, Err(Mismatch::Unknown));
    check(&[], Some(USER), Err(Mismatch::Unknown));

    let user = principal(&[("tid", TENANT), ("oid", USER)], None);
    let token = id_token(Draft::id().without("oid"));
    assert_eq!(user.confirm(&token).unwrap_err(), Mismatch::Unknown);
    let user = principal(&[("iss", ISSUER), ("sub", "subject-at-my-api"), ("oid", USER)], None);
    assert!(user.confirm(&token).is_ok());
    let without_subject = id_token(Draft::id().without("oid").without("sub"));
    assert_eq!(user.confirm(&without_subject).unwrap_err(), Mismatch::Unknown);
}

#[test]
fn headers_without_an_object_say_too_little() {
    let headers = [("X-MS-CLIENT-PRINCIPAL-ID", USER), ("X-MS-CLIENT-PRINCIPAL-IDP", "aad")];
    let user = EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap();
    assert_eq!(user.confirm(&id_token(Draft::id())).unwrap_err(), Mismatch::Unknown);
}

/// Whoever writes headers can write roles, so roles are the token's.
#[test]
fn roles_come_from_the_token() {
    let user = principal(&[("tid", TENANT), ("oid", USER), ("roles", "Owner")], None);
    let token = id_token(Draft::id());
    let caller = user.confirm(&token).unwrap();
    assert!(user.is_in_role("Owner") && !caller.is_in_role("Owner"));
    assert!(caller.is_in_role("Admin") && !user.is_in_role("Admin"));
    assert_eq!(caller.subject_key(), token.subject_key());
    assert_eq!(caller.token().claim("name"), Some("Sample User"));
    assert_eq!(caller.principal().object_id(), Some(USER));
    let copy = caller;
    assert!(format!("{copy:?}").starts_with("VerifiedPrincipal { principal: "));
    assert!(!format!("{copy:?}").contains("Admin"));
}

/// An access token that the client sent does as well.
#[test]
fn an_access_token() {
    let user = principal(&[("tid", TENANT), ("oid", USER)], Some(USER));
    let token = passes(&Draft::access());
    let caller = user.confirm(&token).unwrap();
    assert!(caller.token().has_scope("Files.Read"));
    let clone = Clone::clone(&caller);
    assert_eq!(clone.subject_key(), caller.subject_key());
}

#[test]
fn messages() {
    let texts = [
        (Mismatch::Tenant, "the principal and the token are of different tenants"),
        (Mismatch::Object, "the principal and the token have different object ids"),
        (Mismatch::Issuer, "the principal and the token are from different issuers"),
        (Mismatch::Subject, "the principal and the token have different subjects"),
        (Mismatch::Header, "header X-MS-CLIENT-PRINCIPAL-ID is not of the token's caller"),
        (Mismatch::Unknown, "the principal or the token does not say enough to compare them"),
    ];
    for (mismatch, text) in texts {
        assert_eq!(mismatch.to_string(), text);
    }
}
