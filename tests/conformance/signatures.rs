//! Signatures: the examples of RFC 7520, RFC 7797 and RFC 8037, and Wycheproof.

use std::{
    error::Error as _,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use easyauth::{
    AccessToken, DecodeError, DecodeErrorKind, Segment,
    verify::{Algorithm, Authority, KeySet, Verifier, VerifyError, VerifyErrorKind::*},
};
use serde_json::{Value, json};

use crate::{
    exceptions::{ACCEPTED, Suite},
    folder,
};

/// Of RFC 7518 section 6: what makes a key a private one. The `k` of a symmetric key stays.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The JSON documents of a folder, without their ending, in order.
pub(crate) fn documents(folder: &Path) -> Vec<String> {
    let name = |file: PathBuf| file.to_str()?.strip_suffix(".json").map(str::to_owned);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into());
    let mut names: Vec<String> = files.filter_map(name).collect();
    names.sort_unstable();
    names
}

pub(crate) fn read(folder: &Path, document: &str) -> Vec<u8> {
    fs::read(folder.join(format!("{document}.json"))).unwrap()
}

pub(crate) fn parse(body: &[u8]) -> Value {
    // serde_json takes no byte order mark.
    serde_json::from_slice(body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)).unwrap()
}

/// A key set with the public parts of these keys.
pub(crate) fn public_keys<'a>(keys: impl IntoIterator<Item = &'a Value>) -> KeySet {
    let public = |key: &Value| {
        let mut key = key.as_object().unwrap().clone();
        key.retain(|name, _| !PRIVATE.contains(&name.as_str()));
        Value::Object(key)
    };
    let keys: Vec<Value> = keys.into_iter().map(public).collect();
    KeySet::from_jwks(json!({"keys": keys}).to_string()).unwrap()
}

/// What becomes of the signature of a token: it is accepted, or the code of the rule that it breaks.
pub(crate) fn outcome(token: &str, keys: &KeySet) -> &'static str {
    let outcome = outcome_once(token, keys);
    if outcome == ACCEPTED {
        // So it was the signature, and nothing that comes before it, that was found good.
        assert_eq!(outcome_once(&spoil(token), keys), "invalid-signature", "{token}");
    }
    outcome
}

fn outcome_once(token: &str, keys: &KeySet) -> &'static str {
    let issuer = Authority::issuer("https://issuer.example");
    let verifier = Verifier::builder(issuer)
        .audience("x")
        .algorithms(Algorithm::ALL.iter().copied())
        .build()
        .unwrap();
    match verifier.verify(&AccessToken::new(token), keys, UNIX_EPOCH) {
        Ok(_) => ACCEPTED,
        Err(error) if is_about_claims(&error) => ACCEPTED,
        Err(error) => error.kind().code(),
    }
}

/// Whether an error can only come once the signature was found good. The payloads of these suites are
/// plain text and no claims, so that is how a good signature shows: whether the payload is an object,
/// and what it says, is not looked at before. That it is base64url of UTF-8 is.
fn is_about_claims(error: &VerifyError) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<DecodeError>());
    match source.map(|source| (source.kind(), source.segment())) {
        Some((DecodeErrorKind::Json | DecodeErrorKind::NotAnObject, segment)) => {
            segment == Some(Segment::Payload)
        }
        _ => matches!(error.kind(), MissingClaim | InvalidClaim | WrongIssuer),
    }
}

/// The token with another first byte in its signature.
fn spoil(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{first}{}", &signature[1..])
}

/// Every example is a good one. Those that have no compact form are given as the JSON that they are.
#[test]
fn rfc7520() {
    let Some(folder) = folder("rfc7520") else { return };
    let mut suite = Suite::new("rfc7520");
    for name in documents(&folder) {
        let example = parse(&read(&folder, &name));
        let Some(output) = example.get("output") else { continue }; // a key: see `keys`
        let keys = match &example["input"]["key"] {
            Value::Array(keys) => public_keys(keys),
            key => public_keys([key]),
        };
        let token = match &output["compact"] {
            Value::String(compact) => compact.clone(),
            _ => output["json"].to_string(),
        };
        suite.case(&name, true, outcome(&token, &keys));
    }
    suite.finish(
        9,
        &[("accepted", 2), ("algorithm-not-allowed", 4), ("encrypted", 1), ("malformed", 4)],
    );
}

#[test]
fn wycheproof() {
    let Some(folder) = folder("wycheproof") else { return };
    let mut suite = Suite::new("wycheproof-signatures");
    let file = parse(&read(&folder, "json_web_signature_test"));
    for group in file["testGroups"].as_array().unwrap() {
        // Symmetric keys have no public part.
        let keys = public_keys(group.get("public").or(group.get("private")));
        for test in group["tests"].as_array().unwrap() {
            let outcome = outcome(test["jws"].as_str().unwrap(), &keys);
            suite.case(&test["tcId"].to_string(), test["result"] == "valid", outcome);
        }
    }
    suite.finish(
        20,
        &[
            ("accepted", 26),
            ("algorithm-not-allowed", 23),
            ("invalid-signature", 295),
            ("keys-unavailable", 4),
            ("malformed", 44),
            ("unknown-key", 2),
            ("wrong-key-algorithm", 7),
        ],
    );
}
