//! Addresses with parameters.

use std::fmt;

use super::ReturnTo;
use crate::escape::{Encoded, Escaped};

/// Where to sign in: [`Endpoints::login`](super::Endpoints::login). Prints as a path with its query,
/// for a link or the header `Location`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct LoginAddress(Address);

/// Where to sign out: [`Endpoints::logout`](super::Endpoints::logout). Prints as a path with its query,
/// for a link or the header `Location`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct LogoutAddress(Address);

/// A path and its parameters, each key once.
#[derive(Clone, PartialEq, Eq)]
struct Address {
    path: String,
    parameters: Vec<(String, String)>,
}

impl LoginAddress {
    pub(super) fn new(path: String) -> Self {
        Self(Address { path, parameters: Vec::new() })
    }

    /// Where the browser goes once it is signed in; the start of the site, if nothing is said.
    pub fn return_to(self, target: &ReturnTo) -> Self {
        self.parameter("post_login_redirect_uri", target.as_str())
    }

    /// A parameter for the provider's sign-in page: `domain_hint` or `prompt` for Entra, `access_type` for
    /// Google. Said twice, the last counts. Static Web Apps pass over them.
    pub fn parameter(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self(self.0.with(key.into(), value.into()))
    }
}

impl LogoutAddress {
    pub(super) fn new(path: String) -> Self {
        Self(Address { path, parameters: Vec::new() })
    }

    /// Where the browser goes once it is signed out; a page of the platform's, if nothing is said.
    pub fn return_to(self, target: &ReturnTo) -> Self {
        Self(self.0.with("post_logout_redirect_uri".to_owned(), target.as_str().to_owned()))
    }
}

impl Address {
    fn with(mut self, key: String, value: String) -> Self {
        self.parameters.retain(|(own, _)| *own != key);
        self.parameters.push((key, value));
        self
    }
}

/// Prints the path alone: the address to return to can hold a key in its query.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Escaped(&self.path))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (index, (key, value)) in self.parameters.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{}={}", Encoded(key), Encoded(value))?;
        }
        Ok(())
    }
}

impl fmt::Display for LoginAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for LogoutAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
