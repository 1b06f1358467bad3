//! Extractors and rejections for actix-web.

use std::{future::Future, pin::Pin, sync::Arc};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderValue},
    },
    web::Data,
};

#[cfg(feature = "verify")]
use super::Confirmation;
use super::{
    Identity, RequireRole, RolePolicy, accepted::Readable, authentication::Authentication,
    decision, identity::Asked, target,
};
#[cfg(feature = "verify")]
use crate::verify::BearerAuth;
use crate::{
    headers::{HeaderSource, source::two},
    platform::Platform,
    principal::EasyAuthPrincipal,
    protected_resource::ProtectedResource,
    rejection::{LoginRedirect, Rejection, SetupError, SetupErrorKind},
    tokens::ProviderTokens,
};

/// Verifying a token may have to fetch keys.
type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Rejection>>>>;

impl HeaderSource for HeaderMap {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.get_all(name).nth(index).map(HeaderValue::as_bytes)
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        two(self.get_all(name).map(HeaderValue::as_bytes))
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.status().as_u16());
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        decision::rejected(self);
        let mut response = HttpResponseBuilder::new(self.status_code());
        for (name, value) in &self.headers() {
            response.insert_header((name.as_str(), value.as_bytes()));
        }
        response.body(self.body())
    }
}

/// An optional extractor: `Optional(user): Optional<EasyAuthPrincipal>`.
///
/// In actix-web an `Option` treats every error as absence. With `Option<EasyAuthPrincipal>`, a request
/// with malformed headers would be anonymous. `Optional` rejects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a pattern for the parameters of handlers")]
pub struct Optional<T>(pub Option<T>);

/// The authenticated caller, which is required. It comes from the headers if the data of the application
/// has a [`Platform`] that can be trusted. If the data has a `Confirmation`, it comes from a verified
/// token. Without either, the status is 500. If the data has a `BearerAuth`, the bearer token of the
/// request is verified too, and must be of the same caller.
impl FromRequest for EasyAuthPrincipal {
    type Error = Rejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, request| identity.require_principal(&asked(request)?).cloned())
    }
}

/// The authenticated caller; `None` for an anonymous request. Malformed headers are rejected.
impl FromRequest for Optional<EasyAuthPrincipal> {
    type Error = Rejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, _| Ok(Self(identity.principal().cloned())))
    }
}

/// The caller, anonymous or authenticated. Without a [`Platform`] or a `Confirmation` in the data of the
/// application, the status is 500. If the data has a `BearerAuth`, the bearer token of the request is
/// verified.
impl FromRequest for Identity {
    type Error = Rejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, _| Ok(identity.clone()))
    }
}

/// The tokens of the authenticated caller, who is required. They can be empty: see [`ProviderTokens`]. If
/// a token confirms callers, they contain at most the verified ID token.
impl FromRequest for ProviderTokens {
    type Error = Rejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, request| {
            let principal = identity.require_principal(&asked(request)?)?;
            let readable = Readable { headers: request.headers(), accepted: identity.accepted() };
            Ok(Self::from_headers(&readable, principal.provider())?)
        })
    }
}

impl<R: RolePolicy + 'static> FromRequest for RequireRole<R> {
    type Error = Rejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, request| {
            let principal = identity.require_principal(&asked(request)?)?.clone();
            Self::check(principal, |role| identity.is_in_role(role))
                .ok_or_else(|| Rejection::missing_role(request.headers(), R::ANY_OF))
        })
    }
}

/// Extracts a value from the identity of the caller.
fn extract<T: 'static>(
    request: &HttpRequest,
    take: fn(&Identity, &HttpRequest) -> Result<T, Rejection>,
) -> Extracting<T> {
    describing(request, async move |request| take(&identity(request).await?, request))
}

/// Names the protected resource of the application in the challenge of a rejection.
fn describing<T: 'static>(
    request: &HttpRequest,
    take: impl AsyncFnOnce(&HttpRequest) -> Result<T, Rejection> + 'static,
) -> Extracting<T> {
    let request = request.clone();
    Box::pin(
        async move { take(&request).await.map_err(|rejection| described(&request, rejection)) },
    )
}

/// Names the protected resource of the application, if there is one, in the challenge.
pub(super) fn described(request: &HttpRequest, rejection: Rejection) -> Rejection {
    match app_data::<ProtectedResource>(request) {
        Ok(Some(resource)) => rejection.with_resource(resource),
        Ok(None) => rejection,
        Err(ambiguous) => ambiguous,
    }
}

async fn identity(request: &HttpRequest) -> Result<Identity, Rejection> {
    let platform = app_data::<Platform>(request)?.copied();
    #[cfg(feature = "verify")]
    // With a confirmation on any platform: nothing is taken from headers.
    let platform = platform.or(app_data::<Confirmation>(request)?.map(|_| verified::nowhere()));
    let platform = platform.ok_or_else(|| {
        Rejection::misconfigured(SetupError::new(
            SetupErrorKind::MissingPlatform,
            "add .app_data(platform) to the App",
        ))
    })?;
    identity_on(platform, request).await
}

async fn identity_on(platform: Platform, request: &HttpRequest) -> Result<Identity, Rejection> {
    let authentication = Authentication::new(platform);
    #[cfg(feature = "verify")]
    let authentication = authentication.verifying(
        app_data::<Confirmation>(request)?.cloned(),
        app_data::<BearerAuth>(request)?.cloned(),
    );
    #[cfg(all(feature = "tracing", feature = "verify"))]
    let authentication =
        Authentication { caller_key: app_data(request)?.cloned(), ..authentication };
    // The full address, inside a scope as well.
    let requested = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let target = target::original(platform, request.headers(), requested);
    Arc::new(authentication).identify(request.headers(), target).await
}

