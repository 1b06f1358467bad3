//! Tokens as secrets.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    headers::{self, HeaderError, HeaderErrorKind, HeaderSource},
    jwt::{DecodeError, UnverifiedToken},
};

macro_rules! secrets {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        ///
        /// A secret: whoever holds it can act as the caller. Its `Debug` form prints the length only,
        /// its memory is wiped when it is dropped, it is neither `Display`, `Serialize`, `Clone` nor
        /// comparable, and [`expose_secret`](Self::expose_secret) is the only way to its text.
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Takes a token. Its text is not checked; what uses it does.
            #[must_use]
            pub fn new(token: impl Into<String>) -> Self {
                Self(Zeroizing::new(token.into()))
            }

            /// The length of the token in bytes.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether the token is the empty text.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// The token itself.
            #[must_use]
            pub fn expose_secret(&self) -> &str {
                &self.0
            }
        }

        impl From<Zeroizing<String>> for $name {
            fn from(token: Zeroizing<String>) -> Self {
                Self(token)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    )+};
}

secrets! {
    /// An access token: what an API takes as `Authorization: Bearer`.
    AccessToken;
    /// An ID token: who signed in, for the application that asked.
    IdToken;
    /// A refresh token: good for new access tokens.
    RefreshToken;
    /// The secret that goes with an access token of Twitter.
    AccessTokenSecret;
    /// The authentication token of a Microsoft account.
    AuthenticationToken;
}

impl AccessToken {
    /// Reads the token that the client sent itself, from `Authorization: Bearer`; `None` without that
    /// header or with another scheme. The scheme's case does not matter (RFC 9110 section 11.1).
    ///
    /// On Static Web Apps the platform uses this header for itself.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if the header is there twice, or is not one token of the characters that RFC
    /// 6750 section 2.1 allows.
    pub fn from_authorization(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<Self>, HeaderError> {
        const NAME: &str = "Authorization";
        let error = |kind| HeaderError::new(NAME, kind);
        let Some(value) = headers::ascii_value(headers, NAME).map_err(error)? else {
            return Ok(None);
        };
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Ok(None);
        }
        let token = token.trim_ascii();
        if is_b64token(token) {
            Ok(Some(Self::new(token)))
        } else {
            Err(error(HeaderErrorKind::NotOneToken))
        }
    }

    /// The value for an `Authorization` header, marked as sensitive so that neither `Debug` nor HTTP/2
    /// header compression shows it.
    ///
    /// # Errors
    ///
    /// [`InvalidBearerToken`] if the token has a character that no bearer token has.
    pub fn to_bearer(&self) -> Result<http::HeaderValue, InvalidBearerToken> {
        if !is_b64token(&self.0) {
            return Err(InvalidBearerToken(()));
        }
        let value = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut value = http::HeaderValue::from_str(&value).map_err(|_| InvalidBearerToken(()))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Reads the claims without checking the signature: good to choose, to route and to explain, and
    /// not to authorise.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with a kind of its own for tokens that are no JWT and for encrypted ones.
    pub fn decode_unverified(&self) -> Result<UnverifiedToken, DecodeError> {
        UnverifiedToken::decode(&self.0)
    }
}

impl IdToken {
    /// Reads the claims without checking the signature: see [`AccessToken::decode_unverified`].
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the token is no JWT.
    pub fn decode_unverified(&self) -> Result<UnverifiedToken, DecodeError> {
        UnverifiedToken::decode(&self.0)
    }
}

/// `b64token` of RFC 6750 section 2.1, and `|`, which the application tokens of Facebook have.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'|')
        })
}

/// The token has a character that no bearer token has, so it cannot be sent as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the token has a character that a bearer token cannot have")]
pub struct InvalidBearerToken(());
