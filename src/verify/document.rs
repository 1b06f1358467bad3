//! What key sets and metadata have in common: JSON objects that an issuer publishes.

use crate::json::{JsonError, ObjectError, members::Members};

/// The longest document that is read, in bytes. Entra's key sets have some 12,000, and all the keys
/// that it published within five months 68,000.
pub const MAX_DOCUMENT_LEN: usize = 1024 * 1024;

/// A document that is not the JSON object that it should be. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is longer than [`MAX_DOCUMENT_LEN`].
    #[error("the document is {length} bytes long, over the limit of {MAX_DOCUMENT_LEN}")]
    TooLong {
        /// The length in bytes.
        length: usize,
    },
    /// It is not UTF-8.
    #[error("the document is not UTF-8 at byte {position}")]
    Utf8 {
        /// The offset in the document.
        position: usize,
    },
    /// It is not JSON, or nests too deep.
    #[error("the document is not JSON at byte {position}")]
    Json {
        /// The offset in the document.
        position: usize,
    },
    /// It is JSON and not an object.
    #[error("the document is not a JSON object")]
    NotAnObject,
    /// A member is there twice.
    #[error("the document has a member twice")]
    DuplicateMember,
    /// A member is missing, or of the wrong type.
    #[error("the document has no {0}, or it is of the wrong type")]
    Missing(&'static str),
    /// There are more keys than [`MAX_KEYS`](super::MAX_KEYS).
    #[error("the document has more than 1000 keys")]
    TooManyKeys,
    /// An address is not `https`, or has a part that it must not have.
    #[error("the {0} of the document is not an https address")]
    NotHttps(&'static str),
    /// The keys are at a host that has nothing to do with that of the metadata.
    #[error("the jwks_uri of the document is at a host of somebody else")]
    ForeignHost,
}

impl DocumentError {
    fn json(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}

/// Reads a document. A byte order mark in front is ignored, as RFC 8259 section 8.1 allows.
pub(super) fn parse(body: &[u8]) -> Result<Members, DocumentError> {
    if body.len() > MAX_DOCUMENT_LEN {
        return Err(DocumentError::TooLong { length: body.len() });
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| DocumentError::Utf8 { position: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Members::parse(text.to_owned()).map_err(|error| match error {
        ObjectError::Json(error) => DocumentError::json(error),
        ObjectError::NotAnObject | ObjectError::WrongType(_) => DocumentError::NotAnObject,
        ObjectError::Duplicate(_) => DocumentError::DuplicateMember,
    })
}
