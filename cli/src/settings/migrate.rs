//! `easyauth settings migrate`: settings of the first version become authSettingsV2.

use std::path::PathBuf;

use easyauth::settings::{AuthSettingsV1, MAX_SETTINGS_LEN};

use crate::{Failure, Output, World, input, terminal::cut};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document of the first version; standard input if absent or -
    file: Option<PathBuf>,
}

/// The longest name that notes show, in characters.
const MAX_NAME_LEN: usize = 80;

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let bytes = input::read(args.file.as_deref(), MAX_SETTINGS_LEN, world)?;
    let old = AuthSettingsV1::from_slice(&bytes)?;
    if old.is_view_of_v2() {
        let text = "the site already uses the second version, and this is only a view of it \
                    (configVersion is v2); read config/authsettingsV2 of the site instead";
        return Err(text.into());
    }
    let migration = old.migrate();
    let left = migration.left_behind().iter();
    let mut notes: Vec<String> =
        left.map(|name| format!("not migrated: {}", cut(name, MAX_NAME_LEN))).collect();
    if !notes.is_empty() {
        let text = "put each secret into an app setting, and its name into the document; the second \
                    version has no place for other values, or writes them in another way";
        notes.push(text.to_owned());
    }
    let page = format!("{}\n", migration.settings().as_json());
    Ok(Output { notes, ..Output::page(page) })
}
