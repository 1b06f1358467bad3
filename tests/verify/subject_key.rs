//! `SubjectKey`: the key under which to store data of a caller.

use std::collections::{BTreeSet, HashMap, HashSet};

use easyauth::{
    IdToken,
    verify::{Authority, SubjectKey, Verifier},
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::*;

const ISSUER: &str = "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";

/// The key of an ID token of this issuer.
fn key(issuer: &str, draft: &Draft) -> Option<SubjectKey> {
    let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
    let verifier = Verifier::builder(Authority::issuer(issuer)).audience(APP);
    let token = IdToken::new(draft.clone().with("iss", issuer).sign());
    let token = verifier.build_for_id_tokens().unwrap().verify(&token, &keys, at(NOW)).unwrap();
    token.subject_key()
}

fn text(key: Option<SubjectKey>) -> String {
    key.map(|key| key.as_str().to_owned()).unwrap_or_default()
}

/// Text forms never change, because data is stored under them.
#[test]
fn text_forms() {
    let tenant = format!("v1:tid:{TENANT}:oid:{USER}");
    assert_eq!(text(passes(&Draft::access()).subject_key()), tenant);
    let without = Draft::access().without("oid");
    assert_eq!(
        text(passes(&without).subject_key()),
        "v1:iss:https%3A%2F%2Flogin.microsoftonline.com%2Fb811a652-39e6-4a0c-b563-4279a1dd5012%2Fv2.0\
         :sub:subject-at-my-api"
    );
    assert_eq!(text(passes(&without.without("sub")).subject_key()), "");
    let b2c = "https://contoso.b2clogin.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0/";
    assert_eq!(
        text(key(b2c, &Draft::id().without("tid"))),
        format!("v1:iss:https%3A%2F%2Fcontoso.b2clogin.com%2F{TENANT}%2Fv2.0%2F:oid:{USER}")
    );
    // A subject is compared exactly; GUIDs of tenants and objects are not.
    let google = Draft::id().without("tid").without("oid").with("sub", "A:%é/~_.-");
    assert_eq!(
        text(key("accounts.google.com", &google)),
        "v1:iss:accounts.google.com:sub:A%3A%25%C3%A9%2F~_.-"
    );
    let upper = Draft::id().with("oid", USER.to_uppercase()).with("tid", TENANT.to_uppercase());
    assert_eq!(text(key(&ISSUER.replace(TENANT, &TENANT.to_uppercase()), &upper)), tenant);
    let subject = |subject: &str| key("https://g.example", &google.clone().with("sub", subject));
    let guid = "b8e3f4a0-0000-4000-8000-00000000000a";
    assert_ne!(subject(guid), subject(&guid.to_uppercase()));
}

/// Several tokens of one caller, and tokens of different callers.
#[test]
fn the_same_caller() {
    let token = passes(&Draft::access().with("email", "sample@example.com"));
    let own = token.subject_key();
    // Another token of the same caller, in another version, with another address and subject.
    let other = Draft::access_v1().with("email", "other@example.com").with("sub", "s");
    assert_eq!(passes(&other).subject_key(), own);
    assert_eq!(verify_id(&Draft::id().sign()).unwrap().subject_key(), own);
    // An ID token of a sign-in without the scope `profile`, whose issuer names the tenant.
    assert_eq!(key(ISSUER, &Draft::id().without("tid")), own);
    assert_ne!(passes(&Draft::access().with("oid", APP)).subject_key(), own);
    // External ID, whose issuers have separate hosts, is an ordinary tenant.
    let external = format!("https://{TENANT}.ciamlogin.com/{TENANT}/v2.0");
    assert_eq!(key(&external, &Draft::id()), own);
}

/// Any issuer can write any `tid` and `oid`. Only the issuer of a tenant can claim that tenant.
#[test]
fn an_issuer_cannot_claim_the_tenant_of_another() {
    let own = key(ISSUER, &Draft::id());
    for issuer in [
        "https://evil.example/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
        "https://login.microsoftonline.com/00000002-0000-4000-8000-000000000002/v2.0",
        "https://contoso.b2clogin.com/tfp/b811a652-39e6-4a0c-b563-4279a1dd5012/b2c_1/v2.0/",
        "https://accounts.google.com",
    ] {
        let other = key(issuer, &Draft::id());
        assert_ne!(other, own, "{issuer}");
        assert!(text(other).starts_with("v1:iss:"), "{issuer}");
    }
}

/// Caches and logs distinguish callers by it.
#[test]
fn keys_distinguish_callers() {
    fn check<T: Clone + Eq + std::hash::Hash + Ord + Send + Sync + 'static>() {}
    check::<SubjectKey>();
    let keys = [USER, APP, CLIENT].map(|id| key(ISSUER, &Draft::id().with("oid", id)).unwrap());
    let names: HashMap<SubjectKey, usize> = keys.iter().cloned().zip(0..).collect();
    assert_eq!(names.get(&keys[1]), Some(&1));
    let debug: HashSet<String> = keys.iter().map(|key| format!("{key:?}")).collect();
    assert_eq!(debug.len(), 3);
    for debug in debug {
        assert_eq!(debug.len(), "SubjectKey(#0123456789abcdef)".len(), "{debug}");
        assert!(!debug.contains(TENANT) && !debug.contains(USER), "{debug}");
    }
    assert_eq!(format!("{:?}", keys[0]), format!("{:?}", keys[0].clone()));
}

/// A part of a key, possibly with separators.
fn part() -> impl Strategy<Value = String> {
    prop_oneof!["[ab:%/]{0,4}", "(:|%3A|oid|sub|v1|é|A|a){0,4}", Just(USER.to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Different parts have different text forms; equality and order are those of the text form.
    #[test]
    fn injective(parts in prop::collection::vec((part(), part(), any::<bool>()), 4)) {
        let mut seen: HashMap<String, (String, String, bool)> = HashMap::new();
        let mut sorted = BTreeSet::new();
        for (issuer, id, is_object) in parts {
            let draft = Draft::id().without("tid").without("oid").without("sub");
            let issuer = format!("https://i.example/{}", issuer.replace('é', "e")); // a URL is ASCII
            let name = if is_object { "oid" } else { "sub" };
            let Some(key) = key(&issuer, &draft.with(name, id.as_str())) else {
                prop_assert!(id.trim().is_empty());
                continue;
            };
            let known = (issuer, id, is_object);
            let before = seen.insert(key.as_str().to_owned(), known.clone());
            prop_assert!(before.is_none_or(|before| before == known));
            sorted.insert(key);
        }
        prop_assert_eq!(sorted.len(), seen.len());
        prop_assert!(sorted.iter().map(SubjectKey::as_str).is_sorted());
    }
}
