//! An unverified token cannot confirm a caller.
use easyauth::{EasyAuthPrincipal, UnverifiedToken};

fn confirm(user: EasyAuthPrincipal, token: UnverifiedToken) {
    let _ = user.confirm(&token);
}

fn main() {}
