//! Login parameters merged with those that are present.

use std::collections::{HashMap, HashSet};

use super::{
    LoginParameters, LoginParametersError as Error, LoginParametersErrorKind as Kind,
    check::{default_scope, is_azure_ad_graph},
    scope_texts,
};
use crate::resource::{Scope, is_default, same_api};

/// The scopes that the platform requests if there is no `scope` ("Configure your App Service or Azure
/// Functions app to use Microsoft Entra sign-in"). They result in a token for Microsoft Graph.
pub(crate) const PLATFORM_SCOPES: [&str; 3] = ["openid", "email", "profile"];

impl LoginParameters {
    /// Adds other parameters, such as those of
    /// [`Diagnosis::login_parameters`](crate::Diagnosis::login_parameters), to these.
    ///
    /// The present parameters stay as they are. New scopes follow the present ones, and new parameters go
    /// to the end. A `.default` covers every scope of its API, so none of them is added to it. A second
    /// merge of the same parameters changes nothing.
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
    /// - `TwoResources`, `ResourceOfAnotherApi`: the two are of different APIs.
    ///   [`replace_api_scopes`](Self::replace_api_scopes) gives up the old one.
    /// - `DefaultMixed`: `other` has the `.default` of an API, and these have single scopes of it.
    ///   `.default` may not include all of those, so the choice is yours.
    /// - `DuplicateKey`: another parameter has two different values, or `scope` appears twice.
    /// - `InvalidScope`, `NoScope`, `TooLong`: the result would be rejected.
    ///
    /// Positions are those in these parameters, or in `other` if `other` alone has the problem. Other
    /// problems of these parameters do not prevent a merge, and stay.
    pub fn merge(&self, other: &Self) -> Result<Self, Error> {
        other.check_scopes()?;
        let mut entries = self.entries.clone();
        let mut own: HashMap<Identity<'_>, (usize, &str)> = HashMap::new();
        for (entry, text) in self.entries.iter().enumerate() {
            own.entry(identity(text)).or_insert((entry, text));
        }
        for text in &other.entries {
            let identity = identity(text);
            match own.get(&identity) {
                None => {
                    own.insert(identity, (entries.len(), text));
                    entries.push(text.clone());
                }
                Some((_, own)) if *own == text => {}
                Some((entry, own)) if identity == Identity::Key("scope") => {
                    if let Some(place) = entries.get_mut(*entry) {
                        *place = self.united_scopes(*entry, own, other)?;
                    }
                }
                Some((entry, _)) => {
                    let (Identity::Key(key) | Identity::Text(key)) = identity;
                    return Err(Error::of_key(Kind::DuplicateKey, *entry, key));
                }
            }
        }
        let merged = Self::from_entries(entries);
        merged.check_scopes()?;
        Ok(merged)
    }

    /// Adds other parameters as [`merge`](Self::merge) does, but replaces all scopes of APIs by those of
    /// `other`: sign-ins then give tokens for the new API, and no longer for the old one. If `other` has no
    /// such scope, none is replaced.
    ///
    /// # Errors
    ///
    /// Those of [`merge`](Self::merge), except `TwoResources` and `DefaultMixed`. A `resource` of another
    /// API stays an error: see [`migrated_to_v2`](Self::migrated_to_v2).
    pub fn replace_api_scopes(&self, other: &Self) -> Result<Self, Error> {
        let names = |parameters: &Self| -> HashSet<String> {
            parameters.api_scopes().map(|scope| scope.name().to_owned()).collect()
        };
        let new = names(other);
        match self.merge(other) {
            Ok(merged) if new.is_empty() || names(&merged) == new => return Ok(merged),
            // The scopes of a list that is too long are not read, so they cannot be kept.
            Err(error) if new.is_empty() || error.kind() == Kind::TooLong => {
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

    /// Adds one scope, as [`merge`](Self::merge) does. If there is no `scope` yet, it also adds `openid
    /// profile email`, because a `scope` replaces these scopes of the platform.
    ///
    /// # Errors
    ///
    /// Those of [`merge`](Self::merge).
    pub fn with_scope(&self, scope: impl AsRef<str>) -> Result<Self, Error> {
        let restated = self.get("scope").is_none().then_some(PLATFORM_SCOPES);
        let new = Self::builder().scopes(restated.into_iter().flatten()).scope(scope).build()?;
        self.merge(&new)
    }

    /// Returns these parameters for an issuer that ends with `/v2.0`: the scope `.default` of the API
    /// replaces its `resource`, and gives the same token. All other parameters stay. Without a `resource`
    /// nothing changes.
    ///
    /// The identifier stays as it is written, because the audience of the token depends on it. One that
    /// ends with a slash gives a scope with two slashes.
    ///
    /// ```
    /// use easyauth::settings::LoginParameters;
    ///
    /// let v1 = LoginParameters::from_wire(["resource=https://management.azure.com", "prompt=login"]);
    /// assert_eq!(
    ///     v1.migrated_to_v2()?.to_wire(),
    ///     ["prompt=login", "scope=openid email profile https://management.azure.com/.default"],
    /// );
    /// # Ok::<(), easyauth::settings::LoginParametersError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - `AzureAdGraph`: that API is retired, and its permissions do not exist in Microsoft Graph.
    /// - `DuplicateKey`: there are two `resource` parameters.
    /// - `InvalidScope`: the identifier in `resource` cannot have a scope.
    /// - Those of [`merge`](Self::merge), if there is a `scope` already.
    pub fn migrated_to_v2(&self) -> Result<Self, Error> {
        let mut resources = self.with_key("resource");
        let Some((entry, identifier)) = resources.next() else {
            return Ok(self.clone());
        };
        if let Some((entry, _)) = resources.next() {
            return Err(Error::of_key(Kind::DuplicateKey, entry, "resource"));
        }
        let scope =
            default_scope(identifier).map_err(|source| Error::invalid_scope(entry, 1, source))?;
        if is_azure_ad_graph(&scope) {
            return Err(Error::new(Kind::AzureAdGraph, entry));
        }
        let mut migrated = self.with_scope(scope)?;
        migrated.entries.remove(entry);
        Ok(migrated)
    }

    /// The `scope` at this position, with the scopes of `other` that it does not cover.
    fn united_scopes(&self, entry: usize, text: &str, other: &Self) -> Result<String, Error> {
        let api = self.api_scopes().next();
        let has_all = self.api_scopes().any(is_default);
        // All are of one API, so their names tell them apart.
        let mut seen: HashSet<(bool, &str)> = self.scopes().map(permission).collect();
        let mut united = text.to_owned();
        for scope in other.scopes() {
            let of_api = !scope.is_openid();
            if of_api && api.is_some_and(|api| !same_api(api, scope)) {
                return Err(Error::new(Kind::TwoResources, entry));
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

    /// Returns an error if it is unclear which scopes are requested, or if they would be rejected.
    fn check_scopes(&self) -> Result<(), Error> {
        if let Some((entry, _)) = self.with_key("scope").nth(1) {
            return Err(Error::of_key(Kind::DuplicateKey, entry, "scope"));
        }
        self.scope_problems().into_iter().next().map_or(Ok(()), Err)
    }
}

/// What makes two elements the same parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Identity<'a> {
    Key(&'a str),
    /// The whole element, if it has no key.
    Text(&'a str),
}

fn identity(entry: &str) -> Identity<'_> {
    entry.split_once('=').map_or(Identity::Text(entry), |(key, _)| Identity::Key(key))
}

/// What distinguishes a scope from others of the same API, and from those of OpenID Connect.
fn permission(scope: &Scope) -> (bool, &str) {
    (scope.is_openid(), scope.name())
}
