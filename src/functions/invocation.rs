//! The request inside a payload.

use std::{collections::HashSet, fmt};

use super::header_list::HeaderList;
use crate::{
    escape::Escaped,
    headers::HeaderSource,
    json::{JsonError, Kind, Reader},
};

/// The longest payload that is read, in bytes: the limit for the body of a request, 100 MB ("Azure
/// Functions HTTP trigger": limits; `DefaultMaxRequestBodySize` of azure-functions-host). The app
/// setting `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` can change that limit. The payload of a body close to the
/// limit is longer than this if JSON escapes many characters, or if the body is binary: base64 adds a
/// third.
pub const MAX_INVOCATION_LEN: usize = 104_857_600;

/// How many bindings are read. `function.json` lists the bindings, and a function has only a few.
const MAX_BINDINGS: usize = 1000;

/// The request of an HTTP trigger, from the payload that the host sends to a custom handler ("Azure
/// Functions custom handlers": request payload; `GetRequestAsJObject` of azure-functions-host). A
/// [`HeaderSource`].
///
/// You keep the payload, so you can deserialize its other members: `Query`, `Params` and `Body` of the
/// request, other bindings, and `Metadata`. A `Body` that is binary or a multipart form is in base64.
/// The host derives `Identities` from the headers and the function key.
///
/// Only the host is trusted. Do not let other clients reach the port of the handler. Parse only payloads
/// of functions that have an HTTP trigger, because the event of another trigger can look like a request.
///
/// The `Debug` form has neither values of headers nor the address, which can contain a function key.
pub struct Invocation {
    binding: String,
    url: String,
    method: String,
    headers: HeaderList,
}

impl Invocation {
    /// Reads a payload in which the HTTP trigger is the only binding with `Headers`, which is the usual
    /// case.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if the payload is malformed, or has no such binding or more than one.
    pub fn parse(payload: &[u8]) -> Result<Self, InvocationError> {
        let mut found = read(payload, None)?.into_iter();
        match (found.next(), found.next()) {
            (Some(binding), None) => binding,
            (None, _) => Err(InvocationError::NoHttpTrigger),
            (Some(_), Some(_)) => Err(InvocationError::Ambiguous),
        }
    }

    /// Reads a payload whose HTTP trigger has exactly this name in `function.json`.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if the payload is malformed, or has no HTTP trigger with this name.
    pub fn parse_named(payload: &[u8], binding: &str) -> Result<Self, InvocationError> {
        let found = read(payload, Some(binding))?;
        found.into_iter().next().unwrap_or(Err(InvocationError::NoHttpTrigger))
    }

    /// The name of the HTTP trigger, for instance `req`.
    #[must_use]
    pub fn binding(&self) -> &str {
        &self.binding
    }

    /// The requested address. Its query can contain a function key (`code`), so do not log it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }
}

