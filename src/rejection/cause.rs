//! The errors that become a rejection.

use std::error::Error;

use super::{MissingRole, Rejection, RejectionKind, SetupError};
#[cfg(feature = "verify")]
use crate::{
    access::Denied,
    verify::{ConfirmError, VerifyError, VerifyErrorKind},
};
use crate::{headers::HeaderError, principal::PrincipalError, tool_call::ToolCallError};

/// The error that caused a rejection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    Principal(PrincipalError),
    Header(HeaderError),
    ToolCall(ToolCallError),
    #[cfg(feature = "verify")]
    Verify(VerifyError),
    #[cfg(feature = "verify")]
    Denied(Denied),
    #[cfg(feature = "verify")]
    Mismatch(ConfirmError),
    Role(MissingRole),
    Setup(SetupError),
}

impl Cause {
    pub(super) fn as_error(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Principal(error) => error,
            Self::Header(error) => error,
            Self::ToolCall(error) => error,
            #[cfg(feature = "verify")]
            Self::Verify(error) => error,
            #[cfg(feature = "verify")]
            Self::Denied(error) => error,
            #[cfg(feature = "verify")]
            Self::Mismatch(error) => error,
            Self::Role(error) => error,
            Self::Setup(error) => error,
        }
    }
}

/// Why nothing confirms a caller, although the request has identity headers.
#[cfg(all(any(feature = "axum", feature = "tower", feature = "actix-web"), feature = "verify"))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotConfirmed {
    Missing(SetupError),
    /// The ID token of the session has expired.
    Expired(VerifyError),
}

/// 400: the platform does not send such headers.
impl From<PrincipalError> for Rejection {
    fn from(error: PrincipalError) -> Self {
        Self::new(RejectionKind::MalformedIdentity).because(Cause::Principal(error))
    }
}

/// 400, with a challenge if the `Authorization` header is malformed.
impl From<HeaderError> for Rejection {
    fn from(error: HeaderError) -> Self {
        let rejection = if error.header().eq_ignore_ascii_case("authorization") {
            Self::new(RejectionKind::MalformedAuthorization).with_challenge(error.challenge())
        } else {
            Self::new(RejectionKind::MalformedIdentity)
        };
        rejection.because(Cause::Header(error))
    }
}

/// 400: it is undecided which tool is called.
impl From<ToolCallError> for Rejection {
    fn from(error: ToolCallError) -> Self {
        Self::new(RejectionKind::MalformedToolCall).because(Cause::ToolCall(error))
    }
}

/// 401, or 503 if keys are not available.
#[cfg(feature = "verify")]
impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        let kind = match error.kind() {
            VerifyErrorKind::KeysUnavailable => RejectionKind::KeysUnavailable,
            _ => RejectionKind::InvalidToken,
        };
        Self::new(kind).with_challenge(error.challenge()).because(Cause::Verify(error))
    }
}

/// 403, and the scopes that are needed if the token lacks a permission.
#[cfg(feature = "verify")]
impl From<Denied> for Rejection {
    fn from(error: Denied) -> Self {
        Self::new(RejectionKind::Forbidden)
            .with_challenge(error.challenge())
            .because(Cause::Denied(error))
    }
}

/// 400: the platform does not send one caller's headers with another caller's token.
#[cfg(feature = "verify")]
impl From<ConfirmError> for Rejection {
    fn from(error: ConfirmError) -> Self {
        Self::new(RejectionKind::Mismatch).because(Cause::Mismatch(error))
    }
}
