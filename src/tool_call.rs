//! The tool that a request of the Model Context Protocol calls.

#[cfg(all(feature = "verify", any(feature = "actix-web", feature = "tower")))]
use crate::headers::HeaderSource;
use crate::{
    debug::debug,
    escape::Escaped,
    json::{JsonError, Kind, Reader, Span, any_string},
    kinds::kinds,
};

/// The longest body that is read, in bytes: the default limit of the Rust SDK for MCP servers
/// (`rmcp::transport::StreamableHttpServerConfig::max_request_body_bytes`).
pub const MAX_BODY_LEN: usize = 4 * 1024 * 1024;

/// A call of a tool: the body of a request with the method `tools/call` (MCP specification 2026-07-28,
/// Tools).
///
/// Reading is strict, so that the server which gets the same body cannot see another tool: neither
/// `method` nor `params` nor `name` may be there twice, with escapes or not, or in another case. A body
/// has one message; batches are not part of the protocol since 2025-06-18.
///
/// ```
/// use easyauth::mcp::ToolCall;
///
/// let body = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"send_mail","arguments":{}}}"#;
/// assert_eq!(ToolCall::parse(body)?.expect("a call").tool(), "send_mail");
/// assert_eq!(ToolCall::parse(br#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)?, None);
///
/// let twice = br#"{"method":"tools/call","params":{"name":"send_mail","n\u0061me":"list_mail"}}"#;
/// assert!(ToolCall::parse(twice).is_err());
/// # Ok::<(), easyauth::mcp::ToolCallError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ToolCall {
    tool: String,
}

impl ToolCall {
    /// Reads the body of a request. `None` for a message that calls no tool.
    ///
    /// # Errors
    ///
    /// [`ToolCallError`] if the body is not one message, or it is undecided which tool it calls.
    pub fn parse(body: &[u8]) -> Result<Option<Self>, ToolCallError> {
        read(body).map(|tool| tool.map(|tool| Self { tool })).map_err(ToolCallErrorKind::error)
    }

    /// The name of the tool.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }
}

/// The tool that a body calls.
fn read(body: &[u8]) -> Result<Option<String>, ToolCallErrorKind> {
    use ToolCallErrorKind::{InvalidJson, InvalidMessage, MissingTool, TooLong};
    if body.len() > MAX_BODY_LEN {
        return Err(TooLong);
    }
    let text = std::str::from_utf8(body).map_err(|_| InvalidJson)?;
    let mut json = Reader::new(text);
    if json.kind()? != Kind::Object {
        json.skip()?;
        json.end()?;
        return Err(InvalidMessage);
    }
    let (mut method, mut params) = (None, None);
    json.object(|json, name| -> Result<(), ToolCallErrorKind> {
        if is(json, name, "method")? {
            let value = any_string(json)?.ok_or(InvalidMessage)?;
            once(&mut method, value)
        } else if is(json, name, "params")? {
            let value = tool_of(json)?;
            once(&mut params, value)
        } else {
            Ok(json.skip().map(drop)?)
        }
    })?;
    json.end()?;
    match method.as_deref() {
        Some("tools/call") => params.unwrap_or(Err(MissingTool)).map(Some),
        _ => Ok(None),
    }
}

/// Returns `true` for a request without a message (MCP specification, Streamable HTTP). The method alone does
/// not tell: every request may have a body (RFC 9110 section 9.3), and the server may read it.
#[cfg(all(feature = "verify", any(feature = "actix-web", feature = "tower")))]
pub(crate) fn has_no_message(method: &str, body: &[u8]) -> bool {
    body.is_empty() && matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS")
}

/// Returns an error if the server may read something other than the bytes of the body: decoded content, another
/// charset, or an upgraded connection. In HTTP/2, a WebSocket is a CONNECT (RFC 8441 section 4). Java's
/// `HttpClient` offers `h2c` in each request without TLS; neither hyper nor actix-web accepts the offer.
#[cfg(all(feature = "verify", any(feature = "actix-web", feature = "tower")))]
pub(crate) fn check_headers(
    method: &str,
    headers: &(impl HeaderSource + ?Sized),
) -> Result<(), ToolCallError> {
    let values = |name| (0..).map_while(move |index| headers.header(name, index));
    let is_identity = |value: &[u8]| value.trim_ascii().eq_ignore_ascii_case(b"identity");
    let is_h2c = |value: &[u8]| value.trim_ascii().eq_ignore_ascii_case(b"h2c");
    if method == "CONNECT" || !values("upgrade").all(is_h2c) {
        Err(ToolCallErrorKind::Upgrade.error())
    } else if values("content-encoding").all(is_identity) && values("content-type").all(is_utf8) {
        Ok(())
    } else {
        Err(ToolCallErrorKind::Encoded.error())
    }
}

