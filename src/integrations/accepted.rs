//! Which identity headers a handler may read.

#[cfg(feature = "tower")]
use http::{HeaderMap, HeaderName};

use crate::{
    headers::{
        CLIENT_PRINCIPAL, CLIENT_PRINCIPAL_ID, CLIENT_PRINCIPAL_IDP, CLIENT_PRINCIPAL_NAME,
        HeaderSource, TOKEN_PREFIX,
    },
    provider::IdentityProvider,
};

/// Folded prefixes of identity headers: the principal, the tokens of the token store, and the token that
/// a Static Web App sends to a linked Function (`X-MS-AUTH-TOKEN`). The keys of that token are not
/// published, so a service cannot verify it.
///
/// `X-ZUMO-AUTH` comes from the client, like `Authorization`, and `X-MS-ORIGINAL-URL` carries no
/// identity.
const IDENTITY: [&str; 3] = ["xmsclientprincipal", "xmstoken", "xmsauthtoken"];

/// The identity headers of a request that were accepted.
#[derive(Debug, Clone)]
pub(super) enum Accepted {
    Nothing,
    /// The principal and the tokens of its provider, which the platform wrote.
    Platform(IdentityProvider),
    /// The ID token of this name, which was verified.
    #[cfg(feature = "verify")]
    IdToken(String),
}

impl Accepted {
    /// Returns `true` if a handler may read the header: it is not an identity header, or it was
    /// accepted.
    pub(super) fn includes(&self, name: &str) -> bool {
        !is_identity(name) || self.is_accepted(name)
    }

    fn is_accepted(&self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            #[cfg(feature = "verify")]
            Self::IdToken(own) => name.eq_ignore_ascii_case(own),
            Self::Platform(provider) => {
                let principal = [
                    CLIENT_PRINCIPAL,
                    CLIENT_PRINCIPAL_ID,
                    CLIENT_PRINCIPAL_NAME,
                    CLIENT_PRINCIPAL_IDP,
                ];
                principal.iter().any(|own| name.eq_ignore_ascii_case(own))
                    || is_token_of(provider, name)
            }
        }
    }
}

fn is_token_of(provider: &IdentityProvider, name: &str) -> bool {
    let start = |name: &str, prefix: &str| {
        let (start, _) = name.as_bytes().split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix.as_bytes()).then_some(())
    };
    if *provider == IdentityProvider::UNKNOWN {
        // The platform did not say whose tokens these are. `ProviderTokens` rejects two providers.
        return start(name, TOKEN_PREFIX).is_some();
    }
    start(name, &format!("{TOKEN_PREFIX}{}-", provider.as_str())).is_some()
}

/// Returns `true` if a name matches an identity header, ignoring case and every byte except letters and
/// digits. Servers and frameworks map names to each other: CGI and WSGI turn a hyphen into an
/// underscore, and some do so with any other byte (CVE-2025-64484, httpwg/http-core#843).
fn is_identity(name: &str) -> bool {
    IDENTITY.iter().any(|prefix| {
        let mut folded =
            name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
        prefix.bytes().all(|byte| folded.next() == Some(byte))
    })
}

/// Removes every identity header that was not accepted.
#[cfg(feature = "tower")]
pub(super) fn strip(headers: &mut HeaderMap, accepted: &Accepted) {
    let others: Vec<HeaderName> =
        headers.keys().filter(|name| !accepted.includes(name.as_str())).cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// The headers that a handler may read.
pub(super) struct Readable<'a, H: ?Sized> {
    pub(super) headers: &'a H,
    pub(super) accepted: &'a Accepted,
}

impl<H: HeaderSource + ?Sized> HeaderSource for Readable<'_, H> {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        if self.accepted.includes(name) { self.headers.header(name, index) } else { None }
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        if self.accepted.includes(name) { self.headers.first_two(name) } else { [None, None] }
    }
}
