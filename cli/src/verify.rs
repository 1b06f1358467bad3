//! `easyauth verify`: whether a token is genuine, and which rule decides.

use std::{
    fmt::{self, Write as _},
    time::SystemTime,
};

use easyauth::{
    AccessToken, Challenge, Requirement,
    integrations::UreqFetcher,
    resource::Cloud,
    verify::{
        KeyStore, Keys, MetadataUri, Tenant, VerifiedToken, Verifier, VerifyError, VerifyErrorKind,
    },
};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::{
    Failure, NO, Output, SERVER_FAILED, World, api,
    args::after_help,
    input, inspect,
    secret::masked,
    terminal::{Color, json_page, paint, printable},
    times::{self, Moment},
    with_sources,
};

const LABEL_WIDTH: usize = 16;

/// Verify an access token with the real keys of its issuer
///
/// Says whether an API with this tenant and audience accepts the token, and if not, which rule decides
/// and what the API answers. The token can be copied in every form that inspect reads, except decoded.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help!(
    "easyauth verify --tenant b811a652-39e6-4a0c-b563-4279a1dd5012 --audience api://orders < token.txt"
    "easyauth verify --tenant organizations --audience 6e74172b-be56-4843-9ff4-e66a39bb12e3 --scope Files.Read < token.txt"
))]
pub(crate) struct Args {
    /// The token; standard input if absent or -. Other users of the machine can see arguments
    token: Option<String>,
    /// The tenant ID, organizations (any organization) or common (also personal accounts)
    #[arg(long, value_name = "TENANT", value_parser = tenant)]
    tenant: Tenant,
    /// The client ID of the API, which accepts version 1.0 and 2.0 audiences, or one exact audience;
    /// may be repeated
    #[arg(long = "audience", value_name = "AUDIENCE", required = true, value_parser = audience)]
    audiences: Vec<String>,
    /// Require this scope of tokens with a user; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_parser = api::bare_scope)]
    scopes: Vec<String>,
    /// Require this app role of app-only tokens; may be repeated
    #[arg(long = "role", value_name = "ROLE", value_parser = api::role)]
    roles: Vec<String>,
    /// The cloud: public, us-gov, us-gov-dod, china, france, germany or singapore
    #[arg(long, value_name = "NAME", default_value = "public", value_parser = api::cloud)]
    cloud: Cloud,
    /// Where the issuer publishes its metadata, if it is not Microsoft Entra: an https address, or http
    /// on this machine
    #[arg(long, value_name = "URL", value_parser = metadata)]
    metadata: Option<MetadataUri>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The time to judge by, such as 2026-03-12T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    now: Option<SystemTime>,
}

fn tenant(text: &str) -> Result<Tenant, String> {
    match text {
        "organizations" => Ok(Tenant::any_organization()),
        "common" => Ok(Tenant::any_including_personal()),
        // The library's error repeats the value, which can be a token here.
        id => Tenant::single(id)
            .map_err(|_| "expected a tenant ID (a GUID), organizations or common".to_owned()),
    }
}

const EXPECTED_AUDIENCE: &str =
    "expected a client ID (a GUID) or an exact audience such as api://orders";

fn audience(text: &str) -> Result<String, String> {
    let is_audience = api::can_be_identifier(text);
    is_audience.then(|| text.to_owned()).ok_or_else(|| EXPECTED_AUDIENCE.to_owned())
}

fn metadata(text: &str) -> Result<MetadataUri, String> {
    MetadataUri::parse(text).or_else(|_| MetadataUri::insecure_loopback(text)).map_err(|_| {
        "expected an https address without a user name, or http on 127.0.0.1, [::1] or localhost"
            .to_owned()
    })
}

pub(crate) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let policy = verifier(args)?;
    let token = token(args, world)?;
    let now = args.now.unwrap_or(world.now);
    let entra = || MetadataUri::entra(args.cloud, &args.tenant);
    let store = KeyStore::new(args.metadata.clone().unwrap_or_else(entra));
    let keys = Keys::fetched_blocking(store, UreqFetcher::new());
    let report = match policy.verify_fetching_blocking(&keys, &token, now) {
        Ok(token) => match args.requirement().map(|wanted| token.authorize(&wanted)) {
            None | Some(Ok(())) => Report::accepted(&token, now),
            Some(Err(denied)) => {
                let report = Report::rejected("denied", denied.to_string(), &denied.challenge());
                Report { token: Some(Claims::of(&token, now)), ..report }
            }
        },
        Err(error) if error.kind() == VerifyErrorKind::KeysUnavailable => {
            return Err(Failure { message: with_sources(&error), status: SERVER_FAILED });
        }
        Err(error) => Report::broken_rule(&error),
    };
    let page = if args.json { json_page(&report)? } else { page(&report, world.color)? };
    let mut output = Output::page(masked(&page));
    if !report.is_accepted {
        output.status = NO;
    }
    Ok(output)
}

