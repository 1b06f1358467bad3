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

/// Defines the types of settings with few values. The platform stores any string, and the document of its
/// middleware has numbers.
macro_rules! choices {
    ($(
        $(#[$doc:meta])+
        $name:ident { $($(#[$value_doc:meta])+ $value:ident,)+ }
    )+) => {$(
        $(#[$doc])+
        ///
        /// Names are read in any case. In the document that the platform gives to its middleware
        /// (`WEBSITE_AUTH_V2_CONFIG_JSON`) a number is the place in this list, from 0. The first is known,
        /// the others are inferred from the order in Microsoft's descriptions.
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_doc])+ $value,)+
            /// Any other string, as it is written.
            Other(String),
        }

        impl $name {
            const ALL: &[Self] = &[$(Self::$value,)+];
            pub(super) const NAMES: &[&str] = &[$(stringify!($value),)+];

            /// The string in a document.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$value => stringify!($value),)+
                    Self::Other(text) => text,
                }
            }

            pub(super) fn read(json: Json<'_>) -> Option<Self> {
                let text = json.as_number().map(Cow::Borrowed).or_else(|| json.as_str())?;
                let known = match json.kind() {
                    Kind::Number => text.parse().ok().and_then(|at: usize| Self::ALL.get(at)),
                    _ => Self::ALL.iter().find(|own| own.as_str().eq_ignore_ascii_case(&text)),
                };
                Some(known.cloned().unwrap_or_else(|| Self::Other(text.into_owned())))
            }
        }

        /// Other strings are escaped and bounded.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Other(text) => write!(f, "Other({:?})", crate::escape::Escaped(text)),
                    known => f.write_str(known.as_str()),
                }
            }
        }
    )+};
}

choices! {
    /// What happens to an anonymous request: `globalValidation.unauthenticatedClientAction`.
    UnauthenticatedAction {
        /// 302 to the sign-in page of a provider.
        RedirectToLoginPage,
        /// The request reaches the application, which decides.
        AllowAnonymous,
        /// 401.
        Return401,
        /// 403.
        Return403,
        /// 404. The reference of the schema omits it. The Azure CLI lists it, and the service stores and
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

    /// Which headers have the address that the browser requested, behind a proxy:
    /// `httpSettings.forwardProxy.convention`.
    ForwardProxyConvention {
        /// None.
        NoProxy,
        /// `X-Forwarded-Host` and `X-Forwarded-Proto`.
        Standard,
        /// `customHostHeaderName` and `customProtoHeaderName`.
        Custom,
    }
}
