//! The command line.

use std::ffi::OsString;

pub(crate) const USAGE: &str = "\
usage: resource-groups [--container-apps | --local | --demo]

Lists the resource groups of whoever is signed in, with the token of the sign-in. A custom handler of
Azure Functions: listens on 127.0.0.1 at FUNCTIONS_CUSTOMHANDLER_PORT.

  --container-apps  on Azure Container Apps: authentication is configured, and no other way leads here
  --local           on this machine: the stand-in, or whatever else writes the headers, is in front
  --demo            everything on this machine: a pretend Azure Resource Manager, this program, and the
                    stand-in in front of it; prints the address to open

ARM_BASE_URL says where Azure Resource Manager is; https://management.azure.com without it.
";

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Serve(InFront),
    Demo,
}

/// Who vouches for the identity headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InFront {
    /// The platform, which says so in the environment.
    Platform,
    /// Container Apps, which say nothing: whoever deployed this.
    ContainerApps,
    /// Whoever runs this on a developer's machine.
    Local,
}

impl Command {
    /// Reads the arguments behind the program's name.
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
            Some(_) => Err("there is more than one argument; --help lists them".to_owned()),
        }
    }
}
