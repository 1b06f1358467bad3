//! What to answer to a request that may not pass: a status, headers, and a body that reveals nothing.
//!
//! The adapters answer with a [`Refusal`] by themselves. Elsewhere every error on the way becomes one
//! by `?`:
//!
//! ```
//! use easyauth::{EasyAuthPrincipal, Refusal};
//!
//! fn hello(request: &http::Request<()>) -> Result<String, Refusal> {
//!     let user = EasyAuthPrincipal::from_headers(request.headers())?;
//!     let user = user.ok_or_else(Refusal::not_signed_in)?;
//!     Ok(format!("hello {}", user.name().unwrap_or("you")))
//! }
//!
//! let mut request = http::Request::new(());
//! assert_eq!(hello(&request).unwrap_err().status(), 401);
//!
//! request.headers_mut().insert("x-ms-client-principal", "not base64!".parse()?);
//! let response: http::Response<String> = hello(&request).unwrap_err().to_response();
//! assert_eq!(response.status(), 400);
//! assert_eq!(response.headers()["content-type"], "application/problem+json");
//! # Ok::<(), http::header::InvalidHeaderValue>(())
//! ```

mod challenge;
mod kind;
mod login;

use std::{error::Error, fmt};

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode, Uri,
    header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, VARY, WWW_AUTHENTICATE},
};

pub use challenge::{Challenge, InvalidRealm};
pub use kind::RefusalKind;
pub use login::LoginRedirect;

#[cfg(feature = "verify")]
use crate::{
    access::Denied,
    verify::{Mismatch, VerifyError, VerifyErrorKind},
};
use crate::{
    headers::{HeaderError, HeaderSource},
    principal::PrincipalError,
};

/// What an answer depends on: who is asking, by the platform's cookie or a token, and whether that is a
/// browser.
const VARY_REFUSAL: HeaderValue = HeaderValue::from_static("Accept, Authorization, Cookie");

/// The answer to a request that may not pass.
///
/// Its text, status, headers and body say which rule was broken and nothing of what the request
/// brought, so they can go to anybody. What exactly was wrong is its [`source`](Error::source): for
/// the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(Box<Inner>);

/// Boxed, because every result on the way has room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: RefusalKind,
    challenge: Option<Challenge>,
    location: Option<HeaderValue>,
    cause: Option<Cause>,
}

/// The error that led to a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Principal(PrincipalError),
    Header(HeaderError),
    #[cfg(feature = "verify")]
    Verify(VerifyError),
    #[cfg(feature = "verify")]
    Denied(Denied),
    #[cfg(feature = "verify")]
    Mismatch(Mismatch),
}

impl Refusal {
    fn new(kind: RefusalKind) -> Self {
        Self(Box::new(Inner { kind, challenge: None, location: None, cause: None }))
    }

    /// Nobody is signed in, and somebody has to be: 401, and a challenge, as every 401 has one (RFC
    /// 9110 section 15.5.2).
    #[must_use]
    pub fn not_signed_in() -> Self {
        Self::new(RefusalKind::NotSignedIn).with_challenge(Challenge::no_token())
    }

    /// No bearer token came along, and one has to: 401.
    #[must_use]
    pub fn no_token() -> Self {
        Self::new(RefusalKind::NoToken).with_challenge(Challenge::no_token())
    }

    /// The caller may not do this: 403, and a challenge if `headers` have a bearer token, because then
    /// a better token may do (RFC 6750 section 3).
    #[must_use]
    pub fn forbidden(headers: &(impl HeaderSource + ?Sized)) -> Self {
        let refusal = Self::new(RefusalKind::Forbidden);
        if has_bearer(headers) {
            refusal.with_challenge(Challenge::insufficient_scope(&[]))
        } else {
            refusal
        }
    }

    /// Nothing confirms what the headers say of the caller: 401.
    #[cfg(all(feature = "tower", feature = "verify"))]
    pub(crate) fn not_confirmed() -> Self {
        Self::new(RefusalKind::NotConfirmed).with_challenge(Challenge::no_token())
    }

