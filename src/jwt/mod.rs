//! JSON Web Tokens: taken apart strictly, and read with every quirk of Microsoft Entra.

mod agent;
mod compact;
mod header;
pub(crate) mod members;
mod token;

use std::fmt;

pub use agent::{Actor, Agent, AgentMode};
#[cfg(feature = "verify")]
pub(crate) use compact::{Segments, bytes, text};
pub use header::TokenHeader;
pub(crate) use token::SIGN_IN_CLAIMS;
#[cfg(feature = "verify")]
pub(crate) use token::TimeForm;
pub use token::{Caller, ClaimsError, Token, Unverified, UnverifiedToken};
#[cfg(feature = "verify")]
pub use token::{Verified, VerifiedId};

use crate::{escape::Escaped, json::JsonError};

/// The longest token that is looked at, in bytes: the default of Microsoft's own token library
/// (`TokenValidationParameters.DefaultMaximumTokenSizeInBytes`, 250 KiB).
pub const MAX_TOKEN_LEN: usize = 250 * 1024;

/// A text that is not a JWT whose claims can be read. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The token is longer than [`MAX_TOKEN_LEN`].
    #[error("the token is {length} bytes long, over the limit of {MAX_TOKEN_LEN}")]
    TooLong {
        /// The length of the token in bytes.
        length: usize,
    },
    /// The token does not have the three segments of a JWT. Tokens of personal Microsoft accounts,
    /// Facebook, GitHub and some Google tokens are opaque like this: only their API can read them.
    #[error("the token is opaque: it has {segments} segment(s) where a JWT has 3")]
    Opaque {
        /// How many segments there are.
        segments: usize,
    },
    /// The token has five segments: it is encrypted (RFC 7516), and only the API that it was issued
    /// for can read it.
    #[error("the token is encrypted: only the API that it was issued for can read it")]
    Encrypted,
    /// A segment is not base64url without padding (RFC 7515 section 2).
    #[error("the {segment} of the token is not base64url at its byte {position}")]
    Base64 {
        /// Which segment.
        segment: Segment,
        /// The offset in the segment.
        position: usize,
    },
    /// A decoded segment is not UTF-8.
    #[error("the {segment} of the token is not UTF-8 at byte {position} of its text")]
    Utf8 {
        /// Which segment.
        segment: Segment,
        /// The offset in the decoded segment.
        position: usize,
    },
    /// A decoded segment is not JSON, or nests too deep.
    #[error("the {segment} of the token is not JSON at byte {position} of its text")]
    Json {
        /// Which segment.
        segment: Segment,
        /// The offset in the decoded segment.
        position: usize,
    },
    /// A decoded segment is JSON and not an object.
    #[error("the {segment} of the token is not a JSON object")]
    NotAnObject {
        /// Which segment.
        segment: Segment,
    },
    /// Two members have one name (RFC 7515 section 4, RFC 7519 section 4). For `aud`, `iss`, `oid`,
    /// `sub` and `tid` this counts names that differ in case only, as Microsoft's own token library
    /// does (IDX40011).
    #[error("the {segment} of the token has the member {name} twice")]
    DuplicateMember {
        /// Which segment.
        segment: Segment,
        /// The name of the member.
        name: MemberName,
    },
    /// A claim is of a JSON type, or out of a range, that it never has.
    #[error("the claim {name} of the token has the wrong JSON type or is out of range")]
    InvalidClaim {
        /// The name of the claim.
        name: MemberName,
    },
}

/// A part of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// The first part: how the token is signed.
    Header,
    /// The second part: the claims.
    Payload,
    /// The third part.
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

/// The name of a member of a token. Prints escaped, and cut after 256 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct MemberName(Box<str>);

impl MemberName {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as the token has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl fmt::Debug for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

/// What can be wrong inside one segment.
pub(crate) enum SegmentError {
    Json(JsonError),
    NotAnObject,
    Duplicate(MemberName),
}

impl SegmentError {
    fn of(self, segment: Segment) -> DecodeError {
        match self {
            Self::Json(error) => DecodeError::Json { segment, position: error.position },
            Self::NotAnObject => DecodeError::NotAnObject { segment },
            Self::Duplicate(name) => DecodeError::DuplicateMember { segment, name },
        }
    }
}

impl From<JsonError> for SegmentError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}
