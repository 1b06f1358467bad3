//! The settings of the first version.

use std::str::FromStr;

use super::{
    AuthSettingsV2, Form, SettingsError, UnauthenticatedAction, detect, global_validation,
    setting::flag, unknown::is_expression,
};
use crate::json::{
    Kind,
    document::{Json, JsonText, last_of_each},
};

/// The settings of Easy Auth in their first version, `authsettings`, to read and to migrate.
///
/// Azure Resource Manager answers them with every absent value as `null`, alone or in their envelope. A
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSettingsV1(JsonText);

/// The result of [`AuthSettingsV1::migrate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    settings: AuthSettingsV2,
    left_behind: Vec<String>,
}

/// `"base": "member of the first version" => "path", ...;`
macro_rules! moves {
    ($($base:literal: $($name:literal => $path:literal),+;)+) => {
        &[$($(($name, concat!("/properties/", $base, $path))),+),+]
    };
}

/// The new places of values that do not change.
const MOVES: &[(&str, &str)] = moves! {
    "":
        "enabled" => "platform/enabled", "runtimeVersion" => "platform/runtimeVersion",
        "authFilePath" => "platform/configFilePath",
        "unauthenticatedClientAction" => "globalValidation/unauthenticatedClientAction",
        "tokenStoreEnabled" => "login/tokenStore/enabled",
        "tokenRefreshExtensionHours" => "login/tokenStore/tokenRefreshExtensionHours",
        "allowedExternalRedirectUrls" => "login/allowedExternalRedirectUrls",
        "httpApiPrefixPath" => "httpSettings/routes/apiPrefix";
    "identityProviders/azureActiveDirectory/":
        "clientId" => "registration/clientId", "issuer" => "registration/openIdIssuer",
        "clientSecretSettingName" => "registration/clientSecretSettingName",
        "clientSecretCertificateThumbprint" => "registration/clientSecretCertificateThumbprint",
        "additionalLoginParams" => "login/loginParameters", "allowedAudiences" => "validation/allowedAudiences",
        "isAadAutoProvisioned" => "isAutoProvisioned";
    "identityProviders/facebook/":
        "facebookAppId" => "registration/appId",
        "facebookAppSecretSettingName" => "registration/appSecretSettingName",
        "facebookOAuthScopes" => "login/scopes";
    "identityProviders/gitHub/":
        "gitHubClientId" => "registration/clientId",
        "gitHubClientSecretSettingName" => "registration/clientSecretSettingName",
        "gitHubOAuthScopes" => "login/scopes";
    "identityProviders/google/":
        "googleClientId" => "registration/clientId",
        "googleClientSecretSettingName" => "registration/clientSecretSettingName",
        "googleOAuthScopes" => "login/scopes";
    "identityProviders/legacyMicrosoftAccount/":
        "microsoftAccountClientId" => "registration/clientId",
        "microsoftAccountClientSecretSettingName" => "registration/clientSecretSettingName",
        "microsoftAccountOAuthScopes" => "login/scopes";
    "identityProviders/twitter/":
        "twitterConsumerKey" => "registration/consumerKey",
        "twitterConsumerSecretSettingName" => "registration/consumerSecretSettingName";
};

/// All sections, so that the document can be sent. The service fills in its defaults.
const EMPTY: &str = r#"{"properties":{"platform":{},"globalValidation":{},"identityProviders":{},"login":{},"httpSettings":{}}}"#;

/// The name of the older Microsoft account.
const LEGACY: &str = "legacymicrosoftaccount";

const CLAIM_CHECKS: &str =
    "/properties/identityProviders/azureActiveDirectory/validation/jwtClaimChecks";

/// Values that change when they move.
const HANDLED: [&str; 4] =
    ["defaultProvider", "aadClaimsAuthorization", "isAuthFromFile", "configVersion"];

/// Members that identify the resource, in the envelope or beside the settings (`az webapp auth show`).
const IDENTITY: [&str; 8] =
    ["id", "name", "type", "kind", "location", "tags", "resourceGroup", "systemData"];

