//! The command-line tool `easyauth`.
//!
//! This library has the whole tool, so that tests can run it in their own process. [`run`] is the
//! program, and [`World`] is everything that it reads and writes.
//!
//! Results go to standard output, notes and errors to standard error. The output never contains a
//! token, a secret, or an argument that could be one.
#![forbid(unsafe_code)]
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "clap prints doc comments as help")]

mod api;
mod args;
#[cfg(feature = "online")]
mod azure;
mod explain;
#[cfg(feature = "serve")]
mod html;
mod input;
mod inspect;
#[cfg(feature = "manual")]
mod manual;
mod query;
#[cfg(doc)]
pub mod rules;
mod secret;
#[cfg(feature = "serve")]
pub mod serve;
mod settings;
mod terminal;
mod times;
#[cfg(feature = "online")]
mod verify;

use std::{
    error::Error,
    ffi::OsString,
    fmt,
    io::{self, Read, Write},
    path::PathBuf,
    time::SystemTime,
};

use clap::Parser as _;
use easyauth::AccessToken;

pub use args::command;
use args::{Cli, Command};
use terminal::{Style, printable};

/// The exit status if everything was done.
pub const DONE: u8 = 0;
/// The exit status if the answer is "no": findings, a token that is not genuine, or, with `--check`, a
/// token that does not open the API.
pub const NO: u8 = 1;
/// The exit status for wrong arguments or unreadable input. Nothing was done.
pub const UNUSABLE: u8 = 2;
/// The exit status if a server could not be reached or answered with an error.
pub const SERVER_FAILED: u8 = 3;

/// Everything that the program reads and writes.
#[expect(clippy::exhaustive_structs, reason = "the binary and tests create it")]
pub struct World<'a> {
    /// The current time.
    pub now: SystemTime,
    /// What the program takes from the environment.
    pub env: Environment,
    /// Whether a person types on standard input.
    pub is_stdin_terminal: bool,
    /// Whether standard output shows colors.
    pub color: bool,
    /// The columns of the terminal; `None` if standard output is not a terminal.
    pub columns: Option<usize>,
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
}

impl World<'_> {
    fn style(&self) -> Style {
        Style::new(self.color, self.columns)
    }
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now).finish_non_exhaustive()
    }
}

/// The environment variable with the token for Azure Resource Manager.
const TOKEN_VARIABLE: &str = "AZURE_ACCESS_TOKEN";

/// What the program takes from the environment. The default is an empty environment.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Environment {
    /// The token in `AZURE_ACCESS_TOKEN`.
    pub token: Option<AccessToken>,
    /// The Azure CLI.
    pub az: Option<PathBuf>,
    /// Replaces the scheme and the host of Azure Resource Manager. Only for tests: requests carry the
    /// token.
    pub arm_origin: Option<http::Uri>,
}

impl Environment {
    /// Reads the environment of the process.
    #[must_use]
    pub fn of_process() -> Self {
        let token = std::env::var_os(TOKEN_VARIABLE).filter(|token| !token.is_empty());
        #[cfg(feature = "online")]
        let az = azure::find_azure_cli();
        #[cfg(not(feature = "online"))]
        let az = None;
        let token = token.map(|token| AccessToken::new(token.to_string_lossy()));
        Self { token, az, arm_origin: None }
    }
}

/// The result of a command.
struct Output {
    /// For standard output.
    page: String,
    /// For standard error, one line each.
    notes: Vec<String>,
    status: u8,
}

impl Output {
    fn page(page: String) -> Self {
        Self { page, notes: Vec::new(), status: DONE }
    }
}

/// Why a command did nothing: one message for standard error, and the exit status.
struct Failure {
    message: String,
    status: u8,
}

impl<T: Into<Box<dyn Error>>> From<T> for Failure {
    /// A failure with the messages of the error and its sources.
    fn from(error: T) -> Self {
        Self { message: with_sources(&*error.into()), status: UNUSABLE }
    }
}

/// The message of an error, followed by those of its sources.
fn with_sources(error: &dyn Error) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Runs the program with the arguments after its name, and returns the exit status: [`DONE`], [`NO`],
/// [`UNUSABLE`] or [`SERVER_FAILED`].
pub fn run(args: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> u8 {
    let args = std::iter::once("easyauth".into()).chain(args);
    let output = match Cli::try_parse_from(args) {
        Ok(cli) => run_command(cli.command, world),
        Err(error) => args::page_or_failure(&error, world.style()),
    };
    match output.and_then(|output| print(&output, world)) {
        Ok(status) => status,
        Err(Failure { message, status }) => {
            // If standard error is closed too, there is nowhere left to report it.
            let _ = writeln!(world.stderr, "error: {message}");
            status
        }
    }
}

fn run_command(command: Command, world: &mut World<'_>) -> Result<Output, Failure> {
    match command {
        Command::Inspect(args) => inspect::run(&args, world),
        Command::Settings { command } => settings::run(command, world),
        #[cfg(feature = "online")]
        Command::Verify(args) => verify::run(&args, world),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&args, world),
        Command::Explain(args) => explain::run(&args, world),
        #[cfg(feature = "manual")]
        Command::Completions(args) => manual::completions(&args),
        #[cfg(feature = "manual")]
        Command::Man(args) => manual::man(&args),
    }
}

fn print(output: &Output, world: &mut World<'_>) -> Result<u8, Failure> {
    for note in &output.notes {
        // A closed standard error does not fail the command.
        let _ = writeln!(world.stderr, "note: {}", printable(note));
    }
    write_out(world, output.page.as_bytes())?;
    Ok(output.status)
}

/// Writes to standard output. A closed pipe is not an error: `easyauth ... | head` has read enough.
fn write_out(world: &mut World<'_>, bytes: &[u8]) -> Result<(), Failure> {
    match world.stdout.write_all(bytes).and_then(|()| world.stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write the output: {error}").into())
        }
        _ => Ok(()),
    }
}
