//! One fetch in flight, and all its waiters.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use super::{RefreshError, RefreshErrorKind, refresh::Documents, schedule::Cause};
use crate::shared_future::{BoxFuture, SharedFuture};

/// The result of a fetch.
pub(super) type Fetched = Result<Documents, RefreshError>;

/// How a fetch ended.
pub(super) type Ended = Result<(), Arc<RefreshError>>;

/// The sleep of a runtime.
pub(super) type Sleep = Arc<dyn Fn(Duration) -> BoxFuture<()> + Send + Sync>;

/// A fetch in flight: a [`SharedFuture`] of its waiters. Without waiters it pauses. The time limit of the
/// fetcher does not pause, so a fetch that paused and then failed restarts, once.
pub(super) struct Flight {
    cause: Cause,
    /// When it began, in schedule time.
    start: Duration,
    lease: Duration,
    /// Whether waiters can drive it, because it has a future.
    is_shared: bool,
    fetch: Arc<SharedFuture<Fetched>>,
    /// Ends the wait, if a runtime supplied a sleep.
    sleep: Arc<SharedFuture<()>>,
    state: Mutex<State>,
    /// Wakes the timer when the fetch ends, and when waiters come and go.
    changed: Condvar,
}

struct State {
    /// Whether it had no waiters for some time since it began.
    has_paused: bool,
    has_restarted: bool,
    ended: Option<Ended>,
    next_id: u64,
    tasks: usize,
    /// Changes when the first task arrives and when the last one leaves.
    episode: u64,
    has_timer: bool,
}

impl Flight {
    pub(super) fn new(
        cause: Cause,
        start: Duration,
        lease: Duration,
        fetch: Option<BoxFuture<Fetched>>,
    ) -> Self {
        let is_shared = fetch.is_some();
        let state = State {
            has_paused: false,
            has_restarted: false,
            ended: None,
            next_id: 0,
            tasks: 0,
            episode: 0,
            has_timer: false,
        };
        Self {
            cause,
            start,
            lease,
            is_shared,
            fetch: SharedFuture::new(fetch),
            sleep: SharedFuture::new(None),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    pub(super) fn cause(&self) -> Cause {
        self.cause
    }

    pub(super) fn start(&self) -> Duration {
        self.start
    }

    pub(super) fn has_paused(&self) -> bool {
        self.lock().has_paused
    }

    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    pub(super) fn has_waiters(&self) -> bool {
        self.lock().tasks > 0
    }

    /// The outcome, if the fetch has ended.
    pub(super) fn ended(&self) -> Option<Ended> {
        self.lock().ended.clone()
    }

    /// Restarts a failed fetch that had paused. Returns `false` if it did not restart. Restarts only once, so
    /// that clients that hang up cause a limited number of connections.
    pub(super) fn restart(&self, fetch: impl FnOnce() -> BoxFuture<Fetched>) -> bool {
        let is_first = {
            let mut state = self.lock();
            let is_first = state.has_paused && !state.has_restarted && state.ended.is_none();
            state.has_paused &= !is_first;
            state.has_restarted |= is_first;
            is_first
        };
        if is_first {
            self.fetch.set(fetch());
        }
        is_first
    }

    /// Ends the fetch, unless it has ended already.
    pub(super) fn end(&self, ended: Ended) {
        self.lock().ended.get_or_insert(ended);
        self.changed.notify_all();
        self.fetch.end();
        self.sleep.end();
    }

    /// Adds a waiter. The first waiter starts the timer that limits the wait of all.
    pub(super) fn join(self: &Arc<Self>, sleep: Option<&Sleep>) -> Waiter {
        let (id, is_first) = {
            let mut state = self.lock();
            let id = state.next_id;
            state.next_id = id.saturating_add(1);
            state.tasks = state.tasks.saturating_add(1);
            let is_first = state.tasks == 1 && state.ended.is_none();
            if is_first {
                state.episode = state.episode.saturating_add(1);
            }
            (id, is_first)
        };
        let waiter = Waiter { flight: Arc::clone(self), id };
        if is_first {
            self.changed.notify_all();
            self.start_timer(sleep);
        }
        waiter
    }

    fn leave(&self, id: u64) {
        self.fetch.leave(id);
        self.sleep.leave(id);
        let mut state = self.lock();
        state.tasks = state.tasks.saturating_sub(1);
        // Under the lock, so that the sleep of the next waiter is not removed.
        let sleep = if state.tasks == 0 {
            state.episode = state.episode.saturating_add(1);
            state.has_paused |= self.is_shared && state.ended.is_none();
            self.sleep.take()
        } else {
            None
        };
        drop(state);
        self.changed.notify_all();
        drop(sleep);
    }

    fn start_timer(self: &Arc<Self>, sleep: Option<&Sleep>) {
        // Some sleeps panic outside of their runtime.
        let sleep = sleep.and_then(|sleep| {
            let lease = self.lease;
            catch_unwind(AssertUnwindSafe(|| sleep(lease))).ok()
        });
        if let Some(sleep) = sleep {
            return self.sleep.set(sleep);
        }
        if std::mem::replace(&mut self.lock().has_timer, true) {
            return;
        }
        let flight = Arc::clone(self);
        let thread = thread::Builder::new().name("easyauth-keys".to_owned());
        // On targets without threads, such as wasm32-unknown-unknown, only the fetcher's own time limit
        // applies.
        if thread.spawn(move || flight.run_timer()).is_err() {
            self.lock().has_timer = false;
        }
    }

    /// Ends the fetch after tasks have waited for a whole lease. Stops when the fetch ends, or after a
    /// lease without a waiter.
    fn run_timer(&self) {
        let mut state = self.lock();
        loop {
            let episode = state.episode;
            let is_same = |state: &mut State| state.ended.is_none() && state.episode == episode;
            let result = self.changed.wait_timeout_while(state, self.lease, is_same);
            let (next, timeout) = result.unwrap_or_else(PoisonError::into_inner);
            state = next;
            if state.ended.is_some() {
                return;
            }
            if timeout.timed_out() && state.tasks > 0 {
                drop(state);
                return self.end(Err(Arc::new(RefreshErrorKind::TimedOut.error())));
            }
            if timeout.timed_out() {
                state.has_timer = false;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that waits for a fetch.
pub(super) struct Waiter {
    flight: Arc<Flight>,
    id: u64,
}

impl Waiter {
    /// Drives the fetch. Ready with the result of the fetch or its timeout, if this waiter saw it first;
    /// `None` if the fetch has ended otherwise.
    pub(super) fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Fetched>> {
        if let Some(fetched) = self.flight.fetch.poll(self.id, context) {
            return Poll::Ready(Some(fetched.unwrap_or(Err(RefreshErrorKind::Panicked.error()))));
        }
        if self.flight.sleep.poll(self.id, context).is_some() {
            return Poll::Ready(Some(Err(RefreshErrorKind::TimedOut.error())));
        }
        if self.flight.ended().is_some() { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.flight.leave(self.id);
    }
}
