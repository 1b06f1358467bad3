//! The principal of the headers, held against a token that was verified.

use std::fmt;

use super::{Checked, SubjectKey};
use crate::{
    jwt::{Token, Verified},
    principal::EasyAuthPrincipal,
};

impl EasyAuthPrincipal {
    /// Confirms that a verified token is of the same caller: the door for services that do not control
    /// every network path to themselves. Anybody who reaches them past the platform can write the
    /// headers, and nobody can write the token.
    ///
    /// The token is the ID token of the token store (`X-MS-TOKEN-AAD-ID-TOKEN`), or the access token
    /// that the client sent itself. Both must name the same tenant and object id or, without those,
    /// the same issuer and subject. If the headers have `X-MS-CLIENT-PRINCIPAL-ID` as well, it must be
    /// that object id or subject. Nothing else is compared: the token store may hold a newer token
    /// than the one that the principal was made from, and then `iat`, `uti` and `aio` differ.
    ///
    /// ```no_run
    /// # use std::time::SystemTime;
    /// use easyauth::{EasyAuthPrincipal, ProviderTokens, verify::{IdTokenVerifier, KeySet}};
    ///
    /// # fn who(request: http::Request<()>, verifier: IdTokenVerifier, keys: KeySet)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let user = EasyAuthPrincipal::from_headers(request.headers())?.ok_or("nobody")?;
    /// let tokens = ProviderTokens::from_headers(request.headers(), user.provider())?;
    /// let id_token = tokens.id_token().ok_or("no token store")?;
    /// let id_token = verifier.verify(id_token, &keys, SystemTime::now())?;
    ///
    /// let caller = user.confirm(&id_token)?;
    /// let may_enter = caller.is_in_role("Admin"); // what the token says, not the headers
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Mismatch`] if the two are not of the same caller, or if that cannot be told.
    pub fn confirm<'a, T: Checked>(
        &'a self,
        token: &'a Token<T>,
    ) -> Result<VerifiedPrincipal<'a, T>, Mismatch> {
        let by_object = (self.tenant_id(), self.object_id(), token.tenant_id(), token.object_id());
        let by_subject = (self.claim("iss"), self.subject(), token.issuer(), token.subject());
        if let (Some(_), Some(_), Some(tenant), Some(object)) = by_object {
            self.confirm_all("tid", tenant, same_guid, Mismatch::Tenant)?;
            self.confirm_all("oid", object, same_guid, Mismatch::Object)?;
        } else if let (Some(_), Some(_), Some(issuer), Some(subject)) = by_subject {
            self.confirm_all("iss", issuer, same_text, Mismatch::Issuer)?;
            self.confirm_all("sub", subject, same_text, Mismatch::Subject)?;
        } else {
            return Err(Mismatch::Unknown);
        }
        if let Some(id) = self.header_id() {
            let is_object = token.object_id().is_some_and(|object| same_guid(object, id));
            if !is_object && token.subject() != Some(id) {
                return Err(Mismatch::Header);
            }
        }
        Ok(VerifiedPrincipal { principal: self, token })
    }

    /// Every value of a claim is the expected one: who reads another value than the first must not get
    /// somebody else.
    fn confirm_all(
        &self,
        claim: &str,
        expected: &str,
        same: fn(&str, &str) -> bool,
        mismatch: Mismatch,
    ) -> Result<(), Mismatch> {
        if self.claim_values(claim).all(|value| same(value, expected)) {
            Ok(())
        } else {
            Err(mismatch)
        }
    }
}

/// Tenant and object ids are GUIDs, whose case does not matter.
fn same_guid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn same_text(one: &str, other: &str) -> bool {
    one == other
}

/// A caller whose identity a verified token confirms: see [`EasyAuthPrincipal::confirm`].
///
/// What it says of the caller comes from the token. What else the headers say, roles included, is in
/// [`principal`](Self::principal), and no more trustworthy than before.
pub struct VerifiedPrincipal<'a, T = Verified> {
    principal: &'a EasyAuthPrincipal,
    token: &'a Token<T>,
}

impl<'a, T: Checked> VerifiedPrincipal<'a, T> {
    /// What to keep data of this caller under.
    #[must_use]
    pub fn subject_key(&self) -> Option<SubjectKey<'a>> {
        self.token.subject_key()
    }

    /// Whether the token has this role.
    #[must_use]
    pub fn is_in_role(&self, role: impl AsRef<str>) -> bool {
        self.token.has_app_role(role)
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &'a Token<T> {
        self.token
    }

    /// The principal of the headers: good to show a name. Of its claims only those that say who it is
    /// are confirmed.
    #[must_use]
    pub fn principal(&self) -> &'a EasyAuthPrincipal {
        self.principal
    }
}

impl<T> Clone for VerifiedPrincipal<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for VerifiedPrincipal<'_, T> {}

/// Prints the names of claims and no value.
impl<T> fmt::Debug for VerifiedPrincipal<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPrincipal")
            .field("principal", self.principal)
            .field("token", self.token)
            .finish()
    }
}

/// The headers and the token are not of the same caller: somebody wrote headers, or mixed up two
/// requests. Names no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// The tenants (`tid`) differ.
    #[error("the principal and the token are of different tenants")]
    Tenant,
    /// The object ids (`oid`) differ.
    #[error("the principal and the token have different object ids")]
    Object,
    /// The issuers (`iss`) differ.
    #[error("the principal and the token are from different issuers")]
    Issuer,
    /// The subjects (`sub`) differ.
    #[error("the principal and the token have different subjects")]
    Subject,
    /// `X-MS-CLIENT-PRINCIPAL-ID` is neither the object id nor the subject of the token.
    #[error("header X-MS-CLIENT-PRINCIPAL-ID is not of the token's caller")]
    Header,
    /// The principal, or the token, has neither tenant and object id nor issuer and subject.
    #[error("the principal or the token does not say enough to compare them")]
    Unknown,
}
