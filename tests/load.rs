//! Ten thousand requests, 64 at a time, while the source of the keys comes and goes and the issuer rotates its
//! key; then clients that invent keys and hang up. No valid token is rejected.
//! Prints the times of requests: `cargo test --release --all-features --test load -- --nocapture`.
#![cfg(all(feature = "axum", feature = "tower", feature = "reqwest", feature = "testing"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use axum::{
    Router,
    extract::State,
    http::{Response, StatusCode},
    routing::get,
};
use easyauth::{
    EasyAuthPrincipal, Platform, Requirement,
    integrations::{EasyAuthLayer, Identity, RequireLayer, ReqwestFetcher},
    testing::{TestIssuer, TestPrincipal},
    verify::{BearerAuth, KeyStore, Keys, MetadataUri, Tenant, Verifier},
};
use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const USER: &str = "00000003-0000-4000-8000-000000000003";
const API: &str = "api://my-api";
const REQUESTS: usize = 10_000;
const CONCURRENCY: usize = 64;

/// The number of requests after which all one-time allocations have been made.
const WARM_UP: usize = 2_000;

/// The memory that may be added over [`REQUESTS`] more requests. A leak of 2 kB a request would be twice
/// that.
const MAX_GROWTH: u64 = 8 * 1024 * 1024;

/// How far each request advances the clock of the service: thirteen hours in all. Keys are refreshed every
/// hour, or sooner after a failure.
const TICK: Duration = Duration::from_secs(4);

/// The clock of the service.
#[derive(Clone)]
struct Clock {
    from: SystemTime,
    ticks: Arc<AtomicU32>,
}

impl Clock {
    fn now(&self) -> SystemTime {
        self.from + TICK * self.ticks.load(Ordering::SeqCst)
    }

    fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::SeqCst);
    }
}

/// An issuer that rotates its key.
type Issuer = Arc<RwLock<TestIssuer>>;

/// A source of keys that works, hangs, returns something else, fails, and works again.
#[derive(Clone)]
struct Source {
    issuer: Issuer,
    jwks_uri: String,
    asked: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
}

async fn keys(State(source): State<Source>) -> Response<String> {
    let body = match source.asked.fetch_add(1, Ordering::SeqCst) % 4 {
        0 => return Response::new(source.issuer.read().unwrap().jwks_json()),
        1 => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            r#"{"keys":[]}"#
        }
        2 => "<html>Service unavailable</html>",
        _ => "",
    };
    source.failed.fetch_add(1, Ordering::SeqCst);
    let status = if body.is_empty() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
    Response::builder().status(status).body(body.to_owned()).unwrap()
}

async fn serve(router: Router) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn metadata(State(source): State<Source>) -> String {
    source.issuer.read().unwrap().metadata_json(&source.jwks_uri)
}

/// Serves the documents of the issuer, and returns keys that are fetched from there.
async fn source(issuer: Issuer) -> (Source, Keys) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let source = Source {
        issuer,
        jwks_uri: format!("http://{address}/keys"),
        asked: Arc::default(),
        failed: Arc::default(),
    };
    let router = Router::new().route("/metadata", get(metadata)).route("/keys", get(keys));
    let router = router.with_state(source.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let uri = MetadataUri::insecure_loopback(&format!("http://{address}/metadata")).unwrap();
    let fetcher = ReqwestFetcher::with_timeout(Duration::from_millis(500)).unwrap();
    (source, Keys::fetched(KeyStore::new(uri), fetcher).with_sleep(tokio::time::sleep))
}

fn service(keys: Keys, clock: Clock) -> Router {
    async fn files(user: EasyAuthPrincipal, identity: Identity) -> String {
        assert!(identity.is_confirmed());
        user.object_id().unwrap().to_owned()
    }
    let verifier =
        Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API).build().unwrap();
    let auth = BearerAuth::new(verifier, keys).with_clock(move || clock.now());
    let platform = Platform::detect(|_| None);
    Router::new()
        .route(
            "/files",
            get(files).layer(RequireLayer::permission(Requirement::scope("Files.Read"))),
        )
        .layer(EasyAuthLayer::new(platform).confirm_by_bearer(auth))
}

/// The resident memory of this process in bytes (proc(5), `statm`). `None` where that file does not exist.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// The state that all clients share.
struct Load {
    address: std::net::SocketAddr,
    issuer: Issuer,
    clock: Clock,
    sent: AtomicUsize,
    limit: AtomicUsize,
    /// The number of requests after which the issuer signs with a new key.
    rollover: AtomicUsize,
    /// The number of requests that got 503 with `Retry-After`.
    retried: AtomicUsize,
}

