//! `easyauth settings get`, `apply` and `add-scope --site`: the settings of a site at Azure Resource
//! Manager.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use easyauth::{
    AccessToken,
    settings::{AuthSettingsV2, SiteId},
};
use serde_json::Value;

use super::{
    document::{Document, Source, diff},
    request::{self, Address, path_word, site_id, word},
    sections::sections,
};
use crate::{
    DONE, Failure, NO, Output, SERVER_FAILED, World,
    azure::{self, Arm},
    input::is_stdin,
    terminal::{json_page, printable},
    times::rfc_3339,
    write_out,
};

#[derive(Debug, clap::Args)]
pub(crate) struct GetArgs {
    /// The resource ID of the site or container app
    #[arg(long, value_name = "ID", value_parser = site_id)]
    site: SiteId,
    #[command(flatten)]
    address: Address,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    source: Source,
    /// The resource ID of the site or container app
    #[arg(long, value_name = "ID", value_parser = site_id)]
    site: SiteId,
    #[command(flatten)]
    address: Address,
    #[command(flatten)]
    saving: Saving,
    /// Apply a document of another site
    #[arg(long)]
    force: bool,
}

/// How a change is saved.
#[derive(Debug, clap::Args)]
pub(super) struct Saving {
    /// Save without asking
    #[arg(long, requires = "site")]
    yes: bool,
    /// Print the difference and the request, and save nothing
    #[arg(long, requires = "site", conflicts_with = "yes")]
    dry_run: bool,
    /// The file for the settings as they were; a new file in this directory if absent
    #[arg(long, value_name = "FILE", requires = "site")]
    backup: Option<PathBuf>,
}

/// The settings of one site.
pub(super) struct Site<'a> {
    id: SiteId,
    address: &'a Address,
    token: AccessToken,
    arm: Arm,
}

pub(super) fn get(args: &GetArgs, world: &World<'_>) -> Result<Output, Failure> {
    let site = Site::open(&args.site, &args.address, world)?;
    let document = site.read()?;
    Ok(Output::page(format!("{}\n", document.text.trim_end())))
}

pub(super) fn apply(args: &ApplyArgs, world: &mut World<'_>) -> Result<Output, Failure> {
    let is_piped = args.source.file.as_deref().is_none_or(is_stdin);
    if is_piped && !args.saving.yes && !args.saving.dry_run {
        let text = "the document and the answer cannot both come from standard input; give a FILE, \
                    or --yes";
        return Err(text.into());
    }
    let new = args.source.read(world)?.settings;
    let site = Site::open(&args.site, &args.address, world)?;
    if !args.force {
        request::check_site(&new, &site.id)?;
    }
    let before = site.read()?;
    site.change(&before, &new, &args.saving, world, Vec::new())
}

impl<'a> Site<'a> {
    pub(super) fn open(
        id: &SiteId,
        address: &'a Address,
        world: &World<'_>,
    ) -> Result<Self, Failure> {
        let id = address.of(id)?;
        let token = azure::token(&world.env, &id, address.cloud())?;
        request::check_expiry(&token, world.now)?;
        Ok(Self { id, address, token, arm: Arm::new(&world.env) })
    }

    pub(super) fn read(&self) -> Result<Document, Failure> {
        let requests = self.address.requests(&self.id);
        let get = requests.get(&self.token).map_err(|error| self.address.rejection(&error))?;
        let body = self.arm.send(&get)?;
        Document::parse(body, None).map_err(|failure| Failure {
            message: format!(
                "cannot read the answer of Azure Resource Manager: {}",
                failure.message
            ),
            status: SERVER_FAILED,
        })
    }

    /// Shows the difference, asks, and replaces the settings. Refuses if they changed in the meantime,
    /// and verifies the result.
    pub(super) fn change(
        &self,
        before: &Document,
        new: &AuthSettingsV2,
        saving: &Saving,
        world: &mut World<'_>,
        mut notes: Vec<String>,
    ) -> Result<Output, Failure> {
        let requests = self.address.requests(&self.id);
        let put = requests.put(&self.token, new).map_err(|error| self.address.rejection(&error))?;
        let old = sections(&before.settings)?;
        let wanted = spelled_like(&old, sections(new)?);
        if old == wanted {
            notes.push("the site already has these settings; nothing was saved".to_owned());
            return Ok(Output { notes, ..Output::page(String::new()) });
        }
        let page = diff(&pretty(&old)?, &pretty(&wanted)?, None);
        if saving.dry_run {
            let page = format!("{page}\n{}", request::page(&put)?);
            return Ok(Output { notes, ..Output::page(page) });
        }
        write_out(world, page.as_bytes())?;
        for note in &notes {
            let _ = writeln!(world.stderr, "note: {}", printable(note));
        }
        if !saving.yes && !confirm(&self.id, world)? {
            return Ok(Output {
                notes: vec!["nothing was saved".to_owned()],
                status: NO,
                ..Output::page(String::new())
            });
        }
        let backup = self.back_up(before, saving.backup.as_deref(), world.now)?;
        if spelled_like(&old, sections(&self.read()?.settings)?) != old {
            return Err(Failure {
                message: "the settings changed in the meantime, so nothing was saved; run the \
                          command again"
                    .to_owned(),
                status: NO,
            });
        }
        self.arm.send(&put)?;
        let restore = format!(
            "to restore the previous settings: easyauth settings apply --site {}{} {}",
            word(&self.id.to_string()),
            self.address.options(),
            path_word(&backup)
        );
        let saved = self.read().and_then(|saved| sections(&saved.settings));
        let saved = saved.map_err(|failure| Failure {
            message: format!(
                "the settings were saved, but could not be read back: {}\n{restore}",
                failure.message
            ),
            ..failure
        })?;
        let Ignored { lost, back } = Ignored::of(&old, &wanted, &spelled_like(&wanted, saved));
        let mut notes = vec![match lost.as_slice() {
            [] => format!("saved to {}, and read back", self.id),
            lost => format!(
                "saved to {}, but the service answers other values at {}",
                self.id,
                printable(&lost.join(", "))
            ),
        }];
        if !back.is_empty() {
            let places = printable(&back.join(", "));
            notes.push(format!("removed, but the service adds a default again: {places}"));
        }
        notes.push(restore);
        let status = if lost.is_empty() { DONE } else { SERVER_FAILED };
        Ok(Output { page: String::new(), notes, status })
    }

