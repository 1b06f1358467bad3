//! JSON as it arrives: a strict reader for headers and tokens, and documents that stay as they were
//! written.

pub(crate) mod document;
mod read;

pub(crate) use read::*;
