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
    identity::Asked,
    target::{self, OriginalTarget},
};
use crate::{
    platform::Platform,
    principal::EasyAuthPrincipal,
    rejection::{LoginRedirect, Rejection, SetupError, SetupErrorKind},
    tokens::ProviderTokens,
};

/// Puts the rejection itself into the extensions of the response, for a layer that logs.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}

/// Stores the address that the browser requested, so that the browser returns there after sign-in. A
/// nested router removes its prefix, and extractors inside see only the rest. Needed for a
/// [`LoginRedirect`] with `nest` and without `EasyAuthLayer`, which stores the address itself.
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
        identity(parts)?.require_principal(&asked(parts)).cloned()
    }
}

/// The authenticated caller; `None` for an anonymous request. Malformed headers are rejected, never
/// treated as anonymous.
impl<S: Send + Sync> OptionalFromRequestParts<S> for EasyAuthPrincipal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(identity(parts)?.principal().cloned())
    }
}

/// The tokens of the authenticated caller, who is required. They can be empty: see [`ProviderTokens`]. If
/// a token confirms callers, they contain at most the verified ID token.
impl<S: Send + Sync> FromRequestParts<S> for ProviderTokens {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let identity = identity(parts)?;
        let principal = identity.require_principal(&asked(parts))?;
        let readable = Readable { headers: &parts.headers, accepted: identity.accepted() };
        Ok(Self::from_headers(&readable, principal.provider())?)
    }
}

impl<S: Send + Sync, R: RolePolicy> FromRequestParts<S> for RequireRole<R> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let identity = identity(parts)?;
        let principal = identity.require_principal(&asked(parts))?.clone();
        Self::check(principal, |role| identity.is_in_role(role))
            .ok_or_else(|| Rejection::forbidden(&parts.headers))
    }
}

/// The caller, anonymous or authenticated. Without an `EasyAuthLayer` or an `Extension(platform)`, the
/// status is 500.
impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        identity(parts)
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
        super::{Identity, RequireToken, TokenPolicy},
        asked, identity,
    };
    use crate::{
        rejection::Rejection,
        verify::{BearerAuth, ConfirmedCaller, VerifiedToken},
    };

    /// The caller, confirmed by a verified token. `EasyAuthLayer` must confirm callers, else the status
    /// is 500.
    impl<S: Send + Sync> FromRequestParts<S> for ConfirmedCaller {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
            identity(parts)?.require_confirmed(&asked(parts)).cloned()
        }
    }

    /// The confirmed caller; `None` for an anonymous request.
    impl<S: Send + Sync> OptionalFromRequestParts<S> for ConfirmedCaller {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
            let identity = identity(parts)?;
            identity.check_confirmation()?;
            Ok(identity.confirmed().cloned())
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
            match token_of_layer(parts) {
                Some(token) => Ok(token),
                None => BearerAuth::from_ref(state).require_token(&parts.headers).await,
            }
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
            match token_of_layer(parts) {
                Some(token) => Ok(Some(token)),
                None => BearerAuth::from_ref(state).token(&parts.headers).await,
            }
        }
    }

    impl<S: Send + Sync, P: TokenPolicy> FromRequestParts<S> for RequireToken<P>
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Rejection;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
            let auth = BearerAuth::from_ref(state);
            let token = match token_of_layer(parts) {
                Some(token) => token,
                None => auth.require_token(&parts.headers).await?,
            };
            Self::check(token).map_err(|denied| auth.named(denied.into()))
        }
    }

    fn token_of_layer(parts: &Parts) -> Option<VerifiedToken> {
        parts.extensions.get::<Identity>()?.token().cloned()
    }
}
