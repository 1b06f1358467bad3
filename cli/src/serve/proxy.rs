//! The proxy: what comes in on loopback goes on to loopback, as the platform would have passed it on.

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
    caller::Callers,
    headers::{remove_hop_by_hop, remove_identity},
    pages::{self, Body},
    personas::{self, Persona, TENANT},
    site::{Site, is_own},
};

/// How long to wait when no connection can be taken, for lack of file descriptors for instance.
const PAUSE: Duration = Duration::from_millis(50);

/// A stand-in for the platform, before it starts.
#[derive(Debug, Clone)]
pub(crate) struct StandIn {
    /// Where it listens; port 0 stands for any that is free.
    pub(crate) listen: SocketAddr,
    /// The service that it stands in front of.
    pub(crate) upstream: SocketAddr,
    /// Who can sign in.
    pub(crate) personas: Vec<Persona>,
    /// The API whose access tokens it takes from clients.
    pub(crate) audience: String,
}

impl StandIn {
    /// In front of this service, on any port, with the personas of the program.
    pub(crate) fn new(upstream: SocketAddr) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            upstream,
            personas: personas::all(),
            audience: "api://stand-in".to_owned(),
        }
    }

    /// Starts it, on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if one of the addresses is not on this machine; else why it
    /// cannot listen.
    pub(crate) async fn start(self) -> io::Result<Running> {
        let invalid = |line| io::Error::new(io::ErrorKind::InvalidInput, line);
        if !is_loopback(self.listen.ip()) {
            return Err(invalid("the stand-in listens on loopback addresses alone"));
        }
        if !is_loopback(self.upstream.ip()) {
            return Err(invalid("the stand-in forwards to loopback addresses alone"));
        }
        let issuer = TestIssuer::new(TENANT).map_err(io::Error::other)?;
        let tenant = Tenant::single(TENANT).map_err(io::Error::other)?;
        // Which permissions a token needs is the service's to decide.
        let verifier = Verifier::builder(tenant)
            .audience(&self.audience)
            .allow_tokens_without_permissions()
            .build()
            .map_err(io::Error::other)?;

        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen on {}: {error}", self.listen))
        })?;
        let address = listener.local_addr()?;
        if address == self.upstream {
            return Err(invalid("the stand-in cannot stand in front of itself"));
        }
        let site = Arc::new(Site {
            callers: Callers::new(issuer, self.personas, verifier),
            audience: self.audience,
            origin: format!("http://{address}"),
        });
        let upstream = self.upstream;
        let task = tokio::spawn(listen(listener, Arc::clone(&site), upstream));
        Ok(Running { address, site, task })
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// A stand-in that runs until this is dropped.
pub(crate) struct Running {
    address: SocketAddr,
    site: Arc<Site>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who signs the tokens.
    #[allow(dead_code, reason = "for whoever starts it in the same process")]
    pub(crate) fn issuer(&self) -> &TestIssuer {
        &self.site.callers.issuer
    }

    /// Ends all connections. Once this is over, nobody listens any more.
    #[allow(dead_code, reason = "for whoever starts it in the same process")]
    pub(crate) async fn shutdown(mut self) {
        self.task.abort();
        // It was told to stop, which is what it reports.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes connections. They end with this future.
async fn listen(listener: TcpListener, site: Arc<Site>, upstream: SocketAddr) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let site = Arc::clone(&site);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let site = Arc::clone(&site);
                async move { Ok::<_, Infallible>(answer(&site, upstream, request).await) }
            });
            let connection = server::conn::http1::Builder::new();
            // A client that goes away is no matter of the stand-in's.
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(site: &Site, upstream: SocketAddr, request: Request<Incoming>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    if !is_for_this_machine(&parts.headers) {
        let line = "the host is not of this machine";
        return pages::text(StatusCode::MISDIRECTED_REQUEST, line);
    }
    if parts.method == Method::CONNECT {
        return pages::text(StatusCode::NOT_IMPLEMENTED, "there are no tunnels");
    }
    let now = SystemTime::now();
    if is_own(parts.uri.path()) {
        return site.answer(&parts, now);
    }
    let caller = match site.callers.identify(&parts.headers, now) {
        Ok(caller) => caller,
        Err(answer) => return *answer,
    };
    // In this order: a client may not name the platform's headers in `Connection` either.
    remove_hop_by_hop(&mut parts.headers);
    remove_identity(&mut parts.headers);
    parts.headers.extend(caller.headers());
    let path = parts.uri.path_and_query().cloned();
    parts.uri = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    forward(upstream, Request::from_parts(parts, body)).await.unwrap_or_else(|_| {
        let line = format!("there is no answer from {upstream}");
        pages::text(StatusCode::BAD_GATEWAY, &line)
    })
}

/// Whether the browser meant this machine. A page of another site whose name was pointed here after it
/// was loaded would otherwise sign in as whoever it likes (DNS rebinding).
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else {
        return true; // No browser: they always send one.
    };
    let Ok(authority) = http::uri::Authority::try_from(host.as_bytes()) else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(is_loopback)
}

/// Passes a request on, and the answer back as it comes.
async fn forward(
    upstream: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Box<dyn std::error::Error + Send + Sync>> {
    if !request.headers().contains_key(HOST) {
        // HTTP/1.0 can do without, HTTP/1.1 cannot.
        request.headers_mut().insert(HOST, HeaderValue::try_from(upstream.to_string())?);
    }
    *request.version_mut() = http::Version::HTTP_11;
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends when both the request and the answer are over.
    tokio::spawn(connection);
    let (mut parts, body) = sender.send_request(request).await?.into_parts();
    remove_hop_by_hop(&mut parts.headers);
    parts.version = http::Version::HTTP_11;
    Ok(Response::from_parts(parts, body.boxed()))
}
