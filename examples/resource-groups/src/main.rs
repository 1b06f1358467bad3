//! Lists the caller's Azure resource groups with the caller's token. If that token does not open Azure
//! Resource Manager, it says so before the 401, and how to fix it.
//!
//! This is an Azure Functions custom handler on axum. `host.json` and `resource-groups/function.json` deploy
//! it, and `README.md` says how. Read `service.rs` first. To try it on this machine:
//!
//! ```text
//! cargo run -p resource-groups --features demo -- --demo
//! ```

pub(crate) mod accept;
pub(crate) mod advice;
pub(crate) mod args;
pub(crate) mod arm;
pub(crate) mod config;
#[cfg(feature = "demo")]
pub(crate) mod demo;
#[cfg(any(test, feature = "demo"))]
pub(crate) mod fake_arm;
pub(crate) mod html;
mod json;
pub(crate) mod service;
#[cfg(test)]
mod tests;
mod visit;

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Write},
    net::Ipv4Addr,
    process::ExitCode,
    sync::Arc,
};

use tokio::net::TcpListener;

use args::{Command, InFront};
use arm::Arm;
use config::Config;
use service::{Log, PATH};

/// The exit status when nothing was done: `EX_USAGE` of BSD's sysexits.
const NOTHING_DONE: u8 = 64;

/// The environment and the streams of the program.
pub(crate) struct World<'a> {
    pub(crate) lookup: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) stderr: &'a mut dyn Write,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut world = World {
        lookup: &|name| std::env::var(name).ok(),
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
    };
    ExitCode::from(run(std::env::args_os().skip(1), &mut world).await)
}

/// Runs the program until it is killed, or ends with 64 and a line on standard error.
pub(crate) async fn run(args: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> u8 {
    match try_run(args, world).await {
        Ok(()) => 0,
        Err(error) => {
            // If standard error is closed as well, the error cannot be reported.
            let _ = writeln!(world.stderr, "resource-groups: {error}");
            NOTHING_DONE
        }
    }
}

async fn try_run(
    args: impl IntoIterator<Item = OsString>,
    world: &mut World<'_>,
) -> Result<(), Box<dyn Error>> {
    match Command::parse(args)? {
        Command::Help => Ok(world.stdout.write_all(args::USAGE.as_bytes())?),
        Command::Serve(in_front) => serve(in_front, world).await,
        Command::Demo => demonstrate(world).await,
    }
}

async fn serve(in_front: InFront, world: &mut World<'_>) -> Result<(), Box<dyn Error>> {
    let config = Config::read(in_front, world.lookup)?;
    let Config { port, arm, platform, in_front } = config;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    writeln!(
        world.stdout,
        "resource-groups: {in_front}; http://127.0.0.1:{port}{PATH} asks {arm}"
    )?;
    world.stdout.flush()?;
    let router = service::router(Arm::new(arm)?, platform, to_stderr())?;
    Ok(axum::serve(listener, router).await?)
}

#[cfg(feature = "demo")]
async fn demonstrate(world: &mut World<'_>) -> Result<(), Box<dyn Error>> {
    let demo = demo::Demo::start(to_stderr()).await?;
    writeln!(world.stdout, "Open http://{}{PATH}", demo.address)?;
    writeln!(
        world.stdout,
        "Sign in as any of the users. Everything happens on this machine, where"
    )?;
    writeln!(world.stdout, "http://{} simulates Azure Resource Manager.", demo.arm)?;
    world.stdout.flush()?;
    std::future::pending().await
}

#[cfg(not(feature = "demo"))]
#[allow(clippy::unused_async, reason = "as with the feature")]
async fn demonstrate(_: &mut World<'_>) -> Result<(), Box<dyn Error>> {
    Err("--demo needs the feature demo: cargo run -p resource-groups --features demo -- --demo"
        .into())
}

fn to_stderr() -> Log {
    Arc::new(|line| {
        let _ = writeln!(io::stderr(), "resource-groups: {line}");
    })
}
