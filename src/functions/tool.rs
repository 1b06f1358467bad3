//! The request inside the context of an MCP tool trigger.

use super::{
    error::{InvocationError, InvocationErrorKind},
    header_list::HeaderList,
    invocation::{checked, read_data},
};
use crate::{
    debug::debug,
    escape::Escaped,
    headers::HeaderSource,
    json::{Kind, Once, Reader, Span, any_string},
};

/// The request that called an MCP tool, from the context that the MCP extension of Azure Functions
/// passes to a tool trigger. Its headers are in `transport.properties.headers`
/// (azure-functions-mcp-extension#20, `TransportJsonConverter`; azure-functions-nodejs-library#370). A
/// [`HeaderSource`].
///
/// The headers are present with the Streamable HTTP endpoint (`/runtime/webhooks/mcp`) and current
/// versions of the extension. You can deserialize the other members of the context, such as `arguments`,
/// which come from the client. **Never take headers from `arguments` or from the value of a tool
/// property.**
///
/// If Easy Auth is off, clients can forge its headers, so check the [`Platform`](crate::Platform) before you
/// read a context.
///
/// The `Debug` form has no values of headers.
///
/// ```
/// use easyauth::{EasyAuthPrincipal, NoEasyAuth, Platform, functions::ToolInvocation};
///
/// fn at_startup() -> Result<(), NoEasyAuth> {
///     Platform::from_env().require_easy_auth()
/// }
///
/// let context = br#"{"name":"hello","arguments":{},"sessionid":"1","transport":{"name":"http-streamable",
///     "properties":{"headers":{"X-MS-CLIENT-PRINCIPAL-ID":"7","X-MS-CLIENT-PRINCIPAL-IDP":"aad"}}}}"#;
/// let call = ToolInvocation::from_context(context)?;
/// let user = EasyAuthPrincipal::from_headers(&call)?.expect("an authenticated user");
/// assert_eq!((call.tool(), user.id()), ("hello", Some("7")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ToolInvocation {
    tool: String,
    headers: HeaderList,
}

impl ToolInvocation {
    /// Reads the context: the JSON object in the trigger's argument.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if the text is not such an object, or has no headers.
    pub fn from_context(context: &[u8]) -> Result<Self, InvocationError> {
        let mut json = Reader::new(checked(context)?);
        let found = if json.kind()? == Kind::Object {
            context_of(&mut json)?
        } else {
            json.skip()?;
            None
        };
        json.end()?;
        found.ok_or(InvocationErrorKind::NoToolTrigger.error())
    }

    /// Reads the payload that the host sends to a custom handler ("Azure Functions custom handlers":
    /// request payload). The context can be an object, or a string that contains one.
    ///
    /// `binding` is the exact name of the tool trigger in `function.json`, for instance `context`.
    /// Values of other bindings come from the client, which could forge a context in them.
    ///
    /// # Errors
    ///
    /// [`InvocationError`] if the payload is malformed, has no tool trigger with this name, or has no
    /// headers in it.
    pub fn parse_named(payload: &[u8], binding: &str) -> Result<Self, InvocationError> {
        read_data(payload, |json| of_binding(json, binding))?
            .ok_or(InvocationErrorKind::NoToolTrigger.error())
    }

    /// The name of the tool; empty if the context has none.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }
}

impl HeaderSource for ToolInvocation {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.headers.header(name, index)
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        self.headers.first_two(name)
    }
}

debug! { ToolInvocation, |own| tool: Escaped(&own.tool), headers: own.headers, .. }

/// Reads `Data`: the context in the binding with this name.
fn of_binding(
    json: &mut Reader<'_>,
    binding: &str,
) -> Result<Option<ToolInvocation>, InvocationError> {
    let mut found = Once::default();
    json.object(|json, name| -> Result<(), InvocationError> {
        if json.str(name) != binding {
            return Ok(json.skip().map(drop)?);
        }
        let context = match json.kind()? {
            Kind::Object => context_of(json)?,
            Kind::String => {
                // Read as a secret, because it contains tokens.
                let text = json.secret()?;
                match ToolInvocation::from_context(text.as_bytes()) {
                    // The position would refer to the inner text.
                    Err(error) if error.kind() == InvocationErrorKind::Json => None,
                    context => Some(context?),
                }
            }
            _ => json.skip().map(|_| None)?,
        };
        let duplicate = |_| InvocationErrorKind::DuplicateBinding.error();
        found.put("binding", context).map_err(duplicate)
    })?;
    Ok(found.into_value())
}

/// Reads a context; `None` without `transport`, which identifies a context.
fn context_of(json: &mut Reader<'_>) -> Result<Option<ToolInvocation>, InvocationError> {
    let (mut tool, mut transport) = (Once::default(), Once::default());
    json.object(|json, name| -> Result<(), InvocationError> {
        if is(json, name, "name") {
            Ok(tool.put("name", any_string(json)?)?)
        } else if is(json, name, "transport") {
            transport.read(json, "transport", |json, _| {
                member(json, "properties", |json| {
                    member(json, "headers", |json| Ok(HeaderList::read(json)?))
                })
            })
        } else {
            Ok(json.skip().map(drop)?)
        }
    })?;
    if !transport.is_present() {
        return Ok(None);
    }
    let headers =
        transport.into_value().ok_or_else(|| InvocationErrorKind::NoTransportHeaders.error())?;
    Ok(Some(ToolInvocation { tool: tool.into_value().unwrap_or_default(), headers }))
}

/// Reads one member of a value; `None` if the value is not an object.
fn member<T>(
    json: &mut Reader<'_>,
    wanted: &'static str,
    read: impl Fn(&mut Reader<'_>) -> Result<Option<T>, InvocationError>,
) -> Result<Option<T>, InvocationError> {
    if json.kind()? != Kind::Object {
        return Ok(json.skip().map(|_| None)?);
    }
    let mut found = Once::default();
    json.object(|json, name| -> Result<(), InvocationError> {
        if is(json, name, wanted) {
            found.read(json, wanted, |json, _| read(json))
        } else {
            Ok(json.skip().map(drop)?)
        }
    })?;
    Ok(found.into_value())
}

/// Versions of the extension write names in different case, and it reads them case-insensitively.
fn is(json: &Reader<'_>, name: Span, wanted: &str) -> bool {
    json.str(name).eq_ignore_ascii_case(wanted)
}
