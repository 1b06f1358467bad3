//! Reads and changes of single settings.

use super::{
    AuthSettingsV2, Form, SetFrom, Setting, SettingsError,
    SettingsErrorKind::{self, Expression, NotAnObject, NotUnderstood, TooDeep},
    entra,
    form::CUSTOM_PROVIDERS,
    setting::{ANY_NAME, Kind, flag},
    unknown::{describe, expression},
};
use crate::{
    json::{
        MAX_DEPTH,
        document::{Json, JsonText, Path, Position, inner, last_of_each},
    },
    login_parameters::LoginParameters,
};

/// A provider is set up if its registration has one of these: an ID of the application, or the name of the
/// setting that has the ID.
const IDS: [&str; 6] = [
    "clientId",
    "clientIdSettingName",
    "appId",
    "appIdSettingName",
    "consumerKey",
    "consumerKeySettingName",
];

impl AuthSettingsV2 {
    /// Returns the value of a setting; `None` if it is absent, and also if it is present and cannot be
    /// read. To merge with the present value, use [`read`](Self::read), which distinguishes the two.
    ///
    /// The constants are in the modules of [`settings`](super): [`entra`],
    /// [`login`](super::login), [`global_validation`](super::global_validation) and so on.
    ///
    /// ```
    /// use easyauth::settings::{AuthSettingsV2, UnauthenticatedAction, global_validation};
    ///
    /// let doc: AuthSettingsV2 =
    ///     r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"}}"#.parse()?;
    /// let action = doc.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
    /// assert_eq!(action, Some(UnauthenticatedAction::Return401));
    /// assert_eq!(doc.get(global_validation::EXCLUDED_PATHS), None);
    /// # Ok::<(), easyauth::settings::SettingsError>(())
    /// ```
    #[must_use]
    pub fn get<T>(&self, setting: Setting<'_, T>) -> Option<T> {
        self.read(setting).ok().flatten()
    }

    /// Returns the value of a setting, or `None` if it is absent or `null`.
    ///
    /// # Errors
    ///
    /// `Expression` or `NotUnderstood` if the setting, or an object on the way to it, is an expression of a
    /// template or of another type. Then the value is unknown: it is not the platform's default.
    ///
    /// ```
    /// use easyauth::settings::{AuthSettingsV2, SettingsErrorKind, platform};
    ///
    /// let doc: AuthSettingsV2 =
    ///     r#"{"type":"Microsoft.Web/sites/config","properties":{"platform":"[parameters('platform')]"}}"#.parse()?;
    /// let unknown = doc.read(platform::ENABLED).unwrap_err();
    /// assert_eq!(unknown.kind(), SettingsErrorKind::Expression);
    /// assert_eq!(unknown.pointer(), "/properties/platform");
    /// # Ok::<(), easyauth::settings::SettingsError>(())
    /// ```
    pub fn read<T>(&self, setting: Setting<'_, T>) -> Result<Option<T>, SettingsError> {
        let Ok(path) = self.path_of(setting) else { return Ok(None) };
        let found = match self.find(&path) {
            Err(parent) if parent.is_null() => None,
            Err(parent) => return Err(self.not_understood(parent, "an object")),
            Ok(found) => found.filter(|json| !json.is_null()),
        };
        let Some(json) = found else { return Ok(None) };
        let read = || (setting.codec().read)(json).ok_or(json);
        let read = expression_in(json).map_or_else(read, Err);
        let expected = setting.codec().kind().expected();
        read.map(Some).map_err(|unknown| self.not_understood(unknown, expected))
    }

