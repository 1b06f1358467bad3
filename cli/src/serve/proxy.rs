//! The proxy: forwards requests from loopback to loopback, as the platform would.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use easyauth::{
    testing::TestIssuer,
    verify::{Tenant, Verifier},
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header::HOST};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, client, server, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::{
    address::Upstream,
    caller::Callers,
    headers::{remove_hop_by_hop, remove_identity},
    pages::{self, Body},
    personas::{self, Persona, TENANT},
    site::{Site, is_own},
};

/// The pause after a failure to accept a connection, such as a lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// A stand-in for the platform, before it starts.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "tests create it")]
pub struct StandIn {
    /// The address to listen on. Port 0 means any free port.
    pub listen: SocketAddr,
    /// The service behind it.
    pub upstream: Upstream,
    /// The personas that can sign in.
    pub personas: Vec<Persona>,
    /// The API whose access tokens it accepts from clients.
    pub audience: String,
}

impl StandIn {
    /// Creates a stand-in for this service on any free port, with the default personas.
    #[must_use]
    pub fn new(upstream: impl Into<Upstream>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            upstream: upstream.into(),
            personas: personas::all(),
            audience: "api://stand-in".to_owned(),
        }
    }

    /// Starts it on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if an address is not on this machine, or any error of listening.
    pub async fn start(self) -> io::Result<Running> {
        let invalid = |line| io::Error::new(io::ErrorKind::InvalidInput, line);
        if !is_loopback(self.listen.ip()) {
            return Err(invalid("the stand-in listens on loopback addresses only"));
        }
        if !self.upstream.addresses().iter().all(|upstream| is_loopback(upstream.ip())) {
            return Err(invalid("the stand-in forwards to loopback addresses only"));
        }
        let issuer = TestIssuer::new(TENANT).map_err(io::Error::other)?;
        let tenant = Tenant::single(TENANT).map_err(io::Error::other)?;
        // The service decides which permissions a token needs.
        let verifier = Verifier::builder(tenant)
            .audience(&self.audience)
            .allow_tokens_without_permissions()
            .build()
            .map_err(io::Error::other)?;

        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen on {}: {error}", self.listen))
        })?;
        let address = listener.local_addr()?;
        if self.upstream.addresses().contains(&address) {
            return Err(invalid("--upstream and --listen are the same address"));
        }
        let site = Arc::new(Site {
            callers: Callers::new(issuer, self.personas, verifier),
            audience: self.audience,
            origin: format!("http://{address}"),
        });
        let task = tokio::spawn(listen(listener, Arc::clone(&site), Arc::new(self.upstream)));
        Ok(Running { address, site, task })
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// A running stand-in. It stops when this is dropped.
#[expect(missing_debug_implementations, reason = "it holds the keys of the issuer")]
pub struct Running {
    address: SocketAddr,
    site: Arc<Site>,
    task: JoinHandle<()>,
}

impl Running {
    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The issuer that signs the tokens.
    #[must_use]
    pub fn issuer(&self) -> &TestIssuer {
        &self.site.callers.issuer
    }

    /// Stops listening and ends all connections.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The result says that the task was aborted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts connections. They end with this future.
async fn listen(listener: TcpListener, site: Arc<Site>, upstream: Arc<Upstream>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let (site, upstream) = (Arc::clone(&site), Arc::clone(&upstream));
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let (site, upstream) = (Arc::clone(&site), Arc::clone(&upstream));
                async move { Ok::<_, Infallible>(answer(&site, &upstream, request).await) }
            });
            let connection = server::conn::http1::Builder::new();
            // A client that disconnects is not an error.
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(site: &Site, upstream: &Upstream, request: Request<Incoming>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    if !is_for_this_machine(&parts.headers) {
        let line = "the Host header does not name this machine";
        return pages::text(StatusCode::MISDIRECTED_REQUEST, line);
    }
    if parts.method == Method::CONNECT {
        return pages::text(StatusCode::NOT_IMPLEMENTED, "CONNECT is not supported");
    }
    let now = SystemTime::now();
    if is_own(parts.uri.path()) {
        return site.answer(&parts, now);
    }
    let caller = match site.callers.identify(&parts.headers, now) {
        Ok(caller) => caller,
        Err(answer) => return *answer,
    };
    // In this order, so that a client cannot remove the platform's headers by `Connection`.
    remove_hop_by_hop(&mut parts.headers);
    remove_identity(&mut parts.headers);
    parts.headers.extend(caller.headers());
    let path = parts.uri.path_and_query().cloned();
    parts.uri = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    forward(upstream, Request::from_parts(parts, body)).await.unwrap_or_else(|_| {
        let line = format!("no answer from {upstream}");
        pages::text(StatusCode::BAD_GATEWAY, &line)
    })
}

/// Returns `true` if the request was meant for this machine. Otherwise a page of another site could sign
/// in as any persona, after its host name was changed to this machine's address (DNS rebinding). Names
/// below `localhost` always mean this machine (RFC 6761 section 6.3).
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else {
        return true; // Not a browser: browsers always send one.
    };
    let Ok(authority) = http::uri::Authority::try_from(host.as_bytes()) else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(is_loopback)
}

/// Forwards a request, and streams the answer back.
async fn forward(
    upstream: &Upstream,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Box<dyn std::error::Error + Send + Sync>> {
    if !request.headers().contains_key(HOST) {
        // HTTP/1.1 requires it, HTTP/1.0 does not.
        request.headers_mut().insert(HOST, HeaderValue::try_from(upstream.to_string())?);
    }
    *request.version_mut() = http::Version::HTTP_11;
    let stream = TcpStream::connect(upstream.addresses()).await?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends when the request and the answer are complete.
    tokio::spawn(connection);
    let (mut parts, body) = sender.send_request(request).await?.into_parts();
    remove_hop_by_hop(&mut parts.headers);
    parts.version = http::Version::HTTP_11;
    Ok(Response::from_parts(parts, body.boxed()))
}
