//! Verifies an access token of 2 KB with one of 8 keys, compared with the signature check alone and with
//! peers; then with more keys, from a store, and on two threads.
//!
//! `cargo bench -p easyauth-benches --bench verify`
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    hint::black_box,
    io::{self, Write as _},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::{self, SystemRandom},
    rsa::KeySize,
    signature::{
        KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use azure_jwt::{AzureAuth, Jwk};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{
    AccessToken,
    resource::{Cloud, GRAPH},
    verify::{KeySet, KeyStore, MAX_KEYS, MetadataUri, Tenant, Verifier},
};
use easyauth_benches::{compare, median, report, way};
use jsonwebtoken::{DecodingKey, Validation, decode};
use jwt_simple::{
    algorithms::{RS256PublicKey, RSAPublicKeyLike as _},
    common::VerificationOptions,
};
use serde::Deserialize;
use serde_json::{Value, json};

const TENANT: &str = "00000002-0000-4000-8000-000000000002";
const ISSUER: &str = "https://sts.windows.net/00000002-0000-4000-8000-000000000002/";
const USER: &str = "00000003-0000-4000-8000-000000000003";
const API: &str = "00000006-0000-4000-8000-000000000006";

/// About as many keys as Entra publishes.
const USUAL_KEYS: usize = 8;

/// The claims that a service usually reads. `jwt-simple` keeps the registered claims for itself, so they
/// are optional here.
#[derive(Deserialize)]
#[allow(dead_code, reason = "peers pay for reading them")]
struct Typed {
    aud: Option<String>,
    iss: Option<String>,
    exp: Option<u64>,
    nbf: Option<u64>,
    iat: Option<u64>,
    appid: Option<String>,
    azp: Option<String>,
    idtyp: Option<String>,
    name: Option<String>,
    oid: String,
    scp: Option<String>,
    sub: Option<String>,
    tid: String,
    upn: Option<String>,
    ver: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    wids: Vec<String>,
}

fn main() -> io::Result<()> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let now = SystemTime::now();
    let id = random_id();
    let token = sign(&key, &id, now);

    let keys = key_list(&public, &id, USUAL_KEYS);
    let key_set = read(&keys);
    let many_keys = read(&key_list(&public, &id, MAX_KEYS));
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

    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key()).unwrap();
    let raw = || parsed.verify_sig(message.as_bytes(), &signature).unwrap();
    raw();

    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap();
    let decoding_key = DecodingKey::from_rsa_raw_components(&public.n, &public.e);
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

    let simple_key = RS256PublicKey::from_components(&public.n, &public.e).unwrap();
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
            way("the signature check alone, by aws-lc-rs with a parsed key", raw),
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

/// A key ID as Entra makes them: a SHA-1 thumbprint.
fn random_id() -> String {
    let mut thumbprint = [0; 20];
    rand::fill(&mut thumbprint).unwrap();
    BASE64_URL_SAFE_NO_PAD.encode(thumbprint)
}

/// Signs a user's token for [`API`], valid now: the peers read the clock of the machine.
fn sign(key: &RsaKeyPair, id: &str, now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let header = json!({"typ": "JWT", "alg": "RS256", "x5t": id, "kid": id}).to_string();
    let payload = include_str!("../../tests/data/graph-token-payload.json")
        .replace(GRAPH.app_id().unwrap(), API)
        .replace("1773324272", &seconds.saturating_sub(600).to_string())
        .replace("1773329845", &seconds.saturating_add(5400).to_string());
    let segment = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let message = format!("{}.{}", segment(&header), segment(&payload));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// The keys of a key set like Entra's: this key, and others with random moduli of the right length.
fn key_list(public: &RsaPublicKeyComponents<Vec<u8>>, id: &str, count: usize) -> Vec<Value> {
    let jwk = |id: &str, modulus: &[u8]| {
        json!({
            "kty": "RSA", "use": "sig", "kid": id, "x5t": id,
            "n": BASE64_URL_SAFE_NO_PAD.encode(modulus),
            "e": BASE64_URL_SAFE_NO_PAD.encode(&public.e),
            "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
            "cloud_instance_name": "microsoftonline.com",
        })
    };
    let mut keys: Vec<Value> = std::iter::repeat_with(|| {
        let mut modulus = [0; 256];
        rand::fill(&mut modulus).unwrap();
        *modulus.first_mut().unwrap() |= 0x80;
        *modulus.last_mut().unwrap() |= 1;
        jwk(&random_id(), &modulus)
    })
    .take(count.saturating_sub(1))
    .collect();
    keys.insert(keys.len() / 2, jwk(id, &public.n));
    keys
}

fn read(keys: &[Value]) -> KeySet {
    KeySet::from_jwks(document(keys)).unwrap()
}

fn document(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
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
