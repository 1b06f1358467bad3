//! Why a payload was rejected.

use crate::{
    kinds::{Place, from_json, kinds},
    principal::PrincipalError,
};

/// An invalid payload. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{place}", .kind.message())]
pub struct InvocationError {
    kind: InvocationErrorKind,
    place: Place,
}

kinds! {
    /// What is wrong with a payload.
    pub enum InvocationErrorKind of InvocationError { place };
    fn message;

    /// The payload is longer than [`MAX_INVOCATION_LEN`](super::MAX_INVOCATION_LEN).
    TooLong = "too-long", "the invocation is too long";
    /// The payload is not JSON in UTF-8. If the host forwards the original request, use the headers of
    /// that request instead.
    Json = "json", "the invocation is not valid JSON";
    /// The object `Data` is missing.
    NotAnInvocation = "not-an-invocation", "expected an invocation with an object Data";
    /// No binding has the headers of a request, or none with the requested name has them.
    NoHttpTrigger = "no-http-trigger", "the invocation has no HTTP trigger, or none with this name";
    /// More than one binding has headers: select one with
    /// [`Invocation::parse_named`](super::Invocation::parse_named).
    Ambiguous = "ambiguous", "the invocation has more than one binding with headers: use parse_named";
    /// Two bindings have the same name.
    DuplicateBinding = "duplicate-binding", "the invocation has two bindings with the same name";
    /// There are more bindings than a function can have.
    TooManyBindings = "too-many-bindings", "the invocation has more than 1000 bindings";
    /// No binding with the requested name has the context of an MCP tool trigger, or the text is not
    /// such a context.
    NoToolTrigger = "no-tool-trigger", "the invocation has no MCP tool trigger with this name";
    /// The context of an MCP tool trigger has no headers.
    NoTransportHeaders = "no-transport-headers",
        "the MCP tool trigger has no transport.properties.headers: update the MCP extension, and have clients \
         use the Streamable HTTP endpoint";
    /// A duplicate member.
    DuplicateMember = "duplicate-member", "the invocation has a duplicate member";
    /// A member of the HTTP trigger is missing, has the wrong JSON type, or is not an address or a method.
    InvalidMember = "invalid-member", "a member of the HTTP trigger is missing or invalid";
}

impl InvocationError {
    pub(super) fn new(kind: InvocationErrorKind, place: Place) -> Self {
        Self { kind, place }
    }
}

from_json!(InvocationError, InvocationErrorKind, NotAnInvocation);

/// An invalid body of a roles request. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{place}", .kind.message())]
pub struct RolesRequestError {
    kind: RolesRequestErrorKind,
    place: Place,
    source: Option<PrincipalError>,
}

kinds! {
    /// What is wrong with the body of a roles request.
    pub enum RolesRequestErrorKind of RolesRequestError { place, source };
    fn message;

    /// The body is longer than [`MAX_ROLES_REQUEST_LEN`](super::MAX_ROLES_REQUEST_LEN).
    TooLong = "too-long", "the body is too long";
    /// The body is empty. A backend that is not part of the static web app gets an empty body.
    Empty = "empty", "the body is empty: host the roles function in the API of the static web app";
    /// The body is not JSON in UTF-8.
    Json = "json", "the body is not valid JSON";
    /// The body is JSON, but not an object.
    NotAnObject = "not-an-object", "the body is not a JSON object";
    /// A duplicate member.
    DuplicateMember = "duplicate-member", "the body has a duplicate member";
    /// A member has the wrong JSON type.
    InvalidMember = "invalid-member", "the body has a member of the wrong JSON type";
    /// The user in the body is invalid. The source says why.
    User = "user", "the user in the body is invalid";
}

impl RolesRequestError {
    pub(super) fn user(error: PrincipalError) -> Self {
        Self { source: Some(error), ..RolesRequestErrorKind::User.error() }
    }

    pub(super) fn new(kind: RolesRequestErrorKind, place: Place) -> Self {
        Self { kind, place, source: None }
    }
}

from_json!(RolesRequestError, RolesRequestErrorKind, NotAnObject);
