//! The document: read, and put back together.

use std::{error::Error, fs::File, io::Read, path::Path};

use easyauth::settings::{AuthSettingsV2, Form, MAX_SETTINGS_LEN};

/// A document, with the text that it was read from.
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) settings: AuthSettingsV2,
}

impl Document {
    /// Reads a file, or standard input for `-`. No error repeats anything of either.
    pub(crate) fn read(
        path: &Path,
        form: Option<Form>,
        stdin: &mut dyn Read,
    ) -> Result<Self, Box<dyn Error>> {
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
        let settings = match form {
            None => AuthSettingsV2::from_slice(&bytes)?,
            Some(form) => AuthSettingsV2::parse_as(form, std::str::from_utf8(&bytes)?)?,
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

/// The forms by their words for programs.
pub(crate) fn form_of(word: &str) -> Option<Form> {
    [
        Form::AppService,
        Form::AppServiceProperties,
        Form::ContainerApp,
        Form::ContainerAppProperties,
        Form::File,
        Form::StaticWebApp,
        Form::StaticWebAppSection,
    ]
    .into_iter()
    .find(|own| form(*own).0 == word)
}
