//! The layers under tonic, with gRPC status codes.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::SocketAddr,
    task::{Context, Poll},
};

use easyauth::{
    Platform,
    integrations::{EasyAuthLayer, Identity, RequireLayer},
};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tonic::{body::Body, server::NamedService, transport::Server as TonicServer};
use tower::Service;

use crate::{setup::*, support::Draft};

/// A service without messages that returns the caller in a header.
#[derive(Clone)]
struct Greeter;

impl NamedService for Greeter {
    const NAME: &'static str = "test.Greeter";
}

impl Service<Request<Body>> for Greeter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let identity = request.extensions().get::<Identity>().unwrap();
        let response = Response::builder()
            .header("content-type", "application/grpc")
            .header("grpc-status", "0")
            .header("caller", about_user(identity.principal()))
            .body(Body::default());
        ready(Ok(response.unwrap()))
    }
}

fn start(rule: RequireLayer, platform: Platform) -> Server {
    Server::on_tokio(move |listener| async move {
        let incoming = tonic::transport::server::TcpIncoming::from(listener);
        TonicServer::builder()
            .layer(EasyAuthLayer::new(platform).verify(bearer_auth()).login(login()))
            .layer(rule)
            .add_service(Greeter)
            .serve_with_incoming(incoming)
            .await
            .unwrap();
    })
}

/// Calls the service like a gRPC client. Returns status, headers and body.
fn call(
    address: SocketAddr,
    content_type: &str,
    headers: &[(&str, String)],
) -> (u16, HeaderMap, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (mut client, connection) =
            http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::post(format!("http://{address}/test.Greeter/Hello"))
            .header("content-type", content_type);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let (parts, body) = client.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.into()).unwrap())
    })
}

const PRINCIPAL: &str = "x-ms-client-principal";

#[track_caller]
fn check(rule: RequireLayer, headers: &[(&str, String)], status: &str, message: Option<&str>) {
    let server = start(rule, platform());
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;x=y"] {
        let (http_status, answer, body) = call(server.address, content_type, headers);
        // Trailers-Only: the HTTP says yes, the header says what is.
        assert_eq!((http_status, body.as_str()), (200, ""));
        assert_eq!(answer["content-type"], "application/grpc");
        assert_eq!(answer["grpc-status"], status);
        let text = answer.get("grpc-message").map(|value| value.to_str().unwrap());
        assert_eq!(text, message);
        assert!(!answer.contains_key("location"));
    }
}

#[test]
fn tower_layers_under_tonic() {
    let user = || (PRINCIPAL, principal("Sample", "Reader"));
    let bearer = |draft: Draft| ("authorization", format!("Bearer {}", draft.sign()));
    let authenticated = RequireLayer::authenticated;
    let files = || RequireLayer::permission(read_files());
    check(authenticated(), &[user()], "0", None);
    check(authenticated(), &[], "16", Some("the caller is not authenticated"));
    check(
        authenticated(),
        &[("accept", "text/html".to_owned())],
        "16",
        Some("the caller is not authenticated"),
    );
    let malformed = [(PRINCIPAL, "not base64!".to_owned())];
    check(authenticated(), &malformed, "3", Some("the identity headers are malformed"));
    check(authenticated(), &[user(), user()], "3", Some("the identity headers are malformed"));
    check(RequireLayer::role("Admin"), &[user()], "7", Some("the caller lacks a permission"));
    check(files(), &[bearer(Draft::access())], "0", None);
    check(files(), &[], "16", Some("the bearer token is missing"));
    let other = Draft::access().with("aud", "api://another-api");
    check(files(), &[bearer(other)], "16", Some("the token is not valid"));
    let weak = Draft::access().with("scp", "Mail.Read");
    check(files(), &[bearer(weak)], "7", Some("the caller lacks a permission"));
    let broken = [("authorization", "Bearer a b".to_owned())];
    check(files(), &broken, "3", Some("the Authorization header is malformed"));
}

#[test]
fn challenges_are_metadata_and_other_clients_get_http() {
    let server = start(RequireLayer::authenticated(), platform());
    let (_, headers, _) = call(server.address, "application/grpc", &[]);
    assert_eq!(headers["www-authenticate"], "Bearer");
    assert_eq!(headers["cache-control"], "no-store");
    // gRPC-Web has its status in the body, so it gets a plain answer, as does JSON.
    for content_type in ["application/grpc-web+proto", "application/json"] {
        let (status, headers, body) = call(server.address, content_type, &[]);
        assert_eq!((status, headers.contains_key("grpc-status")), (401, false));
        assert!(body.contains(r#""code":"unauthenticated""#), "{body}");
    }
}
