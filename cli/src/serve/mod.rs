//! `easyauth serve`: a local stand-in for Easy Auth. It signs in anyone, and forwards requests to a
//! service with the headers that the platform would send. For development, never in production.
//!
//! - `/.auth/login/aad` lets a browser choose a persona. `/.auth/logout`, `/.auth/me` and
//!   `/.auth/refresh` answer as the platform does.
//! - A program chooses a persona by the header `X-Stand-In-Persona: arm`, or sends a token from
//!   `/.stand-in/token?scope=Files.Read` in `Authorization: Bearer`.
//! - A service verifies tokens with the documents `/.stand-in/metadata` and `/.stand-in/keys`
//!   (`MetadataUri::insecure_loopback`).
//! - No request is redirected to a sign-in page. Anonymous requests are forwarded without identity
//!   headers, as with the setting `AllowAnonymous`.
//!
//! The stand-in speaks HTTP/1.1 without upgrades, so WebSockets do not work.

mod address;
mod caller;
mod headers;
mod pages;
mod personas;
mod proxy;
mod query;
mod site;

pub use address::Upstream;
pub use personas::{Persona, TENANT};
pub use proxy::{Running, StandIn};

use std::net::SocketAddr;

use crate::{Failure, Output, World, args::after_help, write_out};

/// Run a local stand-in for Easy Auth in front of a service on this machine
///
/// Signs in anyone, and forwards requests with the headers that the platform would send. For
/// development only.
///
/// A browser signs in at /.auth/login/aad (or github); /.auth/me, /.auth/refresh and /.auth/logout work
/// as on the platform. A program sends the header X-Stand-In-Persona: graph, arm, admin, expired,
/// no-tokens, github or visitor; or a bearer token from /.stand-in/token?scope=NAME or ?role=NAME.
/// A service verifies these tokens with /.stand-in/metadata and the audience api://stand-in.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help!(
    "easyauth serve --upstream 7071"
    "easyauth serve --upstream http://localhost:3000 --listen 8081"
))]
pub(crate) struct Args {
    /// Where the service listens: 7071, localhost:7071 or http://localhost:7071
    #[arg(long, value_name = "ADDR", value_parser = address::upstream)]
    upstream: Upstream,
    /// Where to listen: a port, or an address of this machine with a port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address::listen)]
    listen: SocketAddr,
}

/// Runs until the process is stopped, or fails.
pub(crate) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stand_in = StandIn { listen: args.listen, ..StandIn::new(args.upstream.clone()) };
    let running = runtime.block_on(stand_in.start())?;
    let address = running.address();
    let page = format!(
        "NOT FOR PRODUCTION: anyone can sign in here as any persona.\n\
         http://{address} simulates Easy Auth in front of http://{}\n\
         sign in at http://{address}/.auth/login/aad\n",
        args.upstream
    );
    write_out(world, page.as_bytes())?;
    runtime.block_on(std::future::pending())
}
