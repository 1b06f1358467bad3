//! Settings read and changed, one at a time.

use super::{
    AuthSettingsV2, EditError, EditErrorKind, Form, LoginParameters, NotUnderstood, SetFrom,
    Setting, entra,
    form::CUSTOM_PROVIDERS,
    setting::{ANY_NAME, Kind, flag},
    unknown::{describe, expression},
};
use crate::json::MAX_DEPTH;
use crate::json::document::{Json, JsonText, Path, Position, inner, last_of_each};

/// What makes a provider: an ID of the application, or the name of the setting that has it.
const IDS: [&str; 6] = [
    "clientId",
    "clientIdSettingName",
    "appId",
    "appIdSettingName",
    "consumerKey",
    "consumerKeySettingName",
];

impl AuthSettingsV2 {
    /// Returns the value of a setting: `None` if it is absent, and also if it is present and cannot be
    /// read. [`read`](Self::read) tells the two apart; whoever merges must use that.
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
    /// [`NotUnderstood`] if the setting, or an object on the way to it, is an expression of a template
    /// or of another type. That is not the platform's default: nothing here tells what it is.
    ///
    /// ```
    /// use easyauth::settings::{AuthSettingsV2, platform};
    ///
    /// let doc: AuthSettingsV2 =
    ///     r#"{"type":"Microsoft.Web/sites/config","properties":{"platform":"[parameters('platform')]"}}"#.parse()?;
    /// let unknown = doc.read(platform::ENABLED).unwrap_err();
    /// assert!(unknown.is_expression());
    /// assert_eq!(unknown.pointer(), "/properties/platform");
    /// # Ok::<(), easyauth::settings::SettingsError>(())
    /// ```
    pub fn read<T>(&self, setting: Setting<'_, T>) -> Result<Option<T>, NotUnderstood> {
        let Ok(path) = self.path_of(setting) else { return Ok(None) };
        let (mut json, mut way) = (Some(self.text().root()), Path::default());
        for step in path.steps() {
            let Some(parent) = json.filter(|json| !json.is_null()) else { return Ok(None) };
            // The way to a resource in a template leads through lists.
            let is_inner = way.steps().len() >= self.resource().steps().len();
            if is_inner && !parent.is_object() {
                return Err(self.not_understood(&way, parent, "an object"));
            }
            json = inner(parent, step);
            way.push(step.clone());
        }
        let Some(json) = json.filter(|json| !json.is_null()) else { return Ok(None) };
        let expected = setting.codec().kind().expected();
        if let Some((element, inner)) = expression_in(json) {
            way.extend(element);
            return Err(self.not_understood(&way, inner, expected));
        }
        match (setting.codec().read)(json) {
            Some(value) => Ok(Some(value)),
            None => Err(self.not_understood(&way, json, expected)),
        }
    }

