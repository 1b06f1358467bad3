//! The settings of Easy Auth in the environment of the process.

use super::{EndpointError, Endpoints, site_path};
use crate::{
    debug::debug,
    escape::Escaped,
    issuer,
    resource::Cloud,
    settings::{AuthSettingsV2, SettingsError, entra, http, login},
};

/// The settings of Easy Auth that the platform puts into the environment of the process: which API this
/// is, and who may call it.
///
/// App Service and Functions set these variables (Microsoft Learn: "Environment variables and app settings
/// in Azure App Service", authentication). If one of the first six is missing, its value comes from
/// `WEBSITE_AUTH_V2_CONFIG_JSON`, which contains all settings of the site.
///
/// | variable | method |
/// |---|---|
/// | `WEBSITE_AUTH_CLIENT_ID` | [`client_id`](Self::client_id) |
/// | `WEBSITE_AUTH_OPENID_ISSUER` | [`issuer`](Self::issuer) |
/// | `WEBSITE_AUTH_ALLOWED_AUDIENCES`, separated by spaces | [`audiences`](Self::audiences) |
/// | `WEBSITE_AUTH_CLIENT_SECRET_SETTING_NAME` | [`client_secret_setting`](Self::client_secret_setting) |
/// | `WEBSITE_AUTH_API_PREFIX`, `WEBSITE_AUTH_LOGOUT_PATH` | [`endpoints`](Self::endpoints) |
/// | `WEBSITE_AUTH_AAD_ALLOWED_TENANTS`, separated by commas | [`allowed_tenants`](Self::allowed_tenants) |
/// | `WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES`, separated by commas | [`protected_resource_scopes`](Self::protected_resource_scopes) |
///
/// Container Apps set none of them (microsoft-identity-web#2274). There, and in tests, give the values to
/// [`read`](Self::read).
///
/// ```
/// use easyauth::endpoints::AuthEnvironment;
///
/// let variable = |name: &str| match name {
///     "WEBSITE_AUTH_CLIENT_ID" => Some("6e74172b-be56-4843-9ff4-e66a39bb12e3".to_owned()),
///     "WEBSITE_AUTH_ALLOWED_AUDIENCES" => Some("api://orders https://orders.example".to_owned()),
///     _ => None,
/// };
/// let environment = AuthEnvironment::read(variable); // AuthEnvironment::from_env()
/// assert_eq!(environment.client_id(), Some("6e74172b-be56-4843-9ff4-e66a39bb12e3"));
/// assert_eq!(environment.audiences(), ["api://orders", "https://orders.example"]);
/// assert_eq!(environment.endpoints()?.refresh(), "/.auth/refresh");
/// # Ok::<(), easyauth::endpoints::EndpointError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AuthEnvironment {
    client_id: Option<String>,
    issuer: Option<String>,
    audiences: Vec<String>,
    client_secret_setting: Option<String>,
    allowed_tenants: Vec<String>,
    protected_resource_scopes: Vec<String>,
    api_prefix: Option<String>,
    logout_path: Option<String>,
    settings_json: Option<String>,
}

impl AuthEnvironment {
    /// Reads the environment of this process: [`read`](Self::read) with [`std::env::var`].
    #[must_use]
    pub fn from_env() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the environment through `lookup`, for instance a map in a test. Empty variables count as
    /// missing. Settings that cannot be parsed count as missing too: see [`settings`](Self::settings).
    #[must_use]
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| {
            let value = lookup(&format!("WEBSITE_AUTH_{name}"))?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let list = |name: &str, separator: char| -> Vec<String> {
            let value = variable(name).unwrap_or_default();
            let parts = value.split(separator).map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        let settings_json = variable("V2_CONFIG_JSON");
        let settings = settings_json.as_deref().and_then(|json| parse(json).ok());
        let setting = settings.as_ref();
        let mut audiences = list("ALLOWED_AUDIENCES", ' ');
        if audiences.is_empty() {
            let own = setting.and_then(|settings| settings.get(entra::ALLOWED_AUDIENCES));
            audiences = own.unwrap_or_default();
        }
        Self {
            client_id: variable("CLIENT_ID")
                .or_else(|| Some(setting?.get(entra::CLIENT_ID)?.as_str().to_owned())),
            issuer: variable("OPENID_ISSUER")
                .or_else(|| non_empty(setting?.get(entra::OPEN_ID_ISSUER))),
            audiences,
            client_secret_setting: variable("CLIENT_SECRET_SETTING_NAME").or_else(|| {
                let name: String = setting?.get(entra::CLIENT_SECRET_SETTING_NAME)?;
                non_empty(Some(name))
            }),
            api_prefix: variable("API_PREFIX")
                .or_else(|| non_empty(setting?.get(http::API_PREFIX))),
            logout_path: variable("LOGOUT_PATH")
                .or_else(|| non_empty(setting?.get(login::LOGOUT_ENDPOINT))),
            allowed_tenants: list("AAD_ALLOWED_TENANTS", ','),
            protected_resource_scopes: list("PRM_DEFAULT_WITH_SCOPES", ','),
            settings_json,
        }
    }

    /// The client ID of the API.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The issuer (`openIdIssuer`). Sites have several forms of it, such as
    /// `https://sts.windows.net/<tenant ID>/v2.0`, that no token has in `iss`.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The ID of the tenant that the issuer names; `None` for `/common`, and for a domain such as
    /// `/contoso.onmicrosoft.com`.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.issuer().and_then(issuer::tenant)
    }

