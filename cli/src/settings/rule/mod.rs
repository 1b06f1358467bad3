//! `easyauth settings rule`: what a rule of `lint` means, with an example.

mod examples;
mod page;

use easyauth::settings::Rule;
use serde_json::{Value, json};

use crate::{Failure, Output, World, terminal::json_page};
use examples::{Example, Subject, example};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule, such as LP6; all rules if absent
    #[arg(value_name = "RULE", value_parser = known_rule)]
    rule: Option<&'static Rule>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// Finds a rule by its ID in any case.
pub(super) fn known_rule(id: &str) -> Result<&'static Rule, String> {
    let rule = Rule::all().find(|rule| rule.id().eq_ignore_ascii_case(id));
    rule.ok_or_else(|| "unknown rule; `easyauth settings rule` lists all".to_owned())
}

/// The address of the page of a rule.
pub(super) fn address(id: &str) -> String {
    format!("https://docs.rs/easyauth-cli/latest/easyauth_cli/rules/{id}/index.html")
}

pub(super) fn run(args: &Args, world: &World<'_>) -> Result<Output, Failure> {
    Ok(Output::page(match args.rule {
        Some(rule) if args.json => json_page(&as_json(rule)?)?,
        Some(rule) if args.markdown => page::markdown(rule)?,
        Some(rule) => page::page(rule, world.style())?,
        None if args.json => {
            let all = Rule::all().map(as_json).collect::<Result<Vec<Value>, _>>()?;
            json_page(&all)?
        }
        None if args.markdown => page::markdown_list()?,
        None => page::list(world.style())?,
    }))
}

fn as_json(rule: &'static Rule) -> Result<Value, serde_json::Error> {
    let mut json = json!({
        "rule": rule.id(),
        "severity": rule.severity().as_str(),
        "why": rule.why(),
        "source": rule.source(),
        "page": address(rule.id()),
    });
    if let (Some(example), Some(members)) = (example(rule.id()), json.as_object_mut()) {
        members.insert("symptom".to_owned(), example.symptom.into());
        members.insert("example".to_owned(), example.as_json()?);
    }
    Ok(json)
}

impl Example {
    fn as_json(&self) -> Result<Value, serde_json::Error> {
        Ok(json!({
            "of": self.subject.code(),
            "wrong": serde_json::from_str::<Value>(self.wrong)?,
            "right": serde_json::from_str::<Value>(self.right)?,
            "settings": serde_json::from_str::<Value>(self.beside)?,
            "alsoFoundBy": self.also,
        }))
    }
}

impl Subject {
    fn code(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::ContainerApp => "container-app",
            Self::File => "file",
            Self::StaticWebApp => "static-web-app",
            Self::Document => "document",
            Self::AppSettings => "app-settings",
            Self::Registration => "registration",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Site => "the settings of an app of App Service",
            Self::ContainerApp => "the settings of a container app",
            Self::File => "a settings file",
            Self::StaticWebApp => "staticwebapp.config.json",
            Self::Document => "the whole document",
            Self::AppSettings => "the app settings of the site",
            Self::Registration => "the app registration",
        }
    }
}
