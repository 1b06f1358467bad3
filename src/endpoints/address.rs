//! Addresses with parameters.

use std::fmt;

use super::ReturnTo;
use crate::escape::{Encoded, Escaped};

/// The address of a sign-in: [`Endpoints::login`](super::Endpoints::login). Prints as a path with its
/// query, for a link or the `Location` header.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct LoginAddress(Address);

/// The address of a sign-out: [`Endpoints::logout`](super::Endpoints::logout). Prints as a path with its
/// query, for a link or the `Location` header.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct LogoutAddress(Address);

/// A path and its parameters; each key appears once.
#[derive(Clone, PartialEq, Eq)]
struct Address {
    path: String,
    parameters: Vec<(String, String)>,
}

impl LoginAddress {
    pub(super) fn new(path: String) -> Self {
        Self(Address { path, parameters: Vec::new() })
    }

    /// Sets where the browser goes after sign-in: by default, to the start page of the site.
    pub fn return_to(self, target: &ReturnTo) -> Self {
        self.parameter("post_login_redirect_uri", target.as_str())
    }

    /// Sets a parameter for the provider's sign-in page: `domain_hint` or `prompt` for Entra,
    /// `access_type` for Google. If set twice, the last value wins. Static Web Apps ignore these
    /// parameters.
    pub fn parameter(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self(self.0.with(key.into(), value.into()))
    }
}

impl LogoutAddress {
    pub(super) fn new(path: String) -> Self {
        Self(Address { path, parameters: Vec::new() })
    }

    /// Sets where the browser goes after sign-out: by default, to a page of the platform.
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

/// Prints only the path, because the query of the address to return to can contain a key.
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
