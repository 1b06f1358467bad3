//! What the tests of the public API share.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use easyauth::{DecodeError, EasyAuthPrincipal, UnverifiedToken};

/// The value of `X-MS-CLIENT-PRINCIPAL` for this JSON.
pub(crate) fn header(json: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(json)
}

/// The principal with this JSON.
#[track_caller]
pub(crate) fn principal(json: &str) -> EasyAuthPrincipal {
    EasyAuthPrincipal::parse(&header(json)).expect("a principal")
}

/// A principal of App Service with these claims.
#[track_caller]
pub(crate) fn with_claims(claims: &str) -> EasyAuthPrincipal {
    principal(&format!(r#"{{"auth_typ":"aad","claims":[{claims}]}}"#))
}

/// A token in compact form, with a signature of the length of Entra's (RS256, 2048 bits) that does not
/// verify.
pub(crate) fn compact(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let encode = |segment: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(segment);
    let signature = "A".repeat(342);
    format!("{}.{}.{signature}", encode(header.as_ref()), encode(payload.as_ref()))
}

/// Decodes a token with this payload.
pub(crate) fn decode(payload: impl AsRef<[u8]>) -> Result<UnverifiedToken, DecodeError> {
    UnverifiedToken::decode(&compact(r#"{"typ":"JWT","alg":"RS256"}"#, payload))
}

/// The token with this payload.
#[track_caller]
pub(crate) fn token(payload: &str) -> UnverifiedToken {
    decode(payload).expect("a token")
}

/// An error and all its sources, as a log has them.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
