//! JSON: a strict reader for headers, tokens and documents of issuers, and documents that keep their
//! formatting.

mod cursor;
pub(crate) mod document;
pub(crate) mod members;
mod object;
mod read;

pub(crate) use cursor::JsonError;
pub(crate) use object::{ObjectError, Once, any_string, scalar, secret, string, whole_object};
pub(crate) use read::{Kind, MAX_DEPTH, Reader, Span, Text};
