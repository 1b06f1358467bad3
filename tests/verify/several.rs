//! Several verifiers in one service: which of them decides, and what an attacker learns.

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

use aws_lc_rs::signature::RsaKeyPair;
use easyauth::{
    Rejection, TransportError, UnverifiedToken,
    rejection::RejectionKind,
    verify::{
        Authority, BearerAuth, FetchKeys, KeyStore, Keys, MetadataUri, Tenant, VerifiedToken,
        Verifier, VerifyError, VerifyErrorKind,
    },
};
use serde_json::{Value, json};

use crate::support::*;

const CUSTOMERS: &str = "https://contoso.b2clogin.com/1c29d1a5-6f4e-4c3f-9f1b-2f6f9a0f6a11/v2.0/";
const OTHER_APP: &str = "00000008-0000-4000-8000-000000000008";

/// A source of keys that counts its requests.
struct Counting {
    documents: Option<[String; 2]>,
    count: Arc<AtomicUsize>,
}

impl FetchKeys for Counting {
    async fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        self.count.fetch_add(1, Ordering::SeqCst);
        let [metadata, keys] =
            self.documents.as_ref().ok_or_else(|| TransportError::new("the network is down"))?;
        Ok(if uri.ends_with("configuration") { metadata } else { keys }.clone().into_bytes())
    }
}

/// A store for the keys of an issuer at this host, and how often it fetches a document.
fn fetched(host: &str, key: Option<&RsaKeyPair>, kid: &str) -> (Keys, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let uri = format!("https://{host}/x/v2.0/.well-known/openid-configuration");
    let documents = key.map(|key| {
        let metadata = json!({"issuer": "x", "jwks_uri": format!("https://{host}/x/keys")});
        let mut jwk = rsa_jwk(key);
        jwk.insert("kid".to_owned(), kid.into());
        [metadata.to_string(), json!({"keys": [jwk]}).to_string()]
    });
    let store = KeyStore::new(MetadataUri::parse(&uri).unwrap());
    (Keys::fetched(store, Counting { documents, count: Arc::clone(&count) }), count)
}

fn staff() -> Verifier {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap());
    builder.application(APP).build().unwrap()
}

fn customers() -> Verifier {
    Verifier::builder(Authority::issuer(CUSTOMERS)).application(APP).build().unwrap()
}

/// A service for staff and customers, whose keys are in two stores.
struct Service {
    auth: BearerAuth,
    staff: Arc<AtomicUsize>,
    customers: Arc<AtomicUsize>,
}

impl Service {
    fn new() -> Self {
        let (keys, staff_count) =
            fetched("login.microsoftonline.com", Some(&KEY), "organizations-key");
        let (customer_keys, customers_count) =
            fetched("contoso.b2clogin.com", Some(&FOREIGN_KEY), "customers-key");
        let auth = BearerAuth::new(staff(), keys).or(customers(), customer_keys);
        let auth = auth.with_clock(|| at(NOW));
        Self { auth, staff: staff_count, customers: customers_count }
    }

    fn token(&self, token: &str) -> Result<Option<VerifiedToken>, Rejection> {
        ask(&self.auth, token)
    }

    /// How many documents were fetched for staff and for customers.
    fn fetches(&self) -> (usize, usize) {
        (self.staff.load(Ordering::SeqCst), self.customers.load(Ordering::SeqCst))
    }
}

