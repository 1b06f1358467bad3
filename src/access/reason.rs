//! Why a token does not open an API.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::{
    Lookalike, Note, Permission, Requirement,
    audience::{self, Fit},
};
use crate::{
    escape::Escaped,
    jwt::{Caller, DecodeError, Token},
    resource::{OwnedAudience, Resource},
    tokens::EXPIRY_SKEW,
};

/// One reason why a token does not open an API, or why that is undecided.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The access token is missing.
    NoToken,
    /// The token is for another API.
    WrongAudience {
        /// The required API.
        expected: ApiName,
        /// The APIs that the token is for: the first few, if there are many.
        actual: Vec<ApiName>,
    },
    /// The token names the right API in a form that the API rejects: with or without a slash at the end,
    /// by the address of one instance, or by an `spn:` name.
    WrongAudienceForm {
        /// The required API.
        expected: ApiName,
        /// How the token names it.
        actual: ApiName,
    },
    /// The token may be for the required API under another name: a client ID instead of an App ID URI,
    /// the reverse, or a name that differs in case. Its claims do not decide it.
    UnclearAudience {
        /// The required API.
        expected: ApiName,
        /// How the token names its API.
        actual: ApiName,
    },
    /// For every alternative, the token lacks at least one permission.
    MissingPermission {
        /// The alternatives.
        any_of: Vec<Vec<Permission>>,
    },
    /// An application is calling instead of a user, or the reverse.
    WrongCaller {
        /// The required kind of caller.
        expected: Caller,
        /// The actual kind of caller.
        actual: Caller,
    },
    /// The token has expired.
    Expired {
        /// How long ago.
        since: Duration,
    },
    /// The token does not say when it expires.
    NoExpiry,
    /// The token is not valid yet, by more than the clock skew.
    NotYetValid {
        /// How long until it is valid.
        until: Duration,
    },
    /// This is an ID token.
    IdToken,
    /// The token is encrypted, so its API is unknown.
    Encrypted,
    /// The token is neither a JWT nor any other known form, so its API is unknown.
    Opaque,
    /// The token is not a JWT but that of a personal Microsoft account. Some APIs of Microsoft accept
    /// such tokens, including Microsoft Graph. APIs of Azure and your own APIs do not.
    PersonalAccount,
    /// The string is something other than an access token.
    NotAToken(Lookalike),
    /// The token was truncated, or a part of it was removed.
    Truncated,
    /// The signature is missing or was replaced, or the algorithm is `none`: no API accepts that.
    Unsigned,
    /// The token is what Static Web Apps send to a linked API in `X-MS-AUTH-TOKEN`. Only that API
    /// accepts it; Entra and other APIs do not.
    StaticWebApps,
    /// The token has a `nonce` in its header, so only its API can verify it.
    Protected,
    /// The token is bound to a key of its client.
    BoundToKey,
    /// The token cannot be decoded.
    Malformed(DecodeError),
}

/// How many APIs or permissions a message names. It only counts the rest.
pub(super) const MAX_NAMED: usize = 8;

/// An API in a message: its identifier, and its name if that is known.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiName {
    identifier: String,
    resource: Option<Resource>,
}

/// Every mismatch between `token` and the requirement, ignoring the time and the signature: strict, for
/// authorization.
#[cfg(feature = "verify")]
pub(super) fn mismatches<T>(token: &Token<T>, wanted: &Requirement) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some((expected, actual)) = wrong_audience(token, wanted) {
        reasons.push(Reason::WrongAudience { expected, actual });
    }
    if token.is_id_token() {
        reasons.push(Reason::IdToken);
    }
    reasons.extend(missing_permission(token, wanted));
    reasons.extend(wrong_caller(token, wanted));
    reasons
}

/// The required API and those that `token` is for, if they differ.
pub(crate) fn wrong_audience<T>(
    token: &Token<T>,
    wanted: &Requirement,
) -> Option<(ApiName, Vec<ApiName>)> {
    let api = wanted.api().filter(|_| !wanted.is_for_api(token))?;
    Some((ApiName::of(api), ApiName::all_of(token)))
}

