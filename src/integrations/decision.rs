//! The decisions about requests, as events: accepted or rejected, and by which rule.

use std::{error::Error as _, fmt};

use super::Identity;
#[cfg(feature = "verify")]
use crate::{access::Requirement, mcp::ToolPolicy, verify::VerifiedToken};
use crate::{events, rejection::Rejection};

/// A request was rejected: its response is about to be built.
pub(super) fn rejected(rejection: &Rejection) {
    let (code, status) = (rejection.kind().code(), rejection.status().as_u16());
    events::rejected(code, status, rejection.required_scopes(), rejection.source());
}

/// The caller of a request was authenticated, or the request is anonymous.
pub(super) fn identified(identity: &Identity, caller: Option<&str>) {
    match identity.authenticated_by() {
        Some(by) => events::authenticated(by, caller),
        None => events::anonymous(),
    }
}

/// A bearer token was verified, and no identity has it.
pub(super) fn token_verified() {
    events::authenticated("bearer token", None);
}

/// Checks the message of a request by a policy for tools.
#[cfg(feature = "verify")]
pub(super) fn check_tool(
    policy: &ToolPolicy,
    body: &[u8],
    token: Option<&VerifiedToken>,
) -> Result<(), Rejection> {
    if let Some(rule) = policy.apply(body, token)? {
        accepted(Permissions(rule));
    }
    Ok(())
}

/// A request met a rule.
pub(super) fn accepted(rule: impl fmt::Display) {
    events::accepted(&rule);
}

/// Roles of which one is required.
pub(super) struct AnyRole<'a, R>(pub(super) &'a [R]);

impl<R: AsRef<str>> fmt::Display for AnyRole<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles: Vec<&str> = self.0.iter().map(AsRef::as_ref).collect();
        write!(f, "the role {}", roles.join(" or "))
    }
}

/// What a token must permit.
#[cfg(feature = "verify")]
pub(super) struct Permissions<'a>(pub(super) &'a Requirement);

#[cfg(feature = "verify")]
impl fmt::Display for Permissions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, alternative) in self.0.alternatives().enumerate() {
            f.write_str(if number == 0 { "" } else { " or " })?;
            for (number, permission) in alternative.iter().enumerate() {
                f.write_str(if number == 0 { "" } else { " and " })?;
                permission.fmt(f)?;
            }
        }
        if self.0.alternatives().next().is_none() {
            f.write_str("a verified token")
        } else {
            Ok(())
        }
    }
}
