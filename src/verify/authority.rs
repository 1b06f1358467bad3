//! Issuers: who may have signed a token.

use super::{Metadata, Tenant};
use crate::resource::Cloud;

/// What stands for the tenant in the issuer of Entra's tenant-independent documents and keys.
pub(super) const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// Where a cloud's Entra signs in, and how it calls itself as an issuer.
///
/// Sources: `AuthorityMetadata` of Microsoft's authentication library for JavaScript, `authority.py` of
/// the one for Python, issue 1611 of ARO-RP for the version 1.0 issuer of Azure Government.
/// The instance names of the sovereign clouds follow the rule of the other three.
pub(super) struct SignIn {
    /// The host of version 2.0 issuers, and the host of the documents.
    pub(super) host: &'static str,
    /// Other hosts of the same service.
    aliases: &'static [&'static str],
    /// The host of version 1.0 issuers, where it is known. Azure Government has that of the public
    /// cloud, so it is not the issuer that tells the two apart but the keys.
    v1_host: Option<&'static str>,
    /// `cloud_instance_name` of its keys and metadata.
    pub(super) instance_name: &'static str,
}

const PUBLIC: &SignIn = &SignIn {
    host: Cloud::Public.sign_in_host(),
    aliases: &["login.windows.net", "login.microsoft.com", "sts.windows.net"],
    v1_host: Some("sts.windows.net"),
    instance_name: "microsoftonline.com",
};

const US_GOV: &SignIn = &SignIn {
    host: Cloud::UsGov.sign_in_host(),
    aliases: &["login.usgovcloudapi.net"],
    v1_host: Some("sts.windows.net"),
    instance_name: "microsoftonline.us",
};

const CHINA: &SignIn = &SignIn {
    host: Cloud::China.sign_in_host(),
    aliases: &["login.chinacloudapi.cn"],
    v1_host: Some("sts.chinacloudapi.cn"),
    instance_name: "partner.microsoftonline.cn",
};

const FRANCE: &SignIn = &SignIn {
    host: Cloud::France.sign_in_host(),
    aliases: &[],
    v1_host: None,
    instance_name: "sovcloud-identity.fr",
};

const GERMANY: &SignIn = &SignIn {
    host: Cloud::Germany.sign_in_host(),
    aliases: &[],
    v1_host: None,
    instance_name: "sovcloud-identity.de",
};

const SINGAPORE: &SignIn = &SignIn {
    host: Cloud::Singapore.sign_in_host(),
    aliases: &[],
    v1_host: None,
    instance_name: "sovcloud-identity.sg",
};

impl SignIn {
    pub(super) const fn of(cloud: Cloud) -> &'static Self {
        match cloud {
            Cloud::Public => PUBLIC,
            Cloud::UsGov | Cloud::UsGovDod => US_GOV,
            Cloud::China => CHINA,
            Cloud::France => FRANCE,
            Cloud::Germany => GERMANY,
            Cloud::Singapore => SINGAPORE,
        }
    }

    /// The service that has this host.
    pub(super) fn at(host: &str) -> Option<&'static Self> {
        Cloud::ALL.iter().map(|cloud| Self::of(*cloud)).find(|sign_in| sign_in.has(host))
    }

    pub(super) fn has(&self, host: &str) -> bool {
        self.host == host || self.aliases.contains(&host)
    }

    /// The issuer of a tenant's tokens of this version (`ver`); `None` if it is not known.
    pub(super) fn issuer(&self, version: &str, tenant: &str) -> Option<String> {
        let (host, end) = self.pattern(version)?;
        Some(format!("https://{host}/{tenant}{end}"))
    }

    /// The tenant that an issuer of this service names in tokens of this version: the inverse of
    /// [`issuer`](Self::issuer), and exact.
    pub(super) fn tenant_of<'a>(&self, version: &str, issuer: &'a str) -> Option<&'a str> {
        let (host, end) = self.pattern(version)?;
        let path = issuer.strip_prefix("https://")?.strip_prefix(host)?;
        path.strip_prefix('/')?.strip_suffix(end)
    }

    /// What stands around the tenant in an issuer of this version: the host, and the end.
    fn pattern(&self, version: &str) -> Option<(&'static str, &'static str)> {
        match version {
            "1.0" => Some((self.v1_host?, "/")),
            "2.0" => Some((self.host, "/v2.0")),
            _ => None,
        }
    }
}

/// Whose tokens a verifier accepts: those of Entra for a [`Tenant`], or those of fixed issuers.
///
/// ```
/// use easyauth::verify::{Algorithm, Authority, Tenant, Verifier};
///
/// // Entra, any organisation.
/// let entra = Verifier::builder(Tenant::any_organization()).audience("api://my-api").build()?;
/// // Google writes its issuer in two ways.
/// let google = Authority::issuer("https://accounts.google.com").or_issuer("accounts.google.com");
/// let google = Verifier::builder(google).audience("my-client-id").build_for_id_tokens()?;
/// # Ok::<(), easyauth::verify::BuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority(pub(super) AuthorityKind);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AuthorityKind {
    Entra(Tenant),
    Fixed {
        issuers: Vec<String>,
        /// The cloud whose keys count, if the issuer's metadata names one.
        cloud_instance_name: Option<String>,
    },
}

impl Authority {
    /// An issuer by its exact `iss`: Google, Apple, any OpenID Connect provider. It may sign what it
    /// wants: nothing but the issuer, the audience and the times are then known of a token.
    #[must_use]
    pub fn issuer(issuer: impl Into<String>) -> Self {
        Self(AuthorityKind::Fixed { issuers: vec![issuer.into()], cloud_instance_name: None })
    }

    /// Another way in which the same issuer writes its name. No effect on Entra's.
    #[must_use]
    pub fn or_issuer(mut self, issuer: impl Into<String>) -> Self {
        if let AuthorityKind::Fixed { issuers, .. } = &mut self.0 {
            issuers.push(issuer.into());
        }
        self
    }

    /// The issuer that a metadata document names: for Azure AD B2C and External ID, whose issuers
    /// cannot be put together from a tenant's id alone.
    ///
    /// A tenant-independent document of Entra names no issuer but a pattern; the builder of a verifier
    /// refuses it. Use a [`Tenant`] there.
    #[must_use]
    pub fn from_metadata(metadata: &Metadata) -> Self {
        Self(AuthorityKind::Fixed {
            issuers: vec![metadata.issuer().to_owned()],
            cloud_instance_name: metadata.cloud_instance_name().map(str::to_owned),
        })
    }
}

impl From<Tenant> for Authority {
    fn from(tenant: Tenant) -> Self {
        Self(AuthorityKind::Entra(tenant))
    }
}
