//! Why a text is not a settings document, and why a change is not made.

use std::{error::Error, fmt};

use super::LoginParametersError;
use crate::json::document::Position;
use crate::{escape::Escaped, kinds::kinds};

/// A text that is not a settings document. It says what it is, where known, and how to get the document;
/// it never repeats anything of the text but the pointers of resources in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    kind: SettingsErrorKind,
    detail: String,
    position: Option<Position>,
}

kinds! {
    /// Why a text is not a settings document.
    pub enum SettingsErrorKind;
    pub(super) fn text;
    /// It is longer than [`MAX_SETTINGS_LEN`](super::MAX_SETTINGS_LEN).
    TooLong = "too-long", "the settings are too long";
    /// It is not UTF-8.
    NotUtf8 = "not-utf8", "the settings are not UTF-8";
    /// It is not JSON, or nests too deep.
    NotJson = "not-json", "the settings are not JSON";
    /// It is JSON and not an object.
    NotAnObject = "not-an-object", "the settings are not a JSON object";
    /// It is the settings of the first version, `authsettings`: see
    /// [`AuthSettingsV1`](super::AuthSettingsV1).
    FirstVersion = "first-version",
        "these are settings of the first version (authsettings), not authSettingsV2";
    /// It is a deployment template with several such resources: see
    /// [`AuthSettingsV2::in_template`](super::AuthSettingsV2::in_template).
    Several = "several", "the template has several authSettingsV2 resources";
    /// It is another document.
    OtherDocument = "other-document", "this is not an authSettingsV2 document";
}

impl SettingsError {
    pub(super) fn new(
        kind: SettingsErrorKind,
        detail: impl Into<String>,
        position: Option<Position>,
    ) -> Self {
        Self { kind, detail: detail.into(), position }
    }

    pub(super) fn first_version() -> Self {
        let detail = "read config/authsettingsV2 of the site, after `az webapp auth config-version \
                      upgrade` if it has not moved yet; or migrate them";
        Self::new(SettingsErrorKind::FirstVersion, detail, None)
    }

    /// What the error is about.
    #[must_use]
    pub fn kind(&self) -> SettingsErrorKind {
        self.kind
    }

    /// Where the text stops being JSON, if it is not.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.text())?;
        if let Some(position) = self.position {
            write!(f, " at {position}")?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl Error for SettingsError {}

/// A setting that is there and cannot be read as its type, so that nothing tells what it says: an
/// expression of a template, or a value of another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    pub(super) pointer: String,
    pub(super) position: Position,
    pub(super) expected: &'static str,
    pub(super) found: &'static str,
    pub(super) is_expression: bool,
}

impl NotUnderstood {
    /// Where the value stands that is not understood: the setting, or an object or list element on the
    /// way.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The line and column of the value.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Returns `true` for an expression of a template, which a deployment evaluates. The text is
    /// available by [`AuthSettingsV2::pointer`](super::AuthSettingsV2::pointer).
    #[must_use]
    pub fn is_expression(&self) -> bool {
        self.is_expression
    }
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, position, expected, found, .. } = self;
        write!(f, "expected {expected} at {} ({position}), found {found}", Escaped(pointer))
    }
}

impl Error for NotUnderstood {}

/// A change that was not made, because it would overwrite or contradict something. The document is
/// unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditError {
    pub(super) kind: EditErrorKind,
    pub(super) pointer: String,
    pub(super) position: Option<Position>,
    pub(super) found: &'static str,
    pub(super) source: Option<LoginParametersError>,
}

kinds! {
    /// Why a change was not made.
    pub enum EditErrorKind;
    pub(super) fn text;
    /// The pointer is not a JSON Pointer to something inside the document.
    Pointer = "pointer", "expected a JSON Pointer to a member";
    /// What is to be put in is not JSON.
    NotJson = "not-json", "the new value is not JSON";
    /// Something on the way to the member is not an object: an expression of a template, `null`, or what
    /// PowerShell leaves of an object.
    NotAnObject = "not-an-object", "expected an object";
    /// The present value is an expression of a template, or has one in it.
    Expression = "expression", "a template decides the present value";
    /// The name of a custom provider is empty.
    Name = "name", "the name of the custom provider is empty";
    /// The service does not have the setting, or the document has no envelope.
    NoSuchSetting = "no-such-setting", "the service of this document does not have the setting";
    /// The document would nest too deep.
    TooDeep = "too-deep", "the document would nest too deep";
    /// The login parameters cannot be added to those that are there; the source says why.
    LoginParameters = "login-parameters", "the login parameters cannot be added";
    /// The present value cannot be read, so nothing can be added to it.
    NotUnderstood = "not-understood", "nothing can be added to the present value";
}

impl EditError {
    pub(super) fn new(kind: EditErrorKind, pointer: impl Into<String>) -> Self {
        Self { kind, pointer: pointer.into(), position: None, found: "", source: None }
    }

    /// What the error is about.
    #[must_use]
    pub fn kind(&self) -> EditErrorKind {
        self.kind
    }

    /// The place that is in the way, as a JSON Pointer.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The line and column of what is in the way, or where the new value stops being JSON.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.text())?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", Escaped(&self.pointer))?;
        }
        if let Some(position) = self.position {
            write!(f, " ({position})")?;
        }
        if !self.found.is_empty() {
            write!(f, ", found {}", self.found)?;
        }
        match self.kind {
            EditErrorKind::Expression => f.write_str(": change the template"),
            EditErrorKind::NotAnObject => f.write_str(": replace it by an object first"),
            _ => Ok(()),
        }
    }
}

impl Error for EditError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source: &(dyn Error + 'static) = self.source.as_ref()?;
        Some(source)
    }
}
