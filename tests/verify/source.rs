//! A source of keys that the test controls, and tasks that the test polls.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use easyauth::{
    TransportError,
    verify::{FetchKeys, FetchKeysBlocking, KeyStore, MetadataUri},
};
use serde_json::{Value, json};

use crate::support::*;

/// Runs a test that blocks threads. It fails instead of hanging forever.
#[track_caller]
pub(crate) fn bounded(test: impl FnOnce() + Send + 'static) {
    let (done, end) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    match end.recv_timeout(Duration::from_secs(20)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the test hangs"),
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

pub(crate) const METADATA: &[u8] = include_bytes!("../data/entra.metadata.json");

pub(crate) fn store() -> KeyStore {
    let uri = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    KeyStore::new(MetadataUri::parse(uri).unwrap())
}

/// A token for any time.
pub(crate) fn long_lived() -> Draft {
    Draft::access().with("iat", 0).with("nbf", 0).with("exp", NOW + 1_000_000_000)
}

/// A key set with the key that signs, under these IDs.
pub(crate) fn document(ids: &[&str]) -> Vec<u8> {
    let key = |id: &&str| {
        let mut key = rsa_jwk(&KEY);
        key.insert("kid".to_owned(), json!(id));
        Value::from(key)
    };
    json!({"keys": ids.iter().map(key).collect::<Vec<_>>()}).to_string().into_bytes()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Answers,
    Fails,
    /// Answers only as many documents as the test allows.
    Hangs,
    Panics,
}

/// A source of keys. Every document takes two polls.
#[derive(Clone)]
pub(crate) struct Source(Arc<Mutex<State>>);

struct State {
    mode: Mode,
    keys: Vec<u8>,
    allowed: usize,
    /// How many fetches began, for how many of them the time limit has ended, how many failed, and how many
    /// brought keys.
    began: usize,
    expired: usize,
    failed: usize,
    delivered: usize,
    wakers: Vec<Waker>,
}

impl Source {
    pub(crate) fn new(ids: &[&str]) -> Self {
        Self(Arc::new(Mutex::new(State {
            mode: Mode::Answers,
            keys: document(ids),
            allowed: 0,
            began: 0,
            expired: 0,
            failed: 0,
            delivered: 0,
            wakers: Vec::new(),
        })))
    }

    pub(crate) fn publish(&self, keys: Vec<u8>) {
        self.0.lock().unwrap().keys = keys;
    }

    /// Sets the mode, also for fetches in flight.
    pub(crate) fn set(&self, mode: Mode) {
        self.0.lock().unwrap().mode = mode;
        self.wake();
    }

    /// Lets this many documents through while it hangs.
    pub(crate) fn allow(&self, documents: usize) {
        self.0.lock().unwrap().allowed += documents;
        self.wake();
    }

    /// The time limit ends for all fetches in flight, also for those that are not polled.
    pub(crate) fn expire(&self) {
        let mut state = self.0.lock().unwrap();
        state.expired = state.began;
        drop(state);
        self.wake();
    }

    fn wake(&self) {
        let wakers = std::mem::take(&mut self.0.lock().unwrap().wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn began(&self) -> usize {
        self.0.lock().unwrap().began
    }

    pub(crate) fn delivered(&self) -> usize {
        self.0.lock().unwrap().delivered
    }

    /// How many came to an end.
    pub(crate) fn ended(&self) -> usize {
        let state = self.0.lock().unwrap();
        state.failed + state.delivered
    }

    fn is_metadata(uri: &str) -> bool {
        uri.ends_with("openid-configuration")
    }

    /// Begins to fetch a document. Returns the number of the fetch that it belongs to.
    fn begin(&self, is_metadata: bool) -> usize {
        let mut state = self.0.lock().unwrap();
        state.began += usize::from(is_metadata);
        state.began
    }

    /// The answer, if there is one now.
    fn answer(&self, number: usize, is_metadata: bool) -> Option<Result<Vec<u8>, TransportError>> {
        let mut state = self.0.lock().unwrap();
        let is_expired = number <= state.expired;
        state.failed += usize::from(is_expired || matches!(state.mode, Mode::Panics | Mode::Fails));
        if is_expired {
            return Some(Err(TransportError::new("operation timed out")));
        }
        match state.mode {
            Mode::Panics => {
                drop(state);
                panic!("told to panic");
            }
            Mode::Hangs if state.allowed == 0 => return None,
            Mode::Hangs => state.allowed -= 1,
            Mode::Fails => return Some(Err(TransportError::new("told to fail"))),
            Mode::Answers => {}
        }
        if is_metadata {
            return Some(Ok(METADATA.to_vec()));
        }
        state.delivered += 1;
        Some(Ok(state.keys.clone()))
    }
}

impl FetchKeys for Source {
    fn fetch(&self, uri: &str) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send {
        let (source, is_metadata) = (self.clone(), Self::is_metadata(uri));
        let number = self.begin(is_metadata);
        let mut is_first = true;
        poll_fn(move |context| {
            if std::mem::take(&mut is_first) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if let Some(answer) = source.answer(number, is_metadata) {
                return Poll::Ready(answer);
            }
            source.0.lock().unwrap().wakers.push(context.waker().clone());
            Poll::Pending
        })
    }
}

impl FetchKeysBlocking for Source {
    fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        let is_metadata = Self::is_metadata(uri);
        let number = self.begin(is_metadata);
        loop {
            match self.answer(number, is_metadata) {
                Some(answer) => return answer,
                None => thread::yield_now(),
            }
        }
    }
}

/// A timer that the test advances.
#[derive(Clone, Default)]
pub(crate) struct Timer(Arc<Mutex<(Duration, Vec<Sleeper>)>>);

/// When it ends, and what to wake then.
type Sleeper = (Duration, Waker);

impl Timer {
    pub(crate) fn now(&self) -> Duration {
        self.0.lock().unwrap().0
    }

    pub(crate) fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        let timer = self.clone();
        let end = timer.now() + duration;
        poll_fn(move |context| {
            let mut state = timer.0.lock().unwrap();
            if state.0 >= end {
                return Poll::Ready(());
            }
            state.1.push((end, context.waker().clone()));
            Poll::Pending
        })
    }

    /// When the next sleep ends.
    pub(crate) fn next(&self) -> Option<Duration> {
        let state = self.0.lock().unwrap();
        state.1.iter().map(|(end, _)| *end).filter(|end| *end > state.0).min()
    }

    pub(crate) fn advance(&self, duration: Duration) {
        let mut state = self.0.lock().unwrap();
        state.0 += duration;
        let now = state.0;
        let over: Vec<_> = state.1.extract_if(.., |(end, _)| *end <= now).collect();
        drop(state);
        for (_, waker) in over {
            waker.wake();
        }
    }
}

/// A future that is polled only after it was woken.
pub(crate) struct Task<T> {
    future: Pin<Box<dyn Future<Output = T>>>,
    flag: Arc<Flag>,
}

struct Flag {
    is_woken: AtomicBool,
    count: AtomicUsize,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        self.count.fetch_add(1, Ordering::SeqCst);
    }
}

impl<T> Task<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        let flag = Flag { is_woken: AtomicBool::new(true), count: AtomicUsize::new(0) };
        Self { future: Box::pin(future), flag: Arc::new(flag) }
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.flag.is_woken.load(Ordering::SeqCst)
    }

    /// Polls it once, if it was woken.
    pub(crate) fn step(&mut self) -> Option<T> {
        if !self.flag.is_woken.swap(false, Ordering::SeqCst) {
            return None;
        }
        let waker = Waker::from(Arc::clone(&self.flag));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    /// Polls it as long as it is woken.
    pub(crate) fn run(&mut self) -> Option<T> {
        while self.is_woken() {
            if let Some(output) = self.step() {
                return Some(output);
            }
        }
        None
    }
}

/// The output of a future that never waits.
#[track_caller]
pub(crate) fn finish<T>(future: impl Future<Output = T> + 'static) -> T {
    Task::new(future).run().expect("nothing to wait for")
}

/// Runs all of them as long as one is woken. Returns what they came to; `None` for those that wait.
pub(crate) fn run_all<T>(tasks: &mut [Task<T>]) -> Vec<Option<T>> {
    let mut outputs: Vec<Option<T>> = tasks.iter().map(|_| None).collect();
    loop {
        let mut is_idle = true;
        for (task, output) in tasks.iter_mut().zip(&mut outputs) {
            if output.is_none() && task.is_woken() {
                is_idle = false;
                *output = task.step();
            }
        }
        if is_idle {
            return outputs;
        }
    }
}
