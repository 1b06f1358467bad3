//! Which document it is: the same sections in different wrappings.

use super::json::Json;

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

/// Names of sections. Having one of them makes an object without `properties` a settings document.
const SECTIONS: [&str; 8] = [
    "platform",
    "globalValidation",
    "identityProviders",
    "login",
    "httpSettings",
    "clearInboundClaimsMapping",
    "encryptionSettings",
    "legacyProperties",
];

/// The names of the object that has the custom providers: in documents, and in settings files.
pub(super) const CUSTOM_PROVIDERS: [&str; 2] =
    ["customOpenIdConnectProviders", "openIdConnectProviders"];

/// Whether an object of this name has custom providers, in whatever form of the document.
pub(super) fn has_custom_providers(name: &str) -> bool {
    CUSTOM_PROVIDERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// What only the registrations of Static Web Apps have: client ids come from settings there.
const ID_SETTINGS: [&str; 3] =
    ["clientIdSettingName", "appIdSettingName", "consumerKeySettingName"];

impl Form {
    /// The form of a document; `None` if it is none.
    pub(super) fn of(root: Json<'_>) -> Option<Self> {
        if let Some(properties) = root.get("properties") {
            let text = |name| {
                root.get(name).and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase()
            };
            let (id, kind) = (text("id"), text("type"));
            // Other resources have `properties` as well.
            let says_so = kind == "microsoft.app/containerapps/authconfigs"
                || id.contains("/authconfigs/")
                || id.contains("/config/authsettingsv2")
                || text("name") == "authsettingsv2";
            // A second wrapper is a mistake that the linter speaks of.
            let is_wrapped = properties.get("properties").is_some();
            if !says_so && !properties.is_null() && !has_sections(properties) && !is_wrapped {
                return None;
            }
            let is_container_app = kind.starts_with("microsoft.app/containerapps")
                || id.contains("/microsoft.app/containerapps/")
                || properties.get("encryptionSettings").is_some();
            return Some(if is_container_app { Self::ContainerApp } else { Self::AppService });
        }
        if root.get("auth").is_some_and(Json::is_object) {
            return Some(Self::StaticWebApp);
        }
        let providers = root.get("identityProviders");
        let is_section = root.get("rolesSource").is_some()
            || providers.is_some_and(|providers| {
                providers.members().any(|provider| takes_ids_from_settings(provider.value))
            });
        if is_section {
            return Some(Self::StaticWebAppSection);
        }
        if root.get("encryptionSettings").is_some() {
            return Some(Self::ContainerAppProperties);
        }
        if providers.and_then(|providers| providers.get("openIdConnectProviders")).is_some() {
            return Some(Self::File);
        }
        has_sections(root).then_some(Self::AppServiceProperties)
    }

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

/// An object with one of the sections, or with nothing at all.
fn has_sections(object: Json<'_>) -> bool {
    object.is_object()
        && (object.members().next().is_none()
            || SECTIONS.iter().any(|section| object.get(section).is_some()))
}

/// A registration with a member that only Static Web Apps has, also that of a custom provider.
fn takes_ids_from_settings(provider: Json<'_>) -> bool {
    let registered = |provider: Json<'_>| {
        let registration = provider.get("registration");
        registration.is_some_and(|own| ID_SETTINGS.iter().any(|name| own.get(name).is_some()))
    };
    registered(provider) || provider.members().any(|member| registered(member.value))
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
