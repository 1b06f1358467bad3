//! Values of the wrong type, and texts that somebody was to replace.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Findings, Section, Severity, Spot, placeholder::is_placeholder, rule::rules, walk::walk,
};
use crate::{
    json::Kind,
    settings::{
        AuthSettingsV2,
        json::Json,
        views::{Envelope, field::Shape},
    },
};

rules! {
    ST15 Error: "a value of another type is turned into the right one at best, and refused or ignored \
        otherwise",
        "authSettingsV2 schema; recorded answers of the service; WEBSITE_AUTH_V2_CONFIG_JSON";
    ST19 Error: "the platform takes the text as it is: an issuer, a client or a setting of this name does \
        not exist",
        "inferred from copies of templates";
    ST20 Warning: "Entra writes ids of applications, users and groups as GUIDs in its tokens, so nothing \
        else is ever found there",
        "App Service docs, Configure Microsoft Entra";
}

pub(super) const SECTION: Section = Section { rules: RULES, check };

fn check(settings: &AuthSettingsV2, findings: &mut Findings) {
    // Another rule that has found something there says more.
    let spoken = findings.pointers();
    let mut types = Types { spoken: &spoken, findings };
    if settings.form().has_envelope() {
        let document = Spot::document(settings);
        for field in Envelope::SCHEMA.members {
            types.check(&document.at(field.name), field.shape);
        }
    }
    walk(settings, &mut |_, part| {
        if let Some(shape) = part.shape {
            types.check(&part.spot, shape);
        }
    });
    placeholders(&Spot::sections(settings), &spoken, findings);
}

struct Types<'f> {
    spoken: &'f HashSet<String>,
    findings: &'f mut Findings,
}

impl Types<'_> {
    fn check(&mut self, spot: &Spot<'_>, shape: Shape) {
        let Some(json) = spot.json() else { return };
        // No value at all, and a text that is empty or still to be replaced, are as good as missing.
        if json.kind() == Kind::Null
            || json.as_str().is_some_and(|text| text.is_empty() || is_placeholder(&text))
        {
            return;
        }
        match shape {
            Shape::Flag => self.flag(spot, json),
            Shape::TextFlag if spot.flag().is_some() => {}
            Shape::TextFlag => self.wrong(spot, "\"true\" or \"false\""),
            Shape::Text | Shape::SettingName | Shape::Timespan => self.text(spot, json),
            Shape::Guid => self.guid(spot, json),
            Shape::Texts => self.list(spot, Self::text),
            // Another rule looks at the elements of this one.
            Shape::Guids if spot.name().eq_ignore_ascii_case("allowedApplications") => {
                self.list(spot, |_, _, _| ());
            }
            Shape::Guids => self.list(spot, Self::guid),
            Shape::Hours => self.hours(spot, json),
            Shape::Choice(names) => self.choice(spot, json, names),
            Shape::LoginParameters => {}
            Shape::Object(_) | Shape::Map(_) if json.is_object() => {}
            Shape::Object(_) | Shape::Map(_) => self.wrong(spot, "an object"),
        }
    }

    fn flag(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        match spot.flag() {
            None => self.wrong(spot, "true or false"),
            Some(flag) if json.kind() == Kind::String => {
                self.tolerated(
                    spot,
                    "a text stands for true or false",
                    "leave out the quotes",
                    flag,
                );
            }
            Some(_) => {}
        }
    }

    fn text(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        if !matches!(json.kind(), Kind::String | Kind::Null) {
            self.wrong(spot, "a text");
        }
    }

    fn guid(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        match json.as_str() {
            Some(text) if !text.is_empty() && !is_placeholder(&text) && spot.guid().is_none() => {
                let cure = "write the id as 8-4-4-4-12 hexadecimal digits";
                self.findings.add(&ST20, spot, "this is not a GUID", cure);
            }
            _ => self.text(spot, json),
        }
    }

    fn list(&mut self, spot: &Spot<'_>, mut element: impl FnMut(&mut Self, &Spot<'_>, Json<'_>)) {
        let Some(elements) = spot.json().and_then(Json::elements) else {
            return self.wrong(spot, "a list");
        };
        for (index, json) in elements.into_iter().enumerate() {
            element(self, &spot.inner(index.to_string(), json), json);
        }
    }

    fn hours(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        let Some(text) = json.as_str().filter(|_| spot.hours().is_some()) else { return };
        let message = "a text stands for a number";
        // The digits as they are: 72.0 as well as 72.
        match serde_json::from_str::<Value>(&text) {
            Ok(number) => self.tolerated(spot, message, "leave out the quotes", number),
            Err(_) if self.spoken.contains(&spot.path().to_string()) => {}
            Err(_) => {
                let cure = "write 72, the default";
                self.findings.add(&ST15, spot, message, cure).severity(Severity::Warning);
            }
        }
    }

    fn choice(&mut self, spot: &Spot<'_>, json: Json<'_>, names: &[&'static str]) {
        let Some(number) = json.as_number() else { return self.text(spot, json) };
        let message = "a number stands for a name, as in the document of the platform's middleware";
        match number.parse().ok().and_then(|at: usize| names.get(at)) {
            Some(name) => self.tolerated(spot, message, &format!("write {name}"), *name),
            None => self.wrong(spot, "a text"),
        }
    }

    /// What the service reads nevertheless.
    fn tolerated(&mut self, spot: &Spot<'_>, message: &str, cure: &str, value: impl Into<Value>) {
        if !self.spoken.contains(&spot.path().to_string()) {
            let added = self.findings.add(&ST15, spot, message, cure);
            added.severity(Severity::Warning).fix_by_setting(value);
        }
    }

    fn wrong(&mut self, spot: &Spot<'_>, meant: &str) {
        let message = format!("the value is not {meant}");
        self.findings.add(&ST15, spot, message, format!("write {meant}"));
    }
}

/// Texts to be replaced, anywhere inside.
fn placeholders(spot: &Spot<'_>, spoken: &HashSet<String>, findings: &mut Findings) {
    /// What is inside repeats a name on its way.
    const LONGEST: usize = 256;
    /// Settings have at most ten.
    const DEEPEST: usize = 32;
    let Some(json) = spot.json().filter(|_| spot.path().steps().len() <= DEEPEST) else { return };
    match json.kind() {
        Kind::Array => {
            for (index, json) in json.elements().into_iter().flatten().enumerate() {
                placeholders(&spot.inner(index.to_string(), json), spoken, findings);
            }
        }
        Kind::Object => {
            for member in json.members().filter(|own| own.name.len() <= LONGEST) {
                placeholders(&spot.inner(member.name.into_owned(), member.value), spoken, findings);
            }
        }
        Kind::String if spot.is_placeholder() && !spoken.contains(&spot.path().to_string()) => {
            let cure = "put in what it stands for";
            findings.add(&ST19, spot, "this is the placeholder of a template", cure);
        }
        _ => {}
    }
}
