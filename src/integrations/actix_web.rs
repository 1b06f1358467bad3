//! Extractors and rejections for actix-web.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderMap, HeaderValue},
    },
    web::Data,
};

use super::{RequireRole, Roles};
use crate::{EasyAuthPrincipal, HeaderSource, ProviderTokens, Refusal, refusal::LoginRedirect};

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

/// The caller of the headers, who has to be signed in.
impl FromRequest for EasyAuthPrincipal {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signed_in(request))
    }
}

/// The caller of the headers, or nobody. Malformed headers are refused.
impl FromRequest for Optional<EasyAuthPrincipal> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal = EasyAuthPrincipal::from_headers(request.headers());
        ready(principal.map(Self).map_err(Refusal::from))
    }
}

/// The tokens of the caller, who has to be signed in. They can be empty: see [`ProviderTokens`].
impl FromRequest for ProviderTokens {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            signed_in(request).and_then(|principal| {
                Ok(Self::from_headers(request.headers(), principal.provider())?)
            }),
        )
    }
}

impl<R: Roles> FromRequest for RequireRole<R> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signed_in(request).and_then(|principal| {
            let guard = Self::check(principal.clone(), |role| principal.is_in_role(role));
            guard.ok_or_else(|| Refusal::forbidden(request.headers()))
        }))
    }
}

fn signed_in(request: &HttpRequest) -> Result<EasyAuthPrincipal, Refusal> {
    EasyAuthPrincipal::from_headers(request.headers())?.ok_or_else(|| {
        let refusal = Refusal::not_signed_in();
        let Some(login) = app_data::<LoginRedirect>(request) else { return refusal };
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        refusal.or_login_at(login, request.method().as_str(), target, request.headers())
    })
}

/// What `App::app_data` was given, by itself or in `web::Data`.
fn app_data<T: 'static>(request: &HttpRequest) -> Option<&T> {
    request.app_data::<T>().or_else(|| request.app_data::<Data<T>>().map(|data| &***data))
}

#[cfg(feature = "verify")]
mod verified {
    use std::{future::Future, pin::Pin};

    use actix_web::{FromRequest, HttpRequest, dev::Payload};

    use super::{
        super::{Authorized, Permit},
        Optional, app_data,
    };
    use crate::{
        Refusal,
        verify::{BearerAuth, VerifiedToken},
    };

    type Verifying<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>>>>;

    /// The bearer token of the request, verified by the [`BearerAuth`] in the application's data; 500
    /// if there is none.
    impl FromRequest for VerifiedToken {
        type Error = Refusal;
        type Future = Verifying<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            let request = request.clone();
            Box::pin(async move { auth(&request)?.require_token(request.headers()).await })
        }
    }

    /// The same, or none. A bad token is refused.
    impl FromRequest for Optional<VerifiedToken> {
        type Error = Refusal;
        type Future = Verifying<Self>;

        fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
            let request = request.clone();
            Box::pin(async move { auth(&request)?.token(request.headers()).await.map(Self) })
        }
    }

    impl<P: Permit + 'static> FromRequest for Authorized<P> {
        type Error = Refusal;
        type Future = Verifying<Self>;

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
        app_data::<BearerAuth>(request).cloned().ok_or_else(Refusal::misconfigured)
    }
}
