//! A rule as a page, for the terminal and in Markdown.

use std::fmt::{self, Write as _};

use easyauth::settings::Rule;
use serde_json::Value;

use super::{Example, address, example};
use crate::{
    Failure,
    terminal::{self, Color, Style, cut, paint, wrap},
};

const LABEL_WIDTH: usize = 8;

pub(super) fn page(rule: &Rule, style: Style) -> Result<String, Failure> {
    let name = paint(style.color, Color::Bold, rule.id());
    let mut page = format!("{name} ({})\n", rule.severity().as_str());
    let example = example(rule.id());
    let also = example.map(|example| example.also.join(", ")).unwrap_or_default();
    for (label, text) in [
        ("symptom", example.map(|example| example.symptom).unwrap_or_default()),
        ("why", rule.why()),
        ("source", rule.source()),
        ("see also", &also),
        ("page", &address(rule.id())),
    ] {
        row(&mut page, label, text, style.width)?;
    }
    if let Some(example) = example {
        for (title, json) in [("wrong", example.wrong), ("right", example.right)] {
            let title =
                paint(style.color, Color::Bold, format!("{title}, in {}:", example.subject.name()));
            writeln!(page, "\n{title}")?;
            for line in excerpt(json)?.lines() {
                writeln!(page, "  {line}")?;
            }
        }
    }
    Ok(page)
}

fn row(page: &mut String, label: &str, text: &str, width: usize) -> fmt::Result {
    if text.is_empty() {
        return Ok(());
    }
    terminal::row(page, label, LABEL_WIDTH, text, width)
}

/// One line for each rule.
pub(super) fn list(style: Style) -> Result<String, fmt::Error> {
    let mut page = String::new();
    for rule in Rule::all() {
        let line = format!("{:<5} {:<8} {}", rule.id(), rule.severity().as_str(), rule.why());
        match wrap(&line, style.width.saturating_sub(4)).as_slice() {
            [one] => writeln!(page, "{one}")?,
            [first, ..] => writeln!(page, "{} ...", cut(first, style.width))?,
            [] => {}
        }
    }
    Ok(page)
}

/// The page in `docs/rules`.
pub(super) fn markdown(rule: &Rule) -> Result<String, Failure> {
    let mut page = format!("# {}\n\nSeverity: {}\n", rule.id(), rule.severity().as_str());
    let example = example(rule.id());
    let symptom = example.map(|example| example.symptom).unwrap_or_default();
    for (title, text) in [("Symptom", symptom), ("Why", rule.why())] {
        write!(page, "\n**{title}:** {}\n", escaped(&sentence(text)))?;
    }
    if let Some(example) = example {
        write_example(&mut page, example)?;
    }
    write!(
        page,
        "\n**Source:** {}\n\nFound by `easyauth settings lint`. `--allow {id}` ignores the rule, `--deny {id}` \
         makes its findings errors.\n",
        escaped(&sentence(rule.source())),
        id = rule.id()
    )?;
    Ok(page)
}

fn write_example(page: &mut String, example: &Example) -> Result<(), Failure> {
    let beside = excerpt(example.beside)?;
    if beside != "{}" {
        let kind = if beside.starts_with('[') { "app settings" } else { "settings" };
        write!(page, "\nA site with these {kind}:\n\n```json\n{beside}\n```\n")?;
    }
    for (title, json) in [("Wrong", example.wrong), ("Right", example.right)] {
        let json = excerpt(json)?;
        write!(page, "\n{title}, in {}:\n\n```json\n{json}\n```\n", example.subject.name())?;
    }
    if !example.also.is_empty() {
        let links = example.also.iter().map(|id| format!("[{id}]({})", address(id)));
        write!(page, "\nAlso found here by {}.\n", links.collect::<Vec<_>>().join(", "))?;
    }
    Ok(())
}

/// The list of all pages.
pub(super) fn markdown_list() -> Result<String, fmt::Error> {
    let mut page =
        "# The rules of `easyauth settings lint`\n\n| rule | severity | why |\n|---|---|---|\n"
            .to_owned();
    for rule in Rule::all() {
        let (id, severity) = (rule.id(), rule.severity().as_str());
        writeln!(page, "| [{id}]({id}.md) | {severity} | {} |", escaped(rule.why()))?;
    }
    Ok(page)
}

/// An excerpt of a document. A member that is `null` is absent.
fn excerpt(json: &str) -> Result<String, serde_json::Error> {
    fn strip(value: &mut Value) {
        if let Value::Object(members) = value {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(strip);
        }
    }
    let mut value: Value = serde_json::from_str(json)?;
    strip(&mut value);
    serde_json::to_string_pretty(&value)
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// Text in which Markdown changes nothing.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if matches!(letter, '*' | '_' | '<' | '>' | '[' | ']' | '|' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
