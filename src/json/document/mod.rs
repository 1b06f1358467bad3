//! A JSON text that is kept as it was written: an index finds its values, and a change replaces only its own
//! value.

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
