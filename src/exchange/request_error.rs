//! Why a request is not built.

use std::{error::Error, fmt};

use crate::{
    jwt::DecodeError,
    kinds::{debug_by_display, kinds},
    resource::ScopeError,
};

kinds! {
    /// Why a token request is not built.
    pub enum TokenRequestErrorKind of TokenRequestError { message, source };
    fn message;

    /// The client is missing.
    NoClient = "no-client", "the request names no client: call TokenRequest::client";
    /// The client ID is not a GUID.
    InvalidClientId = "invalid-client-id", "the client ID is not a GUID";
    /// The ID of the agent identity is not a GUID.
    InvalidAgentId = "invalid-agent-id", "the ID of the agent identity is not a GUID";
    /// The client credential is an empty string, for instance because a setting is missing.
    EmptyCredential = "empty-credential", "the client credential is empty: check that the app setting with it exists";
    /// The refresh token is an empty string.
    EmptyRefreshToken = "empty-refresh-token", "the refresh token is empty";
    /// No scope of an API is requested. Scopes of OpenID Connect belong to no API.
    NoScope = "no-scope", "the request has no scope of an API";
    /// One of the scopes is malformed, or contains more than one scope.
    InvalidScope = "invalid-scope", "one of the scopes is invalid";
    /// The scopes belong to more than one API (AADSTS28000).
    TwoApis = "two-apis", "the scopes belong to more than one API";
    /// `.default` means all permissions, and cannot be combined with other scopes of its API
    /// (AADSTS70011).
    DefaultMixed = "default-mixed", "the scopes combine .default with other scopes of its API";
    /// The token to exchange cannot be read: it is opaque, encrypted or malformed, and the source says
    /// which. Tokens for your own API are readable.
    UnreadableToken = "unreadable-token",
        "the access token cannot be read, so it is not one for your own API";
    /// The token to exchange is for another API, such as the Microsoft Graph token that a sign-in
    /// provides by default. Entra would respond with AADSTS50013 or AADSTS500131. If that API is your
    /// own under another name, add the name with
    /// [`TokenRequest::own_audience`](super::TokenRequest::own_audience).
    WrongAudience = "wrong-audience", "the access token is for another API";
    /// The audience of the token to exchange differs from one of
    /// [`TokenRequest::own_audience`](super::TokenRequest::own_audience) only in case. Entra compares
    /// exactly (AADSTS500131): write the App ID URI as the app registration has it.
    AudienceCase = "audience-case", "the audience of the access token differs in case";
    /// Static Web Apps issued the token to exchange, for a linked API (`X-MS-AUTH-TOKEN`). Entra
    /// responds with AADSTS50013.
    StaticWebAppsToken = "static-web-apps-token",
        "Static Web Apps issued the access token (azurestaticapps.net/.auth), and Microsoft Entra \
         exchanges only tokens that it issued";
    /// The token to exchange is an ID token, for instance `X-MS-TOKEN-AAD-ID-TOKEN`.
    IdToken = "id-token", "expected an access token, found an ID token, which cannot be exchanged";
    /// The token to exchange is an app-only token, which names no user to act for.
    NoUser = "no-user", "expected an access token of a user, found one of an application";
}

/// A request that is not built: Microsoft Entra would certainly reject it, or it would send a token to
/// the wrong place.
///
/// The only value of the token in its message is the audience, escaped and bounded.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequestError {
    kind: TokenRequestErrorKind,
    /// The message, if it says more than the kind.
    message: Option<Box<str>>,
    source: Option<Source>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Source {
    Scope(ScopeError),
    Token(DecodeError),
}

impl TokenRequestError {
    pub(super) fn new(kind: TokenRequestErrorKind, message: String) -> Self {
        Self { kind, message: Some(message.into()), source: None }
    }

    pub(super) fn because(self, source: Source) -> Self {
        Self { source: Some(source), ..self }
    }
}

impl fmt::Display for TokenRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or(self.kind.message()))
    }
}

impl Error for TokenRequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self.source.as_ref()? {
            Source::Scope(error) => error,
            Source::Token(error) => error,
        })
    }
}

debug_by_display!(TokenRequestError, kind.code());
