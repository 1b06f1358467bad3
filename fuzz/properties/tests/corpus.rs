//! Checks the properties on the stable compiler, for every input that the fuzz targets keep.
#![allow(clippy::panic, reason = "helpers of tests")]

use std::{panic::catch_unwind, path::Path};

use easyauth_fuzz_properties as properties;
use properties::pack;

/// Checks a property for all seeds of a target, and for its corpus if there is one.
#[track_caller]
fn replay(target: &str, property: fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |kind: &str| match pack::read(&fuzz.join(kind), target) {
        Ok(inputs) => inputs,
        Err(error) => panic!("{error}"),
    };
    let [corpus, seeds] = pack::KINDS.map(read);
    assert!(!seeds.is_empty(), "expected seeds");
    let failed: Vec<String> = corpus
        .into_iter()
        .chain(seeds)
        .filter(|(_, input)| catch_unwind(|| property(input)).is_err())
        .map(|(name, _)| name)
        .collect();
    assert!(failed.is_empty(), "the property does not hold for {failed:#?}");
}

/// One test for each target, named after it.
macro_rules! targets {
    ($($(#[$attribute:meta])* $target:ident,)*) => {$(
        #[test]
        $(#[$attribute])*
        fn $target() {
            replay(stringify!($target), properties::$target::check);
        }
    )*};
}

targets! {
    #[cfg(feature = "verify")]
    claims_challenge,
    client_session,
    error_text,
    headers,
    invocation,
    #[cfg(feature = "verify")]
    keys,
    login_parameters,
    me,
    #[cfg(feature = "verify")]
    metadata,
    principal,
    roles_request,
    settings,
    site_id,
    token,
    token_response,
    tool_call,
    tool_invocation,
    #[cfg(feature = "verify")]
    verify,
}
