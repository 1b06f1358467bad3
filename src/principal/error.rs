//! Why a principal was rejected.

use crate::{
    headers::HeaderError,
    kinds::{Place, from_json, kinds},
};

/// A principal that the platform would not have written. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message(*kind, detail))]
pub struct PrincipalError {
    kind: PrincipalErrorKind,
    detail: Detail,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    Header(HeaderError),
    Place(Place),
    Places(&'static str, &'static str),
}

kinds! {
    /// What is wrong with a principal.
    pub enum PrincipalErrorKind of PrincipalError;
    fn message;

    /// A header is repeated, too long, or has an invalid byte. The error prints as its [`HeaderError`].
    Header = "header", "an identity header is malformed";
    /// The value is empty.
    Empty = "empty", "the client principal is empty";
    /// The value is not base64.
    Base64 = "base64", "the client principal is not base64";
    /// The decoded value is not UTF-8.
    Utf8 = "utf-8", "the client principal is not UTF-8";
    /// The decoded value is not JSON, or is nested too deeply.
    Json = "json", "the client principal is not valid JSON";
    /// The decoded value is JSON, but not an object.
    NotAnObject = "not-an-object", "the client principal is not a JSON object";
    /// The identity provider (`auth_typ`, `identityProvider`) is missing, null or empty.
    MissingProvider = "missing-provider", "the client principal does not name its identity provider";
    /// The object has no member of either format.
    UnknownFormat = "unknown-format",
        "the client principal has neither the format of App Service nor of Static Web Apps";
    /// The object has members of both formats.
    MixedFormats = "mixed-formats",
        "the client principal mixes the formats of App Service and Static Web Apps";
    /// A duplicate member.
    DuplicateMember = "duplicate-member", "the client principal has a duplicate member";
    /// A member has the wrong JSON type.
    InvalidMember = "invalid-member", "the client principal has a member of the wrong JSON type";
    /// Two places contradict each other, which the platform never writes: two values of one identity
    /// claim, two identity providers, or an ID of another caller.
    Contradiction = "contradiction", "the client principal contradicts itself";
}

impl PrincipalError {
    pub(super) fn new(kind: PrincipalErrorKind, place: Place) -> Self {
        Self { kind, detail: Detail::Place(place) }
    }

    pub(super) fn contradiction(first: &'static str, second: &'static str) -> Self {
        Self { kind: PrincipalErrorKind::Contradiction, detail: Detail::Places(first, second) }
    }

    /// The malformed header, if the kind is [`Header`](PrincipalErrorKind::Header).
    #[must_use]
    pub fn header_error(&self) -> Option<&HeaderError> {
        match &self.detail {
            Detail::Header(error) => Some(error),
            Detail::Place(_) | Detail::Places(..) => None,
        }
    }
}

impl PrincipalErrorKind {
    /// An error of this kind, without details.
    pub(super) fn error(self) -> PrincipalError {
        PrincipalError::new(self, Place::Nowhere)
    }
}

impl From<HeaderError> for PrincipalError {
    fn from(error: HeaderError) -> Self {
        Self { kind: PrincipalErrorKind::Header, detail: Detail::Header(error) }
    }
}

from_json!(PrincipalError, PrincipalErrorKind, NotAnObject);

fn message(kind: PrincipalErrorKind, detail: &Detail) -> String {
    let message = kind.message();
    match detail {
        Detail::Header(error) => error.to_string(),
        Detail::Place(place) => format!("{message}{place}"),
        Detail::Places(first, second) => format!("{message}: {first} and {second} differ"),
    }
}
