//! Guards: parameters of a handler that are there only if the caller may do what it does.

use std::{fmt, marker::PhantomData};

use crate::EasyAuthPrincipal;
#[cfg(feature = "verify")]
use crate::{Requirement, verify::VerifiedToken};

/// Roles, as a type: for [`RequireRole`].
///
/// ```
/// struct Editor;
///
/// impl easyauth::integrations::Roles for Editor {
///     const ANY_OF: &'static [&'static str] = &["Editor", "Admin"];
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name roles",
    note = "implement `easyauth::integrations::Roles` for it, with the roles in `ANY_OF`"
)]
pub trait Roles {
    /// One of these will do. Roles are compared exactly, by case as well.
    const ANY_OF: &'static [&'static str];
}

/// A caller who is signed in and has one of these [`Roles`]. Others are answered 401 or 403 before the
/// handler is called.
///
/// Roles are those of the headers, unless `EasyAuthLayer` confirms the caller
/// by a token: then they are those of the token.
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

    /// The caller, to keep.
    #[must_use]
    pub fn into_principal(self) -> EasyAuthPrincipal {
        self.principal
    }
}

#[cfg(any(feature = "axum", feature = "actix-web"))]
impl<R: Roles> RequireRole<R> {
    pub(super) fn check(
        principal: EasyAuthPrincipal,
        is_in_role: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let is_in_any = R::ANY_OF.iter().any(|role| is_in_role(role));
        is_in_any.then_some(Self { principal, roles: PhantomData })
    }
}

impl<R> fmt::Debug for RequireRole<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireRole").field(&self.principal).finish()
    }
}

/// What a token must permit, as a type: for [`Authorized`].
///
/// ```
/// use easyauth::{Requirement, integrations::Permit};
///
/// struct ReadFiles;
///
/// impl Permit for ReadFiles {
///     fn requirement() -> Requirement {
///         Requirement::scope("Files.Read").or_app_role("Files.Read.All")
///     }
/// }
/// ```
#[cfg(feature = "verify")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what a token must permit",
    note = "implement `easyauth::integrations::Permit` for it"
)]
pub trait Permit {
    /// What the token must permit.
    fn requirement() -> Requirement;
}

/// A verified bearer token that has what a [`Permit`] asks for. Other requests are answered 400, 401 or
/// 403, with a challenge, before the handler is called.
#[cfg(feature = "verify")]
#[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
pub struct Authorized<P> {
    token: VerifiedToken,
    permit: PhantomData<fn() -> P>,
}

#[cfg(feature = "verify")]
impl<P> Authorized<P> {
    /// The token.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }

    /// The token, to keep.
    #[must_use]
    pub fn into_token(self) -> VerifiedToken {
        self.token
    }
}

#[cfg(all(feature = "verify", any(feature = "axum", feature = "actix-web")))]
impl<P: Permit> Authorized<P> {
    pub(super) fn check(token: VerifiedToken) -> Result<Self, crate::access::Denied> {
        token.authorize(&P::requirement())?;
        Ok(Self { token, permit: PhantomData })
    }
}

#[cfg(feature = "verify")]
impl<P> fmt::Debug for Authorized<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authorized").field(&self.token).finish()
    }
}
