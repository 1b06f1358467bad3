//! The metadata document of a protected resource, as a route of each framework.

use crate::protected_resource::ProtectedResource;

/// The metadata document as a service, for the route [`metadata_path`](ProtectedResource::metadata_path).
/// In axum, add the route after `.layer(...)`, so that no layer requires a token for it:
///
/// ```
/// # #[cfg(all(feature = "axum", feature = "verify"))] {
/// use axum::{Router, routing::post};
/// use easyauth::{Platform, ProtectedResource, integrations::EasyAuthLayer, verify::BearerAuth};
///
/// fn app(auth: BearerAuth, resource: ProtectedResource) -> Router {
///     Router::new()
///         .route("/mcp", post(|| async { "..." }))
///         .layer(
///             EasyAuthLayer::new(Platform::from_env())
///                 .verify(auth)
///                 .protected_resource(resource.clone()),
///         )
///         .route_service(resource.metadata_path(), resource.clone())
/// }
/// # }
/// ```
#[cfg(feature = "tower")]
impl<A> tower_service::Service<http::Request<A>> for ProtectedResource {
    type Response = http::Response<String>;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<A>) -> Self::Future {
        std::future::ready(Ok(self.respond_to(request.method())))
    }
}

/// The metadata document as a response. With the feature `tower`, the resource is also a service, which
/// answers the preflight requests of browsers.
#[cfg(feature = "axum")]
impl axum_core::response::IntoResponse for ProtectedResource {
    fn into_response(self) -> axum_core::response::Response {
        self.to_response::<axum_core::body::Body>()
    }
}

/// The metadata document as a service of the application: `App::new().service(resource)`. Add the
/// resource to the data too, so that extractors name it in their challenges: `.app_data(resource)`.
#[cfg(feature = "actix-web")]
impl actix_web::dev::HttpServiceFactory for ProtectedResource {
    fn register(self, config: &mut actix_web::dev::AppService) {
        let route = actix_web::web::resource(self.metadata_path().to_owned());
        route.to(move |request| respond(&self, &request)).register(config);
    }
}

#[cfg(feature = "actix-web")]
fn respond(
    resource: &ProtectedResource,
    request: &actix_web::HttpRequest,
) -> std::future::Ready<actix_web::HttpResponse> {
    // The two frameworks have their own versions of the http crate.
    let method = http::Method::from_bytes(request.method().as_str().as_bytes());
    let (parts, body) = resource.respond_to::<String>(&method.unwrap_or_default()).into_parts();
    let status = actix_web::http::StatusCode::from_u16(parts.status.as_u16());
    let mut response = actix_web::HttpResponse::build(status.unwrap_or_default());
    for (name, value) in &parts.headers {
        response.insert_header((name.as_str(), value.as_bytes()));
    }
    std::future::ready(response.body(body))
}
