//! Microsoft's issuers: which service an `iss` belongs to.
#![cfg_attr(not(feature = "verify"), allow(dead_code, reason = "most of this is for verification"))]

use std::borrow::Cow;

use crate::{
    escape::host_of,
    resource::{Cloud, is_guid},
};

impl Cloud {
    /// The cloud whose sign-in service has this issuer: `https://login.microsoftonline.us/<tenant>/v2.0` is
    /// one of Azure Government. `None` for other issuers, including those of External ID.
    ///
    /// Only the host counts. `sts.windows.net`, which the public cloud and Azure Government share, counts as
    /// the public cloud.
    ///
    /// ```
    /// use easyauth::resource::Cloud;
    ///
    /// let issuer = "https://login.partner.microsoftonline.cn/contoso.cn/v2.0";
    /// assert_eq!(Cloud::of_issuer(issuer), Some(Cloud::China));
    /// ```
    #[must_use]
    pub fn of_issuer(issuer: &str) -> Option<Self> {
        let (scheme, rest) = issuer.split_once("://")?;
        let host = host_of(rest.split(['/', '?', '#']).next()?)?.to_ascii_lowercase();
        if scheme.eq_ignore_ascii_case("https") { Self::of_sign_in(&host) } else { None }
    }

    /// The cloud whose sign-in service has this host.
    pub(crate) fn of_sign_in(host: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cloud| SignIn::of(*cloud).has(host))
    }
}

/// The placeholder for the tenant in the issuer of Entra's tenant-independent documents and keys.
pub(crate) const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// The sign-in service of a cloud, with the names that tokens, keys and documents give it.
///
/// Sources: `AuthorityMetadata` of Microsoft's authentication library for JavaScript, `authority.py` of
/// the one for Python, issue 1611 of ARO-RP for the version 1.0 issuer of Azure Government.
pub(crate) struct SignIn {
    /// The host of version 2.0 issuers, and the host of the documents.
    pub(crate) host: &'static str,
    /// Domains in which only Microsoft has names. They cover the hosts of the libraries, regional hosts
    /// (`westus2.login.microsoft.com`) and `login-us.microsoftonline.com`.
    domains: &'static [&'static str],
    /// The host of version 1.0 issuers, if it is known. Azure Government has that of the public cloud, so only
    /// the keys distinguish the two.
    v1_host: Option<&'static str>,
    /// The hosts in the issuer of its keys. The keys of Azure Government name the public host, as recorded in the
    /// public key set, which has some of them. For the other clouds this is inferred.
    key_hosts: &'static [&'static str],
    /// The values of `cloud_instance_name` of its keys. Its metadata has the first one. Empty if no document was
    /// recorded; then the name of a key is not checked.
    cloud_names: &'static [&'static str],
}

const PUBLIC: &SignIn = &SignIn {
    host: Cloud::Public.sign_in_host(),
    domains: &[
        "microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net",
    ],
    v1_host: Some("sts.windows.net"),
    key_hosts: &[Cloud::Public.sign_in_host()],
    // The public key set also has keys named `microsoftonline.us`, which do not sign for this cloud.
    cloud_names: &["microsoftonline.com"],
};

const US_GOV: &SignIn = &SignIn {
    host: Cloud::UsGov.sign_in_host(),
    domains: &["microsoftonline.us", "login.usgovcloudapi.net"],
    v1_host: Some("sts.windows.net"),
    key_hosts: &[Cloud::UsGov.sign_in_host(), Cloud::Public.sign_in_host()],
    // Its version 1.0 key set was recorded with a key that names the public cloud.
    cloud_names: &["microsoftonline.us", "microsoftonline.com"],
};

const CHINA: &SignIn = &SignIn {
    host: Cloud::China.sign_in_host(),
    domains: &["partner.microsoftonline.cn", "login.chinacloudapi.cn", "sts.chinacloudapi.cn"],
    v1_host: Some("sts.chinacloudapi.cn"),
    key_hosts: &[Cloud::China.sign_in_host(), Cloud::Public.sign_in_host()],
    // Its recorded version 1.0 keys have no cloud name.
    cloud_names: &[],
};

