//! From HTTP to a verified token: a store, and a server that works, fails, and works again.

use std::{thread, time::SystemTime};

use easyauth::verify::{
    FIRST_BACKOFF, KeyStore, MAX_DOCUMENT_LEN, MetadataUri, REFRESH_INTERVAL, UNKNOWN_KEY_INTERVAL,
    VerifyErrorKind,
};
use easyauth_test_support::{
    chain,
    tokens::{Draft, FOREIGN_KEY, JWKS, NOW, at},
};
use serde_json::json;

use crate::{
    client::{Client, Fetched, HASTY, PATIENT},
    server::{Answer, Server},
};

const METADATA: &str = "/metadata";
const KEYS: &str = "/keys";

/// Long enough for this machine to answer.
#[cfg(feature = "reqwest")]
const LIMIT: std::time::Duration = std::time::Duration::from_secs(2);

/// A server with valid metadata and keys.
fn issuer() -> Server {
    let server = Server::start();
    publish(&server);
    server
}

fn publish(server: &Server) {
    server.set(METADATA, Answer::ok(metadata(&server.uri(KEYS))));
    server.set(KEYS, Answer::chunked(JWKS, 1000));
}

fn metadata(jwks_uri: &str) -> String {
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    json!({"issuer": issuer, "jwks_uri": jwks_uri}).to_string()
}

fn store(server: &Server) -> KeyStore {
    KeyStore::new(MetadataUri::insecure_loopback(&server.uri(METADATA)).unwrap())
}

/// A token that lives for a day.
fn draft() -> Draft {
    Draft::access().with("exp", NOW + 86_400)
}

fn token() -> String {
    draft().sign()
}

/// A token with an unknown key.
fn stranger() -> String {
    draft().with_header("kid", "unknown-key").sign_with(&FOREIGN_KEY)
}

#[track_caller]
fn fails(store: &Fetched<'_>, token: &str, now: SystemTime, kind: VerifyErrorKind, status: u16) {
    let error = store.verify(token, now).expect_err("rejected");
    assert_eq!(error.kind(), kind, "{}", chain(&error));
    assert_eq!(error.challenge().status(), status);
    assert_eq!(error.retry_after().is_some(), status == 503);
}

#[track_caller]
fn passes(store: &Fetched<'_>, now: SystemTime) {
    let token = store.verify(&token(), now);
    let token = token.unwrap_or_else(|error| panic!("{error}, {:?}", store.last_error()));
    assert!(token.has_scope("Files.Read"));
}

#[test]
fn keys_are_fetched_once() {
    for client in Client::all(PATIENT) {
        let server = issuer();
        let store = client.keys(store(&server));
        assert!(store.is_empty(at(NOW)));
        for _ in 0..3 {
            passes(&store, at(NOW));
        }
        assert!(!store.is_empty(at(NOW)) && store.last_error().is_none());
        assert_eq!(store.last_success(), Some(at(NOW)));
        assert_eq!(store.metadata().unwrap().jwks_uri(), server.uri(KEYS));
        // A forged token names a key that is known, so nothing is fetched for it.
        let forged = draft().sign_with(&FOREIGN_KEY);
        fails(&store, &forged, at(NOW), VerifyErrorKind::InvalidSignature, 401);
        assert!(!store.refresh(at(NOW + 60)).unwrap());
        assert_eq!(server.requests(), ["GET /metadata", "GET /keys"]);
        // An hour later they are due.
        assert!(store.refresh(at(NOW) + REFRESH_INTERVAL).unwrap());
        assert_eq!(server.stop().len(), 4);
    }
}

#[test]
fn a_new_key() {
    for client in Client::all(PATIENT) {
        let server = issuer();
        let old = include_str!("../data/entra.jwks.json").replace("organizations-key", "old-key");
        server.set(KEYS, Answer::ok(old));
        let store = client.keys(store(&server));
        fails(&store, &token(), at(NOW), VerifyErrorKind::UnknownKey, 401);
        publish(&server);
        // Unknown keys do not make it fetch again at once.
        fails(&store, &token(), at(NOW + 60), VerifyErrorKind::UnknownKey, 401);
        passes(&store, at(NOW) + UNKNOWN_KEY_INTERVAL);
        assert_eq!(server.stop().len(), 4);
    }
}

/// A faulty response of a server, and the expected `last_error`.
struct Failure {
    name: &'static str,
    path: &'static str,
    answer: Answer,
    error: &'static str,
    /// The expected source, in the words of either library.
    source: &'static [&'static str],
}

