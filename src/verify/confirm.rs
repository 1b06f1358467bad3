//! The principal of the headers, compared with a verified token.

use super::{Checked, ConfirmedCaller};
use crate::{
    issuer,
    jwt::Token,
    principal::{EasyAuthPrincipal, is_identifier},
};

impl EasyAuthPrincipal {
    /// Confirms that a verified token is of the same caller. For services that do not control every
    /// network path to themselves: whoever reaches them past the platform can forge the headers, and
    /// cannot forge the token.
    ///
    /// The token is the ID token of the token store (`X-MS-TOKEN-AAD-ID-TOKEN`), or the access token
    /// that the client sent. The returned caller is made of the token's claims alone: use it instead
    /// of the principal, whose other claims, roles and names are as forgeable as before.
    ///
    /// Both must have one of these pairs, with equal values: tenant and object ID; issuer and object
    /// ID; issuer and subject. In addition, no value of `tid`, `oid` or `iss` in the principal may
    /// contradict the token, and `X-MS-CLIENT-PRINCIPAL-ID` must be the object ID or the subject of the
    /// token. Issuers are equal if they are those of one Entra tenant, because its tokens of version
    /// 1.0 and 2.0 have different ones. Subjects are compared if both are for one audience and client,
    /// because Entra's differ between applications. Nothing else is compared: the token store may hold
    /// a newer token than the one that the principal was made from, and then `iat`, `uti` and `aio`
    /// differ.
    ///
    /// ```no_run
    /// # use std::time::SystemTime;
    /// use easyauth::{EasyAuthPrincipal, ProviderTokens, verify::{IdTokenVerifier, KeySet}};
    ///
    /// # fn who(request: http::Request<()>, verifier: IdTokenVerifier, keys: KeySet)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let user = EasyAuthPrincipal::from_headers(request.headers())?.ok_or("anonymous")?;
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
    pub fn confirm<T: Checked>(&self, token: &Token<T>) -> Result<ConfirmedCaller, Mismatch> {
        self.contradicts(token)?;
        if !self.shares_object(token) {
            self.shares_subject(token)?;
        }
        ConfirmedCaller::of_token(token)
    }

    /// No identity claim has another value than the token. All values count, so that whoever reads
    /// another value than the first does not get another caller.
    fn contradicts<T>(&self, token: &Token<T>) -> Result<(), Mismatch> {
        // ID tokens have `tid` only if the sign-in asked for the scope `profile`. Their issuer has it.
        let tenant = token.tenant_id().or_else(|| token.issuer().and_then(issuer::tenant));
        self.equals("tid", tenant, same_guid, Mismatch::Tenant)?;
        self.equals("oid", token.object_id(), same_guid, Mismatch::Object)?;
        self.equals("iss", token.issuer(), same_issuer, Mismatch::Issuer)?;
        if self.is_for_same_application(token) {
            self.equals("sub", token.subject(), str::eq, Mismatch::Subject)?;
        }
        match self.header_id() {
            Some(id)
                if !token.object_id().is_some_and(|object| same_guid(object, id))
                    && token.subject() != Some(id) =>
            {
                Err(Mismatch::Header)
            }
            _ => Ok(()),
        }
    }

    /// Whether all values of a claim are what the token says. True if the token does not say.
    fn equals(
        &self,
        claim: &str,
        expected: Option<&str>,
        is_same: fn(&str, &str) -> bool,
        mismatch: Mismatch,
    ) -> Result<(), Mismatch> {
        let Some(expected) = expected else { return Ok(()) };
        let mut values = self.claim_values(claim);
        if values.all(|value| is_same(value, expected)) { Ok(()) } else { Err(mismatch) }
    }

    fn is_for_same_application<T>(&self, token: &Token<T>) -> bool {
        let client = ["azp", "appid"].into_iter().find_map(|name| self.claim(name));
        client == token.client_id()
            && self.claim("aud").is_some_and(|audience| token.audiences().eq([audience]))
    }

    /// Whether both have an object ID and what it is unique in: a tenant or an issuer.
    fn shares_object<T>(&self, token: &Token<T>) -> bool {
        both(self.object_id(), token.object_id())
            && (both(self.tenant_id(), token.tenant_id())
                || both(self.claim("iss"), token.issuer()))
    }

    fn shares_subject<T>(&self, token: &Token<T>) -> Result<(), Mismatch> {
        if !both(self.claim("iss"), token.issuer()) || !both(self.subject(), token.subject()) {
            return Err(Mismatch::Unknown);
        }
        self.equals("sub", token.subject(), str::eq, Mismatch::Subject)
    }
}

/// Both are there, and identify somebody.
fn both(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_some_and(is_identifier) && other.is_some_and(is_identifier)
}

/// Tenants and object IDs are GUIDs, whose case does not matter.
fn same_guid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn same_issuer(one: &str, other: &str) -> bool {
    let tenants = (issuer::tenant(one), issuer::tenant(other));
    one == other || matches!(tenants, (Some(one), Some(other)) if same_guid(one, other))
}

/// The headers and the token are not of the same caller: the headers are forged, or two requests were
/// mixed up. Names no value.
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
    /// The principal, or the token, has none of the pairs that [`EasyAuthPrincipal::confirm`] compares.
    #[error("the principal or the token does not say enough to compare them")]
    Unknown,
}
