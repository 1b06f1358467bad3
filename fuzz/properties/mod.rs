//! What must hold for every input, whoever wrote it. The fuzz targets look for an input that breaks a
//! property, and `tests/corpus.rs` replays the inputs that are kept.

pub(crate) mod headers;
mod json;
pub(crate) mod me;
pub(crate) mod principal;
mod secrets;
pub(crate) mod token;
