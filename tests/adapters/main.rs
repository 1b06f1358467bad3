//! The adapters, by what they answer to real HTTP on loopback: one table of cases for all of them.
#![cfg(all(feature = "axum", feature = "tower", feature = "actix-web", feature = "verify"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::string_slice,
    clippy::unused_async,
    clippy::unwrap_used
)]

mod actix_service;
mod axum_service;
mod cases;
mod client;
mod layers;
mod setup;
mod tonic_service;
mod tower_services;

#[path = "../verify/support.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod support;

#[test]
fn axum_extractors() {
    let server = axum_service::extractors();
    cases::check(server.address);
}

#[test]
fn tower_layers_under_axum() {
    let server = axum_service::layers();
    cases::check(server.address);
}

#[test]
fn tower_layers_under_hyper() {
    let server = tower_services::hyper();
    cases::check(server.address);
}

#[test]
fn actix_extractors() {
    let server = actix_service::start();
    cases::check(server.address);
}
