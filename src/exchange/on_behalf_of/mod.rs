//! On-behalf-of: tokens of the caller for further APIs, exchanged once and cached.

mod cache;
mod claims;
mod error;
mod exchange;
mod flight;
mod scopes;
mod source;
mod transport;

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use self::{cache::Cache, exchange::Exchange, flight::Flights, transport::Blocking};
pub use self::{
    cache::{MAX_CACHED_TOKENS, REFRESH_BEFORE_EXPIRY},
    claims::{ClaimsChallenge, InvalidClaimsChallenge, MAX_CLAIMS_CHALLENGE_LEN},
    error::{OnBehalfOfError, OnBehalfOfErrorKind},
    exchange::OnBehalfOfToken,
    scopes::IntoScopes,
    source::CredentialSource,
    transport::{Transport, TransportBlocking},
};
use super::TokenEndpoint;
use crate::{block_on::block_on, debug::debug, digest::sha256, tokens::AccessToken};

/// Exchanges the access tokens of callers for tokens of the same users for other APIs, and caches those
/// ("Microsoft identity platform and OAuth 2.0 On-Behalf-Of flow"). Cheap to clone. Create it once, for one
/// tenant, and put it into the state of the service.
///
/// ```no_run
/// # use std::time::SystemTime;
/// # use easyauth::{AccessToken, exchange::Transport};
/// use easyauth::{
///     exchange::{ClientCredential, OnBehalfOf, TokenEndpoint},
///     resource::GRAPH,
/// };
///
/// # async fn handle<T: Transport + Clone + Send + Sync + 'static>(
/// #     bearer: AccessToken, http: T, now: SystemTime,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// // Once. `http` is an `integrations::ReqwestTransport`, or your own `Transport`.
/// let endpoint = TokenEndpoint::entra("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
/// let secret = ClientCredential::secret(std::env::var("CLIENT_SECRET")?);
/// let on_behalf_of = OnBehalfOf::new(endpoint, "6e74172b-be56-4843-9ff4-e66a39bb12e3", secret);
///
/// // For each request, after `bearer` was verified.
/// let token = on_behalf_of.token(&bearer, GRAPH.scope("User.Read"), &http, now).await?;
/// let authorization = token.to_bearer()?;
/// # Ok(())
/// # }
/// ```
///
/// # Trust
///
/// Verify the caller's token first: anyone who can pass a token here gets what it is exchanged for, also
/// from the cache.
///
/// # Cache
///
/// - A token belongs to one access token of a caller and one set of scopes. Keys are SHA-256 hashes, so the
///   cache contains no token of a caller.
/// - A token is exchanged anew [`REFRESH_BEFORE_EXPIRY`] before it expires.
/// - Pass the current time with each call. A time more than two minutes behind that of another call counts as
///   a clock that was set back. Cached tokens keep their age then, so they are exchanged earlier.
/// - The cache holds at most [`MAX_CACHED_TOKENS`] tokens. A new one replaces the oldest.
/// - Errors are not cached.
/// - Refresh tokens are not kept, so a token can be exchanged only while the caller's is valid. The guide
///   says what a job does that runs longer (`_guide::on_behalf_of`).
///
/// # Who exchanges, and who waits
///
/// Callers who need the same token at the same time share one exchange. No single one owns it: if a client
/// hangs up, the others continue it. If all hang up, it is dropped.
///
/// An exchange uses the runtime of the caller who began it. While the threads of that runtime are blocked, callers
/// in other runtimes wait too. Only the transport and the source of the credential limit the time.
#[derive(Clone)]
pub struct OnBehalfOf {
    config: Arc<Config>,
    tokens: Arc<Tokens>,
}

#[derive(Clone)]
struct Config {
    endpoint: TokenEndpoint,
    client_id: String,
    credential: CredentialSource,
    own_audiences: Vec<String>,
    agent: Option<String>,
}

struct Tokens {
    cache: Mutex<Cache>,
    flights: Arc<Flights<Exchanged>>,
}

type Exchanged = Result<OnBehalfOfToken, OnBehalfOfError>;

/// A hash of everything that a token was requested with.
type Key = [u8; 32];

