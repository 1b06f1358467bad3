//! The command line.

use std::ffi::OsString;

pub(crate) const USAGE: &str = "\
usage: resource-groups [--container-apps | --local | --demo]

Lists the caller's Azure resource groups with the caller's token. An Azure Functions custom handler: it
listens on 127.0.0.1 at FUNCTIONS_CUSTOMHANDLER_PORT.

  --container-apps  declares, on Azure Container Apps, that authentication is configured and that requests
                    come only through it
  --local           declares, on this machine, that the stand-in or another proxy writes the headers
  --demo            runs everything on this machine: a simulated Azure Resource Manager, this program, and
                    the stand-in in front of it; prints the address to open

ARM_BASE_URL is the address of Azure Resource Manager. The default is https://management.azure.com.
";

/// The command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Serve(InFront),
    Demo,
}

/// Who guarantees that the identity headers can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InFront {
    /// The platform: the environment says so.
    Platform,
    /// The operator: Container Apps do not say so in the environment.
    ContainerApps,
    /// The developer, on a local machine.
    Local,
}

impl Command {
    /// Parses the arguments after the name of the program.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut args = args.into_iter();
        let command = match args.next() {
            None => Self::Serve(InFront::Platform),
            Some(arg) => match arg.to_str().unwrap_or_default() {
                "--container-apps" => Self::Serve(InFront::ContainerApps),
                "--local" => Self::Serve(InFront::Local),
                "--demo" => Self::Demo,
                "--help" | "-h" => Self::Help,
                _ => return Err("unknown argument; --help lists them".to_owned()),
            },
        };
        match args.next() {
            None => Ok(command),
            Some(_) => Err("expected at most one argument; --help lists them".to_owned()),
        }
    }
}
