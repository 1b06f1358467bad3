//! The checks before any claim is read: structure, header, key and signature.

use std::{sync::Arc, time::SystemTime};

use super::{
    Algorithm, Key, VerifyError, VerifyErrorKind,
    key_set::{KeySource, sealed::Found},
};
use crate::jwt::{Segment, Segments, TimeForm, Token, TokenHeader, Unverified, bytes, text};

/// A token whose signature was checked.
pub(super) struct Signed {
    pub(super) header: TokenHeader,
    pub(super) payload: String,
    pub(super) key: Arc<Key>,
}

/// The decoded segments of a token whose header is supported.
struct Parts<'a> {
    header: TokenHeader,
    payload: String,
    signature: Vec<u8>,
    /// The signed bytes: the header and the payload as they are encoded.
    message: &'a str,
}

/// Decodes a token. These checks are the same for every verifier. `usual` returns a header that is decoded
/// already.
fn parse(
    token: &str,
    usual: impl FnOnce(&str) -> Option<TokenHeader>,
) -> Result<Parts<'_>, VerifyError> {
    let segments = Segments::split_at_ends(token).map_err(VerifyError::decode)?;
    let decode = || {
        let header = match usual(segments.header) {
            Some(header) => header,
            None => TokenHeader::parse(text(segments.header, Segment::Header)?)?,
        };
        let payload = text(segments.payload, Segment::Payload)?;
        Ok((header, payload, bytes(segments.signature, Segment::Signature)?))
    };
    let (header, payload, signature) =
        decode().map_err(|error| VerifyError::decode(segments.explain(token, error)))?;
    check_header(&header)?;
    let signed_len = segments.header.len().saturating_add(1).saturating_add(segments.payload.len());
    let message = token.get(..signed_len).unwrap_or_default();
    Ok(Parts { header, payload, signature, message })
}

/// Decodes a token without checking its signature, to choose the verifier.
pub(super) fn claimed(token: &str) -> Result<Token<Unverified>, VerifyError> {
    let Parts { header, payload, .. } = parse(token, |_| None)?;
    Token::new(header, payload, TimeForm::Number).map_err(VerifyError::decode)
}

/// Checks a token up to its signature. The header only selects a key and one of the `allowed` algorithms.
/// Keys come from `keys` alone. The header members `jwk`, `jku`, `x5c` and `x5u` are ignored (RFC 8725
/// section 3.10).
pub(super) fn check(
    token: &str,
    allowed: &[Algorithm],
    keys: &impl KeySource,
    now: SystemTime,
) -> Result<Signed, VerifyError> {
    let mut found = None;
    let Parts { header, payload, signature, message } = parse(token, |header| {
        let (header, key) = keys.find_usual(header, now)?;
        found = Some(Found::Key(key));
        Some(header)
    })?;
    let (algorithm, key) =
        choose_key(&header, allowed, |id| found.unwrap_or_else(|| keys.find(id, now)))?;
    if !key.public.verify(algorithm, message, &signature) {
        return Err(VerifyErrorKind::InvalidSignature.error());
    }
    Ok(Signed { header, payload, key })
}

/// The algorithm and the key that a header names, if both are allowed.
pub(super) fn find_key(
    header: &TokenHeader,
    allowed: &[Algorithm],
    keys: &impl KeySource,
    now: SystemTime,
) -> Result<(Algorithm, Arc<Key>), VerifyError> {
    choose_key(header, allowed, |id| keys.find(id, now))
}

fn choose_key(
    header: &TokenHeader,
    allowed: &[Algorithm],
    find: impl FnOnce(&str) -> Found,
) -> Result<(Algorithm, Arc<Key>), VerifyError> {
    let algorithm = *header
        .alg()
        .and_then(|name| allowed.iter().find(|algorithm| algorithm.as_str() == name))
        .ok_or_else(|| VerifyErrorKind::AlgorithmNotAllowed.error())?;
    let missing = || VerifyErrorKind::MissingKeyId.error();
    let id = header.kid().filter(|id| !id.is_empty()).ok_or_else(missing)?;
    let key = match find(id) {
        Found::Key(key) => key,
        Found::Unknown => return Err(VerifyErrorKind::UnknownKey.error()),
        Found::Unavailable(why) => return Err(VerifyError::keys_unavailable(why)),
    };
    let is_for_key = key.public.family() == algorithm.family()
        && key.algorithm().is_none_or(|only| only == algorithm);
    if is_for_key { Ok((algorithm, key)) } else { Err(VerifyErrorKind::WrongKeyAlgorithm.error()) }
}

fn check_header(header: &TokenHeader) -> Result<(), VerifyError> {
    for name in header.names() {
        match name {
            // Critical extensions, an unencoded payload, compression, encryption, a nested token: Entra writes
            // none of them.
            "crit" | "b64" | "zip" | "enc" | "cty" => {
                return Err(VerifyError::member(VerifyErrorKind::UnsupportedHeader, name));
            }
            "nonce" => return Err(VerifyErrorKind::Protected.error()),
            // Entra writes `JWT`. Not `at+jwt`: RFC 9068 section 2.2 has the client and the scopes in claims
            // that no rule here reads.
            "typ" if !header.typ().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) => {
                return Err(VerifyErrorKind::WrongType.error());
            }
            _ => {}
        }
    }
    Ok(())
}
