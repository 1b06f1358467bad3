//! The compact serialisation of a JWS (RFC 7515 section 7.1), taken apart.

use super::{DecodeError, MAX_TOKEN_LEN, Segment};
use crate::base64;

/// The three segments of a token, not decoded.
pub(crate) struct Segments<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    #[cfg_attr(
        not(feature = "verify"),
        allow(dead_code, reason = "only verification looks at it")
    )]
    pub(crate) signature: &'a str,
}

impl<'a> Segments<'a> {
    /// Takes a token apart.
    #[cfg(feature = "verify")]
    pub(crate) fn split(token: &'a str) -> Result<Self, DecodeError> {
        let segments = Self::split_at_ends(token)?;
        if segments.payload.contains('.') { Err(not_three(token)) } else { Ok(segments) }
    }

    /// Takes a token apart from both ends, so that the long segment in the middle is not searched for
    /// a dot: if it has one, it is not base64.
    fn split_at_ends(token: &'a str) -> Result<Self, DecodeError> {
        if token.len() > MAX_TOKEN_LEN {
            return Err(DecodeError::TooLong { length: token.len() });
        }
        let parts =
            token.split_once('.').and_then(|(header, rest)| Some((header, rest.rsplit_once('.')?)));
        match parts {
            Some((header, (payload, signature))) => Ok(Self { header, payload, signature }),
            None => Err(not_three(token)),
        }
    }
}

/// The decoded header and payload of a token with three segments.
pub(super) struct Compact {
    pub(super) header: String,
    pub(super) payload: String,
}

impl Compact {
    /// Takes a token apart for reading alone. The third segment is not looked at: people who are careful remove a
    /// signature, or write `[Signature]`, `<redacted>` or `...` in its place, and Microsoft's own published
    /// samples have a cut one.
    pub(super) fn split(token: &str) -> Result<Self, DecodeError> {
        // The usual token, without a search for dots in its long middle.
        let usual = match Segments::split_at_ends(token) {
            Ok(Segments { header, payload, .. }) => Self::decode(header, payload),
            Err(error) => Err(error),
        };
        usual.or_else(|error| {
            let mut segments = token.split('.');
            let (header, payload) = (segments.next(), segments.next());
            match (header, payload, segments.count()) {
                // What was decoded already, and cannot be.
                (Some(_), Some(_), 1) => Err(error),
                (Some(header), Some(payload), _) if token.len() <= MAX_TOKEN_LEN => {
                    Self::decode(header, payload)
                        .and_then(Self::if_objects)
                        .map_err(|_| not_three(token))
                }
                _ => Err(error),
            }
        })
    }

    fn decode(header: &str, payload: &str) -> Result<Self, DecodeError> {
        let header = text(header, Segment::Header)?;
        Ok(Self { header, payload: text(payload, Segment::Payload)? })
    }

    /// Without three segments only what clearly was a JWT is taken for one.
    fn if_objects(self) -> Result<Self, DecodeError> {
        let is_object = |text: &str| {
            let text = text.trim_ascii();
            text.starts_with('{') && text.ends_with('}')
        };
        if is_object(&self.header) && is_object(&self.payload) {
            Ok(self)
        } else {
            Err(DecodeError::NotAnObject { segment: Segment::Payload })
        }
    }
}

/// The error of a token with more or fewer segments than a JWT.
fn not_three(token: &str) -> DecodeError {
    match token.split('.').count() {
        5 => DecodeError::Encrypted,
        segments => DecodeError::Opaque { segments },
    }
}

/// Decodes a segment.
pub(crate) fn bytes(encoded: &str, segment: Segment) -> Result<Vec<u8>, DecodeError> {
    base64::decode_segment(encoded)
        .map_err(|error| DecodeError::Base64 { segment, position: error.position })
}

/// Decodes a segment that is text.
pub(crate) fn text(encoded: &str, segment: Segment) -> Result<String, DecodeError> {
    String::from_utf8(bytes(encoded, segment)?)
        .map_err(|error| DecodeError::Utf8 { segment, position: error.utf8_error().valid_up_to() })
}