    /// Something that this service should have set up is not there: 500.
    #[cfg(any(
        feature = "axum",
        feature = "tower",
        all(feature = "actix-web", feature = "verify"),
    ))]
    pub(crate) fn misconfigured() -> Self {
        Self::new(RefusalKind::Misconfigured)
    }

    fn with_challenge(mut self, challenge: Challenge) -> Self {
        self.0.challenge = Some(challenge);
        self
    }

    fn because(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Sends a browser to the sign-in page, which brings it back, instead of telling it 401: 302. Only
    /// if [nobody is signed in](RefusalKind::NotSignedIn) and a browser is about to show a page: see
    /// [`LoginRedirect`].
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

    /// The same for frameworks with types of their own.
    pub(crate) fn or_login_at(
        mut self,
        login: &LoginRedirect,
        method: &str,
        target: &str,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Self {
        if self.kind() == RefusalKind::NotSignedIn {
            self.0.location = login.location(method, target, headers);
        }
        self
    }

    /// Names what is protected in the challenge, if there is one: see [`Challenge::with_realm`].
    ///
    /// # Errors
    ///
    /// [`InvalidRealm`] if the name cannot stand in a header.
    pub fn with_realm(mut self, realm: &str) -> Result<Self, InvalidRealm> {
        if let Some(challenge) = self.0.challenge.take() {
            self.0.challenge = Some(challenge.with_realm(realm)?);
        }
        Ok(self)
    }

    /// Why, in one word: to branch on.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        self.0.kind
    }

    /// The status: 302 for a browser that goes to sign in, 400, 401, 403, 500 or 503.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.0.location.is_some() { StatusCode::FOUND } else { self.0.kind.status() }
    }

    /// The headers: what kind of body this is, that nobody may keep the answer, what it depends on,
    /// and the challenge or the sign-in page.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, VARY_REFUSAL);
        if let Some(location) = &self.0.location {
            headers.insert(LOCATION, location.clone());
            return headers;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(value) = self.0.challenge.as_ref().and_then(Challenge::www_authenticate) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        #[cfg(feature = "verify")]
        if let Some(Cause::Verify(error)) = &self.0.cause
            && let Some(wait) = error.retry_after()
        {
            let has_rest = u64::from(wait.subsec_nanos() > 0);
            headers
                .insert(http::header::RETRY_AFTER, wait.as_secs().saturating_add(has_rest).into());
        }
        headers
    }

    /// The body: a problem (RFC 9457) whose `title` is the status and whose `code` and `detail` are
    /// the [kind](RefusalKind), and nothing for a browser that goes to sign in.
    #[must_use]
    pub fn body(&self) -> String {
        if self.0.location.is_some() {
            return String::new();
        }
        let status = self.status();
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "code": self.0.kind.code(),
            "detail": self.0.kind.detail(),
        });
        problem.to_string()
    }

    /// All of it as a response, with the refusal itself among its extensions: for whatever logs.
    #[must_use]
    pub fn to_response<B: From<String>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.body()));
        *response.status_mut() = self.status();
        *response.headers_mut() = self.headers();
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// Whether a bearer token, good or bad, came along.
fn has_bearer(headers: &(impl HeaderSource + ?Sized)) -> bool {
    let value = headers.header("authorization", 0).unwrap_or_default().trim_ascii_start();
    value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.detail())
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self.0.cause.as_ref()? {
            Cause::Principal(error) => error,
            Cause::Header(error) => error,
            #[cfg(feature = "verify")]
            Cause::Verify(error) => error,
            #[cfg(feature = "verify")]
            Cause::Denied(error) => error,
            #[cfg(feature = "verify")]
            Cause::Mismatch(error) => error,
        })
    }
}

/// 400: the platform does not send this.
impl From<PrincipalError> for Refusal {
    fn from(error: PrincipalError) -> Self {
        Self::new(RefusalKind::MalformedIdentity).because(Cause::Principal(error))
    }
}

/// 400, with a challenge if it is about `Authorization`.
impl From<HeaderError> for Refusal {
    fn from(error: HeaderError) -> Self {
        let refusal = if error.header().eq_ignore_ascii_case("authorization") {
            Self::new(RefusalKind::MalformedAuthorization).with_challenge(error.challenge())
        } else {
            Self::new(RefusalKind::MalformedIdentity)
        };
        refusal.because(Cause::Header(error))
    }
}

/// 401, or 503 if there are no keys.
#[cfg(feature = "verify")]
impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        let kind = match error.kind() {
            VerifyErrorKind::KeysUnavailable => RefusalKind::KeysUnavailable,
            _ => RefusalKind::InvalidToken,
        };
        Self::new(kind).with_challenge(error.challenge()).because(Cause::Verify(error))
    }
}

/// 403, and the scopes that would do.
#[cfg(feature = "verify")]
impl From<Denied> for Refusal {
    fn from(error: Denied) -> Self {
        Self::new(RefusalKind::Forbidden)
            .with_challenge(error.challenge())
            .because(Cause::Denied(error))
    }
}

/// 400: the platform does not send the headers of one caller with the token of another.
#[cfg(feature = "verify")]
impl From<Mismatch> for Refusal {
    fn from(error: Mismatch) -> Self {
        Self::new(RefusalKind::Mismatch).because(Cause::Mismatch(error))
    }
}
