//! Why a token was not verified.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
    time::Duration,
};

use super::RefreshError;
use crate::{
    escape::EscapedText,
    jwt::{DecodeError, DecodeErrorKind},
    kinds::kinds,
};

/// A token that was not verified: the rule that it breaks. For audience, issuer, tenant and client also
/// the expected and the actual value. It never contains the token or other values from it.
///
/// Respond with [`challenge`](Self::challenge), and log the error itself: its message is for the
/// operator of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    kind: VerifyErrorKind,
    detail: Option<Box<Detail>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    Decode(DecodeError),
    Member(EscapedText),
    Identifiers { expected: EscapedText, actual: EscapedText, advice: Option<&'static str> },
    Cause(VerifyError),
    Keys(Unavailable),
}

/// Why it is unknown whether a key exists.
#[derive(Debug, Clone, Default)]
#[expect(unnameable_types, reason = "a part of sealed traits")]
pub struct Unavailable {
    cause: Option<Arc<RefreshError>>,
    retry_after: Option<Duration>,
}

impl Unavailable {
    pub(super) fn new(cause: Option<Arc<RefreshError>>, retry_after: Duration) -> Self {
        Self { cause, retry_after: Some(retry_after) }
    }
}

/// The error of a fetcher is shared and read-only.
impl UnwindSafe for Unavailable {}
impl RefUnwindSafe for Unavailable {}

/// Equal if it is the same failure of the same fetch.
impl PartialEq for Unavailable {
    fn eq(&self, other: &Self) -> bool {
        self.retry_after == other.retry_after
            && self.cause.as_ref().map(Arc::as_ptr) == other.cause.as_ref().map(Arc::as_ptr)
    }
}

impl Eq for Unavailable {}