impl AuthSettingsV1 {
    /// Reads a document from the bytes of an answer or a file.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] for anything else, also for the second version.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SettingsError> {
        detect::utf8(bytes)?.parse()
    }

    /// The document as it was read.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.as_str()
    }

    /// Returns `true` if this is only a view: the site has moved to the second version
    /// (`"configVersion": "v2"`), whose own document may have more. Read that one instead of migrating this
    /// one.
    #[must_use]
    pub fn is_view_of_v2(&self) -> bool {
        let version = self.get("configVersion").and_then(Json::as_str);
        version.is_some_and(|version| version.eq_ignore_ascii_case("v2"))
    }

    /// Returns the settings in the second version, as a whole document for App Service. Sections without a
    /// value are empty: they take the defaults of the service.
    ///
    /// Values do not change, except the name of the default provider and the claim checks, which are JSON in
    /// a string; and `requireAuthentication` is added. If anonymous requests are redirected and the default
    /// provider is absent, the only provider is named, because the second version needs the name. Empty claim
    /// checks are not created, because no caller passes them. The path of a settings file moves only if
    /// `isAuthFromFile` is true. An issuer without `/v2.0` stays, and so does the `resource` parameter that
    /// belongs to it: see
    /// [`LoginParameters::migrated_to_v2`](super::LoginParameters::migrated_to_v2).
    /// [`left_behind`](Migration::left_behind) names everything else.
    #[must_use]
    pub fn migrate(&self) -> Migration {
        let mut doc = AuthSettingsV2::of_text(Form::AppService, EMPTY);
        let mut left_behind = Vec::new();
        let properties = self.properties();
        for (member, _) in last_of_each(properties.values()) {
            if is_absent(member) || HANDLED.iter().any(|name| member.is_named(name)) {
                continue;
            }
            // The platform ignores a path beside `"isAuthFromFile": "False"`.
            let is_read = !member.is_named("authFilePath") || self.is_from_file();
            let place = MOVES.iter().find(|(name, _)| member.is_named(name)).filter(|_| is_read);
            let moved =
                place.is_some_and(|(_, place)| doc.set_pointer(place, member.as_written()).is_ok());
            if !moved && !IDENTITY.iter().any(|name| member.is_named(name)) {
                left_behind.push(member.name().into_owned());
            }
        }
        if self.migrate_action(&mut doc).is_none() {
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

    /// What happens to anonymous requests, and the provider that they are redirected to. `None` if the
    /// provider cannot be moved.
    fn migrate_action(&self, doc: &mut AuthSettingsV2) -> Option<()> {
        let action = doc.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
        if let Some(action) = &action {
            let requires = *action != UnauthenticatedAction::AllowAnonymous;
            doc.set(global_validation::REQUIRE_AUTHENTICATION, requires).ok()?;
        }
        let name = if let Some(provider) = self.get("defaultProvider") {
            let written = provider.as_str()?;
            match written.to_ascii_lowercase() {
                name if name == "microsoftaccount" => LEGACY.to_owned(),
                _ if is_expression(&written) => written.into_owned(),
                name => name,
            }
        } else {
            // Without an action, the service redirects.
            let redirects =
                action.is_none_or(|own| own == UnauthenticatedAction::RedirectToLoginPage);
            match <[String; 1]>::try_from(doc.configured_providers()) {
                // The name of the legacy Microsoft account in `redirectToProvider` is not documented.
                Ok([only]) if redirects && only != LEGACY => only,
                _ => return Some(()),
            }
        };
        doc.set(global_validation::REDIRECT_TO_PROVIDER, name).ok().map(|_| ())
    }

    /// `aadClaimsAuthorization`: `{"allowed_groups", "allowed_client_applications"}` in a string. `None` if
    /// a part of it cannot be moved.
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
            // No caller passes an empty check.
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

/// The first version writes `null` for an absent value, and an empty string for a hidden secret.
fn is_absent(value: Json<'_>) -> bool {
    value.is_null() || (value.kind() == Kind::String && value.as_written() == "\"\"")
}

impl Migration {
    /// The new document.
    #[must_use]
    pub fn settings(&self) -> &AuthSettingsV2 {
        &self.settings
    }

    /// The names of values that did not move: above all secrets, which belong in a setting that the document
    /// names; values for which the second version has no place; unknown members.
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
