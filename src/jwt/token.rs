//! A decoded token and its claims.

use std::{
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::de::DeserializeOwned;

use super::{
    ClaimsError, DecodeError, Groups, Segment, TokenHeader,
    compact::Compact,
    content::{Content, Strings, Usual},
};
use crate::{
    debug::debug,
    escape::EscapedNames,
    issuer,
    json::members::{Members, Value},
    resource::Audience,
    time::from_epoch,
};

/// Claims that only tokens of an interactive sign-in have (OpenID Connect Core sections 2 and 3.3.2.11).
pub(crate) const SIGN_IN_CLAIMS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// A decoded token. `T` says whether its signature was checked. The methods here read claims, and are the
/// same for both.
///
/// A `null` claim is treated as absent.
///
/// Cheap to clone.
pub struct Token<T> {
    content: Arc<Content>,
    trust: PhantomData<T>,
}

/// Not derived, because that would require `T: Clone`.
impl<T> Clone for Token<T> {
    fn clone(&self) -> Self {
        Self { content: Arc::clone(&self.content), trust: PhantomData }
    }
}

/// Marks a token whose signature was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unverified {}

/// Marks an access token that a [`Verifier`](crate::verify::Verifier) has verified.
#[cfg(feature = "verify")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verified {}

/// Marks an ID token that an [`IdTokenVerifier`](crate::verify::IdTokenVerifier) has verified.
#[cfg(feature = "verify")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifiedId {}

/// The accepted formats of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// A number as Entra writes it, or a string as in copies of its claims in logs.
    NumberOrText,
    /// A number (RFC 7519 section 2).
    #[cfg(feature = "verify")]
    Number,
}

/// A token whose signature was not checked: to choose a token, to route and to diagnose. Anyone can forge such
/// a token, so it has no method named `authorize`.
///
/// ```
/// use easyauth::{UnverifiedToken, resource::{ARM, GRAPH}};
///
/// // {"alg":"none"}.{"aud":"https://management.azure.com","scp":"user_impersonation"}.
/// let token = UnverifiedToken::decode(
///     "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tIiwic2NwIjoidXNlcl9pbXBl\
///      cnNvbmF0aW9uIn0.",
/// )?;
/// assert!(token.has_audience(ARM) && !token.has_audience(GRAPH));
/// assert!(token.has_scope("user_impersonation"));
/// # Ok::<(), easyauth::DecodeError>(())
/// ```
pub type UnverifiedToken = Token<Unverified>;

impl UnverifiedToken {
    /// Decodes the header and the claims of a JWT in compact form: segments of unpadded base64url, of which the
    /// first two are JSON objects (RFC 7519 section 7.2).
    ///
    /// This ignores the signature. It may be truncated, missing, or replaced by `[Signature]` or `...`, as in
    /// tokens that people share. Every algorithm is accepted, even `none`. Verification is strict about all
    /// three segments.
    ///
    /// All forms that Entra, its older endpoints and its logs use are accepted: `aud` and `scp` as a string
    /// or a list, times as numbers or strings, and lists with one element as a string.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the string is not a JWT, has duplicate members, or has a claim of the wrong type
    /// that this crate reads.
    pub fn decode(token: &str) -> Result<Self, DecodeError> {
        let Compact { header, payload } = Compact::split(token)?;
        Self::new(TokenHeader::parse(header)?, payload, TimeForm::NumberOrText)
    }
}

impl<T> Token<T> {
    /// Reads the payload. By `T` the caller says what it has checked.
    pub(crate) fn new(
        header: TokenHeader,
        payload: String,
        time_form: TimeForm,
    ) -> Result<Self, DecodeError> {
        let claims = Members::parse(payload)
            .map_err(|error| DecodeError::object(Segment::Payload, error))?;
        let (mut expires_at, mut not_before, mut issued_at) = (None, None, None);
        let mut usual = Usual::default();
        for (name, member) in claims.of_lengths([3, 5]) {
            let time = |time: &mut _| read_time(claims.value(member).as_ref(), time_form, time);
            let text = |claim: &mut Option<_>| claim.insert(*member).is_text();
            let list = |claim: &mut Option<_>| claim.insert(*member).is_text_or_list();
            let any = |claim: &mut Option<_>| {
                *claim = Some(*member);
                true
            };
            let valid = match name {
                b"exp" => time(&mut expires_at),
                b"nbf" => time(&mut not_before),
                b"iat" => time(&mut issued_at),
                b"aud" => list(&mut usual.aud),
                b"scp" => list(&mut usual.scp),
                b"iss" => text(&mut usual.iss),
                b"tid" => text(&mut usual.tid),
                b"azp" => text(&mut usual.azp),
                b"appid" => text(&mut usual.appid),
                b"ver" => any(&mut usual.ver),
                b"cnf" => any(&mut usual.cnf),
                b"sub" | b"oid" | b"idtyp" => member.is_text(),
                b"roles" => member.is_text_or_list(),
                _ => true,
            };
            if !valid {
                return Err(DecodeError::invalid_claim(&String::from_utf8_lossy(name)));
            }
        }
        let content = Content { header, claims, usual, expires_at, not_before, issued_at };
        Ok(Self { content: Arc::new(content), trust: PhantomData })
    }

