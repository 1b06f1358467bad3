//! A verified token that does not permit what was asked for.

use std::fmt;

use super::{
    Permission, Reason, Requirement,
    reason::{InARow, mismatches},
};
use crate::{refusal::Challenge, verify::VerifiedToken};

/// A verified token that does not permit what was asked for, with every reason. Answer with
/// [`challenge`](Self::challenge).
///
/// Of the token its text repeats the audience and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    reasons: Vec<Reason>,
    scopes: Vec<String>,
}

impl VerifiedToken {
    /// Checks that the token has what `requirement` asks for.
    ///
    /// # Errors
    ///
    /// [`Denied`] says every reason why not.
    pub fn authorize(&self, requirement: &Requirement) -> Result<(), Denied> {
        let reasons = mismatches(self, requirement);
        if reasons.is_empty() {
            return Ok(());
        }
        let scopes = requirement
            .alternatives()
            .flatten()
            .filter_map(|permission| match permission {
                Permission::Scope(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        Err(Denied { reasons, scopes })
    }
}

impl Denied {
    /// Every reason; at least one.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The scopes that were asked for, of which some may do.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// What to answer: 403 with `insufficient_scope`, and the scopes that would do, if there are any
    /// (RFC 6750 section 3.1).
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        Challenge::insufficient_scope(&self.scopes)
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token does not permit this: {}", InARow(&self.reasons))
    }
}

impl std::error::Error for Denied {}
