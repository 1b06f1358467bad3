//! A stand-in for Easy Auth on this machine: signs in whoever asks, and passes requests on to a service
//! with the headers that the platform would send. For development, and never in production.
//!
//! - `/.auth/login/aad` lets a browser choose who to be; `/.auth/logout`, `/.auth/me` and
//!   `/.auth/refresh` answer as the platform's do.
//! - A program says who it is by the header `X-Stand-In-Persona: arm`, or sends a token of
//!   `/.stand-in/token?scope=Files.Read` in `Authorization: Bearer`.
//! - A service verifies tokens with the documents `/.stand-in/metadata` and `/.stand-in/keys`
//!   (`MetadataUri::insecure_loopback`).
//! - Nobody is sent to a sign-in page: requests of nobody go on without the headers, as with the setting
//!   `AllowAnonymous`.
//!
//! Speaks HTTP/1.1 without upgrades, and so no web sockets.

mod args;
mod caller;
mod headers;
mod pages;
pub(crate) mod personas;
pub(crate) mod proxy;
mod query;
mod site;

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use args::Command;
pub(crate) use proxy::StandIn;

/// The exit status when nothing was done: `EX_USAGE` of BSD's sysexits.
const NOTHING_DONE: u8 = 64;

#[tokio::main]
async fn main() -> ExitCode {
    let args = std::env::args_os().skip(1);
    ExitCode::from(run(args, &mut io::stdout(), &mut io::stderr()).await)
}

/// Runs the program until it is killed, or ends with 64 and a line on standard error.
pub(crate) async fn run(
    args: impl IntoIterator<Item = OsString>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8 {
    match try_run(args, stdout).await {
        Ok(()) => 0,
        Err(error) => {
            // If standard error is closed as well, there is nobody left to tell.
            let _ = writeln!(stderr, "stand-in: {error}");
            NOTHING_DONE
        }
    }
}

async fn try_run(
    args: impl IntoIterator<Item = OsString>,
    stdout: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let (upstream, listen) = match Command::parse(args)? {
        Command::Serve { upstream, listen } => (upstream, listen),
        Command::Help => return Ok(stdout.write_all(args::USAGE.as_bytes())?),
    };
    let running = StandIn { listen, ..StandIn::new(upstream) }.start().await?;
    let address = running.address();
    writeln!(stdout, "NOT FOR PRODUCTION: everybody can sign in here as whom they like.")?;
    writeln!(stdout, "http://{address} stands in for Easy Auth in front of http://{upstream}")?;
    writeln!(stdout, "sign in at http://{address}/.auth/login/aad")?;
    stdout.flush()?;
    std::future::pending().await
}
