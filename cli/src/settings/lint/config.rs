//! Which rules count: the options, and the configuration file of a repository.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use easyauth::settings::{Finding, Rule, Severity};
use serde::Deserialize;

use super::{Args, Found, known_rule};
use crate::Failure;

/// The name of the configuration file.
const FILE_NAME: &str = ".easyauth.json";

/// The longest configuration file, in bytes. Every rule in both lists is less.
const MAX_LEN: u64 = 64 * 1024;

/// The rules that differ from the default.
pub(super) struct Config {
    deny: Vec<&'static Rule>,
    allow: Vec<&'static Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InFile {
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default)]
    allow: Vec<String>,
}

impl Config {
    /// The options of the command line, which override those of the file.
    pub(super) fn new(args: &Args) -> Result<Self, Failure> {
        let path = args.config.clone().or_else(find);
        let file = path.as_deref().map(read).transpose()?;
        let (mut deny, mut allow) = match file {
            Some(file) => (rules(&file.deny)?, rules(&file.allow)?),
            None => (Vec::new(), Vec::new()),
        };
        deny.retain(|rule| !args.allow.contains(rule));
        allow.retain(|rule| !args.deny.contains(rule));
        deny.extend(&args.deny);
        allow.extend(&args.allow);
        if let Some(rule) = deny.iter().find(|rule| allow.contains(rule)) {
            return Err(format!("rule {} is both denied and allowed", rule.id()).into());
        }
        Ok(Self { deny, allow })
    }

    /// Drops findings of allowed rules, and makes those of denied rules errors.
    pub(super) fn filter(&self, findings: Vec<Finding>) -> Vec<Found> {
        let has = |rules: &[&Rule], id: &str| rules.iter().any(|rule| rule.id() == id);
        findings
            .into_iter()
            .filter(|finding| !has(&self.allow, finding.rule()))
            .map(|finding| {
                let is_denied = has(&self.deny, finding.rule());
                let severity = if is_denied { Severity::Error } else { finding.severity() };
                Found { finding, severity }
            })
            .collect()
    }
}

/// The nearest file in this directory or above it, up to the root of the repository.
fn find() -> Option<PathBuf> {
    let start = std::env::current_dir().ok()?;
    for folder in start.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

fn read(path: &Path) -> Result<InFile, Failure> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_LEN).read_to_string(&mut text))
        .map_err(|error| format!("cannot read the configuration file: {error}"))?;
    serde_json::from_str(&text).map_err(|error| {
        // The message of serde_json repeats values.
        format!(
            "the configuration file is invalid at line {}, column {}: expected {{\"deny\": [RULES], \
             \"allow\": [RULES]}}",
            error.line(),
            error.column()
        )
        .into()
    })
}

fn rules(ids: &[String]) -> Result<Vec<&'static Rule>, Failure> {
    let rules = ids.iter().map(|id| known_rule(id)).collect::<Result<_, _>>();
    Ok(rules.map_err(|error| format!("the configuration file is invalid: {error}"))?)
}
