//! The payload of a response.

use std::collections::BTreeMap;

use http::{HeaderName, StatusCode};
use serde_json::json;

use crate::debug::debug;
use crate::rejection::Rejection;

/// The response of a function with an HTTP output, which the host converts to an HTTP response ("Azure
/// Functions custom handlers": response payload). Functions with other outputs must build their payload
/// themselves.
///
/// The host accepts a string as the body and one value for each header. If a body or a value is exactly
/// an ISO 8601 date with a time, the host changes its format: its JSON reader parses it as a date.
///
/// The `Debug` form has only the status.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct InvocationResponse {
    status: StatusCode,
    headers: BTreeMap<String, String>,
    body: String,
}

impl InvocationResponse {
    /// Creates a response without headers and body.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: BTreeMap::new(), body: String::new() }
    }

    /// Sets a header. If set twice, the last value wins.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if the name is not a token (RFC 9110 section 5.6.2), or the value has a byte
    /// other than tab and printable ASCII. With a line break, the value of a peer could add other
    /// headers.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidHeader> {
        let name = HeaderName::try_from(name).map_err(|_| InvalidHeader(Part::Name))?;
        // `http::HeaderValue` accepts bytes beyond ASCII, whose meaning is undefined (RFC 9110 section
        // 5.5).
        if !value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
            return Err(InvalidHeader(Part::Value));
        }
        self.headers.insert(name.as_str().to_owned(), value.to_owned());
        Ok(self)
    }

    /// Sets the body.
    pub fn body(self, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// The payload. `output` is the name of the HTTP response in `function.json`, for instance `res` or
    /// `$return`.
    ///
    /// Send it with the content type `application/json` and **always with the status 200**, whatever
    /// status the payload contains. The host ignores the payload of a response with an error status.
    #[must_use]
    pub fn to_json(&self, output: &str) -> String {
        let Self { status, headers, body } = self;
        // Names and types as in azure-functions-host, `HttpOutputBindingResponse`: the status is a
        // string.
        let answer = json!({"body": body, "headers": headers, "statusCode": status.as_str()});
        // `ReturnValue` overwrites the member of `Outputs` with this name (`WorkerFunctionInvoker`).
        let payload = if output == "$return" {
            json!({"Logs": [], "Outputs": {}, "ReturnValue": answer})
        } else {
            json!({"Logs": [], "Outputs": {output: answer}, "ReturnValue": null})
        };
        payload.to_string()
    }
}

/// The rejection as a response: status, headers and body.
impl From<&Rejection> for InvocationResponse {
    fn from(rejection: &Rejection) -> Self {
        let headers = rejection.headers();
        let strings = headers.iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        Self { headers: strings.collect(), ..Self::new(rejection.status()).body(rejection.body()) }
    }
}

impl From<Rejection> for InvocationResponse {
    fn from(rejection: Rejection) -> Self {
        Self::from(&rejection)
    }
}

debug! { InvocationResponse, |own| "InvocationResponse({})", own.status }

/// A header that no response can have. Names the invalid part, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {} of the header has an invalid byte", .0.name())]
pub struct InvalidHeader(Part);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Value,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Value => "value",
        }
    }
}
