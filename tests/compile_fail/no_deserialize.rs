//! A verified token comes from no document.
use easyauth::verify::{VerifiedIdToken, VerifiedToken};

fn from_json<T: serde::de::DeserializeOwned>() {}

fn main() {
    from_json::<VerifiedToken>();
    from_json::<VerifiedIdToken>();
}
