//! `easyauth settings request`: the request that saves a document.

use std::fmt::Write as _;

use easyauth::{
    AccessToken,
    resource::{ARM, Cloud},
    settings::{ArmRequestError, SiteId},
};
use http::{HeaderValue, Request};

use super::document::Source;
use crate::{Failure, Output, TOKEN_VARIABLE, World, api, with_sources};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    target: Target,
}

/// The site, and how to address it.
#[derive(Debug, clap::Args)]
pub(super) struct Target {
    /// The resource ID of the site or container app
    #[arg(long, value_name = "ID", value_parser = site_id)]
    pub(super) site: SiteId,
    /// An API version other than the newest known one
    #[arg(long, value_name = "DATE")]
    pub(super) api_version: Option<String>,
    /// The cloud: public, us-gov, us-gov-dod, china, france, germany or singapore
    #[arg(long, value_name = "NAME", default_value = "public", value_parser = api::cloud)]
    pub(super) cloud: Cloud,
}

fn site_id(text: &str) -> Result<SiteId, String> {
    text.parse().map_err(|error: easyauth::settings::SiteIdError| error.to_string())
}

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let document = args.source.read(world)?;
    let target = &args.target;
    let token = target.token(world)?;
    let mut requests = target.site.requests().cloud(target.cloud);
    if let Some(api_version) = &target.api_version {
        requests = requests.api_version(api_version);
    }
    let put = requests.put(token, &document.settings).map_err(|error| target.rejection(&error))?;
    Ok(Output::page(page(&put)?))
}

impl Target {
    fn token<'a>(&self, world: &'a World<'_>) -> Result<&'a AccessToken, Failure> {
        world.env.token.as_ref().ok_or_else(|| {
            let arm = ARM.in_cloud(self.cloud);
            let how_to = self.how_to_get_a_token();
            format!("{TOKEN_VARIABLE} is not set; expected a token for {arm}{how_to}").into()
        })
    }

    fn how_to_get_a_token(&self) -> String {
        let arm = ARM.in_cloud(self.cloud);
        arm.audience_uris().first().map_or_else(String::new, |arm| {
            format!(
                "; to get one, run `az account get-access-token --resource {arm} --query \
                 accessToken -o tsv`"
            )
        })
    }

    /// The error with its reasons, and what to do.
    fn rejection(&self, error: &ArmRequestError) -> String {
        let text = with_sources(error);
        match error {
            ArmRequestError::Incomplete { .. } => {
                format!("{text}; read the whole document first, and change that")
            }
            ArmRequestError::UnreadableToken(_)
            | ArmRequestError::WrongAudience { .. }
            | ArmRequestError::InvalidBearerToken(_) => {
                format!("{text}{}", self.how_to_get_a_token())
            }
            _ => text,
        }
    }
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
        _ => format!("(the token in {TOKEN_VARIABLE})"),
    }
}
