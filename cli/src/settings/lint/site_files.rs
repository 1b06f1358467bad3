//! What else is known of the site: its app settings, its app registration, its host name.

use std::{path::PathBuf, str};

use easyauth::settings::{Context, MAX_SETTINGS_LEN, SettingsError};

use crate::{Failure, World, input, with_sources};

#[derive(Debug, clap::Args)]
pub(super) struct SiteFiles {
    /// The app settings of the site, as `az webapp config appsettings list` prints them; no value is kept
    /// or printed
    #[arg(long, value_name = "FILE")]
    app_settings: Option<PathBuf>,
    /// The names of settings that stay with a slot (slotConfigNames at Azure Resource Manager)
    #[arg(long, value_name = "FILE", requires = "app_settings")]
    slot_settings: Option<PathBuf>,
    /// The app registration, as Microsoft Graph or `az ad app show` prints it
    #[arg(long, value_name = "FILE")]
    registration: Option<PathBuf>,
    /// The host name that users see
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

type Add = fn(Context, &str) -> Result<Context, SettingsError>;

impl SiteFiles {
    pub(super) fn context(&self, world: &mut World<'_>) -> Result<Context, Failure> {
        let mut context = Context::default().at(world.now);
        let files: [(&str, &Option<PathBuf>, Add); 3] = [
            ("--app-settings", &self.app_settings, Context::app_settings),
            ("--slot-settings", &self.slot_settings, Context::slot_settings),
            ("--registration", &self.registration, Context::registration),
        ];
        for (option, path, add) in files {
            let Some(path) = path else { continue };
            let named = |text: String| format!("{option}: {text}");
            let bytes = input::read(Some(path), MAX_SETTINGS_LEN, world)
                .map_err(|failure| named(failure.message))?;
            let text = str::from_utf8(&bytes).map_err(|error| named(error.to_string()))?;
            context = add(context, text).map_err(|error| named(with_sources(&error)))?;
        }
        Ok(match &self.host {
            Some(host) => context.host(host),
            None => context,
        })
    }
}
