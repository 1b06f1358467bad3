//! What must hold for every input. The fuzz targets look for an input that breaks a property, and
//! `tests/corpus.rs` checks the inputs that are kept.
//!
//! Each module states the property of the fuzz target with the same name, by a separate model: it reads the
//! input by the documented rules, and compares the result with what the crate says.
#![allow(
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a property that does not hold panics"
)]

#[cfg(feature = "verify")]
pub mod claims_challenge;
pub mod client_session;
#[cfg(feature = "verify")]
mod drafts;
pub mod error_text;
pub mod headers;
pub mod invocation;
mod json;
#[cfg(feature = "verify")]
pub mod keys;
pub mod login_parameters;
pub mod me;
#[cfg(feature = "verify")]
pub mod metadata;
mod microsoft;
pub mod pack;
pub mod principal;
pub mod roles_request;
#[cfg(feature = "verify")]
mod rules;
mod secrets;
pub mod settings;
mod settings_changes;
mod settings_lint;
mod settings_model;
mod share;
pub mod site_id;
pub mod token;
pub mod token_response;
pub mod tool_call;
pub mod tool_invocation;
#[cfg(feature = "verify")]
pub mod verify;
