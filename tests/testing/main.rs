//! What the platform would send, made up: read back by the same crate that services read it with.
#![cfg(feature = "testing")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used
)]

mod issuer;
mod principal;
mod session;

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const OTHER_TENANT: &str = "00000002-0000-4000-8000-000000000002";
const USER: &str = "00000003-0000-4000-8000-000000000003";
