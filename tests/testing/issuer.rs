//! Test issuers: verifiers accept or reject their tokens.

use std::{
    error::Error as _,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use easyauth::{
    AccessToken, Caller, EasyAuthPrincipal, IdToken, Requirement, UnverifiedToken,
    resource::{ARM, Cloud, GRAPH, KEY_VAULT},
    testing::{TestIssuer, TestPrincipal, TestToken},
    verify::{
        KeySet, Metadata, MetadataUri, Tenant, VerifiedToken, Verifier, VerifyError,
        VerifyErrorKind,
    },
};
use serde_json::{Value, json};

use super::{OTHER_TENANT, TENANT, USER};

/// The client ID of the API: the audience of version 2.0 tokens.
const APP: &str = "00000006-0000-4000-8000-000000000006";
const CLIENT: &str = "00000007-0000-4000-8000-000000000007";

static ISSUER: LazyLock<TestIssuer> = LazyLock::new(|| TestIssuer::new(TENANT).unwrap());

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_773_325_000)
}

fn user() -> TestToken<'static> {
    ISSUER.access_token(APP, now()).scope("Files.Read").scope("Files.Write")
}

fn verify(token: &str, keys: &KeySet, now: SystemTime) -> Result<VerifiedToken, VerifyError> {
    let verifier = Verifier::builder(Tenant::single(TENANT).unwrap()).application(APP);
    verifier.build().unwrap().verify(&AccessToken::new(token), keys, now)
}

#[track_caller]
fn passes(token: &TestToken<'_>) -> VerifiedToken {
    verify(&token.sign(), &ISSUER.key_set(), now()).expect("verified")
}

#[track_caller]
fn fails(token: &str, keys: &KeySet, kind: VerifyErrorKind) {
    let error = verify(token, keys, now()).expect_err("refused");
    assert_eq!(error.kind(), kind, "{error}");
}

#[track_caller]
fn claims(token: &TestToken<'_>) -> Value {
    UnverifiedToken::decode(&token.sign()).unwrap().claims_as().unwrap()
}

#[test]
fn a_user_in_both_versions() {
    let v2 = passes(&user());
    assert_eq!(v2.version(), Some("2.0"));
    assert!(v2.authorize(&Requirement::scope("Files.Write")).is_ok());
    assert_eq!((v2.tenant_id(), v2.object_id()), (Some(TENANT), Some(USER)));
    assert_eq!(v2.issued_at(), Some(now()));
    assert_eq!(v2.expires_at(), Some(now() + Duration::from_secs(3600)));
    let v1 = passes(&user().v1().client_id(CLIENT));
    assert_eq!(v1.version(), Some("1.0"));
    assert_eq!(v1.issuer(), Some(&*format!("https://sts.windows.net/{TENANT}/")));
    assert_eq!(v1.claim("appid"), Some(CLIENT));
    // A user's app role opens what asks for one, as in real tokens.
    assert!(passes(&ISSUER.access_token(APP, now()).role("Admin")).has_app_role("Admin"));
}

#[test]
fn an_application() {
    let app = passes(&ISSUER.access_token_of_app(APP, now()).role("Files.Read.All"));
    assert_eq!(app.caller(), Caller::App);
    assert_eq!(app.object_id(), app.subject());
    let needed = Requirement::scope("Files.Read").or_app_role("Files.Read.All");
    assert!(app.authorize(&needed).is_ok());
}

#[test]
fn an_id_token() {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap());
    let id_tokens = builder.audience(APP).build_for_id_tokens().unwrap();
    let token = ISSUER.id_token(APP, now()).claim("nonce", "nonce-1").role("Admin").sign();
    let keys = ISSUER.key_set();
    let verified = id_tokens.verify_nonce(&IdToken::new(&*token), "nonce-1", &keys, now());
    assert_eq!(verified.unwrap().claim("preferred_username"), Some("sample@example.com"));
    fails(&ISSUER.id_token(APP, now()).sign(), &keys, VerifyErrorKind::IdToken);
}

#[test]
fn rejected_tokens() {
    let keys = ISSUER.key_set();
    let before = |seconds| now() - Duration::from_secs(seconds);
    // The key of another issuer, with its own ID and with the ID of this issuer's key.
    let other = TestIssuer::new(TENANT).unwrap();
    let token = other.access_token(APP, now()).scope("Files.Read");
    fails(&token.sign(), &keys, VerifyErrorKind::UnknownKey);
    let forged = token.key_id(ISSUER.key_id()).sign();
    fails(&forged, &keys, VerifyErrorKind::InvalidSignature);
    fails(&user().sign(), &other.key_set(), VerifyErrorKind::UnknownKey);
    // Too late, and too early.
    let expired = ISSUER.access_token(APP, before(7200)).scope("Files.Read");
    fails(&expired.sign(), &keys, VerifyErrorKind::Expired);
    passes(&expired.expires_in(Duration::from_secs(7800)));
    let early = ISSUER.access_token(APP, now() + Duration::from_secs(900)).scope("Files.Read");
    fails(&early.sign(), &keys, VerifyErrorKind::NotYetValid);
    // For others.
    let other_api = ISSUER.access_token("api://another-api", now()).scope("Files.Read");
    fails(&other_api.sign(), &keys, VerifyErrorKind::WrongAudience);
    let arm = ISSUER.access_token(ARM, now()).scope("user_impersonation");
    fails(&arm.sign(), &keys, VerifyErrorKind::WrongAudience);
    fails(&user().tenant_id(OTHER_TENANT).sign(), &keys, VerifyErrorKind::WrongTenant);
    // Without a permission.
    fails(&ISSUER.access_token(APP, now()).sign(), &keys, VerifyErrorKind::NoPermissions);
}

