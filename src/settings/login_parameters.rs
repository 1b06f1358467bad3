//! `identityProviders.azureActiveDirectory.login.loginParameters`.

use crate::resource::Scope;

/// What the platform adds to the address of Entra's sign-in page: `loginParameters` of the Entra
/// provider in `authSettingsV2`. The portal has no field for it.
///
/// The `scope` here replaces the platform's own `openid profile email`, so those are to be said again;
/// and one sign-in gives a token for one API.
///
/// ```
/// use easyauth::{resource::ARM, settings::LoginParameters};
///
/// let parameters = LoginParameters::builder()
///     .scopes(["openid", "profile", "email"])
///     .scope(ARM.scope("user_impersonation"))
///     .build()?;
/// assert_eq!(
///     parameters.to_wire(),
///     ["scope=openid profile email https://management.azure.com/user_impersonation"],
/// );
/// # Ok::<(), easyauth::settings::LoginParametersError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginParameters {
    scopes: Vec<Scope>,
}

impl LoginParameters {
    /// Starts with no parameter at all.
    #[must_use]
    pub fn builder() -> LoginParametersBuilder {
        LoginParametersBuilder { scopes: Vec::new() }
    }

    /// The scopes, in their order.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter()
    }

    /// The elements of the JSON array, `key=value` each. Values are not percent-encoded: the platform
    /// does that.
    #[must_use]
    pub fn to_wire(&self) -> Vec<String> {
        let scopes: Vec<&str> = self.scopes.iter().map(Scope::as_str).collect();
        vec![format!("scope={}", scopes.join(" "))]
    }
}

/// Collects [`LoginParameters`].
#[derive(Debug, Clone)]
pub struct LoginParametersBuilder {
    scopes: Vec<String>,
}

impl LoginParametersBuilder {
    /// Adds scopes. One that is there already is not added again.
    #[must_use]
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        scopes.into_iter().fold(self, Self::scope)
    }

    /// Adds one scope. One that is there already is not added again.
    #[must_use]
    pub fn scope(mut self, scope: impl AsRef<str>) -> Self {
        let scope = scope.as_ref();
        if !self.scopes.iter().any(|own| own == scope) {
            self.scopes.push(scope.to_owned());
        }
        self
    }

    /// Checks what Entra would refuse, long after the settings were saved.
    ///
    /// # Errors
    ///
    /// [`LoginParametersError`].
    pub fn build(self) -> Result<LoginParameters, LoginParametersError> {
        let scopes = self
            .scopes
            .iter()
            .map(|scope| Scope::parse(scope).map_err(|_| LoginParametersError::InvalidScope))
            .collect::<Result<Vec<_>, _>>()?;
        if scopes.is_empty() {
            return Err(LoginParametersError::NoScope);
        }
        let of_apis: Vec<&Scope> = scopes.iter().filter(|scope| !scope.is_openid()).collect();
        for pair in of_apis.windows(2) {
            let [one, other] = pair else { continue };
            if !same_api(one, other) {
                return Err(LoginParametersError::TwoResources);
            }
        }
        let default = of_apis.iter().any(|scope| scope.name() == ".default");
        if default && of_apis.len() > 1 {
            return Err(LoginParametersError::DefaultMixed);
        }
        Ok(LoginParameters { scopes })
    }
}

/// Whether two scopes are of one API: of the same known resource, or with the same identifier.
fn same_api(one: &Scope, other: &Scope) -> bool {
    match (one.resource(), other.resource()) {
        (Some(one), Some(other)) => one == other,
        (None, None) => match (one.api(), other.api()) {
            (Some(one), Some(other)) => crate::resource::same_identifier(one, other),
            _ => false,
        },
        _ => false,
    }
}

/// Login parameters that Entra would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginParametersError {
    /// There is no scope.
    #[error("there is no scope")]
    NoScope,
    /// One of the scopes is not a scope.
    #[error("one of the scopes is not a scope")]
    InvalidScope,
    /// The scopes are of more than one API, and one sign-in gives a token for one (AADSTS28000,
    /// AADSTS700022).
    #[error("the scopes are of more than one API, and a token is for one")]
    TwoResources,
    /// `.default` stands for all permissions, and cannot be mixed with others of its API
    /// (AADSTS70011).
    #[error("`.default` is mixed with other scopes of the API")]
    DefaultMixed,
}
