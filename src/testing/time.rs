//! Points in time in the format of the platform.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::MAX_EPOCH_SECONDS;

/// `2021-06-08T15:35:58.9638246Z`: ISO 8601 with seven decimal digits. `None` for a year that does not
/// have four digits, or is before 1970.
pub(super) fn format(time: SystemTime) -> Option<String> {
    let since_1970 = time.duration_since(UNIX_EPOCH).ok()?;
    let seconds = since_1970.as_secs();
    if seconds > MAX_EPOCH_SECONDS {
        return None;
    }
    let (mut year, mut day) = (1970, seconds.div_euclid(86_400));
    while day >= days_of(year) {
        day = day.checked_sub(days_of(year))?;
        year = u64::checked_add(year, 1)?;
    }
    let mut month = 1;
    for length in months_of(year) {
        if day < length {
            break;
        }
        day = day.checked_sub(length)?;
        month = u64::checked_add(month, 1)?;
    }
    let day = day.checked_add(1)?;
    let of_day = seconds.rem_euclid(86_400);
    let hour = of_day.div_euclid(3600);
    let minute = of_day.rem_euclid(3600).div_euclid(60);
    let second = of_day.rem_euclid(60);
    let fraction = since_1970.subsec_nanos().div_euclid(100);
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z"))
}

fn days_of(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn months_of(year: u64) -> [u64; 12] {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
