//! Unknown members, and what they probably stand for.

use super::{Edit, Findings, Lint, Object, Severity, Spot, rules::ST1, services};
use crate::{
    escape::Escaped,
    json::document::{Path, Step},
    login_parameters::{MAX_EDITS, distance},
    platform::Service,
    settings::{
        form::has_custom_providers,
        setting::{Node, schema},
    },
};

/// The longest name that is compared with those of settings.
const LONGEST: usize = 64;

/// Names that many objects have.
const VAGUE: [&str; 2] = ["enabled", "properties"];

pub(super) fn check(
    lint: &Lint<'_>,
    object: &Object<'_>,
    spot: &Spot<'_>,
    findings: &mut Findings,
) {
    let written = spot.name();
    let is_foreign = object.schema.member(&written).is_some();
    if is_foreign && lint.service == Service::ContainerApps {
        return services::foreign(spot, findings);
    }
    if findings.is_full(&ST1) || is_elsewhere(spot, object) {
        return;
    }
    let sections = lint.doc.sections();
    let way = object.spot.path();
    let way = way.steps().get(sections.steps().len()..).unwrap_or_default();
    let way: Vec<String> = way.iter().map(ToString::to_string).collect();
    let name = Escaped(&written);
    let message = format!("{name} is not known here");
    if let Some(setting) = setting_name(lint.service, object, &written) {
        let remedy = format!("put the value into a setting, and its name into {setting}");
        findings.say(&ST1, spot, message, remedy);
        return;
    }
    let place = entra_issuer(&way, &written);
    if let Some(place) = place.or_else(|| right_place(lint.service, &way, &written)) {
        let to = place.into_iter().map(Step::from);
        moved(lint, spot, sections.steps().iter().cloned().chain(to).collect(), findings);
    } else if is_foreign || (is_of_other_service(lint, &written) && spot.is_filled()) {
        let message = format!("{} does not have {name}", lint.service.title());
        let added = findings.say(&ST1, spot, message, "remove it; another service has it");
        added.severity(Severity::Warning);
    } else if let Some(near) = nearest(lint.service, object.schema, &written) {
        let added = findings.say(&ST1, spot, message, format!("name it {}", near.name));
        if !object.has(near.name) {
            added.fix_by_renaming(near.name);
        }
    } else {
        findings.say(&ST1, spot, message, ST1.remedy).severity(Severity::Warning);
    }
}

/// Returns `true` for a setting that only other services have.
fn is_of_other_service(lint: &Lint<'_>, name: &str) -> bool {
    lint.service == Service::StaticWebApps && schema().has_below(name)
}

/// A member of the envelope.
pub(super) fn beside_the_sections(lint: &Lint<'_>, spot: &Spot<'_>, findings: &mut Findings) {
    if findings.is_full(&ST1) {
        return;
    }
    let name = spot.name();
    if schema().member(&name).is_some() {
        moved(lint, spot, lint.doc.sections().join(name.into_owned()), findings);
    } else {
        let message = format!("{} is not known here", Escaped(&name));
        findings.say(&ST1, spot, message, ST1.remedy).severity(Severity::Warning);
    }
}

/// Returns `true` if another rule is about the member.
fn is_elsewhere(spot: &Spot<'_>, object: &Object<'_>) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| spot.is_named(name));
    is(&["loginParameters"])
        || (object.schema.name.is_empty() && spot.name() == "$schema")
        // Came with a wrapper inside a section.
        || (is(&["id", "name", "type", "kind"]) && object.spot.at("properties").exists())
}

/// The setting for a value that should be the name of a setting: `clientSecretSettingName` for
/// `clientSecret`.
fn setting_name(service: Service, object: &Object<'_>, name: &str) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let setting = object.schema.member(&format!("{name}SettingName"));
    setting.filter(|own| own.is_in(service)).map(|own| own.name)
}

