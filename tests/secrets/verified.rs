//! Output of verification: verified tokens, rejections, denials, challenges, confirmed callers, keys.

use std::{error::Error, fmt::Write as _, sync::LazyLock, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    AccessToken, Challenge, EasyAuthPrincipal, IdToken, Rejection,
    verify::{
        IdTokenVerifier, KeySet, KeyStore, Metadata, MetadataUri, Tenant, Verifier, VerifyError,
    },
};
use easyauth_test_support::tokens::{JWKS, TENANT, sign_text};
use proptest::prelude::*;

use super::{Output, assert_clean, config, damage, damaged, json, requirements, value};

static KEYS: LazyLock<KeySet> = LazyLock::new(|| KeySet::from_jwks(JWKS).unwrap());

fn verifiers() -> [Verifier; 2] {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience("api://my-api");
    [builder.clone().client("00000006-0000-4000-8000-000000000006"), builder]
        .map(|builder| builder.build().unwrap())
}

fn id_verifier() -> IdTokenVerifier {
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience("api://my-api");
    builder.build_for_id_tokens().unwrap()
}

fn sign(payload: &str) -> String {
    sign_text(r#"{"typ":"JWT","alg":"RS256","kid":"organizations-key"}"#, payload)
}

impl Output {
    fn challenge(&mut self, challenge: &Challenge) {
        self.debug(challenge);
        writeln!(self.0, "{:?} {:?}", challenge.www_authenticate(), challenge.error_code())
            .unwrap();
    }

    fn answer(&mut self, rejection: &Rejection) {
        self.error(rejection);
        self.debug(&rejection.to_response::<String>());
    }

    fn rejection(&mut self, error: &VerifyError) {
        self.error(error);
        self.challenge(&error.challenge());
        self.answer(&error.clone().into());
        writeln!(self.0, "{} {:?}", error.kind(), error.member_name()).unwrap();
    }

    fn all(&mut self, token: &str, user: Option<&EasyAuthPrincipal>) {
        let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_773_325_600);
        let bearer = AccessToken::new(token);
        for verifier in verifiers() {
            self.debug(&verifier);
            match verifier.verify(&bearer, &*KEYS, now) {
                Err(error) => self.rejection(&error),
                Ok(token) => {
                    self.debug(&token);
                    self.debug(&token.subject_key());
                    self.challenge(&token.claims_challenge("{}"));
                    for requirement in requirements() {
                        if let Err(denied) = token.authorize(&requirement) {
                            self.error(&denied);
                            self.challenge(&denied.challenge());
                            self.answer(&denied.into());
                        }
                    }
                    if let Some(user) = user {
                        let _ = self.result(user.confirm(&token));
                    }
                }
            }
        }
        self.debug(&id_verifier());
        let id = IdToken::new(token);
        for result in [
            id_verifier().verify(&id, &*KEYS, now),
            id_verifier().verify_nonce(&id, "nonce", &*KEYS, now),
        ] {
            match result {
                Err(error) => self.rejection(&error),
                Ok(token) => {
                    self.debug(&token);
                    if let Some(user) = user {
                        let _ = self.result(user.confirm(&token));
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn of_verified_tokens(
        values in prop::collection::vec(value(), 4),
        kind in prop::sample::select(vec![
            r#","azp":"00000005-0000-4000-8000-000000000005","scp":"Files.Read""#,
            r#","azp":"00000006-0000-4000-8000-000000000006","roles":["Files.Read.All"]"#,
            "",
            r#","cnf":{}"#,
        ]),
        changed in prop::sample::select(vec![
            "aud", "iss", "tid", "exp", "nbf", "iat", "ver", "sub", "oid", "nothing", "nothing",
        ]),
        hurt in damage(),
        hurt_payload in damage(),
    ) {
        let [sub, oid, name, nonce] = &values[..] else { panic!("four values") };
        let payload = format!(
            r#"{{"aud":"api://my-api","iss":"https://login.microsoftonline.com/{TENANT}/v2.0","exp":1773328600,"nbf":1773325000,"iat":1773325000,"ver":"2.0","tid":"{TENANT}","sub":{},"oid":{},"name":{},"nonce":{}{kind}}}"#,
            json(sub), json(oid), json(name), json(nonce),
        );
        let payload = payload.replace(&format!("\"{changed}\":"), &format!("\"{changed}\":0,\"x\":"));
        let good = sign(&damaged(&payload, &hurt_payload));
        let token = damaged(&good, &hurt);
        let claims = format!(
            r#"{{"auth_typ":"aad","claims":[{{"typ":"tid","val":"{TENANT}"}},{{"typ":"oid","val":{}}},{{"typ":"sub","val":{}}}]}}"#,
            json(oid), json(sub),
        );
        let user = EasyAuthPrincipal::parse(&BASE64_STANDARD.encode(claims)).ok();
        let mut output = Output::default();
        for token in [&good, &token] {
            output.all(token, user.as_ref());
        }
        assert_clean(&output.0, &[&good, &token], &[sub, oid, name, nonce]);
    }
}

/// Documents contain no secrets, but errors do not contain their contents either.
#[test]
fn of_documents() {
    let mut output = Output::default();
    let uri = MetadataUri::parse("https://login.example/").unwrap();
    for body in [
        r#"{"keys":[{"kty":"RSA","kid":"k","n":"contents-n","e":"contents-e","d":"contents-d"}]}"#,
        r#"{"keys":[{"kty":"oct","kid":"k","k":"contents-k"}]}"#,
        r#"{"issuer":1,"x":"contents-x"}"#,
        r#"{"keys":"contents-keys"}"#,
        "contents-text",
    ] {
        if let Some(keys) = output.result(KeySet::from_jwks(body)) {
            for skipped in keys.skipped() {
                writeln!(output.0, "{skipped}").unwrap();
            }
        }
        let _ = output.result(Metadata::parse(body, &uri));
        let store = KeyStore::new(uri.clone());
        output.debug(&store);
        let mut refresh = store.begin_refresh(SystemTime::UNIX_EPOCH).unwrap();
        output.debug(&refresh);
        let _ = output.result(refresh.metadata(body.as_bytes()));
        let _ = output.result(refresh.finish(body.as_bytes()));
        if let Some(error) = store.last_error() {
            let error: &dyn Error = &*error;
            output.error(error);
        }
    }
    assert!(!output.0.contains("contents"), "{}", output.0);
}
