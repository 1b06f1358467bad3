//! One exchange: the requests, and the token that they return.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderValue, Request, Response, header::RETRY_AFTER};
use zeroize::Zeroizing;

use super::{
    Config, Exchanged, Mode, OnBehalfOfError, Tokens, Transport, Wanted, source::CredentialRequest,
};
use crate::{
    events,
    exchange::{ClientCredential, TokenRequest, TokenResponse},
    tokens::{AccessToken, InvalidBearerToken},
};

/// One exchange. The flight owns it, so it borrows nothing of the caller.
#[derive(Clone)]
pub(super) struct Exchange<T> {
    pub(super) config: Arc<Config>,
    pub(super) tokens: Arc<Tokens>,
    pub(super) mode: Mode,
    pub(super) transport: T,
    pub(super) now: SystemTime,
}

impl<T: Transport + Clone + Send + Sync + 'static> Exchange<T> {
    pub(super) async fn of_user(&self, wanted: &Wanted) -> Exchanged {
        let assertion = match &self.config.agent {
            None => None,
            // If it fails, it has its own event.
            Some(agent) => Some((agent, self.agent_assertion(agent).await?)),
        };
        self.report(self.exchange(wanted, assertion).await)
    }

    async fn exchange(
        &self,
        wanted: &Wanted,
        assertion: Option<(&String, ClientCredential)>,
    ) -> Exchanged {
        let config = &self.config;
        let (client_id, credential) = match assertion {
            None => (&config.client_id, self.credential().await?),
            Some((agent, assertion)) => (agent, Arc::new(assertion)),
        };
        let blueprint_uri = format!("api://{}", config.client_id);
        let blueprint = [config.client_id.as_str(), &blueprint_uri];
        let is_agent = config.agent.is_some();
        let own = config.own_audiences.iter().map(String::as_str);
        let own = own.chain(blueprint.into_iter().filter(|_| is_agent));
        let request = TokenRequest::on_behalf_of(&wanted.bearer).client(client_id, &credential);
        let mut request = own.fold(request, TokenRequest::own_audience).scopes(&wanted.scopes);
        if let Some(claims) = &wanted.claims {
            request = request.claims(claims.as_json());
        }
        let request = request.build(&config.endpoint).map_err(OnBehalfOfError::request)?;
        self.send(request, true).await
    }

    /// The credential of the agent: the token that its blueprint gets for it, cached for all users.
    async fn agent_assertion(&self, agent: &str) -> Result<ClientCredential, OnBehalfOfError> {
        let key = self.config.key(&[&["agent"]]);
        let (exchange, agent) = (self.clone(), agent.to_owned());
        let exchange = async move { exchange.of_agent(&agent).await };
        let token = self.tokens.share(key, self.mode, None, self.now, exchange).await?;
        Ok(ClientCredential::assertion(token.access_token().expose_secret()))
    }

    async fn of_agent(&self, agent: &str) -> Exchanged {
        self.report(self.exchange_for_agent(agent).await)
    }

    async fn exchange_for_agent(&self, agent: &str) -> Exchanged {
        let config = &self.config;
        let credential = self.credential().await?;
        let scope = format!("{}/.default", config.endpoint.exchange_audience());
        let request = TokenRequest::for_agent(agent)
            .client(&config.client_id, &credential)
            .scope(scope)
            .build(&config.endpoint)
            .map_err(OnBehalfOfError::request)?;
        self.send(request, false).await
    }

    async fn credential(&self) -> Result<Arc<ClientCredential>, OnBehalfOfError> {
        let Config { endpoint, client_id, credential, .. } = &*self.config;
        let fetching = credential.get(&CredentialRequest { endpoint, client_id, now: self.now });
        fetching.await.map_err(OnBehalfOfError::credential)
    }

    async fn send(&self, request: Request<Vec<u8>>, is_for_user: bool) -> Exchanged {
        let response = self.transport.send(request).await.map_err(OnBehalfOfError::transport)?;
        let retry_after = retry_after(&response);
        let (parts, body) = response.into_parts();
        let body = Zeroizing::new(body);
        let response = TokenResponse::parse(parts.status, &body)
            .map_err(|error| OnBehalfOfError::token(error, is_for_user, retry_after))?;
        Ok(OnBehalfOfToken::new(response, self.now))
    }

    /// Emits the event of an exchange.
    fn report(&self, result: Exchanged) -> Exchanged {
        match &result {
            Ok(_) => events::exchanged(&self.config.endpoint),
            Err(error) => error.report(&self.config.endpoint),
        }
        result
    }
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3). Entra sends no dates.
fn retry_after<B>(response: &Response<B>) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER).map(HeaderValue::to_str)?;
    seconds.ok()?.parse().ok().map(Duration::from_secs)
}

/// A token of the user for another API. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OnBehalfOfToken {
    token: Arc<AccessToken>,
    pub(super) expires_at: Option<SystemTime>,
}

impl OnBehalfOfToken {
    fn new(response: TokenResponse, now: SystemTime) -> Self {
        let expires_at = response.expires_at(now);
        Self { token: Arc::new(response.into_access_token()), expires_at }
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.token
    }

    /// The value for an `Authorization` header: see [`AccessToken::to_bearer`].
    ///
    /// # Errors
    ///
    /// [`InvalidBearerToken`] if the token has a character that no bearer token has.
    pub fn to_bearer(&self) -> Result<HeaderValue, InvalidBearerToken> {
        self.token.to_bearer()
    }

    /// When the token expires, if the response says so, as those of Entra do.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}
