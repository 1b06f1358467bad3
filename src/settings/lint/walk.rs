//! The walk through the document, as deep as the schema.

use std::cell::OnceCell;

use super::{Lint, MAX_NAME, Spot};
use crate::{
    json::document::{Json, last_of_each},
    platform::Service,
    settings::{
        Form,
        setting::{Node, schema},
    },
};

/// A known object.
pub(super) struct Object<'a> {
    pub(super) spot: Spot<'a>,
    pub(super) schema: &'static Node,
    /// The present names of the schema, collected at the first use.
    present: OnceCell<Vec<&'static str>>,
}

/// A member of a known object.
pub(super) struct Part<'a> {
    pub(super) spot: Spot<'a>,
    /// Its schema, if the service has it.
    pub(super) node: Option<&'static Node>,
    /// Others with the same name are before it.
    pub(super) is_repeated: bool,
}

impl Object<'_> {
    /// Returns `true` for an object whose names are free.
    pub(super) fn is_map(&self) -> bool {
        self.schema.of_any_name().is_some()
    }

    /// Returns `true` if a member of the schema is present.
    pub(super) fn has(&self, name: &str) -> bool {
        let present = self.present.get_or_init(|| {
            let members = self.spot.json().into_iter().flat_map(Json::values);
            let mut all: Vec<_> =
                members.filter_map(|own| Some(member(self.schema, own)?.name)).collect();
            all.sort_unstable();
            all.dedup();
            all
        });
        present.contains(&name)
    }
}

/// Visits each member of each known object, in the order of the document. If several members have one name,
/// it visits the last, which wins.
pub(super) fn walk<'a>(lint: &Lint<'a>, see: &mut impl FnMut(&Object<'a>, &Part<'a>)) {
    visit(lint.service, lint.sections, schema(), see);
}

fn visit<'a>(
    service: Service,
    spot: Spot<'a>,
    schema: &'static Node,
    see: &mut impl FnMut(&Object<'a>, &Part<'a>),
) {
    let Some(json) = spot.json() else { return };
    let object = Object { spot, schema, present: OnceCell::new() };
    for (json, is_repeated) in last_of_each(json.values()) {
        let known = schema.of_any_name().or_else(|| member(schema, json));
        let node = known.filter(|node| node.is_in(service));
        let part = Part { spot: Spot::of(json), node, is_repeated };
        see(&object, &part);
        if let Some(inner) = node.filter(|node| !node.members.is_empty())
            && json.is_object()
            && part.spot.name().len() <= MAX_NAME
        {
            visit(service, part.spot, inner, see);
        }
    }
}

/// The schema of a member, for any service.
pub(super) fn member(schema: &'static Node, json: Json<'_>) -> Option<&'static Node> {
    let found = schema.members.iter().find(|own| json.is_named(own.name));
    found.or_else(|| {
        // Settings files have another name for the custom providers.
        let is_custom = json.is_named(Form::File.custom_providers());
        schema.members.iter().find(|own| is_custom && own.of_any_name().is_some())
    })
}
