//! The configuration, from the environment.

use easyauth::{Platform, Service};

use super::{
    args::InFront,
    arm::{self, Base},
};

/// The port on which the Azure Functions host expects the handler ("Azure Functions custom handlers").
const PORT: &str = "FUNCTIONS_CUSTOMHANDLER_PORT";

/// The address of Azure Resource Manager.
const ARM_BASE_URL: &str = "ARM_BASE_URL";

/// Variables that are set only on Azure. The host on a developer's machine (`func start`) sets neither.
const ON_AZURE: [&str; 2] = ["WEBSITE_SITE_NAME", "CONTAINER_APP_NAME"];

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) port: u16,
    pub(crate) arm: Base,
    /// Whether the identity headers can be trusted.
    pub(crate) platform: Platform,
    /// Who writes the identity headers, for the first line of the log.
    pub(crate) in_front: &'static str,
}

impl Config {
    /// Reads the environment. Returns an error if the identity headers cannot be trusted.
    ///
    /// A custom handler listens on loopback, where only the Azure Functions host reaches it, in the same
    /// sandbox. The host gets its requests only from the platform's front end, and Easy Auth replaces every
    /// identity header there. So the headers can be trusted if Easy Auth is on. If it is off, they can be
    /// forged.
    pub(crate) fn read(
        in_front: InFront,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let (platform, in_front) = vouch(in_front, &lookup)?;
        let port = lookup(PORT).ok_or_else(|| format!("{PORT} is not set"))?;
        // `parse` accepts a sign.
        let port = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        let port = port.and_then(|port| port.parse().ok()).filter(|port| *port != 0);
        let arm = lookup(ARM_BASE_URL).filter(|base| !base.is_empty());
        Ok(Self {
            port: port.ok_or_else(|| format!("{PORT} is not a port"))?,
            arm: Base::parse(arm.as_deref().unwrap_or(arm::PUBLIC))
                .map_err(|error| format!("{ARM_BASE_URL} {error}"))?,
            platform,
            in_front,
        })
    }
}

fn vouch(
    in_front: InFront,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<(Platform, &'static str), String> {
    let platform = Platform::detect(lookup);
    let platform = match in_front {
        InFront::Platform => platform,
        InFront::ContainerApps => platform.trust_container_apps(),
        InFront::Local => {
            let is_set = |name: &&&str| lookup(name).is_some_and(|value| !value.is_empty());
            return match ON_AZURE.iter().find(is_set) {
                None => Ok((
                    Platform::trusting_headers(),
                    "--local: the proxy on this machine is trusted",
                )),
                Some(name) => {
                    Err(format!("--local is for a developer's machine, but {name} is set"))
                }
            };
        }
    };
    platform.require_easy_auth().map_err(|error| match error.service() {
        Some(Service::ContainerApps) => format!("{error} (--container-apps)"),
        None => format!("{error}; on your own machine, see --demo and --local"),
        _ => error.to_string(),
    })?;
    let in_front = match platform.service() {
        Some(Service::AppService) => "App Service, with Easy Auth in front",
        Some(Service::Functions) => "Azure Functions, with Easy Auth in front",
        Some(Service::ContainerApps) => "--container-apps: Easy Auth of Container Apps is trusted",
        _ => "Easy Auth is in front",
    };
    Ok((platform, in_front))
}
