//! The builders for tests: what they make is what the platform and Entra send.
#![cfg(feature = "testing")]
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod callers;
mod tokens;
