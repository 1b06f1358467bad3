//! A role that the caller lacks.

use crate::escape::{Escaped, MAX_NAMES};

/// The caller has none of the required roles. It is the [source](std::error::Error::source) of a
/// [`Rejection`](crate::Rejection), for the log. It names the roles that the service requires, and nothing of
/// the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message(any_of))]
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

fn message(any_of: &[String]) -> String {
    match any_of {
        [] => "the list of required roles is empty, so no caller is accepted".to_owned(),
        [role] => format!("the caller lacks the role {}", Escaped(role)),
        [first, others @ ..] => {
            let others = others.iter().take(MAX_NAMES).map(|role| format!(", {}", Escaped(role)));
            format!(
                "the caller has none of the roles {}{}",
                Escaped(first),
                others.collect::<String>()
            )
        }
    }
}
