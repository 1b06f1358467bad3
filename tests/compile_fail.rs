//! Only a verifier makes verified tokens: these programs, which try otherwise, do not compile.
#![cfg(feature = "verify")]

/// With all features, this would build every framework again for the same result. CI runs it without them.
#[test]
#[cfg_attr(
    feature = "actix-web",
    ignore = "run it without the adapters, which it would build again"
)]
fn verified_tokens_cannot_be_made() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
