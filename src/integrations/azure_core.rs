//! The caller's token as a credential for clients of the Azure SDK.

use std::{error::Error, fmt, iter, time::SystemTime};

use ::azure_core::{
    credentials::{AccessToken as SdkToken, TokenCredential, TokenRequestOptions},
    error::{Error as SdkError, ErrorKind},
};

use crate::{
    access::{Diagnosis, Origin, Reason, Requirement},
    exchange::TokenResponse,
    jwt::UnverifiedToken,
    resource::{self, Scope, ScopeConflict, ScopeError},
    time::Clock,
    tokens::{AccessToken, EXPIRY_SKEW, ProviderTokens, Renewal, ends_soon},
};

/// The caller's access token as a [`TokenCredential`]. A client of the Azure SDK that is built with it
/// acts as the signed-in user.
///
/// If the token does not open the API that the client needs, [`get_token`](TokenCredential::get_token)
/// returns an error with the [`Diagnosis`] and its fix. The client then sends no token. Otherwise the
/// API would return 401 without saying why.
///
/// # One caller, one request
///
/// A client keeps its credential and the token that it got. So build both for each request, from the
/// headers of that request, and drop them with it. **Never share such a client or keep it in a static**:
/// it would act as its first caller for all later requests. You can share the transport
/// (`ClientOptions::transport`), which has the connections. The client's copy of the token is hidden
/// from `Debug`, but not wiped from memory.
///
/// # Which scopes
///
/// The scopes are those of [`Scope`]. `https://vault.azure.net/.default` means any token for that API. A
/// named permission must be in the token. Several scopes must belong to one API. For your own API, the
/// App ID URI is compared exactly with the token's audience. Its client ID is compared with or without
/// `api://`, because version 2.0 tokens have no other name for the API.
///
/// # Expiry
///
/// The token expires at its own `exp`, or earlier if the platform or the token endpoint says so. A token
/// without `exp` is rejected. This credential never renews a token. Within [`EXPIRY_SKEW`] of the end,
/// clients get [`CredentialError::Expired`], which says what to do, instead of the token.
///
/// The options of the request are ignored. With `azure_core` 1.x they contain no claims challenge, and
/// nothing else that affects the choice of a token.
///
/// ```
/// use std::sync::Arc;
/// use azure_core::credentials::TokenCredential;
/// use easyauth::{
///     EasyAuthPrincipal, ProviderTokens,
///     integrations::{CallerCredential, CredentialError},
/// };
///
/// async fn handle(request: &http::Request<()>) -> Result<(), Box<dyn std::error::Error>> {
///     let Some(user) = EasyAuthPrincipal::from_headers(request.headers())? else {
///         return Ok(()); // anonymous request
///     };
///     let tokens = ProviderTokens::from_headers(request.headers(), user.provider())?;
///     let credential = Arc::new(CallerCredential::from_tokens(&tokens));
///     // Any client takes it: SecretClient::new(endpoint, credential, None)?
///     let scopes = ["https://vault.azure.net/.default"];
///     match credential.get_token(&scopes, None).await {
///         Ok(_token) => {}
///         // "this token does not open Azure Key Vault: it is for Microsoft Graph (...) ... To fix it, ..."
///         Err(error) => match CredentialError::find(&error) {
///             Some(cause) => eprintln!("{}: {cause}", cause.code()),
///             None => eprintln!("{error}"),
///         },
///     }
///     Ok(())
/// }
/// ```
///
/// # Another API
///
/// A token is for one API. For another API, exchange it and create a credential from the response:
///
/// ```
/// # use std::time::SystemTime;
/// # use easyauth::AccessToken;
/// use easyauth::{
///     exchange::{ClientCredential, TokenEndpoint, TokenRequest, TokenResponse},
///     integrations::CallerCredential,
/// };
///
/// # fn exchange(
/// #     bearer: &AccessToken, secret: &ClientCredential, endpoint: &TokenEndpoint,
/// #     send: fn(http::Request<Vec<u8>>) -> (http::StatusCode, Vec<u8>),
/// # ) -> Result<CallerCredential, Box<dyn std::error::Error>> {
/// let request = TokenRequest::on_behalf_of(bearer)
///     .client("8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c", secret)
///     .scope("https://vault.azure.net/.default")
///     .build(endpoint)?;
/// let (status, body) = send(request);
/// let answer = TokenResponse::parse(status, &body)?;
/// let credential = CallerCredential::from_response(&answer, SystemTime::now());
/// # Ok(credential)
/// # }
/// ```
pub struct CallerCredential {
    access: Option<AccessToken>,
    /// When it expires, according to its source.
    expires_on: Option<SystemTime>,
    origin: Origin,
    renewal: Option<Renewal>,
    clock: Clock,
}

