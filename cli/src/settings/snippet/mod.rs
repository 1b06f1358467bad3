//! A change of settings in the tool that the reader deploys with: `--as`.

mod azurerm;
mod bicep;
mod edits;
mod sections;
mod shell;
mod terraform;

use clap::ValueEnum;
use easyauth::{
    Service,
    arm::{APP_SERVICE_API_VERSION, CONTAINER_APPS_API_VERSION},
    resource::Cloud,
    settings::{AuthSettingsV2, Form, SiteId},
};
use serde_json::Value;

pub(crate) use shell::quoted_for_bash;

use crate::{Failure, Output, with_sources};
use edits::{Edit, edits};
use sections::sections;

/// The tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Tool {
    /// The changed document
    Json,
    /// A command of the Azure CLI, for bash
    AzRest,
    /// A Bicep resource
    Bicep,
    /// A Terraform resource of the provider azapi
    TerraformAzapi,
    /// The block auth_settings_v2 of the Terraform provider azurerm
    TerraformAzurerm,
    /// A command of Azure PowerShell
    Powershell,
}

/// A change, and the site that it is for.
pub(super) struct Change<'a> {
    pub(super) before: &'a AuthSettingsV2,
    pub(super) after: &'a AuthSettingsV2,
    /// If absent, the `id` of the document tells.
    pub(super) site: Option<SiteId>,
    pub(super) cloud: Cloud,
    pub(super) api_version: Option<&'a str>,
}

/// What to paste, and what the tool cannot express.
pub(super) struct Snippet {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
}

impl Snippet {
    /// The output of a command: these notes first, each note once.
    pub(super) fn output(self, notes: &mut Vec<String>) -> Output {
        let mut all = std::mem::take(notes);
        for note in self.notes {
            if !all.contains(&note) {
                all.push(note);
            }
        }
        Output { notes: all, ..Output::page(self.text) }
    }
}

/// What every tool needs.
struct Parts<'a> {
    site: Option<SiteId>,
    service: Service,
    cloud: Cloud,
    api_version: &'a str,
    /// All sections after the change.
    sections: Value,
    edits: Vec<Edit>,
}

impl<'a> Change<'a> {
    /// A change of a document, at the site that its `id` names.
    pub(super) fn of(before: &'a AuthSettingsV2, after: &'a AuthSettingsV2, cloud: Cloud) -> Self {
        Self { before, after, site: None, cloud, api_version: None }
    }

    /// Prints the change for a tool. `document` is the changed document with the text around it.
    pub(super) fn print(&self, tool: Tool, document: &str) -> Result<Snippet, Failure> {
        if tool == Tool::Json {
            return Ok(Snippet { text: document.to_owned(), notes: Vec::new() });
        }
        self.check(tool)?;
        let parts = self.parts()?;
        if parts.edits.is_empty() {
            let notes = vec!["there is nothing to change".to_owned()];
            return Ok(Snippet { text: String::new(), notes });
        }
        let mut snippet = match tool {
            Tool::AzRest => shell::az_rest(&parts, self.after)?,
            Tool::Powershell => shell::powershell(&parts, self.after)?,
            Tool::Bicep => bicep::resource(&parts),
            Tool::TerraformAzapi => terraform::azapi(&parts),
            Tool::TerraformAzurerm => azurerm::block(&parts)?,
            Tool::Json => Snippet { text: String::new(), notes: Vec::new() },
        };
        if tool == Tool::Bicep {
            snippet.notes.extend(missing_sections(self.after));
        }
        Ok(snippet)
    }

    fn check(&self, tool: Tool) -> Result<(), Failure> {
        let form = self.after.form();
        let text = match form {
            Form::File => {
                "a settings file is deployed with the application, so only --as json can express it"
            }
            Form::StaticWebApp | Form::StaticWebAppSection => {
                "staticwebapp.config.json is deployed with the application, so only --as json can \
                 express it"
            }
            _ if !self.after.resource_pointer().is_empty()
                && matches!(tool, Tool::AzRest | Tool::Powershell) =>
            {
                "the document is in a deployment template: deploy the template with --as json"
            }
            _ => return self.check_sections(tool),
        };
        Err(text.into())
    }

