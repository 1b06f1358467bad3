//! The response to a request that is rejected.

#[cfg(feature = "verify")]
use std::time::Duration;
use std::{error::Error, fmt};

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode, Uri,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
        SET_COOKIE, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
    },
};

#[cfg(all(
    any(feature = "axum", feature = "tower", feature = "actix-web"),
    feature = "verify"
))]
use super::NotConfirmed;
use super::{
    LoginRedirect, MissingRole, RejectionKind, SetupError, SetupErrorKind, cause::Cause,
    login::SignIn, page,
};
use crate::{
    access::Requirement,
    challenge::{Challenge, InvalidRealm},
    escape::Escaped,
    headers::HeaderSource,
};

/// What a response depends on: the caller, identified by the platform's cookie or a token, and whether
/// the client is a browser.
const VARY_BY: HeaderValue = HeaderValue::from_static("Accept, Authorization, Cookie");

/// The response to a request that is rejected.
///
/// Its message, status, headers and body name the broken rule and repeat nothing of the request, so they
/// can be sent to any client. Its [`source`](Error::source) has the details, for the log. Its `Debug`
/// form is bounded and leaves out the query of addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejection(Box<Inner>);

/// Boxed, because every `Result` on the way reserves space for it.
#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: RejectionKind,
    challenge: Option<Challenge>,
    answer: Answer,
    cause: Option<Cause>,
}

/// What is sent.
#[derive(Clone, PartialEq, Eq)]
enum Answer {
    /// A problem document (RFC 9457).
    Problem,
    /// A redirect to the sign-in page, with a cookie that marks the browser.
    Redirect { location: HeaderValue, marker: HeaderValue },
    /// A page that says what is missing, with this link.
    Page { link: String },
}

impl Rejection {
    pub(super) fn new(kind: RejectionKind) -> Self {
        Self(Box::new(Inner { kind, challenge: None, answer: Answer::Problem, cause: None }))
    }

