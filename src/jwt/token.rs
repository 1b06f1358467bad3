//! A decoded token and what can be asked of it.

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, SystemTime},
};

use serde::de::DeserializeOwned;

use super::{
    DecodeError, MemberName, Segment, TokenHeader,
    compact::Compact,
    members::{Members, Texts, Value},
};
use crate::{groups::Groups, issuer, resource::Audience, time::from_epoch};

/// Claims that only a sign-in page puts into a token (OpenID Connect Core sections 2 and 3.3.2.11).
pub(crate) const SIGN_IN_CLAIMS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// A decoded token. `T` says whether its signature was checked; the methods here read the claims and
/// are the same either way.
///
/// Every method about a claim that is absent, or null, answers as if there were none.
pub struct Token<T> {
    header: TokenHeader,
    claims: Members,
    expires_at: Option<SystemTime>,
    not_before: Option<SystemTime>,
    issued_at: Option<SystemTime>,
    trust: PhantomData<T>,
}

/// By hand, because the marks of trust need not be `Clone`.
impl<T> Clone for Token<T> {
    fn clone(&self) -> Self {
        Self { header: self.header.clone(), claims: self.claims.clone(), ..*self }
    }
}

/// The mark of a token whose signature was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unverified {}

/// The mark of an access token that a [`Verifier`](crate::verify::Verifier) has verified.
#[cfg(feature = "verify")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verified {}

/// The mark of an ID token that an [`IdTokenVerifier`](crate::verify::IdTokenVerifier) has verified.
#[cfg(feature = "verify")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifiedId {}

/// How a point in time may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// As Entra writes it, or as text: what copies of its claims in logs have.
    NumberOrText,
    /// As RFC 7519 section 2 has it.
    #[cfg(feature = "verify")]
    Number,
}

/// A token whose signature was not checked: good to choose which token goes where, to route and to
/// explain. Anybody can write one, so nothing here is named `authorize`.
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
    /// Reads the header and the claims of a JWT in compact form: segments of unpadded base64url, of which the
    /// first two are JSON objects (RFC 7519 section 7.2). The signature is not looked at: it may be cut,
    /// removed, or replaced by `[Signature]` or `...`, as in tokens that people paste. Any algorithm is
    /// readable, `none` included. Verification is strict about all three segments.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]. Besides what is no JWT, these are refused: members with one name, and claims
    /// that this crate reads and that are of a type they never have. Where Entra, its older endpoints
    /// and the copies of its claims in logs differ, all forms are read: `aud` and `scp` as text or
    /// list, times as number or text, lists of one as text.
    pub fn decode(token: &str) -> Result<Self, DecodeError> {
        let Compact { header, payload } = Compact::split(token)?;
        Self::new(TokenHeader::parse(header)?, payload, TimeForm::NumberOrText)
    }
}

impl<T> Token<T> {
    /// Reads the payload. Whoever calls this says by `T` what was checked before.
    pub(crate) fn new(
        header: TokenHeader,
        payload: String,
        time_form: TimeForm,
    ) -> Result<Self, DecodeError> {
        let claims = Members::parse(payload).map_err(|error| error.of(Segment::Payload))?;
        let (mut expires_at, mut not_before, mut issued_at) = (None, None, None);
        for (name, member) in claims.iter() {
            let value = || claims.value(member);
            let valid = match name {
                "exp" => read_time(value().as_ref(), time_form, &mut expires_at),
                "nbf" => read_time(value().as_ref(), time_form, &mut not_before),
                "iat" => read_time(value().as_ref(), time_form, &mut issued_at),
                "iss" | "sub" | "tid" | "oid" | "azp" | "appid" | "idtyp" => {
                    matches!(value(), None | Some(Value::Text(_)))
                }
                "aud" | "scp" | "roles" => {
                    matches!(value(), None | Some(Value::Text(_) | Value::List(_)))
                }
                _ => true,
            };
            if !valid {
                return Err(DecodeError::InvalidClaim { name: MemberName::new(name) });
            }
        }
        Ok(Self { header, claims, expires_at, not_before, issued_at, trust: PhantomData })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &TokenHeader {
        &self.header
    }

    /// Whether the token is for `audience`: a [`Resource`](crate::resource::Resource) by its app id
    /// or any of its audience URIs, or one identifier such as `api://my-api`.
    ///
    /// Of a list of audiences any may match. GUIDs are compared without regard to case, anything else
    /// exactly, but for one slash at the end (as Microsoft's own token library does,
    /// `IgnoreTrailingSlashWhenValidatingAudience`).
    #[must_use]
    pub fn has_audience<'a>(&self, audience: impl Into<Audience<'a>>) -> bool {
        let audience = audience.into();
        self.audiences().any(|own| audience.matches(own))
    }

