//! The parts of a token are its own.
use easyauth::verify::VerifiedToken;

fn main() {
    let _: VerifiedToken = VerifiedToken { ..unimplemented!() };
}
