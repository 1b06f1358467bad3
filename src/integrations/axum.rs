//! Extractors and rejections for axum.

use std::sync::Arc;

use axum_core::{
    body::Body,
    extract::{FromRequestParts, OptionalFromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, request::Parts};

use super::{
    Identity, RequireRole, RolePolicy,
    accepted::Readable,
    authentication::Authentication,
    decision,
    identity::Asked,
    target::{self, OriginalTarget},
};
use crate::{
    platform::Platform,
    principal::EasyAuthPrincipal,
    protected_resource::ProtectedResource,
    rejection::{LoginRedirect, Rejection, SetupError, SetupErrorKind},
    tokens::ProviderTokens,
};

/// Puts the rejection itself into the extensions of the response, for a layer that logs.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        decision::rejected(&self);
        self.to_response::<Body>()
    }
}

/// Stores the address that the browser requested, so that the browser returns there after sign-in. A
/// nested router removes its prefix, and layers and extractors inside see only the rest. Needed for a
/// [`LoginRedirect`] inside `nest`, unless an `EasyAuthLayer` is around the nested router: that layer
/// stores the address itself.
///
/// ```
/// use axum::{Extension, Router, middleware::map_request, routing::get};
/// use easyauth::{EasyAuthPrincipal, IdentityProvider, Platform};
/// use easyauth::{integrations::keep_original_uri, rejection::LoginRedirect};
///
/// # fn router() -> Result<Router, easyauth::endpoints::EndpointError> {
/// let api = Router::new().route("/hello", get(|_: EasyAuthPrincipal| async { "hello" }));
/// let router = Router::new()
///     .nest("/api", api)
///     .layer(map_request(keep_original_uri)) // around the nested router
///     .layer(Extension(LoginRedirect::to(&IdentityProvider::ENTRA)?))
///     .layer(Extension(Platform::from_env()));
/// # Ok(router) }
/// ```
pub async fn keep_original_uri(mut request: Request) -> Request {
    let target = target::of(request.uri()).to_owned();
    let extensions = request.extensions_mut();
    if extensions.get::<OriginalTarget>().is_none() {
        extensions.insert(OriginalTarget(target));
    }
    request
}

/// The authenticated caller, which is required. It comes from `EasyAuthLayer`, else from the headers if
/// there is an `Extension(platform)` that can be trusted. Without either, the status is 500.
impl<S: Send + Sync> FromRequestParts<S> for EasyAuthPrincipal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let caller = || identity(parts)?.require_principal(&asked(parts)).cloned();
        caller().map_err(|rejection| described(parts, rejection))
    }
}

/// The authenticated caller; `None` for an anonymous request. Malformed headers are rejected, never
/// treated as anonymous.
impl<S: Send + Sync> OptionalFromRequestParts<S> for EasyAuthPrincipal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        let identity = identity(parts).map_err(|rejection| described(parts, rejection))?;
        Ok(identity.principal().cloned())
    }
}

/// The tokens of the authenticated caller, who is required. They can be empty: see [`ProviderTokens`]. If
/// a token confirms callers, they contain at most the verified ID token.
impl<S: Send + Sync> FromRequestParts<S> for ProviderTokens {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let tokens = || {
            let identity = identity(parts)?;
            let principal = identity.require_principal(&asked(parts))?;
            let readable = Readable { headers: &parts.headers, accepted: identity.accepted() };
            Ok(Self::from_headers(&readable, principal.provider())?)
        };
        tokens().map_err(|rejection| described(parts, rejection))
    }
}

impl<S: Send + Sync, R: RolePolicy> FromRequestParts<S> for RequireRole<R> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let check = || {
            let identity = identity(parts)?;
            let principal = identity.require_principal(&asked(parts))?.clone();
            Self::check(principal, |role| identity.is_in_role(role))
                .ok_or_else(|| Rejection::missing_role(&parts.headers, R::ANY_OF))
        };
        check().map_err(|rejection| described(parts, rejection))
    }
}

/// The caller, anonymous or authenticated. Without an `EasyAuthLayer` or an `Extension(platform)`, the
/// status is 500. Without the layer it has no bearer token: take a `VerifiedToken` beside it.
impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        identity(parts).map_err(|rejection| described(parts, rejection))
    }
}

/// Names the protected resource in an `Extension`, if there is one, in the challenge.
fn described(parts: &Parts, rejection: Rejection) -> Rejection {
    match parts.extensions.get::<ProtectedResource>() {
        Some(resource) => rejection.with_resource(resource),
        None => rejection,
    }
}

