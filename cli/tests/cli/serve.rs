//! `easyauth serve`, over HTTP on this machine.

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
    headers,
    resource::{ARM, GRAPH},
    testing::{TestIssuer, TestPrincipal, TestSession},
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

use crate::rejected;

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
    let upstream = upstream().await;
    World { stand_in: StandIn::new(upstream.address).start().await.unwrap(), upstream }
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

#[tokio::test]
async fn forged_headers_are_removed() {
    let world = world().await;
    let mut forged: Vec<String> = headers::ALL.iter().map(|name| (*name).to_owned()).collect();
    // Names that servers fold into variables, and headers of other providers and of the future.
    forged.extend(
        [
            "x_ms_client_principal",
            "X-MS_CLIENT-PRINCIPAL",
            "X_Ms.Client-Principal_Id",
            "X-MS-CLIENT-PRINCIPAL-SOMETHING-NEW",
            "x_ms_token_aad_access_token",
            "X-MS-TOKEN-CONTOSO-ACCESS-TOKEN",
            "x-ms-token-",
            "X_MS_ORIGINAL_URL",
            "x_zumo_auth",
            "X_Stand_In_Persona",
        ]
        .map(str::to_owned),
    );
    for name in &forged {
        for name in [name.clone(), name.to_lowercase(), name.replace('-', "_")] {
            let received = world.get("/", &[(&name, "forged")]).await.received();
            let value = received.values().find(|value| *value == "forged");
            assert!(value.is_none(), "{name} went through");
        }
    }
    // Similar names are kept.
    let others = [("x-ms-client-request-id", "1"), ("x-ms-tokens", "2"), ("x-my-principal", "3")];
    let received = world.get("/", &others).await.received();
    for (name, value) in others {
        assert_eq!(received.get(name).unwrap(), value);
    }
}

#[tokio::test]
async fn forged_headers_are_removed_beside_the_platforms() {
    let world = world().await;
    let answer = world
        .get(
            "/",
            &[
                ("x-stand-in-persona", "admin"),
                ("x-ms-client-principal", "forged"),
                ("x_ms_client_principal_name", "forged"),
                // An attempt to make the proxy remove the headers that it adds.
                ("connection", "x-ms-client-principal, X-MS-TOKEN-AAD-ACCESS-TOKEN"),
            ],
        )
        .await;
    let user = answer.user().unwrap();
    assert!(user.is_in_role("Admin"));
    assert_eq!(user.name(), Some("sample@example.com"));
    let received = answer.received();
    assert!(received.values().all(|value| value != "forged"));
    assert!(received.contains_key("x-ms-token-aad-access-token"));
    assert!(!received.contains_key("x-stand-in-persona"));
}

#[track_caller]
fn does_not_start(result: io::Result<Running>, message: &str) {
    let Err(error) = result else { panic!("expected an error") };
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), message);
}

#[tokio::test]
async fn only_loopback_addresses_are_used() {
    let loopback: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let outside = ["0.0.0.0:0", "192.168.0.7:0", "10.0.0.1:80", "[::]:0", "[::ffff:10.0.0.1]:80"];
    for address in outside {
        let address: SocketAddr = address.parse().unwrap();
        let listening = StandIn { listen: address, ..StandIn::new(loopback) };
        does_not_start(listening.start().await, "the stand-in listens on loopback addresses only");
        let forwarding = StandIn::new(address);
        does_not_start(
            forwarding.start().await,
            "the stand-in forwards to loopback addresses only",
        );
    }
    for address in ["127.0.0.1:9", "127.1.2.3:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
        assert!(
            StandIn::new(address.parse::<SocketAddr>().unwrap()).start().await.is_ok(),
            "{address}"
        );
    }
}

#[tokio::test]
async fn unusable_addresses_are_rejected() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let taken = upstream().await;
    let listening = StandIn { listen: taken.address, ..StandIn::new(free) };
    let Err(error) = listening.start().await else { panic!("expected an error") };
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    let message = error.to_string();
    assert!(message.starts_with(&format!("cannot listen on {}: ", taken.address)), "{message}");
    let itself = StandIn { listen: free, ..StandIn::new(free) };
    does_not_start(itself.start().await, "--upstream and --listen are the same address");
}

