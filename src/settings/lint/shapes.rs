//! Values of the wrong type, and texts that somebody was to replace.

use serde_json::Value;

use super::{
    Findings, Lint, MAX_NAME, Object, Part, Section, Severity, Spot,
    placeholder::{is_open, is_placeholder},
    rule::rules,
};
use crate::json::document::Json;
use crate::{
    json::Kind as JsonKind,
    settings::{
        setting::{Kind, Node, envelope_schema, is_of},
        unknown::{is_expression, is_powershell},
    },
};

rules! {
    ST15 Error: "a value of another type is turned into the right one at best, and refused or ignored \
        otherwise",
        "authSettingsV2 schema; recorded answers of the service; WEBSITE_AUTH_V2_CONFIG_JSON";
    ST19 Error: "the platform takes the text as it is: an issuer, a client or a setting of this name does \
        not exist",
        "inferred from copies of templates";
    ST22 Info: "what it is stays unknown until then: it is not the platform's default, and nothing here \
        changes it",
        "Azure Resource Manager docs, Template functions and expressions";
    ST20 Warning: "Entra writes ids of applications, users and groups as GUIDs in its tokens, so nothing \
        else is ever found there",
        "App Service docs, Configure Microsoft Entra";
}

pub(super) const SECTION: Section = Section { rules: RULES, check: envelope, see: Some(see) };

fn envelope(lint: &Lint<'_>, findings: &mut Findings) {
    let mut types = Types { findings };
    if lint.form.has_envelope() {
        for node in &envelope_schema().members {
            types.check(&lint.document.at(node.name), node);
        }
    }
    if lint.sections.exists() {
        types.object(&lint.sections);
    }
}

fn see(_: &Lint<'_>, _: &Object<'_>, part: &Part<'_>, findings: &mut Findings) {
    if let Some(node) = part.node {
        Types { findings }.check(&part.spot, node);
    }
}

/// Looks at types. It is silent where another rule has spoken, which says more.
struct Types<'f> {
    findings: &'f mut Findings,
}

