//! Extractors and rejections for axum.

use std::borrow::Cow;

use axum_core::{
    body::Body,
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::request::Parts;

use super::{Identity, RequireRole, Roles, identity::not_signed_in};
use crate::{EasyAuthPrincipal, ProviderTokens, Refusal};

/// With the refusal itself in the extensions of the response, for a layer that logs.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}

/// The caller, who has to be signed in. Behind `EasyAuthLayer` it is the one
/// that the layer accepted, else the one of the headers.
impl<S: Send + Sync> FromRequestParts<S> for EasyAuthPrincipal {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(signed_in(parts)?.into_owned())
    }
}

/// The caller, or nobody. Malformed headers are not nobody: they are refused.
impl<S: Send + Sync> OptionalFromRequestParts<S> for EasyAuthPrincipal {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Refusal> {
        Ok(principal(parts)?.map(Cow::into_owned))
    }
}

/// The tokens of the caller, who has to be signed in. They can be empty: see [`ProviderTokens`].
impl<S: Send + Sync> FromRequestParts<S> for ProviderTokens {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let principal = signed_in(parts)?;
        Ok(Self::from_headers(&parts.headers, principal.provider())?)
    }
}

impl<S: Send + Sync, R: Roles> FromRequestParts<S> for RequireRole<R> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let principal = signed_in(parts)?.into_owned();
        let guard = match parts.extensions.get::<Identity>() {
            Some(identity) => Self::check(principal, |role| identity.is_in_role(role)),
            None => Self::check(principal.clone(), |role| principal.is_in_role(role)),
        };
        guard.ok_or_else(|| Refusal::forbidden(&parts.headers))
    }
}

/// What `EasyAuthLayer` found out; 500 where there is no such layer.
impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Refusal::misconfigured)
    }
}

fn principal(parts: &Parts) -> Result<Option<Cow<'_, EasyAuthPrincipal>>, Refusal> {
    if let Some(identity) = parts.extensions.get::<Identity>() {
        return Ok(identity.principal().map(Cow::Borrowed));
    }
    Ok(EasyAuthPrincipal::from_headers(&parts.headers)?.map(Cow::Owned))
}

fn signed_in(parts: &Parts) -> Result<Cow<'_, EasyAuthPrincipal>, Refusal> {
    principal(parts)?
        .ok_or_else(|| not_signed_in(&parts.extensions, &parts.method, &parts.uri, &parts.headers))
}

#[cfg(feature = "verify")]
mod verified {
    use axum_core::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
    use http::request::Parts;

    use super::super::{Authorized, Identity, Permit};
    use crate::{
        Refusal,
        verify::{BearerAuth, VerifiedToken},
    };

    /// The bearer token of the request, verified by the [`BearerAuth`] in the state, unless
    /// `EasyAuthLayer` did that before.
    impl<S: Send + Sync> FromRequestParts<S> for VerifiedToken
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Refusal;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
            match token_of_layer(parts) {
                Some(token) => Ok(token),
                None => BearerAuth::from_ref(state).require_token(&parts.headers).await,
            }
        }
    }

    /// The same, or none. A bad token is not none: it is refused.
    impl<S: Send + Sync> OptionalFromRequestParts<S> for VerifiedToken
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Refusal;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refusal> {
            match token_of_layer(parts) {
                Some(token) => Ok(Some(token)),
                None => BearerAuth::from_ref(state).token(&parts.headers).await,
            }
        }
    }

    impl<S: Send + Sync, P: Permit> FromRequestParts<S> for Authorized<P>
    where
        BearerAuth: FromRef<S>,
    {
        type Rejection = Refusal;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
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
