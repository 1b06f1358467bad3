//! Entra's key document from June to October 2024, as it was found 231 times, replayed: it drops keys
//! that are in use and brings them back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{
    AccessToken,
    verify::{Algorithm, Authority, KeySet, KeyStore, MetadataUri, Verifier, VerifyErrorKind},
};
use serde_json::{Value, json};

use crate::folder;

const ISSUER: &str = "https://issuer.example";
const METADATA: &[u8] =
    br#"{"issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys"}"#;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A key of the test instead of one of Entra's, whose private keys are secret, and a token that it signed.
///
/// Entra's keys are RSA keys. To make 42 of those takes longer than the whole replay, and a store makes
/// no difference between keys.
struct Signer {
    jwk: Value,
    token: AccessToken,
}

impl Signer {
    fn new(id: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (base64url(x), base64url(y));
        let header = json!({"alg": "ES256", "kid": id});
        // It does not expire before the year 2100, so each key signs once.
        let payload = json!({"iss": ISSUER, "aud": "x", "scp": "x", "exp": 4_102_444_800_u32});
        let message = [header, payload].map(|part| base64url(part.to_string())).join(".");
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        Self {
            jwk: json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": id, "x": x, "y": y}),
            token: AccessToken::new(format!("{message}.{}", base64url(signature))),
        }
    }
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The ids of a document, from when on it was there.
fn snapshots(file: &Path) -> Vec<(SystemTime, Vec<String>)> {
    let snapshot = |line: &str| {
        let [_, date, _, ids] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}")
        };
        (humantime::parse_rfc3339(date).unwrap(), ids.split(',').map(str::to_owned).collect())
    };
    fs::read_to_string(file).unwrap().lines().skip(1).map(snapshot).collect()
}

/// A key that a document had within a day is known, and no other. A store that is asked every minute
/// fetches once an hour; everything is checked a minute before the next fetch, when what it knows is
/// oldest. Beside it, what becomes of the same tokens if the last document is all that is known.
#[test]
fn keys_that_come_and_go() {
    let Some(folder) = folder("jwks") else { return };
    let snapshots = snapshots(&folder.join("timeline.tsv"));
    assert!(snapshots.is_sorted_by_key(|(date, _)| *date));
    let ids: BTreeSet<&String> = snapshots.iter().flat_map(|(_, ids)| ids).collect();
    assert_eq!((snapshots.len(), ids.len()), (231, 42));
    let signers: BTreeMap<&str, Signer> =
        ids.into_iter().map(|id| (id.as_str(), Signer::new(id))).collect();

    let verifier = Verifier::builder(Authority::issuer(ISSUER))
        .audience("x")
        .algorithms([Algorithm::Es256])
        .build()
        .unwrap();
    let store = KeyStore::new(MetadataUri::parse("https://issuer.example/metadata").unwrap());
    let mut last_seen = BTreeMap::<&str, SystemTime>::new();
    let (mut known, mut unknown) = (0_u32, 0_u32);
    let mut lost = BTreeMap::<&str, u32>::new();

    let (start, end) = (snapshots[0].0, snapshots[snapshots.len() - 1].0);
    let length = end.duration_since(start).unwrap().as_secs().div_ceil(HOUR.as_secs());
    let hours = u32::try_from(length).unwrap() + 1;
    for hour in (0..hours).map(|hour| start + HOUR * hour) {
        let minutes = (0..60).map(|minute| hour + MINUTE * minute);
        let fetch = |now| {
            let mut refresh = store.begin_refresh(now)?;
            let newest = snapshots.partition_point(|(date, _)| *date <= now) - 1;
            let (_, ids) = &snapshots[newest];
            let keys: Vec<&Value> = ids.iter().map(|id| &signers[id.as_str()].jwk).collect();
            let document = json!({"keys": keys}).to_string();
            refresh.metadata(METADATA).unwrap();
            refresh.finish(document.as_bytes()).unwrap();
            last_seen.extend(ids.iter().map(|id| (id.as_str(), now)));
            Some((now, KeySet::from_jwks(document).unwrap()))
        };
        let fetches: Vec<_> = minutes.filter_map(fetch).collect();
        let [(time, last_document)] = &fetches[..] else { panic!("once an hour: {fetches:?}") };
        assert_eq!(*time, hour, "no more than an hour between");

        let now = hour + 59 * MINUTE;
        for (id, Signer { token, .. }) in &signers {
            let result = verifier.verify(token, &store, now);
            let is_known = last_seen.get(id).is_some_and(|seen| now < *seen + DAY);
            if !is_known {
                assert_eq!(result.unwrap_err().kind(), VerifyErrorKind::UnknownKey, "{id}");
                unknown += 1;
                continue;
            }
            assert!(result.is_ok(), "{id}: {result:?}");
            known += 1;
            if last_document.key(id).is_none() {
                let error = verifier.verify(token, last_document, now).unwrap_err();
                assert_eq!(error.kind(), VerifyErrorKind::UnknownKey);
                *lost.entry(id).or_default() += 1;
            }
        }
    }

    let refused: u32 = lost.values().sum();
    eprintln!(
        "conformance: timeline: {hours} hours, {known} tokens verified, {unknown} of unknown keys \
         refused; by the last document alone {refused} of those verified, of {} keys, are refused",
        lost.len()
    );
    assert!(refused > 0);
}
