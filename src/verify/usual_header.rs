//! The headers that Entra writes for a key. They are decoded when the key is read, so that a token with one of
//! them needs no decoding of its header and no lookup of its key ID. That saves 1.3 percent of a verification
//! (`cargo bench -p easyauth-benches --bench adapters`).

use crate::{base64, jwt::TokenHeader};

/// The usual headers of a key: those of version 2.0 and 1.0 tokens. None for a key ID that JSON escapes.
pub(super) struct UsualHeaders([Option<UsualHeader>; 2]);

/// A header, as it is encoded in a token and decoded.
struct UsualHeader {
    /// The last characters, which are compared first, because they depend on the key ID.
    end: [u8; 16],
    encoded: String,
    header: TokenHeader,
}

impl UsualHeaders {
    pub(super) fn of(key_id: &str) -> Self {
        let headers = [
            format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{key_id}"}}"#),
            format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{key_id}","kid":"{key_id}"}}"#),
        ];
        Self(headers.map(|text| UsualHeader::of(text, key_id)))
    }

    /// The header that this segment of a token contains, if it is a usual one.
    pub(super) fn find(&self, encoded: &str) -> Option<&TokenHeader> {
        let end = encoded.as_bytes().last_chunk()?;
        let mut usual = self.0.iter().flatten();
        let usual = usual.find(|own| own.end == *end && own.encoded == encoded)?;
        Some(&usual.header)
    }
}

impl UsualHeader {
    fn of(text: String, key_id: &str) -> Option<Self> {
        let encoded = base64::encode_segment(text.as_bytes());
        let end = *encoded.as_bytes().last_chunk()?;
        let header = TokenHeader::parse(text).ok()?.into_shared();
        (header.kid() == Some(key_id)).then_some(Self { end, encoded, header })
    }
}
