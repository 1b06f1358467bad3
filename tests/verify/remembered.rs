//! Remembered verifications: the answer is always that of a verifier without a memory. A hit is seen by its
//! allocations, because it makes none.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use allocation_counter::measure;
use easyauth::{
    AccessToken, UnverifiedToken,
    resource::Cloud,
    verify::{
        BearerAuth, KEY_LIFETIME, KeySet, KeySource, KeyStore, Keys, MAX_REMEMBERED, MetadataUri,
        Tenant, VerifiedToken, Verifier, VerifyError, VerifyErrorKind,
    },
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::*;

/// The signed form of this draft with another ID.
fn numbered(draft: &Draft, number: usize) -> AccessToken {
    AccessToken::new(draft.clone().with("uti", format!("token-{number}")).sign())
}

fn token() -> AccessToken {
    numbered(&Draft::access(), 0)
}

/// A key set with this key under the ID that all tokens name.
fn keys_of(key: &aws_lc_rs::signature::RsaKeyPair) -> KeySet {
    key_set(rsa_jwk(key), json!({"kid": "organizations-key"}))
}

/// Everything that a caller learns from an answer.
fn told(answer: Result<VerifiedToken, VerifyError>) -> Result<String, (VerifyErrorKind, String)> {
    answer
        .map(|token| format!("{token:?} {:?}", token.claim("uti")))
        .map_err(|error| (error.kind(), error.to_string()))
}

/// Verifies with the memory and without. Returns what both answer.
#[track_caller]
fn same(
    verifier: &Verifier,
    token: &AccessToken,
    keys: &impl KeySource,
    now: SystemTime,
) -> Result<String, (VerifyErrorKind, String)> {
    let without = told(verifier.clone().remember(0).verify(token, keys, now));
    let with = told(verifier.verify(token, keys, now));
    assert_eq!(with, without);
    with
}

/// Whether the token was remembered when this verified it again.
#[track_caller]
fn is_hit(verifier: &Verifier, token: &AccessToken) -> bool {
    let (keys, now) = (&*KEYS, at(NOW));
    measure(|| drop(verifier.verify(token, keys, now).unwrap())).count_total == 0
}

#[test]
fn a_hit_takes_no_signature_check_and_no_allocation() {
    let (off, on, token) = (verifier(), verifier().remember(1), token());
    for verifier in [&off, &off.clone().remember(0), &on] {
        assert!(!is_hit(verifier, &token));
    }
    assert!(
        is_hit(&on, &token) && !is_hit(&off, &token) && !is_hit(&off.clone().remember(0), &token)
    );
    assert!(is_hit(&on.clone(), &token), "clones share the memory");
    let (first, second) = (on.verify(&token, &*KEYS, at(NOW)), off.verify(&token, &*KEYS, at(NOW)));
    assert_eq!(told(first), told(second));
}

/// A remembered token meets this rule at each call, like a token that is new.
#[track_caller]
fn check(keys: &impl KeySource, now: u64, expected: Result<(), VerifyErrorKind>) {
    let (verifier, token) = (verifier().remember(4), token());
    same(&verifier, &token, &*KEYS, at(NOW)).unwrap();
    assert!(is_hit(&verifier, &token));
    let answer = same(&verifier, &token, keys, at(now));
    assert_eq!(answer.map(drop).map_err(|(kind, _)| kind), expected);
}

#[test]
fn times_apply_to_a_remembered_token() {
    check(&*KEYS, EXPIRES + 299, Ok(()));
    check(&*KEYS, EXPIRES + 300, Err(VerifyErrorKind::Expired));
    // The clock was set back.
    check(&*KEYS, ISSUED - 300, Ok(()));
    check(&*KEYS, ISSUED - 301, Err(VerifyErrorKind::NotYetValid));
    check(&*KEYS, 0, Err(VerifyErrorKind::NotYetValid));
}

#[test]
fn keys_apply_to_a_remembered_token() {
    let own = |members| key_set(rsa_jwk(&KEY), members);
    // Another document with the same key.
    check(&KeySet::from_jwks(JWKS).unwrap(), NOW, Ok(()));
    check(&own(json!({"kid": "organizations-key"})), NOW, Ok(()));
    // The key was withdrawn, or another key has its ID now.
    check(&own(json!({"kid": "other"})), NOW, Err(VerifyErrorKind::UnknownKey));
    check(&keys_of(&FOREIGN_KEY), NOW, Err(VerifyErrorKind::InvalidSignature));
    // The document restricts the same key now.
    let restricted =
        |name: &str, value: &str| own(json!({"kid": "organizations-key", name: value}));
    check(&restricted("alg", "RS512"), NOW, Err(VerifyErrorKind::WrongKeyAlgorithm));
    let other = format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0");
    check(&restricted("issuer", &other), NOW, Err(VerifyErrorKind::WrongKeyIssuer));
    let cloud = restricted("cloud_instance_name", "microsoftonline.us");
    check(&cloud, NOW, Err(VerifyErrorKind::WrongKeyCloud));
    // No keys at all: the caller may try again.
    let none = KeySet::from_jwks(r#"{"keys":[]}"#).unwrap();
    check(&none, NOW, Err(VerifyErrorKind::KeysUnavailable));
    // A key that a store has not seen for a day.
    let long_lived = numbered(&Draft::access().with("exp", NOW + 10 * 86_400), 1);
    let (verifier, store) = (verifier().remember(4), filled_store(JWKS, at(NOW)));
    let end = at(NOW) + KEY_LIFETIME;
    for (now, kind) in [
        (at(NOW), None),
        (end - Duration::from_secs(1), None),
        (end, Some(VerifyErrorKind::KeysUnavailable)),
    ] {
        let answer = same(&verifier, &long_lived, &store, now);
        assert_eq!(answer.err().map(|(kind, _)| kind), kind, "{now:?}");
    }
}

fn filled_store(jwks: &[u8], now: SystemTime) -> KeyStore {
    let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &Tenant::single(TENANT).unwrap()));
    let mut refresh = store.begin_refresh(now).unwrap();
    refresh.metadata(METADATA).unwrap();
    refresh.finish(jwks).unwrap();
    store
}

