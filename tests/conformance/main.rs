//! Data from public sources, read in place: shapes of real principals, Microsoft's published sample
//! tokens, its key sets over five months, the examples of RFC 7520 and RFC 7797, and Wycheproof.
//!
//! The data is not part of this repository. It is looked for in `../shared/data`, or where
//! `EASYAUTH_CONFORMANCE_DIR` says. Without it the tests print that they are skipped, unless
//! `EASYAUTH_CONFORMANCE_REQUIRED` is set: then they fail.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    clippy::unwrap_used
)]

#[cfg(feature = "verify")]
mod exceptions;
#[cfg(feature = "verify")]
mod keys;
mod principals;
mod settings;
#[cfg(feature = "verify")]
mod signatures;
#[cfg(feature = "verify")]
mod timeline;

use std::{env, path::PathBuf};

/// The folder of that name, if there is any data.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let root = env::var_os("EASYAUTH_CONFORMANCE_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    let message = format!("conformance: skipped, no folder {}", folder.display());
    assert!(env::var_os("EASYAUTH_CONFORMANCE_REQUIRED").is_none(), "{message}");
    eprintln!("{message}");
    None
}