fn ask(auth: &BearerAuth, token: &str) -> Result<Option<VerifiedToken>, Rejection> {
    let headers = [("authorization", format!("Bearer {token}"))];
    match pin!(auth.token(&headers)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}

fn of_staff() -> Draft {
    Draft::access().with("aud", APP)
}

fn of_customer() -> Draft {
    let draft = of_staff().with("iss", CUSTOMERS).without("tid");
    draft.with_header("kid", "customers-key")
}

/// The error behind a rejection.
fn error(rejection: &Rejection) -> &VerifyError {
    rejection.source().unwrap().downcast_ref().unwrap()
}

/// The error behind a rejection, and the one behind that.
fn causes(rejection: &Rejection) -> (VerifyErrorKind, Option<String>) {
    let error = error(rejection);
    (error.kind(), error.source().map(ToString::to_string))
}

#[test]
fn the_verifier_that_a_token_names_decides() {
    let service = Service::new();
    let token = service.token(&of_staff().sign()).unwrap().unwrap();
    assert_eq!(token.tenant_id(), Some(TENANT));
    // The metadata and the keys of the one, and none of the other.
    assert_eq!(service.fetches(), (2, 0));
    let token = service.token(&of_customer().sign_with(&FOREIGN_KEY)).unwrap().unwrap();
    assert_eq!(token.issuer(), Some(CUSTOMERS));
    assert_eq!(service.fetches(), (2, 2));
    // A key of one does not sign for the other.
    for token in [
        of_staff().with_header("kid", "customers-key").sign_with(&FOREIGN_KEY),
        of_customer().with_header("kid", "organizations-key").sign(),
    ] {
        let rejection = service.token(&token).unwrap_err();
        let cause = "the key that signed the token is unknown".to_owned();
        assert_eq!(causes(&rejection), (VerifyErrorKind::NoVerifier, Some(cause)));
        // The key may be published later.
        assert!(error(&rejection).is_retryable());
    }
    let forged = of_staff().sign_with(&FOREIGN_KEY);
    assert!(!error(&service.token(&forged).unwrap_err()).is_retryable());
    // What comes after the signature is told as ever.
    let rejection = service.token(&of_staff().with("exp", NOW - 300).sign()).unwrap_err();
    assert_eq!(causes(&rejection).0, VerifyErrorKind::Expired);
    let rejection = service.token(&of_staff().without("scp").sign()).unwrap_err();
    assert_eq!(causes(&rejection).0, VerifyErrorKind::NoPermissions);
}

#[test]
fn an_unmatched_token_causes_no_fetch() {
    let service = Service::new();
    let others = [
        of_staff().with("aud", OTHER_APP),
        of_customer().with("aud", OTHER_APP),
        of_staff().with("iss", "https://attacker.example/"),
        of_staff().with("tid", OTHER_TENANT),
        of_staff()
            .with("tid", OTHER_TENANT)
            .with("iss", format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0")),
        of_staff().without("iss"),
        of_staff().without("aud"),
        of_staff().without("ver"),
        of_staff().with("aud", json!([])),
        of_customer().with("iss", CUSTOMERS.trim_end_matches('/')),
    ];
    for (index, draft) in others.into_iter().enumerate() {
        let draft = draft.with_header("kid", format!("invented-{index}"));
        let rejection = service.token(&draft.sign()).unwrap_err();
        assert_eq!(causes(&rejection), (VerifyErrorKind::NoVerifier, None), "{index}");
    }
    for token in ["a.b.c", "opaque", "", "e30.e30.", "e30.W10.AAAA"] {
        assert!(service.token(token).is_err());
    }
    assert_eq!(service.fetches(), (0, 0));
}

/// Anyone can create a token that names a verifier. Before its signature is verified, the response does not
/// depend on that.
#[test]
fn the_response_does_not_reveal_which_verifiers_exist() {
    let service = Service::new();
    // Both have their keys.
    assert!(service.token(&of_staff().sign()).is_ok());
    assert!(service.token(&of_customer().sign_with(&FOREIGN_KEY)).is_ok());
    let unmatched = || of_staff().with("aud", OTHER_APP);
    let forged = |draft: Draft| draft.sign_with(&FOREIGN_KEY);
    let kid = |draft: Draft| forged(draft.with_header("kid", "invented"));
    let algorithm = |draft: Draft| forged(draft.with_header("alg", "none"));
    let without_kid = |draft: Draft| forged(draft.without_header("kid"));
    let expected =
        "Bearer error=\"invalid_token\",error_description=\"no verifier accepts the token\"";
    for token in [
        forged(of_staff()),
        forged(unmatched()),
        kid(of_staff()),
        kid(of_customer()),
        kid(unmatched()),
        algorithm(of_staff()),
        algorithm(unmatched()),
        without_kid(of_staff()),
        without_kid(unmatched()),
        of_customer().sign(),
    ] {
        let rejection = service.token(&token).unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::InvalidToken);
        assert_eq!(rejection.status(), 401);
        let challenge = rejection.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert_eq!(challenge.replace(", ", ","), expected);
    }
    // Errors that are the same for every verifier are reported as with one verifier.
    for (change, kind) in [
        (("crit", json!(["exp"])), VerifyErrorKind::UnsupportedHeader),
        (("nonce", json!("n")), VerifyErrorKind::Protected),
        (("typ", json!("dpop+jwt")), VerifyErrorKind::WrongType),
    ] {
        for draft in [of_staff(), unmatched()] {
            let (name, value): (&str, Value) = change.clone();
            let rejection = service.token(&forged(draft.with_header(name, value))).unwrap_err();
            assert_eq!(causes(&rejection).0, kind);
        }
    }
    for draft in [of_staff(), unmatched()] {
        let token = forged(draft);
        let rejection = service.token(&format!("{token}=")).unwrap_err();
        assert_eq!(causes(&rejection).0, VerifyErrorKind::Malformed);
    }
}

/// The error for the log names everything.
#[test]
fn the_error_names_the_expected_values() {
    let service = Service::new();
    let rejection = service.token(&of_staff().with("aud", OTHER_APP).sign()).unwrap_err();
    let start = format!(
        "no verifier accepts the token: expected api://{APP} or {APP} from {TENANT} at \
         login.microsoftonline.com or api://{APP} or {APP} from "
    );
    let text = rejection.source().unwrap().to_string();
    assert!(text.starts_with(&start), "{text}");
    let end = format!("found {OTHER_APP} from https://login.microsoftonline.com/{TENANT}/v2.0");
    assert!(text.ends_with(&end), "{text}");
    let rejection = service.token(&of_staff().without("aud").without("iss").sign()).unwrap_err();
    let text = rejection.source().unwrap().to_string();
    assert!(text.ends_with("found no audience from no issuer"), "{text}");
}

/// However many key IDs an attacker invents for a verifier, its store fetches no more often, and other stores
/// do not fetch at all.
#[test]
fn invented_keys_are_bounded_for_each_store() {
    let service = Service::new();
    for index in 0..20 {
        let draft = of_staff().with_header("kid", format!("invented-{index}"));
        assert!(service.token(&draft.sign_with(&FOREIGN_KEY)).is_err());
    }
    assert_eq!(service.fetches(), (2, 0));
    for index in 0..20 {
        let draft = of_customer().with_header("kid", format!("invented-{index}"));
        assert!(service.token(&draft.sign_with(&FOREIGN_KEY)).is_err());
    }
    assert_eq!(service.fetches(), (2, 2));
}

#[test]
fn without_keys_the_status_is_503() {
    let (keys, _) = fetched("login.microsoftonline.com", None, "");
    let auth = BearerAuth::new(staff(), keys).or(customers(), Keys::fixed(KEYS.clone()));
    let rejection = ask(&auth.with_clock(|| at(NOW)), &of_staff().sign()).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::KeysUnavailable);
    assert_eq!(rejection.status(), 503);
}

