//! The blocking twin of [`BearerAuth`].

use std::time::Duration;

use super::{BearerAuth, Keys, VerifiedToken, VerifyError, keys::blocking};
use crate::{block_on::block_on, tokens::AccessToken};

/// Verifies the bearer tokens of requests, and blocks the thread while keys are fetched: for services
/// without an async runtime. Cheap to clone.
///
/// ```no_run
/// # #[cfg(feature = "ureq")] {
/// use easyauth::{integrations::UreqFetcher, verify::{BearerAuth, BlockingBearerAuth}};
///
/// # fn set_up() -> Result<BlockingBearerAuth, easyauth::verify::VerifierBuildError> {
/// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3"; // of your API
/// let auth = BearerAuth::entra(tenant, client_id)?.fetch_keys_blocking(UreqFetcher::new());
/// let background = auth.clone();
/// std::thread::spawn(move || background.keep_fresh(std::thread::sleep));
/// # Ok(auth) } }
/// ```
#[derive(Debug, Clone)]
pub struct BlockingBearerAuth(BearerAuth);

impl BlockingBearerAuth {
    /// Wraps a [`BearerAuth`], for [several verifiers](BearerAuth::or), another clock or a
    /// [realm](BearerAuth::with_realm). Otherwise use
    /// [`fetch_keys_blocking`](super::BearerAuthBuilder::fetch_keys_blocking).
    ///
    /// All its keys must come from [`Keys::fetched_blocking`] or [`Keys::fixed`]. An async fetcher needs its
    /// runtime. That of the feature `reqwest` panics without Tokio, and then every token is rejected with
    /// [`KeysUnavailable`](super::VerifyErrorKind::KeysUnavailable).
    #[must_use]
    pub fn new(auth: BearerAuth) -> Self {
        Self(auth)
    }

    /// Like [`BearerAuth::verify`].
    ///
    /// # Errors
    ///
    /// As for [`BearerAuth::verify`].
    pub fn verify(&self, token: &AccessToken) -> Result<VerifiedToken, VerifyError> {
        block_on(self.0.verify(token))
    }

    pub(crate) fn verify_text(&self, text: &str) -> Result<VerifiedToken, VerifyError> {
        block_on(self.0.verify_text(text))
    }

    /// Like [`BearerAuth::remember`].
    #[must_use]
    pub fn remember(self, tokens: usize) -> Self {
        Self(self.0.remember(tokens))
    }

    /// Like [`BearerAuth::keys`].
    pub fn keys(&self) -> impl Iterator<Item = &Keys> {
        self.0.keys()
    }

    /// Like [`BearerAuth::is_ready`].
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.is_ready()
    }

    /// Keeps the keys fresh, forever: run it in a thread. Like [`BearerAuth::keep_fresh`], with a sleep
    /// that blocks, such as [`std::thread::sleep`].
    pub fn keep_fresh(self, sleep: impl Fn(Duration)) {
        block_on(self.0.keep_fresh(blocking(sleep)));
    }

    pub(crate) fn inner(&self) -> &BearerAuth {
        &self.0
    }
}
