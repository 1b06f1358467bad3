//! The fetchers over real HTTP on loopback: which responses they accept and reject, and a store that uses
//! them.
#![cfg(any(feature = "reqwest", feature = "ureq"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used
)]

mod client;
mod documents;
mod server;
mod stores;
