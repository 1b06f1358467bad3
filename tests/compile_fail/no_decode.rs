//! Decoding is for unverified tokens.
use easyauth::verify::VerifiedToken;

fn main() {
    let _ = VerifiedToken::decode("a.b.c");
}
