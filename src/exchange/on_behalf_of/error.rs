//! The errors of an exchange.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use super::ClaimsChallenge;
#[cfg(feature = "verify")]
use crate::{challenge::Challenge, exchange::TokenErrorKind, verify::VerifiedToken};
use crate::{
    events,
    exchange::{TokenEndpoint, TokenError, TokenRequestError},
    kinds::kinds,
    transport::TransportError,
};

/// Why [`OnBehalfOf`](super::OnBehalfOf) returns no token. Cheap to clone: all callers who waited for one
/// exchange get its error.
///
/// The [source](Error::source) has the details. Neither contains a token, a credential or a claim.
#[derive(Clone)]
pub struct OnBehalfOfError(Arc<Inner>);

struct Inner {
    cause: Cause,
    is_for_user: bool,
    retry_after: Option<Duration>,
}

enum Cause {
    Request(TokenRequestError),
    Credential(TransportError),
    Transport(TransportError),
    Token(TokenError),
    Panicked,
}

kinds! {
    /// What an [`OnBehalfOfError`] is about.
    pub enum OnBehalfOfErrorKind;
    /// The message.
    fn message;

    /// The scopes, the client ID or the token of the user cannot be exchanged. Nothing was sent.
    InvalidRequest = "invalid-request", "the token cannot be exchanged";
    /// The source of the client credential failed.
    Credential = "credential", "the client credential is not available";
    /// The token endpoint cannot be reached.
    Transport = "transport", "the token endpoint cannot be reached";
    /// The user must do something: sign in again, consent, or meet a claims challenge. Respond to your
    /// caller with `OnBehalfOfError::challenge`.
    InteractionRequired = "interaction-required", "the exchange needs the user";
    /// The token endpoint cannot respond for now. See [`OnBehalfOfError::retry_after`].
    Unavailable = "unavailable", "the token endpoint is not available for now";
    /// The token endpoint rejected the request for another reason: the app registration or its
    /// configuration must change.
    Rejected = "rejected", "the token endpoint rejected the exchange";
    /// The transport or the source of the client credential panicked.
    Panicked = "panicked", "the exchange panicked";
}

impl OnBehalfOfError {
    fn new(cause: Cause) -> Self {
        Self(Arc::new(Inner { cause, is_for_user: true, retry_after: None }))
    }

    pub(super) fn request(error: TokenRequestError) -> Self {
        Self::new(Cause::Request(error))
    }

    pub(super) fn credential(error: TransportError) -> Self {
        Self::new(Cause::Credential(error))
    }

    pub(super) fn transport(error: TransportError) -> Self {
        Self::new(Cause::Transport(error))
    }

    pub(super) fn panicked() -> Self {
        Self::new(Cause::Panicked)
    }

    /// `is_for_user` is `false` for the request of an agent's own token, where no user can help.
    pub(super) fn token(
        error: TokenError,
        is_for_user: bool,
        retry_after: Option<Duration>,
    ) -> Self {
        Self(Arc::new(Inner { cause: Cause::Token(error), is_for_user, retry_after }))
    }

    /// Emits the event of an exchange that failed.
    pub(super) fn report(&self, endpoint: &TokenEndpoint) {
        let aadsts = self.token_error().and_then(TokenError::aadsts);
        events::not_exchanged(endpoint, self.kind().code(), aadsts, self);
    }

    /// What the error is about.
    #[must_use]
    pub fn kind(&self) -> OnBehalfOfErrorKind {
        match &self.0.cause {
            Cause::Request(_) => OnBehalfOfErrorKind::InvalidRequest,
            Cause::Credential(_) => OnBehalfOfErrorKind::Credential,
            Cause::Transport(_) => OnBehalfOfErrorKind::Transport,
            Cause::Token(error) if error.is_retryable() => OnBehalfOfErrorKind::Unavailable,
            Cause::Token(error) if self.0.is_for_user && error.needs_user() => {
                OnBehalfOfErrorKind::InteractionRequired
            }
            Cause::Token(_) => OnBehalfOfErrorKind::Rejected,
            Cause::Panicked => OnBehalfOfErrorKind::Panicked,
        }
    }

    /// Returns `true` if the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), OnBehalfOfErrorKind::Transport | OnBehalfOfErrorKind::Unavailable)
    }

    /// When to try again, if the token endpoint says so (`Retry-After` in seconds).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The error of the token endpoint, if there is one.
    #[must_use]
    pub fn token_error(&self) -> Option<&TokenError> {
        match &self.0.cause {
            Cause::Token(error) => Some(error),
            _ => None,
        }
    }

    /// The claims challenge of Conditional Access: what the next sign-in of the user must satisfy.
    #[must_use]
    pub fn claims(&self) -> Option<ClaimsChallenge> {
        ClaimsChallenge::parse(self.token_error()?.claims()?).ok()
    }

    /// The response to your own caller, if the user must do something: the claims challenge
    /// ([`VerifiedToken::claims_challenge`]), so that the client gets a token that can be exchanged.
    ///
    /// Without claims, the client needs a fresh token (401 `invalid_token`). No token fixes a missing
    /// consent, so this returns `None`: see [`token_error`](Self::token_error).
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn challenge(&self, caller: &VerifiedToken) -> Option<Challenge> {
        if self.kind() != OnBehalfOfErrorKind::InteractionRequired {
            return None;
        }
        match self.claims() {
            Some(claims) => Some(caller.claims_challenge(claims.as_json())),
            None if self.token_error()?.kind() == TokenErrorKind::ConsentRequired => None,
            None => Some(Challenge::sign_in_again()),
        }
    }
}

impl fmt::Display for OnBehalfOfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().message())
    }
}

/// Prints the code, and the message of the source.
impl fmt::Debug for OnBehalfOfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source().map(ToString::to_string);
        write!(f, "OnBehalfOfError({}: {})", self.kind().code(), source.unwrap_or_default())
    }
}

impl Error for OnBehalfOfError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.cause {
            Cause::Request(error) => Some(error),
            Cause::Credential(error) | Cause::Transport(error) => Some(error),
            Cause::Token(error) => Some(error),
            Cause::Panicked => None,
        }
    }
}
