//! Token requests.

use std::{collections::HashSet, fmt::Write as _};

use http::{HeaderValue, Method, Request, header};

use super::{
    ClientCredential, TokenEndpoint, TokenRequestError, TokenRequestErrorKind,
    request_error::Source,
};
use crate::{
    access,
    escape::{Encoded, Escaped},
    jwt::{Caller, UnverifiedToken},
    resource::{self, ApiName, ApiNames, Scope, ScopeConflict, is_guid},
    tokens::{AccessToken, RefreshToken},
};

/// Builds a token request: see [the module](super).
///
/// Its `Debug` form shows no secret. The `Debug` form of the [`http::Request`] that it
/// [builds](Self::build) does.
#[derive(Debug, Clone)]
#[must_use]
pub struct TokenRequest<'a> {
    grant: Grant<'a>,
    client: Option<(&'a str, &'a ClientCredential)>,
    own_audiences: Vec<&'a str>,
    scopes: Vec<String>,
    claims: Option<&'a str>,
}

#[derive(Debug, Clone, Copy)]
enum Grant<'a> {
    OnBehalfOf(&'a AccessToken),
    Refresh(&'a RefreshToken),
    Agent(&'a str),
}

impl<'a> TokenRequest<'a> {
    /// Exchanges the access token that a client sent to your own API ("Microsoft identity platform and
    /// OAuth 2.0 On-Behalf-Of flow"; RFC 7523 section 2.1). Verify the token first, because its sender
    /// acts with the token that it is exchanged for.
    ///
    /// This does not check whether the token has expired, because that needs a clock. Entra rejects an
    /// expired token.
    pub fn on_behalf_of(access_token: &'a AccessToken) -> Self {
        Self::new(Grant::OnBehalfOf(access_token))
    }

    /// Redeems a refresh token of the client (RFC 6749 section 6), for the same API or another one. The
    /// response can have a new refresh token. The platform keeps using the old one, which stays valid.
    pub fn refresh(refresh_token: &'a RefreshToken) -> Self {
        Self::new(Grant::Refresh(refresh_token))
    }

    /// Gets the token that an agent identity proves itself with, as its blueprint (`fmi_path`). The client
    /// is the blueprint, and the scope is `/.default` of [`TokenEndpoint::exchange_audience`]. The token is
    /// the client assertion of the agent's own requests ("Agent OAuth flows: On behalf of flow").
    pub fn for_agent(agent_id: &'a str) -> Self {
        Self::new(Grant::Agent(agent_id))
    }

    fn new(grant: Grant<'a>) -> Self {
        let (own_audiences, scopes) = (Vec::new(), Vec::new());
        Self { grant, client: None, own_audiences, scopes, claims: None }
    }

    /// Sets the app registration that sends the request: its client ID and its credential. It is the one
    /// that users sign in to (`clientId` in the settings).
    pub fn client(self, client_id: &'a str, credential: &'a ClientCredential) -> Self {
        Self { client: Some((client_id, credential)), ..self }
    }

    /// Adds an audience that tokens for your own API can have: its App ID URI, such as `api://orders`.
    /// The client ID is always accepted, with or without `api://`.
    pub fn own_audience(mut self, audience: &'a str) -> Self {
        self.own_audiences.push(audience);
        self
    }

    /// Adds a scope to request. A duplicate has no effect.
    pub fn scope(self, scope: impl AsRef<str>) -> Self {
        self.scopes([scope])
    }

    /// Adds scopes to request, which must belong to one API. `offline_access` also requests a refresh
    /// token.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(|scope| scope.as_ref().to_owned()));
        self
    }

    /// Asks for what a claims challenge of an API requires: a JSON object (OpenID Connect Core section
    /// 5.5). If set twice, the last value wins.
    pub fn claims(self, claims: &'a str) -> Self {
        Self { claims: Some(claims), ..self }
    }

    /// Builds the request.
    ///
    /// **The body is a secret.** It contains the token and the client credential as plain bytes. The
    /// `Debug` form of [`http::Request`] prints them, and they are not wiped from memory. Do not log or
    /// keep the request. Disable redirects in the HTTP client: the endpoint sends none.
    ///
    /// # Errors
    ///
    /// [`TokenRequestError`] if the client or a scope is invalid, or if the claims of the token show that
    /// it cannot be exchanged. The signature is not checked.
    pub fn build(&self, endpoint: &TokenEndpoint) -> Result<Request<Vec<u8>>, TokenRequestError> {
        let (client_id, credential) =
            self.client.ok_or_else(|| TokenRequestErrorKind::NoClient.error())?;
        if !is_guid(client_id) {
            return Err(not_a_guid(TokenRequestErrorKind::InvalidClientId, client_id));
        }
        if credential.is_empty() {
            return Err(TokenRequestErrorKind::EmptyCredential.error());
        }
        let scope = self.scope_value()?;
        let mut fields = vec![("client_id", client_id)];
        fields.extend(credential.fields());
        match self.grant {
            Grant::OnBehalfOf(token) => {
                self.check_assertion(token, client_id)?;
                fields.extend([
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", token.expose_secret()),
                    ("requested_token_use", "on_behalf_of"),
                ]);
            }
            Grant::Refresh(token) if token.is_empty() => {
                return Err(TokenRequestErrorKind::EmptyRefreshToken.error());
            }
            Grant::Refresh(token) => fields.extend([
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose_secret()),
            ]),
            Grant::Agent(agent_id) if !is_guid(agent_id) => {
                return Err(not_a_guid(TokenRequestErrorKind::InvalidAgentId, agent_id));
            }
            Grant::Agent(agent_id) => {
                fields.extend([("grant_type", "client_credentials"), ("fmi_path", agent_id)]);
            }
        }
        fields.extend(self.claims.map(|claims| ("claims", claims)));
        fields.push(("scope", &scope));
        let mut request = Request::new(form(&fields).into_bytes());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.uri().clone();
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form);
        Ok(request)
    }

    /// The value of `scope`: each scope once.
    fn scope_value(&self) -> Result<String, TokenRequestError> {
        let mut seen = HashSet::new();
        let unique: Vec<&str> =
            self.scopes.iter().map(String::as_str).filter(|scope| seen.insert(*scope)).collect();
        let mut of_apis = Vec::new();
        for (number, scope) in (1..).zip(&unique) {
            let scope = Scope::parse(scope).map_err(|error| {
                let message = format!("scope number {number} is invalid");
                TokenRequestError::new(TokenRequestErrorKind::InvalidScope, message)
                    .because(Source::Scope(error))
            })?;
            if !scope.is_openid() {
                of_apis.push(scope);
            }
        }
        if of_apis.is_empty() {
            return Err(TokenRequestErrorKind::NoScope.error());
        }
        match resource::conflict(&of_apis) {
            None => Ok(unique.join(" ")),
            Some(ScopeConflict::TwoApis) => {
                let apis = resource::apis_of(&of_apis);
                let message = format!(
                    "expected scopes of one API, found scopes of {}: make one request for each API",
                    ApiNames(&apis)
                );
                Err(TokenRequestError::new(TokenRequestErrorKind::TwoApis, message))
            }
            Some(ScopeConflict::DefaultMixed) => Err(TokenRequestErrorKind::DefaultMixed.error()),
        }
    }

    /// Rejects a token that no client can exchange, or that is not for this client.
    fn check_assertion(
        &self,
        token: &AccessToken,
        client_id: &str,
    ) -> Result<(), TokenRequestError> {
        let token = token.decode_unverified().map_err(|error| {
            TokenRequestErrorKind::UnreadableToken.error().because(Source::Token(error))
        })?;
        if access::is_of_static_web_apps(&token) {
            Err(TokenRequestErrorKind::StaticWebAppsToken.error())
        } else if token.is_id_token() {
            Err(TokenRequestErrorKind::IdToken.error())
        } else if !self.is_for_client(&token, client_id) {
            Err(self.wrong_audience(&token, client_id))
        } else if token.caller() == Caller::App {
            Err(TokenRequestErrorKind::NoUser.error())
        } else {
            Ok(())
        }
    }

    fn wrong_audience(&self, token: &UnverifiedToken, client_id: &str) -> TokenRequestError {
        let differs_in_case =
            |own: &&str| token.audiences().find(|audience| own.eq_ignore_ascii_case(audience));
        let by_case = self.own_audiences.iter().find_map(|own| Some((*own, differs_in_case(own)?)));
        if let Some((expected, actual)) = by_case {
            let (expected, actual) = (ApiName::of_audience(expected), ApiName::of_audience(actual));
            let message = format!(
                "expected an access token for {expected}, found one for {actual}: the two differ in \
                 case, and Microsoft Entra compares exactly"
            );
            return TokenRequestError::new(TokenRequestErrorKind::AudienceCase, message);
        }
        let actual = ApiName::of_audiences(token.audiences());
        let message = format!(
            "expected an access token for the client {client_id}, found one for {}",
            ApiNames(&actual)
        );
        TokenRequestError::new(TokenRequestErrorKind::WrongAudience, message)
    }

    fn is_for_client(&self, token: &UnverifiedToken, client_id: &str) -> bool {
        let is_client = |audience: &str| {
            let id = audience.strip_prefix("api://").unwrap_or(audience);
            resource::same_identifier(client_id, id)
        };
        token.audiences().any(is_client)
            || self.own_audiences.iter().any(|audience| token.has_audience(*audience))
    }
}

fn not_a_guid(kind: TokenRequestErrorKind, given: &str) -> TokenRequestError {
    let name = match kind {
        TokenRequestErrorKind::InvalidAgentId => "ID of the agent identity",
        _ => "client ID",
    };
    let message = format!("expected a GUID as the {name}, found {:?}", Escaped(given));
    TokenRequestError::new(kind, message)
}

/// Encodes fields as `application/x-www-form-urlencoded`, in a buffer sized up front, so that growing it
/// leaves no copy of a secret behind.
fn form(fields: &[(&str, &str)]) -> String {
    let room = |(key, value): &(&str, &str)| {
        let encoded = value.len().saturating_mul(3);
        key.len().saturating_add(encoded).saturating_add(2)
    };
    let mut form =
        String::with_capacity(fields.iter().map(room).fold(0_usize, usize::saturating_add));
    for (index, (key, value)) in fields.iter().enumerate() {
        let separator = if index == 0 { "" } else { "&" };
        // Writing to a string does not fail.
        let _ = write!(form, "{separator}{key}={}", Encoded(value));
    }
    form
}
