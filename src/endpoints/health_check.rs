//! Health checks of App Service: proof that a request comes from the platform.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    base64,
    digest::{is_equal, sha256},
    headers::{AUTH_INTERNAL_TOKEN, HeaderSource},
    kinds::debug_by_display,
};

/// The app setting with the key.
const KEY: &str = "WEBSITE_AUTH_ENCRYPTION_KEY";

/// Recognizes health checks that the platform sends. Their path must be reachable without signing in, so
/// anyone can send requests there; only the platform knows the key.
///
/// The header `x-ms-auth-internal-token` contains the SHA-256 hash of `WEBSITE_AUTH_ENCRYPTION_KEY` in
/// base64 (App Service docs, "Monitor App Service instances by using Health check").
///
/// ```
/// use easyauth::endpoints::HealthCheck;
///
/// let health_check = HealthCheck::with_key("a key of the platform")?;
/// let token = "zo/NP8TGmIrAHO3iUx2aG6ez5uE0qU7kHiv2VmvYLz4=";
/// assert!(health_check.is_from_platform(&[("x-ms-auth-internal-token", token)]));
/// # Ok::<(), easyauth::endpoints::MissingEncryptionKey>(())
/// ```
#[derive(Clone)]
pub struct HealthCheck {
    expected: Zeroizing<String>,
}

impl HealthCheck {
    /// Reads the key from the environment of this process.
    ///
    /// # Errors
    ///
    /// [`MissingEncryptionKey`] if the variable is missing or empty.
    pub fn from_env() -> Result<Self, MissingEncryptionKey> {
        Self::with_key(&Zeroizing::new(std::env::var(KEY).unwrap_or_default()))
    }

    /// Uses this key.
    ///
    /// # Errors
    ///
    /// [`MissingEncryptionKey`] if the key is empty: everyone knows the hash of an empty string.
    pub fn with_key(key: &str) -> Result<Self, MissingEncryptionKey> {
        if key.is_empty() {
            return Err(MissingEncryptionKey(()));
        }
        let hash = Zeroizing::new(sha256(&[key.as_bytes()]));
        Ok(Self { expected: Zeroizing::new(base64::encode(hash.as_slice())) })
    }

    /// Returns `true` if the request has exactly one header `x-ms-auth-internal-token`, and it is right.
    /// Takes the same time for every wrong value.
    #[must_use]
    pub fn is_from_platform(&self, headers: &(impl HeaderSource + ?Sized)) -> bool {
        let value = headers.header(AUTH_INTERNAL_TOKEN, 0).unwrap_or_default().trim_ascii();
        headers.header(AUTH_INTERNAL_TOKEN, 1).is_none()
            && is_equal(value, self.expected.as_bytes())
    }
}

impl fmt::Debug for HealthCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthCheck").finish_non_exhaustive()
    }
}

/// The key that proves health checks is missing.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a key in {KEY}, found none: App Service and Functions set it while Easy Auth is on"
)]
pub struct MissingEncryptionKey(());

debug_by_display!(MissingEncryptionKey);
