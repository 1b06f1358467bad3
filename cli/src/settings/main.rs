//! Checks, explains and changes the settings of Easy Auth, and prints the request that saves them.
//!
//! Reads a settings document from a file or standard input. Sends nothing, and never prints a token.

mod add_scope;
#[path = "../inspect/api.rs"]
#[allow(dead_code, reason = "the example `inspect` needs the rest of it")]
mod api;
mod args;
mod document;
mod explain;
mod lint;
mod request;
#[path = "../inspect/text.rs"]
mod text;
mod words;

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Read, Write},
    process::ExitCode,
};

use args::Command;
use document::Document;
use easyauth::AccessToken;
use text::printable;

/// The exit status when nothing was done: `EX_USAGE` of BSD's sysexits.
const NOTHING_DONE: u8 = 64;

/// Where the program reads and writes.
pub(crate) struct World<'a> {
    /// What `AZURE_ACCESS_TOKEN` has.
    pub(crate) token: Option<AccessToken>,
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) stderr: &'a mut dyn Write,
}

/// What a command has to say.
pub(crate) struct Output {
    /// For standard output.
    pub(crate) page: String,
    /// For standard error, a line each.
    pub(crate) notes: Vec<String>,
    pub(crate) status: u8,
}

impl Output {
    pub(crate) fn page(page: String) -> Self {
        Self { page, notes: Vec::new(), status: 0 }
    }
}

fn main() -> ExitCode {
    let token = std::env::var_os(request::VARIABLE).filter(|token| !token.is_empty());
    let mut world = World {
        token: token.map(|token| AccessToken::new(token.to_string_lossy())),
        stdin: &mut io::stdin().lock(),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr().lock(),
    };
    ExitCode::from(run(std::env::args_os().skip(1), &mut world))
}

/// Runs the program; the exit status is 0, of `lint` 1 with warnings and 2 with errors, or 64 if
/// nothing was done, with the reason on standard error.
pub(crate) fn run(args: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> u8 {
    match try_run(args, world) {
        Ok(status) => status,
        Err(error) => {
            // If standard error is closed as well, there is nobody left to tell.
            let _ = writeln!(world.stderr, "settings: {error}");
            NOTHING_DONE
        }
    }
}

fn try_run(
    args: impl IntoIterator<Item = OsString>,
    world: &mut World<'_>,
) -> Result<u8, Box<dyn Error>> {
    let output = match Command::parse(args)? {
        Command::Help => Output::page(args::help()),
        Command::Lint { file, wish } => {
            lint::run(&Document::read(&file.path, file.form, world.stdin)?, &wish)?
        }
        Command::AddScope { file, wish } => {
            add_scope::run(&Document::read(&file.path, file.form, world.stdin)?, &wish)?
        }
        Command::Explain { file } => Output::page(explain::page(
            &Document::read(&file.path, file.form, world.stdin)?.settings,
        )?),
        Command::Request { file, wish } => {
            let document = Document::read(&file.path, file.form, world.stdin)?;
            request::run(&document.settings, &wish, world.token.as_ref())?
        }
    };
    for note in &output.notes {
        // Nobody who closed standard error wants these.
        let _ = writeln!(world.stderr, "settings: {}", printable(note));
    }
    match world.stdout.write_all(output.page.as_bytes()).and_then(|()| world.stdout.flush()) {
        // `settings lint | head` has read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write the output: {error}").into())
        }
        _ => Ok(output.status),
    }
}
