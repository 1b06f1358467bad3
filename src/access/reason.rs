//! Why a token does not open an API.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::{Permission, Requirement};
use crate::{
    escape::Escaped,
    jwt::{Caller, DecodeError, Token},
    resource::{GRAPH, OwnedAudience, Resource},
    tokens::EXPIRY_SKEW,
};

/// One reason why a token does not open an API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is no access token.
    NoToken,
    /// The token is for another API.
    WrongAudience {
        /// The API that was asked for.
        expected: ApiName,
        /// The APIs that the token is for.
        actual: Vec<ApiName>,
    },
    /// None of the alternatives is there whole.
    MissingPermission {
        /// The alternatives.
        any_of: Vec<Vec<Permission>>,
    },
    /// A user was asked for and an application is calling, or the other way round.
    WrongCaller {
        /// Who was asked for.
        expected: Caller,
        /// Who is calling.
        actual: Caller,
    },
    /// The token has expired.
    Expired {
        /// How long ago.
        since: Duration,
    },
    /// The token does not say when it expires.
    NoExpiry,
    /// The token is not valid yet, by more than clocks differ.
    NotYetValid {
        /// How long it takes until it is.
        until: Duration,
    },
    /// This is an ID token.
    IdToken,
    /// The token is encrypted.
    Encrypted,
    /// The token is no JWT.
    Opaque,
    /// The token has a `nonce` in its header, so nobody but its API can verify it.
    Protected,
    /// The token is bound to a key of its client.
    BoundToKey,
    /// The token cannot be decoded.
    Malformed(DecodeError),
}

/// An API in a message: what identifies it, and its name if it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiName {
    identifier: String,
    resource: Option<Resource>,
}

/// Every reason why what `token` says is not what is wanted, whatever the time and the signature.
pub(super) fn mismatches<T>(token: &Token<T>, wanted: &Requirement) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some((expected, actual)) = wrong_audience(token, wanted) {
        reasons.push(Reason::WrongAudience { expected, actual });
    }
    if token.is_id_token() {
        reasons.push(Reason::IdToken);
    }
    if !wanted.has_permission(token) {
        let any_of = wanted.alternatives().map(<[Permission]>::to_vec).collect();
        reasons.push(Reason::MissingPermission { any_of });
    }
    if let Some(expected) = wanted.caller().filter(|caller| *caller != token.caller()) {
        reasons.push(Reason::WrongCaller { expected, actual: token.caller() });
    }
    reasons
}

/// The API that is wanted and those that `token` is for, if it is not among them.
pub(crate) fn wrong_audience<T>(
    token: &Token<T>,
    wanted: &Requirement,
) -> Option<(ApiName, Vec<ApiName>)> {
    let api = wanted.api().filter(|_| !wanted.is_for_api(token))?;
    Some((ApiName::of(api), token.audiences().map(ApiName::of_audience).collect()))
}

/// Every reason why `token` is not what is wanted.
pub(super) fn reasons<T>(token: &Token<T>, wanted: &Requirement, now: SystemTime) -> Vec<Reason> {
    let mut reasons = mismatches(token, wanted);
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
    if token.header().is_protected() && !wanted.api().is_some_and(is_graph) {
        reasons.push(Reason::Protected);
    }
    if token.is_bound_to_key() {
        reasons.push(Reason::BoundToKey);
    }
    reasons
}

fn is_graph(api: &OwnedAudience) -> bool {
    ApiName::of(api).resource.is_some_and(|resource| resource.name() == GRAPH.name())
}

impl Reason {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::MissingPermission { .. } => "missing-permission",
            Self::WrongCaller { .. } => "wrong-caller",
            Self::Expired { .. } => "expired",
            Self::NoExpiry => "no-expiry",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::IdToken => "id-token",
            Self::Encrypted => "encrypted",
            Self::Opaque => "opaque",
            Self::Protected => "protected",
            Self::BoundToKey => "bound-to-key",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("no access token came along"),
            Self::WrongAudience { expected, actual } => {
                write!(f, "it is for {}, not for {}", Apis(actual), Escaped(&expected.title()))
            }
            Self::MissingPermission { any_of } => {
                f.write_str("it lacks ")?;
                for (index, permissions) in any_of.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", or " })?;
                    if permissions.is_empty() {
                        f.write_str("a permission that nobody named")?;
                    }
                    for (index, permission) in permissions.iter().enumerate() {
                        write!(f, "{}{permission}", if index == 0 { "" } else { " and " })?;
                    }
                }
                Ok(())
            }
            Self::WrongCaller { expected, actual } => {
                let name = |caller: &Caller| match caller {
                    Caller::User => "a user",
                    Caller::App => "an application by itself",
                    Caller::Unknown => "somebody it does not tell",
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
                f.write_str("it is encrypted, so nobody but the API it was issued for can read it")
            }
            Self::Opaque => f.write_str(
                "it is no JWT but an opaque token, as personal Microsoft accounts and other \
                 providers than Entra have them",
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

/// Reasons in a row, for a sentence.
pub(super) struct InARow<'a>(pub(super) &'a [Reason]);

impl fmt::Display for InARow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, reason) in self.0.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

/// APIs in a sentence.
pub(crate) struct Apis<'a>(pub(crate) &'a [ApiName]);

impl fmt::Display for Apis<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no API");
        }
        for (index, api) in self.0.iter().enumerate() {
            write!(f, "{}{api}", if index == 0 { "" } else { " and " })?;
        }
        Ok(())
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

    /// The App ID URI or the app id.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The API, if it is known.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        self.resource
    }

    /// The name for people, with its cloud, else the identifier.
    pub(super) fn title(&self) -> String {
        self.resource.map_or_else(|| self.identifier.clone(), |resource| resource.to_string())
    }
}

/// Prints the name for people and the identifier.
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

/// A length of time in its largest unit.
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
