//! `settings request`: the request that saves the document.

use std::{error::Error, fmt::Write};

use easyauth::{
    AccessToken,
    resource::{ARM, Cloud},
    settings::{ArmRequestError, AuthSettingsV2, SiteId},
};
use http::HeaderValue;

use super::Output;

/// The environment variable that has the token.
pub(crate) const VARIABLE: &str = "AZURE_ACCESS_TOKEN";

/// What is asked for.
pub(crate) struct Wish {
    pub(crate) site: SiteId,
    pub(crate) api_version: Option<String>,
    pub(crate) cloud: Cloud,
}

pub(crate) fn run(
    settings: &AuthSettingsV2,
    wish: &Wish,
    token: Option<&AccessToken>,
) -> Result<Output, Box<dyn Error>> {
    let arm = ARM.in_cloud(wish.cloud);
    let how_to = arm.audience_uris().first().map_or_else(String::new, |arm| {
        format!(
            "; `az account get-access-token --resource {arm} --query accessToken -o tsv` gets one"
        )
    });
    let token = token.ok_or_else(|| {
        format!("{VARIABLE} is not set, and saving needs a token for {arm}{how_to}")
    })?;
    let mut requests = wish.site.requests().cloud(wish.cloud);
    if let Some(api_version) = &wish.api_version {
        requests = requests.api_version(api_version);
    }
    let put = requests.put(token, settings).map_err(|error| rejection(&error, &how_to))?;

    let mut page = String::new();
    writeln!(page, "{} {}", put.method(), put.uri())?;
    for (name, value) in put.headers() {
        writeln!(page, "{name}: {}", shown(value))?;
    }
    writeln!(page, "\n{}", String::from_utf8_lossy(put.body()))?;
    Ok(Output::page(page))
}

fn shown(value: &HeaderValue) -> String {
    match value.to_str() {
        Ok(text) if !value.is_sensitive() => text.to_owned(),
        _ => format!("(the token that {VARIABLE} has)"),
    }
}

/// The reasons, and what to do.
fn rejection(error: &ArmRequestError, how_to: &str) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(reason) = source {
        text.push_str(": ");
        text.push_str(&reason.to_string());
        source = reason.source();
    }
    match error {
        ArmRequestError::Incomplete { .. } => {
            text.push_str("; read the whole document first, and change that");
        }
        ArmRequestError::UnreadableToken(_)
        | ArmRequestError::WrongAudience { .. }
        | ArmRequestError::InvalidBearerToken(_) => text.push_str(how_to),
        _ => {}
    }
    text
}
