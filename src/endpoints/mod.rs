//! The platform's own pages: sign-in, sign-out, refresh and the session.
//!
//! ```
//! use easyauth::{IdentityProvider, endpoints::{Endpoints, ReturnTo}};
//!
//! let endpoints = Endpoints::default();
//! let back = ReturnTo::path("/orders?page=2")?;
//! assert_eq!(
//!     endpoints.login(&IdentityProvider::ENTRA)?.return_to(&back).to_string(),
//!     "/.auth/login/aad?post_login_redirect_uri=%2Forders%3Fpage%3D2",
//! );
//! assert_eq!(endpoints.logout().to_string(), "/.auth/logout");
//! assert_eq!(endpoints.refresh(), "/.auth/refresh");
//! # Ok::<(), easyauth::endpoints::EndpointError>(())
//! ```

mod address;
mod refresh;
mod return_to;

pub use address::{LoginAddress, LogoutAddress};
pub use refresh::RefreshOutcome;
pub use return_to::ReturnTo;

use std::fmt;

use crate::{
    IdentityProvider,
    escape::Escaped,
    provider::is_custom_name,
    settings::{self, AuthSettingsV2},
};

/// What the paths of the platform begin with, if the settings say nothing else.
const DEFAULT_PREFIX: &str = "/.auth";

/// Where the platform's own pages are. [`Default`] is `/.auth`; the settings can say another prefix
/// (`httpSettings.routes.apiPrefix`), and where to sign out (`login.routes.logoutEndpoint`).
///
/// Addresses are paths without a host: the browser, or whoever calls with the session's cookie, knows
/// the host.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoints {
    prefix: String,
    logout: Option<String>,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self { prefix: DEFAULT_PREFIX.to_owned(), logout: None }
    }
}

impl Endpoints {
    /// Pages below another prefix, such as `/api/auth`. A slash at its end is dropped.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotAPath`] if the prefix is no path of this site.
    pub fn with_prefix(prefix: &str) -> Result<Self, EndpointError> {
        let prefix = site_path(prefix.strip_suffix('/').unwrap_or(prefix))?;
        Ok(Self { prefix: prefix.to_owned(), logout: None })
    }

    /// Pages where the settings have them.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotAPath`] if what they say is no path of this site.
    pub fn of(settings: &AuthSettingsV2) -> Result<Self, EndpointError> {
        let mut endpoints = match settings.get(settings::http::API_PREFIX) {
            Some(prefix) if !prefix.is_empty() => Self::with_prefix(&prefix)?,
            _ => Self::default(),
        };
        if let Some(logout) = settings.get(settings::login::LOGOUT_ENDPOINT)
            && !logout.is_empty()
        {
            endpoints.logout = Some(site_path(&logout)?.to_owned());
        }
        Ok(endpoints)
    }

    /// Where a browser signs in with a provider: `/.auth/login/aad`.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NoProvider`] for a provider without a name, or with one that no sign-in page
    /// has: those of built-in providers and of custom ones are letters, digits and `_`.
    pub fn login(&self, provider: &IdentityProvider) -> Result<LoginAddress, EndpointError> {
        let name = provider.as_str();
        if !is_custom_name(name) {
            return Err(EndpointError::NoProvider);
        }
        Ok(LoginAddress::new(format!("{}/login/{name}", self.prefix)))
    }

    /// Where a browser signs out: the session and its tokens are gone, and Entra and Google are told.
    pub fn logout(&self) -> LogoutAddress {
        let own = || format!("{}/logout", self.prefix);
        LogoutAddress::new(self.logout.clone().unwrap_or_else(own))
    }

    /// What to GET with the session's cookie for fresh tokens. The answer is a [`RefreshOutcome`]; the
    /// tokens come with the headers of the next request.
    #[must_use]
    pub fn refresh(&self) -> String {
        format!("{}/refresh", self.prefix)
    }

    /// What to GET with the session's cookie for the session itself: see [`Session`](crate::Session).
    #[must_use]
    pub fn me(&self) -> String {
        format!("{}/me", self.prefix)
    }

    /// What to GET for the version of the platform's middleware: `{"version": "1.3.2"}` (App Service docs,
    /// "Manage the API and runtime versions"). It answers on App Service and Azure Functions while Easy Auth is
    /// on, and so tells whether it is.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}/version", self.prefix)
    }
}

/// Prints what the settings say, escaped and bounded.
impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints")
            .field("prefix", &Escaped(&self.prefix))
            .field("logout", &self.logout.as_deref().map(Escaped))
            .finish()
    }
}

/// A path of this site, without query and fragment.
fn site_path(path: &str) -> Result<&str, EndpointError> {
    if path.contains(['?', '#']) || path.ends_with('/') {
        return Err(EndpointError::NotAPath);
    }
    return_to::local(path)
}

/// An address that is not built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The provider has no name that a sign-in page can have.
    #[error("the provider has no sign-in page")]
    NoProvider,
    /// What should be a path of this site leads elsewhere, or nowhere.
    #[error("this is not a path of this site")]
    NotAPath,
    /// What should be an address outside is not one that the settings allow.
    #[error("this address is not among those that the settings allow")]
    NotAllowed,
}
