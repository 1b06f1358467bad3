//! Counts the instructions of the work that a request needs, with callgrind. On one machine and compiler the
//! counts repeat within 0.2 percent, so they show small regressions that times hide.
//!
//! `cargo bench -p easyauth-benches --bench instructions` needs valgrind. It fails if a row takes 3 percent more
//! than its limit in `limits.toml`. Lower a limit after an improvement. Raise one only together with the change
//! that needs it, and say in the commit what the instructions buy.
#![allow(missing_docs, clippy::unreachable, clippy::unwrap_used)]

use std::{
    env,
    hint::black_box,
    io::{self, Write as _},
    process::{Command, ExitCode},
};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use easyauth::{
    AccessToken, EasyAuthPrincipal, IdentityProvider, ProviderTokens,
    resource::ARM,
    settings::{AuthSettingsV2, LoginParameters, entra},
    verify::{KeySet, Tenant, Verifier},
};
use easyauth_test_support::tokens::{API, JWKS, NOW, SIGNED, TENANT, at};
use http::{HeaderMap, HeaderName};
use serde_json::Value;

const LIMITS: &str = include_str!("../limits.toml");

/// How much of its limit a row may take, in percent.
const TOLERATED: u64 = 103;

/// The repetitions that a measurement adds to the first call, which also sets up engines and tables.
const REPETITIONS: u64 = 100;

/// In this variable a measured process finds its row and its number of repetitions.
const ROW: &str = "EASYAUTH_INSTRUCTIONS_ROW";

fn main() -> io::Result<ExitCode> {
    if let Ok(row) = env::var(ROW) {
        let (name, repetitions) = row.split_once(' ').unwrap();
        let repetitions = repetitions.parse().unwrap();
        match name {
            "remembered" => remembered(repetitions),
            _ => Request::new().run(name, repetitions),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = io::stdout().lock();
    let mut status = ExitCode::SUCCESS;
    let rows = LIMITS.lines().filter(|line| !line.starts_with('#'));
    for (name, limit) in rows.filter_map(|line| line.split_once(" = ")) {
        let limit: u64 = limit.parse().unwrap();
        let more = instructions(name, 1_u64.saturating_add(REPETITIONS))?;
        let count = more.saturating_sub(instructions(name, 1)?).div_euclid(REPETITIONS);
        let is_over = count.saturating_mul(100) > limit.saturating_mul(TOLERATED);
        let verdict = if is_over { "OVER" } else { "within" };
        writeln!(out, "{name}: {count} instructions ({verdict} the limit of {limit})")?;
        if is_over {
            status = ExitCode::FAILURE;
        }
    }
    Ok(status)
}

/// Runs a row in a process under callgrind.
fn instructions(name: &str, repetitions: u64) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .env(ROW, format!("{name} {repetitions}"))
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let count = report.lines().find_map(|line| line.split_once("Collected : ")?.1.parse().ok());
    count.ok_or_else(|| io::Error::other(format!("valgrind reports no count for {name}: {report}")))
}

/// A request of an Entra user on App Service, and the settings of the site.
struct Request {
    headers: HeaderMap,
    principal: String,
    token: AccessToken,
    settings: String,
    document: AuthSettingsV2,
}

impl Request {
    /// A principal of 30 claims, an access token of 2.2 KB, and settings of 1.9 KB without whitespace.
    fn new() -> Self {
        let principal = BASE64_STANDARD.encode(include_str!("../../tests/data/principal.json"));
        let segment = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
        let header = segment(include_str!("../../tests/data/graph-token-header.json"));
        let payload = segment(include_str!("../../tests/data/graph-token-payload.json"));
        let signature = BASE64_URL_SAFE_NO_PAD.encode([0x5a; 256]);
        let token = format!("{header}.{payload}.{signature}");
        let headers = [
            ("host", "orders.example"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("cookie", "AppServiceAuthSession=abcdefghijklmnopqrstuvwxyz"),
            ("x-ms-client-principal", principal.as_str()),
            ("x-ms-client-principal-id", "00000003-0000-4000-8000-000000000003"),
            ("x-ms-client-principal-name", "jose@example.com"),
            ("x-ms-client-principal-idp", "aad"),
            ("x-ms-token-aad-access-token", token.as_str()),
            ("x-ms-token-aad-expires-on", "2026-03-12T14:50:00.0000000Z"),
        ];
        let headers = headers
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .into_iter()
            .collect();
        let settings = include_str!("../../tests/data/settings/site.json");
        let settings = serde_json::from_str::<Value>(settings).unwrap().to_string();
        let document = settings.parse().unwrap();
        Self { headers, principal, token: AccessToken::new(token), settings, document }
    }

    fn run(&self, row: &str, repetitions: u64) {
        for _ in 0..repetitions {
            match row {
                "main-job" => self.main_job(),
                "from-headers" => {
                    drop(black_box(EasyAuthPrincipal::from_headers(black_box(&self.headers))));
                }
                "parse-principal" => {
                    drop(black_box(EasyAuthPrincipal::parse(black_box(&self.principal))));
                }
                "provider-tokens" => {
                    let provider = IdentityProvider::ENTRA;
                    let tokens = ProviderTokens::from_headers(black_box(&self.headers), &provider);
                    drop(black_box(tokens));
                }
                "decode-token" => drop(black_box(black_box(&self.token).decode_unverified())),
                "settings" => drop(black_box(self.settings())),
                "lint" => drop(black_box(black_box(&self.document).lint())),
                _ => unreachable!("limits.toml names an unknown row"),
            }
        }
    }

    /// What README calls the main job: the user, the token, its API, a role.
    fn main_job(&self) {
        let user = EasyAuthPrincipal::from_headers(black_box(&self.headers)).unwrap().unwrap();
        let tokens = ProviderTokens::from_headers(&self.headers, user.provider()).unwrap();
        let token = tokens.access_token().unwrap().decode_unverified().unwrap();
        black_box((token.has_audience(ARM), user.is_in_role("Admin")));
    }
    /// Reads the settings, builds the parameters of a sign-in for Azure Resource Manager, sets them, and copies the
    /// settings as JSON.
    fn settings(&self) -> String {
        let mut document: AuthSettingsV2 = black_box(&self.settings).parse().unwrap();
        let parameters = LoginParameters::builder()
            .scopes(["openid", "profile", "email"])
            .scope(ARM.scope("user_impersonation"))
            .build()
            .unwrap();
        document.set(entra::LOGIN_PARAMETERS, parameters).unwrap();
        document.as_json().to_owned()
    }
}

/// Verifies one token many times, with a verifier that remembers it.
fn remembered(repetitions: u64) {
    let verifier = Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API);
    let verifier = verifier.build().unwrap().remember(1);
    let keys = KeySet::from_jwks(JWKS).unwrap();
    let token = AccessToken::new(SIGNED);
    for _ in 0..repetitions {
        black_box(verifier.verify(black_box(&token), &keys, at(NOW)).unwrap());
    }
}