    /// Writes the settings as they were into a new file.
    fn back_up(
        &self,
        before: &Document,
        path: Option<&Path>,
        now: SystemTime,
    ) -> Result<PathBuf, Failure> {
        let path = path.map_or_else(
            || {
                let time = rfc_3339(now).replace(['-', ':'], "");
                let slot = self.id.slot().map(|slot| format!("-{slot}")).unwrap_or_default();
                PathBuf::from(format!("authsettings-{}{slot}-{time}.json", self.id.name()))
            },
            Path::to_owned,
        );
        let file = fs::File::options().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(before.text.as_bytes()))
            .map_err(|error| format!("cannot write the backup, so nothing was saved: {error}"))?;
        Ok(path)
    }
}

fn confirm(site: &SiteId, world: &mut World<'_>) -> Result<bool, Failure> {
    if !world.is_stdin_terminal {
        let text =
            "cannot ask, because standard input is not a terminal; --yes saves without asking";
        return Err(text.into());
    }
    let _ = write!(world.stderr, "save this to {site}? [y/N] ");
    let _ = world.stderr.flush();
    let mut answer = String::new();
    // A line of any length is not an answer.
    let mut stdin = BufReader::new(std::io::Read::take(&mut *world.stdin, 64));
    stdin.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Writes what means the same as in `model` as it is there: the service answers `72` as `72.0`, `"true"` as
/// `true`, and `clearInboundClaimsMapping: false` as `"false"` (recorded). Names of members have any case.
fn spelled_like(model: &Value, value: Value) -> Value {
    match (model, value) {
        (Value::Object(model), Value::Object(members)) => {
            let names: HashMap<String, (&String, &Value)> =
                model.iter().map(|own| (own.0.to_ascii_lowercase(), own)).collect();
            let like = |(name, value): (String, Value)| match names.get(&name.to_ascii_lowercase())
            {
                Some((own, model)) => ((*own).clone(), spelled_like(model, value)),
                None => (name, value),
            };
            members.into_iter().map(like).collect()
        }
        (Value::Array(model), Value::Array(values)) if model.len() == values.len() => {
            model.iter().zip(values).map(|(model, value)| spelled_like(model, value)).collect()
        }
        (_, value) if is_same(model, &value) => model.clone(),
        (_, value) => value,
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    fn flag(value: &Value) -> Option<bool> {
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => flag(one).is_some() && flag(one) == flag(other),
    }
}

/// JSON with sorted members, so that equal settings are equal lines.
fn pretty(settings: &Value) -> Result<String, Failure> {
    Ok(json_page(settings)?)
}

/// The changes that the service ignored, as JSON pointers.
#[derive(Default)]
struct Ignored {
    /// New values that are not there.
    lost: Vec<String>,
    /// Removed members that are there, probably with their default.
    back: Vec<String>,
}

impl Ignored {
    fn of(old: &Value, wanted: &Value, saved: &Value) -> Self {
        let mut ignored = Self::default();
        walk("", old, wanted, saved, &mut ignored);
        ignored
    }
}

/// Compares only what was changed: the service may add defaults elsewhere.
fn walk(path: &str, old: &Value, wanted: &Value, saved: &Value, ignored: &mut Ignored) {
    if wanted == old || wanted == saved {
        return;
    }
    let Value::Object(members) = wanted else {
        let list = if wanted.is_null() { &mut ignored.back } else { &mut ignored.lost };
        list.push(path.to_owned());
        return;
    };
    let removed = old.as_object().into_iter().flat_map(|old| old.keys());
    let removed = removed.filter(|name| !members.contains_key(*name));
    for name in members.keys().chain(removed) {
        let member = |value: &Value| value.get(name).cloned().unwrap_or_default();
        let path = format!("{path}/{name}");
        walk(&path, &member(old), &member(wanted), &member(saved), ignored);
    }
}
