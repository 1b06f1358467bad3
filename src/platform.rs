//! The platform of the service, and whether its identity headers can be trusted.

/// Where the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    /// Azure App Service.
    AppService,
    /// Azure Functions, the managed functions of a Static Web App included.
    Functions,
    /// Azure Container Apps, Functions on Container Apps included.
    ContainerApps,
    /// Azure Static Web Apps, which must be [declared](Platform::static_web_apps).
    StaticWebApps,
    /// Not detected: for instance a developer's machine, or your own front end.
    Unknown,
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
    host: Host,
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
    /// Easy Auth is on if the host is App Service or Functions (with `WEBSITE_SITE_NAME`) and
    /// `WEBSITE_AUTH_ENABLED` is `true`, ignoring case. Azure's own Functions host reads the variable
    /// the same way. `WEBSITE_AUTH_DEFAULT_PROVIDER` is ignored, because many sites with Easy Auth do
    /// not set it.
    #[must_use]
    pub fn detect(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let has = |name| lookup(name).is_some_and(|value| !value.is_empty());
        let host = if has("CONTAINER_APP_NAME") {
            Host::ContainerApps
        } else if has("FUNCTIONS_WORKER_RUNTIME") || has("FUNCTIONS_EXTENSION_VERSION") {
            Host::Functions
        } else if has("WEBSITE_SITE_NAME") {
            Host::AppService
        } else {
            Host::Unknown
        };
        // The variable is meaningful only where the platform alone sets it.
        let easy_auth = matches!(host, Host::AppService | Host::Functions)
            && has("WEBSITE_SITE_NAME")
            && lookup("WEBSITE_AUTH_ENABLED")
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        Self { host, easy_auth }
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
        Self { host: Host::Unknown, easy_auth: true }
    }

    /// Declares that this service is behind a Static Web App that authenticates callers. The environment
    /// does not show this. Clients must not be able to reach a linked Function or container in any other
    /// way.
    ///
    /// After sign-in, browsers return to the address in `X-MS-ORIGINAL-URL`, because Static Web Apps
    /// rewrite the path of a request (static-web-apps#580).
    #[must_use]
    pub const fn static_web_apps() -> Self {
        Self { host: Host::StaticWebApps, easy_auth: true }
    }

    /// On Container Apps, declares that authentication is configured and that clients reach this
    /// container only through its sidecar. No effect on other hosts.
    #[must_use]
    pub fn trust_container_apps(self) -> Self {
        Self { easy_auth: self.easy_auth || self.host == Host::ContainerApps, ..self }
    }

    /// Where the service runs.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host
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
        if self.easy_auth { Ok(()) } else { Err(NoEasyAuth { host: self.host }) }
    }
}

/// Identity headers cannot be trusted here, as far as can be detected. The message says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", match host {
    Host::ContainerApps => "container apps do not say whether authentication is on: declare it with \
                            Platform::trust_container_apps",
    Host::AppService | Host::Functions => "authentication is off: WEBSITE_AUTH_ENABLED is not true",
    Host::StaticWebApps | Host::Unknown => {
        "no known front end overwrites identity headers here: declare one with \
         Platform::trusting_headers or Platform::static_web_apps"
    }
})]
pub struct NoEasyAuth {
    host: Host,
}

impl NoEasyAuth {
    /// Where the service runs.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host
    }
}
