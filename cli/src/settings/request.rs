//! `easyauth settings request`: the request that saves a document.

use std::{fmt::Write as _, path::Path, time::SystemTime};

use easyauth::{
    AccessToken,
    arm::{ArmRequestError, ArmRequestErrorKind, ArmRequests},
    resource::{ARM, Cloud},
    settings::{AuthSettingsV2, SiteId},
};
use http::{HeaderValue, Request};

use super::{document::Source, snippet::quoted_for_bash};
use crate::{Failure, Output, TOKEN_VARIABLE, World, api, terminal::printable, with_sources};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// The resource ID of the site or container app
    #[arg(long, value_name = "ID", value_parser = site_id)]
    site: SiteId,
    #[command(flatten)]
    address: Address,
    /// Accept a document of another site, and an expired token
    #[arg(long)]
    force: bool,
}

/// Parses a date, with or without `-preview`.
fn api_version(text: &str) -> Result<String, String> {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    let is_date = date.split('-').map(str::len).eq([4, 2, 2])
        && date.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    is_date.then(|| text.to_owned()).ok_or_else(|| "expected a date such as 2024-11-01".to_owned())
}

/// How to address a site.
#[derive(Debug, clap::Args)]
pub(super) struct Address {
    /// A deployment slot of the site
    #[arg(long, value_name = "NAME", requires = "site")]
    slot: Option<String>,
    /// An API version other than the newest known one
    #[arg(long, value_name = "DATE", requires = "site", value_parser = api_version)]
    pub(super) api_version: Option<String>,
    #[command(flatten)]
    pub(super) cloud: CloudOption,
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct CloudOption {
    /// The cloud of the site and of the API: public, us-gov, us-gov-dod, china, france, germany or singapore
    #[arg(long, value_name = "NAME", value_parser = api::cloud)]
    pub(super) cloud: Option<Cloud>,
}

pub(super) fn site_id(text: &str) -> Result<SiteId, String> {
    // The library's error repeats the value, which can be a token here.
    text.parse().map_err(|_| {
        "expected a resource ID such as /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME"
            .to_owned()
    })
}

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let document = args.source.read(world)?;
    let address = &args.address;
    let site = address.of(&args.site)?;
    let token = address.token(world)?;
    let requests = address.requests(&site);
    let put = requests.put(token, &document.settings).map_err(|error| address.rejection(&error))?;
    if !args.force {
        check_site(&document.settings, &site)?;
        check_expiry(token, world.now).map_err(|failure| Failure {
            message: format!("{}; --force accepts it", failure.message),
            ..failure
        })?;
    }
    Ok(Output::page(page(&put)?))
}

/// Rejects a document whose `id` names another site.
pub(super) fn check_site(settings: &AuthSettingsV2, site: &SiteId) -> Result<(), Failure> {
    let id = settings.pointer("/id").and_then(|id| serde_json::from_str::<String>(id).ok());
    let id = id.map(|id| id.to_ascii_lowercase());
    let Some(id) = id.filter(|id| id.starts_with("/subscriptions/")) else { return Ok(()) };
    let site = format!("{site}/").to_ascii_lowercase();
    // The ID of the settings is below that of the site; a slot is below it too.
    let rest = id.strip_prefix(&site);
    if rest.is_some_and(|rest| rest.starts_with("config/") || rest.starts_with("authconfigs/")) {
        return Ok(());
    }
    let text = "the id in the document names another site than --site; --force accepts it";
    Err(text.into())
}

/// Rejects an expired token, which Azure Resource Manager answers with 401.
pub(super) fn check_expiry(token: &AccessToken, now: SystemTime) -> Result<(), Failure> {
    let end = token.decode_unverified().ok().and_then(|token| token.expires_at());
    if end.is_some_and(|end| end <= now) {
        return Err("the token for Azure Resource Manager has expired".into());
    }
    Ok(())
}

impl Address {
    /// The cloud in which the site is.
    pub(super) fn cloud(&self) -> Cloud {
        self.cloud.cloud.unwrap_or_default()
    }

    /// The site, or its slot.
    pub(super) fn of(&self, site: &SiteId) -> Result<SiteId, Failure> {
        match &self.slot {
            None => Ok(site.clone()),
            Some(slot) => Ok(site
                .in_slot(slot)
                .map_err(|_| "--slot: expected the name of a slot of an App Service app")?),
        }
    }

    /// The options as they were given. The ID of the site has the slot.
    #[cfg(feature = "online")]
    pub(super) fn options(&self) -> String {
        let cloud = self.cloud.cloud.map(|cloud| format!(" --cloud {}", api::cloud_name(cloud)));
        let version = self.api_version.as_ref().map(|date| format!(" --api-version {date}"));
        cloud.into_iter().chain(version).collect()
    }

    pub(super) fn requests<'a>(&'a self, site: &'a SiteId) -> ArmRequests<'a> {
        let requests = site.requests().cloud(self.cloud());
        match &self.api_version {
            Some(api_version) => requests.api_version(api_version),
            None => requests,
        }
    }

    fn token<'a>(&self, world: &'a World<'_>) -> Result<&'a AccessToken, Failure> {
        world.env.token.as_ref().ok_or_else(|| {
            let arm = ARM.in_cloud(self.cloud());
            let how_to = self.how_to_get_a_token();
            format!("{TOKEN_VARIABLE} is not set; expected a token for {arm}{how_to}").into()
        })
    }

    fn how_to_get_a_token(&self) -> String {
        let arm = ARM.in_cloud(self.cloud());
        arm.audience_uris().first().map_or_else(String::new, |arm| {
            format!(
                "; to get one, run `az account get-access-token --resource {arm} --query \
                 accessToken -o tsv`"
            )
        })
    }

    /// The error with its reasons, and what to do.
    pub(super) fn rejection(&self, error: &ArmRequestError) -> String {
        let text = with_sources(error);
        match error.kind() {
            ArmRequestErrorKind::Incomplete => {
                format!("{text}; read the whole document first, and change that")
            }
            ArmRequestErrorKind::UnreadableToken
            | ArmRequestErrorKind::WrongAudience
            | ArmRequestErrorKind::InvalidBearerToken => {
                format!("{text}{}", self.how_to_get_a_token())
            }
            _ => text,
        }
    }
}

/// A word of a command line, quoted if a shell could change it.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.:_-".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        quoted_for_bash(text)
    }
}

/// A path as a word of a command line. Quotes would not keep `-name` from being an option.
pub(crate) fn path_word(path: &Path) -> String {
    let path = printable(&path.to_string_lossy());
    let start = if path.starts_with('-') { "./" } else { "" };
    word(&format!("{start}{path}"))
}

/// A request as HTTP writes it, without the token.
pub(super) fn page(request: &Request<Vec<u8>>) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    writeln!(page, "{} {}", request.method(), request.uri())?;
    for (name, value) in request.headers() {
        writeln!(page, "{name}: {}", shown(value))?;
    }
    writeln!(page, "\n{}", String::from_utf8_lossy(request.body()))?;
    Ok(page)
}

fn shown(value: &HeaderValue) -> String {
    match value.to_str() {
        Ok(text) if !value.is_sensitive() => text.to_owned(),
        _ => "(the token)".to_owned(),
    }
}
