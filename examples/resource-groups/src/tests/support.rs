//! The program with an Azure Resource Manager of the test, and a client.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use easyauth::{
    Platform,
    resource::{ARM, GRAPH},
    testing::{TestIssuer, TestPrincipal, TestSession},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::AUTHORIZATION};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    arm::{Arm, Base},
    fake_arm::Servers,
    service::{self, PATH},
};

pub(crate) const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

/// The time limit for a response.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The time limits of the program for a page and for all lists.
pub(crate) const PAGE_TIMEOUT: Duration = Duration::from_secs(20);
pub(crate) const DEADLINE: Duration = Duration::from_secs(25);

/// Strings that no response contains: the start of a JWT, and the mark in tokens and upstream responses.
const SECRETS: [&str; 2] = ["eyJ", "canary"];

pub(crate) static ISSUER: LazyLock<TestIssuer> = LazyLock::new(|| TestIssuer::new(TENANT).unwrap());

pub(crate) fn hours(count: u64) -> Duration {
    Duration::from_secs(3600 * count)
}

pub(crate) fn user() -> TestPrincipal {
    TestPrincipal::entra().name("Sample User").object_id("00000003-0000-4000-8000-000000000003")
}

pub(crate) fn arm_token(issued_at: SystemTime) -> String {
    ISSUER.access_token(ARM, issued_at).scope("user_impersonation").sign()
}

pub(crate) fn graph_token(issued_at: SystemTime) -> String {
    let token = ISSUER.access_token(GRAPH, issued_at).scope("email").scope("openid");
    token.scope("profile").sign()
}

pub(crate) fn arm_session() -> TestSession {
    TestSession::new(user()).access_token(arm_token(SystemTime::now()))
}

pub(crate) fn graph_session() -> TestSession {
    TestSession::new(user()).access_token(graph_token(SystemTime::now()))
}

/// The program and its log.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    _servers: Servers,
}

impl Site {
    /// In front of the simulated Azure Resource Manager.
    pub(crate) async fn new() -> (Self, SocketAddr) {
        let mut servers = Servers::default();
        let arm = servers.start_arm(ISSUER.key_set()).await.unwrap();
        (Self::start(servers, &format!("http://{arm}")).await, arm)
    }

    /// In front of this address.
    pub(crate) async fn of(base: &str) -> Self {
        Self::start(Servers::default(), base).await
    }

    /// The same, with these time limits for a page and for all lists.
    pub(crate) async fn with_limits(base: &str, page: Duration, deadline: Duration) -> Self {
        Self::start_with(Servers::default(), base, page, deadline).await
    }

    async fn start(servers: Servers, base: &str) -> Self {
        Self::start_with(servers, base, PAGE_TIMEOUT, DEADLINE).await
    }

    async fn start_with(
        mut servers: Servers,
        base: &str,
        page_timeout: Duration,
        deadline: Duration,
    ) -> Self {
        let log = Arc::<Mutex<Vec<String>>>::default();
        let lines = Arc::clone(&log);
        let arm = Arm::new(Base::parse(base).unwrap()).unwrap();
        let arm = arm.with_limits(page_timeout, deadline);
        let write = move |line: &str| lines.lock().unwrap().push(line.to_owned());
        let router = service::router(arm, Platform::trusting_headers(), Arc::new(write)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        servers.start(listener, router);
        Self { address, log, _servers: servers }
    }

    pub(crate) async fn json(&self, headers: HeaderMap) -> Answer {
        get(self.address, PATH, with(headers, "accept", "application/json")).await
    }

    pub(crate) async fn html(&self, headers: HeaderMap) -> Answer {
        get(self.address, PATH, with(headers, "accept", "text/html,*/*;q=0.8")).await
    }

    /// Returns the lines of the log, and checks that they contain no token.
    #[track_caller]
    pub(crate) fn log(&self) -> Vec<String> {
        let lines = self.log.lock().unwrap().clone();
        for secret in SECRETS {
            assert!(lines.iter().all(|line| !line.contains(secret)), "{secret} in {lines:?}");
        }
        lines
    }
}

pub(crate) fn with(mut headers: HeaderMap, name: &'static str, value: &str) -> HeaderMap {
    headers.append(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
    headers
}

pub(crate) fn bearer(token: &str) -> HeaderMap {
    with(HeaderMap::new(), "authorization", &format!("Bearer {token}"))
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The `code` of a problem, which has what every problem has.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.document();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["title"], self.status.canonical_reason().unwrap());
        problem["code"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn assert_has(&self, strings: &[&str]) {
        for text in strings {
            assert!(self.body.contains(text), "no {text} in {}", self.body);
        }
    }

    #[track_caller]
    pub(crate) fn assert_has_not(&self, strings: &[&str]) {
        for text in strings {
            assert!(!self.body.contains(text), "{text} in {}", self.body);
        }
    }
}

/// Sends a request, without following redirects. Searches every response for tokens: those of the test, and any
/// other.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: HeaderMap) -> Answer {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LIMIT)
        .build()
        .unwrap();
    let sent: Vec<String> = headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            name == AUTHORIZATION || (name.starts_with("x-ms-token") && !name.ends_with("-on"))
        })
        .map(|(_, value)| value.to_str().unwrap().trim_start_matches("Bearer ").to_owned())
        .collect();
    let request = client.get(format!("http://{address}{path}")).headers(headers);
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let answer = Answer { status, headers, body: response.text().await.unwrap() };
    let whole = format!("{answer:?}");
    for secret in sent.iter().map(String::as_str).chain(SECRETS) {
        assert!(!whole.contains(secret), "{secret} in {whole}");
    }
    answer
}

/// An Azure Resource Manager that behaves as the test says, and records requests.
pub(crate) struct Other {
    pub(crate) origin: String,
    asked: Arc<Mutex<Vec<String>>>,
    _servers: Servers,
}

type Behave = dyn Fn(&str) -> Response + Send + Sync;

#[derive(Clone)]
struct Behaviour {
    behave: Arc<Behave>,
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Other {
    /// Answers each request by its path and query, with its own address for `{origin}`. A status of 418
    /// is never sent: it hangs.
    pub(crate) async fn new(behave: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let state = Behaviour { behave: Arc::new(behave), address, asked: Arc::clone(&asked) };
        let mut servers = Servers::default();
        servers.start(listener, Router::new().fallback(Behaviour::answer).with_state(state));
        Self { origin: format!("http://{address}"), asked, _servers: servers }
    }

    /// The requests.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Behaviour {
    async fn answer(State(own): State<Self>, request: Request) -> Response {
        let target = request.uri().path_and_query().unwrap().as_str();
        own.asked.lock().unwrap().push(target.to_owned());
        let response = (own.behave)(target);
        if response.status() == StatusCode::IM_A_TEAPOT {
            std::future::pending::<()>().await;
        }
        let (mut parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        parts.headers.remove("content-length");
        match std::str::from_utf8(&body) {
            Ok(text) if text.contains("{origin}") => {
                let text = text.replace("{origin}", &own.address.to_string());
                Response::from_parts(parts, text.into())
            }
            _ => Response::from_parts(parts, body.into()),
        }
    }
}
