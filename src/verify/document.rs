//! The documents that an issuer publishes, key sets and metadata: JSON objects.

use crate::{
    json::{ObjectError, members::Members},
    kinds::kinds,
};

/// The length limit of a document, in bytes. Entra's key sets have about 12,000. All keys that it
/// published within five months together have 68,000.
pub const MAX_DOCUMENT_LEN: usize = 1024 * 1024;

/// A key set or a metadata document that cannot be used. The message contains no value of the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message(*kind, *detail))]
pub struct DocumentError {
    kind: DocumentErrorKind,
    detail: Detail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Detail {
    #[default]
    None,
    Length(usize),
    Position(usize),
    Member(&'static str),
}

kinds! {
    /// Why a document cannot be used.
    pub enum DocumentErrorKind of DocumentError { detail };
    fn message;

    /// It is longer than [`MAX_DOCUMENT_LEN`].
    TooLong = "too-long", "the document is too long";
    /// It is not UTF-8.
    NotUtf8 = "not-utf8", "the document is not UTF-8";
    /// It is not JSON, or its nesting is too deep.
    NotJson = "not-json", "the document is not JSON";
    /// It is JSON, but not an object.
    NotAnObject = "not-an-object", "the document is not a JSON object";
    /// An object has a duplicate member.
    DuplicateMember = "duplicate-member", "the document has a duplicate member";
    /// A member is missing, or has the wrong type.
    MissingMember = "missing-member", "a member of the document is missing or has the wrong type";
    /// There are more keys than [`MAX_KEYS`](super::MAX_KEYS).
    TooManyKeys = "too-many-keys", "the document has more than 1000 keys";
    /// An address in the document is not an `https` address.
    NotHttps = "not-https", "an address in the document is not an https address";
    /// `jwks_uri` has a host that may not serve the keys of this metadata.
    ForeignHost = "foreign-host", "the jwks_uri of the document is at the host of another service";
}

impl DocumentError {
    pub(super) fn member(kind: DocumentErrorKind, name: &'static str) -> Self {
        Self { kind, detail: Detail::Member(name) }
    }

    fn at(kind: DocumentErrorKind, position: usize) -> Self {
        Self { kind, detail: Detail::Position(position) }
    }

    /// Where the document is malformed: the offset in bytes.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        match self.detail {
            Detail::Position(position) => Some(position),
            _ => None,
        }
    }

    /// The name of the member that is missing or wrong.
    #[must_use]
    pub fn member_name(&self) -> Option<&'static str> {
        match self.detail {
            Detail::Member(name) => Some(name),
            _ => None,
        }
    }
}

fn message(kind: DocumentErrorKind, detail: Detail) -> String {
    let message = kind.message();
    match detail {
        Detail::Length(length) => {
            format!("expected a document of at most {MAX_DOCUMENT_LEN} bytes, found {length}")
        }
        Detail::Position(position) => format!("{message} at byte {position}"),
        Detail::Member(name) => format!("{message}: {name}"),
        Detail::None => message.to_owned(),
    }
}

/// Reads a document. A leading byte order mark is ignored, as RFC 8259 section 8.1 allows.
pub(super) fn parse(body: &[u8]) -> Result<Members, DocumentError> {
    if body.len() > MAX_DOCUMENT_LEN {
        let detail = Detail::Length(body.len());
        return Err(DocumentError { kind: DocumentErrorKind::TooLong, detail });
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| DocumentError::at(DocumentErrorKind::NotUtf8, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Members::parse(text.to_owned()).map_err(|error| match error {
        ObjectError::Json(error) => DocumentError::at(DocumentErrorKind::NotJson, error.position),
        ObjectError::NotAnObject | ObjectError::WrongType(_) => {
            DocumentErrorKind::NotAnObject.error()
        }
        ObjectError::Duplicate(_) => DocumentErrorKind::DuplicateMember.error(),
    })
}
