//! Attacks by class: each targets one check, and the table names the rule that stops it.

use easyauth::{
    AccessToken,
    verify::{
        Algorithm, KeySet, Tenant, Verifier,
        VerifyErrorKind::{self, *},
    },
};
use serde_json::{Value, json};

use crate::support::*;

/// Signs the header and the payload as written, with the trusted key.
#[track_caller]
fn attack(header: &str, payload: &str, expected: VerifyErrorKind) {
    rejected(&sign_text(header, payload), expected);
}

fn header() -> String {
    Draft::access().header.to_string()
}

fn payload() -> String {
    Draft::access().payload.to_string()
}

/// An object with a member added at its end.
fn and(object: &str, member: &str) -> String {
    format!("{},{member}}}", object.strip_suffix('}').unwrap())
}

#[test]
fn algorithms() {
    // No algorithm, in every spelling, without and with a signature.
    for alg in [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!(""), Value::Null]
    {
        let draft = Draft::access().with_header("alg", alg);
        fails(&draft, AlgorithmNotAllowed);
        let unsigned = draft.sign().rsplit_once('.').unwrap().0.to_owned() + ".";
        rejected(&unsigned, AlgorithmNotAllowed);
    }
    fails(&Draft::access().without_header("alg"), AlgorithmNotAllowed);
    fails(&Draft::access().with_header("alg", "rs256"), AlgorithmNotAllowed);
    fails(&Draft::access().with_header("alg", json!(["RS256"])), AlgorithmNotAllowed);
    // The public key as the secret of an HMAC.
    let hmac = Draft::access().with_header("alg", "HS256");
    fails(&hmac, AlgorithmNotAllowed);
    // An algorithm for the same type of key that is not accepted, with a valid signature.
    let token = Draft::access().with_header("alg", "PS256").sign_with(&KEY);
    rejected(&token, AlgorithmNotAllowed);
    // Families mixed in the verifier: each key still takes its own only.
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API);
    let mixed = builder.algorithms([Algorithm::Rs256, Algorithm::Es256]).build().unwrap();
    assert!(verify_with(&mixed, &Draft::access().sign()).is_ok());
    let on_curve = Draft::access().with_header("alg", "ES256").sign_on_curve(&P256);
    assert_eq!(verify_with(&mixed, &on_curve).unwrap_err().kind(), WrongKeyAlgorithm);
}

/// A signature by the same key with another scheme.
#[test]
fn a_signature_of_another_scheme() {
    let header = header();
    let message = format!("{}.{}", base64url(&header), base64url(payload()));
    for scheme in ["PS256", "RS384", "RS512"] {
        let token = format!("{message}.{}", base64url(sign_by(&KEY, scheme, &message)));
        rejected(&token, InvalidSignature);
    }
}

#[test]
fn key_ids() {
    for kid in ["' OR 1=1 --", "../../keys", "https://attacker.example/key", "organizations-key\0"]
    {
        fails(&Draft::access().with_header("kid", kid), UnknownKey);
    }
    // A key that is in the document and cannot be used is not known.
    let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "use": "enc"}));
    let token = AccessToken::new(Draft::access().sign());
    let error = verifier().verify(&token, &keys, at(NOW)).unwrap_err();
    assert_eq!(error.kind(), KeysUnavailable);
    let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "alg": "RSA-OAEP"}));
    let error = verifier().verify(&token, &keys, at(NOW)).unwrap_err();
    assert_eq!(error.kind(), KeysUnavailable);
    // One id for two keys: not a choice that anybody should make.
    let (one, mut other) = (rsa_jwk(&KEY), rsa_jwk(&FOREIGN_KEY));
    let mut both = vec![one];
    other.insert("kid".to_owned(), json!("organizations-key"));
    both[0].insert("kid".to_owned(), json!("organizations-key"));
    both.push(other);
    let keys = KeySet::from_jwks(json!({"keys": both}).to_string()).unwrap();
    let error = verifier().verify(&token, &keys, at(NOW)).unwrap_err();
    assert_eq!(error.kind(), KeysUnavailable);
}

