//! The fetchers over real HTTP, on this machine: what they bring, what they refuse, and what becomes of
//! a store that they serve.
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
