//! The document.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Serialize,
    de::{self, Deserializer},
    ser::{self, Serializer},
};
use serde_json::{Map, Value, value::RawValue};

use super::{
    Form,
    json::{Json, JsonText, Path},
};
use crate::json::JsonError;

/// The longest document that is read, in bytes: what Azure Resource Manager takes as a request (Azure
/// subscription and service limits, "Resource Manager API limits"). Full documents have some 2,500.
pub const MAX_SETTINGS_LEN: usize = 4 * 1024 * 1024;

/// The settings of Easy Auth, `authSettingsV2`: a document that loses nothing.
///
/// It is read from the answer of Azure Resource Manager, from its `properties` alone, from the
/// `authConfigs` of Container Apps, from a settings file (`auth.json`), and from
/// `staticwebapp.config.json`; [`form`](Self::form) says which it is. What was read is kept as text: the
/// order of members, those that nobody documents, nulls, empty objects, `72.0` as well as `72`. A setter
/// replaces its own member in that text, laid out as what is around it.
///
/// Names of members are found in any case, as the platform does. Of several with one name the last
/// counts.
///
/// Reads and writes by way of serde need `serde_json`. [`str::parse`], [`from_slice`](Self::from_slice)
/// and [`as_json`](Self::as_json) do without.
///
/// ```
/// use easyauth::settings::AuthSettingsV2;
///
/// let mut settings: AuthSettingsV2 = serde_json::from_str(
///     r#"{"properties":{"platform":{"enabled":"true"},"login":{},"unknown":[72.0,null]}}"#,
/// )?;
/// assert_eq!(settings.platform().enabled(), Some(true));
/// settings.login_mut().token_store_mut().set_enabled(true);
/// assert_eq!(
///     serde_json::to_string(&settings)?,
///     r#"{"properties":{"platform":{"enabled":"true"},"login":{"tokenStore":{"enabled":true}},"unknown":[72.0,null]}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AuthSettingsV2 {
    text: JsonText,
    form: Form,
    /// Sections that were not there when it was read, and that a PUT would reset; see
    /// [`missing_sections`](Self::missing_sections).
    missing: Vec<&'static str>,
}

impl AuthSettingsV2 {
    /// Reads a document from the bytes of an answer or of a file. A byte order mark in front is
    /// dropped.
    ///
    /// # Errors
    ///
    /// [`SettingsError`].
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SettingsError> {
        utf8(bytes)?.parse()
    }

    /// Reads a document whose form is known: a settings file and the `properties` of an answer can look
    /// alike.
    ///
    /// # Errors
    ///
    /// [`SettingsError`].
    pub fn parse_as(form: Form, text: &str) -> Result<Self, SettingsError> {
        let settings = Self::read(text, |_| Some(form))?;
        let has_wrapper =
            form.wrapper().is_none_or(|name| settings.text.root().get(name).is_some());
        if has_wrapper { Ok(settings) } else { Err(SettingsError::NotSettings) }
    }

    fn read(text: &str, form: impl Fn(Json<'_>) -> Option<Form>) -> Result<Self, SettingsError> {
        Self::of(checked(text)?, form)
    }

    fn of(text: JsonText, form: impl Fn(Json<'_>) -> Option<Form>) -> Result<Self, SettingsError> {
        let root = text.root();
        let form = form(root);
        let missing = form.map(|form| missing_sections(form, root)).unwrap_or_default();
        // A document that has every section of this version is of this version.
        if (form.is_none() || !missing.is_empty()) && is_first_version(root) {
            return Err(SettingsError::FirstVersion);
        }
        let form = form.ok_or(SettingsError::NotSettings)?;
        Ok(Self { text, form, missing })
    }

    /// A document that holds nothing yet, to be sent as a whole.
    pub(super) fn empty(form: Form) -> Self {
        let mut text = JsonText::empty_object();
        if let Some(wrapper) = form.wrapper() {
            text.set(&Path::default().join(wrapper), &Value::Object(Map::new()));
        }
        Self { text, form, missing: Vec::new() }
    }

    /// Which form the document has.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The document as JSON: as it was read, but for white space around it, and what was set since.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.text.as_str()
    }

    /// The JSON of a value anywhere in the document, by its JSON Pointer (RFC 6901): for members that
    /// have no method here.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&str> {
        self.text.get(&Path::parse(pointer)?).map(Json::as_written)
    }

    /// Sets a value anywhere in the document, by its JSON Pointer, to any JSON. Objects that are missing
    /// on the way are added, and `null` on the way becomes one.
    ///
    /// # Errors
    ///
    /// [`EditError`] if the pointer is none, if what is to be put in is not JSON, or if something on
    /// the way is no object. The document is as it was, then.
    pub fn set(&mut self, pointer: &str, json: &str) -> Result<&mut Self, EditError> {
        let path = Path::parse(pointer).filter(|path| !path.steps().is_empty());
        let path = path.ok_or(EditError::Pointer)?;
        let value =
            JsonText::new(json).map_err(|error| EditError::Json { position: error.position })?;
        let mut on_the_way = Path::default();
        for step in path.steps() {
            match self.text.get(&on_the_way) {
                Some(json) if json.is_object() || json.is_null() => {}
                // An element of a list, or nothing.
                Some(_) => {
                    let element = on_the_way.join(step.clone());
                    self.text.get(&element).ok_or(EditError::NotAnObject)?;
                }
                None => break,
            }
            on_the_way.push(step.clone());
        }
        let mut edited = self.text.clone();
        edited.set_text(&path, value.as_str());
        self.text = JsonText::new(edited.as_str()).map_err(|_| EditError::TooDeep)?;
        Ok(self)
    }

