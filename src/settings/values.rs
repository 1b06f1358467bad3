//! Values of settings that have a form of their own.

use std::{fmt, str::FromStr};

use crate::json::document::Json;
use crate::{json::Kind, resource::is_guid};

/// A GUID, such as a client id or the object id of a group: `8-4-4-4-12` hexadecimal digits, in lower
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
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(Box<str>);

impl Guid {
    /// The text, in lower case.
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

impl AsRef<str> for Guid {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guid({self})")
    }
}

/// A text that is no GUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a GUID")]
pub struct InvalidGuid(());

/// Defines settings with few values. Each is open, because the platform takes any text; and each reads
/// the numbers of the middleware's own document as well.
macro_rules! choices {
    ($(
        $(#[$doc:meta])+
        $name:ident { $($(#[$value_doc:meta])+ $value:ident,)+ }
    )+) => {$(
        $(#[$doc])+
        ///
        /// Compares and reads without regard to case. In the document that the platform gives to its
        /// middleware (`WEBSITE_AUTH_V2_CONFIG_JSON`) a number stands for it: the place in this list,
        /// from 0. That of the first is known, those of the others follow from the order in which
        /// Microsoft's descriptions list them.
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_doc])+ $value,)+
            /// Any other text, as it is written.
            Other(String),
        }

        impl $name {
            const ALL: &[Self] = &[$(Self::$value,)+];
            pub(super) const NAMES: &[&str] = &[$(stringify!($value),)+];

            /// The text in a document.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$value => stringify!($value),)+
                    Self::Other(text) => text,
                }
            }

            pub(super) fn read(json: Json<'_>) -> Option<Self> {
                match json.kind() {
                    Kind::String => json.as_str().map(|text| Self::from(&*text)),
                    Kind::Number => {
                        let number = json.as_number()?;
                        let known = number.parse().ok().and_then(|at: usize| Self::ALL.get(at));
                        Some(known.cloned().unwrap_or_else(|| Self::Other(number.to_owned())))
                    }
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                let known = Self::ALL.iter().find(|own| own.as_str().eq_ignore_ascii_case(text));
                known.cloned().unwrap_or_else(|| Self::Other(text.to_owned()))
            }
        }

        /// Another text is escaped and bounded.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Other(text) => {
                        f.debug_tuple("Other").field(&crate::escape::Escaped(text)).finish()
                    }
                    known => f.write_str(known.as_str()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                crate::escape::Escaped(self.as_str()).fmt(f)
            }
        }
    )+};
}

choices! {
    /// What happens to an anonymous request: `globalValidation.unauthenticatedClientAction`.
    UnauthenticatedAction {
        /// 302 to the sign-in page of a provider.
        RedirectToLoginPage,
        /// The request goes through; the application decides.
        AllowAnonymous,
        /// 401.
        Return401,
        /// 403.
        Return403,
        /// 404. The reference of the schema does not list it; the Azure CLI does, and the service keeps and
        /// answers it (Azure/azure-rest-api-specs#20576, Azure/azure-cli-extensions#5741, App Service
        /// announcements on middleware 1.4.13). Its place in the list is inferred.
        Return404,
    }

    /// How long a session lasts: `login.cookieExpiration.convention`.
    CookieConvention {
        /// As long as `timeToExpiration` says.
        FixedTime,
        /// As long as the provider's token.
        IdentityProviderDerived,
    }

    /// Which headers tell the address that the browser asked for, behind a proxy:
    /// `httpSettings.forwardProxy.convention`.
    ForwardProxyConvention {
        /// None.
        NoProxy,
        /// `X-Forwarded-Host` and `X-Forwarded-Proto`.
        Standard,
        /// Those that are named beside it.
        Custom,
    }
}

#[cfg(test)]
mod tests {
    use super::UnauthenticatedAction;

    #[test]
    fn names_and_values_are_one_list() {
        let values: Vec<_> =
            UnauthenticatedAction::ALL.iter().map(UnauthenticatedAction::as_str).collect();
        assert_eq!(values, UnauthenticatedAction::NAMES);
    }
}
