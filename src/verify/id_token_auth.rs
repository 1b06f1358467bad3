//! Verification of the ID tokens that the platform injects.

use std::{
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{IdTokenVerifier, Keys, VerifiedIdToken, VerifyError};
use crate::{time::Clock, tokens::IdToken};

/// The longest session lifetime: the session of the platform lasts 8 hours, and `/.auth/refresh` renews
/// it for 72 hours after its end (Microsoft Learn: "Work with OAuth tokens in Azure App Service
/// authentication", `tokenRefreshExtensionHours`).
pub const MAX_SESSION_LIFETIME: Duration = Duration::from_secs((8 + 72) * 3600);

/// Verifies the ID tokens that the platform injects, to confirm the caller. Cheap to clone.
#[derive(Clone)]
pub struct IdTokenAuth {
    verifier: Arc<IdTokenVerifier>,
    keys: Keys,
    clock: Clock,
    session_lifetime: Option<Duration>,
}

impl IdTokenAuth {
    /// Combines a verifier and its keys, which may be those of a [`BearerAuth`](super::BearerAuth). The clock is the
    /// system's.
    ///
    /// Spawn [`keep_fresh`](Self::keep_fresh), unless a task already keeps these keys fresh. Without it,
    /// all known keys lapse together after a day. Requests then wait for a fetch, and get 503 if it fails.
    #[must_use]
    pub fn new(verifier: IdTokenVerifier, keys: Keys) -> Self {
        Self { verifier: Arc::new(verifier), keys, clock: Clock::system(), session_lifetime: None }
    }

    /// Accepts an ID token up to this age, counted from `iat`, instead of until its `exp`. This applies
    /// only when the token confirms the caller of a browser session. [`verify`](Self::verify) still
    /// rejects an expired token.
    ///
    /// The session of the platform lasts 8 hours. Its ID token expires after about one hour, and
    /// `/.auth/refresh` does not renew it (azure-docs#102509, microsoft-identity-web#2880). By default,
    /// the session is anonymous from then on, and browsers are sent to sign in, which is usually silent.
    /// With a longer lifetime, a user who was disabled or lost a role stays confirmed for that long.
    ///
    /// # Errors
    ///
    /// [`SessionLifetimeTooLong`] if the lifetime is over [`MAX_SESSION_LIFETIME`].
    pub fn with_session_lifetime(self, lifetime: Duration) -> Result<Self, SessionLifetimeTooLong> {
        if lifetime > MAX_SESSION_LIFETIME {
            return Err(SessionLifetimeTooLong(lifetime));
        }
        Ok(Self { session_lifetime: Some(lifetime), ..self })
    }

    /// Uses this clock instead of the system's: for tests.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Returns `true` if there are keys: for the readiness check of the service. Until then, requests with ID
    /// tokens wait for the first fetch, and get 503 if it fails.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.keys.is_ready(self.clock.now())
    }

    /// Keeps the keys fresh, as long as the future is polled: see [`Keys::keep_fresh`]. Spawn it on any
    /// runtime. `sleep` is the sleep of the runtime, such as `tokio::time::sleep`. For a service without a runtime:
    /// [`Keys::keep_fresh_blocking`].
    ///
    /// ```no_run
    /// # use easyauth::verify::IdTokenAuth;
    /// # fn start(auth: &IdTokenAuth) {
    /// tokio::spawn(auth.clone().keep_fresh(tokio::time::sleep));
    /// # }
    /// ```
    pub async fn keep_fresh<F: Future<Output = ()>>(self, sleep: impl Fn(Duration) -> F) {
        let Self { keys, clock, .. } = self;
        keys.keep_fresh(move || clock.now(), sleep).await;
    }

    /// Verifies an ID token.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the rule that the token breaks.
    pub async fn verify(&self, token: &IdToken) -> Result<VerifiedIdToken, VerifyError> {
        let now = self.clock.now();
        self.verifier.verify_fetching(&self.keys, token, now).await
    }

    /// Verifies the ID token of a browser session: by its age if there is a session lifetime.
    #[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
    pub(crate) async fn verify_session(
        &self,
        token: &IdToken,
    ) -> Result<VerifiedIdToken, VerifyError> {
        let now = self.clock.now();
        match self.session_lifetime {
            Some(age) => self.verifier.verify_session_fetching(&self.keys, token, age, now).await,
            None => self.verifier.verify_fetching(&self.keys, token, now).await,
        }
    }
}

/// The session lifetime is over [`MAX_SESSION_LIFETIME`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a session lifetime of at most 80 hours, found {} seconds", .0.as_secs())]
pub struct SessionLifetimeTooLong(Duration);

impl fmt::Debug for IdTokenAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenAuth")
            .field("verifier", &self.verifier)
            .field("keys", &self.keys)
            .field("session_lifetime", &self.session_lifetime)
            .finish_non_exhaustive()
    }
}
