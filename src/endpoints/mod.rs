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
mod client_sign_in;
mod environment;
#[cfg(feature = "verify")]
mod health_check;
mod refresh;
mod return_to;

pub use address::{LoginAddress, LogoutAddress};
pub use client_sign_in::{ClientSession, ClientSignIn, InvalidClientSession, InvalidSite};
pub use environment::AuthEnvironment;
#[cfg(feature = "verify")]
pub use health_check::{HealthCheck, MissingEncryptionKey};
pub use refresh::RefreshOutcome;
pub use return_to::ReturnTo;

use crate::{
    debug::debug,
    escape::Escaped,
    kinds::{Place, debug_by_display, kinds},
    provider::{IdentityProvider, is_custom_name},
    settings::{self, AuthSettingsV2},
};

/// The prefix of the platform's paths, if the settings do not change it.
const DEFAULT_PREFIX: &str = "/.auth";

/// The addresses of the platform's own pages. [`Default`] is `/.auth`. The settings can change the
/// prefix (`httpSettings.routes.apiPrefix`) and the sign-out page (`login.routes.logoutEndpoint`).
///
/// Addresses are paths without a host. The browser, or another client with the session cookie, knows the
/// host.
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
    /// Pages with another prefix, such as `/api/auth`. A slash at its end is removed.
    ///
    /// # Errors
    ///
    /// [`EndpointErrorKind::NotAPath`] if the prefix is not a path of this site.
    pub fn with_prefix(prefix: &str) -> Result<Self, EndpointError> {
        let prefix = site_path(prefix.strip_suffix('/').unwrap_or(prefix))?;
        Ok(Self { prefix: prefix.to_owned(), logout: None })
    }

    /// Pages at the addresses in the settings.
    ///
    /// # Errors
    ///
    /// [`EndpointErrorKind::NotAPath`] if an address in the settings is not a path of this site.
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

    /// The page where a browser signs in with a provider: `/.auth/login/aad`.
    ///
    /// # Errors
    ///
    /// [`EndpointErrorKind::NoSignInPage`] for a provider without a name, or whose name has characters other
    /// than letters, digits and `_`. Names of built-in and custom providers have only these.
    pub fn login(&self, provider: &IdentityProvider) -> Result<LoginAddress, EndpointError> {
        let name = provider.as_str();
        if !is_custom_name(name) {
            return Err(EndpointErrorKind::NoSignInPage.error().showing(name));
        }
        Ok(LoginAddress::new(format!("{}/login/{name}", self.prefix)))
    }

    /// The page where a browser signs out. It ends the session, deletes its tokens, and signs out of
    /// Entra and Google.
    pub fn logout(&self) -> LogoutAddress {
        let own = || format!("{}/logout", self.prefix);
        LogoutAddress::new(self.logout.clone().unwrap_or_else(own))
    }

    /// The address to GET, with the session cookie, for fresh tokens. [`RefreshOutcome`] tells what the
    /// response means. The headers of the next request have the fresh tokens.
    #[must_use]
    pub fn refresh(&self) -> String {
        format!("{}/refresh", self.prefix)
    }

    /// The address to GET, with the session cookie, for the session: see [`Session`](crate::Session).
    #[must_use]
    pub fn me(&self) -> String {
        format!("{}/me", self.prefix)
    }

    /// The address to GET for the version of the platform's middleware: `{"version": "1.3.2"}` (App
    /// Service docs, "Manage the API and runtime versions"). It responds on App Service and Azure
    /// Functions while Easy Auth is on, so it also shows whether Easy Auth is on.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}/version", self.prefix)
    }
}

debug! { Endpoints, |own| prefix: Escaped(&own.prefix), logout: own.logout.as_deref().map(Escaped) }

/// A path of this site from the configuration, without query and fragment.
fn site_path(path: &str) -> Result<&str, EndpointError> {
    if path.contains(['?', '#']) || path.ends_with('/') {
        return Err(EndpointErrorKind::NotAPath.error().showing(path));
    }
    return_to::local(path).map_err(|error| error.showing(path))
}

kinds! {
    /// Why an address cannot be built.
    pub enum EndpointErrorKind of EndpointError { place };
    fn expected;

    /// The provider has no valid name for a sign-in page.
    NoSignInPage = "no-sign-in-page", "a provider with a sign-in page";
    /// The value is not a path of this site.
    NotAPath = "not-a-path", "a path of this site, such as \"/orders\"";
    /// The external address is not one that the settings allow.
    NotAllowed = "not-allowed", "an external address that the settings allow";
}

/// An address that cannot be built. The message shows the value if it is configuration, and hides it if
/// it can come from a request.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {}{place}", .kind.expected())]
pub struct EndpointError {
    kind: EndpointErrorKind,
    place: Place,
}

impl EndpointError {
    /// Shows a value of the configuration.
    fn showing(self, given: &str) -> Self {
        Self { place: Place::Found(given.into()), ..self }
    }
}

debug_by_display!(EndpointError, kind.code());