    /// Sets a setting. Objects that are missing on the way are added.
    ///
    /// # Errors
    ///
    /// `NotAnObject` if an object on the way is something else (`null`, an expression of a template, what
    /// PowerShell leaves of an object), `Expression` if the present value is one, `NoSuchSetting` if the
    /// service does not have the setting. The document is unchanged then.
    ///
    /// ```
    /// use easyauth::settings::{AuthSettingsV2, entra, login};
    ///
    /// let mut doc: AuthSettingsV2 = r#"{"properties":{"login":null}}"#.parse()?;
    /// doc.set(entra::CLIENT_ID, "11112222-bbbb-3333-cccc-4444dddd5555".parse()?)?
    ///     .set(entra::ALLOWED_AUDIENCES, ["api://orders"])?;
    /// assert!(doc.set(login::TOKEN_STORE_ENABLED, true).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set<T: SetFrom<V>, V>(
        &mut self,
        setting: Setting<'_, T>,
        value: V,
    ) -> Result<&mut Self, SettingsError> {
        let path = self.path_to_change(setting)?;
        if path.steps().len() >= usize::from(MAX_DEPTH) {
            return Err(SettingsError::at(TooDeep, TooDeep.text(), (path.to_string(), None), ""));
        }
        let value = (setting.codec().write)(&T::set_from(value));
        self.text_mut().set(&path, &value);
        Ok(self)
    }

    /// Removes a setting, so that the platform's default applies. Returns `true` if it was present.
    ///
    /// # Errors
    ///
    /// Those of [`set`](Self::set): a value that a template decides is not removed.
    pub fn remove<T>(&mut self, setting: Setting<'_, T>) -> Result<bool, SettingsError> {
        let path = self.path_to_change(setting)?;
        Ok(self.text_mut().remove(&path))
    }

    /// Returns the JSON of a setting as it is written, of any type.
    #[must_use]
    pub fn json<T>(&self, setting: Setting<'_, T>) -> Option<&str> {
        let path = self.path_of(setting).ok()?;
        self.text().get(&path).map(Json::as_written)
    }

    /// Adds login parameters to the present ones, as [`LoginParameters::merge`] does: for instance those of
    /// [`Diagnosis::login_parameters`](crate::Diagnosis::login_parameters).
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read) and [`set`](Self::set), because a second `scope` beside an expression
    /// ends in AADSTS9000411; `LoginParameters` if the two cannot be merged. The document is unchanged then.
    pub fn add_login_parameters(
        &mut self,
        more: &LoginParameters,
    ) -> Result<&mut Self, SettingsError> {
        let before = self.read(entra::LOGIN_PARAMETERS)?.unwrap_or_default();
        let merged = before.merge(more).map_err(|source| {
            let path = self.path_of(entra::LOGIN_PARAMETERS).unwrap_or_default();
            let position = self.text().get(&path).map(|json| self.position_of(json));
            let kind = SettingsErrorKind::LoginParameters;
            SettingsError::at(kind, kind.text(), (path.to_string(), position), "").because(source)
        })?;
        if merged == before { Ok(self) } else { self.set(entra::LOGIN_PARAMETERS, merged) }
    }

    /// Returns `true` if Microsoft Entra ID is set up: its registration has an ID, and it is not off.
    /// `enabled` says little, because the platform answers `true` for every provider.
    #[must_use]
    pub fn is_entra_configured(&self) -> bool {
        self.provider("azureActiveDirectory").is_some_and(is_configured)
    }

    /// Returns `true` if the document names a credential of the application: a secret, a certificate's
    /// thumbprint, its subject alternative name and issuer, or its Key Vault reference. Without one, a
    /// sign-in gives no access token.
    #[must_use]
    pub fn has_entra_credential(&self) -> bool {
        let provider = self.provider("azureActiveDirectory");
        has_credential(provider.and_then(|own| own.get("registration")))
    }

    /// Returns the names of the providers that are set up, as `redirectToProvider` has them: built-in ones
    /// in lower case, custom ones as they are written.
    #[must_use]
    pub fn configured_providers(&self) -> Vec<String> {
        configured_providers(self.text().get(&self.sections()))
    }

    /// Returns the names of the custom OpenID Connect providers, in their order.
    #[must_use]
    pub fn custom_providers(&self) -> Vec<String> {
        let sections = self.text().get(&self.sections());
        let providers = sections.and_then(|own| own.get("identityProviders"));
        custom_providers(providers).map(|own| own.name().into_owned()).collect()
    }

    /// Returns the JSON of any value in the document, by its JSON Pointer (RFC 6901): for members without a
    /// constant.
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&str> {
        self.text().get(&Path::parse(pointer)?).map(Json::as_written)
    }

    /// Sets any value in the document to any JSON, by its JSON Pointer; also a value that [`set`](Self::set)
    /// does not replace. Objects that are missing on the way are added, and a `null` on the way becomes an
    /// object.
    ///
    /// # Errors
    ///
    /// `Pointer`, `NotJson` or `TooDeep` if the pointer or the JSON is malformed or too deep, `NotAnObject`
    /// if something on the way is not an object. The document is unchanged then.
    pub fn set_pointer(&mut self, pointer: &str, json: &str) -> Result<&mut Self, SettingsError> {
        let path = Path::parse(pointer).filter(|path| !path.steps().is_empty());
        let path = path.ok_or_else(|| SettingsError::new(SettingsErrorKind::Pointer, "", None))?;
        let value = JsonText::new(json).map_err(|error| {
            let position = Position::START.behind(json.get(..error.position).unwrap_or_default());
            let place = (String::new(), Some(position));
            let expected =
                format!("expected JSON as the new value, which is malformed at {position}");
            SettingsError::at(SettingsErrorKind::NotJson, &expected, place, "")
        })?;
        if path.steps().len().saturating_add(value.root().depth()) > usize::from(MAX_DEPTH) {
            return Err(SettingsError::new(TooDeep, "", None));
        }
        let mut json = self.text().root();
        for step in path.steps() {
            let found = inner(json, step);
            if found.is_none() && !json.is_object() && !json.is_null() {
                return Err(self.blocked(NotAnObject, json));
            }
            let Some(found) = found else { break };
            json = found;
        }
        self.text_mut().set_text(&path, value.as_str());
        Ok(self)
    }

    /// Removes any member of the document, by its JSON Pointer. Returns `true` if it was present.
    pub fn remove_pointer(&mut self, pointer: &str) -> bool {
        Path::parse(pointer).is_some_and(|path| self.text_mut().remove(&path))
    }

    /// The path of a setting, unless a value on the way or at the end prevents a change.
    fn path_to_change<T>(&self, setting: Setting<'_, T>) -> Result<Path, SettingsError> {
        let path = self.path_of(setting)?;
        if !setting.row().is_in(self.form().service()) {
            let kind = SettingsErrorKind::NoSuchSetting;
            return Err(SettingsError::at(kind, kind.text(), (path.to_string(), None), ""));
        }
        match self.find(&path) {
            Ok(None) => Ok(path),
            Ok(Some(json)) if setting.codec().kind() != Kind::Object || json.is_object() => {
                let expression = expression_in(json).map(|own| self.blocked(Expression, own));
                expression.map_or(Ok(path), Err)
            }
            Ok(Some(json)) | Err(json) => Err(self.blocked(NotAnObject, json)),
        }
    }

    /// The value at a path, if it is present; the value on the way that is not an object as an error.
    fn find(&self, path: &Path) -> Result<Option<Json<'_>>, Json<'_>> {
        let mut json = self.text().root();
        for (depth, step) in path.steps().iter().enumerate() {
            // The path of a resource in a template leads through lists.
            if depth >= self.resource().steps().len() && !json.is_object() {
                return Err(json);
            }
            let Some(found) = inner(json, step) else { return Ok(None) };
            json = found;
        }
        Ok(Some(json))
    }

    /// The path of a setting, with the names that this form of the document has.
    fn path_of<T>(&self, setting: Setting<'_, T>) -> Result<Path, SettingsError> {
        let mut path = self.resource().clone();
        if setting.row().in_envelope() {
            if !self.form().has_envelope() {
                return Err(SettingsError::new(SettingsErrorKind::NoSuchSetting, "", None));
            }
        } else if let Some(wrapper) = self.form().wrapper() {
            path.push(wrapper);
        }
        let name = setting.name();
        if name == Some("") {
            return Err(SettingsError::new(SettingsErrorKind::ProviderName, "", None));
        }
        for step in setting.row().steps() {
            match (step, name) {
                (ANY_NAME, Some(name)) => path.push(name.to_owned()),
                (step, Some(name)) if step == Form::AppService.custom_providers() => {
                    let providers = self.text().get(&path);
                    path.push(custom_container(self.form(), providers, name));
                }
                (step, _) => path.push(self.form().provider(step)),
            }
        }
        Ok(path)
    }

    fn provider(&self, name: &str) -> Option<Json<'_>> {
        let sections = self.text().get(&self.sections())?;
        sections.get("identityProviders")?.get(name)
    }

    fn not_understood(&self, json: Json<'_>, expected: &str) -> SettingsError {
        let kind = if expression(json).is_some() { Expression } else { NotUnderstood };
        let place = (json.path().to_string(), Some(self.position_of(json)));
        SettingsError::at(kind, &format!("expected {expected}"), place, describe(json))
    }

    fn blocked(&self, kind: SettingsErrorKind, json: Json<'_>) -> SettingsError {
        let place = (json.path().to_string(), Some(self.position_of(json)));
        let advice = match kind {
            Expression => "change the template",
            _ => "replace it with an object first",
        };
        SettingsError::at(kind, kind.text(), place, describe(json)).so(advice)
    }
}