    /// The same token, without the promise that it was verified.
    #[cfg(feature = "verify")]
    pub(crate) fn as_unverified(&self) -> UnverifiedToken {
        Token { content: Arc::clone(&self.content), trust: PhantomData }
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &TokenHeader {
        &self.content.header
    }

    /// Returns `true` if the token is for `audience`: a [`Resource`](crate::resource::Resource) by its app ID
    /// or any of its audience URIs, or one identifier such as `api://my-api`.
    ///
    /// If the token has several audiences, one must match. GUIDs are compared case-insensitively. Other
    /// identifiers are compared exactly, except for one slash at the end, as in Microsoft's own token library
    /// (`IgnoreTrailingSlashWhenValidatingAudience`).
    #[must_use]
    pub fn has_audience<'a>(&self, audience: impl Into<Audience<'a>>) -> bool {
        self.content.is_for(audience.into())
    }

    /// The audiences (`aud`): a client ID, or an App ID URI in version 1.0 tokens.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.content.audiences()
    }

    /// Returns `true` if `scope` is one of [`scopes`](Self::scopes), compared exactly. A scope here is the
    /// bare name (`user_impersonation`), without its resource.
    #[must_use]
    pub fn has_scope(&self, scope: impl AsRef<str>) -> bool {
        self.content.has_scope(scope.as_ref())
    }

    /// Returns `true` if the token has one of `scopes`.
    #[must_use]
    pub fn has_any_scope<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        scopes.into_iter().any(|scope| self.has_scope(scope))
    }

    /// Returns `true` if the token has all of `scopes`. Returns `false` for an empty list, so that a missing
    /// configuration never grants access.
    #[must_use]
    pub fn has_all_scopes<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        let mut scopes = scopes.into_iter().peekable();
        scopes.peek().is_some() && scopes.all(|scope| self.has_scope(scope))
    }

    /// The delegated permissions (`scp`): what the application may do on behalf of the user. App-only tokens
    /// have none. Some of them have `/`, which is skipped: it is not a scope.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.content.scopes()
    }

    /// Returns `true` if `role` is one of [`app_roles`](Self::app_roles), compared exactly.
    #[must_use]
    pub fn has_app_role(&self, role: impl AsRef<str>) -> bool {
        self.content.has_app_role(role.as_ref())
    }

    /// The app roles (`roles`): application permissions in an app-only token, the user's roles in a user's
    /// token. [`caller`](Self::caller) distinguishes the two.
    pub fn app_roles(&self) -> impl Iterator<Item = &str> {
        self.list("roles")
    }

    /// The application that requested the token: `azp`, or `appid` in version 1.0 tokens. An empty string
    /// counts as absent.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        let named = |claim| self.content.text(claim).filter(|id| !id.is_empty());
        named(self.content.usual.azp).or_else(|| named(self.content.usual.appid))
    }

    /// The tenant (`tid`), a GUID.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.content.text(self.content.usual.tid)
    }

    /// The object ID of the user or the service principal in its tenant (`oid`), a GUID.
    #[must_use]
    pub fn object_id(&self) -> Option<&str> {
        self.content.claims.text("oid")
    }

    /// The subject (`sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.content.claims.text("sub")
    }

    /// The issuer (`iss`), a URL.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.content.text(self.content.usual.iss)
    }

    /// The version of the token's format (`ver`): `1.0` or `2.0` from Entra. The API determines it, not the
    /// endpoint that issued the token. Some issuers write a number, which is returned as written.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match self.content.value(self.content.usual.ver)? {
            Value::Text(version) | Value::Number(version) => Some(version),
            _ => None,
        }
    }

    /// When the token expires (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.content.expires_at
    }

    /// When the token becomes valid (`nbf`).
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        self.content.not_before
    }

    /// When the token was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.content.issued_at
    }

    /// Returns `true` if `now` is on or after [`expires_at`](Self::expires_at) (RFC 7519 section 4.1.4), or if
    /// the token has no `exp`.
    #[must_use]
    pub fn is_expired_at(&self, now: SystemTime) -> bool {
        self.content.expires_at.is_none_or(|expires_at| now >= expires_at)
    }

    /// The groups (`groups`), if they are listed.
    #[must_use]
    pub fn groups(&self) -> Groups<'_> {
        if self.has_groups_overage() {
            return Groups::Overage;
        }
        match self.content.claims.get("groups") {
            Some(Value::List(groups)) => Groups::Listed(groups.collect()),
            Some(Value::Text(group)) => Groups::Listed(vec![group]),
            _ => Groups::Absent,
        }
    }

    fn has_groups_overage(&self) -> bool {
        let elsewhere = match self.content.claims.get("_claim_names") {
            Some(Value::Other(names)) => Members::read(names.to_owned())
                .is_ok_and(|names| names.names().any(|name| name == "groups")),
            _ => false,
        };
        elsewhere || self.flag("hasgroups") == Some(true)
    }

    /// Returns `true` if the tenant has verified that it owns the domain of the email address (`xms_edov`).
    /// Entra sends a boolean, or the string `1` or `true`.
    #[must_use]
    pub fn is_email_domain_verified(&self) -> Option<bool> {
        self.flag("xms_edov")
    }

    /// Returns `true` if the token is bound to a key of its client (`cnf`, RFC 7800). Such a token is not a
    /// bearer token: it needs a proof of possession.
    #[must_use]
    pub fn is_bound_to_key(&self) -> bool {
        self.content.value(self.content.usual.cnf).is_some()
    }

    /// Returns `true` if this looks like an ID token, which says who signed in and opens no API. It has no
    /// scope. Either it has `nonce`, `at_hash` or `c_hash`, which access tokens do not have. Or it is from
    /// one of Microsoft's issuers and has no client (`azp`, `appid`), which their access tokens have.
    #[must_use]
    pub fn is_id_token(&self) -> bool {
        let names_no_client = || {
            self.client_id().is_none()
                && self.issuer().is_some_and(|own| issuer::family(own).is_some())
        };
        self.scopes().next().is_none() && (self.signed_in_at_a_page() || names_no_client())
    }

    pub(super) fn signed_in_at_a_page(&self) -> bool {
        SIGN_IN_CLAIMS.iter().any(|name| self.content.claims.get(name).is_some())
    }

    /// Returns `true` if there is a claim with this name that is not null.
    #[cfg(feature = "verify")]
    pub(crate) fn has_claim(&self, name: &str) -> bool {
        self.content.claims.get(name).is_some()
    }

    /// All claims that are not null, in their order.
    #[cfg(feature = "verify")]
    pub(crate) fn claim_list(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.content
            .claims
            .iter()
            .filter_map(|(name, member)| Some((name, self.content.claims.value(member)?)))
    }

    /// The value of a claim that is a string, found by its exact name.
    #[must_use]
    pub fn claim(&self, name: impl AsRef<str>) -> Option<&str> {
        self.content.claims.text(name.as_ref())
    }

    /// The strings of a claim that is a string or a list of strings, found by its exact name.
    pub fn claim_values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a, T> {
        self.list(name)
    }

    /// The names of all claims, in their order.
    pub fn claim_names(&self) -> impl Iterator<Item = &str> {
        self.content.claims.names()
    }

    /// Deserializes the claims into your own type.
    ///
    /// ```
    /// # let token = easyauth::UnverifiedToken::decode("e30.eyJzaGlmdCI6Im5pZ2h0In0.")?;
    /// #[derive(serde::Deserialize)]
    /// struct Custom {
    ///     shift: String,
    /// }
    /// assert_eq!(token.claims_as::<Custom>()?.shift, "night");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the claims do not match `C`.
    pub fn claims_as<C: DeserializeOwned>(&self) -> Result<C, ClaimsError> {
        serde_json::from_str(self.content.claims.json())
            .map_err(|error| ClaimsError { line: error.line(), column: error.column() })
    }

    /// The strings of a claim. One string counts as a list with one element.
    fn list<'a>(&'a self, name: &str) -> Strings<'a> {
        self.content.list(name)
    }

    /// A boolean in one of the forms that Entra sends: `true`, `"true"`, `"1"` or 1.
    fn flag(&self, name: &str) -> Option<bool> {
        match self.content.claims.get(name)? {
            Value::Bool(value) => Some(value),
            Value::Text("true" | "1") | Value::Number("1") => Some(true),
            Value::Text("false" | "0") | Value::Number("0") => Some(false),
            _ => None,
        }
    }
}

debug! {
    for<T> Token, |own|
    header: own.content.header,
    claims: EscapedNames(|| own.claim_names()),
    ..
}

/// Reads a `NumericDate` (RFC 7519 section 2): seconds since 1970, up to the year 9999. Drops a fraction, which
/// the RFC allows. Returns `false` for anything else.
fn read_time(value: Option<&Value<'_>>, form: TimeForm, time: &mut Option<SystemTime>) -> bool {
    let number = match value {
        None => return true,
        Some(Value::Number(number)) => number,
        Some(Value::Text(number)) if form == TimeForm::NumberOrText => number,
        Some(_) => return false,
    };
    let seconds = number.parse::<u64>().ok().or_else(|| {
        // `f64` is exact for whole seconds far beyond the year 9999, and `Duration` rejects negative and
        // infinite values and NaN.
        let seconds = number.parse::<f64>().ok()?;
        Some(Duration::try_from_secs_f64(seconds.trunc()).ok()?.as_secs())
    });
    *time = seconds.and_then(|seconds| from_epoch(seconds, 0));
    time.is_some()
}
