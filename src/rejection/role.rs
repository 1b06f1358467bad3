//! A role that the caller lacks.

use std::{error::Error, fmt};

use crate::escape::{Escaped, MAX_NAMES};

/// The caller has none of the required roles. It is the [source](Error::source) of a
/// [`Rejection`](crate::Rejection), for the log. It names the roles that the service requires, and nothing of
/// the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRole {
    any_of: Vec<String>,
}

impl MissingRole {
    pub(super) fn new<R: AsRef<str>>(any_of: &[R]) -> Self {
        Self { any_of: any_of.iter().map(|role| role.as_ref().to_owned()).collect() }
    }

    /// The roles of which one is required. If there are none, no caller is ever accepted.
    pub fn any_of(&self) -> impl Iterator<Item = &str> {
        self.any_of.iter().map(String::as_str)
    }
}

impl fmt::Display for MissingRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.any_of.as_slice() {
            [] => f.write_str("the list of required roles is empty, so no caller is accepted"),
            [role] => write!(f, "the caller lacks the role {}", Escaped(role)),
            [first, others @ ..] => {
                write!(f, "the caller has none of the roles {}", Escaped(first))?;
                for role in others.iter().take(MAX_NAMES) {
                    write!(f, ", {}", Escaped(role))?;
                }
                Ok(())
            }
        }
    }
}

impl Error for MissingRole {}