/// The first matching verifier decides alone, even if a later one would accept the token.
#[test]
fn the_first_of_several_that_match_decides() {
    let only = |client: &str| {
        let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).application(APP);
        builder.client(client).build().unwrap()
    };
    let keys = || Keys::fixed(KEYS.clone());
    let ask = |first: Verifier, second: Verifier| {
        let auth = BearerAuth::new(first, keys()).or(second, keys()).with_clock(|| at(NOW));
        ask(&auth, &of_staff().sign()).map(drop).map_err(|rejection| causes(&rejection).0)
    };
    assert_eq!(ask(only(CLIENT), only(OTHER_APP)), Ok(()));
    assert_eq!(ask(only(OTHER_APP), only(CLIENT)), Err(VerifyErrorKind::ClientNotAllowed));
}

/// Two APIs of one tenant share a store; a third verifier is for another tenant.
#[test]
fn apis_and_tenants() {
    let (keys, count) = fetched("login.microsoftonline.com", Some(&KEY), "organizations-key");
    let of = |tenant: &str, app: &str| {
        let builder = Verifier::builder(Tenant::single(tenant).unwrap());
        builder.application(app).build().unwrap()
    };
    let auth = BearerAuth::new(of(TENANT, APP), keys.clone())
        .or(of(TENANT, OTHER_APP), keys.clone())
        .or(of(OTHER_TENANT, APP), keys)
        .with_clock(|| at(NOW));
    let of_tenant = |tenant: &str, app: &str| {
        let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        of_staff().with("aud", app).with("tid", tenant).with("iss", issuer).sign()
    };
    for (tenant, app) in [(TENANT, APP), (TENANT, OTHER_APP), (OTHER_TENANT, APP)] {
        let token = ask(&auth, &of_tenant(tenant, app)).unwrap().unwrap();
        assert!(token.has_audience(app) && token.tenant_id() == Some(tenant));
    }
    assert!(ask(&auth, &of_tenant(OTHER_TENANT, OTHER_APP)).is_err());
    assert_eq!(count.load(Ordering::SeqCst), 2);
    // Version 1.0 tokens find their verifier too.
    let uri = format!("api://{OTHER_APP}");
    let token = ask(&auth, &Draft::access_v1().with("aud", uri).sign()).unwrap().unwrap();
    assert_eq!(token.version(), Some("1.0"));
}

/// Choosing a verifier by hand, for a program with its own keys.
#[test]
fn is_responsible_for() {
    let token = |draft: Draft| UnverifiedToken::decode(&draft.sign()).unwrap();
    assert!(
        staff().is_responsible_for(&token(of_staff()))
            && customers().is_responsible_for(&token(of_customer()))
    );
    assert!(!staff().is_responsible_for(&token(of_customer())));
    assert!(!customers().is_responsible_for(&token(of_staff())));
    // Nothing else is looked at.
    assert!(
        staff().is_responsible_for(&token(of_staff().with("exp", 1).with_header("alg", "none")))
    );
    assert!(!staff().is_responsible_for(&token(of_staff().with("aud", OTHER_APP))));
    assert!(!staff().is_responsible_for(&token(of_staff().with("tid", OTHER_TENANT))));
}

/// With one verifier, the signature is verified before any claim is read.
#[test]
fn one_verifier_checks_the_signature_first() {
    let auth = BearerAuth::new(staff(), Keys::fixed(KEYS.clone())).with_clock(|| at(NOW));
    let forged = of_staff().with("aud", OTHER_APP).sign_with(&FOREIGN_KEY);
    let rejection = ask(&auth, &forged).unwrap_err();
    assert_eq!(causes(&rejection), (VerifyErrorKind::InvalidSignature, None));
}

#[test]
fn the_realm_is_in_every_challenge() {
    let auth = Service::new().auth.with_realm("orders").unwrap();
    let rejection = ask(&auth, &of_staff().with("aud", OTHER_APP).sign()).unwrap_err();
    let headers = rejection.headers();
    let challenge = headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Bearer realm=\"orders\""), "{challenge}");
}
