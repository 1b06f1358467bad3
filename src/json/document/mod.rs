//! A JSON text that stays as it was written: values are read from where they stand in it, and a change
//! replaces only its own place.

mod index;
mod last;
mod layout;
mod path;
mod position;
#[cfg(test)]
pub(crate) mod steps;
mod text;
mod value;

pub(crate) use last::last_of_each;
pub(crate) use path::{Path, Step};
pub use position::Position;
pub(crate) use text::{JsonText, inner};
pub(crate) use value::Json;
