//! Neither an unverified token nor an ID token permits anything.
use easyauth::{Requirement, UnverifiedToken, verify::VerifiedIdToken};

fn unverified(token: UnverifiedToken) {
    let _ = token.authorize(&Requirement::scope("Files.Read"));
}

fn id(token: VerifiedIdToken) {
    let _ = token.authorize(&Requirement::scope("Files.Read"));
}

fn main() {}
