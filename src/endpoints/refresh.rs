//! The responses of `/.auth/refresh`.

use std::fmt;

use http::StatusCode;

/// The outcome of calling [`Endpoints::refresh`](super::Endpoints::refresh).
///
/// For some outcomes the platform logs a more specific code than the status; it is named here. The
/// outcomes are not documented. 400.82 is from the wiki of cgillum/easyauth, and 403.80 from one report
/// (Azure/azure-mobile-apps-net-client#424). 401 for clients with a bearer token is from another report
/// (MicrosoftDocs/azure-docs#11383). 404 and the retries are inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshOutcome {
    /// Success: the next request has fresh tokens.
    Refreshed,
    /// The session cannot be refreshed, or the client sent its own token (401): sign in again.
    SignInAgain,
    /// The refresh token is missing (403.80): sign-ins must request `offline_access` (Google:
    /// `access_type=offline`), and the site needs a client credential.
    NoRefreshToken,
    /// The provider has no refresh tokens (400.82): Facebook and Twitter.
    NotSupported,
    /// The page does not exist (404): the token store is off, or the prefix is different.
    NoTokenStore,
    /// The platform cannot refresh now (429, 5xx): try again later.
    Unavailable,
    /// Anything else.
    Other(StatusCode),
}

impl RefreshOutcome {
    /// The outcome for a status.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Self::Refreshed,
            400 => Self::NotSupported,
            401 => Self::SignInAgain,
            403 => Self::NoRefreshToken,
            404 => Self::NoTokenStore,
            429 | 500..=599 => Self::Unavailable,
            _ => Self::Other(status),
        }
    }

    /// Returns `true` if there are fresh tokens.
    #[must_use]
    pub fn is_refreshed(self) -> bool {
        self == Self::Refreshed
    }

    /// Returns `true` if the same call can succeed later.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        self == Self::Unavailable
    }
}

impl fmt::Display for RefreshOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refreshed => f.write_str("the next request has fresh tokens"),
            Self::SignInAgain => f.write_str("the session cannot be refreshed: sign in again"),
            Self::NoRefreshToken => f.write_str(
                "the refresh token is missing: let sign-ins request offline_access, and set a client \
                 credential",
            ),
            Self::NotSupported => f.write_str("the provider has no refresh tokens: sign in again"),
            Self::NoTokenStore => f.write_str("the token store is off, or the prefix is different"),
            Self::Unavailable => f.write_str("the platform cannot refresh now: try again later"),
            Self::Other(status) => write!(f, "the platform responded with {status}"),
        }
    }
}
