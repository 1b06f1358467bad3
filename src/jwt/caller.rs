//! Who is calling: a user or an application, and its groups.

use std::fmt;

use super::Token;
use crate::{issuer, kinds::codes};

codes! {
    /// The kind of caller.
    pub enum Caller;
    pub fn as_str;

    /// An application on behalf of a user.
    User = "user";
    /// An application on its own behalf.
    App = "app";
    /// The token does not say.
    Unknown = "unknown";
}

impl<T> Token<T> {
    /// Whether a user or an application is calling (Microsoft identity platform: claims validation).
    ///
    /// If the token has `idtyp`, that decides. Otherwise a scope means a user, and so do `nonce`, `at_hash` and
    /// `c_hash`, which only tokens of an interactive sign-in have. Without any of these, a token whose subject
    /// equals its object ID means an application, if the issuer is Entra for organizations. In Azure AD B2C
    /// and External ID the subject of a user can equal the object ID (azure-docs#29240), so such a caller is
    /// [`Unknown`](Caller::Unknown).
    #[must_use]
    pub fn caller(&self) -> Caller {
        let is_own_subject = || {
            self.subject().is_some()
                && self.subject() == self.object_id()
                && self.issuer().is_some_and(issuer::is_workforce)
        };
        match self.claim("idtyp") {
            Some("app") => Caller::App,
            Some("user") => Caller::User,
            None if self.scopes().next().is_some() || self.signed_in_at_a_page() => Caller::User,
            None if is_own_subject() => Caller::App,
            Some(_) | None => Caller::Unknown,
        }
    }
}

/// The groups of a caller.
///
/// Entra lists at most 200 groups in a JWT, and at most 6 in the implicit flow. For a caller in more groups
/// it lists none, and adds a marker ("groups overage"). Microsoft Graph then knows the groups (Microsoft
/// identity platform: access token claims reference).
///
/// ```
/// use easyauth::Groups;
///
/// fn may_enter(groups: &Groups<'_>) -> bool {
///     // `None`: unknown. Ask Microsoft Graph, or deny access.
///     groups.contains("b8e3f4a0-0000-4000-8000-00000000000a").unwrap_or(false)
/// }
/// # assert!(!may_enter(&Groups::Overage));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Groups<'a> {
    /// The groups, in the form that the app registration selects: object IDs or names.
    Listed(Vec<&'a str>),
    /// Too many to list, so they are unknown.
    Overage,
    /// No group claim: the app registration does not request groups, or the caller is in no group. These two
    /// cannot be distinguished, so the groups are unknown.
    Absent,
}

impl Groups<'_> {
    /// Returns `true` if the caller is in `group`, compared exactly; `None` if the groups are unknown.
    #[must_use]
    pub fn contains(&self, group: &str) -> Option<bool> {
        match self {
            Self::Listed(groups) => Some(groups.contains(&group)),
            Self::Overage | Self::Absent => None,
        }
    }
}

/// Prints the number of groups.
impl fmt::Debug for Groups<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(groups) => write!(f, "Listed({} groups)", groups.len()),
            Self::Overage => f.write_str("Overage"),
            Self::Absent => f.write_str("Absent"),
        }
    }
}
