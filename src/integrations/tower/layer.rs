//! The layer that authenticates callers.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    Extensions, HeaderMap, HeaderValue, Request, Response,
    header::{CACHE_CONTROL, SET_COOKIE, VARY, WWW_AUTHENTICATE},
    request::Parts,
};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{Answer, Guard, GuardedService, RejectionBody, is_grpc, refuse, take_ready};
#[cfg(all(feature = "tracing", feature = "verify"))]
use crate::integrations::authentication::CallerKey;
#[cfg(feature = "verify")]
use crate::verify::{BearerAuth, ConfirmedCaller, IdTokenAuth};
use crate::{
    integrations::{Identity, accepted::strip, authentication::Authentication, target},
    platform::Platform,
    principal::EasyAuthPrincipal,
    protected_resource::ProtectedResource,
    rejection::{LoginRedirect, Rejection, clear_cookie, is_signing_in},
};

/// Authenticates the caller for all inner services. It puts an [`Identity`] into the extensions of the
/// request, and the [`EasyAuthPrincipal`] if there is one. It removes every identity header that it did
/// not accept.
///
/// This layer never rejects anonymous requests: use [`RequireLayer`](super::RequireLayer) or an
/// extractor for that. It rejects invalid bearer tokens. Where it reads identity headers, it also
/// rejects malformed ones and those of a different caller than the token's.
///
/// # Which headers are removed
///
/// Every header whose name matches an identity header, ignoring case and every byte except letters and
/// digits. Identity headers are `X-MS-CLIENT-PRINCIPAL*`, `X-MS-TOKEN-*` and `X-MS-AUTH-TOKEN`. So
/// `X_MS_CLIENT_PRINCIPAL` and `X.MS.CLIENT.PRINCIPAL` are removed too, because servers and frameworks
/// map such names to each other (CVE-2025-64484). These stay:
///
/// - On a trusted platform: the four headers of the principal, and the tokens of its provider.
/// - If an ID token confirms the caller: that ID token, under the name of the provider that issued it.
/// - If a bearer token confirms the caller: none.
///
/// # Where it goes
///
/// Around every service that needs the caller, including `RequireLayer`. A request should pass one of these
/// layers. If routers need different ones, put each layer around its own router, and merge the routers.
///
/// If a request passes two, the outer one first rejects tokens that it does not accept, and removes the
/// headers that it did not accept. The inner one reads what is left, and replaces the result. So it finds
/// no caller to confirm if the outer one confirms callers, or trusts no headers.
///
/// Put a CORS layer outside this one. Browsers send a preflight (`OPTIONS`) without cookies and tokens
/// (Fetch standard, "CORS-preflight request"). `RequireLayer` rejects it with 401 if the CORS layer is
/// inside.
///
/// ```text
/// Router::new()
///     .route("/orders", get(orders).layer(RequireLayer::authenticated()))
///     .layer(EasyAuthLayer::new(platform))
///     .layer(cors) // the last layer is the outermost one
/// ```
///
/// # Caches
///
/// Responses depend on the caller, so they get `Vary`. Responses to an authenticated caller get
/// `Cache-Control: private` unless they already have a `Cache-Control`.
///
/// ```
/// use easyauth::{IdentityProvider, Platform, rejection::LoginRedirect};
/// use easyauth::integrations::{EasyAuthLayer, RequireLayer};
///
/// # fn set_up() -> Result<(), Box<dyn std::error::Error>> {
/// let platform = Platform::from_env();
/// let layer = EasyAuthLayer::new(platform).login(LoginRedirect::to(&IdentityProvider::ENTRA)?);
/// let admins_only = RequireLayer::role("Admin"); // inside of the other
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct EasyAuthLayer(Arc<Authentication>);

impl EasyAuthLayer {
    /// Trusts the identity headers of a [`Platform`] that overwrites them. Elsewhere identity headers
    /// can be forged: the layer removes them unread, and the request is anonymous.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        Self(Arc::new(Authentication::new(platform)))
    }

    /// Like [`new`](Self::new), with the platform of this process: [`Platform::from_env`].
    #[must_use]
    pub fn from_env() -> Self {
        Self::new(Platform::from_env())
    }

    fn with(mut self, change: impl FnOnce(&mut Authentication)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sends browsers to the sign-in page if an inner layer or extractor requires a caller and there is
    /// none. Inside a nested router of axum, put `keep_original_uri` around the nested router, else users
    /// return to an address without its prefix.
    ///
    /// With [`confirm_by_bearer`](Self::confirm_by_bearer) alone a sign-in does not help: browsers get 401.
    /// If nothing confirms callers and the platform is not trusted, browsers get 500, and the log says what
    /// to change.
    #[must_use]
    pub fn login(self, login: LoginRedirect) -> Self {
        self.with(|config| config.login = Some(login))
    }

    /// Tells clients where to get a token for this resource (RFC 9728).
    ///
    /// - The challenge of every [`Rejection`], from this layer and from layers and extractors inside it,
    ///   names the resource: [`Challenge::with_resource`](crate::Challenge::with_resource). If an inner layer
    ///   or a handler names another resource, that one stays.
    /// - This layer responds to requests for the metadata document, at
    ///   [`metadata_path`](ProtectedResource::metadata_path), without a token. It must see them: put it
    ///   around the whole router, not around a nested one.
    #[must_use]
    pub fn protected_resource(self, resource: ProtectedResource) -> Self {
        self.with(|config| config.resource = Some(resource))
    }

    /// Names callers in the events of this layer by [`Identity::caller_hash`] with this key. By default
    /// events do not name callers.
    #[cfg(all(feature = "tracing", feature = "verify"))]
    #[must_use]
    pub fn log_callers(self, key: impl Into<Vec<u8>>) -> Self {
        self.with(|config| config.caller_key = Some(CallerKey::new(key)))
    }

    /// Verifies the bearer token of each request that has one. A layer has one `BearerAuth`: if set twice,
    /// here or by [`confirm_by_bearer`](Self::confirm_by_bearer), the last value wins.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn verify(self, bearer: BearerAuth) -> Self {
        self.with(|config| config.bearer = Some(bearer))
    }

    /// Accepts a caller only if the request's bearer token [confirms](EasyAuthPrincipal::confirm) the
    /// headers, on any platform. For Container Apps, and wherever clients may bypass the platform. Also
    /// [verifies](Self::verify) bearer tokens.
    ///
    /// Handlers get a principal that is built from the claims of the token alone, and every identity
    /// header is removed. Without a bearer token, the headers are ignored and the request is anonymous.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn confirm_by_bearer(self, auth: BearerAuth) -> Self {
        self.with(|config| {
            config.bearer = Some(auth);
            config.confirmation.by_bearer = true;
        })
    }

    /// Accepts a caller only if the ID token that the platform injects confirms the headers: for users
    /// who sign in with a browser. Needs the token store. If both kinds of token may confirm, a bearer
    /// token takes precedence. Keep its keys fresh: spawn [`IdTokenAuth::keep_fresh`].
    ///
    /// If the ID token is missing or has expired, the request is anonymous. A public page is served, and
    /// a protected one sends the browser to sign in again. The platform does not renew the ID token of a
    /// session, so it expires before the session does. [`IdTokenAuth::with_session_lifetime`] accepts it
    /// for longer.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn confirm_by_id_token(self, auth: IdTokenAuth) -> Self {
        self.with(|config| config.confirmation.by_id_token = Some(auth))
    }
}

