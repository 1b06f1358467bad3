//! The proxy: forwards requests to the service on loopback, as the platform would.

use std::sync::{Mutex, PoisonError};

use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{HOST, TRANSFER_ENCODING},
    request::Parts,
};
use http_body_util::BodyExt as _;
use hyper::{
    body::Incoming,
    client::conn::http1,
    upgrade::{self, OnUpgrade},
};
use hyper_util::rt::TokioIo;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, task::JoinSet};

use super::{
    address::Upstream,
    early::Early,
    headers::{add_web_socket, is_chunked, is_web_socket, remove_hop_by_hop, remove_identity},
    pages::{self, Body},
};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The way to the service.
pub(super) struct Proxy {
    upstream: Upstream,
    /// Open web sockets. They end with this.
    web_sockets: Mutex<JoinSet<()>>,
}

impl Proxy {
    pub(super) fn new(upstream: Upstream) -> Self {
        Self { upstream, web_sockets: Mutex::default() }
    }

    /// Forwards a request with the headers of the platform instead of the client's.
    pub(super) async fn forward(
        &self,
        mut parts: Parts,
        body: Incoming,
        identity: HeaderMap,
    ) -> Response<Body> {
        let is_web_socket = parts.method == Method::GET && is_web_socket(&parts.headers);
        let is_chunked = match is_chunked(&parts.headers) {
            Ok(is_chunked) => is_chunked,
            Err(line) => return pages::text(StatusCode::NOT_IMPLEMENTED, line),
        };
        // In this order, so that a client cannot remove the platform's headers by `Connection`.
        remove_hop_by_hop(&mut parts.headers);
        remove_identity(&mut parts.headers);
        parts.headers.extend(identity);
        if is_web_socket {
            add_web_socket(&mut parts.headers);
        }
        if is_chunked {
            // Without a length, hyper sends no body with GET.
            parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        let path = parts.uri.path_and_query().cloned();
        parts.uri = path.map_or_else(|| Uri::from_static("/"), Uri::from);
        let request = Request::from_parts(parts, body);
        let stream = match TcpStream::connect(self.upstream.addresses()).await {
            Ok(stream) => stream,
            Err(error) => {
                let line = format!("cannot connect to {}: {error}", self.upstream);
                return pages::text(StatusCode::BAD_GATEWAY, &line);
            }
        };
        self.send(request, stream, is_web_socket).await.unwrap_or_else(|error| {
            // hyper's user is the client here: only the body comes from it.
            if error.downcast_ref().is_some_and(hyper::Error::is_user) {
                let line = "the body of the request is malformed";
                return pages::text(StatusCode::BAD_REQUEST, line);
            }
            let (upstream, reason) = (&self.upstream, reason(&*error));
            let line = format!("the answer of {upstream} is unreadable or broke off: {reason}");
            pages::text(StatusCode::BAD_GATEWAY, &line)
        })
    }

    /// Sends a request, and streams the answer back.
    async fn send(
        &self,
        mut request: Request<Incoming>,
        stream: TcpStream,
        is_web_socket: bool,
    ) -> Result<Response<Body>, Error> {
        if !request.headers().contains_key(HOST) {
            // HTTP/1.1 requires it, HTTP/1.0 does not.
            request.headers_mut().insert(HOST, HeaderValue::try_from(self.upstream.to_string())?);
        }
        *request.version_mut() = http::Version::HTTP_11;
        let client = upgrade::on(&mut request);
        let (mut sender, connection) = http1::handshake(TokioIo::new(Early(stream))).await?;
        // It ends when the request and the answer are complete.
        tokio::spawn(connection.with_upgrades());
        let mut answer = sender.send_request(request).await?;
        let is_upgraded = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
        if is_upgraded && !(is_web_socket && has_upgraded(&answer)) {
            return Err("an upgrade that the client did not request".into());
        }
        is_chunked(answer.headers())?;
        let service = upgrade::on(&mut answer);
        let (mut parts, body) = answer.into_parts();
        remove_hop_by_hop(&mut parts.headers);
        parts.version = http::Version::HTTP_11;
        if is_upgraded {
            add_web_socket(&mut parts.headers);
            self.connect(client, service);
        }
        Ok(Response::from_parts(parts, body.boxed()))
    }

    /// Passes the bytes of a web socket on, in both directions, until one side ends.
    fn connect(&self, client: OnUpgrade, service: OnUpgrade) {
        // Poisoning is harmless here: each change is one call.
        let mut open = self.web_sockets.lock().unwrap_or_else(PoisonError::into_inner);
        while open.try_join_next().is_some() {}
        open.spawn(async move {
            let (Ok(client), Ok(service)) = (client.await, service.await) else { return };
            // `Early` hides that the service has disconnected.
            let Ok(service) = service.downcast::<TokioIo<Early>>() else { return };
            let Early(mut stream) = service.io.into_inner();
            let mut client = TokioIo::new(client);
            // A side that disconnects is not an error.
            if client.write_all(&service.read_buf).await.is_ok() {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut stream).await;
            }
        });
    }
}

/// An error and its sources. Those of hyper and of the system contain nothing that was sent.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn has_upgraded<B>(answer: &Response<B>) -> bool {
    is_web_socket(answer.headers())
}
