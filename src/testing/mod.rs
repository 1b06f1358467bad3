//! **Never in production.** What the platform would send, made up: for tests on a laptop, where there
//! is no Easy Auth. The feature `testing` belongs under `[dev-dependencies]`.
//!
//! Nobody can be fooled by what is made here as long as a service verifies tokens: the key of a
//! [`TestIssuer`] is made when the test runs, and nothing but its own
//! [`key_set`](TestIssuer::key_set) knows it. The headers of a [`TestPrincipal`] are what anybody can
//! write who reaches a service without the platform in front.
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
//! let issuer = TestIssuer::new(TENANT)?;
//! let verifier = Verifier::builder(Tenant::single(TENANT)?).audience("api://my-api").build()?;
//! let now = SystemTime::now();
//!
//! let token = issuer.access_token("api://my-api", now).scope("Files.Read").sign();
//! let token = verifier.verify(&AccessToken::new(token), &issuer.key_set(), now)?;
//! assert!(token.authorize(&Requirement::scope("Files.Read")).is_ok());
//! assert!(token.authorize(&Requirement::scope("Files.Write")).is_err());
//!
//! let two_hours_ago = now - Duration::from_secs(7200);
//! let expired = issuer.access_token("api://my-api", two_hours_ago).scope("Files.Read").sign();
//! let error = verifier.verify(&AccessToken::new(expired), &issuer.key_set(), now).unwrap_err();
//! assert_eq!(error.kind(), VerifyErrorKind::Expired);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod issuer;
mod principal;
mod session;
mod time;
mod token;

pub use issuer::{TestIssuer, TestIssuerError};
pub use principal::TestPrincipal;
pub use session::TestSession;
pub use token::TestToken;

use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers of a request. All of them say who somebody is, so none is shown by `Debug`.
fn header_map(pairs: Vec<(String, String)>) -> HeaderMap {
    let pairs = pairs.into_iter().filter_map(|(name, mut value)| {
        value.retain(|character| !character.is_ascii_control());
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::try_from(name).ok()?, value))
    });
    pairs.collect()
}
