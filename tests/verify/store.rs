//! The key store: what it keeps, and when it fetches. Who waits is in `fetching.rs`.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use easyauth::{
    AccessToken, IdToken, TransportError,
    verify::{
        FIRST_BACKOFF, KEY_LIFETIME, KeyStore, Keys, MAX_KEYS, REFRESH_INTERVAL, REFRESH_LEASE,
        RefreshError, UNKNOWN_KEY_INTERVAL, VerifyErrorKind,
    },
};
use serde_json::json;

use crate::{
    source::{METADATA, Mode, Source, document, long_lived, store},
    support::*,
};

const ENTRA: &[u8] = include_bytes!("../data/entra.jwks.json");

/// Refreshes by hand, with this key set.
#[track_caller]
fn refresh(store: &KeyStore, keys: &[u8], now: SystemTime) -> Result<(), RefreshError> {
    let mut refresh = store.begin_refresh(now).expect("due");
    assert_eq!(refresh.metadata_uri(), store.metadata_uri());
    let uri = refresh.metadata(METADATA)?;
    assert_eq!(uri, "https://login.microsoftonline.com/common/discovery/v2.0/keys");
    refresh.finish(keys)
}

fn token(kid: &str) -> AccessToken {
    AccessToken::new(long_lived().with_header("kid", kid).sign())
}