#[test]
fn all_tokens_are_forgotten_when_a_key_changes() {
    let verifier = verifier().remember(4);
    let tokens = [0, 1].map(|number| numbered(&Draft::access(), number));
    let remember = || {
        for token in &tokens {
            verifier.verify(token, &*KEYS, at(NOW)).unwrap();
            assert!(is_hit(&verifier, token));
        }
    };
    for keys in [keys_of(&FOREIGN_KEY), key_set(rsa_jwk(&KEY), json!({"kid": "other"}))] {
        remember();
        verifier.verify(&tokens[0], &keys, at(NOW)).unwrap_err();
        assert!(!is_hit(&verifier, &tokens[1]));
    }
    // A newer document with the same key changes nothing.
    remember();
    verifier.verify(&tokens[0], &KeySet::from_jwks(JWKS).unwrap(), at(NOW)).unwrap();
    assert!(is_hit(&verifier, &tokens[1]));
}

/// With a memory, guesses would otherwise be compared with a genuine token.
#[test]
fn every_byte_is_compared() {
    let (verifier, token) = (verifier().remember(1), token());
    verifier.verify(&token, &*KEYS, at(NOW)).unwrap();
    let text = token.expose_secret();
    let mut forged: Vec<String> = (0..text.len())
        .map(|position| {
            let other = if &text[position..=position] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &text[..position], &text[position + 1..])
        })
        .collect();
    // The same bit in two bytes: the two differences must not cancel each other.
    forged.extend((1..text.len()).map(|position| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[position - 1] ^= 1;
        bytes[position] ^= 1;
        String::from_utf8(bytes).unwrap()
    }));
    let last_32 = &text[text.len() - 32..];
    forged.extend([format!("A{text}"), text[1..].to_owned(), last_32.to_owned(), String::new()]);
    forged.extend([format!("{text}A"), text[..text.len() - 1].to_owned()]);
    for forged in forged {
        let forged = AccessToken::new(forged);
        same(&verifier, &forged, &*KEYS, at(NOW)).unwrap_err();
    }
    assert!(is_hit(&verifier, &token));
}

/// Tokens that break a rule, by what makes them break it.
#[test]
fn rejected_tokens_are_not_remembered() {
    let access = Draft::access;
    for (draft, kind) in [
        (access().with("aud", "api://other"), VerifyErrorKind::WrongAudience),
        (access().with("tid", OTHER_TENANT), VerifyErrorKind::WrongIssuer),
        (access().with("exp", ISSUED + 1), VerifyErrorKind::Expired),
        (access().with("cnf", json!({"jkt": "x"})), VerifyErrorKind::BoundToKey),
        (access().without("scp"), VerifyErrorKind::NoPermissions),
        (access().without("azp"), VerifyErrorKind::IdToken),
    ] {
        let verifier = verifier().remember(1);
        let genuine = token();
        verifier.verify(&genuine, &*KEYS, at(NOW)).unwrap();
        let rejected = AccessToken::new(draft.sign());
        for _ in 0..2 {
            let (actual, _) = same(&verifier, &rejected, &*KEYS, at(NOW)).unwrap_err();
            assert_eq!(actual, kind);
        }
        assert!(is_hit(&verifier, &genuine), "{kind:?} replaced an accepted token");
    }
}

