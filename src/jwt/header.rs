//! The header of a token (RFC 7515 section 4).

use std::fmt;
#[cfg(feature = "verify")]
use std::sync::Arc;

use super::{DecodeError, Segment};
use crate::{
    escape::EscapedNames,
    json::members::{Members, Value},
};

/// The header of a token, which names its algorithm and its key. Do not trust it before the signature is
/// checked, and never take a key from it (RFC 8725 section 3.10).
#[derive(Clone)]
pub struct TokenHeader(Owner);

#[derive(Clone)]
enum Owner {
    Token(Members),
    /// A key, with a header that its tokens share.
    #[cfg(feature = "verify")]
    Key(Arc<Members>),
}

impl TokenHeader {
    pub(crate) fn parse(text: String) -> Result<Self, DecodeError> {
        let members = Members::parse(text);
        members
            .map(|members| Self(Owner::Token(members)))
            .map_err(|error| DecodeError::object(Segment::Header, error))
    }

    /// The same header, which is cheap to clone.
    #[cfg(feature = "verify")]
    pub(crate) fn into_shared(self) -> Self {
        match self.0 {
            Owner::Token(members) => Self(Owner::Key(Arc::new(members))),
            Owner::Key(_) => self,
        }
    }

    fn members(&self) -> &Members {
        match &self.0 {
            Owner::Token(members) => members,
            #[cfg(feature = "verify")]
            Owner::Key(members) => members,
        }
    }

    /// The algorithm (`alg`): `RS256` from Entra. `none` and unknown algorithms are returned too.
    #[must_use]
    pub fn alg(&self) -> Option<&str> {
        self.members().text("alg")
    }

    /// The type (`typ`): `JWT` from Entra, never `at+jwt`.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.members().text("typ")
    }

    /// The ID of the key (`kid`).
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.members().text("kid")
    }

    /// The thumbprint of the key's certificate (`x5t`), which only version 1.0 tokens of Entra have.
    #[must_use]
    pub fn x5t(&self) -> Option<&str> {
        self.members().text("x5t")
    }

    /// Returns `true` if the header has a `nonce`. Tokens for Microsoft Graph and a few other Microsoft APIs
    /// have one: their signature covers a changed header, so only the API itself can verify them
    /// (azure-activedirectory-identitymodel-extensions-for-dotnet#609).
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.members().get("nonce").is_some()
    }

    /// The value of a member that is a string.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.members().get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The names of all members, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members().names()
    }
}

/// Prints the names of the members, without values.
impl fmt::Debug for TokenHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHeader")?;
        EscapedNames(|| self.names()).fmt(f)
    }
}