impl<S> Layer<S> for EasyAuthLayer {
    type Service = GuardedService<Self, S>;

    fn layer(&self, inner: S) -> GuardedService<Self, S> {
        GuardedService::new(self.clone(), inner)
    }
}

impl<A: Send + 'static> Guard<A> for EasyAuthLayer {
    fn handle<S, B>(&self, inner: &mut S, request: Request<A>) -> Answer<B, S::Error>
    where
        S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Send,
        B: Body<Data = Bytes> + Unpin + Send + 'static,
    {
        let config = Arc::clone(&self.0);
        let (mut parts, body) = request.into_parts();
        if let Some(document) = config.document(&parts) {
            return Box::pin(async { Ok(document) });
        }
        let target = match take_outer(&mut parts.extensions) {
            Some(outer) => outer.target().to_owned(),
            None => target::requested(config.platform, &parts),
        };
        let mut inner = take_ready(inner);
        Box::pin(async move {
            let is_signing_in = is_signing_in(&parts.headers);
            let identity = match config.identify(&parts.headers, target).await {
                Ok(identity) => identity,
                Err(rejection) => {
                    let mut response = refuse(&rejection, is_grpc(&parts.headers));
                    config.describe(&mut response);
                    return Ok(response);
                }
            };
            strip(&mut parts.headers, identity.accepted());
            give(&mut parts.extensions, &identity);
            if let Some(resource) = &config.resource {
                // For extractors, instead of one from further outside.
                parts.extensions.insert(resource.clone());
            }
            let mut response = inner.call(Request::from_parts(parts, body)).await?;
            if response.extensions().get::<Rejection>().is_none() {
                mark(response.headers_mut(), &identity);
            }
            config.describe(&mut response);
            if is_signing_in
                && identity.is_authenticated()
                && let Some(cookie) = clear_cookie()
            {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response.map(RejectionBody::inner))
        })
    }
}

impl Authentication {
    /// The metadata document of the protected resource, if the request is for it. Anyone may read it.
    fn document<B: From<String>>(&self, request: &Parts) -> Option<Response<B>> {
        let resource = self.resource.as_ref()?;
        let is_document = request.uri.path() == resource.metadata_path();
        is_document.then(|| resource.respond_to(&request.method))
    }

    /// Names the protected resource in the challenge of a rejection, from wherever it came. A resource that was
    /// named further inside stays: the client asked for that one, and compares it with the document (RFC 9728
    /// section 3.3).
    fn describe<B>(&self, response: &mut Response<B>) {
        let Some(resource) = &self.resource else { return };
        let Some(rejection) = response.extensions_mut().remove::<Rejection>() else { return };
        let rejection = rejection.or_with_resource(resource);
        if let Some(value) = rejection.headers().remove(WWW_AUTHENTICATE) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        response.extensions_mut().insert(rejection);
    }
}

/// Removes the result of an outer layer.
fn take_outer(extensions: &mut Extensions) -> Option<Identity> {
    extensions.remove::<EasyAuthPrincipal>();
    #[cfg(feature = "verify")]
    extensions.remove::<ConfirmedCaller>();
    extensions.remove::<Identity>()
}

fn give(extensions: &mut Extensions, identity: &Identity) {
    if let Some(principal) = identity.principal() {
        extensions.insert(principal.clone());
    }
    #[cfg(feature = "verify")]
    if let Some(caller) = identity.confirmed() {
        extensions.insert(caller.clone());
    }
    extensions.insert(identity.clone());
}

/// Prevents a shared cache from giving one caller's response to another. A cache cannot tell callers
/// apart, because the platform keeps the identity in a cookie (RFC 9111 section 3.5 covers only
/// `Authorization`).
fn mark(headers: &mut HeaderMap, identity: &Identity) {
    headers.append(VARY, HeaderValue::from_static("Authorization, Cookie"));
    if identity.is_authenticated() && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
}
