//! What authentication costs a request: with a bearer token and with the headers of the platform, through each
//! adapter, beside peers and a middleware written by hand.
//!
//! `cargo bench -p easyauth-benches --bench adapters`
#![allow(missing_docs, clippy::unwrap_used)]

mod contestants;
mod support;

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write as _},
    time::SystemTime,
};

use allocation_counter::measure;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    AccessToken, EasyAuthPrincipal, HeaderSource,
    verify::{BearerAuth, KeySet, Keys, Tenant, Verifier},
};
use easyauth_benches::{Way, fastest, report, way};
use http::{HeaderMap, HeaderName};

use crate::{
    contestants::{actix, axum, bare, by_hand, oauth_resource_server, tower_oauth2},
    support::{API, Issuer, TENANT, USUAL_KEYS, document},
};

/// The highest allowed ratio of this crate's slowest adapter to a peer, which then takes a third longer.
const OF_PEERS: f64 = 0.75;

fn main() -> io::Result<()> {
    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap();
    bearer()?;
    platform_headers()?;
    sources()
}

/// One row of a table.
struct Row<'a> {
    way: Way<'a>,
    role: Role,
    /// The highest allowed ratio to the first row.
    limit: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A service with this crate. Its time is compared with that of each peer.
    Ours,
    Peer,
    /// Everything else: the lower bound, a framework alone, a part of this crate.
    Other,
}

