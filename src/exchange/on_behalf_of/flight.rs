//! Single-flight: one future for all callers that wait for the same result.

use std::{
    collections::{BTreeMap, HashMap, hash_map},
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use super::Key;

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The futures in flight.
///
/// No single caller owns a future. Each waiter that is polled drives it, and all waiters are woken when
/// it can continue. So it does not matter if some waiters are dropped, or are kept but no longer polled
/// (Oxide RFD 609, "Debugging and Dealing with Futurelock"). When its last waiter is dropped, the future
/// is dropped too.
///
/// No lock is held while a future is polled or dropped, or a waker is cloned, called or dropped: those
/// run user code.
pub(super) struct Flights<T> {
    entries: Mutex<HashMap<Key, Entry<T>>>,
    /// The result of a future that panicked.
    panicked: fn() -> T,
}

struct Entry<T> {
    flight: Arc<Flight<T>>,
    waiters: usize,
    next_id: u64,
}

impl<T: Clone + Send + 'static> Flights<T> {
    pub(super) fn new(panicked: fn() -> T) -> Self {
        Self { entries: Mutex::default(), panicked }
    }

    /// Joins the flight with this key, or starts one. Returns the result instead if `find` has it.
    ///
    /// A result that a future stores before it ends is found by every later caller: `find` runs inside
    /// the lock that the end of a flight takes.
    pub(super) fn join(
        self: &Arc<Self>,
        key: Key,
        find: impl FnOnce() -> Option<T>,
        start: impl FnOnce() -> BoxFuture<T>,
    ) -> Result<T, Waiter<T>> {
        let mut entries = lock(&self.entries);
        let entry = match entries.entry(key) {
            hash_map::Entry::Occupied(entry) => entry.into_mut(),
            hash_map::Entry::Vacant(place) => {
                if let Some(result) = find() {
                    return Ok(result);
                }
                let flight = Arc::new(Flight::new(start()));
                place.insert(Entry { flight, waiters: 0, next_id: 0 })
            }
        };
        let id = entry.next_id;
        entry.next_id = id.saturating_add(1);
        entry.waiters = entry.waiters.saturating_add(1);
        let flight = Arc::clone(&entry.flight);
        Err(Waiter { flights: Arc::clone(self), flight, key, id })
    }

    /// Removes a flight that has ended.
    fn remove(&self, key: &Key, flight: &Arc<Flight<T>>) {
        let mut entries = lock(&self.entries);
        if entries.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.flight, flight)) {
            entries.remove(key);
        }
    }

    /// Counts a waiter out. Returns `true` if it was the last one of a flight that has not ended.
    fn leave(&self, key: &Key, flight: &Arc<Flight<T>>) -> bool {
        let mut entries = lock(&self.entries);
        let Some(entry) = entries.get_mut(key) else { return false };
        if !Arc::ptr_eq(&entry.flight, flight) {
            return false;
        }
        entry.waiters = entry.waiters.saturating_sub(1);
        let is_last = entry.waiters == 0;
        if is_last {
            entries.remove(key);
        }
        is_last
    }
}

struct Flight<T>(Mutex<State<T>>);

struct State<T> {
    output: Option<T>,
    /// Taken out while a waiter polls it.
    future: Option<BoxFuture<T>>,
    is_woken: bool,
    wakers: BTreeMap<u64, Waker>,
}

impl<T: Clone + Send + 'static> Flight<T> {
    fn new(future: BoxFuture<T>) -> Self {
        Self(Mutex::new(State {
            output: None,
            future: Some(future),
            is_woken: true,
            wakers: BTreeMap::new(),
        }))
    }

    fn output(&self) -> Option<T> {
        lock(&self.0).output.clone()
    }

    /// Polls the future, if it can continue and no other waiter is polling it.
    fn drive(self: &Arc<Self>, panicked: fn() -> T) -> Option<T> {
        let mut future = {
            let mut state = lock(&self.0);
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
            Ok(Poll::Ready(output)) => return Some(output),
            Err(_) => return Some(panicked()),
            Ok(Poll::Pending) => {}
        }
        let mut state = lock(&self.0);
        state.future = Some(future);
        let is_woken = state.is_woken;
        drop(state);
        if is_woken {
            // Waiters that were woken in the meantime found the future taken.
            self.wake_all();
        }
        None
    }

    fn end(&self, output: T) {
        lock(&self.0).output.get_or_insert(output);
        self.wake_all();
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut lock(&self.0).wakers);
        for waker in wakers.into_values() {
            waker.wake();
        }
    }
}

/// A wake-up of the future wakes all waiters, because any one of them may never be polled again.
impl<T: Clone + Send + 'static> Wake for Flight<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        lock(&self.0).is_woken = true;
        self.wake_all();
    }
}

/// A caller that waits for a flight.
pub(super) struct Waiter<T: Clone + Send + 'static> {
    flights: Arc<Flights<T>>,
    flight: Arc<Flight<T>>,
    key: Key,
    id: u64,
}

impl<T: Clone + Send + 'static> Future for Waiter<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let waker = context.waker().clone();
        let old = lock(&self.flight.0).wakers.insert(self.id, waker);
        drop(old);
        if let Some(output) = self.flight.output() {
            return Poll::Ready(output);
        }
        if let Some(output) = self.flight.drive(self.flights.panicked) {
            self.flights.remove(&self.key, &self.flight);
            self.flight.end(output.clone());
            return Poll::Ready(output);
        }
        // The flight may have ended in the meantime.
        self.flight.output().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T: Clone + Send + 'static> Drop for Waiter<T> {
    fn drop(&mut self) {
        let is_abandoned = self.flights.leave(&self.key, &self.flight);
        let mut state = lock(&self.flight.0);
        let waker = state.wakers.remove(&self.id);
        let future = if is_abandoned { state.future.take() } else { None };
        drop(state);
        drop((waker, future));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
