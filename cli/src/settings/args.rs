//! The command line.

use std::{ffi::OsString, path::PathBuf};

use easyauth::{
    resource::{Cloud, Scope},
    settings::{Form, SiteId},
};

use super::{
    add_scope::AddScope,
    api::{self, Api},
    document,
    lint::Lint,
    request::Wish,
    words::Words,
};

const USAGE: &str = "\
usage: settings lint FILE [--form FORM] [--json] [--fix]
       settings add-scope FILE RESOURCE SCOPE [--form FORM] [--replace] [--diff]
       settings explain FILE [--form FORM]
       settings request FILE --site ID [--form FORM] [--api-version DATE] [--cloud NAME]

Works on the settings of Easy Auth: what Azure Resource Manager answers for authsettingsV2 of a site
or authConfigs/current of a container app, their properties alone, an auth.json, or a
staticwebapp.config.json; or a deployment template with one of these. Nothing is sent, and no token is printed.

  FILE             the document; standard input if it is -
  --form FORM      which form it has, where the document does not tell: app-service, container-app,
                   either with -properties, file, static-web-app or static-web-app-section
  lint             says what is wrong with it; exits with 1 for warnings and 2 for errors
    --json         prints JSON
    --fix          prints the document with all remedies that are safe, and what is left of the findings
                   on standard error
  add-scope        prints the document with one more scope that sign-ins ask Entra for
    --replace      the scopes of another API give way
    --diff         prints a unified diff
  explain          says what a visitor, a user and a caller with a bearer token go through
  request          prints the request that saves the document; the token is in AZURE_ACCESS_TOKEN
    --site ID      the resource id of the site or container app
    --api-version  another one than the newest that is known
    --cloud NAME   public, us-gov, us-gov-dod, china or france

If nothing can be done, the exit status is 64.

RESOURCE is a URI (api://orders), a client id, or one of these names:
";

/// The longest name of a scope (Microsoft Graph: permissionScope resource type, `value`).
const MAX_SCOPE_LEN: usize = 120;

/// What the command line asks for. The files are paths, or `-`.
pub(crate) enum Command {
    Help,
    Lint { file: File, wish: Lint },
    AddScope { file: File, wish: AddScope },
    Explain { file: File },
    Request { file: File, wish: Wish },
}

/// A document: its path, or `-`, and its form if that is told.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) form: Option<Form>,
}

impl Command {
    /// Reads the arguments behind the program's name.
    ///
    /// Errors repeat no value: it can be a secret that was pasted in the wrong place.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let args: Vec<OsString> = args.into_iter().collect();
        if args.iter().any(|arg| arg == "--help" || arg == "-h") {
            return Ok(Self::Help);
        }
        let mut args = args.into_iter();
        let command = args.next().ok_or("a command is missing; --help lists them")?;
        match command.to_str() {
            Some("lint") => {
                let mut words = Words::read(args, &["--json", "--fix"], &["--form"])?;
                let file = file(&mut words)?;
                let wish = Lint { json: words.flag("--json"), fix: words.flag("--fix") };
                if wish.json && wish.fix {
                    return Err("--json and --fix print different things".to_owned());
                }
                words.end(Self::Lint { file, wish })
            }
            Some("add-scope") => {
                let mut words = Words::read(args, &["--replace", "--diff"], &["--form"])?;
                let file = file(&mut words)?;
                let wish = AddScope {
                    api: find_api(&words.next("RESOURCE")?)?,
                    scope: bare_scope(words.next("SCOPE")?)?,
                    file: file.path.clone(),
                    replace: words.flag("--replace"),
                    diff: words.flag("--diff"),
                };
                words.end(Self::AddScope { file, wish })
            }
            Some("explain") => {
                let mut words = Words::read(args, &[], &["--form"])?;
                let file = file(&mut words)?;
                words.end(Self::Explain { file })
            }
            Some("request") => {
                let mut words =
                    Words::read(args, &[], &["--form", "--site", "--api-version", "--cloud"])?;
                let file = file(&mut words)?;
                let site = words.value("--site").ok_or("--site is missing")?;
                let site: SiteId = site.parse().map_err(|error| format!("--site: {error}"))?;
                let cloud = words.value("--cloud").map(|name| find_cloud(&name)).transpose()?;
                let wish = Wish {
                    site,
                    api_version: words.value("--api-version"),
                    cloud: cloud.unwrap_or_default(),
                };
                words.end(Self::Request { file, wish })
            }
            _ => Err("unknown command; --help lists them".to_owned()),
        }
    }
}

fn file(words: &mut Words) -> Result<File, String> {
    let path = words.file()?;
    let form = words
        .value("--form")
        .map(|word| document::form_of(&word).ok_or("--form names no form; --help lists them"));
    Ok(File { path, form: form.transpose()? })
}

/// The text of `--help`.
pub(crate) fn help() -> String {
    format!("{USAGE}\n{}\n", api::list_of_names())
}

fn find_api(text: &str) -> Result<Api, String> {
    Api::find(text).ok_or_else(|| {
        let names = api::list_of_names();
        format!("RESOURCE names no API; say a URI, a client id or one of\n{names}")
    })
}

fn bare_scope(text: String) -> Result<String, String> {
    let is_bare = Scope::parse(&text).is_ok_and(|scope| scope.api().is_none());
    let is_name = text == ".default" || (text.len() <= MAX_SCOPE_LEN && !text.starts_with('.'));
    if is_bare && is_name {
        Ok(text)
    } else {
        Err("SCOPE is the bare name of one scope, User.Read for instance".to_owned())
    }
}

fn find_cloud(name: &str) -> Result<Cloud, String> {
    let name = name.replace('-', "");
    let is_named = |cloud: &&Cloud| format!("{cloud:?}").eq_ignore_ascii_case(&name);
    let found = Cloud::ALL.iter().find(is_named).copied();
    found.ok_or_else(|| "--cloud is public, us-gov, us-gov-dod, china or france".to_owned())
}
