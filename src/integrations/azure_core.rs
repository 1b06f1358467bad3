//! The caller's token as a credential for clients of the Azure SDK.

use std::{error::Error, fmt, iter, time::SystemTime};

use ::azure_core::{
    credentials::{AccessToken as SdkToken, TokenCredential, TokenRequestOptions},
    error::{Error as SdkError, ErrorKind},
};

use crate::{
    access::{Diagnosis, Origin, Reason, Requirement},
    debug::debug,
    escape::Escaped,
    exchange::TokenResponse,
    jwt::UnverifiedToken,
    kinds::{debug_by_display, kinds},
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
/// clients get [`CredentialErrorKind::Expired`] instead of the token, with what to do.
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
///         return Ok(()); // an anonymous request
///     };
///     let tokens = ProviderTokens::from_headers(request.headers(), user.provider())?;
///     let credential = Arc::new(CallerCredential::from_tokens(&tokens));
///     // Any client takes it: SecretClient::new(endpoint, credential, None)?
///     let scopes = ["https://vault.azure.net/.default"];
///     match credential.get_token(&scopes, None).await {
///         Ok(_token) => {}
///         // "this token does not open Azure Key Vault: it is for Microsoft Graph (...) ... To fix it, ..."
///         Err(error) => match CredentialError::find(&error) {
///             Some(cause) => eprintln!("{}: {cause}", cause.kind().code()),
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
            return Err(CredentialErrorKind::OtherProvider.error());
        }
        let now = self.clock.now();
        let diagnosis =
            Diagnosis::of_access_token(self.access.as_ref(), &wanted, now, &self.origin);
        let end = token.and_then(|token| token.expires_at());
        let (Some(access), Some(end)) = (&self.access, end) else {
            return Err(CredentialError::does_not_open(diagnosis));
        };
        if !diagnosis.reasons().iter().all(is_no_obstacle) {
            return Err(CredentialError::does_not_open(diagnosis));
        }
        let end = self.expires_on.map_or(end, |other| other.min(end));
        if ends_soon(end, now) {
            let detail = Detail::Renewal(self.renewal);
            return Err(CredentialError { kind: CredentialErrorKind::Expired, detail });
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

debug! { CallerCredential, |own| access: own.access, expires_on: own.expires_on, .. }

fn copy(token: &AccessToken) -> AccessToken {
    AccessToken::new(token.expose_secret())
}

/// Parses scopes, which must belong to one API. `.default` beside other scopes, which Entra rejects,
/// adds nothing here, because no token is issued.
fn scopes_of_one_api(requested: &[&str]) -> Result<Vec<Scope>, CredentialError> {
    let mut scopes = Vec::new();
    for given in requested {
        let scope = Scope::parse(given).map_err(|error| CredentialError {
            kind: CredentialErrorKind::InvalidScope,
            detail: Detail::Scope(error),
        })?;
        if !scope.is_openid() {
            scopes.push(scope);
        }
    }
    match resource::conflict(&scopes) {
        Some(ScopeConflict::TwoApis) => Err(CredentialError {
            kind: CredentialErrorKind::TwoApis,
            detail: Detail::Scopes(requested.join(" ").into()),
        }),
        Some(ScopeConflict::DefaultMixed) | None => Ok(scopes),
    }
}

/// Builds the requirement: the API of the scopes, and every permission that they name.
fn requirement(
    scopes: &[Scope],
    token: Option<&UnverifiedToken>,
) -> Result<Requirement, CredentialError> {
    let scope =
        resource::most_telling(scopes).ok_or_else(|| CredentialErrorKind::NoScope.error())?;
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

/// A [`CallerCredential`] returned no token: the source of the `azure_core::Error`.
///
/// A client wraps the error in others, whose messages do not repeat it: [`find`](Self::find) finds it.
/// The message contains the requested scopes. The only value of the token in it is the audience.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialError {
    kind: CredentialErrorKind,
    detail: Detail,
}

#[derive(Clone, PartialEq, Eq, Default)]
enum Detail {
    #[default]
    None,
    Scope(ScopeError),
    Scopes(Box<str>),
    Diagnosis(Box<Diagnosis>),
    Renewal(Option<Renewal>),
}

kinds! {
    /// Why a [`CallerCredential`] returned no token.
    pub enum CredentialErrorKind of CredentialError { detail };
    fn message;

    /// The client requested no scope of an API. Scopes of OpenID Connect belong to no API.
    NoScope = "no-scope", "expected a scope of an API, found none";
    /// A requested scope is malformed, or contains more than one scope. The source says what is wrong.
    InvalidScope = "invalid-scope", "one of the requested scopes is invalid";
    /// The requested scopes belong to more than one API.
    TwoApis = "two-apis", "expected scopes of one API";
    /// The caller signed in with another provider, GitHub for instance.
    OtherProvider = "other-provider", "expected a token of Microsoft Entra, but the caller signed in with another provider";
    /// The token is missing, or another one is needed. The diagnosis has every reason and the fix.
    DoesNotOpen = "does-not-open", "this token does not open the API";
    /// The token is for the right API, but has expired or will expire within [`EXPIRY_SKEW`].
    Expired = "expired", "the access token has expired or will soon";
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            Detail::None | Detail::Scope(_) => f.write_str(self.kind.message()),
            Detail::Scopes(given) => {
                write!(f, "{}, found {:?}", self.kind.message(), Escaped(given))
            }
            Detail::Diagnosis(diagnosis) => diagnosis.fmt(f),
            Detail::Renewal(renewal) => {
                let seconds = EXPIRY_SKEW.as_secs();
                write!(f, "the access token has expired or will within {seconds} seconds: ")?;
                match renewal {
                    Some(renewal) => renewal.fmt(f),
                    None => f.write_str("get a fresh one"),
                }
            }
        }
    }
}

impl Error for CredentialError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.detail {
            Detail::Scope(error) => Some(error),
            _ => None,
        }
    }
}

debug_by_display!(CredentialError, kind.code());

impl CredentialError {
    /// Finds an error of this type in `error` or its sources: the reason why a client of the SDK failed.
    #[must_use]
    pub fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        iter::successors(Some(error), |&error| error.source())
            .find_map(|error| error.downcast_ref())
    }

    /// The diagnosis of a token that does not open the API, with its fixes.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match &self.detail {
            Detail::Diagnosis(diagnosis) => Some(diagnosis),
            _ => None,
        }
    }

    /// What renews an expired token, if known. Unknown for tokens from elsewhere than the platform.
    #[must_use]
    pub fn renewal(&self) -> Option<Renewal> {
        match self.detail {
            Detail::Renewal(renewal) => renewal,
            _ => None,
        }
    }

    fn does_not_open(diagnosis: Diagnosis) -> Self {
        let detail = Detail::Diagnosis(Box::new(diagnosis));
        Self { kind: CredentialErrorKind::DoesNotOpen, detail }
    }
}
