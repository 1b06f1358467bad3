//! Why a principal was rejected.

use crate::headers::HeaderError;

/// A principal that the platform would not have written. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrincipalError {
    /// A header is repeated, too long or has bytes that do not belong there.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The value is empty.
    #[error("the client principal is empty")]
    Empty,
    /// The value is not base64.
    #[error("the client principal is not base64 at byte {position}")]
    Base64 {
        /// The offset in the header's value.
        position: usize,
    },
    /// The decoded value is not UTF-8.
    #[error("the client principal is not UTF-8 at byte {position} of its JSON")]
    Utf8 {
        /// The offset in the decoded value.
        position: usize,
    },
    /// The decoded value is not JSON, or nests too deep.
    #[error("the client principal is not JSON at byte {position} of its text")]
    Json {
        /// The offset in the decoded value.
        position: usize,
    },
    /// The decoded value is JSON and not an object.
    #[error("the client principal is not a JSON object")]
    NotAnObject,
    /// The identity provider (`auth_typ`, `identityProvider`) is absent, null or empty.
    #[error("the client principal does not name its identity provider")]
    MissingProvider,
    /// The object has no member of either format.
    #[error("the client principal has neither the format of App Service nor of Static Web Apps")]
    UnknownShape,
    /// The object has members of both shapes, and one of them is not the platform's.
    #[error("the client principal has the shapes of App Service and of Static Web Apps at once")]
    MixedShapes,
    /// A member that counts is there twice.
    #[error("the client principal has the member {member} twice")]
    DuplicateMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A member is of a JSON type that it never has.
    #[error("the client principal has a member {member} of the wrong JSON type")]
    InvalidMember {
        /// The name of the member.
        member: &'static str,
    },
    /// Two places contradict each other, which the platform never writes: two values of one identity
    /// claim, two identity providers, or an identifier that is not the caller's.
    #[error("the client principal contradicts itself: {first} and {second} differ")]
    Contradiction {
        /// One place: a member, a claim or a header.
        first: &'static str,
        /// The other place.
        second: &'static str,
    },
}
