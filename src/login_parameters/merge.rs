//! How login parameters are added to what is there.

use std::collections::{HashMap, HashSet};

use super::{
    LoginParameters, LoginParametersError, ParameterKey, check::default_scope, scope_texts,
    warning::is_azure_ad_graph,
};
use crate::resource::{Scope, is_default, same_api};

/// The scopes that the platform asks for as long as there is no `scope` ("Configure your App Service or
/// Azure Functions app to use Microsoft Entra sign-in").
const PLATFORM_SCOPES: [&str; 3] = ["openid", "profile", "email"];

impl LoginParameters {
    /// Adds other parameters, such as those of
    /// [`Diagnosis::login_parameters`](crate::Diagnosis::login_parameters), to these.
    ///
    /// What is there stays as it is and where it is; the scopes that are not there yet are put behind
    /// those that are, and other parameters at the end. A `.default` covers every scope of its API, so
    /// none of them is added to it. Merging the same once more changes nothing.
    ///
    /// ```
    /// use easyauth::{resource::ARM, settings::LoginParameters};
    ///
    /// let own = LoginParameters::from_wire(["scope=openid profile", "prompt=login"]);
    /// let fix = LoginParameters::builder()
    ///     .scopes(["openid", "email"])
    ///     .scope(ARM.scope("user_impersonation"))
    ///     .build()?;
    /// assert_eq!(
    ///     own.merge(&fix)?.to_wire(),
    ///     [
    ///         "scope=openid profile email https://management.azure.com/user_impersonation",
    ///         "prompt=login",
    ///     ],
    /// );
    /// # Ok::<(), easyauth::settings::LoginParametersError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`TwoResources`](LoginParametersError::TwoResources),
    ///   [`ResourceOfAnotherApi`](LoginParametersError::ResourceOfAnotherApi): the two are of different
    ///   APIs. [`replace_api_scopes`](Self::replace_api_scopes) gives up the old one.
    /// - [`DefaultMixed`](LoginParametersError::DefaultMixed): `other` has the `.default` of an API of
    ///   which single scopes are there. It may not bring all of them, so that is for you to decide.
    /// - [`DuplicateKey`](LoginParametersError::DuplicateKey): another parameter has two different
    ///   values, or `scope` is there twice.
    /// - [`InvalidScope`](LoginParametersError::InvalidScope),
    ///   [`NoScope`](LoginParametersError::NoScope), [`TooLong`](LoginParametersError::TooLong): what
    ///   comes out would be refused.
    ///
    /// Positions are those in these parameters; or in `other`, if `other` has the problem on its own.
    /// Other problems of these parameters are none of the merge, and stay.
    pub fn merge(&self, other: &Self) -> Result<Self, LoginParametersError> {
        other.check_scopes()?;
        let mut entries = self.entries.clone();
        let mut own: HashMap<Identity<'_>, (usize, &str)> = HashMap::new();
        for (entry, text) in self.entries().enumerate() {
            own.entry(identity(text)).or_insert((entry, text));
        }
        for text in other.entries() {
            let identity = identity(text);
            match own.get(&identity) {
                None => {
                    own.insert(identity, (entries.len(), text));
                    entries.push(text.to_owned());
                }
                Some((_, own)) if *own == text => {}
                Some((entry, own)) if identity == Identity::Key("scope") => {
                    if let Some(place) = entries.get_mut(*entry) {
                        *place = self.united_scopes(*entry, own, other)?;
                    }
                }
                Some((entry, _)) => {
                    let (entry, Identity::Key(key) | Identity::Text(key)) = (*entry, identity);
                    let key = ParameterKey::new(key);
                    return Err(LoginParametersError::DuplicateKey { entry, key });
                }
            }
        }
        let merged = Self::from_entries(entries);
        merged.check_scopes()?;
        Ok(merged)
    }

    /// Adds other parameters to these as [`merge`](Self::merge) does, but the scopes of `other`'s API
    /// take the place of all scopes of APIs: sign-ins give tokens for the new API, and no longer for
    /// the old one. If `other` has no such scope, none is replaced.
    ///
    /// ```
    /// use easyauth::settings::LoginParameters;
    ///
    /// let own = LoginParameters::from_wire(["scope=openid User.Read offline_access"]);
    /// let new = LoginParameters::from_wire(["scope=openid api://orders/Orders.Read"]);
    /// assert_eq!(
    ///     own.replace_api_scopes(&new)?.to_wire(),
    ///     ["scope=openid offline_access api://orders/Orders.Read"],
    /// );
    /// # Ok::<(), easyauth::settings::LoginParametersError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`merge`](Self::merge), but for those of two APIs and a `.default`. A `resource` of
    /// another API is not given up: see [`migrated_to_v2`](Self::migrated_to_v2).
    pub fn replace_api_scopes(&self, other: &Self) -> Result<Self, LoginParametersError> {
        let names = |parameters: &Self| -> HashSet<String> {
            parameters.api_scopes().map(|scope| scope.name().to_owned()).collect()
        };
        let new = names(other);
        match self.merge(other) {
            Ok(merged) if new.is_empty() || names(&merged) == new => return Ok(merged),
            // Scopes that are not read cannot be kept.
            Err(error) if new.is_empty() || error == LoginParametersError::TooLong => {
                return Err(error);
            }
            _ => {}
        }
        let mut without = self.clone();
        if let Some((entry, value)) = self.with_key("scope").next()
            && let Some(place) = without.entries.get_mut(entry)
        {
            let is_kept = |text: &&str| Scope::parse(text).map_or(true, |scope| scope.is_openid());
            let kept: Vec<&str> = scope_texts(value).filter(is_kept).collect();
            *place = format!("scope={}", kept.join(" "));
        }
        Self::from_entries(without.entries).merge(other)
    }

