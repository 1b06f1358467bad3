//! What the token endpoint answers when it refuses.

use std::fmt;

use http::StatusCode;
use serde_json::Value;

use super::AnswerError;
use crate::{
    error_codes::{KnownError, Topic},
    kinds::kinds,
};

/// The longest body that is looked at for an error, in bytes. Entra answers errors of some 700 bytes, more
/// with a claims challenge; of a longer body than this the status alone is used.
pub const MAX_TOKEN_ERROR_LEN: usize = 64 * 1024;

/// What the description of AADSTS50013 says about a token that has expired.
const EXPIRED_ASSERTION: &str = "not within its valid time range";

/// The longest `error` that counts as one, in bytes: `temporarily_unavailable` has 23. What is longer, or
/// has other characters than codes have, could be anything, and is not kept.
const MAX_CODE_LEN: usize = 64;

/// The rejection of a token, or an answer that is none.
///
/// Its `Display` form names the status, the codes and what to do: that of the code if it is a
/// [known one](crate::error_codes::KnownError), else that of the kind. The service's own description can have
/// the ids of users and tenants in it, so neither `Display` nor `Debug` shows it: see
/// [`description`](Self::description). The same goes for the challenge of [`claims`](Self::claims).
///
/// ```
/// use easyauth::exchange::TokenResponse;
///
/// let body = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client ..."}"#;
/// let error = TokenResponse::parse(http::StatusCode::UNAUTHORIZED, body).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the token endpoint answered 401 Unauthorized (invalid_client, AADSTS7000215): the client secret is \
///      wrong: put the value of a current client secret, not its secret ID, into the app setting",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TokenError {
    kind: TokenErrorKind,
    status: StatusCode,
    error: Option<Box<str>>,
    aadsts: Option<u32>,
    claims: Option<Box<str>>,
    description: Option<Box<str>>,
    answer: Option<AnswerError>,
}

