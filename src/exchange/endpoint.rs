//! Where tokens come from.

use std::fmt;

use http::Uri;

use crate::resource::{Cloud, is_guid};

/// Microsoft Entra's token endpoint (version 2.0) for one tenant in one cloud. Prints as its address.
///
/// The tenant is that of the user: whose token is exchanged, or who signed in. `common`, `organizations`
/// and `consumers` are no tenants. For a caller, take [`Token::tenant_id`](crate::Token::tenant_id) or
/// [`EasyAuthPrincipal::tenant_id`](crate::EasyAuthPrincipal::tenant_id), and check that it is one that
/// you serve.
///
/// ```
/// use easyauth::{exchange::TokenEndpoint, resource::Cloud};
///
/// let endpoint = TokenEndpoint::in_cloud("contoso.onmicrosoft.us", Cloud::UsGov)?;
/// assert_eq!(
///     endpoint.to_string(),
///     "https://login.microsoftonline.us/contoso.onmicrosoft.us/oauth2/v2.0/token",
/// );
/// assert!(TokenEndpoint::new("common").is_err());
/// # Ok::<(), easyauth::exchange::NotATenant>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEndpoint(Uri);

impl TokenEndpoint {
    /// The endpoint in the public cloud for a tenant: its id, or one of its verified domain names.
    ///
    /// # Errors
    ///
    /// [`NotATenant`] if the text is neither a GUID nor a domain name.
    pub fn new(tenant: &str) -> Result<Self, NotATenant> {
        Self::in_cloud(tenant, Cloud::Public)
    }

    /// The endpoint in a cloud for a tenant: its id, or one of its verified domain names.
    ///
    /// # Errors
    ///
    /// [`NotATenant`] if the text is neither a GUID nor a domain name.
    pub fn in_cloud(tenant: &str, cloud: Cloud) -> Result<Self, NotATenant> {
        if !is_guid(tenant) && !is_domain(tenant) {
            return Err(NotATenant(()));
        }
        let (host, tenant) = (cloud.sign_in_host(), tenant.to_ascii_lowercase());
        let address = format!("https://{host}/{tenant}/oauth2/v2.0/token");
        Uri::try_from(address).map(Self).map_err(|_| NotATenant(()))
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

/// Two labels or more (RFC 1123 section 2.1), the last one not of digits alone as in an IPv4 address.
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

/// The text is neither a GUID nor a domain name, and so no tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tenant is neither a GUID nor a domain name")]
pub struct NotATenant(());
