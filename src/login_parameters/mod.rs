//! `identityProviders.azureActiveDirectory.login.loginParameters`.

mod builder;
mod check;
mod error;
mod keys;
mod merge;

use std::fmt;

pub use builder::LoginParametersBuilder;
pub use error::{LoginParametersError, LoginParametersErrorKind};
pub(crate) use keys::{MAX_EDITS, distance};
pub(crate) use merge::PLATFORM_SCOPES;

use crate::{escape::EscapedNames, resource::Scope};

/// The longest list of login parameters that can work, in bytes, before the platform encodes it. All of
/// them travel in one request line, and the web servers of Windows reject a request whose line and headers
/// are longer, unless configured otherwise (`MaxRequestBytes`: "Http.sys registry settings for Windows").
/// The scopes of a longer list are not checked.
pub const MAX_LOGIN_PARAMETERS_LEN: usize = 16_384;

/// What the platform adds to the address of Entra's sign-in page: `loginParameters` of the Entra
/// provider in `authSettingsV2`, a list of strings `key=value`. The portal has no field for it.
///
/// A `scope` here replaces the platform's own `openid profile email`, so repeat those. One sign-in gives a
/// token for one API. A change takes effect at the next sign-in.
///
/// The list is kept as it is. [`problems`](Self::problems) returns what Entra or the platform would
/// reject, [`warnings`](Self::warnings) what is probably a mistake. A list from
/// [`builder`](Self::builder) has no problems.
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
/// `additionalLoginParams` of `authsettings` (version 1) has the same strings, so
/// [`from_wire`](Self::from_wire) reads it too. Before you move the list to an issuer of version 2.0, see
/// [`migrated_to_v2`](Self::migrated_to_v2).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LoginParameters {
    entries: Vec<String>,
    /// The valid scopes of the first `scope`.
    scopes: Vec<Scope>,
}

impl LoginParameters {
    /// Starts an empty list.
    pub fn builder() -> LoginParametersBuilder {
        LoginParametersBuilder::default()
    }

    /// Takes the elements of the JSON array as they are, valid or not, in their order.
    #[must_use]
    pub fn from_wire(entries: impl IntoIterator<Item: AsRef<str>>) -> Self {
        Self::from_entries(entries.into_iter().map(|entry| entry.as_ref().to_owned()).collect())
    }

    /// The elements of the JSON array. Values are not percent-encoded: the platform does that.
    #[must_use]
    pub fn to_wire(&self) -> Vec<String> {
        self.entries.clone()
    }

    pub(crate) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// The first value with this key. Keys are case-sensitive (RFC 6749 section 1.9).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.with_key(key).next().map(|(_, value)| value)
    }

    /// The valid scopes of the first `scope`, in their order. Of a value longer than
    /// [`MAX_LOGIN_PARAMETERS_LEN`] there are none.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter()
    }

    fn from_entries(entries: Vec<String>) -> Self {
        let mut parameters = Self { entries, scopes: Vec::new() };
        let scope = parameters.get("scope").unwrap_or_default();
        parameters.scopes = scope_texts(scope).filter_map(|text| Scope::parse(text).ok()).collect();
        parameters
    }

    /// The elements with this key, with their positions.
    fn with_key(&self, key: &str) -> impl Iterator<Item = (usize, &str)> {
        self.entries.iter().enumerate().filter_map(move |(entry, text)| {
            let (own, value) = text.split_once('=')?;
            (own == key).then_some((entry, value))
        })
    }

    /// The scopes of APIs, without those of OpenID Connect.
    fn api_scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes().filter(|scope| !scope.is_openid())
    }
}

/// The parts between the spaces of a value of `scope`; none if the value is too long.
fn scope_texts(value: &str) -> impl Iterator<Item = &str> {
    let value = if value.len() > MAX_LOGIN_PARAMETERS_LEN { "" } else { value };
    value.split(' ').filter(|text| !text.is_empty())
}

/// Prints the elements (none is a secret), escaped and each cut after 256 characters.
impl fmt::Debug for LoginParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginParameters")?;
        EscapedNames(|| self.entries.iter().map(String::as_str)).fmt(f)
    }
}
