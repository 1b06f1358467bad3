//! The layers without a framework: on hyper.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use easyauth::{
    Platform, ProviderTokens, Rejection,
    integrations::{EasyAuthLayer, Identity, RejectionBody, RequireLayer, RequireToolLayer},
    mcp::ToolPolicy,
};
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Body as _, Bytes, Incoming},
    server::conn::http1,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tower::{Layer, Service, ServiceExt as _, service_fn};

use crate::setup::*;

type Body = Full<Bytes>;

fn say(text: String) -> Response<Body> {
    Response::new(text.into())
}

/// The innermost service.
fn answer(request: &Request<Incoming>) -> Response<Body> {
    let identity = request.extensions().get::<Identity>().unwrap();
    match request.uri().path() {
        "/me" | "/maybe" | "/admin" | "/app/me" => say(about_user(identity.principal())),
        "/tokens" => {
            let provider = identity.principal().unwrap().provider();
            match ProviderTokens::from_headers(request.headers(), provider) {
                Ok(tokens) => say(about_tokens(&tokens)),
                Err(error) => Rejection::from(error).to_response(),
            }
        }
        "/token" if identity.token().is_none() => {
            Rejection::no_token().with_realm("files").unwrap().to_response()
        }
        _ => say(about_token(identity.token())),
    }
}

/// The rule of each path, in a service without a router.
fn rule(path: &str) -> Option<RequireLayer> {
    match path {
        "/me" | "/tokens" | "/app/me" => Some(RequireLayer::authenticated()),
        "/admin" => Some(RequireLayer::any_role(["Owner", "Admin"])),
        "/files" => Some(RequireLayer::permission(read_files())),
        _ => None,
    }
}

pub(crate) fn hyper(platform: Platform) -> Server {
    let inside = service_fn(|request: Request<Incoming>| async move {
        let answer = service_fn(|request: Request<Incoming>| async move {
            Ok::<_, Infallible>(answer(&request))
        });
        let service = RequireLayer::layer;
        let Some(rule) = rule(request.uri().path()) else {
            let answer = answer.oneshot(request).await.unwrap();
            return Ok::<_, Infallible>(answer.map(http_body_util::Either::Left));
        };
        let answer = service(&rule, answer).oneshot(request).await.unwrap();
        Ok(answer.map(http_body_util::Either::Right))
    });
    let layer = EasyAuthLayer::new(platform).verify(bearer_auth()).login(login());
    let service = layer.layer(inside).map_response(tell_cause);
    Server::on_tokio(|listener| async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            // The client may disconnect at any time. That is not an error of the server.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

/// A service that is never ready.
#[derive(Clone)]
struct Busy;

impl<A> Service<Request<A>> for Busy {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Pending<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request<A>) -> Self::Future {
        panic!("it is not ready");
    }
}

#[track_caller]
fn is_not_ready(mut service: impl Service<Request<Body>>) {
    assert!(service.poll_ready(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[test]
fn layers_are_ready_if_the_inner_service_is() {
    is_not_ready(EasyAuthLayer::new(platform()).layer(Busy));
    is_not_ready(RequireLayer::authenticated().layer(Busy));
    is_not_ready(RequireToolLayer::new(ToolPolicy::new()).layer(Busy));
}

#[test]
fn the_size_hint_of_a_rejection_is_exact() {
    let mut context = Context::from_waker(Waker::noop());
    let mut body = RejectionBody::<Body>::from("problem".to_owned());
    assert_eq!((body.is_end_stream(), body.size_hint().exact()), (false, Some(7)));
    let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) else {
        panic!("the whole body");
    };
    assert_eq!(frame.into_data().unwrap(), "problem");
    assert_eq!((body.is_end_stream(), body.size_hint().exact()), (true, Some(0)));
    assert!(matches!(Pin::new(&mut body).poll_frame(&mut context), Poll::Ready(None)));
    // A redirect has none, and so has an answer in gRPC.
    let empty = RejectionBody::<Body>::from(String::new());
    assert_eq!((empty.is_end_stream(), empty.size_hint().exact()), (true, Some(0)));
}
