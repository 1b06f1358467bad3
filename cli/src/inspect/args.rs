//! The command line.

use std::{ffi::OsString, path::PathBuf, time::SystemTime};

use easyauth::{ExpiresOn, resource::Scope};

use super::api::{self, Api};

const USAGE: &str = "\
usage: inspect [FILE] [--for RESOURCE] [--scope NAME]... [--json] [--check] [--now TIME]

Reads a request head, an answer of /.auth/me or one token, and says who is calling, with which
tokens, and what they open. Tokens are decoded, not verified, and never printed.

  FILE            the input; standard input without it, or if it is -
  --for RESOURCE  say whether the access token opens this API, and what to do if not
  --scope NAME    ask for this scope of the API in the place of its default; may be repeated
  --json          print JSON
  --check         exit with 1 if the token does not open the API
  --now TIME      the time to judge by, 2026-03-12T14:00:00Z for instance

RESOURCE is a URI (api://orders), a client id, or one of these names:
";

/// The longest name of a scope (Microsoft Graph: permissionScope resource type, `value`). It may not
/// begin with a dot either, so `.default` is none.
const MAX_SCOPE_LEN: usize = 120;

/// What the command line asks for.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) help: bool,
    /// `None`: standard input.
    pub(crate) file: Option<PathBuf>,
    pub(crate) wanted: Option<Wanted>,
    pub(crate) json: bool,
    pub(crate) check: bool,
    pub(crate) now: Option<SystemTime>,
}

/// What a token is wanted for.
pub(crate) struct Wanted {
    pub(crate) api: Api,
    /// Bare names; empty for the default of the API.
    pub(crate) scopes: Vec<String>,
}

impl Args {
    /// Reads the arguments behind the program's name.
    ///
    /// Errors repeat no value: it can be a token that was pasted in the wrong place.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut args = args.into_iter();
        let mut parsed = Self::default();
        let (mut file, mut api, mut scopes) = (None, None, Vec::new());
        while let Some(arg) = args.next() {
            let Some(option) = arg.to_str().filter(|arg| arg.len() > 1 && arg.starts_with('-'))
            else {
                once("FILE", &mut file, PathBuf::from(arg))?;
                continue;
            };
            let (name, mut inline) = match option.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (option, None),
            };
            let mut value = || {
                let value = inline.take().or_else(|| args.next()?.into_string().ok());
                value.ok_or_else(|| format!("{name} needs a value"))
            };
            match name {
                "--for" => once(name, &mut api, find_api(&value()?)?)?,
                "--scope" => scopes.push(bare_scope(value()?)?),
                "--now" => once(name, &mut parsed.now, time(&value()?)?)?,
                "--json" => parsed.json = true,
                "--check" => parsed.check = true,
                "--help" | "-h" => parsed.help = true,
                _ => return Err("unknown option; --help lists them".to_owned()),
            }
            if inline.is_some() {
                return Err(format!("{name} takes no value"));
            }
        }
        if api.is_none() && parsed.check {
            return Err("--check needs --for".to_owned());
        }
        if api.is_none() && !scopes.is_empty() {
            return Err("--scope needs --for".to_owned());
        }
        parsed.file = file.filter(|file| file.as_os_str() != "-");
        parsed.wanted = api.map(|api| Wanted { api, scopes });
        Ok(parsed)
    }
}

/// The text of `--help`.
pub(crate) fn help() -> String {
    format!("{USAGE}\n{}\n", api::list_of_names())
}

fn once<T>(name: &str, slot: &mut Option<T>, value: T) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

fn find_api(text: &str) -> Result<Api, String> {
    Api::find(text).ok_or_else(|| {
        format!("--for names no API; say a URI, a client id or one of\n{}", api::list_of_names())
    })
}

fn bare_scope(text: String) -> Result<String, String> {
    match Scope::parse(&text) {
        Ok(scope)
            if scope.api().is_none() && text.len() <= MAX_SCOPE_LEN && !text.starts_with('.') =>
        {
            Ok(text)
        }
        _ => Err("--scope is the bare name of one scope, User.Read for instance".to_owned()),
    }
}

fn time(text: &str) -> Result<SystemTime, String> {
    let time = ExpiresOn::parse(text).map(ExpiresOn::at);
    time.ok_or_else(|| "--now is not a time like 2026-03-12T14:00:00Z".to_owned())
}
