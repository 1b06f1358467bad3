//! How login parameters are put together.

use std::collections::HashSet;

use super::{LoginParameters, LoginParametersError};
use crate::resource::Scope;

/// Collects [`LoginParameters`]: see [`LoginParameters::builder`].
///
/// All scopes become one `scope`, which comes first; the other parameters follow in the order of the
/// calls. One that is set twice is refused by [`build`](Self::build), as Entra would.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct LoginParametersBuilder {
    scopes: Vec<String>,
    others: Vec<String>,
}

impl LoginParametersBuilder {
    /// Adds scopes. One that is there already is not added again.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(|scope| scope.as_ref().to_owned()));
        self
    }

    /// Adds one scope. One that is there already is not added again.
    pub fn scope(self, scope: impl AsRef<str>) -> Self {
        self.scopes([scope])
    }

    /// Adds the scope `offline_access`: a refresh token comes along, and with the token store on,
    /// `/.auth/refresh` can use it.
    pub fn offline_access(self) -> Self {
        self.scope("offline_access")
    }

    /// What Entra asks of the user at each sign-in.
    pub fn prompt(self, prompt: Prompt) -> Self {
        self.parameter("prompt", prompt.as_str())
    }

    /// The domain whose users sign in, such as `contoso.com`: spares them the choice of an account. It
    /// is a hint and keeps nobody out; whoever edits the address gets around it.
    pub fn domain_hint(self, domain: impl AsRef<str>) -> Self {
        self.parameter("domain_hint", domain.as_ref())
    }

    /// What the sign-in brings back: `code id_token`, `code` or `id_token`. With `id_token` the
    /// registration has to allow ID tokens (AADSTS700054), and `openid` has to be among the scopes.
    pub fn response_type(self, response_type: impl AsRef<str>) -> Self {
        self.parameter("response_type", response_type.as_ref())
    }

    /// **For the version 1.0 endpoint alone**: the identifier of the API that the token is for. With an
    /// issuer that ends with `/v2.0`, as the portal sets it today, every sign-in fails
    /// (AADSTS901002): ask for a [`scope`](Self::scope) there.
    pub fn resource_v1(self, identifier: impl AsRef<str>) -> Self {
        self.parameter("resource", identifier.as_ref())
    }

    /// Any other parameter, as `key=value`. It is checked like the rest.
    pub fn raw(mut self, entry: impl AsRef<str>) -> Self {
        self.others.push(entry.as_ref().to_owned());
        self
    }

    /// Checks what Entra would refuse, long after the settings were saved.
    ///
    /// # Errors
    ///
    /// The first of the [`problems`](LoginParameters::problems) that these parameters have;
    /// [`LoginParametersError::Empty`] if there are none;
    /// [`LoginParametersError::InvalidScope`] for a text that is not exactly one scope.
    pub fn build(self) -> Result<LoginParameters, LoginParametersError> {
        let mut seen = HashSet::new();
        let scopes: Vec<&str> =
            self.scopes.iter().map(String::as_str).filter(|scope| seen.insert(*scope)).collect();
        // Once joined, a text with a space would be two scopes, and an empty one none.
        for (number, scope) in (1..).zip(&scopes) {
            Scope::parse(scope).map_err(|source| LoginParametersError::InvalidScope {
                entry: 0,
                number,
                source,
            })?;
        }
        let scope = (!scopes.is_empty()).then(|| format!("scope={}", scopes.join(" ")));
        let parameters =
            LoginParameters::from_entries(scope.into_iter().chain(self.others).collect());
        if parameters.is_empty() {
            return Err(LoginParametersError::Empty);
        }
        match parameters.problems().into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(parameters),
        }
    }

    fn parameter(self, key: &str, value: &str) -> Self {
        self.raw(format!("{key}={value}"))
    }
}

/// What Entra asks of the user at a sign-in (OpenID Connect Core section 3.1.2.1). For other values
/// there is [`raw`](LoginParametersBuilder::raw).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Prompt {
    /// To consent to the permissions, though that was done before.
    Consent,
    /// To enter credentials, though there is a session already.
    Login,
    /// Nothing at all: without a session the sign-in fails.
    None,
    /// To choose an account, though only one is signed in.
    SelectAccount,
}

impl Prompt {
    /// Every prompt.
    pub const ALL: &[Self] = &[Self::Consent, Self::Login, Self::None, Self::SelectAccount];

    /// The value of the parameter `prompt`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Login => "login",
            Self::None => "none",
            Self::SelectAccount => "select_account",
        }
    }
}