/// Returns `true` for a media type without a charset other than that of JSON (RFC 8259 section 8.1).
#[cfg(all(feature = "verify", any(feature = "actix-web", feature = "tower")))]
fn is_utf8(media_type: &[u8]) -> bool {
    media_type.split(|byte| *byte == b';').skip(1).all(|parameter| {
        let parameter = parameter.trim_ascii().to_ascii_lowercase();
        !parameter.starts_with(b"charset")
            || matches!(
                parameter.as_slice(),
                b"charset=utf-8" | b"charset=utf8" | b"charset=\"utf-8\""
            )
    })
}

debug! { ToolCall, |own| tool: Escaped(&own.tool) }

/// The tool that the parameters name. Other methods have other parameters, so an invalid name is not an
/// error yet.
fn tool_of(json: &mut Reader<'_>) -> Result<Result<String, ToolCallErrorKind>, ToolCallErrorKind> {
    if json.kind()? != Kind::Object {
        json.skip()?;
        return Ok(Err(ToolCallErrorKind::MissingTool));
    }
    let mut found = Err(ToolCallErrorKind::MissingTool);
    json.object(|json, name| -> Result<(), ToolCallErrorKind> {
        let is_name = is(json, name, "name");
        let value = any_string(json)?;
        found = match (is_name, &found, value) {
            (Ok(false), ..) => return Ok(()),
            (Ok(true), Err(ToolCallErrorKind::MissingTool), Some(tool)) => Ok(tool),
            (Ok(true), Err(ToolCallErrorKind::MissingTool), None) => {
                Err(ToolCallErrorKind::InvalidMessage)
            }
            _ => Err(ToolCallErrorKind::AmbiguousMember),
        };
        Ok(())
    })?;
    Ok(found)
}

/// Returns `true` for the exact name. A name that differs in case is an error: some JSON libraries ignore
/// case.
fn is(json: &Reader<'_>, name: Span, wanted: &str) -> Result<bool, ToolCallErrorKind> {
    match json.str(name) {
        name if name == wanted => Ok(true),
        name if is_same_in_any_case(name, wanted) => Err(ToolCallErrorKind::AmbiguousMember),
        _ => Ok(false),
    }
}

/// Compares with a name in ASCII as libraries do that ignore case beyond ASCII: for Go's `encoding/json`,
/// `paramſ` is `params` (CVE-2026-27896).
fn is_same_in_any_case(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
        || (!name.is_ascii() && name.to_uppercase().to_lowercase() == wanted)
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), ToolCallErrorKind> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ToolCallErrorKind::AmbiguousMember),
    }
}

kinds! {
    /// Why a request has no readable message.
    pub enum ToolCallErrorKind of ToolCallError {};
    fn message;

    /// The body is longer than [`MAX_BODY_LEN`].
    TooLong = "too-long", "the body is longer than 4 MiB";
    /// The body is not JSON in UTF-8.
    InvalidJson = "invalid-json", "the body is not JSON in UTF-8";
    /// The body is not one message: an object whose `method`, if present, is a string.
    InvalidMessage = "invalid-message", "the body is not one JSON-RPC message";
    /// `method`, `params` or `name` is a duplicate member, or differs from that spelling in case.
    AmbiguousMember = "ambiguous-member", "method, params or name is a duplicate member or differs in case";
    /// A call without the name of a tool.
    MissingTool = "missing-tool", "the call does not name a tool";
    /// The body has a `Content-Encoding` or a charset, so the server may read other bytes than these.
    Encoded = "encoded", "the body is encoded: expected no Content-Encoding but identity, and no charset but utf-8";
    /// The body is the connection: a WebSocket, another protocol than `h2c` in `Upgrade`, or CONNECT.
    Upgrade = "upgrade", "the request asks to upgrade the connection";
}

/// A request that has no readable message. It contains nothing of the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .kind.message())]
pub struct ToolCallError {
    kind: ToolCallErrorKind,
}

impl From<JsonError> for ToolCallErrorKind {
    fn from(_: JsonError) -> Self {
        Self::InvalidJson
    }
}
