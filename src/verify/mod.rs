//! Verification of tokens: keys, issuers, tenants, and rules.
//!
//! | for | look at |
//! |---|---|
//! | verify an access token | [`Verifier`], [`VerifiedToken`] |
//! | verify who signed in | [`IdTokenVerifier`], [`EasyAuthPrincipal::confirm`], [`ConfirmedCaller`] |
//! | whose tokens | [`Tenant`], [`Authority`] |
//! | keys from a document | [`KeySet`] |
//! | keys that stay fresh | [`Keys`], [`KeyStore`], [`FetchKeys`] |
//! | tokens of requests, for the state of a service | [`BearerAuth`], [`BlockingBearerAuth`], [`IdTokenAuth`] |
//! | several APIs, tenants or policies | [`BearerAuth::or`] |
//! | what to answer | [`Challenge`](crate::Challenge) |
//!
//! Verifiers and key stores do no input or output: the time is an argument, and documents come from a
//! fetcher. Only [`BearerAuth`], [`BlockingBearerAuth`] and [`IdTokenAuth`] read the system's clock. Verify
//! only tokens for your own API. Only Microsoft can rely on tokens for its APIs.
//!
//! [`EasyAuthPrincipal::confirm`]: crate::EasyAuthPrincipal::confirm

#[cfg(not(any(feature = "aws_lc_rs", feature = "rust_crypto")))]
compile_error!(
    "the feature `verify` of easyauth needs a back end for signatures: enable its feature \
     `aws_lc_rs` (the default, needs a C compiler) or `rust_crypto` (Rust alone, slower)"
);

mod algorithm;
mod authority;
mod bearer;
mod blocking;
mod builder;
mod confirm;
mod confirmed;
mod document;
mod error;
mod fetch;
mod flight;
mod id_token_auth;
mod issuers;
mod jwk;
mod key_set;
mod keys;
mod metadata;
mod policy;
mod refresh;
mod remembered;
mod schedule;
mod signature;
mod signed;
mod store;
mod subject_key;
mod tenant;
mod usual_header;
mod verified;
mod verifier;

pub use crate::jwt::{Verified, VerifiedId};
pub use algorithm::Algorithm;
pub use authority::Authority;
pub use bearer::{BearerAuth, BearerAuthBuilder};
pub use blocking::BlockingBearerAuth;
pub use builder::{
    DEFAULT_CLOCK_SKEW, MAX_CLOCK_SKEW, VerifierBuildError, VerifierBuildErrorKind, VerifierBuilder,
};
pub use confirm::{ConfirmError, ConfirmErrorKind};
pub use confirmed::ConfirmedCaller;
pub use document::{DocumentError, DocumentErrorKind, MAX_DOCUMENT_LEN};
pub use error::{VerifyError, VerifyErrorKind};
pub use fetch::{FetchKeys, FetchKeysBlocking};
pub use id_token_auth::{IdTokenAuth, MAX_SESSION_LIFETIME, SessionLifetimeTooLong};
pub use jwk::{Key, RSA_MODULUS_BITS};
pub use key_set::{KeySet, KeySource, MAX_KEYS, SkippedKey};
pub use keys::{KEEP_FRESH_INTERVAL, Keys};
#[cfg(any(feature = "reqwest", feature = "ureq"))]
pub(crate) use metadata::is_fetchable;
pub use metadata::{InvalidMetadataUri, InvalidMetadataUriKind, Metadata, MetadataUri};
pub use refresh::{Refresh, RefreshError, RefreshErrorKind};
pub use remembered::MAX_REMEMBERED;
pub use store::{
    FIRST_BACKOFF, KEY_LIFETIME, KeyStore, REFRESH_INTERVAL, REFRESH_LEASE, UNKNOWN_KEY_INTERVAL,
};
pub use subject_key::SubjectKey;
pub use tenant::Tenant;
pub use verified::IsVerified;
pub use verifier::{IdTokenVerifier, VerifiedIdToken, VerifiedToken, Verifier};
