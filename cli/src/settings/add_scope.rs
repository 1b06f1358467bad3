//! `easyauth settings add-scope`: one more scope in the sign-in requests to Microsoft Entra.

use std::{fs, path::Path};

use easyauth::{
    Service,
    resource::{Cloud, Scope},
    settings::{
        AuthSettingsV2, Finding, LoginParameters, LoginParametersError, LoginParametersErrorKind,
        entra, login,
    },
};

use super::{
    document::{Source, cloud_of, diff},
    snippet::{self, Change, Tool},
};
use crate::{
    Failure, Output, World,
    api::{self, Api},
    input::is_stdin,
    with_sources,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wish: Wish,
    #[command(flatten)]
    source: Source,
    /// Print a unified diff instead of the document
    #[arg(long)]
    diff: bool,
    /// Write the changed document into FILE
    #[arg(long, conflicts_with_all = ["diff", "tool"])]
    #[cfg_attr(feature = "online", arg(conflicts_with = "site"))]
    write: bool,
    /// Print the change for this tool instead of the document, and change nothing
    #[arg(long = "as", value_name = "TOOL", value_enum, conflicts_with = "diff")]
    #[cfg_attr(feature = "online", arg(conflicts_with_all = ["yes", "dry_run", "backup"]))]
    tool: Option<Tool>,
    /// Change this site or container app instead of a document, given by its resource ID
    #[cfg(feature = "online")]
    #[arg(long, value_name = "ID", value_parser = super::request::site_id, conflicts_with_all = ["file", "diff"])]
    site: Option<easyauth::settings::SiteId>,
    #[cfg(feature = "online")]
    #[command(flatten)]
    address: super::request::Address,
    #[cfg(not(feature = "online"))]
    #[command(flatten)]
    cloud: super::request::CloudOption,
    #[cfg(feature = "online")]
    #[command(flatten)]
    saving: super::site::Saving,
}

/// The scope to add.
#[derive(Debug, clap::Args)]
pub(super) struct Wish {
    /// The API: a URI (api://orders), a client ID, or a name such as arm, graph, key-vault
    #[arg(value_name = "API", value_parser = Api::parse)]
    api: Api,
    /// The bare name of the scope, such as user_impersonation
    #[arg(value_name = "SCOPE", value_parser = api::bare_scope_or_default)]
    scope: String,
    /// Remove the scopes of another API; a token is for one API only
    #[arg(long)]
    replace: bool,
    /// Turn the token store on as well; without it, no token reaches the application
    #[arg(long)]
    token_store: bool,
}

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    #[cfg(feature = "online")]
    if let Some(id) = &args.site {
        let site = super::site::Site::open(id, &args.address, world)?;
        let document = site.read()?;
        let cloud = args.cloud_of(&document.settings);
        let Added { settings, mut notes } = args.wish.add_to(&document.settings, cloud)?;
        if let Some(tool) = args.tool {
            let change = Change {
                before: &document.settings,
                after: &settings,
                site: Some(args.address.of(id)?),
                cloud: args.address.cloud(),
                api_version: args.address.api_version.as_deref(),
            };
            let snippet = change.print(tool, &document.with(&settings))?;
            return Ok(snippet.output(&mut notes));
        }
        return site.change(&document, &settings, &args.saving, world, notes);
    }
    let document = args.source.read(world)?;
    let cloud = args.cloud_of(&document.settings);
    let Added { settings, mut notes } = args.wish.add_to(&document.settings, cloud)?;
    let after = document.with(&settings);
    if let Some(tool) = args.tool {
        let change = Change::of(&document.settings, &settings, cloud);
        return Ok(change.print(tool, &after)?.output(&mut notes));
    }
    let path: Option<&Path> = args.source.file.as_deref();
    if args.write {
        let path = path.filter(|path| !is_stdin(path)).ok_or("--write needs a FILE")?;
        fs::write(path, after).map_err(|error| format!("cannot write FILE: {error}"))?;
        return Ok(Output { notes, ..Output::page(String::new()) });
    }
    let page = if args.diff { diff(&document.text, &after, path) } else { after };
    Ok(Output { notes, ..Output::page(page) })
}

impl Args {
    /// The cloud of the API.
    fn cloud_of(&self, settings: &AuthSettingsV2) -> Cloud {
        #[cfg(feature = "online")]
        let given = self.address.cloud.cloud;
        #[cfg(not(feature = "online"))]
        let given = self.cloud.cloud;
        given.or_else(|| cloud_of(settings)).unwrap_or_default()
    }
}

/// A document with the scope.
pub(super) struct Added {
    pub(super) settings: AuthSettingsV2,
    /// What else is needed until a token with the scope reaches the application.
    pub(super) notes: Vec<String>,
}

impl Wish {
    /// Adds the scope to a copy of the settings.
    fn add_to(&self, original: &AuthSettingsV2, cloud: Cloud) -> Result<Added, Failure> {
        let before = original.read(entra::LOGIN_PARAMETERS)?.unwrap_or_default();
        let scope = self.scope(cloud)?;
        let after = self.merge(&before, scope).map_err(|error| self.rejection(&error))?;
        let mut settings = original.clone();
        if after != before {
            settings.set(entra::LOGIN_PARAMETERS, after.clone())?;
        }
        if self.token_store && settings.read(login::TOKEN_STORE_ENABLED)? != Some(true) {
            settings.set(login::TOKEN_STORE_ENABLED, true)?;
        }
        let notes = notes(&settings, &before, &after, settings == *original);
        Ok(Added { settings, notes })
    }

