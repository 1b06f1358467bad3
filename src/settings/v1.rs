//! The settings of the first version.

use std::{fmt, str::FromStr};

use super::{
    AuthSettingsV2, EditError, Form, LoginParameters, SettingsError, UnauthenticatedAction, detect,
    global_validation,
    setting::{flag, texts},
};
use crate::json::Kind;
use crate::json::document::{Json, JsonText, last_of_each};

/// The settings of Easy Auth in their first version, `authsettings`: to be read, and to move on from.
///
/// Azure Resource Manager answers them with every absent value as `null`, alone or in their envelope; a
/// site that has moved to the second version answers them as well, with `"configVersion": "v2"`.
///
/// ```
/// use easyauth::settings::{AuthSettingsV1, entra};
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
///     migration.settings().get(entra::LOGIN_PARAMETERS).unwrap().to_wire(),
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
    left_behind: Vec<String>,
}

/// Where the values of the first version go that stay as they are.
const MOVES: &[(&str, &str)] = &[
    ("enabled", "platform/enabled"),
    ("runtimeVersion", "platform/runtimeVersion"),
    ("authFilePath", "platform/configFilePath"),
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

const CLAIM_CHECKS: &str =
    "/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks";

/// What is moved in a way of its own.
const HANDLED: [&str; 4] =
    ["defaultProvider", "aadClaimsAuthorization", "isAuthFromFile", "configVersion"];

/// What says which resource it is, in the envelope or beside the settings (`az webapp auth show`).
const IDENTITY: [&str; 8] =
    ["id", "name", "type", "kind", "location", "tags", "resourceGroup", "systemData"];

impl AuthSettingsV1 {
    /// Reads a document from the bytes of an answer or of a file.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]; also for the second version.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SettingsError> {
        detect::utf8(bytes)?.parse()
    }

    /// The document as it was read.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.as_str()
    }

    /// `additionalLoginParams`: the same texts as `loginParameters` of the second version.
    #[must_use]
    pub fn login_parameters(&self) -> Option<LoginParameters> {
        self.get("additionalLoginParams").and_then(texts).map(LoginParameters::from_wire)
    }

    /// Returns `true` if this is only a view: the site has moved to the second version
    /// (`"configVersion": "v2"`), whose own document may say more. Read that, and do not migrate.
    #[must_use]
    pub fn is_view_of_v2(&self) -> bool {
        let version = self.get("configVersion").and_then(Json::as_str);
        version.is_some_and(|version| version.eq_ignore_ascii_case("v2"))
    }

    /// The settings in the second version, as a whole document for App Service.
    ///
    /// Values move as they are, but for those that have a form of their own: the default provider's
    /// name, the checks of claims that are JSON in a text, and whether an authenticated user is required.
    /// Empty checks are not created, because nobody passes them. The path of a settings file moves only
    /// if `isAuthFromFile` is true. An issuer without `/v2.0` stays, and so does a `resource` parameter,
    /// which belongs to it: see [`LoginParameters`] for the way on.
    /// [`left_behind`](Migration::left_behind) names everything else.
    #[must_use]
    pub fn migrate(&self) -> Migration {
        let mut doc = AuthSettingsV2::empty(Form::AppService);
        let mut left_behind = Vec::new();
        let properties = self.properties();
        for (member, _) in last_of_each(properties.values()) {
            if is_absent(member) || HANDLED.iter().any(|name| member.is_named(name)) {
                continue;
            }
            let way = MOVES.iter().find(|(name, _)| member.is_named(name)).map(|(_, way)| *way);
            // A path beside `"isAuthFromFile": "False"` is not read.
            let way = way.filter(|_| !member.is_named("authFilePath") || self.is_from_file());
            let moved = way.is_some_and(|way| {
                doc.set_pointer(&format!("/properties/{way}"), member.as_written()).is_ok()
            });
            if !moved && !IDENTITY.iter().any(|name| member.is_named(name)) {
                left_behind.push(member.name().into_owned());
            }
        }
        if self.migrate_action(&mut doc).is_err() {
            left_behind.push("defaultProvider".to_owned());
        }
        if self.migrate_claim_checks(&mut doc).is_none() {
            left_behind.push("aadClaimsAuthorization".to_owned());
        }
        Migration { settings: doc, left_behind }
    }

    fn is_from_file(&self) -> bool {
        self.get("isAuthFromFile").and_then(flag) == Some(true)
    }

    /// What happens to anonymous requests, and the provider that they are redirected to.
    fn migrate_action(&self, doc: &mut AuthSettingsV2) -> Result<(), EditError> {
        if let Some(action) = doc.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION) {
            let requires = action != UnauthenticatedAction::AllowAnonymous;
            doc.set(global_validation::REQUIRE_AUTHENTICATION, requires)?;
        }
        if let Some(provider) = self.get("defaultProvider").and_then(Json::as_str) {
            let name = match &*provider {
                "MicrosoftAccount" => "legacymicrosoftaccount".to_owned(),
                other => other.to_ascii_lowercase(),
            };
            doc.set(global_validation::REDIRECT_TO_PROVIDER, name)?;
        }
        Ok(())
    }

    /// `aadClaimsAuthorization`: `{"allowed_groups", "allowed_client_applications"}` in a text. `None` if
    /// something of it cannot be moved.
    fn migrate_claim_checks(&self, doc: &mut AuthSettingsV2) -> Option<()> {
        let Some(checks) = self.get("aadClaimsAuthorization") else { return Some(()) };
        let checks = JsonText::new(&checks.as_str()?).ok()?;
        let root = checks.root();
        if !root.is_object() {
            return None;
        }
        for check in root.values().filter(|check| !check.is_null()) {
            let name = match &*check.name() {
                "allowed_groups" => "allowedGroups",
                "allowed_client_applications" => "allowedClientApplications",
                _ => return None,
            };
            // Nobody passes an empty check.
            if check.elements()?.next().is_some() {
                let pointer = format!("{CLAIM_CHECKS}/{name}");
                doc.set_pointer(&pointer, check.as_written()).ok()?;
            }
        }
        Some(())
    }

    fn properties(&self) -> Json<'_> {
        let root = self.0.root();
        root.get("properties").unwrap_or(root)
    }

    fn get(&self, name: &str) -> Option<Json<'_>> {
        self.properties().get(name).filter(|value| !is_absent(*value))
    }
}

/// The first version writes `null` for what is absent, and the empty text for a secret that is not shown.
fn is_absent(value: Json<'_>) -> bool {
    value.is_null() || (value.kind() == Kind::String && value.as_written() == "\"\"")
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

    /// The names of values that did not move: secrets above all, which have to go into a setting whose
    /// name goes into the document; what the second version has no place for; what nobody knows.
    #[must_use]
    pub fn left_behind(&self) -> &[String] {
        &self.left_behind
    }
}

impl FromStr for AuthSettingsV1 {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let (text, _) = detect::object(text)?;
        if detect::is_first_version(text.root()) {
            Ok(Self(text))
        } else {
            Err(detect::not_settings(Some(text.root())))
        }
    }
}

/// Says how long it is: the first version can have secrets in it.
impl fmt::Debug for AuthSettingsV1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthSettingsV1({} bytes)", self.as_json().len())
    }
}
