//! What the token endpoint answers when it gives a token.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::StatusCode;

use super::TokenError;
use crate::{
    escape::EscapedNames,
    json::{JsonError, Kind, Reader},
    tokens::{AccessToken, IdToken, RefreshToken},
};

/// The longest answer that is read, in bytes: three tokens, each within the limit that Microsoft's own token
/// library sets for one (250 KiB, `DefaultMaximumTokenSizeInBytes`), fit in.
pub const MAX_TOKEN_RESPONSE_LEN: usize = 1024 * 1024;

/// A token, and what came along with it (RFC 6749 section 5.1).
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
    /// Reads an answer of the token endpoint. Of two members with one name neither is to be believed, so
    /// that is refused.
    ///
    /// ```
    /// use easyauth::exchange::{TokenErrorKind, TokenResponse};
    /// use http::StatusCode;
    ///
    /// let body = br#"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ..."}"#;
    /// let answer = TokenResponse::parse(StatusCode::OK, body)?;
    /// assert_eq!(answer.access_token().expose_secret(), "eyJ...");
    ///
    /// let body = br#"{"error":"invalid_grant","error_codes":[700082],"error_description":"AADSTS..."}"#;
    /// let error = TokenResponse::parse(StatusCode::BAD_REQUEST, body).unwrap_err();
    /// assert_eq!((error.kind(), error.aadsts()), (TokenErrorKind::InvalidGrant, Some(700_082)));
    /// # Ok::<(), easyauth::exchange::TokenError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TokenError`] if the status is not a success, or if the body is no token response of the type
    /// `Bearer`.
    pub fn parse(status: StatusCode, body: &[u8]) -> Result<Self, TokenError> {
        if !status.is_success() {
            return Err(TokenError::refused(status, body));
        }
        read(body).map_err(|error| TokenError::unreadable(status, error))
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// The access token, to keep.
    #[must_use]
    pub fn into_access_token(self) -> AccessToken {
        self.access_token
    }

    /// The refresh token, if `offline_access` was asked for.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// The ID token, if `openid` was asked for.
    #[must_use]
    pub fn id_token(&self) -> Option<&IdToken> {
        self.id_token.as_ref()
    }

    /// How long the access token lives, if the answer says so, as Entra's do.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// When the access token expires, if the answer came just now.
    #[must_use]
    pub fn expires_at(&self, now: SystemTime) -> Option<SystemTime> {
        now.checked_add(self.expires_in?)
    }

    /// The scopes that were granted, as Entra writes them; none if the answer does not say.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }
}

/// Prints the lengths of the tokens. The scopes are the service's own text, so they are escaped and bounded.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("id_token", &self.id_token)
            .field("expires_in", &self.expires_in)
            .field("scopes", &EscapedNames(|| self.scopes.iter().map(String::as_str)))
            .finish()
    }
}

