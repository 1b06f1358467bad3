//! The caller that a layer or an extractor authenticated.

use std::{fmt, sync::Arc};

use super::{
    accepted::Accepted,
    authentication::{Authentication, Need},
};
#[cfg(all(any(feature = "axum", feature = "actix-web"), feature = "verify"))]
use crate::rejection::{SetupError, SetupErrorKind};
#[cfg(all(any(feature = "tower", feature = "actix-web"), feature = "verify"))]
use crate::verify::BearerAuth;
use crate::{
    headers::HeaderSource,
    principal::EasyAuthPrincipal,
    rejection::{LoginRedirect, Rejection, is_page},
};
#[cfg(feature = "verify")]
use crate::{
    rejection::NotConfirmed,
    verify::{ConfirmedCaller, VerifiedToken},
};

/// The caller of a request, anonymous or authenticated. `EasyAuthLayer` puts it into the extensions of
/// every request. Cheap to clone.
///
/// If a token confirms callers, all its values come from verified tokens, not from headers.
#[derive(Clone)]
pub struct Identity(Arc<Found>);

pub(super) struct Found {
    /// From the headers of a trusted platform, or from the token that confirms them.
    pub(super) principal: Option<EasyAuthPrincipal>,
    /// The verified bearer token.
    #[cfg(feature = "verify")]
    pub(super) token: Option<VerifiedToken>,
    #[cfg(feature = "verify")]
    pub(super) confirmed: Option<ConfirmedCaller>,
    /// Why the principal is missing, although the request has identity headers.
    #[cfg(feature = "verify")]
    pub(super) unconfirmed: Option<NotConfirmed>,
    pub(super) accepted: Accepted,
    /// The path and the query that the browser requested.
    pub(super) target: String,
    pub(super) authentication: Arc<Authentication>,
}

impl Found {
    pub(super) fn anonymous(authentication: Arc<Authentication>, target: String) -> Self {
        Self {
            principal: None,
            #[cfg(feature = "verify")]
            token: None,
            #[cfg(feature = "verify")]
            confirmed: None,
            #[cfg(feature = "verify")]
            unconfirmed: None,
            accepted: Accepted::Nothing,
            target,
            authentication,
        }
    }
}

impl Identity {
    pub(super) fn new(found: Found) -> Self {
        Self(Arc::new(found))
    }

    /// The authenticated caller. It comes from the headers of a trusted platform. If a token confirms
    /// callers, it comes from that token alone.
    #[must_use]
    pub fn principal(&self) -> Option<&EasyAuthPrincipal> {
        self.0.principal.as_ref()
    }

