//! `settings lint`: what is wrong.

use std::{error::Error, fmt::Write};

use easyauth::settings::{AuthSettingsV2, Finding, Severity};
use serde::Serialize;

use super::{
    Output,
    document::{self, Document},
    text::{printable, wrap},
};

const LABEL_WIDTH: usize = 8;
const TEXT_WIDTH: usize = 88;

/// No document has as many places to remedy; it ends what would go in circles.
const MAX_FIXES: usize = 1000;

/// What is asked for.
pub(crate) struct Lint {
    pub(crate) json: bool,
    pub(crate) fix: bool,
}

pub(crate) fn run(document: &Document, wish: &Lint) -> Result<Output, Box<dyn Error>> {
    let mut notes = Vec::new();
    let mut settings = document.settings.clone();
    if wish.fix {
        notes = fix(&mut settings);
    }
    let findings = settings.lint();
    let page = if wish.json {
        json_page(&settings, &findings)?
    } else if wish.fix {
        notes.extend(findings.iter().map(|finding| format!("left: {finding}")));
        document.with(&settings)
    } else {
        page(&settings, &findings)?
    };
    Ok(Output { page, notes, status: status(&findings) })
}

fn status(findings: &[Finding]) -> u8 {
    match findings.iter().map(Finding::severity).max() {
        Some(Severity::Error) => 2,
        Some(Severity::Warning) => 1,
        _ => 0,
    }
}

/// Applies one remedy at a time: a finding is of the document as it was then. Says what was done.
fn fix(settings: &mut AuthSettingsV2) -> Vec<String> {
    let mut done = Vec::new();
    while done.len() < MAX_FIXES {
        let next = settings.lint().into_iter().find_map(|finding| {
            let mut fixed = settings.clone();
            (finding.fix(&mut fixed) && fixed != *settings).then_some((finding, fixed))
        });
        let Some((finding, fixed)) = next else { break };
        *settings = fixed;
        done.push(format!("fixed: {} at {}", finding.rule(), place(&finding)));
    }
    done
}

fn place(finding: &Finding) -> String {
    let pointer = finding.pointer();
    let pointer = if pointer.is_empty() { "the document" } else { &pointer };
    format!("{} ({})", printable(pointer), finding.position())
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    form: &'static str,
    errors: usize,
    warnings: usize,
    infos: usize,
    findings: &'a [Finding],
}

fn json_page(settings: &AuthSettingsV2, findings: &[Finding]) -> Result<String, serde_json::Error> {
    let report = Report {
        form: document::form(settings.form()).0,
        errors: count(findings, Severity::Error),
        warnings: count(findings, Severity::Warning),
        infos: count(findings, Severity::Info),
        findings,
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&report)?))
}

/// A block for each finding, the worst first.
fn page(settings: &AuthSettingsV2, findings: &[Finding]) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        for finding in findings.iter().filter(|finding| finding.severity() == severity) {
            writeln!(page, "{severity} {} at {}", finding.rule(), place(finding))?;
            row(&mut page, "what", finding.message())?;
            row(&mut page, "why", finding.why())?;
            let by_itself = if finding.is_fixable() { " (--fix does it)" } else { "" };
            row(&mut page, "remedy", &format!("{}{by_itself}", finding.remedy()))?;
            row(&mut page, "source", finding.source())?;
            writeln!(page)?;
        }
    }
    let counts =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")].map(
            |(severity, name)| match count(findings, severity) {
                1 => format!("1 {name}"),
                count => format!("{count} {name}s"),
            },
        );
    writeln!(
        page,
        "{} in the settings of {}",
        counts.join(", "),
        document::form(settings.form()).1
    )?;
    Ok(page)
}

fn row(page: &mut String, label: &str, text: &str) -> std::fmt::Result {
    let mut label = label;
    for line in wrap(&printable(text), TEXT_WIDTH) {
        writeln!(page, "  {label:<LABEL_WIDTH$} {line}")?;
        label = "";
    }
    Ok(())
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity() == severity).count()
}