kinds! {
    /// What a [`TokenError`] is about.
    pub enum TokenErrorKind;
    /// What to do, for people.
    #[must_use]
    pub fn advice;

    /// The token that was sent has expired, was revoked, or is not good for this (`invalid_grant`).
    InvalidGrant = "invalid-grant",
        "the token that was sent is no longer good: have the user sign in again";
    /// The token that was sent for an exchange is not one that can be exchanged: an ID token (AADSTS240002),
    /// an access token for another API (AADSTS500131), or a malformed one (AADSTS50013, AADSTS50027). No sign-in
    /// fixes that. Microsoft documents AADSTS50013 as invalid "because of various reasons", an expired token
    /// among them; where the description says that it expired, the kind is
    /// [`InvalidGrant`](Self::InvalidGrant).
    WrongAssertion = "wrong-assertion",
        "the token that was sent cannot be exchanged: send a fresh access token for your own API";
    /// The user, or an administrator, has not consented to the scopes (`consent_required`, AADSTS65001).
    ConsentRequired = "consent-required",
        "the user or an administrator has to consent to the scopes";
    /// The user has to do something (`interaction_required`, `login_required`): a second factor, new terms
    /// of use. [`TokenError::claims`] is what the next sign-in must satisfy, if there is one.
    InteractionRequired = "interaction-required",
        "the user has to sign in again, with the claims challenge if there is one";
    /// The client is not known, or its credential is wrong or has expired (`invalid_client`).
    InvalidClient = "invalid-client",
        "check the client id and its credential, which may have expired";
    /// The client may not do this (`unauthorized_client`): it is not in the tenant, for instance.
    UnauthorizedClient = "unauthorized-client",
        "the client may not do this: check the app registration and the tenant";
    /// A scope or its API is not known (`invalid_scope`, `invalid_resource`).
    InvalidScope = "invalid-scope",
        "check the scopes: one of them, or the API, is not known in this tenant";
    /// The service cannot answer now (408, 429, 5xx, `temporarily_unavailable`). The same request can pass
    /// later: after `Retry-After`, if that header came along.
    Unavailable = "unavailable",
        "the service cannot answer: try again later";
    /// The status is that of a success, and the body no token response. The source says why.
    InvalidAnswer = "invalid-answer",
        "the answer is no token response of the type Bearer";
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
        // A service that is not well can say anything in its body.
        if matches!(status.as_u16(), 408 | 429 | 500..=599) {
            return Self::Unavailable;
        }
        if matches!(error, Some("consent_required")) || suberror == Some("consent_required") {
            return Self::ConsentRequired;
        }
        // What the client was asked for beats what is said about its token.
        if error == Some("invalid_grant") && has_claims && topic != Some(Topic::Consent) {
            return Self::InteractionRequired;
        }
        match (error, topic) {
            // The JWT that is wrong can be that of the client.
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

    /// What `error` alone says (RFC 6749 section 5.2, OpenID Connect Core 3.1.2.6).
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

/// The number that says the most: one that is known before one that is not, and an umbrella code, such as
/// AADSTS70002 or AADSTS50013, behind all others.
fn most_specific(numbers: &[u32]) -> Option<u32> {
    let rank = |number: &u32| match KnownError::of_entra(*number) {
        Some(error) if !error.is_umbrella() => 0,
        None => 1,
        Some(_) => 2,
    };
    numbers.iter().copied().min_by_key(rank)
}

impl TokenError {
    /// Reads an answer whose status is not a success: RFC 6749 section 5.2, and what Entra adds.
    pub(super) fn refused(status: StatusCode, body: &[u8]) -> Self {
        let body = if body.len() > MAX_TOKEN_ERROR_LEN { &[] } else { body };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name| body.get(name).and_then(Value::as_str);
        let error = text("error").filter(|error| is_code(error));
        let description = text("error_description");
        let listed = body.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        let listed = listed.filter_map(|code| u32::try_from(code.as_u64()?).ok());
        let numbers: Vec<u32> = listed.chain(description.and_then(described)).collect();
        let aadsts = most_specific(&numbers);
        // A number that is not in the table does not hide the umbrella code that came with it.
        let known = numbers.iter().filter_map(|number| KnownError::of_entra(*number));
        let topic = known.min_by_key(|error| error.is_umbrella()).map(KnownError::topic);
        // AADSTS50013 has no code of its own for this in older answers (Azure-Samples/active-directory-dotnet-webapi-onbehalfof#25).
        let has_expired = description.is_some_and(|text| text.contains(EXPIRED_ASSERTION));
        let topic = topic.map(|topic| match topic {
            Topic::Assertion if has_expired => Topic::Grant,
            topic => topic,
        });
        let claims = text("claims").filter(|claims| !claims.is_empty());
        Self {
            kind: TokenErrorKind::of(status, error, text("suberror"), topic, claims.is_some()),
            status,
            error: error.map(Into::into),
            aadsts,
            claims: claims.map(Into::into),
            description: description.map(Into::into),
            answer: None,
        }
    }

    /// An answer with the status of a success that cannot be read.
    pub(super) fn unreadable(status: StatusCode, answer: AnswerError) -> Self {
        Self {
            kind: TokenErrorKind::InvalidAnswer,
            status,
            error: None,
            aadsts: None,
            claims: None,
            description: None,
            answer: Some(answer),
        }
    }

    /// What the error is about.
    #[must_use]
    pub fn kind(&self) -> TokenErrorKind {
        self.kind
    }

    /// Whether the same request can pass later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == TokenErrorKind::Unavailable
    }

    /// Whether the user has to do something: to sign in again, to consent. A service without a browser in
    /// front of it passes that on to its client, with the challenge of [`claims`](Self::claims).
    #[must_use]
    pub fn needs_user(&self) -> bool {
        use TokenErrorKind::{ConsentRequired, InteractionRequired, InvalidGrant};
        matches!(self.kind, InvalidGrant | ConsentRequired | InteractionRequired)
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// `error`, such as `invalid_grant`.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The number of Entra's own error, 500133 for AADSTS500133: of several, the one that says the most. For
    /// people to search for: Microsoft may change these any day.
    #[must_use]
    pub fn aadsts(&self) -> Option<u32> {
        self.aadsts
    }

    /// What the number means, who can fix it, and how; `None` if it is not a known one.
    #[must_use]
    pub fn known(&self) -> Option<&'static KnownError> {
        KnownError::of_entra(self.aadsts?)
    }

    /// The claims challenge, a JSON object: what the next sign-in has to ask for in its parameter `claims`,
    /// a second factor for instance. It comes from outside and names policies: pass it on, and parse it
    /// before anything else is made of it. An API passes it on to its client by
    /// `VerifiedToken::claims_challenge`.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }

    /// What the service says, as it says it: in English, unescaped, and with identifiers in it that may be
    /// nobody else's business, such as those of the user and the tenant.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token endpoint answered {}", self.status)?;
        match (&self.error, self.aadsts) {
            (Some(error), Some(aadsts)) => write!(f, " ({error}, AADSTS{aadsts})")?,
            (Some(error), None) => write!(f, " ({error})")?,
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

impl std::error::Error for TokenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.answer {
            Some(answer) => Some(answer),
            None => None,
        }
    }
}

/// Leaves the description and the challenge out.
impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenError")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("error", &self.error)
            .field("aadsts", &self.aadsts)
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// A word, which cannot break a line.
fn is_code(text: &str) -> bool {
    (1..=MAX_CODE_LEN).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The number that a description begins with, as in `AADSTS50013: Assertion ...`.
fn described(description: &str) -> Option<u32> {
    let (number, _) = description.strip_prefix("AADSTS")?.split_once(':')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
}
