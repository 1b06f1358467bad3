//! The tokens of the platform's token store.

mod expires_on;
mod renewal;
mod secret;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use zeroize::Zeroizing;

pub use expires_on::ExpiresOn;
pub use renewal::Renewal;
pub use secret::{
    AccessToken, AccessTokenSecret, AuthenticationToken, IdToken, InvalidBearerToken, RefreshToken,
};

use crate::{
    headers::{self, HeaderError, HeaderErrorKind, HeaderSource},
    provider::IdentityProvider,
};

/// How long before its end a provider token counts as expired: five minutes, the default clock skew
/// of Microsoft's own token library (`TokenValidationParameters.DefaultClockSkew`). Between this
/// machine and the API that will read the token, clocks differ and requests take time.
pub const EXPIRY_SKEW: Duration = Duration::from_secs(300);

/// What follows `X-MS-TOKEN-<provider>-`, and the member of `/.auth/me`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Id,
    Access,
    Refresh,
    AccessSecret,
    Authentication,
}

impl TokenKind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Id, Self::Access, Self::Refresh, Self::AccessSecret, Self::Authentication];

    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::Id => "ID-TOKEN",
            Self::Access => "ACCESS-TOKEN",
            Self::Refresh => "REFRESH-TOKEN",
            Self::AccessSecret => "ACCESS-TOKEN-SECRET",
            Self::Authentication => "AUTHENTICATION-TOKEN",
        }
    }

    pub(crate) const fn member(self) -> &'static str {
        match self {
            Self::Id => "id_token",
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
            Self::AccessSecret => "access_token_secret",
            Self::Authentication => "authentication_token",
        }
    }
}

const EXPIRES_ON: &str = "EXPIRES-ON";

/// The longest end of the name of a token header.
const LONGEST_END: &str = TokenKind::AccessSecret.header();

/// The tokens that the identity provider gave to the application for this caller: the headers
/// `X-MS-TOKEN-<provider>-*`.
///
/// They are there only if the token store is on. Access and refresh tokens need a client secret too,
/// and a refresh token the scope `offline_access` (Microsoft Learn: "Work with OAuth tokens in Azure
/// App Service authentication"). Static Web Apps send none.
///
/// A token need not be a JWT: those of personal Microsoft accounts, Facebook and GitHub are opaque.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use easyauth::{IdentityProvider, ProviderTokens, Renewal};
///
/// let request = [
///     ("X-MS-TOKEN-GITHUB-ACCESS-TOKEN", "gho_sample"),
///     ("X-MS-TOKEN-GITHUB-EXPIRES-ON", "2030-01-01T00:00:00.0000000Z"),
/// ];
/// let tokens = ProviderTokens::from_headers(&request, &IdentityProvider::GITHUB)?;
/// assert_eq!(format!("{:?}", tokens.access_token().unwrap()), "AccessToken(10 bytes)");
///
/// let in_2031 = UNIX_EPOCH + Duration::from_secs(1_924_992_000);
/// assert!(tokens.is_expired_at(in_2031));
/// assert_eq!(tokens.renewal_at(in_2031), Some(Renewal::SignIn)); // there is no refresh token
/// # Ok::<(), easyauth::headers::HeaderError>(())
/// ```
#[derive(Default)]
pub struct ProviderTokens {
    id: Option<IdToken>,
    access: Option<AccessToken>,
    refresh: Option<RefreshToken>,
    access_secret: Option<AccessTokenSecret>,
    authentication: Option<AuthenticationToken>,
    expires_on: Option<ExpiresOn>,
    provider: Option<IdentityProvider>,
    from_client: bool,
}

impl ProviderTokens {
    /// Reads the tokens of `provider`, which [`EasyAuthPrincipal::provider`] tells.
    ///
    /// For [`IdentityProvider::UNKNOWN`] the headers of every provider in [`IdentityProvider::ALL`]
    /// are looked at. A header with an empty value is absent: the platform writes some of them
    /// without having anything to say.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if a header is repeated, has a character that no token has, or is not a time
    /// where it should be one; or if the provider is unknown and two of them sent tokens.
    ///
    /// [`EasyAuthPrincipal::provider`]: crate::EasyAuthPrincipal::provider
    pub fn from_headers(
        headers: &(impl HeaderSource + ?Sized),
        provider: &IdentityProvider,
    ) -> Result<Self, HeaderError> {
        if *provider != IdentityProvider::UNKNOWN {
            return Self::of_provider(headers, provider);
        }
        let mut found = Self::default();
        for provider in IdentityProvider::ALL {
            let tokens = Self::of_provider(headers, provider)?;
            if tokens.is_empty() {
                continue;
            }
            if !found.is_empty() {
                let name = format!("{}{}", headers::TOKEN_PREFIX, provider.as_str());
                return Err(HeaderError::new(name, HeaderErrorKind::Ambiguous));
            }
            found = tokens;
        }
        Ok(found)
    }

    fn of_provider(
        headers: &(impl HeaderSource + ?Sized),
        provider: &IdentityProvider,
    ) -> Result<Self, HeaderError> {
        let mut tokens = Self { provider: Some(provider.clone()), ..Self::default() };
        // One text for all names: they differ in how they end. Lookups ignore case.
        let mut name = format!("{}{}-{LONGEST_END}", headers::TOKEN_PREFIX, provider.as_str());
        name.make_ascii_uppercase();
        let start = name.len().saturating_sub(LONGEST_END.len());
        for kind in TokenKind::ALL {
            name.truncate(start);
            name.push_str(kind.header());
            match token_value(headers, &name) {
                Ok(None) => {}
                Ok(Some(value)) => tokens.insert(kind, Zeroizing::new(value.to_owned())),
                Err(kind) => return Err(HeaderError::new(name, kind)),
            }
        }
        name.truncate(start);
        name.push_str(EXPIRES_ON);
        tokens.expires_on = match headers::ascii_value(headers, &name) {
            Ok(None | Some("")) => None,
            Ok(Some(value)) => match ExpiresOn::parse(value) {
                Some(time) => Some(time),
                None => return Err(HeaderError::new(name, HeaderErrorKind::NotATime)),
            },
            Err(kind) => return Err(HeaderError::new(name, kind)),
        };
        Ok(tokens)
    }

