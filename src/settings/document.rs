//! The document.

use std::str::FromStr;

use serde::{
    Deserialize, Serialize,
    de::{self, Deserializer},
    ser::{self, Serializer},
};
use serde_json::value::RawValue;

use super::{
    Form, SettingsError,
    detect::{self, Document},
    setting::flag,
};
use crate::json::document::{Json, JsonText, Path, Position};

/// The longest document that is read, in bytes: the longest request that Azure Resource Manager accepts
/// (Azure subscription and service limits, "Resource Manager API limits"). Full documents have about 2,500.
pub const MAX_SETTINGS_LEN: usize = 4 * 1024 * 1024;

/// The settings of Easy Auth, `authSettingsV2`: a document that loses nothing.
///
/// It reads the answer of Azure Resource Manager, its `properties` alone, the `authConfigs` of Container
/// Apps, a settings file (`auth.json`), and `staticwebapp.config.json`. [`form`](Self::form) says which of
/// them it is. It also reads a deployment template or a compiled Bicep file with one such resource, and
/// edits the resource in place. The text is kept as it was read: the order of members, undocumented
/// members, nulls, empty objects, `72.0` as well as `72`. A change replaces its own member in that text, in
/// the layout of the text around it.
///
/// Names of members are found in any case, as the platform does. If several members have one name, the last
/// wins.
///
/// Settings are constants in the modules of [`settings`](super). [`get`](Self::get) reads one,
/// [`set`](Self::set) changes it, [`remove`](Self::remove) removes it, so that the platform's default
/// applies.
///
/// ```
/// use easyauth::settings::{AuthSettingsV2, login, platform};
///
/// let mut doc: AuthSettingsV2 = serde_json::from_str(
///     r#"{"properties":{"platform":{"enabled":"true"},"login":{},"unknown":[72.0,null]}}"#,
/// )?;
/// assert_eq!(doc.get(platform::ENABLED), Some(true));
/// doc.set(login::TOKEN_STORE_ENABLED, true)?;
/// assert_eq!(
///     serde_json::to_string(&doc)?,
///     r#"{"properties":{"platform":{"enabled":"true"},"login":{"tokenStore":{"enabled":true}},"unknown":[72.0,null]}}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With serde, only `serde_json` can read and write it. [`str::parse`], [`from_slice`](Self::from_slice) and
/// [`as_json`](Self::as_json) do not need serde.
#[derive(Debug, Clone)]
pub struct AuthSettingsV2 {
    text: JsonText,
    form: Form,
    /// The path of the resource in a template.
    resource: Path,
    /// Where the document began in the text that was read.
    start: Position,
    missing: Vec<&'static str>,
}

