//! The token endpoint of a tenant.

use std::fmt;

use http::Uri;

use crate::{
    escape::{Escaped, host_of},
    issuer::{SignIn, customer_domain},
    kinds::debug_by_display,
    resource::{Cloud, TOKEN_EXCHANGE, is_guid},
};

/// Microsoft Entra's token endpoint (version 2.0) for one tenant in one cloud. Prints as its address.
///
/// The tenant is that of the user whose token is exchanged. `common`, `organizations` and `consumers` are
/// rejected, because they do not name a tenant. For a caller, use
/// [`Token::tenant_id`](crate::Token::tenant_id) or
/// [`EasyAuthPrincipal::tenant_id`](crate::EasyAuthPrincipal::tenant_id), and check that you serve this
/// tenant.
///
/// ```
/// use easyauth::{exchange::TokenEndpoint, resource::Cloud};
///
/// let endpoint = TokenEndpoint::in_cloud("contoso.onmicrosoft.us", Cloud::UsGov)?;
/// assert_eq!(
///     endpoint.to_string(),
///     "https://login.microsoftonline.us/contoso.onmicrosoft.us/oauth2/v2.0/token",
/// );
/// // External ID has a host for each tenant.
/// let endpoint = TokenEndpoint::of_authority("https://contoso.ciamlogin.com/contoso.onmicrosoft.com")?;
/// assert_eq!(
///     endpoint.to_string(),
///     "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
/// );
/// assert!(TokenEndpoint::entra("common").is_err());
/// # Ok::<(), easyauth::exchange::InvalidTokenEndpoint>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEndpoint(Uri);

impl TokenEndpoint {
    /// The endpoint in the public cloud for a tenant: its ID, or one of its verified domain names.
    ///
    /// # Errors
    ///
    /// [`InvalidTokenEndpoint`] if the string is neither a GUID nor a domain name.
    pub fn entra(tenant: &str) -> Result<Self, InvalidTokenEndpoint> {
        Self::in_cloud(tenant, Cloud::Public)
    }

    /// The endpoint in a cloud for a tenant: its ID, or one of its verified domain names.
    ///
    /// # Errors
    ///
    /// [`InvalidTokenEndpoint`] if the string is neither a GUID nor a domain name.
    pub fn in_cloud(tenant: &str, cloud: Cloud) -> Result<Self, InvalidTokenEndpoint> {
        if is_sign_in_host(tenant) {
            return Err(InvalidTokenEndpoint::new(tenant, Problem::Host));
        }
        Self::at(cloud.sign_in_host(), tenant)
            .ok_or_else(|| InvalidTokenEndpoint::new(tenant, Problem::Tenant))
    }

    /// The endpoint of an authority: an `https` address with the tenant as its path, such as
    /// `https://contoso.ciamlogin.com/contoso.onmicrosoft.com` for Microsoft Entra External ID
    /// (entra-docs, "Register a SAML or OpenID Connect app in your external tenant"; MSAL, CIAM
    /// authorities). An issuer (`.../v2.0`) and the address of the endpoint itself are also accepted.
    /// Without a path, the tenant of `<name>.ciamlogin.com` is `<name>.onmicrosoft.com`, as in MSAL.
    ///
    /// Tokens and the client credential are sent to this address. So it must come from your
    /// configuration, never from a request or a token.
    ///
    /// # Errors
    ///
    /// [`InvalidTokenEndpoint`] if the string is not such an address, or if its path is not a tenant: for
    /// instance `common`, or the policy of a B2C tenant.
    pub fn of_authority(authority: &str) -> Result<Self, InvalidTokenEndpoint> {
        let problem = || InvalidTokenEndpoint::new(authority, Problem::Authority);
        let (scheme, rest) = authority.split_once("://").ok_or_else(problem)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !scheme.eq_ignore_ascii_case("https") || !is_domain(host) {
            return Err(problem());
        }
        let host = host.to_ascii_lowercase();
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix("/oauth2/v2.0/token").unwrap_or(path);
        let path = path.strip_suffix("/v2.0").unwrap_or(path);
        match (path, host.strip_suffix(CIAM_SUFFIX)) {
            ("", Some(name)) => Self::at(&host, &format!("{name}.onmicrosoft.com")),
            _ => Self::at(&host, path),
        }
        .ok_or_else(problem)
    }