    /// Where the token store has no access token, takes the one that the client sent itself in
    /// `Authorization: Bearer`: with such a request the platform checks the token, writes the
    /// principal and injects no token headers.
    ///
    /// That token is for this application. To call another API with it, exchange it (OAuth 2.0
    /// on-behalf-of).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] as of [`AccessToken::from_authorization`].
    pub fn or_bearer(
        mut self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Self, HeaderError> {
        if self.access.is_none() {
            self.access = AccessToken::from_authorization(headers)?;
            self.from_client = self.access.is_some();
        }
        Ok(self)
    }

    pub(crate) fn set_provider(&mut self, provider: IdentityProvider) {
        self.provider = Some(provider);
    }

    /// Adds a token. An empty text is none.
    pub(crate) fn insert(&mut self, kind: TokenKind, token: Zeroizing<String>) {
        if token.is_empty() {
            return;
        }
        match kind {
            TokenKind::Id => self.id = Some(token.into()),
            TokenKind::Access => self.access = Some(token.into()),
            TokenKind::Refresh => self.refresh = Some(token.into()),
            TokenKind::AccessSecret => self.access_secret = Some(token.into()),
            TokenKind::Authentication => self.authentication = Some(token.into()),
        }
    }

    pub(crate) fn set_expires_on(&mut self, time: ExpiresOn) {
        self.expires_on = Some(time);
    }

    /// Whether there is no token at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_none()
            && self.access.is_none()
            && self.refresh.is_none()
            && self.access_secret.is_none()
            && self.authentication.is_none()
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> Option<&AccessToken> {
        self.access.as_ref()
    }

    /// The access token, to keep.
    #[must_use]
    pub fn into_access_token(self) -> Option<AccessToken> {
        self.access
    }

    /// The ID token.
    #[must_use]
    pub fn id_token(&self) -> Option<&IdToken> {
        self.id.as_ref()
    }

    /// The refresh token.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh.as_ref()
    }

    /// The secret that goes with the access token of Twitter.
    #[must_use]
    pub fn access_token_secret(&self) -> Option<&AccessTokenSecret> {
        self.access_secret.as_ref()
    }

    /// The authentication token of a Microsoft account.
    #[must_use]
    pub fn authentication_token(&self) -> Option<&AuthenticationToken> {
        self.authentication.as_ref()
    }

    /// When the access token expires, if the platform says so.
    #[must_use]
    pub fn expires_on(&self) -> Option<ExpiresOn> {
        self.expires_on
    }

    /// Whether the access token has expired at `now`, or will within [`EXPIRY_SKEW`].
    ///
    /// The platform does not renew it by itself: its own session lasts eight hours, an access token
    /// about one. Without an `EXPIRES-ON` the `exp` claim of the access token decides, and a token
    /// that has neither, GitHub's for instance, does not count as expired.
    #[must_use]
    pub fn is_expired_at(&self, now: SystemTime) -> bool {
        let expires_at = self.expires_on.map(ExpiresOn::at).or_else(|| {
            let token = self.access.as_ref()?.decode_unverified().ok()?;
            token.expires_at()
        });
        expires_at.is_some_and(|expires_at| ends_soon(expires_at, now))
    }

    /// Whether the access token is the one that the client sent itself: see
    /// [`or_bearer`](Self::or_bearer).
    #[must_use]
    pub fn is_from_client(&self) -> bool {
        self.from_client
    }

    /// The provider that the tokens are of, if that is known.
    pub(crate) fn provider(&self) -> Option<&IdentityProvider> {
        self.provider.as_ref()
    }

    /// What to do about an expired access token; `None` if it has not expired.
    #[must_use]
    pub fn renewal_at(&self, now: SystemTime) -> Option<Renewal> {
        self.is_expired_at(now).then(|| self.renewal())
    }
}

/// Whether a token that expires then counts as expired: see [`EXPIRY_SKEW`].
pub(crate) fn ends_soon(expires_at: SystemTime, now: SystemTime) -> bool {
    now.checked_add(EXPIRY_SKEW).is_none_or(|soon| soon >= expires_at)
}

/// The one value of a token header, if it is not empty.
fn token_value<'a>(
    headers: &'a (impl HeaderSource + ?Sized),
    name: &str,
) -> Result<Option<&'a str>, HeaderErrorKind> {
    let Some(value) = headers::ascii_value(headers, name)? else {
        return Ok(None);
    };
    // A space or a comma is what a list of two values looks like once somebody joined them.
    match value.bytes().position(|byte| matches!(byte, b' ' | b',')) {
        Some(position) => Err(HeaderErrorKind::InvalidByte { position }),
        None => Ok(Some(value).filter(|value| !value.is_empty())),
    }
}

/// Prints which tokens are there, how long they are, and when they expire.
impl fmt::Debug for ProviderTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderTokens")
            .field("id", &self.id)
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .field("access_secret", &self.access_secret)
            .field("authentication", &self.authentication)
            .field("expires_on", &self.expires_on)
            .finish_non_exhaustive()
    }
}
