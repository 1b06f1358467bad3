//! The tokens of the platform's token store.

mod expiry;
mod secret;

use std::time::SystemTime;

use zeroize::Zeroizing;

pub(crate) use expiry::ends_soon;
pub use expiry::{EXPIRY_SKEW, ExpiresOn, Renewal};
pub use secret::{
    AccessToken, AccessTokenSecret, AuthenticationToken, IdToken, InvalidBearerToken, RefreshToken,
};

use crate::{
    escape::first_not,
    headers::{self, HeaderError, HeaderErrorKind, HeaderSource},
    provider::IdentityProvider,
};

/// A kind of token, with the end of its header name `X-MS-TOKEN-<provider>-` and its member of
/// `/.auth/me`.
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

/// The length of `X-MS-TOKEN-MICROSOFTACCOUNT-AUTHENTICATION-TOKEN`, the longest name of a built-in provider.
const USUAL_NAME_LEN: usize = 48;

/// The tokens that the identity provider issued to the application for this caller: the headers
/// `X-MS-TOKEN-<provider>-*`.
///
/// The platform sends them only if the token store is on. Access and refresh tokens also need a client
/// secret, and refresh tokens the scope `offline_access` (Microsoft Learn: "Work with OAuth tokens in
/// Azure App Service authentication"). Static Web Apps send no tokens.
///
/// Not every token is a JWT: those of personal Microsoft accounts, Facebook and GitHub are opaque.
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
/// assert_eq!(tokens.renewal_at(in_2031), Some(Renewal::SignIn)); // no refresh token
/// # Ok::<(), easyauth::headers::HeaderError>(())
/// ```
#[derive(Debug, Default)]
pub struct ProviderTokens {
    id: Option<IdToken>,
    access: Option<AccessToken>,
    refresh: Option<RefreshToken>,
    access_secret: Option<AccessTokenSecret>,
    authentication: Option<AuthenticationToken>,
    expires_on: Option<ExpiresOn>,
    provider: Option<IdentityProvider>,
    from_client: bool,
    on_static_web_apps: bool,
}

impl ProviderTokens {
    /// Reads the tokens of `provider`, usually [`EasyAuthPrincipal::provider`].
    ///
    /// For [`IdentityProvider::UNKNOWN`] this reads the headers of every provider in
    /// [`IdentityProvider::ALL`]. A header with an empty value counts as absent, because the platform
    /// writes some headers without a value.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if a header is repeated, has a character that no token has, or is not a valid time;
    /// or if the provider is unknown and the headers have tokens of two providers.
    ///
    /// [`EasyAuthPrincipal::provider`]: crate::EasyAuthPrincipal::provider
    pub fn from_headers(
        headers: &(impl HeaderSource + ?Sized),
        provider: &IdentityProvider,
    ) -> Result<Self, HeaderError> {
        let mut tokens = if *provider == IdentityProvider::UNKNOWN {
            Self::of_any_provider(headers)?
        } else {
            Self::of_provider(headers, provider)?
        };
        tokens.on_static_web_apps = tokens.is_empty()
            && (*provider == IdentityProvider::STATIC_WEB_APPS || is_linked_backend(headers));
        Ok(tokens)
    }

    /// Those of a caller of a Static Web App: none.
    pub(crate) fn behind_static_web_apps() -> Self {
        Self { on_static_web_apps: true, ..Self::default() }
    }

    fn of_any_provider(headers: &(impl HeaderSource + ?Sized)) -> Result<Self, HeaderError> {
        let mut found = Self::default();
        for provider in IdentityProvider::ALL {
            let tokens = Self::of_provider(headers, provider)?;
            if tokens.is_empty() {
                continue;
            }
            if !found.is_empty() {
                let name = format!("{}{}", headers::TOKEN_PREFIX, provider.as_str());
                return Err(HeaderError::new(&name, HeaderErrorKind::Ambiguous));
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
        // The names of all headers have the same start. Lookups ignore the case; messages show upper case.
        let mut name = String::with_capacity(USUAL_NAME_LEN);
        name.extend([headers::TOKEN_PREFIX, provider.as_str(), "-"]);
        name.make_ascii_uppercase();
        let start = name.len();
        for kind in TokenKind::ALL {
            name.truncate(start);
            name.push_str(kind.header());
            if let Some(value) = token_value(headers, &name)? {
                tokens.insert(kind, Zeroizing::new(value.to_owned()));
            }
        }
        name.truncate(start);
        name.push_str(EXPIRES_ON);
        if let Some(value) = headers::ascii_value(headers, &name)?.filter(|value| !value.is_empty())
        {
            let time = ExpiresOn::parse(value)
                .ok_or_else(|| HeaderError::new(&name, HeaderErrorKind::InvalidTime))?;
            tokens.expires_on = Some(time);
        }
        Ok(tokens)
    }

    /// If the access token is missing, uses the one that the client sent in `Authorization: Bearer`. For
    /// such a request the platform checks the token and writes the principal, but no token headers. Drops
    /// [`expires_on`](Self::expires_on) then, because that time is about the platform's token.
    ///
    /// That token is for this application. To call another API, exchange it (on-behalf-of flow).
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
            self.expires_on = self.expires_on.filter(|_| !self.from_client);
        }
        Ok(self)
    }

