//! The tokens of requests: verified, or rejected.

use super::Rejection;
use crate::{
    headers::HeaderSource,
    tokens::AccessToken,
    verify::{BearerAuth, BlockingBearerAuth, VerifiedToken, VerifyError},
};

impl BearerAuth {
    /// Verifies the token in `Authorization: Bearer`; `None` if the request has none.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the header is malformed or the token does not verify. A bad token is never treated
    /// as a missing one.
    pub async fn token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<VerifiedToken>, Rejection> {
        let Some(token) = self.read(headers)? else { return Ok(None) };
        self.verify_text(token).await.map(Some).map_err(|error| self.refuse(headers, error))
    }

    /// Verifies the token in `Authorization: Bearer`, which is required.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if the token is missing, and as for [`token`](Self::token).
    pub async fn require_token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<VerifiedToken, Rejection> {
        self.token(headers).await?.ok_or_else(|| self.named(Rejection::no_token()))
    }

    /// The token as it is in the header, without a copy.
    fn read<'a>(
        &self,
        headers: &'a (impl HeaderSource + ?Sized),
    ) -> Result<Option<&'a str>, Rejection> {
        AccessToken::in_authorization(headers).map_err(|error| self.named(error.into()))
    }

    /// The rejection of a token that does not verify. If it has characters that no token may have, the header is
    /// malformed. That is checked last, because a token that verifies cannot have them.
    fn refuse(&self, headers: &(impl HeaderSource + ?Sized), error: VerifyError) -> Rejection {
        self.named(match AccessToken::from_authorization(headers) {
            Ok(_) => error.into(),
            Err(malformed) => malformed.into(),
        })
    }

    /// Adds the realm to a rejection.
    pub(crate) fn named(&self, rejection: Rejection) -> Rejection {
        match self.realm() {
            Some(realm) => rejection.clone().with_realm(realm).unwrap_or(rejection),
            None => rejection,
        }
    }
}

impl BlockingBearerAuth {
    /// Like [`BearerAuth::token`], and blocks the thread.
    ///
    /// # Errors
    ///
    /// As for [`BearerAuth::token`].
    pub fn token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<VerifiedToken>, Rejection> {
        let auth = self.inner();
        let Some(token) = auth.read(headers)? else { return Ok(None) };
        self.verify_text(token).map(Some).map_err(|error| auth.refuse(headers, error))
    }

    /// Like [`BearerAuth::require_token`], and blocks the thread.
    ///
    /// # Errors
    ///
    /// As for [`BearerAuth::require_token`].
    pub fn require_token(
        &self,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<VerifiedToken, Rejection> {
        self.token(headers)?.ok_or_else(|| self.inner().named(Rejection::no_token()))
    }
}
