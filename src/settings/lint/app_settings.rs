//! The site's app settings, which the document names.

use super::{Findings, Lint, Object, Part, Section, rule::rules};
use crate::{
    escape::Escaped,
    settings::{Service, setting::Kind},
};

rules! {
    AP1 Error: "the platform finds no secret under this name, so sign-ins fail",
        "App Service docs, Configure Microsoft Entra sign-in";
    AP2 Warning: "a swap of slots takes the setting along, and the other slot signs in with its secret",
        "App Service docs, Authentication API versions; Set up staging environments";
}

pub(super) const SECTION: Section = Section { rules: RULES, check: |_, _| (), see: Some(see) };

fn see(lint: &Lint<'_>, _: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    let context = lint.context;
    // Container Apps have secrets, and Static Web Apps have no slots.
    if !context.knows_app_settings() || lint.service == Service::ContainerApps {
        return;
    }
    let is_name = part.node.is_some_and(|node| node.kind == Kind::SettingName);
    let Some(name) = part.spot.text().filter(|name| is_name && is_setting_name(name)) else {
        return;
    };
    if !context.has_app_setting(&name) {
        // A value that names no app setting can be the secret itself, so it is not shown.
        let message = "the site has no app setting of this name";
        findings.add(&AP1, &part.spot, message, "add the app setting, or correct the name");
    } else if context.is_sticky(&name) == Some(false) {
        let message = format!("the app setting {} is not bound to its slot", Escaped(&name));
        findings.add(&AP2, &part.spot, message, "make it a deployment slot setting");
    }
}

fn is_setting_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