kinds! {
    /// The rule that a token breaks.
    pub enum VerifyErrorKind of VerifyError { detail };
    fn message as Display;

    /// The token is longer than [`MAX_TOKEN_LEN`](crate::MAX_TOKEN_LEN).
    TooLong = "too-long", "the token is too long";
    /// The token has five segments, so it is encrypted (RFC 7516).
    Encrypted = "encrypted", "the token is encrypted";
    /// The token is not a JWT: three segments of base64url without padding, of which the first two are
    /// JSON objects (RFC 7519 section 7.2). The source says where it is malformed.
    Malformed = "malformed", "the token is malformed";
    /// A duplicate member (RFC 7515 section 4, RFC 7519 section 4). For `aud`, `iss`, `oid`, `sub` and
    /// `tid`, a member that differs only in case is a duplicate too (Microsoft's IDX40011).
    DuplicateMember = "duplicate-member", "the token has a duplicate member";
    /// The header has `crit` or `b64`: extensions that are not supported (RFC 7515 section 4.1.11, RFC
    /// 7797 section 6). Or it has `zip`, `enc` or `cty`, which a signed JWT of claims does not have.
    UnsupportedHeader = "unsupported-header", "the header of the token has a member that is not supported";
    /// `typ` is not `JWT`, so it names another kind of token (RFC 8725 section 3.11). That includes `at+jwt`:
    /// the access tokens of RFC 9068 have their scopes and their client in other claims than Entra's.
    WrongType = "wrong-type", "expected typ JWT; tokens of RFC 9068 (at+jwt) are not supported";
    /// `alg` is not among the accepted algorithms (RFC 8725 section 3.1).
    AlgorithmNotAllowed = "algorithm-not-allowed", "the algorithm of the token is not accepted";
    /// The header has a `nonce`: the token is for Microsoft Graph or another of Microsoft's APIs. Its
    /// signature covers a header that only those APIs can restore. The token is genuine, but only
    /// Microsoft can verify it. Do not accept it, and do not try to verify it.
    Protected = "protected", "the token is for a Microsoft API, which alone can verify it";
    /// The header has no `kid`. Keys are never tried in turn.
    MissingKeyId = "missing-key-id", "the token has no key ID (kid)";
    /// The issuer has no key with this `kid`, according to the last successful fetch.
    UnknownKey = "unknown-key", "the key that signed the token is unknown";
    /// Keys could not be fetched, so it is unknown whether the key exists: the token may be valid. The
    /// [source](std::error::Error::source) says why the fetch failed, and
    /// [`retry_after`](VerifyError::retry_after) when to try again.
    KeysUnavailable = "keys-unavailable", "the keys to verify the token are not available";
    /// The key is for an algorithm other than `alg` (RFC 8725 section 3.1).
    WrongKeyAlgorithm = "wrong-key-algorithm", "the key that signed the token is for another algorithm";
    /// None of several verifiers accepts the token: none is for its issuer and audience, or the matching
    /// one could not verify its signature. The source says which; the response does not. See
    /// [`BearerAuth::or`](super::BearerAuth::or).
    NoVerifier = "no-verifier", "no verifier accepts the token";
    /// The signature does not match the key.
    InvalidSignature = "invalid-signature", "the signature of the token is not valid";
    /// A required claim is missing.
    MissingClaim = "missing-claim", "the token lacks a claim";
    /// A claim has the wrong JSON type or is out of range, or `tid` is not a GUID.
    InvalidClaim = "invalid-claim", "a claim of the token has the wrong type or is out of range";
    /// The key belongs to another issuer or another tenant ("Access tokens in the Microsoft identity
    /// platform": validate the signing key issuer).
    WrongKeyIssuer = "wrong-key-issuer", "the key that signed the token belongs to another issuer";
    /// The key belongs to another cloud (`cloud_instance_name`; Microsoft's IDX40012). Checked for the
    /// public cloud and Azure Government, whose names were recorded. The recorded keys of Azure China
    /// have no name.
    WrongKeyCloud = "wrong-key-cloud", "the key that signed the token belongs to another cloud";
    /// The issuer (`iss`) is not exactly the expected one.
    WrongIssuer = "wrong-issuer", "the token is from another issuer";
    /// The tenant (`tid`) is not allowed.
    WrongTenant = "wrong-tenant", "the token is from another tenant";
    /// The token is for another API (`aud`).
    WrongAudience = "wrong-audience", "the token is for another audience";
    /// The ID token is also for an audience that is not trusted (OpenID Connect Core section 3.1.3.7):
    /// see [`trusted_audience`](super::VerifierBuilder::trusted_audience).
    UntrustedAudience = "untrusted-audience", "the ID token is also for an audience that is not trusted";
    /// The token has expired (`exp`).
    Expired = "expired", "the token has expired";
    /// The token is not valid yet (`nbf`).
    NotYetValid = "not-yet-valid", "the token is not valid yet";
    /// The token was issued in the future (`iat`).
    IssuedInFuture = "issued-in-future", "the token was issued in the future";
    /// The token expires before it becomes valid (`exp`, `nbf`).
    InvalidLifetime = "invalid-lifetime", "the token expires before it becomes valid";
    /// The token lives longer than the verifier allows.
    LifetimeTooLong = "lifetime-too-long", "the token lives longer than allowed";
    /// The token has neither scopes (`scp`) nor roles (`roles`). Every application in a tenant can get
    /// such a token for every API of the tenant, without any permission (Microsoft's IDW10201). A claim
    /// `scope`, as some other issuers write, is not read.
    NoPermissions = "no-permissions", "the token has neither scopes nor roles";
    /// The application that requested the token (`azp`, `appid`) is not on the list.
    ClientNotAllowed = "client-not-allowed", "the client of the token is not allowed";
    /// The token is bound to a key of its client (`cnf`, RFC 7800), so it is not a bearer token.
    BoundToKey = "bound-to-key", "the token is bound to a key, so it is not a bearer token";
    /// This is an ID token, which opens no API.
    IdToken = "id-token", "the token is an ID token, which opens no API";
    /// This is an access token where an ID token was expected.
    AccessToken = "access-token", "the token is an access token, not an ID token";
    /// The `nonce` of the ID token is not the one of the sign-in.
    WrongNonce = "wrong-nonce", "the nonce of the token does not match the sign-in";
}

impl VerifyError {
    pub(super) fn decode(error: DecodeError) -> Self {
        let kind = match error.kind() {
            DecodeErrorKind::TooLong => VerifyErrorKind::TooLong,
            DecodeErrorKind::Encrypted => VerifyErrorKind::Encrypted,
            DecodeErrorKind::DuplicateMember => VerifyErrorKind::DuplicateMember,
            DecodeErrorKind::InvalidClaim => VerifyErrorKind::InvalidClaim,
            _ => VerifyErrorKind::Malformed,
        };
        Self { kind, detail: Some(Box::new(Detail::Decode(error))) }
    }

    pub(super) fn member(kind: VerifyErrorKind, name: &str) -> Self {
        Self { kind, detail: Some(Box::new(Detail::Member(EscapedText(name.into())))) }
    }

