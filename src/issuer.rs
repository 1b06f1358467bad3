//! Issuers of Microsoft Entra, recognized by their address.

use crate::resource::{Cloud, is_guid};

/// The hosts of version 1.0 issuers (`AuthorityMetadata` of Microsoft's authentication library for
/// JavaScript).
const V1_HOSTS: [&str; 2] = ["sts.windows.net", "sts.chinacloudapi.cn"];

/// The domains of External ID and Azure AD B2C tenants (Microsoft Learn: "Use a custom URL domain",
/// "Set redirect URLs to b2clogin.com").
#[cfg(feature = "verify")]
const CUSTOMER_DOMAINS: [&str; 2] = [".ciamlogin.com", ".b2clogin.com"];

/// Whether this is the issuer of a workforce tenant, in the form of version 1.0 or 2.0. The issuer of
/// Azure AD B2C at the same host ends in a slash or has a policy.
pub(crate) fn is_workforce(issuer: &str) -> bool {
    let Some((host, path)) = host_and_path(issuer) else { return false };
    let tenant = if V1_HOSTS.contains(&host) {
        path.strip_suffix('/')
    } else if is_sign_in_host(host) {
        path.strip_suffix("/v2.0")
    } else {
        None
    };
    tenant.is_some_and(is_guid)
}

/// Whether this is an issuer of Microsoft Entra: of a workforce tenant, of External ID or of Azure AD
/// B2C. Custom domains cannot be recognized.
#[cfg(feature = "verify")]
pub(crate) fn is_microsoft(issuer: &str) -> bool {
    host_and_path(issuer).is_some_and(|(host, _)| {
        let is_customers = |domain| host.strip_suffix(domain).is_some_and(|name| !name.is_empty());
        V1_HOSTS.contains(&host)
            || is_sign_in_host(host)
            || CUSTOMER_DOMAINS.into_iter().any(is_customers)
    })
}

/// The tenant that an issuer of Microsoft Entra names: the first segment of its path.
#[cfg(feature = "verify")]
pub(crate) fn tenant(issuer: &str) -> Option<&str> {
    let (_, path) = host_and_path(issuer).filter(|_| is_microsoft(issuer))?;
    path.split('/').next().filter(|tenant| is_guid(tenant))
}

fn is_sign_in_host(host: &str) -> bool {
    Cloud::ALL.iter().any(|cloud| cloud.sign_in_host() == host)
}

fn host_and_path(issuer: &str) -> Option<(&str, &str)> {
    issuer.strip_prefix("https://")?.split_once('/')
}
