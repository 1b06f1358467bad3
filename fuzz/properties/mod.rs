//! What must hold for every input, whoever wrote it. The fuzz targets look for an input that breaks a
//! property, and `tests/corpus.rs` replays the inputs that are kept.

#[cfg(feature = "verify")]
mod drafts;
pub(crate) mod error_text;
pub(crate) mod headers;
pub(crate) mod invocation;
mod json;
#[cfg(feature = "verify")]
pub(crate) mod keys;
pub(crate) mod login_parameters;
pub(crate) mod me;
#[cfg(feature = "verify")]
pub(crate) mod metadata;
pub(crate) mod principal;
pub(crate) mod roles_request;
#[cfg(feature = "verify")]
mod rules;
mod secrets;
pub(crate) mod settings;
mod settings_changes;
mod settings_lint;
mod settings_model;
pub(crate) mod site_id;
pub(crate) mod token;
pub(crate) mod token_response;
pub(crate) mod tool_invocation;
#[cfg(feature = "verify")]
pub(crate) mod verify;
