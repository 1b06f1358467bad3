//! Errors of requests to Azure Resource Manager.

use http::StatusCode;

use super::{MAX_LEN, MAX_PAGES};

/// Why the list could not be read. Never repeats what Azure Resource Manager wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArmError {
    #[error("the access token has a character that a bearer token cannot have")]
    InvalidBearerToken,
    #[error("Azure Resource Manager rejected the access token, although it looks valid here")]
    TokenRefused,
    #[error("Azure Resource Manager does not allow this user to list subscriptions")]
    Forbidden,
    #[error("Azure Resource Manager got too many requests; try again later")]
    Throttled {
        /// In seconds, if the response says so.
        retry_after: Option<u32>,
    },
    #[error("Azure Resource Manager responded with status {}", .0.as_u16())]
    Status(StatusCode),
    #[error("Azure Resource Manager cannot be reached")]
    Unreachable,
    #[error("Azure Resource Manager did not respond in time")]
    Slow,
    #[error("the lists of Azure Resource Manager are over {MAX_LEN} bytes long")]
    TooLong,
    #[error("the lists of Azure Resource Manager have more than {MAX_PAGES} pages")]
    TooManyPages,
    #[error("the response of Azure Resource Manager is not a list")]
    NotAList,
    #[error("the next page of the list is at another address, where the token is not sent")]
    ForeignLink,
}

impl ArmError {
    /// A stable, machine-readable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::InvalidBearerToken => "not-a-bearer-token",
            Self::TokenRefused => "arm-refused-token",
            Self::Forbidden => "arm-forbidden",
            Self::Throttled { .. } => "arm-throttled",
            Self::Status(_) => "arm-failed",
            Self::Unreachable => "arm-unreachable",
            Self::Slow => "arm-slow",
            Self::TooLong | Self::TooManyPages => "arm-too-long",
            Self::NotAList => "arm-not-a-list",
            Self::ForeignLink => "arm-foreign-link",
        }
    }

    /// The status of the response (RFC 9110 section 15). It says whether the same request may work later.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Throttled { .. } | Self::Status(StatusCode::SERVICE_UNAVAILABLE) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Slow => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        }
    }

    /// The seconds to wait before the next attempt.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Throttled { retry_after } => *retry_after,
            _ => None,
        }
    }
}
