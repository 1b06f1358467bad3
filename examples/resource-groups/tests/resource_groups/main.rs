//! The example program `resource-groups`, over HTTP on this machine.
#![cfg(all(feature = "axum", feature = "reqwest", feature = "testing"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used
)]

#[path = "../../examples/resource-groups/main.rs"]
#[allow(dead_code, reason = "its main function is for the example")]
mod resource_groups;

mod arm;
mod callers;
mod deployment;
mod pages;
mod personas;
mod start;
mod support;
