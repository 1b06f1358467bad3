//! Tokens and their issuer.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use easyauth::{
    AccessToken, Caller, EasyAuthPrincipal, IdToken, Requirement, UnverifiedToken,
    resource::{ARM, GRAPH},
    testing::{CLIENT_ID, OBJECT_ID, TENANT_ID, TestCaller, TestIssuer, TestToken},
    verify::{Metadata, MetadataUri, VerifiedToken, VerifyError, VerifyErrorKind},
};

const API: &str = "api://my-api";
const OTHER_TENANT: &str = "00000002-0000-4000-8000-000000000002";
const HOUR: Duration = Duration::from_secs(3600);

static ISSUER: LazyLock<TestIssuer> = LazyLock::new(TestIssuer::new);

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_773_325_600)
}

fn verify(token: &TestToken<'_>) -> Result<VerifiedToken, VerifyError> {
    ISSUER.verifier(API).verify(&AccessToken::new(token.sign()), &ISSUER.key_set(), now())
}

#[track_caller]
fn fails(token: &TestToken<'_>, kind: VerifyErrorKind) {
    assert_eq!(verify(token).unwrap_err().kind(), kind);
}

fn good() -> TestToken<'static> {
    ISSUER.access_token(now()).audience(API).scope("Files.Read")
}

#[test]
fn access_tokens_verify() {
    let token = verify(&good().scope("Files.Write").role("Admin").role("Reader")).unwrap();
    assert!(token.has_all_scopes(["Files.Read", "Files.Write"]));
    assert!(token.has_app_role("Admin") && token.has_app_role("Reader"));
    assert_eq!(token.caller(), Caller::User);
    assert_eq!(token.tenant_id(), Some(TENANT_ID));
    assert_eq!(token.object_id(), Some(OBJECT_ID));
    assert_eq!(token.client_id(), Some(CLIENT_ID));
    assert_eq!(token.expires_at(), Some(now() + HOUR));
    let token = verify(&good().client_id("client").object_id("object")).unwrap();
    assert_eq!((token.client_id(), token.object_id()), (Some("client"), Some("object")));
    assert!(token.authorize(&Requirement::scope("Files.Read")).is_ok());

    let old = ISSUER.access_token_v1(now()).audience(API).scope("Files.Read").client_id("client");
    let token = verify(&old).unwrap();
    assert_eq!((token.version(), token.client_id()), (Some("1.0"), Some("client")));

    let app = ISSUER.app_token(now()).audience(API).role("Files.Read.All");
    assert_eq!(verify(&app).unwrap().caller(), Caller::App);
}

#[test]
fn what_is_wrong_is_refused() {
    assert!(verify(&good()).is_ok());
    fails(&good().audience("api://another-api"), VerifyErrorKind::WrongAudience);
    fails(&good().expired(), VerifyErrorKind::Expired);
    fails(&good().issued_at(now() - 2 * HOUR), VerifyErrorKind::Expired);
    fails(&good().issued_at(now() - HOUR).expires_in(HOUR / 2), VerifyErrorKind::Expired);
    fails(&good().issued_at(now() + HOUR), VerifyErrorKind::NotYetValid);
    fails(&good().without("scp"), VerifyErrorKind::NoPermissions);
    fails(&good().claim("tid", OTHER_TENANT), VerifyErrorKind::WrongIssuer);
    fails(&good().header("alg", "none"), VerifyErrorKind::AlgorithmNotAllowed);
    fails(&good().header("kid", "unknown"), VerifyErrorKind::UnknownKey);
    fails(&ISSUER.access_token(now()).resource(ARM).scope("x"), VerifyErrorKind::WrongAudience);
    // Another issuer of the same tenant: its key has the same id, and is another.
    let foreign = TestIssuer::new();
    let token = foreign.access_token(now()).audience(API).scope("Files.Read");
    fails(&token, VerifyErrorKind::InvalidSignature);
    let foreign = TestIssuer::of_tenant(OTHER_TENANT);
    assert_eq!(foreign.tenant(), OTHER_TENANT);
    let token = foreign.access_token(now()).audience(API).scope("Files.Read").sign();
    let token = AccessToken::new(token);
    let error = ISSUER.verifier(API).verify(&token, &foreign.key_set(), now()).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::WrongTenant);
}

