//! For tests alone, **never in production**: what the platform would send, and tokens that verify.
//!
//! Easy Auth does not run on a laptop. A [`TestCaller`] has the headers of somebody who is signed in, and
//! a [`TestIssuer`] signs tokens like those of Microsoft Entra with keys that it makes when the test
//! starts, so nobody can trust them anywhere else. Enable the feature for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! easyauth = { version = "0.1", features = ["testing"] }
//! ```
//!
//! A handler that needs a caller:
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, testing::TestCaller};
//!
//! fn may_edit(headers: &http::HeaderMap) -> bool {
//!     EasyAuthPrincipal::from_headers(headers).is_ok_and(|user| user.is_some_and(|user| user.is_in_role("Editor")))
//! }
//!
//! assert!(may_edit(&TestCaller::entra().role("Editor").headers()));
//! assert!(!may_edit(&TestCaller::entra().headers()));
//! assert!(!may_edit(&http::HeaderMap::new()));
//! ```
//!
//! One that verifies tokens:
//!
//! ```
//! use std::time::SystemTime;
//! use easyauth::{AccessToken, Requirement, testing::TestIssuer};
//!
//! let (issuer, now) = (TestIssuer::new(), SystemTime::now());
//! let verifier = issuer.verifier("api://my-api");
//! let token = issuer.access_token(now).audience("api://my-api").scope("Files.Read").sign();
//! let token = verifier.verify(&AccessToken::new(token), &issuer.key_set(), now)?;
//! assert!(token.authorize(&Requirement::scope("Files.Read")).is_ok());
//! # Ok::<(), easyauth::verify::VerifyError>(())
//! ```
//!
//! What these builders are given comes from the test, so nonsense panics here, unlike in the rest of the
//! crate.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    reason = "a test that cannot be set up has failed"
)]

mod caller;
mod issuer;
mod token;

pub use caller::TestCaller;
pub use issuer::TestIssuer;
pub use token::TestToken;

/// The tenant of everybody here, unless they say otherwise.
pub const TENANT_ID: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

/// The object id of a user here, unless it is said otherwise.
pub const OBJECT_ID: &str = "00000003-0000-4000-8000-000000000003";

/// The application that tokens are issued to, unless they say otherwise.
pub const CLIENT_ID: &str = "00000005-0000-4000-8000-000000000005";
