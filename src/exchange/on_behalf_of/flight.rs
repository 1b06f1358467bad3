//! Single-flight: one future for all callers that wait for the same result.

use std::{
    collections::{HashMap, hash_map},
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll},
};

use super::Key;
use crate::shared_future::{BoxFuture, SharedFuture};

/// The futures in flight, each a [`SharedFuture`] of its waiters. When its last waiter is dropped, the future
/// is dropped too.
pub(super) struct Flights<T> {
    entries: Mutex<HashMap<Key, Entry<T>>>,
    /// The result of a future that panicked.
    panicked: Box<dyn Fn() -> T + Send + Sync>,
}

struct Entry<T> {
    flight: Arc<Flight<T>>,
    waiters: usize,
    next_id: u64,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(super) fn new(panicked: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { entries: Mutex::default(), panicked: Box::new(panicked) }
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
        let mut entries = self.lock();
        let entry = match entries.entry(key) {
            hash_map::Entry::Occupied(entry) => entry.into_mut(),
            hash_map::Entry::Vacant(place) => {
                if let Some(result) = find() {
                    return Ok(result);
                }
                let future = SharedFuture::new(Some(start()));
                let flight = Arc::new(Flight { future, output: OnceLock::new() });
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
        let mut entries = self.lock();
        if entries.get(key).is_some_and(|entry| Arc::ptr_eq(&entry.flight, flight)) {
            entries.remove(key);
        }
    }

    /// Counts a waiter out. Returns `true` if it was the last one of a flight that has not ended.
    fn leave(&self, key: &Key, flight: &Arc<Flight<T>>) -> bool {
        let mut entries = self.lock();
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

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry<T>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Flight<T> {
    future: Arc<SharedFuture<T>>,
    output: OnceLock<T>,
}

/// A caller that waits for a flight.
pub(super) struct Waiter<T: Clone + Send + Sync + 'static> {
    flights: Arc<Flights<T>>,
    flight: Arc<Flight<T>>,
    key: Key,
    id: u64,
}

impl<T: Clone + Send + Sync + 'static> Future for Waiter<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Flight { future, output } = &*self.flight;
        if let Some(result) = future.poll(self.id, context) {
            let result = result.unwrap_or_else(|_| (self.flights.panicked)());
            self.flights.remove(&self.key, &self.flight);
            let result = output.get_or_init(|| result).clone();
            future.end();
            return Poll::Ready(result);
        }
        output.get().map_or(Poll::Pending, |output| Poll::Ready(output.clone()))
    }
}

impl<T: Clone + Send + Sync + 'static> Drop for Waiter<T> {
    fn drop(&mut self) {
        let is_abandoned = self.flights.leave(&self.key, &self.flight);
        self.flight.future.leave(self.id);
        if is_abandoned {
            self.flight.future.end();
        }
    }
}