#[test]
fn tokens_for_microsoft_s_apis() {
    let read = |token: TestToken<'_>| UnverifiedToken::decode(&token.sign()).unwrap();
    let arm = read(ISSUER.access_token(now()).resource(ARM).scope("user_impersonation"));
    assert!(arm.has_audience(ARM) && !arm.has_audience(GRAPH));
    assert!(arm.diagnose(&ARM.scope("user_impersonation").into(), now()).opens());
    let graph = read(ISSUER.access_token(now()).resource(GRAPH).scope("User.Read"));
    assert!(graph.has_audience(GRAPH));
    // Nobody but its API can verify it.
    let token = ISSUER.access_token(now()).resource(GRAPH).scope("User.Read");
    fails(&token, VerifyErrorKind::Protected);
}

#[test]
fn id_tokens_confirm_callers() {
    let auth = ISSUER.id_token_auth(CLIENT_ID).with_clock(now);
    let token = IdToken::new(ISSUER.id_token(now()).audience(CLIENT_ID).role("Admin").sign());
    let token = now_or_never(auth.verify(&token)).unwrap();
    let user = EasyAuthPrincipal::from_headers(&TestCaller::entra().headers()).unwrap().unwrap();
    assert!(user.confirm(&token).unwrap().is_in_role("Admin"));
    let token = IdToken::new(ISSUER.id_token(now()).audience(API).sign());
    assert!(now_or_never(auth.verify(&token)).is_err());
}

/// The output of a future that waits for nothing.
fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    use std::task::{Context, Poll, Waker};

    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn bearer_tokens_of_requests() {
    let auth = ISSUER.bearer_auth(API).with_clock(now);
    let request = [("authorization", format!("Bearer {}", good().sign()))];
    assert!(now_or_never(auth.require_token(&request)).is_ok());
}

#[test]
fn keys_rotate() {
    let mut issuer = TestIssuer::new();
    let verifier = issuer.verifier(API);
    let sign = |issuer: &TestIssuer| {
        AccessToken::new(issuer.access_token(now()).audience(API).scope("x").sign())
    };
    let (old, old_keys) = (sign(&issuer), issuer.key_set());
    issuer.rotate();
    let (new, both_keys) = (sign(&issuer), issuer.key_set());
    assert!(verifier.verify(&old, &both_keys, now()).is_ok());
    assert!(verifier.verify(&new, &both_keys, now()).is_ok());
    let kind = |result: Result<VerifiedToken, VerifyError>| result.unwrap_err().kind();
    assert_eq!(kind(verifier.verify(&new, &old_keys, now())), VerifyErrorKind::UnknownKey);
    issuer.retire_old_keys();
    // A key keeps its id, so that a verifier cannot take one for the other.
    let new_keys = issuer.key_set();
    assert_eq!(new_keys.len(), 1);
    assert!(verifier.verify(&new, &new_keys, now()).is_ok());
    assert!(verifier.verify(&sign(&issuer), &new_keys, now()).is_ok());
    assert_eq!(kind(verifier.verify(&old, &new_keys, now())), VerifyErrorKind::UnknownKey);
}

#[test]
fn the_documents_of_the_issuer() {
    let uri = MetadataUri::insecure_loopback("http://127.0.0.1:1/metadata").unwrap();
    let text = ISSUER.metadata("http://127.0.0.1:1/keys");
    let metadata = Metadata::parse(&text, &uri).unwrap();
    assert_eq!(metadata.jwks_uri(), "http://127.0.0.1:1/keys");
    assert_eq!(ISSUER.key_set().len(), 1);
    assert!(ISSUER.key_set().skipped().is_empty());
}

#[test]
fn nothing_is_printed() {
    let text = format!("{:?}", *ISSUER);
    assert_eq!(text, format!("TestIssuer {{ tenant: \"{TENANT_ID}\", .. }}"));
    let text = format!("{:?}", good().claim("name", "canary"));
    assert!(text.contains("\"name\"") && !text.contains("canary"), "{text}");
}
