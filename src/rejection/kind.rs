//! Why a request is rejected.

use http::StatusCode;

use crate::kinds::kinds;

kinds! {
    /// Why a request is rejected.
    pub enum RejectionKind;
    /// A clause for a human reader. It contains no value of the request.
    pub fn detail;

    /// The caller is unauthenticated: 401, or 302 to the sign-in page.
    Unauthenticated = "unauthenticated", "the caller is not authenticated";
    /// A browser was already sent to sign in for this address, or for eight others, and the platform sends no
    /// identity: 401, with a page that links to the sign-in page.
    SignInIncomplete = "sign-in-incomplete", "the sign-in did not complete";
    /// The identity or token headers are malformed, in a way that the platform never writes: 400.
    MalformedIdentity = "malformed-identity", "the identity headers are malformed";
    /// The bearer token is missing: 401.
    NoToken = "no-token", "the bearer token is missing";
    /// `Bearer` without exactly one well-formed token, or a repeated `Authorization` header: 400. With another
    /// scheme than `Bearer` the token is [missing](Self::NoToken).
    MalformedAuthorization = "malformed-authorization", "the Authorization header is malformed";
    /// A request to an MCP server has a malformed or an encoded body, asks to upgrade the connection, or leaves
    /// undecided which tool it calls: 400.
    MalformedToolCall = "malformed-tool-call", "the request is not one readable JSON-RPC message";
    /// The bearer token, or the ID token that should confirm the caller, does not verify: 401.
    InvalidToken = "invalid-token", "the token is not valid";
    /// No keys are available to verify tokens with, for now: 503.
    KeysUnavailable = "keys-unavailable", "tokens cannot be verified for now";
    /// No token of the request can confirm the identity headers, or the ID token has expired: 401, or
    /// 302 to the sign-in page.
    NotConfirmed = "not-confirmed", "no token confirms the identity headers";
    /// The identity headers and the token identify different callers: 400.
    Mismatch = "mismatch", "the identity headers and the token identify different callers";
    /// The caller lacks the permission: 403.
    Forbidden = "forbidden", "the caller lacks a permission";
    /// The service lacks a required part of its setup, such as a verifier: 500.
    Misconfigured = "misconfigured", "the service is not set up correctly";
}

impl RejectionKind {
    /// The status of this kind.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated
            | Self::SignInIncomplete
            | Self::NoToken
            | Self::InvalidToken
            | Self::NotConfirmed => StatusCode::UNAUTHORIZED,
            Self::MalformedIdentity
            | Self::MalformedAuthorization
            | Self::MalformedToolCall
            | Self::Mismatch => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::KeysUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
