//! Error responses of the token endpoint.

use std::fmt;

use http::StatusCode;
use serde_json::Value;

use super::response::ResponseError;
use crate::{
    debug::debug,
    error_codes::{KnownError, Topic},
    escape::is_code,
    kinds::kinds,
};

/// The longest body of an error that is read, in bytes. Entra's have about 700 bytes, or more with a
/// claims challenge. For a longer body, only the status counts.
pub const MAX_TOKEN_ERROR_LEN: usize = 64 * 1024;

/// The description of AADSTS50013 contains this if the token has expired.
const EXPIRED_ASSERTION: &str = "not within its valid time range";

/// The token endpoint rejected the request, or its response is invalid.
///
/// The message names the status, the codes and what to do: the fix of the code if it is a
/// [known one](crate::error_codes::KnownError), else the advice of the kind. The
/// [`description`](Self::description) can contain IDs of users and tenants, so neither `Display` nor
/// `Debug` shows it. The same applies to the challenge in [`claims`](Self::claims).
///
/// ```
/// use easyauth::exchange::TokenResponse;
///
/// let body = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client ..."}"#;
/// let error = TokenResponse::parse(http::StatusCode::UNAUTHORIZED, body).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the token endpoint responded with 401 Unauthorized (invalid_client, AADSTS7000215): the client \
///      secret is wrong: put the value of a current client secret, not its secret ID, into the app setting",
/// );
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct TokenError {
    kind: TokenErrorKind,
    status: StatusCode,
    server_code: Option<Box<str>>,
    aadsts: Option<u32>,
    claims: Option<Box<str>>,
    description: Option<Box<str>>,
    #[source]
    invalid: Option<ResponseError>,
}

kinds! {
    /// The kind of a [`TokenError`].
    pub enum TokenErrorKind of TokenError;
    /// What to do, as a clause.
    #[must_use]
    pub fn advice;

    /// The token that was sent has expired, was revoked, or is not valid for this (`invalid_grant`).
    InvalidGrant = "invalid-grant",
        "the token that was sent is no longer valid: have the user sign in again";
    /// The token that was sent cannot be exchanged: it is an ID token (AADSTS240002), an access token for
    /// another API (AADSTS500131), or malformed (AADSTS50013, AADSTS50027). No sign-in fixes that.
    /// Microsoft documents AADSTS50013 as invalid "because of various reasons", which include an expired
    /// token. If the description says that it has expired, the kind is
    /// [`InvalidGrant`](Self::InvalidGrant).
    WrongAssertion = "wrong-assertion",
        "the token that was sent cannot be exchanged: send a fresh access token for your own API";
    /// The user or an administrator has not consented to the scopes (`consent_required`, AADSTS65001).
    ConsentRequired = "consent-required",
        "the user or an administrator must consent to the scopes";
    /// The user must act (`interaction_required`, `login_required`): a second factor, new terms of use.
    /// If [`TokenError::claims`] has a challenge, the next sign-in must satisfy it.
    InteractionRequired = "interaction-required",
        "the user must sign in again, with the claims challenge if there is one";
    /// The client is unknown, or its credential is wrong or has expired (`invalid_client`).
    InvalidClient = "invalid-client",
        "check the client ID and its credential, which may have expired";
    /// The client is not allowed to do this (`unauthorized_client`), for instance because it is not in
    /// the tenant.
    UnauthorizedClient = "unauthorized-client",
        "the client is not allowed to do this: check the app registration and the tenant";
    /// A scope or its API is unknown (`invalid_scope`, `invalid_resource`).
    InvalidScope = "invalid-scope",
        "check the scopes: one of them, or its API, is unknown in this tenant";
    /// The service cannot respond now (408, 429, 5xx, `temporarily_unavailable`). The same request can
    /// succeed later: after `Retry-After`, if the response has that header.
    Unavailable = "unavailable",
        "the service is unavailable: try again later";
    /// The status is a success, but the body is not a token response. The source says why.
    InvalidResponse = "invalid-response", "expected a token response of the type Bearer";
    /// Anything else.
    Other = "other",
        "read the description";
}

impl TokenErrorKind {
    fn of(
        status: StatusCode,
        error: Option<&str>,
        suberror: Option<&str>,
        topic: Option<Topic>,
        has_claims: bool,
    ) -> Self {
        // The body of a failing service can contain anything.
        if matches!(status.as_u16(), 408 | 429 | 500..=599) {
            return Self::Unavailable;
        }
        if matches!(error, Some("consent_required")) || suberror == Some("consent_required") {
            return Self::ConsentRequired;
        }
        // A claims challenge is more specific than the error of the token.
        if error == Some("invalid_grant") && has_claims && topic != Some(Topic::Consent) {
            return Self::InteractionRequired;
        }
        match (error, topic) {
            // The invalid JWT can be the client assertion.
            (Some("invalid_client"), Some(Topic::Assertion | Topic::Grant))
            | (_, Some(Topic::Credential)) => Self::InvalidClient,
            (_, Some(Topic::Assertion)) => Self::WrongAssertion,
            (_, Some(Topic::Grant)) => Self::InvalidGrant,
            (_, Some(Topic::Consent)) => Self::ConsentRequired,
            (_, Some(Topic::Interaction)) => Self::InteractionRequired,
            (_, Some(Topic::Client)) => Self::UnauthorizedClient,
            (_, Some(Topic::Scope)) => Self::InvalidScope,
            (_, Some(Topic::Unavailable)) => Self::Unavailable,
            (Some(error), Some(Topic::Other) | None) => Self::of_error(error),
            (None, Some(Topic::Other) | None) => Self::Other,
        }
    }