impl OnBehalfOf {
    /// Exchanges tokens at this endpoint as this client: the app registration that the callers' tokens are
    /// for. The client ID and the credential are checked at the first exchange.
    #[must_use]
    pub fn new(
        endpoint: TokenEndpoint,
        client_id: impl Into<String>,
        credential: impl Into<CredentialSource>,
    ) -> Self {
        let config = Config {
            endpoint,
            client_id: client_id.into(),
            credential: credential.into(),
            own_audiences: Vec::new(),
            agent: None,
        };
        let tokens = Tokens::new(MAX_CACHED_TOKENS, config.endpoint.clone());
        Self { config: Arc::new(config), tokens: Arc::new(tokens) }
    }

    /// Adds an audience that the callers' tokens may have, besides the client ID with or without `api://`:
    /// the App ID URI of the registration, such as `api://orders`.
    #[must_use]
    pub fn own_audience(mut self, audience: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.config).own_audiences.push(audience.into());
        self
    }

    /// Acts as this agent identity, on behalf of the user. The client of [`new`](Self::new) is then the
    /// agent's blueprint, and the callers' tokens are for the blueprint ("Agent OAuth flows: On behalf of
    /// flow").
    ///
    /// The blueprint first gets a token for the agent (`fmi_path`), which is cached for all users. Several
    /// agents of one blueprint can share a cache: clone the value before this call.
    #[must_use]
    pub fn for_agent(mut self, agent_id: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.config).agent = Some(agent_id.into());
        self
    }

    /// Sets how many tokens the cache holds, instead of [`MAX_CACHED_TOKENS`]. With 0 nothing is cached.
    /// Starts with an empty cache.
    #[must_use]
    pub fn with_max_tokens(self, limit: usize) -> Self {
        let tokens = Tokens::new(limit, self.config.endpoint.clone());
        Self { tokens: Arc::new(tokens), ..self }
    }

    /// Returns a token of the user for these scopes, from the cache or by an exchange. The scopes must
    /// belong to one API.
    ///
    /// The future may be dropped at any time.
    ///
    /// # Errors
    ///
    /// [`OnBehalfOfError`] if the token cannot be exchanged, the user must do something, or the endpoint
    /// does not respond.
    pub async fn token<T>(
        &self,
        bearer: &AccessToken,
        scopes: impl IntoScopes,
        transport: &T,
        now: SystemTime,
    ) -> Result<OnBehalfOfToken, OnBehalfOfError>
    where
        T: Transport + Clone + Send + Sync + 'static,
    {
        let wanted = Wanted::new(bearer, scopes.into_scopes(), None);
        self.get(Mode::Async, wanted, transport.clone(), now).await
    }

    /// Returns a new token that meets the claims challenge of an API, and caches it in place of the one
    /// that the API rejected.
    ///
    /// # Errors
    ///
    /// As for [`token`](Self::token). If only the user can meet the challenge, the kind is
    /// [`InteractionRequired`](OnBehalfOfErrorKind::InteractionRequired).
    pub async fn token_with_claims<T>(
        &self,
        bearer: &AccessToken,
        scopes: impl IntoScopes,
        claims: &ClaimsChallenge,
        transport: &T,
        now: SystemTime,
    ) -> Result<OnBehalfOfToken, OnBehalfOfError>
    where
        T: Transport + Clone + Send + Sync + 'static,
    {
        let wanted = Wanted::new(bearer, scopes.into_scopes(), Some(claims.clone()));
        self.get(Mode::Async, wanted, transport.clone(), now).await
    }

    /// Like [`token`](Self::token), and blocks the thread. Threads and tasks share the cache, but not the
    /// exchanges in flight.
    ///
    /// # Errors
    ///
    /// As for [`token`](Self::token).
    pub fn token_blocking<T>(
        &self,
        bearer: &AccessToken,
        scopes: impl IntoScopes,
        transport: &T,
        now: SystemTime,
    ) -> Result<OnBehalfOfToken, OnBehalfOfError>
    where
        T: TransportBlocking + Clone + Send + Sync + 'static,
    {
        let wanted = Wanted::new(bearer, scopes.into_scopes(), None);
        block_on(self.get(Mode::Blocking, wanted, Blocking(transport.clone()), now))
    }

    /// Like [`token_with_claims`](Self::token_with_claims), and blocks the thread.
    ///
    /// # Errors
    ///
    /// As for [`token_with_claims`](Self::token_with_claims).
    pub fn token_with_claims_blocking<T>(
        &self,
        bearer: &AccessToken,
        scopes: impl IntoScopes,
        claims: &ClaimsChallenge,
        transport: &T,
        now: SystemTime,
    ) -> Result<OnBehalfOfToken, OnBehalfOfError>
    where
        T: TransportBlocking + Clone + Send + Sync + 'static,
    {
        let wanted = Wanted::new(bearer, scopes.into_scopes(), Some(claims.clone()));
        block_on(self.get(Mode::Blocking, wanted, Blocking(transport.clone()), now))
    }

    /// The number of tokens in the cache.
    #[must_use]
    pub fn cached_tokens(&self) -> usize {
        self.tokens.cache().len()
    }

    async fn get<T>(&self, mode: Mode, wanted: Wanted, transport: T, now: SystemTime) -> Exchanged
    where
        T: Transport + Clone + Send + Sync + 'static,
    {
        let key = self.config.key(&[&["user", wanted.bearer.expose_secret()], &*wanted.scopes()]);
        let claims = wanted.claims.clone();
        let exchange = Exchange {
            config: Arc::clone(&self.config),
            tokens: Arc::clone(&self.tokens),
            mode,
            transport,
            now,
        };
        let exchange = async move { exchange.of_user(&wanted).await };
        self.tokens.share(key, mode, claims.as_ref(), now, exchange).await
    }
}

