//! Does this token open that API, and if not: why, and what cures it.

mod cure;
mod diagnosis;
mod reason;
mod requirement;

pub use cure::Cure;
pub use diagnosis::Diagnosis;
pub use reason::{ApiName, Reason};
pub use requirement::{Permission, Requirement};
