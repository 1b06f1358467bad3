//! The header of a token (RFC 7515 section 4).

use std::fmt;

use super::{
    DecodeError, Segment,
    members::{Members, Value},
};

/// The header of a token: how it says it is signed. Nothing in it is to be believed before the
/// signature is checked, and a key is never taken from it (RFC 8725 section 3.10).
#[derive(Clone)]
pub struct TokenHeader(Members);

impl TokenHeader {
    pub(crate) fn parse(text: String) -> Result<Self, DecodeError> {
        Members::parse(text).map(Self).map_err(|error| error.of(Segment::Header))
    }

    /// The algorithm (`alg`): `RS256` from Entra. `none` and unknown ones are readable here.
    #[must_use]
    pub fn alg(&self) -> Option<&str> {
        self.0.text("alg")
    }

    /// The type (`typ`): `JWT` from Entra, never `at+jwt`.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.0.text("typ")
    }

    /// The id of the key (`kid`).
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.0.text("kid")
    }

    /// The thumbprint of the key's certificate (`x5t`); in Entra's version 1.0 tokens only.
    #[must_use]
    pub fn x5t(&self) -> Option<&str> {
        self.0.text("x5t")
    }

    /// Whether there is a `nonce`: Microsoft Graph and a few more of Microsoft's APIs get tokens whose
    /// signature covers a changed header. Such a token is genuine, and nobody but its API can verify
    /// it (azure-activedirectory-identitymodel-extensions-for-dotnet, issue 609).
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.0.get("nonce").is_some()
    }

    /// A member that is a string.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether there is a member of this name, null included.
    #[cfg(feature = "verify")]
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    /// The names of all members, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }
}

/// Prints the names of the members and no value.
impl fmt::Debug for TokenHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHeader")?;
        crate::escape::EscapedNames(|| self.names()).fmt(f)
    }
}
