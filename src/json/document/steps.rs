//! Counts the work of lookups, so that tests of scaling need no clock.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Adds visited values, or bytes of names.
pub(crate) fn count(steps: usize) {
    STEPS.with(|all| all.set(all.get().saturating_add(steps)));
}

/// The steps of an operation.
pub(crate) fn of<T>(work: impl FnOnce() -> T) -> usize {
    STEPS.with(|all| all.set(0));
    let _ = work();
    STEPS.with(Cell::get)
}
