//! A change of settings in the tool that the reader deploys with: `--as`.

mod azurerm;
mod bicep;
mod edits;
mod shell;
mod terraform;

use clap::ValueEnum;
use easyauth::{
    Service,
    arm::{
        APP_SERVICE_API_VERSION, ArmRequestError, ArmRequestErrorKind as Kind, ArmRequests,
        CONTAINER_APPS_API_VERSION,
    },
    resource::Cloud,
    settings::{AuthSettingsV2, SiteId},
};
use serde_json::Value;

pub(crate) use shell::quoted_for_bash;

use super::sections::sections;
use crate::{Failure, Output, with_sources};
use edits::{Edit, edits};

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

impl Tool {
    /// Returns `true` if the tool prints a document that no request can send. Bicep is a template itself.
    /// The providers of Terraform merge the change into the settings of the site.
    fn accepts(self, error: Kind) -> bool {
        match self {
            Self::AzRest | Self::Powershell => false,
            Self::Bicep => matches!(error, Kind::Incomplete | Kind::Template),
            Self::TerraformAzapi | Self::TerraformAzurerm => {
                matches!(error, Kind::Incomplete | Kind::Template | Kind::NotObjects)
            }
            Self::Json => true,
        }
    }
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
    is_slot: bool,
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
        let parts = self.parts()?;
        let target = parts.target()?;
        let requests = parts.requests(&target);
        let body = match requests.put_body(self.after) {
            Err(error) if !tool.accepts(error.kind()) => return Err(rejection(&error).into()),
            body => String::from_utf8(body.unwrap_or_default())?,
        };
        if parts.edits.is_empty() {
            let notes = vec!["there is nothing to change".to_owned()];
            return Ok(Snippet { text: String::new(), notes });
        }
        let mut snippet = match tool {
            Tool::AzRest => shell::az_rest(&parts, &body)?,
            Tool::Powershell => shell::powershell(&parts, &body)?,
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

    fn parts(&self) -> Result<Parts<'_>, Failure> {
        let service = self.after.form().service();
        let of_document = || {
            let id = self.after.pointer("/id").map(serde_json::from_str::<String>);
            id.and_then(Result::ok).and_then(|id| id.parse::<SiteId>().ok())
        };
        let site = self.site.clone().or_else(of_document);
        let newest = match service {
            Service::ContainerApps => CONTAINER_APPS_API_VERSION,
            _ => APP_SERVICE_API_VERSION,
        };
        let (before, sections) = (sections(self.before)?, sections(self.after)?);
        Ok(Parts {
            is_slot: site
                .as_ref()
                .map_or_else(|| is_of_slot(self.after), |own| own.slot().is_some()),
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
        match self.service {
            Service::ContainerApps => "Microsoft.App/containerApps",
            _ if self.is_slot => "Microsoft.Web/sites/slots",
            _ => "Microsoft.Web/sites",
        }
    }

    /// The site; an ID in the form of all others if it is unknown.
    fn target(&self) -> Result<SiteId, Failure> {
        let target = match (&self.site, self.service) {
            (Some(site), _) => Ok(site.clone()),
            (None, Service::ContainerApps) => SiteId::container_app("s", "g", "n"),
            (None, _) => SiteId::app_service("s", "g", "n"),
        };
        Ok(target.map_err(|error| with_sources(&error))?)
    }

    fn requests<'s>(&'s self, target: &'s SiteId) -> ArmRequests<'s> {
        target.requests().cloud(self.cloud).api_version(self.api_version)
    }

    /// The address of Azure Resource Manager, and the path and query of the settings there; the path is
    /// without the site if that is unknown.
    fn address(&self) -> Result<(String, String), Failure> {
        let target = self.target()?;
        let uri = self.requests(&target).uri().map_err(|error| with_sources(&error))?;
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let below = path.strip_prefix(&target.to_string()).filter(|_| self.site.is_none());
        Ok((format!("https://{host}"), below.unwrap_or(&path).to_owned()))
    }

    /// The note about the variable for a site that is unknown.
    fn site_note(&self, variable: &str) -> Option<String> {
        let kind = if self.is_slot { "slot" } else { "site" };
        let note =
            format!("the document has no id: set {variable} to the resource ID of the {kind}");
        self.site.is_none().then_some(note)
    }
}

/// Why no request can send the document, and what to do.
fn rejection(error: &ArmRequestError) -> String {
    let way_out = match error.kind() {
        Kind::Incomplete => "; read the whole document first, and change that",
        Kind::NotInArm => "; only --as json can express it",
        Kind::Template => "; --as json prints it",
        _ => "",
    };
    format!("{error}{way_out}")
}

/// Returns `true` if the document is that of a deployment slot, by its type. The type of a resource inside
/// others of a template begins with theirs.
fn is_of_slot(settings: &AuthSettingsV2) -> bool {
    let resource = settings.resource_pointer();
    let ends = resource.match_indices('/').map(|(end, _)| end).chain([resource.len()]);
    let mut types = ends.filter_map(|end| {
        let json = settings.pointer(&format!("{}/type", resource.get(..end)?))?;
        serde_json::from_str::<String>(json).ok()
    });
    types.any(|own| own.split('/').any(|part| part.eq_ignore_ascii_case("slots")))
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