    /// The request is anonymous, but an authenticated caller is required: 401. The response has a
    /// challenge, as every 401 must (RFC 9110 section 15.5.2).
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(RejectionKind::Unauthenticated).with_challenge(Challenge::no_token())
    }

    /// The required bearer token is missing: 401.
    #[must_use]
    pub fn no_token() -> Self {
        Self::new(RejectionKind::NoToken).with_challenge(Challenge::no_token())
    }

    /// The bearer token is missing, and one that meets this requirement is needed: 401. The challenge
    /// names the scopes of the requirement.
    #[must_use]
    pub fn no_token_for(requirement: &Requirement) -> Self {
        Self::no_token().map_challenge(|challenge| challenge.with_scopes(&requirement.scopes()))
    }

    /// The caller lacks the permission: 403. The response has a challenge if `headers` have a bearer
    /// token, because a better token may help then (RFC 6750 section 3).
    #[must_use]
    pub fn forbidden(headers: &(impl HeaderSource + ?Sized)) -> Self {
        let rejection = Self::new(RejectionKind::Forbidden);
        if has_bearer(headers) {
            rejection.with_challenge(Challenge::insufficient_scope(&[]))
        } else {
            rejection
        }
    }

    /// The caller has none of these roles, one of which is required: 403, like [`forbidden`](Self::forbidden).
    /// The source names the roles, for the log.
    #[must_use]
    pub fn missing_role<R: AsRef<str>>(
        headers: &(impl HeaderSource + ?Sized),
        any_of: &[R],
    ) -> Self {
        Self::forbidden(headers).because(Cause::Role(MissingRole::new(any_of)))
    }

    /// The scopes that the challenge names, for the log.
    #[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
    pub(crate) fn required_scopes(&self) -> Option<&str> {
        self.0.challenge.as_ref()?.parameter("scope")
    }

    /// No token of the request confirms the caller in the headers: 401.
    #[cfg(all(
        any(feature = "axum", feature = "tower", feature = "actix-web"),
        feature = "verify"
    ))]
    pub(crate) fn not_confirmed(cause: NotConfirmed) -> Self {
        let cause = match cause {
            NotConfirmed::Missing(error) => Cause::Setup(error),
            NotConfirmed::Expired(error) => Cause::Verify(error),
        };
        Self::new(RejectionKind::NotConfirmed).with_challenge(Challenge::no_token()).because(cause)
    }

    /// The policy has no rule for the called tool: 403, for every token.
    #[cfg(feature = "verify")]
    pub(crate) fn missing_rule() -> Self {
        let error = SetupError::new(
            SetupErrorKind::MissingRule,
            "add one with ToolPolicy::tool or ToolPolicy::other_tools",
        );
        Self::new(RejectionKind::Forbidden).because(Cause::Setup(error))
    }

    /// The service lacks a required part of its setup: 500.
    #[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
    pub(crate) fn misconfigured(error: SetupError) -> Self {
        Self::new(RejectionKind::Misconfigured).because(Cause::Setup(error))
    }

    pub(super) fn with_challenge(mut self, challenge: Challenge) -> Self {
        self.0.challenge = Some(challenge);
        self
    }

    pub(crate) fn map_challenge(mut self, change: impl FnOnce(Challenge) -> Challenge) -> Self {
        self.0.challenge = self.0.challenge.take().map(change);
        self
    }

    pub(super) fn because(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Sends a browser to the sign-in page with 302, instead of rejecting it with 401. After sign-in the
    /// browser comes back.
    ///
    /// This applies only to an [unauthenticated](RejectionKind::Unauthenticated) or
    /// [unconfirmed](RejectionKind::NotConfirmed) caller whose browser is about to show a page. A browser
    /// that comes back still unauthenticated gets a page that says so: see [`LoginRedirect`].
    ///
    /// `uri` is the address that the browser requested. If a router removed a prefix, pass the original
    /// address.
    #[must_use]
    pub fn or_login(
        self,
        login: &LoginRedirect,
        method: &Method,
        uri: &Uri,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Self {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        self.or_login_at(login, method.as_str(), target, headers)
    }

    /// Like [`or_login`](Self::or_login), for frameworks with their own types.
    pub(crate) fn or_login_at(
        mut self,
        login: &LoginRedirect,
        method: &str,
        target: &str,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Self {
        if !matches!(self.kind(), RejectionKind::Unauthenticated | RejectionKind::NotConfirmed) {
            return self;
        }
        match login.sign_in(method, target, headers) {
            None => {}
            Some(SignIn::Redirect { location, marker }) => {
                self.0.answer = Answer::Redirect { location, marker };
            }
            Some(SignIn::Incomplete { link }) => {
                self.0.kind = RejectionKind::SignInIncomplete;
                self.0.answer = Answer::Page { link };
                let missing = || Cause::Setup(SetupError::missing_identity());
                self.0.cause.get_or_insert_with(missing);
            }
        }
        self
    }

    /// Sets the realm of the challenge, if there is one: see [`Challenge::with_realm`].
    ///
    /// # Errors
    ///
    /// [`InvalidRealm`] if a header cannot contain the name.
    pub fn with_realm(mut self, realm: &str) -> Result<Self, InvalidRealm> {
        if let Some(challenge) = self.0.challenge.take() {
            self.0.challenge = Some(challenge.with_realm(realm)?);
        }
        Ok(self)
    }

    /// The reason: match on it.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.0.kind
    }

    /// The status: 302 for a browser that is sent to sign in, else 400, 401, 403, 500 or 503.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.0.answer {
            Answer::Redirect { .. } => StatusCode::FOUND,
            Answer::Problem | Answer::Page { .. } => self.0.kind.status(),
        }
    }

    /// The headers: the type of the body, `Cache-Control: no-store`, `Vary`, `Retry-After`, and the
    /// challenge.
    ///
    /// A redirect has the address of the sign-in page, and a cookie (`Set-Cookie`) that recognizes a loop of
    /// redirects. An HTML page has `Content-Security-Policy`, `Referrer-Policy` and `X-Content-Type-Options`.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, VARY_BY);
        let media_type = match &self.0.answer {
            Answer::Redirect { location, marker } => {
                headers.insert(LOCATION, location.clone());
                headers.insert(SET_COOKIE, marker.clone());
                return headers;
            }
            Answer::Page { .. } => {
                let policy = HeaderValue::from_static(page::POLICY);
                headers.insert(CONTENT_SECURITY_POLICY, policy);
                headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
                headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                "text/html; charset=utf-8"
            }
            Answer::Problem => "application/problem+json",
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        if let Some(value) = self.0.challenge.as_ref().and_then(Challenge::www_authenticate) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        #[cfg(feature = "verify")]
        if let Some(Cause::Verify(error)) = &self.0.cause
            && let Some(delay) = error.retry_after()
        {
            headers.insert(http::header::RETRY_AFTER, HeaderValue::from(whole_seconds(delay)));
        }
        headers
    }

    /// The body: a problem document (RFC 9457). Its `title` is the status; its `code` and `detail` are
    /// the [kind](RejectionKind). Empty for a browser that is sent to sign in. An HTML page for a browser
    /// whose sign-in did not complete.
    #[must_use]
    pub fn body(&self) -> String {
        match &self.0.answer {
            Answer::Redirect { .. } => return String::new(),
            Answer::Page { link } => return page::sign_in_incomplete(self.missing(), link),
            Answer::Problem => {}
        }
        let status = self.status();
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "code": self.0.kind.code(),
            "detail": self.kind().detail(),
        });
        problem.to_string()
    }

    /// What is missing after sign-in, for a human reader. Contains no value of the request.
    fn missing(&self) -> &'static str {
        match &self.0.cause {
            Some(Cause::Setup(error)) => match error.kind() {
                SetupErrorKind::MissingIdToken => "the ID token that confirms who you are",
                _ => "the identity headers of the platform",
            },
            #[cfg(feature = "verify")]
            Some(Cause::Verify(_)) => "an ID token that has not expired",
            _ => "the identity headers of the platform",
        }
    }

    /// The complete response, with the rejection itself in its extensions, for code that logs.
    #[must_use]
    pub fn to_response<B: From<String>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.body()));
        *response.status_mut() = self.status();
        *response.headers_mut() = self.headers();
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// The seconds of `Retry-After` (RFC 9110 section 10.2.3), rounded up and at least 1.
#[cfg(feature = "verify")]
fn whole_seconds(delay: Duration) -> u64 {
    delay.as_secs().saturating_add(u64::from(delay.subsec_nanos() > 0)).max(1)
}

/// Returns `true` if the request has a bearer token, valid or not.
fn has_bearer(headers: &(impl HeaderSource + ?Sized)) -> bool {
    let value = headers.header("authorization", 0).unwrap_or_default().trim_ascii_start();
    value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = self.source().map(ToString::to_string);
        let location = match &self.0.answer {
            Answer::Redirect { location, .. } => location.to_str().ok(),
            Answer::Page { link } => Some(link.as_str()),
            Answer::Problem => None,
        };
        // The query contains the address to return to, which can contain a key.
        let location = location.and_then(|location| location.split('?').next());
        f.debug_struct("Rejection")
            .field("kind", &self.0.kind)
            .field("status", &self.status().as_u16())
            .field("challenge", &self.0.challenge)
            .field("location", &location.map(Escaped))
            .field("cause", &cause.as_deref().map(Escaped))
            .finish()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().detail())
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(Cause::as_error)
    }
}