    /// The caller, if a verified token confirms it.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn confirmed(&self) -> Option<&ConfirmedCaller> {
        self.0.confirmed.as_ref()
    }

    /// The verified bearer token, if the layer verifies tokens and the request has one.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn token(&self) -> Option<&VerifiedToken> {
        self.0.token.as_ref()
    }

    /// Returns `true` if the caller is authenticated: by a principal, or by a verified bearer token.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.authenticated_by().is_some()
    }

    /// Returns `true` if a verified token confirms the caller.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        #[cfg(feature = "verify")]
        return self.0.confirmed.is_some();
        #[cfg(not(feature = "verify"))]
        false
    }

    /// Returns `true` if the caller has this role. Uses the token that confirms the caller; else the
    /// principal; without a principal, the bearer token.
    #[must_use]
    pub fn is_in_role(&self, role: impl AsRef<str>) -> bool {
        let role = role.as_ref();
        #[cfg(feature = "verify")]
        if let Some(caller) = self.confirmed() {
            return caller.is_in_role(role);
        }
        if let Some(principal) = self.principal() {
            return principal.is_in_role(role);
        }
        #[cfg(feature = "verify")]
        return self.token().is_some_and(|token| token.has_app_role(role));
        #[cfg(not(feature = "verify"))]
        false
    }

    /// A keyed hash of the caller's tenant and object ID, for logs: the same for all requests of one caller,
    /// and of no use without the key. Returns `None` for an anonymous request, and for callers without an
    /// object ID.
    ///
    /// Keep the key secret. Object IDs are not, so without a key anyone could look a hash up.
    #[cfg(all(feature = "tracing", feature = "verify"))]
    #[must_use]
    pub fn caller_hash(&self, key: &[u8]) -> Option<String> {
        let (tenant, object) = self.ids()?;
        let message = format!("{}/{object}", tenant.unwrap_or_default());
        let hash = crate::digest::hmac(key, message.as_bytes());
        let half = hash.iter().take(16).fold(0_u128, |half, byte| (half << 8) | u128::from(*byte));
        Some(format!("{half:032x}"))
    }

    /// The tenant and the object ID of the caller.
    #[cfg(all(feature = "tracing", feature = "verify"))]
    fn ids(&self) -> Option<(Option<&str>, &str)> {
        if let Some(principal) = self.principal() {
            return Some((principal.tenant_id(), principal.object_id()?));
        }
        let token = self.token()?;
        Some((token.tenant_id(), token.object_id()?))
    }

    /// What authenticated the caller, for logs.
    pub(super) fn authenticated_by(&self) -> Option<&'static str> {
        if self.is_confirmed() {
            return Some("confirmed headers");
        }
        if self.principal().is_some() {
            return Some("platform");
        }
        #[cfg(feature = "verify")]
        if self.token().is_some() {
            return Some("bearer token");
        }
        None
    }

    pub(super) fn accepted(&self) -> &Accepted {
        &self.0.accepted
    }

    #[cfg(feature = "tower")]
    pub(super) fn target(&self) -> &str {
        &self.0.target
    }

    #[cfg(all(any(feature = "tower", feature = "actix-web"), feature = "verify"))]
    pub(super) fn bearer(&self) -> Option<&BearerAuth> {
        self.0.authentication.bearer.as_ref()
    }

    /// The principal, which is required.
    #[cfg(any(feature = "axum", feature = "actix-web"))]
    pub(super) fn require_principal(
        &self,
        request: &Asked<'_, impl HeaderSource + ?Sized>,
    ) -> Result<&EasyAuthPrincipal, Rejection> {
        self.principal().ok_or_else(|| self.reject(Need::Principal, request))
    }

    /// The confirmed caller, which is required.
    #[cfg(all(any(feature = "axum", feature = "actix-web"), feature = "verify"))]
    pub(super) fn require_confirmed(
        &self,
        request: &Asked<'_, impl HeaderSource + ?Sized>,
    ) -> Result<&ConfirmedCaller, Rejection> {
        self.check_confirmation()?;
        self.confirmed().ok_or_else(|| self.reject(Need::Principal, request))
    }

    /// Returns an error if nothing confirms callers: then no request could ever have a confirmed caller.
    #[cfg(all(any(feature = "axum", feature = "actix-web"), feature = "verify"))]
    pub(super) fn check_confirmation(&self) -> Result<(), Rejection> {
        if self.0.authentication.confirms() {
            return Ok(());
        }
        Err(Rejection::misconfigured(SetupError::new(
            SetupErrorKind::MissingConfirmation,
            "add EasyAuthLayer::confirm_by_id_token or EasyAuthLayer::confirm_by_bearer (actix-web: \
             .app_data(Confirmation::by_id_token(auth)))",
        )))
    }

    /// The rejection of a request that needs a caller and has none. 500 if no request can ever have one;
    /// else 401, or 302 to the sign-in page.
    pub(super) fn reject(
        &self,
        need: Need,
        request: &Asked<'_, impl HeaderSource + ?Sized>,
    ) -> Rejection {
        let authentication = &self.0.authentication;
        if let Err(error) = authentication.check_set_up(need) {
            return Rejection::misconfigured(error);
        }
        let rejection = Rejection::unauthenticated();
        #[cfg(feature = "verify")]
        let rejection = match &self.0.unconfirmed {
            Some(cause) => Rejection::not_confirmed(cause.clone()),
            None => rejection,
        };
        let Some(login) = authentication.login.as_ref().or(request.login) else { return rejection };
        match authentication.check_sign_in() {
            Ok(true) => {
                rejection.or_login_at(login, request.method, &self.0.target, request.headers)
            }
            Err(error) if is_page(request.method, request.headers) => {
                Rejection::misconfigured(error)
            }
            _ => rejection,
        }
    }
}

/// The parts of a request that the rejection depends on.
pub(super) struct Asked<'a, H: ?Sized> {
    pub(super) method: &'a str,
    pub(super) headers: &'a H,
    /// The sign-in page, if the layer does not set one.
    pub(super) login: Option<&'a LoginRedirect>,
}

/// Prints the names of claims, but no value.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Identity");
        fields.field("principal", &self.0.principal).field("is_confirmed", &self.is_confirmed());
        #[cfg(feature = "verify")]
        fields.field("token", &self.0.token);
        fields.finish_non_exhaustive()
    }
}
