//! The program over HTTP on loopback.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used
)]

mod arm;
mod callers;
mod deployment;
mod pages;
#[cfg(feature = "demo")]
mod personas;
mod start;
mod support;
