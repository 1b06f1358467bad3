//! The layer that finds out who is calling.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, Response,
    header::{CACHE_CONTROL, VARY},
};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{super::Identity, Answer, RefusableBody, is_grpc, refuse, strip::strip, take_ready};
use crate::{
    EasyAuthPrincipal, Platform,
    integrations::identity::Found,
    refusal::{LoginRedirect, Refusal},
};
#[cfg(feature = "verify")]
use crate::{
    ProviderTokens,
    verify::{BearerAuth, IdTokenAuth},
};

/// Finds out who is calling, for everything inside: puts an [`Identity`] and, if somebody is signed in,
/// the [`EasyAuthPrincipal`] into the extensions of the request, and takes every identity header off
/// that it did not accept.
///
/// Nobody is let in or kept out for being nobody: that is for [`RequireLayer`](super::RequireLayer),
/// or an extractor. Malformed headers, bad tokens, and headers of somebody else than the token are
/// refused here.
///
/// Answers depend on who asks, so they get `Vary`, and those to somebody get `Cache-Control: private`
/// unless they say otherwise.
///
/// ```
/// use easyauth::{IdentityProvider, Platform, refusal::LoginRedirect};
/// use easyauth::integrations::{EasyAuthLayer, RequireLayer};
///
/// # fn set_up() -> Result<(), Box<dyn std::error::Error>> {
/// let platform = Platform::detect(|name| std::env::var(name).ok());
/// let layer = EasyAuthLayer::new(platform).login(LoginRedirect::to(&IdentityProvider::ENTRA)?);
/// let admins_only = RequireLayer::role("Admin"); // inside of the other
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct EasyAuthLayer(Arc<Config>);

#[derive(Debug, Clone)]
struct Config {
    /// Whether the platform overwrites what the outside world sends.
    believes_headers: bool,
    login: Option<LoginRedirect>,
    #[cfg(feature = "verify")]
    bearer: Option<BearerAuth>,
    #[cfg(feature = "verify")]
    confirm: Confirm,
}

/// What confirms the principal of the headers.
#[cfg(feature = "verify")]
#[derive(Debug, Clone, Default)]
struct Confirm {
    by_bearer: bool,
    by_id_token: Option<IdTokenAuth>,
}