fn ours(way: Way<'_>, limit: impl Into<Option<f64>>) -> Row<'_> {
    Row { way, role: Role::Ours, limit: limit.into() }
}

fn peer(way: Way<'_>) -> Row<'_> {
    Row { way, role: Role::Peer, limit: None }
}

fn other(way: Way<'_>) -> Row<'_> {
    Row { way, role: Role::Other, limit: None }
}

fn part(way: Way<'_>, limit: f64) -> Row<'_> {
    Row { way, role: Role::Other, limit: Some(limit) }
}

fn bearer() -> io::Result<()> {
    let (issuer, now) = (Issuer::new(), SystemTime::now());
    let token = issuer.token(now);
    let jwks = document(&issuer.keys(USUAL_KEYS));
    let keys = KeySet::from_jwks(&jwks).unwrap();
    let tenant = Tenant::single(TENANT).unwrap();
    let verifier = Verifier::builder(tenant).audience(API).build().unwrap();
    let auth = || BearerAuth::new(verifier.clone(), Keys::fixed(keys.clone()));
    let remembering = verifier.clone().remember(8);
    let bearer = AccessToken::new(token.as_str());
    let headers = headers(&[("authorization", &format!("Bearer {token}"))]);

    let check = issuer.bare_check(&token);
    let verify = || verifier.verify(&bearer, &keys, SystemTime::now()).unwrap();
    let recall = || remembering.verify(&bearer, &keys, SystemTime::now()).unwrap();
    let axum = |name, router| axum::way(name, router, &headers);
    let actix = |name, service| actix::way(name, service, &headers);
    table(
        &format!("a bearer token of {} bytes, one of {USUAL_KEYS} keys", token.len()),
        vec![
            other(way("signature check alone, aws-lc-rs", check)),
            part(way("easyauth: Verifier", verify), 1.12),
            part(way("easyauth: Verifier, remembered", recall), 0.03),
            other(axum("axum 0.8, no authentication", bare::axum())),
            ours(axum("easyauth: axum layers", axum::layers(auth())), 1.30),
            ours(axum("easyauth: axum extractor", axum::extractor(auth())), 1.25),
            other(axum("easyauth: axum layers, remembered", axum::layers(auth().remember(8)))),
            other(actix("actix-web 4, no authentication", bare::actix())),
            ours(actix("easyauth: actix-web extractor", actix::extractor(auth())), 1.25),
            peer(axum("by hand, jsonwebtoken with aws-lc-rs", by_hand::bearer(&jwks))),
            peer(axum("tower-oauth2-resource-server, aws-lc-rs", tower_oauth2::router(&jwks))),
            peer(axum("oauth-resource-server, ring", oauth_resource_server::router(&jwks))),
        ],
    )
}

fn platform_headers() -> io::Result<()> {
    let principal = principal();
    let headers = headers(&principal_headers(&principal));
    let axum = |name, router| axum::way(name, router, &headers);
    let actix = |name, service| actix::way(name, service, &headers);
    table(
        "the headers of the platform, a principal of 30 claims",
        vec![
            other(axum("axum 0.8, no authentication", bare::axum())),
            ours(axum("easyauth: axum layers", axum::role_layers()), None),
            ours(axum("easyauth: axum extractor", axum::role_extractor()), None),
            other(actix("actix-web 4, no authentication", bare::actix())),
            ours(actix("easyauth: actix-web extractor", actix::role_extractor()), None),
            peer(axum("by hand, base64 and serde_json", by_hand::headers())),
        ],
    )
}

/// `EasyAuthPrincipal::from_headers` of the collections that frameworks use.
fn sources() -> io::Result<()> {
    let principal = principal();
    let map = headers(&principal_headers(&principal));
    let all = || map.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let owned = || all().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let of_actix = actix::header_map(&map);
    let slice: Vec<(&str, &str)> = all().collect();
    let vec: Vec<(String, String)> = owned().collect();
    let hash_map: HashMap<String, String> = owned().collect();
    let tree: BTreeMap<String, String> = owned().collect();
    let lists: HashMap<String, Vec<String>> =
        owned().map(|(name, value)| (name, vec![value])).collect();
    table(
        "EasyAuthPrincipal::from_headers, a principal of 30 claims",
        vec![
            source("http::HeaderMap", &map),
            source("actix-web HeaderMap", &of_actix),
            source("[(&str, &str)]", slice.as_slice()),
            source("Vec<(String, String)>", &vec),
            source("HashMap<String, String>", &hash_map),
            source("HashMap<String, Vec<String>>", &lists),
            source("BTreeMap<String, String>", &tree),
        ],
    )
}

fn source<'a>(name: &'static str, headers: &'a (impl HeaderSource + ?Sized)) -> Row<'a> {
    other(way(name, move || EasyAuthPrincipal::from_headers(headers).unwrap().unwrap()))
}

/// Measures all rows in turn. Prints the time of each as a ratio to the first row, and its allocations; then
/// the time of this crate's slowest adapter as a ratio to each peer.
fn table(title: &str, rows: Vec<Row<'_>>) -> io::Result<()> {
    let (limits, mut ways): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|row| ((row.limit, row.role), row.way)).unzip();
    let times = fastest(&mut ways);
    let first = times.first().copied().unwrap_or(f64::NAN);
    let mut out = io::stdout().lock();
    writeln!(out, "{title}\n  {:42} {:>7} {:>12}", "", "time", "allocations")?;
    for (way, time) in ways.iter_mut().zip(&times) {
        let allocations = measure(|| way.run()).count_total;
        writeln!(out, "  {:42} {:7.2} {allocations:12}", way.name(), time / first)?;
    }
    let all = || ways.iter().zip(&times).zip(&limits);
    for ((way, time), (limit, _)) in all() {
        if let Some(limit) = limit {
            report(&mut out, time / first, &format!("the first row: {}", way.name()), *limit)?;
        }
    }
    let ours = all().filter(|(_, (_, role))| *role == Role::Ours).map(|((_, time), _)| *time);
    let ours = ours.fold(0.0, f64::max);
    for ((way, time), (_, role)) in all() {
        if *role == Role::Peer {
            report(&mut out, ours / time, way.name(), OF_PEERS)?;
        }
    }
    Ok(())
}

fn principal() -> String {
    BASE64_STANDARD.encode(include_str!("../../tests/data/principal.json"))
}

fn principal_headers(principal: &str) -> [(&'static str, &str); 4] {
    [
        ("x-ms-client-principal", principal),
        ("x-ms-client-principal-id", "00000003-0000-4000-8000-000000000003"),
        ("x-ms-client-principal-name", "jose@example.com"),
        ("x-ms-client-principal-idp", "aad"),
    ]
}

/// These headers, and those that clients send with every request.
fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let usual = [
        ("host", "orders.example"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("accept", "application/json"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ];
    let all = usual.iter().chain(pairs);
    all.map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}
