//! A future that several tasks drive.

use std::{
    collections::BTreeMap,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    thread,
};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A future that several tasks drive.
///
/// No single task owns it. Each task that is polled drives it, and all tasks are woken when it can
/// continue. So it does not matter if some tasks are dropped, or are kept but no longer polled (Oxide
/// RFD 609, "Debugging and Dealing with Futurelock").
///
/// No lock is held while the future is polled or dropped, or a waker is cloned, called or dropped: those
/// run user code.
pub(crate) struct SharedFuture<T>(Mutex<State<T>>);

struct State<T> {
    /// Taken out while a task polls it.
    future: Option<BoxFuture<T>>,
    /// A wake-up stays recorded until a task polls the future, whichever task that is.
    is_woken: bool,
    has_ended: bool,
    wakers: BTreeMap<u64, Waker>,
}

impl<T: 'static> SharedFuture<T> {
    pub(crate) fn new(future: Option<BoxFuture<T>>) -> Arc<Self> {
        let wakers = BTreeMap::new();
        Arc::new(Self(Mutex::new(State { future, is_woken: true, has_ended: false, wakers })))
    }

    /// Polls the future, if it can continue and no other task is polling it. One task gets the result.
    /// This task is woken when there is more to do, until it [leaves](Self::leave).
    pub(crate) fn poll(
        self: &Arc<Self>,
        task: u64,
        context: &Context<'_>,
    ) -> Option<thread::Result<T>> {
        let waker = context.waker().clone();
        let old = self.lock().wakers.insert(task, waker);
        drop(old);
        let mut future = {
            let mut state = self.lock();
            if !state.is_woken {
                return None;
            }
            let future = state.future.take()?;
            state.is_woken = false;
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
        if state.has_ended {
            drop(state);
            drop(future);
            return None;
        }
        state.future = Some(future);
        let is_woken = state.is_woken;
        drop(state);
        if is_woken {
            // Tasks that were woken in the meantime found the future taken.
            self.wake_all();
        }
        None
    }

    /// Forgets a task.
    pub(crate) fn leave(&self, task: u64) {
        let waker = self.lock().wakers.remove(&task);
        drop(waker);
    }

    /// Sets the future, unless this has ended.
    pub(crate) fn set(&self, future: BoxFuture<T>) {
        let old = {
            let mut state = self.lock();
            state.is_woken = true;
            if state.has_ended { Some(future) } else { state.future.replace(future) }
        };
        // Tasks that were polled before found no future.
        self.wake_all();
        drop(old);
    }

    /// Wakes one task.
    pub(crate) fn wake(&self, task: u64) {
        let waker = self.lock().wakers.remove(&task);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Drops the future, and wakes all tasks.
    pub(crate) fn end(&self) {
        let future = {
            let mut state = self.lock();
            state.has_ended = true;
            state.future.take()
        };
        self.wake_all();
        drop(future);
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut self.lock().wakers);
        for waker in wakers.into_values() {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wake-up of the future wakes all tasks, because any one of them may never be polled again.
impl<T: 'static> Wake for SharedFuture<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.lock().is_woken = true;
        self.wake_all();
    }
}
