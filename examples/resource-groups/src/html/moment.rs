//! Points in time, for users and for screen readers.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

const MINUTE: Duration = Duration::from_secs(60);

/// A point in time, and how far from now it is.
pub(crate) struct Moment {
    pub(crate) time: SystemTime,
    pub(crate) now: SystemTime,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, now } = *self;
        let exact = humantime::format_rfc3339_seconds(time).to_string(); // 2030-01-01T00:00:00Z
        let (date, clock) = exact.split_once('T').unwrap_or((&exact, ""));
        let clock = clock.get(..5).unwrap_or_default();
        write!(f, "<time datetime=\"{exact}\">{date} {clock} UTC</time>, ")?;
        match (time.duration_since(now), now.duration_since(time)) {
            (Ok(left), _) if left >= MINUTE => write!(f, "in {}", Minutes(left)),
            (Ok(_), _) => f.write_str("in less than a minute"),
            (Err(_), Ok(since)) if since >= MINUTE => write!(f, "{} ago", Minutes(since)),
            (Err(_), _) => f.write_str("just now"),
        }
    }
}

struct Minutes(Duration);

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() / 60 {
            1 => f.write_str("one minute"),
            count => write!(f, "{count} minutes"),
        }
    }
}
