//! The command line: commands, help, and messages about wrong arguments.

use std::error::Error as _;

use clap::{
    CommandFactory as _, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    Failure, Output, explain, inspect, settings,
    terminal::{Style, wrap},
};

/// Builds the end of a command's help: examples, which tests run, and the exit status.
macro_rules! after_help {
    ($($example:literal)+) => {
        concat!(
            "Examples:\n",
            $("  ", $example, "\n",)+
            "\nExit status:\n",
            "  0  done\n",
            "  1  the answer is no: findings, a token that is not genuine, or with --check a token\n",
            "     that does not open the API\n",
            "  2  wrong arguments or unreadable input; nothing was done\n",
            "  3  a server could not be reached or answered with an error",
        )
    };
}
pub(crate) use after_help;

/// Azure App Service Authentication (Easy Auth): who is calling, what a token opens, and the fix
///
/// No command prints a token or a secret. FILE is `-` or absent for standard input.
#[derive(Debug, Parser)]
#[command(
    name = "easyauth",
    version,
    subcommand_required = true,
    after_help = after_help!(
        "easyauth inspect request.txt --for arm"
        "easyauth settings lint authsettings.json"
    )
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(inspect::Args),
    /// Check, explain and change settings of Easy Auth (authSettingsV2)
    #[command(after_help = after_help!(
        "easyauth settings lint authsettings.json"
        "easyauth settings add-scope arm user_impersonation authsettings.json --diff"
    ))]
    Settings {
        #[command(subcommand)]
        command: settings::Command,
    },
    #[cfg(feature = "online")]
    Verify(crate::verify::Args),
    #[cfg(feature = "serve")]
    Serve(crate::serve::Args),
    Explain(explain::Args),
    /// Print a completion script for a shell
    #[cfg(feature = "manual")]
    #[command(after_help = after_help!(
        "easyauth completions bash"
        "easyauth completions powershell"
    ))]
    Completions(crate::manual::CompletionsArgs),
    /// Print a manual page in roff
    #[cfg(feature = "manual")]
    #[command(after_help = after_help!(
        "easyauth man"
        "easyauth man settings lint"
    ))]
    Man(crate::manual::ManArgs),
}

/// The command line as clap describes it, for completions and for tests of its help.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// The page of `--help` and `--version`, or what is wrong with the arguments.
///
/// The message repeats no argument except names that clap knows: a token pasted in the wrong place must
/// not end up in a log.
pub(crate) fn page_or_failure(error: &clap::Error, style: Style) -> Result<Output, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Ok(Output::page(fitted(&error.render().to_string(), style.width)))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Err("a command is missing; --help lists them".into())
        }
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument if lacks(error).is_some() => {
            let name = lacks(error).unwrap_or_default();
            Err(format!("this build lacks `{name}`: cargo install easyauth-cli").into())
        }
        ErrorKind::InvalidSubcommand => {
            Err(did_you_mean("unknown command", error.get(ContextKind::SuggestedSubcommand)))
        }
        ErrorKind::UnknownArgument => {
            let is_option = matches!(
                error.get(ContextKind::InvalidArg),
                Some(ContextValue::String(given)) if given.starts_with('-')
            );
            let problem = if is_option { "unknown option" } else { "too many arguments" };
            Err(did_you_mean(problem, error.get(ContextKind::SuggestedArg)))
        }
        ErrorKind::InvalidUtf8 => Err("an argument is not UTF-8".into()),
        ErrorKind::MissingRequiredArgument => {
            let names = names(error, ContextKind::InvalidArg);
            Err(match names.rsplit_once(", ") {
                None => format!("{names} is missing"),
                Some((first, last)) => format!("{first} and {last} are missing"),
            }
            .into())
        }
        ErrorKind::ArgumentConflict => {
            let (name, prior) =
                (names(error, ContextKind::InvalidArg), names(error, ContextKind::PriorArg));
            if name == prior || prior.is_empty() {
                return Err(format!("{name} is given twice").into());
            }
            Err(format!("{name} and {prior} cannot be combined").into())
        }
        ErrorKind::TooManyValues => {
            Err(format!("{} takes no value", names(error, ContextKind::InvalidArg)).into())
        }
        ErrorKind::InvalidValue => {
            let name = names(error, ContextKind::InvalidArg);
            // clap reports a missing value as an empty one.
            let is_missing = matches!(
                error.get(ContextKind::InvalidValue),
                Some(ContextValue::String(value)) if value.is_empty()
            );
            match names(error, ContextKind::ValidValue) {
                _ if is_missing => Err(format!("{name} needs a value").into()),
                values => Err(format!("{name}: expected {values}").into()),
            }
        }
        _ => {
            let name = names(error, ContextKind::InvalidArg);
            match error.source() {
                Some(source) if !name.is_empty() => Err(format!("{name}: {source}").into()),
                _ => Err("wrong arguments; --help shows how to use the command".into()),
            }
        }
    }
}

/// Commands and options of features that this build does not have.
const LACKING: &[(bool, &[&str])] = &[
    (
        cfg!(feature = "online"),
        &["verify", "get", "apply", "--site", "--yes", "--dry-run", "--backup"],
    ),
    (cfg!(feature = "serve"), &["serve"]),
    (cfg!(feature = "manual"), &["completions", "man"]),
];

/// The unknown command or option, if other builds have it.
fn lacks(error: &clap::Error) -> Option<&'static str> {
    let given = match error.kind() {
        ErrorKind::InvalidSubcommand => error.get(ContextKind::InvalidSubcommand),
        _ => error.get(ContextKind::InvalidArg),
    };
    let Some(ContextValue::String(given)) = given else { return None };
    let lacking = LACKING.iter().filter(|(is_built, _)| !is_built);
    lacking.flat_map(|(_, names)| *names).find(|name| *name == given).copied()
}

/// Wraps the long lines of a help page, except examples, which users copy. clap's own wrapping needs
/// crates that find the width of the terminal.
fn fitted(page: &str, width: usize) -> String {
    let mut fitted = String::new();
    for line in page.lines() {
        let text = line.trim_start();
        let indent = line.len().saturating_sub(text.len());
        if text.starts_with("easyauth ") {
            fitted.extend([line, "\n"]);
            continue;
        }
        for part in wrap(text, width.saturating_sub(indent)) {
            let part = format!("{:indent$}{part}", "");
            fitted.extend([part.trim_end(), "\n"]);
        }
    }
    fitted
}

fn did_you_mean(problem: &str, suggestion: Option<&ContextValue>) -> Failure {
    let suggestion = match suggestion {
        Some(ContextValue::String(one)) => Some(one),
        Some(ContextValue::Strings(several)) => several.first(),
        _ => None,
    };
    match suggestion {
        Some(name) => format!("{problem}; did you mean {name}?").into(),
        None => format!("{problem}; --help lists them").into(),
    }
}

/// Names of arguments and values that clap knows, without placeholders: `--for` of `--for <API>`.
fn names(error: &clap::Error, kind: ContextKind) -> String {
    let bare = |name: &String| match name.split_once(" <") {
        Some((option, _)) => option.to_owned(),
        None => name.trim_matches(['<', '>', '[', ']', '.']).to_owned(),
    };
    match error.get(kind) {
        Some(ContextValue::String(name)) => bare(name),
        Some(ContextValue::Strings(several)) => {
            several.iter().map(bare).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}
