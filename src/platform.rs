//! Which platform this is, and whether its headers can be believed.

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
    /// None of them that could be told: a developer's machine, for instance.
    Unknown,
}

/// The platform around the service, and whether Easy Auth stands in front of it.
///
/// Identity headers are worth something only if a proxy in front overwrites what the outside world
/// sends. App Service and Functions say so in the environment. Container Apps say nothing, so there it
/// is for you to say. Check once at the start:
///
/// ```no_run
/// use easyauth::Platform;
///
/// let platform = Platform::detect(|name| std::env::var(name).ok());
/// platform.require_easy_auth()?;
/// # Ok::<(), easyauth::NoEasyAuth>(())
/// ```
///
/// On Container Apps, where authentication is configured and no other way leads to the container:
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
/// Static Web Apps cannot be told from the environment. A request tells:
/// [`EasyAuthPrincipal::shape`](crate::EasyAuthPrincipal::shape) and
/// [`front_end`](crate::EasyAuthPrincipal::front_end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    host: Host,
    easy_auth: bool,
}

impl Platform {
    /// Reads the environment through `lookup`: `|name| std::env::var(name).ok()` in a service, a map in
    /// a test.
    ///
    /// Easy Auth is on if `WEBSITE_AUTH_ENABLED` is `true` in any case, as Azure's own Functions host
    /// reads it. `WEBSITE_AUTH_DEFAULT_PROVIDER` is not looked at: it is unset in many sites with
    /// Easy Auth.
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
        // The variable means something only where the platform sets it, and nobody else can.
        let easy_auth = matches!(host, Host::AppService | Host::Functions)
            && has("WEBSITE_SITE_NAME")
            && lookup("WEBSITE_AUTH_ENABLED")
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        Self { host, easy_auth }
    }

    /// On Container Apps: declares that authentication is configured and that its sidecar is the only
    /// way to this container. Changes nothing elsewhere.
    #[must_use]
    pub fn trust_container_apps(self) -> Self {
        Self { easy_auth: self.easy_auth || self.host == Host::ContainerApps, ..self }
    }

    /// Where the service runs.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host
    }

    /// Whether Easy Auth stands in front, so that identity headers can be believed.
    #[must_use]
    pub fn has_easy_auth(&self) -> bool {
        self.easy_auth
    }

    /// Refuses to go on without Easy Auth in front.
    ///
    /// # Errors
    ///
    /// [`NoEasyAuth`] unless [`has_easy_auth`](Self::has_easy_auth).
    pub fn require_easy_auth(&self) -> Result<(), NoEasyAuth> {
        if self.easy_auth { Ok(()) } else { Err(NoEasyAuth { host: self.host }) }
    }
}

/// Easy Auth does not stand in front of the service, as far as can be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", match host {
    Host::ContainerApps => "container apps do not say whether authentication is on: declare it with \
                            trust_container_apps",
    Host::AppService | Host::Functions => "authentication is off: WEBSITE_AUTH_ENABLED is not true",
    Host::Unknown => "this is not a platform with authentication in front: identity headers are \
                      anybody's",
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
