//! The errors that Azure Resource Manager answers.

use http::StatusCode;
use serde_json::Value;

use crate::{debug::debug, escape::is_code, kinds::kinds};

/// The longest body in which an error is read, in bytes. App Service answers errors of about 700 bytes. Of
/// a longer body, only the status is used.
pub const MAX_ARM_ERROR_LEN: usize = 64 * 1024;

/// An error answer of Azure Resource Manager, or of the service behind it.
///
/// Its `Display` form has the status, the code and what to do. The service's own message can contain the
/// identifiers of the caller, so neither `Display` nor `Debug` shows it: see [`message`](Self::message).
///
/// ```
/// use easyauth::arm::{ArmError, ArmErrorKind};
///
/// let body = br#"{"error":{"code":"AuthorizationFailed","message":"The client '...' has no ..."}}"#;
/// let error = ArmError::parse(http::StatusCode::FORBIDDEN, body);
/// assert_eq!(error.kind(), ArmErrorKind::Forbidden);
/// assert_eq!(
///     error.to_string(),
///     "Azure Resource Manager answered 403 Forbidden (AuthorizationFailed): the caller needs a role \
///      on the site that allows this, and no policy may forbid it",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Azure Resource Manager answered {status}{}: {}",
    code.as_ref().map_or(String::new(), |code| format!(" ({code})")),
    kind.advice()
)]
pub struct ArmError {
    kind: ArmErrorKind,
    status: StatusCode,
    code: Option<String>,
    message: Message,
}

/// The service's own message. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
struct Message(Option<String>);

debug! { Message, |own| "Message({} bytes)", own.0.as_ref().map_or(0, String::len) }

kinds! {
    /// What an [`ArmError`] is about.
    pub enum ArmErrorKind of ArmError;
    /// What to do.
    fn advice;

    /// The request was for `authsettings`, and the site has moved to `authsettingsV2`
    /// (extended code 04534; `MicrosoftDocs/azure-docs#75135` and `#77932`).
    OlderSettings = "older-settings",
        "the site runs on auth version v2: use authsettingsV2, not authsettings";
    /// The token is for another API (`InvalidAuthenticationTokenAudience`).
    WrongAudience = "wrong-audience",
        "the token is for another API: diagnose it to learn how to get one for Azure Resource Manager";
    /// The token is from another tenant than that of the subscription
    /// (`InvalidAuthenticationTokenTenant`).
    WrongTenant = "wrong-tenant",
        "the token is from another tenant than that of the subscription: sign in to that one";
    /// The token has expired (`ExpiredAuthenticationToken`).
    ExpiredToken = "expired-token",
        "the token has expired: refresh it or sign in again";
    /// The token is rejected for another reason (401).
    Unauthenticated = "unauthenticated",
        "the token was rejected: sign in again";
    /// The caller may not do this (403): a role is missing, or a policy forbids the request.
    Forbidden = "forbidden",
        "the caller needs a role on the site that allows this, and no policy may forbid it";
    /// The site does not exist, or the caller cannot see it (404).
    NotFound = "not-found",
        "check the subscription, the resource group, the name and the slot";
    /// Another change of the site is in progress (extended code 59203;
    /// `Azure/azure-functions-on-container-apps#53`). The same request can succeed later.
    Busy = "busy",
        "another change of the site is in progress: try again later";
    /// The state of the site does not allow this, for instance a lock (409).
    Conflict = "conflict",
        "the state of the site does not allow this: read the message";
    /// There were too many requests (429). The header `Retry-After` says how long to wait.
    Throttled = "throttled",
        "too many requests: try again after the time in Retry-After";
    /// The service does not support the api-version (`InvalidApiVersionParameter`,
    /// `NoRegisteredProviderFound`). National clouds support new versions later.
    UnknownApiVersion = "unknown-api-version",
        "choose another api-version: the message lists the supported ones";
    /// The service is unavailable (408, 500, 502, 503, 504). The same request can succeed later.
    Unavailable = "unavailable",
        "the service is unavailable: try again later";
    /// Anything else.
    Other = "other",
        "read the message";
}

impl ArmErrorKind {
    fn of(status: StatusCode, code: Option<&str>, extended_code: Option<&str>) -> Self {
        match extended_code {
            Some("04534") => return Self::OlderSettings,
            Some("59203") => return Self::Busy,
            _ => {}
        }
        match code {
            Some("InvalidAuthenticationTokenAudience") => return Self::WrongAudience,
            Some("InvalidAuthenticationTokenTenant") => return Self::WrongTenant,
            Some("ExpiredAuthenticationToken") => return Self::ExpiredToken,
            Some("InvalidApiVersionParameter" | "NoRegisteredProviderFound") => {
                return Self::UnknownApiVersion;
            }
            _ => {}
        }
        match status.as_u16() {
            401 => Self::Unauthenticated,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::Throttled,
            408 | 500 | 502..=504 => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

impl ArmError {
    /// Reads an answer with an error status, in the shape of Azure Resource Manager (`{"error": {"code",
    /// "message", "details"}}`) or in that of App Service (`{"Code", "Message", "Details": [{"ErrorEntity":
    /// {"ExtendedCode"}}]}`). Of any other body, and of one longer than [`MAX_ARM_ERROR_LEN`], only the
    /// status is used.
    #[must_use]
    pub fn parse(status: StatusCode, body: &[u8]) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let body = if body.len() > MAX_ARM_ERROR_LEN { &[] } else { body };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = member(&body, "error").filter(|error| error.is_object()).unwrap_or(&body);
        let code = code(error, "code");
        let extended_code = extended_code(error);
        Self {
            kind: ArmErrorKind::of(status, code.as_deref(), extended_code.as_deref()),
            status,
            code,
            message: Message(member(error, "message").and_then(Value::as_str).map(str::to_owned)),
        }
    }

    /// Returns `true` if the same request can succeed later. Reads and PUTs of settings can be repeated safely.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use ArmErrorKind::{Busy, Throttled, Unavailable};
        matches!(self.kind, Busy | Throttled | Unavailable)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The code of the service, such as `AuthorizationFailed`.
    #[must_use]
    pub fn server_code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The message of the service, in English and unescaped. It can contain identifiers, such as the object
    /// ID of the caller, so do not show it to others.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.0.as_deref()
    }
}

/// The extended code of an error, or the first one in its details.
fn extended_code(error: &Value) -> Option<String> {
    let details = member(error, "details").and_then(Value::as_array).into_iter().flatten();
    let errors = std::iter::once(error).chain(details);
    errors
        .flat_map(|error| [Some(error), member(error, "errorEntity")])
        .flatten()
        .find_map(|error| code(error, "extendedCode"))
}

/// A member that is a code: one word.
fn code(error: &Value, name: &str) -> Option<String> {
    let code = member(error, name)?.as_str()?;
    is_code(code).then(|| code.to_owned())
}

/// A member of an object, ignoring the case of its name.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object
        .as_object()?
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
