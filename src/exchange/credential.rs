//! Credentials of clients.

use std::fmt;

use zeroize::Zeroizing;

/// The credential with which an app registration authenticates at the token endpoint.
///
/// It is a secret. Its `Debug` form prints only the kind and the length, and its memory is wiped on drop.
/// It is not `Display`, `Serialize`, `Clone` or comparable. An empty one is rejected when a request is
/// built, for instance because a setting is missing.
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
    /// A client secret: its value, not its secret ID.
    #[must_use]
    pub fn secret(secret: impl Into<String>) -> Self {
        Self { kind: Kind::Secret, text: Zeroizing::new(secret.into()) }
    }

    /// A client assertion, which is a JWT. It is signed with a certificate of the app registration. Or it
    /// is the token of a managed identity, or of another issuer, that a federated credential of the app
    /// registration names. It is sent unchanged.
    #[must_use]
    pub fn assertion(assertion: impl Into<String>) -> Self {
        Self { kind: Kind::Assertion, text: Zeroizing::new(assertion.into()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The form fields.
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