    /// The audiences (`aud`): a client id, or an App ID URI in version 1.0 tokens.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.list("aud")
    }

    /// Whether `scope` is one of [`scopes`](Self::scopes), compared exactly. A scope here is the bare
    /// name (`user_impersonation`), without its resource.
    #[must_use]
    pub fn has_scope(&self, scope: impl AsRef<str>) -> bool {
        self.scopes().any(|own| own == scope.as_ref())
    }

    /// Whether one of `scopes` is there.
    #[must_use]
    pub fn has_any_scope<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        scopes.into_iter().any(|scope| self.has_scope(scope))
    }

    /// Whether all of `scopes` are there. False for no scopes at all: asking for nothing is a mistake,
    /// and must not let anybody in.
    #[must_use]
    pub fn has_all_scopes<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        let mut scopes = scopes.into_iter().peekable();
        scopes.peek().is_some() && scopes.all(|scope| self.has_scope(scope))
    }

    /// The delegated permissions (`scp`): what the application may do as the user. An app-only token
    /// has none; `/`, which some of them have, is none.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.list("scp")
            .flat_map(|scopes| scopes.split(' '))
            .filter(|scope| !matches!(*scope, "" | "/"))
    }

    /// Whether `role` is one of [`app_roles`](Self::app_roles), compared exactly.
    #[must_use]
    pub fn has_app_role(&self, role: impl AsRef<str>) -> bool {
        self.app_roles().any(|own| own == role.as_ref())
    }

    /// The app roles (`roles`): application permissions in an app-only token, roles of the user in
    /// the token of a user. [`caller`](Self::caller) tells which.
    pub fn app_roles(&self) -> impl Iterator<Item = &str> {
        self.list("roles")
    }

    /// Whether a user or an application is calling (Microsoft identity platform: claims validation).
    ///
    /// `idtyp` decides where it is. Elsewhere a scope means a user, and so do `nonce`, `at_hash` and
    /// `c_hash`, which only a sign-in page puts into a token. Without any of them, a token whose subject
    /// is its own object ID means an application if the issuer is Entra for organizations: in Azure AD
    /// B2C and External ID the subject of a user can be the object ID (azure-docs#29240), so there such
    /// a caller is [`Unknown`](Caller::Unknown).
    #[must_use]
    pub fn caller(&self) -> Caller {
        let is_own_subject = || {
            self.subject().is_some()
                && self.subject() == self.object_id()
                && self.issuer().is_some_and(issuer::is_workforce)
        };
        match self.claims.text("idtyp") {
            Some("app") => Caller::App,
            Some("user") => Caller::User,
            None if self.scopes().next().is_some() || self.signed_in_at_a_page() => Caller::User,
            None if is_own_subject() => Caller::App,
            Some(_) | None => Caller::Unknown,
        }
    }

    /// The application that asked for the token: `azp`, in version 1.0 tokens `appid`. One that is the
    /// empty text names nobody.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        let named = |claim| self.claims.text(claim).filter(|id| !id.is_empty());
        named("azp").or_else(|| named("appid"))
    }

    /// The tenant (`tid`), a GUID.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.claims.text("tid")
    }

    /// The object id of the user or the service principal in its tenant (`oid`), a GUID.
    #[must_use]
    pub fn object_id(&self) -> Option<&str> {
        self.claims.text("oid")
    }

    /// The subject (`sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claims.text("sub")
    }

    /// The issuer (`iss`), a URL.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.text("iss")
    }

    /// The version of the token's format (`ver`): `1.0` or `2.0` from Entra. The API chooses it, not
    /// the endpoint that issued the token. Other issuers write a number, which is given as text.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match self.claims.get("ver")? {
            Value::Text(version) | Value::Number(version) => Some(version),
            _ => None,
        }
    }

    /// When the token expires (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// When the token starts to be valid (`nbf`).
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        self.not_before
    }

    /// When the token was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.issued_at
    }

    /// Whether `now` is on or after [`expires_at`](Self::expires_at) (RFC 7519 section 4.1.4). A token
    /// that does not say when it expires cannot be relied on, and counts as expired.
    #[must_use]
    pub fn is_expired_at(&self, now: SystemTime) -> bool {
        self.expires_at.is_none_or(|expires_at| now >= expires_at)
    }

    /// The groups (`groups`), if they are listed.
    #[must_use]
    pub fn groups(&self) -> Groups<'_> {
        if self.has_groups_overage() {
            return Groups::Overage;
        }
        match self.claims.get("groups") {
            Some(Value::List(groups)) => Groups::Listed(groups.collect()),
            Some(Value::Text(group)) => Groups::Listed(vec![group]),
            _ => Groups::Absent,
        }
    }

    fn has_groups_overage(&self) -> bool {
        let elsewhere = match self.claims.get("_claim_names") {
            Some(Value::Other(names)) => Members::read(names.to_owned())
                .is_ok_and(|names| names.names().any(|name| name == "groups")),
            _ => false,
        };
        elsewhere || self.flag("hasgroups") == Some(true)
    }

    /// Whether the domain of the e-mail address is verified to be the tenant's (`xms_edov`): a
    /// boolean, or the text `1` or `true`, whichever Entra sends.
    #[must_use]
    pub fn is_email_domain_verified(&self) -> Option<bool> {
        self.flag("xms_edov")
    }

    /// Whether the token is bound to a key of its client (`cnf`, RFC 7800): then it is no bearer
    /// token, and worth nothing without a proof.
    #[must_use]
    pub fn is_bound_to_key(&self) -> bool {
        self.claims.get("cnf").is_some()
    }

    /// Returns `true` if this looks like an ID token: it has no scope, and it has `nonce`, `at_hash` or
    /// `c_hash`, which access tokens lack, or it is from one of Microsoft's issuers and names no client
    /// (`azp`, `appid`), which their access tokens do. An ID token says who signed in. It opens no API.
    #[must_use]
    pub fn is_id_token(&self) -> bool {
        let names_no_client = || {
            self.client_id().is_none()
                && self.issuer().is_some_and(|own| issuer::family(own).is_some())
        };
        self.scopes().next().is_none() && (self.signed_in_at_a_page() || names_no_client())
    }

    fn signed_in_at_a_page(&self) -> bool {
        SIGN_IN_CLAIMS.iter().any(|name| self.claims.get(name).is_some())
    }

    /// Whether there is a claim of this name that is not null.
    #[cfg(feature = "verify")]
    pub(crate) fn has_claim(&self, name: &str) -> bool {
        self.claims.get(name).is_some()
    }

    /// All claims that are not null, in their order.
    #[cfg(feature = "verify")]
    pub(crate) fn claim_list(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.claims.iter().filter_map(|(name, member)| Some((name, self.claims.value(member)?)))
    }

    /// A claim whose value is a string, found by its exact name.
    #[must_use]
    pub fn claim(&self, name: impl AsRef<str>) -> Option<&str> {
        self.claims.text(name.as_ref())
    }

    /// All strings of a claim that is a list of strings, or the one of a claim that is a string,
    /// found by its exact name.
    pub fn claim_values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a, T> {
        self.list(name)
    }

    /// The names of all claims, in their order.
    pub fn claim_names(&self) -> impl Iterator<Item = &str> {
        self.claims.names()
    }

    /// Reads the claims into a type of yours.
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
    /// [`ClaimsError`] if the claims are not what `C` expects.
    pub fn claims_as<C: DeserializeOwned>(&self) -> Result<C, ClaimsError> {
        serde_json::from_str(self.claims.json())
            .map_err(|error| ClaimsError { line: error.line(), column: error.column() })
    }

    /// The strings of a claim: one string counts as a list of one.
    fn list<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a, T> {
        let (one, many): (Option<&str>, Option<Texts<'_>>) = match self.claims.get(name) {
            Some(Value::Text(text)) => (Some(text), None),
            Some(Value::List(texts)) => (None, Some(texts)),
            _ => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// A boolean as Entra sends them: `true`, `"true"`, `"1"` or 1.
    fn flag(&self, name: &str) -> Option<bool> {
        match self.claims.get(name)? {
            Value::Bool(value) => Some(value),
            Value::Text("true" | "1") | Value::Number("1") => Some(true),
            Value::Text("false" | "0") | Value::Number("0") => Some(false),
            _ => None,
        }
    }
}

/// Prints the names of the members and no value.
impl<T> fmt::Debug for Token<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("header", &self.header)
            .field("claims", &crate::escape::EscapedNames(|| self.claim_names()))
            .finish_non_exhaustive()
    }
}

