//! What `/.auth/refresh` answers.

use std::fmt;

use http::StatusCode;

/// What became of a call of [`Endpoints::refresh`](super::Endpoints::refresh).
///
/// The platform has a finer code than the status for some of these, in its own logs: it is named here. No
/// documentation has these outcomes. 400.82 is from the wiki of cgillum/easyauth, 403.80 from one report
/// (Azure/azure-mobile-apps-net-client#424), 401 for clients with a bearer token from another
/// (MicrosoftDocs/azure-docs#11383); 404 and the retries are inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshOutcome {
    /// There are fresh tokens, for the next request.
    Refreshed,
    /// The session, or the client that sent a token itself, cannot be refreshed (401): sign in again.
    SignInAgain,
    /// There is no refresh token (403.80): the sign-in has to ask for `offline_access` (Google:
    /// `access_type=offline`), and the site needs a client credential.
    NoRefreshToken,
    /// The provider has no refresh tokens (400.82): Facebook and Twitter.
    NotSupported,
    /// There is no such page (404): the token store is off, or the prefix is another.
    NoTokenStore,
    /// The platform cannot do it now (429, 5xx): try again later.
    Unavailable,
    /// Anything else.
    Other(StatusCode),
}

impl RefreshOutcome {
    /// The outcome that a status stands for.
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

    /// Whether there are fresh tokens.
    #[must_use]
    pub fn is_refreshed(self) -> bool {
        self == Self::Refreshed
    }

    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        self == Self::Unavailable
    }
}

impl fmt::Display for RefreshOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refreshed => f.write_str("there are fresh tokens for the next request"),
            Self::SignInAgain => f.write_str("the session cannot be refreshed: sign in again"),
            Self::NoRefreshToken => f.write_str(
                "there is no refresh token: have sign-ins ask for offline_access, with a client \
                 credential in place",
            ),
            Self::NotSupported => f.write_str("the provider has no refresh tokens: sign in again"),
            Self::NoTokenStore => f.write_str("the token store is off, or the prefix is another"),
            Self::Unavailable => f.write_str("the platform cannot refresh now: try again later"),
            Self::Other(status) => write!(f, "the platform answered {status}"),
        }
    }
}