/// The identity from `EasyAuthLayer`; without that layer, from the headers of a trusted platform.
fn identity(parts: &Parts) -> Result<Identity, Rejection> {
    if let Some(identity) = parts.extensions.get::<Identity>() {
        return Ok(identity.clone());
    }
    let Some(platform) = parts.extensions.get::<Platform>() else {
        return Err(Rejection::misconfigured(SetupError::new(
            SetupErrorKind::MissingPlatform,
            "add .layer(EasyAuthLayer::new(platform)) or .layer(Extension(platform)) around this route",
        )));
    };
    let target = target::requested(*platform, parts);
    Arc::new(Authentication::new(*platform)).identify_by_headers(&parts.headers, target)
}

fn asked(parts: &Parts) -> Asked<'_, HeaderMap> {
    Asked {
        method: parts.method.as_str(),
        headers: &parts.headers,
        login: parts.extensions.get::<LoginRedirect>(),
    }
}

#[cfg(feature = "verify")]
mod verified {
    use axum_core::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
    use http::request::Parts;

    use super::{
        super::{
            Identity, RequireToken, TokenPolicy,
            authentication::{check_caller, trusted_principal},
            decision,
        },
        asked, described, identity,
    };
    use crate::{
        platform::Platform,
        rejection::Rejection,
        verify::{BearerAuth, ConfirmedCaller, VerifiedToken},
    };

    /// The caller, confirmed by a verified token. `EasyAuthLayer` must confirm callers, else the status
    /// is 500.
    impl<S: Send + Sync> FromRequestParts<S> for ConfirmedCaller {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
            let caller = || identity(parts)?.require_confirmed(&asked(parts)).cloned();
            caller().map_err(|rejection| described(parts, rejection))
        }
    }

    /// The confirmed caller; `None` for an anonymous request.
    impl<S: Send + Sync> OptionalFromRequestParts<S> for ConfirmedCaller {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
            let caller = || {
                let identity = identity(parts)?;
                identity.check_confirmation()?;
                Ok(identity.confirmed().cloned())
            };
            caller().map_err(|rejection| described(parts, rejection))
        }
    }

    /// The bearer token of the request. `EasyAuthLayer` verifies it, else the [`BearerAuth`] in the
    /// state does.
    impl<S: Send + Sync> FromRequestParts<S> for VerifiedToken
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
            let auth = BearerAuth::from_ref(state);
            let token = token(parts, &auth).await;
            let required = || auth.named(Rejection::no_token());
            token
                .and_then(|token| token.ok_or_else(required))
                .map_err(|rejection| described(parts, rejection))
        }
    }

    /// The verified bearer token; `None` if the request has none. A bad token is rejected, never
    /// ignored.
    impl<S: Send + Sync> OptionalFromRequestParts<S> for VerifiedToken
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Rejection;

        async fn from_request_parts(
            parts: &mut Parts,
            state: &S,
        ) -> Result<Option<Self>, Rejection> {
            let token = token(parts, &BearerAuth::from_ref(state)).await;
            token.map_err(|rejection| described(parts, rejection))
        }
    }

    impl<S: Send + Sync, P: TokenPolicy> FromRequestParts<S> for RequireToken<P>
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
            let auth = BearerAuth::from_ref(state);
            let token = token(parts, &auth).await;
            let check = |token| Self::check(token).map_err(|rejection| auth.named(rejection));
            token.and_then(check).map_err(|rejection| described(parts, rejection))
        }
    }

    /// The token that `EasyAuthLayer` verified, else the one that `auth` verifies.
    async fn token(parts: &Parts, auth: &BearerAuth) -> Result<Option<VerifiedToken>, Rejection> {
        let identity = parts.extensions.get::<Identity>();
        if let Some(token) = identity.and_then(Identity::token) {
            return Ok(Some(token.clone()));
        }
        let token = auth.token(&parts.headers).await?;
        if let Some(identity) = identity {
            check_caller(identity.principal(), token.as_ref())?;
        } else if let Some(platform) = parts.extensions.get::<Platform>() {
            let principal = trusted_principal(*platform, &parts.headers)?;
            check_caller(principal.as_ref(), token.as_ref())?;
        }
        if token.is_some() {
            decision::token_verified();
        }
        Ok(token)
    }
}
