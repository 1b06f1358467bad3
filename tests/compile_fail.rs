//! There is no other way to a verified token: these programs do not compile.
#![cfg(feature = "verify")]

#[test]
fn verified_tokens_cannot_be_made() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
