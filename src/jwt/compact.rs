//! The compact serialisation of a JWS (RFC 7515 section 7.1), taken apart.

use super::{DecodeError, MAX_TOKEN_LEN, Segment};
use crate::base64;

/// The three segments of a token, not decoded.
pub(crate) struct Segments<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
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
    /// Takes a token apart. The signature is looked at and not decoded: Microsoft's own published
    /// samples have a cut one.
    pub(super) fn split(token: &str) -> Result<Self, DecodeError> {
        let Segments { header, payload, signature } = Segments::split_at_ends(token)?;
        let decoded = || {
            check_alphabet(signature)?;
            let header = text(header, Segment::Header)?;
            Ok(Self { header, payload: text(payload, Segment::Payload)? })
        };
        decoded().map_err(|error| if payload.contains('.') { not_three(token) } else { error })
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

/// Checks the signature's characters, and nothing else about it.
fn check_alphabet(signature: &str) -> Result<(), DecodeError> {
    let is_base64url =
        |byte: u8| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    // Without an early end, so that the compiler can check many bytes at a time.
    if signature.bytes().fold(true, |valid, byte| valid & is_base64url(byte)) {
        return Ok(());
    }
    let position = signature.bytes().take_while(|byte| is_base64url(*byte)).count();
    Err(DecodeError::Base64 { segment: Segment::Signature, position })
}