impl Load {
    fn token(&self, number: usize) -> String {
        if number >= self.rollover.load(Ordering::SeqCst) {
            let mut issuer = self.issuer.write().unwrap();
            // Only the first client that gets here rotates.
            if self.rollover.swap(usize::MAX, Ordering::SeqCst) != usize::MAX {
                issuer.rotate().unwrap();
            }
        }
        let issuer = self.issuer.read().unwrap();
        let token = issuer.access_token(API, self.clock.now()).scope("Files.Read");
        token.expires_in(Duration::from_secs(24 * 3600)).sign()
    }

    /// Sends requests over one connection until all are sent, and returns the time of each. A request whose
    /// key could not be fetched is sent again.
    async fn client(self: Arc<Self>) -> Vec<Duration> {
        let stream = TokioIo::new(TcpStream::connect(self.address).await.unwrap());
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let principal = TestPrincipal::entra().tenant_id(TENANT).object_id(USER).role("Reader");
        let mut times = Vec::new();
        let mut headers = None;
        loop {
            let number = self.sent.fetch_add(1, Ordering::SeqCst);
            if number >= self.limit.load(Ordering::SeqCst) {
                break;
            }
            // Tokens expire while the clock advances.
            if times.len() % 8 == 0 {
                headers = Some(principal.headers_with_bearer(&self.token(number)));
            }
            let start = Instant::now();
            loop {
                let mut request = Request::get("/files").body(Empty::<Bytes>::new()).unwrap();
                *request.headers_mut() = headers.clone().unwrap();
                request.headers_mut().insert("host", "localhost".parse().unwrap());
                self.clock.tick();
                sender.ready().await.unwrap();
                let response = sender.send_request(request).await.unwrap();
                let (status, is_later) =
                    (response.status(), response.headers().contains_key("retry-after"));
                let body = response.into_body().collect().await.unwrap().to_bytes();
                if status == 503 && is_later {
                    self.retried.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    continue;
                }
                assert_eq!(status, 200, "{body:?}");
                assert_eq!(body, USER);
                break;
            }
            times.push(start.elapsed());
        }
        times
    }

    /// Sends this many requests, several at a time.
    async fn run(self: &Arc<Self>, requests: usize) -> Vec<Duration> {
        self.sent.store(0, Ordering::SeqCst);
        self.limit.store(requests, Ordering::SeqCst);
        let clients: Vec<_> =
            (0..CONCURRENCY).map(|_| tokio::spawn(Arc::clone(self).client())).collect();
        let mut times = Vec::with_capacity(requests);
        for client in clients {
            times.extend(client.await.expect("no request fails"));
        }
        assert_eq!(times.len(), requests);
        times
    }
}