const FRANCE: &SignIn = &SignIn {
    host: Cloud::France.sign_in_host(),
    domains: &["sovcloud-identity.fr"],
    v1_host: None,
    key_hosts: &[Cloud::France.sign_in_host(), Cloud::Public.sign_in_host()],
    cloud_names: &[],
};

const GERMANY: &SignIn = &SignIn {
    host: Cloud::Germany.sign_in_host(),
    domains: &["sovcloud-identity.de"],
    v1_host: None,
    key_hosts: &[Cloud::Germany.sign_in_host(), Cloud::Public.sign_in_host()],
    cloud_names: &[],
};

const SINGAPORE: &SignIn = &SignIn {
    host: Cloud::Singapore.sign_in_host(),
    domains: &["sovcloud-identity.sg"],
    v1_host: None,
    key_hosts: &[Cloud::Singapore.sign_in_host(), Cloud::Public.sign_in_host()],
    cloud_names: &[],
};

impl SignIn {
    pub(crate) const fn of(cloud: Cloud) -> &'static Self {
        match cloud {
            Cloud::Public => PUBLIC,
            Cloud::UsGov | Cloud::UsGovDod => US_GOV,
            Cloud::China => CHINA,
            Cloud::France => FRANCE,
            Cloud::Germany => GERMANY,
            Cloud::Singapore => SINGAPORE,
        }
    }

    /// The sign-in service with this host.
    pub(crate) fn at(host: &str) -> Option<&'static Self> {
        Cloud::of_sign_in(host).map(Self::of)
    }

    /// Returns `true` for a host of version 1.0 issuers.
    pub(crate) fn is_v1_host(host: &str) -> bool {
        all().any(|sign_in| sign_in.v1_host == Some(host))
    }

    pub(crate) fn has(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| is_within(host, domain))
    }

    /// The issuer of a tenant's tokens of this version (`ver`); `None` if it is not known.
    pub(crate) fn issuer(&self, version: &str, tenant: &str) -> Option<String> {
        let (host, end) = self.pattern(version)?;
        Some(format!("https://{host}/{tenant}{end}"))
    }

    /// The tenant in an issuer of this service, for tokens of this version. The exact inverse of
    /// [`issuer`](Self::issuer).
    pub(crate) fn tenant_of<'a>(&self, version: &str, issuer: &'a str) -> Option<&'a str> {
        let (host, end) = self.pattern(version)?;
        within(issuer, host, end)
    }

    /// The tenant in the issuer of a key. All keys have version 2.0 issuers, even those that sign version 1.0
    /// tokens.
    pub(crate) fn tenant_of_key<'a>(&self, issuer: &'a str) -> Option<&'a str> {
        self.key_hosts.iter().find_map(|host| within(issuer, host, "/v2.0"))
    }

    /// Returns `true` if a key with this `cloud_instance_name` can belong to this cloud.
    pub(crate) fn may_be_named(&self, cloud_name: &str) -> bool {
        self.cloud_names.is_empty() || self.cloud_names.contains(&cloud_name)
    }

    /// The host and the end of an issuer of this version, around the tenant.
    fn pattern(&self, version: &str) -> Option<(&'static str, &'static str)> {
        match version {
            "1.0" => Some((self.v1_host?, "/")),
            "2.0" => Some((self.host, "/v2.0")),
            _ => None,
        }
    }
}

fn all() -> impl Iterator<Item = &'static SignIn> {
    Cloud::ALL.iter().map(|cloud| SignIn::of(*cloud))
}

/// The part of an issuer between its host and its end.
fn within<'a>(issuer: &'a str, host: &str, end: &str) -> Option<&'a str> {
    let path = issuer.strip_prefix("https://")?.strip_prefix(host)?;
    path.strip_prefix('/')?.strip_suffix(end)
}

