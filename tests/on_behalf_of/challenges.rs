//! Claims challenges: from an API into the request, and from the endpoint back to the caller.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::exchange::{ClaimsChallenge, MAX_CLAIMS_CHALLENGE_LEN, OnBehalfOfErrorKind};

use crate::support::*;

const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

fn challenge() -> ClaimsChallenge {
    ClaimsChallenge::parse(CLAIMS).unwrap()
}

#[track_caller]
fn find(values: &[&str]) -> Option<String> {
    let headers: Vec<(&str, &str)> =
        values.iter().map(|value| ("www-authenticate", *value)).collect();
    let found = ClaimsChallenge::from_headers(headers.as_slice());
    found.map(|challenge| challenge.as_json().to_owned())
}

#[test]
fn challenges_of_apis() {
    let encoded = BASE64_STANDARD.encode(CLAIMS);
    let unpadded = encoded.trim_end_matches('=');
    let found = [
        // Microsoft Graph.
        format!(
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/\
             authorize\", client_id=\"00000003-0000-0000-c000-000000000000\", \
             error=\"insufficient_claims\", claims=\"{encoded}\""
        ),
        // Azure Resource Manager, for continuous access evaluation.
        format!(
            "Bearer authorization_uri=\"https://login.windows.net/\", error=\"invalid_token\", \
             error_description=\"User session has been revoked\", claims=\"{encoded}\""
        ),
        format!(
            "Bearer authorization_uri=\"https://login.windows.net/\", error=\"invalid_token\", \
             error_description=\"Tenant IP Policy validate failed.\", claims=\"{unpadded}\""
        ),
        // Another order, no spaces.
        format!("Bearer claims=\"{encoded}\",error=\"insufficient_claims\""),
        format!("bearer ERROR=insufficient_claims , Claims = \"{unpadded}\""),
        format!(
            "Basic realm=\"a, \\\" b\", Bearer error=\"insufficient_claims\", claims=\"{encoded}\""
        ),
        format!("Bearer error=\"insufficient_claims\", claims=\"{encoded}\", Basic realm=\"x\""),
        format!("PoP, Bearer error=\"insufficient_claims\", claims=\"{encoded}\""),
    ];
    for value in &found {
        assert_eq!(find(&[value]).as_deref(), Some(CLAIMS), "{value}");
        assert_eq!(find(&["Basic realm=\"x\"", value]).as_deref(), Some(CLAIMS), "{value}");
    }
}

#[test]
fn everything_else() {
    let encoded = BASE64_STANDARD.encode(CLAIMS);
    let list = BASE64_STANDARD.encode("[1]");
    let long = BASE64_STANDARD.encode(format!("{{\"a\":\"{}\"}}", "x".repeat(9_000)));
    let none = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer error=\"invalid_token\"".to_owned(),
        // Each fails by one rule alone.
        format!("Bearer error=\"invalid_request\", claims=\"{encoded}\""),
        format!("Bearer error=\"insufficient_scope\", claims=\"{encoded}\""),
        format!("Bearer claims=\"{encoded}\""),
        format!("Basic error=\"insufficient_claims\", claims=\"{encoded}\""),
        format!("Bearer error=\"insufficient_claims\", Basic claims=\"{encoded}\""),
        "Bearer error=\"insufficient_claims\"".to_owned(),
        "Bearer error=\"insufficient_claims\", claims=\"\"".to_owned(),
        "Bearer error=\"insufficient_claims\", claims=\"%%%\"".to_owned(),
        format!("Bearer error=\"insufficient_claims\", claims=\"{list}\""),
        "Bearer error=\"invalid_token\", claims=\"\"".to_owned(),
        format!("Bearer error=\"invalid_token\", claims=\"{list}\""),
        format!("Bearer error=\"insufficient_claims\", claims=\"{encoded}"),
        format!("Bearer error=\"insufficient_claims\", claims=\"{long}\""),
        format!("Bearer realm=\"error=insufficient_claims, claims={encoded}\""),
        "=,=,\"\",Bearer=\"\u{e9}".to_owned(),
    ];
    for value in &none {
        assert_eq!(find(&[value]), None, "{value}");
    }
    assert_eq!(find(&[]), None);
}

