//! Every event that the crate emits for `tracing`, with the target `easyauth`. Without the feature `tracing`
//! these functions do nothing.
//!
//! No event has a token, a secret, a claim or a header value. Errors are safe to log by the rule that all
//! errors of this crate follow.
#![cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "as with the feature"))]
#![cfg_attr(
    not(all(
        feature = "tracing",
        feature = "verify",
        any(feature = "axum", feature = "tower", feature = "actix-web")
    )),
    allow(dead_code, reason = "each feature uses a part of it")
)]

use std::{error::Error, fmt};

macro_rules! emit {
    ($level:ident, $($fields:tt)+) => {
        #[cfg(feature = "tracing")]
        tracing::event!(target: "easyauth", tracing::Level::$level, $($fields)+);
    };
}

/// The caller of a request was authenticated. `caller` is a keyed hash, if the service asked for it.
pub(crate) fn authenticated(by: &str, caller: Option<&str>) {
    emit!(
        DEBUG,
        decision = "accepted",
        rule = "authentication",
        by,
        caller,
        "caller authenticated"
    );
}

/// A request has no identity.
pub(crate) fn anonymous() {
    emit!(DEBUG, decision = "anonymous", rule = "authentication", "request is anonymous");
}

/// A request met a rule.
pub(crate) fn accepted(rule: &dyn fmt::Display) {
    emit!(DEBUG, decision = "accepted", %rule, "request accepted");
}

/// A request was rejected.
pub(crate) fn rejected(
    code: &str,
    status: u16,
    required: Option<&str>,
    source: Option<&(dyn Error + 'static)>,
) {
    macro_rules! at {
        ($level:ident) => {
            emit!(
                $level,
                decision = "rejected",
                code,
                status,
                required,
                reason = source.map(Chain).map(tracing::field::display),
                "request rejected"
            )
        };
    }
    match status {
        // A mistake of the service, which every request meets.
        500 => {
            at!(ERROR);
        }
        503 => {
            at!(WARN);
        }
        _ => {
            at!(INFO);
        }
    }
}

/// Keys were fetched from this metadata document.
pub(crate) fn keys_refreshed(metadata: &str) {
    emit!(DEBUG, metadata, "keys refreshed");
}

/// Keys could not be fetched. The store keeps the keys it has.
pub(crate) fn keys_not_refreshed(error: &(dyn Error + 'static)) {
    emit!(WARN, reason = %Chain(error), "keys not refreshed");
}

/// A token was exchanged.
pub(crate) fn exchanged(endpoint: &dyn fmt::Display) {
    emit!(DEBUG, %endpoint, "token exchanged");
}

/// A token could not be exchanged.
pub(crate) fn not_exchanged(
    endpoint: &dyn fmt::Display,
    code: &str,
    aadsts: Option<u32>,
    error: &(dyn Error + 'static),
) {
    emit!(WARN, %endpoint, code, aadsts, reason = %Chain(error), "token not exchanged");
}

/// An error and all its sources, in one line.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