    /// The kind for a value of `error` (RFC 6749 section 5.2, OpenID Connect Core 3.1.2.6).
    fn of_error(error: &str) -> Self {
        match error {
            "invalid_grant" => Self::InvalidGrant,
            "interaction_required" | "login_required" => Self::InteractionRequired,
            "invalid_client" => Self::InvalidClient,
            "unauthorized_client" => Self::UnauthorizedClient,
            "invalid_scope" | "invalid_resource" => Self::InvalidScope,
            "temporarily_unavailable" | "server_error" => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

/// The most specific number: known codes come first, and umbrella codes such as AADSTS70002 or
/// AADSTS50013 last.
fn most_specific(numbers: &[u32]) -> Option<u32> {
    let rank = |number: &u32| match KnownError::of_entra(*number) {
        Some(error) if !error.is_umbrella() => 0,
        None => 1,
        Some(_) => 2,
    };
    numbers.iter().copied().min_by_key(rank)
}

impl TokenError {
    /// Reads an error response: RFC 6749 section 5.2, and the members that Entra adds.
    pub(super) fn rejected(status: StatusCode, body: &[u8]) -> Self {
        let body = if body.len() > MAX_TOKEN_ERROR_LEN { &[] } else { body };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let string = |name| body.get(name).and_then(Value::as_str);
        let server_code = string("error").filter(|code| is_code(code));
        let description = string("error_description");
        let listed = body.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        let listed = listed.filter_map(|code| u32::try_from(code.as_u64()?).ok());
        let numbers: Vec<u32> = listed.chain(description.and_then(described)).collect();
        let aadsts = most_specific(&numbers);
        // A number that is not in the table does not hide the umbrella code that came with it.
        let known = numbers.iter().filter_map(|number| KnownError::of_entra(*number));
        let topic = known.min_by_key(|error| error.is_umbrella()).map(KnownError::topic);
        // Older responses have AADSTS50013 for this, without a more specific code
        // (Azure-Samples/active-directory-dotnet-webapi-onbehalfof#25).
        let has_expired = description.is_some_and(|text| text.contains(EXPIRED_ASSERTION));
        let topic = topic.map(|topic| match topic {
            Topic::Assertion if has_expired => Topic::Grant,
            topic => topic,
        });
        let claims = string("claims").filter(|claims| !claims.is_empty());
        let suberror = string("suberror");
        Self {
            kind: TokenErrorKind::of(status, server_code, suberror, topic, claims.is_some()),
            status,
            server_code: server_code.map(Into::into),
            aadsts,
            claims: claims.map(Into::into),
            description: description.map(Into::into),
            invalid: None,
        }
    }

    /// A response with a success status whose body is invalid.
    pub(super) fn unreadable(status: StatusCode, error: ResponseError) -> Self {
        Self {
            kind: TokenErrorKind::InvalidResponse,
            status,
            server_code: None,
            aadsts: None,
            claims: None,
            description: None,
            invalid: Some(error),
        }
    }

    /// Returns `true` if the same request can succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == TokenErrorKind::Unavailable
    }

    /// Returns `true` if the user must act: sign in again or consent. A web API passes this on to its
    /// client, with the challenge in [`claims`](Self::claims).
    #[must_use]
    pub fn needs_user(&self) -> bool {
        use TokenErrorKind::{ConsentRequired, InteractionRequired, InvalidGrant};
        matches!(self.kind, InvalidGrant | ConsentRequired | InteractionRequired)
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The server's `error`, such as `invalid_grant`.
    #[must_use]
    pub fn server_code(&self) -> Option<&str> {
        self.server_code.as_deref()
    }

    /// The number of Entra's error: 500133 for AADSTS500133. If there are several, the most specific one.
    /// It is for humans who search for it. Microsoft may change these numbers at any time.
    #[must_use]
    pub fn aadsts(&self) -> Option<u32> {
        self.aadsts
    }

    /// The meaning of the number, who can fix it, and how; `None` if the number is unknown.
    #[must_use]
    pub fn known(&self) -> Option<&'static KnownError> {
        KnownError::of_entra(self.aadsts?)
    }

    /// The claims challenge, a JSON object. The next sign-in must request these claims in its parameter
    /// `claims`, for instance a second factor. The string is unvalidated input. A web API passes it on to
    /// its client with `VerifiedToken::claims_challenge`.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }

    /// The server's description, unchanged: in English, not escaped. It can contain identifiers of the
    /// user and the tenant, so do not send it to clients.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token endpoint responded with {}", self.status)?;
        match (&self.server_code, self.aadsts) {
            (Some(code), Some(aadsts)) => write!(f, " ({code}, AADSTS{aadsts})")?,
            (Some(code), None) => write!(f, " ({code})")?,
            (None, Some(aadsts)) => write!(f, " (AADSTS{aadsts})")?,
            (None, None) => {}
        }
        match self.known() {
            Some(known) if self.kind != TokenErrorKind::Unavailable => {
                write!(f, ": {}: {}", known.meaning(), known.fix())
            }
            _ => write!(f, ": {}", self.kind.advice()),
        }
    }
}

// Without the description and the challenge, which can contain personal data.
debug! {
    TokenError, |own|
    kind: own.kind,
    status: own.status,
    server_code: own.server_code,
    aadsts: own.aadsts,
    invalid: own.invalid,
    ..
}

/// The number at the start of a description, as in `AADSTS50013: Assertion ...`.
fn described(description: &str) -> Option<u32> {
    let (number, _) = description.strip_prefix("AADSTS")?.split_once(':')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
}