fn verifier(args: &Args) -> Result<Verifier, Failure> {
    let mut builder = Verifier::builder(args.tenant.clone()).cloud(args.cloud);
    for audience in &args.audiences {
        builder = if audience.contains([':', '/']) {
            builder.audience(audience.as_str())
        } else {
            builder.application(audience.as_str())
        };
    }
    // The library's error repeats the value, which can be a token here.
    Ok(builder.build().map_err(|_| format!("--audience: {EXPECTED_AUDIENCE}"))?)
}

fn token(args: &Args, world: &mut World<'_>) -> Result<AccessToken, Failure> {
    let given = args.token.as_deref().filter(|token| *token != "-");
    let bytes = match given {
        Some(token) => token.as_bytes().to_owned(),
        None => input::read(None, inspect::MAX_FILE_LEN, world)?,
    };
    Ok(AccessToken::new(inspect::access_token(&bytes)?))
}

impl Args {
    /// `None` if any permission is enough.
    fn requirement(&self) -> Option<Requirement> {
        let mut roles = self.roles.iter();
        let first = if self.scopes.is_empty() {
            Requirement::app_role(roles.next()?)
        } else {
            Requirement::all_scopes(&self.scopes)
        };
        Some(roles.fold(first, Requirement::or_app_role))
    }
}

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[serde(rename = "accepted")]
    is_accepted: bool,
    /// The rule that the token breaks.
    rule: Option<&'static str>,
    message: Option<String>,
    /// What the API answers.
    status: u16,
    www_authenticate: Option<String>,
    token: Option<Claims>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    issuer: String,
    audiences: Vec<String>,
    tenant_id: Option<String>,
    object_id: Option<String>,
    caller: &'static str,
    client_id: Option<String>,
    scopes: Vec<String>,
    roles: Vec<String>,
    expires_at: Option<Moment>,
}

impl Claims {
    fn of(token: &VerifiedToken, now: SystemTime) -> Self {
        Self {
            issuer: token.issuer().unwrap_or_default().to_owned(),
            audiences: token.audiences().map(str::to_owned).collect(),
            tenant_id: token.tenant_id().map(str::to_owned),
            object_id: token.object_id().map(str::to_owned),
            caller: token.caller().as_str(),
            client_id: token.client_id().map(str::to_owned),
            scopes: token.scopes().map(str::to_owned).collect(),
            roles: token.app_roles().map(str::to_owned).collect(),
            expires_at: token.expires_at().map(|time| Moment::new(time, now)),
        }
    }
}

impl Report {
    fn accepted(token: &VerifiedToken, now: SystemTime) -> Self {
        Self {
            is_accepted: true,
            rule: None,
            message: None,
            status: StatusCode::OK.as_u16(),
            www_authenticate: None,
            token: Some(Claims::of(token, now)),
        }
    }

    fn broken_rule(error: &VerifyError) -> Self {
        // The library's advice names its methods.
        let message = with_sources(error)
            .replace(".audience(...)", "--audience")
            .replace(".application(...)", "--audience CLIENT_ID");
        Self::rejected(error.kind().code(), message, &error.challenge())
    }

    fn rejected(rule: &'static str, message: String, challenge: &Challenge) -> Self {
        let header = challenge.www_authenticate();
        let header = header.as_ref().map(HeaderValue::to_str).and_then(Result::ok);
        Self {
            is_accepted: false,
            rule: Some(rule),
            message: Some(message),
            status: challenge.status().as_u16(),
            www_authenticate: header.map(str::to_owned),
            token: None,
        }
    }
}

fn page(report: &Report, has_color: bool) -> Result<String, fmt::Error> {
    let mut page = String::new();
    match &report.message {
        None => writeln!(page, "{}", paint(has_color, Color::Green, "the API accepts this token"))?,
        Some(message) => {
            let verdict = paint(has_color, Color::Red, "the API rejects this token");
            writeln!(page, "{verdict}: {}", printable(message))?;
        }
    }
    let mut row = |label: &str, value: &str| {
        if value.is_empty() {
            return Ok(());
        }
        writeln!(page, "  {label:<LABEL_WIDTH$} {}", printable(value))
    };
    if let Some(rule) = report.rule {
        row("rule", rule)?;
    }
    if !report.is_accepted {
        let status = StatusCode::from_u16(report.status).map(|status| status.to_string());
        row("answer", &status.unwrap_or_default())?;
        row("WWW-Authenticate", report.www_authenticate.as_deref().unwrap_or_default())?;
    }
    if let Some(token) = &report.token {
        row("issuer", &token.issuer)?;
        row("audience", &token.audiences.join(", "))?;
        row("tenant", token.tenant_id.as_deref().unwrap_or_default())?;
        row("object ID", token.object_id.as_deref().unwrap_or_default())?;
        row("caller", &inspect::caller_and_client(token.caller, token.client_id.as_deref()))?;
        row("scopes", &token.scopes.join(", "))?;
        row("roles", &token.roles.join(", "))?;
        if let Some(end) = &token.expires_at {
            row("expires", &format!("{}, {}", end.at, end.relative()))?;
        }
    }
    Ok(page)
}
