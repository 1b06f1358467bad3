//! Durations as the platform writes them.

use std::time::Duration;

/// .NET counts in units of 100 nanoseconds.
const TICK: u32 = 100;
const TICK_DIGITS: usize = 7;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Reads `hh:mm:ss`, with optional days (`d.hh:mm:ss`) and an optional fraction (`hh:mm:ss.fffffff`): the
/// constant format "c" of .NET's `TimeSpan`. Returns `None` for a negative one.
pub(super) fn read(text: &str) -> Option<Duration> {
    let (clock, ticks) = match text.rsplit_once(':')?.1.split_once('.') {
        Some((_, fraction)) => (text.strip_suffix(fraction)?.strip_suffix('.')?, ticks(fraction)?),
        None => (text, 0),
    };
    let (days, clock) = clock.split_once('.').unwrap_or(("0", clock));
    let mut parts = clock.split(':');
    let mut part = |below: u64| number(parts.next()?, 2).filter(|part| *part < below);
    let (hours, minutes, seconds) = (part(24)?, part(60)?, part(60)?);
    if parts.next().is_some() {
        return None;
    }
    let seconds = number(days, 8)?
        .checked_mul(DAY)?
        .checked_add(hours.checked_mul(HOUR)?)?
        .checked_add(minutes.checked_mul(MINUTE)?)?
        .checked_add(seconds)?;
    Some(Duration::new(seconds, ticks.checked_mul(TICK)?))
}

/// One to `most` digits.
fn number(text: &str, most: usize) -> Option<u64> {
    let is_number = text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// The fraction of a second, which always has seven digits.
fn ticks(fraction: &str) -> Option<u32> {
    if fraction.len() == TICK_DIGITS {
        u32::try_from(number(fraction, TICK_DIGITS)?).ok()
    } else {
        None
    }
}

/// Writes what [`read`] reads. Drops fractions of a tick, and limits the duration to the longest of .NET,
/// 10,675,199 days.
pub(super) fn write(duration: Duration) -> String {
    const LONGEST: Duration = Duration::from_secs(922_337_203_685);
    let duration = duration.min(LONGEST);
    let seconds = duration.as_secs();
    let days = match seconds / DAY {
        0 => String::new(),
        days => format!("{days}."),
    };
    let fraction = match duration.subsec_nanos() / TICK {
        0 => String::new(),
        ticks => format!(".{ticks:07}"),
    };
    format!(
        "{days}{:02}:{:02}:{:02}{fraction}",
        seconds % DAY / HOUR,
        seconds % HOUR / MINUTE,
        seconds % MINUTE,
    )
}
