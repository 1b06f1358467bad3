//! Scopes: delegated permissions, as a sign-in asks for them.

use std::{fmt, str::FromStr};

use super::{GRAPH, Resource, pasted::DEFAULT_SUFFIX};

/// The scopes of OpenID Connect, which belong to no API (OpenID Connect Core sections 5.4 and 11).
const OPENID_SCOPES: [&str; 6] =
    ["openid", "profile", "email", "offline_access", "address", "phone"];

/// A scope as a sign-in asks for it: an API's identifier, a slash, and the name of a permission.
///
/// # Syntax
///
/// - `https://management.azure.com/user_impersonation`, `api://my-api/Files.Read`,
///   `797f4846-ba00-4fd7-ba43-dac1f8f63013/.default`: the API is what stands in front of the last
///   slash. If its identifier itself ends with a slash, there are two:
///   `https://management.core.windows.net//user_impersonation`.
/// - `openid`, `profile`, `email`, `offline_access`, `address`, `phone`: of OpenID Connect, of no API.
/// - `User.Read`: any other name without an API is one of Microsoft Graph.
///
/// A permission whose own name has a slash cannot be told from a longer identifier. The characters are
/// those of RFC 6749 section 3.3; in a token the name stands alone.
///
/// ```
/// use easyauth::resource::{GRAPH, Scope};
///
/// let scope: Scope = "api://my-api/Files.Read".parse()?;
/// assert_eq!((scope.api(), scope.name()), (Some("api://my-api"), "Files.Read"));
/// assert_eq!("User.Read".parse::<Scope>()?.resource(), Some(GRAPH));
/// assert!("openid profile".parse::<Scope>().is_err()); // these are two
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
    /// Reads one scope.
    ///
    /// # Errors
    ///
    /// [`ScopeError`] if the text is not one scope.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        if let Some(position) = text.bytes().position(|byte| !is_scope_byte(byte)) {
            return Err(ScopeError::InvalidByte { position });
        }
        let Some(slash) = text.rfind('/') else {
            let resource = (!OPENID_SCOPES.contains(&text)).then_some(GRAPH);
            return Ok(Self { text: text.to_owned(), api_len: None, resource });
        };
        let (api, name) = (text.get(..slash).unwrap_or_default(), text.get(slash..));
        // "https://api.example.com" has no name: its last slash belongs to the scheme.
        if name.is_none_or(|name| name.len() < 2) || api.ends_with(":/") || api.ends_with(':') {
            return Err(ScopeError::MissingName);
        }
        if api.is_empty() {
            return Err(ScopeError::MissingApi);
        }
        if api.ends_with(DEFAULT_SUFFIX) {
            return Err(ScopeError::DefaultInApi);
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

    /// The identifier of the API as it is written; `None` for a name that stands alone.
    #[must_use]
    pub fn api(&self) -> Option<&str> {
        self.text.get(..self.api_len?)
    }

    /// The name of the permission, as a token has it in `scp`.
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

    /// Whether this is a scope of OpenID Connect, which belongs to no API.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.api_len.is_none() && OPENID_SCOPES.contains(&self.text.as_str())
    }
}

/// A character of a scope: RFC 6749 section 3.3.
fn is_scope_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::parse(text)
    }
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

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", crate::escape::Escaped(&self.text))
    }
}

/// A text that is not one scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// The text is empty.
    #[error("the scope is empty")]
    Empty,
    /// A byte is not one of RFC 6749 section 3.3; a space stands between scopes.
    #[error("the scope has a byte at position {position} that no scope has")]
    InvalidByte {
        /// The offset of the byte.
        position: usize,
    },
    /// There is an API and no name of a permission.
    #[error("the scope names an API and no permission of it")]
    MissingName,
    /// There is nothing in front of the slash.
    #[error("the scope has a slash and no API in front of it")]
    MissingApi,
    /// What stands in the place of the API is a scope already: `https://graph.microsoft.com/.default`
    /// was taken for the API, and `/.default` or another name added to it.
    #[error("the scope has /.default inside: name the API without it")]
    DefaultInApi,
}