    pub(super) fn identifiers(kind: VerifyErrorKind, expected: String, actual: String) -> Self {
        let (expected, actual) = (EscapedText(expected.into()), EscapedText(actual.into()));
        Self {
            kind,
            detail: Some(Box::new(Detail::Identifiers { expected, actual, advice: None })),
        }
    }

    /// Converts the error for a service with several verifiers. Before the signature is verified, the
    /// response must not reveal which verifier matched. Only the token says so, and anyone can create
    /// one.
    pub(super) fn of_several(self) -> Self {
        match self.kind {
            VerifyErrorKind::AlgorithmNotAllowed
            | VerifyErrorKind::MissingKeyId
            | VerifyErrorKind::UnknownKey
            | VerifyErrorKind::WrongKeyAlgorithm
            | VerifyErrorKind::InvalidSignature => {
                let detail = Some(Box::new(Detail::Cause(self)));
                Self { kind: VerifyErrorKind::NoVerifier, detail }
            }
            _ => self,
        }
    }

    /// Adds advice on what to change.
    pub(super) fn with_advice(mut self, text: Option<&'static str>) -> Self {
        if let Some(Detail::Identifiers { advice, .. }) = self.detail.as_deref_mut() {
            *advice = text;
        }
        self
    }

    pub(super) fn keys_unavailable(why: Unavailable) -> Self {
        let kind = VerifyErrorKind::KeysUnavailable;
        Self { kind, detail: Some(Box::new(Detail::Keys(why))) }
    }

    /// Returns `true` if the same token can pass later, after the keys have been fetched again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.detail.as_deref() {
            Some(Detail::Cause(error)) => error.is_retryable(),
            _ => {
                matches!(self.kind, VerifyErrorKind::UnknownKey | VerifyErrorKind::KeysUnavailable)
            }
        }
    }

    /// When the client should try again, if keys could not be fetched: the value of `Retry-After` (RFC
    /// 9110 section 10.2.3) in a 503 response. `None` for every other error.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.detail.as_deref()? {
            Detail::Keys(why) => why.retry_after,
            _ => None,
        }
    }

    /// For a wrong audience, issuer, tenant or client: the expected value. Several are joined by ` or `.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        match self.detail.as_deref()? {
            Detail::Identifiers { expected, .. } => Some(&expected.0),
            _ => None,
        }
    }

    /// For a wrong audience, issuer, tenant or client: the value in the token. Several audiences are
    /// joined by ` and `. Empty if the token has none.
    #[must_use]
    pub fn actual(&self) -> Option<&str> {
        match self.detail.as_deref()? {
            Detail::Identifiers { actual, .. } => Some(&actual.0),
            _ => None,
        }
    }

    /// For a missing or invalid claim, a duplicate member or an unsupported header: its name.
    #[must_use]
    pub fn member_name(&self) -> Option<&str> {
        match self.detail.as_deref()? {
            Detail::Member(name) => Some(&name.0),
            Detail::Decode(error) => error.member_name(),
            _ => None,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Detail::Decode(error)) = self.detail.as_deref()
            && self.kind != VerifyErrorKind::Malformed
        {
            // It says the same as the kind, and more.
            return error.fmt(f);
        }
        self.kind.fmt(f)?;
        match self.detail.as_deref() {
            Some(Detail::Member(name)) => write!(f, ": {name}"),
            // The client ID is a claim value that is not needed to fix the problem.
            Some(Detail::Identifiers { .. }) if self.kind == VerifyErrorKind::ClientNotAllowed => {
                Ok(())
            }
            Some(Detail::Identifiers { expected, actual, .. }) if actual.0.is_empty() => {
                write!(f, ": expected {expected}, found none")
            }
            Some(Detail::Identifiers { expected, actual, advice }) => {
                write!(f, ": expected {expected}, found {actual}")?;
                advice.map_or(Ok(()), |advice| write!(f, ": {advice}"))
            }
            // The source says it.
            Some(Detail::Decode(_) | Detail::Cause(_) | Detail::Keys(_)) | None => Ok(()),
        }
    }
}

impl std::error::Error for VerifyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.detail.as_deref()? {
            Detail::Decode(error) if self.kind == VerifyErrorKind::Malformed => Some(error),
            Detail::Cause(error) => Some(error),
            Detail::Keys(why) => {
                let cause: &RefreshError = why.cause.as_deref()?;
                Some(cause)
            }
            _ => None,
        }
    }
}
