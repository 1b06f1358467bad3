//! The document: read, and put back together.

use std::{error::Error, fs::File, io::Read, path::Path};

use easyauth::settings::{AuthSettingsV2, Form, MAX_SETTINGS_LEN, SettingsError};
use serde_json::Value;

/// A document, with the text that it was read from.
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) settings: AuthSettingsV2,
}

impl Document {
    /// Reads a file, or standard input for `-`. No error repeats anything of either.
    pub(crate) fn read(path: &Path, stdin: &mut dyn Read) -> Result<Self, Box<dyn Error>> {
        let mut file;
        let source: &mut dyn Read = if path.as_os_str() == "-" {
            stdin
        } else {
            file = File::open(path).map_err(|error| format!("cannot open FILE: {error}"))?;
            &mut file
        };
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_SETTINGS_LEN)?.saturating_add(1);
        source
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("cannot read the document: {error}"))?;
        let settings = match AuthSettingsV2::from_slice(&bytes) {
            Ok(settings) => settings,
            Err(error) => return Err(explained(&error, &bytes).into()),
        };
        let text = String::from_utf8(bytes)?;
        Ok(Self { text, settings })
    }

    /// The text of the changed document, with what was around the old one.
    pub(crate) fn with(&self, changed: &AuthSettingsV2) -> String {
        let around = || {
            let (before, rest) = self.text.split_once('{')?;
            let (_, after) = rest.rsplit_once('}')?;
            Some(format!("{before}{}{after}", changed.as_json()))
        };
        around().unwrap_or_else(|| changed.as_json().to_owned())
    }
}

/// What is wrong with a document, and what to do.
fn explained(error: &SettingsError, bytes: &[u8]) -> String {
    let cure = match error {
        SettingsError::Utf8 { .. } if bytes.starts_with(b"\xff\xfe") => {
            "it is UTF-16, as PowerShell writes it: save it as UTF-8"
        }
        SettingsError::Json { .. } if bytes.trim_ascii().is_empty() => "the input is empty",
        SettingsError::FirstVersion => {
            "read config/authsettingsV2 of the site in their place, after `az webapp auth \
             config-version upgrade` if it has not moved yet"
        }
        SettingsError::NotAnObject => "a list has several: give one of its elements",
        SettingsError::NotSettings => other_document(bytes),
        _ => return error.to_string(),
    };
    format!("{error}: {cure}")
}

fn other_document(bytes: &[u8]) -> &'static str {
    let root: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let has = |name| root.get(name).is_some();
    if has("resources") {
        "in a deployment template the settings are the `properties` of a resource whose type ends \
         with config or authConfigs: give those, with the values in the place of expressions"
    } else if has("error") {
        "this is an error that Azure Resource Manager answered"
    } else if has("value") {
        "this is a list of documents: give one element of its `value`"
    } else {
        "give what Azure Resource Manager answers for config/authsettingsV2 of the site, or for \
         authConfigs/current of the container app"
    }
}

/// A form: a word for programs, and for people.
pub(crate) fn form(form: Form) -> (&'static str, &'static str) {
    match form {
        Form::AppService => ("app-service", "an app of App Service"),
        Form::AppServiceProperties => {
            ("app-service-properties", "an app of App Service, without the envelope")
        }
        Form::ContainerApp => ("container-app", "a container app"),
        Form::ContainerAppProperties => {
            ("container-app-properties", "a container app, without the envelope")
        }
        Form::File => ("file", "an app of App Service, in a settings file"),
        Form::StaticWebApp => ("static-web-app", "a static web app"),
        Form::StaticWebAppSection => {
            ("static-web-app-section", "a static web app, the section auth alone")
        }
        _ => ("other", "an app"),
    }
}

/// A member of an object as it is written, whatever it is, also one that no view can read; `null`
/// counts as nothing.
pub(crate) fn member(object: Option<&str>, name: &str) -> Option<Value> {
    let object: Value = serde_json::from_str(object?).ok()?;
    let mut members = object.as_object()?.iter();
    let (_, value) = members.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
    (!value.is_null()).then(|| value.clone())
}