impl HeaderSource for Invocation {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.headers.header(name, index)
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("binding", &Escaped(&self.binding))
            .field("method", &Escaped(&self.method))
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// The bindings that can be an HTTP trigger, each with its error if it is malformed.
type Bindings = Vec<Result<Invocation, InvocationError>>;

fn read(payload: &[u8], wanted: Option<&str>) -> Result<Bindings, InvocationError> {
    let mut json = Reader::new(checked(payload)?);
    if json.kind()? != Kind::Object {
        json.skip()?;
        json.end()?;
        return Err(InvocationError::NotAnInvocation);
    }
    let mut data = None;
    json.object(|json, name| -> Result<(), InvocationError> {
        if json.str(name) == "Data" {
            once(&mut data, "Data", bindings(json, wanted)?)
        } else {
            Ok(json.skip().map(drop)?)
        }
    })?;
    json.end()?;
    data.flatten().ok_or(InvocationError::NotAnInvocation)
}

/// The text of a payload, if it is not too long.
pub(super) fn checked(text: &[u8]) -> Result<&str, InvocationError> {
    if text.len() > MAX_INVOCATION_LEN {
        return Err(InvocationError::TooLong { length: text.len() });
    }
    std::str::from_utf8(text)
        .map_err(|error| InvocationError::Json { position: error.valid_up_to() })
}

/// Reads `Data`: names of bindings and their values.
fn bindings(
    json: &mut Reader<'_>,
    wanted: Option<&str>,
) -> Result<Option<Bindings>, InvocationError> {
    if json.kind()? != Kind::Object {
        return Ok(json.skip().map(|_| None)?);
    }
    let mut found = Bindings::new();
    let mut seen = HashSet::new();
    json.object(|json, at| -> Result<(), InvocationError> {
        let name = json.str(at);
        if !seen.insert(name.to_owned()) {
            return Err(InvocationError::DuplicateBinding);
        }
        if seen.len() > MAX_BINDINGS {
            return Err(InvocationError::TooManyBindings);
        }
        let is_wanted = wanted.is_none_or(|wanted| wanted == name);
        if is_wanted && json.kind()? == Kind::Object {
            let name = json.str(at).to_owned();
            let trigger = trigger(json, name)?;
            // Two are enough to report an ambiguity.
            if found.len() < 2 {
                found.extend(trigger);
            }
        } else {
            json.skip()?;
        }
        Ok(())
    })?;
    Ok(Some(found))
}

/// Reads one binding. It is a request if it has an object of headers.
fn trigger(
    json: &mut Reader<'_>,
    binding: String,
) -> Result<Option<Result<Invocation, InvocationError>>, JsonError> {
    let (mut url, mut method, mut headers) = (None, None, None);
    let mut is_request = false;
    // An error counts only if this binding is the wanted one.
    let mut problem = Ok(());
    json.object(|json, name| -> Result<(), JsonError> {
        let read = match json.str(name) {
            "Url" => once(&mut url, "Url", text(json)?),
            "Method" => once(&mut method, "Method", text(json)?),
            "Headers" => {
                is_request |= json.kind()? == Kind::Object;
                once(&mut headers, "Headers", HeaderList::read(json)?)
            }
            _ => json.skip().map(|_| Ok(()))?,
        };
        if problem.is_ok() {
            problem = read;
        }
        Ok(())
    })?;
    Ok(is_request.then(|| {
        problem?;
        Ok(Invocation {
            binding,
            url: required(url.flatten(), "Url")?,
            method: required(method.flatten(), "Method")?,
            headers: required(headers.flatten(), "Headers")?,
        })
    }))
}

/// A required member with the right type.
fn required<T>(found: Option<T>, member: &'static str) -> Result<T, InvocationError> {
    found.ok_or(InvocationError::InvalidMember { member })
}

pub(super) fn text(json: &mut Reader<'_>) -> Result<Option<String>, JsonError> {
    if json.kind()? != Kind::String {
        return json.skip().map(|_| None);
    }
    let text = json.string()?;
    Ok(Some(json.str(text).to_owned()))
}

/// Fills `slot`, which must be empty: of two members with the same name, neither is trusted.
pub(super) fn once<T>(
    slot: &mut Option<T>,
    member: &'static str,
    value: T,
) -> Result<(), InvocationError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(InvocationError::DuplicateMember { member }),
    }
}

/// An invalid payload. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvocationError {
    /// The payload is longer than [`MAX_INVOCATION_LEN`].
    #[error("the invocation is {length} bytes long, over the limit of {MAX_INVOCATION_LEN}")]
    TooLong {
        /// The length of the payload in bytes.
        length: usize,
    },
    /// The payload is not JSON in UTF-8. If the host forwards the original request, use the headers of
    /// that request instead.
    #[error("the invocation is not JSON at byte {position}")]
    Json {
        /// The offset in the payload.
        position: usize,
    },
    /// The object `Data` is missing.
    #[error("the payload is no invocation: it has no object Data")]
    NotAnInvocation,
    /// No binding has the headers of a request, or none with the requested name has them.
    #[error("the invocation has no HTTP trigger, or none of this name")]
    NoHttpTrigger,
    /// More than one binding has headers: select one with [`Invocation::parse_named`].
    #[error("the invocation has more than one binding with headers")]
    Ambiguous,
    /// Two bindings have the same name.
    #[error("the invocation has two bindings of one name")]
    DuplicateBinding,
    /// There are more bindings than any function has.
    #[error("the invocation has more than {MAX_BINDINGS} bindings")]
    TooManyBindings,
    /// No binding with the requested name has the context of an MCP tool trigger, or the text is not
    /// such a context.
    #[error("the invocation has no MCP tool trigger of this name")]
    NoToolTrigger,
    /// The context of an MCP tool trigger has no headers.
    #[error(
        "the MCP tool trigger has no transport.properties.headers: update the MCP extension, and have clients use \
         the Streamable HTTP endpoint"
    )]
    NoTransportHeaders,
    /// A duplicate member.
    #[error("the invocation has {member} twice")]
    DuplicateMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A member of the HTTP trigger is missing or has the wrong JSON type.
    #[error("the HTTP trigger has no {member}, or one of the wrong JSON type")]
    InvalidMember {
        /// The name of the member.
        member: &'static str,
    },
}

impl From<JsonError> for InvocationError {
    fn from(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}
