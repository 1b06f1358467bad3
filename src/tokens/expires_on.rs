//! `X-MS-TOKEN-<provider>-EXPIRES-ON` and `expires_on`.

use std::time::SystemTime;

use crate::time::{from_epoch, iso_8601};

/// When a provider token expires, as the platform says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiresOn(SystemTime);

impl ExpiresOn {
    /// Reads a time.
    ///
    /// # Syntax
    ///
    /// `YYYY-MM-DDThh:mm:ss`, then a fraction of any length, then `Z` or an offset `+hh:mm`: what the
    /// platform writes, `2021-06-08T15:35:58.9638246Z`. Or a whole number of seconds since
    /// 1970-01-01T00:00:00Z. Years run from 1970 to 9999. A leap second is read as the second after.
    ///
    /// `None` for anything else. A time without `Z` or an offset is one of them: it could mean any of
    /// a day's worth of moments.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            from_epoch(text.parse().ok()?, 0)?
        } else {
            iso_8601(text)?
        };
        Some(Self(time))
    }

    /// The point in time.
    #[must_use]
    pub fn at(self) -> SystemTime {
        self.0
    }
}
