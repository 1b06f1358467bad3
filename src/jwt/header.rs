//! The header of a token (RFC 7515 section 4).

use std::fmt;

use super::{DecodeError, Segment};
use crate::{
    escape::EscapedNames,
    json::members::{Members, Value},
};

/// The header of a token, which names its algorithm and its key. Do not trust it before the signature is
/// checked, and never take a key from it (RFC 8725 section 3.10).
#[derive(Clone)]
pub struct TokenHeader(Members);

impl TokenHeader {
    pub(crate) fn parse(text: String) -> Result<Self, DecodeError> {
        Members::parse(text).map(Self).map_err(|error| DecodeError::object(Segment::Header, error))
    }

    /// The algorithm (`alg`): `RS256` from Entra. `none` and unknown algorithms are returned too.
    #[must_use]
    pub fn alg(&self) -> Option<&str> {
        self.0.text("alg")
    }

    /// The type (`typ`): `JWT` from Entra, never `at+jwt`.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.0.text("typ")
    }

    /// The ID of the key (`kid`).
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.0.text("kid")
    }

    /// The thumbprint of the key's certificate (`x5t`), which only version 1.0 tokens of Entra have.
    #[must_use]
    pub fn x5t(&self) -> Option<&str> {
        self.0.text("x5t")
    }

    /// Returns `true` if the header has a `nonce`. Tokens for Microsoft Graph and a few other Microsoft APIs
    /// have one: their signature covers a changed header, so only the API itself can verify them
    /// (azure-activedirectory-identitymodel-extensions-for-dotnet#609).
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.0.get("nonce").is_some()
    }

    /// The value of a member that is a string.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The names of all members, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }
}

/// Prints the names of the members, without values.
impl fmt::Debug for TokenHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHeader")?;
        EscapedNames(|| self.names()).fmt(f)
    }
}
