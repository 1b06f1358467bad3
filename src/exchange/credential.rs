//! What a client proves itself with.

use std::fmt;

use zeroize::Zeroizing;

/// What an app registration proves itself with at the token endpoint.
///
/// A secret: its `Debug` form prints the kind and the length only, its memory is wiped when it is dropped,
/// and it is neither `Display`, `Serialize`, `Clone` nor comparable. An empty one, from a setting that is
/// not there for instance, is refused when a request is built.
///
/// ```
/// use easyauth::exchange::ClientCredential;
///
/// let credential = ClientCredential::secret("value of the client secret");
/// assert_eq!(format!("{credential:?}"), "ClientCredential(secret, 26 bytes)");
/// ```
pub struct ClientCredential {
    kind: Kind,
    text: Zeroizing<String>,
}

#[derive(Clone, Copy)]
enum Kind {
    Secret,
    Assertion,
}

/// `client_assertion_type` (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl ClientCredential {
    /// A client secret: its value, not its id.
    #[must_use]
    pub fn secret(secret: impl Into<String>) -> Self {
        Self { kind: Kind::Secret, text: Zeroizing::new(secret.into()) }
    }

    /// A client assertion, which is a JWT: signed by a certificate of the registration, or the token of a
    /// managed identity or another issuer that a federated credential of the registration names. It is
    /// sent as it is, and lives as long as it says.
    #[must_use]
    pub fn assertion(assertion: impl Into<String>) -> Self {
        Self { kind: Kind::Assertion, text: Zeroizing::new(assertion.into()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What a form says of it.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let (first, second) = match self.kind {
            Kind::Secret => (("client_secret", self.text.as_str()), None),
            Kind::Assertion => (
                ("client_assertion_type", JWT_BEARER),
                Some(("client_assertion", self.text.as_str())),
            ),
        };
        std::iter::once(first).chain(second)
    }
}

impl fmt::Debug for ClientCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Secret => "secret",
            Kind::Assertion => "assertion",
        };
        write!(f, "ClientCredential({kind}, {} bytes)", self.text.len())
    }
}
