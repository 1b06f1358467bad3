//! The tool as its users run it: arguments and input in, output and exit status out.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "tests"
)]

mod arguments;
#[cfg(feature = "online")]
mod arm;
mod explain;
mod inspect;
mod joined;
mod languages;
mod lint;
mod paste;
mod rules;
mod secrets;
#[cfg(feature = "serve")]
mod serve;
mod settings;
#[cfg(feature = "online")]
mod site;
mod snippets;
#[cfg(all(feature = "online", feature = "serve"))]
mod verify;

use std::{ffi::OsString, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use easyauth::{AccessToken, ExpiresOn};
use easyauth_cli::{Environment, World};

/// The time at which the tool runs.
const NOW: &str = "2026-03-12T14:30:00Z";

/// What a run of the tool printed, and its exit status.
struct Outcome {
    status: u8,
    out: String,
    err: String,
}

/// Runs the tool with a token in `AZURE_ACCESS_TOKEN`, or without.
fn run_with(token: Option<&str>, args: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    let mut env = Environment::default();
    env.token = token.map(AccessToken::new);
    // Nothing listens there.
    env.arm_origin = Some(http::Uri::from_static("http://127.0.0.1:9"));
    run_in(env, args, stdin)
}

/// Runs the tool in this environment.
fn run_in(env: Environment, args: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    run_as(env, false, args, stdin)
}

/// Runs the tool for a user who types on standard input.
#[cfg(feature = "online")]
fn run_at_terminal(env: Environment, args: &[&str], stdin: &str) -> Outcome {
    run_as(env, true, args, stdin)
}

fn run_as(
    env: Environment,
    is_stdin_terminal: bool,
    args: &[&str],
    stdin: impl AsRef<[u8]>,
) -> Outcome {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut world = World {
        now: at(NOW),
        env,
        is_stdin_terminal,
        color: false,
        columns: None,
        stdin: &mut stdin.as_ref(),
        stdout: &mut out,
        stderr: &mut err,
    };
    let status = easyauth_cli::run(args.iter().map(OsString::from), &mut world);
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    Outcome { status, out: text(out), err: text(err) }
}

fn run(args: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    run_with(None, args, stdin)
}

/// The tool does nothing and prints this error.
#[track_caller]
fn rejected(args: &[&str], stdin: impl AsRef<[u8]>, error: &str) {
    let outcome = run(args, stdin);
    assert_eq!(outcome.err, format!("error: {error}\n"));
    assert_eq!((outcome.status, outcome.out.as_str()), (2, ""));
}

/// The text has these excerpts, no matter where its lines break.
#[track_caller]
fn shows(text: &str, excerpts: &[&str]) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for excerpt in excerpts {
        assert!(text.contains(excerpt), "no {excerpt:?} in:\n{text}");
    }
}

fn at(time: &str) -> SystemTime {
    ExpiresOn::parse(time).expect("a time").at()
}

/// An unsigned token with these claims.
fn token(payload: &str) -> String {
    let segment = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", segment(r#"{"alg":"RS256"}"#), segment(payload), segment(&"s".repeat(256)))
}
