//! The way through a document along what is known of its objects.

use std::collections::HashMap;

use super::Spot;
use crate::settings::{
    AuthSettingsV2, Form, Service,
    json::Json,
    views::{
        Properties,
        field::{Field, Schema, Shape},
    },
};

/// The longest name of somebody's own that is followed: what is inside repeats it on its way.
const MAX_NAME: usize = 256;

/// An object that is known.
pub(super) struct Object<'a> {
    pub(super) spot: Spot<'a>,
    pub(super) schema: &'static Schema,
    /// Whether the names in it are anybody's.
    pub(super) is_map: bool,
}

/// A member of a known object.
pub(super) struct Part<'a> {
    pub(super) spot: Spot<'a>,
    /// What it should be, if it is known.
    pub(super) shape: Option<Shape>,
    /// Whether others with its name are in front of it.
    pub(super) is_repeated: bool,
}

/// Sees each member of each known object, in the order of the document; of those with one name the last,
/// because it alone counts.
pub(super) fn walk<'a>(settings: &'a AuthSettingsV2, see: &mut impl FnMut(&Object<'a>, &Part<'a>)) {
    let sections =
        Object { spot: Spot::sections(settings), schema: &Properties::SCHEMA, is_map: false };
    visit(settings.form(), &sections, see);
}

fn visit<'a>(form: Form, object: &Object<'a>, see: &mut impl FnMut(&Object<'a>, &Part<'a>)) {
    for part in parts(form, object) {
        see(object, &part);
        let (schema, is_map) = match part.shape {
            Some(Shape::Object(schema)) => (schema, false),
            Some(Shape::Map(schema)) => (schema, true),
            _ => continue,
        };
        if part.spot.name().len() <= MAX_NAME {
            visit(form, &Object { spot: part.spot, schema, is_map }, see);
        }
    }
}

fn parts<'a>(form: Form, object: &Object<'a>) -> impl Iterator<Item = Part<'a>> {
    last_of_each(&object.spot).into_iter().map(move |(spot, is_repeated)| {
        let shape = if object.is_map {
            Some(Shape::Object(object.schema))
        } else {
            field(form, object.schema, spot.name()).map(|field| field.shape)
        };
        Part { spot, shape, is_repeated }
    })
}

/// The members, of those with one name the last; and whether there are others of that name.
pub(super) fn last_of_each<'a>(object: &Spot<'a>) -> Vec<(Spot<'a>, bool)> {
    let members: Vec<_> = object.json().map(Json::members).into_iter().flatten().collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for member in &members {
        let count = counts.entry(member.name.to_ascii_lowercase()).or_default();
        *count = count.saturating_add(1);
    }
    let last = |member: crate::settings::json::Member<'a>| {
        // Taken out by the first that is seen from behind.
        let count = counts.remove(&member.name.to_ascii_lowercase())?;
        Some((object.inner(member.name.into_owned(), member.value), count > 1))
    };
    let mut last: Vec<_> = members.into_iter().rev().filter_map(last).collect();
    last.reverse();
    last
}

/// What is known of a member of an object, by its name.
pub(super) fn field(form: Form, schema: &'static Schema, name: &str) -> Option<&'static Field> {
    // Settings files have another name for the custom providers.
    let name = if name.eq_ignore_ascii_case(Form::File.custom_providers()) {
        Form::AppService.custom_providers()
    } else {
        name
    };
    schema.field(name).filter(|field| has(form.service(), schema, field))
}

/// Whether the service has it.
pub(super) fn has(service: Service, schema: &Schema, field: &Field) -> bool {
    if service == Service::StaticWebApps && field.only.is_none() {
        // It has two sections of its own, and takes ids from settings.
        let is_section = schema.field("rolesSource").is_some();
        let is_id = schema.field(&format!("{}SettingName", field.name)).is_some();
        return !is_id && (!is_section || field.name == "identityProviders");
    }
    field.only.is_none_or(|only| only == service)
}
