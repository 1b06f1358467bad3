//! Verifiers for the tokens that tests sign.

use std::sync::LazyLock;

use easyauth::verify::{IdTokenVerifier, KeySet, Tenant, Verifier};
pub(crate) use easyauth_test_support::tokens::*;

pub(crate) static KEYS: LazyLock<KeySet> = LazyLock::new(|| KeySet::from_jwks(JWKS).unwrap());

pub(crate) fn verifier() -> Verifier {
    Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API).build().unwrap()
}

pub(crate) fn id_verifier() -> IdTokenVerifier {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap());
    builder.audience(APP).build_for_id_tokens().unwrap()
}
