//! `easyauth settings lint`: what is wrong with documents.

use std::{
    fmt::{self, Write as _},
    fs,
    path::{Path, PathBuf},
};

use easyauth::settings::{AuthSettingsV2, Finding, Severity};
use serde::Serialize;

use super::document::{self, Document, FormOption};
use crate::{
    DONE, Failure, NO, Output, World,
    input::is_stdin,
    terminal::{Color, paint, printable, wrap},
};

const LABEL_WIDTH: usize = 8;
const TEXT_WIDTH: usize = 88;

/// Ends a loop of fixes. No real document has as many places to fix.
const MAX_FIXES: usize = 1000;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The documents; standard input if absent or -
    files: Vec<PathBuf>,
    #[command(flatten)]
    form: FormOption,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Apply all safe remedies to the files; a document from standard input goes to standard output
    #[arg(long)]
    fix: bool,
    /// With --fix: print a unified diff, and change no file
    #[arg(long, requires = "fix", conflicts_with = "json")]
    diff: bool,
}

/// A document that was checked.
struct Checked {
    path: Option<PathBuf>,
    before: Document,
    /// The document after the fixes, if there were any.
    settings: AuthSettingsV2,
    fixed: Vec<String>,
    findings: Vec<Finding>,
}

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let mut checked = Vec::new();
    let paths: Vec<Option<&Path>> = match args.files.as_slice() {
        [] => vec![None],
        files => files.iter().map(|path| Some(path.as_path())).collect(),
    };
    for (number, path) in (1_usize..).zip(&paths) {
        let document = Document::read(*path, args.form.form, world).map_err(|failure| {
            match paths.len() {
                1 => failure,
                // The path can be a token that was pasted in the wrong place.
                all => Failure {
                    message: format!("file {number} of {all}: {}", failure.message),
                    ..failure
                },
            }
        })?;
        checked.push(check(*path, document, args.fix));
    }
    let mut output = if args.json {
        Output::page(json_page(&checked)?)
    } else if args.fix {
        Output::page(String::new())
    } else {
        Output::page(page(&checked, world.color)?)
    };
    for file in checked.iter().filter(|_| args.fix) {
        output.page.push_str(&file.write(args)?);
        output.notes.extend(file.fixed.iter().cloned());
        if !args.json {
            output.notes.extend(file.findings.iter().map(|finding| format!("left: {finding}")));
        }
    }
    let is_bad = |finding: &Finding| finding.severity() > Severity::Info;
    let has_findings = checked.iter().any(|file| file.findings.iter().any(is_bad));
    output.status = if has_findings { NO } else { DONE };
    Ok(output)
}

fn check(path: Option<&Path>, before: Document, with_fixes: bool) -> Checked {
    let mut settings = before.settings.clone();
    let fixed = if with_fixes { fix(&mut settings) } else { Vec::new() };
    let findings = settings.lint();
    let path = path.filter(|path| !is_stdin(path)).map(Path::to_owned);
    Checked { path, before, settings, fixed, findings }
}

/// Applies one remedy at a time, because a finding belongs to the document that it was found in.
/// Returns what was done.
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

impl Checked {
    /// Writes the fixed document into its file, or returns the text for standard output.
    fn write(&self, args: &Args) -> Result<String, Failure> {
        let text = self.before.with(&self.settings);
        if args.diff {
            return Ok(document::diff(&self.before.text, &text, self.path.as_deref()));
        }
        match &self.path {
            None if args.json => Ok(String::new()),
            None => Ok(text),
            Some(_) if self.fixed.is_empty() => Ok(String::new()),
            Some(path) => {
                fs::write(path, text).map_err(|error| format!("cannot write FILE: {error}"))?;
                Ok(String::new())
            }
        }
    }

    fn name(&self) -> String {
        let path = self.path.as_deref();
        path.map_or_else(|| "-".to_owned(), |path| printable(&path.to_string_lossy()))
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
    }
}

fn place(finding: &Finding) -> String {
    let pointer = finding.pointer();
    let pointer = if pointer.is_empty() { "the document" } else { &pointer };
    format!("{} ({})", printable(pointer), finding.position())
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    files: Vec<FileReport<'a>>,
}

#[derive(Serialize)]
struct FileReport<'a> {
    file: String,
    form: &'static str,
    errors: usize,
    warnings: usize,
    infos: usize,
    findings: &'a [Finding],
}

impl<'a> FileReport<'a> {
    fn new(file: &'a Checked) -> Self {
        Self {
            file: file.name(),
            form: document::form(file.settings.form()).0,
            errors: file.count(Severity::Error),
            warnings: file.count(Severity::Warning),
            infos: file.count(Severity::Info),
            findings: &file.findings,
        }
    }
}

fn json_page(checked: &[Checked]) -> Result<String, serde_json::Error> {
    let files = checked.iter().map(FileReport::new).collect();
    Ok(format!("{}\n", serde_json::to_string_pretty(&Report { files })?))
}

/// A block for each finding, the most severe first.
fn page(checked: &[Checked], has_color: bool) -> Result<String, fmt::Error> {
    let mut page = String::new();
    for (number, file) in checked.iter().enumerate() {
        if checked.len() > 1 {
            let separator = if number > 0 { "\n" } else { "" };
            writeln!(page, "{separator}{}\n", paint(has_color, Color::Bold, file.name()))?;
        }
        write_file(&mut page, file, has_color)?;
    }
    Ok(page)
}

fn write_file(page: &mut String, file: &Checked, has_color: bool) -> fmt::Result {
    for (severity, color) in [
        (Severity::Error, Color::Red),
        (Severity::Warning, Color::Yellow),
        (Severity::Info, Color::Bold),
    ] {
        for finding in file.findings.iter().filter(|finding| finding.severity() == severity) {
            let severity = paint(has_color, color, severity);
            writeln!(page, "{severity} {} at {}", finding.rule(), place(finding))?;
            row(page, "what", finding.message())?;
            row(page, "why", finding.why())?;
            let can_fix = if finding.is_fixable() { " (--fix does this)" } else { "" };
            row(page, "remedy", &format!("{}{can_fix}", finding.remedy()))?;
            row(page, "source", finding.source())?;
            writeln!(page)?;
        }
    }
    let counts =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")].map(
            |(severity, name)| match file.count(severity) {
                1 => format!("1 {name}"),
                count => format!("{count} {name}s"),
            },
        );
    let form = document::form(file.settings.form()).1;
    writeln!(page, "{} in the settings of {form}", counts.join(", "))
}

fn row(page: &mut String, label: &str, text: &str) -> fmt::Result {
    let mut label = label;
    for line in wrap(&printable(text), TEXT_WIDTH) {
        writeln!(page, "  {label:<LABEL_WIDTH$} {line}")?;
        label = "";
    }
    Ok(())
}
