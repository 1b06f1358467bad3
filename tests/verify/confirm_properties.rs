//! For any headers, a confirmed caller has only values of the token.

use std::cell::Cell;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    EasyAuthPrincipal, IdToken, IdentityProvider, PrincipalFormat, Token,
    verify::{Authority, ConfirmedCaller, IsVerified, Verifier},
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::support::*;

const ISSUERS: [&str; 4] = [
    "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
    "https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/",
    "https://contoso.b2clogin.com/tfp/b811a652-39e6-4a0c-b563-4279a1dd5012/b2c_1/v2.0/",
    "https://accounts.google.com",
];

const NAMES: [&str; 19] = [
    "tid",
    "http://schemas.microsoft.com/identity/claims/tenantid",
    "oid",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "iss",
    "sub",
    "nameid",
    "aud",
    "azp",
    "name",
    "preferred_username",
    "upn",
    "email",
    "emails",
    "roles",
    "role",
    "groups",
    "hasgroups",
    "idtyp",
];

/// Values of the caller and of the victim.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![TENANT, USER, "subject-at-my-api", "Sample User", APP]),
        2 => prop::sample::select(ISSUERS.to_vec()),
        2 => prop::sample::select(vec![OTHER_TENANT, CLIENT, "victim", "Owner", "app", "true", ""]),
        1 => Just("Not supported currently. Use oid claim."),
    ]
    .prop_map(str::to_owned)
}

/// The true claims of the caller, which most forgers keep, and arbitrary ones.
fn claims() -> impl Strategy<Value = Vec<(String, String)>> {
    let own = prop_oneof![
        3 => Just(vec![("tid", TENANT), ("oid", USER)]),
        2 => prop::sample::select(ISSUERS.to_vec()).prop_map(|iss| vec![("iss", iss), ("oid", USER)]),
        2 => prop::sample::select(ISSUERS.to_vec())
            .prop_map(|iss| vec![("iss", iss), ("sub", "subject-at-my-api")]),
        1 => Just(vec![]),
    ];
    let more = prop::collection::vec((prop::sample::select(NAMES.to_vec()), value()), 0..4);
    (own, more).prop_map(|(own, more)| {
        let own = own.into_iter().map(|(typ, val)| (typ.to_owned(), val.to_owned()));
        own.chain(more.into_iter().map(|(typ, val)| (typ.to_owned(), val))).collect()
    })
}

/// Principals of both formats, and the other identity headers.
fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let more = || prop::option::of(value());
    let provider = prop::sample::select(vec!["aad", "google", "auth0", "github"]);
    (claims(), provider, any::<bool>(), more(), more(), more()).prop_map(
        |(claims, provider, is_visitor, id, name, user_id)| {
            let claims: Vec<Value> =
                claims.iter().map(|(typ, val)| json!({"typ": typ, "val": val})).collect();
            let object = if is_visitor {
                json!({"identityProvider": provider, "userId": user_id, "userDetails": name,
                    "userRoles": ["authenticated", "Owner"], "claims": claims})
            } else {
                json!({"auth_typ": provider, "claims": claims, "name_typ": "upn", "role_typ": "name"})
            };
            let object = BASE64_STANDARD.encode(object.to_string());
            let beside = [("X-MS-CLIENT-PRINCIPAL-ID", id), ("X-MS-CLIENT-PRINCIPAL-NAME", name)];
            let beside = beside.into_iter().filter_map(|(name, value)| Some((name, value?)));
            [("X-MS-CLIENT-PRINCIPAL", object)].into_iter().chain(beside).collect()
        },
    )
}

/// Tokens with additional claims, and with missing ones.
fn draft() -> impl Strategy<Value = Draft> {
    let more = (prop::sample::select(NAMES[9..].to_vec()), value(), any::<bool>());
    let more = prop::collection::vec(more, 0..4);
    let without = prop::sample::subsequence(vec!["tid", "oid", "sub", "name", "roles"], 0..3);
    let subject = prop::bool::weighted(0.1);
    (more, without, subject).prop_map(|(more, without, is_b2c)| {
        let mut draft = Draft::id();
        if is_b2c {
            draft = draft.with("sub", "Not supported currently. Use oid claim.");
        }
        for name in without {
            draft = draft.without(name);
        }
        for (name, value, is_list) in more {
            let is_text = name == "idtyp";
            let value = if is_list && !is_text { json!([value, "x"]) } else { json!(value) };
            draft = draft.with(name, value);
        }
        draft
    })
}

