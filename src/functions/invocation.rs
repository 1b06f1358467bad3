//! The request inside a payload.

use std::{collections::HashSet, fmt::Write as _};

use http::{Method, Uri};

use super::{
    error::{InvocationError, InvocationErrorKind},
    header_list::HeaderList,
};
use crate::{
    debug::debug,
    escape::{Encoded, Escaped},
    headers::HeaderSource,
    json::{JsonError, Kind, ObjectError, Once, Reader, any_string, whole_object},
    kinds::Place,
};

/// The longest payload that is read, in bytes: the limit for the body of a request, 100 MB ("Azure
/// Functions HTTP trigger": limits; `DefaultMaxRequestBodySize` of azure-functions-host). The app
/// setting `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` can change that limit. The payload of a body close to the
/// limit is longer than this if JSON escapes many characters, or if the body is binary: base64 adds a
/// third.
pub const MAX_INVOCATION_LEN: usize = 104_857_600;

/// How many bindings are read. `function.json` lists the bindings, and a function has only a few.
const MAX_BINDINGS: usize = 1000;

/// The longest address that is read, in bytes: that of [`Uri`]. The host accepts request lines of 8 KiB (the
/// default of Kestrel, `MaxRequestLineSize`).
const MAX_URL_LEN: usize = 65_534;

/// The request of an HTTP trigger, from the payload that the host sends to a custom handler ("Azure
/// Functions custom handlers": request payload; `GetRequestAsJObject` of azure-functions-host). A
/// [`HeaderSource`].
///
/// You keep the payload, so you can deserialize its other members: `Query`, `Params` and `Body` of the
/// request, other bindings, and `Metadata`. A `Body` that is binary or a multipart form is in base64.
/// The host derives `Identities` from the headers and the function key.
///
/// Only the host is trusted. Do not let other clients reach the port of the handler. The host passes on the
/// headers of Easy Auth as it gets them: unless a [`Platform`](crate::Platform) overwrites them, clients can
/// forge them. Parse only payloads of functions that have an HTTP trigger, because the event of another trigger
/// can look like a request.
///
/// The `Debug` form has neither values of headers nor the address, which can contain a function key.
pub struct Invocation {
    binding: String,
    uri: Uri,
    method: Method,
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
            (None, _) => Err(InvocationErrorKind::NoHttpTrigger.error()),
            (Some(_), Some(_)) => Err(InvocationErrorKind::Ambiguous.error()),
        }
    }

    /// Reads a payload whose HTTP trigger has exactly this name in `function.json`.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if the payload is malformed, or has no HTTP trigger with this name.
    pub fn parse_named(payload: &[u8], binding: &str) -> Result<Self, InvocationError> {
        let found = read(payload, Some(binding))?;
        found.into_iter().next().unwrap_or(Err(InvocationErrorKind::NoHttpTrigger.error()))
    }

    /// The name of the HTTP trigger, for instance `req`.
    #[must_use]
    pub fn binding(&self) -> &str {
        &self.binding
    }

    /// The requested address, percent-encoded. Its query can contain a function key (`code`), so do not log it.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }
}

impl HeaderSource for Invocation {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.headers.header(name, index)
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        self.headers.first_two(name)
    }
}

debug! {
    Invocation, |own|
    binding: Escaped(&own.binding),
    method: Escaped(own.method.as_str()),
    headers: own.headers,
    ..
}

/// The bindings that can be an HTTP trigger, each with its error if it is malformed.
type Bindings = Vec<Result<Invocation, InvocationError>>;

fn read(payload: &[u8], wanted: Option<&str>) -> Result<Bindings, InvocationError> {
    read_data(payload, |json| bindings(json, wanted))
}

/// Reads the object `Data` of a payload.
pub(super) fn read_data<T>(
    payload: &[u8],
    read: impl Fn(&mut Reader<'_>) -> Result<T, InvocationError>,
) -> Result<T, InvocationError> {
    let mut data = Once::default();
    whole_object(checked(payload)?, |json, name| -> Result<(), InvocationError> {
        if json.str(name) != "Data" {
            return Ok(json.skip().map(drop)?);
        }
        data.read(json, "Data", |json, _| -> Result<_, InvocationError> {
            match json.kind()? {
                Kind::Object => Ok(Some(read(json)?)),
                _ => Ok(json.skip().map(|_| None)?),
            }
        })
    })?;
    data.into_value().ok_or(InvocationErrorKind::NotAnInvocation.error())
}

/// A payload as text, if it is not too long.
pub(super) fn checked(payload: &[u8]) -> Result<&str, InvocationError> {
    if payload.len() > MAX_INVOCATION_LEN {
        let place = Place::Length { limit: MAX_INVOCATION_LEN, found: payload.len() };
        return Err(InvocationError::new(InvocationErrorKind::TooLong, place));
    }
    Ok(std::str::from_utf8(payload).map_err(|error| JsonError { position: error.valid_up_to() })?)
}

/// Reads `Data`: names of bindings and their values.
fn bindings(json: &mut Reader<'_>, wanted: Option<&str>) -> Result<Bindings, InvocationError> {
    let mut found = Bindings::new();
    let mut seen = HashSet::new();
    json.object(|json, at| -> Result<(), InvocationError> {
        let name = json.str(at);
        if !seen.insert(name.to_owned()) {
            return Err(InvocationErrorKind::DuplicateBinding.error());
        }
        if seen.len() > MAX_BINDINGS {
            return Err(InvocationErrorKind::TooManyBindings.error());
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
    Ok(found)
}

/// Reads one binding. It is a request if it has an object of headers.
fn trigger(
    json: &mut Reader<'_>,
    binding: String,
) -> Result<Option<Result<Invocation, InvocationError>>, JsonError> {
    let (mut url, mut method, mut headers) = (Once::default(), Once::default(), Once::default());
    let mut is_request = false;
    // An error counts only if this binding is a request.
    let mut problem = Ok(());
    json.object(|json, name| -> Result<(), JsonError> {
        let read = match json.str(name) {
            "Url" => url.put("Url", any_string(json)?),
            "Method" => method.put("Method", any_string(json)?),
            "Headers" => {
                is_request |= json.kind()? == Kind::Object;
                headers.put("Headers", HeaderList::read(json)?)
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
            uri: required(url.into_value().and_then(|url| uri(&url)), "Url")?,
            method: required(method.into_value().and_then(|name| name.parse().ok()), "Method")?,
            headers: required(headers.into_value(), "Headers")?,
        })
    }))
}

/// A required member that is valid.
fn required<T>(found: Option<T>, member: &'static str) -> Result<T, ObjectError> {
    found.ok_or(ObjectError::WrongType(member))
}

/// The address of a request. The host does not encode the query (`GetRequestAsJObject`), and clients send
/// characters there that no address may have (RFC 3986 section 2).
fn uri(url: &str) -> Option<Uri> {
    if url.len() > MAX_URL_LEN {
        return None;
    }
    let mut encoded = String::with_capacity(url.len());
    for character in url.chars() {
        if character.is_ascii_graphic() && !r#""<>\^`{|}"#.contains(character) {
            encoded.push(character);
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "{}", Encoded(character.encode_utf8(&mut [0; 4])));
        }
    }
    encoded.try_into().ok()
}
