//! On-behalf-of: exchanges, their cache, and what callers share.
#![cfg(feature = "verify")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod agents;
mod cache;
mod challenges;
#[cfg(feature = "azure_core")]
mod credential;
mod errors;
mod memory;
mod model;
mod program;
mod sharing;
mod sources;
mod support;
#[cfg(any(feature = "reqwest", feature = "ureq"))]
mod transports;
