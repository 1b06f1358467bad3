//! An unverified token stays one.
use easyauth::{UnverifiedToken, verify::VerifiedToken};

fn promote(token: UnverifiedToken) -> VerifiedToken {
    token.into()
}

fn main() {}