/// `issuer`, the name of the first version, in the provider or in its registration.
fn entra_issuer(way: &[String], name: &str) -> Option<Vec<String>> {
    let registration = ["identityProviders", "azureActiveDirectory", "registration"];
    let is_entra = (2..=registration.len()).contains(&way.len())
        && way.iter().zip(registration).all(|(step, own)| step.eq_ignore_ascii_case(own));
    let place = registration.iter().chain(&["openIdIssuer"]).map(ToString::to_string);
    (is_entra && name.eq_ignore_ascii_case("issuer")).then(|| place.collect())
}

fn moved(lint: &Lint<'_>, spot: &Spot<'_>, to: Path, findings: &mut Findings) {
    let message = format!("{} is in the wrong place", Escaped(&spot.name()));
    let pointer = to.to_string();
    let added = findings.say(&ST1, spot, message, format!("move it to {}", Escaped(&pointer)));
    // Only if the place is free.
    if lint.doc.text().get(&to).is_none() {
        added.edit(Edit::Move { from: spot.path(), to });
    }
}

/// The path from the sections to the place of a name that is unknown in the object at `way`; `None` if no
/// place or more than one is known.
fn right_place(service: Service, way: &[String], name: &str) -> Option<Vec<String>> {
    if VAGUE.iter().any(|vague| vague.eq_ignore_ascii_case(name)) {
        return None;
    }
    let objects = objects(service, way);
    let (own, outer) = objects.split_last()?;
    let place = |depth: usize, found: Vec<&'static str>| {
        let on_the_way = way.iter().take(depth).cloned();
        on_the_way.chain(found.into_iter().map(str::to_owned)).collect()
    };
    let below = |depth: usize, schema| Some(place(depth, only_below(service, schema, name)?));
    // A member of one provider never belongs to another one, or to all.
    let is_provider = way.len() > 1 && is_named(way.first(), "identityProviders");
    let is_custom = way.get(1).is_some_and(|name| has_custom_providers(name));
    let top = if !is_provider {
        0
    } else if is_custom {
        3
    } else {
        2
    };
    below(own.0, own.1).or_else(|| {
        outer.iter().rev().take_while(|(depth, _)| *depth >= top).find_map(|&(depth, schema)| {
            let direct = schema.member(name).filter(|own| own.is_in(service));
            direct.map(|own| place(depth, vec![own.name])).or_else(|| below(depth, schema))
        })
    })
}

fn is_named(step: Option<&String>, name: &str) -> bool {
    step.is_some_and(|step| step.eq_ignore_ascii_case(name))
}

/// The objects on the way, each with its depth.
fn objects(service: Service, way: &[String]) -> Vec<(usize, &'static Node)> {
    let mut node = schema();
    let mut objects = vec![(0, node)];
    let mut steps = (1..).zip(way);
    while let Some((mut depth, step)) = steps.next() {
        let custom = || node.members.iter().find(|own| own.of_any_name().is_some());
        let found = if has_custom_providers(step) { custom() } else { node.member(step) };
        let Some(found) = found.filter(|own| own.is_in(service)) else { break };
        node = found;
        if let Some(any) = found.of_any_name() {
            let Some((next, _)) = steps.next() else { break };
            (depth, node) = (next, any);
        } else if found.members.is_empty() {
            break;
        }
        objects.push((depth, node));
    }
    objects
}

/// The path to the only member of that name in an object of the schema, at any depth.
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

/// The member of an object whose name differs only in separators or in up to two letters.
pub(super) fn nearest(
    service: Service,
    schema: &'static Node,
    name: &str,
) -> Option<&'static Node> {
    if name.len() > LONGEST {
        return None;
    }
    let plain = |name: &str| -> Vec<u8> {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        letters.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let name = plain(name);
    let near = schema.members.iter().filter_map(|own| {
        // The names of most members are too long or too short.
        if !own.is_in(service) || own.name.len().abs_diff(name.len()) > MAX_EDITS {
            return None;
        }
        let distance = distance(&name, &plain(own.name))?;
        // Few edits lead from any name to a short one.
        let is_near = distance.saturating_mul(4) <= own.name.len();
        is_near.then_some((distance, own))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, own)| own)
}