fn asked(request: &HttpRequest) -> Result<Asked<'_, HeaderMap>, Rejection> {
    Ok(Asked {
        method: request.method().as_str(),
        headers: request.headers(),
        login: app_data::<LoginRedirect>(request)?,
    })
}

/// The value given to `app_data`, directly or in `web::Data`. Of each form, actix-web finds the value of the
/// innermost scope. Which of two forms is further inside cannot be found out, so both together are an error.
pub(super) fn app_data<T: 'static>(request: &HttpRequest) -> Result<Option<&T>, Rejection> {
    match (request.app_data::<T>(), request.app_data::<Data<T>>()) {
        (Some(_), Some(_)) => Err(Rejection::misconfigured(SetupError::new(
            SetupErrorKind::AmbiguousData,
            std::any::type_name::<T>(),
        ))),
        (direct, shared) => Ok(direct.or_else(|| shared.map(|data| &***data))),
    }
}

#[cfg(feature = "verify")]
pub(super) use verified::{bearer_auth, token};

#[cfg(feature = "verify")]
mod verified {
    use actix_web::{FromRequest, HttpRequest, dev::Payload};

    use super::{
        super::{RequireToken, TokenPolicy, authentication::check_caller, decision},
        Extracting, Optional, app_data, asked, describing, extract, identity_on,
    };
    use crate::{
        platform::Platform,
        rejection::{Rejection, SetupError, SetupErrorKind},
        verify::{BearerAuth, ConfirmedCaller, VerifiedToken},
    };

    /// The caller, confirmed by a verified token. Without a [`Confirmation`](super::super::Confirmation)
    /// in the data of the application, the status is 500.
    impl FromRequest for ConfirmedCaller {
        type Error = Rejection;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            extract(request, |identity, request| {
                identity.require_confirmed(&asked(request)?).cloned()
            })
        }
    }

    /// The confirmed caller; `None` for an anonymous request.
    impl FromRequest for Optional<ConfirmedCaller> {
        type Error = Rejection;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            extract(request, |identity, _| {
                identity.check_confirmation()?;
                Ok(Self(identity.confirmed().cloned()))
            })
        }
    }

    /// The bearer token of the request, verified by the [`BearerAuth`] in the application's data.
    /// Without a [`BearerAuth`], the status is 500.
    impl FromRequest for VerifiedToken {
        type Error = Rejection;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            describing(request, async |request| {
                let auth = bearer_auth(request)?;
                let token = token(request, auth).await?;
                token.ok_or_else(|| auth.named(Rejection::no_token()))
            })
        }
    }

    /// The verified bearer token; `None` if the request has none. A bad token is rejected.
    impl FromRequest for Optional<VerifiedToken> {
        type Error = Rejection;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            describing(request, async |request| {
                token(request, bearer_auth(request)?).await.map(Self)
            })
        }
    }

    impl<P: TokenPolicy + 'static> FromRequest for RequireToken<P> {
        type Error = Rejection;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            describing(request, async |request| {
                let auth = bearer_auth(request)?;
                let token = token(request, auth).await?;
                Self::check(token).map_err(|rejection| auth.named(rejection))
            })
        }
    }

    /// The bearer token, verified by `auth`. The caller that a token confirms, or that a trusted platform names,
    /// must be the same.
    pub(in crate::integrations) async fn token(
        request: &HttpRequest,
        auth: &BearerAuth,
    ) -> Result<Option<VerifiedToken>, Rejection> {
        let platform = app_data::<Platform>(request)?.copied().unwrap_or_else(nowhere);
        if is_only_bearer(platform, request)? {
            let token = auth.token(request.headers()).await?;
            if token.is_some() {
                decision::token_verified();
            }
            return Ok(token);
        }
        let identity = Box::pin(identity_on(platform, request)).await?;
        if identity.bearer().is_some_and(|own| own.is_same(auth)) {
            return Ok(identity.token().cloned());
        }
        // A confirmation has another `BearerAuth`.
        let token = auth.token(request.headers()).await?;
        check_caller(identity.principal(), token.as_ref())?;
        Ok(token)
    }

    /// Returns `true` if nothing but a bearer token identifies callers, as in most APIs. To skip the identity
    /// takes 1.5 percent off a request.
    fn is_only_bearer(platform: Platform, request: &HttpRequest) -> Result<bool, Rejection> {
        #[cfg(feature = "tracing")]
        let is_hashed = app_data::<super::super::CallerKey>(request)?.is_some();
        #[cfg(not(feature = "tracing"))]
        let is_hashed = false;
        let is_confirmed = app_data::<super::super::Confirmation>(request)?.is_some();
        Ok(!platform.has_easy_auth() && !is_confirmed && !is_hashed)
    }

    /// A platform without Easy Auth.
    pub(super) fn nowhere() -> Platform {
        Platform::detect(|_| None)
    }

    pub(in crate::integrations) fn bearer_auth(
        request: &HttpRequest,
    ) -> Result<&BearerAuth, Rejection> {
        app_data::<BearerAuth>(request)?.ok_or_else(|| {
            Rejection::misconfigured(SetupError::new(
                SetupErrorKind::MissingVerifier,
                "add .app_data(bearer_auth) to the App",
            ))
        })
    }
}
