//! Why a token does not open an API.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::{
    Note, Permission, Requirement, ValueKind,
    audience::{self, Fit},
};
use crate::{
    escape::Escaped,
    jwt::{Actor, Caller, DecodeError, Token},
    kinds::debug_by_display,
    resource::{ApiName, ApiNames, OwnedAudience, Resource, write_list},
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
    /// The audiences of the required API are unknown: see [`Resource::is_known`].
    UnknownApi(Resource),
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
        /// What the token lacks of each alternative.
        any_of: Vec<Vec<Permission>>,
    },
    /// An application is calling instead of a user, or the reverse.
    WrongCaller {
        /// The required kind of caller.
        expected: Caller,
        /// The actual kind of caller.
        actual: Caller,
    },
    /// An agent acts although agents are excluded, or the reverse, or the token does not say.
    WrongActor {
        /// The required kind of actor.
        expected: Actor,
        /// The actual kind of actor.
        actual: Actor,
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
    NotAToken(ValueKind),
    /// The token was truncated, or a part of it was removed. A cut inside the signature shows in its
    /// length.
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

/// Every mismatch between `token` and the requirement, ignoring the time and the signature: strict, for
/// authorization.
#[cfg(feature = "verify")]
pub(super) fn mismatches<T>(token: &Token<T>, wanted: &Requirement) -> Vec<Reason> {
    let mut reasons = Vec::new();
    reasons.extend(wrong_audience(token, wanted));
    if token.is_id_token() {
        reasons.push(Reason::IdToken);
    }
    reasons.extend(missing_permission(token, wanted));
    reasons.extend(wrong_caller(token, wanted));
    reasons.extend(wrong_actor(token, wanted));
    reasons
}

/// Why `token` is not for the required API.
pub(super) fn wrong_audience<T>(token: &Token<T>, wanted: &Requirement) -> Option<Reason> {
    let api = wanted.api().filter(|_| !wanted.is_for_api(token))?;
    Some(unknown_api(wanted).unwrap_or_else(|| Reason::WrongAudience {
        expected: ApiName::of(api),
        actual: ApiName::of_audiences(token.audiences()),
    }))
}

/// Returns a reason if the audiences of the required API are unknown.
pub(super) fn unknown_api(wanted: &Requirement) -> Option<Reason> {
    match wanted.api() {
        Some(OwnedAudience::Resource(api)) if !api.is_known() => Some(Reason::UnknownApi(*api)),
        _ => None,
    }
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
    reasons.extend(wrong_actor(token, wanted));
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
    if token.header().is_protected() && !may_be_for_microsoft(wanted, &reasons) {
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
    let lacks = |alternative: &[Permission]| {
        alternative.iter().filter(|permission| !permission.is_in(token)).cloned().collect()
    };
    (!wanted.has_permission(token))
        .then(|| Reason::MissingPermission { any_of: wanted.alternatives().map(lacks).collect() })
}

fn wrong_caller<T>(token: &Token<T>, wanted: &Requirement) -> Option<Reason> {
    let expected = wanted.caller().filter(|caller| *caller != token.caller())?;
    Some(Reason::WrongCaller { expected, actual: token.caller() })
}

fn wrong_actor<T>(token: &Token<T>, wanted: &Requirement) -> Option<Reason> {
    let expected = wanted.actor().filter(|actor| *actor != token.actor())?;
    Some(Reason::WrongActor { expected, actual: token.actor() })
}

/// Returns `true` if the required API is one of Microsoft's and the token may be for it. Such an API can
/// verify the token, although other services cannot.
fn may_be_for_microsoft(wanted: &Requirement, reasons: &[Reason]) -> bool {
    let microsofts = |api: &OwnedAudience| {
        ApiName::of(api).resource().is_some_and(|resource| resource.is_microsofts())
    };
    let is_elsewhere = |reason: &Reason| {
        matches!(reason, Reason::WrongAudience { .. } | Reason::WrongAudienceForm { .. })
    };
    wanted.api().is_some_and(microsofts) && !reasons.iter().any(is_elsewhere)
}

impl Reason {
    /// A stable, machine-readable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::WrongAudienceForm { .. } => "wrong-audience-form",
            Self::UnknownApi(_) => "unknown-api",
            Self::UnclearAudience { .. } => "unclear-audience",
            Self::MissingPermission { .. } => "missing-permission",
            Self::WrongCaller { .. } => "wrong-caller",
            Self::WrongActor { .. } => "wrong-actor",
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
            Self::NoToken => f.write_str("the access token is missing"),
            Self::WrongAudience { expected, actual } => {
                write!(f, "it is for {}, not for {}", ApiNames(actual), Escaped(&expected.title()))
            }
            Self::WrongAudienceForm { expected, actual } => write!(
                f,
                "it is for {}, but with the audience {}, which this API rejects",
                Escaped(&expected.title()),
                Escaped(actual.identifier())
            ),
            Self::UnknownApi(api) => {
                let api = api.to_string();
                write!(f, "the audiences of {} are unknown: name its App ID URI instead", Escaped(&api))
            }
            Self::UnclearAudience { expected, actual } => {
                let (expected, actual) = (&expected.identifier(), actual.identifier());
                write!(f, "it is for {}, and {} ", Escaped(actual), Escaped(expected))?;
                f.write_str(if expected.eq_ignore_ascii_case(actual) {
                    "is required: the two differ only in case, and audiences are compared exactly"
                } else {
                    "may be another name of the same API: version 2.0 tokens have the client ID and \
                     version 1.0 tokens the App ID URI; compare both with the app registration"
                })
            }
            Self::MissingPermission { any_of } => {
                f.write_str("it lacks ")?;
                write_list(f, any_of, ", or ", |f, permissions| {
                    if permissions.is_empty() {
                        return f.write_str("an unspecified permission");
                    }
                    write_list(f, permissions, " and ", |f, permission| permission.fmt(f))
                })
            }
            Self::WrongCaller { expected, actual } => {
                let name = |caller: &Caller| match caller {
                    Caller::User => "a user",
                    Caller::App => "an application without a user",
                    Caller::Unknown => "an unknown kind of caller",
                };
                write!(f, "it is from {}, not from {}", name(actual), name(expected))
            }
            Self::WrongActor { actual, .. } => f.write_str(match actual {
                Actor::Agent => "it is from an agent, and agents are excluded",
                Actor::NotAgent => "it is not from an agent, which is required",
                Actor::Unknown => {
                    "it does not say whether an agent acts: request the optional claims xms_act_fct and \
                     xms_sub_fct in the app registration"
                }
            }),
            Self::Expired { since } => write!(f, "it expired {} ago", Rough(*since)),
            Self::NoExpiry => f.write_str("it does not say when it expires"),
            Self::NotYetValid { until } => {
                write!(f, "it is not valid for another {}", Rough(*until))
            }
            Self::IdToken => {
                f.write_str("it is an ID token, which identifies the user and opens no API")
            }
            Self::Encrypted => {
                f.write_str("it is encrypted, so only the API that it was issued for can read it")
            }
            Self::Opaque => f.write_str("it is not a JWT but an opaque token"),
            Self::PersonalAccount => f.write_str(
                "it is not a JWT but an opaque token of a personal Microsoft account, which Microsoft \
                 Graph accepts and APIs of Azure do not",
            ),
            Self::NotAToken(value_kind) => write!(f, "it is {value_kind}"),
            Self::Truncated => f.write_str("it is incomplete: a part of it was cut off"),
            Self::Unsigned => f.write_str(
                "its signature is missing or was replaced, or its algorithm is none, so no API \
                 accepts it",
            ),
            Self::StaticWebApps => f.write_str(
                "Static Web Apps issued it (X-MS-AUTH-TOKEN) only for the linked API, and Entra does not \
                 exchange it",
            ),
            Self::Protected => f.write_str(
                "its header has a nonce, so only Microsoft Graph, or the Microsoft API that it was \
                 issued for, can verify it",
            ),
            Self::BoundToKey => {
                f.write_str("it is bound to a key of its client, so it cannot be used as a bearer token")
            }
            Self::Malformed(error) => write!(f, "it cannot be read: {error}"),
        }
    }
}

debug_by_display!(Reason, code());

/// A list of reasons in a clause.
pub(super) struct Joined<'a>(pub(super) &'a [Reason]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, reason) in self.0.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
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
