//! A token endpoint that does what a test says, tokens of users, and tasks that are polled by hand.

use std::{
    collections::BTreeMap,
    error::Error,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{
    AccessToken, TransportError,
    exchange::{
        ClientCredential, OnBehalfOf, OnBehalfOfError, OnBehalfOfToken, TokenEndpoint, Transport,
        TransportBlocking,
    },
};
use http::{Request, Response};

pub(crate) const NOW: u64 = 1_773_325_000;
pub(crate) const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
pub(crate) const CLIENT: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
pub(crate) const AGENT: &str = "00000009-0000-4000-8000-000000000009";
pub(crate) const READ: &str = "https://graph.microsoft.com/User.Read";
/// The lifetime of the tokens of [`Endpoint`].
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

pub(crate) type Exchanged = Result<OnBehalfOfToken, OnBehalfOfError>;

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn on_behalf_of() -> OnBehalfOf {
    let endpoint = TokenEndpoint::entra(TENANT).unwrap();
    OnBehalfOf::new(endpoint, CLIENT, ClientCredential::secret("CANARY-secret"))
}

pub(crate) fn jwt(payload: &str) -> AccessToken {
    let encode = |segment: &str| BASE64_URL_SAFE_NO_PAD.encode(segment);
    let header = encode(r#"{"typ":"JWT","alg":"RS256"}"#);
    AccessToken::new(format!("{header}.{}.Q0FOQVJZ", encode(payload)))
}

/// The access token of a user for this API.
pub(crate) fn bearer(user: &str) -> AccessToken {
    jwt(&format!(r#"{{"aud":"{CLIENT}","oid":"{user}","scp":"access","name":"CANARY"}}"#))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Answers,
    /// Has no response.
    Fails,
    /// Responds with 400.
    Rejects,
    /// Responds only as often as the test allows.
    Hangs,
    Panics,
}

/// A token endpoint. The token that it gives names the user, the scopes and a number. Every response takes
/// one more poll than the first.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<Mutex<State>>);

struct State {
    mode: Mode,
    allowed: usize,
    response: Option<(u16, String)>,
    requests: Vec<BTreeMap<String, String>>,
    in_flight: BTreeMap<String, usize>,
    most_in_flight: usize,
    wakers: Vec<Waker>,
}

impl Endpoint {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            mode: Mode::Answers,
            allowed: 0,
            response: None,
            requests: Vec::new(),
            in_flight: BTreeMap::new(),
            most_in_flight: 0,
            wakers: Vec::new(),
        })))
    }

    /// Responds with this to every request.
    pub(crate) fn with(status: u16, body: &str) -> Self {
        let endpoint = Self::new();
        endpoint.respond(status, body);
        endpoint
    }

    pub(crate) fn respond(&self, status: u16, body: &str) {
        self.0.lock().unwrap().response = Some((status, body.to_owned()));
    }

    /// What it does from now on, also with requests in flight.
    pub(crate) fn set(&self, mode: Mode) {
        self.0.lock().unwrap().mode = mode;
        self.wake();
    }

    /// Lets this many requests through while it hangs.
    pub(crate) fn allow(&self, requests: usize) {
        self.0.lock().unwrap().allowed += requests;
        self.wake();
    }

    fn wake(&self) {
        let wakers = std::mem::take(&mut self.0.lock().unwrap().wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The forms of all requests.
    pub(crate) fn requests(&self) -> Vec<BTreeMap<String, String>> {
        self.0.lock().unwrap().requests.clone()
    }

    /// The number of requests.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().requests.len()
    }

    /// The most requests that were in flight at the same time for the same form.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.0.lock().unwrap().most_in_flight
    }

    fn begin(&self, request: &Request<Vec<u8>>) -> (Sending, BTreeMap<String, String>, usize) {
        let body = String::from_utf8(request.body().clone()).unwrap();
        let form = form(&body);
        let mut state = self.0.lock().unwrap();
        state.requests.push(form.clone());
        let count = state.in_flight.entry(body.clone()).or_default();
        *count += 1;
        state.most_in_flight = (*count).max(state.most_in_flight);
        (Sending(self.clone(), body), form, state.requests.len())
    }

    /// The response, if there is one now.
    fn answer(
        &self,
        form: &BTreeMap<String, String>,
        number: usize,
    ) -> Option<Result<Response<Vec<u8>>, TransportError>> {
        let mut state = self.0.lock().unwrap();
        match state.mode {
            Mode::Panics => {
                drop(state);
                panic!("told to panic");
            }
            Mode::Fails => return Some(Err(TransportError::new("told to fail"))),
            Mode::Rejects => return Some(Ok(response(400, r#"{"error":"invalid_scope"}"#))),
            Mode::Hangs if state.allowed == 0 => return None,
            Mode::Hangs => state.allowed -= 1,
            Mode::Answers => {}
        }
        if let Some((status, body)) = &state.response {
            return Some(Ok(response(*status, body)));
        }
        let user = form.get("assertion").map_or_else(|| "app".to_owned(), |token| user_of(token));
        let scope = form["scope"].replace(['/', ':', ' '], "-");
        let seconds = LIFETIME.as_secs();
        let body = format!(
            r#"{{"token_type":"Bearer","expires_in":{seconds},"access_token":"{user}~{scope}~{number}"}}"#
        );
        Some(Ok(response(200, &body)))
    }
}

/// Counts a request that is in flight, until it ends or is dropped.
struct Sending(Endpoint, String);

impl Drop for Sending {
    fn drop(&mut self) {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state.in_flight.get_mut(&self.1).unwrap() -= 1;
    }
}

impl Transport for Endpoint {
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, TransportError>> + Send {
        let endpoint = self.clone();
        let mut begun = None;
        poll_fn(move |context| {
            let Some((_, form, number)) = &begun else {
                begun = Some(endpoint.begin(&request));
                context.waker().wake_by_ref();
                return Poll::Pending;
            };
            let answer = endpoint.answer(form, *number);
            if answer.is_none() {
                endpoint.0.lock().unwrap().wakers.push(context.waker().clone());
            }
            answer.map_or(Poll::Pending, Poll::Ready)
        })
    }
}

impl TransportBlocking for Endpoint {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        let (_sending, form, number) = self.begin(&request);
        self.answer(&form, number).expect("a blocking endpoint does not hang")
    }
}

fn response(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header("Retry-After", "7")
        .body(body.as_bytes().to_vec())
        .unwrap()
}

pub(crate) fn form(body: &str) -> BTreeMap<String, String> {
    body.split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if let (b'%', [high, low, after @ ..]) = (first, after) {
            let digits = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn user_of(assertion: &str) -> String {
    let token = AccessToken::new(assertion).decode_unverified().unwrap();
    token.object_id().unwrap().to_owned()
}

/// The user, the scopes and the number in a token of [`Endpoint`].
pub(crate) fn parts(token: &OnBehalfOfToken) -> (String, String, usize) {
    let text = token.access_token().expose_secret();
    let [user, scope, number] = text.split('~').collect::<Vec<_>>()[..] else { panic!("{text}") };
    (user.to_owned(), scope.to_owned(), number.parse().unwrap())
}

/// Runs a future that needs nothing from outside.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// A future that is polled by hand.
pub(crate) struct Task<T> {
    future: Pin<Box<dyn Future<Output = T>>>,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<T> Task<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(AtomicBool::new(true))) }
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::SeqCst)
    }

    /// Polls it once.
    pub(crate) fn step(&mut self) -> Option<T> {
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

/// A task that asks for a token.
pub(crate) fn ask(
    on_behalf_of: &OnBehalfOf,
    user: &str,
    scope: &str,
    endpoint: &Endpoint,
    now: SystemTime,
) -> Task<Exchanged> {
    let (on_behalf_of, bearer) = (on_behalf_of.clone(), bearer(user));
    let (scope, endpoint) = (scope.to_owned(), endpoint.clone());
    Task::new(async move { on_behalf_of.token(&bearer, scope, &endpoint, now).await })
}

/// An error and all its sources, as a log has them.
pub(crate) fn chain(error: &dyn Error) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[track_caller]
pub(crate) fn assert_shows_nothing(text: &str) {
    assert!(!text.is_empty());
    assert!(!text.contains("CANARY") && !text.contains("Q0FOQVJZ"), "{text}");
}
