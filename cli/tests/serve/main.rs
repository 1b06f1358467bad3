//! `easyauth serve`, over HTTP on this machine.
#![cfg(feature = "serve")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod binary;
mod callers;
mod connections;
mod gate;
mod inspector;
mod personas;
mod sign_in;
mod stripping;
mod web_sockets;

use std::{
    convert::Infallible,
    io::{self, BufRead as _, Read as _, Write as _},
    net::SocketAddr,
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use easyauth::{
    AccessToken, Caller, EasyAuthPrincipal, IdentityProvider, PrincipalFormat, ProviderTokens,
    Renewal, Session,
    endpoints::RefreshOutcome,
    resource::{ARM, GRAPH},
    testing::TestIssuer,
    verify::{KeySet, Metadata, MetadataUri, Tenant, Verifier},
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::{Bytes, Incoming},
    client, server,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

use easyauth_cli::serve::{Persona, Running, StandIn, TENANT};

/// The most time that one step may take.
const LIMIT: Duration = Duration::from_secs(30);

const BIG: usize = 5 * 1024 * 1024;

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The headers that the upstream received: see [`upstream`].
    #[track_caller]
    fn received(&self) -> HeaderMap {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        let pairs: Vec<(String, String)> = serde_json::from_slice(&self.body).unwrap();
        pairs
            .iter()
            .map(|(name, value)| {
                let name: http::HeaderName = name.parse().unwrap();
                (name, value.parse::<http::HeaderValue>().unwrap())
            })
            .collect()
    }

    /// The user that the upstream sees.
    #[track_caller]
    fn user(&self) -> Option<EasyAuthPrincipal> {
        EasyAuthPrincipal::from_headers(&self.received()).unwrap()
    }
}

/// A service that answers with the headers of the request as JSON: at `/echo` with the body, at `/big`
/// with some megabytes, and at `/hop` with headers for a single connection.
struct Upstream {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn upstream() -> Upstream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(|request| async { Ok::<_, Infallible>(serve(request).await) });
            let connection = server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service));
        }
    });
    Upstream { address, task }
}

async fn serve(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = match parts.uri.path() {
        "/echo" => body.collect().await.unwrap().to_bytes(),
        "/big" => Bytes::from(vec![7; BIG]),
        _ => {
            let pairs = parts
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
            Bytes::from(serde_json::to_vec(&pairs.collect::<Vec<_>>()).unwrap())
        }
    };
    let mut answer = Response::new(Full::new(body));
    let query = parts.uri.query().unwrap_or_default().to_owned();
    answer.headers_mut().insert("x-query", query.parse().unwrap());
    if parts.uri.path() == "/hop" {
        *answer.status_mut() = StatusCode::IM_A_TEAPOT;
        for (name, value) in [
            ("connection", "x-private, close"),
            ("x-private", "1"),
            ("keep-alive", "timeout=5"),
            ("upgrade", "h2c"),
            ("set-cookie", "own=1"),
        ] {
            answer.headers_mut().insert(name, value.parse().unwrap());
        }
        answer.headers_mut().append("set-cookie", "own=2".parse().unwrap());
    }
    answer
}

/// The stand-in and the service behind it.
struct World {
    stand_in: Running,
    upstream: Upstream,
}

async fn world() -> World {
    world_with(|_| {}).await
}

/// Starts a stand-in after a change.
async fn world_with(change: impl FnOnce(&mut StandIn)) -> World {
    let upstream = upstream().await;
    let mut stand_in = StandIn::new(upstream.address);
    change(&mut stand_in);
    World { stand_in: stand_in.start().await.unwrap(), upstream }
}

impl World {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Bytes::new()).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        send(self.stand_in.address(), method, path, headers, body).await
    }

    /// Signs in, and returns the cookie.
    async fn sign_in(&self, provider: &str, persona: &str) -> String {
        let state = self.state(provider).await;
        let answer = self.callback(provider, &state, &format!("persona={persona}"), &[]).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl World {
    /// Opens the sign-in page, and returns its state.
    async fn state(&self, provider: &str) -> String {
        let page = self.get(&format!("/.auth/login/{provider}"), &[]).await;
        let cookie = page.header("set-cookie").unwrap();
        let (state, attributes) =
            cookie.strip_prefix("StandInState=").unwrap().split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/.auth/login; HttpOnly; SameSite=Strict");
        assert!(page.text().contains(&format!("name=\"state\" value=\"{state}\"")));
        state.to_owned()
    }

    /// Chooses on the sign-in page.
    async fn callback(
        &self,
        provider: &str,
        state: &str,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let cookie = format!("own=1; StandInState={state}");
        let headers: Vec<_> =
            headers.iter().copied().chain([("cookie", cookie.as_str())]).collect();
        self.get(&format!("/.auth/login/{provider}/callback?state={state}&{query}"), &headers).await
    }
}

async fn open(address: SocketAddr, request: Request<Full<Bytes>>) -> Response<Incoming> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    timeout(LIMIT, sender.send_request(request)).await.expect("in time").unwrap()
}

async fn send(
    address: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", address.to_string());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = open(address, request.body(Full::new(body)).unwrap()).await;
    let (parts, body) = answer.into_parts();
    let body = timeout(LIMIT, body.collect()).await.expect("in time").unwrap().to_bytes().into();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Sends bytes as they are, and returns the answer as it comes.
fn send_raw(address: SocketAddr, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
