//! Where a member belongs that an object does not know.

use super::walk::{field, has};
use crate::settings::{
    Form, Service,
    json::Step,
    views::{
        Properties,
        field::{Field, Schema, Shape},
    },
};

/// Names that say too little to tell where they belong.
const VAGUE: [&str; 2] = ["enabled", "properties"];

/// The way, from the sections, to where a name belongs that is unknown in the object at `way`; `None` if
/// no place or more than one is known.
pub(super) fn right_place(form: Form, way: &[Step], name: &str) -> Option<Vec<String>> {
    if VAGUE.iter().any(|vague| vague.eq_ignore_ascii_case(name)) {
        return None;
    }
    let objects = objects(form, way);
    let (own, outer) = objects.split_last()?;
    let place = |depth: usize, found: Vec<&'static str>| {
        let on_the_way = way.iter().take(depth).map(ToString::to_string);
        on_the_way.chain(found.into_iter().map(str::to_owned)).collect()
    };
    let below =
        |depth: usize, schema| Some(place(depth, only_below(form.service(), schema, name)?));
    // What one provider has is never meant for another, or for all.
    let top =
        if way.len() > 1 && is_providers(way.first()) { provider_depth(form, way) } else { 0 };
    below(own.0, own.1).or_else(|| {
        outer.iter().rev().take_while(|(depth, _)| *depth >= top).find_map(|&(depth, schema)| {
            let direct = field(form, schema, name).map(|field| place(depth, vec![field.name]));
            direct.or_else(|| below(depth, schema))
        })
    })
}

fn is_providers(step: Option<&Step>) -> bool {
    step.is_some_and(|step| step.eq_ignore_ascii_case("identityProviders"))
}

/// How many names lead to a provider.
fn provider_depth(form: Form, way: &[Step]) -> usize {
    let is_custom = way.get(1).is_some_and(|name| {
        let providers = Properties::SCHEMA.field("identityProviders");
        let Some(Shape::Object(schema)) = providers.map(|field| field.shape) else { return false };
        field(form, schema, name).is_some_and(|field| matches!(field.shape, Shape::Map(_)))
    });
    if is_custom { 3 } else { 2 }
}

/// The objects on the way, each with how many names lead to it.
fn objects(form: Form, way: &[Step]) -> Vec<(usize, &'static Schema)> {
    let mut schema: &'static Schema = &Properties::SCHEMA;
    let mut objects = vec![(0, schema)];
    let mut steps = (1..).zip(way);
    while let Some((depth, step)) = steps.next() {
        let depth = match field(form, schema, step).map(|field| field.shape) {
            Some(Shape::Object(inner)) => {
                schema = inner;
                depth
            }
            Some(Shape::Map(inner)) => {
                schema = inner;
                let Some((depth, _)) = steps.next() else { break };
                depth
            }
            _ => break,
        };
        objects.push((depth, schema));
    }
    objects
}

/// The way to the only member of that name in an object of the schema, however deep.
fn only_below(service: Service, schema: &Schema, name: &str) -> Option<Vec<&'static str>> {
    let mut found = Vec::new();
    collect(service, schema, name, &mut Vec::new(), &mut found);
    (found.len() == 1).then(|| found.pop()).flatten()
}

fn collect(
    service: Service,
    schema: &Schema,
    name: &str,
    way: &mut Vec<&'static str>,
    found: &mut Vec<Vec<&'static str>>,
) {
    for field in schema.members.iter().filter(|field| has(service, schema, field)) {
        way.push(field.name);
        if field.name.eq_ignore_ascii_case(name) {
            found.push(way.clone());
        }
        if let Shape::Object(inner) = field.shape {
            collect(service, inner, name, way, found);
        }
        way.pop();
    }
}

/// The member of an object that a name is nearly that of: other separators, or up to two letters.
pub(super) fn nearest(form: Form, schema: &'static Schema, name: &str) -> Option<&'static Field> {
    const LONGEST: usize = 64;
    const FARTHEST: usize = 2;
    if name.len() > LONGEST {
        return None;
    }
    let plain = |name: &str| -> Vec<u8> {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        letters.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let name = plain(name);
    let distances = schema.members.iter().filter(|own| has(form.service(), schema, own));
    let distances = distances.map(|own| (distance(&name, &plain(own.name)), own));
    // A short name is near to anything.
    let near = distances.filter(|(distance, own)| {
        *distance <= FARTHEST && distance.saturating_mul(4) <= own.name.len()
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, own)| own)
}

/// How many letters to add, to drop or to replace (Levenshtein).
fn distance(one: &[u8], two: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (above, letter) in (1..).zip(one) {
        let mut left = above;
        let mut corner = usize::saturating_sub(above, 1);
        for (cell, other) in row.iter_mut().skip(1).zip(two) {
            let diagonal = corner.saturating_add(usize::from(letter != other));
            corner = *cell;
            left = diagonal.min(left.saturating_add(1)).min(cell.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn counts_letters() {
        for (one, two, letters) in
            [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("xy", "yx", 2)]
        {
            assert_eq!(distance(one.as_bytes(), two.as_bytes()), letters, "{one} {two}");
        }
    }
}