    /// An endpoint on this machine without encryption, such as `http://127.0.0.1:8080/token`: for tests and
    /// development.
    ///
    /// # Errors
    ///
    /// [`InvalidTokenEndpoint`] if the host is not `127.0.0.1`, `[::1]` or `localhost`.
    pub fn insecure_loopback(address: &str) -> Result<Self, InvalidTokenEndpoint> {
        let is_loopback = |uri: &Uri| {
            let host = uri.authority().and_then(|authority| host_of(authority.as_str()));
            uri.scheme_str() == Some("http")
                && matches!(host, Some("127.0.0.1" | "[::1]" | "localhost"))
        };
        let uri = Uri::try_from(address).ok().filter(is_loopback);
        uri.map(Self).ok_or_else(|| InvalidTokenEndpoint::new(address, Problem::Loopback))
    }

    fn at(host: &str, tenant: &str) -> Option<Self> {
        if !is_guid(tenant) && !is_domain(tenant) {
            return None;
        }
        let tenant = tenant.to_ascii_lowercase();
        Uri::try_from(format!("https://{host}/{tenant}/oauth2/v2.0/token")).map(Self).ok()
    }

    /// The audience of a token that is a client credential here: of a managed identity, or of the token
    /// that a blueprint gets for its agent. `api://AzureADTokenExchange` in the public cloud ("Configure an
    /// application to trust a managed identity"). In other clouds, the identifier of [`TOKEN_EXCHANGE`] there.
    #[must_use]
    pub fn exchange_audience(&self) -> &'static str {
        let cloud = self.0.host().and_then(Cloud::of_sign_in).unwrap_or_default();
        TOKEN_EXCHANGE.in_cloud(cloud).identifier()
    }

    /// The address.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl fmt::Display for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns `true` for two labels or more (RFC 1123 section 2.1). The last one must not consist of digits
/// alone, as in an IPv4 address.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit_once('.').map(|(_, last)| last);
    text.len() <= 253
        && last.is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
        && text.split('.').all(is_label)
}

/// The domain of Microsoft Entra External ID.
const CIAM_SUFFIX: &str = ".ciamlogin.com";

/// Returns `true` for a sign-in host, which users mistake for the domain of a tenant.
fn is_sign_in_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    SignIn::at(&host).is_some() || customer_domain(&host).is_some()
}

/// A string that is neither a tenant nor an authority. Its message shows the string without its query,
/// because it is configuration.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTokenEndpoint(String);

#[derive(Clone, Copy)]
enum Problem {
    Tenant,
    Host,
    Authority,
    Loopback,
}

impl InvalidTokenEndpoint {
    fn new(given: &str, problem: Problem) -> Self {
        // A pasted address can have a secret in its query.
        let given = given.split(['?', '#']).next().unwrap_or_default();
        let given = Escaped(given);
        Self(match problem {
            Problem::Tenant => {
                format!("expected the GUID or a domain name of a tenant, found {given:?}")
            }
            Problem::Host => format!(
                "expected the GUID or a domain name of a tenant, found the sign-in host {given:?}: use \
                 TokenEndpoint::of_authority(\"https://{given}/<tenant>\")"
            ),
            Problem::Authority => format!(
                "expected https://<host>/<GUID or domain name of a tenant>, found {given:?}"
            ),
            Problem::Loopback => format!(
                "expected http://127.0.0.1:<port>/<path> or another address of this machine, found \
                 {given:?}"
            ),
        })
    }
}

debug_by_display!(InvalidTokenEndpoint);
