//! The command line.

use std::{ffi::OsString, net::SocketAddr};

pub(crate) const USAGE: &str = "\
usage: stand-in --upstream ADDRESS [--listen ADDRESS]

Stands in for Easy Auth in front of a service on this machine: signs in whoever asks, and passes
requests on with the headers that the platform would send. For development only.

  --upstream ADDRESS  where the service listens, 127.0.0.1:7071 for instance
  --listen ADDRESS    where to listen; 127.0.0.1:8080 without it
";

const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Serve { upstream: SocketAddr, listen: SocketAddr },
}

impl Command {
    /// Reads the arguments behind the program's name.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut args = args.into_iter();
        let (mut upstream, mut listen) = (None, None);
        while let Some(arg) = args.next() {
            let arg = arg.to_str().unwrap_or_default();
            let (name, mut inline) = match arg.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (arg, None),
            };
            let slot = match name {
                "--upstream" => &mut upstream,
                "--listen" => &mut listen,
                "--help" | "-h" => return Ok(Self::Help),
                _ => return Err("unknown argument; --help lists them".to_owned()),
            };
            let value = inline.take().or_else(|| args.next()?.into_string().ok());
            let value = value.ok_or_else(|| format!("{name} needs a value"))?;
            let address: SocketAddr = value
                .parse()
                .map_err(|_| format!("{name} is not an address and a port like 127.0.0.1:8080"))?;
            if slot.replace(address).is_some() {
                return Err(format!("{name} is given twice"));
            }
        }
        let upstream = upstream.ok_or("--upstream is missing; --help says more")?;
        Ok(Self::Serve { upstream, listen: listen.unwrap_or(DEFAULT_LISTEN) })
    }
}