/// What becomes of a token signed by the key with this id.
fn verify(store: &KeyStore, kid: &str, now: SystemTime) -> Result<(), VerifyErrorKind> {
    verifier().verify(&token(kid), store, now).map(drop).map_err(|error| error.kind())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const START: u64 = NOW;

#[test]
fn a_new_store_knows_nothing() {
    let store = store();
    let now = at(START);
    assert_eq!((store.len(now), store.is_empty(now)), (0, true));
    assert!(store.last_success().is_none() && store.last_error().is_none());
    assert!(store.metadata().is_none());
    assert_eq!(verify(&store, "a", now), Err(VerifyErrorKind::KeysUnavailable));
    assert_eq!(
        format!("{store:?}"),
        "KeyStore { uri: MetadataUri(https://login.microsoftonline.com/common/v2.0/.well-known/\
         openid-configuration), keys: 0, .. }"
    );
    refresh(&store, ENTRA, now).unwrap();
    assert_eq!((store.len(now), store.is_empty(now)), (3, false));
    assert_eq!(store.last_success(), Some(now));
    assert_eq!(store.metadata().unwrap().cloud_instance_name(), Some("microsoftonline.com"));
    assert_eq!(verify(&store, "organizations-key", now), Ok(()));
    assert_eq!(verify(&store, "a", now), Err(VerifyErrorKind::UnknownKey));
}

/// Entra's document drops live keys and brings them back.
#[test]
fn keys_live_a_day_since_they_were_last_seen() {
    let store = store();
    let start = at(START);
    refresh(&store, &document(&["a", "b"]), start).unwrap();
    let hour = start + REFRESH_INTERVAL;
    refresh(&store, &document(&["b", "c"]), hour).unwrap();
    let almost = start + KEY_LIFETIME - seconds(1);
    for kid in ["a", "b", "c"] {
        assert_eq!(verify(&store, kid, almost), Ok(()));
    }
    assert_eq!(store.len(almost), 3);
    let day = start + KEY_LIFETIME;
    assert_eq!(verify(&store, "a", day), Err(VerifyErrorKind::UnknownKey));
    assert_eq!(verify(&store, "b", day), Ok(()));
    assert_eq!(store.len(day), 2);
    let later = hour + KEY_LIFETIME;
    assert_eq!(verify(&store, "b", later), Err(VerifyErrorKind::KeysUnavailable));
    assert_eq!((store.len(later), store.is_empty(later)), (0, true));
    // What came back lives on, and what is long gone is let go.
    refresh(&store, &document(&["a"]), later).unwrap();
    assert_eq!(verify(&store, "a", later), Ok(()));
    assert_eq!(verify(&store, "b", later), Err(VerifyErrorKind::UnknownKey));
    assert!(format!("{store:?}").contains("keys: 1"));
}

/// The document decides which key an id is.
#[test]
fn an_id_with_another_key() {
    let store = store();
    refresh(&store, &document(&["a"]), at(START)).unwrap();
    let mut other = rsa_jwk(&FOREIGN_KEY);
    other.insert("kid".to_owned(), json!("a"));
    let now = at(START) + REFRESH_INTERVAL;
    refresh(&store, json!({"keys": [other]}).to_string().as_bytes(), now).unwrap();
    assert_eq!(verify(&store, "a", now), Err(VerifyErrorKind::InvalidSignature));
}

#[test]
fn the_oldest_keys_make_room() {
    let store = store();
    let start = at(START);
    let ids: Vec<String> = (0..MAX_KEYS).map(|number| number.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    refresh(&store, &document(&ids[..2]), start).unwrap();
    let hour = start + REFRESH_INTERVAL;
    refresh(&store, &document(&ids[2..]), hour).unwrap();
    assert_eq!(store.len(hour), MAX_KEYS);
    let later = hour + REFRESH_INTERVAL;
    refresh(&store, &document(&["a"]), later).unwrap();
    assert_eq!(store.len(later), MAX_KEYS);
    assert_eq!(verify(&store, "a", later), Ok(()));
    let gone = |id| verify(&store, id, later) == Err(VerifyErrorKind::UnknownKey);
    assert_eq!([gone("0"), gone("1"), gone("2")], [true, false, false]);
}

/// A key that was withdrawn lives a day since it was last seen, whenever and however far the clock is set
/// back, and the last success keeps its age.
#[test]
fn a_clock_that_is_set_back_extends_no_key() {
    let hours = |hours: u64| seconds(3600 * hours);
    for (age, back) in [(0, 1), (1, 1), (12, 6), (20, 20), (22, 1), (12, 48), (22, 30 * 24)] {
        let store = store();
        let mut now = at(START);
        refresh(&store, &document(&["old", "new"]), now).unwrap();
        for _ in 0..age {
            now += REFRESH_INTERVAL;
            refresh(&store, &document(&["new"]), now).unwrap();
        }
        now += REFRESH_INTERVAL / 2;
        assert!(store.begin_refresh(now).is_none());
        now -= hours(back);
        assert!(store.begin_refresh(now).is_none(), "{age} {back}");
        assert_eq!(store.last_success(), Some(now - REFRESH_INTERVAL / 2), "{age} {back}");
        now += REFRESH_INTERVAL / 2;
        for _ in age + 1..24 {
            refresh(&store, &document(&["new"]), now).unwrap();
            now += REFRESH_INTERVAL;
        }
        assert_eq!(verify(&store, "old", now - seconds(1)), Ok(()), "{age} {back}");
        assert_eq!(verify(&store, "old", now), Err(VerifyErrorKind::UnknownKey), "{age} {back}");
    }
}

/// The clock is set back while the documents are fetched: the keys are as old as the fetch.
#[test]
fn a_clock_that_is_set_back_during_a_fetch() {
    let store = store();
    let mut refresh = store.begin_refresh(at(START)).unwrap();
    assert!(store.begin_refresh(at(START) + seconds(50)).is_none());
    let now = at(START) - KEY_LIFETIME;
    assert!(store.begin_refresh(now).is_none());
    refresh.metadata(METADATA).unwrap();
    refresh.finish(&document(&["old"])).unwrap();
    assert_eq!(store.last_success(), Some(now - seconds(50)));
    let end = now + KEY_LIFETIME - seconds(50);
    assert_eq!(verify(&store, "old", end - seconds(1)), Ok(()));
    assert_eq!(verify(&store, "old", end), Err(VerifyErrorKind::KeysUnavailable));
}

/// Due every hour; for an unknown key five minutes after the last one, and after the last success.
#[test]
fn when_to_fetch() {
    let store = store();
    let start = at(START);
    refresh(&store, ENTRA, start).unwrap();
    let is_due = |after: Duration| store.begin_refresh(start + after);
    assert!(is_due(Duration::ZERO).is_none());
    let for_unknown = |after: Duration| store.begin_refresh_for_unknown_key(start + after);
    assert!(for_unknown(UNKNOWN_KEY_INTERVAL - seconds(1)).is_none());
    let mut attempt = for_unknown(UNKNOWN_KEY_INTERVAL).unwrap();
    assert_eq!(
        format!("{attempt:?}"),
        format!("Refresh {{ uri: {:?}, .. }}", store.metadata_uri())
    );
    attempt.metadata(METADATA).unwrap();
    attempt.finish(ENTRA).unwrap();
    assert!(for_unknown(2 * UNKNOWN_KEY_INTERVAL - seconds(1)).is_none());
    // That one did not count for the hour.
    assert!(is_due(REFRESH_INTERVAL - seconds(1)).is_none());
    let mut attempt = is_due(REFRESH_INTERVAL).unwrap();
    attempt.metadata(METADATA).unwrap();
    attempt.finish(ENTRA).unwrap();
    let after = REFRESH_INTERVAL + UNKNOWN_KEY_INTERVAL;
    assert!(for_unknown(after - seconds(1)).is_none());
    // Abandoned: the background makes up for it at once, and unknown keys wait.
    drop(for_unknown(after).unwrap());
    drop(is_due(after).unwrap());
    drop(is_due(after).unwrap());
    assert!(store.last_error().is_none());
    assert!(for_unknown(after + UNKNOWN_KEY_INTERVAL - seconds(1)).is_none());
    let mut attempt = for_unknown(after + UNKNOWN_KEY_INTERVAL).unwrap();
    attempt.metadata(METADATA).unwrap();
    attempt.finish(ENTRA).unwrap();
    assert!(is_due(2 * REFRESH_INTERVAL - seconds(1)).is_none());
    assert!(is_due(2 * REFRESH_INTERVAL).is_some());
}

/// For an unknown key after a failure: the backoff alone decides, and it does not count for the hourly refresh.
#[test]
fn failures_for_unknown_keys_back_off() {
    let store = store();
    refresh(&store, ENTRA, at(START)).unwrap();
    let mut now = at(START) + UNKNOWN_KEY_INTERVAL;
    for wait in [5, 10, 20, 40] {
        let attempt = store.begin_refresh_for_unknown_key(now).unwrap();
        attempt.fail(TransportError::new("no route"));
        assert!(store.begin_refresh_for_unknown_key(now + seconds(wait - 1)).is_none());
        now += seconds(wait);
    }
    // Abandoned: neither a failure nor a success.
    drop(store.begin_refresh_for_unknown_key(now).unwrap());
    let interval = UNKNOWN_KEY_INTERVAL - seconds(1);
    assert!(store.begin_refresh_for_unknown_key(now + interval).is_none());
    assert!(store.begin_refresh(now).is_some());
}

/// One at a time; one that takes too long no longer counts, and may still deliver.
#[test]
fn single_flight() {
    let store = store();
    let start = at(START);
    let mut slow = store.begin_refresh(start).unwrap();
    slow.metadata(METADATA).unwrap();
    for after in [Duration::ZERO, REFRESH_LEASE - seconds(1)] {
        assert!(store.begin_refresh(start + after).is_none());
        assert!(store.begin_refresh_for_unknown_key(start + after).is_none());
        // Clocks of threads differ a little.
        assert!(store.begin_refresh(start - after).is_none());
    }
    let mut second = store.begin_refresh(start + REFRESH_LEASE).unwrap();
    second.metadata(METADATA).unwrap();
    slow.finish(&document(&["slow"])).unwrap();
    // The second is still at it.
    assert!(store.begin_refresh(start + 2 * REFRESH_LEASE - seconds(1)).is_none());
    second.finish(&document(&["second"])).unwrap();
    let now = start + REFRESH_LEASE;
    assert_eq!((verify(&store, "slow", now), verify(&store, "second", now)), (Ok(()), Ok(())));
}

/// A refresh that was replaced delivers late. What became of the one that began after it counts.
#[test]
fn a_late_delivery_does_not_hide_a_later_failure() {
    let store = store();
    let start = at(START);
    let mut late = store.begin_refresh(start).unwrap();
    late.metadata(METADATA).unwrap();
    let failing = store.begin_refresh(start + REFRESH_LEASE).unwrap();
    failing.fail(TransportError::new("no route"));
    let now = start + REFRESH_LEASE + seconds(1);
    assert_eq!(verify(&store, "new", now), Err(VerifyErrorKind::KeysUnavailable));
    late.finish(&document(&["old"])).unwrap();
    assert_eq!(store.last_success(), Some(start));
    assert_eq!(verify(&store, "old", now), Ok(()));
    assert_eq!(verify(&store, "new", now), Err(VerifyErrorKind::KeysUnavailable));
    assert_eq!(store.last_error().unwrap().to_string(), "the keys could not be fetched");
    // The backoff of the failure goes on, and then the refresh is due.
    let due = start + REFRESH_LEASE + FIRST_BACKOFF;
    assert!(store.begin_refresh(due - seconds(1)).is_none());
    refresh(&store, &document(&["new"]), due).unwrap();
    assert!(store.last_error().is_none());
    assert_eq!(verify(&store, "new", due), Ok(()));
    assert_eq!(verify(&store, "newer", due), Err(VerifyErrorKind::UnknownKey));
}

/// After a failure: 5 seconds, 10, 20, up to 5 minutes. What is known stays.
#[test]
fn failures_back_off() {
    let store = store();
    let mut now = at(START);
    refresh(&store, ENTRA, now).unwrap();
    now += REFRESH_INTERVAL;
    for wait in [5, 10, 20, 40, 80, 160, 300, 300, 300] {
        let attempt = store.begin_refresh(now).unwrap();
        attempt.fail(TransportError::new("no route"));
        let error = store.last_error().unwrap();
        assert_eq!(error.to_string(), "the keys could not be fetched");
        assert_eq!(std::error::Error::source(&*error).unwrap().to_string(), "no route");
        assert!(store.begin_refresh(now + seconds(wait - 1)).is_none());
        now += seconds(wait);
    }
    assert_eq!(verify(&store, "organizations-key", now), Ok(()));
    refresh(&store, ENTRA, now).unwrap();
    assert!(store.last_error().is_none());
    now += REFRESH_INTERVAL;
    store.begin_refresh(now).unwrap().fail(TransportError::new("no route"));
    assert!(store.begin_refresh(now + FIRST_BACKOFF - seconds(1)).is_none());
    assert!(store.begin_refresh(now + FIRST_BACKOFF).is_some());
}

/// Whatever a document is, the keys that are known stay.
#[test]
fn documents_that_cannot_be_used() {
    let store = store();
    let start = at(START);
    refresh(&store, ENTRA, start).unwrap();
    let mut now = start;
    let mut check = |metadata: &[u8], keys: &[u8], text: &str, source: Option<&str>| {
        now += REFRESH_INTERVAL;
        let mut attempt = store.begin_refresh(now).unwrap();
        let error = match attempt.metadata(metadata) {
            Ok(_) => attempt.finish(keys).unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.to_string(), text);
        let of = |error: &RefreshError| std::error::Error::source(error).map(ToString::to_string);
        assert_eq!(of(&error).as_deref(), source);
        assert_eq!(store.last_error().unwrap().to_string(), text);
        assert_eq!(store.last_success(), Some(start));
        assert_eq!(store.len(start + REFRESH_INTERVAL), 3);
    };
    let not_json = Some("the document is not JSON at byte 0");
    check(b"<html>", ENTRA, "the metadata cannot be used", not_json);
    check(METADATA, b"<html>", "the key set cannot be used", not_json);
    let too_long = "expected a document of at most 1048576 bytes, found 10485760";
    let long = vec![b' '; 10 * 1024 * 1024];
    check(METADATA, &long, "the key set cannot be used", Some(too_long));
    check(&long, ENTRA, "the metadata cannot be used", Some(too_long));
    check(METADATA, b"{\"keys\":[]}", "the key set has no key that can be used", None);
    let unusable = br#"{"keys":[{"kty":"oct","kid":"o"}]}"#;
    let skipped = Some("key 0 (o) is not used: its kty is neither RSA nor EC");
    check(METADATA, unusable, "the key set has no key that can be used", skipped);
    let several = br#"{"keys":["a",{"kty":"oct","kid":"o"}]}"#;
    let first = Some("key 0 is not used: it is not a JSON object");
    check(METADATA, several, "the key set has no key that can be used", first);
    let elsewhere = br#"{"issuer":"i","jwks_uri":"https://attacker.example/"}"#;
    let foreign = Some("the jwks_uri of the document is at the host of another service");
    check(elsewhere, ENTRA, "the metadata cannot be used", foreign);

    let now = at(START) + 20 * REFRESH_INTERVAL;
    let error = store.begin_refresh(now).unwrap().finish(ENTRA).unwrap_err();
    assert_eq!(error.to_string(), "the key set was passed before the metadata");
    // One that is abandoned says nothing about the source.
    drop(store.begin_refresh(now + UNKNOWN_KEY_INTERVAL).unwrap());
    let error = store.last_error().unwrap();
    assert_eq!(error.to_string(), "the key set was passed before the metadata");
    let fetch = RefreshError::from(TransportError::new("no route"));
    assert_eq!(fetch.to_string(), "the keys could not be fetched");
    assert_eq!(std::error::Error::source(&fetch).unwrap().to_string(), "no route");
    // A `TransportError` prints as the error that it wraps, and has its source.
    let inner = TransportError::new(std::fmt::Error);
    assert_eq!(format!("{inner} {inner:?}"), format!("{} Error", std::fmt::Error));
    assert!(std::error::Error::source(&inner).is_none());
    let outer = TransportError::new(fetch);
    assert_eq!(std::error::Error::source(&outer).unwrap().to_string(), "no route");
}

#[test]
fn a_token_brings_its_key_blocking() {
    let (source, now) = (Source::new(&["organizations-key"]), at(NOW));
    let keys = Keys::fetched_blocking(store(), source.clone());
    let good = token("organizations-key");
    assert!(verifier().verify_fetching_blocking(&keys, &good, now).is_ok());
    let id = IdToken::new(Draft::id().sign());
    assert!(id_verifier().verify_fetching_blocking(&keys, &id, now).is_ok());
    let error = verifier().verify_fetching_blocking(&keys, &token("x"), now).unwrap_err();
    assert_eq!((error.kind(), source.began()), (VerifyErrorKind::UnknownKey, 1));
    let later = now + REFRESH_INTERVAL;
    let expired = AccessToken::new(Draft::access().with("exp", 1).with("nbf", 0).sign());
    let result = verifier().verify_fetching_blocking(&keys, &expired, later);
    assert_eq!((result.unwrap_err().kind(), source.began()), (VerifyErrorKind::Expired, 1));
    assert!(!keys.refresh_if_due_blocking(later - seconds(1)).unwrap());
    assert!(keys.refresh_if_due_blocking(later).unwrap());
    source.set(Mode::Fails);
    let error = keys.refresh_if_due_blocking(later + REFRESH_INTERVAL).unwrap_err();
    assert_eq!(error.to_string(), "the keys could not be fetched");
    assert_eq!(source.began(), 3);
    let id = IdToken::new(Draft::id().with_header("kid", "x").sign());
    let now = later + REFRESH_INTERVAL;
    let error = id_verifier().verify_fetching_blocking(&keys, &id, now).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::KeysUnavailable);
    source.set(Mode::Panics);
    let error = keys.refresh_if_due_blocking(now + FIRST_BACKOFF).unwrap_err();
    assert_eq!(error.to_string(), "the fetcher of the keys panicked");
}

/// However many key IDs clients invent, the store fetches at most once in five minutes.
#[test]
fn ten_thousand_invented_keys() {
    const TOKENS: u64 = 10_000;
    const SPAN: u64 = 3600;
    let (source, verifier) = (Source::new(&["organizations-key"]), verifier());
    let keys = Keys::fetched_blocking(store(), source.clone());
    assert!(keys.refresh_if_due_blocking(at(NOW)).unwrap());
    let before = source.began();
    let header = json!({"alg": "RS256", "kid": "12345"}).to_string();
    let payload = base64url(Draft::access().payload.to_string());
    for number in 0..TOKENS {
        let header = base64url(header.replace("12345", &format!("{number:05}")));
        let token = AccessToken::new(format!("{header}.{payload}.AAAA"));
        let now = at(NOW + number * SPAN / TOKENS);
        let error = verifier.verify_fetching_blocking(&keys, &token, now).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::UnknownKey);
    }
    // Once in each five minutes that ended within the hour.
    assert_eq!(source.began() - before, 11);
    assert_eq!(verify(keys.store().unwrap(), "organizations-key", at(NOW + SPAN)), Ok(()));
}

