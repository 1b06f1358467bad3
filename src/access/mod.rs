//! Whether a token opens an API, and if not, why and how to fix it.

mod audience;
#[cfg(feature = "verify")]
mod denied;
pub(crate) mod diagnosis;
mod fix;
mod note;
mod origin;
mod plan;
mod reason;
pub(crate) mod requirement;
mod token_form;

#[cfg(feature = "verify")]
pub use denied::Denied;
#[cfg(feature = "azure_core")]
pub(crate) use diagnosis::Diagnosis;
pub use diagnosis::Outcome;
pub use fix::Fix;
pub use note::Note;
#[cfg(feature = "azure_core")]
pub(crate) use origin::Origin;
pub use reason::Reason;
pub(crate) use reason::is_of_static_web_apps;
pub use requirement::Permission;
pub(crate) use requirement::Requirement;
pub use token_form::ValueKind;
