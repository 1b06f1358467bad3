//! Recognizing a string that should be an access token, by its shape.

use std::fmt;

use super::Reason;
use crate::{
    jwt::{DecodeError, DecodeErrorKind, Segment, UnverifiedToken},
    principal::EasyAuthPrincipal,
};

/// The shape of a string that should be an access token.
pub(super) enum TokenForm {
    /// A JWT whose claims can be read.
    Jwt { token: UnverifiedToken, signature: Signature },
    /// Any other string.
    Other(Reason),
}

/// The state of a signature, as far as its length tells. It is not verified.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    Complete,
    Truncated,
    /// Missing, or replaced by a placeholder.
    Missing,
}

/// What a string is that is not an access token, recognized by its first characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// The value of `X-MS-CLIENT-PRINCIPAL`.
    ClientPrincipal,
    /// A session cookie of the platform, with its name.
    SessionCookie,
    /// A refresh token of Entra.
    RefreshToken,
    /// A token of GitHub.
    GitHubToken,
    /// An access token of Google.
    GoogleToken,
    /// A placeholder: `[REDACTED]`, `<token>`, `$(TOKEN)`, `***`.
    Placeholder,
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientPrincipal => {
                "the value of X-MS-CLIENT-PRINCIPAL, which identifies the caller and opens no API"
            }
            Self::SessionCookie => "a session cookie, which only this site accepts",
            Self::RefreshToken => "a refresh token, which only the token endpoint accepts",
            Self::GitHubToken => "a token of GitHub",
            Self::GoogleToken => "an access token of Google",
            Self::Placeholder => "a placeholder instead of a token",
        })
    }
}

impl TokenForm {
    pub(super) fn of(text: &str) -> Self {
        match UnverifiedToken::decode(text) {
            Ok(token) => {
                let signature = text.splitn(3, '.').nth(2).unwrap_or_default();
                let signature = Signature::of(signature, token.header().alg().unwrap_or_default());
                Self::Jwt { token, signature }
            }
            Err(error) => Self::Other(undecodable(text, error)),
        }
    }
}

fn undecodable(text: &str, error: DecodeError) -> Reason {
    // Logs shorten tokens like this.
    if text.contains("...") || text.contains('\u{2026}') {
        return Reason::Truncated;
    }
    match error.kind() {
        DecodeErrorKind::Encrypted if has_header(text) => Reason::Encrypted,
        DecodeErrorKind::Opaque => opaque(text, text.split('.').count()),
        DecodeErrorKind::Encrypted => Reason::Opaque,
        // Refresh tokens of Entra and some tokens of Google have three segments, as a JWT has.
        DecodeErrorKind::Base64 | DecodeErrorKind::Utf8
            if error.segment() == Some(Segment::Header) =>
        {
            value_kind(text).map_or(Reason::Malformed(error), Reason::NotAToken)
        }
        _ => Reason::Malformed(error),
    }
}

fn opaque(text: &str, segments: usize) -> Reason {
    if let Some(value_kind) = value_kind(text) {
        Reason::NotAToken(value_kind)
    } else if is_of_personal_account(text) {
        Reason::PersonalAccount
    } else if segments <= 2 && text.starts_with("eyJ") {
        Reason::Truncated // `{"` in base64: how every JWT begins.
    } else {
        Reason::Opaque
    }
}

/// The length in base64url of the shortest RSA signature, 256 bytes: keys have at least 2048 bits (RFC
/// 7518 sections 3.3 and 3.5). Entra's signatures have this length.
const MIN_RSA_SIGNATURE_LEN: usize = 342;

impl Signature {
    fn of(signature: &str, alg: &str) -> Self {
        let is_rsa = alg.starts_with("RS") || alg.starts_with("PS");
        // One character after full groups of four encodes no byte.
        let is_cut_group = signature.len() % 4 == 1;
        if !is_base64url(signature) {
            Self::Missing
        } else if is_cut_group || (is_rsa && signature.len() < MIN_RSA_SIGNATURE_LEN) {
            Self::Truncated
        } else {
            Self::Complete
        }
    }
}

/// Returns `true` for base64url that is not empty.
fn is_base64url(signature: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !signature.is_empty() && signature.bytes().all(is_valid)
}

/// Returns `true` if the first segment is the header of a JWT.
fn has_header(text: &str) -> bool {
    let header = text.split('.').next().unwrap_or_default();
    // The payload is an empty object: this only checks whether the header can be decoded.
    UnverifiedToken::decode(&format!("{header}.e30.")).is_ok()
}

/// The compact tickets of personal Microsoft accounts begin like this (azure-docs#102508,
/// msgraph-sdk-powershell#2386).
fn is_of_personal_account(text: &str) -> bool {
    ["EwA", "EwB", "EwC", "EwD"].iter().any(|start| text.starts_with(start))
}

fn value_kind(text: &str) -> Option<ValueKind> {
    let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    // With `|`, which application tokens of Facebook have.
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=|".contains(&byte);
    Some(if begins(&["AppServiceAuthSession", "StaticWebAppsAuthCookie"]) {
        ValueKind::SessionCookie
    // "Behind the scenes of GitHub's authentication token formats".
    } else if begins(&["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]) {
        ValueKind::GitHubToken
    } else if begins(&["ya29."]) {
        ValueKind::GoogleToken
    } else if begins(&["0.A", "1.A"]) {
        ValueKind::RefreshToken
    } else if !text.bytes().all(is_token_byte) {
        ValueKind::Placeholder
    } else if begins(&["eyJ"]) && EasyAuthPrincipal::parse(text).is_ok() {
        ValueKind::ClientPrincipal
    } else {
        return None;
    })
}
