//! Requirements: what a token must have.

use crate::{
    jwt::{Actor, Caller, Token},
    resource::{self, Audience, OwnedAudience, Resource, Scope, same_application},
};

/// What a token must have: permissions, an API that it is for, and a kind of caller.
///
/// Start with the permissions, then add the API ([`on`](Self::on)) and the kind of caller. Permissions are
/// a list of alternatives. The token must have all permissions of at least one alternative.
///
/// ```
/// use easyauth::{Requirement, resource::{ARM, GRAPH}};
///
/// // One scope of one API.
/// let arm: Requirement = ARM.scope("user_impersonation").into();
/// // A user with either scope, or an application with the application permission.
/// let files = Requirement::any_scope(["Files.Read", "Files.ReadWrite"])
///     .or_app_role("Files.Read.All")
///     .on(GRAPH);
/// // Both scopes, from a user.
/// let both = Requirement::all_scopes(["User.Read", "Mail.Read"]).by_user();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    api: Option<OwnedAudience>,
    alternatives: Vec<Vec<Permission>>,
    caller: Option<Caller>,
    actor: Option<Actor>,
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// A scope: a delegated permission, by its bare name.
    Scope(String),
    /// An application permission: an app role in a token without a user. The same role in a user's token
    /// describes the user, and does not count.
    AppRole(String),
    /// An app role that a user has.
    UserRole(String),
}