impl CallerCredential {
    /// The access token of the platform's token store, or the one that the client sent
    /// ([`ProviderTokens::or_bearer`]). Copies it, and none of the other tokens.
    ///
    /// If it is missing or is not a token of Microsoft Entra, [`get_token`](TokenCredential::get_token)
    /// returns an error that says so.
    #[must_use]
    pub fn from_tokens(tokens: &ProviderTokens) -> Self {
        Self {
            renewal: Some(tokens.renewal()),
            expires_on: tokens.expires_on().map(crate::tokens::ExpiresOn::at),
            ..Self::new(tokens.access_token().map(copy), Origin::of(tokens))
        }
    }

    /// An access token from another source, and its expiry if that is known from elsewhere than its
    /// `exp`.
    ///
    /// The token is treated as one of Microsoft Entra. Use this for a custom OpenID Connect provider
    /// that is another Entra tenant.
    #[must_use]
    pub fn from_access_token(token: AccessToken, expires_on: Option<SystemTime>) -> Self {
        Self { expires_on, ..Self::new(Some(token), Origin::Unknown) }
    }

    /// The access token of an exchange whose response arrived at `now`. Copies it.
    ///
    /// If it does not open the API that a client needs, no setting of the site fixes that. Change the
    /// scope of the [`TokenRequest`](crate::exchange::TokenRequest).
    #[must_use]
    pub fn from_response(response: &TokenResponse, now: SystemTime) -> Self {
        Self {
            expires_on: response.expires_at(now),
            ..Self::new(Some(copy(response.access_token())), Origin::Exchange)
        }
    }

    fn new(access: Option<AccessToken>, origin: Origin) -> Self {
        Self { access, expires_on: None, origin, renewal: None, clock: Clock::system() }
    }

    /// Uses this clock instead of [`SystemTime::now`]: for tests.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(clock), ..self }
    }

    /// The token and its expiry, if it opens the API of the scopes.
    fn token_for(&self, scopes: &[&str]) -> Result<(&AccessToken, SystemTime), CredentialError> {
        let scopes = scopes_of_one_api(scopes)?;
        let token = self.access.as_ref().and_then(|access| access.decode_unverified().ok());
        let wanted = requirement(&scopes, token.as_ref())?;
        if self.origin.is_other_provider() {
            return Err(CredentialError::OtherProvider);
        }
        let now = self.clock.now();
        let diagnosis =
            Diagnosis::of_access_token(self.access.as_ref(), &wanted, now, &self.origin);
        let end = token.and_then(|token| token.expires_at());
        let (Some(access), Some(end)) = (&self.access, end) else {
            return Err(CredentialError::DoesNotOpen(diagnosis));
        };
        if !diagnosis.reasons().iter().all(is_no_obstacle) {
            return Err(CredentialError::DoesNotOpen(diagnosis));
        }
        let end = self.expires_on.map_or(end, |other| other.min(end));
        if ends_soon(end, now) {
            return Err(CredentialError::Expired { renewal: self.renewal });
        }
        Ok((access, end))
    }
}

/// Reasons that do not matter here. Only the API verifies a protected token, and expiry is checked
/// separately.
fn is_no_obstacle(reason: &Reason) -> bool {
    matches!(reason, Reason::Protected | Reason::Expired { .. })
}

#[async_trait::async_trait]
impl TokenCredential for CallerCredential {
    /// Returns the token, if it has what `scopes` require. See [`CallerCredential`].
    ///
    /// # Errors
    ///
    /// An error of the kind `Credential`, whose source is a [`CredentialError`].
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> ::azure_core::Result<SdkToken> {
        let (token, end) =
            self.token_for(scopes).map_err(|error| SdkError::new(ErrorKind::Credential, error))?;
        // Tokens and `OffsetDateTime` both reach the year 9999. Other sources may say a time long before
        // 1970, where the conversion would panic.
        let end = end.max(SystemTime::UNIX_EPOCH);
        Ok(SdkToken::new(token.expose_secret().to_owned(), end.into()))
    }
}

/// Prints the length of the token and its expiry.
impl fmt::Debug for CallerCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerCredential")
            .field("access", &self.access)
            .field("expires_on", &self.expires_on)
            .finish_non_exhaustive()
    }
}