/// All reasons and notes about a token, except for its signature.
pub(super) fn examine<T>(
    token: &Token<T>,
    wanted: &Requirement,
    now: SystemTime,
) -> (Vec<Reason>, Vec<Note>) {
    let (mut reasons, mut notes) = (Vec::new(), Vec::new());
    match audience::examine(token, wanted) {
        Fit::Fits => {}
        Fit::FitsByConvention => notes.push(Note::ClientIdAudience),
        Fit::Not(reason) => reasons.push(reason),
    }
    if is_of_static_web_apps(token) {
        reasons.push(Reason::StaticWebApps);
    }
    if token.is_id_token() {
        reasons.push(Reason::IdToken);
    }
    match missing_permission(token, wanted) {
        Some(_) if wanted.is_decided_by_api(token) => notes.push(Note::RolesAtTheApi),
        missing => reasons.extend(missing),
    }
    reasons.extend(wrong_caller(token, wanted));
    match token.expires_at() {
        None => reasons.push(Reason::NoExpiry),
        Some(end) if token.is_expired_at(now) => {
            let since = now.duration_since(end).unwrap_or_default();
            reasons.push(Reason::Expired { since });
        }
        Some(_) => {}
    }
    let until = token.not_before().and_then(|start| start.duration_since(now).ok());
    if let Some(until) = until.filter(|until| *until > EXPIRY_SKEW) {
        reasons.push(Reason::NotYetValid { until });
    }
    if token.header().is_protected() && !is_for_microsoft(token, wanted) {
        reasons.push(Reason::Protected);
    }
    if token.is_bound_to_key() {
        reasons.push(Reason::BoundToKey);
    }
    if token.header().alg().is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        reasons.push(Reason::Unsigned);
    }
    (reasons, notes)
}

/// The end of the issuer of `X-MS-AUTH-TOKEN`: `https://<name>.azurestaticapps.net/.auth`.
const STATIC_WEB_APPS_ISSUER: &str = ".azurestaticapps.net/.auth";

/// Returns `true` if the token names Static Web Apps as its issuer.
pub(crate) fn is_of_static_web_apps<T>(token: &Token<T>) -> bool {
    token.issuer().is_some_and(|issuer| issuer.ends_with(STATIC_WEB_APPS_ISSUER))
}

fn missing_permission<T>(token: &Token<T>, wanted: &Requirement) -> Option<Reason> {
    (!wanted.has_permission(token)).then(|| Reason::MissingPermission {
        any_of: wanted.alternatives().map(<[Permission]>::to_vec).collect(),
    })
}

fn wrong_caller<T>(token: &Token<T>, wanted: &Requirement) -> Option<Reason> {
    let expected = wanted.caller().filter(|caller| *caller != token.caller())?;
    Some(Reason::WrongCaller { expected, actual: token.caller() })
}

/// Returns `true` if the required API is one of Microsoft's that can verify this token, although other
/// services cannot.
fn is_for_microsoft<T>(token: &Token<T>, wanted: &Requirement) -> bool {
    let microsofts = |api: &OwnedAudience| {
        ApiName::of(api).resource.is_some_and(|resource| resource.is_microsofts())
    };
    wanted.api().is_some_and(microsofts) && wanted.is_for_api(token)
}

impl Reason {
    /// A stable, machine-readable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::WrongAudienceForm { .. } => "wrong-audience-form",
            Self::UnclearAudience { .. } => "unclear-audience",
            Self::MissingPermission { .. } => "missing-permission",
            Self::WrongCaller { .. } => "wrong-caller",
            Self::Expired { .. } => "expired",
            Self::NoExpiry => "no-expiry",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::IdToken => "id-token",
            Self::Encrypted => "encrypted",
            Self::Opaque => "opaque",
            Self::PersonalAccount => "personal-account",
            Self::NotAToken(_) => "not-a-token",
            Self::Truncated => "truncated",
            Self::Unsigned => "unsigned",
            Self::StaticWebApps => "static-web-apps",
            Self::Protected => "protected",
            Self::BoundToKey => "bound-to-key",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("there is no access token"),
            Self::WrongAudience { expected, actual } => {
                write!(f, "it is for {}, not for {}", Apis(actual), Escaped(&expected.title()))
            }
            Self::WrongAudienceForm { expected, actual } => write!(
                f,
                "it is for {}, but by the audience {}, which this API does not take",
                Escaped(&expected.title()),
                Escaped(&actual.identifier)
            ),
            Self::UnclearAudience { expected, actual } => {
                let (expected, actual) = (&expected.identifier, &actual.identifier);
                write!(f, "it is for {}, and {} ", Escaped(actual), Escaped(expected))?;
                f.write_str(if expected.eq_ignore_ascii_case(actual) {
                    "was asked for: the two differ only in case, and audiences are compared exactly"
                } else {
                    "may be another name of the same API: version 2.0 tokens carry the client ID, \
                     version 1.0 tokens the App ID URI; compare both with the app registration"
                })
            }
            Self::MissingPermission { any_of } => {
                f.write_str("it lacks ")?;
                bounded(f, any_of, ", or ", |f, permissions| {
                    if permissions.is_empty() {
                        return f.write_str("an unspecified permission");
                    }
                    bounded(f, permissions, " and ", |f, permission| permission.fmt(f))
                })
            }
            Self::WrongCaller { expected, actual } => {
                let name = |caller: &Caller| match caller {
                    Caller::User => "a user",
                    Caller::App => "an application by itself",
                    Caller::Unknown => "an unknown kind of caller",
                };
                write!(f, "it is from {}, not from {}", name(actual), name(expected))
            }
            Self::Expired { since } => write!(f, "it expired {} ago", Rough(*since)),
            Self::NoExpiry => f.write_str("it does not say when it expires"),
            Self::NotYetValid { until } => {
                write!(f, "it is not valid for another {}", Rough(*until))
            }
            Self::IdToken => {
                f.write_str("it is an ID token, which says who signed in and opens no API")
            }
            Self::Encrypted => {
                f.write_str("it is encrypted, so only the API that it was issued for can read it")
            }
            Self::Opaque => f.write_str("it is not a JWT but an opaque token"),
            Self::PersonalAccount => f.write_str(
                "it is not a JWT but an opaque token of a personal Microsoft account, which Microsoft \
                 Graph takes and APIs of Azure do not",
            ),
            Self::NotAToken(lookalike) => write!(f, "it is {lookalike}"),
            Self::Truncated => f.write_str("it is not a whole token: a part of it was cut off"),
            Self::Unsigned => f.write_str(
                "its signature is missing or was replaced, or its algorithm is none, so no API \
                 accepts it",
            ),
            Self::StaticWebApps => f.write_str(
                "it was issued by Static Web Apps (X-MS-AUTH-TOKEN) for the linked API alone, and \
                 Entra exchanges no such token",
            ),
            Self::Protected => f.write_str(
                "it has a nonce in its header, so nobody but Microsoft Graph, or the Microsoft API \
                 it was issued for, can verify it",
            ),
            Self::BoundToKey => {
                f.write_str("it is bound to a key of its client, so it is no bearer token")
            }
            Self::Malformed(error) => write!(f, "it cannot be read: {error}"),
        }
    }
}