    pub(crate) fn set_provider(&mut self, provider: IdentityProvider) {
        self.provider = Some(provider);
    }

    /// Adds a token. An empty string means that there is none.
    pub(crate) fn insert(&mut self, kind: TokenKind, token: Zeroizing<String>) {
        if token.is_empty() {
            return;
        }
        match kind {
            TokenKind::Id => self.id = Some(IdToken::wrap(token)),
            TokenKind::Access => self.access = Some(AccessToken::wrap(token)),
            TokenKind::Refresh => self.refresh = Some(RefreshToken::wrap(token)),
            TokenKind::AccessSecret => self.access_secret = Some(AccessTokenSecret::wrap(token)),
            TokenKind::Authentication => {
                self.authentication = Some(AuthenticationToken::wrap(token));
            }
        }
    }

    pub(crate) fn set_expires_on(&mut self, time: ExpiresOn) {
        self.expires_on = Some(time);
    }

    /// Returns `true` if all tokens are missing.
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

    /// Returns the access token.
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

    /// When the access token expires, according to the platform.
    #[must_use]
    pub fn expires_on(&self) -> Option<ExpiresOn> {
        self.expires_on
    }

    /// Returns `true` if the access token has expired at `now`, or expires within [`EXPIRY_SKEW`].
    ///
    /// The platform does not refresh tokens on its own: its session lasts eight hours, an access token
    /// about one hour. Without an `EXPIRES-ON` header the `exp` claim of the access token counts. A token
    /// with neither, such as a token of GitHub, never expires.
    #[must_use]
    pub fn is_expired_at(&self, now: SystemTime) -> bool {
        let expires_at = self.expires_on.map(ExpiresOn::at).or_else(|| {
            let token = self.access.as_ref()?.decode_unverified().ok()?;
            token.expires_at()
        });
        expires_at.is_some_and(|expires_at| ends_soon(expires_at, now))
    }

    /// Returns `true` if the client sent the access token: see [`or_bearer`](Self::or_bearer).
    #[must_use]
    pub fn is_from_client(&self) -> bool {
        self.from_client
    }

    /// Returns `true` if a Static Web App passed the request on, and so without tokens.
    pub(crate) fn is_on_static_web_apps(&self) -> bool {
        self.on_static_web_apps
    }

    /// The provider that issued the tokens, if it is known.
    pub(crate) fn provider(&self) -> Option<&IdentityProvider> {
        self.provider.as_ref()
    }
}

/// Returns `true` if a Static Web App passed the request on to its linked API. The principal does not tell,
/// because it names the provider where the caller signed in.
fn is_linked_backend(headers: &(impl HeaderSource + ?Sized)) -> bool {
    let front_end = headers.header(headers::CLIENT_PRINCIPAL_IDP, 0).unwrap_or_default();
    let name = IdentityProvider::STATIC_WEB_APPS;
    front_end.trim_ascii().eq_ignore_ascii_case(name.as_str().as_bytes())
        || headers.header(headers::AUTH_TOKEN, 0).is_some()
}

/// The only value of a token header, if it is not empty.
fn token_value<'a>(
    headers: &'a (impl HeaderSource + ?Sized),
    name: &str,
) -> Result<Option<&'a str>, HeaderError> {
    let value = headers::ascii_value(headers, name)?.filter(|value| !value.is_empty());
    // A proxy that joins two values writes a comma or a space between them.
    let joined =
        value.and_then(|value| first_not(value.as_bytes(), |byte| !matches!(byte, b' ' | b',')));
    match joined {
        Some(position) => Err(HeaderError::at(name, position)),
        None => Ok(value),
    }
}
