//! Layers for frameworks that are built on tower: axum, hyper, tonic.

mod body;
mod layer;
mod require;
#[cfg(feature = "verify")]
mod tools;

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body::Body;
use tower_service::Service;

pub use body::RejectionBody;
pub use layer::EasyAuthLayer;
pub use require::RequireLayer;
#[cfg(feature = "verify")]
pub use tools::RequireToolLayer;

use crate::{
    integrations::decision,
    rejection::{Rejection, RejectionKind},
};

/// The service that a layer of this crate wraps around another one.
#[derive(Debug, Clone)]
pub struct GuardedService<L, S> {
    guard: L,
    inner: S,
}

impl<L, S> GuardedService<L, S> {
    fn new(guard: L, inner: S) -> Self {
        Self { guard, inner }
    }
}

/// The result of a [`GuardedService`]: the response of the inner service, or a rejection.
type Answer<B, E> = Pin<Box<dyn Future<Output = Result<Response<RejectionBody<B>>, E>> + Send>>;

mod guard {
    use super::{Answer, Body, Bytes, Request, Response, Service};

    /// What a layer does with a request.
    #[expect(unnameable_types, reason = "the layers of this crate are the only guards")]
    pub trait Guard<A> {
        /// Passes the request to the inner service, which is ready, or rejects it.
        fn handle<S, B>(&self, inner: &mut S, request: Request<A>) -> Answer<B, S::Error>
        where
            S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
            S::Future: Send,
            S::Error: Send,
            B: Body<Data = Bytes> + Unpin + Send + 'static;
    }
}
use guard::Guard;

impl<L, S, A, B> Service<Request<A>> for GuardedService<L, S>
where
    L: Guard<A>,
    S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
{
    type Response = Response<RejectionBody<B>>;
    type Error = S::Error;
    type Future = Answer<B, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        self.guard.handle(&mut self.inner, request)
    }
}

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