#[test]
fn json() {
    assert_eq!(challenge().as_json(), CLAIMS);
    assert_eq!(format!("{:?}", challenge()), "ClaimsChallenge(57 bytes)");
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_CLAIMS_CHALLENGE_LEN - 8));
    assert!(ClaimsChallenge::parse(&long).is_ok());
    for json in ["", "null", "[]", "\"a\"", "{", "{} x", &format!("{long} ")] {
        let error = ClaimsChallenge::parse(json).unwrap_err();
        let message = "expected a claims challenge: a JSON object of at most 8192 bytes";
        assert_eq!(error.to_string(), message, "{json}");
    }
}

#[test]
fn a_challenge_goes_into_the_request_and_its_token_into_the_cache() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    let ann = bearer("ann");
    let plain = || run(on_behalf_of.token(&ann, READ, &endpoint, at(NOW))).unwrap();
    assert_eq!(parts(&plain()).2, 1);
    let claims = challenge();
    let token = run(on_behalf_of.token_with_claims(&ann, READ, &claims, &endpoint, at(NOW)));
    assert_eq!(parts(&token.unwrap()).2, 2);
    assert_eq!(endpoint.requests()[1]["claims"], CLAIMS);
    assert!(!endpoint.requests()[0].contains_key("claims"));
    // The API rejected the first token, so the second one takes its place.
    assert_eq!((parts(&plain()).2, on_behalf_of.cached_tokens()), (2, 1));
    // The same challenge again: the API rejects that one too.
    let token =
        on_behalf_of.token_with_claims_blocking(&ann, READ, &claims, &endpoint, at(NOW)).unwrap();
    assert_eq!(parts(&token).2, 3);
}

/// An exchange that began before the challenge does not bring the rejected kind of token back.
#[test]
fn a_slow_exchange_does_not_replace_a_younger_token() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let mut slow = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
    assert!(slow.step().is_none() && slow.step().is_none());
    endpoint.set(Mode::Answers);
    let ann = bearer("ann");
    let token = run(on_behalf_of.token_with_claims(&ann, READ, &challenge(), &endpoint, at(NOW)));
    assert_eq!(parts(&token.unwrap()).2, 2);
    assert_eq!(parts(&slow.step().unwrap().unwrap()).2, 1);
    let cached = run(on_behalf_of.token(&ann, READ, &endpoint, at(NOW))).unwrap();
    assert_eq!((parts(&cached).2, endpoint.count()), (2, 2));
}

/// The token that meets the challenge is cached, although the other exchange began later, whichever ends first.
#[test]
fn the_answer_is_cached_whichever_exchange_ends_first() {
    for answer_is_first in [false, true] {
        let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
        endpoint.set(Mode::Hangs);
        let mut answer = Task::new({
            let (on_behalf_of, endpoint) = (on_behalf_of.clone(), endpoint.clone());
            async move {
                let ann = bearer("ann");
                on_behalf_of.token_with_claims(&ann, READ, &challenge(), &endpoint, at(NOW)).await
            }
        });
        let mut plain = ask(&on_behalf_of, "ann", READ, &endpoint, at(NOW));
        for task in [&mut answer, &mut plain] {
            assert!(task.step().is_none() && task.step().is_none());
        }
        endpoint.set(Mode::Answers);
        let mut tasks = [(&mut plain, 2), (&mut answer, 1)];
        if answer_is_first {
            tasks.reverse();
        }
        for (task, number) in tasks {
            assert_eq!(parts(&task.step().unwrap().unwrap()).2, number);
        }
        let cached = run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
        assert_eq!((parts(&cached).2, endpoint.count()), (1, 2), "{answer_is_first}");
        assert_eq!(endpoint.requests()[0]["claims"], CLAIMS);
    }
}

