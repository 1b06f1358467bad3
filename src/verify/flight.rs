//! One fetch under way, and everyone who waits for it.

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

use super::{RefreshError, refresh::Documents, schedule::Cause};

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a fetch brings.
pub(super) type Fetched = Result<Documents, RefreshError>;

/// How a fetch ended.
pub(super) type Ended = Result<(), Arc<RefreshError>>;

/// The sleep of a runtime.
pub(super) type Sleep = Arc<dyn Fn(Duration) -> BoxFuture<()> + Send + Sync>;

/// A fetch under way.
///
/// Its future belongs to nobody who waits: each waiter that is polled drives it on, and each is woken
/// when it can go on. So it does not matter which of them are dropped, or are kept and no longer polled
/// (Oxide RFD 609, "Debugging and Dealing with Futurelock"). With no waiter left, it pauses.
///
/// No lock is held while a future is polled or dropped, or a waker is cloned, called or dropped: those
/// run code of the user.
pub(super) struct Flight {
    cause: Cause,
    /// When it began, in the time of the schedule and of the clock.
    start: Duration,
    at: SystemTime,
    lease: Duration,
    /// Whether a waiter can drive it, because it has a future.
    is_shared: bool,
    state: Mutex<State>,
    /// Wakes threads when the fetch ends, and the timer when waiters come and go.
    changed: Condvar,
}

struct State {
    ended: Option<Ended>,
    fetch: Slot<Fetched>,
    /// Ends the wait, if a runtime gave a sleep.
    sleep: Slot<()>,
    wakers: BTreeMap<u64, Waker>,
    next_id: u64,
    tasks: usize,
    threads: usize,
    /// Changes when the first task comes and when the last one goes.
    episode: u64,
    has_timer: bool,
}

/// A future that any waiter polls. It is taken out for that.
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
            threads: 0,
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
        let state = self.lock();
        state.tasks > 0 || state.threads > 0
    }

    /// How it ended, if it did.
    pub(super) fn ended(&self) -> Option<Ended> {
        self.lock().ended.clone()
    }

    /// Ends it, unless it has ended.
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

    /// Waits on this thread. Returns `None` if the lease ends before the fetch.
    pub(super) fn wait_blocking(&self) -> Option<Ended> {
        let mut state = self.lock();
        state.threads = state.threads.saturating_add(1);
        let result =
            self.changed.wait_timeout_while(state, self.lease, |state| state.ended.is_none());
        let (mut state, _) = result.unwrap_or_else(PoisonError::into_inner);
        state.threads = state.threads.saturating_sub(1);
        state.ended.clone()
    }

    /// Begins to wait. The first who waits starts the timer that ends the wait of all.
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
        let waiter = Waiter { flight: Arc::clone(self), id, is_new: true };
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
            // A waiter that came meanwhile may have been polled before there was a sleep to poll.
            self.wake_all();
            drop(old);
            return;
        }
        if std::mem::replace(&mut self.lock().has_timer, true) {
            return;
        }
        let flight = Arc::clone(self);
        let thread = thread::Builder::new().name("easyauth-keys".to_owned());
        // Where there are no threads, as on wasm32-unknown-unknown, the fetcher's own limit is all.
        if thread.spawn(move || flight.run_timer()).is_err() {
            self.lock().has_timer = false;
        }
    }

    /// Ends the fetch once tasks have waited for a whole lease. Ends itself with the fetch, or after a
    /// lease in which nobody came.
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
                return self.end(Err(Arc::new(RefreshError::TimedOut)));
            }
            if timeout.timed_out() {
                state.has_timer = false;
                return;
            }
        }
    }

    /// Polls one of the futures, if it can go on. Another waiter may be at it: this one is woken when
    /// there is more to do.
    fn drive<T>(
        self: &Arc<Self>,
        slot: fn(&mut State) -> &mut Slot<T>,
        is_new: bool,
    ) -> Option<thread::Result<T>> {
        let mut future = {
            let mut state = self.lock();
            let slot = slot(&mut state);
            if !slot.is_woken && !is_new {
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
            // Waiters that were woken meanwhile found nothing to poll.
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

/// Whatever wakes a future wakes all waiters: any of them may never be polled again.
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
    /// Whether it was never polled. Then it polls the fetch even if nothing woke that, for the case
    /// that who could have woken it is gone.
    is_new: bool,
}

impl Waiter {
    /// Drives the fetch. Ready with what this waiter is the first to know: what the fetch brought, or
    /// that it took too long; `None` if the fetch has ended otherwise.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Fetched>> {
        let is_new = std::mem::replace(&mut self.is_new, false);
        if self.flight.ended().is_some() {
            return Poll::Ready(None);
        }
        let waker = context.waker().clone();
        let old = self.flight.lock().wakers.insert(self.id, waker);
        drop(old);
        if let Some(fetched) = self.flight.drive(|state| &mut state.fetch, is_new) {
            return Poll::Ready(Some(fetched.unwrap_or(Err(RefreshError::Panicked))));
        }
        if self.flight.drive(|state| &mut state.sleep, is_new).is_some() {
            return Poll::Ready(Some(Err(RefreshError::TimedOut)));
        }
        // It may have ended before the waker was there.
        if self.flight.ended().is_some() { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.flight.leave(self.id);
    }
}
