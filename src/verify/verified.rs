//! Methods that only verified tokens have.

use http::StatusCode;

use super::{VerifiedToken, VerifyError, VerifyErrorKind};
use crate::{
    access::{Denied, Requirement},
    challenge::Challenge,
    issuer::SignIn,
    jwt::{Verified, VerifiedId},
};

/// Implemented by the markers of tokens whose signature was verified: those of [`VerifiedToken`] and
/// [`VerifiedIdToken`](super::VerifiedIdToken). Sealed.
pub trait IsVerified: sealed::Sealed {}

impl IsVerified for Verified {}
impl IsVerified for VerifiedId {}

mod sealed {
    use super::{Verified, VerifiedId};

    #[expect(unnameable_types, reason = "seals the trait")]
    pub trait Sealed {}

    impl Sealed for Verified {}
    impl Sealed for VerifiedId {}
}

impl VerifiedToken {
    /// Checks that the token meets `requirement`.
    ///
    /// # Errors
    ///
    /// [`Denied`] lists every reason why it does not.
    pub fn authorize(&self, requirement: &Requirement) -> Result<(), Denied> {
        requirement.check(self)
    }

    /// Returns `true` if the client understands a claims challenge: `xms_cc` contains `cp1`, ignoring
    /// case. Such a client acts on the response of [`claims_challenge`](Self::claims_challenge).
    #[must_use]
    pub fn supports_claims_challenge(&self) -> bool {
        self.claim_values("xms_cc").any(|capability| capability.eq_ignore_ascii_case("cp1"))
    }

    /// The response if the token has the permission, but Conditional Access requires more: 401 with
    /// `insufficient_claims` if the client supports it, else 403.
    ///
    /// `claims` is the JSON of the claims request (OpenID Connect Core section 5.5). For an
    /// authentication context `c1` it is `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
    /// (Microsoft identity platform: "Claims challenges, claims requests, and client capabilities").
    ///
    /// That page requires `authorization_uri`: the common endpoint of the cloud that issued the token.
    /// Version 1.0 tokens of Azure Government name the issuer of the public cloud, so they get the
    /// address of the public cloud. For other issuers there is no `authorization_uri`.
    #[must_use]
    pub fn claims_challenge(&self, claims: &str) -> Challenge {
        if !self.supports_claims_challenge() {
            return Challenge::plain(StatusCode::FORBIDDEN);
        }
        let host =
            self.issuer().and_then(|issuer| issuer.strip_prefix("https://")?.split_once('/'));
        let sign_in = host.and_then(|(host, _)| SignIn::at(host));
        Challenge::insufficient_claims(sign_in.map(|sign_in| sign_in.host), claims)
    }
}

impl VerifyError {
    /// The response to the request: 401 with `invalid_token`, or 503 if keys are not available.
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        match self.kind() {
            VerifyErrorKind::KeysUnavailable => Challenge::plain(StatusCode::SERVICE_UNAVAILABLE),
            kind => Challenge::error(StatusCode::UNAUTHORIZED, "invalid_token", &kind.to_string()),
        }
    }
}
