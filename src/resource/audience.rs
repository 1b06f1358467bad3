//! Audiences: what the audience of a token is compared with, and how.

use super::{Resource, pasted};

/// What a token can be for: a [`Resource`], or one identifier of an API.
///
/// Methods take `impl Into<Audience>`, so you can pass a resource, an App ID URI or a client ID
/// directly.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a>(Kind<'a>);

#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Resource(Resource),
    Identifier(&'a str),
}

impl Audience<'_> {
    /// Returns `true` if a token's audience is this one.
    #[must_use]
    pub fn matches(&self, audience: &str) -> bool {
        match self.0 {
            Kind::Resource(resource) => resource.has_audience(audience),
            Kind::Identifier(identifier) => same_identifier(identifier, audience),
        }
    }
}

impl From<Resource> for Audience<'_> {
    fn from(resource: Resource) -> Self {
        Self(Kind::Resource(resource))
    }
}

impl<'a> From<&'a str> for Audience<'a> {
    fn from(identifier: &'a str) -> Self {
        Self(Kind::Identifier(identifier))
    }
}

impl<'a> From<&'a String> for Audience<'a> {
    fn from(identifier: &'a String) -> Self {
        Self(Kind::Identifier(identifier))
    }
}

/// An owned [`Audience`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnedAudience {
    Resource(Resource),
    Identifier(String),
}

impl OwnedAudience {
    #[cfg(feature = "verify")]
    pub(crate) fn audience(&self) -> Audience<'_> {
        match self {
            Self::Resource(resource) => (*resource).into(),
            Self::Identifier(identifier) => identifier.into(),
        }
    }

    /// The API that a string from a user names. A string that the table knows in any form is that
    /// [`Resource`]. Any other string is an identifier, used literally but without `/.default`.
    pub(crate) fn recognize(text: &str) -> Self {
        if let Some(instance) = pasted::instance_audience(text) {
            return Self::Identifier(instance);
        }
        if let Some(resource) = Resource::recognize(text) {
            return Self::Resource(resource);
        }
        Self::Identifier(pasted::without_default(text.trim()).to_owned())
    }

    /// The scope that means all permissions of the API, if the API is known.
    pub(crate) fn default_scope(&self) -> Option<String> {
        match self {
            Self::Resource(own) => own.is_known().then(|| own.scope(".default").to_string()),
            Self::Identifier(identifier) => Some(format!("{identifier}{}", pasted::DEFAULT_SUFFIX)),
        }
    }

    /// The identifier of the API, for a message.
    pub(crate) fn identifier(&self) -> &str {
        match self {
            Self::Resource(resource) => resource.identifier(),
            Self::Identifier(identifier) => identifier,
        }
    }
}

impl From<Audience<'_>> for OwnedAudience {
    fn from(audience: Audience<'_>) -> Self {
        match audience.0 {
            Kind::Resource(resource) => Self::Resource(resource),
            Kind::Identifier(identifier) => Self::Identifier(identifier.to_owned()),
        }
    }
}

/// Returns `true` if two identifiers of an API are equal: exactly, except for one slash at the end, or
/// as GUIDs. An empty identifier equals none.
pub(crate) fn same_identifier(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    match long.len().saturating_sub(short.len()) {
        0 => !one.is_empty() && (one == other || (is_guid(one) && one.eq_ignore_ascii_case(other))),
        1 => !short.is_empty() && long.strip_suffix('/') == Some(short),
        _ => false,
    }
}

/// Returns `true` if two identifiers belong to one application by the rule of Entra: `api://<client id>`
/// is the application with that client ID. In version 2.0 tokens the client ID is its only name
/// (microsoft-identity-web#1081).
pub(crate) fn same_application(one: &str, other: &str) -> bool {
    same_identifier(one, other)
        || client_id_of(one)
            .zip(client_id_of(other))
            .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// The client ID in `api://<client id>` or in a bare client ID.
fn client_id_of(identifier: &str) -> Option<&str> {
    let identifier = identifier.strip_suffix('/').unwrap_or(identifier);
    Some(identifier.strip_prefix("api://").unwrap_or(identifier)).filter(|id| is_guid(id))
}

/// Returns `true` for `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    const FORM: &[u8; 36] = b"00000000-0000-0000-0000-000000000000";
    // No early return, so that many bytes are checked at once.
    let wrong = text.bytes().zip(FORM).fold(0, |wrong, (byte, form)| {
        let is_valid = if *form == b'-' { byte == b'-' } else { byte.is_ascii_hexdigit() };
        wrong | u8::from(!is_valid)
    });
    text.len() == FORM.len() && wrong == 0
}
