//! Tenants: whose tokens a verifier accepts.

use std::fmt;

use super::VerifierBuildError;
use crate::{escape::Escaped, resource::is_guid};

/// The tenant of all personal Microsoft accounts (Microsoft identity platform: ID token claims
/// reference, `tid`).
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// "Microsoft Services", the tenant of Microsoft's own applications. Not a customer's organization.
const MICROSOFT_SERVICES: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// The tenants whose tokens a verifier accepts. There is no default: accepting any tenant must be
/// explicit.
///
/// A tenant is identified by its ID, a GUID. Domain names are not accepted, because tokens do not contain
/// them.
///
/// ```
/// use easyauth::verify::Tenant;
///
/// let ours = Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
/// assert!(ours.includes("B811A652-39E6-4A0C-B563-4279A1DD5012"));
/// assert!(Tenant::single("common").is_err());
/// // Personal accounts share one tenant, which is not an organization.
/// assert!(!Tenant::any_organization().includes("9188040d-6c67-4c5b-b112-36a304b66dad"));
/// # Ok::<(), easyauth::verify::VerifierBuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// In lower case.
    Listed(Vec<String>),
    AnyOrganization,
    AnyIncludingPersonal,
}

impl Tenant {
    /// One tenant.
    ///
    /// # Errors
    ///
    /// [`VerifierBuildError`] if the ID is not a GUID.
    pub fn single(id: &str) -> Result<Self, VerifierBuildError> {
        Self::any_of([id])
    }

    /// Any of these tenants. The builder of a verifier rejects an empty list.
    ///
    /// # Errors
    ///
    /// [`VerifierBuildError`] if an ID is not a GUID.
    pub fn any_of<S: AsRef<str>>(
        ids: impl IntoIterator<Item = S>,
    ) -> Result<Self, VerifierBuildError> {
        let id = |id: S| match id.as_ref() {
            id if is_guid(id) => Ok(id.to_ascii_lowercase()),
            other => Err(VerifierBuildError::tenant(other)),
        };
        Ok(Self(Kind::Listed(ids.into_iter().map(id).collect::<Result<_, _>>()?)))
    }

    /// Every organization in the cloud. Anyone can create one, so check the caller's tenant elsewhere.
    /// Excludes personal accounts and Microsoft's own services.
    #[must_use]
    pub fn any_organization() -> Self {
        Self(Kind::AnyOrganization)
    }

    /// Every tenant, including that of personal Microsoft accounts.
    #[must_use]
    pub fn any_including_personal() -> Self {
        Self(Kind::AnyIncludingPersonal)
    }

    /// Returns `true` if this includes the tenant with this ID, ignoring case.
    #[must_use]
    pub fn includes(&self, id: &str) -> bool {
        let is = |own: &str| own.eq_ignore_ascii_case(id);
        match &self.0 {
            Kind::Listed(ids) => ids.iter().any(|own| is(own)),
            Kind::AnyOrganization => {
                is_guid(id) && !is(PERSONAL_ACCOUNTS) && !is(MICROSOFT_SERVICES)
            }
            Kind::AnyIncludingPersonal => is_guid(id),
        }
    }

    /// The ID of the only tenant.
    pub(super) fn only(&self) -> Option<&str> {
        match &self.0 {
            Kind::Listed(ids) => ids.first().filter(|_| ids.len() == 1).map(String::as_str),
            Kind::AnyOrganization | Kind::AnyIncludingPersonal => None,
        }
    }

    /// The path segment for the tenant in addresses of the sign-in service.
    pub(super) fn path_segment(&self) -> &str {
        match &self.0 {
            Kind::Listed(ids) => match ids.as_slice() {
                [id] => id,
                _ if self.includes(PERSONAL_ACCOUNTS) => "common",
                _ => "organizations",
            },
            Kind::AnyOrganization => "organizations",
            Kind::AnyIncludingPersonal => "common",
        }
    }

    /// Returns `true` if this includes no tenant.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.0, Kind::Listed(ids) if ids.is_empty())
    }
}

/// The expected value in a message about a wrong tenant.
impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Listed(ids) => Escaped(&ids.join(" or ")).fmt(f),
            Kind::AnyOrganization => f.write_str("any organization"),
            Kind::AnyIncludingPersonal => f.write_str("any tenant"),
        }
    }
}

/// What to use instead of an invalid tenant ID, if that is known: the end of a message.
pub(super) fn advice(given: &str) -> String {
    let instead = match given {
        "organizations" => "Tenant::any_organization()",
        "common" => "Tenant::any_including_personal()",
        "consumers" => PERSONAL_ACCOUNTS,
        domain if domain.contains('.') => {
            return ": tokens do not contain domain names; use the ID of the tenant".to_owned();
        }
        _ => return String::new(),
    };
    format!(": use {instead}")
}
