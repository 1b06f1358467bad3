//! Points in time as the platform and tokens write them, and the clock of the adapters.

#[cfg(any(feature = "azure_core", feature = "verify"))]
use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};
use std::{
    iter,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The clock of an adapter, whose framework passes no time: the system's clock, or another one in tests.
#[cfg(any(feature = "azure_core", feature = "verify"))]
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

/// A panic in a clock leaves no state behind that this crate reads.
#[cfg(any(feature = "azure_core", feature = "verify"))]
impl UnwindSafe for Clock {}
#[cfg(any(feature = "azure_core", feature = "verify"))]
impl RefUnwindSafe for Clock {}

#[cfg(any(feature = "azure_core", feature = "verify"))]
impl Clock {
    pub(crate) fn system() -> Self {
        Self::new(SystemTime::now)
    }

    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.0)()
    }
}

#[cfg(any(feature = "azure_core", feature = "verify"))]
impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The last second of the year 9999, the last year that ISO 8601 writes with four digits.
pub(crate) const MAX_EPOCH_SECONDS: u64 = 253_402_300_799;

/// The point in time this many seconds after 1970; `None` after the year 9999.
pub(crate) fn from_epoch(seconds: u64, nanoseconds: u32) -> Option<SystemTime> {
    if seconds > MAX_EPOCH_SECONDS {
        return None;
    }
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

/// Parses ISO 8601 with `Z` or an offset. The syntax is that of `ExpiresOn::parse`.
pub(crate) fn iso_8601(text: &str) -> Option<SystemTime> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let (time, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => offset(rest)?,
    };
    let [year, month, day] = numbers(date, b'-', [4, 2, 2])?;
    let (clock, fraction) = match time.split_once('.') {
        Some((clock, digits)) => (clock, nanoseconds(digits)?),
        None => (time, 0),
    };
    let [hour, minute, second] = numbers(clock, b':', [2, 2, 2])?;
    if year < 1970 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_since_1970(year, month, day)?;
    let of_day =
        hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    let seconds = days.checked_mul(86_400)?.checked_add(of_day)?.checked_sub(offset)?;
    from_epoch(u64::try_from(seconds).ok()?, fraction)
}

/// Splits `hh:mm:ss.f+hh:mm` before its offset. The offset is in seconds east of Greenwich.
fn offset(text: &str) -> Option<(&str, i64)> {
    let at = text.rfind(['+', '-'])?;
    let (time, offset) = text.split_at_checked(at)?;
    let [hours, minutes] = numbers(offset.get(1..)?, b':', [2, 2])?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    Some((time, if offset.starts_with('-') { seconds.checked_neg()? } else { seconds }))
}

/// Exactly `N` numbers of exactly `widths` digits.
fn numbers<const N: usize>(text: &str, separator: u8, widths: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.as_bytes().split(|byte| *byte == separator);
    for (own, width) in numbers.iter_mut().zip(widths) {
        let digits = parts.next().filter(|digits| digits.len() == width)?;
        *own = number(digits.iter().copied())?;
    }
    parts.next().is_none().then_some(numbers)
}

/// The digits after the point, one or more. Ignores those after the ninth.
fn nanoseconds(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine = number(digits.bytes().chain(iter::repeat(b'0')).take(9))?;
    u32::try_from(nine).ok()
}

/// The number of these digits.
fn number(mut digits: impl Iterator<Item = u8>) -> Option<i64> {
    digits.try_fold(0_i64, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(i64::from(digit))
    })
}

/// The number of days from 1970-01-01 to a day of the Gregorian calendar; `None` for a day that does not
/// exist.
pub(crate) fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    const BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let days = match month {
        2 => 28_i64.checked_add(i64::from(leap))?,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    let past = year.checked_sub(1)?;
    // The leap days of all earlier years, without those before 1970.
    let leap_days = past
        .div_euclid(4)
        .checked_sub(past.div_euclid(100))?
        .checked_add(past.div_euclid(400))?
        .checked_sub(477)?;
    let month_index = usize::try_from(month.checked_sub(1)?).ok()?;
    let in_year = BEFORE_MONTH
        .get(month_index)?
        .checked_add(day)?
        .checked_sub(1)?
        .checked_add(i64::from(leap && month > 2))?;
    year.checked_sub(1970)?.checked_mul(365)?.checked_add(leap_days)?.checked_add(in_year)
}