    /// Sets a setting. Objects that are missing on the way are added.
    ///
    /// # Errors
    ///
    /// [`EditError`], which names the place, if an object on the way is something else (`null`, an
    /// expression of a template, what PowerShell leaves of an object), if the present value is an
    /// expression, or if the service does not have the setting. The document is unchanged then.
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
    ) -> Result<&mut Self, EditError> {
        let path = self.path_to_change(setting)?;
        if path.steps().len() >= usize::from(MAX_DEPTH) {
            return Err(EditError::new(EditErrorKind::TooDeep, path.to_string()));
        }
        let value = (setting.codec().write)(&T::set_from(value));
        self.text_mut().set(&path, &value);
        Ok(self)
    }

    /// Removes a setting, so that the platform's default holds. Returns `true` if it was there.
    ///
    /// # Errors
    ///
    /// [`EditError`] as of [`set`](Self::set): what a template decides is not removed.
    pub fn remove<T>(&mut self, setting: Setting<'_, T>) -> Result<bool, EditError> {
        let path = self.path_to_change(setting)?;
        Ok(self.text_mut().remove(&path))
    }

    /// Returns the JSON of a setting as it is written, whatever it is.
    #[must_use]
    pub fn json<T>(&self, setting: Setting<'_, T>) -> Option<&str> {
        let path = self.path_of(setting).ok()?;
        self.text().get(&path).map(Json::as_written)
    }

    /// Adds login parameters to those that are there, as [`LoginParameters::merge`] does: the ones that
    /// [`Diagnosis::login_parameters`](crate::Diagnosis::login_parameters) gives, for instance.
    ///
    /// # Errors
    ///
    /// [`EditError`] if what is there cannot be read (a second `scope` beside an expression would end in
    /// AADSTS9000411), or if the two cannot be merged. The document is unchanged then.
    pub fn add_login_parameters(&mut self, more: &LoginParameters) -> Result<&mut Self, EditError> {
        let before = self.login_parameters()?;
        let merged = before.merge(more).map_err(|source| EditError {
            source: Some(source),
            ..self.edit_error(EditErrorKind::LoginParameters, entra::LOGIN_PARAMETERS)
        })?;
        if merged == before { Ok(self) } else { self.set(entra::LOGIN_PARAMETERS, merged) }
    }

    /// Returns the login parameters that others can be added to: none if they are absent.
    ///
    /// # Errors
    ///
    /// [`EditError`] if what is there cannot be read.
    pub fn login_parameters(&self) -> Result<LoginParameters, EditError> {
        let present = self.read(entra::LOGIN_PARAMETERS).map_err(|unknown| EditError {
            kind: if unknown.is_expression {
                EditErrorKind::Expression
            } else {
                EditErrorKind::NotUnderstood
            },
            pointer: unknown.pointer,
            position: Some(unknown.position),
            found: unknown.found,
            source: None,
        })?;
        Ok(present.unwrap_or_default())
    }

    /// Returns `true` if Microsoft Entra ID is set up: `enabled` alone is what the platform answers for
    /// any provider, so an ID has to be there.
    #[must_use]
    pub fn is_entra_configured(&self) -> bool {
        self.provider("azureActiveDirectory").is_some_and(is_configured)
    }

    /// Returns `true` if the document names something that the application authenticates with, without
    /// which it gets no access token: a secret, a certificate's thumbprint, its subject alternative name
    /// and issuer, or its Key Vault reference.
    #[must_use]
    pub fn has_entra_credential(&self) -> bool {
        let provider = self.provider("azureActiveDirectory");
        has_credential(provider.and_then(|own| own.get("registration")))
    }

    /// Returns the names of the providers that are set up, as `redirectToProvider` has them: in lower
    /// case, and custom ones as they are written.
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

    /// Returns the JSON of a value anywhere in the document, by its JSON Pointer (RFC 6901): for members
    /// that have no constant.
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&str> {
        self.text().get(&Path::parse(pointer)?).map(Json::as_written)
    }

    /// Sets a value anywhere in the document, by its JSON Pointer, to any JSON; also one that
    /// [`set`](Self::set) does not replace. Objects that are missing on the way are added, and `null` on
    /// the way becomes one.
    ///
    /// # Errors
    ///
    /// [`EditError`] if the pointer or the JSON is malformed, or if something on the way is not an
    /// object. The document is unchanged then.
    pub fn set_pointer(&mut self, pointer: &str, json: &str) -> Result<&mut Self, EditError> {
        let path = Path::parse(pointer).filter(|path| !path.steps().is_empty());
        let path = path.ok_or_else(|| EditError::new(EditErrorKind::Pointer, ""))?;
        let value = JsonText::new(json).map_err(|error| EditError {
            position: Some(Position::START.behind(json.get(..error.position).unwrap_or_default())),
            ..EditError::new(EditErrorKind::NotJson, "")
        })?;
        if path.steps().len().saturating_add(value.root().depth()) > usize::from(MAX_DEPTH) {
            return Err(EditError::new(EditErrorKind::TooDeep, ""));
        }
        let (mut json, mut way) = (self.text().root(), Path::default());
        for step in path.steps() {
            let found = inner(json, step);
            if found.is_none() && !json.is_object() && !json.is_null() {
                return Err(self.blocked(EditErrorKind::NotAnObject, &way, json));
            }
            let Some(found) = found else { break };
            json = found;
            way.push(step.clone());
        }
        self.text_mut().set_text(&path, value.as_str());
        Ok(self)
    }

    /// Removes a member anywhere in the document, by its JSON Pointer. Returns `true` if it was there.
    pub fn remove_pointer(&mut self, pointer: &str) -> bool {
        Path::parse(pointer).is_some_and(|path| self.text_mut().remove(&path))
    }

    /// The way to a setting, if nothing on it and nothing at its end forbids a change.
    fn path_to_change<T>(&self, setting: Setting<'_, T>) -> Result<Path, EditError> {
        let path = self.path_of(setting)?;
        if !setting.row().is_in(self.form().service()) {
            return Err(EditError::new(EditErrorKind::NoSuchSetting, path.to_string()));
        }
        let (mut json, mut way) = (self.text().root(), Path::default());
        for step in path.steps() {
            let is_inner = way.steps().len() >= self.resource().steps().len();
            if is_inner && !json.is_object() {
                return Err(self.blocked(EditErrorKind::NotAnObject, &way, json));
            }
            let Some(found) = inner(json, step) else { return Ok(path) };
            json = found;
            way.push(step.clone());
        }
        if setting.codec().kind() == Kind::Object && !json.is_object() {
            return Err(self.blocked(EditErrorKind::NotAnObject, &way, json));
        }
        match expression_in(json) {
            Some((element, inner)) => {
                way.extend(element);
                Err(self.blocked(EditErrorKind::Expression, &way, inner))
            }
            None => Ok(path),
        }
    }

    /// The way to a setting, under the names that this form of the document has.
    fn path_of<T>(&self, setting: Setting<'_, T>) -> Result<Path, EditError> {
        let mut path = self.resource().clone();
        if setting.row().in_envelope() {
            if !self.form().has_envelope() {
                return Err(EditError::new(EditErrorKind::NoSuchSetting, ""));
            }
        } else if let Some(wrapper) = self.form().wrapper() {
            path.push(wrapper);
        }
        let name = setting.name();
        if name == Some("") {
            return Err(EditError::new(EditErrorKind::Name, ""));
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

    fn not_understood(&self, way: &Path, json: Json<'_>, expected: &'static str) -> NotUnderstood {
        NotUnderstood {
            pointer: way.to_string(),
            position: self.position_of(json),
            expected,
            found: describe(json),
            is_expression: expression(json).is_some(),
        }
    }

    fn blocked(&self, kind: EditErrorKind, way: &Path, json: Json<'_>) -> EditError {
        EditError {
            position: Some(self.position_of(json)),
            found: describe(json),
            ..EditError::new(kind, way.to_string())
        }
    }

    fn edit_error<T>(&self, kind: EditErrorKind, setting: Setting<'_, T>) -> EditError {
        let path = self.path_of(setting).unwrap_or_default();
        let position = self.text().get(&path).map(|json| self.position_of(json));
        EditError { position, ..EditError::new(kind, path.to_string()) }
    }
}

/// The expression that a value is, or the first among the elements of a list, with its place.
pub(super) fn expression_in(json: Json<'_>) -> Option<(Option<String>, Json<'_>)> {
    if expression(json).is_some() {
        return Some((None, json));
    }
    let mut elements = json.elements()?.enumerate();
    let (index, element) = elements.find(|(_, element)| expression(*element).is_some())?;
    Some((Some(index.to_string()), element))
}

/// The object that has a custom provider: one of two names, of which the form has one. Where both are
/// there, the one with the provider; that of settings files last, as it is read.
fn custom_container(form: Form, providers: Option<Json<'_>>, name: &str) -> &'static str {
    let has = |container: &&&str| {
        let own = providers.and_then(|providers| providers.get(container));
        own.is_some_and(|own| own.get(name).is_some() || !(own.is_object() || own.is_null()))
    };
    CUSTOM_PROVIDERS.iter().rev().find(has).copied().unwrap_or_else(|| form.custom_providers())
}

/// A provider with an ID that is not empty, and not off.
pub(super) fn is_configured(provider: Json<'_>) -> bool {
    let has_id = provider.get("registration").is_some_and(|registration| {
        let mut ids = registration.values().filter(|own| IDS.iter().any(|id| own.is_named(id)));
        ids.any(|own| own.as_str().is_some_and(|id| !id.is_empty()))
    });
    has_id && provider.get("enabled").and_then(flag) != Some(false)
}

/// A registration with something that the application authenticates with.
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

/// The custom providers, in their order; of several with one name the last alone counts.
pub(super) fn custom_providers(providers: Option<Json<'_>>) -> impl Iterator<Item = Json<'_>> {
    let containers = CUSTOM_PROVIDERS.iter().filter_map(move |name| providers?.get(name));
    last_of_each(containers.flat_map(Json::values)).map(|(own, _)| own)
}
