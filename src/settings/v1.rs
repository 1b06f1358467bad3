//! The settings of the first version.

use std::{fmt, str::FromStr};

use super::{
    AuthSettingsV2, EditError, Form, LoginParameters, SettingsError, UnauthenticatedAction,
    json::{Json, JsonText},
    views::field,
};

/// The settings of Easy Auth in their first version, `authsettings`: to be read, and to move on from.
///
/// Azure Resource Manager answers them with every absent value as `null`, alone or in their envelope; a
/// site that has moved to the second version answers them as well, with `"configVersion": "v2"`.
///
/// ```
/// use easyauth::settings::AuthSettingsV1;
///
/// let old: AuthSettingsV1 = r#"{
///     "enabled": true,
///     "unauthenticatedClientAction": "RedirectToLoginPage",
///     "defaultProvider": "AzureActiveDirectory",
///     "clientId": "11112222-bbbb-3333-cccc-4444dddd5555",
///     "additionalLoginParams": ["resource=https://graph.microsoft.com"],
///     "clientSecret": null
/// }"#.parse()?;
/// let migration = old.migrate();
/// assert_eq!(
///     migration.settings().entra().login_parameters().unwrap().to_wire(),
///     ["resource=https://graph.microsoft.com"],
/// );
/// assert!(migration.left_behind().is_empty());
/// # Ok::<(), easyauth::settings::SettingsError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AuthSettingsV1(JsonText);

/// What became of [`AuthSettingsV1`] in the second version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    settings: AuthSettingsV2,
    left_behind: Vec<&'static str>,
}

/// Where the values of the first version go that stay as they are.
const MOVES: &[(&str, &str)] = &[
    ("enabled", "platform/enabled"),
    ("runtimeVersion", "platform/runtimeVersion"),
    ("unauthenticatedClientAction", "globalValidation/unauthenticatedClientAction"),
    ("clientId", "identityProviders/azureActiveDirectory/registration/clientId"),
    ("issuer", "identityProviders/azureActiveDirectory/registration/openIdIssuer"),
    (
        "clientSecretSettingName",
        "identityProviders/azureActiveDirectory/registration/clientSecretSettingName",
    ),
    (
        "clientSecretCertificateThumbprint",
        "identityProviders/azureActiveDirectory/registration/clientSecretCertificateThumbprint",
    ),
    ("additionalLoginParams", "identityProviders/azureActiveDirectory/login/loginParameters"),
    ("allowedAudiences", "identityProviders/azureActiveDirectory/validation/allowedAudiences"),
    ("isAadAutoProvisioned", "identityProviders/azureActiveDirectory/isAutoProvisioned"),
    ("facebookAppId", "identityProviders/facebook/registration/appId"),
    (
        "facebookAppSecretSettingName",
        "identityProviders/facebook/registration/appSecretSettingName",
    ),
    ("facebookOAuthScopes", "identityProviders/facebook/login/scopes"),
    ("gitHubClientId", "identityProviders/gitHub/registration/clientId"),
    (
        "gitHubClientSecretSettingName",
        "identityProviders/gitHub/registration/clientSecretSettingName",
    ),
    ("gitHubOAuthScopes", "identityProviders/gitHub/login/scopes"),
    ("googleClientId", "identityProviders/google/registration/clientId"),
    (
        "googleClientSecretSettingName",
        "identityProviders/google/registration/clientSecretSettingName",
    ),
    ("googleOAuthScopes", "identityProviders/google/login/scopes"),
    ("microsoftAccountClientId", "identityProviders/legacyMicrosoftAccount/registration/clientId"),
    (
        "microsoftAccountClientSecretSettingName",
        "identityProviders/legacyMicrosoftAccount/registration/clientSecretSettingName",
    ),
    ("microsoftAccountOAuthScopes", "identityProviders/legacyMicrosoftAccount/login/scopes"),
    ("twitterConsumerKey", "identityProviders/twitter/registration/consumerKey"),
    (
        "twitterConsumerSecretSettingName",
        "identityProviders/twitter/registration/consumerSecretSettingName",
    ),
    ("tokenStoreEnabled", "login/tokenStore/enabled"),
    ("tokenRefreshExtensionHours", "login/tokenStore/tokenRefreshExtensionHours"),
    ("allowedExternalRedirectUrls", "login/allowedExternalRedirectUrls"),
    ("httpApiPrefixPath", "httpSettings/routes/apiPrefix"),
];

/// Where the path of a settings file goes, if it counts: see [`AuthSettingsV1::migrate_file_path`].
const CONFIG_FILE: &str = "/properties/platform/configFilePath";

const CLAIM_CHECKS: &str =
    "/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks";

/// What the second version has no place for: secrets, which it takes by names of settings only, and a
/// check that it always makes.
const LEFT_BEHIND: &[&str] = &[
    "clientSecret",
    "facebookAppSecret",
    "gitHubClientSecret",
    "googleClientSecret",
    "microsoftAccountClientSecret",
    "twitterConsumerSecret",
    "validateIssuer",
];

