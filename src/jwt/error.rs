//! Why a token or its claims cannot be read.

use std::fmt;

use super::MAX_TOKEN_LEN;
use crate::{
    json::ObjectError,
    kinds::{Place, kinds},
};

/// A string that is not a JWT whose claims can be read. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {}token {}{}", of(.0.segment), .0.kind.message(), .0.place)]
pub struct DecodeError(Box<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    kind: DecodeErrorKind,
    segment: Option<Segment>,
    place: Place,
}

kinds! {
    /// What is wrong with a token.
    pub enum DecodeErrorKind;
    fn message;

    /// The token is longer than [`MAX_TOKEN_LEN`].
    TooLong = "too-long", "is too long";
    /// The token does not have the three segments of a JWT. Tokens of personal Microsoft accounts,
    /// Facebook, GitHub and some tokens of Google are opaque like this: only their API can read them.
    Opaque = "opaque", "is opaque: expected a JWT of 3 segments";
    /// The token has five segments: it is encrypted (RFC 7516), and only the API that it is for can read
    /// it.
    Encrypted = "encrypted", "is encrypted: only the API that it is for can read it";
    /// A segment is not base64url without padding (RFC 7515 section 2).
    Base64 = "base64", "is not base64url";
    /// A decoded segment is not UTF-8.
    Utf8 = "utf-8", "is not UTF-8";
    /// A decoded segment is not JSON, or is nested too deeply.
    Json = "json", "is not valid JSON";
    /// A decoded segment is JSON, but not an object.
    NotAnObject = "not-an-object", "is not a JSON object";
    /// A duplicate member (RFC 7515 section 4, RFC 7519 section 4). For `aud`, `iss`, `oid`, `sub` and
    /// `tid`, a member that differs only in case is a duplicate too, as in Microsoft's own token library
    /// (IDX40011).
    DuplicateMember = "duplicate-member", "has a duplicate member";
    /// A claim has the wrong JSON type or is out of range.
    InvalidClaim = "invalid-claim", "has a claim of the wrong JSON type or out of range";
}

impl DecodeError {
    pub(super) fn too_long(found: usize) -> Self {
        let place = Place::Length { limit: MAX_TOKEN_LEN, found };
        Self::with(DecodeErrorKind::TooLong, None, place)
    }

    /// The error of a token with more or fewer segments than a JWT.
    pub(super) fn not_three_segments(token: &str) -> Self {
        let is_encrypted = token.split('.').count() == 5;
        let kind = if is_encrypted { DecodeErrorKind::Encrypted } else { DecodeErrorKind::Opaque };
        Self::with(kind, None, Place::Nowhere)
    }

    pub(super) fn at(kind: DecodeErrorKind, segment: Segment, position: usize) -> Self {
        Self::with(kind, Some(segment), Place::Byte(position))
    }

    pub(super) fn not_an_object(segment: Segment) -> Self {
        Self::with(DecodeErrorKind::NotAnObject, Some(segment), Place::Nowhere)
    }

    pub(super) fn duplicate(segment: Segment, name: &str) -> Self {
        let place = Place::Member(name.to_owned().into());
        Self::with(DecodeErrorKind::DuplicateMember, Some(segment), place)
    }

    pub(super) fn invalid_claim(name: &str) -> Self {
        let place = Place::Member(name.to_owned().into());
        Self::with(DecodeErrorKind::InvalidClaim, Some(Segment::Payload), place)
    }

    pub(super) fn object(segment: Segment, error: ObjectError) -> Self {
        match error {
            ObjectError::Json(error) => Self::at(DecodeErrorKind::Json, segment, error.position),
            ObjectError::Duplicate(name) => Self::duplicate(segment, &name),
            ObjectError::NotAnObject | ObjectError::WrongType(_) => Self::not_an_object(segment),
        }
    }

    fn with(kind: DecodeErrorKind, segment: Option<Segment>, place: Place) -> Self {
        Self(Box::new(Parts { kind, segment, place }))
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// The segment that is malformed; `None` if the token as a whole is.
    #[must_use]
    pub fn segment(&self) -> Option<Segment> {
        self.0.segment
    }

    /// The name of the duplicate member or the invalid claim.
    #[must_use]
    pub fn member_name(&self) -> Option<&str> {
        match &self.0.place {
            Place::Member(name) => Some(name),
            _ => None,
        }
    }
}

fn of(segment: Option<Segment>) -> String {
    segment.map_or_else(String::new, |segment| format!("{segment} of the "))
}

/// A segment of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// The first segment: how the token is signed.
    Header,
    /// The second segment: the claims.
    Payload,
    /// The third segment.
    Signature,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// The claims do not match the requested type. Says where in the payload, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the claims do not match the requested type at line {line} column {column}")]
pub struct ClaimsError {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl ClaimsError {
    /// The line in the payload, counted from 1; 0 if the error has no position, such as a missing claim.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in the line, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}
