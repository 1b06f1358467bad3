//! Group membership, and what it means when the groups are not listed.

/// The groups of a caller.
///
/// Entra lists at most 200 groups in a JWT, and at most 6 in the implicit flow. Beyond that it lists
/// none and leaves a marker ("groups overage"): the caller is then in *many* groups, and only
/// Microsoft Graph knows which (Microsoft identity platform: access token claims reference).
///
/// ```
/// use easyauth::Groups;
///
/// fn may_enter(groups: &Groups<'_>) -> bool {
///     // `None`: unknown. Ask Microsoft Graph, or refuse.
///     groups.contains("b8e3f4a0-0000-4000-8000-00000000000a").unwrap_or(false)
/// }
/// # assert!(!may_enter(&Groups::Overage));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Groups<'a> {
    /// The groups, as the app registration asks for them: object ids, or names.
    Listed(Vec<&'a str>),
    /// Too many to list. Unknown, and not none.
    Overage,
    /// No group claim at all: the app registration asks for none, or the caller is in none. The two
    /// look alike, so this is unknown as well.
    Absent,
}

impl Groups<'_> {
    /// Whether the caller is in `group`, compared exactly; `None` if the groups are not known.
    #[must_use]
    pub fn contains(&self, group: &str) -> Option<bool> {
        match self {
            Self::Listed(groups) => Some(groups.contains(&group)),
            Self::Overage | Self::Absent => None,
        }
    }
}

/// Prints how many there are, and none of them.
impl std::fmt::Debug for Groups<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listed(groups) => write!(f, "Listed({} groups)", groups.len()),
            Self::Overage => f.write_str("Overage"),
            Self::Absent => f.write_str("Absent"),
        }
    }
}
