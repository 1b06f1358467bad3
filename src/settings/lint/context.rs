//! The site of a document.

use std::{collections::HashMap, time::SystemTime};

use crate::{
    debug::debug,
    json::document::{Json, JsonText},
    settings::{Guid, SettingsError, SettingsErrorKind, detect},
    time::iso_8601,
};

/// The app setting whose value is kept: names of scopes. The values of others can be secrets.
const KEPT: &str = "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES";

/// The site of a document, for [`AuthSettingsV2::lint_with`](crate::settings::AuthSettingsV2::lint_with): its
/// app settings, its app registration, its host name. Each is optional, and enables more rules.
///
/// ```
/// use easyauth::settings::{AuthSettingsV2, Context};
///
/// let doc: AuthSettingsV2 = r#"{"platform":{"enabled":true},"identityProviders":{"azureActiveDirectory":{
///     "registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555","clientSecretSettingName":"AUTH_SECRET"}
/// }}}"#.parse()?;
/// // az webapp config appsettings list
/// let context = Context::default().app_settings(r#"[{"name":"OTHER_SECRET","value":"...","slotSetting":true}]"#)?;
/// assert!(doc.lint_with(&context).iter().any(|finding| finding.rule() == "AP1"));
/// # Ok::<(), easyauth::settings::SettingsError>(())
/// ```
#[derive(Clone, Default)]
pub struct Context {
    app_settings: Option<HashMap<String, AppSetting>>,
    registration: Option<Registration>,
    host: Option<String>,
    now: Option<SystemTime>,
}

#[derive(Clone, Default)]
struct AppSetting {
    /// That of [`KEPT`] alone.
    value: Option<String>,
    is_sticky: Option<bool>,
}

/// The parts of an app registration that rules need.
#[derive(Clone, Default)]
pub(super) struct Registration {
    pub(super) app_id: Option<Guid>,
    pub(super) identifier_uris: Vec<String>,
    pub(super) token_version: u8,
    pub(super) pre_authorized: Vec<Guid>,
    pub(super) redirect_uris: Vec<String>,
    pub(super) issues_id_tokens: bool,
    /// The end of each secret; `None` if it is not a date.
    secrets: Vec<Option<SystemTime>>,
}

