//! Why a header was rejected.

use super::MAX_HEADER_LEN;
use crate::{
    escape::Escaped,
    kinds::{Place, debug_by_display, kinds},
};

/// A malformed header. Contains the name of the header, never its value.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("header {}: {}{}", Escaped(&.0.header), .0.kind.message(), .0.place)]
pub struct HeaderError(Box<Parts>);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    header: Box<str>,
    kind: HeaderErrorKind,
    place: Place,
}

kinds! {
    /// What is wrong with a header.
    pub enum HeaderErrorKind;
    fn message;

    /// The header is repeated. The platform sends it once.
    Repeated = "repeated", "expected one value, found more";
    /// The value has a byte that is not printable ASCII or, in the name or the ID of a person, a control
    /// character.
    InvalidByte = "invalid-byte", "found a byte that the header cannot have";
    /// The value is longer than [`MAX_HEADER_LEN`].
    TooLong = "too-long", "the value is too long";
    /// The value is not a point in time.
    InvalidTime = "invalid-time", "expected an ISO 8601 time or a number of seconds";
    /// The value is not a URL.
    InvalidUrl = "invalid-url", "expected an http or https URL";
    /// `Authorization: Bearer` is not followed by exactly one token.
    InvalidBearer = "invalid-bearer", "expected exactly one token after the scheme";
    /// The request has token headers of two identity providers, and nothing tells which one is right.
    Ambiguous = "ambiguous", "found token headers of another identity provider too";
}

impl HeaderError {
    pub(crate) fn new(header: &str, kind: HeaderErrorKind) -> Self {
        Self::with_place(header, kind, Place::Nowhere)
    }

    pub(crate) fn too_long(header: &str, found: usize) -> Self {
        let place = Place::Length { limit: MAX_HEADER_LEN, found };
        Self::with_place(header, HeaderErrorKind::TooLong, place)
    }

    /// `position` counts in the value without the surrounding whitespace.
    pub(crate) fn at(header: &str, position: usize) -> Self {
        Self::with_place(header, HeaderErrorKind::InvalidByte, Place::Byte(position))
    }

    fn with_place(header: &str, kind: HeaderErrorKind, place: Place) -> Self {
        Self(Box::new(Parts { header: header.into(), kind, place }))
    }

    /// The name of the header.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.0.header
    }

    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> HeaderErrorKind {
        self.0.kind
    }
}

debug_by_display!(HeaderError);
