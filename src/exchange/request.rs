//! Requests for tokens.

use std::{collections::HashSet, fmt::Write as _};

use http::{HeaderValue, Method, Request, header};

use super::{ClientCredential, TokenEndpoint, TokenRequestError};
use crate::{
    access,
    escape::Encoded,
    jwt::{Caller, UnverifiedToken},
    resource::{self, ApiName, Scope, ScopeConflict, is_guid},
    tokens::{AccessToken, RefreshToken},
};

/// A request for a token, put together: see [the module](super).
///
/// Its `Debug` form shows no secret. That of the [`http::Request`] which it [builds](Self::build) does.
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
    /// Exchanges the access token that a client sent for your own API ("Microsoft identity platform and
    /// OAuth 2.0 On-Behalf-Of flow"; RFC 7523 section 2.1). Verify it first: whoever can send you a token
    /// gets what it is exchanged for.
    ///
    /// One that has expired is not refused here, since nothing here knows the time, but by Entra.
    pub fn on_behalf_of(access_token: &'a AccessToken) -> Self {
        Self::new(Grant::OnBehalfOf(access_token))
    }

    /// Redeems a refresh token of the client (RFC 6749 section 6), for the API that it was for or another
    /// one. The answer may have a new refresh token; the platform does not learn of it and goes on with
    /// the old one, which stays valid.
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

    /// The app registration that asks: its client id, and what it proves itself with. It is the one that
    /// users sign in to, `clientId` of the settings.
    pub fn client(self, client_id: &'a str, credential: &'a ClientCredential) -> Self {
        Self { client: Some((client_id, credential)), ..self }
    }

    /// Another audience that a token for your own API can have, beside the client id with or without
    /// `api://` in front of it: its App ID URI, such as `api://orders`.
    pub fn own_audience(mut self, audience: &'a str) -> Self {
        self.own_audiences.push(audience);
        self
    }

    /// Asks for a scope. One that is there already is not added again.
    pub fn scope(self, scope: impl AsRef<str>) -> Self {
        self.scopes([scope])
    }

    /// Asks for scopes, which must be of one API. `offline_access` among them brings a refresh token.
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
    /// **Its body is a secret**: it has the token and the client credential as plain bytes, which the
    /// `Debug` form of [`http::Request`] prints and nobody wipes. Neither log nor keep it, and let the
    /// HTTP client follow no redirects: the endpoint sends none.
    ///
    /// # Errors
    ///
    /// [`TokenRequestError`]: the client, the scopes, or a token that cannot be exchanged. Nothing of a token
    /// but what it says of itself is checked.
    pub fn build(&self, endpoint: &TokenEndpoint) -> Result<Request<Vec<u8>>, TokenRequestError> {
        let (client_id, credential) = self.client.ok_or(TokenRequestError::NoClient)?;
        if !is_guid(client_id) {
            return Err(TokenRequestError::ClientIdNotAGuid);
        }
        if credential.is_empty() {
            return Err(TokenRequestError::EmptyCredential);
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
                return Err(TokenRequestError::EmptyRefreshToken);
            }
            Grant::Refresh(token) => fields.extend([
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose_secret()),
            ]),
            Grant::Agent(agent_id) if !is_guid(agent_id) => {
                return Err(TokenRequestError::AgentIdNotAGuid);
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

    /// The scopes, each once.
    fn scope_value(&self) -> Result<String, TokenRequestError> {
        let mut seen = HashSet::new();
        let texts: Vec<&str> =
            self.scopes.iter().map(String::as_str).filter(|text| seen.insert(*text)).collect();
        let mut of_apis = Vec::new();
        for (number, text) in (1..).zip(&texts) {
            let scope = Scope::parse(text)
                .map_err(|source| TokenRequestError::InvalidScope { number, source })?;
            if !scope.is_openid() {
                of_apis.push(scope);
            }
        }
        if of_apis.is_empty() {
            return Err(TokenRequestError::NoScope);
        }
        match resource::conflict(&of_apis) {
            None => Ok(texts.join(" ")),
            Some(ScopeConflict::TwoApis) => Err(TokenRequestError::TwoApis),
            Some(ScopeConflict::DefaultMixed) => Err(TokenRequestError::DefaultMixed),
        }
    }

    /// Refuses what no client can exchange, and what is not this client's.
    fn check_assertion(
        &self,
        token: &AccessToken,
        client_id: &str,
    ) -> Result<(), TokenRequestError> {
        let token = token.decode_unverified().map_err(TokenRequestError::UnreadableToken)?;
        if access::is_of_static_web_apps(&token) {
            Err(TokenRequestError::StaticWebAppsToken)
        } else if token.is_id_token() {
            Err(TokenRequestError::IdToken)
        } else if !self.is_for_client(&token, client_id) {
            let own = |name: &&str| token.audiences().find(|own| name.eq_ignore_ascii_case(own));
            let by_case = self.own_audiences.iter().find_map(|name| Some((*name, own(name)?)));
            Err(match by_case {
                Some((expected, actual)) => TokenRequestError::AudienceCase {
                    expected: ApiName::of_audience(expected),
                    actual: vec![ApiName::of_audience(actual)],
                },
                None => TokenRequestError::WrongAudience {
                    expected: ApiName::of_audience(client_id),
                    actual: ApiName::of_audiences(token.audiences()),
                },
            })
        } else if token.caller() == Caller::App {
            Err(TokenRequestError::NoUser)
        } else {
            Ok(())
        }
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

/// `application/x-www-form-urlencoded`, in a text that has its room from the start, so that no copy of a
/// secret stays behind where it grew.
fn form(fields: &[(&str, &str)]) -> String {
    let room = |(key, value): &(&str, &str)| {
        let encoded = value.len().saturating_mul(3);
        key.len().saturating_add(encoded).saturating_add(2)
    };
    let mut form =
        String::with_capacity(fields.iter().map(room).fold(0_usize, usize::saturating_add));
    for (index, (key, value)) in fields.iter().enumerate() {
        let separator = if index == 0 { "" } else { "&" };
        // Writing to a text cannot fail.
        let _ = write!(form, "{separator}{key}={}", Encoded(value));
    }
    form
}
