//! A place in a document that can be changed.

use serde_json::Value;

use crate::settings::{
    AuthSettingsV2,
    json::{Path, Step},
};

/// An object in a document, there or not.
pub(super) struct Place<'a> {
    pub(super) settings: &'a mut AuthSettingsV2,
    pub(super) path: Path,
}

impl Place<'_> {
    pub(super) fn inner(&mut self, name: impl Into<Step>) -> Place<'_> {
        Place { path: self.path.join(name), settings: self.settings }
    }

    pub(super) fn set(&mut self, name: &'static str, value: &Value) {
        self.path.push(name);
        self.settings.text_mut().set_member(&self.path, value);
        self.path.pop();
    }

    pub(super) fn clear(&mut self, name: impl Into<Step>) {
        self.settings.text_mut().remove_member(&self.path.join(name));
    }
}
