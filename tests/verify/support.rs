//! Verifiers for the tokens that tests sign.

use std::sync::LazyLock;

use easyauth::{
    AccessToken, IdToken,
    verify::{
        IdTokenVerifier, KeySet, Tenant, VerifiedIdToken, VerifiedToken, Verifier, VerifyError,
        VerifyErrorKind,
    },
};
pub(crate) use easyauth_test_support::tokens::*;
use serde_json::{Map, Value, json};

pub(crate) static KEYS: LazyLock<KeySet> = LazyLock::new(|| KeySet::from_jwks(JWKS).unwrap());

/// A key set with this key and these members besides.
pub(crate) fn key_set(mut jwk: Map<String, Value>, members: Value) -> KeySet {
    jwk.extend(members.as_object().unwrap().clone());
    KeySet::from_jwks(json!({"keys": [jwk]}).to_string()).unwrap()
}

pub(crate) fn verifier() -> Verifier {
    Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API).build().unwrap()
}

pub(crate) fn id_verifier() -> IdTokenVerifier {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap());
    builder.audience(APP).build_for_id_tokens().unwrap()
}

pub(crate) fn verify_with(verifier: &Verifier, token: &str) -> Result<VerifiedToken, VerifyError> {
    verifier.verify(&AccessToken::new(token), &*KEYS, at(NOW))
}

pub(crate) fn verify(token: &str) -> Result<VerifiedToken, VerifyError> {
    verify_with(&verifier(), token)
}

pub(crate) fn verify_id(token: &str) -> Result<VerifiedIdToken, VerifyError> {
    id_verifier().verify(&IdToken::new(token), &*KEYS, at(NOW))
}

/// What `draft` signed becomes.
#[track_caller]
pub(crate) fn passes(draft: &Draft) -> VerifiedToken {
    verify(&draft.sign()).expect("verified")
}

/// `draft` signed is rejected by this rule.
#[track_caller]
pub(crate) fn fails(draft: &Draft, kind: VerifyErrorKind) -> VerifyError {
    rejected(&draft.sign(), kind)
}

#[track_caller]
pub(crate) fn rejected(token: &str, kind: VerifyErrorKind) -> VerifyError {
    let error = verify(token).expect_err("rejected");
    assert_eq!(error.kind(), kind, "{error}");
    error
}
