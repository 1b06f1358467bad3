//! Denials: a verified token that does not meet a requirement.

use http::StatusCode;

use super::{
    Reason, Requirement,
    reason::{Joined, mismatches},
};
use crate::{challenge::Challenge, jwt::Token};

/// A verified token that does not meet a requirement, with every reason. Respond with
/// [`challenge`](Self::challenge).
///
/// The only value of the token in its message is the audience.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the token does not meet the requirement: {}", Joined(reasons))]
pub struct Denied {
    reasons: Vec<Reason>,
    scopes: Vec<String>,
}

impl Requirement {
    /// Checks that a token whose signature and lifetime were verified meets the requirement.
    pub(crate) fn check<T>(&self, token: &Token<T>) -> Result<(), Denied> {
        let reasons = mismatches(token, self);
        if reasons.is_empty() {
            return Ok(());
        }
        Err(Denied { reasons, scopes: self.scopes() })
    }
}

impl Denied {
    /// Every reason; at least one.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The scopes of the requirement; some of them may be enough.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The response: 403. If the token lacks a permission, with `insufficient_scope` and the scopes that
    /// would be enough, if any (RFC 6750 section 3.1). Otherwise without a challenge, because a client
    /// would request the scopes that its token has.
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        let is_missing = |reason: &Reason| matches!(reason, Reason::MissingPermission { .. });
        if self.reasons.iter().any(is_missing) {
            Challenge::insufficient_scope(&self.scopes)
        } else {
            Challenge::plain(StatusCode::FORBIDDEN)
        }
    }
}