impl AuthSettingsV1 {
    /// Reads a document from the bytes of an answer or of a file.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]; also for the second version.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SettingsError> {
        super::document::utf8(bytes)?.parse()
    }

    /// The document as it was read.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.as_str()
    }

    /// `additionalLoginParams`: the same texts as `loginParameters` of the second version.
    #[must_use]
    pub fn login_parameters(&self) -> Option<LoginParameters> {
        self.get("additionalLoginParams").and_then(field::login_parameters)
    }

    /// The settings in the second version, as a whole document for App Service.
    ///
    /// Values move as they are, but for those that have a form of their own: the default provider's
    /// name, the checks of claims that are JSON in a text, whether somebody has to be signed in, and the
    /// path of a settings file, which moves only if `isAuthFromFile` is true. An
    /// issuer without `/v2.0` stays, and so does a `resource` parameter, which belongs to it: see
    /// [`LoginParameters`] for the way on.
    #[must_use]
    pub fn migrate(&self) -> Migration {
        let mut settings = AuthSettingsV2::empty(Form::AppService);
        let mut left_behind = Vec::new();
        for (name, way) in MOVES {
            if let Some(value) = self.get(name)
                && settings.set(&format!("/properties/{way}"), value.as_written()).is_err()
            {
                left_behind.push(*name);
            }
        }
        if let Some(action) = settings.global_validation().unauthenticated_client_action() {
            let requires = action != UnauthenticatedAction::AllowAnonymous;
            settings.global_validation_mut().set_require_authentication(requires);
        }
        if let Some(provider) = self.get("defaultProvider").and_then(Json::as_str) {
            let name = match &*provider {
                "MicrosoftAccount" => "legacymicrosoftaccount".to_owned(),
                other => other.to_ascii_lowercase(),
            };
            settings.global_validation_mut().set_redirect_to_provider(name);
        }
        if !self.migrate_file_path(&mut settings) {
            left_behind.push("authFilePath");
        }
        if self.migrate_claim_checks(&mut settings).is_err() {
            left_behind.push("aadClaimsAuthorization");
        }
        left_behind.extend(LEFT_BEHIND.iter().filter(|name| self.get(name).is_some()));
        Migration { settings, left_behind }
    }

    /// `authFilePath` counts if `isAuthFromFile` is `true`, a boolean or a text ("File-based configuration in
    /// Azure App Service authentication"). In the second version the path alone switches the file on, so a
    /// path that does not count, or of which that is not known, stays behind. Returns `false` if it does.
    fn migrate_file_path(&self, settings: &mut AuthSettingsV2) -> bool {
        let Some(path) = self.get("authFilePath") else { return true };
        let counts = self.get("isAuthFromFile").is_some_and(|flag| {
            let text = flag.as_str();
            text.as_deref().unwrap_or(flag.as_written()).eq_ignore_ascii_case("true")
        });
        counts && settings.set(CONFIG_FILE, path.as_written()).is_ok()
    }

    /// `aadClaimsAuthorization`: `{"allowed_groups", "allowed_client_applications"}` in a text.
    fn migrate_claim_checks(&self, settings: &mut AuthSettingsV2) -> Result<(), EditError> {
        let checks = self.get("aadClaimsAuthorization").and_then(Json::as_str);
        let Some(checks) = checks.and_then(|text| JsonText::new(&text).ok()) else {
            return Ok(());
        };
        let pairs = [
            ("allowed_groups", "allowedGroups"),
            ("allowed_client_applications", "allowedClientApplications"),
        ];
        for (old, new) in pairs {
            let value = checks.root().get(old).filter(|value| !value.is_null());
            if let Some(value) = value {
                settings.set(&format!("{CLAIM_CHECKS}/{new}"), value.as_written())?;
            }
        }
        Ok(())
    }

    /// A value that is there: the first version writes `null` for what is not, and the empty text for a
    /// secret that is not shown.
    fn get(&self, name: &str) -> Option<Json<'_>> {
        let root = self.0.root();
        let value = root.get("properties").unwrap_or(root).get(name)?;
        (!value.is_null() && value.as_str().as_deref() != Some("")).then_some(value)
    }
}

impl Migration {
    /// The new document.
    #[must_use]
    pub fn settings(&self) -> &AuthSettingsV2 {
        &self.settings
    }

    /// The new document, to keep.
    #[must_use]
    pub fn into_settings(self) -> AuthSettingsV2 {
        self.settings
    }

    /// The names of values that the second version has no place for: secrets above all, which have to
    /// go into a setting whose name goes into the document. What would nest too deep there is among them.
    #[must_use]
    pub fn left_behind(&self) -> &[&'static str] {
        &self.left_behind
    }
}

impl FromStr for AuthSettingsV1 {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let text = super::document::checked(text)?;
        if super::document::is_first_version(text.root()) {
            Ok(Self(text))
        } else {
            Err(SettingsError::NotSettings)
        }
    }
}

/// Says how long it is: the first version can have secrets in it.
impl fmt::Debug for AuthSettingsV1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthSettingsV1({} bytes)", self.as_json().len())
    }
}
