//! Why a document is not read, a setting not understood, a change not made.

use crate::{
    escape::Escaped,
    json::document::Position,
    kinds::{debug_by_display, kinds},
    login_parameters::LoginParametersError,
};

/// Why a document was not read or built, a setting not understood, or a change not made: then the document
/// is unchanged.
///
/// The message says where, what was expected, and what to do. It never shows values of the document,
/// because people put secrets where the name of a setting belongs.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    kind: SettingsErrorKind,
    message: String,
    pointer: String,
    position: Option<Position>,
    source: Option<Box<LoginParametersError>>,
}

debug_by_display!(SettingsError, kind.code());

kinds! {
    /// What a [`SettingsError`] is about.
    pub enum SettingsErrorKind of SettingsError;
    pub(super) fn text;
    /// The text is longer than [`MAX_SETTINGS_LEN`](super::MAX_SETTINGS_LEN).
    TooLong = "too-long", "the settings are too long";
    /// The text is not UTF-8.
    NotUtf8 = "not-utf8", "the settings are not UTF-8";
    /// The text is not JSON, or nests too deep.
    NotJson = "not-json", "the settings are not JSON";
    /// Expected a JSON object: the document itself, or a section on the way to a setting.
    NotAnObject = "not-an-object", "expected an object";
    /// The text has the settings of the first version, `authsettings`: see
    /// [`AuthSettingsV1`](super::AuthSettingsV1).
    FirstVersion = "first-version",
        "these are settings of the first version (authsettings), not authSettingsV2";
    /// The text is a deployment template with several such resources: see
    /// [`AuthSettingsV2::in_template`](super::AuthSettingsV2::in_template).
    Several = "several", "the template has several authSettingsV2 resources";
    /// The text is another document.
    OtherDocument = "other-document", "this is not an authSettingsV2 document";
    /// Expected a JSON Pointer to something inside the document.
    Pointer = "pointer", "expected a JSON Pointer to a member";
    /// The value is an expression of a template, or has one in it. A deployment decides it.
    Expression = "expression", "a template decides the value";
    /// The value is not of the setting's type.
    NotUnderstood = "not-understood", "the value is not of the setting's type";
    /// The service does not have the setting, or the document has no envelope.
    NoSuchSetting = "no-such-setting", "the service of this document does not have the setting";
    /// The document would nest too deep.
    TooDeep = "too-deep", "the document would nest too deep";
    /// The login parameters cannot be added to the present ones. The source says why.
    LoginParameters = "login-parameters", "the login parameters cannot be added";
    /// The name of a custom provider is empty, invalid or taken: it has letters, digits and `_` (App
    /// Service docs, "Configure an OpenID Connect provider").
    ProviderName = "provider-name",
        "expected letters, digits and _ in the name of a custom provider, and not a built-in name";
    /// The builder has no provider, has one twice, should redirect to one that it does not have, or got an
    /// empty client ID or a metadata address that is not `https`.
    Provider = "provider", "the providers do not work";
    /// The builder got an invalid name of a setting: letters, digits and `_` are allowed; in Container
    /// Apps lower-case letters, digits and `-`.
    SettingName = "setting-name",
        "invalid name of a setting (did you paste the secret itself?)";
}

impl SettingsError {
    /// An error about the text, with what to do.
    pub(super) fn new(
        kind: SettingsErrorKind,
        detail: &str,
        position: impl Into<Option<Position>>,
    ) -> Self {
        let position = position.into();
        let mut message = kind.text().to_owned();
        if let Some(position) = position {
            message = format!("{message} at {position}");
        }
        if !detail.is_empty() {
            message = format!("{message}: {detail}");
        }
        Self { kind, message, pointer: String::new(), position, source: None }
    }

    /// An error about what is at a pointer: what was expected there, and what was found.
    pub(super) fn at(
        kind: SettingsErrorKind,
        expected: &str,
        (pointer, position): (String, Option<Position>),
        found: &str,
    ) -> Self {
        let place = match position {
            _ if pointer.is_empty() => String::new(),
            Some(position) => format!(" at {} ({position})", Escaped(&pointer)),
            None => format!(" at {}", Escaped(&pointer)),
        };
        let found = if found.is_empty() { String::new() } else { format!(", found {found}") };
        let message = format!("{expected}{place}{found}");
        Self { kind, message, pointer, position, source: None }
    }

    pub(super) fn because(self, source: LoginParametersError) -> Self {
        Self { source: Some(Box::new(source)), ..self }
    }

    /// Adds what to do.
    pub(super) fn so(self, advice: &str) -> Self {
        Self { message: format!("{}: {advice}", self.message), ..self }
    }

    pub(super) fn first_version() -> Self {
        let detail = "read config/authsettingsV2 of the site, after `az webapp auth config-version \
                      upgrade` if it has not moved yet; or migrate them";
        Self::new(SettingsErrorKind::FirstVersion, detail, None)
    }

    /// The JSON Pointer of the value that is not understood or prevents the change; empty for errors about
    /// the whole text.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The line and column of that value, or where the text stops being JSON.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}