/// Returns `true` if the host is this domain or a name in it.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The domain of External ID (Microsoft Entra for customers), in which each tenant has a host.
const EXTERNAL_ID: &str = "ciamlogin.com";

/// Domains of Azure AD B2C (`ValidatorConstants` of Microsoft's token library for .NET).
const B2C: [&str; 4] = ["b2clogin.com", "b2clogin.cn", "b2clogin.us", "b2clogin.de"];

/// The domain of External ID or Azure AD B2C that contains this host.
pub(crate) fn customer_domain(host: &str) -> Option<&'static str> {
    std::iter::once(EXTERNAL_ID).chain(B2C).find(|domain| is_within(host, domain))
}

/// A service of Microsoft that issues tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Entra for organizations.
    Workforce,
    /// External ID.
    ExternalId,
    /// Azure AD B2C, at `b2clogin.com`, at its older addresses (`login.microsoftonline.com/te/...`), or at a
    /// custom domain.
    B2c,
}

/// The service that writes this issuer; `None` for an issuer that is not Microsoft's.
///
/// This is not a check of the issuer: it decides which further rules apply to a token whose issuer was already
/// compared exactly.
pub(crate) fn family(issuer: &str) -> Option<Family> {
    let (host, path) = host_and_path(issuer)?;
    // Each verification comes here. Issuers are in lower case, so almost none is copied.
    let host = if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    };
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let segments: [Option<&str>; 5] = std::array::from_fn(|_| segments.next());
    let has_policy = matches!(segments, [Some("te" | "tfp"), ..]);
    if SignIn::at(&host).is_some() {
        return Some(if has_policy { Family::B2c } else { Family::Workforce });
    }
    if is_within(&host, EXTERNAL_ID) {
        return Some(Family::ExternalId);
    }
    // With a custom domain, only the path identifies B2C (Azure AD B2C: "Enable custom domains").
    let is_tenant = |segment: &str| is_guid(segment) || segment == TENANT_PLACEHOLDER;
    let is_custom = match segments {
        [Some(tenant), Some("v2.0"), None, ..] => is_tenant(tenant),
        [Some(_), Some(tenant), Some(_), Some("v2.0"), None] => has_policy && is_tenant(tenant),
        _ => false,
    };
    (is_custom || B2C.iter().any(|domain| is_within(&host, domain))).then_some(Family::B2c)
}

/// Returns `true` if Entra for organizations writes exactly this issuer, in any cloud.
pub(crate) fn is_workforce(issuer: &str) -> bool {
    let is_named =
        |sign_in: &SignIn, version| sign_in.tenant_of(version, issuer).is_some_and(is_guid);
    all().any(|sign_in| ["1.0", "2.0"].iter().any(|version| is_named(sign_in, version)))
}

/// Returns `true` if this is an issuer at one of Microsoft's own hosts, which are compared exactly. Custom
/// domains cannot be recognized.
pub(crate) fn is_microsoft(issuer: &str) -> bool {
    let is_own = |host: &str| SignIn::at(host).is_some() || customer_domain(host).is_some();
    host_and_path(issuer).is_some_and(|(host, _)| is_own(host))
}

/// The host of an issuer, without its port, and its path.
fn host_and_path(issuer: &str) -> Option<(&str, &str)> {
    let (authority, path) = issuer.strip_prefix("https://")?.split_once('/')?;
    Some((host_of(authority)?, path))
}

/// The tenant in an issuer at one of Microsoft's own hosts: the first segment of its path.
pub(crate) fn tenant(issuer: &str) -> Option<&str> {
    let (_, path) = host_and_path(issuer)?;
    let tenant = path.split('/').next()?;
    (is_microsoft(issuer) && is_guid(tenant)).then_some(tenant)
}

/// The tenant in an issuer of External ID: `https://<any name>.ciamlogin.com/<tenant>/v2.0`.
pub(crate) fn external_tenant(issuer: &str) -> Option<&str> {
    let (host, path) = host_and_path(issuer)?;
    if is_within(host, EXTERNAL_ID) { path.strip_suffix("/v2.0") } else { None }
}
