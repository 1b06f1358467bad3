//! `BearerAuth`: the tokens of requests.

use std::{
    error::Error as _,
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use easyauth::{
    EasyAuthPrincipal, IdToken, Rejection, Requirement, TransportError,
    rejection::RejectionKind,
    resource::Cloud,
    verify::{
        BearerAuth, FetchKeys, IdTokenAuth, KeyStore, Keys, MetadataUri, Tenant, VerifyErrorKind,
    },
};

use crate::support::*;

/// Counts its requests, and can fail.
struct Documents {
    count: Arc<AtomicUsize>,
    fails: bool,
}

impl FetchKeys for Documents {
    async fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        self.count.fetch_add(1, Ordering::SeqCst);
        if self.fails {
            return Err(TransportError::new("the network is down"));
        }
        Ok(if uri.ends_with("openid-configuration") {
            include_bytes!("../data/entra.metadata.json").to_vec()
        } else {
            include_bytes!("../data/entra.jwks.json").to_vec()
        })
    }
}

/// Keys that are fetched, and how often.
fn fetched(fails: bool) -> (Keys, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let documents = Documents { count: Arc::clone(&count), fails };
    let tenant = Tenant::single(TENANT).unwrap();
    let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &tenant));
    (Keys::fetched(store, documents), count)
}

/// The output of a future that never waits.
fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn auth(keys: Keys) -> BearerAuth {
    BearerAuth::new(verifier(), keys).with_clock(|| at(NOW))
}

fn bearer(draft: &Draft) -> [(&'static str, String); 1] {
    [("authorization", format!("Bearer {}", draft.sign()))]
}

#[track_caller]
fn check_rejection(
    rejection: &Rejection,
    kind: RejectionKind,
    challenge: Option<&str>,
    source: &str,
) {
    assert_eq!(rejection.kind(), kind);
    assert_eq!(rejection.status(), kind.status());
    let headers = rejection.headers();
    let value = headers.get("www-authenticate").map(|value| value.to_str().unwrap());
    assert_eq!(value, challenge);
    assert_eq!(rejection.source().map(ToString::to_string).unwrap_or_default(), source);
}

#[test]
fn the_token_of_a_request() {
    let auth = auth(Keys::fixed(KEYS.clone()));
    let none: [(&str, &str); 0] = [];
    assert!(now_or_never(auth.token(&none)).unwrap().is_none());
    let rejection = now_or_never(auth.require_token(&none)).unwrap_err();
    check_rejection(&rejection, RejectionKind::NoToken, Some("Bearer"), "");
    let good = bearer(&Draft::access());
    let token = now_or_never(auth.token(&good)).unwrap().unwrap();
    assert_eq!(token.object_id(), Some(USER));
    // A copy says the same.
    assert_eq!(token.clone().object_id(), Some(USER));
    assert_eq!(token.clone().expires_at(), token.expires_at());
    assert!(now_or_never(auth.require_token(&good)).is_ok());
    let bad = bearer(&Draft::access().with("aud", "api://another-api"));
    let rejection = now_or_never(auth.token(&bad)).unwrap_err();
    check_rejection(
        &rejection,
        RejectionKind::InvalidToken,
        Some(
            "Bearer error=\"invalid_token\", error_description=\"the token is for another audience\"",
        ),
        "the token is for another audience: expected api://my-api, found api://another-api",
    );
}

#[test]
fn the_time_is_the_clock_s() {
    let keys = || Keys::fixed(KEYS.clone());
    let request = bearer(&Draft::access());
    for (now, passes) in [(NOW, true), (EXPIRES + 3600, false), (ISSUED - 3600, false)] {
        let auth = BearerAuth::new(verifier(), keys()).with_clock(move || at(now));
        assert_eq!(now_or_never(auth.token(&request)).is_ok(), passes, "{now}");
        let token = IdToken::new(Draft::id().sign());
        let auth = IdTokenAuth::new(id_verifier(), keys()).with_clock(move || at(now));
        assert_eq!(now_or_never(auth.verify(&token)).is_ok(), passes, "{now}");
    }
    // Of the system, if nothing else is said: these tokens have long expired.
    let auth = BearerAuth::new(verifier(), keys());
    assert!(now_or_never(auth.token(&request)).is_err());
    let token = IdToken::new(Draft::id().sign());
    let error = now_or_never(IdTokenAuth::new(id_verifier(), keys()).verify(&token)).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Expired);
}

