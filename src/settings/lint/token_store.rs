//! `login.tokenStore`.

use std::time::Duration;

use super::{Findings, Lint, Section, Severity, rule::rules};
use crate::settings::{LoginParameters, Service};

rules! {
    TS1 Warning: "there are no X-MS-TOKEN-* headers, no tokens in /.auth/me and no /.auth/refresh",
        "App Service docs, Work with OAuth tokens; Azure/Azure-Functions#242";
    TS2 Warning: "a container app keeps no tokens without a blob container",
        "Container Apps docs, Token store; microsoft/azure-container-apps#995";
    TS3 Warning: "only one of the places is used",
        "terraform-provider-azurerm, auth_settings_v2 (the two conflict there)";
    TS4 Info: "the longer a session can be refreshed, the longer a stolen one is good",
        "App Service docs, Work with OAuth tokens";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// The default, beyond which the documentation warns.
const USUAL_EXTENSION: Duration = Duration::from_secs(72 * 60 * 60);

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    // Static Web Apps have no token store.
    if lint.service == Service::StaticWebApps {
        return;
    }
    let store = lint.sections.at("login").at("tokenStore");
    let enabled = store.at("enabled");
    let blob = store.at("azureBlobStorage");
    let is_container_app = lint.service == Service::ContainerApps;

    if enabled.flag() != Some(true) && !enabled.is_unknown() && asks_for_tokens(lint) {
        let message = "a sign-in asks for tokens, and the token store is off";
        let added = findings.add(&TS1, &enabled, message, "set it to true");
        // A container app needs a place for them as well.
        if !is_container_app {
            added.fix_by_setting(true);
        }
    }

    let has_container = |name| blob.at(name).is_filled();
    if is_container_app
        && enabled.flag() == Some(true)
        && !blob.is_unknown()
        && !has_container("sasUrlSettingName")
        && !has_container("blobContainerUri")
    {
        findings.add(
            &TS2,
            &blob,
            "the token store is on, and there is no place for tokens",
            "set sasUrlSettingName to the secret with the address of a container, its signature good \
             to read, write and delete",
        );
    }

    let directory = store.at("fileSystem").at("directory");
    // Container Apps have no such directory, which is another rule's.
    if !is_container_app && directory.is_filled() && has_container("sasUrlSettingName") {
        let message = "there are two places for tokens, a directory and a container";
        findings.add(&TS3, &directory, message, "leave out one of them");
    }

    let extension = store.at("tokenRefreshExtensionHours");
    match extension.hours() {
        Some(Duration::ZERO) => {
            let message = "a session cannot be refreshed once its token is over";
            findings.add(&TS4, &extension, message, "72 is the default");
        }
        Some(time) if time > USUAL_EXTENSION => {
            let message = "a session can be refreshed more than three days after its token is over";
            findings.add(&TS4, &extension, message, "72 is the default");
        }
        None if extension.is_filled() && !extension.is_placeholder() => {
            findings
                .add(&TS4, &extension, "this is no number of hours", "write 72, the default")
                .severity(Severity::Warning);
        }
        _ => {}
    }
}

/// Whether a sign-in asks for a refresh token or for the token of an API.
fn asks_for_tokens(lint: &Lint<'_>) -> bool {
    let wants = |parameters: &LoginParameters| {
        let mut scopes = parameters.scopes();
        scopes.any(|scope| !scope.is_openid() || scope.as_str() == "offline_access")
    };
    lint.parameters.as_ref().is_some_and(wants)
}
