//! The binary: connects [`easyauth_cli::run`] to the process.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    time::SystemTime,
};

use easyauth_cli::{Environment, World, run};

fn main() -> ExitCode {
    let mut world = World {
        now: SystemTime::now(),
        env: Environment::of_process(),
        is_stdin_terminal: io::stdin().is_terminal(),
        color: has_color(),
        columns: columns(),
        stdin: &mut io::stdin().lock(),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr().lock(),
    };
    ExitCode::from(run(std::env::args_os().skip(1), &mut world))
}

/// The columns of the terminal on standard output.
#[cfg(feature = "terminal")]
fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(width.0))
}

#[cfg(not(feature = "terminal"))]
fn columns() -> Option<usize> {
    None
}

/// Returns `true` if standard output is a terminal that shows colors, and the user did not set
/// `NO_COLOR` (no-color.org).
fn has_color() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    // The console of older Windows versions prints escape sequences as they are. Windows Terminal sets
    // WT_SESSION.
    let is_supported = !is_dumb && (!cfg!(windows) || is_set("WT_SESSION"));
    io::stdout().is_terminal() && is_supported && !is_set("NO_COLOR")
}
