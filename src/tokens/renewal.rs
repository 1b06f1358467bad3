//! What to do once an access token has expired.

use std::fmt;

use super::ProviderTokens;
use crate::provider::IdentityProvider;

/// The providers whose tokens `/.auth/refresh` can renew ("Work with OAuth tokens in Azure App Service
/// authentication": refresh identity provider tokens). For others, custom OpenID Connect providers
/// included, it answers 400 whatever token the site has (azure-docs#47611, announcements#212).
const REFRESHABLE: [IdentityProvider; 3] =
    [IdentityProvider::ENTRA, IdentityProvider::GOOGLE, IdentityProvider::MICROSOFT_ACCOUNT];

/// What to do about an expired access token. Prints as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Renewal {
    /// There is a refresh token that the platform can use: `GET /.auth/refresh` with the caller's
    /// cookie, then read the headers of the next request.
    Refresh,
    /// `/.auth/refresh` would answer 403 (there is no refresh token) or 400 (the provider has none):
    /// send the browser to `/.auth/login/<provider>`.
    ///
    /// For a refresh token next time, a sign-in with Entra must ask for the scope `offline_access`, and
    /// one with Google must have `access_type=offline` and `prompt=consent`.
    SignIn,
    /// The token is the client's own: answer 401 and let it send a fresh one.
    AskClient,
}

impl Renewal {
    /// A stable, machine-readable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::SignIn => "sign-in",
            Self::AskClient => "ask-client",
        }
    }
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refresh => "call /.auth/refresh with the caller's session",
            Self::SignIn => {
                "send the browser to sign in again: /.auth/refresh cannot renew this token"
            }
            Self::AskClient => "answer 401, so that the client sends a fresh token",
        })
    }
}

impl ProviderTokens {
    /// What to do once the access token has expired: the one rule, for
    /// [`renewal_at`](Self::renewal_at) and for every diagnosis.
    pub(crate) fn renewal(&self) -> Renewal {
        if self.is_from_client() {
            Renewal::AskClient
        } else if self.refresh_token().is_some() && self.provider().is_none_or(is_refreshable) {
            Renewal::Refresh
        } else {
            Renewal::SignIn
        }
    }

    /// The provider, if a sign-in with it can bring the refresh token that is missing here.
    pub(crate) fn can_bring_refresh_token(&self) -> Option<&IdentityProvider> {
        let missing = self.refresh_token().is_none() && !self.is_from_client();
        self.provider().filter(|provider| missing && REFRESHABLE.contains(provider))
    }
}

/// A provider that nobody named counts: it is Entra on all sites but a few.
fn is_refreshable(provider: &IdentityProvider) -> bool {
    *provider == IdentityProvider::UNKNOWN || REFRESHABLE.contains(provider)
}
