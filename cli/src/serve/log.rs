//! The log: one line for each request, without secrets.

use std::time::{Duration, SystemTime};

use http::{Method, Request, StatusCode};

use crate::{
    terminal::{cut, printable},
    times::rfc_3339,
};

/// The longest part of a path that is shown, in characters. Longer ones can be tokens.
const MAX_PART_LEN: usize = 40;

/// The longest path that is shown, in characters.
const MAX_PATH_LEN: usize = 200;

/// What the log says of a request.
pub(super) struct Entry {
    time: SystemTime,
    method: Method,
    path: String,
}

impl Entry {
    /// Neither headers nor the query, because both can have tokens.
    pub(super) fn new<B>(request: &Request<B>, time: SystemTime) -> Self {
        let parts = request.uri().path().split('/').map(|part| {
            let is_long = part.chars().count() > MAX_PART_LEN;
            if is_long { format!("({} characters)", part.chars().count()) } else { printable(part) }
        });
        let path = cut(&parts.collect::<Vec<_>>().join("/"), MAX_PATH_LEN);
        Self { time, method: request.method().clone(), path }
    }

    pub(super) fn line(&self, status: StatusCode, duration: Duration, caller: &str) -> String {
        format!(
            "{} {} {} {} {} ms {caller}",
            rfc_3339(self.time),
            printable(self.method.as_str()),
            self.path,
            status.as_u16(),
            duration.as_millis(),
        )
    }
}
