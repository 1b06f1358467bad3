//! The adapters over real HTTP on loopback: one table of cases for all of them.
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
mod allocations;
mod axum_service;
mod cases;
mod confirmation;
mod layers;
mod metadata;
mod misconfiguration;
mod properties;
mod sessions;
mod setup;
mod sign_in;
#[cfg(feature = "reqwest")]
mod smallest;
mod support;
mod tonic_service;
mod tools;
mod tower_services;

use easyauth_test_support::client;

/// The same service on every adapter.
fn services(platform: easyauth::Platform) -> [(&'static str, setup::Server); 4] {
    [
        ("axum extractors", axum_service::extractors(platform)),
        ("tower layers under axum", axum_service::layers(platform)),
        ("tower layers under hyper", tower_services::hyper(platform)),
        ("actix extractors", actix_service::start(platform)),
    ]
}

#[test]
fn every_adapter_responds_the_same_way() {
    for (name, server) in services(setup::platform()) {
        cases::check(name, server.address);
    }
}
