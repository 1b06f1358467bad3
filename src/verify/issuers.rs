//! Issuer and tenant: those of the token, and those of the key that signed it.

use std::fmt;

use super::{
    Key, Tenant, VerifyError, VerifyErrorKind,
    authority::AuthorityKind,
    policy::{Kind, missing},
};
use crate::{
    issuer::{Family, SignIn, TENANT_PLACEHOLDER, external_tenant, family},
    jwt::Token,
    resource::{Cloud, is_guid},
};

/// The accepted issuers. `sign_in` is the cloud of an Entra authority.
#[derive(Clone)]
pub(super) struct Issuers {
    pub(super) authority: AuthorityKind,
    pub(super) sign_in: &'static SignIn,
}

impl Issuers {
    /// Checks the issuer and the cloud of the key, and the issuer and the tenant of the token.
    pub(super) fn check<T>(
        &self,
        token: &Token<T>,
        key: &Key,
        kind: Kind,
    ) -> Result<(), VerifyError> {
        let issuer = token.issuer().ok_or_else(|| missing("iss"))?;
        match &self.authority {
            AuthorityKind::Entra(expected) => {
                let (version, tenant) = self.version_and_tenant(token, issuer, kind)?;
                check_key(
                    key,
                    |own| self.is_key_of(own, tenant),
                    |own| self.sign_in.may_be_named(own),
                )?;
                self.check_entra(issuer, version, tenant, expected, kind)
            }
            AuthorityKind::Fixed { issuers, cloud_instance_name } => {
                let is_ours = |own: &str| is_key_of_issuer(own, token.tenant_id(), issuer);
                let is_cloud = |own: &str| is_cloud_of(own, cloud_instance_name.as_deref(), issuer);
                check_key(key, is_ours, is_cloud)?;
                check_fixed(issuer, issuers)
            }
        }
    }

    /// The version 2.0 issuer of the only tenant.
    pub(super) fn only(&self) -> Option<String> {
        let AuthorityKind::Entra(tenant) = &self.authority else { return None };
        Some(format!("https://{}/{}/v2.0", self.sign_in.host, tenant.only()?))
    }

    /// Checks the issuer and the tenant of the token without a key, to choose the verifier.
    pub(super) fn check_claims<T>(&self, token: &Token<T>, kind: Kind) -> Result<(), VerifyError> {
        let issuer = token.issuer().ok_or_else(|| missing("iss"))?;
        match &self.authority {
            AuthorityKind::Entra(expected) => {
                let (version, tenant) = self.version_and_tenant(token, issuer, kind)?;
                self.check_entra(issuer, version, tenant, expected, kind)
            }
            AuthorityKind::Fixed { issuers, .. } => check_fixed(issuer, issuers),
        }
    }

    /// The version and the tenant of an Entra token.
    fn version_and_tenant<'a, T>(
        &self,
        token: &'a Token<T>,
        issuer: &'a str,
        kind: Kind,
    ) -> Result<(&'a str, &'a str), VerifyError> {
        let version = token.version().ok_or_else(|| missing("ver"))?;
        let tenant = match (token.tenant_id(), kind) {
            (Some(tenant), _) => Some(tenant),
            (None, Kind::Access) => None,
            // ID tokens have `tid` only if the sign-in asked for the scope `profile`; their issuer has
            // it.
            (None, Kind::Id) => self.sign_in.tenant_of(version, issuer),
        };
        let tenant = tenant.ok_or_else(|| missing("tid"))?;
        // Only a GUID may replace the placeholder in the pattern of an issuer.
        if !is_guid(tenant) {
            return Err(VerifyError::member(VerifyErrorKind::InvalidClaim, "tid"));
        }
        Ok((version, tenant))
    }

    fn is_key_of(&self, own: &str, tenant: &str) -> bool {
        self.sign_in.tenant_of_key(own).is_some_and(|named| is_tenant(named, tenant))
    }

    fn check_entra(
        &self,
        issuer: &str,
        version: &str,
        tenant: &str,
        expected: &Tenant,
        kind: Kind,
    ) -> Result<(), VerifyError> {
        if self.sign_in.tenant_of(version, issuer) != Some(tenant) {
            return Err(self.wrong_issuer(issuer, version, tenant, kind));
        }
        if !expected.includes(tenant) {
            return Err(VerifyError::identifiers(
                VerifyErrorKind::WrongTenant,
                expected.to_string(),
                tenant.to_owned(),
            ));
        }
        Ok(())
    }

    fn wrong_issuer(&self, issuer: &str, version: &str, tenant: &str, kind: Kind) -> VerifyError {
        let error = |expected| {
            let kind = VerifyErrorKind::WrongIssuer;
            VerifyError::identifiers(kind, expected, issuer.to_owned())
        };
        match (self.sign_in.issuer(version, tenant), version) {
            (Some(expected), _) => error(expected),
            // App registrations issue version 1.0 access tokens by default.
            (None, "1.0") => {
                let advice = "set requestedAccessTokenVersion to 2; the v1.0 issuer of this cloud is \
                              not known";
                error(format!("https://{}/{tenant}/v2.0", self.sign_in.host))
                    .with_advice((kind == Kind::Access).then_some(advice))
            }
            (None, _) => VerifyError::member(VerifyErrorKind::InvalidClaim, "ver"),
        }
    }
}