fn read(body: &[u8]) -> Result<TokenResponse, AnswerError> {
    if body.len() > MAX_TOKEN_RESPONSE_LEN {
        return Err(AnswerError::TooLong { length: body.len() });
    }
    let body = std::str::from_utf8(body)
        .map_err(|error| AnswerError::Json { position: error.valid_up_to() })?;
    let mut json = Reader::new(body);
    if json.kind()? != Kind::Object {
        json.skip()?;
        json.end()?;
        return Err(AnswerError::NotAnObject);
    }
    let (mut access, mut refresh, mut id) = (None, None, None);
    let (mut is_bearer, mut expires_in, mut scope) = (None, None, None);
    json.object(|json, name| -> Result<(), AnswerError> {
        match json.str(name) {
            ACCESS_TOKEN => once(&mut access, ACCESS_TOKEN, secret(json, ACCESS_TOKEN)?),
            "refresh_token" => once(&mut refresh, "refresh_token", secret(json, "refresh_token")?),
            "id_token" => once(&mut id, "id_token", secret(json, "id_token")?),
            TOKEN_TYPE => {
                let token_type = text(json, TOKEN_TYPE)?;
                once(&mut is_bearer, TOKEN_TYPE, token_type.eq_ignore_ascii_case("Bearer"))
            }
            "expires_in" => once(&mut expires_in, "expires_in", seconds(json)?),
            "scope" => once(&mut scope, "scope", text(json, "scope")?),
            _ => Ok(json.skip().map(drop)?),
        }
    })?;
    json.end()?;
    match is_bearer {
        Some(true) => {}
        Some(false) => return Err(AnswerError::NotBearer),
        None => return Err(AnswerError::MissingMember { member: TOKEN_TYPE }),
    }
    let missing = AnswerError::MissingMember { member: ACCESS_TOKEN };
    Ok(TokenResponse {
        access_token: access.flatten().map(AccessToken::from).ok_or(missing)?,
        refresh_token: refresh.flatten().map(RefreshToken::from),
        id_token: id.flatten().map(IdToken::from),
        expires_in: expires_in.flatten(),
        scopes: scope.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
    })
}

const ACCESS_TOKEN: &str = "access_token";
const TOKEN_TYPE: &str = "token_type";

/// A token: `null` and the empty text are no token.
fn secret(
    json: &mut Reader<'_>,
    member: &'static str,
) -> Result<Option<zeroize::Zeroizing<String>>, AnswerError> {
    match json.kind()? {
        Kind::Null => Ok(json.skip().map(|_| None)?),
        Kind::String => Ok(Some(json.secret()?).filter(|token| !token.is_empty())),
        _ => Err(AnswerError::InvalidMember { member }),
    }
}

fn text(json: &mut Reader<'_>, member: &'static str) -> Result<String, AnswerError> {
    match json.kind()? {
        Kind::String => {
            let text = json.string()?;
            Ok(json.str(text).to_owned())
        }
        _ => Err(AnswerError::InvalidMember { member }),
    }
}

/// A whole number of seconds. The version 1.0 endpoint writes it as a text.
fn seconds(json: &mut Reader<'_>) -> Result<Option<Duration>, AnswerError> {
    let invalid = AnswerError::InvalidMember { member: "expires_in" };
    let text = match json.kind()? {
        Kind::Null => return Ok(json.skip().map(|_| None)?),
        Kind::Number => json.skip()?.to_owned(),
        Kind::String => text(json, "expires_in")?,
        _ => return Err(invalid),
    };
    let seconds = Some(&text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = seconds.and_then(|text| text.parse().ok()).ok_or(invalid)?;
    Ok(Some(Duration::from_secs(seconds)))
}

/// Fills `slot`, which must be empty.
fn once<T>(slot: &mut Option<T>, member: &'static str, value: T) -> Result<(), AnswerError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(AnswerError::DuplicateMember { member }),
    }
}

/// Why an answer with the status of a success is no token response. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The body is longer than [`MAX_TOKEN_RESPONSE_LEN`].
    #[error("the body is {length} bytes long, over the limit of {MAX_TOKEN_RESPONSE_LEN}")]
    TooLong {
        /// The length of the body in bytes.
        length: usize,
    },
    /// The body is not JSON in UTF-8.
    #[error("the body is not JSON at byte {position}")]
    Json {
        /// The offset in the body.
        position: usize,
    },
    /// The body is JSON and not an object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A member is missing.
    #[error("the body has no {member}")]
    MissingMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A member is there twice.
    #[error("the body has {member} twice")]
    DuplicateMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A member is of the wrong JSON type or out of range.
    #[error("{member} of the body has the wrong JSON type or is out of range")]
    InvalidMember {
        /// The name of the member.
        member: &'static str,
    },
    /// The token is not a bearer token, so it is of no use without a proof.
    #[error("the token is not of the type Bearer")]
    NotBearer,
}

impl From<JsonError> for AnswerError {
    fn from(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}
