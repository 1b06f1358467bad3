//! What Entra or the platform would refuse.

use std::fmt;

use super::MAX_LOGIN_PARAMETERS_LEN;
use crate::{escape::Escaped, resource::ScopeError};

/// A login parameter that Entra or the platform would refuse, long after the settings were saved.
///
/// `entry` is the position in the list, counted from 0. No value is ever repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginParametersError {
    /// Nothing was given to the builder.
    #[error("there is no login parameter")]
    Empty,
    /// There is no `=`, so nothing says what is the key and what the value.
    #[error("loginParameters[{entry}] has no `=` between a key and a value")]
    NoEquals {
        /// The position.
        entry: usize,
    },
    /// There is nothing in front of the `=`.
    #[error("loginParameters[{entry}] has no key in front of its `=`")]
    EmptyKey {
        /// The position.
        entry: usize,
    },
    /// The key has something else than letters, digits, `-`, `.` and `_` (RFC 6749 section 8.2).
    #[error("loginParameters[{entry}]: the key has a byte at position {position} that no key has")]
    InvalidKey {
        /// The position.
        entry: usize,
        /// The offset of the first such byte.
        position: usize,
    },
    /// The key is there already.
    #[error("loginParameters[{entry}]: `{key}` is there already, and Entra takes a parameter once")]
    DuplicateKey {
        /// The position of the second one.
        entry: usize,
        /// The key.
        key: ParameterKey,
    },
    /// The platform sets this parameter itself at each sign-in.
    #[error("loginParameters[{entry}]: `{key}` is set by the platform")]
    ReservedKey {
        /// The position.
        entry: usize,
        /// The key.
        key: ParameterKey,
    },
    /// There is nothing behind the `=`.
    #[error("loginParameters[{entry}]: `{key}` has no value")]
    EmptyValue {
        /// The position.
        entry: usize,
        /// The key.
        key: ParameterKey,
    },
    /// The value has a control character, or `&` or `#`, which end a parameter in an address (RFC 3986
    /// section 3.4): nobody promises that the platform encodes those.
    #[error(
        "loginParameters[{entry}]: the value of `{key}` has a byte at position {position} that \
         breaks an address"
    )]
    InvalidValue {
        /// The position.
        entry: usize,
        /// The key.
        key: ParameterKey,
        /// The offset of the first such byte.
        position: usize,
    },
    /// A `scope` without a scope.
    #[error("loginParameters[{entry}]: there is no scope")]
    NoScope {
        /// The position.
        entry: usize,
    },
    /// One of the scopes is not a scope, or what `resource` names can have none.
    #[error("loginParameters[{entry}]: one of the scopes is not a scope (number {number})")]
    InvalidScope {
        /// The position.
        entry: usize,
        /// Which of the scopes, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: ScopeError,
    },
    /// The scopes are of more than one API, and one sign-in gives a token for one.
    #[error(
        "loginParameters[{entry}]: the scopes are of more than one API, and a token is for one"
    )]
    TwoResources {
        /// The position of the `scope`.
        entry: usize,
    },
    /// `resource` names one API and the scopes are of another, and one sign-in gives a token for one.
    #[error(
        "loginParameters[{entry}]: `resource` is not the API of the scopes, and a token is for one"
    )]
    ResourceOfAnotherApi {
        /// The position of the `resource`.
        entry: usize,
    },
    /// `.default` stands for all permissions of the registration, and cannot be mixed with others of
    /// its API.
    #[error("loginParameters[{entry}]: `.default` is mixed with other scopes of the API")]
    DefaultMixed {
        /// The position of the `scope`.
        entry: usize,
    },
    /// `prompt` has more than one value.
    #[error("loginParameters[{entry}]: `prompt` has more than one value")]
    TwoPrompts {
        /// The position.
        entry: usize,
    },
    /// `resource` is Azure AD Graph, which is retired. Only
    /// [`migrated_to_v2`](super::LoginParameters::migrated_to_v2) fails with this.
    #[error(
        "loginParameters[{entry}]: `resource` is Azure AD Graph, which is retired; choose scopes of \
         Microsoft Graph"
    )]
    AzureAdGraph {
        /// The position.
        entry: usize,
    },
    /// All parameters together are longer than [`MAX_LOGIN_PARAMETERS_LEN`].
    #[error("the login parameters have more than {MAX_LOGIN_PARAMETERS_LEN} bytes")]
    TooLong,
}

impl LoginParametersError {
    /// The position in the list that this is about, counted from 0.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        match self {
            Self::Empty | Self::TooLong => None,
            Self::NoEquals { entry }
            | Self::EmptyKey { entry }
            | Self::InvalidKey { entry, .. }
            | Self::DuplicateKey { entry, .. }
            | Self::ReservedKey { entry, .. }
            | Self::EmptyValue { entry, .. }
            | Self::InvalidValue { entry, .. }
            | Self::NoScope { entry }
            | Self::InvalidScope { entry, .. }
            | Self::TwoResources { entry }
            | Self::ResourceOfAnotherApi { entry }
            | Self::DefaultMixed { entry }
            | Self::TwoPrompts { entry }
            | Self::AzureAdGraph { entry } => Some(*entry),
        }
    }

    /// The error that Entra would show at the sign-in, where it is known ("Microsoft Entra
    /// authentication and authorization error codes"). For people to search for: Microsoft may change
    /// these any day.
    #[must_use]
    pub fn aadsts(&self) -> Option<&'static str> {
        match self {
            Self::DuplicateKey { .. } => Some("AADSTS9000411"),
            Self::InvalidScope { .. } | Self::DefaultMixed { .. } => Some("AADSTS70011"),
            Self::NoScope { .. } => Some("AADSTS28003"),
            Self::TwoResources { .. } => Some("AADSTS28000"),
            Self::TwoPrompts { .. } => Some("AADSTS90023"),
            Self::TooLong => Some("AADSTS90015"),
            _ => None,
        }
    }
}

/// The key of a login parameter. Prints escaped, and cut after 256 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct ParameterKey(Box<str>);

impl ParameterKey {
    pub(crate) fn new(key: &str) -> Self {
        Self(key.into())
    }

    /// The key as the list has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ParameterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl fmt::Debug for ParameterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}
