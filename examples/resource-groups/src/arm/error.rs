//! Why Azure Resource Manager gave no list.

use http::StatusCode;

use super::{MAX_LEN, MAX_PAGES};

/// Why there is no list. Says nothing that Azure Resource Manager wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArmError {
    #[error("the access token has a character that no bearer token has")]
    InvalidBearerToken,
    #[error("Azure Resource Manager refused the access token, although it looks good from here")]
    TokenRefused,
    #[error("Azure Resource Manager does not let this user see subscriptions")]
    Forbidden,
    #[error("Azure Resource Manager has had too many requests, and asks to wait")]
    Throttled {
        /// Seconds, if it says how long.
        retry_after: Option<u32>,
    },
    #[error("Azure Resource Manager answered with status {}", .0.as_u16())]
    Status(StatusCode),
    #[error("Azure Resource Manager cannot be reached")]
    Unreachable,
    #[error("Azure Resource Manager did not answer in time")]
    Slow,
    #[error("the lists of Azure Resource Manager are over {MAX_LEN} bytes long")]
    TooLong,
    #[error("the lists of Azure Resource Manager have more than {MAX_PAGES} pages")]
    TooManyPages,
    #[error("the answer of Azure Resource Manager is not a list")]
    NotAList,
    #[error("the next page of the list is at another address, which does not get the token")]
    ForeignLink,
}

impl ArmError {
    /// A word for programs.
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

    /// What the caller gets (RFC 9110 section 15): whether somebody else has to do something about it,
    /// or the same request may do later.
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

    /// How many seconds to wait before the next try.
    pub(crate) fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Throttled { retry_after } => *retry_after,
            _ => None,
        }
    }
}