fn failures() -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut add = |name, path, answer: &Answer, error, source| {
        failures.push(Failure { name, path, answer: answer.clone(), error, source });
    };

    let long = vec![b' '; 10 * MAX_DOCUMENT_LEN];
    let slow = Answer::new("200 OK\r\ncontent-length: 9999", "{").then_drip();
    let fetches: [(_, _, &[&str]); 10] = [
        (
            "not found",
            Answer::with_length("404 Not Found", "{}"),
            &["expected status 200, found 404 Not Found"],
        ),
        (
            "broken",
            Answer::with_length("500 Internal Server Error", "{}"),
            &["expected status 200, found 500"],
        ),
        (
            "no content",
            Answer::new("204 No Content", ""),
            &["expected status 200, found 204 No Content"],
        ),
        ("moved", Answer::redirect("302 Found", "/"), &["expected status 200, found 302 Found"]),
        ("long", Answer::ok(&long), &["the document is longer than 1048576 bytes"]),
        (
            "long chunks",
            Answer::chunked(&long, 10_000),
            &["the document is longer than 1048576 bytes"],
        ),
        ("no HTTP", Answer::raw("no HTTP\r\n\r\n"), &["invalid HTTP version"]),
        ("closed", Answer::raw(""), &["connection closed", "Peer disconnected"]),
        ("silent", Answer::raw("").then_hold(), &["timed out", "timeout"]),
        ("slow", slow, &["timed out", "timeout"]),
    ];
    for (name, answer, source) in fetches {
        for path in [METADATA, KEYS] {
            add(name, path, &answer, "the keys could not be fetched", source);
        }
    }

    let documents: [(_, _, &[&str]); 3] = [
        ("empty", "", &["the document is not JSON"]),
        ("a page", "<title>Sign in to the network</title>", &["the document is not JSON"]),
        ("no members", "{}", &["a member of the document is missing or has the wrong type"]),
    ];
    for (name, body, source) in documents {
        add(name, METADATA, &Answer::ok(body), "the metadata cannot be used", source);
        add(name, KEYS, &Answer::ok(body), "the key set cannot be used", source);
    }

    for jwks_uri in ["https://keys.example.invalid/", "http://10.0.0.1/", "file:///etc/hosts"] {
        let answer = Answer::ok(metadata(jwks_uri));
        let source = &["at the host of another service"];
        add(jwks_uri, METADATA, &answer, "the metadata cannot be used", source);
    }

    let answer = Answer::ok(r#"{"keys":[{"kty":"oct","kid":"organizations-key","k":"AAAA"}]}"#);
    add("no keys", KEYS, &answer, "the key set has no key that can be used", &[""]);
    failures
}

/// Runs a test for every failure and each fetcher, with a short time limit for servers that never answer.
fn for_each_failure(test: impl Fn(&Failure, &Server, &Client)) {
    let failures = failures();
    for (hasty, patient) in Client::all(HASTY).iter().zip(&Client::all(PATIENT)) {
        for failure in &failures {
            println!("{patient}: {} at {}", failure.name, failure.path); // seen if it fails
            let is_endless = matches!(failure.name, "silent" | "slow");
            test(failure, &issuer(), if is_endless { hasty } else { patient });
        }
    }
}

impl Failure {
    fn begin(&self, server: &Server) {
        server.set(self.path, self.answer.clone());
    }

    #[track_caller]
    fn is_why(&self, store: &Fetched<'_>) {
        let why = chain(&*store.last_error().expect("an error"));
        let source = why.strip_prefix(self.error).unwrap_or_else(|| panic!("{why}"));
        assert!(self.source.iter().any(|words| source.contains(words)), "{why}");
    }
}

