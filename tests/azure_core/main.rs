//! The caller's token as a credential for clients of the Azure SDK.
#![cfg(feature = "azure_core")]
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, reason = "helpers of tests")]

mod clients;
mod expiry;
mod rejections;
mod scopes;
mod secrets;
mod support;
