//! An unverified token confirms nobody.
use easyauth::{EasyAuthPrincipal, UnverifiedToken};

fn confirm(user: EasyAuthPrincipal, token: UnverifiedToken) {
    let _ = user.confirm(&token);
}

fn main() {}
