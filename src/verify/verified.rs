//! What only a verified token answers.

use std::fmt;

use crate::jwt::{Token, Verified, VerifiedId};

use super::VerifiedToken;

/// The marks of tokens whose signature was checked: that of [`VerifiedToken`] and that of
/// [`VerifiedIdToken`](super::VerifiedIdToken). Sealed.
pub trait Checked: sealed::Sealed {}

impl Checked for Verified {}
impl Checked for VerifiedId {}

mod sealed {
    use super::{Verified, VerifiedId};

    #[expect(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {}

    impl Sealed for Verified {}
    impl Sealed for VerifiedId {}
}

impl<T: Checked> Token<T> {
    /// What to keep data of this caller under: tenant and object id, else issuer and subject
    /// (Microsoft identity platform: claims validation). `None` if the token has neither.
    ///
    /// Never an e-mail address or a user name: they change, and get other owners.
    #[must_use]
    pub fn subject_key(&self) -> Option<SubjectKey<'_>> {
        let pair = |namespace, id| Some(SubjectKey { namespace: namespace?, id: id? });
        pair(self.tenant_id(), self.object_id()).or_else(|| pair(self.issuer(), self.subject()))
    }
}

impl VerifiedToken {
    /// Whether the client understands a claims challenge (`xms_cc` has `cp1`, whatever its case): then
    /// it acts on the answer of [`claims_challenge`](Self::claims_challenge).
    #[must_use]
    pub fn supports_claims_challenge(&self) -> bool {
        self.claim_values("xms_cc").any(|capability| capability.eq_ignore_ascii_case("cp1"))
    }
}

/// Who somebody is, for good: see [`Token::subject_key`]. Equal for the same caller in every token of
/// one application; across applications only if it is made of tenant and object id.
///
/// Its `Debug` form prints neither part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectKey<'a> {
    namespace: &'a str,
    id: &'a str,
}

impl<'a> SubjectKey<'a> {
    /// Within what the id is unique: a tenant, or an issuer.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        self.namespace
    }

    /// The object id, or the subject.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.id
    }
}

impl fmt::Debug for SubjectKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(..)")
    }
}
