//! Token responses of the token endpoint.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use http::StatusCode;

use super::TokenError;
use crate::{
    debug::debug,
    escape::EscapedNames,
    json::{JsonError, Kind, ObjectError, Once, Reader, secret, string, whole_object},
    tokens::{AccessToken, IdToken, RefreshToken},
};

/// The longest token response that is read, in bytes. Three tokens fit, each within the limit of
/// Microsoft's own token library (250 KiB, `DefaultMaximumTokenSizeInBytes`).
pub const MAX_TOKEN_RESPONSE_LEN: usize = 1024 * 1024;

/// A token response (RFC 6749 section 5.1): an access token, and possibly other tokens.
///
/// Its `Debug` form shows no token.
pub struct TokenResponse {
    access_token: AccessToken,
    refresh_token: Option<RefreshToken>,
    id_token: Option<IdToken>,
    expires_in: Option<Duration>,
    scopes: Vec<String>,
}

impl TokenResponse {
    /// Parses a response of the token endpoint. A duplicate member is an error.
    ///
    /// ```
    /// use easyauth::exchange::{TokenErrorKind, TokenResponse};
    /// use http::StatusCode;
    ///
    /// let body = br#"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ..."}"#;
    /// let response = TokenResponse::parse(StatusCode::OK, body)?;
    /// assert_eq!(response.access_token().expose_secret(), "eyJ...");
    ///
    /// let body = br#"{"error":"invalid_grant","error_codes":[700082],"error_description":"AADSTS..."}"#;
    /// let error = TokenResponse::parse(StatusCode::BAD_REQUEST, body).unwrap_err();
    /// assert_eq!((error.kind(), error.aadsts()), (TokenErrorKind::InvalidGrant, Some(700_082)));
    /// # Ok::<(), easyauth::exchange::TokenError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TokenError`] if the status is not a success, or if the body is not a token response of the type
    /// `Bearer`.
    pub fn parse(status: StatusCode, body: &[u8]) -> Result<Self, TokenError> {
        if !status.is_success() {
            return Err(TokenError::rejected(status, body));
        }
        read(body).map_err(|error| TokenError::unreadable(status, error))
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Returns the owned access token.
    #[must_use]
    pub fn into_access_token(self) -> AccessToken {
        self.access_token
    }

    /// The refresh token, if `offline_access` was requested.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// The ID token, if `openid` was requested.
    #[must_use]
    pub fn id_token(&self) -> Option<&IdToken> {
        self.id_token.as_ref()
    }

    /// The lifetime of the access token, if the response has it. Entra's responses do.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// When the access token expires. `now` is the time when the response arrived.
    #[must_use]
    pub fn expires_at(&self, now: SystemTime) -> Option<SystemTime> {
        now.checked_add(self.expires_in?)
    }

    /// The granted scopes, as Entra writes them; empty if the response does not list them.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }
}

// The scopes come from the server, so they are escaped and bounded.
debug! {
    TokenResponse, |own|
    access_token: own.access_token,
    refresh_token: own.refresh_token,
    id_token: own.id_token,
    expires_in: own.expires_in,
    scopes: EscapedNames(|| own.scopes.iter().map(String::as_str))
}

fn read(body: &[u8]) -> Result<TokenResponse, ResponseError> {
    if body.len() > MAX_TOKEN_RESPONSE_LEN {
        return Err(ResponseError::TooLong { length: body.len() });
    }
    let body = std::str::from_utf8(body)
        .map_err(|error| ResponseError::Json { position: error.valid_up_to() })?;
    let (mut access, mut refresh, mut id) = (Once::default(), Once::default(), Once::default());
    let (mut token_type, mut expires_in, mut scope) =
        (Once::default(), Once::default(), Once::default());
    whole_object(body, |json, name| -> Result<(), ResponseError> {
        match json.str(name) {
            ACCESS_TOKEN => access.read(json, ACCESS_TOKEN, secret)?,
            "refresh_token" => refresh.read(json, "refresh_token", secret)?,
            "id_token" => id.read(json, "id_token", secret)?,
            TOKEN_TYPE => token_type.read(json, TOKEN_TYPE, required_string)?,
            "expires_in" => expires_in.read(json, "expires_in", seconds)?,
            "scope" => scope.read(json, "scope", required_string)?,
            _ => drop(json.skip()?),
        }
        Ok(())
    })?;
    match token_type.into_value() {
        Some(name) if name.eq_ignore_ascii_case("Bearer") => {}
        Some(_) => return Err(ResponseError::NotBearer),
        None => return Err(ResponseError::MissingMember { member: TOKEN_TYPE }),
    }
    let missing = ResponseError::MissingMember { member: ACCESS_TOKEN };
    let scope = scope.into_value().unwrap_or_default();
    Ok(TokenResponse {
        access_token: access.into_value().map(AccessToken::wrap).ok_or(missing)?,
        refresh_token: refresh.into_value().map(RefreshToken::wrap),
        id_token: id.into_value().map(IdToken::wrap),
        expires_in: expires_in.into_value(),
        scopes: scope.split_ascii_whitespace().map(str::to_owned).collect(),
    })
}

const ACCESS_TOKEN: &str = "access_token";
const TOKEN_TYPE: &str = "token_type";

/// A string that is not `null`.
fn required_string(
    json: &mut Reader<'_>,
    member: &'static str,
) -> Result<Option<String>, ObjectError> {
    let span = string(json, member)?.ok_or(ObjectError::WrongType(member))?;
    Ok(Some(json.str(span).to_owned()))
}

/// A whole number of seconds. The version 1.0 endpoint writes it as a string.
fn seconds(json: &mut Reader<'_>, member: &'static str) -> Result<Option<Duration>, ObjectError> {
    let digits = match json.kind()? {
        Kind::Number => json.skip()?,
        _ => match string(json, member)? {
            Some(digits) => json.str(digits),
            None => return Ok(None),
        },
    };
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = digits.and_then(|digits| digits.parse().ok());
    Ok(Some(Duration::from_secs(seconds.ok_or(ObjectError::WrongType(member))?)))
}

/// Why the body is not a token response. Says where, never what. Programs use the kind of the
/// [`TokenError`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ResponseError {
    #[error(
        "expected a body of at most {MAX_TOKEN_RESPONSE_LEN} bytes, found one of {length} bytes"
    )]
    TooLong { length: usize },
    #[error("the body is not JSON at byte {position}")]
    Json { position: usize },
    #[error("the body is not a JSON object")]
    NotAnObject,
    #[error("the body has no member {member}")]
    MissingMember { member: &'static str },
    #[error("the body has a duplicate member {member}")]
    DuplicateMember { member: Cow<'static, str> },
    #[error("the member {member} has the wrong JSON type or is out of range")]
    InvalidMember { member: &'static str },
    /// A token of another type needs a proof with each request.
    #[error("the token is not of the type Bearer")]
    NotBearer,
}

impl From<JsonError> for ResponseError {
    fn from(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}

impl From<ObjectError> for ResponseError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Json(error) => error.into(),
            ObjectError::NotAnObject => Self::NotAnObject,
            ObjectError::Duplicate(member) => Self::DuplicateMember { member },
            ObjectError::WrongType(member) => Self::InvalidMember { member },
        }
    }
}
