//! Events for `tracing`: what is logged for each decision, and what never is.
#![cfg(all(feature = "axum", feature = "tower", feature = "testing", feature = "tracing"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod capture;
mod decisions;
mod refreshes;
mod secrets;
