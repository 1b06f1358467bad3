//! The command line, the environment, and errors at the start.

use std::{collections::HashMap, ffi::OsString, net::SocketAddr, time::Duration};

use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use super::support::*;
use crate::{World, service::PATH};

type Variables<'a> = &'a [(&'a str, &'a str)];

const APP_SERVICE: Variables<'_> =
    &[("WEBSITE_SITE_NAME", "site"), ("WEBSITE_AUTH_ENABLED", "True")];

struct Outcome {
    status: Option<u8>,
    out: String,
    err: String,
}

/// Runs the program for as long as `meanwhile` takes.
async fn run_while<T>(
    args: &[&str],
    variables: Variables<'_>,
    meanwhile: impl Future<Output = T>,
) -> (Outcome, Option<T>) {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut world = World {
        lookup: &|name| variables.get(name).map(|value| (*value).to_owned()),
        stdout: &mut out,
        stderr: &mut err,
    };
    let (status, done) = tokio::select! {
        status = crate::run(args.iter().map(OsString::from), &mut world) => (Some(status), None),
        done = meanwhile => (None, Some(done)),
    };
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (Outcome { status, out: text(out), err: text(err) }, done)
}

async fn refused(args: &[&str], variables: Variables<'_>, line: &str) {
    let (outcome, _) = run_while(args, variables, tokio::time::sleep(LIMIT)).await;
    assert_eq!(outcome.status, Some(64));
    assert_eq!((outcome.out.as_str(), outcome.err), ("", format!("resource-groups: {line}\n")));
}

#[tokio::test]
async fn arguments() {
    refused(&["--foo"], &[], "unknown argument; --help lists them").await;
    refused(&["local"], &[], "unknown argument; --help lists them").await;
    refused(&["--local", "--demo"], &[], "expected at most one argument; --help lists them").await;

    let (outcome, _) = run_while(&["--help"], &[], tokio::time::sleep(LIMIT)).await;
    assert_eq!((outcome.status, outcome.err.as_str()), (Some(0), ""));
    assert!(
        outcome.out.starts_with("usage: resource-groups [--container-apps | --local | --demo]\n")
    );
}

#[tokio::test]
async fn the_port() {
    let variable = "FUNCTIONS_CUSTOMHANDLER_PORT";
    refused(&["--local"], &[], "FUNCTIONS_CUSTOMHANDLER_PORT is not set").await;
    for port in ["", "0", "http", "+7071", "-1", "65536", " 7071", "7071 ", "127.0.0.1:7071"] {
        let line = "FUNCTIONS_CUSTOMHANDLER_PORT is not a port";
        refused(&["--local"], &[(variable, port)], line).await;
    }
}

#[tokio::test]
async fn the_address_of_arm() {
    let port = ("FUNCTIONS_CUSTOMHANDLER_PORT", "7071");
    for (base, error) in [
        ("http://management.azure.com", "is neither https nor http on this machine"),
        ("management.azure.com", "is not an address"),
        ("https://management.azure.com/x", "has more than a scheme, a host and a port"),
    ] {
        let line = format!("ARM_BASE_URL {error}");
        refused(&["--local"], &[port, ("ARM_BASE_URL", base)], &line).await;
    }
}

/// Identity headers are trusted only where the platform or the operator guarantees them.
#[tokio::test]
async fn nobody_vouches() {
    refused(
        &[],
        &[],
        "no known front end overwrites identity headers here: declare one with \
         Platform::trusting_headers or Platform::static_web_apps; on your \
         own machine, see --demo and --local",
    )
    .await;
    let off = "authentication is off: WEBSITE_AUTH_ENABLED is not true";
    refused(&[], &[("WEBSITE_SITE_NAME", "site")], off).await;
    refused(&[], &[("FUNCTIONS_WORKER_RUNTIME", "custom")], off).await;
    // A developer's machine that has this variable, too.
    let machine = &[("FUNCTIONS_WORKER_RUNTIME", "custom"), ("WEBSITE_AUTH_ENABLED", "true")];
    refused(&[], machine, off).await;
    let container = &[("CONTAINER_APP_NAME", "app")];
    let line = "container apps do not say whether authentication is on: declare it with \
                Platform::trust_container_apps (--container-apps)";
    refused(&[], container, line).await;
    // An option for one host has no effect on another.
    let line = "--local is for a developer's machine, but CONTAINER_APP_NAME is set";
    refused(&["--local"], container, line).await;
    let line = "--local is for a developer's machine, but WEBSITE_SITE_NAME is set";
    refused(&["--local"], APP_SERVICE, line).await;
    refused(&["--container-apps"], &[("WEBSITE_SITE_NAME", "site")], off).await;
}

/// A port that is free, and most likely stays free.
async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

async fn serves(args: &[&str], variables: Variables<'_>, in_front: &str) {
    let port = free_port().await;
    let text = port.to_string();
    let mut variables = variables.to_vec();
    variables.push(("FUNCTIONS_CUSTOMHANDLER_PORT", &text));
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let ask = async {
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return get(address, PATH, HeaderMap::new()).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program does not listen");
    };
    let (outcome, answer) = run_while(args, &variables, ask).await;
    assert_eq!(answer.expect(&outcome.err).status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        outcome.out,
        format!(
            "resource-groups: {in_front}; http://127.0.0.1:{port}{PATH} asks \
             https://management.azure.com\n"
        )
    );
    assert_eq!((outcome.status, outcome.err.as_str()), (None, ""));
}

#[tokio::test]
async fn somebody_vouches() {
    serves(&[], APP_SERVICE, "App Service, with Easy Auth in front").await;
    let functions = &[
        ("WEBSITE_SITE_NAME", "site"),
        ("FUNCTIONS_WORKER_RUNTIME", "custom"),
        ("WEBSITE_AUTH_ENABLED", "TRUE"),
        ("ARM_BASE_URL", ""),
    ];
    serves(&[], functions, "Azure Functions, with Easy Auth in front").await;
    let container = &[("CONTAINER_APP_NAME", "app")];
    let believed = "--container-apps: Easy Auth of Container Apps is trusted";
    serves(&["--container-apps"], container, believed).await;
    let believed = "--local: the proxy on this machine is trusted";
    serves(&["--local"], &[], believed).await;
    // `func start`.
    serves(&["--local"], &[("FUNCTIONS_WORKER_RUNTIME", "custom")], believed).await;
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let variables = [("FUNCTIONS_CUSTOMHANDLER_PORT", port.as_str())];
    let (outcome, _) = run_while(&["--local"], &variables, tokio::time::sleep(LIMIT)).await;
    assert_eq!(outcome.status, Some(64));
    assert_eq!(outcome.err.lines().count(), 1);
}
