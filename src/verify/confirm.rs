//! Confirmation: comparing the principal of the headers with a verified token.

use super::{ConfirmedCaller, IsVerified};
use crate::{
    issuer,
    jwt::Token,
    kinds::kinds,
    principal::{EasyAuthPrincipal, is_identifier},
};

impl EasyAuthPrincipal {
    /// Confirms that the headers and a verified token identify the same caller.
    ///
    /// Use it if a client can reach the service without passing the platform. Such a client can forge
    /// the headers, but not the token.
    ///
    /// The token is the ID token of the token store (`X-MS-TOKEN-AAD-ID-TOKEN`), or the access token
    /// that the client sent. The returned caller is built from the claims of the token alone. Use it
    /// instead of the principal, whose other claims, roles and names can still be forged.
    ///
    /// Both must have one of these pairs, with equal values: tenant and object ID; issuer and object ID;
    /// issuer and subject. In addition:
    ///
    /// - No value of `tid`, `oid` or `iss` in the principal may contradict the token.
    /// - `X-MS-CLIENT-PRINCIPAL-ID`, if present, must be the object ID or the subject of the token.
    /// - Issuers are equal if they belong to the same Entra tenant, because version 1.0 and 2.0 tokens
    ///   have different issuers.
    /// - Subjects are also compared if both are for the same audience and client. Entra gives a user a
    ///   different subject for each application.
    ///
    /// Nothing else is compared. The token store may hold a newer token than the one that the principal
    /// was made from, and then `iat`, `uti` and `aio` differ.
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
    /// [`ConfirmError`] if the two are different callers, or if they have too few claims to compare.
    pub fn confirm<T: IsVerified>(
        &self,
        token: &Token<T>,
    ) -> Result<ConfirmedCaller, ConfirmError> {
        self.contradicts(token)?;
        if !self.shares_object(token) {
            self.shares_subject(token)?;
        }
        ConfirmedCaller::of_token(token)
    }

    /// Checks that no identity claim contradicts the token. All values of a claim count, so that code
    /// that reads another value than the first gets the same caller.
    pub(crate) fn contradicts<T>(&self, token: &Token<T>) -> Result<(), ConfirmError> {
        // ID tokens have `tid` only if the sign-in asked for the scope `profile`. Their issuer names the
        // tenant.
        let tenant = token.tenant_id().or_else(|| token.issuer().and_then(issuer::tenant));
        self.equals("tid", tenant, same_guid, ConfirmErrorKind::Tenant)?;
        self.equals("oid", token.object_id(), same_guid, ConfirmErrorKind::Object)?;
        self.equals("iss", token.issuer(), same_issuer, ConfirmErrorKind::Issuer)?;
        if self.is_for_same_application(token) {
            self.equals("sub", token.subject(), str::eq, ConfirmErrorKind::Subject)?;
        }
        match self.header_id() {
            Some(id)
                if !token.object_id().is_some_and(|object| same_guid(object, id))
                    && token.subject() != Some(id) =>
            {
                Err(ConfirmErrorKind::Header.error())
            }
            _ => Ok(()),
        }
    }

    /// Returns an error if a value of the claim differs from the token. A claim that the token lacks is
    /// not compared.
    fn equals(
        &self,
        claim: &str,
        expected: Option<&str>,
        is_same: fn(&str, &str) -> bool,
        mismatch: ConfirmErrorKind,
    ) -> Result<(), ConfirmError> {
        let Some(expected) = expected else { return Ok(()) };
        let mut values = self.claim_values(claim);
        if values.all(|value| is_same(value, expected)) { Ok(()) } else { Err(mismatch.error()) }
    }

    fn is_for_same_application<T>(&self, token: &Token<T>) -> bool {
        let client = ["azp", "appid"].into_iter().find_map(|name| self.claim(name));
        client == token.client_id()
            && self.claim("aud").is_some_and(|audience| token.audiences().eq([audience]))
    }

    /// Returns `true` if both have an object ID, and the tenant or the issuer in which it is unique.
    fn shares_object<T>(&self, token: &Token<T>) -> bool {
        both(self.object_id(), token.object_id())
            && (both(self.tenant_id(), token.tenant_id())
                || both(self.claim("iss"), token.issuer()))
    }

    fn shares_subject<T>(&self, token: &Token<T>) -> Result<(), ConfirmError> {
        if !both(self.claim("iss"), token.issuer()) || !both(self.subject(), token.subject()) {
            return Err(ConfirmErrorKind::NotComparable.error());
        }
        self.equals("sub", token.subject(), str::eq, ConfirmErrorKind::Subject)
    }
}

/// Returns `true` if both values are present and can identify a caller.
fn both(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_some_and(is_identifier) && other.is_some_and(is_identifier)
}

/// Compares tenants and object IDs: GUIDs, which are case-insensitive.
fn same_guid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn same_issuer(one: &str, other: &str) -> bool {
    let tenants = (issuer::tenant(one), issuer::tenant(other));
    one == other || matches!(tenants, (Some(one), Some(other)) if same_guid(one, other))
}

/// The headers and the token identify different callers, or cannot be compared. The headers are forged, or
/// two requests were mixed up. The message contains no claim value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", .kind.message())]
pub struct ConfirmError {
    kind: ConfirmErrorKind,
}

kinds! {
    /// Why a token does not confirm the principal of the headers.
    pub enum ConfirmErrorKind of ConfirmError {};
    fn message;

    /// The tenants (`tid`) differ.
    Tenant = "tenant", "the principal and the token have different tenants";
    /// The object IDs (`oid`) differ.
    Object = "object", "the principal and the token have different object IDs";
    /// The issuers (`iss`) differ.
    Issuer = "issuer", "the principal and the token have different issuers";
    /// The subjects (`sub`) differ.
    Subject = "subject", "the principal and the token have different subjects";
    /// `X-MS-CLIENT-PRINCIPAL-ID` is neither the object ID nor the subject of the token.
    Header = "header", "X-MS-CLIENT-PRINCIPAL-ID is neither the object ID nor the subject of the token";
    /// The principal or the token has none of the pairs that [`EasyAuthPrincipal::confirm`] compares.
    NotComparable = "not-comparable", "the principal or the token lacks the claims to compare them";
}