/// A token that is rejected at first is remembered only when it was accepted.
#[test]
fn a_token_that_becomes_valid_is_checked_in_full_once() {
    let (verifier, token) = (verifier().remember(1), token());
    let (kind, _) = same(&verifier, &token, &*KEYS, at(ISSUED - 301)).unwrap_err();
    assert_eq!(kind, VerifyErrorKind::NotYetValid);
    assert!(!is_hit(&verifier, &token));
    assert!(is_hit(&verifier, &token));
}

#[test]
fn the_oldest_token_is_forgotten() {
    let tokens: Vec<AccessToken> =
        (0..5).map(|number| numbered(&Draft::access(), number)).collect();
    let verifier = verifier().remember(3);
    for token in &tokens {
        assert!(!is_hit(&verifier, token));
    }
    // A hit does not make a token younger.
    assert!(tokens[2..].iter().all(|token| is_hit(&verifier, token)));
    assert!(!is_hit(&verifier, &tokens[0]));
    assert!(!is_hit(&verifier, &tokens[2]));
    assert!(is_hit(&verifier, &tokens[4]));
}

/// Any number of callers takes the memory of so many tokens.
#[test]
fn memory_is_bounded() {
    let tokens: Vec<AccessToken> =
        (0..60).map(|number| numbered(&Draft::access(), number)).collect();
    let kept = |verifier: &Verifier, tokens: &[AccessToken]| {
        let all = || {
            for token in tokens {
                drop(verifier.verify(token, &*KEYS, at(NOW)).unwrap());
            }
        };
        measure(all).bytes_current
    };
    let (few, many) = (verifier().remember(4), verifier().remember(4));
    let (few, many) = (kept(&few, &tokens[..8]), kept(&many, &tokens));
    assert!(few > 0 && many <= few + 256, "{few} {many}");
    // The documentation says three times the length of a token.
    let length = i64::try_from(tokens[0].len()).unwrap();
    let per_token = few / 4;
    assert!((length..=8 * length).contains(&per_token), "{per_token} for {length}");
    // A large limit allocates nothing in advance.
    let whole = verifier().remember(usize::MAX);
    assert!(format!("{whole:?}").contains(&format!("Remembered({MAX_REMEMBERED})")), "{whole:?}");
    assert!(measure(|| drop(verifier().remember(usize::MAX))).bytes_max < 16 * 1024);
}

#[test]
fn debug_shows_no_token() {
    let (verifier, token) = (verifier().remember(2), token());
    verifier.verify(&token, &*KEYS, at(NOW)).unwrap();
    let auth = BearerAuth::new(verifier.clone(), Keys::fixed(KEYS.clone()));
    let shown = format!("{verifier:?} {verifier:#?} {auth:?}");
    for segment in token.expose_secret().split('.') {
        assert!(!shown.contains(segment), "{shown}");
    }
    assert!(!shown.contains("token-0") && !shown.contains(USER), "{shown}");
}

/// Each verifier decides about its own tokens, although the token is looked up before it is decoded.
#[test]
fn several_verifiers_decide_as_without_a_memory() {
    let other = || {
        let builder = Verifier::builder(Tenant::single(OTHER_TENANT).unwrap());
        builder.audience(API).build().unwrap()
    };
    let keys = || Keys::fixed(KEYS.clone());
    let service = || BearerAuth::new(verifier(), keys()).or(other(), keys()).with_clock(|| at(NOW));
    let (without, with) = (service(), service().remember(4));
    let issuer = format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0");
    let of_other = Draft::access().with("tid", OTHER_TENANT).with("iss", issuer);
    let tokens = [
        token(),
        AccessToken::new(of_other.sign()),
        AccessToken::new(Draft::access().with("aud", "api://other").sign()),
    ];
    for _ in 0..3 {
        for token in &tokens {
            let answers = [&without, &with].map(|auth| told(now_or_never(auth.verify(token))));
            assert_eq!(answers[0], answers[1]);
        }
    }
    let count = |auth: &BearerAuth, token: &AccessToken| {
        measure(|| drop(now_or_never(auth.verify(token)).unwrap())).count_total
    };
    assert_eq!(count(&with, &tokens[0]), 0);
    // That the first verifier does not want the second token is an error, which allocates.
    let counts = [&with, &without].map(|auth| count(auth, &tokens[1]));
    assert!(counts[0] < counts[1] / 2, "{counts:?}");
}

fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// One of the policies verifies one of the tokens, by a clone or not.
    Verify { policy: usize, token: usize, by_clone: bool },
    /// The service gets another key set.
    Keys(usize),
    /// The clock steps, ahead or back.
    Clock(i64),
    /// The store fetches this document, if it is due.
    Refresh(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..POLICIES, 0..6_usize, any::<bool>())
            .prop_map(|(policy, token, by_clone)| Step::Verify { policy, token, by_clone }),
        3 => (0..5_usize).prop_map(Step::Keys),
        2 => prop_oneof![-400..400_i64, -5000..5000_i64, -100_000..100_000_i64]
            .prop_map(Step::Clock),
        1 => (0..3_usize).prop_map(Step::Refresh),
    ]
}

const POLICIES: usize = 3;

/// What takes long to make.
struct Parts {
    tokens: Vec<AccessToken>,
    documents: [Vec<u8>; 3],
    sets: [KeySet; 4],
}

static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let access = Draft::access();
    let text = token().expose_secret().to_owned();
    let forged = AccessToken::new(text.replacen("ey", "eY", 1));
    let mut tokens: Vec<AccessToken> = (0..3).map(|number| numbered(&access, number)).collect();
    tokens.push(numbered(&access.clone().with("exp", NOW + 300_000), 3));
    tokens.push(numbered(&access.clone().with("aud", "api://other"), 4));
    tokens.push(forged);
    let own = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
    let restricted = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "alg": "RS384"}));
    let mut foreign = rsa_jwk(&FOREIGN_KEY);
    foreign.insert("kid".to_owned(), "organizations-key".into());
    let documents = [
        JWKS.to_vec(),
        json!({"keys": [foreign]}).to_string().into_bytes(),
        br#"{"keys":[]}"#.to_vec(),
    ];
    let sets = [KEYS.clone(), own, keys_of(&FOREIGN_KEY), restricted];
    Parts { tokens, documents, sets }
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Memories of one, two and many tokens, for policies that differ.
    #[test]
    fn the_answer_never_depends_on_the_memory(
        steps in prop::collection::vec(step(), 1..60),
        capacity in prop_oneof![Just(1_usize), Just(2), Just(100)],
    ) {
        let entra = || Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API);
        let policies: [Verifier; POLICIES] = [
            entra().build().unwrap(),
            entra().audience("api://other").clock_skew(Duration::ZERO).build().unwrap(),
            entra().client(APP).build().unwrap(),
        ];
        let remembering = policies.clone().map(|verifier| verifier.remember(capacity));
        let store = filled_store(JWKS, at(NOW));
        let (mut keys, mut seconds) = (0_usize, i64::try_from(NOW).unwrap());
        for step in steps {
            let now = at(u64::try_from(seconds).unwrap());
            match step {
                Step::Verify { policy, token, by_clone } => {
                    let token = &PARTS.tokens[token];
                    let with = if by_clone { &remembering[policy].clone() } else { &remembering[policy] };
                    let answers = [with, &policies[policy]].map(|verifier| {
                        told(match PARTS.sets.get(keys) {
                            Some(set) => verifier.verify(token, set, now),
                            None => verifier.verify(token, &store, now),
                        })
                    });
                    prop_assert_eq!(&answers[0], &answers[1]);
                    if let Ok(accepted) = &answers[0] {
                        let claims = UnverifiedToken::decode(token.expose_secret()).unwrap();
                        let id = format!("{:?}", claims.claim("uti"));
                        prop_assert!(accepted.ends_with(&id));
                    }
                }
                Step::Keys(other) => keys = other,
                Step::Clock(by) => seconds = (seconds + by).max(0),
                Step::Refresh(document) => {
                    if let Some(mut refresh) = store.begin_refresh(now) {
                        refresh.metadata(METADATA).unwrap();
                        refresh.finish(&PARTS.documents[document]).ok();
                    }
                }
            }
        }
    }
}

/// The benchmark of instructions verifies this text. To sign it takes a different number of them each time.
#[test]
fn the_signed_token_is_the_draft() {
    assert_eq!(Draft::access_v1().sign(), SIGNED);
}
