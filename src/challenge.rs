//! Challenges: the status and the `WWW-Authenticate` header of a rejection (RFC 6750 section 3).

use std::fmt::{self, Write as _};

use http::{HeaderValue, StatusCode};

#[cfg(feature = "verify")]
use crate::base64;
use crate::{escape::Escaped, headers::HeaderError, kinds::debug_by_display};

/// The response to a request without a sufficient token: a status, and the value of `WWW-Authenticate`.
///
/// It names the broken rule and contains no value of the token, so it can be sent to any client.
///
/// ```
/// use easyauth::Challenge;
///
/// let challenge = Challenge::no_token().with_realm("orders")?;
/// assert_eq!(challenge.status(), 401);
/// assert_eq!(challenge.www_authenticate().unwrap(), "Bearer realm=\"orders\"");
/// # Ok::<(), easyauth::InvalidRealm>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    status: StatusCode,
    /// The parameters; `None` for a response without a challenge.
    parameters: Option<Vec<(&'static str, String)>>,
}

impl Challenge {
    /// For a request without a token: 401, without an error code (RFC 6750 section 3.1).
    #[must_use]
    pub fn no_token() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, parameters: Some(Vec::new()) }
    }

    /// With an error code and its description.
    pub(crate) fn error(status: StatusCode, error: &str, description: &str) -> Self {
        let parameters =
            vec![("error", error.to_owned()), ("error_description", description.to_owned())];
        Self { status, parameters: Some(parameters) }
    }

    /// For a caller without the permission: 403, and the scopes that would be enough.
    pub(crate) fn insufficient_scope(scopes: &[String]) -> Self {
        let description = "the token does not meet the requirement";
        Self::error(StatusCode::FORBIDDEN, "insufficient_scope", description).with_scopes(scopes)
    }

    /// For a token that another service no longer accepts: 401, so that the client gets a fresh one.
    #[cfg(feature = "verify")]
    pub(crate) fn sign_in_again() -> Self {
        let description = "the token can no longer be exchanged";
        Self::error(StatusCode::UNAUTHORIZED, "invalid_token", description)
    }

    /// Names the scopes that would be enough. No effect if there are none, or a header cannot contain
    /// them.
    pub(crate) fn with_scopes(self, scopes: &[String]) -> Self {
        let scopes = scopes.join(" ");
        if scopes.is_empty() { self } else { self.with_parameter("scope", scopes) }
    }

    /// Sets a parameter. No effect on a response without a challenge, or if a header cannot contain the value.
    pub(crate) fn with_parameter(mut self, name: &'static str, value: String) -> Self {
        if let Some(parameters) = &mut self.parameters
            && value.bytes().all(is_quotable)
        {
            match parameters.iter_mut().find(|(own, _)| *own == name) {
                Some((_, own)) => *own = value,
                None => parameters.push((name, value)),
            }
        }
        self
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let parameters = self.parameters.as_ref()?;
        parameters.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// A claims challenge of Entra: 401. `claims` is the JSON of a claims request.
    #[cfg(feature = "verify")]
    pub(crate) fn insufficient_claims(sign_in_host: Option<&str>, claims: &str) -> Self {
        let address = |host| format!("https://{host}/common/oauth2/authorize");
        let address = sign_in_host.map(|host| ("authorization_uri", address(host)));
        let error = ("error", "insufficient_claims".to_owned());
        let parameters = address.into_iter().chain([error, ("claims", base64::encode(claims))]);
        Self { status: StatusCode::UNAUTHORIZED, parameters: Some(parameters.collect()) }
    }

    /// Only a status, because no other token would help.
    #[cfg(feature = "verify")]
    pub(crate) fn plain(status: StatusCode) -> Self {
        Self { status, parameters: None }
    }

    /// Sets the realm: a name for what is protected, so that users know which password to enter. If set
    /// twice, the last value wins: a challenge has each parameter once (RFC 9110 section 11.2).
    ///
    /// # Errors
    ///
    /// [`InvalidRealm`] if the name contains a quote, a backslash, or anything other than printable
    /// ASCII.
    pub fn with_realm(mut self, realm: &str) -> Result<Self, InvalidRealm> {
        if !realm.bytes().all(is_quotable) {
            return Err(InvalidRealm(realm.into()));
        }
        if let Some(parameters) = &mut self.parameters {
            parameters.retain(|(name, _)| *name != "realm");
            parameters.insert(0, ("realm", realm.to_owned()));
        }
        Ok(self)
    }

    /// The status: 400, 401, 403, or 503 if keys are not available.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The error code of RFC 6750 section 3.1, or `insufficient_claims` of Entra's claims challenge.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.parameter("error")
    }

    /// The value of `WWW-Authenticate`; `None` if a better token would not help.
    #[must_use]
    pub fn www_authenticate(&self) -> Option<HeaderValue> {
        let mut value = "Bearer".to_owned();
        for (index, (name, parameter)) in self.parameters.as_ref()?.iter().enumerate() {
            // Some clients split at `, ` and nothing else (@azure/core-client).
            let separator = if index == 0 { " " } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(value, "{separator}{name}=\"{parameter}\"");
        }
        HeaderValue::from_str(&value).ok()
    }
}

/// Prints the value of the header, truncated.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.www_authenticate();
        let value = value.as_ref().and_then(|value| value.to_str().ok());
        f.debug_struct("Challenge")
            .field("status", &self.status.as_u16())
            .field("www_authenticate", &value.map(Escaped))
            .finish_non_exhaustive()
    }
}

/// Returns `true` for a character of a quoted parameter that needs no escape (RFC 6750 section 3).
fn is_quotable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// The name of a realm contains a character that is not allowed between quotes.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a realm of printable ASCII without quote and backslash, found {:?}", Escaped(.0))]
pub struct InvalidRealm(Box<str>);

debug_by_display!(InvalidRealm);

impl HeaderError {
    /// The response if the `Authorization` header is malformed: 400 with `invalid_request`.
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        let description = "the request does not have exactly one well-formed bearer token";
        Challenge::error(StatusCode::BAD_REQUEST, "invalid_request", description)
    }
}
