//! Only a verified token makes a confirmed caller, and no principal of headers becomes one.
use easyauth::{EasyAuthPrincipal, verify::ConfirmedCaller};

fn from_headers(user: EasyAuthPrincipal) -> ConfirmedCaller {
    user.into()
}

fn main() {}
