//! Members that nobody knows, and what was meant.

use super::{ST1, is_section};
use crate::json::document::{Path, Step};
use crate::{
    escape::Escaped,
    settings::{
        Service,
        lint::{
            Edit, Findings, Lint, Severity, Spot, container_apps,
            places::{is_known_anywhere, nearest, right_place},
            walk::{Object, Part},
        },
        setting::schema,
    },
};

pub(super) fn member(
    lint: &Lint<'_>,
    object: &Object<'_>,
    part: &Part<'_>,
    findings: &mut Findings,
) {
    let (form, spot) = (lint.form, &part.spot);
    let written = spot.name();
    let is_foreign = object.schema.member(&written).is_some();
    if is_foreign && lint.service == Service::ContainerApps {
        return container_apps::foreign(spot, findings);
    }
    if findings.is_full(&ST1) {
        return;
    }
    let sections = lint.doc.sections();
    let way = object.spot.path();
    let way = way.steps().get(sections.steps().len()..).unwrap_or_default();
    let way: Vec<String> = way.iter().map(ToString::to_string).collect();
    if is_elsewhere(spot, object, &way) {
        return;
    }
    let name = Escaped(&written);
    let message = || format!("{name} is not known here");
    if let Some(setting) = setting_name(lint.service, object, &written) {
        let remedy = format!("put the value in a setting, and its name in {setting}");
        findings.add(&ST1, spot, message(), remedy);
        return;
    }
    let place = entra_issuer(&way, &written).or_else(|| right_place(form, &way, &written));
    if let Some(place) = place {
        let to = place.into_iter().map(Step::from);
        moved(lint, spot, sections.steps().iter().cloned().chain(to).collect(), findings);
    } else if is_foreign || (is_other_service(lint, &written) && spot.is_filled()) {
        let message = format!("there is no {name} in {}", lint.service.title());
        findings
            .add(&ST1, spot, message, "remove it; another service has it")
            .severity(Severity::Warning);
    } else if let Some(near) = nearest(form, object.schema, &written) {
        let added = findings.add(&ST1, spot, message(), format!("name it {}", near.name));
        if !object.has(near.name) {
            added.fix_by_renaming(near.name);
        }
    } else {
        nothing_near(spot, findings);
    }
}

/// Whether it is a setting of other services only.
fn is_other_service(lint: &Lint<'_>, name: &str) -> bool {
    lint.service == Service::StaticWebApps && is_known_anywhere(schema(), name)
}

/// A member of the envelope.
pub(super) fn beside_the_sections(lint: &Lint<'_>, spot: &Spot<'_>, findings: &mut Findings) {
    if findings.is_full(&ST1) {
        return;
    }
    if is_section(&spot.name()) {
        let to = lint.doc.sections().join(spot.name().into_owned());
        moved(lint, spot, to, findings);
    } else {
        nothing_near(spot, findings);
    }
}

/// Whether something else speaks of it.
fn is_elsewhere(spot: &Spot<'_>, object: &Object<'_>, way: &[String]) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| spot.is_named(name));
    is(&["loginParameters"])
        || (way.is_empty() && spot.name() == "$schema")
        // What came with a wrapper inside a section.
        || (is(&["id", "name", "type", "kind"]) && object.spot.at("properties").exists())
}

/// A value where the name of a setting is meant: `clientSecret` for `clientSecretSettingName`.
fn setting_name(service: Service, object: &Object<'_>, name: &str) -> Option<&'static str> {
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let setting = object.schema.member(&format!("{name}SettingName"));
    setting.filter(|own| own.is_in(service)).map(|own| own.name)
}

/// The first version's name of the issuer, in the provider or in its registration.
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
    let added = findings.add(&ST1, spot, message, format!("move it to {}", Escaped(&pointer)));
    // Only if nothing is there, and objects alone are on the way to it.
    if lint.doc.text().get(&to).is_none() {
        added.edit(Edit::Move { from: spot.path(), to });
    }
}

fn nothing_near(spot: &Spot<'_>, findings: &mut Findings) {
    let message = format!("{} is not known here", Escaped(&spot.name()));
    let remedy = "check its name; it is kept, in case that Azure has added it";
    findings.add(&ST1, spot, message, remedy).severity(Severity::Warning);
}
