//! When to fetch keys: the rules, and the clock that measures them.

use std::time::{Duration, SystemTime, SystemTimeError};

use super::{FIRST_BACKOFF, REFRESH_INTERVAL, UNKNOWN_KEY_INTERVAL};

/// How far one reading of the clock may lag behind another without the clock having been set back. A
/// request reads the clock and then waits for up to a [lease](super::REFRESH_LEASE).
const CLOCK_SKEW: Duration = Duration::from_secs(120);

/// The reason for a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The hourly refresh.
    Due,
    /// A token names a key that the store does not have.
    UnknownKey,
    /// The store has no keys.
    NoKeys,
}

/// When fetches began and how they ended.
///
/// The hourly refresh has a separate timer. Requests neither reset nor delay it: fetches that unknown
/// keys cause are counted separately.
#[derive(Default)]
pub(super) struct Schedule {
    time: Time,
    /// The start of the last fetch.
    began: Duration,
    /// The start of the last successful fetch that was not caused by an unknown key.
    refreshed: Option<Duration>,
    /// The start of the last successful fetch, whatever its cause.
    succeeded: Option<Duration>,
    /// When an unknown key last caused a fetch, unless that failed.
    asked: Option<Duration>,
    backoff: Backoff,
    /// Another one for fetches that unknown keys cause, so that requests do not delay the hourly refresh.
    backoff_for_unknown: Backoff,
    /// Whether the last fetch succeeded. Then a key that it did not bring does not exist.
    is_settled: bool,
}

impl Schedule {
    /// Takes a reading of the clock. Returns how far the clock was set back, if it was.
    pub(super) fn observe(&mut self, now: SystemTime) -> Option<Duration> {
        self.time.observe(now)
    }

    /// The time that has passed since the first reading of the clock.
    pub(super) fn now(&self) -> Duration {
        self.time.elapsed
    }

    /// The last reading of the clock.
    pub(super) fn latest(&self) -> Option<SystemTime> {
        self.time.latest
    }

    /// What the clock, as it is set now, showed at `time`.
    pub(super) fn reading(&self, time: Duration) -> Option<SystemTime> {
        self.time.latest?.checked_sub(self.now().saturating_sub(time))
    }

    pub(super) fn is_settled(&self) -> bool {
        self.is_settled
    }

    pub(super) fn may_begin(&self, cause: Cause) -> bool {
        let passed = |since: Option<Duration>, interval| {
            since.is_none_or(|since| self.now().saturating_sub(since) >= interval)
        };
        let is_wanted = match cause {
            Cause::NoKeys => true,
            // A failed or abandoned fetch is repeated in the background.
            Cause::Due => !self.is_settled || passed(self.refreshed, REFRESH_INTERVAL),
            Cause::UnknownKey => {
                passed(self.asked, UNKNOWN_KEY_INTERVAL)
                    && passed(self.succeeded, UNKNOWN_KEY_INTERVAL)
            }
        };
        is_wanted && self.now() >= self.not_before(cause)
    }

    /// When all backoffs that count for this cause have ended.
    fn not_before(&self, cause: Cause) -> Duration {
        let end = self.backoff.end();
        if cause == Cause::UnknownKey { end.max(self.backoff_for_unknown.end()) } else { end }
    }

    pub(super) fn begin(&mut self, cause: Cause) {
        self.is_settled = false;
        self.began = self.now();
        if cause == Cause::UnknownKey {
            self.asked = Some(self.now());
        }
    }

    /// A fetch that began at `start` succeeded. Returns `true` if no fetch began after it. Otherwise, the
    /// outcome of the later fetch counts.
    #[must_use]
    pub(super) fn succeed(&mut self, cause: Cause, start: Duration) -> bool {
        self.succeeded = self.succeeded.max(Some(start));
        if cause != Cause::UnknownKey {
            self.refreshed = self.refreshed.max(Some(start));
        }
        let is_last = start >= self.began;
        if is_last {
            self.backoff = Backoff::default();
            self.backoff_for_unknown = Backoff::default();
            self.is_settled = true;
        }
        is_last
    }

    /// Records a failed fetch. One that an unknown key caused, or that paused, may start the backoff of the
    /// others, but not prolong it: requests without a valid token can cause such failures.
    pub(super) fn fail(&mut self, cause: Cause, has_paused: bool) {
        let now = self.now();
        if cause == Cause::UnknownKey {
            self.asked = None;
            self.backoff_for_unknown.fail(now);
        }
        if (cause != Cause::UnknownKey && !has_paused) || self.backoff.failures == 0 {
            self.backoff.fail(now);
        } else if cause == Cause::NoKeys {
            // Only the backoff limits these fetches: the same pause again.
            self.backoff.last = now;
        }
    }

    /// When to ask again for a key that could not be fetched.
    pub(super) fn retry_after(&self, cause: Cause) -> Duration {
        self.not_before(cause).saturating_sub(self.now()).max(FIRST_BACKOFF)
    }
}

/// The pause after failures.
#[derive(Default)]
struct Backoff {
    failures: u32,
    /// When the last one happened.
    last: Duration,
}

impl Backoff {
    fn fail(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.last = now;
    }

    fn end(&self) -> Duration {
        let Some(doublings) = self.failures.checked_sub(1) else { return Duration::ZERO };
        let factor = 2_u32.saturating_pow(doublings);
        let pause = FIRST_BACKOFF.saturating_mul(factor).min(UNKNOWN_KEY_INTERVAL);
        self.last.saturating_add(pause)
    }
}

/// Monotonic time, measured by a clock that may be set back: the sum of its steps forward.
#[derive(Default)]
struct Time {
    latest: Option<SystemTime>,
    elapsed: Duration,
}

impl Time {
    fn observe(&mut self, now: SystemTime) -> Option<Duration> {
        let step = self.latest.map_or(Ok(Duration::ZERO), |latest| now.duration_since(latest));
        let back = step.as_ref().err().map(SystemTimeError::duration);
        // Another thread read the clock before this one.
        if back.is_some_and(|back| back <= CLOCK_SKEW) {
            return None;
        }
        self.elapsed = self.elapsed.saturating_add(step.unwrap_or_default());
        self.latest = Some(now);
        back
    }
}