/// The same for a million requests, without the cost of their tokens.
#[test]
fn a_million_requests_for_unknown_keys() {
    const REQUESTS: u64 = 1_000_000;
    const SPAN: u64 = 3600;
    let store = store();
    refresh(&store, ENTRA, at(NOW)).unwrap();
    let mut began = 0;
    for number in 0..REQUESTS {
        let now = at(NOW + number * SPAN / REQUESTS);
        if let Some(mut refresh) = store.begin_refresh_for_unknown_key(now) {
            began += 1;
            refresh.metadata(METADATA).unwrap();
            refresh.finish(ENTRA).unwrap();
        }
    }
    assert_eq!(began, 11);
}

/// Eight threads verify while refreshes begin, succeed, fail and hang. No call fails, and no thread
/// waits for a lock that a fetch holds.
#[test]
fn eight_threads_while_keys_are_refreshed() {
    const THREADS: usize = 8;
    const VERIFIES: usize = 100;
    // Within a day, so that no thread's reading of the clock gets too old.
    const ROUNDS: u64 = 250;
    let store = store();
    refresh(&store, ENTRA, at(NOW)).unwrap();
    let (verifier, good) = (verifier(), token("organizations-key"));
    let clock = AtomicU64::new(NOW);
    let barrier = Barrier::new(THREADS + 1);
    let at_work = AtomicUsize::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..VERIFIES {
                    let now = at(clock.load(Ordering::SeqCst));
                    verifier.verify(&good, &store, now).unwrap();
                }
                at_work.fetch_sub(1, Ordering::SeqCst);
            });
        }
        // Stuck from the first to the last.
        let stuck = store.begin_refresh(at(NOW) + REFRESH_INTERVAL).unwrap();
        barrier.wait();
        let mut rounds = 0;
        while at_work.load(Ordering::SeqCst) > 0 && rounds < ROUNDS {
            rounds += 1;
            thread::yield_now();
            let now = NOW + 2 * 3600 + rounds * UNKNOWN_KEY_INTERVAL.as_secs();
            clock.store(now, Ordering::SeqCst);
            let mut attempt = store.begin_refresh_for_unknown_key(at(now)).unwrap();
            attempt.metadata(METADATA).unwrap();
            let fails = rounds % 3 == 0;
            assert_eq!(attempt.finish(if fails { b"{}" } else { ENTRA }).is_err(), fails);
        }
        assert!(rounds > 0);
        drop(stuck);
    });
}
