//! Findings for programs: JSON, SARIF and the workflow commands of GitHub Actions.

use std::fmt::{self, Write as _};

use easyauth::settings::{Rule, Severity};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Checked, Found, document};
use crate::{settings::rule::address, terminal::json_page};

/// The pages about the rules.
const INFORMATION_URI: &str = "https://docs.rs/easyauth-cli/latest/easyauth_cli/rules/index.html";

/// What `--format json` prints.
#[derive(Serialize)]
struct Report {
    files: Vec<FileReport>,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    form: &'static str,
    errors: usize,
    warnings: usize,
    infos: usize,
    findings: Vec<Value>,
}

pub(super) fn json(checked: &[Checked]) -> Result<String, serde_json::Error> {
    let files = checked.iter().map(FileReport::new).collect::<Result<_, _>>()?;
    json_page(&Report { files })
}

impl FileReport {
    fn new(file: &Checked) -> Result<Self, serde_json::Error> {
        let finding = |found: &Found| {
            let mut finding = serde_json::to_value(&found.finding)?;
            if let Some(severity) = finding.get_mut("severity") {
                *severity = found.severity.as_str().into();
            }
            Ok(finding)
        };
        Ok(Self {
            file: file.name(),
            form: document::form(file.settings.form()).0,
            errors: file.count(Severity::Error),
            warnings: file.count(Severity::Warning),
            infos: file.count(Severity::Info),
            findings: file.findings.iter().map(finding).collect::<Result<_, _>>()?,
        })
    }
}

/// A log of SARIF 2.1.0 (OASIS standard) with all rules, and a result for each finding.
pub(super) fn sarif(checked: &[Checked]) -> Result<String, serde_json::Error> {
    let rules: Vec<Value> = Rule::all().map(sarif_rule).collect();
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|file| file.findings.iter().map(|found| sarif_result(file, found)))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "easyauth",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": INFORMATION_URI,
                "rules": rules,
            }},
            // Positions count characters.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    json_page(&log)
}

fn sarif_rule(rule: &'static Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": {"text": sentence(rule.why())},
        "help": {"text": format!(
            "{}\nSource: {}\n`easyauth settings rule {}` shows this too.",
            sentence(rule.why()),
            rule.source(),
            rule.id(),
        )},
        "helpUri": address(rule.id()),
        "defaultConfiguration": {"level": level(rule.severity())},
    })
}

fn sarif_result(file: &Checked, found: &Found) -> Value {
    let finding = &found.finding;
    let position = finding.position();
    let text = format!(
        "{} {} Remedy: {}",
        sentence(finding.message()),
        sentence(finding.why()),
        finding.remedy()
    );
    json!({
        "ruleId": finding.rule(),
        "ruleIndex": Rule::all().position(|rule| rule.id() == finding.rule()),
        "level": level(found.severity),
        "message": {"text": text},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&file.name())},
                "region": {"startLine": position.line(), "startColumn": position.column()},
            },
            "logicalLocations": [{"fullyQualifiedName": finding.pointer()}],
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// A path as a URI reference (RFC 3986): a relative one stays relative to the repository.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]),
        }
    }
    uri
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or_default().to_ascii_uppercase()
}

/// Workflow commands of GitHub Actions ("Workflow commands for GitHub Actions": setting an error
/// message), one line for each finding.
pub(super) fn github(checked: &[Checked]) -> Result<String, fmt::Error> {
    let mut page = String::new();
    for file in checked {
        for Found { finding, severity } in &file.findings {
            let command = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                _ => "notice",
            };
            let position = finding.position();
            let text =
                format!("{}: {}\nRemedy: {}", finding.message(), finding.why(), finding.remedy());
            writeln!(
                page,
                "::{command} file={},line={},col={},title={}::{}",
                property(&file.name()),
                position.line(),
                position.column(),
                finding.rule(),
                data(&text)
            )?;
        }
    }
    Ok(page)
}

/// Escapes the message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
