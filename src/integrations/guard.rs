//! Guards: handler parameters that exist only if the caller has the required permission.

use std::{fmt, marker::PhantomData};

#[cfg(any(feature = "axum", feature = "actix-web"))]
use super::decision;
use crate::principal::EasyAuthPrincipal;
#[cfg(feature = "verify")]
use crate::{access::Requirement, rejection::Rejection, verify::VerifiedToken};

/// Roles as a type, for [`RequireRole`].
///
/// ```
/// struct Editor;
///
/// impl easyauth::integrations::RolePolicy for Editor {
///     const ANY_OF: &'static [&'static str] = &["Editor", "Admin"];
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name roles",
    note = "implement `easyauth::integrations::RolePolicy` for it, with the roles in `ANY_OF`"
)]
pub trait RolePolicy {
    /// The caller needs one of these. Roles are compared exactly, including case.
    const ANY_OF: &'static [&'static str];
}

/// An authenticated caller with one of these [`RolePolicy`]. Other requests get 401 or 403 before the handler
/// runs.
///
/// The roles come from the headers. If `EasyAuthLayer` (in actix-web, a `Confirmation`) confirms
/// callers, they come from the token.
pub struct RequireRole<R> {
    principal: EasyAuthPrincipal,
    roles: PhantomData<fn() -> R>,
}

impl<R> RequireRole<R> {
    /// The caller.
    #[must_use]
    pub fn principal(&self) -> &EasyAuthPrincipal {
        &self.principal
    }
}

#[cfg(any(feature = "axum", feature = "actix-web"))]
impl<R: RolePolicy> RequireRole<R> {
    pub(super) fn check(
        principal: EasyAuthPrincipal,
        is_in_role: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let is_in_any = R::ANY_OF.iter().any(|role| is_in_role(role));
        if is_in_any {
            decision::accepted(decision::AnyRole(R::ANY_OF));
        }
        is_in_any.then_some(Self { principal, roles: PhantomData })
    }
}

impl<R> fmt::Debug for RequireRole<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireRole").field(&self.principal).finish()
    }
}

/// A permission as a type, for [`RequireToken`].
///
/// ```
/// use easyauth::{Requirement, integrations::TokenPolicy};
///
/// struct ReadFiles;
///
/// impl TokenPolicy for ReadFiles {
///     fn requirement() -> Requirement {
///         Requirement::scope("Files.Read").or_app_role("Files.Read.All")
///     }
/// }
/// ```
#[cfg(feature = "verify")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what a token must permit",
    note = "implement `easyauth::integrations::TokenPolicy` for it"
)]
pub trait TokenPolicy {
    /// What the token must permit.
    fn requirement() -> Requirement;
}

/// A verified bearer token that meets the requirement of a [`TokenPolicy`]. Other requests get 400, 401 or
/// 403, with a challenge, before the handler runs.
#[cfg(feature = "verify")]
pub struct RequireToken<P> {
    token: VerifiedToken,
    permit: PhantomData<fn() -> P>,
}

#[cfg(feature = "verify")]
impl<P> RequireToken<P> {
    /// The token.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }
}

#[cfg(all(feature = "verify", any(feature = "axum", feature = "actix-web")))]
impl<P: TokenPolicy> RequireToken<P> {
    pub(super) fn check(token: Option<VerifiedToken>) -> Result<Self, Rejection> {
        let requirement = P::requirement();
        let token = token.ok_or_else(|| Rejection::no_token_for(&requirement))?;
        token.authorize(&requirement)?;
        decision::accepted(decision::Permissions(&requirement));
        Ok(Self { token, permit: PhantomData })
    }
}

#[cfg(feature = "verify")]
impl<P> fmt::Debug for RequireToken<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireToken").field(&self.token).finish()
    }
}
