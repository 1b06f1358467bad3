//! Which document it is: the same sections in different wrappings.

use crate::platform::Service;

/// Which form a settings document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// What Azure Resource Manager answers for a site: `{"id", "name", "type", "properties"}`.
    AppService,
    /// The `properties` of such an answer alone: the input of `az webapp auth set --body`, and the value of
    /// `WEBSITE_AUTH_V2_CONFIG_JSON`, by which the platform configures its middleware.
    AppServiceProperties,
    /// What Azure Resource Manager answers for `authConfigs/current` of a container app.
    ContainerApp,
    /// The `properties` of such an answer alone.
    ContainerAppProperties,
    /// The file that `platform.configFilePath` names, `auth.json`: like
    /// [`AppServiceProperties`](Self::AppServiceProperties), except for the name of the custom providers.
    File,
    /// A whole `staticwebapp.config.json`, with its `auth` section.
    StaticWebApp,
    /// The `auth` section of a `staticwebapp.config.json` alone.
    StaticWebAppSection,
}

/// The names of the object that has the custom providers: in documents, and in settings files.
pub(super) const CUSTOM_PROVIDERS: [&str; 2] =
    ["customOpenIdConnectProviders", "openIdConnectProviders"];

/// Returns `true` if an object of this name has custom providers, in any form of the document.
pub(super) fn has_custom_providers(name: &str) -> bool {
    CUSTOM_PROVIDERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

impl Form {
    /// The name of the member that has the sections, unless they are at the top.
    pub(super) fn wrapper(self) -> Option<&'static str> {
        match self {
            Self::AppService | Self::ContainerApp => Some("properties"),
            Self::StaticWebApp => Some("auth"),
            _ => None,
        }
    }

    /// Returns `true` if the document has the envelope of Azure Resource Manager.
    pub(crate) fn has_envelope(self) -> bool {
        matches!(self, Self::AppService | Self::ContainerApp)
    }

    /// The service that these settings are for. Those of Functions are settings of App Service.
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

/// The name of the setting that makes the platform authenticate to Entra by a managed identity instead of a
/// secret. It holds the client ID of the identity (App Service docs, "Configure your app to use Microsoft
/// Entra sign-in"; Azure-Samples/appservice-builtinauth-bicep). Names of secrets in Container Apps are in
/// lower case.
pub(super) fn managed_identity_setting(service: Service) -> &'static str {
    match service {
        Service::ContainerApps => "override-use-mi-fic-assertion-client-id",
        _ => "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
    }
}
