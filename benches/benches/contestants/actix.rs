//! This crate with actix-web.

use actix_web::{
    App, FromRequest, Handler, Responder,
    dev::Service as _,
    http::header::{HeaderMap, HeaderName, HeaderValue},
    test::{TestRequest, init_service},
    web::{self, ServiceConfig},
};
use easyauth::{
    Platform,
    integrations::{RequireRole, RequireToken},
    verify::BearerAuth,
};
use easyauth_benches::Way;

use super::{PATH, axum::Policy, now_or_never};

/// Sends a request with these headers.
pub(crate) type Service = Box<dyn Fn(&HeaderMap)>;

pub(crate) fn service<F, Args>(handler: F, configure: impl FnOnce(&mut ServiceConfig)) -> Service
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    let app = App::new().configure(configure).route(PATH, web::get().to(handler));
    let service = now_or_never(init_service(app)).unwrap();
    Box::new(move |headers| {
        let mut request = TestRequest::get().uri(PATH).to_request();
        *request.headers_mut() = headers.clone();
        let response = now_or_never(service.call(request)).unwrap().unwrap();
        assert_eq!(response.status(), 200);
    })
}

pub(crate) fn way(name: &'static str, service: Service, headers: &http::HeaderMap) -> Way<'static> {
    let headers = header_map(headers);
    easyauth_benches::way(name, move || service(&headers))
}

/// actix-web has its own version of `http`.
pub(crate) fn header_map(headers: &http::HeaderMap) -> HeaderMap {
    let pairs = headers.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_ref()).unwrap();
        (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    pairs.collect()
}

pub(crate) fn extractor(auth: BearerAuth) -> Service {
    service(
        |_: RequireToken<Policy>| async { "your files" },
        |config| {
            config.app_data(auth);
        },
    )
}

pub(crate) fn role_extractor() -> Service {
    service(
        |_: RequireRole<Policy>| async { "your files" },
        |config| {
            config.app_data(Platform::trusting_headers());
        },
    )
}