    /// Removes a member anywhere in the document, by its JSON Pointer. Whether it was there.
    pub fn remove(&mut self, pointer: &str) -> bool {
        Path::parse(pointer).is_some_and(|path| self.text.remove(&path))
    }

    /// The sections that the document did not have when it was read, and that sending it would reset to
    /// the platform's defaults: a PUT replaces everything. None if the document is whole.
    #[must_use]
    pub fn missing_sections(&self) -> &[&'static str] {
        &self.missing
    }

    pub(super) fn text(&self) -> &JsonText {
        &self.text
    }

    pub(super) fn text_mut(&mut self) -> &mut JsonText {
        &mut self.text
    }

    /// The way to the sections.
    pub(super) fn sections(&self) -> Path {
        self.form.wrapper().map(Into::into).into_iter().collect()
    }
}

/// The text of a document, without a byte order mark.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, SettingsError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| SettingsError::Utf8 { position: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// A text that is a JSON object.
pub(super) fn checked(text: &str) -> Result<JsonText, SettingsError> {
    check_length(text)?;
    JsonText::new(text).map_err(not_json).and_then(an_object)
}

fn check_length(text: &str) -> Result<(), SettingsError> {
    if text.len() > MAX_SETTINGS_LEN {
        return Err(SettingsError::TooLong { length: text.len() });
    }
    Ok(())
}

fn not_json(error: JsonError) -> SettingsError {
    SettingsError::Json { position: error.position }
}

fn an_object(text: JsonText) -> Result<JsonText, SettingsError> {
    if text.root().is_object() { Ok(text) } else { Err(SettingsError::NotAnObject) }
}

/// `authsettings`, the flat settings of the first version, alone or in their envelope.
pub(super) fn is_first_version(root: Json<'_>) -> bool {
    const MARKS: [&str; 3] =
        ["unauthenticatedClientAction", "tokenStoreEnabled", "additionalLoginParams"];
    let properties = root.get("properties").unwrap_or(root);
    MARKS.iter().any(|name| properties.get(name).is_some())
}

/// Which sections a full answer has and this document has not. The answer for an app that never had
/// authentication has `platform` only, or nothing; an `id` tells that it is an answer.
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
    let is_new_app = root.get("id").is_some()
        && sections.is_some_and(|sections| {
            let mut members = sections.members();
            members.all(|member| member.name.eq_ignore_ascii_case("platform"))
        });
    if is_new_app { Vec::new() } else { full.iter().copied().filter(|name| !has(name)).collect() }
}

impl FromStr for AuthSettingsV2 {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        Self::read(text, Form::of)
    }
}

/// Reads a document as [`str::parse`] does. Only `serde_json` can: the text has to be kept.
impl<'de> Deserialize<'de> for AuthSettingsV2 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        check_length(raw.get())
            .and_then(|()| JsonText::of_raw(&raw).map_err(not_json))
            .and_then(an_object)
            .and_then(|text| Self::of(text, Form::of))
            .map_err(de::Error::custom)
    }
}

/// Writes [`as_json`](AuthSettingsV2::as_json), white space included. Only `serde_json` can.
impl Serialize for AuthSettingsV2 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: &RawValue = serde_json::from_str(self.as_json()).map_err(ser::Error::custom)?;
        text.serialize(serializer)
    }
}

/// Says which form and how long: where the name of a setting is meant, people put secrets.
impl fmt::Debug for AuthSettingsV2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthSettingsV2({:?}, {} bytes)", self.form, self.as_json().len())
    }
}

/// A text that is no settings document. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// It is longer than [`MAX_SETTINGS_LEN`].
    #[error("the settings are {length} bytes long, over the limit of {MAX_SETTINGS_LEN}")]
    TooLong {
        /// The length in bytes.
        length: usize,
    },
    /// It is not UTF-8.
    #[error("the settings are not UTF-8 at byte {position}")]
    Utf8 {
        /// The offset in the document.
        position: usize,
    },
    /// It is not JSON, or nests too deep.
    #[error("the settings are not JSON at byte {position}")]
    Json {
        /// The offset in the document.
        position: usize,
    },
    /// It is JSON and not an object.
    #[error("the settings are not a JSON object")]
    NotAnObject,
    /// It is the settings of the first version, `authsettings`: see
    /// [`AuthSettingsV1`](super::AuthSettingsV1).
    #[error("these are settings of the first version (authsettings), not authSettingsV2")]
    FirstVersion,
    /// It has none of the sections, nor a wrapper of them.
    #[error("the document has none of the sections of authSettingsV2")]
    NotSettings,
}

/// A change that was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The pointer is not a JSON Pointer to something inside the document.
    #[error("this is not a JSON Pointer to a member")]
    Pointer,
    /// What is to be put in is not JSON.
    #[error("the new value is not JSON at byte {position}")]
    Json {
        /// The offset in the value.
        position: usize,
    },
    /// Something on the way has no members.
    #[error("something on the way to the member is not an object")]
    NotAnObject,
    /// The document would nest too deep.
    #[error("the document would nest too deep")]
    TooDeep,
}
