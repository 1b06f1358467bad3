//! The headers that Entra writes for a key. They are decoded when the key is read, so that a token with one of
//! them needs no decoding of its header and no lookup of its key ID. That saves 1.5 percent of a verification.

use crate::{base64, jwt::TokenHeader};

/// A header, as it is encoded in a token and decoded.
struct UsualHeader {
    encoded: String,
    header: TokenHeader,
}

/// The usual headers of a key: those of version 2.0 and 1.0 tokens.
pub(super) struct UsualHeaders(Vec<UsualHeader>);

impl UsualHeaders {
    pub(super) fn of(key_id: &str) -> Self {
        let texts = [
            format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{key_id}"}}"#),
            format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{key_id}","kid":"{key_id}"}}"#),
        ];
        let headers = texts.into_iter().filter_map(|text| {
            let encoded = base64::encode_segment(text.as_bytes());
            let header = TokenHeader::parse(text).ok()?.into_shared();
            // Another ID if this one needs escapes in JSON.
            (header.kid() == Some(key_id)).then_some(UsualHeader { encoded, header })
        });
        Self(headers.collect())
    }

    /// The header that this segment of a token contains, if it is a usual one.
    pub(super) fn find(&self, encoded: &str) -> Option<&TokenHeader> {
        // All begin alike, and end differently.
        let end = |text: &str| text.as_bytes().last_chunk::<16>().copied();
        let mut usual = self.0.iter();
        let usual =
            usual.find(|own| end(&own.encoded) == end(encoded) && own.encoded == encoded)?;
        Some(&usual.header)
    }
}