impl AuthSettingsV2 {
    /// Reads a document from the bytes of an answer or a file. A UTF-8 byte order mark is dropped.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if this is not a settings document. It says what the text is, where known, and how
    /// to get the document.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SettingsError> {
        detect::utf8(bytes)?.parse()
    }

    /// Reads a document of a known form: a settings file and the `properties` of an answer can look alike.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], as of [`from_slice`](Self::from_slice).
    pub fn parse_as(form: Form, text: &str) -> Result<Self, SettingsError> {
        let (text, start) = detect::object(text)?;
        let root = text.root();
        if form.wrapper().is_some_and(|name| root.get(name).is_none()) {
            // Static Web Apps have documents without the section.
            match detect::form(root)? {
                Document::Whole(found) if found == form => {}
                _ => return Err(detect::not_settings(None)),
            }
        }
        if detect::is_first_version(root) {
            return Err(SettingsError::first_version());
        }
        Ok(Self::new(text, form, Path::default(), start))
    }

    /// Reads one of several resources in a deployment template, by its JSON Pointer: `/resources/3`.
    /// [`str::parse`] reads a template that has one.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], as of [`from_slice`](Self::from_slice).
    pub fn in_template(pointer: &str, text: &str) -> Result<Self, SettingsError> {
        let (text, start) = detect::object(text)?;
        let path = Path::parse(pointer).unwrap_or_default();
        let resource = text.get(&path).filter(|json| detect::is_resource(*json));
        let form = resource.map_or_else(|| Err(detect::not_settings(None)), detect::form)?;
        match form {
            Document::Whole(form) => Ok(Self::new(text, form, path, start)),
            Document::InTemplate(..) => Err(detect::not_settings(None)),
        }
    }

    fn detected(text: JsonText, start: Position) -> Result<Self, SettingsError> {
        Ok(match detect::form_of_whole(text.root())? {
            Document::Whole(form) => Self::new(text, form, Path::default(), start),
            Document::InTemplate(form, path) => Self::new(text, form, path, start),
        })
    }

    fn new(text: JsonText, form: Form, resource: Path, start: Position) -> Self {
        let missing = text.get(&resource).map(|root| missing_sections(form, root));
        Self { missing: missing.unwrap_or_default(), text, form, resource, start }
    }

    /// A document of constant text, which will be sent as a whole.
    pub(super) fn of_text(form: Form, text: &str) -> Self {
        let text = JsonText::new(text).unwrap_or_else(|_| JsonText::empty_object());
        let (resource, start) = (Path::default(), Position::START);
        Self { text, form, resource, start, missing: Vec::new() }
    }

    /// The form of the document.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The JSON Pointer of the resource in a deployment template; empty for other documents.
    #[must_use]
    pub fn resource_pointer(&self) -> String {
        self.resource.to_string()
    }

    /// The document as JSON: the text that was read, without whitespace around it, with all changes since.
    /// For a deployment template, the whole template.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.text.as_str()
    }

    /// The sections that were missing when the document was read. Sending it would reset them to the
    /// platform's defaults, because a PUT replaces everything. Empty if the document is whole.
    #[must_use]
    pub fn missing_sections(&self) -> &[&'static str] {
        &self.missing
    }

    /// The sections that are not objects: `null`, an expression of a template, or what PowerShell's
    /// `ConvertTo-Json` leaves of an object. If the wrapper is not an object, returns only its name.
    pub(crate) fn broken_sections(&self) -> Vec<&'static str> {
        let sections = self.text.get(&self.sections()).filter(|own| own.is_object());
        let Some(sections) = sections else { return self.form.wrapper().into_iter().collect() };
        let is_broken = |name: &&&str| sections.get(name).is_some_and(|own| !own.is_object());
        detect::SECTIONS.iter().filter(is_broken).copied().collect()
    }

    /// Returns the position of a value, by its JSON Pointer, in the text that was read; after a change, in
    /// the present text.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.text.get(&Path::parse(pointer)?).map(|json| self.position_of(json))
    }

    pub(super) fn position_of(&self, json: Json<'_>) -> Position {
        self.start.behind(self.text.as_str().get(..json.range().start).unwrap_or_default())
    }

    /// Where the document begins in the text that was read.
    pub(super) fn start(&self) -> Position {
        self.start
    }

    pub(super) fn text(&self) -> &JsonText {
        &self.text
    }

    pub(super) fn text_mut(&mut self) -> &mut JsonText {
        &mut self.text
    }

    /// The path of the resource: the envelope, if the form has one.
    pub(super) fn resource(&self) -> &Path {
        &self.resource
    }

    /// Returns `true` for a resource of a template, whose expressions a deployment evaluates. A resource
    /// without an ID has not been deployed.
    pub(crate) fn is_template(&self) -> bool {
        self.form.has_envelope()
            && self.text.get(&self.resource).is_some_and(|own| {
                own.get("id").is_none()
                    && (own.get("apiVersion").is_some() || own.get("type").is_some())
            })
    }

    /// The path of the sections.
    pub(super) fn sections(&self) -> Path {
        let mut path = self.resource.clone();
        if let Some(wrapper) = self.form.wrapper() {
            path.push(wrapper);
        }
        path
    }
}

/// The sections of a full answer that this document does not have. The answer for an app that never had
/// authentication is whole; an `id` shows that it is an answer.
fn missing_sections(form: Form, root: Json<'_>) -> Vec<&'static str> {
    let full: &[&'static str] = match form {
        Form::AppService | Form::AppServiceProperties => {
            &["platform", "globalValidation", "identityProviders", "login", "httpSettings"]
        }
        Form::ContainerApp | Form::ContainerAppProperties => {
            &["platform", "globalValidation", "identityProviders", "login"]
        }
        _ => &[],
    };
    let sections = form.wrapper().map_or(Some(root), |name| root.get(name));
    let has = |name: &&str| sections.is_some_and(|sections| sections.get(name).is_some());
    let is_new_app = root.get("id").is_some() && sections.is_some_and(is_of_new_app);
    if is_new_app { Vec::new() } else { full.iter().copied().filter(|name| !has(name)).collect() }
}

/// `{"platform":{"enabled":false}}`, as recorded in 2025, or `{}` from an older service.
fn is_of_new_app(sections: Json<'_>) -> bool {
    let is_off = |own: Json<'_>| own.is_named("enabled") && flag(own) == Some(false);
    sections.is_object()
        && sections
            .values()
            .all(|own| own.is_named("platform") && own.is_object() && own.values().all(is_off))
}

impl FromStr for AuthSettingsV2 {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let (text, start) = detect::object(text)?;
        Self::detected(text, start)
    }
}

/// Documents are equal if their text and their form are.
impl PartialEq for AuthSettingsV2 {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.form, &self.resource) == (&other.text, other.form, &other.resource)
    }
}

impl Eq for AuthSettingsV2 {}

/// Reads a document as [`str::parse`] does. Only `serde_json` can: the text has to be kept.
impl<'de> Deserialize<'de> for AuthSettingsV2 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        detect::object(raw.get())
            .and_then(|(text, start)| Self::detected(text, start))
            .map_err(de::Error::custom)
    }
}

/// Writes [`as_json`](AuthSettingsV2::as_json), whitespace included. Only `serde_json` can.
impl Serialize for AuthSettingsV2 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: &RawValue = serde_json::from_str(self.as_json()).map_err(ser::Error::custom)?;
        text.serialize(serializer)
    }
}