/// Async and blocking callers do not share futures: some futures work only inside of their runtime.
#[derive(Clone, Copy)]
enum Mode {
    Async,
    Blocking,
}

impl Mode {
    fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Async => b"async",
            Self::Blocking => b"blocking",
        }
    }
}

/// What a caller asks for.
struct Wanted {
    bearer: AccessToken,
    scopes: Vec<String>,
    claims: Option<ClaimsChallenge>,
}

impl Wanted {
    fn new(bearer: &AccessToken, scopes: Vec<String>, claims: Option<ClaimsChallenge>) -> Self {
        Self { bearer: AccessToken::new(bearer.expose_secret()), scopes, claims }
    }

    /// The scopes, in an order that does not depend on the caller.
    fn scopes(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

impl Config {
    /// The key of a token: a hash of all that distinguishes it from other tokens.
    fn key(&self, parts: &[&[&str]]) -> Key {
        let endpoint = self.endpoint.to_string();
        // An empty agent is not the same as none: it is an error, which a cached token must not hide.
        let agent = self.agent.as_deref().map_or(["no agent", ""], |agent| ["agent", agent]);
        let client = [&*endpoint, &*self.client_id].into_iter().chain(agent);
        let parts: Vec<&[u8]> =
            client.chain(parts.iter().copied().flatten().copied()).map(str::as_bytes).collect();
        // With the length before each part, no two lists of parts are the same bytes.
        let lengths: Vec<[u8; 8]> = parts
            .iter()
            .map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes())
            .collect();
        let pieces = lengths.iter().zip(parts).flat_map(|(length, part)| [&length[..], part]);
        sha256(&pieces.collect::<Vec<_>>())
    }
}

impl Tokens {
    fn new(limit: usize, endpoint: TokenEndpoint) -> Self {
        let panicked = move || {
            let error = OnBehalfOfError::panicked();
            error.report(&endpoint);
            Err(error)
        };
        Self { cache: Mutex::new(Cache::new(limit)), flights: Arc::new(Flights::new(panicked)) }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the token with this key: from the cache, unless it must meet a claims challenge, or by the
    /// exchange, which all callers who ask for the same share.
    async fn share(
        self: &Arc<Self>,
        key: Key,
        mode: Mode,
        claims: Option<&ClaimsChallenge>,
        now: SystemTime,
        exchange: impl Future<Output = Exchanged> + Send + 'static,
    ) -> Exchanged {
        let text = claims.map_or("", ClaimsChallenge::as_json);
        let flight = sha256(&[&key, mode.as_bytes(), text.as_bytes()]);
        let find = || if claims.is_none() { self.cache().get(&key, now).map(Ok) } else { None };
        let joined = self.flights.join(flight, find, || {
            let tokens = Arc::clone(self);
            let (begun, is_answer) = (self.cache().begin(now), claims.is_some());
            Box::pin(async move {
                let token = exchange.await?;
                let evicted = tokens.cache().insert(key, begun, &token, is_answer);
                // Wiped outside of the lock.
                drop(evicted);
                Ok(token)
            })
        });
        match joined {
            Ok(token) => token,
            Err(waiter) => waiter.await,
        }
    }
}

debug! {
    OnBehalfOf, |own|
    endpoint: own.config.endpoint,
    client_id: own.config.client_id,
    credential: own.config.credential,
    agent: own.config.agent,
    cached_tokens: own.cached_tokens(),
    ..
}
