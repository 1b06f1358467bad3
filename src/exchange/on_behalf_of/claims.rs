//! Claims challenges of APIs: what the next token must satisfy.

use serde_json::{Map, Value};

use crate::{base64, debug::debug, headers::HeaderSource};

/// The longest challenge that is read, in bytes. Those of Conditional Access have some 300; HTTP servers and
/// clients limit all headers together to 8 to 32 KiB.
pub const MAX_CLAIMS_CHALLENGE_LEN: usize = 8 * 1024;

/// The number of `WWW-Authenticate` headers that are looked at. APIs of Microsoft send one or two.
const MAX_HEADERS: usize = 8;

/// A claims challenge: an API rejected a token, and names in a JSON object what the next one must satisfy,
/// a second factor for instance ("Claims challenges, claims requests, and client capabilities").
///
/// Pass it to [`OnBehalfOf::token_with_claims`](super::OnBehalfOf::token_with_claims). If the exchange needs
/// the user then, its error has a challenge for your own caller.
///
/// ```
/// use easyauth::exchange::ClaimsChallenge;
///
/// // The response of the API.
/// let headers = [(
///     "WWW-Authenticate",
///     "Bearer realm=\"\", error=\"insufficient_claims\", \
///      claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19\"",
/// )];
/// let challenge = ClaimsChallenge::from_headers(&headers).expect("a claims challenge");
/// assert_eq!(challenge.as_json(), r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimsChallenge(Box<str>);

impl ClaimsChallenge {
    /// Takes the JSON of a claims request (OpenID Connect Core section 5.5).
    ///
    /// # Errors
    ///
    /// [`InvalidClaimsChallenge`] if it is not a JSON object, or longer than [`MAX_CLAIMS_CHALLENGE_LEN`].
    pub fn parse(json: &str) -> Result<Self, InvalidClaimsChallenge> {
        if json.len() > MAX_CLAIMS_CHALLENGE_LEN {
            return Err(InvalidClaimsChallenge(()));
        }
        let object: Result<Map<String, Value>, _> = serde_json::from_str(json);
        object.map_err(|_| InvalidClaimsChallenge(()))?;
        Ok(Self(json.into()))
    }

    /// Finds the claims challenge in the headers of a response: a `WWW-Authenticate` with `claims`, the
    /// base64 form of a JSON object, and the error `insufficient_claims` or, as Azure Resource Manager sends
    /// it, `invalid_token`. Returns `None` for every other challenge.
    #[must_use]
    pub fn from_headers(headers: &(impl HeaderSource + ?Sized)) -> Option<Self> {
        (0..MAX_HEADERS)
            .map_while(|index| headers.header("WWW-Authenticate", index))
            .filter(|value| value.len() <= MAX_CLAIMS_CHALLENGE_LEN)
            .filter_map(|value| std::str::from_utf8(value).ok())
            .find_map(of_challenge)
    }

    /// The JSON object.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

// The length, because policies have names.
debug! { ClaimsChallenge, |own| "ClaimsChallenge({} bytes)", own.0.len() }

/// The claims are not a JSON object of at most [`MAX_CLAIMS_CHALLENGE_LEN`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a claims challenge: a JSON object of at most {MAX_CLAIMS_CHALLENGE_LEN} bytes")]
pub struct InvalidClaimsChallenge(());

/// The claims of a header value, which may contain several challenges (RFC 9110 section 11.6.1).
fn of_challenge(value: &str) -> Option<ClaimsChallenge> {
    let mut challenge = Parameters::default();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return challenge.claims();
        }
        let (name, after) = token(rest)?;
        if let Some(after) = after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            let (parameter, after) = parameter(after.trim_start_matches([' ', '\t']))?;
            challenge.set(name, parameter);
            rest = after;
        } else {
            // The name of a scheme: the challenge before it is complete.
            if let Some(found) = challenge.claims() {
                return Some(found);
            }
            let is_bearer = name.eq_ignore_ascii_case("Bearer");
            challenge = Parameters { is_bearer, ..Parameters::default() };
            rest = after;
        }
    }
}

/// The parameters of one challenge that count here.
#[derive(Default)]
struct Parameters<'a> {
    is_bearer: bool,
    is_claims_error: bool,
    claims: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn set(&mut self, name: &str, value: &'a str) {
        if name.eq_ignore_ascii_case("error") {
            // Azure Resource Manager: `ARMChallengeAuthenticationPolicy` of the Azure SDK for .NET.
            self.is_claims_error = matches!(value, "insufficient_claims" | "invalid_token");
        } else if name.eq_ignore_ascii_case("claims") {
            self.claims = Some(value);
        }
    }

    fn claims(&self) -> Option<ClaimsChallenge> {
        let claims = self.claims.filter(|_| self.is_bearer && self.is_claims_error)?;
        let json = String::from_utf8(base64::decode_header(claims.as_bytes()).ok()?).ok()?;
        ClaimsChallenge::parse(&json).ok()
    }
}

/// A token (RFC 9110 section 5.6.2), and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_in_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let length = text.bytes().take_while(|byte| is_in_token(*byte)).count();
    if length == 0 { None } else { text.split_at_checked(length) }
}

/// The value of a parameter, and what follows it. A value with an escape stays escaped: `error` and `claims`
/// have none.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return text.split_at_checked(end);
    };
    let mut is_escaped = false;
    let end = quoted.find(|character| {
        let is_end = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })?;
    let (value, after) = quoted.split_at_checked(end)?;
    Some((value, after.strip_prefix('"')?))
}
