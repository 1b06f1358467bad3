//! A JSON text that stays as it was written: values are read from where they stand in it, and a change
//! replaces only its own place.

mod index;
mod last;
mod layout;
mod path;
mod position;
#[cfg(test)]
pub(super) mod steps;
mod text;
mod value;

pub(super) use last::last_of_each;
pub(super) use path::{Path, Step};
pub use position::Position;
pub(super) use text::{JsonText, inner};
pub(super) use value::Json;