    fn merge(
        &self,
        before: &LoginParameters,
        scope: Scope,
    ) -> Result<LoginParameters, LoginParametersError> {
        if self.replace {
            with_scopes(before, &[scope]).map(|(after, _)| after)
        } else {
            before.with_scope(scope)
        }
    }

    fn scope(&self, cloud: Cloud) -> Result<Scope, Failure> {
        let scope = Scope::parse(&self.scope)?;
        // offline_access and the like belong to no API.
        if scope.is_openid() {
            return Ok(scope);
        }
        Ok(match self.api.in_cloud(cloud)? {
            Api::Known(resource) => resource.scope(&self.scope),
            Api::Other(identifier) => Scope::parse(&format!("{identifier}/{}", self.scope))?,
        })
    }

    fn rejection(&self, error: &LoginParametersError) -> String {
        let way_out = match error.kind() {
            LoginParametersErrorKind::TwoResources if !self.replace => {
                "; --replace removes the scopes of the other API"
            }
            LoginParametersErrorKind::DefaultMixed if !self.replace => {
                "; --replace removes the other scopes"
            }
            LoginParametersErrorKind::ResourceOfAnotherApi => {
                "; `resource` belongs to the version 1.0 endpoint: remove it first"
            }
            _ => "",
        };
        format!("{}{way_out}", with_sources(error))
    }
}

/// Adds scopes of one API. Also returns whether other scopes had to be removed: those of another API, or
/// those beside `.default`.
pub(crate) fn with_scopes(
    before: &LoginParameters,
    scopes: &[Scope],
) -> Result<(LoginParameters, bool), LoginParametersError> {
    use LoginParametersErrorKind::{DefaultMixed, TwoResources};
    let (mut after, mut is_replaced) = (before.clone(), false);
    for scope in scopes {
        after = match after.with_scope(scope) {
            Err(error) if matches!(error.kind(), TwoResources | DefaultMixed) => {
                is_replaced = true;
                after.replace_api_scopes(&LoginParameters::builder().scope(scope).build()?)?
            }
            result => result?,
        };
    }
    Ok((after, is_replaced))
}

/// The rules of lint about settings with which a scope has no effect. Those of `loginParameters` (LP, IS2)
/// are among the problems and warnings of the parameters.
const DECISIVE: [&str; 4] = ["IS3", "ST10", "ST13", "TS2"];

/// Says why no token with the scope reaches the application, although all that it needs is there.
fn obstacles(settings: &AuthSettingsV2, parameters: &LoginParameters) -> Vec<String> {
    let findings = settings.lint();
    let findings = findings.iter().filter(|finding| DECISIVE.contains(&finding.rule()));
    let note = |finding: &Finding| {
        let (rule, message) = (finding.rule(), finding.message());
        format!("{rule}: {message}; {}. Remedy: {}", finding.why(), finding.remedy())
    };
    let mut notes: Vec<String> = findings.map(note).collect();
    if !requests_code(parameters) {
        notes.push("no access token is requested, because `response_type` lacks `code`".to_owned());
    }
    notes
}

/// Returns `true` if sign-ins request the code that the platform exchanges for an access token.
pub(super) fn requests_code(parameters: &LoginParameters) -> bool {
    let kind = parameters.get("response_type");
    kind.is_none_or(|kind| kind.split(' ').any(|word| word == "code"))
}

fn notes(
    settings: &AuthSettingsV2,
    before: &LoginParameters,
    after: &LoginParameters,
    is_unchanged: bool,
) -> Vec<String> {
    let is_new = before != after;
    let mut notes = Vec::new();
    if !is_new {
        let text = if is_unchanged {
            "sign-ins already request this scope; the document is unchanged"
        } else {
            "sign-ins already request this scope"
        };
        notes.push(text.to_owned());
    }
    notes.extend(obstacles(settings, after));
    notes.extend(after.problems().iter().map(ToString::to_string));
    notes.extend(after.warnings().iter().map(ToString::to_string));
    if !settings.is_entra_configured() {
        notes
            .push("Microsoft Entra is not configured here, so no user signs in with it".to_owned());
    } else if !settings.has_entra_credential() {
        let text = "the registration has no secret and no certificate, so there is no access token";
        notes.push(text.to_owned());
    }
    if settings.form().service() == Service::StaticWebApps {
        notes.push("Static Web Apps pass no token to the application".to_owned());
    } else if settings.read(login::TOKEN_STORE_ENABLED).is_err() {
        let text = "it is unknown whether the token store is on: the template decides it";
        notes.push(text.to_owned());
    } else if settings.get(login::TOKEN_STORE_ENABLED) != Some(true) {
        let text = "the token store is off: set login.tokenStore.enabled to true, or no token \
                    reaches the application";
        notes.push(text.to_owned());
    }
    notes.extend(snippet::missing_sections(settings));
    if is_new {
        let text = "the app registration also needs the permission, and consent to it";
        notes.push(text.to_owned());
        notes.push("after saving, users must sign out and in again".to_owned());
    }
    notes
}
