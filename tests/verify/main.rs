//! Verified tokens, rule by rule.
#![cfg(feature = "verify")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::items_after_statements,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::string_slice,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used
)]

mod answers;
mod attacks;
mod bearer;

mod builder;
mod confirm;
mod confirm_properties;
mod fetching;
mod keys;
mod microsoft;
mod programs;
mod remembered;
mod rules;
mod service;
mod several;
mod source;
mod store;
mod store_model;
mod subject_key;
mod support;
