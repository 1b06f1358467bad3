//! reqwest and ureq against a token endpoint on this machine.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use easyauth::exchange::{
    ClientCredential, MAX_TOKEN_RESPONSE_LEN, OnBehalfOf, OnBehalfOfErrorKind, TokenEndpoint,
};

use crate::support::*;

/// Responds to every request with these bytes, and keeps the requests.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn with(response: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (response, kept) = (response.into(), Arc::clone(&requests));
        // Ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &response, &kept);
            }
        });
        Self { address, requests }
    }

    fn on_behalf_of(&self) -> OnBehalfOf {
        let address = format!("http://{}/token", self.address);
        let endpoint = TokenEndpoint::insecure_loopback(&address).unwrap();
        OnBehalfOf::new(endpoint, CLIENT, ClientCredential::secret("CANARY-secret"))
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, response: &[u8], kept: &Mutex<Vec<String>>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let is_complete = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        length.is_none_or(|length| body.len() >= length.parse::<usize>().unwrap())
    };
    while !is_complete(&request) {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..length]);
    }
    kept.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    stream.write_all(response)
}

fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         retry-after: 9\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Asks by each client that is compiled in.
fn by_each(on_behalf_of: impl Fn() -> OnBehalfOf) -> Vec<(&'static str, Exchanged)> {
    let ann = bearer("ann");
    let mut results = Vec::new();
    #[cfg(feature = "reqwest")]
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let http = easyauth::integrations::ReqwestTransport::new().unwrap();
        let result = runtime.block_on(on_behalf_of().token(&ann, READ, &http, at(NOW)));
        results.push(("reqwest", result));
    }
    #[cfg(feature = "ureq")]
    {
        let http = easyauth::integrations::UreqTransport::new();
        results.push(("ureq", on_behalf_of().token_blocking(&ann, READ, &http, at(NOW))));
    }
    results
}

#[test]
fn a_token_is_exchanged() {
    let body = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"token"}"#;
    let server = Server::with(response("200 OK", body));
    for (name, result) in by_each(|| server.on_behalf_of()) {
        let token = result.unwrap_or_else(|error| panic!("{name}: {}", chain(&error)));
        assert_eq!(token.access_token().expose_secret(), "token", "{name}");
        assert_eq!(token.expires_at(), Some(at(NOW) + Duration::from_secs(3599)), "{name}");
    }
    for request in server.requests() {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /token HTTP/1.1\r\n"), "{head}");
        let head = head.to_ascii_lowercase();
        assert!(head.contains("\r\ncontent-type: application/x-www-form-urlencoded"), "{head}");
        assert!(head.contains("\r\naccept: application/json"), "{head}");
        let form = form(body);
        assert_eq!(
            (form["scope"].as_str(), form["client_secret"].as_str()),
            (READ, "CANARY-secret")
        );
        assert_eq!(form["assertion"], bearer("ann").expose_secret());
    }
}

#[test]
fn the_body_of_an_error_is_read() {
    let body = r#"{"error":"invalid_client","error_codes":[7000215]}"#;
    let server = Server::with(response("401 Unauthorized", body));
    for (name, result) in by_each(|| server.on_behalf_of()) {
        let error = result.unwrap_err();
        let token_error = error.token_error().expect(name);
        assert_eq!(token_error.aadsts(), Some(7_000_215), "{name}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(9)), "{name}");
    }
}

#[test]
fn what_is_no_response() {
    let redirect = |status: &str| {
        format!(
            "HTTP/1.1 {status}\r\nlocation: /CANARY\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
    };
    let long = "x".repeat(MAX_TOKEN_RESPONSE_LEN + 1);
    let cases = [
        // A redirect is an answer like any other. Its target gets no request.
        ("302 Found", redirect("302 Found"), OnBehalfOfErrorKind::Rejected),
        ("307", redirect("307 Temporary Redirect"), OnBehalfOfErrorKind::Rejected),
        ("too long", response("200 OK", &long), OnBehalfOfErrorKind::Transport),
        ("no HTTP", "CANARY".to_owned(), OnBehalfOfErrorKind::Transport),
        ("nothing", String::new(), OnBehalfOfErrorKind::Transport),
    ];
    for (name, response, kind) in cases {
        let server = Server::with(response);
        for (client, result) in by_each(|| server.on_behalf_of()) {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), kind, "{client}, {name}: {}", chain(&error));
            assert_shows_nothing(&format!("{} {error:?}", chain(&error)));
        }
        for request in server.requests() {
            assert!(request.starts_with("POST /token "), "{name}");
        }
    }
}

#[test]
fn a_response_may_be_as_long_as_the_limit() {
    let start = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"token","x":""#;
    let rest = MAX_TOKEN_RESPONSE_LEN - start.len() - 2;
    let server = Server::with(response("200 OK", &format!("{start}{}\"}}", "x".repeat(rest))));
    for (name, result) in by_each(|| server.on_behalf_of()) {
        assert!(result.is_ok(), "{name}");
    }
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = format!("http://{port}/token");
    let on_behalf_of = || {
        let endpoint = TokenEndpoint::insecure_loopback(&address).unwrap();
        OnBehalfOf::new(endpoint, CLIENT, ClientCredential::secret("CANARY-secret"))
    };
    for (name, result) in by_each(on_behalf_of) {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), OnBehalfOfErrorKind::Transport, "{name}");
        assert!(error.is_retryable());
        assert_shows_nothing(&chain(&error));
    }
}
