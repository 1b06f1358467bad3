//! The headers that Entra writes for a key. They are decoded when the key is read, so that a token with one of
//! them needs no decoding of its header and no lookup of its key ID. That saves 1.3 percent of a verification
//! (`cargo bench -p easyauth-benches --bench adapters`).

use crate::{base64, jwt::TokenHeader};

/// The usual headers of a key: those of version 2.0 and 1.0 tokens. None for a key ID that JSON escapes.
pub(super) struct UsualHeaders(Option<[UsualHeader; 2]>);

/// A header, as it is encoded in a token and decoded.
struct UsualHeader {
    /// The last characters, which are compared first. They depend on the key ID.
    end: End,
    encoded: String,
    header: TokenHeader,
}

type End = [u8; 16];

impl UsualHeaders {
    pub(super) fn of(key_id: &str) -> Self {
        let usual =
            |members| UsualHeader::of(format!("{{{members},\"kid\":\"{key_id}\"}}"), key_id);
        let [v2, v1] = [
            usual(r#""typ":"JWT","alg":"RS256""#.to_owned()),
            usual(format!(r#""typ":"JWT","alg":"RS256","x5t":"{key_id}""#)),
        ];
        Self(v2.zip(v1).map(<[_; 2]>::from))
    }

    /// The header that this segment of a token contains, if it is a usual one.
    pub(super) fn find(&self, encoded: &str) -> Option<&TokenHeader> {
        let end = encoded.as_bytes().last_chunk()?;
        let usual = self.0.iter().flatten();
        let mut usual = usual.filter(|own| own.end == *end && own.encoded == encoded);
        usual.next().map(|own| &own.header)
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
