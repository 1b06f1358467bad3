//! `easyauth serve`: a local stand-in for Easy Auth. It signs in anyone, and forwards requests to a
//! service with the headers that the platform would send. For development, never in production.
//!
//! - `/.auth/login/aad` lets a browser choose a persona. `/.auth/logout`, `/.auth/me` and
//!   `/.auth/refresh` answer as the platform does.
//! - A program chooses a persona by the header `X-Stand-In-Persona: arm`, or sends a token from
//!   `/.stand-in/token?scope=Files.Read` in `Authorization: Bearer`.
//! - A service verifies tokens with the documents `/.stand-in/metadata` and `/.stand-in/keys`
//!   (`MetadataUri::insecure_loopback`).
//! - `/.stand-in/inspect` reads what a user pastes, as `easyauth inspect` does. Without a service, this
//!   page is at `/`, and there is nothing else.
//! - `POST /.stand-in/age?by=65m` lets all sessions look older.
//!
//! The stand-in speaks HTTP/1.1, and passes web sockets on.

mod address;
mod caller;
mod early;
mod gate;
mod headers;
mod inspector;
mod log;
mod pages;
mod personas;
mod proxy;
mod server;
mod session;
mod site;

pub use address::Upstream;
pub use gate::Unauthenticated;
pub use personas::{Persona, TENANT};
pub use server::{Running, StandIn};

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use tokio::sync::mpsc;

use crate::{Failure, Output, World, args::after_help, write_out};

/// The number of lines of the log that can wait. More are dropped.
const MAX_LINES: usize = 1000;

/// Inspect tokens on a local page, or run a local stand-in for Easy Auth in front of a service
///
/// Without --upstream: a page on this machine that reads what you paste, as `easyauth inspect` does.
///
/// With --upstream: signs in anyone, and forwards requests with the headers that the platform would send.
/// For development only. It prints a line for each request.
///
/// Addresses:
///   /.auth/login/aad, /.auth/login/github   choose a persona in a browser
///   /.auth/me, /.auth/refresh, /.auth/logout   as on the platform
///   /.stand-in/inspect   the page that reads what you paste
///   /.stand-in/token?scope=NAME or ?role=NAME   a bearer token for the service
///   /.stand-in/metadata, /.stand-in/keys   to verify tokens; the audience is api://stand-in
///   /.stand-in/age?by=65m   POST: all sessions look older
///   /.well-known/oauth-protected-resource   metadata for MCP clients, with --metadata-scopes
///
/// Headers of a request:
///   X-Stand-In-Persona: NAME   graph, arm, admin, expired, no-tokens, external-id, github, visitor,
///   client, app, agent or autonomous-agent
///   Authorization: Bearer TOKEN   a token from /.stand-in/token
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = after_help!(
    "easyauth serve"
    "easyauth serve --upstream 7071"
    "easyauth serve --upstream http://localhost:3000 --session-age 65m"
))]
pub(crate) struct Args {
    /// Where the service listens: 7071, localhost:7071 or http://localhost:7071
    #[arg(long, value_name = "ADDR", value_parser = address::upstream)]
    upstream: Option<Upstream>,
    /// Where to listen: a port, or an address of this machine with a port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4180", value_parser = address::listen)]
    listen: SocketAddr,
    /// Read the personas from this JSON file; --print-personas prints one to start from
    #[arg(long, value_name = "FILE", requires = "upstream")]
    personas: Option<PathBuf>,
    /// Print the default personas as JSON, and exit
    #[arg(long)]
    print_personas: bool,
    /// Let sessions look this old when they begin: after 65m, the ID token and the access token have expired
    #[arg(long, value_name = "TIME", value_parser = personas::duration, default_value = "0s", requires = "upstream")]
    session_age: Duration,
    /// What to do with anonymous requests, as in the setting unauthenticatedClientAction
    #[arg(
        long,
        value_name = "ACTION",
        default_value = "AllowAnonymous",
        ignore_case = true,
        requires = "upstream"
    )]
    unauthenticated: Unauthenticated,
    /// Publish metadata for MCP clients with these scopes, separated by commas, as the app setting
    /// WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES does; without it, the service answers
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', requires = "upstream")]
    metadata_scopes: Vec<String>,
}

/// Runs until the process is stopped, or fails.
pub(crate) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    if args.print_personas {
        return Ok(Output::page(personas::DEFAULT.to_owned()));
    }
    let (log, mut lines) = mpsc::channel(MAX_LINES);
    let mut stand_in = StandIn {
        listen: args.listen,
        upstream: args.upstream.clone(),
        session_age: args.session_age,
        unauthenticated: args.unauthenticated,
        metadata_scopes: args.metadata_scopes.clone(),
        log: Some(log),
        ..StandIn::without_upstream()
    };
    if let Some(file) = &args.personas {
        stand_in.personas = personas::read(file)?;
    }
    let login = server::login(&stand_in.personas)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let running = runtime.block_on(stand_in.start())?;
    let address = running.address();
    let page = match &args.upstream {
        Some(upstream) => format!(
            "NOT FOR PRODUCTION: anyone can sign in here as any persona.\n\
             http://{address} simulates Easy Auth in front of http://{upstream}\n\
             sign in at http://{address}{login}\n\
             read tokens at http://{address}/.stand-in/inspect\n"
        ),
        None => format!("open http://{address} in a browser of this machine\n"),
    };
    write_out(world, page.as_bytes())?;
    while let Some(line) = runtime.block_on(lines.recv()) {
        // A closed standard error does not stop the server.
        let _ = writeln!(world.stderr, "{line}");
    }
    Err("the server stopped".into())
}