/// One test at a time, because the test measures the memory of the process.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_succeed_while_the_source_of_keys_comes_and_goes() {
    let _alone = ALONE.lock().await;
    let clock = Clock { from: SystemTime::now(), ticks: Arc::default() };
    let issuer = Arc::new(RwLock::new(TestIssuer::new(TENANT).unwrap()));
    let (source, keys) = source(Arc::clone(&issuer)).await;
    assert!(keys.refresh_if_due(clock.now()).await.unwrap());
    let address = serve(service(keys.clone(), clock.clone())).await;
    let load = Arc::new(Load {
        address,
        issuer,
        clock: clock.clone(),
        sent: AtomicUsize::new(0),
        limit: AtomicUsize::new(0),
        rollover: AtomicUsize::new(usize::MAX),
        retried: AtomicUsize::new(0),
    });

    // In the background, as a service does.
    let refreshing = tokio::spawn({
        let keys = keys.clone();
        async move {
            loop {
                let _ = keys.refresh_if_due(clock.now()).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
    load.run(WARM_UP).await;
    let before = resident();
    load.rollover.store(REQUESTS / 2, Ordering::SeqCst);
    let before_rollover = load.issuer.read().unwrap().key_id().to_owned();
    let mut times = load.run(REQUESTS).await;
    assert_ne!(load.issuer.read().unwrap().key_id(), before_rollover);
    let growth = resident().zip(before).map(|(after, before)| after.saturating_sub(before));
    refreshing.abort();

    let (asked, failed) =
        (source.asked.load(Ordering::SeqCst), source.failed.load(Ordering::SeqCst));
    times.sort_unstable();
    println!(
        "{REQUESTS} requests, {CONCURRENCY} at a time: median {:?}, p99 {:?}, longest {:?}; keys \
         fetched {asked} times, of which {failed} failed; {} times told to try again; memory grew by \
         {growth:?} bytes",
        times[REQUESTS / 2],
        times[REQUESTS * 99 / 100],
        times[REQUESTS - 1],
        load.retried.load(Ordering::SeqCst),
    );
    assert!(failed >= 3 && asked - failed >= 2, "the source came and went");
    assert!(growth.unwrap_or(0) < MAX_GROWTH, "{growth:?}");
}

/// In each round, clients hang up, two honest requests come, and half an hour passes.
const ROUNDS: usize = 60;
const HANG_UPS: usize = 25;
const HONEST: usize = 2;

/// A slow source of keys that counts its requests.
async fn slow_source(issuer: Issuer) -> (Arc<AtomicUsize>, KeyStore) {
    let asked = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let metadata = issuer.read().unwrap().metadata_json(&format!("http://{address}/keys"));
    let keys = {
        let asked = Arc::clone(&asked);
        move || async move {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            issuer.read().unwrap().jwks_json()
        }
    };
    let router =
        Router::new().route("/metadata", get(|| async { metadata })).route("/keys", get(keys));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let uri = MetadataUri::insecure_loopback(&format!("http://{address}/metadata")).unwrap();
    (asked, KeyStore::new(uri))
}

/// Sends a request and hangs up without waiting for the response. hyper then drops the handler
/// (hyperium/hyper#2728).
async fn hang_up(address: std::net::SocketAddr, token: &str) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /files HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // Until the handler runs and waits.
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// In 30 hours, longer than keys live without a refresh, 1,500 clients invent keys and hang up. Honest
/// requests succeed, keys are refreshed every hour, and the source is not asked more often than allowed. The
/// test is bounded by counts, and only the clock of the service advances.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_hang_up_do_not_starve_others() {
    let _alone = ALONE.lock().await;
    let clock = Clock { from: SystemTime::now(), ticks: Arc::default() };
    let issuer = Arc::new(RwLock::new(TestIssuer::new(TENANT).unwrap()));
    let (asked, store) = slow_source(Arc::clone(&issuer)).await;
    let fetcher = ReqwestFetcher::new().unwrap();
    let keys = Keys::fetched(store, fetcher).with_sleep(tokio::time::sleep);
    let address = serve(service(keys.clone(), clock.clone())).await;
    // Signed with a key that the issuer does not publish, so its key ID is unknown.
    let invented = TestIssuer::new(TENANT).unwrap();

    let mut refreshed = 0;
    for round in 0..ROUNDS {
        let token = invented.access_token(API, clock.now()).scope("Files.Read").sign();
        for _ in 0..HANG_UPS {
            hang_up(address, &token).await;
        }
        let load = Arc::new(Load {
            address,
            issuer: Arc::clone(&issuer),
            clock: clock.clone(),
            sent: AtomicUsize::new(0),
            limit: AtomicUsize::new(HONEST),
            rollover: AtomicUsize::new(usize::MAX),
            retried: AtomicUsize::new(0),
        });
        assert_eq!(Arc::clone(&load).client().await.len(), HONEST);
        assert_eq!(
            load.retried.load(Ordering::SeqCst),
            0,
            "an honest request was told to come back"
        );

        // The background refresh, which a service calls every minute.
        let before = keys.store().unwrap().last_success();
        keys.refresh_if_due(clock.now()).await.unwrap();
        refreshed += usize::from(keys.store().unwrap().last_success() != before);
        assert!(keys.store().unwrap().last_error().is_none());
        let age = clock.now().duration_since(keys.store().unwrap().last_success().unwrap());
        assert!(age.unwrap() <= 2 * easyauth::verify::REFRESH_INTERVAL, "round {round}");
        for _ in 0..1800 / TICK.as_secs() {
            clock.tick();
        }
    }
    let asked = asked.load(Ordering::SeqCst);
    println!("{} hang-ups: keys fetched {asked} times", ROUNDS * HANG_UPS);
    assert!(refreshed >= ROUNDS / 4, "{refreshed}");
    // For each half hour at most one fetch for an unknown key, and every second time the hourly refresh.
    assert!(asked <= ROUNDS + ROUNDS / 2 + 2, "{asked}");
}
