//! What Azure Resource Manager answers when it refuses.

use std::fmt;

use http::StatusCode;
use serde_json::Value;

use crate::kinds::kinds;

/// The longest body that is looked at for an error, in bytes. App Service answers errors of some 700
/// bytes; of a longer body than this the status alone is used.
pub const MAX_ARM_ERROR_LEN: usize = 64 * 1024;

/// The longest code that counts as one, in bytes: `InvalidAuthenticationTokenAudience` has 34. What is
/// longer, or has other characters than codes have, could be anything, and is not kept.
const MAX_CODE_LEN: usize = 64;

/// The rejection of a request by Azure Resource Manager or by the service behind it.
///
/// Its `Display` form names the status, the code and what to do. The service's own message can have
/// the ids of the caller in it, so neither `Display` nor `Debug` shows it: see
/// [`message`](Self::message).
///
/// ```
/// use easyauth::settings::{ArmError, ArmErrorKind};
///
/// let body = br#"{"error":{"code":"AuthorizationFailed","message":"The client '...' has no ..."}}"#;
/// let error = ArmError::parse(http::StatusCode::FORBIDDEN, body);
/// assert_eq!(error.kind(), ArmErrorKind::Forbidden);
/// assert_eq!(
///     error.to_string(),
///     "Azure Resource Manager answered 403 Forbidden (AuthorizationFailed): the caller needs a role \
///      on the site that permits this, and no policy may forbid it",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ArmError {
    kind: ArmErrorKind,
    status: StatusCode,
    code: Option<String>,
    extended_code: Option<String>,
    message: Option<String>,
}

kinds! {
    /// What an [`ArmError`] is about.
    pub enum ArmErrorKind;
    /// What to do, for people.
    #[must_use]
    pub fn advice;

    /// The request was for the older `authsettings`, and the site has moved to `authsettingsV2`
    /// (extended code 04534; `MicrosoftDocs/azure-docs#75135` and `#77932`).
    OlderSettings = "older-settings",
        "the site runs on auth version v2, so read and replace authsettingsV2, not authsettings";
    /// The token is for another API (`InvalidAuthenticationTokenAudience`).
    WrongAudience = "wrong-audience",
        "the token is for another API: diagnose it to learn how to get one for Azure Resource Manager";
    /// The token is from another tenant than that of the subscription
    /// (`InvalidAuthenticationTokenTenant`).
    WrongTenant = "wrong-tenant",
        "the token is from another tenant than the one the subscription is in: sign in to that one";
    /// The token has expired (`ExpiredAuthenticationToken`).
    ExpiredToken = "expired-token",
        "the token has expired: refresh it or sign in again";
    /// The token is not accepted for another reason (401).
    Unauthenticated = "unauthenticated",
        "the token is not accepted: sign in again";
    /// The caller may not do this (403): a role is missing, or a policy forbids it.
    Forbidden = "forbidden",
        "the caller needs a role on the site that permits this, and no policy may forbid it";
    /// The site does not exist, or not for the caller (404).
    NotFound = "not-found",
        "check the subscription, the resource group and the name, and the slot if there is one";
    /// Another change of the site is under way (extended code 59203;
    /// `Azure/azure-functions-on-container-apps#53`). The same request can pass later.
    Busy = "busy",
        "another change of the site is under way: try again when it is done";
    /// The state of the site does not allow this, a lock for instance (409).
    Conflict = "conflict",
        "the state of the site does not allow this: read the message";
    /// There were too many requests (429). The header `Retry-After` says how long to wait.
    Throttled = "throttled",
        "there were too many requests: try again when Retry-After says";
    /// The service does not know the api-version (`InvalidApiVersionParameter`,
    /// `NoRegisteredProviderFound`). National clouds come to know new ones later.
    UnknownApiVersion = "unknown-api-version",
        "choose another api-version: the message lists those that are known";
    /// The service is not well (408, 500, 502, 503, 504). The same request can pass later.
    Unavailable = "unavailable",
        "the service cannot answer: try again later";
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
    /// Reads an answer whose status is not a success. Both shapes are read, that of Azure Resource
    /// Manager (`{"error": {"code", "message", "details"}}`) and that of App Service (`{"Code",
    /// "Message", "Details": [{"ErrorEntity": {"ExtendedCode"}}]}`); what is in neither, or longer than
    /// [`MAX_ARM_ERROR_LEN`], leaves the status to tell.
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
            extended_code,
            message: member(error, "message").and_then(Value::as_str).map(str::to_owned),
        }
    }

    /// What the error is about.
    #[must_use]
    pub fn kind(&self) -> ArmErrorKind {
        self.kind
    }

    /// Whether the same request can pass later. Reading and replacing settings can be repeated safely.
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

    /// The code, such as `AuthorizationFailed`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The extended code of App Service, such as `04534`.
    #[must_use]
    pub fn extended_code(&self) -> Option<&str> {
        self.extended_code.as_deref()
    }

    /// What the service says, as it says it: in English, unescaped, and with identifiers in it that
    /// may be nobody else's business, such as the object id of the caller.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl fmt::Display for ArmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Azure Resource Manager answered {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        write!(f, ": {}", self.kind.advice())
    }
}

impl std::error::Error for ArmError {}

/// Leaves the message out.
impl fmt::Debug for ArmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmError")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("extended_code", &self.extended_code)
            .finish_non_exhaustive()
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

/// A member that is a code: a word, which cannot break a line.
fn code(error: &Value, name: &str) -> Option<String> {
    let code = member(error, name)?.as_str()?;
    let is_code = (1..=MAX_CODE_LEN).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_code.then(|| code.to_owned())
}

/// A member of an object, whatever the case of its name.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object
        .as_object()?
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