/// The expected value in a message about a wrong issuer.
impl fmt::Display for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.authority {
            AuthorityKind::Entra(tenant) => write!(f, "{tenant} at {}", self.sign_in.host),
            AuthorityKind::Fixed { issuers, .. } => f.write_str(&issuers.join(" or ")),
        }
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.authority {
            AuthorityKind::Entra(_) => write!(f, "Entra({self})"),
            AuthorityKind::Fixed { issuers, .. } => f.debug_list().entries(issuers).finish(),
        }
    }
}

fn check_fixed(issuer: &str, issuers: &[String]) -> Result<(), VerifyError> {
    if issuers.iter().any(|own| own == issuer) {
        return Ok(());
    }
    let kind = VerifyErrorKind::WrongIssuer;
    Err(VerifyError::identifiers(kind, issuers.join(" or "), issuer.to_owned()))
}

/// Returns `true` if a key that names the issuer `own` signs for this issuer. It does if both are equal,
/// also after the tenant is filled in, or if both name the same tenant of the same Microsoft service.
fn is_key_of_issuer(own: &str, tenant: Option<&str>, issuer: &str) -> bool {
    if let Some((start, end)) = own.split_once(TENANT_PLACEHOLDER) {
        let named = issuer.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        if named.is_some() && named == tenant {
            return true;
        }
    }
    own == issuer || is_other_name(own, issuer)
}

/// Entra's keys name version 2.0 issuers, also for version 1.0 tokens. Keys of External ID may name another
/// host of the tenant. That they may also name Entra's issuer is inferred: External ID runs on Entra.
fn is_other_name(own: &str, issuer: &str) -> bool {
    let (named, tenant) = match family(issuer) {
        Some(Family::Workforce) => {
            let Some(sign_in) = host_of(issuer).and_then(SignIn::at) else { return false };
            let tenant = ["1.0", "2.0"].iter().find_map(|ver| sign_in.tenant_of(ver, issuer));
            (sign_in.tenant_of_key(own), tenant)
        }
        Some(Family::ExternalId) => {
            let entra = || SignIn::of(Cloud::Public).tenant_of_key(own);
            (external_tenant(own).or_else(entra), external_tenant(issuer))
        }
        Some(Family::B2c) | None => (None, None),
    };
    named.zip(tenant).is_some_and(|(named, tenant)| is_tenant(named, tenant))
}

/// Returns `true` if a key that names this tenant, or the placeholder for every tenant, is for `tenant`.
fn is_tenant(named: &str, tenant: &str) -> bool {
    named == TENANT_PLACEHOLDER || named == tenant
}

/// Returns `true` if a key of this cloud may sign for the issuer, whose metadata names `expected`.
fn is_cloud_of(own: &str, expected: Option<&str>, issuer: &str) -> bool {
    match host_of(issuer).and_then(SignIn::at) {
        Some(sign_in) => expected == Some(own) || sign_in.may_be_named(own),
        None => expected.is_none_or(|expected| own == expected),
    }
}

fn host_of(issuer: &str) -> Option<&str> {
    issuer.strip_prefix("https://")?.split('/').next()
}

/// Rejects a key that names another issuer or another cloud. A key that names none is accepted.
fn check_key(
    key: &Key,
    is_issuer: impl FnOnce(&str) -> bool,
    is_cloud: impl FnOnce(&str) -> bool,
) -> Result<(), VerifyError> {
    if key.issuer().is_some_and(|own| !is_issuer(own)) {
        return Err(VerifyErrorKind::WrongKeyIssuer.error());
    }
    if key.cloud_instance_name().is_some_and(|own| !is_cloud(own)) {
        return Err(VerifyErrorKind::WrongKeyCloud.error());
    }
    Ok(())
}