/// The values of a claim of the payload.
fn said<'a>(payload: &'a Value, name: &str) -> Vec<&'a str> {
    match &payload[name] {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

/// Asserts that every accessor returns the value of the payload.
fn assert_of_token<T: IsVerified>(caller: &ConfirmedCaller, token: &Token<T>, payload: &Value) {
    let first = |name: &str| said(payload, name).first().copied();
    let subject = first("sub").filter(|subject| !subject.starts_with("Not supported"));
    let id = first("oid").or(subject);
    let filled = |names: &[&str]| {
        names.iter().filter_map(|name| first(name)).find(|value| !value.is_empty())
    };
    let name = filled(&["name", "preferred_username", "unique_name", "upn"]);
    let email = filled(&["email", "emails"]);
    assert_eq!((Some(caller.id()), caller.name(), caller.email()), (id, name, email));
    assert_eq!((caller.object_id(), caller.tenant_id()), (first("oid"), first("tid")));
    assert_eq!((caller.subject(), Some(caller.issuer())), (subject, first("iss")));
    assert_eq!(caller.roles().collect::<Vec<_>>(), said(payload, "roles"));
    assert!(said(payload, "roles").iter().all(|role| caller.is_in_role(role)));
    assert_eq!((caller.groups(), caller.caller()), (token.groups(), token.caller()));
    assert_eq!(Some(caller.subject_key()), token.subject_key().as_ref());

    let user = caller.to_principal();
    assert_eq!((user.id(), user.name(), user.email()), (id, name, email));
    assert_eq!((user.object_id(), user.tenant_id()), (first("oid"), first("tid")));
    assert_eq!(user.subject(), first("sub"));
    assert_eq!(user.preferred_username(), first("preferred_username"));
    assert_eq!((user.given_name(), user.family_name()), (None, None));
    assert_eq!(user.roles().collect::<Vec<_>>(), said(payload, "roles"));
    assert_eq!((user.groups(), user.caller()), (token.groups(), token.caller()));
    assert_eq!(
        (user.format(), user.front_end(), user.is_anonymous()),
        (PrincipalFormat::Token, None, false)
    );
    assert_eq!((user.name_claim_type(), user.role_claim_type()), (None, None));
    let is_google = caller.issuer() == ISSUERS[3];
    let provider = if is_google { IdentityProvider::UNKNOWN } else { IdentityProvider::ENTRA };
    assert_eq!(user.provider(), &provider);
    // Each claim is the token's, and all of the token's are there.
    let mut count = 0;
    for name in payload.as_object().unwrap().keys() {
        let values: Vec<String> = match &payload[name] {
            Value::Array(values) => values.iter().map(text).collect(),
            value => vec![text(value)],
        };
        let own: Vec<&str> =
            user.claims().filter(|claim| claim.typ() == name).map(|claim| claim.val()).collect();
        assert_eq!(own, values, "{name}");
        count += values.len();
    }
    assert_eq!(user.claims().len(), count);
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Runs a property that returns whether it applied. It must apply in at least `least` cases.
#[track_caller]
fn hold<S: Strategy>(cases: u32, least: u32, strategy: S, property: impl Fn(S::Value) -> bool) {
    let config = ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() };
    let checked = Cell::new(0);
    let result = TestRunner::new(config).run(&strategy, |value| {
        checked.set(checked.get() + u32::from(property(value)));
        Ok(())
    });
    result.unwrap();
    assert!(checked.get() >= least, "{} of {cases} cases", checked.get());
}

#[test]
fn nothing_of_a_header() {
    hold(512, 50, (headers(), draft(), prop::sample::select(ISSUERS.to_vec())), |case| {
        let (headers, draft, issuer) = case;
        let draft = draft.with("iss", issuer);
        let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
        let verifier = Verifier::builder(Authority::issuer(issuer)).audience(APP);
        let token = IdToken::new(draft.sign());
        let token = verifier.build_for_id_tokens().unwrap().verify(&token, &keys, at(NOW));
        let (Ok(token), Ok(Some(user))) = (token, EasyAuthPrincipal::from_headers(&headers)) else {
            return false;
        };
        let Ok(caller) = user.confirm(&token) else { return false };
        assert_of_token(&caller, &token, &draft.payload);
        true
    });
}

/// The same with an access token of Entra, which has stricter rules.
#[test]
fn nothing_of_a_header_beside_a_bearer() {
    hold(256, 30, (headers(), value(), value()), |(headers, name, role)| {
        let draft = Draft::access().with("name", name).with("roles", json!([role]));
        let token = passes(&draft);
        let Ok(Some(user)) = EasyAuthPrincipal::from_headers(&headers) else { return false };
        let Ok(caller) = user.confirm(&token) else { return false };
        assert_of_token(&caller, &token, &draft.payload);
        true
    });
}
