//! Documents: read, put back together, and compared.

use std::path::{Path, PathBuf};

use easyauth::{
    resource::Cloud,
    settings::{AuthSettingsV2, Form, MAX_SETTINGS_LEN, entra},
};
use similar::TextDiff;

use crate::{
    Failure, World,
    input::{self, is_stdin},
    terminal::printable,
};

/// The document of a command.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// The document; standard input if absent or -
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) form: FormOption,
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct FormOption {
    /// The form of the document, where it does not tell: app-service, container-app, either with
    /// -properties, file, static-web-app or static-web-app-section
    #[arg(long, value_name = "FORM", value_parser = form_of)]
    pub(super) form: Option<Form>,
}

impl Source {
    pub(super) fn read(&self, world: &mut World<'_>) -> Result<Document, Failure> {
        Document::read(self.file.as_deref(), self.form.form, world)
    }
}

/// A document, and the text around it.
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) settings: AuthSettingsV2,
}

impl Document {
    /// Reads a file, or standard input. Errors repeat neither the path nor the content.
    pub(crate) fn read(
        path: Option<&Path>,
        form: Option<Form>,
        world: &mut World<'_>,
    ) -> Result<Self, Failure> {
        let bytes = input::read(path, MAX_SETTINGS_LEN, world)?;
        let is_request = is_request(&bytes);
        Self::parse(bytes, form).map_err(|failure| {
            if is_request {
                "this is a request or a token, not settings; `easyauth inspect` reads it".into()
            } else {
                failure
            }
        })
    }

    pub(super) fn parse(bytes: Vec<u8>, form: Option<Form>) -> Result<Self, Failure> {
        let settings = match form {
            None => AuthSettingsV2::from_slice(&bytes)?,
            Some(form) => AuthSettingsV2::parse_as(form, std::str::from_utf8(&bytes)?)?,
        };
        Ok(Self { text: String::from_utf8(bytes)?, settings })
    }

    /// The text of the changed document, with what was around the old one: a byte order mark and
    /// whitespace.
    pub(super) fn with(&self, changed: &AuthSettingsV2) -> String {
        let around = || {
            let (before, rest) = self.text.split_once('{')?;
            let (_, after) = rest.rsplit_once('}')?;
            Some(format!("{before}{}{after}", changed.as_json()))
        };
        around().unwrap_or_else(|| changed.as_json().to_owned())
    }
}

/// Where the sections are.
pub(super) fn sections_pointer(settings: &AuthSettingsV2) -> String {
    let wrapper = match settings.form() {
        Form::AppService | Form::ContainerApp => "/properties",
        _ => "",
    };
    format!("{}{wrapper}", settings.resource_pointer())
}

/// The cloud in which users sign in, if the issuer tells.
pub(crate) fn cloud_of(settings: &AuthSettingsV2) -> Option<Cloud> {
    Cloud::of_issuer(&settings.get(entra::OPEN_ID_ISSUER)?)
}

/// Returns `true` for headers and tokens, which `inspect` reads.
fn is_request(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let has_headers = bytes.windows(5).any(|letters| letters.eq_ignore_ascii_case(b"X-MS-"));
    !start.starts_with(b"{") && (has_headers || start.starts_with(b"eyJ"))
}

/// A unified diff, with paths that `patch -p0` accepts.
pub(super) fn diff(before: &str, after: &str, path: Option<&Path>) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    // `patch` rejects absolute paths, and `git apply` those with `./`.
    let relative = |path: &Path| {
        let path = path.strip_prefix(&folder).unwrap_or(path);
        path.strip_prefix(".").unwrap_or(path).to_owned()
    };
    let path = path.filter(|path| !is_stdin(path)).map(relative);
    let path = path.map(|path| printable(&path.to_string_lossy()));
    let (old, new) = match &path {
        None => ("before", "after"),
        Some(path) => (path.as_str(), path.as_str()),
    };
    TextDiff::from_lines(before, after).unified_diff().header(old, new).to_string()
}

/// The forms: the value of `--form`, and the display name.
const FORMS: [(Form, &str, &str); 7] = [
    (Form::AppService, "app-service", "an app of App Service"),
    (
        Form::AppServiceProperties,
        "app-service-properties",
        "an app of App Service, without the envelope",
    ),
    (Form::ContainerApp, "container-app", "a container app"),
    (
        Form::ContainerAppProperties,
        "container-app-properties",
        "a container app, without the envelope",
    ),
    (Form::File, "file", "an app of App Service, in a settings file"),
    (Form::StaticWebApp, "static-web-app", "a static web app"),
    (
        Form::StaticWebAppSection,
        "static-web-app-section",
        "a static web app, the section auth alone",
    ),
];

/// The code and the display name of a form.
pub(super) fn form(form: Form) -> (&'static str, &'static str) {
    let found = FORMS.iter().find(|(own, ..)| *own == form);
    found.map_or(("other", "an app"), |(_, code, name)| (code, name))
}

/// Parses the value of `--form`.
fn form_of(text: &str) -> Result<Form, String> {
    let found = FORMS.iter().find(|(_, code, _)| *code == text);
    found.map(|(form, ..)| *form).ok_or_else(|| {
        let codes: Vec<&str> = FORMS.iter().map(|(_, code, _)| *code).collect();
        format!("expected one of {}", codes.join(", "))
    })
}
