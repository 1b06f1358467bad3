//! Who is calling, as a layer found it out.

use std::{fmt, sync::Arc};

use http::{Extensions, HeaderMap, Method, Uri};

#[cfg(all(feature = "tower", feature = "verify"))]
use crate::verify::BearerAuth;
#[cfg(feature = "verify")]
use crate::verify::{VerifiedIdToken, VerifiedToken};
use crate::{EasyAuthPrincipal, Refusal, refusal::LoginRedirect};

/// Who is calling, as `EasyAuthLayer` found it out: in the extensions of every
/// request that went through it, anonymous ones included. Cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Found>);

#[derive(Default)]
pub(super) struct Found {
    pub(super) principal: Option<EasyAuthPrincipal>,
    /// What verifies bearer tokens.
    #[cfg(all(feature = "tower", feature = "verify"))]
    pub(super) bearer: Option<BearerAuth>,
    #[cfg(feature = "verify")]
    pub(super) token: Option<VerifiedToken>,
    /// The ID token, if it is what confirms the principal.
    #[cfg(feature = "verify")]
    pub(super) id_token: Option<VerifiedIdToken>,
    pub(super) is_confirmed: bool,
    /// What was asked for, before a router took anything off.
    pub(super) uri: Uri,
}

impl Identity {
    #[cfg(feature = "tower")]
    pub(super) fn new(found: Found) -> Self {
        Self(Arc::new(found))
    }

    /// The caller of the headers, if the layer accepted them and somebody is signed in.
    #[must_use]
    pub fn principal(&self) -> Option<&EasyAuthPrincipal> {
        self.0.principal.as_ref()
    }

    /// The bearer token, if the layer verifies it and one came along.
    #[cfg(feature = "verify")]
    #[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
    #[must_use]
    pub fn token(&self) -> Option<&VerifiedToken> {
        self.0.token.as_ref()
    }

    /// Whether somebody is signed in, or sent a token that was verified.
    #[must_use]
    pub fn is_somebody(&self) -> bool {
        self.principal().is_some() || self.has_token()
    }

    /// Whether a verified token confirms the principal.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.0.is_confirmed
    }

    /// Whether the caller has this role: of the token that confirms the principal, because only that
    /// says what was signed; else of the principal; without a principal, of the bearer token.
    #[must_use]
    pub fn is_in_role(&self, role: impl AsRef<str>) -> bool {
        let role = role.as_ref();
        if let Some(principal) = self.principal()
            && !self.is_confirmed()
        {
            return principal.is_in_role(role);
        }
        self.has_signed_role(role)
    }

    #[cfg(feature = "verify")]
    fn has_signed_role(&self, role: &str) -> bool {
        match (&self.0.id_token, &self.0.token) {
            (Some(token), _) => token.has_app_role(role),
            (None, Some(token)) => token.has_app_role(role),
            (None, None) => false,
        }
    }

    #[cfg(feature = "verify")]
    fn has_token(&self) -> bool {
        self.token().is_some()
    }

    #[cfg(not(feature = "verify"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn has_token(&self) -> bool {
        false
    }

    #[cfg(not(feature = "verify"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn has_signed_role(&self, _: &str) -> bool {
        false
    }

    #[cfg(all(feature = "tower", feature = "verify"))]
    pub(super) fn bearer(&self) -> Option<&BearerAuth> {
        self.0.bearer.as_ref()
    }
}

/// Prints the names of claims and no value.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Identity");
        fields.field("principal", &self.0.principal).field("is_confirmed", &self.0.is_confirmed);
        #[cfg(feature = "verify")]
        fields.field("token", &self.0.token);
        fields.finish_non_exhaustive()
    }
}

/// Nobody is signed in: to the sign-in page, if the extensions of the request have a [`LoginRedirect`].
pub(super) fn not_signed_in(
    extensions: &Extensions,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Refusal {
    let refusal = Refusal::not_signed_in();
    let Some(login) = extensions.get::<LoginRedirect>() else { return refusal };
    let uri = extensions.get::<Identity>().map_or(uri, |identity| &identity.0.uri);
    refusal.or_login(login, method, uri, headers)
}