fn copy(token: &AccessToken) -> AccessToken {
    AccessToken::new(token.expose_secret())
}

/// Parses scopes, which must belong to one API. `.default` beside other scopes, which Entra rejects,
/// adds nothing here, because no token is issued.
fn scopes_of_one_api(texts: &[&str]) -> Result<Vec<Scope>, CredentialError> {
    let mut scopes = Vec::new();
    for (number, text) in (1..).zip(texts) {
        let scope = Scope::parse(text)
            .map_err(|source| CredentialError::InvalidScope { number, source })?;
        if !scope.is_openid() {
            scopes.push(scope);
        }
    }
    match resource::conflict(&scopes) {
        Some(ScopeConflict::TwoApis) => Err(CredentialError::TwoApis),
        Some(ScopeConflict::DefaultMixed) | None => Ok(scopes),
    }
}

/// Builds the requirement: the API of the scopes, and every permission that they name.
fn requirement(
    scopes: &[Scope],
    token: Option<&UnverifiedToken>,
) -> Result<Requirement, CredentialError> {
    let scope = resource::most_telling(scopes).ok_or(CredentialError::NoScope)?;
    let wanted = if let Some(resource) = scope.resource() {
        Requirement::audience(resource)
    } else {
        let api = scope.api().unwrap_or_default();
        let own = token.and_then(|token| {
            token.audiences().find(|audience| resource::same_client(api, audience))
        });
        Requirement::audience(own.unwrap_or(api))
    };
    let mut names = scopes.iter().filter(|scope| !resource::is_default(scope)).peekable();
    Ok(match names.peek() {
        Some(_) => wanted.or_all_scopes(names.map(Scope::name)),
        None => wanted,
    })
}

/// Why a [`CallerCredential`] returns no token: the source of the `azure_core::Error`.
///
/// A client wraps the error in others, whose messages do not repeat it: [`find`](Self::find) finds it.
/// The only value of the token in its message is the audience.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// The client requests no scope of an API. Scopes of OpenID Connect belong to no API.
    #[error("no scope of an API is asked for")]
    NoScope,
    /// One of the scopes is malformed, or contains more than one scope.
    #[error("one of the scopes is not a scope (number {number})")]
    InvalidScope {
        /// The number of the scope, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: ScopeError,
    },
    /// The scopes belong to more than one API.
    #[error("the scopes are of more than one API, and a token is for one")]
    TwoApis,
    /// The caller signed in with another provider, GitHub for instance.
    #[error(
        "the caller signed in with another provider than Microsoft Entra, whose tokens alone open \
         APIs of Azure"
    )]
    OtherProvider,
    /// The token is missing, or another one is needed. The diagnosis has every reason and the fix.
    #[error("{0}")]
    DoesNotOpen(Diagnosis),
    /// The token is for the right API, but has expired or will expire within [`EXPIRY_SKEW`].
    #[error(
        "the access token has expired or will within {} seconds: {}",
        EXPIRY_SKEW.as_secs(),
        renewal.map_or_else(|| "get a fresh one".to_owned(), |renewal| renewal.to_string())
    )]
    Expired {
        /// What renews it, if known. Unknown for tokens from elsewhere than the platform.
        renewal: Option<Renewal>,
    },
}

/// Prints the code and the `Display` form, in which values of a token are escaped and bounded.
impl fmt::Debug for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialError({}: {self})", self.code())
    }
}

impl CredentialError {
    /// Finds an error of this type in `error` or its sources: the reason why a client of the SDK failed.
    #[must_use]
    pub fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        iter::successors(Some(error), |&error| error.source())
            .find_map(|error| error.downcast_ref())
    }

    /// A stable, machine-readable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoScope => "no-scope",
            Self::InvalidScope { .. } => "invalid-scope",
            Self::TwoApis => "two-apis",
            Self::OtherProvider => "other-provider",
            Self::DoesNotOpen(_) => "does-not-open",
            Self::Expired { .. } => "expired",
        }
    }

    /// The diagnosis of a token that does not open the API, with its fixes.
    #[must_use]
    pub const fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::DoesNotOpen(diagnosis) => Some(diagnosis),
            _ => None,
        }
    }

    /// What renews an expired token, if known.
    #[must_use]
    pub const fn renewal(&self) -> Option<Renewal> {
        match self {
            Self::Expired { renewal } => *renewal,
            _ => None,
        }
    }
}
