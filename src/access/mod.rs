//! Does this token open that API, and if not: why, and what cures it.

mod cure;
#[cfg(feature = "verify")]
mod denied;
mod diagnosis;
mod reason;
mod requirement;

pub use cure::Cure;
#[cfg(feature = "azure_core")]
pub(crate) use cure::Origin;
#[cfg(feature = "verify")]
pub use denied::Denied;
pub use diagnosis::Diagnosis;
pub use reason::{ApiName, Reason};
pub(crate) use reason::{Apis, wrong_audience};
pub use requirement::{Permission, Requirement};
