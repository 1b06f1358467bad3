//! Authorities: the issuers whose tokens are accepted.

use super::{Metadata, Tenant};

/// The issuers whose tokens a verifier accepts: those of Entra for a [`Tenant`], or fixed issuers.
///
/// ```
/// use easyauth::verify::{Algorithm, Authority, Tenant, Verifier};
///
/// // Entra, any organization.
/// let api = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
/// let entra = Verifier::builder(Tenant::any_organization()).application(api).build()?;
/// // Google writes its issuer in two ways.
/// let google = Authority::issuer("https://accounts.google.com").or_issuer("accounts.google.com");
/// let google = Verifier::builder(google).audience("my-client-id").build_for_id_tokens()?;
/// # Ok::<(), easyauth::verify::VerifierBuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority(pub(super) AuthorityKind);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AuthorityKind {
    Entra(Tenant),
    Fixed {
        issuers: Vec<String>,
        /// The cloud that keys must name, if the issuer's metadata names one.
        cloud_instance_name: Option<String>,
    },
}

impl Authority {
    /// An issuer, by its exact `iss`: Google, Apple, or any OpenID Connect provider. Rules about tenants and
    /// the shape of Microsoft's tokens do not apply to it.
    ///
    /// Its access tokens are read like Entra's: scopes in `scp`, roles in `roles`, the client in `azp` or
    /// `appid`. Those of RFC 9068 (`typ` is `at+jwt`) have other claims and are rejected.
    ///
    /// For an issuer of Microsoft's, the rules about the shape of its tokens apply too, as for a
    /// [`Tenant`]: an access token names its client (`azp`, `appid`), and an ID token does not. Issuers
    /// of Microsoft's are:
    ///
    /// - the sign-in hosts of Entra;
    /// - `*.ciamlogin.com` (External ID) and `*.b2clogin.com` (Azure AD B2C);
    /// - issuers at custom domains that end like those of B2C (`/<tenant id>/v2.0`).
    #[must_use]
    pub fn issuer(issuer: impl Into<String>) -> Self {
        Self(AuthorityKind::Fixed { issuers: vec![issuer.into()], cloud_instance_name: None })
    }

    /// Adds another spelling of the same issuer. No effect on Entra's.
    #[must_use]
    pub fn or_issuer(mut self, issuer: impl Into<String>) -> Self {
        if let AuthorityKind::Fixed { issuers, .. } = &mut self.0 {
            issuers.push(issuer.into());
        }
        self
    }

    /// The issuer in a metadata document: for Azure AD B2C and External ID, whose issuers cannot be
    /// derived from a tenant ID. The rules of [`issuer`](Self::issuer) for Microsoft's issuers apply
    /// here too.
    ///
    /// The keys must come from the same document. A key of External ID may name the issuer of the tenant
    /// at any host of `ciamlogin.com`. It may also name that of Entra in the public cloud
    /// (`https://login.microsoftonline.com/{tenantid}/v2.0`). The latter is inferred: External ID runs
    /// on Entra, and no key set of it was recorded. A key that names another tenant is rejected.
    ///
    /// A tenant-independent document of Entra contains a pattern instead of an issuer. The builder of a
    /// verifier rejects it; use a [`Tenant`] instead.
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
