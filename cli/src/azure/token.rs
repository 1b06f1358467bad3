//! The token for Azure Resource Manager: from the environment, or from the Azure CLI.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use easyauth::{AccessToken, resource::ARM, resource::Cloud, settings::SiteId};
use serde_json::Value;

use crate::{
    Environment, Failure, SERVER_FAILED, TOKEN_VARIABLE,
    terminal::{cut, printable},
};

/// The longest line of the Azure CLI that is shown, in characters.
const MAX_LINE_LEN: usize = 200;

/// Returns the token in `AZURE_ACCESS_TOKEN`, or asks the Azure CLI for one.
pub(crate) fn token(
    env: &Environment,
    site: &SiteId,
    cloud: Cloud,
) -> Result<AccessToken, Failure> {
    if let Some(token) = &env.token {
        return Ok(AccessToken::new(token.expose_secret()));
    }
    let Some(az) = &env.az else {
        let text = format!(
            "no token: {TOKEN_VARIABLE} is not set, and the Azure CLI (az) is not on the path"
        );
        return Err(text.into());
    };
    of_azure_cli(az, site, cloud)
}

/// Runs `az account get-access-token` for the subscription of the site, whose tenant issues the token.
fn of_azure_cli(az: &Path, site: &SiteId, cloud: Cloud) -> Result<AccessToken, Failure> {
    let arm = ARM.in_cloud(cloud);
    let Some(resource) = arm.audience_uris().first() else {
        return Err(format!("the address of {arm} is unknown").into());
    };
    // /subscriptions/ID/resourceGroups/...
    let subscription = site.to_string().split('/').nth(2).unwrap_or_default().to_owned();
    let output = Command::new(az)
        .args(["account", "get-access-token", "--output", "json"])
        .args(["--resource", *resource])
        .args(["--subscription", &subscription])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failure(&format!("cannot be run: {error}")))?;
    if !output.status.success() {
        // The last line says what to do, for instance to run `az login`.
        let text = String::from_utf8_lossy(&output.stderr);
        let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let line: String = printable(line.trim()).chars().take(MAX_LINE_LEN).collect();
        return Err(failure(&format!("failed: {}", cut(&line, MAX_LINE_LEN))));
    }
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    match answer.get("accessToken").and_then(Value::as_str) {
        Some(token) if !token.is_empty() => Ok(AccessToken::new(token)),
        _ => Err(failure("printed no accessToken")),
    }
}

fn failure(problem: &str) -> Failure {
    let message = format!("`az account get-access-token` {problem}");
    Failure { message, status: SERVER_FAILED }
}

/// Finds the Azure CLI on the path. On Windows it is a batch file.
pub(crate) fn find_azure_cli() -> Option<PathBuf> {
    let names: &[&str] = if cfg!(windows) { &["az.cmd", "az.exe"] } else { &["az"] };
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        // A relative entry would run a program of the current directory.
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file())
}
