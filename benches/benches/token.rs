//! Decodes an access token of 2 KB without checking its signature, compared with jsonwebtoken.
//!
//! `cargo bench -p easyauth-benches --bench token`
#![allow(missing_docs, clippy::unwrap_used)]

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{UnverifiedToken, resource::GRAPH};
use easyauth_benches::{compare, way};
use jsonwebtoken::dangerous::insecure_decode;
use serde::Deserialize;

/// The claims that a service usually reads.
#[derive(Deserialize)]
#[allow(dead_code, reason = "peers pay for reading them")]
struct Typed {
    aud: String,
    iss: String,
    exp: u64,
    nbf: u64,
    iat: u64,
    appid: Option<String>,
    azp: Option<String>,
    idtyp: Option<String>,
    name: Option<String>,
    oid: Option<String>,
    scp: Option<String>,
    sub: String,
    tid: Option<String>,
    upn: Option<String>,
    ver: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    wids: Vec<String>,
}

fn main() -> std::io::Result<()> {
    let segment = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let header = segment(include_str!("../../tests/data/graph-token-header.json"));
    let payload = segment(include_str!("../../tests/data/graph-token-payload.json"));
    // As long as an RS256 signature of a 2048-bit key.
    let signature = BASE64_URL_SAFE_NO_PAD.encode([0x5a; 256]);
    let token = format!("{header}.{payload}.{signature}");

    let typed = || insecure_decode::<Typed>(&token).unwrap().claims;
    let value = || insecure_decode::<serde_json::Value>(&token).unwrap().claims;
    let ours = UnverifiedToken::decode(&token).unwrap();
    assert!(ours.has_audience(GRAPH) && typed().aud == GRAPH.app_id().unwrap());
    // `Value` sorts its members.
    let mut names: Vec<&str> = ours.claim_names().collect();
    names.sort_unstable();
    assert!(names.iter().eq(value().as_object().unwrap().keys()));

    compare(
        &format!("decode a token of {} bytes", token.len()),
        vec![
            way("easyauth, all claims", || UnverifiedToken::decode(&token).unwrap()),
            way("jsonwebtoken into a struct of 18 claims", typed),
            way("jsonwebtoken into Value", value),
        ],
        &[0.5, 0.3],
    )
}