    /// The cloud whose sign-in host the issuer has. `sts.windows.net`, which the public cloud and Azure
    /// Government share, counts as the public cloud.
    #[must_use]
    pub fn cloud(&self) -> Option<Cloud> {
        self.issuer().and_then(Cloud::of_issuer)
    }

    /// The audiences that the platform accepts besides the client ID (`allowedAudiences`).
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// The tenants that the platform accepts; empty if it does not check the tenant.
    #[must_use]
    pub fn allowed_tenants(&self) -> &[String] {
        &self.allowed_tenants
    }

    /// The name of the app setting that contains the client secret
    /// (`clientSecretSettingName`). The secret is the value of that variable.
    #[must_use]
    pub fn client_secret_setting(&self) -> Option<&str> {
        self.client_secret_setting.as_deref()
    }

    /// The scopes in the protected resource metadata (RFC 9728) that App Service serves itself. Empty
    /// unless that preview is on. Then do not serve a second document.
    #[must_use]
    pub fn protected_resource_scopes(&self) -> &[String] {
        &self.protected_resource_scopes
    }

    /// The platform's own pages.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if an address is not a path of this site.
    pub fn endpoints(&self) -> Result<Endpoints, EndpointError> {
        let mut endpoints = match &self.api_prefix {
            Some(prefix) => Endpoints::with_prefix(prefix)?,
            None => Endpoints::default(),
        };
        if let Some(path) = &self.logout_path {
            endpoints.logout = Some(site_path(path)?.to_owned());
        }
        Ok(endpoints)
    }

    /// All settings of the site, if the environment contains them: for the
    /// [linter](AuthSettingsV2::lint) at startup.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if they cannot be parsed.
    pub fn settings(&self) -> Result<Option<AuthSettingsV2>, SettingsError> {
        self.settings_json.as_deref().map(parse).transpose()
    }

    /// The client ID, for a verifier.
    #[cfg(feature = "verify")]
    pub(crate) fn require_client_id(&self) -> Result<&str, String> {
        self.client_id().ok_or_else(|| missing("WEBSITE_AUTH_CLIENT_ID"))
    }

    /// The cloud and the IDs of the tenants whose tokens the site accepts, for a verifier: the tenant of the
    /// issuer, or the [allowed tenants](Self::allowed_tenants) if the issuer names none. The error is a message.
    #[cfg(feature = "verify")]
    pub(crate) fn require_tenants(&self) -> Result<(Cloud, Vec<&str>), String> {
        let issuer = self.issuer().ok_or_else(|| missing("WEBSITE_AUTH_OPENID_ISSUER"))?;
        let error =
            |expected| format!("expected {expected}, found the issuer {:?}", Escaped(issuer));
        let cloud = self
            .cloud()
            .ok_or_else(|| error("an issuer of Microsoft Entra; for others use BearerAuth::new"))?;
        let allowed: Vec<&str> = self.allowed_tenants.iter().map(String::as_str).collect();
        match self.tenant_id() {
            None if allowed.is_empty() => {
                Err(error("a tenant ID in the issuer or in WEBSITE_AUTH_AAD_ALLOWED_TENANTS"))
            }
            None => Ok((cloud, allowed)),
            Some(own) => {
                let is_own = |tenant: &&str| tenant.eq_ignore_ascii_case(own);
                if allowed.is_empty() || allowed.iter().any(is_own) {
                    Ok((cloud, vec![own]))
                } else {
                    Err(error("the tenant of the issuer in WEBSITE_AUTH_AAD_ALLOWED_TENANTS"))
                }
            }
        }
    }
}

#[cfg(feature = "verify")]
fn missing(variable: &str) -> String {
    format!("expected {variable}; Container Apps do not set it, so use BearerAuth::entra there")
}

fn parse(json: &str) -> Result<AuthSettingsV2, SettingsError> {
    AuthSettingsV2::from_slice(json.as_bytes())
}

fn non_empty(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

// Without the complete settings.
debug! {
    AuthEnvironment, |own|
    client_id: own.client_id().map(Escaped),
    issuer: own.issuer().map(Escaped),
    audiences: Escaped(&own.audiences.join(" ")).to_string(),
    allowed_tenants: Escaped(&own.allowed_tenants.join(" ")).to_string(),
    client_secret_setting: own.client_secret_setting().map(Escaped),
    has_settings: own.settings_json.is_some(),
    ..
}
