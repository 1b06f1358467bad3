//! One fetch in flight, and all its waiters.

use std::{
    collections::BTreeMap,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, SystemTime},
};

use super::{RefreshError, RefreshErrorKind, refresh::Documents, schedule::Cause};

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The result of a fetch.
pub(super) type Fetched = Result<Documents, RefreshError>;

/// How a fetch ended.
pub(super) type Ended = Result<(), Arc<RefreshError>>;

/// The sleep of a runtime.
pub(super) type Sleep = Arc<dyn Fn(Duration) -> BoxFuture<()> + Send + Sync>;

/// A fetch in flight.
///
/// No single waiter owns its future. Each waiter that is polled drives it, and all waiters are woken
/// when it can continue. So it does not matter if some waiters are dropped, or are kept but no longer
/// polled (Oxide RFD 609, "Debugging and Dealing with Futurelock"). Without waiters it pauses.
///
/// No lock is held while a future is polled or dropped, or a waker is cloned, called or dropped: those
/// run user code.
pub(super) struct Flight {
    cause: Cause,
    /// When it began, in schedule time.
    start: Duration,
    at: SystemTime,
    lease: Duration,
    /// Whether waiters can drive it, because it has a future.
    is_shared: bool,
    state: Mutex<State>,
    /// Wakes the timer when the fetch ends, and when waiters come and go.
    changed: Condvar,
}

struct State {
    ended: Option<Ended>,
    fetch: Slot<Fetched>,
    /// Ends the wait, if a runtime supplied a sleep.
    sleep: Slot<()>,
    wakers: BTreeMap<u64, Waker>,
    next_id: u64,
    tasks: usize,
    /// Changes when the first task arrives and when the last one leaves.
    episode: u64,
    has_timer: bool,
}

/// A future that any waiter can poll. While a waiter polls it, the slot is empty. A wake-up stays recorded until
/// a waiter polls the future, whichever waiter that is.
struct Slot<T> {
    future: Option<BoxFuture<T>>,
    is_woken: bool,
}

impl<T> Slot<T> {
    fn new(future: Option<BoxFuture<T>>) -> Self {
        Self { future, is_woken: true }
    }
}

impl Flight {
    pub(super) fn new(
        cause: Cause,
        start: Duration,
        at: SystemTime,
        lease: Duration,
        fetch: Option<BoxFuture<Fetched>>,
    ) -> Self {
        let is_shared = fetch.is_some();
        let state = State {
            ended: None,
            fetch: Slot::new(fetch),
            sleep: Slot::new(None),
            wakers: BTreeMap::new(),
            next_id: 0,
            tasks: 0,
            episode: 0,
            has_timer: false,
        };
        Self {
            cause,
            start,
            at,
            lease,
            is_shared,
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

    pub(super) fn at(&self) -> SystemTime {
        self.at
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

    /// Ends the fetch, unless it has ended already.
    pub(super) fn end(&self, ended: Ended) {
        let (fetch, sleep) = {
            let mut state = self.lock();
            state.ended.get_or_insert(ended);
            (state.fetch.future.take(), state.sleep.future.take())
        };
        self.changed.notify_all();
        self.wake_all();
        drop((fetch, sleep));
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
        let mut state = self.lock();
        let waker = state.wakers.remove(&id);
        state.tasks = state.tasks.saturating_sub(1);
        let sleep = if state.tasks == 0 {
            state.episode = state.episode.saturating_add(1);
            state.sleep.future.take()
        } else {
            None
        };
        drop(state);
        self.changed.notify_all();
        drop((waker, sleep));
    }

    fn start_timer(self: &Arc<Self>, sleep: Option<&Sleep>) {
        // Some sleeps panic outside of their runtime.
        let sleep = sleep.and_then(|sleep| {
            let lease = self.lease;
            catch_unwind(AssertUnwindSafe(|| sleep(lease))).ok()
        });
        if let Some(sleep) = sleep {
            let old = std::mem::replace(&mut self.lock().sleep, Slot::new(Some(sleep)));
            // A waiter that arrived in the meantime may have been polled before the sleep existed.
            self.wake_all();
            drop(old);
            return;
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

    /// Polls one of the futures, if it can continue. If another waiter is polling it, this waiter is
    /// woken when there is more to do.
    fn drive<T>(
        self: &Arc<Self>,
        slot: fn(&mut State) -> &mut Slot<T>,
    ) -> Option<thread::Result<T>> {
        let mut future = {
            let mut state = self.lock();
            let slot = slot(&mut state);
            if !slot.is_woken {
                return None;
            }
            let future = slot.future.take()?;
            slot.is_woken = false;
            future
        };
        let waker = Waker::from(Arc::clone(self));
        let poll = || future.as_mut().poll(&mut Context::from_waker(&waker));
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(output)) => return Some(Ok(output)),
            Err(panic) => return Some(Err(panic)),
            Ok(Poll::Pending) => {}
        }
        let mut state = self.lock();
        if state.ended.is_some() {
            drop(state);
            drop(future);
            return None;
        }
        let slot = slot(&mut state);
        slot.future = Some(future);
        let is_woken = slot.is_woken;
        drop(state);
        if is_woken {
            // Waiters that were woken in the meantime found an empty slot.
            self.wake_all();
        }
        None
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut self.lock().wakers);
        for waker in wakers.into_values() {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wake-up of the future wakes all waiters, because any one of them may never be polled again.
impl Wake for Flight {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.lock();
        state.fetch.is_woken = true;
        state.sleep.is_woken = true;
        drop(state);
        self.wake_all();
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
        if self.flight.ended().is_some() {
            return Poll::Ready(None);
        }
        let waker = context.waker().clone();
        let old = self.flight.lock().wakers.insert(self.id, waker);
        drop(old);
        if let Some(fetched) = self.flight.drive(|state| &mut state.fetch) {
            return Poll::Ready(Some(fetched.unwrap_or(Err(RefreshErrorKind::Panicked.error()))));
        }
        if self.flight.drive(|state| &mut state.sleep).is_some() {
            return Poll::Ready(Some(Err(RefreshErrorKind::TimedOut.error())));
        }
        // The fetch may have ended before the waker was stored.
        if self.flight.ended().is_some() { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.flight.leave(self.id);
    }
}
