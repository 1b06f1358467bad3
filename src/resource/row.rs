//! The rows of the table, and how an identifier is compared with them.

use super::{Cloud, is_guid};

/// One of Microsoft's APIs.
pub(super) struct Api {
    pub(super) endpoints: &'static [Endpoint],
    pub(super) slash: Slash,
    /// Whether an application needs an app role in its token. If not, the API itself knows what the
    /// application may do: Azure role-based access control and similar systems.
    pub(super) apps_need_roles: bool,
}

/// An API in one cloud.
pub(super) struct Endpoint {
    /// `None` means every cloud.
    pub(super) cloud: Option<Cloud>,
    pub(super) app_id: Option<&'static str>,
    /// Other app IDs that its tokens can have.
    pub(super) other_app_ids: &'static [&'static str],
    /// The scope to request by default. The part before its last slash is the prefix of every scope of
    /// the API, including the second slash that some of them need.
    pub(super) default_scope: &'static str,
    /// Audience URIs, without a slash at the end.
    pub(super) audiences: &'static [&'static str],
    /// Hosts of instances whose address can be an audience.
    pub(super) instances: &'static [Pattern],
    /// Hosts of instances whose address cannot be an audience.
    pub(super) hosts: &'static [Pattern],
}

/// How an API compares the slash at the end of its audience URIs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    /// It does not matter, or the rule is unknown.
    Either,
    /// Tokens without it are rejected.
    Required,
    /// Tokens with it are rejected.
    Forbidden,
}

/// The hosts of an API's instances. A variable part is one DNS label, so
/// `evil.example/.blob.core.windows.net` is not an account.
#[derive(Clone, Copy)]
pub(super) enum Pattern {
    /// A label, followed by this string.
    At(&'static str),
    /// A label, the first string, another label, and the second string.
    Label(&'static str, &'static str),
    /// A label, the first string, up to two digits, and the second string.
    Number(&'static str, &'static str),
    /// This host.
    Host(&'static str),
}

impl Api {
    pub(super) const USUAL: Self =
        Self { endpoints: &[], slash: Slash::Either, apps_need_roles: false };
}

impl Endpoint {
    pub(super) const EMPTY: Self = Self {
        cloud: None,
        app_id: None,
        other_app_ids: &[],
        default_scope: "",
        audiences: &[],
        instances: &[],
        hosts: &[],
    };

    /// Returns `true` if the identifier belongs to this API, with or without a slash at the end.
    pub(super) fn has(&self, identifier: &Identifier<'_>) -> bool {
        match identifier {
            Identifier::AppId(id) => {
                self.app_id.iter().chain(self.other_app_ids).any(|own| own.eq_ignore_ascii_case(id))
            }
            Identifier::Uri { bare, host, .. } => {
                self.audiences.contains(bare)
                    || host.is_some_and(|host| self.instances.iter().any(|own| own.matches(host)))
            }
        }
    }
}

/// The name of an API in a token or from a user, parsed once for all rows of the table.
#[derive(Clone, Copy)]
pub(super) enum Identifier<'a> {
    AppId(&'a str),
    Uri {
        /// Without one slash at the end.
        bare: &'a str,
        has_slash: bool,
        /// What follows `https://`, if that is a host alone.
        host: Option<&'a str>,
    },
}

impl<'a> Identifier<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        if is_guid(text) {
            return Self::AppId(text);
        }
        let stripped = text.strip_suffix('/');
        let bare = stripped.unwrap_or(text);
        let host = bare.strip_prefix("https://").filter(|host| !host.contains('/'));
        Self::Uri { bare, has_slash: stripped.is_some(), host }
    }

    /// Returns `true` if an API with this rule accepts it. App IDs have no slash.
    pub(super) fn fits(&self, slash: Slash) -> bool {
        match (self, slash) {
            (Self::AppId(_), _) | (_, Slash::Either) => true,
            (Self::Uri { has_slash, .. }, slash) => *has_slash == (slash == Slash::Required),
        }
    }
}

impl Pattern {
    /// Returns `true` if `host` matches.
    pub(super) fn matches(self, host: &str) -> bool {
        // Almost every pattern is ruled out here already.
        let end = match self {
            Self::At(end) | Self::Label(_, end) | Self::Number(_, end) => end,
            Self::Host(own) => return own == host,
        };
        let Some(start) = host.strip_suffix(end) else { return false };
        match self {
            Self::At(_) | Self::Host(_) => is_label(start),
            Self::Label(middle, _) => start.split_once('.').is_some_and(|(label, rest)| {
                let rest = middle.strip_prefix('.').and_then(|middle| rest.strip_prefix(middle));
                is_label(label) && rest.is_some_and(is_label)
            }),
            Self::Number(middle, _) => {
                let start = start.trim_end_matches(|digit: char| digit.is_ascii_digit());
                let digits = host.len().saturating_sub(start.len()).saturating_sub(end.len());
                digits <= 2 && start.strip_suffix(middle).is_some_and(is_label)
            }
        }
    }
}

/// Returns `true` for one DNS label (RFC 1123 section 2.1).
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