#[test]
fn keys_are_fetched_once_for_all() {
    let (keys, count) = fetched(false);
    let auth = auth(keys.clone());
    let id_auth = IdTokenAuth::new(id_verifier(), keys.clone()).with_clock(|| at(NOW));
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(now_or_never(auth.token(&bearer(&Draft::access()))).is_ok());
    assert!(now_or_never(auth.clone().token(&bearer(&Draft::access()))).is_ok());
    assert!(now_or_never(id_auth.verify(&IdToken::new(Draft::id().sign()))).is_ok());
    // The metadata and the key set.
    assert_eq!(count.load(Ordering::SeqCst), 2);
    assert_eq!(keys.store().unwrap().last_success(), Some(at(NOW)));
    assert!(!now_or_never(keys.refresh_if_due(at(NOW + 60))).unwrap());
    assert!(now_or_never(keys.refresh_if_due(at(NOW + 3601))).unwrap());
    assert_eq!(count.load(Ordering::SeqCst), 4);
    // Fixed keys are never fetched.
    let fixed = Keys::fixed(KEYS.clone());
    assert!(fixed.store().is_none());
    assert!(!now_or_never(fixed.refresh_if_due(at(NOW))).unwrap());
}

#[test]
fn without_keys_the_status_is_503() {
    let (keys, _) = fetched(true);
    let rejection = now_or_never(auth(keys.clone()).token(&bearer(&Draft::access()))).unwrap_err();
    check_rejection(
        &rejection,
        RejectionKind::KeysUnavailable,
        None,
        "the keys to verify the token are not available",
    );
    // The log has the cause, and the client learns when to retry (RFC 9110 section 10.2.3).
    let rejection_error: &dyn std::error::Error = &rejection;
    let why = std::iter::successors(Some(rejection_error), |error| (*error).source());
    let why: Vec<String> = why.skip(2).map(ToString::to_string).collect();
    assert_eq!(why, ["the keys could not be fetched", "the network is down"]);
    assert_eq!(rejection.headers()["retry-after"], "5");
    assert_eq!(
        keys.store().unwrap().last_error().unwrap().source().unwrap().to_string(),
        "the network is down",
    );
    assert!(now_or_never(keys.refresh_if_due(at(NOW + 3601))).is_err());
}

#[test]
fn every_challenge_has_the_realm() {
    let auth = auth(Keys::fixed(KEYS.clone())).with_realm("orders").unwrap();
    let none: [(&str, &str); 0] = [];
    let malformed = [("authorization", "Bearer".to_owned())];
    let expired = bearer(&Draft::access().with("aud", "api://another-api"));
    let rejections = [
        now_or_never(auth.require_token(&none)).unwrap_err(),
        now_or_never(auth.token(&malformed)).unwrap_err(),
        now_or_never(auth.token(&expired)).unwrap_err(),
    ];
    for rejection in rejections {
        let headers = rejection.headers();
        let challenge = headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Bearer realm=\"orders\""), "{challenge}");
    }
    let error = auth.with_realm("a \"b\"").unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"expected a realm of printable ASCII without quote and backslash, found "a "b"""#,
    );
}

#[test]
fn errors_become_rejections() {
    let denied = passes(&Draft::access()).authorize(&Requirement::scope("Mail.Read")).unwrap_err();
    let log = denied.to_string();
    check_rejection(
        &denied.into(),
        RejectionKind::Forbidden,
        Some(
            "Bearer error=\"insufficient_scope\", error_description=\"the token does not meet the requirement\", scope=\"Mail.Read\"",
        ),
        &log,
    );
    let user = EasyAuthPrincipal::from_headers(&[("x-ms-client-principal-id", USER)]);
    let token = passes(&Draft::access());
    let mismatch = user.unwrap().unwrap().confirm(&token).unwrap_err();
    check_rejection(
        &mismatch.into(),
        RejectionKind::Mismatch,
        None,
        "the principal or the token lacks the claims to compare them",
    );
}

#[test]
fn debug_output_is_short() {
    let (keys, _) = fetched(false);
    let text = format!("{:?}", auth(keys).with_realm("orders").unwrap());
    assert!(text.starts_with("BearerAuth { entries: [(Verifier { "), "{text}");
    assert!(text.contains("realm: Some(\"orders\")"), "{text}");
    let fixed = Keys::fixed(KEYS.clone());
    assert!(format!("{fixed:?}").starts_with("Keys(KeySet"), "{fixed:?}");
    let text = format!("{:?}", IdTokenAuth::new(id_verifier(), fixed));
    assert!(text.starts_with("IdTokenAuth { verifier: IdTokenVerifier("), "{text}");
}
