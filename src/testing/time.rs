//! Points in time in the format of the platform.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::{MAX_EPOCH_SECONDS, days_since_1970};

/// `2021-06-08T15:35:58.9638246Z`: ISO 8601 with seven decimal digits. `None` for a year that does not
/// have four digits, or is before 1970.
pub(super) fn format(time: SystemTime) -> Option<String> {
    let since_1970 = time.duration_since(UNIX_EPOCH).ok()?;
    let seconds = since_1970.as_secs();
    if seconds > MAX_EPOCH_SECONDS {
        return None;
    }
    let days = i64::try_from(seconds.div_euclid(86_400)).ok()?;
    let has_started =
        |year: i64, month: i64| days_since_1970(year, month, 1).is_some_and(|first| first <= days);
    let year = (1970..=9999).take_while(|year| has_started(*year, 1)).last()?;
    let month = (1..=12).take_while(|month| has_started(year, *month)).last()?;
    let day = days.checked_sub(days_since_1970(year, month, 1)?)?.checked_add(1)?;
    let of_day = seconds.rem_euclid(86_400);
    let hour = of_day.div_euclid(3600);
    let minute = of_day.rem_euclid(3600).div_euclid(60);
    let second = of_day.rem_euclid(60);
    let fraction = since_1970.subsec_nanos().div_euclid(100);
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z"))
}