/// Prints the code and the message, which is escaped and bounded.
impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reason({}: {self})", self.code())
    }
}

/// Prints the first [`MAX_NAMED`] items, and the number of the others.
pub(super) fn bounded<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    separator: &str,
    print: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().take(MAX_NAMED).enumerate() {
        f.write_str(if index == 0 { "" } else { separator })?;
        print(f, item)?;
    }
    match items.len().saturating_sub(MAX_NAMED) {
        0 => Ok(()),
        more => write!(f, "{separator}{more} more"),
    }
}

/// A list of reasons, for a sentence.
pub(super) struct InARow<'a>(pub(super) &'a [Reason]);

impl fmt::Display for InARow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, reason) in self.0.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// A list of APIs, for a sentence.
pub(crate) struct Apis<'a>(pub(crate) &'a [ApiName]);

impl fmt::Display for Apis<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("no API"),
            apis if apis.len() <= MAX_NAMED => bounded(f, apis, " and ", |f, api| api.fmt(f)),
            // The list is cut after one more than a message names: see `ApiName::all_of`.
            apis => {
                let named = apis.get(..MAX_NAMED).unwrap_or_default();
                bounded(f, named, " and ", |f, api| api.fmt(f))?;
                f.write_str(" and others")
            }
        }
    }
}

impl ApiName {
    pub(super) fn of(api: &OwnedAudience) -> Self {
        let resource = match api {
            OwnedAudience::Resource(resource) => Some(*resource),
            OwnedAudience::Identifier(identifier) => Resource::of_audience(identifier),
        };
        Self { identifier: api.identifier().to_owned(), resource }
    }

    pub(crate) fn of_audience(audience: &str) -> Self {
        Self { identifier: audience.to_owned(), resource: Resource::of_audience(audience) }
    }

    /// The APIs that a token is for. At most one more than a message names, because a token can have
    /// thousands of audiences.
    pub(crate) fn all_of<T>(token: &Token<T>) -> Vec<Self> {
        token.audiences().take(MAX_NAMED.saturating_add(1)).map(Self::of_audience).collect()
    }

    /// The App ID URI or the app ID.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The API, if it is known.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        self.resource
    }

    /// The display name with its cloud, else the identifier.
    pub(super) fn title(&self) -> String {
        self.resource.map_or_else(|| self.identifier.clone(), |resource| resource.to_string())
    }
}

/// Prints the `Display` form, which is escaped and bounded.
impl fmt::Debug for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiName({self})")
    }
}

/// Prints the display name and the identifier.
impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.resource {
            Some(resource) => write!(f, "{resource} ({})", Escaped(&self.identifier)),
            None => Escaped(&self.identifier).fmt(f),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(name) => write!(f, "the scope {}", Escaped(name)),
            Self::AppRole(name) => write!(f, "the application permission {}", Escaped(name)),
            Self::UserRole(name) => write!(f, "the user's role {}", Escaped(name)),
        }
    }
}

/// A duration in its largest unit.
struct Rough(Duration);

impl fmt::Display for Rough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (count, unit) = match seconds {
            0..60 => (seconds, "second"),
            60..3600 => (seconds / 60, "minute"),
            3600..86_400 => (seconds / 3600, "hour"),
            _ => (seconds / 86_400, "day"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}
