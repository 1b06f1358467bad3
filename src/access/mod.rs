//! Does this token open that API, and if not: why, and what cures it.

mod diagnosis;
mod requirement;

pub use diagnosis::{ApiName, Cure, Diagnosis, Reason};
pub use requirement::{Permission, Requirement};