    /// Rejects a command that would reset settings, as [`ArmRequests::put`] does.
    ///
    /// [`ArmRequests::put`]: easyauth::arm::ArmRequests::put
    fn check_sections(&self, tool: Tool) -> Result<(), Failure> {
        let missing = self.after.missing_sections();
        if missing.is_empty() || !matches!(tool, Tool::AzRest | Tool::Powershell) {
            return Ok(());
        }
        let text = format!(
            "a PUT replaces all settings, so these sections would return to the defaults: {}; read the \
             whole document first, and change that",
            missing.join(", ")
        );
        Err(text.into())
    }

    fn parts(&self) -> Result<Parts<'_>, Failure> {
        let service = self.after.form().service();
        let of_document = || {
            let id = self.after.pointer("/id").map(serde_json::from_str::<String>);
            id.and_then(Result::ok).and_then(|id| id.parse::<SiteId>().ok())
        };
        let site = self.site.clone().or_else(of_document);
        if site.as_ref().is_some_and(|site| site.service() != service) {
            return Err("the document is for another service than the site".into());
        }
        let newest = match service {
            Service::ContainerApps => CONTAINER_APPS_API_VERSION,
            _ => APP_SERVICE_API_VERSION,
        };
        let (before, sections) = (sections(self.before)?, sections(self.after)?);
        Ok(Parts {
            site,
            service,
            cloud: self.cloud,
            api_version: self.api_version.unwrap_or(newest),
            edits: edits(&before, &sections),
            sections,
        })
    }
}

impl Parts<'_> {
    /// The path of the settings below the site.
    fn settings_path(&self) -> &'static str {
        match self.service {
            Service::ContainerApps => "authConfigs/current",
            _ => "config/authsettingsV2",
        }
    }

    /// The name of the settings as a resource.
    fn settings_name(&self) -> &'static str {
        match self.service {
            Service::ContainerApps => "current",
            _ => "authsettingsV2",
        }
    }

    /// The type of the settings as a resource, with its API version.
    fn settings_type(&self) -> String {
        let own = match self.service {
            Service::ContainerApps => "authConfigs",
            _ => "config",
        };
        format!("{}/{own}@{}", self.parent_type(), self.api_version)
    }

    fn parent_type(&self) -> &'static str {
        match (self.service, self.site.as_ref().and_then(SiteId::slot)) {
            (Service::ContainerApps, _) => "Microsoft.App/containerApps",
            (_, None) => "Microsoft.Web/sites",
            (_, Some(_)) => "Microsoft.Web/sites/slots",
        }
    }

    /// The address of Azure Resource Manager, and the path and query of the settings there; the path is
    /// without the site if that is unknown.
    fn address(&self) -> Result<(String, String), Failure> {
        // An ID in the form of all others, if the site is unknown.
        let site = match &self.site {
            Some(site) => site.clone(),
            None => SiteId::app_service("s", "g", "n").map_err(|error| with_sources(&error))?,
        };
        let requests = site.requests().cloud(self.cloud).api_version(self.api_version);
        let uri = requests.uri().map_err(|error| with_sources(&error))?;
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let path = match &self.site {
            Some(_) => uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            None => format!("/{}?api-version={}", self.settings_path(), self.api_version),
        };
        Ok((format!("https://{host}"), path))
    }
}

/// The note about sections that saving the document resets.
pub(super) fn missing_sections(settings: &AuthSettingsV2) -> Option<String> {
    let missing = settings.missing_sections();
    (!missing.is_empty())
        .then(|| format!("the document lacks {}: saving it resets them", missing.join(", ")))
}

/// Returns `true` if a template decides this value (Azure Resource Manager, "Template functions"). Two
/// brackets at the start are an escape.
fn is_expression(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")
}

/// Indents a line.
fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}