#[tokio::test]
async fn requests_for_other_hosts_are_rejected() {
    let world = world().await;
    for host in ["localhost:8080", "LOCALHOST", "orders.localhost:8080", "127.0.0.1", "[::1]:8080"]
    {
        assert_eq!(world.get("/", &[("host", host)]).await.status, 200, "{host}");
    }
    // The name of another site that resolves to this machine (DNS rebinding).
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "10.0.0.1",
    ] {
        for path in ["/", "/.auth/login/aad/callback?persona=admin", "/.stand-in/token"] {
            let answer = world.get(path, &[("host", host)]).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}{path}");
        }
    }
}

#[tokio::test]
async fn personas_by_header() {
    let world = world().await;
    let ask = async |id: &str| world.get("/", &[("x-stand-in-persona", id)]).await;
    let now = SystemTime::now();
    let tokens = |answer: &Answer| {
        ProviderTokens::from_headers(&answer.received(), answer.user().unwrap().provider()).unwrap()
    };
    assert!(world.get("/", &[]).await.user().is_none());

    let graph = tokens(&ask("graph").await);
    let token = graph.access_token().unwrap().decode_unverified().unwrap();
    assert!(token.has_audience(GRAPH) && token.has_scope("openid"));
    assert!(graph.refresh_token().is_none() && !graph.is_expired_at(now));

    let arm = tokens(&ask("arm").await);
    let token = arm.access_token().unwrap().decode_unverified().unwrap();
    assert!(token.has_audience(ARM) && token.has_scope("user_impersonation"));
    assert!(arm.id_token().is_some() && arm.refresh_token().is_some());

    assert!(ask("admin").await.user().unwrap().is_in_role("Admin"));
    assert_eq!(tokens(&ask("expired").await).renewal_at(now), Some(Renewal::Refresh));
    assert!(tokens(&ask("no-tokens").await).is_empty());

    let github = ask("github").await;
    assert_eq!(github.user().unwrap().provider(), &IdentityProvider::GITHUB);
    assert_eq!(tokens(&github).access_token().unwrap().expose_secret(), "token-of-a-stand-in",);

    let visitor = ask("visitor").await;
    assert_eq!(visitor.user().unwrap().format(), PrincipalFormat::StaticWebApps);
    assert!(visitor.user().unwrap().is_in_role("editor"));
    assert!(visitor.received().keys().all(|name| !name.as_str().starts_with("x-ms-token-")));

    assert_eq!(ask("unknown").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ask("unknown").await.text(), "unknown persona\n");
    let twice = [("x-stand-in-persona", "arm"), ("x-stand-in-persona", "arm")];
    let answer = world.get("/", &twice).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.text(), "the request names its caller twice\n");
}