    /// Adds one scope, as [`merge`](Self::merge) does. If there is no `scope` yet, the platform's own
    /// `openid profile email`, which one replaces, are said again.
    ///
    /// ```
    /// use easyauth::{resource::ARM, settings::LoginParameters};
    ///
    /// let parameters = LoginParameters::default().with_scope(ARM.scope("user_impersonation"))?;
    /// assert_eq!(
    ///     parameters.to_wire(),
    ///     ["scope=openid profile email https://management.azure.com/user_impersonation"],
    /// );
    /// # Ok::<(), easyauth::settings::LoginParametersError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`merge`](Self::merge).
    pub fn with_scope(&self, scope: impl AsRef<str>) -> Result<Self, LoginParametersError> {
        let restated = self.get("scope").is_none().then_some(PLATFORM_SCOPES);
        let new = Self::builder().scopes(restated.into_iter().flatten()).scope(scope).build()?;
        self.merge(&new)
    }

    /// What these parameters are on an issuer that ends with `/v2.0`: the scope `.default` of the API
    /// stands for its `resource`, and gives the same token. Everything else is kept. Without a
    /// `resource` nothing changes.
    ///
    /// The identifier is kept as it is written, since the audience of the token depends on it: one that
    /// ends with a slash gives a scope with two.
    ///
    /// ```
    /// use easyauth::settings::LoginParameters;
    ///
    /// let v1 = LoginParameters::from_wire(["resource=https://management.azure.com", "prompt=login"]);
    /// assert_eq!(
    ///     v1.migrated_to_v2()?.to_wire(),
    ///     ["prompt=login", "scope=openid profile email https://management.azure.com/.default"],
    /// );
    /// # Ok::<(), easyauth::settings::LoginParametersError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`AzureAdGraph`](LoginParametersError::AzureAdGraph): that API is retired, and permissions of
    ///   it are none of Microsoft Graph, so there is nothing to migrate to.
    /// - [`DuplicateKey`](LoginParametersError::DuplicateKey): there are two.
    /// - [`InvalidScope`](LoginParametersError::InvalidScope): `resource` names nothing that can have a
    ///   scope.
    /// - As of [`merge`](Self::merge), if there is a `scope` already.
    pub fn migrated_to_v2(&self) -> Result<Self, LoginParametersError> {
        let mut resources = self.with_key("resource");
        let Some((entry, identifier)) = resources.next() else {
            return Ok(self.clone());
        };
        if let Some((entry, _)) = resources.next() {
            let key = ParameterKey::new("resource");
            return Err(LoginParametersError::DuplicateKey { entry, key });
        }
        let scope = default_scope(identifier)
            .map_err(|source| LoginParametersError::InvalidScope { entry, number: 1, source })?;
        if is_azure_ad_graph(&scope) {
            return Err(LoginParametersError::AzureAdGraph { entry });
        }
        let mut migrated = self.with_scope(scope)?;
        migrated.entries.remove(entry);
        Ok(migrated)
    }

    /// The element `scope` at this position, with the scopes of others that it does not cover.
    fn united_scopes(
        &self,
        entry: usize,
        text: &str,
        other: &Self,
    ) -> Result<String, LoginParametersError> {
        let api = self.api_scopes().next();
        let has_all = self.api_scopes().any(is_default);
        // All are of one API, so their names tell them apart.
        let mut seen: HashSet<(bool, &str)> = self.scopes().map(permission).collect();
        let mut united = text.to_owned();
        for scope in other.scopes() {
            let of_api = !scope.is_openid();
            if of_api && api.is_some_and(|api| !same_api(api, scope)) {
                return Err(LoginParametersError::TwoResources { entry });
            }
            if seen.insert(permission(scope)) && !(of_api && has_all) {
                if united != "scope=" && !united.ends_with(' ') {
                    united.push(' ');
                }
                united.push_str(scope.as_str());
            }
        }
        Ok(united)
    }

    /// Refuses what leaves open which scopes are asked for, or is refused for them.
    fn check_scopes(&self) -> Result<(), LoginParametersError> {
        if let Some((entry, _)) = self.with_key("scope").nth(1) {
            let key = ParameterKey::new("scope");
            return Err(LoginParametersError::DuplicateKey { entry, key });
        }
        self.scope_problems().into_iter().next().map_or(Ok(()), Err)
    }
}

/// What two elements have in common if they are the same parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Identity<'a> {
    Key(&'a str),
    /// There is no key, so the whole.
    Text(&'a str),
}

fn identity(entry: &str) -> Identity<'_> {
    entry.split_once('=').map_or(Identity::Text(entry), |(key, _)| Identity::Key(key))
}

/// What tells a scope from others of the same API, and from those of OpenID Connect.
fn permission(scope: &Scope) -> (bool, &str) {
    (scope.is_openid(), scope.name())
}