impl EasyAuthLayer {
    /// Believes the headers of a platform that has Easy Auth in front. Elsewhere anybody can write
    /// them, so there they are taken off unread, and everybody is nobody.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        Self::believing(platform.has_easy_auth())
    }

    /// Believes the headers wherever this runs, because you say that a proxy in front overwrites what
    /// the outside world sends: on Static Web Apps, which cannot be told from the environment.
    #[must_use]
    pub fn trusting_headers() -> Self {
        Self::believing(true)
    }

    fn believing(believes_headers: bool) -> Self {
        Self(Arc::new(Config {
            believes_headers,
            login: None,
            #[cfg(feature = "verify")]
            bearer: None,
            #[cfg(feature = "verify")]
            confirm: Confirm::default(),
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sends browsers to the sign-in page where somebody has to be signed in: layers and extractors
    /// inside do so.
    #[must_use]
    pub fn login(self, login: LoginRedirect) -> Self {
        self.with(|config| config.login = Some(login))
    }

    /// Verifies the bearer tokens of requests that have one.
    #[cfg(feature = "verify")]
    #[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
    #[must_use]
    pub fn verify(self, bearer: BearerAuth) -> Self {
        self.with(|config| config.bearer = Some(bearer))
    }

    /// Accepts a principal only if the request's bearer token, which [`verify`](Self::verify) verifies,
    /// [confirms](EasyAuthPrincipal::confirm) it: for Container Apps and wherever else another way may
    /// lead to the service. This is whatever the platform says of itself.
    #[cfg(feature = "verify")]
    #[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
    #[must_use]
    pub fn confirm_by_bearer(self) -> Self {
        self.with(|config| config.confirm.by_bearer = true)
    }

    /// Accepts a principal only if the ID token that the platform injects confirms it: the same for
    /// people who sign in with a browser. Needs the token store.
    #[cfg(feature = "verify")]
    #[cfg_attr(easyauth_docsrs, doc(cfg(feature = "verify")))]
    #[must_use]
    pub fn confirm_by_id_token(self, auth: IdTokenAuth) -> Self {
        self.with(|config| config.confirm.by_id_token = Some(auth))
    }
}

impl<S> Layer<S> for EasyAuthLayer {
    type Service = EasyAuth<S>;

    fn layer(&self, inner: S) -> EasyAuth<S> {
        EasyAuth { inner, config: Arc::clone(&self.0) }
    }
}

/// A service inside of [`EasyAuthLayer`].
#[derive(Debug, Clone)]
pub struct EasyAuth<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S, A, B> Service<Request<A>> for EasyAuth<S>
where
    S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    A: Send + 'static,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
{
    type Response = Response<RefusableBody<B>>;
    type Error = S::Error;
    type Future = Answer<B, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let mut inner = take_ready(&mut self.inner);
        let config = Arc::clone(&self.config);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let mut found = match config.identify(&parts.headers).await {
                Ok(found) => found,
                Err(refusal) => return Ok(refuse(&refusal, is_grpc(&parts.headers))),
            };
            strip(&mut parts.headers, found.principal.as_ref());
            found.uri = parts.uri.clone();
            if let Some(login) = &config.login {
                parts.extensions.insert(login.clone());
            }
            let identity = Identity::new(found);
            if let Some(principal) = identity.principal() {
                parts.extensions.insert(principal.clone());
            }
            parts.extensions.insert(identity.clone());
            let mut response = inner.call(Request::from_parts(parts, body)).await?;
            if response.extensions().get::<Refusal>().is_none() {
                mark(response.headers_mut(), &identity);
            }
            Ok(response.map(RefusableBody::inner))
        })
    }
}

impl Config {
    #[cfg_attr(
        not(feature = "verify"),
        allow(clippy::unused_async, reason = "as with the feature")
    )]
    async fn identify(&self, headers: &HeaderMap) -> Result<Found, Refusal> {
        let mut found = Found::default();
        #[cfg(feature = "verify")]
        if let Some(auth) = &self.bearer {
            found.token = auth.token(headers).await?;
            found.bearer = Some(auth.clone());
        }
        if !self.believes_headers && !self.confirms() {
            return Ok(found);
        }
        found.principal = EasyAuthPrincipal::from_headers(headers)?;
        #[cfg(feature = "verify")]
        if self.confirms() {
            self.confirm(&mut found, headers).await?;
        }
        Ok(found)
    }

    #[cfg(feature = "verify")]
    fn confirms(&self) -> bool {
        self.confirm.by_bearer || self.confirm.by_id_token.is_some()
    }

    #[cfg(not(feature = "verify"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn confirms(&self) -> bool {
        false
    }

    #[cfg(feature = "verify")]
    async fn confirm(&self, found: &mut Found, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(principal) = &found.principal else { return Ok(()) };
        if self.confirm.by_bearer
            && let Some(token) = &found.token
        {
            principal.confirm(token)?;
        } else if let Some(auth) = &self.confirm.by_id_token {
            let tokens = ProviderTokens::from_headers(headers, principal.provider())?;
            let id_token = tokens.id_token().ok_or_else(Refusal::not_confirmed)?;
            let id_token = auth.verify(id_token).await?;
            principal.confirm(&id_token)?;
            found.id_token = Some(id_token);
        } else {
            return Err(Refusal::not_confirmed());
        }
        found.is_confirmed = true;
        Ok(())
    }
}

/// No shared cache may give the answer to one caller to another: it cannot see who is who, because the
/// platform keeps the identity in a cookie (RFC 9111 section 3.5 is about `Authorization` alone).
fn mark(headers: &mut HeaderMap, identity: &Identity) {
    headers.append(VARY, HeaderValue::from_static("Authorization, Cookie"));
    if identity.is_somebody() && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
}
