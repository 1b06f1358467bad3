//! The checks of calls of MCP tools: the layer for tower, and the middleware for actix-web.

use std::{
    convert::Infallible,
    io::{Read as _, Write as _},
    net::TcpStream,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{App, dev::ServiceResponse, middleware::from_fn, test::TestRequest, web};
use axum::body::Body;
use easyauth::{
    Platform, ProtectedResource, Rejection, Requirement,
    integrations::{EasyAuthLayer, RequireToolLayer, require_tool},
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

fn policy() -> ToolPolicy {
    ToolPolicy::new()
        .tool("list", Requirement::scope("Files.Read"))
        .tool("add", Requirement::all_scopes(["Files.Read", "Files.Write"]))
}

fn resource() -> ProtectedResource {
    ProtectedResource::entra("https://mcp.contoso.com/mcp", TENANT, CLIENT).unwrap()
}

fn authentication() -> EasyAuthLayer {
    EasyAuthLayer::new(nowhere()).verify(bearer_auth()).protected_resource(resource())
}

/// The status, the challenge or the cause, and the body of a response.
type Answer = (u16, String, String);

/// Sends a request with this method, body and headers.
type Adapter = fn(&str, String, &[(&str, &str)]) -> Answer;

/// The same service on tower and on actix-web.
const ADAPTERS: [(&str, Adapter); 2] = [("tower", on_tower), ("actix-web", on_actix)];

fn on_tower(method: &str, body: String, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri("/mcp");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(send(Some(authentication()), request))
}

fn on_actix(method: &str, body: String, headers: &[(&str, &str)]) -> Answer {
    on_actix_with(method, body, headers, |config| {
        let policy = web::Data::new(policy());
        config.app_data(bearer_auth()).app_data(policy).app_data(resource());
    })
}

/// The service on actix-web with other data.
fn on_actix_with(
    method: &str,
    body: String,
    headers: &[(&str, &str)],
    data: impl FnOnce(&mut web::ServiceConfig),
) -> Answer {
    actix_web::rt::System::new().block_on(async move {
        let app = App::new()
            .configure(data)
            .app_data(web::PayloadConfig::new(MAX_BODY_LEN))
            .wrap(from_fn(require_tool))
            .default_service(web::to(|body: Bytes| async { body }));
        let app = actix_web::test::init_service(app).await;
        let method = actix_web::http::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = TestRequest::with_uri("/mcp").method(method).set_payload(body);
        for header in headers {
            request = request.append_header(*header);
        }
        let response: ServiceResponse<_> =
            actix_web::test::call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        let challenge = response.headers().get("www-authenticate");
        let mut said = challenge.map_or("", |value| value.to_str().unwrap()).to_owned();
        if let Some(error) = response.response().error() {
            said += &cause(error.as_error::<Rejection>().unwrap());
        }
        let body = actix_web::test::read_body(response).await;
        (status, said, String::from_utf8(body.to_vec()).unwrap())
    })
}

fn call(tool: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
}

/// What the MCP server behind the layer answers: the body that it got.
async fn echo(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(request.into_body()))
}

async fn send(outer: Option<EasyAuthLayer>, request: Request<Body>) -> Answer {
    let inner = RequireToolLayer::new(policy()).layer(service_fn(echo));
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

fn bearer() -> String {
    format!("Bearer {}", Draft::access().with("scp", "Files.Read").sign())
}

fn request(method: Method, body: Body) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri("/mcp")
        .header("authorization", bearer())
        .body(body)
        .unwrap()
}

async fn post(body: impl Into<Body>) -> Answer {
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

#[test]
fn a_permitted_call_arrives_unchanged() {
    let longest = format!("{}{}", call("list"), " ".repeat(MAX_BODY_LEN - call("list").len()));
    let bodies =
        [call("list"), format!("  {}\n", call("list")), r#"{"method":"ping"}"#.to_owned(), longest];
    for (name, send) in ADAPTERS {
        for body in &bodies {
            let answer = send("POST", body.clone(), &[("authorization", &bearer())]);
            assert!(answer == (200, String::new(), body.clone()), "{name} {}", answer.0);
        }
    }
}

#[test]
fn other_calls_are_rejected() {
    let metadata =
        "resource_metadata=\"https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp\"";
    let denied = "Bearer realm=\"files\", error=\"insufficient_scope\", error_description=\"the token \
                  does not meet the requirement\"";
    let scope = format!("scope=\"api://{CLIENT}/Files.Read\"");
    let scopes = format!("scope=\"api://{CLIENT}/Files.Read api://{CLIENT}/Files.Write\"");
    let twice = call("list").replace("\"name\"", "\"name\":\"add\",\"name\"");
    let long = format!("{}{}", call("list"), " ".repeat(MAX_BODY_LEN));
    let token = bearer();
    let token = [("authorization", token.as_str())];
    let cases = [
        (call("add"), &token[..], 403, format!("{denied}, {scopes}, {metadata}")),
        // A tool without a rule.
        (
            call("delete"),
            &token,
            403,
            "the policy has no rule for the called tool: add one with ToolPolicy::tool or \
             ToolPolicy::other_tools"
                .to_owned(),
        ),
        // Without a token.
        (call("list"), &[], 401, format!("Bearer realm=\"files\", {scope}, {metadata}")),
        (
            twice,
            &token,
            400,
            "method, params or name is a duplicate member or differs in case".to_owned(),
        ),
        (long, &token, 400, "the body is longer than 4 MiB".to_owned()),
        ("\u{feff}{}".to_owned(), &token, 400, "the body is not JSON in UTF-8".to_owned()),
    ];
    for (name, send) in ADAPTERS {
        for (body, headers, status, expected) in &cases {
            let (code, said, _) = send("POST", body.clone(), headers);
            assert_eq!(code, *status, "{name}");
            assert!(said.starts_with(expected), "{name}: {said}");
        }
    }
}

/// Every method may have a body, and a server that routes all of them may read it.
#[test]
fn a_call_is_checked_whatever_the_method() {
    let token = bearer();
    let token = [("authorization", token.as_str())];
    for (name, send) in ADAPTERS {
        for method in ["GET", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH", "QUERY"] {
            assert_eq!(send(method, call("add"), &token).0, 403, "{name} {method}");
            assert_eq!(send(method, "anything".to_owned(), &token).0, 400, "{name} {method}");
            assert_eq!(send(method, call("list"), &token).2, call("list"), "{name} {method}");
        }
    }
}

/// The request with these headers calls a permitted tool, and is rejected with this cause, if there is one.
#[track_caller]
fn check(method: &str, body: &str, headers: &[(&str, &str)], cause: Option<&str>) {
    let token = bearer();
    let all = [&[("authorization", token.as_str())], headers].concat();
    let expected = cause.map_or((200, ""), |cause| (400, cause));
    for (name, send) in ADAPTERS {
        let (status, said, _) = send(method, body.to_owned(), &all);
        assert_eq!((status, said.as_str()), expected, "{name} {method} {headers:?}");
    }
}

/// As extractors of tokens reject it.
#[test]
fn a_token_of_another_caller_is_rejected_on_actix() {
    let status = |draft: &Draft| {
        let token = format!("Bearer {}", draft.sign());
        let user = principal("Sample", "Admin");
        let headers = [("authorization", token.as_str()), ("x-ms-client-principal", &user)];
        let answer = on_actix_with("POST", call("list"), &headers, |config| {
            let policy = web::Data::new(policy());
            config.app_data(bearer_auth()).app_data(policy).app_data(platform());
        });
        answer.0
    };
    let own = Draft::access().with("scp", "Files.Read");
    assert_eq!(status(&own), 200);
    assert_eq!(status(&own.with("oid", TENANT)), 400);
}

/// The bytes that are checked must be the text that the server reads.
#[test]
fn an_encoded_body_is_rejected() {
    let call = call("list");
    let cause =
        "the body is encoded: expected no Content-Encoding but identity, and no charset but utf-8";
    let rejects = |headers: &[(&str, &str)]| check("POST", &call, headers, Some(cause));
    let allows = |headers: &[(&str, &str)]| check("POST", &call, headers, None);
    // actix-web and tower-http decode these.
    for encoding in
        ["br", "gzip", "x-gzip", "deflate", "zstd", "BR", "identity, br", "br, identity"]
    {
        rejects(&[("content-encoding", encoding)]);
    }
    for encoding in ["unknown", "", "\"identity\""] {
        rejects(&[("content-encoding", encoding)]);
    }
    rejects(&[("content-encoding", "identity"), ("content-encoding", "br")]);
    allows(&[("content-encoding", "identity")]);
    allows(&[("Content-Encoding", " Identity ")]);
    // `String` of actix-web decodes by the charset. In Shift_JIS, the second byte of a character can be a
    // backslash.
    for charset in ["shift_jis", "utf-16", "\"Shift_JIS\"", "utf-8-sig", "\"utf-8", ""] {
        rejects(&[("content-type", &format!("application/json; charset={charset}"))]);
        rejects(&[("content-type", &format!("application/json;q=1; CHARSET={charset}"))]);
    }
    rejects(&[("content-type", "application/json; charset=utf-8; charset=shift_jis")]);
    rejects(&[("content-type", "application/json"), ("content-type", "x/y; charset=shift_jis")]);
    for media_type in ["application/json", "application/json; charset=utf-8", "a/b;x=y", "charset"]
    {
        allows(&[("content-type", media_type)]);
    }
    for charset in ["UTF-8", "\"utf-8\"", "utf8"] {
        allows(&[("content-type", &format!("application/json; Charset={charset}"))]);
    }
    // Other methods too.
    check("GET", "", &[("content-encoding", "br")], Some(cause));
}

/// Then the body is the connection, which nothing checks.
#[test]
fn a_request_for_another_protocol_is_rejected() {
    let rejects = |method, headers: &[(&str, &str)]| {
        check(method, "", headers, Some("the request asks to upgrade the connection"));
    };
    for protocol in ["websocket", "WebSocket", "websocket/13", "h2c, websocket", ""] {
        rejects("GET", &[("connection", "upgrade"), ("upgrade", protocol)]);
    }
    rejects("GET", &[("upgrade", "h2c"), ("upgrade", "websocket")]);
    // A tunnel, and a WebSocket over HTTP/2 (RFC 8441).
    rejects("CONNECT", &[]);
    check("GET", "", &[("connection", "upgrade")], None);
    // Java's HttpClient.
    check("GET", "", &[("connection", "Upgrade, HTTP2-Settings"), ("upgrade", "h2c")], None);
}

/// Its payload is the connection, which does not end.
#[test]
fn a_web_socket_is_no_message_on_actix() {
    let server = crate::actix_service::serve(|config| {
        config.app_data(bearer_auth()).app_data(web::Data::new(policy()));
        config.service(web::resource("/mcp").wrap(from_fn(require_tool)).to(async || "called"));
    });
    let upgrade = [
        ("authorization", bearer()),
        ("connection", "upgrade".to_owned()),
        ("upgrade", "WebSocket".to_owned()),
    ];
    assert_eq!(crate::client::get(server.address, "/mcp", &upgrade).status, 400);
    assert_eq!(crate::client::get(server.address, "/mcp", &upgrade[..1]).status, 200);
}

/// GET opens a stream of the server's messages, DELETE ends the session.
#[test]
fn some_methods_need_no_message() {
    let token = bearer();
    let token = [("authorization", token.as_str())];
    for (name, send) in ADAPTERS {
        for method in ["GET", "DELETE", "HEAD", "OPTIONS"] {
            assert_eq!(send(method, String::new(), &token).0, 200, "{name} {method}");
        }
        for method in ["POST", "PUT"] {
            assert_eq!(send(method, String::new(), &token).0, 400, "{name} {method}");
        }
    }
}

#[tokio::test]
async fn a_body_in_pieces_is_read_whole_and_not_for_ever() {
    // In pieces of one byte, and with trailers.
    let bytes: Vec<_> = call("list").into_bytes();
    let data = bytes.into_iter().map(|byte| Ok(Frame::data(Bytes::from(vec![byte]))));
    let body = pieces(data.chain([Ok(Frame::trailers(HeaderMap::new()))]));
    assert_eq!(post(body).await, (200, String::new(), call("list")));
    // Without an end.
    let piece = Bytes::from(vec![b' '; 1 << 16]);
    let endless = pieces(std::iter::repeat_with(move || Ok(Frame::data(piece.clone()))));
    let (status, said, _) = post(endless).await;
    assert_eq!((status, said.as_str()), (400, "the body is longer than 4 MiB"));
    // A connection that breaks.
    let broken = pieces([Ok(Frame::data(call("list").into())), Err("reset")].into_iter());
    let (status, said, _) = post(broken).await;
    assert_eq!((status, said.as_str()), (400, "the body is not JSON in UTF-8"));
}

/// The server responds although the body has no end.
#[test]
fn a_body_without_an_end_is_not_read_for_ever_on_actix() {
    let server = crate::actix_service::serve(|config| {
        config.app_data(bearer_auth()).app_data(web::Data::new(policy()));
        config.service(web::resource("/mcp").wrap(from_fn(require_tool)).to(async || "called"));
    });
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        bearer()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(1 << 16));
    // Twice the limit. The server may close the connection before.
    let sent = (0..128).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok()).count();
    assert!(sent >= MAX_BODY_LEN >> 16, "{sent}");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
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

#[test]
fn missing_data_is_named_on_actix() {
    let (status, said, _) = on_actix_with("GET", String::new(), &[], |config| {
        config.app_data(policy());
    });
    assert_eq!(
        (status, said.as_str()),
        (500, "nothing verifies bearer tokens: add .app_data(bearer_auth) to the App")
    );
    let (status, said, _) = on_actix_with("GET", String::new(), &[], |config| {
        config.app_data(bearer_auth());
    });
    assert_eq!(
        (status, said.as_str()),
        (
            500,
            "nothing says what each tool requires: add .app_data(web::Data::new(tool_policy)) to the App"
        )
    );
}
