//! Tokens, which are secrets.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    escape::first_not,
    headers::{self, HeaderError, HeaderErrorKind, HeaderSource},
    jwt::{DecodeError, UnverifiedToken},
};

macro_rules! secrets {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        ///
        /// A secret: anyone who has it can act as the caller. `Debug` prints only its length. It is not
        /// `Display`, `Serialize`, `Clone` or comparable, and its memory is wiped when it is dropped.
        /// Only [`expose_secret`](Self::expose_secret) returns the string.
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Wraps a token without checking it.
            #[must_use]
            pub fn new(token: impl Into<String>) -> Self {
                Self(Zeroizing::new(token.into()))
            }

            /// Takes a string that is already wiped when it is dropped.
            pub(crate) fn wrap(token: Zeroizing<String>) -> Self {
                Self(token)
            }

            /// The length of the token in bytes.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Returns `true` if the token is an empty string.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// Returns the token.
            #[must_use]
            pub fn expose_secret(&self) -> &str {
                &self.0
            }
        }

        #[automatically_derived]
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    )+};
}

secrets! {
    /// An access token, which an API accepts in `Authorization: Bearer`.
    AccessToken;
    /// An ID token, which tells the application who signed in.
    IdToken;
    /// A refresh token, to get new access tokens with.
    RefreshToken;
    /// The secret that belongs to an access token of Twitter.
    AccessTokenSecret;
    /// The authentication token of a Microsoft account.
    AuthenticationToken;
}

/// The header of a client's token.
const AUTHORIZATION: &str = "Authorization";

impl AccessToken {
    /// Reads the token that the client sent in `Authorization: Bearer`; `None` without that header, or with
    /// another scheme. The scheme is case-insensitive (RFC 9110 section 11.1).
    ///
    /// On Static Web Apps the platform itself uses this header.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if the header is repeated, or does not have exactly one token of the characters that
    /// RFC 6750 section 2.1 allows.
    pub fn from_authorization(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<Self>, HeaderError> {
        let Some(value) = headers::ascii_value(headers, AUTHORIZATION)? else { return Ok(None) };
        let Some(token) = bearer(value) else { return Ok(None) };
        let invalid = |_| HeaderError::new(AUTHORIZATION, HeaderErrorKind::InvalidBearer);
        check_b64token(token).map_err(invalid)?;
        Ok(Some(Self::new(token)))
    }

    /// The token as it is in the header, before its characters are checked. A token that verifies has no invalid
    /// ones. For an error, [`from_authorization`](Self::from_authorization) tells whether the header is malformed.
    #[cfg(feature = "verify")]
    pub(crate) fn in_authorization(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<&str>, HeaderError> {
        let value = headers::source::single(headers, AUTHORIZATION)?;
        match value.and_then(|value| bearer(std::str::from_utf8(value).ok()?)) {
            Some(token) => Ok(Some(token)),
            // Another scheme, or text that is not UTF-8.
            None => Self::from_authorization(headers).map(|_| None),
        }
    }

    /// Returns the value for an `Authorization` header. It is marked as sensitive, so that `Debug` and HTTP/2
    /// header compression do not reveal it.
    ///
    /// # Errors
    ///
    /// [`InvalidBearerToken`] if the token is empty, or has a character that RFC 6750 does not allow.
    pub fn to_bearer(&self) -> Result<http::HeaderValue, InvalidBearerToken> {
        check_b64token(&self.0)?;
        let value = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut value = http::HeaderValue::from_str(&value)
            .map_err(|_| InvalidBearerToken { position: None })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Decodes the claims without checking the signature: to choose a token, to route and to diagnose, not to
    /// authorize.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]. Opaque and encrypted tokens have separate kinds.
    pub fn decode_unverified(&self) -> Result<UnverifiedToken, DecodeError> {
        UnverifiedToken::decode(&self.0)
    }
}

impl IdToken {
    /// Decodes the claims without checking the signature: see [`AccessToken::decode_unverified`].
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the token is not a JWT.
    pub fn decode_unverified(&self) -> Result<UnverifiedToken, DecodeError> {
        UnverifiedToken::decode(&self.0)
    }
}

/// The token in the value of an `Authorization` header with the scheme `Bearer`.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim_ascii())
}

/// Checks for `b64token` of RFC 6750 section 2.1, and allows `|`, which application tokens of Facebook have.
fn check_b64token(token: &str) -> Result<(), InvalidBearerToken> {
    let body = token.trim_end_matches('=');
    let invalid = first_not(body.as_bytes(), |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'|')
    });
    match invalid {
        None if !body.is_empty() => Ok(()),
        None if token.is_empty() => Err(InvalidBearerToken { position: None }),
        position => Err(InvalidBearerToken { position: position.or(Some(0)) }),
    }
}

/// The string cannot be sent as a bearer token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a bearer token, found {}", found(*position))]
pub struct InvalidBearerToken {
    /// The offset of the invalid character; `None` if the token is empty.
    position: Option<usize>,
}

fn found(position: Option<usize>) -> String {
    let invalid = |position| format!("an invalid character at byte {position}");
    position.map_or_else(|| "an empty string".to_owned(), invalid)
}
