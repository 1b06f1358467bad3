//! Events for key refreshes and token exchanges.

use std::{
    future::{Future, pending},
    pin::pin,
    sync::mpsc,
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use easyauth::{
    AccessToken, TransportError,
    exchange::{ClientCredential, OnBehalfOf, TokenEndpoint, Transport},
    testing::TestIssuer,
    verify::{FetchKeys, KeyStore, Keys, MetadataUri},
};
use http::{Request, Response};

use crate::capture::{capture, capture_and};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

struct Documents(Option<TestIssuer>);

impl FetchKeys for Documents {
    async fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        let issuer = self.0.as_ref().ok_or_else(|| TransportError::new("the network is down"))?;
        let uri = uri.strip_suffix("/metadata").map(|base| format!("{base}/keys"));
        Ok(uri.map_or_else(|| issuer.jwks_json(), |uri| issuer.metadata_json(&uri)).into_bytes())
    }
}

#[test]
fn keys() {
    let events = |issuer| {
        let uri = MetadataUri::insecure_loopback("http://127.0.0.1/metadata").unwrap();
        let keys = Keys::fetched(KeyStore::new(uri), Documents(issuer));
        capture(|| drop(run(keys.refresh_if_due(SystemTime::now()))))
    };
    assert_eq!(
        events(Some(TestIssuer::new(TENANT).unwrap())),
        ["DEBUG keys refreshed metadata=\"http://127.0.0.1/metadata\""]
    );
    assert_eq!(
        events(None),
        ["WARN keys not refreshed reason=the keys could not be fetched: the network is down"]
    );
}

struct Hangs;

impl FetchKeys for Hangs {
    fn fetch(&self, _: &str) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send {
        pending()
    }
}

/// Sends a message when the task is woken.
struct Woken(mpsc::Sender<()>);

impl Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        let _ = self.0.send(());
    }
}

/// Refreshes keys while each event makes the sink read their store. Hangs if the store is locked then.
#[track_caller]
fn check_sink(message: &str, refresh: impl FnOnce(&Keys) + Send + 'static, keys: Keys) {
    let (done, end) = mpsc::channel();
    thread::spawn(move || {
        let own = keys.clone();
        let read =
            move || drop(own.store().map(|store| (store.last_success(), store.last_error())));
        let _ = done.send(capture_and(read, || refresh(&keys)));
    });
    let events = end.recv_timeout(Duration::from_secs(20)).expect("the sink waits for the store");
    let messages: Vec<&str> =
        events.iter().filter_map(|event| event.split_once(' ').map(|(_, rest)| rest)).collect();
    assert!(matches!(*messages, [own] if own.starts_with(message)), "{messages:?}");
}

#[test]
fn a_sink_may_read_the_store() {
    let store =
        || KeyStore::new(MetadataUri::insecure_loopback("http://127.0.0.1/metadata").unwrap());
    let refresh = |keys: &Keys| drop(run(keys.refresh_if_due(SystemTime::now())));
    let documents = Documents(Some(TestIssuer::new(TENANT).unwrap()));
    check_sink("keys refreshed", refresh, Keys::fetched(store(), documents));
    check_sink("keys not refreshed", refresh, Keys::fetched(store(), Documents(None)));

    // A thread ends the wait of a task that is kept and not polled. Another task finds out.
    let find_out = move |keys: &Keys| {
        let (sender, woken) = mpsc::channel();
        let waker = Waker::from(std::sync::Arc::new(Woken(sender)));
        let mut kept = pin!(keys.refresh_if_due(SystemTime::now()));
        let poll = kept.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(matches!(poll, Poll::Pending));
        woken.recv().unwrap();
        refresh(keys);
    };
    let keys = Keys::fetched(store().with_lease(Duration::from_millis(20)), Hangs);
    check_sink("keys not refreshed", find_out, keys);
}

#[derive(Clone)]
struct Endpoint(u16, &'static str);

impl Transport for Endpoint {
    async fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        Ok(Response::builder().status(self.0).body(self.1.as_bytes().to_vec()).unwrap())
    }
}

#[test]
fn exchanges() {
    let events = |status, body| {
        let client = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
        let secret = ClientCredential::secret("CANARY");
        let endpoint = TokenEndpoint::entra(TENANT).unwrap();
        let on_behalf_of = OnBehalfOf::new(endpoint, client, secret);
        let payload = format!(r#"{{"aud":"{client}","scp":"a"}}"#);
        let encode = |text: &str| {
            use base64::Engine as _;
            base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text)
        };
        let bearer = format!("{}.{}.Q0FOQVJZ", encode(r#"{"alg":"RS256"}"#), encode(&payload));
        let (bearer, now) = (AccessToken::new(bearer), UNIX_EPOCH + Duration::from_secs(1));
        let scope = "https://graph.microsoft.com/User.Read";
        capture(|| {
            for _ in 0..2 {
                let _ = run(on_behalf_of.token(&bearer, scope, &Endpoint(status, body), now));
            }
        })
    };
    let endpoint = format!("endpoint=https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    let token = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"CANARY"}"#;
    // The second one comes from the cache.
    assert_eq!(events(200, token), [format!("DEBUG token exchanged {endpoint}")]);
    let error =
        r#"{"error":"invalid_client","error_codes":[7000215],"error_description":"CANARY"}"#;
    let events = events(401, error);
    assert_eq!(events.len(), 2);
    let start = format!(
        "WARN token not exchanged {endpoint} code=\"rejected\" aadsts=7000215 reason=the token \
         endpoint rejected the exchange: the token endpoint responded with 401 Unauthorized "
    );
    for event in events {
        assert!(event.starts_with(&start) && !event.contains("CANARY"), "{event}");
    }
}
