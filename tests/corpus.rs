//! Replays what the fuzz targets keep, on the stable compiler.

#[path = "../fuzz/properties/mod.rs"]
mod properties;

use std::{
    fs, io,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

/// The files of a folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// Checks a property for all seeds of a target, and for its corpus if there is one.
#[track_caller]
fn replay(target: &str, property: fn(&[u8])) {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut inputs = files(&fuzz.join("seeds").join(target)).unwrap_or_default();
    assert!(!inputs.is_empty(), "there are no seeds");
    inputs.extend(files(&fuzz.join("corpus").join(target)).unwrap_or_default());
    inputs.retain(|path| {
        let input = fs::read(path);
        !input.is_ok_and(|input| catch_unwind(|| property(&input)).is_ok())
    });
    assert!(inputs.is_empty(), "the property does not hold for {inputs:#?}");
}

#[test]
fn principal() {
    replay("principal", properties::principal::check);
}

#[test]
fn token() {
    replay("token", properties::token::check);
}

#[test]
fn headers() {
    replay("headers", properties::headers::check);
}

#[test]
fn me() {
    replay("me", properties::me::check);
}

#[test]
#[cfg(feature = "verify")]
fn keys() {
    replay("keys", properties::keys::check);
}

#[test]
#[cfg(feature = "verify")]
fn metadata() {
    replay("metadata", properties::metadata::check);
}

#[test]
#[cfg(feature = "verify")]
fn verify() {
    replay("verify", properties::verify::check);
}

#[test]
fn settings() {
    replay("settings", properties::settings::check);
}

#[test]
fn login_parameters() {
    replay("login_parameters", properties::login_parameters::check);
}

#[test]
fn site_id() {
    replay("site_id", properties::site_id::check);
}

#[test]
fn invocation() {
    replay("invocation", properties::invocation::check);
}

#[test]
fn token_response() {
    replay("token_response", properties::token_response::check);
}

#[test]
fn error_text() {
    replay("error_text", properties::error_text::check);
}

#[test]
fn tool_invocation() {
    replay("tool_invocation", properties::tool_invocation::check);
}

#[test]
fn roles_request() {
    replay("roles_request", properties::roles_request::check);
}
