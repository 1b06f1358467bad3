//! The platform of the service, and whether its identity headers can be trusted.

mod site_id;

pub use site_id::{MAX_SITE_ID_LEN, SiteId, SiteIdError};

/// A service of Azure that has Easy Auth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Azure App Service.
    AppService,
    /// Azure Functions, the managed functions of a Static Web App included. Its settings are those of
    /// App Service.
    Functions,
    /// Azure Container Apps, Functions on Container Apps included.
    ContainerApps,
    /// Azure Static Web Apps.
    StaticWebApps,
}

impl Service {
    /// The name, for messages.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::AppService => "App Service",
            Self::Functions => "Functions",
            Self::ContainerApps => "Container Apps",
            Self::StaticWebApps => "Static Web Apps",
        }
    }
}

/// The platform of the service, and whether its identity headers can be trusted.
///
/// Identity headers can be trusted only if a front end overwrites those that clients send. App Service
/// and Functions say so in the environment. Container Apps and Static Web Apps do not, so declare them.
/// Layers and extractors follow the same rule: they read no identity headers on an untrusted platform.
/// Check once at startup:
///
/// ```no_run
/// use easyauth::Platform;
///
/// let platform = Platform::from_env();
/// platform.require_easy_auth()?;
/// # Ok::<(), easyauth::NoEasyAuth>(())
/// ```
///
/// On Container Apps, if authentication is configured and clients cannot reach the container in any
/// other way:
///
/// ```
/// # let environment = |name: &str| (name == "CONTAINER_APP_NAME").then(|| "orders".to_owned());
/// use easyauth::Platform;
///
/// let platform = Platform::detect(environment);
/// assert!(platform.require_easy_auth().is_err());
/// assert!(platform.trust_container_apps().require_easy_auth().is_ok());
/// ```
///
/// How to pass it to an adapter:
///
/// | adapter | set up |
/// |---|---|
/// | tower, axum | `.layer(EasyAuthLayer::new(platform))` |
/// | axum, extractors alone | `.layer(Extension(platform))` |
/// | actix-web | `.app_data(platform)`, or `.app_data(web::Data::new(platform))` |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    service: Option<Service>,
    easy_auth: bool,
}

impl Platform {
    /// Reads the environment of this process: [`detect`](Self::detect) with [`std::env::var`].
    #[must_use]
    pub fn from_env() -> Self {
        Self::detect(|name| std::env::var(name).ok())
    }

    /// Reads the environment through `lookup`, for instance a map in a test.
    ///
    /// Easy Auth is on if the service is App Service or Functions (with `WEBSITE_SITE_NAME`) and
    /// `WEBSITE_AUTH_ENABLED` is `true`, ignoring case. Azure's own Functions host reads the variable
    /// the same way. `WEBSITE_AUTH_DEFAULT_PROVIDER` is ignored, because many sites with Easy Auth do
    /// not set it.
    #[must_use]
    pub fn detect(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let has = |name| lookup(name).is_some_and(|value| !value.is_empty());
        let service = if has("CONTAINER_APP_NAME") {
            Some(Service::ContainerApps)
        } else if has("FUNCTIONS_WORKER_RUNTIME") || has("FUNCTIONS_EXTENSION_VERSION") {
            Some(Service::Functions)
        } else if has("WEBSITE_SITE_NAME") {
            Some(Service::AppService)
        } else {
            None
        };
        // The variable is meaningful only where the platform alone sets it.
        let easy_auth = matches!(service, Some(Service::AppService | Service::Functions))
            && has("WEBSITE_SITE_NAME")
            && lookup("WEBSITE_AUTH_ENABLED")
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        Self { service, easy_auth }
    }

    /// Declares that your own front end overwrites every identity header that clients send, and that
    /// clients cannot reach this service in any other way. For a proxy that does what Easy Auth does,
    /// and for tests.
    ///
    /// ```
    /// assert!(easyauth::Platform::trusting_headers().has_easy_auth());
    /// ```
    #[must_use]
    pub const fn trusting_headers() -> Self {
        Self { service: None, easy_auth: true }
    }

    /// Declares that this service is behind a Static Web App that authenticates callers. The environment
    /// does not show this. Clients must not be able to reach a linked Function or container in any other
    /// way.
    ///
    /// After sign-in, browsers return to the address in `X-MS-ORIGINAL-URL`, because Static Web Apps
    /// rewrite the path of a request (static-web-apps#580).
    #[must_use]
    pub const fn static_web_apps() -> Self {
        Self { service: Some(Service::StaticWebApps), easy_auth: true }
    }

    /// On Container Apps, declares that authentication is configured and that clients reach this
    /// container only through its sidecar. No effect elsewhere.
    #[must_use]
    pub fn trust_container_apps(self) -> Self {
        let is_container_app = self.service == Some(Service::ContainerApps);
        Self { easy_auth: self.easy_auth || is_container_app, ..self }
    }

    /// Where the application runs; `None` if that was not detected, for instance on a developer's machine
    /// or behind your own front end. Static Web Apps must be [declared](Self::static_web_apps).
    #[must_use]
    pub fn service(&self) -> Option<Service> {
        self.service
    }

    /// Returns `true` if a front end overwrites identity headers, so that they can be trusted.
    #[must_use]
    pub fn has_easy_auth(&self) -> bool {
        self.easy_auth
    }

    /// Returns an error unless identity headers can be trusted.
    ///
    /// # Errors
    ///
    /// [`NoEasyAuth`] unless [`has_easy_auth`](Self::has_easy_auth). It says what to do.
    pub fn require_easy_auth(&self) -> Result<(), NoEasyAuth> {
        if self.easy_auth { Ok(()) } else { Err(NoEasyAuth { service: self.service }) }
    }
}

/// Identity headers cannot be trusted here, as far as can be detected. The message says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", match service {
    Some(Service::ContainerApps) => "container apps do not say whether authentication is on: declare it with \
                                     Platform::trust_container_apps",
    Some(Service::AppService | Service::Functions) => "authentication is off: WEBSITE_AUTH_ENABLED is not true",
    Some(Service::StaticWebApps) | None => {
        "no known front end overwrites identity headers here: declare one with \
         Platform::trusting_headers or Platform::static_web_apps"
    }
})]
pub struct NoEasyAuth {
    service: Option<Service>,
}

impl NoEasyAuth {
    /// Where the application runs, as [`Platform::service`].
    #[must_use]
    pub fn service(&self) -> Option<Service> {
        self.service
    }
}
