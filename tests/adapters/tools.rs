//! The layer that checks calls of MCP tools.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use easyauth::{
    Platform, ProtectedResource, Requirement,
    integrations::{EasyAuthLayer, RequireToolLayer},
    mcp::{MAX_BODY_LEN, ToolPolicy},
};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Frame};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::{
    setup::*,
    support::{Draft, TENANT},
};

const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

fn policy() -> RequireToolLayer {
    RequireToolLayer::new(
        ToolPolicy::new()
            .tool("list", Requirement::scope("Files.Read"))
            .tool("add", Requirement::all_scopes(["Files.Read", "Files.Write"])),
    )
}

fn authentication() -> EasyAuthLayer {
    let resource = ProtectedResource::entra("https://mcp.contoso.com/mcp", TENANT, CLIENT);
    EasyAuthLayer::new(nowhere()).verify(bearer_auth()).protected_resource(resource.unwrap())
}

fn call(tool: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
}

/// What the MCP server behind the layer answers: the body that it got.
async fn echo(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(request.into_body()))
}

/// The status, the challenge and the body of the response to a request with a token that has the scope
/// Files.Read.
async fn send(outer: Option<EasyAuthLayer>, request: Request<Body>) -> (u16, String, String) {
    let inner = policy().layer(service_fn(echo));
    let response = match outer {
        Some(layer) => layer.layer(inner).oneshot(request).await.unwrap().map(Body::new),
        None => inner.oneshot(request).await.unwrap().map(Body::new),
    };
    let response = tell_cause(response);
    let header = |name: &str| {
        let value = response.headers().get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let said = format!("{}{}", header("www-authenticate"), header(CAUSE));
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, said, String::from_utf8(body.to_vec()).unwrap())
}

fn request(method: Method, body: Body) -> Request<Body> {
    let token = Draft::access().with("scp", "Files.Read").sign();
    Request::builder()
        .method(method)
        .uri("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .body(body)
        .unwrap()
}

async fn post(body: impl Into<Body>) -> (u16, String, String) {
    send(Some(authentication()), request(Method::POST, body.into())).await
}

/// A body in pieces; without an end if it has none.
struct Pieces(Box<dyn Iterator<Item = Result<Frame<Bytes>, &'static str>> + Send>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(self.0.next())
    }
}

fn pieces(
    iterator: impl Iterator<Item = Result<Frame<Bytes>, &'static str>> + Send + 'static,
) -> Body {
    Body::new(Pieces(Box::new(iterator)))
}

#[tokio::test]
async fn a_permitted_call_arrives_unchanged() {
    for body in [call("list"), format!("  {}\n", call("list")), r#"{"method":"ping"}"#.to_owned()] {
        assert_eq!(post(body.clone()).await, (200, String::new(), body));
    }
    // In pieces of one byte, and with trailers.
    let bytes: Vec<_> = call("list").into_bytes();
    let data = bytes.into_iter().map(|byte| Ok(Frame::data(Bytes::from(vec![byte]))));
    let body = pieces(data.chain([Ok(Frame::trailers(HeaderMap::new()))]));
    assert_eq!(post(body).await, (200, String::new(), call("list")));
    let longest = format!("{}{}", call("list"), " ".repeat(MAX_BODY_LEN - call("list").len()));
    assert_eq!(post(longest.clone()).await, (200, String::new(), longest));
}

#[tokio::test]
async fn other_calls_are_rejected() {
    let rejected = |answer: (u16, String, String)| (answer.0, answer.1);
    let metadata =
        "resource_metadata=\"https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp\"";
    let denied = "Bearer realm=\"files\", error=\"insufficient_scope\", error_description=\"the token \
                  does not permit this\"";
    let (status, said) = rejected(post(call("add")).await);
    assert_eq!(status, 403);
    let scopes = format!("scope=\"api://{CLIENT}/Files.Read api://{CLIENT}/Files.Write\"");
    assert!(said.starts_with(&format!("{denied}, {scopes}, {metadata}")), "{said}");
    // A tool without a rule.
    let (status, said) = rejected(post(call("delete")).await);
    assert!(status == 403 && said.starts_with(&format!("{denied}, {metadata}")), "{said}");
    // Without a token.
    let mut anonymous = request(Method::POST, call("list").into());
    anonymous.headers_mut().remove("authorization");
    let (status, said) = rejected(send(Some(authentication()), anonymous).await);
    let scope = format!("scope=\"api://{CLIENT}/Files.Read\"");
    assert_eq!((status, said), (401, format!("Bearer realm=\"files\", {scope}, {metadata}")));

    let twice = call("list").replace("\"name\"", "\"name\":\"add\",\"name\"");
    let message = "method, params or name is a duplicate member or differs in case";
    assert_eq!(rejected(post(twice).await), (400, message.to_owned()));
    let too_long = "the body is longer than 4 MiB".to_owned();
    let long = format!("{}{}", call("list"), " ".repeat(MAX_BODY_LEN));
    assert_eq!(rejected(post(long).await), (400, too_long.clone()));
    // A body without an end is not read for ever.
    let piece = Bytes::from(vec![b' '; 1 << 16]);
    let endless = pieces(std::iter::repeat_with(move || Ok(Frame::data(piece.clone()))));
    assert_eq!(rejected(post(endless).await), (400, too_long));
    // A connection that breaks.
    let broken = pieces([Ok(Frame::data(call("list").into())), Err("reset")].into_iter());
    let message = "the body is not JSON in UTF-8";
    assert_eq!(rejected(post(broken).await), (400, message.to_owned()));
}

/// Any method may carry a message, but for those that never do.
#[tokio::test]
async fn methods_without_a_message_are_not_read() {
    for method in [Method::GET, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let answer = send(Some(authentication()), request(method, "anything".into())).await;
        assert_eq!(answer, (200, String::new(), "anything".to_owned()));
    }
    for method in [Method::PUT, Method::PATCH, Method::from_bytes(b"QUERY").unwrap()] {
        let answer = send(Some(authentication()), request(method, call("add").into())).await;
        assert_eq!(answer.0, 403);
    }
}

#[tokio::test]
async fn a_missing_layer_or_verifier_is_named() {
    let post = || request(Method::POST, call("list").into());
    let (status, said, _) = send(None, post()).await;
    assert_eq!(status, 500);
    assert!(said.contains("EasyAuthLayer::new(platform)"), "{said}");
    let (status, said, _) =
        send(Some(EasyAuthLayer::new(Platform::trusting_headers())), post()).await;
    assert_eq!(status, 500);
    assert!(said.contains("EasyAuthLayer::verify(auth)"), "{said}");
}
