//! Which document it is: the same sections in different wrappings.

/// Which form a settings document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// What Azure Resource Manager answers for a site: `{"id", "name", "type", "properties"}`.
    AppService,
    /// The `properties` of such an answer alone, as `az webapp auth set --body` takes them, and the
    /// platform gives them to its own middleware in `WEBSITE_AUTH_V2_CONFIG_JSON`.
    AppServiceProperties,
    /// What Azure Resource Manager answers for `authConfigs/current` of a container app.
    ContainerApp,
    /// The `properties` of such an answer alone.
    ContainerAppProperties,
    /// The file that `platform.configFilePath` names, `auth.json`: like
    /// [`AppServiceProperties`](Self::AppServiceProperties), but for the name of the custom providers.
    File,
    /// A whole `staticwebapp.config.json`, with its `auth` section.
    StaticWebApp,
    /// The `auth` section of a `staticwebapp.config.json` alone.
    StaticWebAppSection,
}

/// The names of the object that has the custom providers: in documents, and in settings files.
pub(super) const CUSTOM_PROVIDERS: [&str; 2] =
    ["customOpenIdConnectProviders", "openIdConnectProviders"];

/// Whether an object of this name has custom providers, in whatever form of the document.
pub(super) fn has_custom_providers(name: &str) -> bool {
    CUSTOM_PROVIDERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

impl Form {
    /// The name of the member that the sections are in, if they are not at the top.
    pub(super) fn wrapper(self) -> Option<&'static str> {
        match self {
            Self::AppService | Self::ContainerApp => Some("properties"),
            Self::StaticWebApp => Some("auth"),
            _ => None,
        }
    }

    /// Whether the document has the envelope of Azure Resource Manager.
    pub(super) fn has_envelope(self) -> bool {
        matches!(self, Self::AppService | Self::ContainerApp)
    }

    /// Where these settings are for.
    #[must_use]
    pub fn service(self) -> Service {
        match self {
            Self::AppService | Self::AppServiceProperties | Self::File => Service::AppService,
            Self::ContainerApp | Self::ContainerAppProperties => Service::ContainerApps,
            Self::StaticWebApp | Self::StaticWebAppSection => Service::StaticWebApps,
        }
    }

    /// The name of the object that has the custom OpenID Connect providers.
    pub(super) fn custom_providers(self) -> &'static str {
        let [in_documents, in_files] = CUSTOM_PROVIDERS;
        if self == Self::File { in_files } else { in_documents }
    }

    /// The name of a provider: Static Web Apps writes `github`.
    pub(super) fn provider(self, name: &'static str) -> &'static str {
        if name == "gitHub" && self.service() == Service::StaticWebApps { "github" } else { name }
    }
}

/// A service of Azure that has Easy Auth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// App Service and Functions.
    AppService,
    /// Container Apps.
    ContainerApps,
    /// Static Web Apps.
    StaticWebApps,
}

impl Service {
    /// The name, for messages.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::AppService => "App Service",
            Self::ContainerApps => "Container Apps",
            Self::StaticWebApps => "Static Web Apps",
        }
    }

    /// The name of the setting that makes the platform prove itself to Entra by a managed identity in the
    /// place of a secret: it has the client id of the identity (App Service docs, "Configure your app to
    /// use Microsoft Entra sign-in"; Azure-Samples/appservice-builtinauth-bicep). Names of secrets in
    /// Container Apps are in lower case.
    pub(super) fn managed_identity_setting(self) -> &'static str {
        match self {
            Self::ContainerApps => "override-use-mi-fic-assertion-client-id",
            Self::AppService | Self::StaticWebApps => "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
        }
    }
}
