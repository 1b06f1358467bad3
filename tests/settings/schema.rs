//! JSON Schemas of the forms, as help for editors: generated from the table of settings, and committed in
//! `schemas/`. `EASYAUTH_WRITE_SCHEMAS=1 cargo test --test settings schema` writes them.
//!
//! A JSON Schema cannot say all that is true: names are read in any case, `"true"` is tolerated for `true`,
//! any member may be there twice. So everything unknown is allowed, and values have the tolerated types.

use std::{collections::BTreeMap, env, fs, path::Path};

use easyauth::{
    Service,
    settings::{ALL_SETTINGS, AnySetting, Form},
};
use serde_json::{Value, json};

/// The files, with the form that each is for.
pub(crate) const SCHEMAS: [(&str, Form); 7] = [
    ("app-service", Form::AppService),
    ("app-service-properties", Form::AppServiceProperties),
    ("container-app", Form::ContainerApp),
    ("container-app-properties", Form::ContainerAppProperties),
    ("auth-json", Form::File),
    ("staticwebapp", Form::StaticWebApp),
    ("staticwebapp-auth", Form::StaticWebAppSection),
];

/// An object or a setting.
#[derive(Default)]
struct Node {
    setting: Option<AnySetting>,
    members: BTreeMap<String, Node>,
}

impl Node {
    fn add(&mut self, setting: AnySetting, pointer: &str) {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            node = node.members.entry(step.to_owned()).or_default();
        }
        node.setting = Some(setting);
    }

    fn schema(&self) -> Value {
        let mut schema = match self.setting {
            Some(setting) if self.members.is_empty() => value(setting),
            _ => self.object(),
        };
        if let Some(setting) = self.setting {
            schema["description"] = setting.doc().into();
        }
        schema
    }

    fn object(&self) -> Value {
        // An expression of a template, or `null`, can replace any object.
        let mut schema = json!({"type": ["object", "string", "null"]});
        if let Some(any) = self.members.get("*") {
            schema["additionalProperties"] = any.schema();
        } else {
            let members = self.members.iter().map(|(name, own)| (name.clone(), own.schema()));
            schema["properties"] = members.collect();
        }
        schema
    }
}

/// What the service reads, and what a template can say.
fn value(setting: AnySetting) -> Value {
    let string_or = |types: &[&str]| {
        let types = [types, &["string", "null"]].concat();
        json!({"type": types})
    };
    let list = json!({"type": ["array", "string", "null"], "items": {"type": "string"}});
    match setting.expected() {
        "true or false" | "\"true\" or \"false\"" => string_or(&["boolean"]),
        "a number of hours" => string_or(&["number"]),
        "a list of strings" | "a list of GUIDs" | "a list of strings, key=value" => list,
        "an object" => json!({"type": ["object", "string", "null"]}),
        _ if !setting.choices().is_empty() => json!({
            "anyOf": [{"enum": setting.choices()}, {"type": ["string", "integer", "null"]}],
        }),
        _ => string_or(&[]),
    }
}

fn generate(name: &str, form: Form) -> String {
    let (mut sections, mut envelope) = (Node::default(), Node::default());
    for setting in ALL_SETTINGS.iter().filter(|own| own.is_in(form.service())) {
        if setting.is_in_envelope() {
            envelope.add(*setting, &setting.pointer());
            continue;
        }
        let mut pointer = setting.pointer();
        if form == Form::File {
            pointer = pointer.replace("customOpenIdConnectProviders", "openIdConnectProviders");
        }
        if form.service() == Service::StaticWebApps {
            pointer = pointer.replace("/gitHub", "/github");
        }
        sections.add(*setting, &pointer);
    }
    let mut schema = match form {
        Form::AppService | Form::ContainerApp => {
            envelope.members.insert("properties".to_owned(), sections);
            envelope.object()
        }
        Form::StaticWebApp => json!({"type": "object", "properties": {"auth": sections.object()}}),
        _ => sections.object(),
    };
    schema["type"] = "object".into();
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = format!("Azure App Service Authentication: {name}").into();
    schema["$comment"] = "Help for editors, generated from the table of settings of the crate easyauth. \
        Names are read in any case and unknown members are kept, which no schema can say: `easyauth \
        settings lint` checks a document."
        .into();
    format!("{}\n", serde_json::to_string_pretty(&schema).unwrap())
}

#[test]
fn schemas_are_those_of_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, form) in SCHEMAS {
        let path = folder.join(format!("{name}.schema.json"));
        let generated = generate(name, form);
        if env::var_os("EASYAUTH_WRITE_SCHEMAS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &generated).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == generated, "{name}: write it with EASYAUTH_WRITE_SCHEMAS=1");
    }
}
