//! Scopes: delegated permissions, as a sign-in requests them.

use std::fmt;

use super::{GRAPH, Resource, pasted::DEFAULT_SUFFIX};
use crate::{debug::debug, escape::Escaped, kinds::kinds};

/// The scopes of OpenID Connect, which belong to no API (OpenID Connect Core sections 5.4 and 11).
const OPENID_SCOPES: [&str; 6] =
    ["openid", "profile", "email", "offline_access", "address", "phone"];

/// A scope as a sign-in requests it: an API's identifier, a slash, and the name of a permission.
///
/// # Syntax
///
/// - `https://management.azure.com/user_impersonation`, `api://my-api/Files.Read`,
///   `797f4846-ba00-4fd7-ba43-dac1f8f63013/.default`: the API is the part before the last slash. If its
///   identifier ends with a slash, there are two:
///   `https://management.core.windows.net//user_impersonation`.
/// - `openid`, `profile`, `email`, `offline_access`, `address`, `phone`: scopes of OpenID Connect, which
///   belong to no API.
/// - `User.Read`: any other name without an API is a scope of Microsoft Graph.
///
/// A permission whose name contains a slash cannot be distinguished from a longer identifier. The
/// allowed characters are those of RFC 6749 section 3.3. A token contains only the name.
///
/// ```
/// use easyauth::resource::{GRAPH, Scope};
///
/// let scope = Scope::parse("api://my-api/Files.Read")?;
/// assert_eq!((scope.api(), scope.name()), (Some("api://my-api"), "Files.Read"));
/// assert_eq!(Scope::parse("User.Read")?.resource(), Some(GRAPH));
/// assert!(Scope::parse("openid profile").is_err()); // these are two
/// # Ok::<(), easyauth::resource::ScopeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Scope {
    text: String,
    /// The length of the API's identifier in `text`, if there is one.
    api_len: Option<usize>,
    resource: Option<Resource>,
}

impl Scope {
    /// Parses one scope.
    ///
    /// # Errors
    ///
    /// [`ScopeError`] if the string is not one scope.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::new(ScopeErrorKind::Empty, text));
        }
        if invalid_byte(text).is_some() {
            return Err(ScopeError::new(ScopeErrorKind::InvalidByte, text));
        }
        let Some(slash) = text.rfind('/') else {
            let resource = (!OPENID_SCOPES.contains(&text)).then_some(GRAPH);
            return Ok(Self { text: text.to_owned(), api_len: None, resource });
        };
        let (api, name) = (text.get(..slash).unwrap_or_default(), text.get(slash..));
        // "https://api.example.com" has no name: its last slash is part of the scheme.
        if name.is_none_or(|name| name.len() < 2) || api.ends_with(":/") || api.ends_with(':') {
            return Err(ScopeError::new(ScopeErrorKind::MissingName, text));
        }
        if api.is_empty() {
            return Err(ScopeError::new(ScopeErrorKind::MissingApi, text));
        }
        if api.ends_with(DEFAULT_SUFFIX) {
            return Err(ScopeError::new(ScopeErrorKind::DefaultInApi, text));
        }
        let resource = Resource::of_audience(api);
        Ok(Self { text: text.to_owned(), api_len: Some(slash), resource })
    }

    pub(super) fn of(resource: Resource, api: &str, name: &str) -> Self {
        Self { text: format!("{api}/{name}"), api_len: Some(api.len()), resource: Some(resource) }
    }

    /// The whole scope.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The identifier of the API, as written; `None` for a name without an API.
    #[must_use]
    pub fn api(&self) -> Option<&str> {
        self.text.get(..self.api_len?)
    }

    /// The name of the permission, as in the `scp` claim of a token.
    #[must_use]
    pub fn name(&self) -> &str {
        self.api_len
            .and_then(|length| self.text.get(length..)?.strip_prefix('/'))
            .unwrap_or(&self.text)
    }

    /// The API, if it is known.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        self.resource
    }

    /// Returns `true` for a scope of OpenID Connect, which belongs to no API.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.api_len.is_none() && OPENID_SCOPES.contains(&self.text.as_str())
    }
}

/// The offset of the first byte that RFC 6749 section 3.3 does not allow in a scope.
fn invalid_byte(text: &str) -> Option<usize> {
    text.bytes().position(|byte| !matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

fn explained(given: &str) -> String {
    let explain = |at| format!(", whose byte {at} is not allowed in a scope");
    invalid_byte(given).map_or_else(String::new, explain)
}

impl AsRef<str> for Scope {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

debug! { Scope, |own| "Scope({})", Escaped(&own.text) }

kinds! {
    /// Why a string is not a scope.
    pub enum ScopeErrorKind of ScopeError;
    fn expected;

    /// The string is empty.
    Empty = "empty", "a scope";
    /// A byte is not allowed by RFC 6749 section 3.3. A space separates scopes.
    InvalidByte = "invalid-byte", "one scope";
    /// The string has an API, but no name of a permission.
    MissingName = "missing-name", "the name of a permission after the API";
    /// The part before the slash is empty.
    MissingApi = "missing-api", "an API before the slash of the scope";
    /// The part before the name is a scope already. For instance, `https://graph.microsoft.com/.default`
    /// was used as the API, and `/.default` or another name was added to it.
    DefaultInApi = "default-in-api", "an API without /.default before the name of the scope";
}

/// A string that is not one scope. The message shows the string, escaped and bounded, because scopes are
/// configuration.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {}, found {:?}{}", .kind.expected(), Escaped(given), explained(given))]
pub struct ScopeError {
    kind: ScopeErrorKind,
    given: Box<str>,
}

impl ScopeError {
    fn new(kind: ScopeErrorKind, given: &str) -> Self {
        Self { kind, given: given.into() }
    }
}

// The code alone: errors about `loginParameters` contain this error and show no value.
debug! { ScopeError, |own| "ScopeError({})", own.kind.code() }
