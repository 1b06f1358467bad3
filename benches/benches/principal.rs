//! Parses `X-MS-CLIENT-PRINCIPAL` with 30 claims, compared with the usual way: decode the base64, then
//! deserialize into pairs of owned strings.
//!
//! `cargo bench -p easyauth-benches --bench principal`
#![allow(missing_docs, clippy::unwrap_used)]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{ClaimType, EasyAuthPrincipal};
use easyauth_benches::{compare, way};
use serde::Deserialize;

#[derive(Deserialize)]
struct Plain {
    auth_typ: String,
    claims: Vec<PlainClaim>,
    name_typ: String,
    role_typ: String,
}

#[derive(Deserialize)]
struct PlainClaim {
    typ: String,
    val: String,
}

fn main() -> std::io::Result<()> {
    let json = include_str!("../../tests/data/principal.json");
    let header = BASE64_STANDARD.encode(json);
    let plain =
        || -> Plain { serde_json::from_slice(&BASE64_STANDARD.decode(&header).unwrap()).unwrap() };
    let value = || -> serde_json::Value {
        serde_json::from_slice(&BASE64_STANDARD.decode(&header).unwrap()).unwrap()
    };

    // All three read the same claims.
    let (ours, theirs) = (EasyAuthPrincipal::parse(&header).unwrap(), plain());
    let pairs = ours.claims().map(|claim| (claim.typ().to_owned(), claim.val().to_owned()));
    assert!(pairs.eq(theirs.claims.iter().map(|claim| (claim.typ.clone(), claim.val.clone()))));
    assert_eq!(ours.provider().as_str(), theirs.auth_typ);
    assert_eq!(ours.name_claim_type(), Some(theirs.name_typ.as_str()));
    assert_eq!(ours.role_claim_type(), Some(theirs.role_typ.as_str()));
    assert_eq!(value().get("claims").and_then(|claims| claims.as_array()).map(Vec::len), Some(30));

    compare(
        "parse a principal of 30 claims",
        vec![
            way("easyauth", || EasyAuthPrincipal::parse(&header).unwrap()),
            way("base64 and serde_json into structs", plain),
            way("base64 and serde_json into Value", value),
        ],
        &[0.55, 0.55],
    )?;

    let long = ClaimType::TID.long();
    compare(
        "find the tenant among 30 claims",
        vec![
            way("easyauth, by its short name", || ours.claim("tid").unwrap().len()),
            way("a linear search for its long name", || {
                theirs.claims.iter().find(|claim| claim.typ == long).unwrap().val.len()
            }),
            way("parsing the principal", || EasyAuthPrincipal::parse(&header).unwrap()),
        ],
        &[20.0, 0.2],
    )
}
