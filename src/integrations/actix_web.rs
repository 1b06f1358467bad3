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
    Identity, RequireRole, Roles, accepted::Readable, authentication::Authentication,
    identity::Asked, target,
};
use crate::{
    EasyAuthPrincipal, HeaderSource, Platform, ProviderTokens, Refusal,
    refusal::{LoginRedirect, SetupError, SetupErrorKind},
};

/// Verifying a token can take a fetch of keys.
type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>>>>;

impl HeaderSource for HeaderMap {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.get_all(name).nth(index).map(HeaderValue::as_bytes)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.status().as_u16());
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        for (name, value) in &self.headers() {
            response.insert_header((name.as_str(), value.as_bytes()));
        }
        response.body(self.body())
    }
}

/// What may be there or not: `Optional(user): Optional<EasyAuthPrincipal>`.
///
/// In actix-web an `Option` takes every error for absence, so with `Option<EasyAuthPrincipal>`
/// malformed headers would be nobody. Here they are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a pattern for the parameters of handlers")]
pub struct Optional<T>(pub Option<T>);

/// The caller, who has to be authenticated: of the headers, if there is a [`Platform`] among the data of
/// the application whose headers can be trusted; of a verified token, if there is a `Confirmation`. Without
/// either of them, 500.
impl FromRequest for EasyAuthPrincipal {
    type Error = Refusal;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, request| identity.require_principal(&asked(request)).cloned())
    }
}

/// The caller; `None` for an anonymous request. Malformed headers are rejected.
impl FromRequest for Optional<EasyAuthPrincipal> {
    type Error = Refusal;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, _| Ok(Self(identity.principal().cloned())))
    }
}

/// Who is calling, anonymous or not. Without a [`Platform`] or a `Confirmation` among the data of the
/// application, 500.
impl FromRequest for Identity {
    type Error = Refusal;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, _| Ok(identity.clone()))
    }
}

/// The tokens of the caller, who has to be authenticated. They can be empty: see [`ProviderTokens`].
/// Where a token confirms callers, there is at most the ID token that was verified.
impl FromRequest for ProviderTokens {
    type Error = Refusal;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, request| {
            let principal = identity.require_principal(&asked(request))?;
            let readable = Readable { headers: request.headers(), accepted: identity.accepted() };
            Ok(Self::from_headers(&readable, principal.provider())?)
        })
    }
}

impl<R: Roles + 'static> FromRequest for RequireRole<R> {
    type Error = Refusal;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |identity, request| {
            let principal = identity.require_principal(&asked(request))?.clone();
            Self::check(principal, |role| identity.is_in_role(role))
                .ok_or_else(|| Refusal::forbidden(request.headers()))
        })
    }
}

/// Takes something from the identity of the caller.
fn extract<T: 'static>(
    request: &HttpRequest,
    take: fn(&Identity, &HttpRequest) -> Result<T, Refusal>,
) -> Extracting<T> {
    let request = request.clone();
    Box::pin(async move { take(&identity(&request).await?, &request) })
}

async fn identity(request: &HttpRequest) -> Result<Identity, Refusal> {
    let authentication = Arc::new(authentication(request)?);
    // The whole address, inside of a scope as well.
    let requested = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let target = target::original(authentication.platform, request.headers(), requested);
    authentication.identify(request.headers(), target).await
}

fn authentication(request: &HttpRequest) -> Result<Authentication, Refusal> {
    let platform = app_data::<Platform>(request).copied();
    #[cfg(feature = "verify")]
    if let Some(confirmation) = app_data::<Confirmation>(request) {
        // Whatever the platform is: nothing is taken from headers.
        let platform = platform.unwrap_or_else(|| Platform::detect(|_| None));
        return Ok(Authentication::confirmed(platform, confirmation.clone()));
    }
    let platform = platform.ok_or_else(|| {
        Refusal::misconfigured(SetupError::new(
            SetupErrorKind::MissingPlatform,
            "add .app_data(platform) to the App",
        ))
    })?;
    Ok(Authentication::new(platform))
}

fn asked(request: &HttpRequest) -> Asked<'_, HeaderMap> {
    Asked {
        method: request.method().as_str(),
        headers: request.headers(),
        login: app_data::<LoginRedirect>(request),
    }
}

/// What `App::app_data` was given, by itself or in `web::Data`.
fn app_data<T: 'static>(request: &HttpRequest) -> Option<&T> {
    request.app_data::<T>().or_else(|| request.app_data::<Data<T>>().map(|data| &***data))
}

#[cfg(feature = "verify")]
mod verified {
    use actix_web::{FromRequest, HttpRequest, dev::Payload};

    use super::{
        super::{Authorized, Permit},
        Extracting, Optional, app_data, asked, extract,
    };
    use crate::{
        Refusal,
        refusal::{SetupError, SetupErrorKind},
        verify::{BearerAuth, ConfirmedCaller, VerifiedToken},
    };

    /// The caller whom a verified token confirms. There has to be a
    /// [`Confirmation`](crate::integrations::Confirmation) among the data of the application, else 500.
    impl FromRequest for ConfirmedCaller {
        type Error = Refusal;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            extract(request, |identity, request| {
                identity.require_confirmed(&asked(request)).cloned()
            })
        }
    }

    /// The same; `None` for an anonymous request.
    impl FromRequest for Optional<ConfirmedCaller> {
        type Error = Refusal;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            extract(request, |identity, _| {
                identity.check_confirmation()?;
                Ok(Self(identity.confirmed().cloned()))
            })
        }
    }

    /// The bearer token of the request, verified by the [`BearerAuth`] in the application's data; 500
    /// if there is none.
    impl FromRequest for VerifiedToken {
        type Error = Refusal;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            let request = request.clone();
            Box::pin(async move { auth(&request)?.require_token(request.headers()).await })
        }
    }

    /// The same, or none. A bad token is refused.
    impl FromRequest for Optional<VerifiedToken> {
        type Error = Refusal;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            let request = request.clone();
            Box::pin(async move { auth(&request)?.token(request.headers()).await.map(Self) })
        }
    }

    impl<P: Permit + 'static> FromRequest for Authorized<P> {
        type Error = Refusal;
        type Future = Extracting<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            let request = request.clone();
            Box::pin(async move {
                let auth = auth(&request)?;
                let token = auth.require_token(request.headers()).await?;
                Self::check(token).map_err(|denied| auth.named(denied.into()))
            })
        }
    }

    fn auth(request: &HttpRequest) -> Result<BearerAuth, Refusal> {
        app_data::<BearerAuth>(request).cloned().ok_or_else(|| {
            Refusal::misconfigured(SetupError::new(
                SetupErrorKind::MissingVerifier,
                "add .app_data(bearer_auth) to the App",
            ))
        })
    }
}