impl Requirement {
    /// Requires only a token for this API: see [`on`](Self::on). To require a permission as well, start
    /// with the permission, as in `Requirement::scope("Files.Read").on("api://files")`.
    #[must_use]
    pub fn audience<'a>(api: impl Into<Audience<'a>>) -> Self {
        Self::anything().on(api)
    }

    /// Requires a scope, by its bare name as in tokens. For `https://api.example.com/Files.Read` and for
    /// `.default` use `From<`[`Scope`]`>`.
    #[must_use]
    pub fn scope(name: impl Into<String>) -> Self {
        Self::anything().or_scope(name)
    }

    /// Requires one of these scopes. An empty list is never met.
    #[must_use]
    pub fn any_scope<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let alternatives = names.into_iter().map(|name| vec![Permission::Scope(name.into())]);
        Self { alternatives: alternatives.collect(), ..Self::anything() }.or_nothing()
    }

    /// Requires all of these scopes. An empty list is never met.
    #[must_use]
    pub fn all_scopes<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::anything().or_all_scopes(names)
    }

    /// Requires an application permission. See [`Permission::AppRole`].
    #[must_use]
    pub fn app_role(name: impl Into<String>) -> Self {
        Self::anything().or_app_role(name)
    }

    /// Requires an app role of the user.
    #[must_use]
    pub fn user_role(name: impl Into<String>) -> Self {
        Self::anything().or_user_role(name)
    }

    /// Adds an alternative: this scope. Without other alternatives, the scope is required.
    #[must_use]
    pub fn or_scope(self, name: impl Into<String>) -> Self {
        self.or(vec![Permission::Scope(name.into())])
    }

    /// Adds an alternative: all of these scopes. An empty list is never met.
    #[must_use]
    pub fn or_all_scopes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.or(names.into_iter().map(|name| Permission::Scope(name.into())).collect())
    }

    /// Adds an alternative: this application permission. See [`Permission::AppRole`].
    #[must_use]
    pub fn or_app_role(self, name: impl Into<String>) -> Self {
        self.or(vec![Permission::AppRole(name.into())])
    }

    /// Adds an alternative: this app role of the user.
    #[must_use]
    pub fn or_user_role(self, name: impl Into<String>) -> Self {
        self.or(vec![Permission::UserRole(name.into())])
    }

    /// Also requires that the token is for this API: a [`Resource`], an App ID URI, or your own client ID.
    /// If set twice, the last value wins.
    ///
    /// Identifiers are compared as [`Token::has_audience`] does. `api://<client id>` and the client ID are
    /// one API. An identifier that [`Resource::recognize`] knows means that [`Resource`]: the address of
    /// one of Microsoft's APIs, one of its scopes, or the host of one instance. A trailing `/.default` is
    /// ignored.
    #[must_use]
    pub fn on<'a>(self, api: impl Into<Audience<'a>>) -> Self {
        let api = match OwnedAudience::from(api.into()) {
            OwnedAudience::Identifier(identifier) => OwnedAudience::recognize(&identifier),
            OwnedAudience::Resource(resource) => OwnedAudience::Resource(resource),
        };
        Self { api: Some(api), ..self }
    }

    /// Also requires that a user is calling.
    #[must_use]
    pub fn by_user(self) -> Self {
        Self { caller: Some(Caller::User), ..self }
    }

    /// Also requires that an application is calling, without a user.
    #[must_use]
    pub fn by_app(self) -> Self {
        Self { caller: Some(Caller::App), ..self }
    }

    /// Also requires that an [agent](crate::Token::actor) acts, as a user or as an application.
    #[must_use]
    pub fn by_agent(self) -> Self {
        Self { actor: Some(Actor::Agent), ..self }
    }

    /// Also requires that no [agent](crate::Token::actor) acts.
    ///
    /// A token that does not say so is rejected. So the app registration must request the optional claims
    /// `xms_act_fct` and `xms_sub_fct` for access tokens.
    #[must_use]
    pub fn not_by_agent(self) -> Self {
        Self { actor: Some(Actor::NotAgent), ..self }
    }

    fn anything() -> Self {
        Self { api: None, alternatives: Vec::new(), caller: None, actor: None }
    }

    fn or(mut self, alternative: Vec<Permission>) -> Self {
        self.alternatives.push(alternative);
        self
    }

    /// Without alternatives, the requirement would accept every token. So an empty list becomes one
    /// alternative that is never met.
    fn or_nothing(self) -> Self {
        if self.alternatives.is_empty() { self.or(Vec::new()) } else { self }
    }

    pub(super) fn api(&self) -> Option<&OwnedAudience> {
        self.api.as_ref()
    }

    /// The required kind of caller.
    #[must_use]
    pub fn caller(&self) -> Option<Caller> {
        self.caller
    }

    /// The required kind of actor.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        self.actor
    }

    /// The alternatives. If there are any, the token must have all permissions of one.
    pub fn alternatives(&self) -> impl Iterator<Item = &[Permission]> {
        self.alternatives.iter().map(Vec::as_slice)
    }

    /// Every scope of the requirement, each once, for a challenge. Some of them may be enough.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let mut scopes = Vec::new();
        for permission in self.alternatives.iter().flatten() {
            if let Permission::Scope(name) = permission
                && !scopes.contains(name)
            {
                scopes.push(name.clone());
            }
        }
        scopes
    }

    /// The scopes of the first alternative that contains only scopes: a sign-in can request these.
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

    /// Returns `true` if one of the token's audiences is the API.
    pub(super) fn is_for_api<T>(&self, token: &Token<T>) -> bool {
        match &self.api {
            None => true,
            Some(OwnedAudience::Resource(api)) if api.is_microsofts() => token.has_audience(*api),
            Some(OwnedAudience::Resource(own)) => token.audiences().any(|audience| {
                own.identifiers().any(|identifier| same_application(identifier, audience))
            }),
            Some(OwnedAudience::Identifier(identifier)) => {
                // An instance accepts the audience of its API and its own.
                let apis = resource::candidates(identifier);
                token.audiences().any(|audience| {
                    same_application(identifier, audience)
                        || apis.iter().any(|api| api.has_general_audience(audience))
                })
            }
        }
    }

    pub(super) fn has_permission<T>(&self, token: &Token<T>) -> bool {
        self.alternatives.is_empty()
            || self.alternatives.iter().any(|alternative| {
                !alternative.is_empty()
                    && alternative.iter().all(|permission| permission.is_in(token))
            })
    }

    /// Returns `true` if the API itself knows what an application may do. Then the token of an
    /// application need not have scopes, which only users have.
    pub(super) fn is_decided_by_api<T>(&self, token: &Token<T>) -> bool {
        let decides = match &self.api {
            Some(OwnedAudience::Resource(resource)) => resource.decides_for_apps(),
            Some(OwnedAudience::Identifier(identifier)) => {
                let apis = resource::candidates(identifier);
                !apis.is_empty() && apis.iter().all(Resource::decides_for_apps)
            }
            None => false,
        };
        decides && token.caller() == Caller::App && self.scopes_to_ask_for().is_some()
    }

    /// Returns `true` if only an application without a user can meet the requirement.
    pub(super) fn is_for_apps(&self) -> bool {
        let needs_app_role = |alternative: &Vec<Permission>| {
            alternative.iter().any(|permission| matches!(permission, Permission::AppRole(_)))
        };
        self.caller == Some(Caller::App)
            || (!self.alternatives.is_empty() && self.alternatives.iter().all(needs_app_role))
    }

    pub(super) fn needs_app_role(&self) -> bool {
        let mut permissions = self.alternatives.iter().flatten();
        permissions.any(|permission| matches!(permission, Permission::AppRole(_)))
    }

    /// Returns `true` if a role of the user is required, and no alternative has only scopes.
    pub(super) fn needs_user_role(&self) -> bool {
        let needs_role = |alternative: &Vec<Permission>| {
            alternative.iter().any(|permission| matches!(permission, Permission::UserRole(_)))
        };
        self.scopes_to_ask_for().is_none() && self.alternatives.iter().any(needs_role)
    }

    /// The full scopes that a token request must name; `None` if the API is not known.
    pub(super) fn full_scopes(&self) -> Option<Vec<String>> {
        let identifier = match self.api.as_ref()? {
            OwnedAudience::Resource(resource) => {
                return resource.is_known().then(|| self.scopes_of(*resource));
            }
            OwnedAudience::Identifier(identifier) => identifier,
        };
        match Resource::of_audience(identifier) {
            Some(resource) if !resource.audience_uris().is_empty() => {
                Some(self.scopes_of(resource))
            }
            // The scopes of such an API begin with the address of the instance.
            found => {
                let default = found.map(|api| api.default_scope().name().to_owned());
                let default = default.as_deref().unwrap_or(".default");
                let names = self.scopes_to_ask_for().unwrap_or_else(|| vec![default]);
                Some(names.into_iter().map(|name| format!("{identifier}/{name}")).collect())
            }
        }
    }

    fn scopes_of(&self, resource: Resource) -> Vec<String> {
        match self.scopes_to_ask_for() {
            Some(names) => names.into_iter().map(|name| resource.scope(name).to_string()).collect(),
            None => vec![resource.default_scope().to_string()],
        }
    }
}

impl Permission {
    pub(super) fn is_in<T>(&self, token: &Token<T>) -> bool {
        match self {
            Self::Scope(name) => token.has_scope(name),
            Self::AppRole(name) => token.caller() == Caller::App && token.has_app_role(name),
            Self::UserRole(name) => token.caller() == Caller::User && token.has_app_role(name),
        }
    }
}

/// Requires the scope and its API.
///
/// `.default` means all permissions of the API and appears in no token, so it requires only the API.
impl From<Scope> for Requirement {
    fn from(scope: Scope) -> Self {
        let api = match (scope.resource(), scope.api()) {
            (Some(resource), _) => Some(OwnedAudience::Resource(resource)),
            (None, Some(api)) => Some(OwnedAudience::recognize(api)),
            (None, None) => None,
        };
        match scope.name() {
            ".default" => Self { api, ..Self::anything() },
            name => Self { api, ..Self::scope(name) },
        }
    }
}

/// Clones it, so that methods that take `impl Into<Requirement>` also accept references.
impl From<&Self> for Requirement {
    fn from(requirement: &Self) -> Self {
        requirement.clone()
    }
}

impl From<Resource> for Requirement {
    fn from(resource: Resource) -> Self {
        Self::audience(resource)
    }
}
