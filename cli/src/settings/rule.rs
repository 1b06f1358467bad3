//! `easyauth settings rule`: what a rule of `lint` means.

use std::fmt::{self, Write as _};

use easyauth::settings::Rule;
use serde_json::{Value, json};

use crate::{
    Failure, Output, World,
    terminal::{Color, cut, paint, printable, wrap},
};

const LABEL_WIDTH: usize = 8;
const TEXT_WIDTH: usize = 88;
/// The longest line of the list.
const WIDTH: usize = 100;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule, such as LP6; all rules if absent
    #[arg(value_name = "RULE", value_parser = known_rule)]
    rule: Option<&'static Rule>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Finds a rule by its ID in any case.
pub(super) fn known_rule(id: &str) -> Result<&'static Rule, String> {
    let rule = Rule::all().find(|rule| rule.id().eq_ignore_ascii_case(id));
    rule.ok_or_else(|| "unknown rule; `easyauth settings rule` lists all".to_owned())
}

pub(super) fn run(args: &Args, world: &World<'_>) -> Result<Output, Failure> {
    let page = match (args.rule, args.json) {
        (Some(rule), true) => format!("{}\n", serde_json::to_string_pretty(&as_json(rule))?),
        (None, true) => {
            let all: Vec<Value> = Rule::all().map(as_json).collect();
            format!("{}\n", serde_json::to_string_pretty(&all)?)
        }
        (Some(rule), false) => page(rule, world.color)?,
        (None, false) => list()?,
    };
    Ok(Output::page(page))
}

fn as_json(rule: &'static Rule) -> Value {
    json!({
        "rule": rule.id(),
        "severity": rule.severity().as_str(),
        "why": rule.why(),
        "source": rule.source(),
    })
}

fn page(rule: &Rule, has_color: bool) -> Result<String, fmt::Error> {
    let mut page =
        format!("{} ({})\n", paint(has_color, Color::Bold, rule.id()), rule.severity().as_str());
    for (label, text) in [("why", rule.why()), ("source", rule.source())] {
        let mut label = label;
        for line in wrap(&printable(text), TEXT_WIDTH) {
            writeln!(page, "  {label:<LABEL_WIDTH$} {line}")?;
            label = "";
        }
    }
    Ok(page)
}

/// One line for each rule.
fn list() -> Result<String, fmt::Error> {
    let mut page = String::new();
    for rule in Rule::all() {
        let line = format!("{:<5} {:<8} {}", rule.id(), rule.severity().as_str(), rule.why());
        match wrap(&line, WIDTH.saturating_sub(4)).as_slice() {
            [one] => writeln!(page, "{one}")?,
            [first, ..] => writeln!(page, "{} ...", cut(first, WIDTH))?,
            [] => {}
        }
    }
    Ok(page)
}
