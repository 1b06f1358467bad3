//! Times: the option `--now`, and times as a date and a distance from now.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::ExpiresOn;
use serde::Serialize;

/// Parses the value of `--now`.
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let time = ExpiresOn::parse(text).map(ExpiresOn::at);
    time.ok_or_else(|| "expected a time such as 2026-03-12T14:00:00Z".to_owned())
}

/// A point in time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Moment {
    /// RFC 3339.
    pub(crate) at: String,
    /// Negative for the past.
    pub(crate) in_seconds: i64,
}

impl Moment {
    pub(crate) fn new(at: SystemTime, now: SystemTime) -> Self {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let in_seconds = match at.duration_since(now) {
            Ok(ahead) => seconds(ahead),
            Err(error) => seconds(error.duration()).saturating_neg(),
        };
        Self { at: rfc_3339(at), in_seconds }
    }

    pub(crate) fn is_past(&self) -> bool {
        self.in_seconds <= 0
    }

    /// Returns `true` if the two are less than a minute apart. The platform computes the time in its
    /// header from the lifetime of the token, so it differs from `exp` by seconds.
    pub(crate) fn is_close(&self, other: &Self) -> bool {
        self.in_seconds.abs_diff(other.in_seconds) < 60
    }

    /// `in 42 minutes`, `12 minutes ago`.
    pub(crate) fn relative(&self) -> String {
        let distance = self.in_seconds.unsigned_abs();
        let (count, unit) = match distance {
            0 => return "now".to_owned(),
            1..60 => (distance, "second"),
            60..3600 => (distance / 60, "minute"),
            3600..86_400 => (distance / 3600, "hour"),
            86_400..63_115_200 => (distance / 86_400, "day"),
            // The mean year of the Gregorian calendar.
            _ => (distance / 31_556_952, "year"),
        };
        let plural = if count == 1 { "" } else { "s" };
        if self.is_past() {
            format!("{count} {unit}{plural} ago")
        } else {
            format!("in {count} {unit}{plural}")
        }
    }
}

/// Formats a time in UTC, without fractions of a second. The library and `--now` accept only years of
/// four digits. A clock before 1970 counts as 1970.
pub(crate) fn rfc_3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time.max(UNIX_EPOCH)).to_string()
}
