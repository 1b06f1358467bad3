//! The table of settings as a tree, for code that walks through a document.

use std::sync::LazyLock;

use super::{ANY_NAME, Kind, Row, Services, table::rows};
use crate::platform::Service;

/// An object or a setting, with what can be in it.
#[derive(Clone)]
pub(in crate::settings) struct Node {
    pub(in crate::settings) name: &'static str,
    pub(in crate::settings) kind: Kind,
    pub(in crate::settings) services: Services,
    pub(in crate::settings) doc: &'static str,
    pub(in crate::settings) members: Vec<Self>,
}

impl Node {
    fn object(name: &'static str) -> Self {
        Self { name, kind: Kind::Object, services: Services::NONE, doc: "", members: Vec::new() }
    }

    /// A member by its name, in any case.
    pub(in crate::settings) fn member(&self, name: &str) -> Option<&Self> {
        self.members.iter().find(|own| own.name.eq_ignore_ascii_case(name))
    }

    /// Returns `true` if a member at any depth has the name.
    pub(in crate::settings) fn has_below(&self, name: &str) -> bool {
        let is = |own: &Self| own.name.eq_ignore_ascii_case(name) || own.has_below(name);
        self.members.iter().any(is)
    }

    pub(in crate::settings) fn is_in(&self, service: Service) -> bool {
        self.services.has(service)
    }

    /// The schema of each member of a map, whose names are free.
    pub(in crate::settings) fn of_any_name(&self) -> Option<&Self> {
        self.members.first().filter(|only| only.name == ANY_NAME)
    }

    /// Adds a setting and the objects on the way to it.
    fn add(&mut self, mut steps: impl Iterator<Item = &'static str>, row: &'static Row) {
        self.services = self.services.with(row.services);
        let Some(step) = steps.next() else {
            (self.kind, self.doc) = (row.kind, row.doc.trim());
            return;
        };
        if let Some(own) = self.members.iter_mut().find(|own| own.name == step) {
            own.add(steps, row);
        } else {
            let mut own = Self::object(step);
            own.add(steps, row);
            self.members.push(own);
        }
    }
}

static SCHEMAS: LazyLock<[Node; 2]> = LazyLock::new(|| {
    let mut schemas = [Node::object(""), Node::object("")];
    for row in rows() {
        let [sections, envelope] = &mut schemas;
        let schema = if row.in_envelope { envelope } else { sections };
        schema.add(row.steps(), row);
    }
    schemas
});

/// The schema of the sections.
pub(in crate::settings) fn schema() -> &'static Node {
    let [sections, _] = &*SCHEMAS;
    sections
}

/// The schema of the envelope of Azure Resource Manager.
pub(in crate::settings) fn envelope() -> &'static Node {
    let [_, envelope] = &*SCHEMAS;
    envelope
}

/// The names of the built-in providers, in the spelling of App Service.
pub(in crate::settings) fn built_in_providers() -> impl Iterator<Item = &'static str> {
    let providers = schema().member("identityProviders").map(|own| own.members.as_slice());
    let built_in = providers.unwrap_or_default().iter().filter(|own| own.of_any_name().is_none());
    built_in.map(|own| own.name)
}

/// Returns `true` if no custom provider can have the name, because a built-in provider has it in documents
/// or in addresses.
pub(in crate::settings) fn is_built_in(name: &str) -> bool {
    const ALIASES: [&str; 2] = ["aad", "microsoftaccount"];
    built_in_providers().chain(ALIASES).any(|own| own.eq_ignore_ascii_case(name))
}
