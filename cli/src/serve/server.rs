//! The server: listens on loopback, and routes each request to a page, the gate or the service.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use easyauth::{
    IdentityProvider,
    endpoints::{Endpoints, LoginAddress},
    testing::TestIssuer,
    verify::{Tenant, Verifier},
};
use http::{HeaderMap, Method, Request, Response, StatusCode, header::HOST};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::{
    address::Upstream,
    caller::{Caller, Callers},
    gate::{Gate, Unauthenticated},
    inspector, log,
    pages::{self, Body},
    personas::{self, Persona, TENANT},
    proxy::Proxy,
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
    /// The service behind it. Without one, it has only the page that inspects requests and tokens.
    pub upstream: Option<Upstream>,
    /// The personas that can sign in.
    pub personas: Vec<Persona>,
    /// The API whose access tokens it accepts from clients.
    pub audience: String,
    /// How old sessions look when they begin.
    pub session_age: Duration,
    /// What happens to anonymous requests.
    pub unauthenticated: Unauthenticated,
    /// The scopes in the metadata for MCP clients. Without any, the service publishes its own.
    pub metadata_scopes: Vec<String>,
    /// Receives a line for each request. Lines are dropped while it is full.
    pub log: Option<mpsc::Sender<String>>,
}

impl StandIn {
    /// Creates a stand-in for this service on any free port, with the default personas.
    #[must_use]
    pub fn new(upstream: impl Into<Upstream>) -> Self {
        Self { upstream: Some(upstream.into()), ..Self::without_upstream() }
    }

    /// Creates a server that has only the page that inspects requests and tokens.
    #[must_use]
    pub fn without_upstream() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            upstream: None,
            // A test parses the default file.
            personas: Persona::parse_file(personas::DEFAULT).unwrap_or_default(),
            audience: "api://stand-in".to_owned(),
            session_age: Duration::ZERO,
            unauthenticated: Unauthenticated::default(),
            metadata_scopes: Vec::new(),
            log: None,
        }
    }

    /// Starts it on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if an address is not on this machine or a scope is invalid, or any
    /// error of listening.
    pub async fn start(self) -> io::Result<Running> {
        let invalid = |line: &str| io::Error::new(io::ErrorKind::InvalidInput, line);
        if !is_loopback(self.listen.ip()) {
            return Err(invalid("the stand-in listens on loopback addresses only"));
        }
        let upstream = self.upstream.as_ref().map_or(&[][..], Upstream::addresses);
        if !upstream.iter().all(|upstream| is_loopback(upstream.ip())) {
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
        if upstream.contains(&address) {
            return Err(invalid("--upstream and --listen are the same address"));
        }
        let origin = format!("http://{address}");
        let gate = Gate::new(
            self.unauthenticated,
            self.metadata_scopes,
            self.audience.clone(),
            origin.clone(),
            login(&self.personas)?,
        )
        .map_err(|error| invalid(&format!("--metadata-scopes: {error}")))?;
        let callers =
            Callers::new(issuer, self.personas, self.audience, self.session_age, verifier);
        let server = Arc::new(Server {
            site: Arc::new(Site { callers, gate, origin }),
            proxy: self.upstream.map(Proxy::new),
            log: self.log,
        });
        let site = Arc::clone(&server.site);
        let task = tokio::spawn(listen(listener, server));
        Ok(Running { address, site, task })
    }
}

/// The sign-in page of the first persona that can sign in.
pub(super) fn login(personas: &[Persona]) -> io::Result<LoginAddress> {
    let mut users = personas.iter().map(Persona::members).filter(|own| own.kind.has_session());
    let provider = users.next().map_or(&IdentityProvider::ENTRA, |user| &user.provider);
    Endpoints::default().login(provider).map_err(io::Error::other)
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
async fn listen(listener: TcpListener, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let server = Arc::clone(&server);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that disconnects is not an error.
            let _ = connection.with_upgrades().await;
        });
    }
}

/// Everything that answers requests.
struct Server {
    site: Arc<Site>,
    proxy: Option<Proxy>,
    log: Option<mpsc::Sender<String>>,
}

impl Server {
    /// Answers a request, and logs it.
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (start, now) = (Instant::now(), SystemTime::now());
        let entry = self.log.as_ref().map(|log| (log, log::Entry::new(&request, now)));
        let (answer, caller) = self.route(request, now).await;
        if let Some((log, entry)) = entry {
            // A full log must not stop the server.
            let _ = log.try_send(entry.line(answer.status(), start.elapsed(), &caller));
        }
        answer
    }

    /// Returns the answer, and the caller for the log.
    async fn route(&self, request: Request<Incoming>, now: SystemTime) -> (Response<Body>, String) {
        let (parts, body) = request.into_parts();
        let own = |answer| (answer, "stand-in".to_owned());
        if !is_for_this_machine(&parts.headers) {
            let line = "the Host header does not name this machine";
            return own(pages::text(StatusCode::MISDIRECTED_REQUEST, line));
        }
        if parts.method == Method::CONNECT {
            return own(pages::text(StatusCode::NOT_IMPLEMENTED, "CONNECT is not supported"));
        }
        let path = parts.uri.path();
        let inspector = if self.proxy.is_some() { "/.stand-in/inspect" } else { "/" };
        if path == inspector {
            return own(inspector::answer(&parts, body, now).await);
        }
        let Some(proxy) = &self.proxy else {
            let is_style = path == "/.stand-in/style.css";
            let line = "only the page / exists: there is no --upstream";
            return own(if is_style {
                pages::style()
            } else {
                pages::text(StatusCode::NOT_FOUND, line)
            });
        };
        if is_own(path) {
            return own(self.site.answer(&parts, now));
        }
        if let Some(answer) = self.site.gate.metadata(&parts) {
            return own(answer);
        }
        let caller = match self.site.caller(&parts, now) {
            Ok(caller) => caller,
            Err(answer) => return (*answer, "rejected".to_owned()),
        };
        let name = caller.name().to_owned();
        let rejection = matches!(caller, Caller::Anonymous).then(|| self.site.gate.reject(&parts));
        match rejection.flatten() {
            Some(answer) => (answer, name),
            None => (proxy.forward(parts, body, caller.headers()).await, name),
        }
    }
}

/// Returns `true` if the request was meant for this machine. Otherwise a page of another site could sign
/// in as any persona, after its host name was changed to this machine's address (DNS rebinding). Names
/// below `localhost` always mean this machine (RFC 6761 section 6.3).
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let Some(host) = hosts.next() else {
        return true; // Not a browser: browsers always send one.
    };
    let Ok(authority) = http::uri::Authority::try_from(host.as_bytes()) else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let host = host.to_ascii_lowercase();
    let is_own =
        host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(is_loopback);
    is_own && hosts.next().is_none()
}
