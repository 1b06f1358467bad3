//! Whether a token opens an API, and if not, why and how to fix it.

mod audience;
#[cfg(feature = "verify")]
mod denied;
mod diagnosis;
mod fix;
mod note;
mod origin;
mod plan;
mod reason;
mod requirement;
mod shape;

#[cfg(feature = "verify")]
pub use denied::Denied;
pub use diagnosis::{Diagnosis, Outcome};
pub use fix::Fix;
pub use note::Note;
#[cfg(feature = "azure_core")]
pub(crate) use origin::Origin;
pub use reason::{ApiName, Reason};
pub(crate) use reason::{Apis, is_of_static_web_apps};
pub use requirement::{Permission, Requirement};
pub use shape::Lookalike;
