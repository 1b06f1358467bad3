//! The public API, concept by concept.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::items_after_statements,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used
)]

mod agents;
mod autotraits;
mod claim_types;
mod diagnosis;
mod endpoints;
mod error_codes;
mod errors;
mod exchange;
mod functions;
mod headers;
mod matrix;
mod mcp;
mod me;
mod platform;
mod platform_requests;
mod principal;
mod programs;
mod protected_resource;
mod rejection;
mod resource;
mod shapes;
mod support;
mod tokens;
mod unverified;
