//! One fetch in flight, and all its waiters.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use super::{REFRESH_LEASE, RefreshError, RefreshErrorKind, refresh::Documents, schedule::Cause};
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
    /// Whether waiters can drive it, because it has a future.
    is_shared: bool,
    fetch: Arc<SharedFuture<Fetched>>,
    state: Mutex<State>,
    /// Wakes the timer when the fetch ends, and when the next deadline is an earlier one.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether it had no waiters for some time since it began.
    has_paused: bool,
    has_restarted: bool,
    ended: Option<Ended>,
    next_id: u64,
    /// The waiting tasks, each with the value that `waited` has when its own wait ends.
    waiting: BTreeMap<u64, Duration>,
    /// A lower bound for how long tasks have waited, one after another, since the last pause.
    waited: Duration,
    /// When the waits end that a thread measures.
    deadlines: BTreeSet<(Instant, u64)>,
    has_timer: bool,
}

impl Flight {
    pub(super) fn new(cause: Cause, start: Duration, fetch: Option<BoxFuture<Fetched>>) -> Self {
        Self {
            cause,
            start,
            is_shared: fetch.is_some(),
            fetch: SharedFuture::new(fetch),
            state: Mutex::default(),
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
        !self.lock().waiting.is_empty()
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
    }

    /// Adds a task that waits for `lease` at most.
    pub(super) fn join(self: &Arc<Self>, lease: Duration, sleep: Option<&Sleep>) -> Waiter {
        let id = {
            let mut state = self.lock();
            let id = state.next_id;
            state.next_id = id.saturating_add(1);
            let until = state.waited.saturating_add(lease);
            state.waiting.insert(id, until);
            id
        };
        // Some sleeps panic outside of their runtime.
        let sleep = sleep.and_then(|sleep| catch_unwind(AssertUnwindSafe(|| sleep(lease))).ok());
        let deadline = if sleep.is_none() { self.deadline(id, lease) } else { None };
        Waiter { flight: Arc::clone(self), id, lease, sleep, deadline }
    }

    fn leave(&self, id: u64, deadline: Option<Instant>) {
        self.fetch.leave(id);
        let mut state = self.lock();
        if let Some(deadline) = deadline {
            state.deadlines.remove(&(deadline, id));
        }
        if state.waiting.remove(&id).is_some() && state.waiting.is_empty() {
            state.has_paused |= self.is_shared && state.ended.is_none();
            state.waited = Duration::ZERO;
        }
    }

    /// Ends the wait of a task whose time is over. Also ends the fetch if no other task waits, or if tasks have
    /// waited for a whole [`REFRESH_LEASE`]. Otherwise new requests would keep a hanging fetch alive.
    fn expire(&self, id: u64) {
        let is_over = {
            let mut state = self.lock();
            let Some(until) = state.waiting.remove(&id) else { return };
            state.waited = state.waited.max(until);
            state.waiting.is_empty() || state.waited >= REFRESH_LEASE
        };
        if is_over {
            self.end(Err(Arc::new(RefreshErrorKind::TimedOut.error())));
        }
    }

    /// Returns `true` if the task need not wait any longer.
    fn is_over(&self, id: u64) -> bool {
        let state = self.lock();
        state.ended.is_some() || !state.waiting.contains_key(&id)
    }

    /// Lets a thread measure the wait of a task, one for all tasks. Returns `None` on targets without threads,
    /// such as wasm32-unknown-unknown: only the fetcher's own time limit applies there.
    fn deadline(self: &Arc<Self>, id: u64, lease: Duration) -> Option<Instant> {
        let mut state = self.lock();
        if !state.has_timer {
            let flight = Arc::clone(self);
            let thread = thread::Builder::new().name("easyauth-keys".to_owned());
            thread.spawn(move || flight.run_timer()).ok()?;
            state.has_timer = true;
        }
        let deadline = Instant::now().checked_add(lease)?;
        state.deadlines.insert((deadline, id));
        if state.deadlines.first() == Some(&(deadline, id)) {
            self.changed.notify_all();
        }
        Some(deadline)
    }

    /// Ends each wait at its deadline, until none is left.
    fn run_timer(&self) {
        let mut state = self.lock();
        while state.ended.is_none()
            && let Some((deadline, id)) = state.deadlines.first().copied()
        {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.deadlines.pop_first();
                drop(state);
                self.expire(id);
                self.fetch.wake(id);
                state = self.lock();
            } else {
                let result = self.changed.wait_timeout(state, left);
                (state, _) = result.unwrap_or_else(PoisonError::into_inner);
            }
        }
        state.has_timer = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that waits for a fetch.
pub(super) struct Waiter {
    flight: Arc<Flight>,
    id: u64,
    lease: Duration,
    /// Ends the wait, if the runtime of this task supplied a sleep. No other task polls it: it would wait for a
    /// runtime that is blocked, or has ended.
    sleep: Option<BoxFuture<()>>,
    /// When a thread ends the wait otherwise.
    deadline: Option<Instant>,
}

impl Waiter {
    /// Drives the fetch. Ready with the result of the fetch, if this waiter saw it first; `None` if the wait is
    /// over, or the fetch has ended otherwise.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Fetched>> {
        if let Some(fetched) = self.flight.fetch.poll(self.id, context) {
            return Poll::Ready(Some(fetched.unwrap_or(Err(RefreshErrorKind::Panicked.error()))));
        }
        if let Some(sleep) = &mut self.sleep {
            match catch_unwind(AssertUnwindSafe(|| sleep.as_mut().poll(context))) {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(())) => self.flight.expire(self.id),
                Err(_) => {
                    self.sleep = None;
                    self.deadline = self.flight.deadline(self.id, self.lease);
                }
            }
        }
        if self.flight.is_over(self.id) { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.flight.leave(self.id, self.deadline);
    }
}
