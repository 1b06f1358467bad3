//! The settings of Easy Auth, concept by concept.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::items_after_statements,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used
)]

mod arm;
mod builder;
mod detect;
mod document;
mod lint;
mod login_parameters;
mod programs;
mod schema;
mod site_id;
mod table;
mod unknown;
mod v1;
