//! Who is calling, with which tokens, what they open, and how to fix it when they do not.
//!
//! Reads a request head, an answer of `/.auth/me` or one token. Never prints a token.

mod api;
mod args;
mod examine;
mod human;
mod input;
mod moment;
mod report;
mod text;

use std::{
    error::Error,
    ffi::OsString,
    fs::File,
    io::{self, Read, Write},
    process::ExitCode,
    time::SystemTime,
};

use args::Args;
use examine::examine;
use input::Input;

/// The longest input that is read, in bytes: the largest of the three kinds.
const MAX_INPUT_LEN: usize = easyauth::MAX_ME_LEN;

/// Where the program reads and writes, and what time it is there.
pub(crate) struct World<'a> {
    pub(crate) now: SystemTime,
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) stderr: &'a mut dyn Write,
}

fn main() -> ExitCode {
    let mut world = World {
        now: SystemTime::now(),
        stdin: &mut io::stdin().lock(),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr().lock(),
    };
    ExitCode::from(run(std::env::args_os().skip(1), &mut world))
}

/// Runs the program; the exit status is 0, with `--check` 1 if no token opens what was asked for, or 2
/// with one line on standard error.
pub(crate) fn run(args: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> u8 {
    match try_run(args, world) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(error) => {
            // If standard error is closed as well, there is nobody left to tell.
            let _ = writeln!(world.stderr, "inspect: {error}");
            2
        }
    }
}

fn try_run(
    args: impl IntoIterator<Item = OsString>,
    world: &mut World<'_>,
) -> Result<bool, Box<dyn Error>> {
    let args = Args::parse(args)?;
    if args.help {
        print(world, args::help().as_bytes())?;
        return Ok(true);
    }
    let bytes = read(&args, world.stdin)?;
    let now = args.now.unwrap_or(world.now);
    let report = examine(Input::recognise(&bytes)?, args.wanted.as_ref(), now)?;

    let mut page = Vec::new();
    if args.json {
        serde_json::to_writer_pretty(&mut page, &report)?;
        page.push(b'\n');
    } else {
        human::write(&report, &mut page)?;
    }
    print(world, &page)?;
    Ok(!args.check || report.opens())
}

fn read(args: &Args, stdin: &mut dyn Read) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file;
    let source: &mut dyn Read = match &args.file {
        None => stdin,
        // Whoever pastes a token in the place of FILE must not find it in a log, so no path here.
        Some(path) => {
            file = File::open(path).map_err(|error| format!("cannot open FILE: {error}"))?;
            &mut file
        }
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_INPUT_LEN)?.saturating_add(1);
    source
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot read the input: {error}"))?;
    if bytes.len() > MAX_INPUT_LEN {
        return Err(format!("the input is longer than {MAX_INPUT_LEN} bytes").into());
    }
    Ok(bytes)
}

fn print(world: &mut World<'_>, page: &[u8]) -> Result<(), Box<dyn Error>> {
    match world.stdout.write_all(page).and_then(|()| world.stdout.flush()) {
        // `inspect | head` has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| format!("cannot write the report: {error}").into()),
    }
}
