//! What a service answers to good and bad tokens, and what it writes to its log.
//!
//! All of it happens on this machine: `issuer.rs` pretends to be Microsoft Entra, and `server.rs`
//! publishes its keys. `service.rs` is the part to copy. Never prints a token.

mod cases;
mod issuer;
mod server;
mod service;

use std::{
    error::Error,
    io::{self, Write},
    time::SystemTime,
};

use easyauth::verify::MetadataUri;
use http::{Request, StatusCode, header::AUTHORIZATION};

use issuer::Issuer;
use service::{Rejection, Service};

fn main() -> Result<(), Box<dyn Error>> {
    run(SystemTime::now(), &mut io::stdout().lock())
}

pub(crate) fn run(now: SystemTime, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let issuer = Issuer::new()?;
    let metadata_uri = MetadataUri::insecure_loopback(&server::start(&issuer)?)?;
    let service = Service::new(metadata_uri)?;

    for case in cases::all(&issuer, now)? {
        let request = Request::builder()
            .method(case.method)
            .uri("/files")
            .header(AUTHORIZATION, case.token.to_bearer()?)
            .body(())?;
        writeln!(out, "{}", case.title)?;
        row(out, "request", &format!("{} {}", request.method(), request.uri()))?;
        write_answer(service.check(&request, now), out)?;
        writeln!(out)?;
    }
    writeln!(out, "the key store")?;
    row(out, "known keys", &service.known_keys(now).to_string())?;
    Ok(())
}

/// What the client sees, and what the operator does.
fn write_answer(answer: Result<(), Rejection>, out: &mut dyn Write) -> io::Result<()> {
    let Err(Rejection { challenge, log }) = answer else {
        return row(out, "answer", &StatusCode::OK.to_string());
    };
    row(out, "answer", &challenge.status().to_string())?;
    if let Some(value) = challenge.www_authenticate() {
        row(out, "WWW-Authenticate", value.to_str().unwrap_or_default())?;
    }
    row(out, "log", &log)
}

fn row(out: &mut dyn Write, label: &str, value: &str) -> io::Result<()> {
    writeln!(out, "  {label:<18} {value}")
}
