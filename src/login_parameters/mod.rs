//! `identityProviders.azureActiveDirectory.login.loginParameters`.

mod builder;
mod check;
mod error;
mod keys;
mod merge;
mod warning;

use std::fmt;

pub use builder::{LoginParametersBuilder, Prompt};
pub use error::{LoginParametersError, ParameterKey};
pub use warning::LoginParametersWarning;

use crate::{escape::EscapedNames, resource::Scope};

/// The longest list of login parameters that can work, in bytes, counted without what the platform
/// encodes. They all travel in one request line, and the web servers of Windows refuse a request whose
/// line and headers are longer than this unless they are told otherwise (`MaxRequestBytes`: "Http.sys
/// registry settings for Windows"). The scopes of a longer list are not checked.
pub const MAX_LOGIN_PARAMETERS_LEN: usize = 16_384;

/// What the platform adds to the address of Entra's sign-in page: `loginParameters` of the Entra
/// provider in `authSettingsV2`, a list of texts `key=value`. The portal has no field for it.
///
/// The `scope` here replaces the platform's own `openid profile email`, so those are to be said again;
/// and one sign-in gives a token for one API. A change acts from the next sign-in on.
///
/// The list is kept as it is, whatever is in it: [`problems`](Self::problems) says what Entra or the
/// platform would refuse, [`warnings`](Self::warnings) what is probably not meant. What
/// [`builder`](Self::builder) builds has no problems.
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
///
/// # The older settings
///
/// `additionalLoginParams` of `authsettings` (version 1) has the same texts, so
/// [`from_wire`](Self::from_wire) reads it too. Before the list moves to an issuer of version 2.0, see
/// [`migrated_to_v2`](Self::migrated_to_v2).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LoginParameters {
    entries: Vec<String>,
    /// What can be read of the first `scope`.
    scopes: Vec<Scope>,
}

impl LoginParameters {
    /// Starts with no parameter at all.
    pub fn builder() -> LoginParametersBuilder {
        LoginParametersBuilder::default()
    }

    /// Takes the elements of the JSON array as they are, right or wrong, in their order.
    ///
    /// ```
    /// use easyauth::settings::{LoginParameters, LoginParametersError};
    ///
    /// let parameters = LoginParameters::from_wire(["scope=openid", "prompt=login", "scope=email"]);
    /// assert_eq!(parameters.get("prompt"), Some("login"));
    /// let problem = parameters.problems().remove(0);
    /// assert!(matches!(problem, LoginParametersError::DuplicateKey { entry: 2, .. }));
    /// assert_eq!(parameters.to_wire(), ["scope=openid", "prompt=login", "scope=email"]);
    /// ```
    #[must_use]
    pub fn from_wire(entries: impl IntoIterator<Item: AsRef<str>>) -> Self {
        Self::from_entries(entries.into_iter().map(|entry| entry.as_ref().to_owned()).collect())
    }

    /// The elements of the JSON array, as they came. Values are not percent-encoded: the platform
    /// does that.
    #[must_use]
    pub fn to_wire(&self) -> Vec<String> {
        self.entries.clone()
    }

    /// The elements of the JSON array, as they came.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(String::as_str)
    }

    /// Keys and values, split at the first `=`; without the elements that have none.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries().filter_map(|entry| entry.split_once('='))
    }

    /// The first value with this key. Keys are case-sensitive (RFC 6749 section 1.9).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.parameters().find_map(|(own, value)| (own == key).then_some(value))
    }

    /// The scopes of the first `scope`, in their order. What is no scope is left out here and stays in
    /// [`entries`](Self::entries); of a value longer than [`MAX_LOGIN_PARAMETERS_LEN`] that is all.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter()
    }

    /// Whether there is nothing, so that the platform asks for `openid profile email` and no more.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn from_entries(entries: Vec<String>) -> Self {
        let mut parameters = Self { entries, scopes: Vec::new() };
        let scope = parameters.get("scope").unwrap_or_default();
        parameters.scopes = scope_texts(scope).filter_map(|text| Scope::parse(text).ok()).collect();
        parameters
    }

    /// The elements with this key, with their positions.
    fn with_key(&self, key: &str) -> impl Iterator<Item = (usize, &str)> {
        self.entries().enumerate().filter_map(move |(entry, text)| {
            let (own, value) = text.split_once('=')?;
            (own == key).then_some((entry, value))
        })
    }

    /// The scopes that belong to an API.
    fn api_scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes().filter(|scope| !scope.is_openid())
    }
}

/// The texts between the spaces of a value of `scope`; none if it is too long to be read.
fn scope_texts(value: &str) -> impl Iterator<Item = &str> {
    let value = if value.len() > MAX_LOGIN_PARAMETERS_LEN { "" } else { value };
    value.split(' ').filter(|text| !text.is_empty())
}

/// Prints the elements escaped, each cut after 256 characters: they are settings and no secrets.
impl fmt::Debug for LoginParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginParameters")?;
        EscapedNames(|| self.entries()).fmt(f)
    }
}
