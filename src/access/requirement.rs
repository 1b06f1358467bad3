//! What a token must have.

use crate::{
    jwt::{Caller, Token},
    resource::{OwnedAudience, Resource, Scope},
};

/// What a token must have: an API that it is for, permissions, a kind of caller.
///
/// Permissions come in alternatives, of which one must be there whole. So any-of is several
/// alternatives, and all-of is one with several permissions.
///
/// ```
/// use easyauth::{Requirement, resource::{ARM, GRAPH}};
///
/// // One scope of one API.
/// let arm: Requirement = ARM.scope("user_impersonation").into();
/// // A user with either scope, or an application with the permission of its own.
/// let files = Requirement::any_scope(["Files.Read", "Files.ReadWrite"])
///     .or_app_role("Files.Read.All")
///     .on(GRAPH);
/// // Both scopes, from a user.
/// let both = Requirement::all_scopes(["User.Read", "Mail.Read"]).from_user();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    api: Option<OwnedAudience>,
    alternatives: Vec<Vec<Permission>>,
    caller: Option<Caller>,
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// A scope: a delegated permission, by its bare name.
    Scope(String),
    /// An application permission: an app role in a token without a user. The same role in the token of
    /// a user says something about the user, and does not count.
    AppRole(String),
    /// An app role that a user has.
    UserRole(String),
}

impl Requirement {
    /// Any token for this API.
    #[must_use]
    pub fn resource(resource: Resource) -> Self {
        Self::anything().on(resource)
    }

    /// Any token for the API with this identifier: an App ID URI or a client id of your own, compared as
    /// [`Token::has_audience`] does. One of Microsoft's APIs has several identifiers: use its
    /// [`Resource`].
    #[must_use]
    pub fn audience(identifier: impl Into<String>) -> Self {
        Self { api: Some(OwnedAudience::Identifier(identifier.into())), ..Self::anything() }
    }

    /// A scope, by its bare name as tokens have it. For `https://api.example.com/Files.Read` and for
    /// `.default` there is `From<`[`Scope`]`>`.
    #[must_use]
    pub fn scope(name: impl Into<String>) -> Self {
        Self::anything().or_scope(name)
    }

    /// One of these scopes.
    #[must_use]
    pub fn any_scope<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let alternatives = names.into_iter().map(|name| vec![Permission::Scope(name.into())]);
        Self { alternatives: alternatives.collect(), ..Self::anything() }.or_nothing()
    }

    /// All of these scopes.
    #[must_use]
    pub fn all_scopes<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::anything().or_all_scopes(names)
    }

    /// An application permission. See [`Permission::AppRole`].
    #[must_use]
    pub fn app_role(name: impl Into<String>) -> Self {
        Self::anything().or_app_role(name)
    }

    /// An app role that the user has.
    #[must_use]
    pub fn user_role(name: impl Into<String>) -> Self {
        Self::anything().or_user_role(name)
    }

    /// Or else this scope.
    #[must_use]
    pub fn or_scope(self, name: impl Into<String>) -> Self {
        self.or(vec![Permission::Scope(name.into())])
    }

    /// Or else all of these scopes. No scopes at all are never there.
    #[must_use]
    pub fn or_all_scopes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.or(names.into_iter().map(|name| Permission::Scope(name.into())).collect())
    }

    /// Or else this application permission. See [`Permission::AppRole`].
    #[must_use]
    pub fn or_app_role(self, name: impl Into<String>) -> Self {
        self.or(vec![Permission::AppRole(name.into())])
    }

    /// Or else this app role of the user.
    #[must_use]
    pub fn or_user_role(self, name: impl Into<String>) -> Self {
        self.or(vec![Permission::UserRole(name.into())])
    }

    /// And the token must be for this API.
    #[must_use]
    pub fn on(self, resource: Resource) -> Self {
        Self { api: Some(OwnedAudience::Resource(resource)), ..self }
    }

    /// And the token must be for the API with this identifier: an App ID URI or a client id.
    #[must_use]
    pub fn on_audience(self, identifier: impl Into<String>) -> Self {
        Self { api: Some(OwnedAudience::Identifier(identifier.into())), ..self }
    }

    /// And a user must be calling.
    #[must_use]
    pub fn from_user(self) -> Self {
        Self { caller: Some(Caller::User), ..self }
    }

    /// And an application must be calling by itself.
    #[must_use]
    pub fn from_app(self) -> Self {
        Self { caller: Some(Caller::App), ..self }
    }

    fn anything() -> Self {
        Self { api: None, alternatives: Vec::new(), caller: None }
    }

    fn or(mut self, alternative: Vec<Permission>) -> Self {
        self.alternatives.push(alternative);
        self
    }

    /// A list of no alternatives would ask for nothing, so it becomes one that is never there.
    fn or_nothing(self) -> Self {
        if self.alternatives.is_empty() { self.or(Vec::new()) } else { self }
    }

    pub(super) fn api(&self) -> Option<&OwnedAudience> {
        self.api.as_ref()
    }

    /// The kind of caller that is asked for.
    #[must_use]
    pub fn caller(&self) -> Option<Caller> {
        self.caller
    }

    /// The alternatives: one of them must be there whole, if there are any.
    pub fn alternatives(&self) -> impl Iterator<Item = &[Permission]> {
        self.alternatives.iter().map(Vec::as_slice)
    }

    /// The scopes of the first alternative that consists of scopes: what a sign-in can ask for.
    pub(super) fn scopes_to_ask_for(&self) -> Option<Vec<&str>> {
        self.alternatives.iter().find_map(|alternative| {
            let scopes: Option<Vec<&str>> = alternative
                .iter()
                .map(|permission| match permission {
                    Permission::Scope(name) => Some(name.as_str()),
                    Permission::AppRole(_) | Permission::UserRole(_) => None,
                })
                .collect();
            scopes.filter(|scopes| !scopes.is_empty())
        })
    }

    pub(super) fn is_for_api<T>(&self, token: &Token<T>) -> bool {
        self.api.as_ref().is_none_or(|api| token.has_audience(api.audience()))
    }

    pub(super) fn has_permission<T>(&self, token: &Token<T>) -> bool {
        self.alternatives.is_empty()
            || self.alternatives.iter().any(|alternative| {
                !alternative.is_empty()
                    && alternative.iter().all(|permission| permission.is_in(token))
            })
    }
}

impl Permission {
    fn is_in<T>(&self, token: &Token<T>) -> bool {
        match self {
            Self::Scope(name) => token.has_scope(name),
            Self::AppRole(name) => token.caller() == Caller::App && token.has_app_role(name),
            Self::UserRole(name) => token.caller() == Caller::User && token.has_app_role(name),
        }
    }
}

/// The scope, and the API in front of it.
///
/// `.default` stands for all permissions of the API and appears in no token, so it asks for the API
/// alone.
impl From<Scope> for Requirement {
    fn from(scope: Scope) -> Self {
        let api = match (scope.resource(), scope.api()) {
            (Some(resource), _) => Some(OwnedAudience::Resource(resource)),
            (None, Some(api)) => Some(OwnedAudience::Identifier(api.to_owned())),
            (None, None) => None,
        };
        match scope.name() {
            ".default" => Self { api, ..Self::anything() },
            name => Self { api, ..Self::scope(name) },
        }
    }
}

impl From<Resource> for Requirement {
    fn from(resource: Resource) -> Self {
        Self::resource(resource)
    }
}
