//! Scopes side by side: which of them one token can have.

use super::{Scope, same_identifier};

/// Why scopes cannot be asked for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScopeConflict {
    /// They are of more than one API.
    TwoApis,
    /// `.default` is mixed with other scopes.
    DefaultMixed,
}

/// Why scopes of APIs cannot be asked for together, if they cannot.
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

/// The scope that says most about the API: one that names the cloud differs from more of the others.
pub(crate) fn most_telling(scopes: &[Scope]) -> Option<&Scope> {
    scopes.iter().find(|scope| names_cloud(scope)).or(scopes.first())
}

/// Whether the scope stands for all permissions of its API.
pub(crate) fn is_default(scope: &Scope) -> bool {
    scope.name() == ".default"
}

/// Whether two scopes are of one API: of the same known resource, or with the same identifier.
pub(crate) fn same_api(one: &Scope, other: &Scope) -> bool {
    match (one.resource(), other.resource()) {
        // A name alone and an app id are of the API in whatever cloud the sign-in is.
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

/// Whether the API is named by its address, which differs by cloud.
fn names_cloud(scope: &Scope) -> bool {
    scope.api().is_some_and(|api| api.contains("://"))
}

/// Whether two identifiers are of one application. It is an API by its client id, and by `api://` in front
/// of it unless it has another App ID URI.
pub(crate) fn same_client(one: &str, other: &str) -> bool {
    one == other || same_identifier(client_id_of(one), client_id_of(other))
}

/// Nothing but a client id is an identifier without a scheme.
fn client_id_of(api: &str) -> &str {
    api.strip_prefix("api://").unwrap_or(api)
}