#[tokio::test]
async fn sign_in_and_out_by_cookie() {
    let world = world().await;
    let page = world.get("/.auth/login/aad?post_login_redirect_uri=%2Fa%3Fb%3D%22%3E%3Cc", &[]);
    let page = page.await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(page.text().contains("<html lang=\"en\">") && page.text().contains("<h1>Sign in as"));
    assert!(page.text().contains(r#"name="post_login_redirect_uri" value="/a?b=&quot;&gt;&lt;c""#));
    assert!(page.text().contains(r#"<button name="persona" value="arm">"#));
    // Only the personas of this provider.
    assert!(!page.text().contains("visitor"));
    assert!(world.get("/.auth/login/github", &[]).await.text().contains("visitor"));

    let answer = world
        .callback(
            "aad",
            &world.state("aad").await,
            "post_login_redirect_uri=%2Forders%3Fa%3D1&persona=arm",
            &[],
        )
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header("location"), Some("/orders?a=1"));
    let cookie = answer.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert!(pair.starts_with("AppServiceAuthSession="));
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");

    let user = world.get("/", &[("cookie", &format!("own=1; {pair}"))]).await;
    assert_eq!(user.user().unwrap().name(), Some("sample@example.com"));
    assert_eq!(user.received().get("cookie").unwrap(), &format!("own=1; {pair}"));
    assert_ne!(world.sign_in("aad", "arm").await, pair);
    assert!(world.get("/", &[("cookie", "AppServiceAuthSession=arm")]).await.user().is_none());

    let out = world.get("/.auth/logout", &[("cookie", pair)]).await;
    assert_eq!(out.status, StatusCode::FOUND);
    assert_eq!(out.header("location"), Some("/.auth/logout/done"));
    let gone = "AppServiceAuthSession=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    assert_eq!(out.header("set-cookie"), Some(gone));
    assert!(world.get("/", &[("cookie", pair)]).await.user().is_none());
    assert_eq!(world.get("/.auth/logout/done", &[]).await.status, StatusCode::OK);
    let out = world.get("/.auth/logout?post_logout_redirect_uri=/bye", &[]).await;
    assert_eq!(out.header("location"), Some("/bye"));
}

#[tokio::test]
async fn redirects_stay_on_this_site() {
    let world = world().await;
    for target in ["https://evil.example", "//evil.example", "/%5Cevil.example", "%2F%0D%0Ax", ""] {
        for path in [
            "/.auth/login/aad?post_login_redirect_uri=",
            "/.auth/login/aad/callback?persona=arm&post_login_redirect_uri=",
            "/.auth/logout?post_logout_redirect_uri=",
        ] {
            let answer = world.get(&format!("{path}{target}"), &[]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}{target}");
            assert_eq!(answer.text(), "the address to return to is not a path of this site\n");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
}

/// A page of another site must not sign a browser in as a persona of its choice, nor sign it out.
#[tokio::test]
async fn other_sites_cannot_sign_users_in_or_out() {
    let world = world().await;
    let state = world.state("aad").await;
    let line = "a sign-in starts at /.auth/login/<provider>\n";
    let site = |site: &'static str| [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
    for from in ["cross-site", "same-site", "", "odd"] {
        let answer = world.callback("aad", &state, "persona=arm", &site(from)).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::FORBIDDEN, line), "{from}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    // Without the state of this browser, whatever Sec-Fetch-Site says.
    let other = world.state("aad").await;
    for (query, cookie) in [
        (String::new(), format!("StandInState={state}")),
        (format!("state={state}"), String::new()),
        (format!("state={state}"), format!("StandInState={other}")),
        ("state=".to_owned(), format!("StandInState={state}")),
        ("state=".to_owned(), "StandInState=".to_owned()),
    ] {
        let path = format!("/.auth/login/aad/callback?persona=arm&{query}");
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
        let answer = world.get(&path, &headers).await;
        assert_eq!(
            (answer.status, answer.text()),
            (StatusCode::FORBIDDEN, line),
            "{query} {cookie}"
        );
    }
    for from in ["same-origin", "none"] {
        let answer = world.callback("aad", &state, "persona=arm", &site(from)).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{from}");
    }

    let cookie = world.sign_in("aad", "arm").await;
    let out = |from: &'static str| {
        let headers = [("cookie", cookie.clone()), ("sec-fetch-site", from.to_owned())];
        let world = &world;
        async move {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            world.get("/.auth/logout", &headers).await
        }
    };
    let answer = out("cross-site").await;
    assert_eq!(
        (answer.status, answer.text()),
        (StatusCode::FORBIDDEN, "another site requested the sign-out\n"),
    );
    assert_eq!(answer.header("set-cookie"), None);
    assert!(world.get("/", &[("cookie", &cookie)]).await.user().is_some());
    assert_eq!(out("same-origin").await.status, StatusCode::FOUND);
    assert!(world.get("/", &[("cookie", &cookie)]).await.user().is_none());
}

#[tokio::test]
async fn unknown_pages_are_not_found() {
    let world = world().await;
    for path in [
        "/.auth",
        "/.auth/",
        "/.auth/unknown",
        "/.auth/login",
        "/.auth/login/contoso",
        "/.auth/login/",
        "/.auth/me/",
        "/.stand-in/unknown",
    ] {
        assert_eq!(world.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/.auth/me", "/.auth/refresh", "/.auth/login/aad", "/.stand-in/token"] {
        let answer = world.send(Method::POST, path, &[], Bytes::new()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    for persona in ["unknown", "github", ""] {
        let state = world.state("aad").await;
        let answer = world.callback("aad", &state, &format!("persona={persona}"), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{persona}");
    }
    // Not a path of the stand-in.
    assert_eq!(world.get("/.authors", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn me() {
    let world = world().await;
    let me = async |id: &str| world.get("/.auth/me", &[("x-stand-in-persona", id)]).await;
    let sessions = Session::parse_me(&world.get("/.auth/me", &[]).await.body).unwrap();
    assert!(sessions.is_empty());

    let answer = me("arm").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let sessions = Session::parse_me(&answer.body).unwrap();
    assert_eq!(sessions[0].user_id(), Some("sample@example.com"));
    assert!(sessions[0].tokens().refresh_token().is_some());
    let visitor = Session::parse_me(&me("visitor").await.body).unwrap();
    assert!(visitor[0].principal().is_in_role("editor"));
    assert_eq!(me("no-tokens").await.status, StatusCode::NOT_FOUND);
    assert_eq!(me("unknown").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn refresh() {
    let world = world().await;
    let outcome = async |headers: &[(&str, &str)]| {
        RefreshOutcome::of(world.get("/.auth/refresh", headers).await.status)
    };
    assert_eq!(outcome(&[]).await, RefreshOutcome::SignInAgain);
    for (persona, expected) in [
        ("arm", RefreshOutcome::Refreshed),
        ("graph", RefreshOutcome::NoRefreshToken),
        ("no-tokens", RefreshOutcome::NoTokenStore),
    ] {
        assert_eq!(outcome(&[("x-stand-in-persona", persona)]).await, expected, "{persona}");
    }
    let token = world.get("/.stand-in/token?scope=Files.Read", &[]).await;
    let bearer = format!("Bearer {}", token.text().trim());
    assert_eq!(outcome(&[("authorization", &bearer)]).await, RefreshOutcome::SignInAgain);

    // The whole story: expired, refreshed, fresh with the next request.
    let cookie = world.sign_in("aad", "expired").await;
    let is_expired = async || {
        let received = world.get("/", &[("cookie", &*cookie)]).await.received();
        let tokens = ProviderTokens::from_headers(&received, &IdentityProvider::ENTRA).unwrap();
        let token = tokens.access_token().unwrap().decode_unverified().unwrap();
        let now = SystemTime::now();
        assert_eq!(tokens.is_expired_at(now), token.is_expired_at(now));
        tokens.is_expired_at(now)
    };
    assert!(is_expired().await);
    assert_eq!(outcome(&[("cookie", &cookie)]).await, RefreshOutcome::Refreshed);
    assert!(!is_expired().await);
}

#[tokio::test]
async fn custom_personas_work() {
    let upstream = upstream().await;
    let persona = Persona {
        id: "custom",
        title: "A user of Facebook & Co.",
        provider: IdentityProvider::FACEBOOK,
        has_token_store: true,
        age: Duration::ZERO,
        session: |_, _| TestSession::new(TestPrincipal::of(IdentityProvider::FACEBOOK).name("S")),
    };
    let stand_in = StandIn { personas: vec![persona], ..StandIn::new(upstream.address) };
    let world = World { stand_in: stand_in.start().await.unwrap(), upstream };
    let page = world.get("/.auth/login/facebook", &[]).await;
    assert!(page.text().contains("A user of Facebook &amp; Co."));
    let cookie = world.sign_in("facebook", "custom").await;
    let answer = world.get("/", &[("cookie", &cookie)]).await;
    assert_eq!(answer.user().unwrap().provider(), &IdentityProvider::FACEBOOK);
    let answer = world.get("/.auth/refresh", &[("cookie", &cookie)]).await;
    assert_eq!(RefreshOutcome::of(answer.status), RefreshOutcome::NotSupported);
    assert_eq!(world.get("/.auth/login/aad", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tokens_of_clients() {
    let world = world().await;
    let bearer =
        async |token: &str| world.get("/", &[("authorization", &*format!("Bearer {token}"))]).await;
    let issuer = world.stand_in.issuer();
    let now = SystemTime::now();
    let good = issuer.access_token("api://stand-in", now).scope("Files.Read").role("Reader").sign();
    let answer = bearer(&good).await;
    let user = answer.user().unwrap();
    assert_eq!(user.claim("scp"), Some("Files.Read"));
    assert!(user.is_in_role("Reader"));
    // The token is forwarded, and no other.
    let received = answer.received();
    let forwarded = AccessToken::from_authorization(&received).unwrap().unwrap();
    assert_eq!(forwarded.expose_secret(), good);
    assert!(received.keys().all(|name| !name.as_str().starts_with("x-ms-token-")));
    let me = world.get("/.auth/me", &[("authorization", &format!("Bearer {good}"))]).await;
    assert!(Session::parse_me(&me.body).unwrap()[0].tokens().is_empty());

    // By default, any application of the tenant is accepted.
    let app = issuer.access_token_of_app("api://stand-in", now).sign();
    assert_eq!(bearer(&app).await.user().unwrap().name(), None);

    let before = now - Duration::from_secs(7200);
    let other = TestIssuer::new(issuer.tenant_id()).unwrap();
    for token in [
        "not-a-token".to_owned(),
        other.access_token("api://stand-in", now).scope("Files.Read").sign(),
        issuer.access_token("api://stand-in", before).scope("Files.Read").sign(),
        issuer.access_token("api://another", now).scope("Files.Read").sign(),
        issuer.access_token(GRAPH, now).scope("User.Read").sign(),
        issuer.id_token("api://stand-in", now).sign(),
    ] {
        let answer = bearer(&token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
        assert!(!answer.text().contains(&token));
    }
    let malformed = world.get("/", &[("authorization", "Bearer a b")]).await;
    assert_eq!(malformed.status, StatusCode::UNAUTHORIZED);
    // The stand-in ignores other schemes, as the platform does.
    let basic = world.get("/", &[("authorization", "Basic c2FtcGxl")]).await;
    assert!(basic.user().is_none());
    assert_eq!(basic.received().get("authorization").unwrap(), "Basic c2FtcGxl");
    let both = [("authorization", &*format!("Bearer {good}")), ("x-stand-in-persona", "arm")];
    assert_eq!(world.get("/", &both).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tokens_for_programs_and_keys_for_services() {
    let world = world().await;
    let address = world.stand_in.address();
    let uri = format!("http://{address}/.stand-in/metadata");
    let uri = MetadataUri::insecure_loopback(&uri).unwrap();
    let metadata = world.get("/.stand-in/metadata", &[]).await;
    let metadata = Metadata::parse(&metadata.body, &uri).unwrap();
    assert_eq!(metadata.jwks_uri(), format!("http://{address}/.stand-in/keys"));
    let keys = KeySet::from_jwks(&world.get("/.stand-in/keys", &[]).await.body).unwrap();
    assert!(keys.key(world.stand_in.issuer().key_id()).is_some());

    let token = world.get("/.stand-in/token?scope=Files.Read&scope=Files.Write&role=Admin", &[]);
    let user = AccessToken::new(token.await.text().trim()).decode_unverified().unwrap();
    assert!(user.has_all_scopes(["Files.Read", "Files.Write"]) && user.has_app_role("Admin"));
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience("api://stand-in");
    let token = world.get("/.stand-in/token?role=Files.Read.All", &[]).await;
    let app = AccessToken::new(token.text().trim());
    let verified = builder.build().unwrap().verify(&app, &keys, SystemTime::now()).unwrap();
    assert!(verified.has_app_role("Files.Read.All"));
    assert_eq!(verified.caller(), Caller::App);
    // Also for a request that names its caller twice.
    let both = [("authorization", "Bearer x"), ("x-stand-in-persona", "arm")];
    assert_eq!(world.get("/.stand-in/keys", &both).await.status, StatusCode::OK);
}

#[tokio::test]
async fn bodies_of_some_megabytes() {
    let world = world().await;
    let body: Vec<u8> = (0..=250).cycle().take(BIG).collect();
    let echo = world.send(Method::POST, "/echo?a=1&b=%2F", &[], body.clone().into()).await;
    assert!(echo.body == body);
    assert_eq!(echo.header("x-query"), Some("a=1&b=%2F"));
    let big = world.get("/big", &[]).await;
    assert_eq!(big.body.len(), BIG);
    assert_eq!(big.header("content-length"), Some(&*BIG.to_string()));
    let head = world.send(Method::HEAD, "/big", &[], Bytes::new()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn hop_by_hop_headers() {
    let world = world().await;
    let received = world
        .get(
            "/",
            &[
                ("connection", "X-Private, keep-alive"),
                ("x-private", "1"),
                ("keep-alive", "timeout=5"),
                ("proxy-connection", "keep-alive"),
                ("te", "trailers"),
                ("trailer", "x-ms-client-principal"),
                ("upgrade", "websocket"),
                ("x-end-to-end", "1"),
            ],
        )
        .await
        .received();
    let names: Vec<_> = received.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["host", "x-end-to-end"]);

    let answer = world.get("/hop", &[]).await;
    assert_eq!(answer.status, StatusCode::IM_A_TEAPOT);
    for name in ["x-private", "keep-alive", "upgrade"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["own=1", "own=2"]);
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

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_no_browser_sends() {
    let world = world().await;
    let address = world.stand_in.address();
    // HTTP/1.0 has no host.
    assert!(
        send_raw(address, "GET / HTTP/1.0\r\n\r\n").contains(&world.upstream.address.to_string())
    );
    // Another host in the address: still to the upstream.
    let absolute = format!(
        "GET http://evil.example/a?b HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    );
    assert!(send_raw(address, &absolute).contains("x-query: b"));
    let tunnel = format!(
        "CONNECT evil.example:443 HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    );
    let answer = send_raw(address, &tunnel);
    assert!(answer.starts_with("HTTP/1.1 501"), "{answer}");
    // Two lengths: only the length of the chunks counts, and the other is not forwarded.
    let two = format!(
        "POST /echo HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 60\r\n\
         transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    );
    let answer = send_raw(address, &two);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn an_upstream_that_is_down() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let running = StandIn::new(free).start().await.unwrap();
    let answer = send(running.address(), Method::GET, "/", &[], Bytes::new()).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.text(), format!("no answer from {free}\n"));
    // Its own pages need no upstream.
    let page = send(running.address(), Method::GET, "/.auth/login/aad", &[], Bytes::new()).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_streamed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, wait) = mpsc::channel();
    let upstream = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(format!("{head}5\r\nfirst\r\n").as_bytes()).unwrap();
        // The rest is sent after the first part has arrived.
        wait.recv_timeout(LIMIT).unwrap();
        stream.write_all(b"4\r\nrest\r\n0\r\n\r\n").unwrap();
    });
    let running = StandIn::new(address).start().await.unwrap();
    let request = Request::get("/").header("host", running.address().to_string());
    let answer = open(running.address(), request.body(Full::default()).unwrap()).await;
    let mut body = answer.into_body();
    let first = timeout(LIMIT, body.frame()).await.expect("in time").unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "first");
    go_on.send(()).unwrap();
    let rest = timeout(LIMIT, body.collect()).await.expect("in time").unwrap().to_bytes();
    assert_eq!(rest, "rest");
    upstream.join().unwrap();
}

#[tokio::test]
async fn it_stops() {
    let world = world().await;
    let address = world.stand_in.address();
    assert_eq!(world.get("/", &[]).await.status, StatusCode::OK);
    world.stand_in.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());

    let dropped = StandIn::new(world.upstream.address).start().await.unwrap();
    let address = dropped.address();
    drop(dropped);
    let stopped = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, stopped).await.expect("in time");
}

#[test]
fn wrong_arguments_are_rejected() {
    let port = "expected a port, or an address of this machine with a port, such as";
    for (args, message) in [
        (&[][..], "--upstream is missing".to_owned()),
        (&["--listen", "127.0.0.1:0"], "--upstream is missing".to_owned()),
        (&["--upstream"], "--upstream needs a value".to_owned()),
        (
            &["--upstream", "example.com:7071"],
            format!("--upstream: {port} 7071, localhost:7071 or http://localhost:7071"),
        ),
        (
            &["--upstream=localhost"],
            format!("--upstream: {port} 7071, localhost:7071 or http://localhost:7071"),
        ),
        (
            &["--upstream", "http://localhost:7071/api"],
            format!("--upstream: {port} 7071, localhost:7071 or http://localhost:7071"),
        ),
        (
            &["--upstream", "https://localhost:7071"],
            "--upstream: expected http: the stand-in does not speak TLS to the service".to_owned(),
        ),
        (
            &["--upstream", "127.0.0.1:1", "--listen", "x"],
            format!("--listen: {port} 8080 or 127.0.0.1:8080"),
        ),
        (
            &["--upstream=127.0.0.1:1", "--upstream=127.0.0.1:2"],
            "--upstream is given twice".to_owned(),
        ),
        (&["7071"], "too many arguments; --help lists them".to_owned()),
        (
            &["--upstream", "10.0.0.1:7071", "--listen", "127.0.0.1:0"],
            "the stand-in forwards to loopback addresses only".to_owned(),
        ),
        (
            &["--upstream", "127.0.0.1:7071", "--listen", "0.0.0.0:8080"],
            "the stand-in listens on loopback addresses only".to_owned(),
        ),
    ] {
        rejected(&[&["serve"], args].concat(), "", &message);
    }
}

/// The running binary; it is killed when this is dropped.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary, and returns what it prints.
fn start_binary(upstream: &str) -> (Served, Vec<String>) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"))
        .args(["serve", "--upstream", upstream, "--listen", "0"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = io::BufReader::new(child.stdout.take().unwrap());
    let lines = stdout.lines().take(3).collect::<Result<_, _>>().unwrap();
    (Served(child), lines)
}

#[test]
fn it_prints_where_it_listens() {
    for (upstream, shown) in [
        ("7071", "http://127.0.0.1:7071"),
        ("127.0.0.1:7071", "http://127.0.0.1:7071"),
        ("localhost:7071", "http://localhost:7071"),
        ("http://localhost:7071/", "http://localhost:7071"),
        ("http://[::1]", "http://[::1]:80"),
    ] {
        let (_served, lines) = start_binary(upstream);
        assert_eq!(lines[0], "NOT FOR PRODUCTION: anyone can sign in here as any persona.");
        assert!(lines[1].starts_with("http://127.0.0.1:"));
        let end = format!(" simulates Easy Auth in front of {shown}");
        assert!(lines[1].ends_with(&end), "{}", lines[1]);
        assert!(lines[2].starts_with("sign in at http://127.0.0.1:"));
        assert!(lines[2].ends_with("/.auth/login/aad"));
        assert_eq!(lines.len(), 3);
    }
}

/// A service that listens on one of the two addresses of `localhost` is found.
#[tokio::test]
async fn localhost_is_ipv4_and_ipv6() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(listener) = std::net::TcpListener::bind(address) else { continue };
        let port = listener.local_addr().unwrap().port();
        let upstream = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfound").unwrap();
        });
        let (_served, lines) = start_binary(&format!("localhost:{port}"));
        let (_, listening) = lines[1].split_once("http://").unwrap();
        let listening = listening.split(' ').next().unwrap().parse().unwrap();
        let answer = send(listening, Method::GET, "/", &[], Bytes::new()).await;
        assert_eq!(answer.text(), "found");
        upstream.join().unwrap();
    }
}
