//! **Never in production.** Simulated headers and tokens of the platform: for tests on a developer's
//! machine, where Easy Auth does not run. The feature `testing` belongs under `[dev-dependencies]`.
//!
//! A service that verifies tokens accepts none of these, unless it gets the
//! [`key_set`](TestIssuer::key_set) of a [`TestIssuer`]. So never configure such a key set outside of
//! tests. Any client that bypasses the platform can forge the headers of a [`TestPrincipal`].
//!
//! The feature `testing` works with either back end for signatures, `aws_lc_rs` (the default) or
//! `rust_crypto`.
//!
//! A service that reads the platform's headers:
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, PrincipalError, testing::TestPrincipal};
//!
//! /// What is tested: the status of an answer.
//! fn delete_everything(request: &http::HeaderMap) -> Result<u16, PrincipalError> {
//!     Ok(match EasyAuthPrincipal::from_headers(request)? {
//!         None => 401,
//!         Some(user) if user.is_in_role("Admin") => 204,
//!         Some(_) => 403,
//!     })
//! }
//!
//! let user = TestPrincipal::entra().name("Sample User");
//! assert_eq!(delete_everything(&user.headers())?, 403);
//! assert_eq!(delete_everything(&user.role("Admin").headers())?, 204);
//! # Ok::<(), PrincipalError>(())
//! ```
//!
//! A service that verifies tokens:
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use easyauth::{
//!     AccessToken, Requirement,
//!     testing::TestIssuer,
//!     verify::{Tenant, Verifier, VerifyErrorKind},
//! };
//!
//! const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
//! const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
//! let issuer = TestIssuer::new(TENANT)?;
//! let verifier = Verifier::builder(Tenant::single(TENANT)?).application(CLIENT_ID).build()?;
//! let now = SystemTime::now();
//!
//! let token = issuer.access_token(CLIENT_ID, now).scope("Files.Read").sign();
//! let token = verifier.verify(&AccessToken::new(token), &issuer.key_set(), now)?;
//! assert!(token.authorize(&Requirement::scope("Files.Read")).is_ok());
//! assert!(token.authorize(&Requirement::scope("Files.Write")).is_err());
//!
//! let two_hours_ago = now - Duration::from_secs(7200);
//! let expired = issuer.access_token(CLIENT_ID, two_hours_ago).scope("Files.Read").sign();
//! let error = verifier.verify(&AccessToken::new(expired), &issuer.key_set(), now).unwrap_err();
//! assert_eq!(error.kind(), VerifyErrorKind::Expired);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod issuer;
mod key;
#[cfg(not(feature = "aws_lc_rs"))]
mod pool;
mod principal;
mod session;
mod time;
mod token;

pub use issuer::{TestIssuer, TestIssuerError};
pub use principal::TestPrincipal;
pub use session::TestSession;
pub use token::TestToken;

use http::{HeaderMap, HeaderName, HeaderValue};

/// Creates request headers. All of them identify a caller, so `Debug` shows none of them.
fn header_map(pairs: Vec<(String, String)>) -> HeaderMap {
    let pairs = pairs.into_iter().filter_map(|(name, mut value)| {
        value.retain(|character| !character.is_ascii_control());
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::try_from(name).ok()?, value))
    });
    pairs.collect()
}
