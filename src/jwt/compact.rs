//! The compact serialisation of a JWS (RFC 7515 section 7.1), taken apart.

use super::{DecodeError, MAX_TOKEN_LEN, Segment};
use crate::base64;

/// The decoded header and payload of a token with three segments.
pub(super) struct Compact {
    pub(super) header: String,
    pub(super) payload: String,
}

impl Compact {
    /// Takes a token apart. The signature is looked at and not decoded: Microsoft's own published
    /// samples have a cut one.
    pub(super) fn split(token: &str) -> Result<Self, DecodeError> {
        if token.len() > MAX_TOKEN_LEN {
            return Err(DecodeError::TooLong { length: token.len() });
        }
        let mut segments = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(match token.split('.').count() {
                5 => DecodeError::Encrypted,
                segments => DecodeError::Opaque { segments },
            });
        };
        if let Some(position) = signature.bytes().position(|byte| !is_base64url(byte)) {
            return Err(DecodeError::Base64 { segment: Segment::Signature, position });
        }
        Ok(Self {
            header: text(header, Segment::Header)?,
            payload: text(payload, Segment::Payload)?,
        })
    }
}

fn text(encoded: &str, segment: Segment) -> Result<String, DecodeError> {
    let bytes = base64::decode_segment(encoded)
        .map_err(|error| DecodeError::Base64 { segment, position: error.position })?;
    String::from_utf8(bytes)
        .map_err(|error| DecodeError::Utf8 { segment, position: error.utf8_error().valid_up_to() })
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