/// The expression in a value: the value itself, or the first one in a list.
fn expression_in(json: Json<'_>) -> Option<Json<'_>> {
    std::iter::once(json).chain(json.list()).find(|own| expression(*own).is_some())
}

/// The name of the object that has a custom provider. A document can have both objects: then it is the one
/// that has the provider, and the one of settings files wins.
fn custom_container(form: Form, providers: Option<Json<'_>>, name: &str) -> &'static str {
    let has = |container: &&&str| {
        let own = providers.and_then(|providers| providers.get(container));
        own.is_some_and(|own| own.get(name).is_some() || !(own.is_object() || own.is_null()))
    };
    CUSTOM_PROVIDERS.iter().rev().find(has).copied().unwrap_or_else(|| form.custom_providers())
}

/// Returns `true` for a provider with an ID that is not empty, unless it is off.
pub(super) fn is_configured(provider: Json<'_>) -> bool {
    let has_id = provider.get("registration").is_some_and(|registration| {
        let mut ids = registration.values().filter(|own| IDS.iter().any(|id| own.is_named(id)));
        ids.any(|own| own.as_str().is_some_and(|id| !id.is_empty()))
    });
    has_id && provider.get("enabled").and_then(flag) != Some(false)
}

/// Returns `true` for a registration with a credential of the application.
pub(super) fn has_credential(registration: Option<Json<'_>>) -> bool {
    let is_filled = |name| {
        let own = registration.and_then(|own| own.get(name));
        own.and_then(Json::as_str).is_some_and(|text| !text.is_empty())
    };
    is_filled("clientSecretSettingName")
        || is_filled("clientSecretCertificateThumbprint")
        || is_filled("clientSecretCertificateKeyVaultReference")
        || (is_filled("clientSecretCertificateSubjectAlternativeName")
            && is_filled("clientSecretCertificateIssuer"))
}

pub(super) fn configured_providers(sections: Option<Json<'_>>) -> Vec<String> {
    let providers = sections.and_then(|own| own.get("identityProviders"));
    let built_in = super::setting::built_in_providers()
        .filter(|name| providers.and_then(|own| own.get(name)).is_some_and(is_configured));
    let custom = custom_providers(providers).filter(|own| is_configured(*own));
    let custom = custom.map(|own| own.name().into_owned());
    built_in.map(str::to_ascii_lowercase).chain(custom).collect()
}

/// The custom providers, in their order. If several have one name, the last wins.
pub(super) fn custom_providers(providers: Option<Json<'_>>) -> impl Iterator<Item = Json<'_>> {
    let containers = CUSTOM_PROVIDERS.iter().filter_map(move |name| providers?.get(name));
    last_of_each(containers.flat_map(Json::values)).map(|(own, _)| own)
}
