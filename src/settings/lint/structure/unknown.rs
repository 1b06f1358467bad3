//! Members that nobody knows, and what was meant.

use super::{ST1, is_free, is_section};
use crate::{
    escape::Escaped,
    settings::{
        AuthSettingsV2, Service,
        json::{Path, Step},
        lint::{
            Findings, Fix, Severity, Spot,
            places::{nearest, right_place},
            walk::{Object, Part},
        },
    },
};

pub(super) fn member(
    settings: &AuthSettingsV2,
    object: &Object<'_>,
    part: &Part<'_>,
    findings: &mut Findings,
) {
    let form = settings.form();
    let spot = &part.spot;
    let sections = settings.sections();
    let way = object.spot.path().steps().get(sections.steps().len()..).unwrap_or_default();
    if is_elsewhere(spot, object, way) {
        return;
    }
    let name = Escaped(spot.name());
    if let Some(setting) = setting_name(object, spot.name()) {
        let message = format!("{name} is not known here");
        let cure = format!("put the value in a setting, and its name in {setting}");
        findings.add(&ST1, spot, message, cure);
        return;
    }
    let place = entra_issuer(way, spot.name()).or_else(|| right_place(form, way, spot.name()));
    if let Some(place) = place {
        let to = place.into_iter().map(Step::from);
        moved(settings, spot, sections.steps().iter().cloned().chain(to).collect(), findings);
    } else if object.schema.field(spot.name()).is_some() {
        let service = match form.service() {
            Service::AppService => "App Service",
            Service::ContainerApps => "Container Apps",
            Service::StaticWebApps => "Static Web Apps",
        };
        let message = format!("there is no {name} in {service}");
        findings
            .add(&ST1, spot, message, "remove it; another service has it")
            .severity(Severity::Warning);
    } else if let Some(near) = nearest(form, object.schema, spot.name()) {
        let message = format!("{name} is not known here");
        let added = findings.add(&ST1, spot, message, format!("name it {}", near.name));
        if !object.spot.at(near.name).exists() {
            added.fix_by_renaming(near.name);
        }
    } else {
        nothing_near(spot, findings);
    }
}

/// A member of the envelope.
pub(super) fn beside_the_sections(
    settings: &AuthSettingsV2,
    spot: &Spot<'_>,
    findings: &mut Findings,
) {
    if is_section(spot.name()) {
        let to = settings.sections().join(spot.name().to_owned());
        moved(settings, spot, to, findings);
    } else {
        nothing_near(spot, findings);
    }
}

/// Whether something else speaks of it.
fn is_elsewhere(spot: &Spot<'_>, object: &Object<'_>, way: &[Step]) -> bool {
    let is = |names: &[&str]| names.iter().any(|name| spot.name().eq_ignore_ascii_case(name));
    is(&["loginParameters"])
        || (way.is_empty() && spot.name() == "$schema")
        // What came with a wrapper inside a section.
        || (is(&["id", "name", "type", "kind"]) && object.spot.at("properties").exists())
}

/// A value where the name of a setting is meant: `clientSecret` for `clientSecretSettingName`.
fn setting_name(object: &Object<'_>, name: &str) -> Option<&'static str> {
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    object.schema.field(&format!("{name}SettingName")).map(|field| field.name)
}

/// The first version's name of the issuer, in the provider or in its registration.
fn entra_issuer(way: &[Step], name: &str) -> Option<Vec<String>> {
    let registration = ["identityProviders", "azureActiveDirectory", "registration"];
    let is_entra = (2..=registration.len()).contains(&way.len())
        && way.iter().zip(registration).all(|(step, own)| step.eq_ignore_ascii_case(own));
    let place = registration.iter().chain(&["openIdIssuer"]).map(ToString::to_string);
    (is_entra && name.eq_ignore_ascii_case("issuer")).then(|| place.collect())
}

fn moved(settings: &AuthSettingsV2, spot: &Spot<'_>, to: Path, findings: &mut Findings) {
    let message = format!("{} is in the wrong place", Escaped(spot.name()));
    let pointer = to.to_string();
    let added = findings.add(&ST1, spot, message, format!("move it to {}", Escaped(&pointer)));
    if is_free(settings, &to) {
        added.fix(Fix::Move { from: spot.path().clone(), to });
    }
}

fn nothing_near(spot: &Spot<'_>, findings: &mut Findings) {
    let message = format!("{} is not known here", Escaped(spot.name()));
    let cure = "check its name; it is kept, in case that Azure has added it";
    findings.add(&ST1, spot, message, cure).severity(Severity::Warning);
}
