//! `easyauth inspect`: who is calling, with which tokens, what they open, and the fix if they do not.

mod examine;
mod human;
mod recognize;
mod report;
mod site;
#[cfg(feature = "serve")]
pub(crate) mod web;

use std::{path::PathBuf, time::SystemTime};

use crate::{
    Failure, NO, Output, World,
    api::{self, Api},
    args::after_help,
    explain, input,
    secret::masked,
    terminal::json_page,
    times,
};
use examine::examine;
use recognize::{Content, Input};
use site::SiteSettings;

#[cfg(feature = "online")]
pub(crate) use report::caller_and_client;
#[cfg(feature = "online")]
use {
    crate::with_sources,
    easyauth::{IdentityProvider, ProviderTokens, Session},
};

/// The longest input that the commands read, in bytes. Browsers store the bodies of all answers in a HAR
/// file. The library limits the parts that are extracted.
pub(crate) const MAX_FILE_LEN: usize = 32 * 1024 * 1024;

/// The longest input that the page reads, in bytes: an answer of /.auth/me.
#[cfg(feature = "serve")]
pub(crate) const MAX_INPUT_LEN: usize = easyauth::MAX_ME_LEN;

/// Say who is calling, with which tokens, and what they open
///
/// Reads what you can copy: the headers of a request in any layout (developer tools, HAR, copy as cURL,
/// fetch or PowerShell, curl -v, logs), an answer of /.auth/me or of a token endpoint, a token or its
/// decoded payload, an error message. Tokens are decoded, not verified, and never printed.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help!(
    "easyauth inspect request.txt --for arm"
    "easyauth inspect request.txt --for arm --settings authsettings.json"
    "easyauth inspect --for graph --scope Mail.Read --check < request.txt"
))]
pub(crate) struct Args {
    /// The input; standard input if absent or -
    file: Option<PathBuf>,
    /// Say whether the access token opens this API, and how to fix it if not
    ///
    /// API is a URI (api://orders), a client ID, or a name such as arm, graph, key-vault, storage, sql.
    #[arg(long = "for", value_name = "API", value_parser = Api::parse)]
    api: Option<Api>,
    /// Require this scope of the API instead of its default; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_parser = api::bare_scope, requires = "api")]
    scopes: Vec<String>,
    /// The settings of the site (authSettingsV2), so that the fix fits them and ends in one command
    #[arg(long, value_name = "FILE", requires = "api")]
    settings: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Exit with 1 if the token does not open the API
    #[arg(long, requires = "api")]
    check: bool,
    /// The time to judge by, such as 2026-03-12T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    now: Option<SystemTime>,
}

/// What a token is wanted for.
struct Wanted<'a> {
    api: &'a Api,
    /// Bare names; empty for the default scope of the API.
    scopes: &'a [String],
}

/// The access token of a pasted input: alone, in an answer of a token endpoint or of `/.auth/me`, or in headers.
#[cfg(feature = "online")]
pub(crate) fn access_token(bytes: &[u8]) -> Result<String, String> {
    let none = || "expected an access token, found none in the input".to_owned();
    let of = |tokens: &ProviderTokens| {
        tokens.access_token().map(|token| token.expose_secret().to_owned()).ok_or_else(none)
    };
    match Input::recognize(bytes)?.content {
        Content::Token(token) => Ok(token),
        Content::Tokens { access, .. } => access.ok_or_else(none),
        Content::Headers(headers) => {
            let headers: Vec<(&str, &[u8])> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
            let tokens =
                ProviderTokens::from_headers(headers.as_slice(), &IdentityProvider::UNKNOWN)
                    .and_then(|tokens| tokens.or_bearer(headers.as_slice()))
                    .map_err(|error| with_sources(&error))?;
            of(&tokens)
        }
        Content::Me(body) => {
            match Session::parse_me(&body).map_err(|error| with_sources(&error))?.as_slice() {
                [] => Err(none()),
                [session] => of(session.tokens()),
                several => {
                    let count = several.len();
                    Err(format!(
                        "the answer of /.auth/me has {count} sessions; paste the access token of one"
                    ))
                }
            }
        }
        Content::Decoded(_) => Err("a payload has no signature; paste the whole token".to_owned()),
        Content::Error(_) => Err(none()),
    }
}

pub(crate) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let is_piped = |path: Option<&PathBuf>| path.is_none_or(|path| input::is_stdin(path));
    if args.settings.is_some() && is_piped(args.settings.as_ref()) && is_piped(args.file.as_ref()) {
        let text = "FILE and --settings cannot both be standard input";
        return Err(text.into());
    }
    let site = match &args.settings {
        Some(path) => Some(SiteSettings::read(path, world)?),
        None => None,
    };
    let bytes = input::read(args.file.as_deref(), MAX_FILE_LEN, world)?;
    let now = args.now.unwrap_or(world.now);
    let cloud = site.as_ref().map(SiteSettings::cloud).unwrap_or_default();
    let api = args.api.as_ref().map(|api| api.in_cloud(cloud)).transpose()?;
    let wanted = api.as_ref().map(|api| Wanted { api, scopes: &args.scopes });
    let Input { content, note } = Input::recognize(&bytes)?;
    let mut report = examine(&content, wanted.as_ref(), now)?;
    if let (Some(site), Some(api)) = (&site, &api) {
        report.join(site, api);
    }

    let page = match &content {
        _ if args.json => json_page(&report)?,
        Content::Error(explanation) => explain::page(explanation, world.style())?,
        _ => human::page(&report, world.style())?,
    };
    // A custom provider or an issuer can put a token into a claim.
    let mut output = Output::page(masked(&page));
    output.notes.extend(note.map(str::to_owned));
    if args.check && !report.opens() {
        output.status = NO;
    }
    Ok(output)
}
