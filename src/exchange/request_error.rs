//! Why a request is not built.

use std::fmt;

use crate::{
    jwt::DecodeError,
    resource::{ApiName, ApiNames, ScopeError},
};

/// A request that Microsoft Entra would refuse for certain, or that sends a token where it does not belong,
/// so it is not built.
///
/// Of the token its text repeats the audience and nothing else.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRequestError {
    /// No client was named.
    #[error("the request names no client")]
    NoClient,
    /// The client id is not a GUID.
    #[error("the client id is not a GUID")]
    ClientIdNotAGuid,
    /// The ID of the agent identity is not a GUID.
    #[error("the ID of the agent identity is not a GUID")]
    AgentIdNotAGuid,
    /// The client credential is the empty text: a setting that is not there, for instance.
    #[error("the client credential is empty")]
    EmptyCredential,
    /// The refresh token is the empty text.
    #[error("the refresh token is empty")]
    EmptyRefreshToken,
    /// No scope of an API is asked for. Those of OpenID Connect are of none.
    #[error("the request asks for no scope of an API")]
    NoScope,
    /// One of the scopes is not exactly one scope.
    #[error("one of the scopes is not a scope (number {number})")]
    InvalidScope {
        /// Which of the scopes, counted from 1; one that was said twice counts once.
        number: usize,
        /// What is wrong with it.
        source: ScopeError,
    },
    /// The scopes are of more than one API: make a request for each (AADSTS28000).
    #[error("the scopes are of more than one API, and a token is for one")]
    TwoApis,
    /// `.default` stands for all permissions, and cannot be mixed with others of its API (AADSTS70011).
    #[error("`.default` is mixed with other scopes of the API")]
    DefaultMixed,
    /// The token to exchange cannot be read: it is opaque, encrypted or malformed, and the source says
    /// which. One for an API of your own is readable.
    #[error("the access token cannot be read, as those for an API of your own can")]
    UnreadableToken(#[source] DecodeError),
    /// The token to exchange is for another API, such as the Microsoft Graph token that a sign-in gives by
    /// default. Entra would answer AADSTS50013 or AADSTS500131. If that API is your own by another name,
    /// say so with [`TokenRequest::own_audience`](super::TokenRequest::own_audience).
    #[error("the access token is for {}, not for the client {expected}", ApiNames(actual))]
    WrongAudience {
        /// The client.
        expected: ApiName,
        /// The APIs that the token is for.
        actual: Vec<ApiName>,
    },
    /// The token to exchange is for an audience that differs from one of
    /// [`TokenRequest::own_audience`](super::TokenRequest::own_audience) only in case. Entra compares
    /// exactly (AADSTS500131): write the App ID URI as the app registration has it.
    #[error(
        "the access token is for {}, and the own audience {expected} differs from it in case",
        ApiNames(actual)
    )]
    AudienceCase {
        /// The own audience.
        expected: ApiName,
        /// How the token has it.
        actual: Vec<ApiName>,
    },
    /// The token to exchange is what Static Web Apps send to a linked API in `X-MS-AUTH-TOKEN`. Entra did
    /// not issue it, and answers AADSTS50013.
    #[error(
        "the access token was issued by Static Web Apps (azurestaticapps.net/.auth), and Microsoft \
         Entra exchanges only tokens that it issued"
    )]
    StaticWebAppsToken,
    /// The token to exchange is an ID token, `X-MS-TOKEN-AAD-ID-TOKEN` for instance.
    #[error("this is an ID token, and only an access token can be exchanged")]
    IdToken,
    /// The token to exchange is that of an application, so there is no user to act for.
    #[error("the access token is of an application, and there is no user to act on behalf of")]
    NoUser,
}

impl TokenRequestError {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoClient => "no-client",
            Self::ClientIdNotAGuid => "client-id-not-a-guid",
            Self::AgentIdNotAGuid => "agent-id-not-a-guid",
            Self::EmptyCredential => "empty-credential",
            Self::EmptyRefreshToken => "empty-refresh-token",
            Self::NoScope => "no-scope",
            Self::InvalidScope { .. } => "invalid-scope",
            Self::TwoApis => "two-apis",
            Self::DefaultMixed => "default-mixed",
            Self::UnreadableToken(_) => "unreadable-token",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::AudienceCase { .. } => "audience-case",
            Self::StaticWebAppsToken => "static-web-apps-token",
            Self::IdToken => "id-token",
            Self::NoUser => "no-user",
        }
    }
}

/// The code and the `Display` form: what a token says is escaped and bounded in it.
impl fmt::Debug for TokenRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenRequestError({}: {self})", self.code())
    }
}
