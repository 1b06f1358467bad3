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
    exchange::{ClientCredential, CredentialSource, OnBehalfOf, TokenEndpoint, Transport},
    testing::TestIssuer,
    verify::{FetchKeys, KeyStore, Keys, MetadataUri, Tenant, Verifier},
};
use http::{Request, Response};

use crate::capture::{capture, capture_and};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

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

    // A thread ends the wait of a request that is kept and not polled. Another task finds out.
    let tenant = Tenant::single(TENANT).unwrap();
    let verifier = Verifier::builder(tenant).application(CLIENT).build().unwrap();
    let issuer = TestIssuer::new(TENANT).unwrap();
    let token = issuer.access_token(CLIENT, SystemTime::now()).sign();
    let find_out = move |keys: &Keys| {
        let (sender, woken) = mpsc::channel();
        let waker = Waker::from(std::sync::Arc::new(Woken(sender)));
        let token = AccessToken::new(token);
        let mut kept = pin!(verifier.verify_fetching(keys, &token, SystemTime::now()));
        let poll = kept.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(matches!(poll, Poll::Pending));
        woken.recv().unwrap();
        refresh(keys);
    };
    let keys = Keys::fetched(store().with_lease(Duration::from_millis(20)), Hangs);
    check_sink("keys not refreshed", find_out, keys);
}

const SCOPE: &str = "https://graph.microsoft.com/User.Read";
const TOKEN: Endpoint =
    Endpoint(200, r#"{"token_type":"Bearer","expires_in":3599,"access_token":"CANARY"}"#);

#[derive(Clone)]
struct Endpoint(u16, &'static str);

impl Transport for Endpoint {
    async fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        assert_ne!(self.0, 0, "told to panic");
        Ok(Response::builder().status(self.0).body(self.1.as_bytes().to_vec()).unwrap())
    }
}

fn exchanges_with(credential: impl Into<CredentialSource>) -> OnBehalfOf {
    OnBehalfOf::new(TokenEndpoint::entra(TENANT).unwrap(), CLIENT, credential)
}

/// The events of two users, one after the other, who each ask twice.
fn events(on_behalf_of: &OnBehalfOf, scope: &str, endpoint: &Endpoint) -> Vec<String> {
    let bearer = |user: &str| {
        let payload = format!(r#"{{"aud":"{CLIENT}","oid":"{user}","scp":"a"}}"#);
        let encode = |text: &str| {
            use base64::Engine as _;
            base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text)
        };
        let header = encode(r#"{"alg":"RS256"}"#);
        AccessToken::new(format!("{header}.{}.Q0FOQVJZ", encode(&payload)))
    };
    let now = UNIX_EPOCH + Duration::from_secs(1);
    capture(|| {
        for user in ["ann", "ann", "bob", "bob"] {
            let _ = run(on_behalf_of.token(&bearer(user), scope, endpoint, now));
        }
    })
}

fn endpoint() -> String {
    format!("endpoint=https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")
}

#[test]
fn exchanges() {
    let on_behalf_of = exchanges_with(ClientCredential::secret("CANARY"));
    let exchanged = format!("DEBUG token exchanged {}", endpoint());
    // The second one of each user comes from the cache.
    assert_eq!(events(&on_behalf_of, SCOPE, &TOKEN), [&*exchanged; 2]);
    // The token of the agent, and one for each user.
    let agent = on_behalf_of.for_agent("00000009-0000-4000-8000-000000000009");
    assert_eq!(events(&agent, SCOPE, &TOKEN), [&*exchanged; 3]);
}

/// Every exchange that fails has one event, wherever it fails, with an agent or without.
#[track_caller]
fn check_failure(on_behalf_of: &OnBehalfOf, scope: &str, response: &Endpoint, expected: &str) {
    let agent = on_behalf_of.clone().for_agent("00000009-0000-4000-8000-000000000009");
    for on_behalf_of in [on_behalf_of, &agent] {
        let events = events(on_behalf_of, scope, response);
        let start = format!("WARN token not exchanged {} {expected}", endpoint());
        let failures: Vec<_> = events.iter().filter(|event| !event.starts_with("DEBUG")).collect();
        assert_eq!(failures.len(), 4, "{events:?}");
        for event in failures {
            assert!(event.starts_with(&start) && !event.contains("CANARY"), "{event}");
        }
    }
}

#[test]
fn exchanges_that_fail() {
    let secret = || exchanges_with(ClientCredential::secret("CANARY"));
    let rejected = Endpoint(
        401,
        r#"{"error":"invalid_client","error_codes":[7000215],"error_description":"CANARY"}"#,
    );
    check_failure(
        &secret(),
        SCOPE,
        &rejected,
        "code=\"rejected\" aadsts=7000215 reason=the token endpoint rejected the exchange: the token \
         endpoint responded with 401 Unauthorized ",
    );
    let closed = CredentialSource::assertions(|| async {
        Err::<String, _>(std::io::Error::other("the vault is closed"))
    });
    check_failure(
        &exchanges_with(closed),
        SCOPE,
        &TOKEN,
        "code=\"credential\" reason=the client credential is not available: the vault is closed",
    );
    check_failure(
        &secret(),
        "",
        &TOKEN,
        "code=\"invalid-request\" reason=the token cannot be exchanged: ",
    );
    check_failure(
        &secret(),
        SCOPE,
        &Endpoint(0, ""),
        "code=\"panicked\" reason=the exchange panicked",
    );
}
