//! The metadata document of a protected resource, as a route of each framework.

use crate::protected_resource::ProtectedResource;

/// The metadata document as a service, for the route [`metadata_path`](ProtectedResource::metadata_path) of a
/// service without `EasyAuthLayer`, which serves the document itself. Extractors name the resource in their
/// challenges if it is an extension too:
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Extension, Router, routing::post};
/// use easyauth::ProtectedResource;
///
/// fn app(resource: ProtectedResource) -> Router {
///     Router::new()
///         .route("/mcp", post(|| async { "..." })) // with an extractor
///         .layer(Extension(resource.clone()))
///         .route_service(resource.metadata_path(), resource.clone())
/// }
/// # }
/// ```
#[cfg(any(feature = "axum", feature = "tower"))]
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
