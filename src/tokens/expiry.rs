//! When a provider token expires, and what to do then.

use std::time::{Duration, SystemTime};

use super::ProviderTokens;
use crate::{
    kinds::kinds,
    provider::IdentityProvider,
    time::{from_epoch, iso_8601},
};

/// How long before its end a provider token counts as expired: five minutes, the default clock skew of
/// Microsoft's own token library (`TokenValidationParameters.DefaultClockSkew`). The clock of the API that
/// reads the token can differ, and a request takes time.
pub const EXPIRY_SKEW: Duration = Duration::from_secs(300);

/// Returns `true` if a token with this end counts as expired: see [`EXPIRY_SKEW`].
pub(crate) fn ends_soon(expires_at: SystemTime, now: SystemTime) -> bool {
    now.checked_add(EXPIRY_SKEW).is_none_or(|soon| soon >= expires_at)
}

/// When a provider token expires, according to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiresOn(SystemTime);

impl ExpiresOn {
    /// Parses a time.
    ///
    /// # Syntax
    ///
    /// - `YYYY-MM-DDThh:mm:ss`, a fraction of any length, and `Z` or an offset `+hh:mm`. The platform writes
    ///   `2021-06-08T15:35:58.9638246Z`.
    /// - Or a whole number of seconds since 1970-01-01T00:00:00Z.
    ///
    /// Years run from 1970 to 9999. A leap second is read as the next second. Returns `None` for anything
    /// else, including a time without `Z` or an offset, whose time zone is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            from_epoch(text.parse().ok()?, 0)?
        } else {
            iso_8601(text)?
        };
        Some(Self(time))
    }

    /// The point in time.
    #[must_use]
    pub fn at(self) -> SystemTime {
        self.0
    }
}

/// The providers whose tokens `/.auth/refresh` can refresh ("Work with OAuth tokens in Azure App Service
/// authentication": refresh identity provider tokens). For others, including custom OpenID Connect
/// providers, it responds with 400, whatever tokens the site has (azure-docs#47611, announcements#212).
const REFRESHABLE: [IdentityProvider; 3] =
    [IdentityProvider::ENTRA, IdentityProvider::GOOGLE, IdentityProvider::MICROSOFT_ACCOUNT];

kinds! {
    /// What to do about an expired access token. Prints as an instruction.
    pub enum Renewal;
    fn instruction as Display;

    /// The platform has a refresh token that it can use: `GET /.auth/refresh` with the caller's session
    /// cookie, then read the headers of the next request.
    Refresh = "refresh", "call /.auth/refresh with the caller's session";
    /// Send the browser to `/.auth/login/<provider>`: `/.auth/refresh` would respond with 403 (there is no
    /// refresh token) or 400 (the provider does not support it).
    ///
    /// To get a refresh token next time, a sign-in with Entra must request the scope `offline_access`, and
    /// one with Google needs `access_type=offline` and `prompt=consent`.
    SignIn = "sign-in", "send the browser to sign in again: /.auth/refresh cannot renew this token";
    /// The client sent the token: respond with 401, so that it sends a fresh one.
    AskClient = "ask-client", "respond with 401, so that the client sends a fresh token";
}

impl ProviderTokens {
    /// What to do about an expired access token; `None` if it has not expired.
    #[must_use]
    pub fn renewal_at(&self, now: SystemTime) -> Option<Renewal> {
        self.is_expired_at(now).then(|| self.renewal())
    }

    /// What to do once the access token has expired.
    pub(crate) fn renewal(&self) -> Renewal {
        if self.is_from_client() {
            Renewal::AskClient
        } else if self.refresh_token().is_some() && self.provider().is_none_or(is_refreshable) {
            Renewal::Refresh
        } else {
            Renewal::SignIn
        }
    }

    /// The provider, if the refresh token is missing and a new sign-in with this provider can supply one.
    pub(crate) fn can_bring_refresh_token(&self) -> Option<&IdentityProvider> {
        let missing = self.refresh_token().is_none() && !self.is_from_client();
        self.provider().filter(|provider| missing && REFRESHABLE.contains(provider))
    }
}

/// An unknown provider counts as refreshable, because almost all sites use Entra.
fn is_refreshable(provider: &IdentityProvider) -> bool {
    *provider == IdentityProvider::UNKNOWN || REFRESHABLE.contains(provider)
}
