//! `--settings`: fixes that fit the settings of the site as they are.

use std::path::{Path, PathBuf};

use easyauth::{
    Diagnosis, Service,
    access::Fix,
    resource::{Cloud, Scope},
    settings::{AuthSettingsV2, Form, LoginParameters, SiteId, entra, login},
};
use serde::Serialize;

use crate::{
    Failure, World,
    api::{Api, cloud_name},
    input::is_stdin,
    settings::{Document, cloud_of, path_word, with_scopes, word},
    with_sources,
};

/// The settings of the site.
pub(super) struct SiteSettings {
    settings: AuthSettingsV2,
    /// `None` for standard input.
    path: Option<PathBuf>,
    parameters: LoginParameters,
}

/// What the settings mean for a diagnosis.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Joined {
    /// The parameters as they are.
    current: Vec<String>,
    /// The parameters with the fix; absent if they need no change, or cannot be changed.
    pub(super) login_parameters: Option<Vec<String>>,
    /// Whether the token store is on; absent if a template decides it.
    token_store: Option<bool>,
    has_credential: bool,
    /// Why the command is missing, or what else it does.
    pub(super) notes: Vec<String>,
    /// The command that changes the settings.
    pub(super) command: Option<String>,
    /// The steps that are left.
    #[serde(skip)]
    pub(super) fixes: Vec<Fix>,
}

impl SiteSettings {
    pub(super) fn read(path: &Path, world: &mut World<'_>) -> Result<Self, Failure> {
        let named = |text: &str| format!("--settings: {text}");
        let document = Document::read(Some(path), None, world)
            .map_err(|failure| Failure { message: named(&failure.message), ..failure })?;
        let settings = document.settings;
        let parameters = settings
            .read(entra::LOGIN_PARAMETERS)
            .map_err(|error| named(&with_sources(&error)))?
            .unwrap_or_default();
        let path = Some(path).filter(|path| !is_stdin(path)).map(Path::to_owned);
        Ok(Self { settings, path, parameters })
    }

    /// The cloud in which users sign in.
    pub(super) fn cloud(&self) -> Cloud {
        cloud_of(&self.settings).unwrap_or_default()
    }

    /// Adapts the steps of a diagnosis: leaves out steps that are done, and merges the existing parameters.
    pub(super) fn join(&self, diagnosis: &Diagnosis, api: &Api) -> Joined {
        let token_store = match self.settings.read(login::TOKEN_STORE_ENABLED) {
            Ok(flag) => Some(flag.unwrap_or(false)),
            Err(_) => None,
        };
        let mut joined = Joined {
            current: self.parameters.to_wire(),
            login_parameters: None,
            token_store,
            has_credential: self.settings.has_entra_credential(),
            notes: Vec::new(),
            command: None,
            fixes: Vec::new(),
        };
        // What a new token needs, although the diagnosis of an old one does not say it.
        let sets_parameters =
            diagnosis.fixes().iter().any(|fix| matches!(fix, Fix::SetLoginParameters(_)));
        let missing = [
            (Fix::EnableTokenStore, token_store == Some(false)),
            (Fix::SetClientCredential, !joined.has_credential),
        ];
        for (fix, is_missing) in missing {
            if is_missing && (sets_parameters || diagnosis.fixes().contains(&fix)) {
                joined.fixes.push(fix);
            }
        }
        for fix in diagnosis.fixes() {
            match fix {
                Fix::EnableTokenStore | Fix::SetClientCredential => {}
                Fix::SetLoginParameters(wanted) => self.merge(wanted, api, &mut joined),
                other => joined.fixes.push(other.clone()),
            }
        }
        joined
    }

    fn merge(&self, wanted: &LoginParameters, api: &Api, joined: &mut Joined) {
        let scopes: Vec<_> = wanted.scopes().filter(|scope| !scope.is_openid()).cloned().collect();
        let (merged, is_replaced) = match with_scopes(&self.parameters, &scopes) {
            Ok(merged) => merged,
            Err(error) => {
                joined
                    .notes
                    .push(format!("the settings cannot take this scope: {}", with_sources(&error)));
                joined.fixes.push(Fix::SetLoginParameters(wanted.clone()));
                return;
            }
        };
        if merged == self.parameters {
            let text =
                "the settings already request this scope, so the token is from an earlier sign-in";
            joined.notes.push(text.to_owned());
            return;
        }
        if is_replaced {
            let text = "the settings request scopes of another API, and a token is for one API only: \
                        --replace removes them";
            joined.notes.push(text.to_owned());
        }
        joined.login_parameters = Some(merged.to_wire());
        joined.fixes.push(Fix::SetLoginParameters(merged));
        let (mut cloud, mut options) = (String::new(), String::new());
        // --cloud is that of the site, so an API in another one is named by its identifier.
        let own = cloud_of(&self.settings).or_else(|| api.cloud()).unwrap_or_default();
        let is_elsewhere = api.cloud().is_some_and(|other| other != own);
        if own != Cloud::Public {
            cloud = format!("--cloud {} ", cloud_name(own));
        }
        if is_replaced {
            options.push_str(" --replace");
        }
        match joined.token_store {
            Some(false) if self.settings.form().service() == Service::ContainerApps => {
                let text = "the command leaves the token store off: a container app also needs a blob \
                            container for it (login.tokenStore.azureBlobStorage)";
                joined.notes.push(text.to_owned());
            }
            Some(false) => options.push_str(" --token-store"),
            _ => {}
        }
        let command = |scope: &Scope| {
            let identifier = scope.api().filter(|_| is_elsewhere);
            let api = identifier.map_or_else(|| api.short(), str::to_owned);
            let wish = format!("{cloud}{} {}", word(&api), word(scope.name()));
            self.command(&wish, &options)
        };
        let commands: Vec<String> = scopes.iter().map(command).collect();
        joined.command = Some(commands.join(" && "));
    }

    fn command(&self, wish: &str, options: &str) -> String {
        let id = self.settings.pointer("/id").map(serde_json::from_str::<String>);
        let id = id.and_then(Result::ok).and_then(|id| id.parse::<SiteId>().ok());
        let is_kept_at_azure = matches!(
            self.settings.form(),
            Form::AppService
                | Form::AppServiceProperties
                | Form::ContainerApp
                | Form::ContainerAppProperties
        );
        match (&self.path, id) {
            (_, Some(id)) if cfg!(feature = "online") => {
                format!(
                    "easyauth settings add-scope --site {} {wish}{options}",
                    word(&id.to_string())
                )
            }
            (Some(path), _) => {
                let path = path_word(path);
                format!("easyauth settings add-scope {wish} {path} --write{options}")
            }
            (None, _) if is_kept_at_azure && cfg!(feature = "online") => {
                format!("easyauth settings add-scope --site \"$SITE\" {wish}{options}")
            }
            (None, _) => format!("easyauth settings add-scope {wish} FILE --write{options}"),
        }
    }
}
