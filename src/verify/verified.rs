//! What only a verified token answers.

use crate::jwt::{Verified, VerifiedId};

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

impl VerifiedToken {
    /// Whether the client understands a claims challenge (`xms_cc` has `cp1`, whatever its case): then
    /// it acts on the answer of [`claims_challenge`](Self::claims_challenge).
    #[must_use]
    pub fn supports_claims_challenge(&self) -> bool {
        self.claim_values("xms_cc").any(|capability| capability.eq_ignore_ascii_case("cp1"))
    }
}
