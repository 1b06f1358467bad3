//! A JSON text that stays as it was written: values are read from where they stand in it, and a change
//! replaces only its own place.

mod index;
mod layout;
mod path;
mod text;
mod value;

pub(super) use path::{Path, Step};
pub(super) use text::JsonText;
pub(super) use value::{Json, Member};
