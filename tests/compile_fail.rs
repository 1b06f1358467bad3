//! There is no other way to a verified token: these programs do not compile.
#![cfg(feature = "verify")]

/// With all features this builds every framework once more, for the same answer: CI runs it without.
#[test]
#[cfg_attr(
    feature = "actix-web",
    ignore = "run it without the adapters, which it would build again"
)]
fn verified_tokens_cannot_be_made() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