impl Types<'_> {
    fn check(&mut self, spot: &Spot<'_>, node: &Node) {
        let Some(json) = spot.json() else { return };
        // No value at all, and a text that is empty or still to be replaced, are as good as missing.
        if json.kind() == JsonKind::Null {
            return;
        }
        if json.kind() == JsonKind::String {
            let text = json.as_str().unwrap_or_default();
            if text.is_empty() && node.kind != Kind::Object {
                return;
            }
            // Of these the rule of placeholders speaks.
            if is_placeholder(&text) && !is_powershell(&text) {
                return;
            }
            if is_powershell(&text) && !is_of(node.kind, json) {
                return self.truncated(spot, node.kind);
            }
        }
        match node.kind {
            Kind::Flag => self.flag(spot, json),
            Kind::TextFlag if spot.flag().is_some() => {}
            Kind::TextFlag => self.wrong(spot, "\"true\" or \"false\""),
            Kind::Text | Kind::SettingName | Kind::Timespan => self.text(spot, json),
            Kind::Guid => self.guid(spot, json),
            Kind::Texts => self.list(spot, Self::text),
            // Another rule looks at the elements of this one.
            Kind::Guids if node.name == "allowedApplications" => {
                self.list(spot, |_, _, _| ());
            }
            Kind::Guids => self.list(spot, Self::guid),
            Kind::Hours => self.hours(spot, json),
            Kind::Choice(names) => self.choice(spot, json, names),
            // Other rules look at the elements.
            Kind::LoginParameters => {}
            Kind::Object => self.object(spot),
        }
    }

    fn object(&mut self, spot: &Spot<'_>) {
        let Some(json) = spot.json() else { return };
        if json.is_object() || json.is_null() {
            return;
        }
        match json.as_str() {
            Some(text) if is_powershell(&text) => self.truncated(spot, Kind::Object),
            Some(text) if is_expression(&text) => {}
            _ => self.wrong(spot, "an object"),
        }
    }

    /// What PowerShell leaves of objects that nest too deep for it.
    fn truncated(&mut self, spot: &Spot<'_>, kind: Kind) {
        let message = "ConvertTo-Json of PowerShell has cut off what was here";
        let remedy =
            format!("export it again with ConvertTo-Json -Depth 20, to get {}", kind.expected());
        self.findings.add(&ST15, spot, message, remedy);
    }

    fn flag(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        match spot.flag() {
            None => self.wrong(spot, "true or false"),
            Some(flag) if json.kind() == JsonKind::String => {
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
        if !matches!(json.kind(), JsonKind::String | JsonKind::Null) {
            self.wrong(spot, "a text");
        }
    }

    fn guid(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        match json.as_str() {
            Some(text) if !text.is_empty() && !is_placeholder(&text) && spot.guid().is_none() => {
                let remedy = "write the id as 8-4-4-4-12 hexadecimal digits";
                self.findings.add(&ST20, spot, "this is not a GUID", remedy);
            }
            _ => self.text(spot, json),
        }
    }

    fn list(&mut self, spot: &Spot<'_>, mut element: impl FnMut(&mut Self, &Spot<'_>, Json<'_>)) {
        let Some(json) = spot.json() else { return };
        let Some(elements) = json.elements() else {
            return self.no_list(spot, json);
        };
        for (index, json) in elements.enumerate() {
            element(self, &spot.element(index, json), json);
        }
    }

    /// PowerShell makes a list of one element that element, and PowerShell 5 some lists an object with
    /// the list in it.
    fn no_list(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        let inner = json.get("value").filter(|own| own.elements().is_some());
        if let Some(inner) = inner.filter(|_| json.get("Count").is_some()) {
            let message = "Windows PowerShell has written an object in place of a list";
            let added = self.findings.add(&ST15, spot, message, "write the list in its value");
            if let Ok(list) = serde_json::from_str::<Value>(inner.as_written()) {
                added.fix_by_setting(list);
            }
        } else if let Some(text) = json.as_str().filter(|text| !text.starts_with('[')) {
            let message = "the value is not a list (PowerShell writes a list of one element so)";
            let added = self.findings.add(&ST15, spot, message, "write it as a list");
            added.fix_by_setting(vec![&*text]);
        } else {
            self.wrong(spot, "a list");
        }
    }

    fn hours(&mut self, spot: &Spot<'_>, json: Json<'_>) {
        let Some(text) = json.as_str().filter(|_| spot.hours().is_some()) else { return };
        let message = "a text stands for a number";
        // The digits as they are: 72.0 as well as 72.
        match serde_json::from_str::<Value>(&text) {
            Ok(number) => self.tolerated(spot, message, "leave out the quotes", number),
            Err(_) if self.has_spoken(spot) => {}
            Err(_) => {
                let remedy = "write 72, the default";
                self.findings.add(&ST15, spot, message, remedy).severity(Severity::Warning);
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
    fn tolerated(&mut self, spot: &Spot<'_>, message: &str, remedy: &str, value: impl Into<Value>) {
        if !self.has_spoken(spot) {
            let added = self.findings.add(&ST15, spot, message, remedy);
            added.severity(Severity::Warning).fix_by_setting(value);
        }
    }

    fn has_spoken(&self, spot: &Spot<'_>) -> bool {
        self.findings.has_place(spot)
    }

    fn wrong(&mut self, spot: &Spot<'_>, meant: &str) {
        let message = format!("the value is not {meant}");
        self.findings.add(&ST15, spot, message, format!("write {meant}"));
    }
}

/// For how many texts the way is looked for.
const MOST_TRIES: usize = 300;

/// Texts to be replaced, anywhere inside: by a deployment, or by a person.
pub(super) fn placeholders(lint: &Lint<'_>, findings: &mut Findings) {
    let Some(root) = lint.sections.json() else { return };
    let is_template = lint.doc.is_template();
    // What has no way that can be shown is not looked for again and again.
    let mut tries = MOST_TRIES;
    for json in root.all().filter(|json| json.kind() == JsonKind::String) {
        let text = json.as_str().unwrap_or_default();
        let rule = match () {
            () if is_expression(&text) && is_template => &ST22,
            () if is_expression(&text) || is_open(&text) => &ST19,
            () => continue,
        };
        if findings.is_full(rule) || tries == 0 {
            continue;
        }
        tries = tries.saturating_sub(1);
        let spot = spot_of(&lint.sections, json);
        let Some(spot) = spot.filter(|spot| !findings.has_place(spot)) else { continue };
        if *rule == ST22 {
            let message = "unknown: decided by the template";
            findings.add(rule, &spot, message, "nothing, if the template is right");
        } else {
            let remedy = "put in what it stands for";
            findings.add(rule, &spot, "this is the placeholder of a template", remedy);
        }
    }
}

/// The way from a value down to another that is inside of it. Settings nest at most ten levels.
fn spot_of<'a>(from: &Spot<'a>, json: Json<'a>) -> Option<Spot<'a>> {
    const DEEPEST: usize = 32;
    let target = json.range();
    let mut spot = from.clone();
    for _ in 0..DEEPEST {
        let own = spot.json()?;
        if own.range() == target {
            return Some(spot);
        }
        let has_it =
            |inner: &Spot<'a>| inner.json().is_some_and(|json| json.range().end >= target.end);
        let inner = if own.is_object() {
            spot.members().find(has_it)
        } else {
            spot.elements().find(has_it)
        };
        spot = inner.filter(|inner| inner.name().len() <= MAX_NAME)?;
    }
    None
}
