//! The way through a document along what is known of its objects.

use std::cell::OnceCell;

use super::{Lint, MAX_NAME, Spot};
use crate::json::document::{Json, last_of_each};
use crate::settings::{
    Form, Service,
    setting::{Node, schema},
};

/// An object that is known.
pub(super) struct Object<'a> {
    pub(super) spot: Spot<'a>,
    pub(super) schema: &'static Node,
    /// The names of the schema that are there, once somebody asks.
    present: OnceCell<Vec<&'static str>>,
}

/// A member of a known object.
pub(super) struct Part<'a> {
    pub(super) spot: Spot<'a>,
    /// What it should be, if it is known.
    pub(super) node: Option<&'static Node>,
    /// Whether others with its name are in front of it.
    pub(super) is_repeated: bool,
}

impl Object<'_> {
    /// Whether the names in it are anybody's.
    pub(super) fn is_map(&self) -> bool {
        self.schema.of_any_name().is_some()
    }

    /// Whether it has a member of the schema.
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

/// Sees each member of each known object, in the order of the document; of those with one name the last,
/// because it alone counts.
pub(super) fn walk<'a>(lint: &Lint<'a>, see: &mut impl FnMut(&Object<'a>, &Part<'a>)) {
    visit(lint.service, lint.sections.clone(), schema(), see);
}

/// As deep as the schema, whatever the document.
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
        let part = Part { spot: object.spot.member(json), node, is_repeated };
        see(&object, &part);
        if let Some(inner) = node.filter(|node| !node.members.is_empty())
            && json.is_object()
            && part.spot.name().len() <= MAX_NAME
        {
            visit(service, part.spot, inner, see);
        }
    }
}

/// What is known of a member of an object, whatever the service.
pub(super) fn member(schema: &'static Node, json: Json<'_>) -> Option<&'static Node> {
    let found = schema.members.iter().find(|own| json.is_named(own.name));
    found.or_else(|| {
        // Settings files have another name for the custom providers.
        let is_custom = json.is_named(Form::File.custom_providers());
        schema.members.iter().find(|own| is_custom && own.of_any_name().is_some())
    })
}
