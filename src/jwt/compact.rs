//! The compact serialization of a JWS (RFC 7515 section 7.1).

use super::{DecodeError, DecodeErrorKind, MAX_TOKEN_LEN, Segment};
use crate::base64;

/// The three segments of a token, still encoded.
pub(crate) struct Segments<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    #[cfg_attr(not(feature = "verify"), allow(dead_code, reason = "only verification reads it"))]
    pub(crate) signature: &'a str,
}

impl<'a> Segments<'a> {
    /// Splits a token at its first and last dot. That spares a search of the long payload: with a dot it is
    /// not base64url.
    pub(crate) fn split_at_ends(token: &'a str) -> Result<Self, DecodeError> {
        if token.len() > MAX_TOKEN_LEN {
            return Err(DecodeError::too_long(token.len()));
        }
        let parts =
            token.split_once('.').and_then(|(header, rest)| Some((header, rest.rsplit_once('.')?)));
        match parts {
            Some((header, (payload, signature))) => Ok(Self { header, payload, signature }),
            None => Err(DecodeError::not_three_segments(token)),
        }
    }

    /// Why these segments cannot be decoded: for a payload with a dot, the token has more than three.
    #[cfg(feature = "verify")]
    pub(crate) fn explain(&self, token: &str, error: DecodeError) -> DecodeError {
        if self.payload.contains('.') { DecodeError::not_three_segments(token) } else { error }
    }
}

/// The decoded header and payload of a token.
pub(super) struct Compact {
    pub(super) header: String,
    pub(super) payload: String,
}

impl Compact {
    /// Splits and decodes a token without verification. Ignores the signature: people remove it before they
    /// share a token, or replace it with `[Signature]`, `<redacted>` or `...`, and it is truncated in Microsoft's
    /// own published samples.
    pub(super) fn split(token: &str) -> Result<Self, DecodeError> {
        // Almost every token is read here.
        let usual = match Segments::split_at_ends(token) {
            Ok(Segments { header, payload, .. }) => Self::decode(header, payload),
            Err(error) => Err(error),
        };
        usual.or_else(|error| {
            let mut segments = token.split('.');
            let (header, payload) = (segments.next(), segments.next());
            match (header, payload, segments.count()) {
                // Three segments, so the error above is final.
                (Some(_), Some(_), 1) => Err(error),
                (Some(header), Some(payload), _) if token.len() <= MAX_TOKEN_LEN => {
                    Self::decode(header, payload)
                        .and_then(Self::if_objects)
                        .map_err(|_| DecodeError::not_three_segments(token))
                }
                _ => Err(error),
            }
        })
    }

    fn decode(header: &str, payload: &str) -> Result<Self, DecodeError> {
        let header = text(header, Segment::Header)?;
        Ok(Self { header, payload: text(payload, Segment::Payload)? })
    }

    /// A token without three segments must clearly have been a JWT.
    fn if_objects(self) -> Result<Self, DecodeError> {
        let is_object = |text: &str| {
            let text = text.trim_ascii();
            text.starts_with('{') && text.ends_with('}')
        };
        if is_object(&self.header) && is_object(&self.payload) {
            Ok(self)
        } else {
            Err(DecodeError::not_an_object(Segment::Payload))
        }
    }
}

/// Decodes a segment.
pub(crate) fn bytes(encoded: &str, segment: Segment) -> Result<Vec<u8>, DecodeError> {
    base64::decode_segment(encoded)
        .map_err(|error| DecodeError::at(DecodeErrorKind::Base64, segment, error.position))
}

/// Decodes a segment that is text.
pub(crate) fn text(encoded: &str, segment: Segment) -> Result<String, DecodeError> {
    String::from_utf8(bytes(encoded, segment)?)
        .map_err(|error| error.utf8_error().valid_up_to())
        .map_err(|position| DecodeError::at(DecodeErrorKind::Utf8, segment, position))
}
