//! The caller that a verified token identifies.

use super::{ConfirmError, ConfirmErrorKind, IsVerified, SubjectKey};
use crate::{
    debug::debug,
    jwt::{Caller, Groups, Token},
    principal::{EasyAuthPrincipal, is_identifier},
};

/// A caller whose identity a verified token confirms: see [`EasyAuthPrincipal::confirm`].
///
/// It is built from the claims of the token alone. None of its values comes from a header.
///
/// Two callers are equal if all their claims are equal. To find out whether two are the same person,
/// compare their [`subject_key`](Self::subject_key).
#[derive(Clone, PartialEq, Eq)]
pub struct ConfirmedCaller {
    /// Of [`PrincipalFormat::Token`](crate::PrincipalFormat::Token).
    principal: EasyAuthPrincipal,
    key: SubjectKey,
}

impl ConfirmedCaller {
    /// The caller of a token.
    pub(crate) fn of_token<T: IsVerified>(token: &Token<T>) -> Result<Self, ConfirmError> {
        let key = token.subject_key().ok_or_else(|| ConfirmErrorKind::NotComparable.error())?;
        Ok(Self { principal: EasyAuthPrincipal::of_token(token), key })
    }

    /// The caller's identifier: the object ID, else the subject. It is unique only within the tenant or
    /// the issuer; [`subject_key`](Self::subject_key) is unique everywhere.
    #[must_use]
    pub fn id(&self) -> &str {
        self.principal.id().unwrap_or_default() // a token without one has no key
    }

    /// The key under which to store data of this caller.
    #[must_use]
    pub fn subject_key(&self) -> &SubjectKey {
        &self.key
    }

    /// The display name: `name`, else `preferred_username`, `unique_name`, `upn`.
    ///
    /// For display only: it can change, and two callers can have the same name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.principal.name()
    }

    /// The object ID of the user or the service principal in its tenant (`oid`), a GUID for Entra.
    #[must_use]
    pub fn object_id(&self) -> Option<&str> {
        self.principal.object_id()
    }

    /// The tenant (`tid`), a GUID.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.principal.tenant_id()
    }

    /// The subject (`sub`). Entra gives a user a different subject for each application. `None` for the
    /// placeholder that Azure AD B2C gives to all its users.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.principal.subject().filter(|id| is_identifier(id))
    }

    /// The issuer (`iss`), a URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.principal.claim("iss").unwrap_or_default() // a token without one has no key
    }

    /// The email address (`email`, else the first of Azure AD B2C's `emails`). It is not verified unless
    /// the issuer says so. Never use it for authorization.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.principal.email()
    }

    /// The app roles (`roles`).
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.principal.roles()
    }

    /// Returns `true` if one of [`roles`](Self::roles) is `role`, compared exactly.
    #[must_use]
    pub fn is_in_role(&self, role: impl AsRef<str>) -> bool {
        self.principal.is_in_role(role.as_ref())
    }

    /// The groups (`groups`), if the token lists them.
    #[must_use]
    pub fn groups(&self) -> Groups<'_> {
        self.principal.groups()
    }

    /// The kind of caller: a user or an application. See [`Token::caller`].
    #[must_use]
    pub fn caller(&self) -> Caller {
        self.principal.caller()
    }

    /// The caller as a principal, for code that takes one. All its claims come from the token; a claim
    /// that is a list becomes one claim for each element. Its provider is
    /// [`ENTRA`](crate::IdentityProvider::ENTRA) if the issuer is Microsoft's, else
    /// [`UNKNOWN`](crate::IdentityProvider::UNKNOWN). Its format is
    /// [`PrincipalFormat::Token`](crate::PrincipalFormat::Token).
    ///
    /// Claims can be looked up by their names in the token and by their long names. If the token has
    /// both names of one claim, the short name wins, because verification used that one.
    #[must_use]
    pub fn to_principal(&self) -> EasyAuthPrincipal {
        self.principal.clone()
    }
}

debug! { ConfirmedCaller, |own| key: own.key, claims: own.principal.claims(), .. }
