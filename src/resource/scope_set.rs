//! Several scopes: which of them one token can have.

use super::{ApiName, MAX_NAMED, OwnedAudience, Scope, same_identifier};

/// Why scopes cannot be requested together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScopeConflict {
    /// They belong to more than one API.
    TwoApis,
    /// `.default` is mixed with other scopes.
    DefaultMixed,
}

/// Why scopes of APIs cannot be requested together; `None` if they can.
pub(crate) fn conflict(scopes: &[Scope]) -> Option<ScopeConflict> {
    let first = most_telling(scopes)?;
    if !scopes.iter().all(|scope| same_api(first, scope)) {
        Some(ScopeConflict::TwoApis)
    } else if scopes.iter().any(is_default) && scopes.iter().any(|scope| scope != first) {
        Some(ScopeConflict::DefaultMixed)
    } else {
        None
    }
}

/// The APIs of the scopes, each once, for a message.
pub(crate) fn apis_of(scopes: &[Scope]) -> Vec<ApiName> {
    let is_first = |(index, scope): &(usize, &Scope)| {
        !scopes.iter().take(*index).any(|earlier| same_api(earlier, scope))
    };
    let firsts = scopes.iter().enumerate().filter(is_first).map(|(_, scope)| scope);
    let name = |scope: &Scope| match (scope.resource(), scope.api()) {
        (Some(resource), _) => ApiName::of(&OwnedAudience::Resource(resource)),
        (None, api) => ApiName::of_audience(api.unwrap_or_default()),
    };
    firsts.take(MAX_NAMED.saturating_add(1)).map(name).collect()
}

/// The scope that identifies the API best: the first that names the cloud, else the first.
pub(crate) fn most_telling(scopes: &[Scope]) -> Option<&Scope> {
    scopes.iter().find(|scope| names_cloud(scope)).or(scopes.first())
}

/// Returns `true` if the scope means all permissions of its API.
pub(crate) fn is_default(scope: &Scope) -> bool {
    scope.name() == ".default"
}

/// Returns `true` if two scopes belong to one API: the same known resource, or the same identifier.
pub(crate) fn same_api(one: &Scope, other: &Scope) -> bool {
    match (one.resource(), other.resource()) {
        // A bare name and an app ID belong to the API in the cloud of the sign-in.
        (Some(own), Some(of_other)) => {
            own == of_other
                || (own.name() == of_other.name() && !(names_cloud(one) && names_cloud(other)))
        }
        (None, None) => match (one.api(), other.api()) {
            (Some(one), Some(other)) => same_client(one, other),
            _ => false,
        },
        _ => false,
    }
}

/// Returns `true` if the API is named by its address, which differs by cloud.
fn names_cloud(scope: &Scope) -> bool {
    scope.api().is_some_and(|api| api.contains("://"))
}

/// Returns `true` if two identifiers belong to one application. It is an API under its client ID, and
/// under `api://` and that ID unless it has another App ID URI.
pub(crate) fn same_client(one: &str, other: &str) -> bool {
    one == other || same_identifier(client_id_of(one), client_id_of(other))
}

/// An identifier without a scheme is a client ID.
fn client_id_of(api: &str) -> &str {
    api.strip_prefix("api://").unwrap_or(api)
}