#[test]
fn members_of_the_header() {
    attack(&and(&header(), r#""alg":"none""#), &payload(), DuplicateMember);
    attack(&and(&header(), r#""x":1,"x":2"#), &payload(), DuplicateMember);
    attack(&and(&header(), r#""a\u006cg":"none""#), &payload(), DuplicateMember);
    for member in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":"b64""#,
        r#""crit":["b64"],"b64":false"#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""enc":"A128CBC-HS256""#,
        r#""cty":"JWT""#,
    ] {
        attack(&and(&header(), member), &payload(), UnsupportedHeader);
    }
    fails(&Draft::access().with_header("typ", "banana"), WrongType);
    fails(&Draft::access().with_header("typ", 1), WrongType);
    // A key of the attacker's, in every place for one.
    let embedded = Draft::access()
        .with_header("jwk", rsa_jwk(&FOREIGN_KEY))
        .with_header("jku", "https://attacker.example/")
        .with_header("x5u", "https://attacker.example/");
    rejected(&embedded.sign_with(&FOREIGN_KEY), InvalidSignature);
    fails(&embedded.clone().with_header("kid", "attackers-key"), UnknownKey);
    // Malformed, it counts for as little.
    assert!(verify(&Draft::access().with_header("jwk", "x").sign()).is_ok());
}

#[test]
fn encodings_of_a_token() {
    let good = Draft::access().sign();
    let (message, signature) = good.rsplit_once('.').unwrap();
    for token in [
        format!("{good}\n"),
        format!(" {good}"),
        format!("{good}="),
        format!("{message}.{signature}=="),
        format!("{message}\n.{signature}"),
        message.to_owned(),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(".{good}"),
        String::new(),
        "..".to_owned(),
    ] {
        rejected(&token, Malformed);
    }
    rejected(&format!("{good}..."), Malformed);
    rejected(&format!("{good}.."), Encrypted);
    // The last character of 256 bytes has four bits to spare.
    let last = signature.chars().last().unwrap();
    let spare = char::from(u8::try_from(last).unwrap() + 1);
    rejected(&format!("{message}.{}{spare}", &signature[..signature.len() - 1]), Malformed);
    // White space around the JSON is JSON.
    assert!(verify(&sign_text(format!(" {}\n", header()), format!("\t{} ", payload()))).is_ok());
}

#[test]
fn the_shape_of_the_payload() {
    attack(&header(), "[1773328600,1773325000,\"s\",\"i\",\"api://my-api\"]", Malformed);
    attack(&header(), "null", Malformed);
    attack(&header(), "\"{}\"", Malformed);
    attack(&header(), &format!("{}{}", payload(), payload()), Malformed);
    attack(&header(), "{}", MissingClaim);
    rejected(&sign_text(header(), b"{\"aud\":\"\xff\"}"), Malformed);
    let deep = |depth: usize| format!("\"x\":{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(verify(&sign_text(header(), and(&payload(), &deep(126)))).is_ok());
    attack(&header(), &and(&payload(), &deep(127)), Malformed);
    attack(&and(&header(), &deep(127)), &payload(), Malformed);
}

#[test]
fn duplicate_claims() {
    for claim in ["exp", "nbf", "iss", "aud", "sub", "tid", "oid", "scp", "azp", "ver"] {
        attack(&header(), &and(&payload(), &format!("\"{claim}\":1")), DuplicateMember);
    }
    attack(&header(), &and(&payload(), r#""cnf":1,"cnf":null"#), DuplicateMember);
    attack(&header(), &and(&payload(), r#""t\u0069d":"x""#), DuplicateMember);
    attack(&header(), &and(&payload(), r#""AUD":"x""#), DuplicateMember);
    attack(&header(), &and(&payload(), r#""Tid":"x""#), DuplicateMember);
    // No claim of ours: another name.
    assert!(verify(&sign_text(header(), and(&payload(), r#""EXP":1"#))).is_ok());
}

#[test]
fn times() {
    fails(&Draft::access().without("exp"), MissingClaim);
    for time in [json!("1773328600"), json!(-1), json!(null), json!(true), json!([1]), json!({})] {
        let expected = if time.is_null() { MissingClaim } else { InvalidClaim };
        fails(&Draft::access().with("exp", time), expected);
    }
    let with_time = |claim: &str, time: &str| {
        let draft = Draft::access().without(claim).payload.to_string();
        attack(&header(), &and(&draft, &format!("\"{claim}\":{time}")), InvalidClaim);
    };
    for time in ["18446744073709551616", "1e19", "1e300", "1e400", &"9".repeat(400), "-1.5", "-1e9"]
    {
        with_time("exp", time);
        with_time("nbf", time);
        with_time("iat", time);
    }
    fails(&Draft::access().with("nbf", NOW + 301), NotYetValid);
    fails(&Draft::access().with("iat", NOW + 301), IssuedInFuture);
    // On the second of its end a token is over.
    fails(&Draft::access().with("exp", NOW - 300), Expired);
    passes(&Draft::access().with("exp", NOW - 299));
}

#[test]
fn audiences_and_issuers() {
    fails(&Draft::access().without("aud"), MissingClaim);
    for audience in [json!(1), json!({}), json!(true), json!([1]), json!([API, 1])] {
        fails(&Draft::access().with("aud", audience), InvalidClaim);
    }
    for audience in
        [json!("API://MY-API"), json!(" api://my-api"), json!("api://my-api//"), json!([])]
    {
        fails(&Draft::access().with("aud", audience), WrongAudience);
    }
    let issuer = Draft::access().payload["iss"].clone();
    for bad in [json!([issuer, "https://attacker.example/"]), json!(1), json!({})] {
        fails(&Draft::access().with("iss", bad), InvalidClaim);
    }
    for claim in ["sub", "tid", "oid", "azp"] {
        fails(&Draft::access().with(claim, json!(["x"])), InvalidClaim);
    }
}

/// Keys that jsonwebtoken or one of its back ends would accept.
#[test]
fn keys() {
    let none = |jwk: Value| {
        let set = KeySet::from_jwks(json!({"keys": [jwk]}).to_string()).unwrap();
        set.is_empty() && set.skipped().len() == 1
    };
    let short = |bytes: usize| base64url(vec![0xff; bytes]);
    assert!(none(json!({"kty": "RSA", "kid": "k", "e": "AQAB", "n": short(64)})));
    assert!(none(json!({"kty": "RSA", "kid": "k", "e": "AQAB", "n": short(128)})));
    assert!(none(json!({"kty": "RSA", "kid": "k", "e": "AQ", "n": short(256)})));
    assert!(none(json!({"kty": "oct", "kid": "k", "k": short(64)})));
    // A malformed one does not take the others with it.
    let good = json!({"kty": "RSA", "kid": "good", "e": "AQAB", "n": short(256)});
    for bad in [json!({"kid": 1}), json!({"kty": "RSA", "x5c": "x"}), json!(null), json!([good])] {
        let set = KeySet::from_jwks(json!({"keys": [bad, good]}).to_string()).unwrap();
        assert_eq!((set.len(), set.skipped().len()), (1, 1));
    }
}
