//! `settings add-scope`: one more scope for sign-ins to ask for.

use std::{error::Error, path::PathBuf};

use easyauth::{
    resource::{Scope, ScopeError},
    settings::{AuthSettingsV2, LoginParameters, LoginParametersError, Service, entra, login},
};
use similar::TextDiff;

use super::{Output, api::Api, document::Document, text::printable};

/// What is asked for.
pub(crate) struct AddScope {
    pub(crate) api: Api,
    pub(crate) scope: String,
    pub(crate) file: PathBuf,
    pub(crate) replace: bool,
    pub(crate) diff: bool,
}

pub(crate) fn run(document: &Document, wish: &AddScope) -> Result<Output, Box<dyn Error>> {
    let before = document.settings.login_parameters()?;
    let after = add(&before, wish).map_err(|error| rejection(&error, wish))?;
    let mut changed = document.settings.clone();
    if after != before {
        changed.set(entra::LOGIN_PARAMETERS, after.clone())?;
    }
    let text = document.with(&changed);
    let page = if wish.diff { diff(&document.text, &text, wish) } else { text };
    Ok(Output { page, notes: notes(&changed, &before, &after), status: 0 })
}

fn add(before: &LoginParameters, wish: &AddScope) -> Result<LoginParameters, LoginParametersError> {
    let scope = wish.scope().map_err(|source| LoginParametersError::InvalidScope {
        entry: 0,
        number: 1,
        source,
    })?;
    if !wish.replace {
        return before.with_scope(scope);
    }
    // Of the first scope the platform's own are a part; later they are there, or given up on purpose.
    let new = match before.get("scope") {
        None => LoginParameters::default().with_scope(scope)?,
        Some(_) => LoginParameters::builder().scope(scope).build()?,
    };
    before.replace_api_scopes(&new)
}

impl AddScope {
    fn scope(&self) -> Result<Scope, ScopeError> {
        match (Scope::parse(&self.scope)?, &self.api) {
            // offline_access and the like are of no API.
            (scope, _) if scope.is_openid() => Ok(scope),
            (_, Api::Known(resource)) => Ok(resource.scope(&self.scope)),
            (_, Api::Other(identifier)) => Scope::parse(&format!("{identifier}/{}", self.scope)),
        }
    }
}

fn rejection(error: &LoginParametersError, wish: &AddScope) -> String {
    let way_out = match error {
        LoginParametersError::TwoResources { .. } if !wish.replace => {
            "; with --replace the scopes of the other API give way"
        }
        LoginParametersError::DefaultMixed { .. } if !wish.replace => {
            "; with --replace the new scope stands alone"
        }
        LoginParametersError::ResourceOfAnotherApi { .. } => {
            "; `resource` is of the version 1.0 endpoint: remove it first"
        }
        _ => "",
    };
    format!("{error}{way_out}")
}

fn diff(before: &str, after: &str, wish: &AddScope) -> String {
    let path = printable(&wish.file.to_string_lossy());
    let (old, new) = match path.as_str() {
        "-" => ("before", "after"),
        path => (path, path),
    };
    TextDiff::from_lines(before, after).unified_diff().header(old, new).to_string()
}

/// What people must know beside the change.
fn notes(
    settings: &AuthSettingsV2,
    before: &LoginParameters,
    after: &LoginParameters,
) -> Vec<String> {
    let mut notes = Vec::new();
    if before == after {
        notes.push("sign-ins ask for this scope already: the document is as it was".to_owned());
        return notes;
    }
    notes.extend(after.problems().iter().map(ToString::to_string));
    notes.extend(after.warnings().iter().map(ToString::to_string));
    if !settings.is_entra_configured() {
        notes.push("Microsoft Entra is not set up here, so nobody signs in with it".to_owned());
    } else if !settings.has_entra_credential() {
        let text = "the registration has no secret and no certificate, so there is no access token";
        notes.push(text.to_owned());
    }
    if settings.form().service() == Service::StaticWebApps {
        notes.push("static web apps hand no token to the application".to_owned());
    } else if settings.read(login::TOKEN_STORE_ENABLED).is_err() {
        notes.push("whether the token store is on is unknown: decided by the template".to_owned());
    } else if settings.get(login::TOKEN_STORE_ENABLED) != Some(true) {
        let text = "the token store is off: set login.tokenStore.enabled to true, or no token \
                    reaches the application";
        notes.push(text.to_owned());
    }
    if !settings.missing_sections().is_empty() {
        let missing = settings.missing_sections().join(", ");
        notes.push(format!("the document lacks {missing}: saving it resets them"));
    }
    let text = "the app registration needs the permission as well, and consent to it";
    notes.push(text.to_owned());
    notes.push("once it is saved, whoever is signed in signs out and in again".to_owned());
    notes
}
