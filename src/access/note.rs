//! What is worth knowing about a token that opens an API.

use std::fmt;

/// Something worth knowing that does not keep a token from opening an API. Prints as a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// An application calls, and the API itself decides what it may do: by Azure role assignments, for
    /// instance. No scope or role in the token says so.
    RolesAtTheApi,
    /// The token names the application by its client ID, and was asked for by an App ID URI that ends
    /// with that ID: the convention of Teams (`api://<domain>/<client id>`,
    /// `api://<domain>/botid-<client id>`, `api://auth-<id>/<client id>`).
    ClientIdAudience,
}

impl Note {
    /// A stable, machine-readable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RolesAtTheApi => "roles-at-the-api",
            Self::ClientIdAudience => "client-id-audience",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RolesAtTheApi => {
                "the caller is an application, and the API decides by the roles assigned to it"
            }
            Self::ClientIdAudience => {
                "version 2.0 tokens carry the client ID and version 1.0 tokens the App ID URI, so the \
                 API must accept both as its audience"
            }
        })
    }
}
