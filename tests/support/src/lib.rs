//! What several test targets share: tokens to sign, why keys are not used, and a plain HTTP client for loopback.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::return_self_not_must_use,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

pub mod client;
pub mod skips;
pub mod tokens;

use std::error::Error;

/// Returns the error and all its sources, as a log would show them.
pub fn chain(error: &dyn Error) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