/// Reads a `NumericDate` (RFC 7519 section 2): seconds since 1970, in copies of claims as text. A
/// fraction is legal there and cut here; years run to 9999. False if it is something else.
fn read_time(value: Option<&Value<'_>>, form: TimeForm, time: &mut Option<SystemTime>) -> bool {
    let number = match value {
        None => return true,
        Some(Value::Number(number)) => number,
        Some(Value::Text(number)) if form == TimeForm::NumberOrText => number,
        Some(_) => return false,
    };
    let seconds = number.parse::<u64>().ok().or_else(|| {
        // `f64` is exact for whole seconds far beyond the year 9999, and `Duration` refuses what is
        // negative, infinite or not a number.
        let seconds = number.parse::<f64>().ok()?;
        Some(Duration::try_from_secs_f64(seconds.trunc()).ok()?.as_secs())
    });
    *time = seconds.and_then(|seconds| from_epoch(seconds, 0));
    time.is_some()
}

/// Who is calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Caller {
    /// An application on behalf of a user.
    User,
    /// An application by itself.
    App,
    /// The token does not say.
    Unknown,
}

impl Caller {
    /// A word for programs, which never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::App => "app",
            Self::Unknown => "unknown",
        }
    }
}

/// The claims are not what the type expects. Says where in the payload, and not what is there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the claims do not fit the type asked for, at line {line} column {column} of the payload")]
pub struct ClaimsError {
    line: usize,
    column: usize,
}

impl ClaimsError {
    /// The line in the payload, counted from 1; 0 if the trouble has no place, a missing claim for
    /// instance.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in the line, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}