#[test]
fn microsofts_own_apis() {
    let arm = claims(&ISSUER.access_token(ARM, now()).scope("user_impersonation"));
    assert_eq!((&arm["aud"], &arm["ver"]), (&json!("https://management.azure.com"), &json!("1.0")));
    let gov = claims(&ISSUER.access_token(ARM.in_cloud(Cloud::UsGov), now()));
    assert_eq!(gov["aud"], json!("https://management.usgovcloudapi.net"));
    assert_eq!(claims(&ISSUER.access_token(KEY_VAULT, now()))["ver"], json!("1.0"));
    assert_eq!(claims(&ISSUER.access_token(ARM, now()).v2())["ver"], json!("2.0"));
    // Also by the ID of the application.
    let arm = claims(&ISSUER.access_token("797f4846-ba00-4fd7-ba43-dac1f8f63013", now()));
    assert_eq!(arm["ver"], json!("1.0"));
}

/// A version 2.0 token of Entra never has an App ID URI in `aud`.
#[test]
fn the_audience_decides_the_version() {
    #[track_caller]
    fn check(token: &TestToken<'_>, version: &str, audience: &str) {
        let claims = claims(token);
        assert_eq!((&claims["ver"], &claims["aud"]), (&json!(version), &json!(audience)));
    }
    let token = |audience: &str| ISSUER.access_token(audience, now()).scope("Files.Read");
    let uri = format!("api://{APP}");
    check(&token(APP), "2.0", APP);
    check(&token(APP).v1(), "1.0", APP);
    check(&token(&uri), "1.0", &uri);
    check(&token(&uri).v2(), "2.0", APP);
    check(&token("api://my-api"), "1.0", "api://my-api");
    check(&token("https://api.contoso.com"), "1.0", "https://api.contoso.com");
    check(&ISSUER.access_token_of_app(&uri, now()), "1.0", &uri);
    check(&ISSUER.access_token_of_app(APP, now()), "2.0", APP);
    check(&ISSUER.id_token(APP, now()), "2.0", APP);
    // Both forms are for the same application.
    passes(&token(APP));
    passes(&token(&uri));
    passes(&token(&uri).v2());
}

#[test]
fn tokens_for_graph_do_not_verify() {
    let graph = ISSUER.access_token(GRAPH, now()).scope("User.Read");
    let token = graph.sign();
    let unverified = UnverifiedToken::decode(&token).unwrap();
    assert!(unverified.has_audience(GRAPH));
    assert_eq!(unverified.claim("aud"), Some("00000003-0000-0000-c000-000000000000"));
    let keys = ISSUER.key_set();
    fails(&token, &keys, VerifyErrorKind::Protected);
    // By its address too, in every cloud.
    let by_uri = ISSUER.access_token("https://graph.microsoft.com", now()).scope("User.Read");
    fails(&by_uri.sign(), &keys, VerifyErrorKind::Protected);
    let china = ISSUER.access_token(GRAPH.in_cloud(Cloud::China), now()).scope("User.Read");
    fails(&china.sign(), &keys, VerifyErrorKind::Protected);
}

#[test]
fn tokens_for_graph_sign_the_hash_of_the_nonce() {
    let token = ISSUER.access_token(GRAPH, now()).scope("User.Read").sign();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let jwk: Value = serde_json::from_str(&ISSUER.jwks_json()).unwrap();
    let part = |name: &str| BASE64URL.decode(jwk["keys"][0][name].as_str().unwrap()).unwrap();
    let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    let is_signed = |header: &str| {
        let message = format!("{header}.{payload}");
        let signature = BASE64URL.decode(signature).unwrap();
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature).is_ok()
    };
    assert!(!is_signed(header));
    let header = String::from_utf8(BASE64URL.decode(header).unwrap()).unwrap();
    let members: Value = serde_json::from_str(&header).unwrap();
    let nonce = members["nonce"].as_str().unwrap();
    let hash = BASE64URL.encode(digest(&SHA256, nonce.as_bytes()));
    assert!(is_signed(&BASE64URL.encode(header.replace(nonce, &hash))));
}

#[test]
fn other_claims() {
    let token = user()
        .claim("groups", ["group-1", "group-2"])
        .claim("acct", 0)
        .claim("xms_st", json!({"sub": "another"}))
        .claim("aud", "api://said-last");
    let claims = claims(&token);
    assert_eq!(claims["groups"], json!(["group-1", "group-2"]));
    assert_eq!(claims["acct"], json!(0));
    assert_eq!(claims["xms_st"]["sub"], json!("another"));
    assert_eq!(claims["aud"], json!("api://said-last"));
    assert_eq!(claims["scp"], json!("Files.Read Files.Write"));
}

