//! `easyauth settings lint`: what is wrong with documents.

mod config;
mod excerpt;
mod files;
mod formats;
mod human;
mod site_files;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use easyauth::settings::{AuthSettingsV2, Context, Finding, Rule, Severity};

use super::{
    document::{self, Document, FormOption, cloud_of},
    rule::known_rule,
    snippet::{Change, Tool},
};
use crate::{DONE, Failure, NO, Output, World, input::is_stdin, terminal::printable};
use config::Config;
use site_files::SiteFiles;

/// Ends a loop of fixes. No real document has as many places to fix.
const MAX_FIXES: usize = 1000;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The documents; *, ?, ** and [...] stand for names; standard input if absent or -
    files: Vec<PathBuf>,
    #[command(flatten)]
    form: FormOption,
    /// How to print findings
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Treat findings of this rule as errors, notes too; may be repeated
    #[arg(long, value_name = "RULE", value_parser = known_rule)]
    deny: Vec<&'static Rule>,
    /// Ignore this rule; may be repeated
    #[arg(long, value_name = "RULE", value_parser = known_rule)]
    allow: Vec<&'static Rule>,
    /// A file with {"deny": [RULES], "allow": [RULES]}; if absent, .easyauth.json in this directory or
    /// the nearest one above it, up to the root of the repository
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    site: SiteFiles,
    /// Apply all safe remedies to the files; a document from standard input goes to standard output
    #[arg(long)]
    fix: bool,
    /// With --fix: print a unified diff, and change no file
    #[arg(long, requires = "fix", conflicts_with_all = ["json", "format"])]
    diff: bool,
    /// With --fix: print the changes for this tool, and change no file
    #[arg(
        long = "as",
        value_name = "TOOL",
        value_enum,
        requires = "fix",
        conflicts_with_all = ["diff", "json", "format"]
    )]
    tool: Option<Tool>,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page
    Human,
    /// JSON
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, which GitHub Actions shows as annotations
    Github,
}

/// A document that was checked.
struct Checked {
    /// `None` for standard input.
    path: Option<PathBuf>,
    before: Document,
    /// The document after the fixes, if there were any.
    settings: AuthSettingsV2,
    fixed: Vec<String>,
    findings: Vec<Found>,
}

/// A finding of a rule that is not allowed.
struct Found {
    finding: Finding,
    severity: Severity,
}

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let config = Config::new(args)?;
    let context = args.site.context(world)?;
    let files = files::named(&args.files)?;
    let paths: Vec<Option<&Path>> = match files.as_slice() {
        [] => vec![None],
        files => files.iter().map(|path| Some(path.as_path())).collect(),
    };
    let mut checked = Vec::new();
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
        checked.push(Checked::new(*path, document, args.fix, &config, &context));
    }
    if let Some(tool) = args.tool {
        return fixes_for(tool, &checked);
    }
    let format = if args.json { Format::Json } else { args.format };
    let mut output = Output::page(match format {
        Format::Human if args.fix => String::new(),
        Format::Human => human::page(&checked, world.style())?,
        Format::Json => formats::json(&checked)?,
        Format::Sarif => formats::sarif(&checked)?,
        Format::Github => formats::github(&checked)?,
    });
    for file in checked.iter().filter(|_| args.fix) {
        let text = file.write(args.diff)?;
        if format == Format::Human {
            output.page.push_str(&text);
            output.notes.extend(file.notes());
        } else {
            output.notes.extend(file.fixed.iter().cloned());
        }
    }
    output.status = status(&checked);
    Ok(output)
}

fn status(checked: &[Checked]) -> u8 {
    let is_bad = |found: &Found| found.severity > Severity::Info;
    let has_findings = checked.iter().any(|file| file.findings.iter().any(is_bad));
    if has_findings { NO } else { DONE }
}

/// Prints the fixes of one document for a tool.
fn fixes_for(tool: Tool, checked: &[Checked]) -> Result<Output, Failure> {
    let [file] = checked else { return Err("--as needs exactly one document".into()) };
    let cloud = cloud_of(&file.before.settings).unwrap_or_default();
    let change = Change::of(&file.before.settings, &file.settings, cloud);
    let snippet = change.print(tool, &file.before.with(&file.settings))?;
    Ok(Output { status: status(checked), ..snippet.output(&mut file.notes().collect()) })
}

impl Checked {
    fn new(
        path: Option<&Path>,
        before: Document,
        with_fixes: bool,
        config: &Config,
        context: &Context,
    ) -> Self {
        let mut settings = before.settings.clone();
        let fixed = if with_fixes { fix(&mut settings, config, context) } else { Vec::new() };
        let findings = config.filter(settings.lint_with(context));
        let path = path.filter(|path| !is_stdin(path)).map(Path::to_owned);
        Self { path, before, settings, fixed, findings }
    }

    /// Writes the fixed document into its file. Returns the text for standard output.
    fn write(&self, as_diff: bool) -> Result<String, Failure> {
        let text = self.before.with(&self.settings);
        if as_diff {
            return Ok(document::diff(&self.before.text, &text, self.path.as_deref()));
        }
        match &self.path {
            None => Ok(text),
            Some(_) if self.fixed.is_empty() => Ok(String::new()),
            Some(path) => {
                fs::write(path, text).map_err(|error| format!("cannot write FILE: {error}"))?;
                Ok(String::new())
            }
        }
    }

    /// What was fixed, and what is left.
    fn notes(&self) -> impl Iterator<Item = String> {
        let left = self.findings.iter().map(|found| format!("left: {}", found.finding));
        self.fixed.iter().cloned().chain(left)
    }

    /// The path with slashes, or `-`.
    fn name(&self) -> String {
        let Some(path) = &self.path else { return "-".to_owned() };
        let path = printable(&path.to_string_lossy());
        if cfg!(windows) { path.replace('\\', "/") } else { path }
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|found| found.severity == severity).count()
    }
}

/// Applies one remedy at a time, because a finding belongs to the document that it was found in.
/// Returns what was done.
fn fix(settings: &mut AuthSettingsV2, config: &Config, context: &Context) -> Vec<String> {
    let mut done = Vec::new();
    while done.len() < MAX_FIXES {
        let next = config.filter(settings.lint_with(context)).into_iter().find_map(
            |Found { finding, .. }| {
                let mut fixed = settings.clone();
                (finding.fix(&mut fixed) && fixed != *settings).then_some((finding, fixed))
            },
        );
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
