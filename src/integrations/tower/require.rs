//! The layer that rejects requests that fail a requirement.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{Answer, Guard, GuardedService, RejectionBody, is_grpc, refuse};
#[cfg(feature = "verify")]
use crate::{access::Requirement, integrations::decision::Permissions};
use crate::{
    integrations::{
        Identity,
        authentication::Need,
        decision::{self, AnyRole},
        identity::Asked,
    },
    rejection::{LoginRedirect, Rejection, SetupError, SetupErrorKind},
};

/// Rejects requests that fail a requirement, using the identity that
/// [`EasyAuthLayer`](super::EasyAuthLayer) established. Put it inside that layer, around one route or
/// many.
///
/// If that layer is missing, or nothing can authenticate a caller, every request is rejected with 500.
/// The [source](std::error::Error::source) of the [`Rejection`] in the extensions of the response names
/// the missing call.
#[derive(Debug, Clone)]
pub struct RequireLayer(Arc<Rule>);

#[derive(Debug)]
enum Rule {
    SignedIn,
    AnyRole(Vec<String>),
    #[cfg(feature = "verify")]
    Permission(Requirement),
}

impl RequireLayer {
    /// Requires an authenticated caller: a principal or a verified bearer token.
    #[must_use]
    pub fn authenticated() -> Self {
        Self(Arc::new(Rule::SignedIn))
    }

    /// Requires this role: see [`Identity::is_in_role`].
    #[must_use]
    pub fn role(role: impl Into<String>) -> Self {
        Self::any_role([role])
    }

    /// Requires one of these roles. An empty list rejects every caller.
    #[must_use]
    pub fn any_role<R: Into<String>>(roles: impl IntoIterator<Item = R>) -> Self {
        Self(Arc::new(Rule::AnyRole(roles.into_iter().map(Into::into).collect())))
    }

    /// Requires a bearer token with this scope: see [`permission`](Self::permission).
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn scope(name: impl Into<String>) -> Self {
        Self::permission(Requirement::scope(name))
    }

    /// Requires a bearer token that meets this requirement. The outer layer must
    /// [`verify`](super::EasyAuthLayer::verify) tokens; otherwise every request is rejected with 500.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn permission(requirement: Requirement) -> Self {
        Self(Arc::new(Rule::Permission(requirement)))
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = GuardedService<Self, S>;

    fn layer(&self, inner: S) -> GuardedService<Self, S> {
        GuardedService::new(self.clone(), inner)
    }
}

impl<A: Send + 'static> Guard<A> for RequireLayer {
    fn handle<S, B>(&self, inner: &mut S, request: Request<A>) -> Answer<B, S::Error>
    where
        S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Send,
        B: Body<Data = Bytes> + Unpin + Send + 'static,
    {
        if let Err(rejection) = self.0.check(&request) {
            let response = refuse(&rejection, is_grpc(request.headers()));
            return Box::pin(async move { Ok(response) });
        }
        self.0.accepted();
        let response = inner.call(request);
        Box::pin(async move { Ok(response.await?.map(RejectionBody::inner)) })
    }
}

impl Rule {
    fn accepted(&self) {
        match self {
            Self::SignedIn => decision::accepted("an authenticated caller"),
            Self::AnyRole(roles) => decision::accepted(AnyRole(roles)),
            #[cfg(feature = "verify")]
            Self::Permission(requirement) => decision::accepted(Permissions(requirement)),
        }
    }

    fn check<A>(&self, request: &Request<A>) -> Result<(), Rejection> {
        let identity = request.extensions().get::<Identity>().ok_or_else(missing_layer)?;
        match self {
            Self::SignedIn if identity.is_authenticated() => Ok(()),
            Self::AnyRole(roles) if identity.is_authenticated() => {
                if roles.iter().any(|role| identity.is_in_role(role)) {
                    Ok(())
                } else {
                    Err(Rejection::missing_role(request.headers(), roles))
                }
            }
            Self::SignedIn | Self::AnyRole(_) => Err(identity.reject(
                Need::Caller,
                &Asked {
                    method: request.method().as_str(),
                    headers: request.headers(),
                    login: request.extensions().get::<LoginRedirect>(),
                },
            )),
            #[cfg(feature = "verify")]
            Self::Permission(requirement) => {
                let auth = identity.bearer().ok_or_else(missing_verifier)?;
                let token = identity
                    .token()
                    .ok_or_else(|| auth.named(Rejection::no_token_for(requirement)))?;
                token.authorize(requirement).map_err(|denied| auth.named(denied.into()))
            }
        }
    }
}

pub(super) fn missing_layer() -> Rejection {
    Rejection::misconfigured(SetupError::new(
        SetupErrorKind::MissingLayer,
        "add .layer(EasyAuthLayer::new(platform)) outside of this layer (in axum: after it)",
    ))
}

#[cfg(feature = "verify")]
pub(super) fn missing_verifier() -> Rejection {
    Rejection::misconfigured(SetupError::new(
        SetupErrorKind::MissingVerifier,
        "add EasyAuthLayer::verify(auth) for RequireLayer::permission and RequireToolLayer",
    ))
}