#[test]
fn rollover() {
    let mut issuer = TestIssuer::new(TENANT).unwrap();
    let (old_id, old_keys) = (issuer.key_id().to_owned(), issuer.key_set());
    let old = issuer.access_token(APP, now()).scope("Files.Read").sign();
    issuer.rotate().unwrap();
    assert_ne!(issuer.key_id(), old_id);
    let new = issuer.access_token(APP, now()).scope("Files.Read").sign();
    // Who has not fetched the keys again does not know the new one.
    fails(&new, &old_keys, VerifyErrorKind::UnknownKey);
    // For a while both keys are published.
    assert_eq!(issuer.key_set().len(), 2);
    assert!(verify(&old, &issuer.key_set(), now()).is_ok());
    assert!(verify(&new, &issuer.key_set(), now()).is_ok());
    // Each key signs for itself alone.
    let forged = issuer.access_token(APP, now()).scope("Files.Read").key_id(&*old_id).sign();
    fails(&forged, &issuer.key_set(), VerifyErrorKind::InvalidSignature);
    issuer.drop_old_keys();
    assert_eq!(issuer.key_set().len(), 1);
    fails(&old, &issuer.key_set(), VerifyErrorKind::UnknownKey);
    assert!(verify(&new, &issuer.key_set(), now()).is_ok());
}

#[test]
fn documents() {
    let keys = KeySet::from_jwks(ISSUER.jwks_json()).unwrap();
    assert!(keys.skipped().is_empty());
    assert_eq!(keys.keys().next().unwrap().id(), ISSUER.key_id());
    let uri = MetadataUri::insecure_loopback("http://127.0.0.1:8080/metadata").unwrap();
    let jwks_uri = "http://127.0.0.1:8080/keys";
    let metadata = Metadata::parse(ISSUER.metadata_json(jwks_uri), &uri).unwrap();
    assert_eq!(metadata.issuer(), format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
    assert_eq!(metadata.jwks_uri(), jwks_uri);
}

#[test]
fn tenants() {
    let error = TestIssuer::new("common").unwrap_err();
    assert_eq!(error.to_string(), "the test issuer has an invalid tenant ID");
    assert_eq!(
        error.source().unwrap().to_string(),
        "expected a tenant ID (GUID), found \"common\": use Tenant::any_including_personal()",
    );
    let upper = TestIssuer::new(&TENANT.to_uppercase()).unwrap();
    assert_eq!(upper.tenant_id(), TENANT);
}

#[test]
fn a_principal_of_a_token() {
    let token = user().claim("amr", ["pwd", "mfa"]).claim("acct", 0).claim("none", Value::Null);
    let token = passes(&token);
    let principal = TestPrincipal::of_token(&token).unwrap();
    let user = EasyAuthPrincipal::from_headers(&principal.headers()).unwrap().unwrap();
    assert_eq!((user.object_id(), user.tenant_id()), (token.object_id(), token.tenant_id()));
    assert_eq!(user.claim("scp"), Some("Files.Read Files.Write"));
    assert_eq!(user.claim_values("amr").collect::<Vec<_>>(), ["pwd", "mfa"]);
    assert_eq!(user.claim("acct"), Some("0"));
    assert_eq!(user.claim("none"), None);
    assert!(user.confirm(&token).is_ok());
    // Tokens of version 1.0 name people by `unique_name`.
    let v1 = self::user().v1().claim("unique_name", "sample@example.com");
    let principal = TestPrincipal::of_token(&passes(&v1)).unwrap();
    let user = EasyAuthPrincipal::from_headers(&principal.headers()).unwrap().unwrap();
    assert_eq!(user.name(), Some("sample@example.com"));
    assert!(user.name_claim_type().unwrap().ends_with("/claims/name"));
}

#[test]
fn debug_hides_keys_and_tokens() {
    let token = user();
    let debug = format!("{token:?} {:?}", *ISSUER);
    assert!(debug.contains(ISSUER.key_id()) && debug.contains(r#""scp""#), "{debug}");
    for secret in ["Files.Read", USER, "eyJ", "RsaKeyPair"] {
        assert!(!debug.contains(secret), "{secret}: {debug}");
    }
}

/// Version 1.0 tokens also have the old name of the key ID (Microsoft identity platform: "Access tokens",
/// `x5t`).
#[test]
fn the_header_of_each_version() {
    let header = |token: String| {
        let segment = token.split('.').next().unwrap();
        String::from_utf8(BASE64URL.decode(segment).unwrap()).unwrap()
    };
    let key = ISSUER.key_id();
    let v2 = format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{key}"}}"#);
    assert_eq!(header(ISSUER.access_token(APP, now()).sign()), v2);
    let v1 = format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{key}","kid":"{key}"}}"#);
    assert_eq!(header(ISSUER.access_token(APP, now()).v1().sign()), v1);
}