#[test]
fn failures_remove_no_key() {
    for_each_failure(|failure, server, client| {
        let store = client.keys(store(server));
        passes(&store, at(NOW));
        let (known, metadata) = (store.len(at(NOW)), store.metadata());

        failure.begin(server);
        let due = at(NOW) + REFRESH_INTERVAL;
        let error = store.refresh(due).expect_err("failed");
        failure.is_why(&store);
        assert_eq!(chain(&error), chain(&*store.last_error().unwrap()));
        passes(&store, due);

        // A fetch for an unknown key does not either. Whether that key exists is unknown.
        let later = due + UNKNOWN_KEY_INTERVAL;
        let requests = server.requests().len();
        fails(&store, &stranger(), later, VerifyErrorKind::KeysUnavailable, 503);
        assert!(server.requests().len() > requests);
        failure.is_why(&store);

        let requests = server.requests().len();
        passes(&store, later);
        assert_eq!(server.requests().len(), requests, "a known key makes the store fetch");
        assert_eq!((store.len(later), store.metadata()), (known, metadata));
        assert_eq!(store.last_success(), Some(at(NOW)));

        publish(server);
        let at_last = later + 2 * FIRST_BACKOFF;
        assert!(store.refresh(at_last).unwrap());
        assert!(store.last_error().is_none());
        assert_eq!(store.last_success(), Some(at_last));
        fails(&store, &stranger(), at_last, VerifyErrorKind::UnknownKey, 401);
    });
}

#[test]
fn a_store_without_keys_recovers() {
    for_each_failure(|failure, server, client| {
        let store = client.keys(store(server));
        failure.begin(server);
        fails(&store, &token(), at(NOW), VerifyErrorKind::KeysUnavailable, 503);
        failure.is_why(&store);
        assert!(store.is_empty(at(NOW)) && store.last_success().is_none());

        // During the backoff it fetches nothing.
        publish(server);
        let requests = server.requests().len();
        let early = at(NOW) + FIRST_BACKOFF / 2;
        fails(&store, &token(), early, VerifyErrorKind::KeysUnavailable, 503);
        assert_eq!(server.requests().len(), requests);

        passes(&store, at(NOW) + FIRST_BACKOFF);
        assert!(store.last_error().is_none());
    });
}

/// Requests without keys wait for the fetch of another request, and no longer.
#[test]
fn concurrent_requests_fetch_once() {
    let at_once = |server: &Server, client: &Client, test: fn(&Fetched<'_>)| {
        let keys = client.keys(store(server));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| test(&keys));
            }
        });
        server.requests()
    };
    for client in Client::all(PATIENT) {
        let requests = at_once(&issuer(), &client, |store| passes(store, at(NOW)));
        assert_eq!(requests, ["GET /metadata", "GET /keys"]);
        let requests = at_once(&Server::start(), &client, |store| {
            fails(store, &token(), at(NOW), VerifyErrorKind::KeysUnavailable, 503);
        });
        assert_eq!(requests, ["GET /metadata"]);
    }
}

/// Requests with known keys do not wait. Others wait for the fetch, and get the cause of its failure.
#[test]
fn a_hanging_fetch_blocks_no_request_with_a_known_key() {
    for client in Client::all(PATIENT) {
        let server = issuer();
        let store = client.keys(store(&server));
        passes(&store, at(NOW));
        server.set(METADATA, Answer::raw("").then_hold());
        let due = at(NOW) + REFRESH_INTERVAL;
        thread::scope(|scope| {
            let hanging = scope.spawn(|| store.refresh(due));
            server.wait_for_requests(3);
            passes(&store, due);
            let waiting = scope.spawn(|| {
                fails(&store, &stranger(), due, VerifyErrorKind::KeysUnavailable, 503);
            });
            let also_waiting = scope.spawn(|| store.refresh(due));
            passes(&store, due);
            assert!(!hanging.is_finished());
            assert_eq!(server.stop().len(), 3);
            hanging.join().unwrap().expect_err("cut off");
            waiting.join().unwrap();
            // It waits for the fetch that is cut off, or comes too late for it and is not due.
            assert!(!also_waiting.join().unwrap().unwrap_or_default());
        });
        passes(&store, due);
    }
}

/// A client hangs up during the first fetch, and comes back after the time limit of the fetcher. The server
/// always answers, so the next request gets its keys.
#[cfg(feature = "reqwest")]
#[test]
fn a_client_that_hangs_up_and_a_time_limit() {
    use std::{future::Future as _, pin::pin, task::Context};

    for client in Client::all(LIMIT) {
        let server = issuer();
        let keys = client.keys(store(&server));
        #[allow(irrefutable_let_patterns, reason = "it is with one client")]
        let Fetched::Reqwest(own, runtime) = &keys else { continue };
        runtime.block_on(async {
            let mut request = pin!(own.refresh_if_due(at(NOW)));
            let waker = std::task::Waker::noop();
            assert!(request.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        });
        thread::sleep(LIMIT + LIMIT / 20);
        passes(&keys, at(NOW));
        assert!(keys.last_error().is_none());
    }
}
