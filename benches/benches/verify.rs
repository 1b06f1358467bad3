//! Verifies an access token of 2 KB with one of 8 keys, compared with the signature check alone and with
//! peers; then with more keys, from a store, and on two threads.
//!
//! `cargo bench -p easyauth-benches --bench verify`
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{
    hint::black_box,
    io::{self, Write as _},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Instant, SystemTime},
};

use azure_jwt::{AzureAuth, Jwk};
use easyauth::{
    AccessToken,
    resource::Cloud,
    verify::{KeySet, KeyStore, MAX_KEYS, MetadataUri, Tenant, Verifier},
};
use easyauth_benches::{compare, median, report, way};
use jsonwebtoken::{DecodingKey, Validation, decode};
use jwt_simple::{
    algorithms::{RS256PublicKey, RSAPublicKeyLike as _},
    common::VerificationOptions,
};
use serde::Deserialize as _;
use serde_json::Value;

use crate::support::{API, ISSUER, Issuer, TENANT, Typed, USER, USUAL_KEYS, document};

fn main() -> io::Result<()> {
    let issuer = Issuer::new();
    let now = SystemTime::now();
    let token = issuer.token(now);

    let keys = issuer.keys(USUAL_KEYS);
    let key_set = read(&keys);
    let many_keys = read(&issuer.keys(MAX_KEYS));
    assert_eq!((key_set.len(), many_keys.len()), (USUAL_KEYS, MAX_KEYS));
    let tenant = Tenant::single(TENANT).unwrap();
    let store = fill(&tenant, &keys, now);
    let verifier = Verifier::builder(tenant).audience(API).build().unwrap();
    let bearer = AccessToken::new(token.as_str());
    let from_set = || verifier.verify(&bearer, &key_set, SystemTime::now()).unwrap();
    let from_many = || verifier.verify(&bearer, &many_keys, SystemTime::now()).unwrap();
    let from_store = || verifier.verify(&bearer, &store, SystemTime::now()).unwrap();
    for verified in [from_set(), from_many(), from_store()] {
        assert_eq!(verified.object_id(), Some(USER));
    }

    let raw = issuer.bare_check(&token);
    raw();

    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap();
    let decoding_key = DecodingKey::from_rsa_raw_components(&issuer.public.n, &issuer.public.e);
    let mut validation = Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_nbf = true;
    validation.set_audience(&[API]);
    validation.set_issuer(&[ISSUER]);
    let jsonwebtoken = || decode::<Typed>(&token, &decoding_key, &validation).unwrap().claims;
    assert_eq!(jsonwebtoken().oid, USER);

    let jwks: Vec<Jwk> = keys.iter().map(|key| Jwk::deserialize(key).unwrap()).collect();
    let azure_auth = AzureAuth::new_offline(API, jwks).unwrap();
    let azure_jwt = || azure_auth.validate_token_offline(&token).unwrap().claims;
    assert_eq!(azure_jwt().oid, USER);

    let simple_key = RS256PublicKey::from_components(&issuer.public.n, &issuer.public.e).unwrap();
    let options = VerificationOptions {
        allowed_audiences: Some([API.to_owned()].into()),
        allowed_issuers: Some([ISSUER.to_owned()].into()),
        ..VerificationOptions::default()
    };
    let jwt_simple =
        || simple_key.verify_token::<Typed>(&token, Some(options.clone())).unwrap().custom;
    assert_eq!(jwt_simple().oid, USER);

    compare(
        &format!("verify a token of {} bytes with one of {USUAL_KEYS} keys", token.len()),
        vec![
            way("easyauth", from_set),
            way("the signature check alone, by aws-lc-rs with a parsed key", &raw),
            way("jsonwebtoken with aws-lc-rs, one key, a struct of 18 claims", jsonwebtoken),
            way("azure_jwt with ring, its own struct of 21 claims", azure_jwt),
            way("jwt-simple in Rust alone, one key, a struct of 18 claims", jwt_simple),
        ],
        &[1.35, 0.95, 0.9, 0.2],
    )?;

    let mut out = io::stdout().lock();
    writeln!(out, "verify it with a key")?;
    report(&mut out, in_turns(from_store, from_set), "a set, if out of a store", 1.01)?;
    report(&mut out, in_turns(from_many, from_set), "8 keys, if out of 1000", 1.01)?;
    writeln!(out, "verify it while another thread does, with keys out of the same store")?;
    if thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) {
        report(&mut out, beside_another(&from_store), "verifying it alone", 1.15)?;
        // If this is over its limit, the machine has less than two free cores.
        report(&mut out, beside_another(&raw), "checking the signature alone, likewise", 1.15)?;
    } else {
        writeln!(out, "  not measured: this machine has one core")?;
    }
    Ok(())
}

fn read(keys: &[Value]) -> KeySet {
    KeySet::from_jwks(document(keys)).unwrap()
}

fn fill(tenant: &Tenant, keys: &[Value], now: SystemTime) -> KeyStore {
    let store = KeyStore::new(MetadataUri::entra(Cloud::Public, tenant));
    let mut refresh = store.begin_refresh(now).unwrap();
    refresh.metadata(include_bytes!("../../tests/data/entra.metadata.json")).unwrap();
    refresh.finish(document(keys).as_bytes()).unwrap();
    store
}

/// Returns the time of a call of `one` as a ratio to a call of `other`. It takes the median of the
/// differences between adjacent calls, because the difference of two medians is too noisy.
fn in_turns<T>(one: impl Fn() -> T, other: impl Fn() -> T) -> f64 {
    const PAIRS: usize = 20_000;
    let (mut differences, mut times) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        // Take turns at coming first.
        let (one, other) = if pair % 2 == 0 {
            let one = seconds(&one);
            (one, seconds(&other))
        } else {
            let other = seconds(&other);
            (seconds(&one), other)
        };
        differences.push(one - other);
        times.push(other);
    }
    1.0 + median(differences) / median(times)
}

fn seconds<T>(run: impl Fn() -> T) -> f64 {
    let start = Instant::now();
    drop(black_box(run()));
    start.elapsed().as_secs_f64()
}

/// Returns the time of a call while another thread makes the same calls, as a ratio to its time alone.
fn beside_another<T>(run: &(impl Fn() -> T + Sync)) -> f64 {
    const ROUNDS: usize = 60;
    const CALLS: usize = 100;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.extend((0..CALLS).map(|_| seconds(run)));
        let (has_begun, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    drop(black_box(run()));
                    has_begun.store(true, Relaxed);
                }
            });
            while !has_begun.load(Relaxed) {
                thread::yield_now();
            }
            beside.extend((0..CALLS).map(|_| seconds(run)));
            is_over.store(true, Relaxed);
        });
    }
    median(beside) / median(alone)
}
