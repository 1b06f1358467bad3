//! Layers for frameworks that are built on tower: axum, hyper, tonic.

mod body;
mod layer;
mod require;
#[cfg(feature = "verify")]
mod tools;

use std::{future::Future, mem, pin::Pin};

use http::{HeaderMap, HeaderValue, Response, header::CONTENT_TYPE};

pub use body::RejectionBody;
pub use layer::{EasyAuthLayer, EasyAuthService};
pub use require::{RequireLayer, RequireService};
#[cfg(feature = "verify")]
pub use tools::{RequireToolLayer, RequireToolService};

use crate::{
    integrations::decision,
    rejection::{Rejection, RejectionKind},
};

/// The result of the services of this module: the response of the inner service, or a rejection.
pub(super) type Answer<B, E> =
    Pin<Box<dyn Future<Output = Result<Response<RejectionBody<B>>, E>> + Send>>;

/// Takes the service that reported that it is ready, and leaves a clone, which must report so again.
fn take_ready<S: Clone>(inner: &mut S) -> S {
    let clone = inner.clone();
    mem::replace(inner, clone)
}

/// The rejection as an HTTP response, or as a gRPC response if the request is gRPC.
fn refuse<B>(rejection: &Rejection, is_grpc: bool) -> Response<RejectionBody<B>> {
    decision::rejected(rejection);
    let mut response = rejection.to_response::<RejectionBody<B>>();
    if is_grpc {
        to_grpc(rejection, &mut response);
    }
    response
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let rest = media_type.strip_prefix(b"application/grpc");
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// A gRPC response without messages: the HTTP status is 200, and a header has the gRPC status ("gRPC
/// over HTTP2", Trailers-Only).
fn to_grpc<B>(rejection: &Rejection, response: &mut Response<RejectionBody<B>>) {
    // grpc/grpc: doc/statuscodes.md
    let status = match rejection.kind() {
        RejectionKind::MalformedIdentity
        | RejectionKind::MalformedAuthorization
        | RejectionKind::MalformedToolCall
        | RejectionKind::Mismatch => "3", // INVALID_ARGUMENT
        RejectionKind::Forbidden => "7",        // PERMISSION_DENIED
        RejectionKind::Misconfigured => "13",   // INTERNAL
        RejectionKind::KeysUnavailable => "14", // UNAVAILABLE
        RejectionKind::Unauthenticated
        | RejectionKind::SignInIncomplete
        | RejectionKind::NoToken
        | RejectionKind::InvalidToken
        | RejectionKind::NotConfirmed => "16", // UNAUTHENTICATED
    };
    *response.status_mut() = http::StatusCode::OK;
    *response.body_mut() = String::new().into();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-status", HeaderValue::from_static(status));
    headers.insert("grpc-message", HeaderValue::from_static(rejection.kind().detail()));
}
