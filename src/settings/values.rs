//! Types of values.

use std::{borrow::Cow, fmt, str::FromStr};

use crate::json::document::Json;
use crate::{json::Kind, resource::is_guid};

/// A GUID, such as a client ID or the object ID of a group: `8-4-4-4-12` hexadecimal digits, in lower
/// case.
///
/// ```
/// use easyauth::settings::Guid;
///
/// let id: Guid = "D874DD2F-2032-4DB1-A053-F0EC243685AA".parse()?;
/// assert_eq!(id.as_str(), "d874dd2f-2032-4db1-a053-f0ec243685aa");
/// assert!("api://d874dd2f-2032-4db1-a053-f0ec243685aa".parse::<Guid>().is_err());
/// # Ok::<(), easyauth::settings::InvalidGuid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(Box<str>);

impl Guid {
    /// The digits, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Guid {
    type Err = InvalidGuid;

    fn from_str(text: &str) -> Result<Self, InvalidGuid> {
        if is_guid(text) {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(InvalidGuid(()))
        }
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string is not a GUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a GUID: 8-4-4-4-12 hexadecimal digits")]
pub struct InvalidGuid(());

/// The values of `login.cookieExpiration.convention`, in the order of their numbers.
pub(super) const COOKIE_CONVENTIONS: &[&str] = &["FixedTime", DERIVED_COOKIE];
/// A session lasts as long as the provider's token.
pub(super) const DERIVED_COOKIE: &str = "IdentityProviderDerived";

/// The values of `httpSettings.forwardProxy.convention`, in the order of their numbers.
pub(super) const PROXY_CONVENTIONS: &[&str] = &[NO_PROXY, "Standard", CUSTOM_PROXY];
pub(super) const NO_PROXY: &str = "NoProxy";
pub(super) const CUSTOM_PROXY: &str = "Custom";

/// Reads one of a few names, in any case. The platform stores any other string as well.
///
/// In the document that the platform gives to its middleware (`WEBSITE_AUTH_V2_CONFIG_JSON`), a number is the
/// place in the list, from 0. The first of each list is known, the others are inferred from the order in
/// Microsoft's descriptions.
pub(super) fn choice(json: Json<'_>, names: &[&'static str]) -> Option<String> {
    let text = json.as_number().map(Cow::Borrowed).or_else(|| json.as_str())?;
    let known = match json.kind() {
        Kind::Number => text.parse().ok().and_then(|at: usize| names.get(at)),
        _ => names.iter().find(|own| own.eq_ignore_ascii_case(&text)),
    };
    Some(known.map_or_else(|| text.into_owned(), |own| (*own).to_owned()))
}

/// What happens to an anonymous request: `globalValidation.unauthenticatedClientAction`. Names are read in
/// any case.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnauthenticatedAction {
    /// 302 to the sign-in page of a provider.
    RedirectToLoginPage,
    /// The request reaches the application, which decides.
    AllowAnonymous,
    /// 401.
    Return401,
    /// 403.
    Return403,
    /// 404, which the reference of the schema omits. The Azure CLI lists it, and the service stores and
    /// answers it (Azure/azure-rest-api-specs#20576, Azure/azure-cli-extensions#5741, App Service
    /// announcements on middleware 1.4.13). Its place in the list is inferred.
    Return404,
    /// Any other string, as it is written.
    Other(String),
}

impl UnauthenticatedAction {
    /// In the order of their numbers.
    pub(super) const NAMES: &[&str] =
        &["RedirectToLoginPage", "AllowAnonymous", "Return401", "Return403", "Return404"];

    /// The string in a document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::RedirectToLoginPage => "RedirectToLoginPage",
            Self::AllowAnonymous => "AllowAnonymous",
            Self::Return401 => "Return401",
            Self::Return403 => "Return403",
            Self::Return404 => "Return404",
            Self::Other(text) => text,
        }
    }

    pub(super) fn read(json: Json<'_>) -> Option<Self> {
        let name = choice(json, Self::NAMES)?;
        Some(match name.as_str() {
            "RedirectToLoginPage" => Self::RedirectToLoginPage,
            "AllowAnonymous" => Self::AllowAnonymous,
            "Return401" => Self::Return401,
            "Return403" => Self::Return403,
            "Return404" => Self::Return404,
            _ => Self::Other(name),
        })
    }
}

/// Other strings are escaped and bounded.
impl fmt::Debug for UnauthenticatedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(text) => write!(f, "Other({:?})", crate::escape::Escaped(text)),
            known => f.write_str(known.as_str()),
        }
    }
}
