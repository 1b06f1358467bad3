//! What an audience is compared with, and how.

use super::Resource;

/// Something that a token can be for: a [`Resource`], or one identifier of an API.
///
/// Methods take `impl Into<Audience>`, so a resource, an App ID URI or a client id can be passed as it
/// is.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a>(Kind<'a>);

#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Resource(Resource),
    Identifier(&'a str),
}

impl Audience<'_> {
    /// Whether a token's audience is this one.
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

/// An [`Audience`] that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnedAudience {
    Resource(Resource),
    Identifier(String),
}

impl OwnedAudience {
    pub(crate) fn audience(&self) -> Audience<'_> {
        match self {
            Self::Resource(resource) => (*resource).into(),
            Self::Identifier(identifier) => identifier.into(),
        }
    }

    /// What names it in a message.
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

/// Whether two identifiers of an API are the same: exactly, or but for one slash at the end, or as
/// GUIDs. An empty one is none.
pub(crate) fn same_identifier(one: &str, other: &str) -> bool {
    if one.is_empty() || other.is_empty() {
        return false;
    }
    one == other
        || one.strip_suffix('/') == Some(other)
        || other.strip_suffix('/') == Some(one)
        || (is_guid(one) && one.eq_ignore_ascii_case(other))
}

/// `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether `audience`, with or without one slash at the end, is the URI of an instance. In `pattern`,
/// `{label}` stands for one DNS label and `{number}` for up to two digits; nothing stands for a dot,
/// so nobody's `https://evil.example/.blob.core.windows.net` is an account.
pub(super) fn matches_instance(pattern: &str, audience: &str) -> bool {
    let mut rest = audience.strip_suffix('/').unwrap_or(audience);
    for part in pattern.split_inclusive('}') {
        let (literal, placeholder) = part.split_once('{').unwrap_or((part, ""));
        let Some(after) = rest.strip_prefix(literal) else {
            return false;
        };
        let length = match placeholder {
            "label}" => label_len(after),
            "number}" => Some(after.bytes().take_while(u8::is_ascii_digit).take(2).count()),
            _ => Some(0),
        };
        let Some(after) = length.and_then(|length| after.get(length..)) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

/// The length of the DNS label at the start of `text` (RFC 1123 section 2.1).
fn label_len(text: &str) -> Option<usize> {
    let length =
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    let label = text.get(..length)?;
    ((1..=63).contains(&length) && !label.starts_with('-') && !label.ends_with('-'))
        .then_some(length)
}

#[cfg(test)]
mod tests {
    use super::matches_instance;

    #[track_caller]
    fn check(pattern: &str, audience: &str, expected: bool) {
        assert_eq!(matches_instance(pattern, audience), expected);
    }

    #[test]
    fn an_instance_is_one_dns_label() {
        let blob = "https://{label}.blob.core.windows.net";
        check(blob, "https://account1.blob.core.windows.net", true);
        check(blob, "https://account1.blob.core.windows.net/", true);
        check(blob, "https://a-b.blob.core.windows.net", true);
        check(blob, "https://account1.blob.core.windows.net//", false);
        check(blob, "https://account1.blob.core.windows.net/x", false);
        check(blob, "https://.blob.core.windows.net", false);
        check(blob, "https://a.b.blob.core.windows.net", false);
        check(blob, "https://-a.blob.core.windows.net", false);
        check(blob, "https://a-.blob.core.windows.net", false);
        check(blob, "https://evil.example/.blob.core.windows.net", false);
        check(blob, "https://evil.example#.blob.core.windows.net", false);
        check(blob, "http://account1.blob.core.windows.net", false);
        check(blob, &format!("https://{}.blob.core.windows.net", "a".repeat(63)), true);
        check(blob, &format!("https://{}.blob.core.windows.net", "a".repeat(64)), false);

        let crm = "https://{label}.crm{number}.dynamics.com";
        check(crm, "https://contoso.crm.dynamics.com", true);
        check(crm, "https://contoso.crm4.dynamics.com/", true);
        check(crm, "https://contoso.crm22.dynamics.com", true);
        check(crm, "https://contoso.crm222.dynamics.com", false);
        check(crm, "https://contoso.crmx.dynamics.com", false);
    }
}
