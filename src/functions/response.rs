//! The payload of an answer.

use std::{collections::BTreeMap, fmt};

use http::{HeaderName, StatusCode};
use serde_json::json;

use crate::Refusal;

/// What a function with an HTTP response answers, for the host to make a response of it ("Azure Functions
/// custom handlers": response payload). Functions with further outputs put their payload together
/// themselves.
///
/// The host takes a text as the body and one value for each header. A body or a value that is nothing but an
/// ISO 8601 date with a time arrives in another format, since the host's JSON reader takes it for a date.
///
/// Its `Debug` form has the status only.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct InvocationResponse {
    status: StatusCode,
    headers: BTreeMap<String, String>,
    body: String,
}

impl InvocationResponse {
    /// An answer without headers and body.
    pub fn new(status: StatusCode) -> Self {
        Self { status, headers: BTreeMap::new(), body: String::new() }
    }

    /// Sets a header. If set twice, the last value wins.
    ///
    /// # Errors
    ///
    /// [`InvalidHeader`] if the name is not a token (RFC 9110 section 5.6.2), or if the value has a byte other
    /// than tab and printable ASCII: with a line break in either, the value of a peer could add headers of its
    /// own.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidHeader> {
        let name = HeaderName::try_from(name).map_err(|_| InvalidHeader(Part::Name))?;
        // `http::HeaderValue` takes bytes beyond ASCII, which have no meaning of their own (RFC 9110 section 5.5).
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

    /// The payload, where `output` is the name of the HTTP response in `function.json`: `res` for instance,
    /// or `$return`.
    ///
    /// Send it with the content type `application/json`, and **with the status 200 whatever the status in
    /// it**: of an answer with the status of an error the host reads nothing.
    #[must_use]
    pub fn to_json(&self, output: &str) -> String {
        let Self { status, headers, body } = self;
        // Names and types as in azure-functions-host, `HttpOutputBindingResponse`: the status is a text.
        let answer = json!({"body": body, "headers": headers, "statusCode": status.as_str()});
        // What `Outputs` has under this name is written over by `ReturnValue` (`WorkerFunctionInvoker`).
        let payload = if output == "$return" {
            json!({"Logs": [], "Outputs": {}, "ReturnValue": answer})
        } else {
            json!({"Logs": [], "Outputs": {output: answer}, "ReturnValue": null})
        };
        payload.to_string()
    }
}

/// The refusal as an answer: status, headers and body.
impl From<&Refusal> for InvocationResponse {
    fn from(refusal: &Refusal) -> Self {
        let headers = refusal.headers();
        let texts = headers.iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        Self { headers: texts.collect(), ..Self::new(refusal.status()).body(refusal.body()) }
    }
}

impl fmt::Debug for InvocationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvocationResponse({})", self.status)
    }
}

/// A header that no response can have. Says which part is not valid, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {} of the header has a byte that it cannot have", .0.name())]
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
