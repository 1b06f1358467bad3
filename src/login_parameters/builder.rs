//! The builder of login parameters.

use std::collections::HashSet;

use super::{LoginParameters, LoginParametersError, LoginParametersErrorKind};
use crate::resource::Scope;

/// Builds [`LoginParameters`]: see [`LoginParameters::builder`].
///
/// All scopes become one `scope`, which comes first. The other parameters follow in the order of the
/// calls. [`build`](Self::build) rejects a parameter that is set twice, as Entra would.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct LoginParametersBuilder {
    scopes: Vec<String>,
    others: Vec<String>,
}

impl LoginParametersBuilder {
    /// Adds scopes, each once.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(|scope| scope.as_ref().to_owned()));
        self
    }

    /// Adds one scope, unless it was added before.
    pub fn scope(self, scope: impl AsRef<str>) -> Self {
        self.scopes([scope])
    }

    /// Adds the scope `offline_access`. The sign-in then gives a refresh token, which `/.auth/refresh`
    /// uses if the token store is on.
    pub fn offline_access(self) -> Self {
        self.scope("offline_access")
    }

    /// Adds any other parameter, such as `prompt`, `domain_hint` or `response_type` (OpenID Connect Core
    /// section 3.1.2.1).
    ///
    /// `resource` is for the version 1.0 endpoint alone: with an issuer that ends with `/v2.0`, as the
    /// portal sets it today, every sign-in fails (AADSTS901002).
    pub fn parameter(mut self, key: &str, value: &str) -> Self {
        self.others.push(format!("{key}={value}"));
        self
    }

    /// Checks what Entra would reject long after the settings were saved.
    ///
    /// # Errors
    ///
    /// The first of the [`problems`](LoginParameters::problems) of these parameters; `Empty` if there are
    /// none; `InvalidScope` for a string that is not exactly one scope.
    pub fn build(self) -> Result<LoginParameters, LoginParametersError> {
        let mut seen = HashSet::new();
        let scopes: Vec<&str> =
            self.scopes.iter().map(String::as_str).filter(|scope| seen.insert(*scope)).collect();
        // Once joined, a string with a space would be two scopes, and an empty one none. The problems have
        // the other invalid ones.
        let is_one = |scope: &str| !scope.is_empty() && !scope.contains(' ');
        for (number, scope) in (1..).zip(&scopes).filter(|(_, scope)| !is_one(scope)) {
            Scope::parse(scope)
                .map_err(|source| LoginParametersError::invalid_scope(0, number, source))?;
        }
        let scope = (!scopes.is_empty()).then(|| format!("scope={}", scopes.join(" ")));
        let parameters =
            LoginParameters::from_entries(scope.into_iter().chain(self.others).collect());
        if parameters.entries.is_empty() {
            return Err(LoginParametersError::new(LoginParametersErrorKind::Empty, None));
        }
        match parameters.problems().into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(parameters),
        }
    }
}
