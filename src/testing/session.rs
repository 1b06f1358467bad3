//! An authenticated caller with the tokens of the token store.

use std::time::SystemTime;

use http::HeaderMap;
use zeroize::Zeroizing;

use super::{TestPrincipal, header_map, principal::json_text, time};
use crate::{debug::debug, headers::TOKEN_PREFIX, principal::PrincipalFormat, tokens::TokenKind};

/// An authenticated caller and the tokens that the token store has for it. It has all headers that the
/// platform adds to a request of the caller's browser, and the response of `/.auth/me`.
///
/// For a client that sends its own token, see [`TestPrincipal::headers_with_bearer`].
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use easyauth::{IdentityProvider, ProviderTokens, testing::{TestPrincipal, TestSession}};
///
/// let now = SystemTime::now();
/// let session = TestSession::new(TestPrincipal::of(IdentityProvider::GITHUB).name("sample"))
///     .access_token("gho_sample")
///     .expires_on(now + Duration::from_secs(3600));
/// let tokens = ProviderTokens::from_headers(&session.headers(), &IdentityProvider::GITHUB)?;
/// assert_eq!(tokens.access_token().map(|token| token.expose_secret()), Some("gho_sample"));
/// assert!(!tokens.is_expired_at(now));
/// # Ok::<(), easyauth::headers::HeaderError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct TestSession {
    principal: TestPrincipal,
    tokens: Vec<(TokenKind, Zeroizing<String>)>,
    expires_on: Option<SystemTime>,
}

impl TestSession {
    /// A session without tokens: the token store is off, or the caller is a visitor of a Static Web App,
    /// which has no token store.
    pub fn new(principal: TestPrincipal) -> Self {
        Self { principal, tokens: Vec::new(), expires_on: None }
    }

    /// Adds this access token: `X-MS-TOKEN-<provider>-ACCESS-TOKEN`.
    pub fn access_token(self, token: impl Into<String>) -> Self {
        self.with(TokenKind::Access, token.into())
    }

    /// Adds this ID token: `X-MS-TOKEN-<provider>-ID-TOKEN`.
    pub fn id_token(self, token: impl Into<String>) -> Self {
        self.with(TokenKind::Id, token.into())
    }

    /// Adds this refresh token: `X-MS-TOKEN-<provider>-REFRESH-TOKEN`.
    pub fn refresh_token(self, token: impl Into<String>) -> Self {
        self.with(TokenKind::Refresh, token.into())
    }

    /// Adds the secret that belongs to an access token of Twitter.
    pub fn access_token_secret(self, secret: impl Into<String>) -> Self {
        self.with(TokenKind::AccessSecret, secret.into())
    }

    /// Adds the authentication token of a Microsoft account.
    pub fn authentication_token(self, token: impl Into<String>) -> Self {
        self.with(TokenKind::Authentication, token.into())
    }

    /// Sets when the access token expires: `X-MS-TOKEN-<provider>-EXPIRES-ON`. A time before 1970 or
    /// after 9999 cannot be written, and is omitted.
    pub fn expires_on(mut self, time: SystemTime) -> Self {
        self.expires_on = Some(time);
        self
    }

    fn with(mut self, kind: TokenKind, token: String) -> Self {
        self.tokens.retain(|(own, _)| *own != kind);
        self.tokens.push((kind, Zeroizing::new(token)));
        self
    }

    /// The caller.
    pub fn principal(&self) -> &TestPrincipal {
        &self.principal
    }

    /// Returns `true` if there is a refresh token, with which `/.auth/refresh` succeeds.
    #[must_use]
    pub fn has_refresh_token(&self) -> bool {
        self.tokens.iter().any(|(kind, _)| *kind == TokenKind::Refresh)
    }

    /// Every header that the platform adds to a request of this caller, with the platform's spelling. Do
    /// not print the values, because they are tokens.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.principal.pairs();
        if self.principal.format() == PrincipalFormat::StaticWebApps {
            return pairs;
        }
        let provider = self.principal.provider().as_str().to_ascii_uppercase();
        let name = |kind: &str| format!("{TOKEN_PREFIX}{provider}-{kind}");
        pairs.extend(
            self.tokens.iter().map(|(kind, token)| (name(kind.header()), token.to_string())),
        );
        let expires_on = self.expires_on.and_then(time::format);
        pairs.extend(expires_on.map(|time| (name("EXPIRES-ON"), time)));
        pairs
    }

    /// The same headers for a request, marked as sensitive so that `Debug` does not show them. Control
    /// characters cannot be in a header and are removed from values. If the name of a provider
    /// is not allowed in a header name, token headers are omitted.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        header_map(self.pairs())
    }

    /// The response of `/.auth/me`: the list of App Service, or the object of Static Web Apps.
    ///
    /// ```
    /// use easyauth::{Session, testing::{TestPrincipal, TestSession}};
    ///
    /// let session = TestSession::new(TestPrincipal::entra().role("Admin")).id_token("sample");
    /// let sessions = Session::parse_me(session.me_json().as_bytes())?;
    /// assert!(sessions[0].principal().is_in_role("Admin"));
    /// assert!(sessions[0].tokens().id_token().is_some());
    /// # Ok::<(), easyauth::MeError>(())
    /// ```
    #[must_use]
    pub fn me_json(&self) -> String {
        let principal = &self.principal;
        if principal.format() == PrincipalFormat::StaticWebApps {
            return format!(r#"{{"clientPrincipal":{}}}"#, principal.visitor_with_claims());
        }
        let mut members: Vec<(&str, String)> =
            self.tokens.iter().map(|(kind, token)| (kind.member(), json_text(token))).collect();
        let expires_on = self.expires_on.and_then(time::format);
        members.extend(expires_on.map(|time| ("expires_on", json_text(&time))));
        members.push(("provider_name", json_text(principal.provider().as_str())));
        members.push(("user_claims", principal.user_claims()));
        members.push(("user_id", json_text(principal.session_id().unwrap_or_default())));
        members.sort_unstable();
        let members = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#));
        format!("[{{{}}}]", members.collect::<Vec<_>>().join(","))
    }
}

debug! {
    TestSession, |own|
    principal: own.principal,
    tokens: own.tokens.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
    expires_on: own.expires_on
}
