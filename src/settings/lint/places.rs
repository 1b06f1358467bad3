//! Where a member belongs that an object does not know.

use crate::settings::{
    Form, Service,
    setting::{Node, schema},
};

/// Names that say too little to tell where they belong.
const VAGUE: [&str; 2] = ["enabled", "properties"];

/// The way, from the sections, to where a name belongs that is unknown in the object at `way`; `None` if
/// no place or more than one is known.
pub(super) fn right_place(form: Form, way: &[String], name: &str) -> Option<Vec<String>> {
    if VAGUE.iter().any(|vague| vague.eq_ignore_ascii_case(name)) {
        return None;
    }
    let objects = objects(form.service(), way);
    let (own, outer) = objects.split_last()?;
    let place = |depth: usize, found: Vec<&'static str>| {
        let on_the_way = way.iter().take(depth).cloned();
        on_the_way.chain(found.into_iter().map(str::to_owned)).collect()
    };
    let below =
        |depth: usize, schema| Some(place(depth, only_below(form.service(), schema, name)?));
    // What one provider has is never meant for another, or for all.
    let top = if way.len() > 1 && is_providers(way.first()) { provider_depth(way) } else { 0 };
    below(own.0, own.1).or_else(|| {
        outer.iter().rev().take_while(|(depth, _)| *depth >= top).find_map(|&(depth, schema)| {
            let direct = schema.member(name).filter(|own| own.is_in(form.service()));
            direct.map(|own| place(depth, vec![own.name])).or_else(|| below(depth, schema))
        })
    })
}

fn is_providers(step: Option<&String>) -> bool {
    step.is_some_and(|step| step.eq_ignore_ascii_case("identityProviders"))
}

/// How many names lead to a provider.
fn provider_depth(way: &[String]) -> usize {
    let is_custom =
        way.get(1).is_some_and(|name| crate::settings::form::has_custom_providers(name));
    if is_custom { 3 } else { 2 }
}

/// The objects on the way, each with how many names lead to it.
fn objects(service: Service, way: &[String]) -> Vec<(usize, &'static Node)> {
    let mut node = schema();
    let mut objects = vec![(0, node)];
    let mut steps = (1..).zip(way);
    while let Some((depth, step)) = steps.next() {
        let custom = || node.members.iter().find(|own| own.of_any_name().is_some());
        let is_custom = crate::settings::form::has_custom_providers(step);
        let found = if is_custom { custom() } else { node.member(step) };
        let Some(found) = found.filter(|own| own.is_in(service)) else { break };
        match found.of_any_name() {
            Some(any) => {
                let Some((depth, _)) = steps.next() else { break };
                node = any;
                objects.push((depth, node));
            }
            None if found.members.is_empty() => break,
            None => {
                node = found;
                objects.push((depth, node));
            }
        }
    }
    objects
}

/// The way to the only member of that name in an object of the schema, however deep.
fn only_below(service: Service, schema: &'static Node, name: &str) -> Option<Vec<&'static str>> {
    let mut found = Vec::new();
    collect(service, schema, name, &mut Vec::new(), &mut found);
    (found.len() == 1).then(|| found.pop()).flatten()
}

fn collect(
    service: Service,
    schema: &'static Node,
    name: &str,
    way: &mut Vec<&'static str>,
    found: &mut Vec<Vec<&'static str>>,
) {
    for own in schema.members.iter().filter(|own| own.is_in(service)) {
        way.push(own.name);
        if own.name.eq_ignore_ascii_case(name) {
            found.push(way.clone());
        }
        if own.of_any_name().is_none() {
            collect(service, own, name, way, found);
        }
        way.pop();
    }
}

/// Whether a name is that of a setting, or of an object with settings, of any service.
pub(super) fn is_known_anywhere(schema: &Node, name: &str) -> bool {
    schema
        .members
        .iter()
        .any(|own| own.name.eq_ignore_ascii_case(name) || is_known_anywhere(own, name))
}

/// The member of an object that a name is nearly that of: other separators, or up to two letters.
pub(super) fn nearest(form: Form, schema: &'static Node, name: &str) -> Option<&'static Node> {
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
    let near = schema.members.iter().filter_map(|own| {
        // Most names are too long or too short to be near.
        if !own.is_in(form.service()) || own.name.len().abs_diff(name.len()) > FARTHEST {
            return None;
        }
        let distance = distance(&name, &plain(own.name));
        // A short name is near to anything.
        let is_near = distance <= FARTHEST && distance.saturating_mul(4) <= own.name.len();
        is_near.then_some((distance, own))
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
