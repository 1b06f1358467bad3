//! Single fetches: which responses a fetcher accepts, and which it rejects.

use std::{
    net::TcpListener,
    process::Command,
    time::{Duration, Instant},
};

use allocation_counter::measure;
use easyauth::verify::MAX_DOCUMENT_LEN;
use easyauth_test_support::chain;

use crate::{
    client::{Client, HASTY, PATIENT},
    server::{Answer, Server},
};

/// Occurs in every rejected body and header value, and must not occur in errors.
const MARK: &str = "text-of-the-answer";

/// Far longer than any test takes, unless it hangs.
const LONG: Duration = Duration::from_secs(10);

fn bytes(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(length).collect()
}

/// Asserts that each fetcher rejects the response, with one of these messages and no part of the response.
#[track_caller]
fn reject(clients: &[Client], name: &str, uri: &str, words: &[&str]) {
    for client in clients {
        let error = client.fetch(uri).expect_err(name);
        let text = chain(&error);
        assert!(words.iter().any(|words| text.contains(words)), "{client}, {name}: {text}");
        assert!(!format!("{text}{error:?}").contains(MARK), "{client}, {name}: {error:?}");
    }
}

#[test]
fn a_document_is_fetched() {
    let clients = Client::all(PATIENT);
    let document = bytes(12_345);
    let until_the_end = Answer::new("200 OK\r\nconnection: close", &document);
    let with_hint = Answer::new(
        "103 Early Hints\r\nlink: </x>; rel=preload",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    );
    let cases = [
        ("with its length", Answer::ok(&document), document.len()),
        ("in chunks", Answer::chunked(&document, 1000), document.len()),
        ("in chunks of a byte", Answer::chunked(&document[..600], 1), 600),
        ("until the connection ends", until_the_end, document.len()),
        ("of another type", Answer::with_length("200 OK\r\ncontent-type: text/plain", ""), 0),
        ("after a hint", with_hint, 0),
        ("empty", Answer::ok(""), 0),
        ("empty, in chunks", Answer::chunked(b"", 1), 0),
    ];
    for (name, answer, length) in cases {
        let server = Server::with(answer);
        for client in &clients {
            let body = client.fetch(&server.uri("/"));
            let body = body.unwrap_or_else(|error| panic!("{client}, {name}: {}", chain(&error)));
            assert_eq!(body, document[..length], "{client}, {name}");
        }
        assert!(server.stop().iter().all(|request| request == "GET /"), "{name}");
    }
}

#[test]
fn this_machine_has_three_names() {
    let clients = Client::all(PATIENT);
    let server = Server::with(Answer::ok("document"));
    let port = server.port();
    for client in &clients {
        for uri in [format!("http://localhost:{port}/"), format!("HTTP://LOCALHOST:{port}/")] {
            assert_eq!(client.fetch(&uri).unwrap(), b"document", "{client}: {uri}");
        }
    }
    // Some machines have no IPv6.
    let words = ["error sending request", "io: "];
    reject(&clients, "::1", &format!("http://[::1]:{port}/"), &words);
}