impl Context {
    /// Adds the app settings of the site, as `az webapp config appsettings list` prints them (a list of
    /// `name`, `value`, `slotSetting`), or as Azure Resource Manager answers them (`properties` with
    /// names and values). Values are dropped, except that of `WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES`.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] for anything else.
    pub fn app_settings(mut self, json: &str) -> Result<Self, SettingsError> {
        let text: JsonText = detect::json(json)?;
        let root = text.root();
        let settings = self.app_settings.get_or_insert_default();
        let mut add = |name: &str, value: Option<Json<'_>>, is_sticky| {
            let own = settings.entry(name.to_ascii_lowercase()).or_default();
            let is_kept = name.eq_ignore_ascii_case(KEPT);
            own.value = value.and_then(Json::as_str).filter(|_| is_kept).map(Into::into);
            own.is_sticky = own.is_sticky.or(is_sticky);
        };
        if let Some(elements) = root.elements() {
            for element in elements {
                let name = element.get("name").and_then(Json::as_str);
                let is_sticky = element.get("slotSetting").and_then(Json::as_bool);
                add(&name.ok_or_else(not_app_settings)?, element.get("value"), is_sticky);
            }
        } else {
            let properties = root.get("properties").filter(|own| own.is_object());
            for member in properties.ok_or_else(not_app_settings)?.values() {
                add(&member.name(), Some(member), None);
            }
        }
        Ok(self)
    }

    /// Adds the names of the app settings that are bound to their slot, as Azure Resource Manager answers
    /// `config/slotConfigNames`. Call [`app_settings`](Self::app_settings) first.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] for anything else.
    pub fn slot_settings(mut self, json: &str) -> Result<Self, SettingsError> {
        let text: JsonText = detect::json(json)?;
        let root = text.root();
        let names = root.get("properties").unwrap_or(root).get("appSettingNames");
        let names = names.ok_or_else(not_app_settings)?;
        let names: Vec<String> =
            strings(Some(names)).map(|name| name.to_ascii_lowercase()).collect();
        for (name, own) in self.app_settings.get_or_insert_default() {
            own.is_sticky = Some(names.contains(name));
        }
        Ok(self)
    }

    /// Adds the app registration, as Microsoft Graph returns an `application` (`az ad app show`).
    ///
    /// # Errors
    ///
    /// [`SettingsError`] for anything else.
    pub fn registration(mut self, json: &str) -> Result<Self, SettingsError> {
        let text: JsonText = detect::json(json)?;
        let root = text.root();
        if root.get("appId").is_none() {
            let detail = "expected an application as Microsoft Graph returns it, with its appId";
            return Err(SettingsError::new(SettingsErrorKind::OtherDocument, detail, None));
        }
        let at = |path: &[&str]| path.iter().try_fold(root, |json, name| json.get(name));
        let list = |path: &[&str]| at(path).into_iter().flat_map(Json::list);
        let version = at(&["api", "requestedAccessTokenVersion"]).and_then(Json::as_number);
        let issues_id_tokens = at(&["web", "implicitGrantSettings", "enableIdTokenIssuance"]);
        self.registration = Some(Registration {
            app_id: root.get("appId").and_then(Json::as_str).and_then(|id| id.parse().ok()),
            identifier_uris: strings(root.get("identifierUris")).collect(),
            token_version: version.and_then(|own| own.parse().ok()).unwrap_or(1),
            pre_authorized: list(&["api", "preAuthorizedApplications"])
                .filter_map(|own| own.get("appId")?.as_str()?.parse().ok())
                .collect(),
            redirect_uris: strings(at(&["web", "redirectUris"])).collect(),
            issues_id_tokens: issues_id_tokens.and_then(Json::as_bool) == Some(true),
            secrets: list(&["passwordCredentials"])
                .map(|own| iso_8601(&own.get("endDateTime")?.as_str()?))
                .collect(),
        });
        Ok(self)
    }

    /// Sets the host name that users see: `app.contoso.com`.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Sets the time, to find expired secrets.
    #[must_use]
    pub fn at(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    pub(super) fn knows_app_settings(&self) -> bool {
        self.app_settings.is_some()
    }

    pub(super) fn has_app_setting(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn app_setting(&self, name: &str) -> Option<&str> {
        self.find(name)?.value.as_deref()
    }

    pub(super) fn is_sticky(&self, name: &str) -> Option<bool> {
        self.find(name)?.is_sticky
    }

    fn find(&self, name: &str) -> Option<&AppSetting> {
        self.app_settings.as_ref()?.get(&name.to_ascii_lowercase())
    }

    pub(super) fn registered(&self) -> Option<&Registration> {
        self.registration.as_ref()
    }

    pub(super) fn host_name(&self) -> Option<&str> {
        self.host.as_deref()
    }

    pub(super) fn now(&self) -> Option<SystemTime> {
        self.now
    }
}

impl Registration {
    /// Returns `true` if there are secrets, and all have expired.
    pub(super) fn has_expired_secrets(&self, now: Option<SystemTime>) -> bool {
        let Some(now) = now else { return false };
        let is_over = |end: &Option<SystemTime>| end.is_some_and(|end| end <= now);
        !self.secrets.is_empty() && self.secrets.iter().all(is_over)
    }
}

fn not_app_settings() -> SettingsError {
    let detail = "expected app settings as `az webapp config appsettings list` prints them";
    SettingsError::new(SettingsErrorKind::OtherDocument, detail, None)
}

fn strings(list: Option<Json<'_>>) -> impl Iterator<Item = String> {
    list.into_iter().flat_map(Json::list).filter_map(Json::as_str).map(Into::into)
}

debug! {
    Context, |own|
    app_settings: own.app_settings.as_ref().map(HashMap::len),
    registration: own.registration.is_some(),
    ..
}