/// Tasks with the same challenge share its exchange, and not that of others.
#[test]
fn challenges_are_shared_by_their_claims() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let other = ClaimsChallenge::parse("{}").unwrap();
    let mut tasks: Vec<_> = [challenge(), challenge(), other]
        .into_iter()
        .map(|claims| {
            let (on_behalf_of, endpoint) = (on_behalf_of.clone(), endpoint.clone());
            Task::new(async move {
                let ann = bearer("ann");
                on_behalf_of.token_with_claims(&ann, READ, &claims, &endpoint, at(NOW)).await
            })
        })
        .collect();
    assert!(tasks.iter_mut().all(|task| task.step().is_none()));
    endpoint.set(Mode::Answers);
    let numbers = tasks.iter_mut().map(|task| parts(&task.step().unwrap().unwrap()).2);
    assert_eq!(numbers.collect::<Vec<_>>(), [1, 1, 2]);
}

#[test]
fn errors_have_the_challenge_for_the_next_sign_in() {
    let with = |claims: &str| {
        let claims = serde_json::Value::from(claims);
        let body = format!(r#"{{"error":"interaction_required","claims":{claims}}}"#);
        run(on_behalf_of().token(&bearer("ann"), READ, &Endpoint::with(400, &body), at(NOW)))
            .unwrap_err()
    };
    let error = with(CLAIMS);
    assert_eq!(error.kind(), OnBehalfOfErrorKind::InteractionRequired);
    assert_eq!(error.claims(), Some(challenge()));
    assert_eq!(with("not JSON").claims(), None);
}

#[cfg(feature = "testing")]
#[test]
fn the_caller_gets_a_challenge() {
    use easyauth::{
        AccessToken, Challenge,
        testing::TestIssuer,
        verify::{Tenant, Verifier},
    };

    let issuer = TestIssuer::new(TENANT).unwrap();
    let verifier =
        Verifier::builder(Tenant::single(TENANT).unwrap()).application(CLIENT).build().unwrap();
    let verify = |token: String| {
        verifier.verify(&AccessToken::new(token), &issuer.key_set(), at(NOW)).unwrap()
    };
    let token = || issuer.access_token(CLIENT, at(NOW)).scope("access");
    let capable = verify(token().claim("xms_cc", ["cp1"]).sign());
    let plain = verify(token().sign());
    let error = |status, body: &str| {
        let endpoint = Endpoint::with(status, body);
        run(on_behalf_of().token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap_err()
    };
    let shown = |challenge: Challenge| {
        let value = challenge.www_authenticate();
        let value = value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        (challenge.status().as_u16(), value)
    };

    let claims = serde_json::Value::from(CLAIMS);
    let needs_claims =
        error(400, &format!(r#"{{"error":"interaction_required","claims":{claims}}}"#));
    let (status, value) = shown(needs_claims.challenge(&capable).unwrap());
    assert_eq!(status, 401);
    // What goes out is what the next service can read.
    assert_eq!(find(&[&value]).as_deref(), Some(CLAIMS));
    // A client that cannot handle the challenge.
    assert_eq!(shown(needs_claims.challenge(&plain).unwrap()), (403, String::new()));

    let expired = error(400, r#"{"error":"invalid_grant","error_codes":[500133]}"#);
    let expected = "Bearer error=\"invalid_token\", \
                    error_description=\"the token can no longer be exchanged\"";
    assert_eq!(shown(expired.challenge(&capable).unwrap()), (401, expected.to_owned()));
    let consent = error(400, r#"{"error":"invalid_grant","error_codes":[65001]}"#);
    assert!(consent.challenge(&capable).is_none());
    assert!(error(503, "").challenge(&capable).is_none());
}
