//! The base64 engines, with their alphabets and padding.

use std::sync::LazyLock;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurposeConfig},
};

#[cfg(all(
    feature = "simd",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
))]
mod engine {
    use base64::engine::{GeneralPurposeConfig, Simd};

    pub(super) type Engine = Simd;

    pub(super) fn standard(config: GeneralPurposeConfig) -> Engine {
        Simd::standard(config)
    }

    pub(super) fn url_safe(config: GeneralPurposeConfig) -> Engine {
        Simd::url_safe(config)
    }
}

#[cfg(not(all(
    feature = "simd",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
)))]
mod engine {
    use base64::{
        alphabet,
        engine::{GeneralPurpose, GeneralPurposeConfig},
    };

    pub(super) type Engine = GeneralPurpose;

    pub(super) fn standard(config: GeneralPurposeConfig) -> Engine {
        GeneralPurpose::new(&alphabet::STANDARD, config)
    }

    pub(super) fn url_safe(config: GeneralPurposeConfig) -> Engine {
        GeneralPurpose::new(&alphabet::URL_SAFE, config)
    }
}

const PADDED_OR_NOT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const UNPADDED: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);

static STANDARD_ANY: LazyLock<engine::Engine> = LazyLock::new(|| engine::standard(PADDED_OR_NOT));
static URL_ANY: LazyLock<engine::Engine> = LazyLock::new(|| engine::url_safe(PADDED_OR_NOT));
static URL_UNPADDED: LazyLock<engine::Engine> = LazyLock::new(|| engine::url_safe(UNPADDED));

/// The text is not base64 from this byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Base64Error {
    pub(crate) position: usize,
}

/// Decodes a principal, with or without padding. The platform writes the standard alphabet; some proxies
/// convert it to the URL alphabet.
pub(crate) fn decode_header(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    decode(&STANDARD_ANY, text).or_else(|error| {
        match text.get(error.position) {
            // A text that mixes both alphabets is invalid in both.
            Some(b'-' | b'_') => decode(&URL_ANY, text),
            _ => Err(error),
        }
    })
}

/// Decodes a segment of a token: base64url without padding (RFC 7515 section 2).
pub(crate) fn decode_segment(text: &str) -> Result<Vec<u8>, Base64Error> {
    decode(&URL_UNPADDED, text.as_bytes())
}

/// Encodes in the standard alphabet, with padding.
#[cfg(feature = "verify")]
pub(crate) fn encode(text: impl AsRef<[u8]>) -> String {
    STANDARD_ANY.encode(text)
}

/// Encodes a segment of a token: base64url without padding (RFC 7515 section 2).
#[cfg(feature = "verify")]
pub(crate) fn encode_segment(bytes: &[u8]) -> String {
    URL_UNPADDED.encode(bytes)
}

fn decode(engine: &engine::Engine, text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    let mut decoded = Vec::with_capacity(base64::decoded_len_estimate(text.len()));
    let result = engine.decode_vec(text, &mut decoded);
    result.map(|()| decoded).map_err(|error| Base64Error {
        position: match error {
            base64::DecodeError::InvalidByte(offset, _)
            | base64::DecodeError::InvalidLastSymbol { offset, .. } => offset,
            base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
                text.len()
            }
        },
    })
}