#[test]
fn responses_without_a_document() {
    let clients = Client::all(PATIENT);
    let answer = |status: &str| Answer::with_length(status, MARK);
    let too_long = bytes(MAX_DOCUMENT_LEN + 1);
    let garbage = format!("{MARK}\r\n{MARK}: {MARK}\r\n\r\n{MARK}");
    let head = format!("200 OK\r\nx-header: {MARK}\r\ncontent-length: 10000");
    let chunks = "200 OK\r\ntransfer-encoding: chunked";
    let cases = [
        ("not found", answer("404 Not Found"), "expected status 200, found 404 Not Found"),
        (
            "another reason phrase",
            answer(&format!("404 {MARK}")),
            "expected status 200, found 404 Not Found",
        ),
        ("server error", answer("500 Internal Server Error"), "expected status 200, found 500"),
        (
            "no content",
            Answer::new("204 No Content", ""),
            "expected status 200, found 204 No Content",
        ),
        ("created", answer("201 Created"), "expected status 200, found 201 Created"),
        (
            "partial",
            answer("206 Partial Content"),
            "expected status 200, found 206 Partial Content",
        ),
        (
            "not modified",
            Answer::new("304 Not Modified", ""),
            "expected status 200, found 304 Not Modified",
        ),
        ("no such status", answer("999 Unheard Of"), "expected status 200, found 999"),
        ("too long by a byte", Answer::ok(&too_long), "the document is longer than 1048576 bytes"),
        (
            "too long by a byte, in chunks",
            Answer::chunked(&too_long, 1000),
            "the document is longer than 1048576 bytes",
        ),
        ("no HTTP", Answer::raw(garbage), ""),
        ("no HTTP, and no end", Answer::raw(MARK).then_hold(), ""),
        ("nothing", Answer::raw(""), ""),
        ("half a head", Answer::raw(format!("HTTP/1.1 200 OK\r\nx-header: {MARK}")), ""),
        ("half a body", Answer::new(&head, MARK), ""),
        ("half a chunk", Answer::new(chunks, format!("ffff\r\n{MARK}")), ""),
        ("no last chunk", Answer::new(chunks, format!("12\r\n{MARK}\r\n")), ""),
        ("no chunk", Answer::new(chunks, MARK), ""),
        ("no length", Answer::new(&format!("200 OK\r\ncontent-length: {MARK}"), MARK), ""),
        ("two lengths", Answer::new("200 OK\r\ncontent-length: 3\r\ncontent-length: 18", MARK), ""),
    ];
    for (name, answer, words) in cases {
        let server = Server::with(answer);
        let start = Instant::now();
        reject(&clients, name, &server.uri("/"), &[words]);
        assert!(start.elapsed() < LONG, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn redirects_are_not_followed() {
    let clients = Client::all(PATIENT);
    let target = Server::with(Answer::ok(MARK));
    let statuses = [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ];
    for status in statuses {
        let server = Server::start();
        let elsewhere = target.uri(&format!("/?{MARK}"));
        server.set("/elsewhere", Answer::redirect(status, &elsewhere));
        server.set("/here", Answer::redirect(status, &format!("/?{MARK}")));
        server.set("/", Answer::ok(MARK));
        let words = [&*format!("expected status 200, found {status}")];
        reject(&clients, "to another host", &server.uri("/elsewhere"), &words);
        reject(&clients, "to the same host", &server.uri("/here"), &words);
        for request in server.stop() {
            assert!(matches!(&*request, "GET /elsewhere" | "GET /here"), "{request}");
        }
    }
    assert_eq!(target.stop(), [""; 0]);
}

/// A client of the service, which follows redirects: the fetcher does not accept what it finds.
#[test]
fn clients_of_the_service() {
    let server = Server::start();
    server.set("/document", Answer::ok(MARK));
    server.set("/moved", Answer::redirect("302 Found", "/document"));
    for client in Client::of_the_service() {
        assert_eq!(client.fetch(&server.uri("/document")).unwrap(), MARK.as_bytes(), "{client}");
        let error = chain(&client.fetch(&server.uri("/moved")).unwrap_err());
        let expected = ["the client followed a redirect", "expected status 200, found 302 Found"];
        assert!(expected.contains(&error.as_str()), "{client}: {error}");
        let error = chain(&client.fetch("http://keys.example.invalid/").unwrap_err());
        assert!(error.starts_with("expected an https address"), "{client}: {error}");
    }
}

/// A client that the service has configured keeps its configuration.
#[test]
fn clients_that_allow_https_only() {
    let server = Server::start();
    server.set("/document", Answer::ok(MARK));
    for client in Client::for_https_only() {
        assert!(client.fetch(&server.uri("/document")).is_err(), "{client}");
    }
    assert_eq!(server.stop(), [""; 0]);
}

#[test]
fn a_document_may_be_as_long_as_the_limit() {
    let clients = Client::all(PATIENT);
    let document = bytes(MAX_DOCUMENT_LEN);
    let until_the_end = Answer::new("200 OK\r\nconnection: close", &document);
    for answer in [Answer::ok(&document), Answer::chunked(&document, 10_000), until_the_end] {
        let server = Server::with(answer);
        for client in &clients {
            assert!(client.fetch(&server.uri("/")).unwrap() == document, "{client}");
        }
    }
}

/// The server sends one byte more than the limit and then waits. A client that wants the rest hangs.
#[test]
fn nothing_is_read_past_the_limit() {
    let clients = Client::all(PATIENT);
    let start = bytes(MAX_DOCUMENT_LEN + 1);
    let in_one_chunk = [b"ffffffff\r\n", &*start].concat();
    let cases = [
        ("10 MB", Answer::new("200 OK\r\ncontent-length: 10485760", &start)),
        ("4 GB", Answer::new("200 OK\r\ncontent-length: 4294967296", &start)),
        ("a chunk of 4 GB", Answer::new("200 OK\r\ntransfer-encoding: chunked", in_one_chunk)),
        ("until the connection ends", Answer::new("200 OK", &start)),
    ];
    for (name, answer) in cases {
        let server = Server::with(answer.then_hold());
        let start = Instant::now();
        let words = ["the document is longer than 1048576 bytes"];
        reject(&clients, name, &server.uri("/"), &words);
        assert!(start.elapsed() < LONG, "{name}: {:?}", start.elapsed());
    }
}

/// Memory is bounded, however much a server sends or announces. A growing vector holds its old and its new
/// memory at once.
#[test]
fn memory_is_bounded() {
    let clients = Client::all(PATIENT);
    let long = bytes(10 * MAX_DOCUMENT_LEN);
    let headers = format!("200 OK\r\nx-header: {}", "x".repeat(10 * MAX_DOCUMENT_LEN));
    let cases = [
        ("10 MB", Answer::ok(&long)),
        ("10 MB in chunks", Answer::chunked(&long, 10_000)),
        ("10 MB in chunks of 4 MB", Answer::chunked(&long, 4 * MAX_DOCUMENT_LEN)),
        ("announced only", Answer::new("200 OK\r\ncontent-length: 999999999999", "x")),
        ("a long header", Answer::new(&headers, "")),
        ("many headers", Answer::new(&headers.replace("xxxxxxxxxx", "\r\nx: x"), "")),
        ("a head without end", Answer::raw(format!("HTTP/1.1 {headers}")).then_hold()),
    ];
    for (name, answer) in cases {
        let server = Server::with(answer);
        for client in &clients {
            let uri = server.uri("/");
            let used = measure(|| drop(client.fetch(&uri).expect_err(name)));
            let limit = u64::try_from(4 * MAX_DOCUMENT_LEN).unwrap();
            assert!(used.bytes_max < limit, "{client}, {name}: {} bytes", used.bytes_max);
        }
    }
}

#[test]
fn a_slow_server() {
    let clients = Client::all(HASTY);
    let cases = [
        ("never answers", Answer::raw("").then_hold()),
        ("never ends its head", Answer::raw("HTTP/1.1 200 OK\r\nx-header: ").then_drip()),
        ("never begins its body", Answer::new("200 OK\r\ncontent-length: 9999", "").then_hold()),
        ("never ends its body", Answer::new("200 OK\r\ncontent-length: 9999", MARK).then_drip()),
        ("never ends its connection", Answer::new("200 OK", MARK).then_drip()),
        (
            "never ends its chunk",
            Answer::new("200 OK\r\ntransfer-encoding: chunked", "fff\r\n").then_drip(),
        ),
    ];
    for (name, answer) in cases {
        let server = Server::with(answer);
        let start = Instant::now();
        reject(&clients, name, &server.uri("/"), &["timed out", "timeout"]);
        assert!(start.elapsed() < LONG, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn an_unlimited_timeout_is_capped() {
    let server = Server::with(Answer::ok("document"));
    for client in Client::all(Duration::MAX) {
        assert_eq!(client.fetch(&server.uri("/")).unwrap(), b"document", "{client}");
    }
}

#[test]
fn a_closed_port() {
    let clients = Client::all(PATIENT);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    reject(&clients, "no server", &format!("http://127.0.0.1:{port}/"), &["refused"]); // as the operating system says
}

/// A server listens at the port, so that a connection would be noticed.
#[test]
fn addresses_that_are_never_connected_to() {
    let clients = Client::all(PATIENT);
    let server = Server::with(Answer::ok("document"));
    let port = server.port();
    let addresses = [
        "http://example.invalid/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1:PORT/",
        "file:///etc/hosts",
        "data:application/json,{}",
        "https://user@127.0.0.1:PORT/",
        "https://user:password@127.0.0.1:PORT/",
        "http://user@127.0.0.1:PORT/",
        "http://@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT/#fragment",
        "",
        "/",
        "127.0.0.1:PORT/",
        "//127.0.0.1:PORT/",
        "http:",
        "https://",
        "https:///",
        "https://:443/",
        // Other spellings of loopback: only the three in the documentation are trusted.
        "http://127.1:PORT/",
        "http://2130706433:PORT/",
        "http://0x7f000001:PORT/",
        "http://0.0.0.0:PORT/",
        "http://127.0.0.1.:PORT/",
        "http://127.0.0.1.nip.example.invalid:PORT/",
        "http://localhost.:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/",
        // What one reader of addresses takes for something else than another.
        "http://127.0.0.1:PORT\\@example.invalid/",
        "http://example.invalid\\@127.0.0.1:PORT/",
        " http://127.0.0.1:PORT/",
        "http://127.0.0.1:PORT/\n",
        "ht\ttp://127.0.0.1:PORT/",
        "http://１２７.0.0.1:PORT/",
        "http://%6cocalhost:PORT/",
    ];
    for address in addresses {
        let address = address.replace("PORT", &port.to_string());
        let words = ["expected an https address, or an http address of this machine"];
        reject(&clients, &address, &address, &words);
    }
    assert_eq!(server.stop(), [""; 0]);
}

/// With the TLS back ends of both libraries in one program.
#[test]
fn https_is_never_downgraded() {
    let clients = Client::all(PATIENT);
    let server = Server::with(Answer::ok(MARK));
    let uri = format!("https://localhost:{}/", server.port());
    reject(&clients, "no TLS", &uri, &[""]);
    // What came was no HTTP.
    assert!(server.stop().iter().all(String::is_empty));
}

/// A fetch never reuses a connection, which may be closed or hang by then.
#[test]
fn every_fetch_opens_a_connection() {
    let answer = Answer::new("200 OK\r\ncontent-length: 8", "document");
    for answer in [answer.clone(), answer.then_hold()] {
        let server = Server::with(answer);
        for client in Client::all(PATIENT) {
            for _ in 0..5 {
                let body = client.fetch(&server.uri("/"));
                let body = body.unwrap_or_else(|error| panic!("{client}: {}", chain(&error)));
                assert_eq!(body, b"document");
            }
        }
    }
}

/// A proxy in the environment is used for other machines only. For this one it would connect to its own
/// machine.
#[test]
fn no_proxy_is_used_for_this_machine() {
    let proxy = Server::start();
    let address = proxy.uri("");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "documents::behind_a_proxy", "--ignored"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(name, &address).env(name.to_ascii_lowercase(), &address);
    }
    // reqwest takes a program with this variable for one that must not trust `HTTP_PROXY`.
    child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    let requests = proxy.stop();
    assert_eq!(requests.len(), Client::all(PATIENT).len(), "{requests:?}");
    for request in requests {
        assert_eq!(request, "CONNECT keys.example.invalid:443");
    }
}

#[test]
#[ignore = "run by the test above, with a proxy in its environment"]
fn behind_a_proxy() {
    let clients = Client::all(PATIENT);
    let server = Server::with(Answer::ok("document"));
    for client in &clients {
        assert_eq!(client.fetch(&server.uri("/")).unwrap(), b"document", "{client}");
    }
    reject(&clients, "by the proxy", "https://keys.example.invalid/", &[""]);
}
